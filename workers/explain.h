/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: what the server would do with a packet. The packet goes the workers' own way, on a
 * private view of the leases and with a commit that never runs, so that nothing comes of it: no
 * claim, no offer, no counter, no log entry. Called by the control process.
 */
#ifndef LESSOR_WORKERS_EXPLAIN_H
#define LESSOR_WORKERS_EXPLAIN_H

#include "shm/shadow.h"
#include "workers/query.h"

#define EXPLAIN_SIZE 1472 /* as batch.h's ANSWER_SIZE */

struct explain {
	struct shadow shadow;
	struct context ctx;
	struct query q;        /* as the way left it */
	enum verdict verdict;  /* VERDICT_AGAIN: this process is changing the lease right now */
	/* The rest counts if there is an answer. */
	size_t len;
	uint8_t message[EXPLAIN_SIZE];
	struct opt_table sent; /* its options, in message */
};

/* Lets p go its way as if interface (number in c->region->interfaces) had received it and its
 * client were a member of the classes given. e refers to p's octets and to itself: it is not
 * to be copied. 0, or a negative code with err. */
int explain_run(struct explain *e, const struct child *c, const struct packet *p,
	uint32_t interface, const struct model_classes *given, struct err *err);

/* After an explain_run() that succeeded. */
void explain_fini(struct explain *e);

/* Whether there is an answer. */
static inline bool explain_has_answer(const struct explain *e)
{
	return e->verdict == VERDICT_ANSWER || e->verdict == VERDICT_HOLD;
}

#endif
