/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: records, their directory and their clients. Writes need the record's claim; reads take
 * nothing and check the version word. What concurrent readers may see half-written is bounded
 * here and confirmed by the caller under the claim.
 */
#include "shm/table.h"

#include <errno.h>
#include <sched.h>

#include "shm/index.h"
#include "shm/tally.h"

#define PAGE_ADDRESSES 256
#define EXTRA_SIZE     1024
#define HW_INLINE      6
#define PAIR_SIZE      8 /* acked_end_s and reuse_after_s, in front; if LEASE_PAIR is set */
#define READ_SPINS     20000 /* tries of a reader, the later ones giving way: some milliseconds */

struct page {
	_Atomic uint32_t rec[PAGE_ADDRESSES]; /* record + 1, 0: never used */
};

/* --- from address to record --- */

static struct page *page_at(const struct region *r, uint32_t n)
{
	return (struct page *)region_at(r, r->areas.pages) + n;
}

/* The directory entry of a /24: upper half its number + 1, lower half its page. Entries are
 * never removed. Returns the entry's place: the /24's own, or the empty one where it belongs. */
static _Atomic uint64_t *directory_find(const struct region *r, uint32_t prefix)
{
	_Atomic uint64_t *d = (_Atomic uint64_t *)region_at(r, r->areas.directory);
	/* neighbours stay together: a pool of many /24s then touches few cache lines */
	uint32_t i = (uint32_t)hash_mix64(prefix >> 8) + (prefix & 255);

	for (;; i++) {
		_Atomic uint64_t *e = &d[i & r->areas.directory_mask];
		uint64_t v = atomic_load_explicit(e, memory_order_acquire);

		if (v == 0 || v >> 32 == prefix + 1)
			return e;
	}
}

static bool bump(_Atomic uint32_t *next, uint32_t max, uint32_t *ret)
{
	uint32_t n = atomic_load_explicit(next, memory_order_relaxed);

	do {
		if (n >= max)
			return false;
	} while (!atomic_compare_exchange_weak(next, &n, n + 1));
	*ret = n;
	return true;
}

/* The place that holds the record number of address; makes its page if create is set. A page or
 * record that a process took and was killed before it was entered stays unused: some octets. */
static _Atomic uint32_t *place_of(const struct region *cr, struct region *r, uint32_t address,
	bool create)
{
	uint32_t n, prefix = address / PAGE_ADDRESSES;

	for (;;) {
		_Atomic uint64_t *e = directory_find(cr, prefix);
		uint64_t v = atomic_load_explicit(e, memory_order_acquire), empty = 0;

		if (v >> 32 == prefix + 1)
			return &page_at(cr, (uint32_t)v)->rec[address % PAGE_ADDRESSES];
		/* max_pages is a quarter of the directory: it never fills up */
		if (!create || !bump(&r->next_page, r->areas.max_pages, &n))
			return NULL;
		atomic_compare_exchange_strong(e, &empty, ((uint64_t)prefix + 1) << 32 | n);
	}
}

uint32_t table_find(const struct region *r, uint32_t address)
{
	_Atomic uint32_t *place = place_of(r, NULL, address, false);

	return place == NULL ? TABLE_NONE : atomic_load_explicit(place, memory_order_acquire) - 1;
}

uint32_t table_attach(struct region *r, uint32_t address, uint32_t slot)
{
	_Atomic uint32_t *place = place_of(r, r, address, true);
	struct table_record *t;
	uint32_t rec, none = 0;

	if (place == NULL || atomic_load(place) != 0 ||
		!bump(&r->next_record, r->areas.max_records, &rec))
		return TABLE_NONE;
	/* until its address is set, nobody who goes through the records looks at this one */
	t = table_record(r, rec);
	atomic_store(&t->claim, slot);
	t->state = TABLE_FREE;
	atomic_store_explicit(&t->address, address, memory_order_release);
	if (atomic_compare_exchange_strong(place, &none, rec + 1))
		return rec;
	atomic_store(&t->address, 0);
	atomic_store(&t->claim, 0);
	return TABLE_NONE;
}

/* --- claims --- */

bool table_claim(struct region *r, uint32_t rec, uint32_t slot)
{
	uint32_t nobody = 0;

	return atomic_compare_exchange_strong(&table_record(r, rec)->claim, &nobody, slot);
}

void table_release(struct region *r, uint32_t rec)
{
	atomic_store_explicit(&table_record(r, rec)->claim, 0, memory_order_release);
}

