/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_history: lease4-history-get, Lessor's own: who had which address when, oldest first, from
 * the history that the store keeps. Read in pieces; what is committed when the command comes is
 * in it.
 */
#include "daemon/control/command.h"

#include <string.h>

#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/history.h"
#include "shm/store.h"

#define WAIT_NS (5 * CLOCK_NS_PER_S)
#define HELD    64 /* addresses of one client followed at a time */

struct past {
	const struct child *child;
	struct answer *answer;
	uint64_t wanted, until_ns; /* journal position to wait for, and how long */
	struct history_place place;
	uint32_t address; /* 0: by client */
	uint8_t id[255];  /* hardware address or client identifier */
	size_t id_len;
	size_t n_held;    /* what the client has, at this point of the walk */
	uint32_t held[HELD];
	uint64_t count;
	bool begun;
};

static bool is_client(const struct past *p, const struct lease *l)
{
	struct span id = span_of(p->id, p->id_len);

	return span_equal(span_of(l->hwaddr, l->hlen), id) || span_equal(l->client_id, id);
}

/* Whether the entry belongs to the client: it names it, or ends a binding of it without a name. */
static bool concerns_client(struct past *p, const struct history_entry *e)
{
	size_t i = 0;

	while (i < p->n_held && p->held[i] != e->lease.address)
		i++;
	if (e->event == HISTORY_ASSIGNED) {
		bool mine = is_client(p, &e->lease);

		if (mine && i == p->n_held && i < HELD)
			p->held[p->n_held++] = e->lease.address;
		else if (!mine && i < p->n_held)
			p->held[i] = p->held[--p->n_held];
		return mine;
	}
	if (i == p->n_held)
		return is_client(p, &e->lease);
	p->held[i] = p->held[--p->n_held];
	return true;
}

static void write_entry(void *arg, const struct history_entry *e)
{
	struct past *p = (struct past *)arg;
	struct out *o = &p->answer->out;
	char ip[TEXT_IP_SIZE], hex[TEXT_HEX_SIZE];
	const struct lease *l = &e->lease;

	if (p->address != 0 ? l->address != p->address : !concerns_client(p, e))
		return;
	p->count++;
	out_open(o, '{');
	out_key_int(o, "time", e->time);
	out_key_string(o, "event", history_event_name(e->event));
	out_key_string(o, "ip-address", text_ip(l->address, ip));
	if (l->hlen > 0)
		out_key_string(o, "hw-address",
			text_hex(span_of(l->hwaddr, l->hlen), hex, sizeof(hex)));
	if (l->client_id.len > 0)
		out_key_string(o, "client-id", text_hex(l->client_id, hex, sizeof(hex)));
	if (l->hostname.len > 0) {
		out_key(o, "hostname");
		out_octets(o, l->hostname);
	}
	if (l->subnet_id != 0)
		out_key_int(o, "subnet-id", l->subnet_id);
	if (e->event == HISTORY_ASSIGNED)
		out_key_int(o, "valid-lft", l->valid_lft);
	out_close(o, '}');
}

static enum answer_progress more(struct answer *a)
{
	struct past *p = (struct past *)a->state;
	struct region *r = p->child->region;
	struct err err = {0};
	int rc;

	p->answer = a;
	if (!p->begun && atomic_load(&r->applied) < p->wanted &&
		clock_mono_ns() < p->until_ns) {
		store_hurry(r);
		return ANSWER_WAIT;
	}
	if (!p->begun) {
		answer_begin(a);
		out_open(&a->out, '{');
		out_key(&a->out, "history");
		out_open(&a->out, '[');
		p->begun = true;
	}
	rc = history_read(p->child->state_dir, &p->place, write_entry, p, &err);
	if (rc > 0)
		return ANSWER_MORE;
	out_close(&a->out, ']');
	out_close(&a->out, '}');
	if (rc < 0)
		answer_end(a, ANSWER_ERROR, "%s", err.text);
	else
		answer_end(a, p->count > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY, "%llu event(s) found.",
			(unsigned long long)p->count);
	return ANSWER_DONE;
}

void cmd_lease4_history_get(struct control *ctl, const json_t *args, struct answer *a)
{
	const char *ip = json_string_value(json_object_get(args, "ip-address"));
	const char *id = json_string_value(json_object_get(args, "identifier"));
	struct past given = {.child = ctl->child}, *p;

	if (ip != NULL ? text_parse_ip(ip, &given.address) < 0 || given.address == 0 :
			 id == NULL || text_parse_hex(id, given.id, sizeof(given.id),
					       &given.id_len) < 0 || given.id_len == 0) {
		answer_text(a, ANSWER_ERROR, "needs 'ip-address', or 'identifier' with a hardware "
			"address or client identifier");
		return;
	}
	p = (struct past *)answer_stream(a, more, sizeof(*p));
	if (p == NULL)
		return;
	*p = given;
	p->wanted = atomic_load(&ctl->child->region->committed);
	p->until_ns = clock_mono_ns() + WAIT_NS;
}
