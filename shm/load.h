/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load: fills the empty table at start, and settles what a killed process left. Both run as
 * short-lived processes of their own, so that the supervisor never touches a database.
 */
#ifndef LESSOR_SHM_LOAD_H
#define LESSOR_SHM_LOAD_H

#include "shm/child.h"
#include "shm/journal.h"
#include "shm/leasedb.h"

/* Fills the table from the lease database and the journal's tail. Returns enum child_exit. */
int load_run(const struct child *c);

/* Puts right what the process of c->dead_slot left claimed or half-written, from the committed
 * state, and queues addresses it had taken. Others go on meanwhile. Returns enum child_exit. */
int repair_run(const struct child *c);

/* A node of a pair may have been stopped while it put a copy of its partner's leases in force: the
 * journal is the copy's already, the database is not. Puts that right; no effect otherwise. To be
 * called before anything is read or written by position. */
int load_finish_switch(struct leasedb *db, struct journal *j, struct err *err);

/* A database that is a backup (leasedb.h) has no journal yet: makes it, so that positions go on
 * behind those of the backup. -EBADMSG: another journal is there. No effect otherwise. */
int load_adopt_backup(struct leasedb *db, struct journal *j, struct err *err);

/* Makes the table, and the positions in the region, what database and journal say, whatever they
 * show now, and clears pair.refill. Called by the ha process of a node that serves nobody, with the
 * lock of the lease database. */
int load_refill(const struct child *c, struct leasedb *db, struct journal *j, struct err *err);

/* How many leases the database in state_dir holds; 0 if there is none yet. */
int load_count(const char *state_dir, uint64_t *ret_leases, struct err *err);

#endif
