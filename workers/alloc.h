/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc [6]: finds an address for a client. What it finds is claimed: the caller writes the
 * record, or hands it to the commit, or gives it back.
 */
#ifndef LESSOR_WORKERS_ALLOC_H
#define LESSOR_WORKERS_ALLOC_H

#include "workers/limit.h"
#include "workers/name.h"
#include "workers/query.h"

enum alloc_result {
	ALLOC_NONE,    /* nothing there */
	ALLOC_CLAIMED, /* q->rec is claimed; q->address, q->subnet, q->pool are set */
	ALLOC_BUSY,    /* another process is at it */
	ALLOC_AGAIN,   /* this batch is at it: commit first */
};

/* The record that the client has in its network, in a subnet that it may use, unclaimed; sets
 * *ret_subnet. TABLE_NONE: none. */
uint32_t alloc_known(const struct query *q, const struct model_subnet **ret_subnet);

/* Claims the client's own record rec of subnet. ALLOC_NONE if it is not the client's any more or
 * the configuration does not let the client have this address. */
enum alloc_result alloc_claim_own(struct query *q, uint32_t rec, const struct model_subnet *subnet);

/* Claims the address that is reserved for the client in subnet, in a pool or not; *ret_own says
 * whether its record is the client's already. ALLOC_NONE: it is somebody else's at present. */
enum alloc_result alloc_claim_reserved(
	struct query *q, const struct model_subnet *subnet, uint32_t address, bool *ret_own);

/* Claims exactly this address (host byte order) if it lies in a pool that the client may use,
 * nobody has it and it is not reserved for another client; *ret_ours says whether it lies in any
 * pool of the client's network. */
enum alloc_result alloc_claim_wanted(struct query *q, uint32_t address, bool *ret_ours);

/* Claims any address that the client may have in its network, of the selected subnet first. */
enum alloc_result alloc_claim_any(struct query *q);

/* Why alloc_claim_any() found nothing. */
enum alloc_lack {
	ALLOC_FULL,     /* all addresses are in use */
	ALLOC_NO_POOLS, /* the network has no pool */
	ALLOC_LIMITED,  /* of a limit of leases (limit.h) */
	ALLOC_CLASSES,  /* it has, but none that the client may use */
};
enum alloc_lack alloc_lack(const struct query *q);

/* Whether somebody else has this address at present. */
bool alloc_is_taken(const struct query *q, uint32_t address);

/* Another record of the client in q->subnet than q->rec, TABLE_NONE: none. */
uint32_t alloc_other(const struct query *q);

/* The lease time, s, that the client gets for q->address, whose record is claimed: the wanted one,
 * but in a pair no longer than the partner could do without knowing of it. */
uint32_t alloc_lifetime(const struct query *q, uint32_t wanted);

/* Gives q->rec back unchanged. */
void alloc_give_back(struct query *q);

/* Space for what a lease refers to. */
struct alloc_text {
	struct name name;
	struct table_copy before;
	char context[LIMIT_CONTEXT_SIZE];
};

/* What q says about the client as a lease of q->address in q->subnet, whose record q->rec is
 * claimed; the lease refers to q's message and to text. */
struct lease alloc_lease(const struct query *q, struct alloc_text *text);

#endif
