/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_leases_isc: entries of dhcpd.leases in every state and form, and what is wrong in them.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/leases_isc.h"
#include "tests/unit/ctl/heard.h"

static const char *read_all(const char *text)
{
	static struct heard h;
	char *copy = strdup(text);

	heard_init(&h);
	cr_assert_eq(leases_isc_read(copy, strlen(copy), &h.sink), 0);
	free(copy);
	return h.said;
}

#define TIMES "starts 2 2026/11/24 12:00:00; ends 2 2026/11/24 13:00:00; "
#define MAC   "hardware ethernet 2:0:0:0:0:1f; "

static const struct {
	const char *text, *said;
} cases[] = {
	{"# written by a server\nauthoring-byte-order little-endian;\n"
	 "server-duid \"\\000\\001\";\nlease 192.0.2.1 {\n" TIMES "tstp 2 2026/11/24 13:00:00;\n"
	 "cltt 2 2026/11/24 12:30:00;\nbinding state active;\nnext binding state free;\n"
	 "rewind binding state free;\n" MAC "uid \"\\001\\002\\\"\";\n"
	 "set vendor = \"a;b}\";\noption agent.circuit-id 1:2;\n"
	 "on commit { set x = 1; if 1 = 1 { set y = 2; } }\nclient-hostname \"pc-1\";\n}\n",
		"4 put 192.0.2.1 1/02:00:00:00:00:1f 01:02:22 1795523400+1800 subnet 0 state 0 "
		"pool 0 flags 0 pc-1 \n"},
	{"lease 192.0.2.1 { starts epoch 1000; # Thu\nends epoch 4600; binding state active; "
	 "uid 01:02:ab; }",
		"1 put 192.0.2.1 0/ 01:02:ab 1000+3600 subnet 0 state 0 pool 0 flags 0  \n"},
	{"lease 192.0.2.1 { starts epoch 1000; ends never; binding state active; " MAC "}",
		"1 put 192.0.2.1 1/02:00:00:00:00:1f  1000+4294967295 subnet 0 state 0 pool 0 "
		"flags 0  \n"},
	{"lease 192.0.2.1 { starts epoch 9; ends epoch 99; binding state abandoned; " MAC "}",
		"1 put 192.0.2.1 1/  9+90 subnet 0 state 1 pool 0 flags 0  \n"},
	{"lease 192.0.2.1 { starts epoch 9; ends epoch 99; binding state expired; " MAC "}",
		"1 put 192.0.2.1 1/02:00:00:00:00:1f  9+90 subnet 0 state 2 pool 0 flags 0  \n"},
	{"lease 192.0.2.1 { starts epoch 9; ends epoch 99; cltt epoch 100; "
	 "binding state released; " MAC "}",
		"1 put 192.0.2.1 1/02:00:00:00:00:1f  99+0 subnet 0 state 3 pool 0 flags 0  \n"},
	{"lease 192.0.2.1 { " TIMES "binding state free; " MAC "}", "1 gone 192.0.2.1\n"},
	{"lease 192.0.2.1 { " TIMES "binding state backup; }", "1 gone 192.0.2.1\n"},
	{"failover peer \"x\" state {\n my state normal at 2 2026/11/24 12:00:00;\n}\n"
	 "lease 192.0.2.1 { binding state free; }",
		"4 gone 192.0.2.1\n"},
	{"lease 192.0.2.1 { binding state active; " MAC "}", "1 bad starts or ends is missing\n"},
	{"lease 192.0.2.1 { " TIMES MAC "}", "1 bad no binding state\n"},
	{"lease 192.0.2.1 { " TIMES "binding state active; }", "1 bad neither hardware nor uid\n"},
	{"lease 192.0.2.1 { " TIMES "binding state active; hardware ethernet 2::1; }",
		"1 bad not a hardware address of at most 16 octets\n"},
	{"lease 192.0.2.1 { " TIMES "binding state active; hardware fax 2; }",
		"1 bad unknown type of hardware\n"},
	{"lease 192.0.2.1 { starts 2 2026/11/24; binding state active; }",
		"1 bad not a time between 1970 and 2106\n"},
	{"lease 192.0.2.1 { starts 2 1960/11/24 12:00:00; binding state active; }",
		"1 bad not a time between 1970 and 2106\n"},
	{"lease 192.0.2.1 { " TIMES "uid \"a;\nbinding state active; }",
		"1 bad uid is not a client identifier of at most 255 octets\n"},
	{"lease 192.0.2.1 { " TIMES "binding state active; " MAC,
		"1 bad it has no end: the file was cut\n"},
	{"lease 192.0.2.1 { " TIMES "binding state active; " MAC "\001; }",
		"1 bad a quote without an end, or a character that has no meaning\n"},
	{"lease fe80::1 { binding state free; }\nlease 192.0.2.2 { binding state free; }",
		"1 bad not a lease of an IPv4 address\n2 gone 192.0.2.2\n"},
	{"lease 192.0.2.1;\nlease 192.0.2.2 { binding state free; }",
		"1 bad '{' is missing\n2 gone 192.0.2.2\n"},
	{"host a { dynamic; " MAC "fixed-address 192.0.2.9; }\n}\nia-na \"x\" { y; }",
		"1 bad a host that was made at run time: write it into the configuration as a "
		"reservation\n2 bad not an entry of dhcpd.leases\n"},
	{"", ""},
};

Test(leases_isc, entries)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert_str_eq(read_all(cases[i].text), cases[i].said, "case %zu: %s", i,
			read_all(cases[i].text));
}
