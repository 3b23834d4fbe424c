/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics: a table of families; those with labels of subnets or pools are written in pieces, since
 * there may be many. Counters are what was counted since the server's start: Kea's resets do not
 * touch them.
 */
#include "config.h"

#include "daemon/control/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "daemon/conf/model.h"
#include "daemon/control/metrics_pair.h"
#include "daemon/control/statistic.h"
#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/service.h"
#include "shm/tally.h"

struct metrics {
	struct control *ctl;
	size_t family, next; /* what to write next, and of which subnet or pool */
	bool begun;          /* its HELP and TYPE are written */
};

struct family;

/* Writes all samples; those of one subnet; those of one pool. */
typedef void all_fn(struct out *o, struct control *ctl, const struct family *f);
typedef void subnet_fn(struct out *o, struct control *ctl, const struct family *f,
	const struct model_subnet *s);
typedef void pool_fn(struct out *o, struct control *ctl, const struct family *f,
	const struct model_pool *p);

struct family {
	const char *name, *type, *help; /* name NULL: the function writes these, too */
	int first, last; /* enum counter, pool_counter or histogram, as the function wants */
	all_fn *all;
	subnet_fn *subnet;
	pool_fn *pool;
};

/* A label's value between quotes. */
static void print_label(struct out *o, const char *s)
{
	out_text(o, "\"", 1);
	for (; *s != '\0'; s++) {
		if (*s == '\n')
			out_text(o, "\\n", 2);
		else if (*s == '"' || *s == '\\')
			out_print(o, "\\%c", *s);
		else
			out_text(o, s, 1);
	}
	out_text(o, "\"", 1);
}

/* --- of the server as a whole --- */

static void one_counter(struct out *o, struct control *ctl, const struct family *f)
{
	out_print(o, "%s %" PRIu64 "\n", f->name,
		counter_sum(ctl->child->region, (enum counter)f->first));
}

/* One sample for each counter from first to last; the label is its symbol without what they have in
 * common with the first one, up to the dash. */
static void print_counters(struct out *o, struct control *ctl, const struct family *f,
	const char *label, bool cut)
{
	for (int c = f->first; c <= f->last; c++) {
		const char *symbol = counter_symbol((enum counter)c), *dash = strchr(symbol, '-');

		out_print(o, "%s{%s=\"%s\"} %" PRIu64 "\n", f->name, label,
			cut && dash != NULL ? dash + 1 : symbol,
			counter_sum(ctl->child->region, (enum counter)c));
	}
}

static void by_reason(struct out *o, struct control *ctl, const struct family *f)
{
	print_counters(o, ctl, f, "reason", false);
}

static void by_reason_cut(struct out *o, struct control *ctl, const struct family *f)
{
	print_counters(o, ctl, f, "reason", true);
}

/* "discover-received" is of type "discover". */
static void by_type(struct out *o, struct control *ctl, const struct family *f)
{
	for (int c = f->first; c <= f->last; c++) {
		const char *symbol = counter_symbol((enum counter)c), *dash = strrchr(symbol, '-');

		out_print(o, "%s{type=\"%.*s\"} %" PRIu64 "\n", f->name, (int)(dash - symbol), symbol,
			counter_sum(ctl->child->region, (enum counter)c));
	}
}

static void of_pair(struct out *o, struct control *ctl, const struct family *f)
{
	(void)f;
	metrics_pair(o, ctl->child->region);
}

static void histogram(struct out *o, struct control *ctl, const struct family *f)
{
	static const struct {
		unsigned exponent;
		double unit;
	} of[] = {
#define HISTOGRAM(symbol, exponent, name, unit, meaning) {exponent, unit},
#include "shm/histograms.def"
#undef HISTOGRAM
	};
	double unit = of[f->first].unit;
	struct counter_sums sums;
	uint64_t count = 0;

	counter_sums(ctl->child->region, (enum histogram)f->first, &sums);
	for (unsigned k = 0; k < HISTOGRAM_BUCKETS - 1; k++) {
		count += sums.bucket[k];
		out_print(o, "%s_bucket{le=\"%.9g\"} %" PRIu64 "\n", f->name,
			(double)(1ULL << (of[f->first].exponent + k)) / unit, count);
	}
	count += sums.bucket[HISTOGRAM_BUCKETS - 1];
	out_print(o, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %.9g\n%s_count %" PRIu64 "\n", f->name,
		count, f->name, (double)sums.sum / unit, f->name, count);
}

