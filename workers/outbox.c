/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox: a stage goes round: spare, gathering, committing, waiting for the partner, spare. Without
 * a pair nothing waits, and two of them do.
 */
#include "workers/outbox.h"

#include <errno.h>
#include <stdlib.h>

#include "shm/base/clock.h"
#include "shm/base/log.h"
#include "shm/rights.h"
#include "workers/committer.h"
#include "workers/tx.h"

#define STAGES_ALONE 2
#define STAGES_PAIR  8
#define TROUBLE_MS   10000 /* between log lines about the same trouble */
#define PARTNER_MS   5     /* between looks at the partner, where nothing else can be done */
#define FINISH_MS    300

/* Changes, and the answers that leave when they are on disk. */
struct stage {
	struct stage *next;
	struct commit *commit;
	uint64_t rules;    /* under which all of it was decided */
	uint64_t rests_on; /* the partner must hold the journal up to here */
	uint64_t since_ns; /* on disk here */
	struct batch held;
};

struct outbox {
	const struct child *child;
	struct counter_block *counters;
	struct shelf *shelf;
	struct committer *committer;
	uint64_t rules;
	struct batch prompt; /* answers that need no commit */
	struct stage *gathering;
	struct stage *committing; /* the committer's; NULL: none */
	struct stage *waiting, **waiting_end;
	struct stage *spare;
	struct log_limit trouble;
	bool failing; /* the last commit failed */
	struct stage stages[STAGES_PAIR];
};

/* --- sending --- */

static enum authority_verdict may_send(const struct outbox *o, uint64_t rules, uint64_t rests_on)
{
	return authority_may_send(
		&o->child->region->pair.authority, rules, rests_on, clock_mono_ns());
}

static void send_all(struct outbox *o, struct batch *b)
{
	for (size_t i = 0; o->shelf != NULL && i < b->n; i++)
		shelf_done(o->shelf, b->v[i].ticket);
	tx_send(&o->child->port, b, o->counters);
}

/* Sends the answers, or throws them away: those on the shelf are made again under other rules.
 * false: they have to wait. */
static bool let_go(struct outbox *o, struct batch *b, uint64_t rules, uint64_t rests_on)
{
	if (b->n == 0)
		return true;
	switch (may_send(o, rules, rests_on)) {
	case AUTHORITY_SEND:
		send_all(o, b);
		return true;
	case AUTHORITY_HOLD:
		return false;
	case AUTHORITY_AGAIN:
		b->n = 0;
		return true;
	}
	bug("unknown verdict of the authority");
}

static void recycle(struct outbox *o, struct stage *s)
{
	s->next = o->spare;
	o->spare = s;
}

/* Lets go what waits for the partner, in its order. */
static void send_waiting(struct outbox *o)
{
	struct stage *s;

	while ((s = o->waiting) != NULL && let_go(o, &s->held, s->rules, s->rests_on)) {
		if (authority_mode(s->rules) == AUTHORITY_ACTIVE)
			counter_observe(o->counters, HISTOGRAM_REPLICATION,
				clock_mono_ns() - s->since_ns);
		o->waiting = s->next;
		if (o->waiting == NULL)
			o->waiting_end = &o->waiting;
		recycle(o, s);
	}
}

static void wait_for_partner(struct outbox *o, struct stage *s)
{
	s->next = NULL;
	s->since_ns = clock_mono_ns();
	*o->waiting_end = s;
	o->waiting_end = &s->next;
	send_waiting(o);
}

/* --- committing --- */

static void report_commit(struct outbox *o, int rc, const struct err *err)
{
	unsigned missed;

	if (rc < 0 && log_limit(&o->trouble, TROUBLE_MS, &missed))
		log_err(EV_COMMIT_FAILED, err);
	if (rc == 0 && o->failing)
		LOG(EV_COMMIT_RECOVERED, "leases are written to disk again");
	o->failing = rc < 0;
}

/* The committer is done: publish, then answer; or undo, and leave it to the clients to ask again. */
static void settle(struct outbox *o, int rc, const struct err *err)
{
	struct stage *s = o->committing;
	bool other_rules = rc == -ESTALE || rc == -EROFS;

	o->committing = NULL;
	commit_settle(s->commit, rc);
	if (!other_rules)
		report_commit(o, rc, err);
	if (rc == 0) {
		if (s->rests_on < commit_last(s->commit))
			s->rests_on = commit_last(s->commit);
		wait_for_partner(o, s);
		return;
	}
	if (!other_rules) {
		counter_add(o->counters, COUNTER_PROCESSING_FAILED, s->held.n);
		counter_add(o->counters, COUNTER_RECEIVE_DROP, s->held.n);
	}
	s->held.n = 0;
	recycle(o, s);
}

