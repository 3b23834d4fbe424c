/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_optdef_table: the standard options, one by one against a list of their own, and look-ups by
 * name and type.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>

#include "workers/packet/optdef.h"

/* Code, name, type of every standard option; "own": one that Kea does not define. */
static const char *const standard[] = {
	"1 subnet-mask ipv4-address", "2 time-offset int32", "3 routers ipv4-address[]",
	"4 time-servers ipv4-address[]", "5 name-servers ipv4-address[]",
	"6 domain-name-servers ipv4-address[]", "7 log-servers ipv4-address[]",
	"8 cookie-servers ipv4-address[]", "9 lpr-servers ipv4-address[]",
	"10 impress-servers ipv4-address[]", "11 resource-location-servers ipv4-address[]",
	"12 host-name string", "13 boot-size uint16", "14 merit-dump string",
	"15 domain-name string", "16 swap-server ipv4-address", "17 root-path string",
	"18 extensions-path string", "19 ip-forwarding boolean",
	"20 non-local-source-routing boolean", "21 policy-filter ipv4-address[]",
	"22 max-dgram-reassembly uint16", "23 default-ip-ttl uint8",
	"24 path-mtu-aging-timeout uint32", "25 path-mtu-plateau-table uint16[]",
	"26 interface-mtu uint16", "27 all-subnets-local boolean",
	"28 broadcast-address ipv4-address", "29 perform-mask-discovery boolean",
	"30 mask-supplier boolean", "31 router-discovery boolean",
	"32 router-solicitation-address ipv4-address", "33 static-routes ipv4-address[]",
	"34 trailer-encapsulation boolean", "35 arp-cache-timeout uint32",
	"36 ieee802-3-encapsulation boolean", "37 default-tcp-ttl uint8",
	"38 tcp-keepalive-interval uint32", "39 tcp-keepalive-garbage boolean",
	"40 nis-domain string", "41 nis-servers ipv4-address[]", "42 ntp-servers ipv4-address[]",
	"43 vendor-encapsulated-options holds vendor-encapsulated-options-space",
	"44 netbios-name-servers ipv4-address[]", "45 netbios-dd-server ipv4-address[]",
	"46 netbios-node-type uint8", "47 netbios-scope string", "48 font-servers ipv4-address[]",
	"49 x-display-manager ipv4-address[]", "50 dhcp-requested-address ipv4-address",
	"51 dhcp-lease-time uint32", "52 dhcp-option-overload uint8", "53 dhcp-message-type uint8",
	"54 dhcp-server-identifier ipv4-address", "55 dhcp-parameter-request-list uint8[]",
	"56 dhcp-message string", "57 dhcp-max-message-size uint16", "58 dhcp-renewal-time uint32",
	"59 dhcp-rebinding-time uint32", "60 vendor-class-identifier string",
	"61 dhcp-client-identifier binary", "62 nwip-domain-name string",
	"63 nwip-suboptions binary", "64 nisplus-domain-name string",
	"65 nisplus-servers ipv4-address[]", "66 tftp-server-name string",
	"67 boot-file-name string", "68 mobile-ip-home-agent ipv4-address[]",
	"69 smtp-server ipv4-address[]", "70 pop-server ipv4-address[]",
	"71 nntp-server ipv4-address[]", "72 www-server ipv4-address[]",
	"73 finger-server ipv4-address[]", "74 irc-server ipv4-address[]",
	"75 streettalk-server ipv4-address[]",
	"76 streettalk-directory-assistance-server ipv4-address[]", "77 user-class binary",
	"78 slp-directory-agent record(boolean, ipv4-address)[]",
	"79 slp-service-scope record(boolean, string)", "80 rapid-commit binary own",
	"81 fqdn record(uint8, uint8, uint8, fqdn)",
	"82 dhcp-agent-options holds dhcp-agent-options-space", "83 isns binary own",
	"85 nds-servers ipv4-address[]", "86 nds-tree-name string", "87 nds-context string",
	"88 bcms-controller-names fqdn[]", "89 bcms-controller-address ipv4-address[]",
	"90 authenticate binary", "91 client-last-transaction-time uint32",
	"92 associated-ip ipv4-address[]", "93 client-system uint16[]",
	"94 client-ndi record(uint8, uint8, uint8)", "95 ldap binary own",
	"97 uuid-guid record(uint8, binary)", "98 uap-servers string", "99 geoconf-civic binary",
	"100 pcode string", "101 tcode string", "108 v6-only-preferred uint32",
	"112 netinfo-server-address ipv4-address[]", "113 netinfo-server-tag string",
	"114 v4-captive-portal string", "116 auto-config uint8",
	"117 name-service-search uint16[]", "118 subnet-selection ipv4-address",
	"119 domain-search fqdn[]", "120 sip-servers binary own",
	"121 classless-static-route internal",
	"122 cablelabs-client-conf holds cablelabs-client-conf", "123 geoconf binary own",
	"124 vivco-suboptions record(uint32, binary)", "125 vivso-suboptions uint32",
	"128 pxe-128 binary own", "129 pxe-129 binary own", "130 pxe-130 binary own",
	"131 pxe-131 binary own", "132 pxe-132 binary own", "133 pxe-133 binary own",
	"134 pxe-134 binary own", "135 pxe-135 binary own", "136 pana-agent ipv4-address[]",
	"137 v4-lost fqdn", "138 capwap-ac-v4 ipv4-address[]", "139 ipv4-address-mos binary own",
	"140 ipv4-fqdn-mos binary own", "141 sip-ua-cs-domains fqdn[]",
	"142 ipv4-address-andsf binary own", "143 v4-sztp-redirect tuple[]",
	"144 geoloc binary own", "145 forcerenew-nonce-capable binary own",
	"146 rdnss-selection record(uint8, ipv4-address, ipv4-address, fqdn)[]",
	"150 tftp-server-address ipv4-address[] own", "151 status-code record(uint8, string)",
	"152 base-time uint32", "153 start-time-of-state uint32", "154 query-start-time uint32",
	"155 query-end-time uint32", "156 dhcp-state uint8", "157 data-source uint8",
	"158 v4-pcp-server binary own", "159 v4-portparams record(uint8, psid)",
	"160 captive-portal-rfc7710 binary own", "161 mud-url-v4 binary own",
	"162 v4-dnr internal", "175 etherboot binary own", "208 pxelinux-magic binary own",
	"209 configuration-file string own", "210 path-prefix string own",
	"211 reboot-time uint32 own",
	"212 option-6rd record(uint8, uint8, ipv6-address, ipv4-address)[]",
	"213 v4-access-domain fqdn", "220 subnet-allocation binary own",
	"221 virtual-subnet-selection binary own", "252 wpad string own",
};

