/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_lease_wipe: deletes the leases of a subnet, or all, in pieces, so that neither workers nor
 * other commands wait for the end.
 */
#include "daemon/control/command.h"

#include <stdio.h>

#include "daemon/conf/model.h"
#include "shm/base/clock.h"
#include "shm/rights.h"

#define PIECE_MAX 50000                /* records looked at in one turn of the loop */
#define WAIT_NS   (2 * CLOCK_NS_PER_S) /* for a lease that somebody is changing */

struct wipe {
	struct control *ctl;
	uint32_t subnet_id; /* 0: every subnet */
	uint32_t next;      /* record */
	uint64_t until_ns;
	uint64_t count;
	uint8_t *touched;   /* by index of subnet: whether a lease of it was deleted */
};

static bool is_wanted(const struct wipe *w, const struct table_record *t)
{
	return table_has_lease(t) &&
		(w->subnet_id == 0 || t->subnet_id == w->subnet_id);
}

/* Adds the deletion of a record to the commit. false: somebody else has it. */
static bool take(struct wipe *w, uint32_t rec)
{
	const struct child *c = w->ctl->child;
	const struct table_record *t = table_record(c->region, rec);
	const struct model_subnet *s;

	if (!table_claim(c->region, rec, c->slot))
		return false;
	if (!is_wanted(w, t) || commit_delete(w->ctl->commit, rec) < 0) {
		pool_release(c->region, c->pools, rec);
		return true;
	}
	s = model_subnet_by_id(c->model, t->subnet_id);
	if (s != NULL)
		w->touched[s->index] = 1;
	w->count++;
	return true;
}

static void say_done(const struct wipe *w, struct answer *a)
{
	const struct model *m = w->ctl->child->model;
	char names[256] = "";
	size_t n = 0, len = 0; /* 16 numbers of 10 digits fit */

	for (size_t i = 0; i < m->n_subnets; i++) {
		if (w->touched[i] == 0)
			continue;
		if (n++ < 16)
			len += (size_t)snprintf(names + len, sizeof(names) - len, " %u",
				m->subnets[i]->id);
	}
	answer_text(a, w->count > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY,
		"Deleted %llu IPv4 lease(s) from subnet(s)%s%s", (unsigned long long)w->count,
		names, n > 16 ? " ..." : "");
}

static enum answer_progress wipe_some(struct answer *a)
{
	struct wipe *w = (struct wipe *)a->state;
	struct region *r = w->ctl->child->region;
	struct err err = {0};
	bool waiting = false;

	commit_under(w->ctl->commit, rights_rules(r));
	for (uint32_t n = 0; w->next < table_size(r) && n < PIECE_MAX; n++) {
		if (commit_count(w->ctl->commit) == COMMIT_MAX)
			break;
		if (is_wanted(w, table_record(r, w->next)) && !take(w, w->next) &&
			clock_mono_ns() < w->until_ns) {
			waiting = true;
			break;
		}
		w->next++;
	}
	if (commit_run(w->ctl->commit, &err) < 0) {
		answer_text(a, ANSWER_ERROR, "not all leases are deleted: %s", err.text);
		return ANSWER_DONE;
	}
	if (w->next < table_size(r))
		return waiting ? ANSWER_WAIT : ANSWER_MORE;
	say_done(w, a);
	return ANSWER_DONE;
}

void cmd_lease4_wipe(struct control *ctl, const json_t *args, struct answer *a)
{
	const json_t *subnet = json_object_get(args, "subnet-id");
	size_t n = ctl->child->model->n_subnets;
	struct wipe *w;

	if (subnet != NULL && (!json_is_integer(subnet) || json_integer_value(subnet) < 0 ||
			json_integer_value(subnet) >= UINT32_MAX)) {
		answer_text(a, ANSWER_ERROR, "'subnet-id' must be a subnet's number, 0: all");
		return;
	}
	w = (struct wipe *)answer_stream(a, wipe_some, sizeof(*w) + n);
	if (w == NULL)
		return;
	w->ctl = ctl;
	w->subnet_id = subnet != NULL ? (uint32_t)json_integer_value(subnet) : 0;
	w->until_ns = clock_mono_ns() + WAIT_NS;
	w->touched = (uint8_t *)(w + 1);
}
