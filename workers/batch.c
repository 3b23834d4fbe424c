/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch: a fixed array, filled by the worker, emptied by tx.
 */
#include "workers/batch.h"

#include <stddef.h>

/* frame_build() writes its headers right in front of the message */
_Static_assert(offsetof(struct answer, message) ==
		offsetof(struct answer, headers) + FRAME_HEADERS, "room for headers");

struct answer *batch_next(struct batch *b)
{
	return b->n < BATCH_MAX ? &b->v[b->n] : NULL;
}

void batch_keep(struct batch *b)
{
	b->n++;
}
