/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_selftest: lessor-selftest, Lessor's own: a client of ours leases an address from a worker,
 * looks whether the lease is stored, and gives it back (workers/selftest.h). One test at a time; a
 * test that fails still gives back what it got.
 */
#include "daemon/control/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/control/page.h"
#include "daemon/control/selftest_client.h"
#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/leasedb.h"

#define STEP_NS  (5 * CLOCK_NS_PER_S)  /* for one step */
#define AGAIN_NS (1 * CLOCK_NS_PER_S)  /* then the client asks again */
#define QUEUE_NS (20 * CLOCK_NS_PER_S) /* for another test to end */

enum step {
	STEP_QUEUE,    /* another test is under way */
	STEP_DISCOVER, /* these three: an answer is waited for */
	STEP_REQUEST,
	STEP_RELEASE,
	STEP_ENDING, /* the release is being committed */
};

struct test {
	struct control *ctl;
	struct selftest_client client;
	enum step step;
	bool running; /* this is the one that control.testing says */
	bool leased;  /* an address has to be given back */
	uint32_t ticket, interface;
	uint64_t begun_ns, sent_ns; /* of the step; of its last packet */
	uint64_t took_ns[STEP_ENDING + 1];
	uint64_t seq;     /* journal position of the lease */
	char failed[512]; /* what failed first, "" nothing */
};

static const uint8_t types[] = {
	[STEP_DISCOVER] = MSG_DISCOVER,
	[STEP_REQUEST] = MSG_REQUEST,
	[STEP_RELEASE] = MSG_RELEASE,
};

static void fail(struct test *t, const char *what, const char *why)
{
	if (t->failed[0] == '\0')
		snprintf(t->failed, sizeof(t->failed), "%s %s", what, why);
}

static void send_packet(struct test *t)
{
	struct selftest_request request = {.ticket = t->ticket};
	int rc;

	selftest_client_write(&t->client, types[t->step], &request);
	rc = selftest_ask(t->ctl->child, &request);
	if (rc < 0 && rc != -EAGAIN) /* what is not sent is sent again */
		fail(t, "the workers cannot be reached:", strerror(-rc));
	t->sent_ns = clock_mono_ns();
}

static void begin_step(struct test *t, enum step step)
{
	t->step = step;
	t->begun_ns = clock_mono_ns();
	t->ticket += 2; /* odd, and so never 0 */
	if (step != STEP_ENDING)
		send_packet(t);
}

static void end_step(struct test *t)
{
	t->took_ns[t->step] = clock_mono_ns() - t->begun_ns;
}

static void end(struct answer *a)
{
	struct test *t = (struct test *)a->state;

	if (!t->running)
		return;
	selftest_end(t->ctl->child);
	t->ctl->testing = false;
}

static void write_passed(const struct test *t, struct answer *a)
{
	const struct region *r = t->ctl->child->region;
	const char *name = r->interfaces[t->interface % REGION_INTERFACES].name;
	char ip[TEXT_IP_SIZE];
	struct out *o = &a->out;

	text_ip(t->client.address, ip);
	answer_begin(a);
	out_open(o, '{');
	out_key_bool(o, "standby", false);
	out_key_string(o, "interface", name);
	out_key_int(o, "subnet-id", t->client.subnet->id);
	out_key_string(o, "ip-address", ip);
	out_key_int(o, "offer-us", (int64_t)(t->took_ns[STEP_DISCOVER] / 1000));
	out_key_int(o, "lease-us", (int64_t)(t->took_ns[STEP_REQUEST] / 1000));
	out_key_int(o, "release-us", (int64_t)(t->took_ns[STEP_ENDING] / 1000));
	out_key_int(o, "position", (int64_t)t->seq);
	out_close(o, '}');
	answer_end(a, ANSWER_SUCCESS,
		"leased, found on disk and released %s of subnet %u through "
		"the worker of %s",
		ip, t->client.subnet->id, name);
}

static enum answer_progress finish(const struct test *t, struct answer *a)
{
	if (t->failed[0] != '\0')
		answer_text(a, ANSWER_ERROR, "%s", t->failed);
	else
		write_passed(t, a);
	return ANSWER_DONE;
}

