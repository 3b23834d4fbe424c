/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carry: the sorted stretch is written in slices of SLICE rows, one transaction each, to bound
 * the memory that LMDB's dirty pages take and the time for which the disk is busy; only the last
 * slice moves the applied position. A crash in between repeats slices that are there already,
 * which changes nothing.
 */
#include "shm/carry.h"

#include <errno.h>
#include <time.h>

#include "shm/base/clock.h"
#include "shm/child.h"
#include "shm/leasedb.h"
#include "shm/pair.h"
#include "shm/stretch.h"

#define SLICE      512
#define TRIM_CHUNK 2048
#define HOLD_NS    (30 * CLOCK_NS_PER_S)

/* Changes, and whom they tell of them. */
struct carry {
	struct stretch stretch;
	struct history *history; /* NULL: none is kept */
	uint32_t now;
};

static int keep_change(void *arg, const struct change *c)
{
	struct carry *k = (struct carry *)arg;
	struct history_entry e;

	if (k->history != NULL && c->kind != CHANGE_MARK &&
		history_of(c, k->now, &e) != HISTORY_NONE)
		history_add(k->history, &e);
	return stretch_take(&k->stretch, c);
}

/* Leaves the disk to the workers' commits for as long as the last step has taken, unless somebody
 * waits for the end. */
static void give_way(const struct region *r, bool hurry, uint64_t begun_ns)
{
	uint64_t ns = clock_mono_ns() - begun_ns;
	struct timespec pause = {(time_t)(ns / CLOCK_NS_PER_S), (long)(ns % CLOCK_NS_PER_S)};

	if (!hurry && !child_stop && atomic_load(&r->apply_wanted) == 0)
		nanosleep(&pause, NULL);
}

static int write_slices(const struct stretch *s, const struct region *r, const char *state_dir,
	bool hurry, struct err *err)
{
	struct leasedb *db;
	size_t at = 0;
	int rc = leasedb_open(state_dir, &db, err);

	if (rc < 0)
		return rc;
	do { /* once also for a stretch without leases */
		uint64_t begun = clock_mono_ns();

		rc = stretch_write(s, &at, SLICE, db, err);
		give_way(r, hurry, begun);
	} while (at < s->n && rc == 0);
	leasedb_close(db);
	return rc;
}

/* In small transactions: workers wait for the journal's writer lock meanwhile. */
static int trim(struct journal *j, const struct region *r, uint64_t position, bool hurry,
	struct err *err)
{
	int rc;

	do {
		uint64_t begun = clock_mono_ns();

		rc = journal_trim(j, position, TRIM_CHUNK, err);
		give_way(r, hurry, begun);
	} while (rc == 1);
	return rc;
}

static uint64_t trim_limit(const struct region *r, uint64_t applied)
{
	uint64_t limit = pair_trim_limit(r, applied), held = atomic_load(&r->hold_after);

	return held < limit && atomic_load(&r->hold_until_ns) > clock_mono_ns() ? held : limit;
}

static int64_t carry(struct region *r, struct journal *j, const char *state_dir,
	struct history *history, bool hurry, struct err *err)
{
	struct carry k = {.history = history, .now = clock_wall_s()};
	struct stretch *s = &k.stretch;
	uint64_t from = atomic_load(&r->applied) + 1;
	int64_t n = journal_read(j, from, CARRY_MAX, keep_change, &k, err);
	int rc = 0;

	if (n == -ENOMEM)
		err_set(err, -ENOMEM, "give the server more memory", "out of memory");
	if (n > 0 && history != NULL)
		rc = history_sync(history, err);
	if (n > 0 && rc == 0) {
		stretch_sort(s);
		rc = write_slices(s, r, state_dir, hurry, err);
		if (rc == 0) {
			atomic_store(&r->applied, s->last);
			rc = trim(j, r, trim_limit(r, s->last), hurry, err);
		}
	}
	stretch_fini(s);
	return rc < 0 ? rc : n;
}

int64_t carry_run(struct region *r, struct journal *j, const char *state_dir,
	struct history *history, bool hurry, struct err *err)
{
	int lock = leasedb_lock(state_dir, err);
	int64_t n;

	if (lock == -EBUSY) /* the ha process puts other leases in force */
		return 0;
	if (lock < 0)
		return lock;
	n = carry(r, j, state_dir, history, hurry, err);
	leasedb_unlock(lock);
	return n;
}

int carry_begin_hold(struct region *r, const char *state_dir, uint64_t *ret_position,
	struct err *err)
{
	/* who trims has the lock: nothing behind the applied position can be gone */
	int lock = leasedb_lock(state_dir, err);

	if (lock < 0)
		return lock;
	atomic_store(&r->hold_until_ns, 0);
	*ret_position = atomic_load(&r->applied);
	atomic_store(&r->hold_after, *ret_position);
	atomic_store(&r->hold_until_ns, clock_mono_ns() + HOLD_NS);
	leasedb_unlock(lock);
	return 0;
}

bool carry_renew_hold(struct region *r, uint64_t position)
{
	uint64_t now = clock_mono_ns();

	if (atomic_load(&r->hold_after) != position || atomic_load(&r->hold_until_ns) <= now)
		return false;
	atomic_store(&r->hold_until_ns, now + HOLD_NS);
	return true;
}
