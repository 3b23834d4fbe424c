/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena: chunks in a list, filled from the front.
 */
#include "daemon/conf/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 * 1024)
#define ALIGN      _Alignof(max_align_t)

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct chunk *chunks; /* the first one is being filled */
};

struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

static void *alloc(struct arena *a, size_t size, size_t align)
{
	struct chunk *c = a->chunks;
	size_t at = c != NULL ? (c->used + align - 1) / align * align : 0;

	if (c == NULL || at > c->size || c->size - at < size) {
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;

		c = calloc(1, sizeof(*c) + room);
		if (c == NULL)
			return NULL;
		c->size = room;
		c->next = a->chunks;
		a->chunks = c;
		at = 0;
	}
	c->used = at + size;
	return c->data + at;
}

void *arena_alloc(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total) || total > SIZE_MAX / 2)
		return NULL;
	return alloc(a, total, ALIGN);
}

/* Texts stand close together: a million reservations have several million of them. */
char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = alloc(a, len + 1, 1);

	if (copy != NULL)
		memcpy(copy, s, len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

void arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	while (a->chunks != NULL) {
		struct chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
	free(a);
}
