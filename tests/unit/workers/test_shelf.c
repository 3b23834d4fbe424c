/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_shelf: what is not answered comes back in its order, also after many rounds of the ring; what
 * is answered, too old or forgotten does not.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "workers/shelf.h"

static uint64_t put(struct shelf *s, unsigned number, size_t len, uint64_t taken_ns)
{
	uint8_t data[1500] = {0};
	struct packet p = {.payload = {data, len}, .src_port = (uint16_t)number};

	snprintf((char *)data, sizeof(data), "%u", number);
	return shelf_put(s, &p, taken_ns);
}

static unsigned number_of(const struct packet *p)
{
	cr_assert_eq((unsigned)atoi((const char *)p->payload.p) & 0xffff, p->src_port);
	return p->src_port;
}

Test(shelf, only_what_is_not_answered_comes_back)
{
	struct shelf *s = shelf_new(1 << 16);
	uint64_t ticket[5], at = 0;
	struct packet p;

	for (unsigned i = 0; i < 5; i++)
		ticket[i] = put(s, i, 300, 1000 + i);
	shelf_done(s, ticket[1]);
	shelf_done(s, 0);
	shelf_done(s, UINT64_MAX);
	for (unsigned want = 0; want < 5; want += want == 0 ? 2 : 1) {
		if (want == 3)
			shelf_done(s, ticket[4]);
		if (want == 4)
			break;
		cr_assert(shelf_next(s, 1000, &at, &p));
		cr_assert_eq(at, ticket[want]);
		cr_assert_eq(number_of(&p), want);
	}
	cr_assert_not(shelf_next(s, 1000, &at, &p));
	at = 0;
	cr_assert(shelf_next(s, 1003, &at, &p), "the older ones are left out");
	cr_assert_eq(number_of(&p), 3);
	shelf_free(s);
}

Test(shelf, a_full_ring_forgets_the_oldest)
{
	struct shelf *s = shelf_new(8192);
	unsigned n = 0;

	for (unsigned i = 0; i < 20000; i++) {
		uint64_t at = 0;
		struct packet p;

		put(s, i & 0xffff, 40 + (i * 37) % 1460, i);
		for (n = 0; shelf_next(s, 0, &at, &p); n++)
			cr_assert(((i - number_of(&p)) & 0xffff) < 128);
		cr_assert_eq(number_of(&p), i & 0xffff, "the last one is the newest");
		cr_assert(n >= (i < 3 ? i + 1 : 4));
	}
	shelf_free(s);
}
