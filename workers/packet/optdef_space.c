/* SPDX-License-Identifier: Apache-2.0 */
/*
 * optdef_space: standard options of other spaces than dhcp4: those that stand inside 122 (RFC 3495)
 * and inside CableLabs' part of 125 (CL-SP-CANN-DHCP-Reg), under Kea's names. Data.
 */
#include "workers/packet/optdef.h"

#include <string.h>

#define PKTC "cablelabs-client-conf"
#define CL   "vendor-4491"

#define ONE(space, c, n, t)  {space, {.code = (c), .name = (n), .type = OPTDEF_##t}}
#define LIST(space, c, n, t) {space, {.code = (c), .name = (n), .type = OPTDEF_##t, .array = true}}
#define U32S(space, c, n)    {space, {.code = (c), .name = (n), .type = OPTDEF_RECORD, \
	.n_fields = 3, .fields = {OPTDEF_UINT32, OPTDEF_UINT32, OPTDEF_UINT32}}}

static const struct {
	const char *space;
	struct optdef def;
} table[] = {
	ONE(PKTC, 1, "tsp-primary-server", IPV4_ADDRESS),
	ONE(PKTC, 2, "tsp-secondary-server", IPV4_ADDRESS),
	/* 3 has two forms (RFC 3594 4): none is a definition */
	U32S(PKTC, 4, "tsp-as-parameters"),
	U32S(PKTC, 5, "tsp-ap-parameters"),
	ONE(PKTC, 6, "tsp-realm", FQDN),
	ONE(PKTC, 7, "tsp-use-tgt", BOOLEAN),
	ONE(PKTC, 8, "tsp-provisioning-timer", UINT8),
	ONE(PKTC, 9, "tsp-sct", UINT16),
	LIST(PKTC, 10, "kdc-server", IPV4_ADDRESS),
	LIST(CL, 1, "oro", UINT8),
	LIST(CL, 2, "tftp-servers", IPV4_ADDRESS),
};

#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

const struct optdef *optdef_sub_by_code(const char *space, uint8_t code)
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (table[i].def.code == code && strcmp(table[i].space, space) == 0)
			return &table[i].def;
	return NULL;
}

const struct optdef *optdef_sub_by_name(const char *space, const char *name)
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (strcmp(table[i].def.name, name) == 0 && strcmp(table[i].space, space) == 0)
			return &table[i].def;
	return NULL;
}
