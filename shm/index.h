/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index: from a client's hash to its records, lock-free, in the region. A bucket is one cache
 * line of seven entries and a count of entries that had to go further on; an entry appears and
 * disappears by one atomic store. Only the process that has claimed a record enters or removes it.
 */
#ifndef LESSOR_SHM_INDEX_H
#define LESSOR_SHM_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "shm/region.h"

#define INDEX_NONE UINT32_MAX

/* Enters record rec under hash; no effect if it is there. false: the index is full. */
bool index_insert(struct region *r, uint64_t hash, uint32_t rec);

/* Takes it out again, if it is there. */
void index_remove(struct region *r, uint64_t hash, uint32_t rec);

/* The first record under hash for which match() is true, INDEX_NONE if there is none. */
typedef bool index_match(const struct region *r, uint32_t rec, const void *arg);
uint32_t index_find(const struct region *r, uint64_t hash, index_match *match, const void *arg);

#endif
