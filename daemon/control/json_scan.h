/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan: finds the end of a JSON object that arrives in pieces, and its mistakes as soon as
 * they arrive, in constant memory and without recursion. Spelling of numbers and UTF-8 are left
 * to the parser that reads the whole object.
 */
#ifndef LESSOR_DAEMON_CONTROL_JSON_SCAN_H
#define LESSOR_DAEMON_CONTROL_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_SCAN_DEPTH  100
#define JSON_SCAN_VALUES 2000000 /* what a parsed object may cost in memory */

enum json_scan_result {
	JSON_SCAN_MORE,
	JSON_SCAN_DONE,
	JSON_SCAN_ERROR,
};

struct json_scan {
	uint8_t state;
	uint8_t depth;
	uint8_t digits;    /* of \uXXXX, still to come */
	bool in_key;
	uint64_t lists[2]; /* bit d: what was opened at depth d is a list */
	const char *rest;  /* of true, false, null */
	uint32_t values;
	uint32_t line, column;
	const char *error; /* after JSON_SCAN_ERROR: what is wrong at line and column */
};

void json_scan_init(struct json_scan *s);

/* Takes the next octets of the object. *ret_used: how many of them belong to it (all of them, if
 * more are needed). Not to be called again after JSON_SCAN_DONE or JSON_SCAN_ERROR. */
enum json_scan_result json_scan_feed(struct json_scan *s, const char *data, size_t len,
	size_t *ret_used);

/* Whether text is one object and nothing else. */
bool json_scan_is_object(const char *text, size_t len);

#endif
