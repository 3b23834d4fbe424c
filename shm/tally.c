/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally: an open hash table that only grows. Every change is one atomic addition, so that processes
 * need no lock; what a killed one leaves is put right by counting anew.
 */
#include "shm/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shm/table.h"

#define ONE_CHANGE (UINT64_C(1) << 32)
#define COUNT_BITS 24 /* of window */

static struct tally *entries(const struct region *r)
{
	return (struct tally *)region_at(r, r->areas.tallies);
}

/* The place of key: it holds the number of its entry + 1, or 0 where that belongs. */
static _Atomic uint32_t *place_of(const struct region *r, uint64_t key)
{
	_Atomic uint32_t *places = (_Atomic uint32_t *)region_at(r, r->areas.tally_places);
	uint32_t i = (uint32_t)hash_mix64(key);

	for (;; i++) {
		_Atomic uint32_t *place = &places[i % TALLY_PLACES];
		uint32_t n = atomic_load_explicit(place, memory_order_acquire);

		if (n == 0 || entries(r)[n - 1].key == key)
			return place;
	}
}

struct tally *tally_find(const struct region *r, uint64_t key)
{
	uint32_t n = atomic_load_explicit(place_of(r, key), memory_order_acquire);

	return n > 0 ? &entries(r)[n - 1] : NULL;
}

int tally_build(struct region *r, const uint64_t *keys, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		_Atomic uint32_t *place = place_of(r, keys[i]);
		uint32_t next = atomic_load(&r->next_tally);

		if (atomic_load(place) != 0)
			continue;
		if (next == TALLY_ENTRIES)
			return err_set(err, -ENOSPC,
				"restart the server: its tables are laid out at start",
				"there were too many subnets and classes since the start");
		entries(r)[next].key = keys[i];
		atomic_store_explicit(place, next + 1, memory_order_release);
		atomic_store(&r->next_tally, next + 1);
	}
	return 0;
}

/* --- leases --- */

static void add(const struct region *r, uint64_t key, struct tally_set *set)
{
	struct tally *t = set->n < TALLY_MAX ? tally_find(r, key) : NULL;

	if (t != NULL)
		set->v[set->n++] = t;
}

/* What stands behind the word in s, blanks left out; p NULL: it does not begin so. */
static struct span behind(struct span s, const char *word)
{
	size_t len = strlen(word);

	while (s.len > 0 && (*s.p == ' ' || *s.p == '\t' || *s.p == '\n' || *s.p == '\r'))
		s = span_of(s.p + 1, s.len - 1);
	if (s.len < len || memcmp(s.p, word, len) != 0)
		return span_of(NULL, 0);
	return span_of(s.p + len, s.len - len);
}

/* The strings of a JSON list; what is no string ends it. */
static void add_classes(const struct region *r, struct span list, struct tally_set *set)
{
	struct span rest = behind(list, "\"");

	while (rest.p != NULL) {
		const uint8_t *end = (const uint8_t *)memchr(rest.p, '"', rest.len);

		if (end == NULL)
			return;
		add(r, tally_class_key(span_of(rest.p, (size_t)(end - rest.p))), set);
		rest = behind(span_of(end + 1, rest.len - (size_t)(end + 1 - rest.p)), ",");
		if (rest.p != NULL)
			rest = behind(rest, "\"");
	}
}

void tally_of(const struct region *r, uint32_t subnet_id, struct span context,
	struct tally_set *ret)
{
	static const char name[] = "\"client-classes\"";
	const uint8_t *found = NULL;
	struct span list;

	ret->n = 0;
	add(r, tally_subnet_key(subnet_id), ret);
	if (context.len > 0)
		found = (const uint8_t *)memmem(context.p, context.len, name, sizeof(name) - 1);
	if (found == NULL)
		return;
	list = behind(span_of(found, context.len - (size_t)(found - context.p)), name);
	list = behind(list, ":");
	if (list.p != NULL)
		list = behind(list, "[");
	if (list.p != NULL)
		add_classes(r, list, ret);
}

static bool has(const struct tally_set *set, const struct tally *t)
{
	for (unsigned i = 0; i < set->n; i++)
		if (set->v[i] == t)
			return true;
	return false;
}

/* delta: 1, or UINT32_MAX for -1. The halves are kept apart. */
static void change(struct tally *t, uint32_t delta)
{
	uint64_t old = atomic_load_explicit(&t->leases, memory_order_relaxed), now;

	do {
		uint32_t n = (uint32_t)old + delta;

		/* never below none: a difference that a killed process left is not made worse */
		if (delta != 1 && (uint32_t)old == 0)
			n = 0;
		now = ((old & ~UINT64_C(0xffffffff)) + ONE_CHANGE) | n;
	} while (!atomic_compare_exchange_weak(&t->leases, &old, now));
}

void tally_move(const struct tally_set *from, const struct tally_set *to)
{
	for (unsigned i = 0; i < to->n; i++)
		if (!has(from, to->v[i]))
			change(to->v[i], 1);
	for (unsigned i = 0; i < from->n; i++)
		if (!has(to, from->v[i]))
			change(from->v[i], UINT32_MAX);
}

