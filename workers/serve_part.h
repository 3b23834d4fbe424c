/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_part [7]: what serve_bootp.c, where one message brings a lease, shares with the two of DHCP
 * that do: the choice of DISCOVER and the grant of REQUEST. Included by serve_*.c only.
 */
#ifndef LESSOR_WORKERS_SERVE_PART_H
#define LESSOR_WORKERS_SERVE_PART_H

#include "workers/alloc.h"

/* Claims the address reserved for the client, its own, the one it asks for, or any; *ret_own: its
 * record was the client's before. false: there is none at this moment, *ret_verdict says what
 * becomes of the packet; a lack of addresses is counted and logged. */
bool serve_find(struct query *q, bool *ret_own, enum verdict *ret_verdict);

/* Makes the claimed record an offer to the client for q->lifetime; own: it is the client's already,
 * and is only held for it. false: there is no room, and the claim was given back. */
bool serve_hold(struct query *q, bool own);

/* Hands the lease of q->address for q->lifetime to the commit, unless the client's own lease is
 * young enough to be told again: q->lifetime is what is left of it then. Either way the answer
 * tells of what has to be durable, and is held. Ends what the client had before, in the record
 * before (TABLE_NONE: nothing). answer: enum msg_type. */
enum verdict serve_grant(struct query *q, uint32_t before, uint8_t answer);

#endif
