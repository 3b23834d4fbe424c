/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: the process behind the workers. Carries the journal over to the lease database in
 * sorted batches, trims the journal, and reclaims what has ended.
 */
#ifndef LESSOR_SHM_STORE_H
#define LESSOR_SHM_STORE_H

#include "shm/child.h"

/* The store process: runs until SIGTERM. reclaim: hold_s is how long a lease that ended is
 * remembered for its client (hold-reclaimed-time, seconds); history_mib: how much history is kept
 * (history-size). Returns enum child_exit. */
int store_run(const struct child *c, uint32_t hold_s, uint32_t history_mib);

/* Asks the store to carry the journal over now; returns at once. */
void store_hurry(struct region *r);

#endif
