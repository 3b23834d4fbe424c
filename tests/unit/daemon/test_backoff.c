/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_backoff: how long a dead process has to wait for its successor.
 */
#include <criterion/criterion.h>

#include "daemon/backoff.h"

Test(backoff, doubles_up_to_half_a_second)
{
	static const uint32_t want[] = {0, 100, 200, 400, 500, 500};
	struct backoff b = {0};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		cr_assert_eq(backoff_next(&b, 50), want[i], "death %zu", i);
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(backoff_next(&b, 1999), 500);
}

Test(backoff, forgets_after_two_seconds)
{
	struct backoff b = {0};

	for (int i = 0; i < 6; i++)
		backoff_next(&b, 0);
	cr_assert_eq(backoff_next(&b, 2000), 0);
	cr_assert_eq(backoff_next(&b, 0), 100);
}
