/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reserve: reserved addresses are given to their clients, and to nobody else.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/workers/stage.h"

#define POOL    0xc0000264u /* 192.0.2.100, the first of four */
#define IN_POOL (POOL + 1)
#define OUTSIDE 0xc0000232u /* 192.0.2.50 */

/* Client 1: an address in the pool; 2: outside; 3: none; nobody else. */
#define HOSTS                                                                                      \
	"reservations = ("                                                                         \
	"{ hw-address = \"02:00:00:00:00:01\"; ip-address = \"192.0.2.101\"; hostname = \"One\"; }," \
	"{ hw-address = \"02:00:00:00:00:02\"; ip-address = \"192.0.2.50\"; },"                     \
	"{ hw-address = \"02:00:00:00:00:03\"; hostname = \"three\"; } ); "
#define NET "subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; " \
	"pools = ( { pool = \"192.0.2.100/30\"; } ); "

static uint32_t discover(struct stage *s, uint32_t k)
{
	stage_begin(s, MSG_DISCOVER, k);
	return stage_walk(s) == VERDICT_ANSWER ? s->q.address : 0;
}

/* MSG_ACK, MSG_NAK, or 0: silence. What is granted is committed. */
static int request(struct stage *s, uint32_t k, uint32_t address, bool server_id)
{
	enum verdict v;

	stage_begin(s, MSG_REQUEST, k);
	if (server_id)
		stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, address);
	v = stage_walk(s);
	stage_commit(s);
	return v == VERDICT_DROP ? 0 : s->q.answer;
}

static void no_claim_is_left(const struct stage *s)
{
	for (uint32_t rec = 0; rec < table_size(s->region); rec++)
		cr_assert_eq(table_owner(s->region, rec), 0);
}

Test(reserve, addresses_are_kept)
{
	struct stage *s = stage_new(NET HOSTS "} );");

	cr_expect_eq(discover(s, 1), IN_POOL);
	cr_expect_eq(request(s, 1, IN_POOL, true), MSG_ACK);
	cr_expect_eq(discover(s, 2), OUTSIDE);
	cr_expect(s->q.pool == NULL && s->q.subnet != NULL);
	cr_expect_eq(request(s, 2, OUTSIDE, true), MSG_ACK);
	cr_expect_eq(request(s, 2, OUTSIDE, false), MSG_ACK, "INIT-REBOOT");
	cr_expect_eq(stage_state(s, OUTSIDE), LEASE_ASSIGNED);
	/* three are left in the pool, for whoever comes */
	for (uint32_t k = 3; k <= 5; k++) {
		uint32_t address = discover(s, k);

		cr_expect(address >= POOL && address < POOL + 4 && address != IN_POOL);
	}
	cr_expect_eq(discover(s, 6), 0);
	no_claim_is_left(s);
	stage_free(s);
}

Test(reserve, nobody_else_gets_them)
{
	struct stage *s = stage_new(NET HOSTS "} );");

	cr_expect_eq(request(s, 7, IN_POOL, true), MSG_NAK, "asks for one in the pool");
	cr_expect_eq(request(s, 7, OUTSIDE, true), 0, "outside the pools");
	stage_begin(s, MSG_DISCOVER, 7);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, IN_POOL);
	cr_expect_eq(stage_walk(s), VERDICT_ANSWER);
	cr_expect_neq(s->q.address, IN_POOL);
	no_claim_is_left(s);
	stage_free(s);
}

Test(reserve, another_address_is_refused)
{
	struct stage *s = stage_new(NET HOSTS "} );");

	cr_expect_eq(request(s, 1, POOL, true), MSG_NAK, "SELECTING");
	cr_expect_eq(request(s, 1, POOL, false), MSG_NAK, "INIT-REBOOT");
	cr_expect_eq(request(s, 1, 0x0a000001, false), MSG_NAK, "of another network");
	cr_expect_eq(request(s, 2, OUTSIDE, false), MSG_ACK, "a reservation counts as known");
	cr_expect_eq(request(s, 3, POOL, false), 0, "without an address it does not");
	stage_begin(s, MSG_REQUEST, 1);
	stage_set(s, STAGE_CIADDR, POOL);
	s->q.packet.dst_ip = STAGE_SERVER;
	cr_expect(stage_walk(s) == VERDICT_ANSWER && s->q.answer == MSG_NAK, "RENEWING");
	stage_free(s);
}

