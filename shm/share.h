/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share: which node of a pair owns a free address, that is, may give it to a new client while the
 * other is out of reach. Decided for blocks of 8 addresses by one word a /24, which is also what
 * the journal says about it. Pure; knows nothing of leases, pools or configurations.
 *
 * Why no address has two owners (I2): both nodes begin with the same rule (share_default()); words
 * change only while in sync, by the active, which journals the change. It gives a block away in one
 * step: it stops using it with its own commit, the other begins with its apply. It takes a block in
 * two: first nobody's, and its own only after the other has acknowledged that. So at any pair of
 * positions with standby <= active at most one node reads itself as the owner.
 */
#ifndef LESSOR_SHM_SHARE_H
#define LESSOR_SHM_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#define SHARE_BLOCK  8  /* addresses a block */
#define SHARE_BLOCKS 32 /* blocks a /24 */

/* Lower half: blocks of node 0, upper half: of node 1, a bit each; neither: changing hands. */
typedef uint64_t share_word;

/* The word of a /24 (upper 24 bits of any address of it, host byte order) of which the journal
 * never said anything: node 1 owns every fifth block. */
share_word share_default(uint32_t address);

/* Owner of the address's block: 0, 1 or AUTHORITY_NOBODY. */
unsigned int share_owner(share_word word, uint32_t address);

/* The word with the address's block given to owner: 0, 1 or AUTHORITY_NOBODY. */
share_word share_set(share_word word, uint32_t address, unsigned int owner);

/* What the active may journal next to move a block to `to`: the word itself if that is done or has
 * to wait. acked: the partner holds the present word durably. */
share_word share_move(share_word word, uint32_t address, unsigned int active, unsigned int to,
	bool acked);

/* The word that stands after a partition: a block is its whose own view says so; nobody's if
 * neither claims it. *ret_conflict: a block was claimed by both (possible only after
 * PARTNER-DOWN); it is nobody's then. merge(w, w) = w. */
share_word share_merge(share_word of_node0, share_word of_node1, bool *ret_conflict);

#endif
