/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply: as shm/commit.c does, claims first, then the journal, then the table; so a process that is
 * killed here is repaired like any other. An address that occurs more than once is claimed once.
 */
#include "ha/apply.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "shm/base/text.h"
#include "shm/pool.h"
#include "shm/table.h"

#define CLAIM_TRIES 10000 /* a repair or a command may hold a claim for a moment */

struct apply {
	const struct child *child;
	struct journal *journal;
	uint64_t next; /* position of the next change to come */
	int64_t shift_s;
	size_t n, used;
	struct fsm_run run;      /* the newest mark among them */
	uint32_t rec[APPLY_MAX]; /* of the changes claimed so far */
	struct span entry[APPLY_MAX];
	uint8_t buf[APPLY_MAX * 128 + HOST_CHANGE_MAX];
};

struct apply *apply_new(const struct child *c, struct journal *j)
{
	struct apply *a = (struct apply *)calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->child = c;
	a->journal = j;
	return a;
}

void apply_free(struct apply *a)
{
	free(a);
}

static void forget(struct apply *a)
{
	a->n = a->used = 0;
	a->run = (struct fsm_run){0};
}

void apply_start(struct apply *a, uint64_t next)
{
	forget(a);
	a->next = next;
}

int64_t apply_shift(int64_t offset_us, uint64_t error_us)
{
	const int64_t second = 1000000;
	int64_t ahead = offset_us - (int64_t)error_us;

	/* clocks as good as equal: rounding up each time would make both nodes' tables differ */
	if (offset_us > -second && offset_us < second)
		return 0;
	return ahead >= 0 ? -(ahead / second) : (-ahead + second - 1) / second;
}

void apply_set_shift(struct apply *a, int64_t shift_s)
{
	a->shift_s = shift_s;
}

int apply_add(struct apply *a, uint64_t position, struct span entry)
{
	struct change c;
	size_t len = entry.len;
	int rc = change_decode(entry, &c);

	if (rc < 0)
		return rc;
	if (position != a->next)
		return -EPROTO;
	if (a->n == APPLY_MAX || sizeof(a->buf) - a->used < HOST_CHANGE_MAX)
		return -ENOBUFS;
	if (c.kind == CHANGE_PUT && a->shift_s != 0) {
		lease_shift(&c.lease, a->shift_s);
		len = change_encode(&c, a->buf + a->used, RECORD_MAX);
	} else {
		memcpy(a->buf + a->used, entry.p, entry.len);
	}
	if (c.kind == CHANGE_MARK)
		a->run = (struct fsm_run){c.term, position, c.node};
	a->entry[a->n++] = span_of(a->buf + a->used, len);
	a->used += len;
	a->next++;
	return 0;
}

static struct change change_at(const struct apply *a, size_t i)
{
	struct change c;

	if (change_decode(a->entry[i], &c) < 0)
		bug("a change cannot be read back");
	return c;
}

/* Claims the address's record, unless an earlier change of this batch has. */
static uint32_t claim(struct apply *a, uint32_t address)
{
	struct region *r = a->child->region;

	for (int i = 0; i < CLAIM_TRIES; i++) {
		uint32_t rec = table_find(r, address);

		if (rec == TABLE_NONE)
			rec = table_attach(r, address, a->child->slot);
		if (rec == TABLE_NONE)
			return TABLE_NONE;
		if (table_owner(r, rec) == a->child->slot || table_claim(r, rec, a->child->slot))
			return rec;
		sched_yield();
	}
	return TABLE_NONE;
}

static void let_go(struct apply *a, size_t n)
{
	struct region *r = a->child->region;

	for (size_t i = 0; i < n; i++)
		if (a->rec[i] != TABLE_NONE && table_owner(r, a->rec[i]) == a->child->slot)
			pool_release(r, a->child->pools, a->rec[i]);
}

static int claim_all(struct apply *a, struct err *err)
{
	for (size_t i = 0; i < a->n; i++) {
		struct change c = change_at(a, i);
		char ip[TEXT_IP_SIZE];

		a->rec[i] = TABLE_NONE;
		if (c.kind == CHANGE_MARK || change_is_host(&c))
			continue;
		a->rec[i] = claim(a, c.lease.address);
		if (a->rec[i] != TABLE_NONE &&
			(c.kind == CHANGE_DELETE ||
				table_reserve(a->child->region, a->rec[i], &c.lease) == 0))
			continue;
		let_go(a, i + 1);
		return err_set(err, -ENOSPC, "restart the server: its tables are laid out at start",
			"no room in the table for the partner's lease of %s",
			text_ip(c.lease.address, ip));
	}
	return 0;
}

static void publish(struct apply *a, uint64_t first)
{
	struct region *r = a->child->region;
	bool hosts = false;

	for (size_t i = 0; i < a->n; i++) {
		struct change c = change_at(a, i);

		c.lease.seq = first + i;
		hosts |= change_is_host(&c);
		if (c.kind == CHANGE_PUT)
			table_put(r, a->rec[i], &c.lease);
		else if (c.kind == CHANGE_DELETE)
			table_clear(r, a->rec[i]);
	}
	if (hosts)
		pair_hosts_changed(a->child);
}

int apply_run(struct apply *a, uint64_t *ret_position, struct fsm_run *ret_run, struct err *err)
{
	struct region *r = a->child->region;
	uint64_t first = a->next - a->n, last = a->next - 1;
	int rc;

	*ret_position = 0;
	*ret_run = a->run;
	if (a->n == 0)
		return 0;
	rc = claim_all(a, err);
	if (rc < 0)
		return rc;
	rc = journal_append_at(a->journal, a->entry, a->n, first, err);
	if (rc == 0) {
		atomic_store(&r->committed, last);
		publish(a, first);
	}
	let_go(a, a->n);
	if (rc < 0)
		return rc;
	atomic_store(&r->slots[a->child->slot].published, last);
	*ret_position = last;
	forget(a);
	return 0;
}
