/* SPDX-License-Identifier: Apache-2.0 */
/*
 * optdef_table: the standard options of space dhcp4 (RFC 2132 and IANA's registry) under Kea's
 * names, and the names of types. Data; how values look stands in the other optdef files.
 */
#include "workers/packet/optdef.h"

#include <errno.h>
#include <string.h>

#include "shm/base/text.h"

#define ONE(c, n, t)          [c] = {.code = (c), .name = (n), .type = OPTDEF_##t}
#define LIST(c, n, t)         [c] = {.code = (c), .name = (n), .type = OPTDEF_##t, .array = true}
#define HOLDS(c, n, space)    [c] = {.code = (c), .name = (n), .encapsulates = (space)}
#define OWN(c, n, t, is_list) [c] = {.code = (c), .name = (n), .type = OPTDEF_##t, \
	.array = (is_list), .own = true}
#define RECORD(c, n, is_list, count, ...) [c] = {.code = (c), .name = (n), \
	.type = OPTDEF_RECORD, .array = (is_list), .n_fields = (count), .fields = {__VA_ARGS__}}

#define U8   OPTDEF_UINT8
#define U32  OPTDEF_UINT32
#define IPV4 OPTDEF_IPV4_ADDRESS

static const struct optdef table[256] = {
	ONE(1, "subnet-mask", IPV4_ADDRESS),
	ONE(2, "time-offset", INT32),
	LIST(3, "routers", IPV4_ADDRESS),
	LIST(4, "time-servers", IPV4_ADDRESS),
	LIST(5, "name-servers", IPV4_ADDRESS),
	LIST(6, "domain-name-servers", IPV4_ADDRESS),
	LIST(7, "log-servers", IPV4_ADDRESS),
	LIST(8, "cookie-servers", IPV4_ADDRESS),
	LIST(9, "lpr-servers", IPV4_ADDRESS),
	LIST(10, "impress-servers", IPV4_ADDRESS),
	LIST(11, "resource-location-servers", IPV4_ADDRESS),
	ONE(12, "host-name", STRING),
	ONE(13, "boot-size", UINT16),
	ONE(14, "merit-dump", STRING),
	ONE(15, "domain-name", STRING),
	ONE(16, "swap-server", IPV4_ADDRESS),
	ONE(17, "root-path", STRING),
	ONE(18, "extensions-path", STRING),
	ONE(19, "ip-forwarding", BOOLEAN),
	ONE(20, "non-local-source-routing", BOOLEAN),
	LIST(21, "policy-filter", IPV4_ADDRESS),
	ONE(22, "max-dgram-reassembly", UINT16),
	ONE(23, "default-ip-ttl", UINT8),
	ONE(24, "path-mtu-aging-timeout", UINT32),
	LIST(25, "path-mtu-plateau-table", UINT16),
	ONE(26, "interface-mtu", UINT16),
	ONE(27, "all-subnets-local", BOOLEAN),
	ONE(28, "broadcast-address", IPV4_ADDRESS),
	ONE(29, "perform-mask-discovery", BOOLEAN),
	ONE(30, "mask-supplier", BOOLEAN),
	ONE(31, "router-discovery", BOOLEAN),
	ONE(32, "router-solicitation-address", IPV4_ADDRESS),
	LIST(33, "static-routes", IPV4_ADDRESS),
	ONE(34, "trailer-encapsulation", BOOLEAN),
	ONE(35, "arp-cache-timeout", UINT32),
	ONE(36, "ieee802-3-encapsulation", BOOLEAN),
	ONE(37, "default-tcp-ttl", UINT8),
	ONE(38, "tcp-keepalive-interval", UINT32),
	ONE(39, "tcp-keepalive-garbage", BOOLEAN),
	ONE(40, "nis-domain", STRING),
	LIST(41, "nis-servers", IPV4_ADDRESS),
	LIST(42, "ntp-servers", IPV4_ADDRESS),
	HOLDS(43, "vendor-encapsulated-options", "vendor-encapsulated-options-space"),
	LIST(44, "netbios-name-servers", IPV4_ADDRESS),
	LIST(45, "netbios-dd-server", IPV4_ADDRESS),
	ONE(46, "netbios-node-type", UINT8),
	ONE(47, "netbios-scope", STRING),
	LIST(48, "font-servers", IPV4_ADDRESS),
	LIST(49, "x-display-manager", IPV4_ADDRESS),
	ONE(50, "dhcp-requested-address", IPV4_ADDRESS),
	ONE(51, "dhcp-lease-time", UINT32),
	ONE(52, "dhcp-option-overload", UINT8),
	ONE(53, "dhcp-message-type", UINT8),
	ONE(54, "dhcp-server-identifier", IPV4_ADDRESS),
	LIST(55, "dhcp-parameter-request-list", UINT8),
	ONE(56, "dhcp-message", STRING),
	ONE(57, "dhcp-max-message-size", UINT16),
	ONE(58, "dhcp-renewal-time", UINT32),
	ONE(59, "dhcp-rebinding-time", UINT32),
	ONE(60, "vendor-class-identifier", STRING),
	ONE(61, "dhcp-client-identifier", BINARY),
	ONE(62, "nwip-domain-name", STRING),
	ONE(63, "nwip-suboptions", BINARY),
	ONE(64, "nisplus-domain-name", STRING),
	LIST(65, "nisplus-servers", IPV4_ADDRESS),
	ONE(66, "tftp-server-name", STRING),
	ONE(67, "boot-file-name", STRING),
	LIST(68, "mobile-ip-home-agent", IPV4_ADDRESS),
	LIST(69, "smtp-server", IPV4_ADDRESS),
	LIST(70, "pop-server", IPV4_ADDRESS),
	LIST(71, "nntp-server", IPV4_ADDRESS),
	LIST(72, "www-server", IPV4_ADDRESS),
	LIST(73, "finger-server", IPV4_ADDRESS),
	LIST(74, "irc-server", IPV4_ADDRESS),
	LIST(75, "streettalk-server", IPV4_ADDRESS),
	LIST(76, "streettalk-directory-assistance-server", IPV4_ADDRESS),
	ONE(77, "user-class", BINARY),
	RECORD(78, "slp-directory-agent", true, 2, OPTDEF_BOOLEAN, IPV4),
	RECORD(79, "slp-service-scope", false, 2, OPTDEF_BOOLEAN, OPTDEF_STRING),
	OWN(80, "rapid-commit", BINARY, false),
	RECORD(81, "fqdn", false, 4, U8, U8, U8, OPTDEF_FQDN),
	HOLDS(82, "dhcp-agent-options", "dhcp-agent-options-space"),
	OWN(83, "isns", BINARY, false),
	LIST(85, "nds-servers", IPV4_ADDRESS),
	ONE(86, "nds-tree-name", STRING),
	ONE(87, "nds-context", STRING),
	LIST(88, "bcms-controller-names", FQDN),
	LIST(89, "bcms-controller-address", IPV4_ADDRESS),
	ONE(90, "authenticate", BINARY),
	ONE(91, "client-last-transaction-time", UINT32),
	LIST(92, "associated-ip", IPV4_ADDRESS),
	LIST(93, "client-system", UINT16),
	RECORD(94, "client-ndi", false, 3, U8, U8, U8),
	OWN(95, "ldap", BINARY, false),
	RECORD(97, "uuid-guid", false, 2, U8, OPTDEF_BINARY),
	ONE(98, "uap-servers", STRING),
	ONE(99, "geoconf-civic", BINARY),
	ONE(100, "pcode", STRING),
	ONE(101, "tcode", STRING),
	ONE(108, "v6-only-preferred", UINT32),
	LIST(112, "netinfo-server-address", IPV4_ADDRESS),
	ONE(113, "netinfo-server-tag", STRING),
	ONE(114, "v4-captive-portal", STRING),
	ONE(116, "auto-config", UINT8),
	LIST(117, "name-service-search", UINT16),
	ONE(118, "subnet-selection", IPV4_ADDRESS),
	[119] = {.code = 119, .name = "domain-search", .type = OPTDEF_FQDN, .array = true,
		.compress = true},
	OWN(120, "sip-servers", BINARY, false),
	ONE(121, "classless-static-route", INTERNAL),
	HOLDS(122, "cablelabs-client-conf", "cablelabs-client-conf"),
	OWN(123, "geoconf", BINARY, false),
	RECORD(124, "vivco-suboptions", false, 2, U32, OPTDEF_BINARY),
	ONE(125, "vivso-suboptions", UINT32),
	OWN(128, "pxe-128", BINARY, false),
	OWN(129, "pxe-129", BINARY, false),
	OWN(130, "pxe-130", BINARY, false),
	OWN(131, "pxe-131", BINARY, false),
	OWN(132, "pxe-132", BINARY, false),
	OWN(133, "pxe-133", BINARY, false),
	OWN(134, "pxe-134", BINARY, false),
	OWN(135, "pxe-135", BINARY, false),
	LIST(136, "pana-agent", IPV4_ADDRESS),
	ONE(137, "v4-lost", FQDN),
	LIST(138, "capwap-ac-v4", IPV4_ADDRESS),
	OWN(139, "ipv4-address-mos", BINARY, false),
	OWN(140, "ipv4-fqdn-mos", BINARY, false),
	LIST(141, "sip-ua-cs-domains", FQDN),
	OWN(142, "ipv4-address-andsf", BINARY, false),
	LIST(143, "v4-sztp-redirect", TUPLE16),
	OWN(144, "geoloc", BINARY, false),
	OWN(145, "forcerenew-nonce-capable", BINARY, false),
	RECORD(146, "rdnss-selection", true, 4, U8, IPV4, IPV4, OPTDEF_FQDN),
	OWN(150, "tftp-server-address", IPV4_ADDRESS, true),
	RECORD(151, "status-code", false, 2, U8, OPTDEF_STRING),
	ONE(152, "base-time", UINT32),
	ONE(153, "start-time-of-state", UINT32),
	ONE(154, "query-start-time", UINT32),
	ONE(155, "query-end-time", UINT32),
	ONE(156, "dhcp-state", UINT8),
	ONE(157, "data-source", UINT8),
	OWN(158, "v4-pcp-server", BINARY, false),
	RECORD(159, "v4-portparams", false, 2, U8, OPTDEF_PSID),
	OWN(160, "captive-portal-rfc7710", BINARY, false),
	OWN(161, "mud-url-v4", BINARY, false),
	ONE(162, "v4-dnr", INTERNAL),
	OWN(175, "etherboot", BINARY, false),
	OWN(208, "pxelinux-magic", BINARY, false),
	OWN(209, "configuration-file", STRING, false),
	OWN(210, "path-prefix", STRING, false),
	OWN(211, "reboot-time", UINT32, false),
	RECORD(212, "option-6rd", true, 4, U8, U8, OPTDEF_IPV6_ADDRESS, IPV4),
	ONE(213, "v4-access-domain", FQDN),
	OWN(220, "subnet-allocation", BINARY, false),
	OWN(221, "virtual-subnet-selection", BINARY, false),
	OWN(252, "wpad", STRING, false),
};

