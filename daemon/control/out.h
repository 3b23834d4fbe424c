/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out: builds JSON text piece by piece and gives it away from its front. Commas come by
 * themselves. The first failure to get memory stays; who sends the text checks it once.
 */
#ifndef LESSOR_DAEMON_CONTROL_OUT_H
#define LESSOR_DAEMON_CONTROL_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/base/wire.h"

#define OUT_CHUNK (128 * 1024) /* who makes a long text pauses when so much waits to be sent */

struct out {
	char *buf;
	size_t start, end, size; /* what waits stands from start to end */
	bool comma;              /* the next key or list member needs one in front */
	bool failed;
};

/* A zeroed struct out is empty and ready. */
void out_fini(struct out *o);

static inline size_t out_waiting(const struct out *o)
{
	return o->end - o->start;
}

static inline bool out_full(const struct out *o)
{
	return o->failed || out_waiting(o) >= OUT_CHUNK;
}

/* The first n octets were sent. */
void out_drop(struct out *o, size_t n);

/* Text as it is: neither quoted nor separated. */
void out_text(struct out *o, const char *s, size_t len);
/* The same, formatted; cut at OUT_PRINT_MAX octets. */
#define OUT_PRINT_MAX 1024
void out_print(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* '{' or '[', '}' or ']'. */
void out_open(struct out *o, char bracket);
void out_close(struct out *o, char bracket);

void out_key(struct out *o, const char *name);

/* Values: list members, or what follows a key. */
void out_int(struct out *o, int64_t v);
void out_bool(struct out *o, bool v);
void out_string(struct out *o, const char *s);
/* A value that is JSON text already. */
void out_json(struct out *o, const char *s, size_t len);
/* Any octets as a string: valid UTF-8 stays, other octets and control characters are escaped. */
void out_octets(struct out *o, struct span s);

/* A key and its value. */
void out_key_int(struct out *o, const char *name, int64_t v);
void out_key_bool(struct out *o, const char *name, bool v);
void out_key_string(struct out *o, const char *name, const char *s);

#endif