static void collect(struct outbox *o)
{
	struct err err;
	int rc;

	if (committer_done(o->committer, &rc, &err))
		settle(o, rc, &err);
}

static void gather_anew(struct outbox *o)
{
	struct stage *s = o->spare;

	o->spare = s->next;
	s->rules = o->rules;
	s->rests_on = 0;
	commit_under(s->commit, o->rules);
	o->gathering = s;
}

static void hand_over(struct outbox *o)
{
	struct stage *s = o->gathering;

	if (commit_count(s->commit) == 0) { /* what is held tells of leases that are on disk */
		if (!let_go(o, &s->held, s->rules, s->rests_on) && o->spare != NULL) {
			gather_anew(o);
			wait_for_partner(o, s);
		}
	} else if (o->committing == NULL && o->spare != NULL) {
		gather_anew(o);
		o->committing = s;
		committer_submit(o->committer, s->commit);
	}
}

/* --- what the worker calls --- */

void outbox_go(struct outbox *o)
{
	collect(o);
	send_waiting(o);
	hand_over(o);
	let_go(o, &o->prompt, o->rules, 0);
}

void outbox_flush(struct outbox *o)
{
	uint32_t seen = 0;
	struct err err;

	let_go(o, &o->prompt, o->rules, 0);
	do {
		hand_over(o);
		if (o->committing != NULL)
			settle(o, committer_wait(o->committer, &err), &err);
		else if (o->spare == NULL)
			pair_wait(o->child->region, &seen, PARTNER_MS);
		send_waiting(o);
	} while (commit_count(o->gathering->commit) > 0);
}

void outbox_finish(struct outbox *o)
{
	uint64_t until = clock_mono_ns() + FINISH_MS * CLOCK_NS_PER_MS;
	uint32_t seen = 0;

	outbox_flush(o);
	while ((o->waiting != NULL || o->prompt.n + o->gathering->held.n > 0) &&
		clock_mono_ns() < until) {
		pair_wait(o->child->region, &seen, PARTNER_MS);
		outbox_go(o);
	}
}

void outbox_under(struct outbox *o, uint64_t rules)
{
	if (rules == o->rules)
		return;
	outbox_flush(o);
	o->prompt.n = o->gathering->held.n = 0;
	o->rules = o->gathering->rules = rules;
	o->gathering->rests_on = 0;
	commit_under(o->gathering->commit, rules);
}

struct commit *outbox_commit(const struct outbox *o)
{
	return o->gathering->commit;
}

unsigned outbox_room(const struct outbox *o)
{
	size_t prompt = BATCH_MAX - o->prompt.n, held = BATCH_MAX - o->gathering->held.n;
	/* a packet may make two changes */
	size_t changes = (COMMIT_MAX - commit_count(o->gathering->commit)) / 2;
	size_t least = prompt < held ? prompt : held;

	return (unsigned)(least < changes ? least : changes);
}

struct answer *outbox_add(struct outbox *o, bool hold, uint64_t rests_on)
{
	struct batch *b = hold ? &o->gathering->held : &o->prompt;
	struct answer *a = batch_next(b);

	if (a == NULL)
		bug("a batch has more answers than packets");
	if (hold && o->gathering->rests_on < rests_on)
		o->gathering->rests_on = rests_on;
	batch_keep(b);
	return a;
}

int outbox_fd(const struct outbox *o)
{
	return committer_fd(o->committer);
}

int outbox_new(const struct child *c, struct journal *j, struct shelf *shelf, struct outbox **ret,
	struct err *err)
{
	struct outbox *o = (struct outbox *)calloc(1, sizeof(*o));
	int rc;

	if (o == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	o->child = c;
	o->counters = child_counters(c);
	o->shelf = shelf;
	o->waiting_end = &o->waiting;
	for (size_t i = 0; i < (shelf != NULL ? STAGES_PAIR : STAGES_ALONE); i++) {
		o->stages[i].commit = commit_new(c, j);
		if (o->stages[i].commit == NULL) {
			outbox_free(o);
			return err_set(err, -ENOMEM, NULL, "out of memory");
		}
		recycle(o, &o->stages[i]);
	}
	gather_anew(o);
	rc = committer_start(&o->committer, err);
	if (rc < 0)
		outbox_free(o);
	else
		*ret = o;
	return rc;
}

void outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	committer_stop(o->committer);
	for (size_t i = 0; i < STAGES_PAIR; i++)
		commit_free(o->stages[i].commit);
	free(o);
}
