/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena: memory that is given back all at once. A configuration lives in one, the tree it was
 * read from in another. Never used on a packet's way.
 */
#ifndef LESSOR_DAEMON_CONF_ARENA_H
#define LESSOR_DAEMON_CONF_ARENA_H

#include <stddef.h>

struct arena;

/* An empty arena, NULL: no memory. */
struct arena *arena_new(void);

/* n objects of size octets, all zero, aligned for anything; NULL: no memory. n may be 0. */
void *arena_alloc(struct arena *a, size_t n, size_t size);

/* A copy of the first len octets of s with a NUL behind them; NULL: no memory. */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_strdup(struct arena *a, const char *s);

/* Frees everything that came from a; a may be NULL. */
void arena_free(struct arena *a);

#endif