/* The lease of before goes when the client has taken its reserved address. */
Test(reserve, a_lease_at_another_address)
{
	struct stage *s = stage_new(NET HOSTS "} );");
	struct lease l = {.address = POOL, .subnet_id = 1, .cltt = STAGE_NOW, .valid_lft = 3600,
		.htype = 1, .hlen = 6, .hwaddr = {2, 0, 0, 0, 0, 1}};
	uint32_t rec = table_attach(s->region, POOL, 1);

	cr_assert_eq(commit_put(s->ctx.commit, rec, &l), 0);
	stage_commit(s);
	cr_expect_eq(request(s, 1, POOL, false), MSG_NAK, "INIT-REBOOT for it");
	for (int i = 0; i < 2; i++)
		cr_expect_eq(discover(s, 1), IN_POOL);
	cr_expect_eq(stage_state(s, POOL), LEASE_ASSIGNED, "until then it has both");
	cr_expect_eq(request(s, 1, IN_POOL, true), MSG_ACK);
	cr_expect_eq(stage_state(s, IN_POOL), LEASE_ASSIGNED);
	cr_expect_eq(stage_state(s, POOL), TABLE_FREE);
	cr_expect_eq(discover(s, 1), IN_POOL);
	no_claim_is_left(s);
	stage_free(s);
}

Test(reserve, conflict)
{
	struct stage *s = stage_new(NET HOSTS "} );");
	struct lease l = {.address = IN_POOL, .subnet_id = 1, .cltt = STAGE_NOW, .valid_lft = 3600,
		.htype = 1, .hlen = 6, .hwaddr = {2, 0, 0, 0, 0, 9}};
	uint32_t rec = table_attach(s->region, IN_POOL, 1), address;

	cr_assert_eq(commit_put(s->ctx.commit, rec, &l), 0);
	stage_commit(s);
	address = discover(s, 1);
	cr_expect(address != 0 && address != IN_POOL);
	cr_expect_eq(counter_sum(s->region, COUNTER_RESERVATION_CONFLICTS), 1);
	cr_expect_eq(pool_counted(&s->pools.v[0], POOL_CONFLICTS), 1);
	cr_expect_eq(request(s, 1, address, true), MSG_ACK, "another one meanwhile");
	cr_expect_eq(request(s, 9, IN_POOL, false), MSG_NAK, "it is reserved now");
	s->ctx.now += 3601;
	cr_expect_eq(discover(s, 1), IN_POOL, "the lease in its way has ended");
	no_claim_is_left(s);
	stage_free(s);
}

Test(reserve, out_of_pool)
{
	struct stage *s = stage_new("reservations-out-of-pool = true; " NET HOSTS "} );");
	uint32_t seen = 0;

	cr_expect_eq(discover(s, 2), OUTSIDE);
	cr_expect_eq(request(s, 8, OUTSIDE, true), MSG_NAK, "not for others");
	for (uint32_t k = 11; k <= 14; k++)
		seen |= 1u << (discover(s, k) - POOL);
	cr_expect_eq(seen, 15, "all of the pool");
	stage_free(s);
}

