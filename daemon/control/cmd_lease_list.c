/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_lease_list: many leases, in order of address, from the lease database, once the store has
 * brought it up to what was committed when the command came. Written in pieces, each from a
 * database opened for it, so that memory does not grow with the number of leases.
 */
#include "daemon/control/command.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/conf/model.h"
#include "daemon/control/lease_json.h"
#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/leasedb.h"
#include "shm/store.h"

#define WAIT_NS   (5 * CLOCK_NS_PER_S)
#define PIECE_MAX 10000 /* leases looked at in one turn of the loop */

struct listing {
	const struct child *child;
	struct answer *answer;
	uint64_t wanted, until_ns; /* journal position to wait for, and how long */
	uint32_t next;             /* address to go on with */
	uint32_t seen;             /* leases, in this turn */
	uint64_t count, limit;
	bool page, begun;
	bool all;
	/* Unless all: leases of these subnets only. They are read from the subnets' prefixes alone,
	 * since a portal asks for one subnet after the other. */
	size_t n_subnets, at; /* next lies before the end of subnets[at] */
	const struct model_subnet *subnets[]; /* ascending prefix and index */
};

static int compare_subnets(const void *a, const void *b)
{
	const struct model_subnet *x = *(const struct model_subnet *const *)a,
				  *y = *(const struct model_subnet *const *)b;

	return x->prefix != y->prefix ? (x->prefix > y->prefix) - (x->prefix < y->prefix) :
					(x->index > y->index) - (x->index < y->index);
}

static bool is_listed(const struct listing *s, const struct lease *l)
{
	const struct model_subnet *subnet;

	if (s->all)
		return true;
	subnet = model_subnet_by_id(s->child->model, l->subnet_id);
	return subnet != NULL && bsearch(&subnet, s->subnets, s->n_subnets,
		sizeof(s->subnets[0]), compare_subnets) != NULL;
}

/* Moves next on to the first address that may belong to a subnet. false: there is none left. */
static bool skip_gap(struct listing *s)
{
	if (s->all)
		return true;
	for (; s->at < s->n_subnets; s->at++) {
		const struct model_subnet *subnet = s->subnets[s->at];

		if (s->next < subnet->prefix)
			s->next = subnet->prefix;
		if (s->next <= (subnet->prefix | ~subnet->mask))
			return true;
	}
	return false;
}

enum piece {
	PIECE_END = 1,  /* of the list */
	PIECE_FULL = 2, /* there may be more */
};

static int write_one(void *arg, const struct lease *l)
{
	struct listing *s = (struct listing *)arg;
	uint32_t address = l->address;

	if (s->count == s->limit)
		return PIECE_END;
	if (!s->all && address > (s->subnets[s->at]->prefix | ~s->subnets[s->at]->mask)) {
		s->next = address;
		return PIECE_FULL;
	}
	if (is_listed(s, l)) {
		lease_json_write(&s->answer->out, l);
		s->count++;
	}
	if (address == UINT32_MAX)
		return PIECE_END;
	s->next = address + 1;
	return out_full(&s->answer->out) || ++s->seen >= PIECE_MAX ? PIECE_FULL : 0;
}

static void begin(struct listing *s)
{
	answer_begin(s->answer);
	out_open(&s->answer->out, '{');
	out_key(&s->answer->out, "leases");
	out_open(&s->answer->out, '[');
	s->begun = true;
}

static void end(struct listing *s, int rc, const struct err *err)
{
	struct out *o = &s->answer->out;

	out_close(o, ']');
	if (s->page)
		out_key_int(o, "count", (int64_t)s->count);
	out_close(o, '}');
	if (rc < 0)
		answer_end(s->answer, ANSWER_ERROR, "the lease database cannot be read: %s",
			err->text);
	else
		answer_end(s->answer, s->count > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY,
			"%llu IPv4 lease(s) found.", (unsigned long long)s->count);
}

/* Writes the next leases: enum piece, 0 (no more leases) or a negative code. */
static int write_piece(struct listing *s, struct err *err)
{
	struct leasedb *db;
	int rc;

	if (!skip_gap(s))
		return PIECE_END;
	s->seen = 0;
	rc = leasedb_open(s->child->state_dir, &db, err);
	if (rc < 0)
		return rc;
	rc = leasedb_each(db, s->next, write_one, s, err);
	leasedb_close(db);
	return rc;
}

static enum answer_progress more(struct answer *a)
{
	struct listing *s = (struct listing *)a->state;
	struct region *r = s->child->region;
	struct err err = {0};
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
	rc = write_piece(s, &err);
	if (rc == PIECE_FULL)
		return ANSWER_MORE;
	end(s, rc, &err);
	return ANSWER_DONE;
}

static struct listing *start(struct control *ctl, struct answer *a, size_t n_subnets)
{
	struct listing *s = (struct listing *)answer_stream(
		a, more, sizeof(*s) + n_subnets * sizeof(s->subnets[0]));

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
	for (size_t i = 0; i < json_array_size(list); i++) {
		const struct model_subnet *subnet = model_subnet_by_id(ctl->child->model,
			(uint32_t)json_integer_value(json_array_get(list, i)));

		if (subnet != NULL) /* an unknown one just has no leases */
			s->subnets[s->n_subnets++] = subnet;
	}
	if (s->n_subnets > 0)
		qsort(s->subnets, s->n_subnets, sizeof(s->subnets[0]), compare_subnets);
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