uint32_t table_owner(const struct region *r, uint32_t rec)
{
	return atomic_load_explicit(&table_record(r, rec)->claim, memory_order_acquire);
}

/* --- the variable part --- */

/* The variable part: what only a pair needs, what does not fit of a long hardware address,
 * client-id, hostname, agent, context. */
struct var {
	uint8_t *p;
	size_t size; /* room */
};

static struct var var_of(const struct region *r, const struct table_record *t)
{
	if (t->extra == 0 || t->extra > r->areas.max_extras)
		return (struct var){(uint8_t *)(uintptr_t)t->var, TABLE_INLINE};
	return (struct var){(uint8_t *)region_at(r, r->areas.extras) +
			(size_t)(t->extra - 1) * EXTRA_SIZE, EXTRA_SIZE};
}

static size_t hw_rest(uint8_t hlen)
{
	return hlen > HW_INLINE ? (size_t)hlen - HW_INLINE : 0;
}

static size_t var_len(const struct lease *l)
{
	return (lease_has_pair(l) ? PAIR_SIZE : 0) + hw_rest(l->hlen) + l->client_id.len +
		l->hostname.len + l->agent.len + l->context.len;
}

int table_reserve(struct region *r, uint32_t rec, const struct lease *l)
{
	struct table_record *t = table_record(r, rec);
	uint32_t n;

	if (t->extra != 0 || var_len(l) <= TABLE_INLINE)
		return 0;
	if (!bump(&r->next_extra, r->areas.max_extras, &n))
		return -ENOSPC;
	/* readers that see the new block before it is filled find the version odd */
	atomic_fetch_add(&t->version, 1);
	struct var old = var_of(r, t);
	memcpy((uint8_t *)region_at(r, r->areas.extras) + (size_t)n * EXTRA_SIZE, old.p, old.size);
	t->extra = n + 1;
	atomic_fetch_add_explicit(&t->version, 1, memory_order_release);
	return 0;
}

static bool read_span(const struct var *v, size_t *at, size_t len, struct span *ret)
{
	if (len > v->size - *at)
		return false;
	*ret = span_of(v->p + *at, len);
	*at += len;
	return true;
}

/* The lease as it stands in the record, spans into the record. false: it is half-written. */
static bool view(const struct region *r, const struct table_record *t, struct lease *ret)
{
	struct var v = var_of(r, t);
	struct span rest;
	size_t at = 0;

	*ret = (struct lease){
		.address = t->address,
		.subnet_id = t->subnet_id,
		.pool_id = t->pool_id,
		.cltt = t->cltt,
		.valid_lft = t->valid_lft,
		.state = t->state,
		.flags = (uint8_t)(t->flags & ~LEASE_PAIR),
		.htype = t->htype,
		.hlen = t->hlen,
		.seq = t->seq,
	};
	if ((t->flags & LEASE_PAIR) != 0) {
		ret->acked_end_s = wire_be32(v.p);
		ret->reuse_after_s = wire_be32(v.p + 4);
		at = PAIR_SIZE;
	}
	if (ret->hlen > RECORD_HWADDR_MAX || !read_span(&v, &at, hw_rest(ret->hlen), &rest))
		return false;
	memcpy(ret->hwaddr, t->hwaddr, HW_INLINE);
	memcpy(ret->hwaddr + HW_INLINE, rest.p, rest.len);
	return read_span(&v, &at, t->client_id_len, &ret->client_id) &&
		read_span(&v, &at, t->hostname_len, &ret->hostname) &&
		read_span(&v, &at, t->agent_len, &ret->agent) &&
		read_span(&v, &at, t->context_len, &ret->context);
}

/* Moves the parts of a view into the copy's own space. */
static void keep(struct table_copy *copy)
{
	struct span *part[] = {&copy->lease.client_id, &copy->lease.hostname, &copy->lease.agent,
		&copy->lease.context};
	uint8_t *p = copy->var;

	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		if (part[i]->len > (size_t)(copy->var + sizeof(copy->var) - p))
			part[i]->len = 0; /* half-written; the version check refuses it */
		memcpy(p, part[i]->p, part[i]->len);
		part[i]->p = p;
		p += part[i]->len;
	}
}

