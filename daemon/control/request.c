/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request: a buffer that doubles, and the scanner that follows what comes into it.
 */
#include "daemon/control/request.h"

#include <stdlib.h>

#define SIZE_FIRST 4096

void request_init(struct request *r, size_t *total)
{
	*r = (struct request){.total = total};
	json_scan_init(&r->scan);
}

void request_fini(struct request *r)
{
	*r->total -= r->size;
	free(r->text);
	r->text = NULL;
	r->len = r->size = 0;
}

const char *request_room(struct request *r)
{
	size_t size = r->size == 0 ? SIZE_FIRST : r->size * 2;
	char *more;

	if (r->len < r->size)
		return NULL;
	if (size > REQUEST_MAX)
		return "the command is too large: at most 64 MiB";
	if (*r->total + size - r->size > REQUESTS_MAX)
		return "too many large commands at one time: try again";
	more = (char *)realloc(r->text, size);
	if (more == NULL)
		return "out of memory";
	*r->total += size - r->size;
	r->text = more;
	r->size = size;
	return NULL;
}

enum json_scan_result request_take(struct request *r, size_t n, size_t *ret_rest)
{
	size_t used;
	enum json_scan_result result = json_scan_feed(&r->scan, r->text + r->len, n, &used);

	r->len += used;
	*ret_rest = n - used;
	return result;
}
