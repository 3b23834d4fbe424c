/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flex [9]: what flex-option does to the options of an answer, when all of them are gathered (Kea's
 * hook flex_option). Called by options.c.
 */
#ifndef LESSOR_WORKERS_FLEX_H
#define LESSOR_WORKERS_FLEX_H

#include "workers/query.h"

enum flex_result {
	FLEX_NOTHING, /* the option stays as it is */
	FLEX_SET,     /* it gets the value in buf */
	FLEX_REMOVE,  /* it goes */
	FLEX_NO_ROOM, /* it would get a value that buf does not hold, or no sub-option can have */
};

/* Evaluates one entry. now: the option's present value, p NULL: it is not there. buf gets the new
 * value, *ret_len octets. An expression that cannot be evaluated does nothing, and a value that
 * the definition does not allow neither. */
enum flex_result flex_run(const struct query *q, const struct model_flex *f, struct span now,
	uint8_t *buf, size_t size, size_t *ret_len);

#endif
