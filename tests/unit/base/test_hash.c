/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_hash: SipHash-1-3 against values of implementations that share no code with ours, and what
 * the tables built on it rely on.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/hash.h"

/* Key 00 01 .. 0f, input 00 01 .. of this length, as in the SipHash paper; from a program that also
 * gives the paper's vector of SipHash-2-4. */
static const struct {
	size_t len;
	uint64_t want;
} vectors[] = {
	{0, 0xabac0158050fc4dcULL}, {1, 0xc9f49bf37d57ca93ULL}, {2, 0x82cb9b024dc7d44dULL},
	{3, 0x8bf80ab8e7ddf7fbULL}, {4, 0xcf75576088d38328ULL}, {5, 0xdef9d52f49533b67ULL},
	{6, 0xc50d2b50c59f22a7ULL}, {7, 0xd3927d989bb11140ULL}, {8, 0x369095118d299a8eULL},
	{9, 0x25a48eb36c063de4ULL}, {10, 0x79de85ee92ff097fULL}, {11, 0x70c118c1f94dc352ULL},
	{12, 0x78a384b157b4d9a2ULL}, {13, 0x306f760c1229ffa7ULL}, {14, 0x605aa111c0f95d34ULL},
	{15, 0xd320d86d2a519956ULL}, {16, 0xcc4fdd1a7d908b66ULL}, {17, 0x9cf2689063dbd80cULL},
	{31, 0x2370dd1f8c21d1bcULL}, {32, 0x81157b6c16a7b60dULL}, {63, 0x9d199062b7bbb3a8ULL},
};

/* Key 0: what CPython 3.11 says with PYTHONHASHSEED=0. */
static const struct {
	size_t len;
	uint64_t want;
} zero_key_vectors[] = {
	{1, 0x68a914128e01e473ULL}, {7, 0x2f098ab0c751325aULL}, {8, 0xead411e67ebe2eeaULL},
	{9, 0x75927f9d95124362ULL}, {19, 0x091f4a3329f87d19ULL},
};

Test(hash, vectors)
{
	const struct hash_key key = {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL}, zero = {0, 0};
	uint8_t input[64];

	for (size_t i = 0; i < sizeof(input); i++)
		input[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		cr_expect(hash_bytes(&key, input, vectors[i].len) == vectors[i].want, "length %zu",
			vectors[i].len);
	for (size_t i = 0; i < sizeof(zero_key_vectors) / sizeof(zero_key_vectors[0]); i++)
		cr_expect(hash_bytes(&zero, input, zero_key_vectors[i].len) ==
				  zero_key_vectors[i].want,
			"length %zu", zero_key_vectors[i].len);
	cr_expect(hash_bytes(&key, NULL, 0) == vectors[0].want);
}

/* Every length at every alignment: the octets count, not where they lie; nothing behind is read. */
Test(hash, place_does_not_matter)
{
	const struct hash_key key = {1, 2};
	uint8_t input[40];

	for (size_t i = 0; i < sizeof(input); i++)
		input[i] = (uint8_t)(i * 37);
	for (size_t len = 0; len <= 32; len++) {
		uint64_t want = hash_bytes(&key, input, len);

		for (size_t shift = 1; shift < 8; shift++) {
			uint8_t *moved = (uint8_t *)malloc(len + shift);

			memcpy(moved + shift, input, len);
			cr_expect(hash_bytes(&key, moved + shift, len) == want);
			free(moved);
		}
	}
}

static unsigned bits_set(uint64_t v)
{
	unsigned n = 0;

	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

/* Each bit of input and key changes about half of the result. */
Test(hash, every_bit_counts)
{
	struct hash_key key = {0x1234, 0x5678};
	uint8_t input[19] = {0};
	uint64_t base = hash_bytes(&key, input, sizeof(input));

	for (unsigned bit = 0; bit < 8 * sizeof(input); bit++) {
		unsigned n;

		input[bit / 8] ^= (uint8_t)(1 << bit % 8);
		n = bits_set(base ^ hash_bytes(&key, input, sizeof(input)));
		cr_expect(n > 10 && n < 54, "bit %u: %u", bit, n);
		input[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (unsigned bit = 0; bit < 64; bit++) {
		struct hash_key other = {key.k0 ^ 1ULL << bit, key.k1};

		cr_expect(hash_bytes(&other, input, sizeof(input)) != base);
		other = (struct hash_key){key.k0, key.k1 ^ 1ULL << bit};
		cr_expect(hash_bytes(&other, input, sizeof(input)) != base);
	}
}

Test(hash, length_counts)
{
	const struct hash_key key = {1, 2};
	const uint8_t zeros[300] = {0};

	for (size_t len = 1; len <= sizeof(zeros); len++)
		cr_expect(hash_bytes(&key, zeros, len) != hash_bytes(&key, zeros, len - 1));
}

Test(hash, random_keys_differ)
{
	struct hash_key a = {0, 0}, b = {0, 0};

	cr_assert(hash_key_random(&a) == 0 && hash_key_random(&b) == 0);
	cr_expect(a.k0 != b.k0 || a.k1 != b.k1);
	cr_expect(a.k0 != 0 || a.k1 != 0);
}

/* hash_mix64 undone: it is a bijection, so no two keys ever share a value. */
static uint64_t unmix64(uint64_t v)
{
	const uint64_t inverse = 0xcfee444d8b59a89bULL; /* of the multiplier, modulo 2^64 */

	v = (v ^ v >> 32) * inverse;
	v = (v ^ v >> 32) * inverse;
	return v ^ v >> 32;
}

Test(hash, mix_is_a_bijection_that_spreads)
{
	unsigned buckets[256] = {0};

	for (uint64_t i = 0; i < 65536; i++) {
		uint64_t v = hash_mix64(i);

		cr_assert(unmix64(v) == i);
		cr_assert(unmix64(hash_mix64(i << 48)) == i << 48);
		buckets[v & 255]++;
	}
	for (size_t i = 0; i < 256; i++)
		cr_expect(buckets[i] > 128 && buckets[i] < 512, "%u", buckets[i]);
}
