/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_token: the words of JSON with Kea's comments and includes, one after the other, whatever
 * file they stand in. Called by tree_json.c alone. The first mistake stays: after it everything is
 * at its end.
 */
#ifndef LESSOR_DAEMON_CONF_JSON_TOKEN_H
#define LESSOR_DAEMON_CONF_JSON_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/conf/arena.h"
#include "daemon/conf/report.h"
#include "daemon/conf/tree.h"

#define JSON_TOKEN_END   (-1)
#define JSON_TOKEN_FILES 10 /* included in each other */

struct json_token_input {
	const char *file;
	char *text;    /* to be freed, NULL: not ours */
	const char *p; /* what comes next; the text ends with a NUL */
	uint32_t line;
};

struct json_token {
	struct arena *arena;
	struct report *report;
	struct json_token_input inputs[JSON_TOKEN_FILES]; /* the last one is being read */
	unsigned n_inputs;
	bool may_include;
	unsigned comments; /* so far; where the first one is: */
	const char *comment_file;
	uint32_t comment_line;
	bool twice; /* a name stands twice: reported, but no reason to stop */
	int error;  /* the first one, 0: none so far */
};

void json_token_init(struct json_token *t, struct arena *arena, struct report *r);

/* Begins with a file, or with a text that may include none. */
void json_token_open(struct json_token *t, const char *file);
void json_token_set(struct json_token *t, const char *text, const char *name);

/* Frees what is open, and warns of the comments that were left out. */
void json_token_end(struct json_token *t);

/* The first octet of the next word, or JSON_TOKEN_END. */
int json_token_peek(struct json_token *t);

/* Steps over the octet that was peeked at. */
void json_token_take(struct json_token *t);

/* Where the next word stands, after a peek. */
void json_token_where(const struct json_token *t, const char **ret_file, uint32_t *ret_line);

/* The next word, whose first octet was peeked at. A string is in the arena; it is NULL only after
 * an error. A number: whether it is a real one, and its value in the one or the other. */
const char *json_token_string(struct json_token *t);
bool json_token_number(struct json_token *t, int64_t *ret_integer, double *ret_real);
bool json_token_word(struct json_token *t, const char *word);

/* Reports a mistake at the present place; further ones are not reported. */
void json_token_fail(struct json_token *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void json_token_unexpected(struct json_token *t, const char *expected);
void json_token_warn(struct json_token *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