bool table_read(const struct region *r, uint32_t rec, struct table_copy *ret)
{
	const struct table_record *t = table_record(r, rec);

	for (int spin = 0; spin < READ_SPINS; spin++) {
		uint32_t before = atomic_load_explicit(&t->version, memory_order_acquire);
		bool whole;

		if (before % 2 != 0) {
			if (spin > 100)
				sched_yield();
			continue;
		}
		whole = view(r, t, &ret->lease);
		ret->state = t->state;
		ret->offer_until = t->offer_until;
		if (whole)
			keep(ret);
		atomic_thread_fence(memory_order_acquire);
		if (whole && atomic_load_explicit(&t->version, memory_order_relaxed) == before)
			return true;
	}
	return false;
}

/* --- clients --- */

#define KEY_MAX (4 + 1 + 255)

static uint64_t key_hash(const struct region *r, uint32_t subnet_id, struct span id)
{
	uint8_t key[KEY_MAX];

	wire_set_be32(key, subnet_id);
	memcpy(key + 4, id.p, id.len);
	return hash_bytes(&r->key, key, 4 + id.len);
}

/* Hardware type and address as a client-id of that type has them (RFC 2132 9.14): the usual
 * client-id of type 1 then has the hash of the address that it repeats. */
static struct span hardware_id(uint8_t htype, uint8_t hlen, const uint8_t *hwaddr, uint8_t *buf)
{
	buf[0] = htype;
	memcpy(buf + 1, hwaddr, hlen);
	return span_of(buf, 1 + (size_t)hlen);
}

/* The hashes that a record stands under: one or two. */
static int record_hashes(const struct region *r, const struct table_record *t, uint64_t ret[2])
{
	uint8_t buf[1 + RECORD_HWADDR_MAX];
	struct span hw;
	struct lease l;
	int n = 0;

	if (t->state == TABLE_FREE || !view(r, t, &l))
		return 0;
	if (l.client_id.len > 0)
		ret[n++] = key_hash(r, l.subnet_id, l.client_id);
	hw = hardware_id(l.htype, l.hlen, l.hwaddr, buf);
	if (l.hlen > 0 && !span_equal(hw, l.client_id))
		ret[n++] = key_hash(r, l.subnet_id, hw);
	return n;
}

bool table_is_client(const struct region *r, const struct table_record *t,
	const struct table_client *client)
{
	struct lease l;

	if (t->state == TABLE_FREE || t->state == LEASE_DECLINED || !view(r, t, &l))
		return false;
	if (l.client_id.len > 0 && client->client_id.len > 0)
		return span_equal(l.client_id, client->client_id);
	return l.hlen > 0 && l.hlen == client->hlen && l.htype == client->htype &&
		memcmp(l.hwaddr, client->hwaddr, l.hlen) == 0;
}

bool table_has_row_of(const struct region *r, const struct table_record *t,
	const struct table_client *client)
{
	return t->seq != 0 && t->state != TABLE_OFFER && table_is_client(r, t, client);
}

struct wanted {
	uint32_t subnet_id, except;
	const struct table_client *client;
};

static bool is_wanted(const struct region *r, uint32_t rec, const void *arg)
{
	const struct wanted *w = (const struct wanted *)arg;
	const struct table_record *t = table_record(r, rec);

	return rec != w->except && t->subnet_id == w->subnet_id &&
		table_is_client(r, t, w->client);
}

uint32_t table_find_other(const struct region *r, uint32_t subnet_id,
	const struct table_client *client, uint32_t except)
{
	struct wanted w = {subnet_id, except, client};
	uint8_t buf[1 + RECORD_HWADDR_MAX];
	uint32_t rec = TABLE_NONE;
	struct span hw = hardware_id(client->htype, client->hlen, client->hwaddr, buf);

	if (client->client_id.len > 0)
		rec = index_find(r, key_hash(r, subnet_id, client->client_id), is_wanted, &w);
	if (rec == INDEX_NONE && client->hlen > 0 && !span_equal(hw, client->client_id))
		rec = index_find(r, key_hash(r, subnet_id, hw), is_wanted, &w);
	return rec;
}

uint32_t table_find_client(const struct region *r, uint32_t subnet_id,
	const struct table_client *client)
{
	return table_find_other(r, subnet_id, client, TABLE_NONE);
}

/* --- writing --- */

bool table_available(const struct table_record *t, uint32_t now)
{
	bool held = t->offer_until > now;

	switch (t->state) {
	case TABLE_FREE:
		return true;
	case LEASE_ASSIGNED:
		return !held && t->valid_lft != RECORD_INFINITE &&
			(uint64_t)t->cltt + t->valid_lft <= now;
	case LEASE_DECLINED:
		return (uint64_t)t->cltt + t->valid_lft <= now;
	default: /* TABLE_OFFER, LEASE_EXPIRED, LEASE_RELEASED */
		return !held;
	}
}

