/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: ticks ten times a second. Each tick reclaims a part of the table; the journal is carried
 * over when it has grown, when a while has passed, or when somebody waits for it. Waiting long
 * makes the database's pages worth writing; what it costs is the replay at the next start.
 */
#include "shm/store.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shm/base/clock.h"
#include "shm/base/log.h"
#include "shm/carry.h"
#include "shm/reclaim.h"
#include "shm/tally.h"

#define TICK_MS        100
#define CARRY_EVERY_NS (60 * CLOCK_NS_PER_S)
#define CARRY_AT       131072 /* changes */
#define RECOUNT_EVERY_NS (60 * CLOCK_NS_PER_S)
#define TROUBLE_MS     10000  /* between log lines about the same trouble */

struct store {
	const struct child *child;
	struct journal *journal;
	struct history *history; /* NULL: none is kept */
	struct reclaim reclaim;
	uint64_t carried_ns, counted_ns;
	struct log_limit trouble;
};

static long futex(_Atomic uint32_t *word, int op, uint32_t value, const struct timespec *timeout)
{
	return syscall(SYS_futex, word, op, value, timeout, NULL, 0);
}

static void report(struct store *s, enum log_event ev, const struct err *err)
{
	unsigned missed;

	if (log_limit(&s->trouble, TROUBLE_MS, &missed))
		log_err(ev, err);
}

static void carry(struct store *s)
{
	struct region *r = s->child->region;
	bool wanted = atomic_exchange(&r->apply_wanted, 0) != 0;
	uint64_t waiting = atomic_load(&r->committed) - atomic_load(&r->applied);
	uint64_t now = clock_mono_ns();
	struct err err = {0};
	int64_t n;

	if (waiting == 0 ||
		(!wanted && waiting < CARRY_AT && now - s->carried_ns < CARRY_EVERY_NS))
		return;
	n = carry_run(r, s->journal, s->child->state_dir, s->history,
		wanted || waiting >= CARRY_MAX, &err);
	if (n < 0) {
		report(s, EV_STORE_FAILED, &err);
		return;
	}
	/* a backlog goes on with the next tick */
	s->carried_ns = n < CARRY_MAX ? now : 0;
}

/* Counts of leases: what killed processes left wrong, and what a new class has already. */
static void recount(struct store *s)
{
	uint64_t now = clock_mono_ns();

	if (s->counted_ns != 0 && now - s->counted_ns < RECOUNT_EVERY_NS)
		return;
	if (tally_recount(s->child->region) != -EAGAIN)
		s->counted_ns = now; /* without memory: next time */
}

static void tick(struct store *s)
{
	struct err err = {0};

	recount(s);
	/* what ends on the active node of a pair comes to the other one by the journal */
	if (authority_mode(authority_rules(&s->child->region->pair.authority)) !=
			AUTHORITY_SILENT &&
		reclaim_some(&s->reclaim, clock_wall_s(), &err) < 0)
		report(s, EV_COMMIT_FAILED, &err);
	carry(s);
}

static void loop(struct store *s)
{
	struct timespec wait = {0, TICK_MS * (long)CLOCK_NS_PER_MS};
	struct region *r = s->child->region;

	while (!child_stop) {
		futex(&r->apply_wanted, FUTEX_WAIT, 0, &wait);
		tick(s);
	}
	/* leave little to replay at the next start */
	s->carried_ns = 0;
	carry(s);
}

/* What an earlier generation took out of its queues since it was reserved, this one may give
 * away. */
static void requeue(const struct child *c)
{
	for (size_t i = 0; i < c->pools->n; i++)
		pool_requeue(c->region, &c->pools->v[i], c->slot);
}

int store_run(const struct child *c, uint32_t hold_s, uint32_t history_mib)
{
	struct store s = {.child = c, .carried_ns = clock_mono_ns()};
	struct err err = {0};
	sigset_t mask;

	child_signals(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL); /* SIGTERM ends the wait at once */
	if (journal_open(c->state_dir, &s.journal, &err) < 0 ||
		(history_mib > 0 && history_open(c->state_dir, history_mib,
			atomic_load(&c->region->committed), &s.history, &err) < 0)) {
		log_err(EV_CHILD_FAILED, &err);
		journal_close(s.journal);
		return CHILD_FAILED;
	}
	journal_clear_dead(s.journal);
	s.reclaim = (struct reclaim){c, commit_new(c, s.journal), hold_s, 0, 0};
	requeue(c);
	if (s.reclaim.commit != NULL)
		loop(&s);
	commit_free(s.reclaim.commit);
	history_close(s.history);
	journal_close(s.journal);
	return CHILD_DONE;
}

void store_hurry(struct region *r)
{
	atomic_store(&r->apply_wanted, 1);
	futex(&r->apply_wanted, FUTEX_WAKE, INT_MAX, NULL);
}