/* After a failure: gives back what there is to give back. */
static enum answer_progress give_up(struct test *t, struct answer *a)
{
	if (!t->leased || t->step >= STEP_RELEASE)
		return finish(t, a);
	begin_step(t, STEP_RELEASE);
	return ANSWER_WAIT;
}

static int find_change(void *arg, const struct change *c)
{
	const struct test *t = (const struct test *)arg;

	return c->kind == CHANGE_PUT && c->lease.seq == t->seq &&
			selftest_client_has(&t->client, &c->lease)
		? 0
		: -ENOENT;
}

/* The row is in the journal, or has been carried over to the lease database. */
static bool is_on_disk(struct test *t, struct err *err)
{
	const struct child *c = t->ctl->child;
	uint8_t buf[RECORD_MAX];
	struct leasedb *db;
	struct lease lease;
	int64_t n = journal_read(t->ctl->journal, t->seq, 1, find_change, t, err);

	if (n == 1)
		return true;
	if (atomic_load(&c->region->applied) < t->seq || leasedb_open(c->state_dir, &db, err) < 0)
		return false;
	n = leasedb_get(db, t->client.address, buf, &lease, err);
	leasedb_close(db);
	return n == 0 && selftest_client_has(&t->client, &lease);
}

/* Whoever has an ACK finds the lease in the table and on disk. */
static void check_stored(struct test *t)
{
	const struct region *r = t->ctl->child->region;
	uint32_t rec = table_find(r, t->client.address);
	struct table_copy copy;
	struct err err = {0};
	char ip[TEXT_IP_SIZE];

	text_ip(t->client.address, ip);
	if (rec == TABLE_NONE || !table_read(r, rec, &copy) ||
		!selftest_client_has(&t->client, &copy.lease)) {
		fail(t, ip, "was acknowledged, but is not in the lease table");
		return;
	}
	t->seq = copy.lease.seq;
	if (!is_on_disk(t, &err))
		fail(t, ip,
			err.code < 0 ? err.text
				     : "was acknowledged, but is neither in the journal nor in the "
				       "database");
}

/* Waits for the release; then removes what the server remembers of its client. */
static enum answer_progress end_lease(struct test *t, struct answer *a)
{
	struct region *r = t->ctl->child->region;
	uint32_t rec = table_find(r, t->client.address);
	const struct table_record *record;
	struct err err = {0};

	if (rec == TABLE_NONE)
		return finish(t, a);
	record = table_record(r, rec);
	if (record->state == LEASE_ASSIGNED || !table_claim(r, rec, t->ctl->child->slot))
		return ANSWER_WAIT;
	end_step(t);
	if (record->state == LEASE_RELEASED && table_has_lease(record)) {
		if (cmd_lease_remove(t->ctl, rec, &err) < 0)
			fail(t, "the released lease cannot be removed:", err.text);
	} else {
		pool_release(r, t->ctl->child->pools, rec);
	}
	return finish(t, a);
}

static enum answer_progress take_reply(
	struct test *t, struct answer *a, const struct selftest_reply *reply)
{
	char why[192];
	bool good;

	/* it asked twice, and the first time is still in work */
	if (reply->verdict == VERDICT_DROP && reply->reason == COUNTER_DUPLICATE)
		return ANSWER_WAIT;
	good = selftest_client_read(&t->client, types[t->step], reply, why, sizeof(why));

	end_step(t);
	t->interface = reply->interface;
	if (!good) {
		fail(t,
			t->step == STEP_DISCOVER          ? "the DHCPDISCOVER"
				: t->step == STEP_REQUEST ? "the DHCPREQUEST"
							  : "the DHCPRELEASE",
			why);
		return give_up(t, a);
	}
	switch (t->step) {
	case STEP_DISCOVER:
		begin_step(t, STEP_REQUEST);
		break;
	case STEP_REQUEST:
		t->leased = true;
		check_stored(t);
		begin_step(t, STEP_RELEASE);
		break;
	default:
		begin_step(t, STEP_ENDING);
		break;
	}
	return ANSWER_WAIT;
}

static enum answer_progress too_late(struct test *t, struct answer *a)
{
	static const struct {
		const char *what, *why;
	} late[] = {
		[STEP_QUEUE] = {"another self test", "does not end"},
		[STEP_DISCOVER] = {"no worker answered a DHCPDISCOVER within 5 s:", "it hangs"},
		[STEP_REQUEST] = {"no answer to a DHCPREQUEST within 5 s:",
			"the lease cannot be written, or the partner does not acknowledge it"},
		[STEP_RELEASE] = {"no worker took a DHCPRELEASE within 5 s:", "it hangs"},
		[STEP_ENDING] = {"a DHCPRELEASE had no effect within 5 s:",
			"its end cannot be written"},
	};

