/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note: a packet's decision as a record of the worker's trace. Called by the worker for each
 * packet.
 */
#ifndef LESSOR_WORKERS_NOTE_H
#define LESSOR_WORKERS_NOTE_H

#include "shm/trace.h"
#include "workers/query.h"

/* Adds the record. */
void note_write(const struct query *q, enum verdict v);

/* The same, if somebody asks for it: else one load. */
static inline void note_decision(const struct query *q, enum verdict v)
{
	if (trace_is_wanted(q->ctx->region, q->ctx->now_ns))
		note_write(q, v);
}

#endif
