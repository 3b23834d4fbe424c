/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_bootp: a BOOTP client gets its address in one exchange, for ever, where that is wanted.
 */
#include <criterion/criterion.h>

#include "tests/unit/workers/stage.h"

#define POOL 0xc0000264u /* 192.0.2.100 */
#define YEAR (365u * 86400)

static const char conf[] = "bootp = true; calculate-tee-times = true;"
	"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\";"
	" pools = ( { pool = \"192.0.2.100 - 192.0.2.100\"; client-classes = [ \"BOOTP\" ]; } );"
	" option-data = ( { name = \"routers\"; data = \"192.0.2.1\"; } ); } );";

static enum verdict ask(struct stage *s, uint32_t k)
{
	stage_begin(s, MSG_BOOTP, k);
	s->len = MSG_OPTIONS; /* without a message type */
	return stage_walk(s);
}

Test(bootp, a_lease_for_ever)
{
	struct stage *s = stage_new(conf);

	cr_assert_eq(ask(s, 1), VERDICT_HOLD);
	cr_assert_eq(s->q.answer, MSG_BOOTP);
	cr_assert_eq(s->q.address, POOL);
	cr_assert_eq(ask(s, 1), VERDICT_AGAIN, "the same client in the same batch");
	stage_commit(s);
	cr_assert_eq(stage_state(s, POOL), LEASE_ASSIGNED);
	cr_assert_eq(counter_sum(s->region, COUNTER_ASSIGNED), 1);
	cr_assert_eq(table_record(s->region, table_find(s->region, POOL))->valid_lft,
		RECORD_INFINITE);
	s->ctx.now += YEAR;
	cr_assert_eq(ask(s, 2), VERDICT_DROP);
	cr_assert_eq(s->q.reason, COUNTER_ALLOCATION_FAIL);
	cr_assert_eq(ask(s, 1), VERDICT_HOLD);
	cr_assert_eq(s->q.address, POOL);
	stage_commit(s);
	for (uint32_t rec = 0; rec < table_size(s->region); rec++)
		cr_assert_eq(table_owner(s->region, rec), 0, "a claim is left");
	stage_free(s);
}

Test(bootp, the_answer_is_bootp)
{
	static const uint8_t want[] = {1, 4, 255, 255, 255, 0, 3, 4, 192, 0, 2, 1, 255};
	static struct answer a;
	struct stage *s = stage_new(conf);

	cr_assert_eq(ask(s, 1), VERDICT_HOLD);
	reply_make(&s->q, &a);
	cr_assert_eq(a.len, MSG_BOOTP_SIZE);
	cr_assert_eq(a.type, MSG_BOOTP);
	cr_assert_eq(a.message[0], MSG_BOOTREPLY);
	cr_assert_eq(wire_be32(a.message + 16), POOL);
	cr_assert_eq(memcmp(a.message + MSG_OPTIONS, want, sizeof(want)), 0);
	stage_free(s);
}

Test(bootp, not_without_being_told)
{
	struct stage *s = stage_new(strchr(conf, ';') + 1);

	cr_assert_eq(ask(s, 1), VERDICT_DROP);
	cr_assert_eq(s->q.reason, COUNTER_RFC_VIOLATION);
	stage_free(s);
}
