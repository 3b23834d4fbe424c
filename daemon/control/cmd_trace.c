/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_trace: what workers decide at this moment, from their rings in shared memory (shm/trace.h):
 * lessor-trace shows it packet by packet, lessor-talkers who sends most. Each answer has the places
 * where the next one goes on, so nothing is kept here; the first one only has those.
 */
#include "daemon/control/command.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/decision.h"
#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/trace.h"

#define MARGIN      64   /* records that may be overwritten while we read the ones behind them */
#define TALKERS     10   /* that are shown */
#define TALKERS_MAX 8192 /* that are told apart; a power of two */

/* Where to go on, for each slot. */
struct cursors {
	uint64_t v[REGION_SLOTS];
	uint64_t missed; /* records that were overwritten before they were read */
	bool more;       /* records wait that did not fit into the answer */
};

static bool read_cursors(const json_t *args, struct cursors *ret, struct answer *a)
{
	const json_t *list = json_object_get(args, "cursors");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *slot = json_array_get(json_array_get(list, i), 0);
		const json_t *number = json_array_get(json_array_get(list, i), 1);

		if (!json_is_integer(slot) || json_integer_value(slot) < 0 ||
			json_integer_value(slot) >= REGION_SLOTS || !json_is_integer(number) ||
			json_integer_value(number) < 0) {
			answer_text(
				a, ANSWER_ERROR, "'cursors' must be those of the answer before");
			return false;
		}
		ret->v[json_integer_value(slot)] = (uint64_t)json_integer_value(number);
	}
	if (list == NULL || json_is_array(list))
		return true;
	answer_text(a, ANSWER_ERROR, "'cursors' must be a list");
	return false;
}

static void write_cursors(const struct cursors *c, struct out *o)
{
	out_key(o, "cursors");
	out_open(o, '[');
	for (size_t i = 0; i < REGION_SLOTS; i++) {
		if (c->v[i] == 0)
			continue;
		out_open(o, '[');
		out_int(o, (int64_t)i);
		out_int(o, (int64_t)c->v[i]);
		out_close(o, ']');
	}
	out_close(o, ']');
	out_key_int(o, "missed", (int64_t)c->missed);
	out_key_bool(o, "more", c->more);
}

/* false: no room is left. */
typedef bool record_fn(void *arg, const struct trace_record *t);

static void read_slot(
	const struct region *r, uint32_t slot, struct cursors *c, record_fn *fn, void *arg)
{
	uint64_t end = trace_written(r, slot), k = c->v[slot];
	struct trace_record t;

	if (k > end) /* of another server's life */
		k = end;
	if (end - k > TRACE_RECORDS - MARGIN) {
		c->missed += end - k - (TRACE_RECORDS - MARGIN);
		k = end - (TRACE_RECORDS - MARGIN);
	}
	for (; k < end; k++) {
		if (!trace_read(r, slot, k, &t)) {
			c->missed++;
		} else if (!fn(arg, &t)) {
			c->more = true;
			break;
		}
	}
	c->v[slot] = k;
}

static void read_all(const struct region *r, struct cursors *c, record_fn *fn, void *arg)
{
	for (uint32_t slot = 1; slot < REGION_SLOTS; slot++)
		read_slot(r, slot, c, fn, arg);
}

/* A new reader begins with what comes now. */
static void begin(const struct region *r, struct cursors *c)
{
	for (uint32_t slot = 1; slot < REGION_SLOTS; slot++)
		c->v[slot] = trace_written(r, slot);
}

struct listing {
	const struct region *region;
	struct out *out;
	uint8_t hwaddr[16]; /* only of this client, if hlen > 0 */
	size_t hlen;
	uint64_t now_ns, now_us; /* monotonic; Unix time in microseconds */
};

static void key_address(struct out *o, const char *key, uint32_t address)
{
	char ip[TEXT_IP_SIZE];

	if (address != 0)
		out_key_string(o, key, text_ip(address, ip));
}

static void write_result(struct out *o, const struct trace_record *t)
{
	switch ((enum verdict)t->verdict) {
	case VERDICT_ANSWER:
	case VERDICT_HOLD:
		out_key_string(o, "answer", msg_type_name(t->answer));
		break;
	case VERDICT_SILENT:
		out_key_string(o, "answer", "none");
		break;
	default:
		out_key_string(o, "answer", "none");
		if (t->reason >= COUNTER_COUNT)
			return;
		out_key_string(o, "reason", counter_symbol((enum counter)t->reason));
		out_key_string(o, "because", counter_meaning((enum counter)t->reason));
		return;
	}
	key_address(o, "ip-address", t->address);
	if (t->origin != ORIGIN_NONE)
		out_key_string(o, "address-because", decision_origin(t->origin));
}

