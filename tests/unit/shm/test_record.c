/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_record: rows and changes survive the way to octets and back; damaged ones are refused.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#include "tests/unit/shm/lab.h"

static size_t encode(uint8_t *buf, size_t size)
{
	static uint8_t id[255];
	struct change c = {.kind = CHANGE_PUT};

	c.lease = lab_lease(LAB_START, 7, id, 255);
	c.lease.hostname = span_of("host.example", 12);
	c.lease.agent = span_of("\1\2ab", 4);
	c.lease.state = LEASE_RELEASED;
	return change_encode(&c, buf, size);
}

Test(record, round_trip)
{
	uint8_t buf[RECORD_MAX];
	size_t len = encode(buf, sizeof(buf));
	struct change c;

	cr_assert_gt(len, 0);
	cr_assert_eq(change_decode(span_of(buf, len), &c), 0);
	cr_assert_eq(c.lease.address, LAB_START);
	cr_assert_eq(c.lease.valid_lft, 3600);
	cr_assert_eq(c.lease.state, LEASE_RELEASED);
	cr_assert_eq(c.lease.client_id.len, 255);
	cr_assert(span_equal(c.lease.hostname, span_of("host.example", 12)));
	cr_assert(span_equal(c.lease.agent, span_of("\1\2ab", 4)));
	cr_assert_eq(c.lease.hwaddr[5], 7);
}

Test(record, every_truncation_is_refused)
{
	uint8_t buf[RECORD_MAX];
	size_t len = encode(buf, sizeof(buf));
	struct change c;

	for (size_t n = 0; n < len; n++)
		cr_assert_eq(change_decode(span_of(buf, n), &c), -EBADMSG, "%zu octets", n);
	for (size_t n = 0; n < len; n++)
		cr_assert_eq(encode((uint8_t[RECORD_MAX]){0}, n), 0, "room for %zu octets", n);
}

Test(record, newer_versions_are_told)
{
	uint8_t buf[RECORD_MAX];
	size_t len = encode(buf, sizeof(buf));
	struct change c;

	buf[0] = 2;
	cr_assert_eq(change_decode(span_of(buf, len), &c), -ENOTSUP);
	buf[0] = 1;
	buf[2] = RECORD_VERSION + 1; /* of the row */
	cr_assert_eq(change_decode(span_of(buf, len), &c), -ENOTSUP);
}

Test(record, random_octets)
{
	uint8_t buf[96];
	struct change c;

	srand(1);
	for (int i = 0; i < 200000; i++) {
		size_t len = (size_t)rand() % sizeof(buf);

		for (size_t k = 0; k < len; k++)
			buf[k] = (uint8_t)rand();
		if (len > 2) {
			buf[0] = 1;
			buf[1] = (uint8_t)(rand() % 3);
			buf[2] = 1;
		}
		if (change_decode(span_of(buf, len), &c) == 0 && c.kind == CHANGE_PUT)
			cr_assert_leq(c.lease.hlen, RECORD_HWADDR_MAX);
	}
}
