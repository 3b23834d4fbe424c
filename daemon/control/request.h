/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request: the text of a command while it arrives, in pieces of any size. What all of them hold
 * together is bounded. Filled by channels.
 */
#ifndef LESSOR_DAEMON_CONTROL_REQUEST_H
#define LESSOR_DAEMON_CONTROL_REQUEST_H

#include "daemon/control/json_scan.h"

#define REQUEST_MAX  ((size_t)64 << 20)
#define REQUESTS_MAX (2 * REQUEST_MAX) /* of all clients together */

struct request {
	size_t *total; /* octets held by all of them */
	char *text;
	size_t len, size;
	struct json_scan scan;
};

/* total: common to all requests; outlives them. */
void request_init(struct request *r, size_t *total);
void request_fini(struct request *r);

/* Makes room behind text[len], for size - len octets, at least one. Returns NULL, or why there is
 * none. */
const char *request_room(struct request *r);

/* Takes n octets that were written there. After JSON_SCAN_DONE the command is text[0..len), and
 * *ret_rest octets stand behind it. */
enum json_scan_result request_take(struct request *r, size_t n, size_t *ret_rest);

#endif
