/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool: three sources of addresses a pool, and the two queues behind them. A queue is a ring of
 * words that carry the position they were written for, so that a reader tells a word that is
 * there from one whose writer is not done, or was killed. The queued flags of a record keep an
 * address from standing twice in one ring, so a ring as large as its pool never overflows.
 */
#include "shm/pool.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "shm/table.h"

#define TRIES 32 /* random places: in a pool that is nine tenths full all miss once in 29 times */
#define SPARE 64 /* room for entries that repairs queue a second time */

struct pool_queue {
	_Alignas(64) _Atomic uint64_t head;
	_Alignas(64) _Atomic uint64_t tail;
};

struct pool_state {
	uint32_t start, end;
	uint64_t ring_size;
	uint64_t next; /* offset of the next state in the region, 0: the last; supervisor only */
	struct pool_queue free, expired;
	_Alignas(64) _Atomic uint32_t fresh; /* addresses below start + fresh were handed out once */
	_Atomic uint32_t drawn; /* random places so far */
	_Atomic uint64_t counter[POOL_COUNTERS];
	_Atomic uint64_t reset[POOL_VIEWS][POOL_COUNTERS]; /* where it stood at the last reset */
	_Alignas(64) _Atomic uint64_t rings[]; /* free, then expired */
};

static _Atomic uint64_t *ring_of(struct pool_state *st, const struct pool_queue *q)
{
	return q == &st->free ? st->rings : st->rings + st->ring_size;
}

static void push(struct pool_state *st, struct pool_queue *q, uint32_t offset)
{
	uint64_t at = atomic_fetch_add(&q->tail, 1);

	atomic_store_explicit(&ring_of(st, q)[at % st->ring_size], (at + 1) << 32 | offset,
		memory_order_release);
}

static bool pop(struct pool_state *st, struct pool_queue *q, uint32_t *ret_offset)
{
	uint64_t head = atomic_load(&q->head), v;

	do {
		if (head == atomic_load(&q->tail))
			return false;
		v = atomic_load_explicit(&ring_of(st, q)[head % st->ring_size],
			memory_order_acquire);
		if (v >> 32 != ((head + 1) & UINT32_MAX))
			return false; /* its writer is not done; repair fills what a killed one left */
	} while (!atomic_compare_exchange_weak(&q->head, &head, head + 1));
	*ret_offset = (uint32_t)v;
	return true;
}

/* Fills the words that killed writers left out with an address that is looked at anyway. */
static void fill_holes(struct pool_state *st, struct pool_queue *q)
{
	uint64_t tail = atomic_load(&q->tail);

	for (uint64_t at = atomic_load(&q->head); at < tail; at++) {
		_Atomic uint64_t *word = &ring_of(st, q)[at % st->ring_size];
		uint64_t v = atomic_load(word);

		if (v >> 32 != ((at + 1) & UINT32_MAX))
			atomic_compare_exchange_strong(word, &v, (at + 1) << 32);
	}
}

/* --- building --- */

static uint64_t size_of(uint32_t start, uint32_t end)
{
	uint64_t ring = (uint64_t)end - start + 1 + SPARE;

	return (sizeof(struct pool_state) + 2 * ring * sizeof(uint64_t) + 63) / 64 * 64;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct pool_range *x = (const struct pool_range *)a,
				*y = (const struct pool_range *)b;

	return x->start != y->start ? (x->start > y->start) - (x->start < y->start) :
				      (x->end > y->end) - (x->end < y->end);
}

/* All states there are, sorted; *ret_n of them. */
static struct pool_range *existing(struct region *r, size_t *ret_n)
{
	uint64_t used = atomic_load(&r->next_pool_octet), at = 0;
	struct pool_range *v = NULL;
	size_t n = 0, room = 0;

	while (at < used) {
		struct pool_state *st = (struct pool_state *)region_at(r, r->areas.pools + at);

		if (n == room) {
			struct pool_range *more;

			room = room == 0 ? 64 : room * 2;
			more = (struct pool_range *)realloc(v, room * sizeof(*v));
			if (more == NULL) {
				free(v);
				return NULL;
			}
			v = more;
		}
		v[n++] = (struct pool_range){st->start, st->end, st};
		at += size_of(st->start, st->end);
	}
	if (n > 0)
		qsort(v, n, sizeof(*v), compare_ranges);
	*ret_n = n;
	return v == NULL ? (struct pool_range *)malloc(1) : v;
}

