/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_general: what this server is and how it is.
 */
#include "config.h"

#include "daemon/control/command.h"

#include <stdio.h>
#include <unistd.h>

#include "daemon/conf/model.h"
#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/service.h"

void cmd_list_commands(struct control *ctl, const json_t *args, struct answer *a)
{
	const char *name;

	(void)ctl;
	(void)args;
	answer_begin(a);
	out_open(&a->out, '[');
	for (size_t k = 0; (name = command_name(k)) != NULL; k++)
		out_string(&a->out, name);
	out_close(&a->out, ']');
	answer_end(a, ANSWER_SUCCESS, NULL);
}

void cmd_version_get(struct control *ctl, const json_t *args, struct answer *a)
{
	(void)ctl;
	(void)args;
	answer_begin(a);
	out_open(&a->out, '{');
	out_key_string(&a->out, "extended",
		PACKAGE_VERSION "\n" PACKAGE_NAME "\nlease store: LMDB journal, lease database");
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, "%s", PACKAGE_VERSION);
}

void cmd_build_report(struct control *ctl, const json_t *args, struct answer *a)
{
	(void)ctl;
	(void)args;
	answer_text(a, ANSWER_SUCCESS, "%s %s, compiler %s, configuration %s, state %s",
		PACKAGE_NAME, PACKAGE_VERSION, __VERSION__, LESSOR_SYSCONFDIR, LESSOR_STATEDIR);
}

void cmd_config_hash_get(struct control *ctl, const json_t *args, struct answer *a)
{
	(void)args;
	answer_begin(a);
	out_open(&a->out, '{');
	out_key_string(&a->out, "hash", ctl->child->model->hash);
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
}

void cmd_server_tag_get(struct control *ctl, const json_t *args, struct answer *a)
{
	(void)ctl;
	(void)args;
	answer_begin(a);
	out_open(&a->out, '{');
	out_key_string(&a->out, "server-tag", "");
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
}

void cmd_config_backend_pull(struct control *ctl, const json_t *args, struct answer *a)
{
	(void)ctl;
	(void)args;
	answer_text(a, ANSWER_EMPTY, "No config backend.");
}

void cmd_kea_lfc_start(struct control *ctl, const json_t *args, struct answer *a)
{
	(void)ctl;
	(void)args;
	answer_text(a, ANSWER_SUCCESS, "There is no lease file to clean up.");
}

static const char *interface_state_name(uint32_t state)
{
	switch (state) {
	case INTERFACE_READY:
		return "ready";
	case INTERFACE_NO_ADDRESS:
		return "no-address";
	case INTERFACE_DOWN:
		return "down";
	default:
		return "missing";
	}
}

/* Returns how many. */
static size_t write_interfaces(const struct region *r, struct out *o)
{
	char ip[TEXT_IP_SIZE];
	size_t n = 0;

	out_key(o, "interfaces");
	out_open(o, '[');
	for (size_t i = 0; i < REGION_INTERFACES; i++) {
		const struct region_interface *f = &r->interfaces[i];
		uint32_t state = atomic_load(&f->state);

		if (state == INTERFACE_UNUSED)
			continue;
		out_open(o, '{');
		out_key_string(o, "name", f->name);
		out_key_string(o, "state", interface_state_name(state));
		out_key_string(o, "address", text_ip(atomic_load(&f->address), ip));
		out_close(o, '}');
		n++;
	}
	out_close(o, ']');
	return n;
}

void cmd_interface_list(struct control *ctl, const json_t *args, struct answer *a)
{
	(void)args;
	answer_begin(a);
	out_open(&a->out, '{');
	write_interfaces(ctl->child->region, &a->out);
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
}

/* The kernel tells of each change at once: there is nothing to look for. */
void cmd_interface_redetect(struct control *ctl, const json_t *args, struct answer *a)
{
	size_t n;

	(void)args;
	answer_begin(a);
	out_open(&a->out, '{');
	n = write_interfaces(ctl->child->region, &a->out);
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, "%zu interface%s detected.", n, n == 1 ? "" : "s");
}

/* Kea's view of the interfaces: what is not ready is tried again until it is. */
static void write_sockets(const struct region *r, struct out *o)
{
	char text[IFNAMSIZ + 32];
	bool ready = true;

	out_key(o, "sockets");
	out_open(o, '{');
	for (size_t i = 0; i < REGION_INTERFACES; i++) {
		const struct region_interface *f = &r->interfaces[i];
		uint32_t state = atomic_load(&f->state);

		if (state == INTERFACE_UNUSED || state == INTERFACE_READY)
			continue;
		if (ready) {
			out_key(o, "errors");
			out_open(o, '[');
			ready = false;
		}
		snprintf(text, sizeof(text), "%.*s: %s", IFNAMSIZ, f->name,
			interface_state_name(state));
		out_string(o, text);
	}
	if (!ready)
		out_close(o, ']');
	out_key_string(o, "status", ready ? "ready" : "retrying");
	out_close(o, '}');
}

