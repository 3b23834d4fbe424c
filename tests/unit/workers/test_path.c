/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_path: what each message of RFC 2131 brings its client, and what it leaves in the table.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/workers/stage.h"

#define POOL 0xc0000264u /* 192.0.2.100 */

static const char plain[] = "subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\";"
	" authoritative = false; pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );";
static const char strict[] = "subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\";"
	" authoritative = true; pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );";

static enum verdict discover(struct stage *s, uint32_t k)
{
	stage_begin(s, MSG_DISCOVER, k);
	return stage_walk(s);
}

Test(path, discover_request)
{
	struct stage *s = stage_new(plain);
	uint32_t address;

	cr_assert_eq(discover(s, 7), VERDICT_ANSWER);
	cr_assert_eq(s->q.answer, MSG_OFFER);
	address = s->q.address;
	cr_assert(address >= POOL && address < POOL + 10);
	cr_assert_eq(stage_state(s, address), TABLE_OFFER);
	cr_assert_eq(discover(s, 7), VERDICT_ANSWER);
	cr_assert_eq(s->q.address, address, "the offer is kept for its client");
	cr_assert_eq(discover(s, 8), VERDICT_ANSWER);
	cr_assert_neq(s->q.address, address);
	stage_begin(s, MSG_REQUEST, 7);
	stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, address);
	cr_assert_eq(stage_walk(s), VERDICT_HOLD);
	cr_assert_eq(s->q.answer, MSG_ACK);
	cr_assert_eq(stage_state(s, address), TABLE_OFFER, "not a lease before the commit");
	cr_assert_eq(path_walk(&s->q, true), VERDICT_AGAIN, "the same client in the same batch");
	stage_commit(s);
	cr_assert_eq(stage_state(s, address), LEASE_ASSIGNED);
	cr_assert_eq(path_walk(&s->q, true), VERDICT_HOLD);
	stage_commit(s);
	cr_assert_eq(discover(s, 7), VERDICT_ANSWER);
	cr_assert_eq(s->q.address, address);
	stage_free(s);
}

Test(path, every_client_its_own_address_until_none_is_left)
{
	struct stage *s = stage_new(plain);
	uint32_t seen = 0;

	for (uint32_t k = 0; k < 10; k++) {
		cr_assert_eq(discover(s, k), VERDICT_ANSWER);
		cr_assert_eq(seen & 1u << (s->q.address - POOL), 0);
		seen |= 1u << (s->q.address - POOL);
		stage_lease(s, k, s->q.address);
	}
	cr_assert_eq(discover(s, 10), VERDICT_DROP);
	cr_assert_eq(s->q.reason, COUNTER_ALLOCATION_FAIL);
	stage_free(s);
}

/* All addresses are used, none twice, in an order that is neither theirs nor the next server's. */
Test(path, random_addresses)
{
	enum { N = 250 };
	static const char conf[] = "allocator = \"random\"; subnet4 = ( { id = 1;"
		" subnet = \"192.0.2.0/24\"; pools = ( { pool = \"192.0.2.2 - 192.0.2.251\"; } ); } );";
	uint32_t order[2][N];
	unsigned ascending = 0, same = 0;

	for (size_t round = 0; round < 2; round++) {
		struct stage *s = stage_new(conf);
		bool seen[256] = {false};

		for (uint32_t k = 0; k < N; k++) {
			cr_assert_eq(discover(s, k), VERDICT_ANSWER, "client %u", k);
			order[round][k] = s->q.address & 0xff;
			cr_assert(!seen[order[round][k]]);
			seen[order[round][k]] = true;
			stage_lease(s, k, s->q.address);
		}
		cr_assert_eq(discover(s, N), VERDICT_DROP);
		stage_free(s);
	}
	for (size_t k = 1; k < N; k++) {
		ascending += order[0][k] == order[0][k - 1] + 1;
		same += order[0][k] == order[1][k];
	}
	cr_expect_lt(ascending, 60, "%u of 249 follow the one before", ascending);
	cr_expect_lt(same, 60, "%u of 249 are where the other server had them", same);
}

Test(path, never_the_servers_own_address)
{
	struct stage *s = stage_new(plain);

	/* an interface that was given up leaves its number unused in front of the others */
	atomic_store(&s->region->interfaces_end, 2);
	atomic_store(&s->region->interfaces[0].state, INTERFACE_UNUSED);
	atomic_store(&s->region->interfaces[0].address, 0);
	atomic_store(&s->region->interfaces[1].state, INTERFACE_READY);
	atomic_store(&s->region->interfaces[1].address, POOL + 3);
	for (uint32_t k = 0; k < 9; k++) {
		stage_begin(s, MSG_DISCOVER, k);
		stage_opt_be32(s, OPT_REQUESTED_ADDRESS, POOL + 3);
		cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
		cr_assert_neq(s->q.address, POOL + 3);
	}
	cr_assert_eq(discover(s, 9), VERDICT_DROP);
	stage_free(s);
}