static void build_info(struct out *o, struct control *ctl, const struct family *f)
{
	out_print(o, "%s{version=\"%s\",config_hash=\"%s\"} 1\n", f->name, PACKAGE_VERSION,
		ctl->child->model->hash);
}

static void start_time(struct out *o, struct control *ctl, const struct family *f)
{
	out_print(o, "%s %" PRIu32 "\n", f->name, ctl->child->region->started_s);
}

static void reload_time(struct out *o, struct control *ctl, const struct family *f)
{
	out_print(o, "%s %" PRIu32 "\n", f->name, atomic_load(&ctl->child->region->reloaded_s));
}

static void generation(struct out *o, struct control *ctl, const struct family *f)
{
	out_print(o, "%s %" PRIu32 "\n", f->name, atomic_load(&ctl->child->region->generation));
}

static void enabled(struct out *o, struct control *ctl, const struct family *f)
{
	out_print(o, "%s %d\n", f->name, !service_is_disabled(ctl->child->region));
}

static void committed(struct out *o, struct control *ctl, const struct family *f)
{
	out_print(o, "%s %" PRIu64 "\n", f->name, atomic_load(&ctl->child->region->committed));
}

static void applied(struct out *o, struct control *ctl, const struct family *f)
{
	out_print(o, "%s %" PRIu64 "\n", f->name, atomic_load(&ctl->child->region->applied));
}

/* first: 0 size, 1 what is left. */
static void disk(struct out *o, struct control *ctl, const struct family *f)
{
	struct statvfs st;

	if (statvfs(ctl->child->state_dir, &st) == 0)
		out_print(o, "%s %" PRIu64 "\n", f->name,
			(uint64_t)(f->first == 0 ? st.f_blocks : st.f_bavail) * st.f_frsize);
}

static const char *const roles[ROLES] = {[ROLE_WORKER] = "worker", [ROLE_STORE] = "store",
	[ROLE_CONTROL] = "control", [ROLE_LOADER] = "loader", [ROLE_REPAIR] = "repair",
		[ROLE_HA] = "ha", [ROLE_READER] = "reader"};

static void processes(struct out *o, struct control *ctl, const struct family *f)
{
	unsigned n[ROLES] = {0};

	for (size_t i = 1; i < REGION_SLOTS; i++) {
		const struct region_slot *s = &ctl->child->region->slots[i];
		uint32_t role = atomic_load(&s->role);

		if (role < ROLES && atomic_load(&s->pid) != 0)
			n[role]++;
	}
	for (int role = ROLE_WORKER; role < ROLES; role++)
		out_print(o, "%s{role=\"%s\"} %u\n", f->name, roles[role], n[role]);
}

static void deaths(struct out *o, struct control *ctl, const struct family *f)
{
	for (int role = ROLE_WORKER; role < ROLES; role++)
		out_print(o, "%s{role=\"%s\"} %" PRIu32 "\n", f->name, roles[role],
			atomic_load(&ctl->child->region->died[role]));
}

static void interfaces(struct out *o, struct control *ctl, const struct family *f)
{
	for (size_t i = 0; i < REGION_INTERFACES; i++) {
		const struct region_interface *r = &ctl->child->region->interfaces[i];
		uint32_t state = atomic_load(&r->state);

		if (state == INTERFACE_UNUSED)
			continue;
		out_print(o, "%s{interface=", f->name);
		print_label(o, r->name);
		out_print(o, "} %d\n", state == INTERFACE_READY);
	}
}