/* n: how many entries counts has; a generation may make more meanwhile. false: the record is being
 * written. */
static bool count_record(const struct region *r, uint32_t rec, uint32_t *counts, uint32_t n)
{
	const struct table_record *t = table_record(r, rec);
	uint32_t version = atomic_load_explicit(&t->version, memory_order_acquire);
	struct table_copy copy = {.lease = {.context = {NULL, 0}}};
	struct tally_set set = {.n = 0};

	if (version % 2 != 0)
		return false;
	if (t->address != 0 && table_is_counted(t->state)) {
		if (t->context_len > 0 && !table_read(r, rec, &copy))
			return false;
		tally_of(r, t->subnet_id, copy.lease.context, &set);
	}
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load_explicit(&t->version, memory_order_relaxed) != version)
		return false;
	for (unsigned i = 0; i < set.n; i++)
		if (set.v[i] - entries(r) < n)
			counts[set.v[i] - entries(r)]++;
	return true;
}

/* Counts every record. Since records and tallies change while the version is odd, what a whole record
 * says is in its tallies, and what becomes of it later changes them. */
static bool count_all(const struct region *r, uint32_t *counts, uint32_t n)
{
	uint32_t size = table_size(r);

	for (uint32_t rec = 0; rec < size; rec++)
		if (!count_record(r, rec, counts, n))
			return false;
	return true;
}

int tally_recount(struct region *r)
{
	uint32_t n = atomic_load(&r->next_tally);
	uint64_t *before = (uint64_t *)calloc((size_t)n + 1, sizeof(*before));
	uint32_t *counts = (uint32_t *)calloc((size_t)n + 1, sizeof(*counts));
	int rc = before == NULL || counts == NULL ? -ENOMEM : 0;

	for (uint32_t i = 0; rc == 0 && i < n; i++)
		before[i] = atomic_load(&entries(r)[i].leases);
	if (rc == 0 && !count_all(r, counts, n))
		rc = -EAGAIN;
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		uint64_t old = before[i];

		if ((uint32_t)old != counts[i])
			atomic_compare_exchange_strong(&entries(r)[i].leases, &old,
				((old & ~UINT64_C(0xffffffff)) + ONE_CHANGE) | counts[i]);
	}
	free(before);
	free(counts);
	return rc;
}

/* --- packets --- */

/* Another worker may have begun it later than this one looked at the clock. */
static bool is_over(uint64_t window, uint64_t period_ms, uint64_t now_ms)
{
	return window == 0 || now_ms >= (window >> COUNT_BITS) + period_ms;
}

bool tally_admits(const struct tally *t, uint32_t max, uint64_t period_ms, uint64_t now_ms)
{
	uint64_t window = atomic_load_explicit(&t->window, memory_order_relaxed);

	if (is_over(window, period_ms, now_ms))
		return max > 0;
	return (window & TALLY_PACKETS_MAX) < max;
}

bool tally_packet(struct tally *t, uint32_t max, uint64_t period_ms, uint64_t now_ms)
{
	uint64_t old = atomic_load_explicit(&t->window, memory_order_relaxed), now;

	do {
		if (!is_over(old, period_ms, now_ms) && (old & TALLY_PACKETS_MAX) >= max)
			return false;
		now = is_over(old, period_ms, now_ms) ? now_ms << COUNT_BITS | 1 : old + 1;
	} while (!atomic_compare_exchange_weak(&t->window, &old, now));
	return true;
}

/* --- addresses outside every pool --- */

void tally_count(const struct region *r, const struct pools *pools, uint32_t address,
	uint32_t subnet_id, enum pool_counter c)
{
	const struct pool_range *pool = pool_of(pools, address);
	struct tally *t = pool == NULL ? tally_find(r, tally_subnet_key(subnet_id)) : NULL;

	pool_count(pool, c);
	if (t != NULL)
		atomic_fetch_add_explicit(&t->outside[c], 1, memory_order_relaxed);
}

uint64_t tally_counted(const struct region *r, uint32_t subnet_id, enum pool_counter c)
{
	const struct tally *t = tally_find(r, tally_subnet_key(subnet_id));

	return t != NULL ? atomic_load_explicit(&t->outside[c], memory_order_relaxed) : 0;
}

uint64_t tally_value(const struct region *r, uint32_t subnet_id, enum pool_counter c)
{
	const struct tally *t = tally_find(r, tally_subnet_key(subnet_id));

	return t != NULL ? tally_counted(r, subnet_id, c) -
			atomic_load_explicit(&t->reset[c], memory_order_relaxed) : 0;
}

void tally_reset(struct region *r, uint32_t subnet_id, enum pool_counter c)
{
	struct tally *t = tally_find(r, tally_subnet_key(subnet_id));

	if (t != NULL)
		atomic_store_explicit(&t->reset[c], tally_counted(r, subnet_id, c),
			memory_order_relaxed);
}
