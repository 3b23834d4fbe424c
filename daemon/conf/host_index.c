/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_index: finds a reservation by what its client is known by, and whether an address is
 * reserved, by one look-up in a hash table whatever the number of reservations. The members of a
 * shared network are one group: one look-up finds what any of them has for a client. Built at
 * load, where it also finds what stands there twice; the packet's way calls the model_ functions.
 */
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "shm/base/text.h"

#define GLOBAL 0          /* group and subnet id of global reservations */
#define ANY    UINT32_MAX /* no subnet has this id */
#define ID_MAX 255
#define TAG    0xffffffff00000000ULL

struct key {
	uint32_t group;
	uint8_t type;
	struct span id;
};

static uint64_t id_hash(const struct model *m, const struct key *key)
{
	uint8_t octets[5 + ID_MAX];

	wire_set_be32(octets, key->group);
	octets[4] = key->type;
	memcpy(octets + 5, key->id.p, key->id.len);
	return hash_bytes(&m->key, octets, 5 + key->id.len);
}

static uint64_t address_hash(const struct model *m, uint32_t address)
{
	return hash_mix64(m->key.k0 ^ address);
}

/* The next entry with this hash at or behind *at, NULL: there is none. *at moves behind it. */
static const struct model_host *next(
	const struct model *m, const struct model_host_table *t, uint64_t hash, size_t *at)
{
	for (uint64_t v; (v = t->v[*at & t->mask]) != 0;) {
		(*at)++;
		if ((v & TAG) == (hash & TAG))
			return &m->hosts[(uint32_t)v - 1];
	}
	return NULL;
}

static void insert(struct model_host_table *t, uint64_t hash, size_t place)
{
	size_t at = hash & t->mask;

	while (t->v[at] != 0)
		at = (at + 1) & t->mask;
	t->v[at] = (hash & TAG) | (place + 1);
}

/* subnet_id: ANY of the group, or that one. */
static const struct model_host *find(
	const struct model *m, const struct key *key, uint32_t subnet_id)
{
	const struct model_host *h;
	uint64_t hash;
	size_t at;

	if (key->id.len == 0 || key->id.len > ID_MAX)
		return NULL;
	hash = id_hash(m, key);
	at = hash & m->hosts_by_id.mask;
	while ((h = next(m, &m->hosts_by_id, hash, &at)) != NULL)
		if (h->group == key->group && h->id_type == key->type &&
			(subnet_id == ANY || h->subnet_id == subnet_id) &&
			span_equal(span_of(h->id, h->id_len), key->id))
			return h;
	return NULL;
}

const struct model_host *model_host_in_subnet(const struct model *m, const struct model_subnet *s,
	enum model_host_id type, struct span id)
{
	struct key key = {s->group, (uint8_t)type, id};

	return find(m, &key, s->id);
}

const struct model_host *model_host_in_network(const struct model *m, const struct model_subnet *s,
	enum model_host_id type, struct span id)
{
	struct key key = {s->group, (uint8_t)type, id};

	return find(m, &key, ANY);
}

const struct model_host *model_host_global(
	const struct model *m, enum model_host_id type, struct span id)
{
	struct key key = {GLOBAL, (uint8_t)type, id};

	return find(m, &key, GLOBAL);
}

static const struct model_host *find_address(
	const struct model *m, uint32_t subnet_id, uint32_t address)
{
	uint64_t hash = address_hash(m, address);
	size_t at = hash & m->hosts_by_address.mask;
	const struct model_host *h;

	while ((h = next(m, &m->hosts_by_address, hash, &at)) != NULL)
		if (h->address == address && h->subnet_id == subnet_id)
			return h;
	return NULL;
}

bool model_is_reserved(const struct model *m, uint32_t subnet_id, uint32_t address)
{
	return find_address(m, subnet_id, address) != NULL;
}

/* --- building --- */