static struct pool_state *make(struct region *r, uint32_t start, uint32_t end)
{
	uint64_t at = atomic_load(&r->next_pool_octet), size = size_of(start, end);
	struct pool_state *st = (struct pool_state *)region_at(r, r->areas.pools + at);

	if (size > r->areas.pools_size - at)
		return NULL;
	st->start = start;
	st->end = end;
	st->ring_size = (uint64_t)end - start + 1 + SPARE;
	atomic_store(&r->next_pool_octet, at + size);
	return st;
}

/* The client index does not grow, and takes up to two entries a lease. */
static bool index_holds(const struct region *r, const struct pools *pools)
{
	uint64_t addresses = 0;

	for (size_t i = 0; i < pools->n; i++)
		addresses += (uint64_t)pools->v[i].end - pools->v[i].start + 1;
	return 2 * addresses <= ((uint64_t)r->areas.index_mask + 1) * REGION_BUCKET_ENTRIES;
}

static int too_large(struct err *err)
{
	return err_set(err, -ENOSPC, "restart the server: its tables are laid out at start",
		"the pools have grown too much for a reload");
}

int pool_build(struct region *r, struct pools *pools, struct err *err)
{
	size_t n = 0;
	struct pool_range *old;
	int rc = 0;

	if (!index_holds(r, pools))
		return too_large(err);
	old = existing(r, &n);
	if (old == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < pools->n && rc == 0; i++) {
		struct pool_range *p = &pools->v[i], *same;

		same = (struct pool_range *)bsearch(p, old, n, sizeof(*old), compare_ranges);
		p->state = same != NULL ? same->state : make(r, p->start, p->end);
		if (p->state == NULL)
			rc = too_large(err);
	}
	free(old);
	return rc;
}

const struct pool_range *pool_of(const struct pools *pools, uint32_t address)
{
	size_t low = 0, high = pools->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (pools->v[mid].end < address)
			low = mid + 1;
		else
			high = mid;
	}
	return low < pools->n && pools->v[low].start <= address ? &pools->v[low] : NULL;
}

/* --- taking and returning --- */

static uint32_t take_queued(struct region *r, struct pool_state *st, struct pool_queue *q,
	uint32_t slot, uint32_t now)
{
	uint8_t flag = q == &st->free ? TABLE_QUEUED_FREE : TABLE_QUEUED_EXPIRED;
	uint32_t offset;

	while (pop(st, q, &offset)) {
		uint32_t rec = table_find(r, st->start + offset);
		struct table_record *t;

		if (rec == TABLE_NONE)
			continue;
		t = table_record(r, rec);
		/* whoever holds the claim, or gets it, queues the address again if it is free */
		atomic_fetch_and(&t->queued, (uint8_t)~flag);
		if (!table_claim(r, rec, slot))
			continue;
		if (table_available(t, now))
			return rec;
		table_release(r, rec);
	}
	return TABLE_NONE;
}

static uint32_t take_fresh(struct region *r, struct pool_state *st, uint32_t slot)
{
	uint32_t offset = atomic_load(&st->fresh), rec;

	while (offset <= st->end - st->start) {
		if (!atomic_compare_exchange_weak(&st->fresh, &offset, offset + 1))
			continue;
		rec = table_find(r, st->start + offset);
		if (rec == TABLE_NONE) {
			rec = table_attach(r, st->start + offset, slot);
			if (rec != TABLE_NONE)
				return rec;
		} else if (table_claim(r, rec, slot)) {
			if (table_record(r, rec)->state == TABLE_FREE)
				return rec;
			table_release(r, rec);
		}
		offset = atomic_load(&st->fresh);
	}
	return TABLE_NONE;
}

uint32_t pool_take(struct region *r, const struct pool_range *pool, enum pool_source source,
	uint32_t slot, uint32_t now)
{
	struct pool_state *st = pool->state;

	if (source == POOL_FRESH)
		return take_fresh(r, st, slot);
	return take_queued(r, st, source == POOL_FREE ? &st->free : &st->expired, slot, now);
}