static void interface_workers(struct out *o, struct control *ctl, const struct family *f)
{
	const struct region *r = ctl->child->region;

	for (uint32_t i = 0; i < REGION_INTERFACES; i++) {
		unsigned n = 0;

		if (atomic_load(&r->interfaces[i].state) == INTERFACE_UNUSED)
			continue;
		for (size_t k = 1; k < REGION_SLOTS; k++)
			n += atomic_load(&r->slots[k].role) == ROLE_WORKER &&
				atomic_load(&r->slots[k].pid) != 0 &&
				atomic_load(&r->slots[k].interface) == i;
		out_print(o, "%s{interface=", f->name);
		print_label(o, r->interfaces[i].name);
		out_print(o, "} %u\n", n);
	}
}

static void print_states(struct out *o, const char *labels, const struct usage_count *c,
	const struct family *f)
{
	const struct {
		const char *name;
		uint64_t n;
	} states[] = {
		{"assigned", c->assigned - c->declined},
		{"declined", c->declined},
		{"expired", c->expired},
		{"released", c->released},
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		out_print(o, "%s{%sstate=\"%s\"} %" PRIu64 "\n", f->name, labels, states[i].name,
			states[i].n);
}

static void leases(struct out *o, struct control *ctl, const struct family *f)
{
	print_states(o, "", &ctl->usage.all, f);
}

/* --- of subnets and pools --- */

static void subnet_info(struct out *o, struct control *ctl, const struct family *f,
	const struct model_subnet *s)
{
	char ip[TEXT_IP_SIZE];

	(void)ctl;
	out_print(o, "%s{subnet=\"%" PRIu32 "\",prefix=\"%s/%u\",network=", f->name, s->id,
		text_ip(s->prefix, ip), s->prefix_len);
	print_label(o, s->network != NULL ? s->network->name : "");
	out_print(o, "} 1\n");
}

static void subnet_addresses(struct out *o, struct control *ctl, const struct family *f,
	const struct model_subnet *s)
{
	uint64_t n = 0;

	(void)ctl;
	for (size_t i = 0; i < s->n_pools; i++)
		n += (uint64_t)s->pools[i]->end - s->pools[i]->start + 1;
	out_print(o, "%s{subnet=\"%" PRIu32 "\"} %" PRIu64 "\n", f->name, s->id, n);
}

static void subnet_leases(struct out *o, struct control *ctl, const struct family *f,
	const struct model_subnet *s)
{
	char labels[40];

	snprintf(labels, sizeof(labels), "subnet=\"%" PRIu32 "\",", s->id);
	print_states(o, labels, &ctl->usage.subnet[s->index], f);
}

static void subnet_counter(struct out *o, struct control *ctl, const struct family *f,
	const struct model_subnet *s)
{
	uint64_t n = tally_counted(ctl->child->region, s->id, (enum pool_counter)f->first);

	for (size_t i = 0; i < s->n_pools; i++)
		n += pool_counted(&ctl->child->pools->v[s->pools[i]->index],
			(enum pool_counter)f->first);
	out_print(o, "%s{subnet=\"%" PRIu32 "\"} %" PRIu64 "\n", f->name, s->id, n);
}

/* A pool's place, ready for another label. */
static const char *pool_labels(const struct model_pool *p, char buf[128])
{
	char first[TEXT_IP_SIZE], last[TEXT_IP_SIZE];

	snprintf(buf, 128, "subnet=\"%" PRIu32 "\",pool=\"%s-%s\",", p->subnet->id,
		text_ip(p->start, first), text_ip(p->end, last));
	return buf;
}

static void pool_addresses(struct out *o, struct control *ctl, const struct family *f,
	const struct model_pool *p)
{
	char labels[128];

	(void)ctl;
	out_print(o, "%s{%spool_id=\"%" PRIu32 "\"} %" PRIu64 "\n", f->name, pool_labels(p, labels),
		p->id, (uint64_t)p->end - p->start + 1);
}

static void pool_leases(struct out *o, struct control *ctl, const struct family *f,
	const struct model_pool *p)
{
	char labels[128];

	print_states(o, pool_labels(p, labels), &ctl->usage.pool[p->index], f);
}

static void pool_counter(struct out *o, struct control *ctl, const struct family *f,
	const struct model_pool *p)
{
	char labels[128];

	out_print(o, "%s{%spool_id=\"%" PRIu32 "\"} %" PRIu64 "\n", f->name, pool_labels(p, labels),
		p->id, pool_counted(&ctl->child->pools->v[p->index], (enum pool_counter)f->first));
}

/* --- the table --- */

#define ALL(name, type, help, fn)          {name, type, help, 0, 0, fn, NULL, NULL}
#define COUNT(name, help, c)               {name, "counter", help, c, c, one_counter, NULL, NULL}
#define COUNTS(name, help, from, to, fn)   {name, "counter", help, from, to, fn, NULL, NULL}
#define SUBNETS(name, type, help, arg, fn) {name, type, help, arg, arg, NULL, fn, NULL}
#define POOLS(name, type, help, arg, fn)   {name, type, help, arg, arg, NULL, NULL, fn}
#define HISTOGRAM(symbol, exponent, name, unit, help)                                              \
	{name, "histogram", help, HISTOGRAM_##symbol, 0, histogram, NULL, NULL},

static const struct family families[] = {
	ALL("lessor_build_info", "gauge", "Version and configuration, as labels.", build_info),
	ALL("lessor_start_time_seconds", "gauge", "Unix time of the server's start.", start_time),
	ALL("lessor_config_time_seconds", "gauge",
		"Unix time since which the configuration is in force.", reload_time),
	ALL("lessor_config_generation", "gauge",
		"Configurations put in force since the start.", generation),
	ALL("lessor_service_enabled", "gauge", "0: a command has disabled the service.", enabled),
	ALL("lessor_processes", "gauge", "Processes that run, by role.", processes),
	ALL("lessor_process_deaths_total", "counter",
		"Processes that ended by themselves and were started again.", deaths),
	ALL("lessor_interface_ready", "gauge", "1: clients on the interface are served.",
		interfaces),
	ALL("lessor_interface_workers", "gauge", "Workers of the interface.", interface_workers),
	COUNT("lessor_packets_received_total", "Packets taken from the sockets.",
		COUNTER_RECEIVED),
	COUNTS("lessor_messages_received_total", "DHCP messages received, by type.",
		COUNTER_DISCOVER_RECEIVED, COUNTER_UNKNOWN_RECEIVED, by_type),
	COUNT("lessor_packets_sent_total", "Packets sent.", COUNTER_SENT),
	COUNTS("lessor_messages_sent_total", "DHCP messages sent, by type.", COUNTER_OFFER_SENT,
		COUNTER_NAK_SENT, by_type),
	COUNT("lessor_packets_dropped_total", "Packets dropped after reception.",
		COUNTER_RECEIVE_DROP),
	COUNTS("lessor_packets_dropped_by_reason_total", "The same, by reason.",
		COUNTER_SERVICE_DISABLED, COUNTER_STALE, by_reason),
	COUNT("lessor_packets_malformed_total", "Packets that are no DHCP messages.",
		COUNTER_PARSE_FAILED),
	COUNTS("lessor_messages_malformed_total", "Malformed messages, by reason.",
		COUNTER_MSG_SHORT, COUNTER_MSG_BAD_LENGTH, by_reason_cut),
	COUNTS("lessor_frames_rejected_total", "Frames without a DHCP message, by reason.",
		COUNTER_FRAME_SHORT, COUNTER_FRAME_VLAN, by_reason_cut),
	COUNT("lessor_send_failures_total", "Answers that the kernel did not take.",
		COUNTER_SEND_FAILED),
	COUNT("lessor_relay_port_suspected_total",
		"Repeats of clients whose relay may not get its answers.",
		COUNTER_RELAY_PORT_SUSPECTED),
	COUNT("lessor_no_subnet_total", "Packets that no subnet fits.", COUNTER_NO_SUBNET),
	COUNT("lessor_allocation_failures_total", "Clients that got no address.",
		COUNTER_ALLOCATION_FAIL),
	ALL("lessor_leases", "gauge", "Leases, by state.", leases),
	COUNT("lessor_leases_assigned_total", "Leases given.", COUNTER_ASSIGNED),
	COUNT("lessor_leases_reclaimed_total", "Leases that ended.", COUNTER_RECLAIMED),
	COUNT("lessor_declined_recovered_total", "Declined addresses that are free again.",
		COUNTER_RECLAIMED_DECLINED),
	COUNT("lessor_commits_total", "Journal transactions.", COUNTER_BATCHES),
	COUNT("lessor_commit_failures_total", "Journal transactions that failed.",
		COUNTER_COMMIT_FAILED),
	ALL("lessor_journal_committed_position", "gauge", "Last change in the journal.",
		committed),
	ALL("lessor_journal_applied_position", "gauge",
		"Last change that the lease database has.", applied),
	{"lessor_state_disk_size_bytes", "gauge", "Size of the state directory's file system.", 0,
		0, disk, NULL, NULL},
	{"lessor_state_disk_available_bytes", "gauge", "What is free of it.", 1, 1, disk, NULL,
		NULL},
#include "shm/histograms.def"
	COUNT("lessor_standby_packets_total", "Packets heard that are the partner's to answer.",
		COUNTER_STANDBY),
	ALL(NULL, NULL, NULL, of_pair),
	SUBNETS("lessor_subnet_info", "gauge", "Prefix and shared network, as labels.", 0,
		subnet_info),
	SUBNETS("lessor_subnet_addresses", "gauge", "Addresses in the subnet's pools.", 0,
		subnet_addresses),
	SUBNETS("lessor_subnet_leases", "gauge", "Leases of the subnet, by state.", 0,
		subnet_leases),
	SUBNETS("lessor_subnet_leases_assigned_total", "counter",
		"Leases given from the subnet's pools.", POOL_ASSIGNED, subnet_counter),
	SUBNETS("lessor_subnet_leases_reclaimed_total", "counter",
		"Leases of the subnet's pools that ended.", POOL_RECLAIMED, subnet_counter),
	SUBNETS("lessor_subnet_allocation_failures_total", "counter",
		"Clients of the subnet that got no address.", POOL_FAILED, subnet_counter),
	POOLS("lessor_pool_addresses", "gauge", "Addresses in the pool.", 0, pool_addresses),
	POOLS("lessor_pool_leases", "gauge", "Leases of the pool, by state.", 0, pool_leases),
	POOLS("lessor_pool_leases_assigned_total", "counter", "Leases given from the pool.",
		POOL_ASSIGNED, pool_counter),
};

#define N_FAMILIES (sizeof(families) / sizeof(*families))

/* Writes a family's samples, or those that fit. false: there are more. */
static bool write_family(struct metrics *m, const struct family *f, struct out *o)
{
	const struct model *model = m->ctl->child->model;

	if (f->all != NULL) {
		f->all(o, m->ctl, f);
		return true;
	}
	while (m->next < (f->subnet != NULL ? model->n_subnets : model->n_pools)) {
		if (out_full(o))
			return false;
		if (f->subnet != NULL)
			f->subnet(o, m->ctl, f, model->subnets[m->next]);
		else
			f->pool(o, m->ctl, f, model->pools[m->next]);
		m->next++;
	}
	return true;
}

static enum answer_progress write_more(struct answer *a)
{
	struct metrics *m = (struct metrics *)a->state;

	for (; m->family < N_FAMILIES; m->family++) {
		const struct family *f = &families[m->family];

		if (!m->begun && f->name != NULL)
			out_print(&a->out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name,
				f->type);
		m->begun = true;
		if (!write_family(m, f, &a->out))
			return ANSWER_MORE;
		m->begun = false;
		m->next = 0;
	}
	return ANSWER_DONE;
}

void metrics_begin(struct control *ctl, struct answer *a)
{
	struct metrics *m = (struct metrics *)answer_stream(a, write_more, sizeof(*m));

	if (m == NULL)
		return;
	usage_refresh(&ctl->usage, ctl->child);
	m->ctl = ctl;
}
