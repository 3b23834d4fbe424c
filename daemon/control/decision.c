/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decision: see decision.h.
 */
#include "daemon/control/decision.h"

const char *decision_rule(uint8_t rule)
{
	static const char *const rules[] = {
		[RULE_NONE] = "none",
		[RULE_LINK_SELECTION] = "the relay's link selection (option 82.5)",
		[RULE_SUBNET_SELECTION] = "the client's subnet selection (option 118)",
		[RULE_RELAY] = "it names the relay's address",
		[RULE_GIADDR] = "the relay's address (giaddr) is in it",
		[RULE_CIADDR] = "the client's address (ciaddr) is in it",
		[RULE_SOURCE] = "the packet's source address is in it",
		[RULE_INTERFACE] = "it names the interface",
		[RULE_SERVER_ADDRESS] = "the interface's address is in it",
	};

	return rules[rule <= RULE_SERVER_ADDRESS ? rule : RULE_NONE];
}

const char *decision_origin(uint8_t origin)
{
	static const char *const origins[] = {
		[ORIGIN_NONE] = "none",
		[ORIGIN_RESERVED] = "it is reserved for the client",
		[ORIGIN_OWN] = "the client has it",
		[ORIGIN_WANTED] = "the client asks for it and it is free",
		[ORIGIN_FREE] = "the next free one of the pool",
	};

	return origins[origin <= ORIGIN_FREE ? origin : ORIGIN_NONE];
}
