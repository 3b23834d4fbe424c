/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer: what a command answers. A short one is complete when its handler returns; a long one is
 * made piece by piece, as its reader takes it. Made by handlers, sent by channels.
 */
#ifndef LESSOR_DAEMON_CONTROL_ANSWER_H
#define LESSOR_DAEMON_CONTROL_ANSWER_H

#include <jansson.h>

#include "daemon/control/out.h"

/* Kea's result codes. */
enum answer_result {
	ANSWER_SUCCESS = 0,
	ANSWER_ERROR = 1,
	ANSWER_UNSUPPORTED = 2,
	ANSWER_EMPTY = 3,
	ANSWER_CONFLICT = 4,
};

enum answer_progress {
	ANSWER_DONE,
	ANSWER_MORE, /* call again when the text is sent */
	ANSWER_WAIT, /* call again after some milliseconds: it waits for somebody */
};

struct answer {
	struct out out;
	/* Appends the next piece; NULL: out holds the whole. */
	enum answer_progress (*more)(struct answer *a);
	void *state; /* of more; freed with free() */
	void (*end)(struct answer *a); /* gives back what state holds besides, or NULL */
};

/* A zeroed struct answer is empty and ready. */
void answer_fini(struct answer *a);

/* A whole answer with a text and no arguments. */
void answer_text(struct answer *a, enum answer_result result, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A whole answer with a text; arguments NULL: none. */
void answer_json(
	struct answer *a, enum answer_result result, const json_t *arguments, const char *text);

/* Begins an answer; the value of "arguments" has to follow, and then answer_end(). */
void answer_begin(struct answer *a);

/* Ends it; fmt NULL: without a text. */
void answer_end(struct answer *a, enum answer_result result, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Lets more() make the answer, with size zeroed octets of state, which are returned. NULL: no
 * memory; the answer says so. */
void *answer_stream(struct answer *a, enum answer_progress (*more)(struct answer *a), size_t size);

/* Gives back what more() has worked with; what it has written stays. */
void answer_stream_end(struct answer *a);

#endif
