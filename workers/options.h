/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options [9]: which options an answer carries, from which scope, in which order: message type
 * first, then ascending codes, the relay's option last.
 */
#ifndef LESSOR_WORKERS_OPTIONS_H
#define LESSOR_WORKERS_OPTIONS_H

#include "workers/query.h"

/* Writes the options of q's answer; size: room for them, END included. Returns their length. */
size_t options_write(const struct query *q, uint8_t *buf, size_t size);

/* T1 and T2 of a lease of s seconds in this subnet; 0: not sent. */
void options_timers(const struct model_params *p, uint32_t s, uint32_t *ret_t1, uint32_t *ret_t2);

/* Whether q's client asks for option 108, IPv6-only preferred, and is to have it (RFC 8925). */
bool options_prefer_v6(const struct query *q);

#endif
