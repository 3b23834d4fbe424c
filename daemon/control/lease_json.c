/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease_json: keys in Kea's order; what is empty in Kea's answer is left out here too.
 */
#include "daemon/control/lease_json.h"

#include <ctype.h>
#include <string.h>

#include "daemon/control/json_scan.h"
#include "shm/base/text.h"
#include "workers/packet/opt.h"

#define REMOTE_ID 2
#define RELAY_ID  12

/* Upper-case digits, as Kea has them. */
static void write_hex(struct out *o, const char *key, const char *prefix, struct span s)
{
	static const char digits[] = "0123456789ABCDEF";
	char hex[2 + 2 * 255 + 1];
	size_t n = strlen(prefix);

	memcpy(hex, prefix, n);
	for (size_t i = 0; i < s.len && i < 255; i++) {
		hex[n++] = digits[s.p[i] >> 4];
		hex[n++] = digits[s.p[i] & 15];
	}
	hex[n] = '\0';
	out_key_string(o, key, hex);
}

/* The relay's option 82 as Kea's store-extended-info shows it. */
static void write_agent(struct out *o, struct span agent)
{
	struct span remote_id = opt_sub(agent, REMOTE_ID), relay_id = opt_sub(agent, RELAY_ID);

	out_key(o, "ISC");
	out_open(o, '{');
	out_key(o, "relay-agent-info");
	out_open(o, '{');
	write_hex(o, "sub-options", "0x", agent);
	if (remote_id.p != NULL)
		write_hex(o, "remote-id", "", remote_id);
	if (relay_id.p != NULL)
		write_hex(o, "relay-id", "", relay_id);
	out_close(o, '}');
	out_close(o, '}');
}

/* What stands between the brackets of an object. */
static struct span members(struct span object)
{
	const uint8_t *p = (const uint8_t *)memchr(object.p, '{', object.len) + 1;
	const uint8_t *end = object.p + object.len - 1;

	while (p < end && isspace(*p))
		p++;
	return span_of(p, (size_t)(end - p));
}

static void write_context(struct out *o, const struct lease *l)
{
	/* a damaged one must not spoil the whole answer */
	bool has = json_scan_is_object((const char *)l->context.p, l->context.len);
	struct span rest = {NULL, 0};

	if (!has && l->agent.len == 0)
		return;
	out_key(o, "user-context");
	if (l->agent.len == 0) {
		out_json(o, (const char *)l->context.p, l->context.len);
		return;
	}
	if (has)
		rest = members(l->context);
	out_open(o, '{');
	write_agent(o, l->agent);
	if (rest.len > 0) {
		out_text(o, ", ", 2);
		out_text(o, (const char *)rest.p, rest.len);
	}
	out_close(o, '}');
}

void lease_json_write(struct out *o, const struct lease *l)
{
	char ip[TEXT_IP_SIZE], hex[TEXT_HEX_SIZE];

	out_open(o, '{');
	out_key_string(o, "ip-address", text_ip(l->address, ip));
	out_key_string(o, "hw-address", text_hex(span_of(l->hwaddr, l->hlen), hex, sizeof(hex)));
	if (l->client_id.len > 0)
		out_key_string(o, "client-id", text_hex(l->client_id, hex, sizeof(hex)));
	out_key_int(o, "subnet-id", l->subnet_id);
	if (l->pool_id != 0)
		out_key_int(o, "pool-id", l->pool_id);
	out_key_int(o, "cltt", l->cltt);
	out_key_int(o, "valid-lft", l->valid_lft);
	out_key_int(o, "state", l->state);
	out_key(o, "hostname");
	out_octets(o, l->hostname);
	out_key_bool(o, "fqdn-fwd", (l->flags & LEASE_FQDN_FWD) != 0);
	out_key_bool(o, "fqdn-rev", (l->flags & LEASE_FQDN_REV) != 0);
	write_context(o, l);
	out_close(o, '}');
}
