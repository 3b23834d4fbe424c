/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify [4]: the classes that a packet's client is a member of, in the order in which it became
 * one: built-in, in configuration order, those of its reservation, those that depend on whether
 * it has one, those that its pool, subnet or network wants evaluated in addition.
 */
#ifndef LESSOR_WORKERS_CLASSIFY_H
#define LESSOR_WORKERS_CLASSIFY_H

#include "workers/query.h"

struct classify;

/* What one worker needs to evaluate classes, one packet at a time. NULL: no memory. */
struct classify *classify_new(const struct model *m);
void classify_free(struct classify *c);

/* Forgets the packet before and finds the classes that do not depend on reservations. */
void classify_begin(struct query *q);

/* Adds the classes of a reservation. */
void classify_host(struct query *q, const struct model_host *h);

/* Adds KNOWN or UNKNOWN, then the classes that depend on them. */
void classify_known(struct query *q, bool known);

/* Adds the additional classes of pool, subnet and network that the client belongs to. */
void classify_additional(struct query *q);

/* Whether the client passes this guard: there is none, or it is a member of one of its classes. */
bool classify_passes(const struct query *q, const struct model_classes *guard);

/* Evaluates an expression about q's packet: whether it holds; its value, lent until the next
 * evaluation. false, empty: also if it cannot be evaluated. */
bool classify_test(const struct query *q, const struct expr *e);
struct span classify_value(const struct query *q, const struct expr *e);

/* The value of flex-id-expression, lent until the next packet; empty: none, or it has none. */
struct span classify_flex_id(struct query *q);

/* Names of all classes that the client is in, those that the configuration does not know too, for
 * logs: printable, cut to size. Returns buf. */
const char *classify_names(struct query *q, char *buf, size_t size);

#endif
