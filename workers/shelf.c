/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf: a ring of octets. An entry lies in one piece and begins at a multiple of its alignment; a
 * ticket is where it begins, counted from the shelf's first octet on without end.
 */
#include "workers/shelf.h"

#include <stdlib.h>

#define FIRST 64 /* so that no ticket is 0 */

struct entry {
	uint64_t taken_ns;
	uint32_t size; /* of the entry with what follows it */
	bool done;     /* also: nothing but the rest of the ring's end */
	struct packet packet;
	uint8_t data[];
};

_Static_assert(sizeof(struct entry) <= FIRST, "the rest of the ring has room for an entry");

struct shelf {
	size_t size;
	uint64_t oldest, end; /* tickets: of the first entry, of the next one to come */
	uint8_t *ring;
};

struct shelf *shelf_new(size_t size)
{
	struct shelf *s = (struct shelf *)calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->size = size / FIRST * FIRST;
	s->oldest = s->end = FIRST;
	s->ring = (uint8_t *)aligned_alloc(FIRST, s->size);
	if (s->ring != NULL)
		return s;
	free(s);
	return NULL;
}

void shelf_free(struct shelf *s)
{
	if (s != NULL)
		free(s->ring);
	free(s);
}

static struct entry *at(const struct shelf *s, uint64_t ticket)
{
	return (struct entry *)(void *)(s->ring + ticket % s->size);
}

/* An entry of size octets at the end; what is in the way is forgotten. */
static struct entry *append(struct shelf *s, size_t size)
{
	struct entry *e;

	while (s->end + size - s->oldest > s->size)
		s->oldest += at(s, s->oldest)->size;
	e = at(s, s->end);
	e->size = (uint32_t)size;
	s->end += size;
	return e;
}

uint64_t shelf_put(struct shelf *s, const struct packet *p, uint64_t taken_ns)
{
	size_t size = (sizeof(struct entry) + p->payload.len + FIRST - 1) / FIRST * FIRST;
	size_t left = s->size - s->end % s->size;
	struct entry *e;

	if (left < size)
		append(s, left)->done = true;
	e = append(s, size);
	e->taken_ns = taken_ns;
	e->done = false;
	e->packet = *p;
	e->packet.payload.p = e->data;
	memcpy(e->data, p->payload.p, p->payload.len);
	return s->end - size;
}

void shelf_done(struct shelf *s, uint64_t ticket)
{
	if (ticket >= s->oldest && ticket < s->end)
		at(s, ticket)->done = true;
}

bool shelf_next(const struct shelf *s, uint64_t oldest_ns, uint64_t *ticket, struct packet *ret)
{
	uint64_t t = s->oldest;

	if (*ticket >= s->oldest)
		t = *ticket + at(s, *ticket)->size;
	for (; t < s->end; t += at(s, t)->size) {
		const struct entry *e = at(s, t);

		if (e->done || e->taken_ns < oldest_ns)
			continue;
		*ticket = t;
		*ret = e->packet;
		return true;
	}
	return false;
}
