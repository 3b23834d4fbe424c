/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client: one array of clients; lists and hash chains are indexes inside it, so that nothing is
 * allocated after client_init().
 */
#include "tests/load/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/hash.h"

int client_init(struct client_table *t, uint32_t n, uint64_t mac_base, uint64_t seed)
{
	uint32_t buckets = 2;

	while (buckets < n)
		buckets *= 2;
	memset(t, 0, sizeof(*t));
	t->client = (struct client *)calloc(n, sizeof(*t->client));
	t->idle = (uint32_t *)calloc(n, sizeof(*t->idle));
	t->bucket = (uint32_t *)malloc(buckets * sizeof(*t->bucket));
	if (t->client == NULL || t->idle == NULL || t->bucket == NULL) {
		client_fini(t);
		return -ENOMEM;
	}
	memset(t->bucket, 0xff, buckets * sizeof(*t->bucket)); /* CLIENT_NONE */
	t->n = n;
	t->mac_base = mac_base;
	t->bucket_mask = buckets - 1;
	t->salt = hash_mix64(seed);
	t->oldest = t->newest = CLIENT_NONE;
	return 0;
}

void client_fini(struct client_table *t)
{
	free(t->client);
	free(t->idle);
	free(t->bucket);
	memset(t, 0, sizeof(*t));
}

void client_line_up(struct client_table *t, uint64_t seed, bool random)
{
	for (uint32_t i = 0; i < t->n; i++) {
		t->idle[i] = i;
		t->client[i].tries = 0;
	}
	for (uint32_t i = t->n; random && i > 1; i--) {
		uint32_t k = (uint32_t)(hash_mix64(hash_mix64(seed) + i) % i), other = t->idle[k];

		t->idle[k] = t->idle[i - 1];
		t->idle[i - 1] = other;
	}
	t->idle_head = 0;
	t->idle_count = t->n;
}

uint32_t client_take(struct client_table *t)
{
	uint32_t i;

	if (t->idle_count == 0)
		return CLIENT_NONE;
	i = t->idle[t->idle_head];
	t->idle_head = t->idle_head + 1 == t->n ? 0 : t->idle_head + 1;
	t->idle_count--;
	return i;
}

void client_give(struct client_table *t, uint32_t i)
{
	uint32_t at = t->idle_head + t->idle_count++;

	t->idle[at >= t->n ? at - t->n : at] = i;
}

void client_stop_waiting(struct client_table *t, uint32_t i)
{
	struct client *c = &t->client[i];

	if (c->state == CLIENT_IDLE)
		return;
	*(c->prev == CLIENT_NONE ? &t->oldest : &t->client[c->prev].next) = c->next;
	*(c->next == CLIENT_NONE ? &t->newest : &t->client[c->next].prev) = c->prev;
	c->state = CLIENT_IDLE;
	t->waiting--;
}

void client_wait(struct client_table *t, uint32_t i, enum client_state state, uint64_t now_ns)
{
	struct client *c = &t->client[i];

	client_stop_waiting(t, i);
	c->state = (uint8_t)state;
	c->sent_ns = now_ns;
	c->prev = t->newest;
	c->next = CLIENT_NONE;
	*(t->newest == CLIENT_NONE ? &t->oldest : &t->client[t->newest].next) = i;
	t->newest = i;
	t->waiting++;
}

static uint32_t *bucket_of(const struct client_table *t, uint32_t address)
{
	return &t->bucket[hash_mix64(t->salt ^ address) & t->bucket_mask];
}

void client_let_go(struct client_table *t, uint32_t i)
{
	struct client *c = &t->client[i];
	uint32_t *p;

	if (c->address == 0)
		return;
	p = bucket_of(t, c->address);
	while (*p != i)
		p = &t->client[*p].chain;
	*p = c->chain;
	c->address = 0;
}

uint32_t client_by_address(const struct client_table *t, uint32_t address, uint32_t except,
	uint64_t now_ns)
{
	uint32_t i = *bucket_of(t, address);

	while (i != CLIENT_NONE && (t->client[i].address != address || i == except ||
					   t->client[i].held_until_ns <= now_ns))
		i = t->client[i].chain;
	return i;
}

uint32_t client_hold(struct client_table *t, uint32_t i, uint32_t address, uint64_t until_ns,
	uint64_t now_ns)
{
	struct client *c = &t->client[i];
	uint32_t *first = bucket_of(t, address);

	if (c->address != address) {
		client_let_go(t, i);
		c->address = address;
		c->chain = *first;
		*first = i;
	}
	c->held_until_ns = until_ns;
	return client_by_address(t, address, i, now_ns);
}

uint32_t client_by_mac(const struct client_table *t, const uint8_t mac[CLIENT_MAC_SIZE])
{
	uint64_t v = 0;

	for (int k = 0; k < CLIENT_MAC_SIZE; k++)
		v = v << 8 | mac[k];
	return v - t->mac_base < t->n ? (uint32_t)(v - t->mac_base) : CLIENT_NONE;
}

void client_mac(const struct client_table *t, uint32_t i, uint8_t ret_mac[CLIENT_MAC_SIZE])
{
	uint64_t v = t->mac_base + i;

	for (int k = CLIENT_MAC_SIZE; k-- > 0; v >>= 8)
		ret_mac[k] = (uint8_t)v;
}