static int alloc_table(struct draft *d, size_t n, struct model_host_table *ret)
{
	size_t size = 4;

	while (size < 2 * n)
		size *= 2;
	ret->v = arena_alloc(d->arena, size, sizeof(*ret->v));
	ret->mask = size - 1;
	return ret->v != NULL ? 0 : -ENOMEM;
}

static void report_twice(struct draft *d, size_t place, const struct model_host *other,
	const char *what, const char *value)
{
	char where[REPORT_PLACE_SIZE];

	report_error(d->report, d->host_at[place], "has the same %s, %s, as %s", what, value,
		report_place(d->host_at[other - d->model->hosts], where));
}

static void add_id(struct draft *d, size_t place)
{
	static const char *const types[] = {"hw-address", "duid", "circuit-id", "client-id",
		"flex-id"};
	struct model *m = d->model;
	const struct model_host *h = &m->hosts[place], *other;
	struct key key = {h->group, h->id_type, span_of(h->id, h->id_len)};
	char hex[TEXT_HEX_SIZE];

	if (h->id_len == 0)
		return; /* reported */
	other = find(m, &key, h->subnet_id);
	if (other != NULL)
		report_twice(d, place, other, types[h->id_type],
			text_hex(key.id, hex, sizeof(hex)));
	else
		insert(&m->hosts_by_id, id_hash(m, &key), place);
}

/* Of an address that is reserved several times the first host stands for all of them. */
static void add_address(struct draft *d, size_t place)
{
	struct model *m = d->model;
	const struct model_host *h = &m->hosts[place], *other;
	char ip[TEXT_IP_SIZE];

	if (h->address == 0)
		return;
	other = find_address(m, h->subnet_id, h->address);
	if (other != NULL && d->unique)
		report_twice(d, place, other, "ip-address", text_ip(h->address, ip));
	else if (other == NULL)
		insert(&m->hosts_by_address, address_hash(m, h->address), place);
}

/* A reservation made at run time whose identifier or address the file has, or an earlier one, is
 * left out as a whole. */
static bool leave_out(struct draft *d, size_t place)
{
	struct model *m = d->model;
	struct model_host *h = &m->hosts[place];
	struct key key = {h->group, h->id_type, span_of(h->id, h->id_len)};
	const struct model_host *other = find(m, &key, h->subnet_id);
	const char *what = "identifier";
	char why[REPORT_PLACE_SIZE + 64], where[REPORT_PLACE_SIZE];

	if (other == NULL && h->address != 0 && d->unique) {
		other = find_address(m, h->subnet_id, h->address);
		what = "address";
	}
	if (other == NULL)
		return false;
	if ((size_t)(other - m->hosts) < d->first_stored)
		snprintf(why, sizeof(why), "has the same %s as %s", what,
			report_place(d->host_at[other - m->hosts], where));
	else
		snprintf(why, sizeof(why), "has the same %s as another one", what);
	read_stored_leave_out(d, place, why);
	memset(h, 0, sizeof(*h));
	return true;
}

/* What no reservation has is not looked for. */
static void keep_used_ids(struct model *m)
{
	bool used[MODEL_HOST_IDS] = {false};
	size_t n = 0;

	for (size_t i = 0; i < m->n_hosts; i++)
		used[m->hosts[i].id_type] |= m->hosts[i].id_len > 0;
	for (size_t i = 0; i < m->n_host_ids; i++)
		if (used[m->host_ids[i]])
			m->host_ids[n++] = m->host_ids[i];
	m->n_host_ids = n;
}

int host_index_build(struct draft *d)
{
	struct model *m = d->model;
	size_t addresses = 0;

	for (size_t i = 0; i < m->n_hosts; i++)
		addresses += m->hosts[i].address != 0;
	if (alloc_table(d, m->n_hosts, &m->hosts_by_id) < 0 ||
		alloc_table(d, addresses, &m->hosts_by_address) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_hosts; i++) {
		if (i >= d->first_stored && leave_out(d, i))
			continue;
		add_id(d, i);
		add_address(d, i);
	}
	keep_used_ids(m);
	return 0;
}
