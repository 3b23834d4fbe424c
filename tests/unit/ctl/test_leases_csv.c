/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_leases_csv: Kea's lease file, old and new heads, rows that are wrong, and what is written is
 * read again.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/leases_csv.h"
#include "tests/unit/ctl/heard.h"

#define HEAD_OLD                                                                                   \
	"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname"
#define HEAD HEAD_OLD ",state,user_context,pool_id\n"

static const char *read_all(const char *text)
{
	static struct heard h;
	struct err err = {0};
	char *copy = strdup(text);

	heard_init(&h);
	if (leases_csv_read(copy, strlen(copy), &h.sink, &err) < 0)
		snprintf(h.said, sizeof(h.said), "refused: %s", err.text);
	free(copy);
	return h.said;
}

Test(leases_csv, rows)
{
	static const struct {
		const char *row, *said;
	} cases[] = {
		{"192.0.2.1,02:00:00:00:00:01,01:02,3600,10000,7,1,0,a.b,0,,4",
			"2 put 192.0.2.1 1/02:00:00:00:00:01 01:02 6400+3600 subnet 7 state 0 "
			"pool 4 flags 1 a.b \n"},
		{"192.0.2.1,,01:02,3600,10000,7,0,1,a&#x2cb&#x26&#xe9,0,"
		 "{ \"a\": [ 1&#x2c 2 ] },0\r",
			"2 put 192.0.2.1 1/ 01:02 6400+3600 subnet 7 state 0 pool 0 flags 2 "
			"a,b&\xe9 { \"a\": [ 1, 2 ] }\n"},
		{"192.0.2.1,,,86400,90000,7,0,0,,1,,0",
			"2 put 192.0.2.1 1/  3600+86400 subnet 7 state 1 pool 0 flags 0  \n"},
		{"192.0.2.1,02:01,,4294967295,4294968295,7,0,0,,0,,0",
			"2 put 192.0.2.1 1/02:01  1000+4294967295 subnet 7 state 0 pool 0 flags 0 "
			" \n"},
		{"192.0.2.1,02:01,,4294967295,1000,7,0,0,,0,,0",
			"2 put 192.0.2.1 1/02:01  1000+4294967295 subnet 7 state 0 pool 0 flags 0 "
			" \n"},
		{"192.0.2.1,02:01,,0,1000,7,0,0,,0,,0", "2 gone 192.0.2.1\n"},
		{"192.0.2.1,02:01,,0,1000,7,0,0,,3,,0",
			"2 put 192.0.2.1 1/02:01  1000+0 subnet 7 state 3 pool 0 flags 0  \n"},
		{"\n", ""},
		{"192.0.2.1,02:01,,3600,10000,7,0,0,,0,",
			"2 bad not as many columns as the first line has\n"},
		{"192.0.2.1,02:01,,3600,10000,7,0,0,,0,,0,",
			"2 bad not as many columns as the first line has\n"},
		{"192.0.2,02:01,,3600,10000,7,0,0,,0,,0", "2 bad address is not an IPv4 address\n"},
		{"0.0.0.0,02:01,,3600,10000,7,0,0,,0,,0", "2 bad address is not an IPv4 address\n"},
		{"192.0.2.1,2:1,,3600,10000,7,0,0,,0,,0",
			"2 bad hwaddr is not a hardware address of at most 16 octets\n"},
		{"192.0.2.1,,zz,3600,10000,7,0,0,,0,,0",
			"2 bad client_id is not a client identifier of at most 255 octets\n"},
		{"192.0.2.1,,,3600,10000,7,0,0,,0,,0", "2 bad neither hwaddr nor client_id\n"},
		{"192.0.2.1,02:01,,-1,10000,7,0,0,,0,,0",
			"2 bad valid_lifetime is not a number of seconds\n"},
		{"192.0.2.1,02:01,,4294967296,10000,7,0,0,,0,,0",
			"2 bad valid_lifetime is not a number of seconds\n"},
		{"192.0.2.1,02:01,,3600,99999999999999999999,7,0,0,,0,,0",
			"2 bad expire is not a Unix time\n"},
		{"192.0.2.1,02:01,,3600,3599,7,0,0,,0,,0",
			"2 bad expire and valid_lifetime do not fit together\n"},
		{"192.0.2.1,02:01,,3600,10000,x,0,0,,0,,0", "2 bad subnet_id is not a number\n"},
		{"192.0.2.1,02:01,,3600,10000,7,2,0,,0,,0",
			"2 bad fqdn_fwd or fqdn_rev is neither 0 nor 1\n"},
		{"192.0.2.1,02:01,,3600,10000,7,0,0,,4,,0",
			"2 bad state is not a number from 0 to 3\n"},
		{"192.0.2.1,02:01,,3600,10000,7,0,0,,0,[1],0",
			"2 bad user_context is not a JSON object\n"},
		{"192.0.2.1,02:01,,3600,10000,7,0,0,,0,,", "2 bad pool_id is not a number\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[1024];

		snprintf(text, sizeof(text), HEAD "%s", cases[i].row);
		cr_assert_str_eq(read_all(text), cases[i].said, "case %zu: %s", i, read_all(text));
	}
}

Test(leases_csv, heads)
{
	cr_assert_str_eq(read_all(HEAD_OLD "\n192.0.2.1,02:01,,3600,10000,7,0,0,x\n"),
		"2 put 192.0.2.1 1/02:01  6400+3600 subnet 7 state 0 pool 0 flags 0 x \n");
	cr_assert_str_eq(read_all(HEAD_OLD ",state\n192.0.2.1,02:01,,3600,10000,7,0,0,x,2"),
		"2 put 192.0.2.1 1/02:01  6400+3600 subnet 7 state 2 pool 0 flags 0 x \n");
	cr_assert_str_eq(read_all(""), "");
	cr_assert_str_eq(
		read_all("address,hwaddr\n"), "refused: line 1: column \"client_id\" is missing");
	cr_assert_str_eq(read_all("address,duid,valid_lifetime\n"),
		"refused: line 1: column 2 is \"duid\", expected \"hwaddr\"");
	cr_assert_not_null(strstr(read_all(HEAD_OLD ",state,user_context,pool_id,new\n"),
		"refused: line 1: more than"));
}

Test(leases_csv, octets_of_zero)
{
	char text[] = HEAD "192.0.2.1,02:01,,3600,10000,7,0,0,a\0b,0,,0\n"
			   "192.0.2.2,02:02,,3600,10000,7,0,0,,0,,0\n";
	struct err err = {0};
	struct heard h;

	heard_init(&h);
	cr_assert_eq(leases_csv_read(text, sizeof(text) - 1, &h.sink, &err), 0);
	cr_assert_str_eq(h.said,
		"2 bad octets of zero in it\n"
		"3 put 192.0.2.2 1/02:02  6400+3600 subnet 7 state 0 pool 0 flags 0  \n");
}

Test(leases_csv, written_and_read_again)
{
	uint8_t id[255] = {1, 2}, name[255];
	struct lease l = {.address = 0xc0000201,
		.subnet_id = 9,
		.pool_id = 3,
		.cltt = 1000,
		.valid_lft = RECORD_INFINITE,
		.state = LEASE_ASSIGNED,
		.flags = LEASE_FQDN_FWD | LEASE_FQDN_REV,
		.htype = 1,
		.hlen = 16,
		.client_id = span_of(id, sizeof(id)),
		.hostname = span_of(name, sizeof(name)),
		.context = span_of("{\"a\":\"b,\\u0001\"}", 16)};
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	struct heard direct, again;
	struct err err = {0};

	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = (uint8_t)(i + 1);
	leases_csv_write_head(f);
	leases_csv_write_lease(f, &l);
	fclose(f);
	heard_init(&direct);
	heard_init(&again);
	direct.sink.lease(direct.sink.arg, 2, &l);
	cr_assert(leases_csv_begins(text, size));
	cr_assert_eq(leases_csv_read(text, size, &again.sink, &err), 0, "%s", err.text);
	cr_assert_str_eq(again.said, direct.said);
	free(text);
}
