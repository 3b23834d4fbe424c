/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc [6]: finds an address for a client. What it finds is claimed: the caller writes the
 * record, or hands it to the commit, or gives it back.
 */
#ifndef LESSOR_WORKERS_ALLOC_H
#define LESSOR_WORKERS_ALLOC_H

#include "workers/query.h"

enum alloc_result {
	ALLOC_NONE,    /* nothing there */
	ALLOC_CLAIMED, /* q->rec is claimed; q->address, q->subnet, q->pool are set */
	ALLOC_BUSY,    /* another process is at it */
	ALLOC_AGAIN,   /* this batch is at it: commit first */
};

/* The record that the client has in its network, unclaimed; sets *ret_subnet. TABLE_NONE: none. */
uint32_t alloc_known(const struct query *q, const struct model_subnet **ret_subnet);

/* Claims the client's own record rec of subnet. ALLOC_NONE if it is not the client's any more or
 * the configuration does not let this address out. */
enum alloc_result alloc_claim_own(struct query *q, uint32_t rec, const struct model_subnet *subnet);

/* Claims exactly this address (host byte order) if it lies in a pool of the client's network and
 * nobody has it; *ret_ours says whether it lies in such a pool. */
enum alloc_result alloc_claim_wanted(struct query *q, uint32_t address, bool *ret_ours);

/* Claims any address of the client's network, those of the selected subnet first. */
enum alloc_result alloc_claim_any(struct query *q);

/* Gives q->rec back unchanged. */
void alloc_give_back(struct query *q);

/* What q says about the client as a lease of q->address in q->subnet; hostname: space for the
 * lease's host name. */
struct lease alloc_lease(const struct query *q, uint8_t hostname[255]);

#endif
