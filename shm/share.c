/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share: a bit a block and node; blocks are counted within the /24, so a word fits one page of the
 * lease table.
 */
#include "shm/share.h"

#include <stddef.h>

#include "shm/authority.h"

#define OF_NODE1 32 /* shift of its half */

static unsigned int block_of(uint32_t address)
{
	return (address & 0xff) / SHARE_BLOCK;
}

share_word share_default(uint32_t address)
{
	/* counted through all addresses, so that small pools in different /24 differ too */
	uint32_t first = (address & 0xffffff00) / SHARE_BLOCK;
	share_word word = 0;

	for (uint32_t b = 0; b < SHARE_BLOCKS; b++)
		word |= 1ULL << ((first + b) % 5 == 4 ? OF_NODE1 + b : b);
	return word;
}

unsigned int share_owner(share_word word, uint32_t address)
{
	unsigned int b = block_of(address);

	if (word >> b & 1)
		return 0;
	return word >> (OF_NODE1 + b) & 1 ? 1 : AUTHORITY_NOBODY;
}

share_word share_set(share_word word, uint32_t address, unsigned int owner)
{
	unsigned int b = block_of(address);

	word &= ~(1ULL << b | 1ULL << (OF_NODE1 + b));
	if (owner == 0)
		word |= 1ULL << b;
	if (owner == 1)
		word |= 1ULL << (OF_NODE1 + b);
	return word;
}

share_word share_move(
        share_word word, uint32_t address, unsigned int active, unsigned int to, bool acked)
{
	unsigned int owner = share_owner(word, address);

	if (owner == to)
		return word;
	if (to != active) /* ours or nobody's: the taker begins when it has applied this */
		return share_set(word, address, to);
	if (owner != AUTHORITY_NOBODY)
		return share_set(word, address, AUTHORITY_NOBODY);
	return acked ? share_set(word, address, to) : word;
}

share_word share_merge(share_word of_node0, share_word of_node1, bool *ret_conflict)
{
	uint32_t claim0 = (uint32_t)of_node0;
	uint32_t claim1 = (uint32_t)(of_node1 >> OF_NODE1);
	uint32_t both = claim0 & claim1;

	if (ret_conflict != NULL)
		*ret_conflict = both != 0;
	return (share_word)(claim1 & ~both) << OF_NODE1 | (claim0 & ~both);
}
