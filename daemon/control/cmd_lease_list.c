/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_lease_list: many leases, in order of address, from the lease database, once the store has
 * brought it up to what was committed when the command came. Written in pieces, each from a
 * database opened for it, so that memory does not grow with the number of leases.
 */
#include "daemon/control/command.h"

#include <string.h>

#include "daemon/control/lease_json.h"
#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/leasedb.h"
#include "shm/store.h"

#define WAIT_NS (5 * CLOCK_NS_PER_S)

struct listing {
	const struct child *child;
	struct answer *answer;
	uint64_t wanted, until_ns; /* journal position to wait for, and how long */
	uint32_t next;             /* address to go on with */
	uint64_t count, limit;
	bool page, begun, done;
	bool all;
	size_t n_subnets;
	uint32_t subnets[]; /* unless all */
};

static bool is_listed(const struct listing *s, const struct lease *l)
{
	if (s->all)
		return true;
	for (size_t i = 0; i < s->n_subnets; i++)
		if (s->subnets[i] == l->subnet_id)
			return true;
	return false;
}

static int write_one(void *arg, const struct lease *l)
{
	struct listing *s = (struct listing *)arg;

	if (s->count == s->limit)
		return 1;
	if (is_listed(s, l)) {
		lease_json_write(&s->answer->out, l);
		s->count++;
	}
	if (l->address == UINT32_MAX)
		return 1;
	s->next = l->address + 1;
	return out_full(&s->answer->out) ? 2 : 0;
}

static void begin(struct listing *s)
{
	answer_begin(s->answer);
	out_open(&s->answer->out, '{');
	out_key(&s->answer->out, "leases");
	out_open(&s->answer->out, '[');
	s->begun = true;
}

static void end(struct listing *s, const struct err *err)
{
	struct out *o = &s->answer->out;

	out_close(o, ']');
	if (s->page)
		out_key_int(o, "count", (int64_t)s->count);
	out_close(o, '}');
	if (err->code != 0)
		answer_end(s->answer, ANSWER_ERROR, "%s", err->text);
	else
		answer_end(s->answer, s->count > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY,
			"%llu IPv4 lease(s) found.", (unsigned long long)s->count);
}

static enum answer_progress more(struct answer *a)
{
	struct listing *s = (struct listing *)a->state;
	struct region *r = s->child->region;
	struct err err = {0};
	struct leasedb *db;
	int rc;

	s->answer = a;
	if (!s->begun && atomic_load(&r->applied) < s->wanted) {
		if (clock_mono_ns() >= s->until_ns) {
			answer_text(a, ANSWER_ERROR, "the lease database is behind the journal: "
				"see the log of the store process");
			return ANSWER_DONE;
		}
		store_hurry(r);
		return ANSWER_WAIT;
	}
	if (!s->begun)
		begin(s);
	rc = leasedb_open(s->child->state_dir, &db, &err);
	if (rc == 0) {
		rc = leasedb_each(db, s->next, write_one, s, &err);
		leasedb_close(db);
	}
	if (rc == 2)
		return ANSWER_MORE;
	end(s, &err);
	return ANSWER_DONE;
}

static struct listing *start(struct control *ctl, struct answer *a, size_t n_subnets)
{
	struct listing *s = (struct listing *)answer_stream(a, more,
		sizeof(*s) + n_subnets * sizeof(s->subnets[0]));

	if (s == NULL)
		return NULL;
	s->child = ctl->child;
	s->wanted = atomic_load(&ctl->child->region->committed);
	s->until_ns = clock_mono_ns() + WAIT_NS;
	s->limit = UINT64_MAX;
	return s;
}

static bool is_subnet_list(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *id = json_array_get(list, i);

		if (!json_is_integer(id) || json_integer_value(id) < 0 ||
			json_integer_value(id) > UINT32_MAX)
			return false;
	}
	return json_is_array(list);
}

void cmd_lease4_get_all(struct control *ctl, const json_t *args, struct answer *a)
{
	const json_t *list = json_object_get(args, "subnets");
	struct listing *s;

	if (args != NULL && !is_subnet_list(list)) {
		answer_text(a, ANSWER_ERROR, "'subnets' must be a list of subnet ids");
		return;
	}
	s = start(ctl, a, json_array_size(list));
	if (s == NULL)
		return;
	s->all = args == NULL;
	for (; s->n_subnets < json_array_size(list); s->n_subnets++)
		s->subnets[s->n_subnets] =
			(uint32_t)json_integer_value(json_array_get(list, s->n_subnets));
}

void cmd_lease4_get_page(struct control *ctl, const json_t *args, struct answer *a)
{
	const char *from = json_string_value(json_object_get(args, "from"));
	const json_t *limit = json_object_get(args, "limit");
	uint32_t address = 0;
	struct listing *s;

	if (!json_is_integer(limit) || json_integer_value(limit) <= 0) {
		answer_text(a, ANSWER_ERROR, "'limit' must be a number above 0");
		return;
	}
	if (from == NULL || (strcmp(from, "start") != 0 && text_parse_ip(from, &address) < 0)) {
		answer_text(a, ANSWER_ERROR, "'from' must be 'start' or an IPv4 address");
		return;
	}
	s = start(ctl, a, 0);
	if (s == NULL)
		return;
	s->all = true;
	s->page = true;
	s->limit = (uint64_t)json_integer_value(limit);
	s->next = strcmp(from, "start") == 0 ? 0 : address == UINT32_MAX ? address : address + 1;
}