static bool write_record(void *arg, const struct trace_record *t)
{
	const struct listing *l = (const struct listing *)arg;
	struct out *o = l->out;
	char hex[TEXT_HEX_SIZE];

	if (out_full(o))
		return false;
	if (l->hlen > 0 && !span_equal(span_of(l->hwaddr, l->hlen), span_of(t->hwaddr, t->hlen)))
		return true;
	out_open(o, '{');
	out_key_int(o, "time-us", (int64_t)(l->now_us - (l->now_ns - t->time_ns) / 1000));
	if (t->interface < REGION_INTERFACES)
		out_key_string(o, "interface", l->region->interfaces[t->interface].name);
	out_key_string(o, "hw-address", text_hex(span_of(t->hwaddr, t->hlen), hex, sizeof(hex)));
	out_key_int(o, "xid", t->xid);
	out_key_string(o, "received", msg_type_name(t->type));
	key_address(o, "giaddr", t->giaddr);
	if (t->subnet_id != 0)
		out_key_int(o, "subnet-id", t->subnet_id);
	write_result(o, t);
	out_close(o, '}');
	return true;
}

static bool read_client(const json_t *args, struct listing *ret, struct answer *a)
{
	const json_t *mac = json_object_get(args, "hw-address");

	if (mac == NULL ||
		(json_is_string(mac) &&
			text_parse_hex(json_string_value(mac), ret->hwaddr, sizeof(ret->hwaddr),
				&ret->hlen) == 0 &&
			ret->hlen > 0))
		return true;
	answer_text(a, ANSWER_ERROR, "'hw-address' must be a hardware address");
	return false;
}

void cmd_lessor_trace(struct control *ctl, const json_t *args, struct answer *a)
{
	struct region *r = ctl->child->region;
	struct listing l = {.region = r, .out = &a->out};
	struct cursors c = {.missed = 0};

	if (!read_cursors(args, &c, a) || !read_client(args, &l, a))
		return;
	trace_want(r);
	if (json_object_get(args, "cursors") == NULL)
		begin(r, &c);
	l.now_us = clock_wall_us();
	l.now_ns = clock_mono_ns();
	answer_begin(a);
	out_open(&a->out, '{');
	out_key(&a->out, "records");
	out_open(&a->out, '[');
	read_all(r, &c, write_record, &l);
	out_close(&a->out, ']');
	write_cursors(&c, &a->out);
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
}

struct talker {
	uint8_t hwaddr[16], hlen;
	uint16_t interface;
	uint64_t packets, dropped;
};

struct talkers {
	const struct region *region;
	size_t used;
	uint64_t packets;
	struct talker v[TALKERS_MAX]; /* by hash of the hardware address; packets 0: free */
};

/* The place of a client, NULL: the table is as full as it may be. */
static struct talker *find(struct talkers *t, const struct trace_record *record)
{
	size_t i = hash_bytes(&t->region->key, record->hwaddr, record->hlen) % TALKERS_MAX;

	while (t->v[i].packets > 0 &&
		(t->v[i].hlen != record->hlen ||
			memcmp(t->v[i].hwaddr, record->hwaddr, record->hlen) != 0))
		i = (i + 1) % TALKERS_MAX;
	if (t->v[i].packets > 0)
		return &t->v[i];
	if (t->used == TALKERS_MAX / 2)
		return NULL;
	t->used++;
	t->v[i].hlen = record->hlen;
	memcpy(t->v[i].hwaddr, record->hwaddr, record->hlen);
	return &t->v[i];
}

static bool count_record(void *arg, const struct trace_record *record)
{
	struct talkers *t = (struct talkers *)arg;
	struct talker *who = find(t, record);

	t->packets++;
	if (who == NULL)
		return true;
	who->packets++;
	who->dropped += record->verdict == VERDICT_DROP || record->verdict == VERDICT_AGAIN;
	who->interface = record->interface;
	return true;
}

static int busier_first(const void *a, const void *b)
{
	const struct talker *x = (const struct talker *)a, *y = (const struct talker *)b;

	return (x->packets < y->packets) - (x->packets > y->packets);
}

static void write_talkers(struct talkers *t, struct out *o)
{
	char hex[TEXT_HEX_SIZE];

	qsort(t->v, TALKERS_MAX, sizeof(t->v[0]), busier_first);
	out_key(o, "talkers");
	out_open(o, '[');
	for (size_t i = 0; i < TALKERS && t->v[i].packets > 0; i++) {
		const struct talker *who = &t->v[i];

		out_open(o, '{');
		out_key_string(o, "hw-address",
			text_hex(span_of(who->hwaddr, who->hlen), hex, sizeof(hex)));
		if (who->interface < REGION_INTERFACES)
			out_key_string(o, "interface", t->region->interfaces[who->interface].name);
		out_key_int(o, "packets", (int64_t)who->packets);
		out_key_int(o, "dropped", (int64_t)who->dropped);
		out_close(o, '}');
	}
	out_close(o, ']');
	out_key_int(o, "packets", (int64_t)t->packets);
}

void cmd_lessor_talkers(struct control *ctl, const json_t *args, struct answer *a)
{
	struct region *r = ctl->child->region;
	struct cursors c = {.missed = 0};
	struct talkers *t;

	if (!read_cursors(args, &c, a))
		return;
	t = (struct talkers *)calloc(1, sizeof(*t));
	if (t == NULL) {
		answer_text(a, ANSWER_ERROR, "no memory to count");
		return;
	}
	t->region = r;
	trace_want(r);
	if (json_object_get(args, "cursors") == NULL)
		begin(r, &c);
	read_all(r, &c, count_record, t);
	answer_begin(a);
	out_open(&a->out, '{');
	write_talkers(t, &a->out);
	write_cursors(&c, &a->out);
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
	free(t);
}