/* A worker takes a batch of what waits in its socket: there is no queue of packets to measure. */
static void write_queue(struct out *o)
{
	out_key_int(o, "packet-queue-size", 0);
	out_key(o, "packet-queue-statistics");
	out_open(o, '[');
	for (int i = 0; i < 3; i++)
		out_json(o, "0.0", 3);
	out_close(o, ']');
}

static void write_children(const struct region *r, struct out *o, size_t *ret_workers)
{
	static const char *const roles[ROLES] = {"none", "worker", "store", "control",
		"loader", "repair", "ha", "reader"};
	size_t workers = 0;

	out_key(o, "children");
	out_open(o, '[');
	for (size_t i = 1; i < REGION_SLOTS; i++) {
		const struct region_slot *s = &r->slots[i];
		uint32_t role = atomic_load(&s->role);

		if (role == ROLE_NONE || role >= ROLES || atomic_load(&s->pid) == 0)
			continue;
		out_open(o, '{');
		out_key_string(o, "role", roles[role]);
		out_key_int(o, "pid", atomic_load(&s->pid));
		if (role == ROLE_WORKER) {
			uint32_t interface = atomic_load(&s->interface);

			workers++;
			out_key_string(o, "interface", r->interfaces[interface].name);
		}
		out_close(o, '}');
	}
	out_close(o, ']');
	*ret_workers = workers;
}

static void write_dhcp_state(const struct region *r, struct out *o)
{
	static const struct {
		const char *name;
		uint32_t first, end;
	} lists[] = {
		{"disabled-by-db-connection", SERVICE_DB, SERVICE_END},
		{"disabled-by-local-command", SERVICE_LOCAL, SERVICE_REMOTE},
		{"disabled-by-remote-command", SERVICE_REMOTE, SERVICE_DB},
	};

	out_key(o, "dhcp-state");
	out_open(o, '{');
	out_key_bool(o, "globally-disabled", service_is_disabled(r));
	out_key_bool(o, "disabled-by-user", service_disabled_by(r, SERVICE_USER, SERVICE_LOCAL));
	for (size_t i = 0; i < 3; i++) {
		out_key(o, lists[i].name);
		out_open(o, '[');
		for (uint32_t id = lists[i].first; id < lists[i].end; id++)
			if (service_disabled_by(r, id, id + 1))
				out_int(o, id);
		out_close(o, ']');
	}
	out_close(o, '}');
}

/* The counters that Kea has no name for: reasons of rejects, batches... */
static void write_counters(const struct region *r, struct out *o)
{
	out_key(o, "counters");
	out_open(o, '{');
	for (int c = 0; c < COUNTER_COUNT; c++) {
		if (counter_kea_name((enum counter)c) == NULL)
			out_key_int(o, counter_symbol((enum counter)c),
				(int64_t)counter_sum(r, (enum counter)c));
	}
	out_close(o, '}');
}

/* Lessor's own part. */
static void write_lessor(const struct control *ctl, struct out *o, size_t *ret_workers)
{
	const struct region *r = ctl->child->region;

	out_key(o, "lessor");
	out_open(o, '{');
	out_key_string(o, "version", PACKAGE_VERSION);
	out_key_int(o, "generation", atomic_load(&r->generation));
	out_key(o, "journal");
	out_open(o, '{');
	out_key_int(o, "committed", (int64_t)atomic_load(&r->committed));
	out_key_int(o, "applied", (int64_t)atomic_load(&r->applied));
	out_close(o, '}');
	cmd_ha_write_pair(ctl, o);
	write_interfaces(r, o);
	write_children(r, o, ret_workers);
	write_counters(r, o);
	out_close(o, '}');
}

void cmd_status_get(struct control *ctl, const json_t *args, struct answer *a)
{
	const struct region *r = ctl->child->region;
	uint32_t now = clock_wall_s();
	size_t workers;

	(void)args;
	answer_begin(a);
	out_open(&a->out, '{');
	out_key_int(&a->out, "pid", getppid());
	out_key_int(&a->out, "uptime", (int64_t)now - r->started_s);
	out_key_int(&a->out, "reload", (int64_t)now - atomic_load(&r->reloaded_s));
	write_dhcp_state(r, &a->out);
	write_lessor(ctl, &a->out, &workers);
	out_key_bool(&a->out, "multi-threading-enabled", true);
	out_key_int(&a->out, "thread-pool-size", (int64_t)workers);
	write_queue(&a->out);
	write_sockets(r, &a->out);
	cmd_ha_write_status(ctl, &a->out);
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
}