static void write_lease(struct region *r, struct table_record *t, const struct lease *l)
{
	struct var v = var_of(r, t);
	uint8_t *p = v.p;
	const struct span part[] = {l->client_id, l->hostname, l->agent, l->context};

	if (var_len(l) > v.size)
		bug("a lease was written without table_reserve()");
	t->subnet_id = l->subnet_id;
	t->pool_id = l->pool_id;
	t->cltt = l->cltt;
	t->valid_lft = l->valid_lft;
	t->flags = (uint8_t)((l->flags & ~LEASE_PAIR) | (lease_has_pair(l) ? LEASE_PAIR : 0));
	t->htype = l->htype;
	t->hlen = l->hlen;
	memcpy(t->hwaddr, l->hwaddr, HW_INLINE);
	if (lease_has_pair(l)) {
		wire_set_be32(p, l->acked_end_s);
		wire_set_be32(p + 4, l->reuse_after_s);
		p += PAIR_SIZE;
	}
	memcpy(p, l->hwaddr + HW_INLINE, hw_rest(l->hlen));
	p += hw_rest(l->hlen);
	t->client_id_len = (uint8_t)l->client_id.len;
	t->hostname_len = (uint8_t)l->hostname.len;
	t->agent_len = (uint8_t)l->agent.len;
	t->context_len = (uint16_t)l->context.len;
	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		if (part[i].len > 0)
			memcpy(p, part[i].p, part[i].len);
		p += part[i].len;
	}
}

/* The tallies that the record counts in so far (from), and as l in this state (to). Nothing in
 * both: nothing changes, as in most renewals. */
static void tallies_of(const struct region *r, const struct table_record *t, const struct lease *l,
	uint8_t state, struct tally_set *from, struct tally_set *to)
{
	bool is = table_is_counted(state), was = table_is_counted(t->state);
	struct lease before;

	from->n = to->n = 0;
	was = was && view(r, t, &before);
	if (is && was && before.subnet_id == l->subnet_id && span_equal(before.context, l->context))
		return;
	if (was)
		tally_of(r, before.subnet_id, before.context, from);
	if (is)
		tally_of(r, l->subnet_id, l->context, to);
}

/* Writes state and lease (NULL: nobody's) and keeps the client index and the tallies in step. */
static void rewrite(struct region *r, uint32_t rec, const struct lease *l, uint8_t state,
	uint32_t offer_until)
{
	static const struct lease nobody;
	struct table_record *t = table_record(r, rec);
	uint64_t old[2], now[2];
	int n_old = record_hashes(r, t, old), n_now;
	struct tally_set from, to;

	if (l == NULL)
		l = &nobody;
	tallies_of(r, t, l, state, &from, &to);
	atomic_fetch_add(&t->version, 1);
	write_lease(r, t, l);
	t->state = state;
	t->offer_until = offer_until;
	t->seq = state == TABLE_OFFER ? t->seq : l->seq;
	tally_move(&from, &to); /* while the version is odd: see tally_recount() */
	atomic_fetch_add_explicit(&t->version, 1, memory_order_release);

	n_now = record_hashes(r, t, now);
	for (int i = 0; i < n_now; i++)
		index_insert(r, now[i], rec);
	for (int i = 0; i < n_old; i++) {
		bool stays = false;

		for (int k = 0; k < n_now; k++)
			stays |= now[k] == old[i];
		if (!stays)
			index_remove(r, old[i], rec);
	}
}

void table_hold(struct region *r, uint32_t rec, uint32_t offer_until)
{
	struct table_record *t = table_record(r, rec);

	atomic_fetch_add(&t->version, 1);
	t->offer_until = offer_until;
	atomic_fetch_add_explicit(&t->version, 1, memory_order_release);
}

void table_offer(struct region *r, uint32_t rec, const struct lease *l, uint32_t offer_until)
{
	rewrite(r, rec, l, TABLE_OFFER, offer_until);
}

void table_put(struct region *r, uint32_t rec, const struct lease *l)
{
	rewrite(r, rec, l, l->state, 0);
}

void table_clear(struct region *r, uint32_t rec)
{
	rewrite(r, rec, NULL, TABLE_FREE, 0);
}

void table_reindex(struct region *r, uint32_t rec)
{
	uint64_t hash[2];
	int n = record_hashes(r, table_record(r, rec), hash);

	for (int i = 0; i < n; i++)
		index_insert(r, hash[i], rec);
}