static uint32_t random_offset(const struct region *r, struct pool_state *st)
{
	uint64_t size = (uint64_t)st->end - st->start + 1;
	uint8_t place[8];

	wire_set_be32(place, st->start);
	wire_set_be32(place + 4, atomic_fetch_add(&st->drawn, 1));
	return (uint32_t)(hash_bytes(&r->key, place, sizeof(place)) % size);
}

uint32_t pool_take_random(struct region *r, const struct pool_range *pool, uint32_t slot)
{
	for (int i = 0; i < TRIES; i++) {
		uint32_t address = pool->start + random_offset(r, pool->state);
		uint32_t rec = table_find(r, address);

		if (rec == TABLE_NONE) {
			rec = table_attach(r, address, slot);
			if (rec != TABLE_NONE)
				return rec;
		} else if (table_record(r, rec)->state == TABLE_FREE &&
			table_claim(r, rec, slot)) {
			if (table_record(r, rec)->state == TABLE_FREE)
				return rec;
			table_release(r, rec);
		}
	}
	return TABLE_NONE;
}

/* The queue for a record of this state, NULL: none; the fresh mark will come by an address that
 * was given away out of turn. */
static struct pool_queue *queue_for(struct pool_state *st, const struct table_record *t,
	uint8_t *ret_flag)
{
	if (t->state == TABLE_FREE && t->address - st->start < atomic_load(&st->fresh)) {
		*ret_flag = TABLE_QUEUED_FREE;
		return &st->free;
	}
	/* an offer over a row that a pair has to keep: when it lapses, that row counts again */
	if (t->state == LEASE_EXPIRED || t->state == LEASE_RELEASED ||
		(t->state == TABLE_OFFER && t->seq != 0)) {
		*ret_flag = TABLE_QUEUED_EXPIRED;
		return &st->expired;
	}
	return NULL;
}

void pool_release(struct region *r, const struct pools *pools, uint32_t rec)
{
	struct table_record *t = table_record(r, rec);
	const struct pool_range *pool = pool_of(pools, t->address);
	struct pool_queue *q = NULL;
	uint8_t flag = 0;

	if (pool != NULL)
		q = queue_for(pool->state, t, &flag);
	table_release(r, rec);
	/* killed here: nobody's claim, in no queue; repair looks through the pools for that */
	if (q != NULL && (atomic_fetch_or(&t->queued, flag) & flag) == 0)
		push(pool->state, q, t->address - pool->start);
}

void pool_count(const struct pool_range *pool, enum pool_counter c)
{
	if (pool != NULL)
		atomic_fetch_add_explicit(&pool->state->counter[c], 1, memory_order_relaxed);
}

uint64_t pool_counted(const struct pool_range *pool, enum pool_counter c)
{
	return atomic_load_explicit(&pool->state->counter[c], memory_order_relaxed);
}

uint64_t pool_value(const struct pool_range *pool, enum pool_counter c, enum pool_view view)
{
	return pool_counted(pool, c) -
		atomic_load_explicit(&pool->state->reset[view][c], memory_order_relaxed);
}

void pool_reset(const struct pool_range *pool, enum pool_counter c, enum pool_view view)
{
	atomic_store_explicit(
		&pool->state->reset[view][c], pool_counted(pool, c), memory_order_relaxed);
}

uint32_t pool_requeue(struct region *r, const struct pool_range *pool, uint32_t slot)
{
	struct pool_state *st = pool->state;
	struct pools only = {1, (struct pool_range *)(uintptr_t)pool};
	uint32_t n = 0, fresh = atomic_load(&st->fresh);

	fill_holes(st, &st->free);
	fill_holes(st, &st->expired);
	for (uint32_t offset = 0; offset < fresh; offset++) {
		uint32_t rec = table_find(r, st->start + offset);

		if (rec == TABLE_NONE)
			rec = table_attach(r, st->start + offset, slot);
		else if (table_record(r, rec)->state == LEASE_ASSIGNED ||
			!table_claim(r, rec, slot))
			continue;
		if (rec == TABLE_NONE)
			continue;
		if (table_record(r, rec)->queued != 0) {
			table_release(r, rec);
			continue;
		}
		pool_release(r, &only, rec);
		n++;
	}
	return n;
}
