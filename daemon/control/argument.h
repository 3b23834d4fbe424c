/* SPDX-License-Identifier: Apache-2.0 */
/*
 * argument: arguments of commands that describe a packet. Called by cmd_select.c and
 * explain_read.c. Each function returns false if something is wrong, which the answer says then.
 */
#ifndef LESSOR_DAEMON_CONTROL_ARGUMENT_H
#define LESSOR_DAEMON_CONTROL_ARGUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "daemon/control/answer.h"
#include "shm/child.h"
#include "workers/query.h"

#define ARGUMENT_CLASSES 64

/* Answers that the argument must be what is wanted; returns false. */
bool argument_wrong(struct answer *a, const char *key, const char *wanted);

/* Nothing but these n keys is given. */
bool argument_check_keys(
	const json_t *args, const char *const *keys, size_t n, struct answer *a);

/* An address in host byte order, 0 if it is not given. */
bool argument_address(const json_t *args, const char *key, uint32_t *ret, struct answer *a);

/* The classes named in "classes": their numbers, in v; none if it is not given. */
bool argument_classes(const struct model *m, const json_t *args, uint16_t v[ARGUMENT_CLASSES],
	struct model_classes *ret, struct answer *a);

/* The interface of the name "interface", as its number in region.interfaces; if none is given, the
 * first one that is ready, else any. */
bool argument_interface(
	const struct region *r, const json_t *args, uint32_t *ret, struct answer *a);

#endif