static void type_text(const struct optdef *def, char *buf, size_t size)
{
	size_t n = 0;

	if (def->encapsulates != NULL) {
		snprintf(buf, size, "holds %s", def->encapsulates);
		return;
	}
	n += (size_t)snprintf(buf, size, "%s", optdef_type_name((enum optdef_type)def->type));
	for (unsigned i = 0; i < def->n_fields; i++)
		n += (size_t)snprintf(buf + n, size - n, "%s%s%s", i == 0 ? "(" : ", ",
			optdef_type_name((enum optdef_type)def->fields[i]),
			i + 1 == def->n_fields ? ")" : "");
	snprintf(buf + n, size - n, "%s%s", def->array ? "[]" : "", def->own ? " own" : "");
}

Test(optdef, standard_table)
{
	size_t n = 0;

	for (unsigned code = 0; code < 256; code++) {
		const struct optdef *def = optdef_by_code((uint8_t)code);
		char type[128], line[256];

		if (def == NULL)
			continue;
		type_text(def, type, sizeof(type));
		snprintf(line, sizeof(line), "%u %s %s", def->code, def->name, type);
		cr_assert(n < sizeof(standard) / sizeof(standard[0]), "%s", line);
		cr_expect_str_eq(line, standard[n], "%s: %s", standard[n], line);
		cr_expect(def->code == code && optdef_by_name(def->name) == def);
		cr_expect(optdef_check(def, NULL) == 0, "%s", line);
		n++;
	}
	cr_expect(n == sizeof(standard) / sizeof(standard[0]), "%zu", n);
}

Test(optdef, names)
{
	enum optdef_type type;

	cr_expect(optdef_by_name("router") == NULL);
	cr_expect(optdef_by_name("") == NULL);
	cr_expect_str_eq(optdef_nearest("router"), "routers");
	cr_expect_str_eq(optdef_nearest("domain-name-server"), "domain-name-servers");
	cr_expect(optdef_nearest("qqqqqqqqqqqq") == NULL);
	for (int t = OPTDEF_EMPTY; t < OPTDEF_INTERNAL; t++) {
		if (t == OPTDEF_TUPLE16)
			continue;
		cr_assert(optdef_type_parse(optdef_type_name((enum optdef_type)t), &type) == 0);
		cr_expect((int)type == t);
	}
	cr_expect(optdef_type_parse("internal", &type) == -ENOENT);
	cr_expect(optdef_type_parse("Uint8", &type) == -ENOENT);
	cr_expect_str_eq(optdef_type_name((enum optdef_type)99), "unknown");
}