/* What a client that holds POOL + 1, or none, is told about the address it names. */
Test(path, requests)
{
	static const struct {
		const char *what;
		bool strict, known, server_id, renew;
		uint32_t address;
		enum verdict want;
		uint8_t answer; /* where there is one */
	} cases[] = {
		{"SELECTING, free", 0, 0, 1, 0, POOL + 5, VERDICT_HOLD, MSG_ACK},
		{"SELECTING, another's", 0, 0, 1, 0, POOL + 1, VERDICT_ANSWER, MSG_NAK},
		{"SELECTING, outside the pools", 0, 0, 1, 0, 0xc0000205, VERDICT_DROP, 0},
		{"SELECTING, it has another", 0, 1, 1, 0, POOL + 5, VERDICT_ANSWER, MSG_NAK},
		{"INIT-REBOOT, right", 0, 1, 0, 0, POOL + 1, VERDICT_HOLD, MSG_ACK},
		{"INIT-REBOOT, wrong", 0, 1, 0, 0, POOL + 2, VERDICT_ANSWER, MSG_NAK},
		{"INIT-REBOOT, wrong network", 0, 1, 0, 0, 0x0a000001, VERDICT_ANSWER, MSG_NAK},
		{"INIT-REBOOT, unknown", 0, 0, 0, 0, POOL + 2, VERDICT_DROP, 0},
		{"INIT-REBOOT, unknown, authoritative", 1, 0, 0, 0, POOL + 2, VERDICT_ANSWER, MSG_NAK},
		{"RENEWING", 0, 1, 0, 1, POOL + 1, VERDICT_HOLD, MSG_ACK},
		{"RENEWING, another's", 0, 0, 0, 1, POOL + 1, VERDICT_ANSWER, MSG_NAK},
		{"no address", 0, 1, 1, 0, 0, VERDICT_DROP, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct stage *s = stage_new(cases[i].strict ? strict : plain);

		stage_lease(s, 1, POOL + 1);
		s->ctx.now += 600;
		stage_begin(s, MSG_REQUEST, cases[i].known ? 1 : 2);
		if (cases[i].server_id)
			stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER);
		if (cases[i].renew) {
			stage_set(s, STAGE_CIADDR, cases[i].address);
			s->q.packet.dst_ip = STAGE_SERVER;
		} else if (cases[i].address != 0) {
			stage_opt_be32(s, OPT_REQUESTED_ADDRESS, cases[i].address);
		}
		cr_assert_eq(stage_walk(s), cases[i].want, "%s", cases[i].what);
		if (cases[i].want != VERDICT_DROP)
			cr_assert_eq(s->q.answer, cases[i].answer, "%s", cases[i].what);
		stage_commit(s);
		cr_assert_eq(stage_state(s, POOL + 1), LEASE_ASSIGNED, "%s", cases[i].what);
		if (cases[i].want == VERDICT_HOLD)
			cr_assert_eq(table_record(s->region, table_find(s->region,
					cases[i].address))->cltt, STAGE_NOW + 600);
		for (uint32_t rec = 0; rec < table_size(s->region); rec++)
			cr_assert_eq(table_owner(s->region, rec), 0, "%s: a claim is left",
				cases[i].what);
		stage_free(s);
	}
}

Test(path, a_request_to_another_server_is_left_alone)
{
	struct stage *s = stage_new(strict);

	stage_begin(s, MSG_REQUEST, 1);
	stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER + 1);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, POOL);
	cr_assert_eq(stage_walk(s), VERDICT_DROP);
	cr_assert_eq(s->q.reason, COUNTER_NOT_FOR_US);
	cr_assert_eq(stage_state(s, POOL), TABLE_FREE);
	stage_free(s);
}

Test(path, a_lapsed_lease_goes_to_another_and_its_client_starts_over)
{
	struct stage *s = stage_new(plain);

	stage_lease(s, 1, POOL);
	s->ctx.now += s->q.lifetime;
	stage_lease(s, 2, POOL);
	stage_begin(s, MSG_REQUEST, 1);
	stage_set(s, STAGE_CIADDR, POOL);
	s->q.packet.dst_ip = STAGE_SERVER;
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	cr_assert_eq(s->q.answer, MSG_NAK);
	stage_free(s);
}