Test(reserve, global_and_disabled)
{
#define GLOBAL                                                                                     \
	"reservations = ( { hw-address = \"02:00:00:00:00:01\"; ip-address = \"192.0.2.102\"; },"   \
	"{ hw-address = \"02:00:00:00:00:04\"; ip-address = \"10.0.0.9\"; hostname = \"g\"; } );"
	static const struct {
		const char *flags;
		uint32_t want; /* client 1; 0: none that is reserved */
		bool known;    /* client 4 */
	} cases[] = {
		{"", IN_POOL, false},
		{"reservations-global = true;", IN_POOL, true},
		{"reservation-mode = \"global\";", POOL + 2, true},
		{"reservation-mode = \"disabled\";", 0, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char conf[1024];
		struct stage *s;

		snprintf(conf, sizeof(conf), GLOBAL "%s" NET HOSTS "} );", cases[i].flags);
		s = stage_new(conf);
		cr_expect(discover(s, 4) >= POOL, "its address is for another subnet");
		cr_expect_eq(query_is_member(&s->q, s->model->builtin[MODEL_KNOWN]), cases[i].known);
		cr_expect_eq(s->q.host != NULL, cases[i].known);
		discover(s, 1);
		cr_expect(cases[i].want == 0 ? s->q.host == NULL : s->q.address == cases[i].want,
			"case %zu: %x", i, s->q.address);
		stage_free(s);
	}
}

Test(reserve, identifiers)
{
	struct stage *s = stage_new("host-reservation-identifiers = "
		"[ \"flex-id\", \"circuit-id\", \"duid\", \"client-id\", \"hw-address\" ];"
		"flex-id-expression = \"substring(option[12].hex, 0, 4)\";" NET "reservations = ("
		"{ hw-address = \"02:00:00:00:00:01\"; hostname = \"hw\"; },"
		"{ client-id = \"ff0000000100020304\"; hostname = \"id\"; },"
		"{ duid = \"00020304\"; hostname = \"duid\"; },"
		"{ circuit-id = \"'p7'\"; hostname = \"line\"; },"
		"{ flex-id = \"'name'\"; hostname = \"flex\"; } ); } );");
	static const uint8_t duid[] = {255, 0, 0, 0, 1, 0, 2, 3, 4}, agent[] = {1, 2, 'p', '7'};
	/* each time with one identifier more, which counts more */
	static const char *const want[] = {"hw", "duid", "line", "flex"};

	for (size_t i = 0; i < 4; i++) {
		stage_begin(s, MSG_DISCOVER, 1);
		if (i >= 1)
			stage_opt(s, OPT_CLIENT_ID, duid, sizeof(duid));
		if (i >= 2)
			stage_opt(s, OPT_AGENT, agent, sizeof(agent));
		if (i >= 3)
			stage_opt(s, OPT_HOST_NAME, "names", 5);
		stage_walk(s);
		cr_assert_not_null(s->q.host);
		cr_expect_str_eq(s->q.host->hostname, want[i]);
	}
	stage_free(s);
}

Test(reserve, shared_network)
{
	struct stage *s = stage_new("client-classes = ( { name = \"x\"; }, { name = \"y\"; } );"
		"shared-networks = ( { name = \"n\"; subnet4 = ("
		"{ id = 1; subnet = \"192.0.2.0/24\"; pools = ( { pool = \"192.0.2.100/30\"; } ); },"
		"{ id = 2; subnet = \"10.0.2.0/24\"; pools = ( { pool = \"10.0.2.1/32\"; } );"
		"  reservations = ( { hw-address = \"02:00:00:00:00:01\"; ip-address = \"10.0.2.7\";"
		"    hostname = \"two\"; client-classes = [ \"x\" ]; },"
		"  { hw-address = \"02:00:00:00:00:02\"; hostname = \"no-address\"; } ); },"
		"{ id = 3; subnet = \"10.0.3.0/24\"; client-class = \"y\"; reservations = ("
		"  { hw-address = \"02:00:00:00:00:03\"; ip-address = \"10.0.3.7\"; } ); } ); } );");

	cr_expect_eq(discover(s, 1), 0x0a000207, "the reserved subnet first");
	cr_expect(s->q.subnet->id == 2 && s->q.host != NULL);
	cr_expect_eq(request(s, 1, 0x0a000207, true), MSG_ACK);
	cr_expect(discover(s, 2) >= POOL && s->q.subnet->id == 1);
	cr_expect(s->q.host == NULL, "that of another subnet does not count");
	cr_expect(query_is_member(&s->q, s->model->builtin[MODEL_KNOWN]), "but it is known");
	cr_expect(discover(s, 3) >= POOL && s->q.subnet->id == 1, "not in that class");
	no_claim_is_left(s);
	stage_free(s);
}

Test(reserve, hostname_is_kept_and_sent)
{
	struct stage *s = stage_new(NET HOSTS "} );");
	struct table_copy copy;
	struct answer a;
	struct msg m;

	stage_begin(s, MSG_REQUEST, 1);
	stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, IN_POOL);
	stage_opt(s, OPT_HOST_NAME, "mine", 4);
	cr_assert_eq(stage_walk(s), VERDICT_HOLD);
	reply_make(&s->q, &a);
	cr_assert_eq(msg_decode(a.message, a.len, MSG_BOOTREPLY, false, &m), MSG_OK);
	cr_expect(span_equal(opt_get(&m.opt, OPT_HOST_NAME), span_of("one", 3)));
	stage_commit(s);
	cr_assert(table_read(s->region, table_find(s->region, IN_POOL), &copy));
	cr_expect(span_equal(copy.lease.hostname, span_of("one", 3)));
	stage_free(s);
}

/* Global reservations can say where a client belongs, if they are looked for early. */
Test(reserve, early)
{
	static const char conf[] = "client-classes = ( { name = \"x\"; } );"
		"reservations = ( { hw-address = \"02:00:00:00:00:01\"; client-classes = [ \"x\" ]; "
		"} ); subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; client-class = \"x\";"
		"pools = ( { pool = \"192.0.2.100/30\"; } ); } );";
	char text[1024];
	struct stage *s;

	for (int early = 0; early < 2; early++) {
		snprintf(text, sizeof(text), "reservations-global = true;"
			"early-global-reservations-lookup = %s; %s", early ? "true" : "false", conf);
		s = stage_new(text);
		cr_expect_eq(discover(s, 1) != 0, early == 1);
		cr_expect_eq(discover(s, 2), 0);
		stage_free(s);
	}
}
