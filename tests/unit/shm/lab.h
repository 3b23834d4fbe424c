/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lab: a region with one pool and a state directory for a test, as the supervisor would make them.
 */
#ifndef LESSOR_TESTS_UNIT_SHM_LAB_H
#define LESSOR_TESTS_UNIT_SHM_LAB_H

#include "shm/commit.h"

#define LAB_START 0x0a000100u /* 10.0.1.0 */

struct lab {
	char dir[64];
	struct region *region;
	struct pools pools;
	struct pool_range range;
	struct child child; /* slot 1 */
};

/* A pool of n addresses from LAB_START on. */
void lab_init(struct lab *l, uint32_t n);
void lab_fini(struct lab *l);

/* pool_take() of the lab's pool, from the first source that has an address. */
uint32_t lab_take(struct lab *l, uint32_t slot, uint32_t now);

/* A lease of address for client number k, with a client identifier of id_len octets. */
struct lease lab_lease(uint32_t address, uint32_t k, uint8_t *id, size_t id_len);

#endif