Test(path, an_offer_is_kept_as_long_as_the_innermost_scope_says)
{
	static const struct {
		const char *global, *subnet, *class;
		uint32_t s;
	} cases[] = {
		{"", "", "", 60},
		{"offer-hold-time = 5;", "", "", 5},
		{"offer-lifetime = 20; offer-hold-time = 5;", "", "", 20},
		{"offer-lifetime = 20;", "offer-lifetime = 30;", "", 30},
		{"offer-lifetime = 20;", "offer-lifetime = 30;", "offer-lifetime = 40;", 40},
	};
	char conf[600];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct stage *s;

		snprintf(conf, sizeof(conf), "%s client-classes = ( { name = \"a\";"
			" test = \"member('ALL')\"; %s } ); subnet4 = ( { id = 1; %s"
			" subnet = \"192.0.2.0/24\"; pools = ("
			" { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );",
			cases[i].global, cases[i].class, cases[i].subnet);
		s = stage_new(conf);
		cr_assert_eq(discover(s, 1), VERDICT_ANSWER);
		cr_expect_eq(table_record(s->region, s->q.rec)->offer_until,
			STAGE_NOW + cases[i].s, "case %zu", i);
		stage_free(s);
	}
}

Test(path, release)
{
	struct stage *s = stage_new(plain);

	stage_lease(s, 1, POOL);
	stage_begin(s, MSG_RELEASE, 2);
	stage_set(s, STAGE_CIADDR, POOL);
	cr_assert_eq(stage_walk(s), VERDICT_DROP, "not its own");
	stage_begin(s, MSG_RELEASE, 1);
	stage_set(s, STAGE_CIADDR, POOL);
	cr_assert_eq(stage_walk(s), VERDICT_SILENT);
	cr_assert_eq(stage_state(s, POOL), LEASE_ASSIGNED);
	stage_commit(s);
	cr_assert_eq(stage_state(s, POOL), LEASE_RELEASED);
	cr_assert_eq(discover(s, 1), VERDICT_ANSWER);
	cr_assert_eq(s->q.address, POOL, "it is remembered");
	stage_free(s);
}

Test(path, decline)
{
	struct stage *s = stage_new(plain);

	stage_lease(s, 1, POOL);
	stage_begin(s, MSG_DECLINE, 2);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, POOL);
	cr_assert_eq(stage_walk(s), VERDICT_DROP, "not its own");
	stage_begin(s, MSG_DECLINE, 1);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, POOL);
	cr_assert_eq(stage_walk(s), VERDICT_SILENT);
	stage_commit(s);
	cr_assert_eq(stage_state(s, POOL), LEASE_DECLINED);
	for (uint32_t k = 1; k < 10; k++) {
		cr_assert_eq(discover(s, k), VERDICT_ANSWER);
		cr_assert_neq(s->q.address, POOL);
	}
	stage_free(s);
}

Test(path, inform)
{
	struct stage *s = stage_new(plain);

	stage_begin(s, MSG_INFORM, 1);
	cr_assert_eq(stage_walk(s), VERDICT_DROP, "without an address");
	stage_begin(s, MSG_INFORM, 1);
	stage_set(s, STAGE_CIADDR, 0xc0000232);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	cr_assert_eq(s->q.answer, MSG_ACK);
	cr_assert_eq(s->q.address, 0);
	cr_assert_eq(table_size(s->region), 0, "it leaves nothing");
	stage_free(s);
}

Test(path, what_is_not_answered)
{
	struct stage *s = stage_new(plain);
	uint8_t whole[2048];
	size_t len;

	stage_begin(s, MSG_DISCOVER, 1);
	stage_opt(s, OPT_CLIENT_ID, "\1\2\3\4", 4);
	len = s->len;
	memcpy(whole, s->octets, len);
	for (size_t n = 0; n < len; n++) {
		if (n == MSG_OPTIONS + 3) /* between two options: a whole message */
			continue;
		s->q.packet.payload = span_of(whole, n);
		cr_assert_eq(path_walk(&s->q, false), VERDICT_DROP, "%zu octets", n);
	}
	for (unsigned type = 0; type < 20; type++) {
		if (type >= MSG_DISCOVER && type <= MSG_INFORM && type != MSG_OFFER &&
			type != MSG_ACK && type != MSG_NAK)
			continue;
		stage_begin(s, (uint8_t)type, 1);
		cr_assert_eq(stage_walk(s), VERDICT_DROP, "type %u", type);
	}
	stage_begin(s, MSG_DISCOVER, 1);
	stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER);
	cr_assert_eq(stage_walk(s), VERDICT_DROP, "a DISCOVER names no server");
	stage_begin(s, MSG_DISCOVER, 1);
	s->octets[2] = 0;
	cr_assert_eq(stage_walk(s), VERDICT_DROP, "from nobody");
	cr_assert_eq(table_size(s->region), 0);
	stage_free(s);
}