	fail(t, late[t->step].what, late[t->step].why);
	if (t->step == STEP_REQUEST)
		t->leased = true; /* it may still become one */
	return give_up(t, a);
}

static enum answer_progress more(struct answer *a)
{
	struct test *t = (struct test *)a->state;
	uint64_t now = clock_mono_ns();
	struct selftest_reply reply;

	if (t->step == STEP_QUEUE && !t->ctl->testing) {
		t->ctl->testing = t->running = true;
		begin_step(t, STEP_DISCOVER);
	}
	if (now > t->begun_ns + (t->step == STEP_QUEUE ? QUEUE_NS : STEP_NS))
		return too_late(t, a);
	if (t->step == STEP_QUEUE)
		return ANSWER_WAIT;
	if (t->step == STEP_ENDING)
		return end_lease(t, a);
	if (selftest_reply(t->ctl->child, t->ticket, &reply))
		return take_reply(t, a, &reply);
	if (now > t->sent_ns + AGAIN_NS)
		send_packet(t);
	return ANSWER_WAIT;
}

/* A node that serves nobody cannot be tested; true: it is one, and the answer says how it is. */
static bool is_standby(const struct control *ctl, struct answer *a)
{
	const struct region *r = ctl->child->region;
	struct pair_status s = {.state = "unknown"};

	if (authority_mode(authority_rules(&r->pair.authority)) != AUTHORITY_SILENT)
		return false;
	pair_read_status(r, &s);
	if (!s.linked || strcmp(s.state, "standby") != 0) {
		answer_text(a, ANSWER_ERROR,
			"this node of a pair serves nobody, and is no standby that "
			"could take over: its state is %s: %s",
			s.state, s.reason);
		return true;
	}
	answer_begin(a);
	out_open(&a->out, '{');
	out_key_bool(&a->out, "standby", true);
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, "this node is a standby and serves nobody; its partner does");
	return true;
}

static uint64_t taken(const void *arg, const struct model_subnet *s, bool remembered)
{
	const struct usage_count *u = &((const struct control *)arg)->usage.subnet[s->index];

	return u->assigned + (remembered ? u->expired + u->released : 0);
}

static const struct model_subnet *choose_subnet(
	struct control *ctl, const json_t *args, struct answer *a)
{
	const struct model *m = ctl->child->model;
	const json_t *id = json_object_get(args, "subnet-id");
	const struct model_subnet *s = NULL;

	if (id == NULL) {
		usage_refresh(&ctl->usage, ctl->child);
		s = selftest_client_subnet(m, taken, ctl);
		if (s == NULL)
			answer_text(a, ANSWER_ERROR,
				"no subnet that is for everybody has a free "
				"address: name one by 'subnet-id'");
		return s;
	}
	if (json_is_integer(id) && json_integer_value(id) >= 0 &&
		json_integer_value(id) <= UINT32_MAX)
		s = model_subnet_by_id(m, (uint32_t)json_integer_value(id));
	if (s == NULL)
		answer_text(a, ANSWER_ERROR, "'subnet-id' must be the id of a subnet");
	return s;
}

void cmd_lessor_selftest(struct control *ctl, const json_t *args, struct answer *a)
{
	const char *ill = page_health(ctl);
	const struct model_subnet *subnet;
	struct test *t;

	if (is_standby(ctl, a))
		return;
	if (ill != NULL) {
		answer_text(a, ANSWER_ERROR, "%s", ill);
		return;
	}
	subnet = choose_subnet(ctl, args, a);
	if (subnet == NULL)
		return;
	t = (struct test *)answer_stream(a, more, sizeof(*t));
	if (t == NULL)
		return;
	t->ctl = ctl;
	t->client = (struct selftest_client){.subnet = subnet};
	t->begun_ns = clock_mono_ns();
	/* a reply to an earlier control process must not be taken for ours */
	t->ticket = (uint32_t)t->begun_ns | 1;
	t->client.xid = (uint32_t)(t->begun_ns >> 10);
	a->end = end;
}
