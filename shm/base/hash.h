/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash: keyed hash for tables whose keys strangers choose (client identifiers, addresses).
 */
#ifndef LESSOR_SHM_BASE_HASH_H
#define LESSOR_SHM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_key {
	uint64_t k0, k1;
};

/* A key from the kernel's random source; 0 or a negative errno value. */
int hash_key_random(struct hash_key *ret_key);

/* SipHash-1-3 (Aumasson, Bernstein) of len octets: no chosen keys collide without the key. */
uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t len);

/* A bijection that spreads every bit of v over the result; for keys nobody can choose freely. */
static inline uint64_t hash_mix64(uint64_t v)
{
	v = (v ^ v >> 32) * 0xd6e8feb86659fd93ULL;
	v = (v ^ v >> 32) * 0xd6e8feb86659fd93ULL;
	return v ^ v >> 32;
}

#endif