static const char *const type_names[] = {
	[OPTDEF_EMPTY] = "empty",
	[OPTDEF_BINARY] = "binary",
	[OPTDEF_BOOLEAN] = "boolean",
	[OPTDEF_INT8] = "int8",
	[OPTDEF_INT16] = "int16",
	[OPTDEF_INT32] = "int32",
	[OPTDEF_UINT8] = "uint8",
	[OPTDEF_UINT16] = "uint16",
	[OPTDEF_UINT32] = "uint32",
	[OPTDEF_IPV4_ADDRESS] = "ipv4-address",
	[OPTDEF_IPV6_ADDRESS] = "ipv6-address",
	[OPTDEF_IPV6_PREFIX] = "ipv6-prefix",
	[OPTDEF_PSID] = "psid",
	[OPTDEF_STRING] = "string",
	[OPTDEF_TUPLE] = "tuple",
	[OPTDEF_TUPLE16] = "tuple",
	[OPTDEF_FQDN] = "fqdn",
	[OPTDEF_RECORD] = "record",
	[OPTDEF_INTERNAL] = "internal",
};

const struct optdef *optdef_by_code(uint8_t code)
{
	return table[code].name != NULL ? &table[code] : NULL;
}

const struct optdef *optdef_by_name(const char *name)
{
	for (size_t i = 0; i < 256; i++) {
		if (table[i].name != NULL && strcmp(table[i].name, name) == 0)
			return &table[i];
	}
	return NULL;
}

const char *optdef_nearest(const char *name)
{
	const char *names[256];
	size_t n = 0;

	for (size_t i = 0; i < 256; i++) {
		if (table[i].name != NULL)
			names[n++] = table[i].name;
	}
	return text_nearest(name, names, n);
}

int optdef_type_parse(const char *name, enum optdef_type *ret_type)
{
	/* "internal" is nothing that a configuration can ask for. */
	for (int t = OPTDEF_EMPTY; t < OPTDEF_INTERNAL; t++) {
		if (strcmp(type_names[t], name) == 0) {
			*ret_type = (enum optdef_type)t;
			return 0;
		}
	}
	return -ENOENT;
}

const char *optdef_type_name(enum optdef_type type)
{
	return (size_t)type < sizeof(type_names) / sizeof(type_names[0]) ? type_names[type]
									 : "unknown";
}
