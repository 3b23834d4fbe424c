/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leasedb: leases by address in LMDB, brought up to date from the journal by the store process.
 * Everybody may read it; what it shows is the state at its applied position.
 */
#ifndef LESSOR_SHM_LEASEDB_H
#define LESSOR_SHM_LEASEDB_H

#include "shm/base/err.h"
#include "shm/record.h"

struct leasedb;

/* Opens, or makes, STATE_DIR/leases. One handle a process, opened after its fork. A database of
 * a newer version is refused. Opening is cheap, and an open handle holds every page that was read
 * in memory: close it when a pass over the leases is done. */
int leasedb_open(const char *state_dir, struct leasedb **ret, struct err *err);
void leasedb_close(struct leasedb *db);

/* Journal position up to which the database is complete, and how many leases it holds. */
int leasedb_position(struct leasedb *db, uint64_t *ret_applied, uint64_t *ret_leases,
	struct err *err);

/* What is stored for an address. */
struct leasedb_row {
	uint32_t address;
	uint64_t seq;    /* journal position it comes from */
	struct span row; /* as record_encode() wrote it; empty: the address has no lease any more */
};

/* Applies n rows with ascending, distinct addresses in one transaction. position 0 leaves the
 * applied position alone, another one moves it. */
int leasedb_apply(struct leasedb *db, const struct leasedb_row *rows, size_t n, uint64_t position,
	struct err *err);

/* Puts and deletes n reservations, in this order, in one transaction. lease.seq of each is its
 * journal position. */
int leasedb_apply_hosts(struct leasedb *db, const struct change *changes, size_t n, struct err *err);

/* Hands the reservations with key >= from (empty: all) to fn, as CHANGE_HOST_PUT, spans as in
 * leasedb_each(). */
typedef int leasedb_host_fn(void *arg, const struct change *c);
int leasedb_each_host(struct leasedb *db, struct span from, leasedb_host_fn *fn, void *arg,
	struct err *err);

/* The lease of one address; its spans lie in buf, which holds RECORD_MAX octets. -ENOENT: none. */
int leasedb_get(struct leasedb *db, uint32_t address, uint8_t *buf, struct lease *ret,
	struct err *err);

/* Hands the leases with address >= from to fn in ascending order, from one snapshot; spans live
 * until fn returns. A non-zero result of fn ends it and is returned. */
typedef int leasedb_fn(void *arg, const struct lease *l);
int leasedb_each(struct leasedb *db, uint32_t from, leasedb_fn *fn, void *arg, struct err *err);

/* --- a whole table from the partner ---
 * It is gathered beside the leases in force, marked as complete, and put in force in one
 * transaction; until then it shows nowhere. */

/* Begins anew; what was gathered before is thrown away. */
int leasedb_stage_begin(struct leasedb *db, struct err *err);
/* Rows in ascending order of address, behind those of the calls before. */
int leasedb_stage_rows(struct leasedb *db, const struct leasedb_row *rows, size_t n,
	struct err *err);
/* Reservations, as leasedb_apply_hosts(). */
int leasedb_stage_hosts(struct leasedb *db, const struct change *changes, size_t n, struct err *err);
/* Marks it as complete: it is the state at this journal position (not 0). */
int leasedb_stage_end(struct leasedb *db, uint64_t position, struct err *err);
/* The position of a complete one that waits, 0: there is none. */
int leasedb_staged(struct leasedb *db, uint64_t *ret_position, struct err *err);
/* Puts the complete one in force; its position becomes the applied one. -ENOENT: there is none. */
int leasedb_switch(struct leasedb *db, struct err *err);

/* --- a copy that lessorctl backup made ---
 * It comes without a journal. Whether it still is one: a server that starts with it makes the
 * journal (load_adopt_backup()), which then must not be missing any more. */
int leasedb_set_backup(struct leasedb *db, bool backup, struct err *err);
int leasedb_is_backup(struct leasedb *db, bool *ret, struct err *err);

/* Who writes the leases, or puts others in force, holds this lock, which ends with its process.
 * Returns a descriptor that leasedb_unlock() closes, or -EBUSY. */
int leasedb_lock(const char *state_dir, struct err *err);
void leasedb_unlock(int fd);

#endif
