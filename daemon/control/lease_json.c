/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease_json: keys in Kea's order; what is empty in Kea's answer is left out here too.
 */
#include "daemon/control/lease_json.h"

#include "daemon/control/json_scan.h"
#include "shm/base/text.h"

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
	/* a damaged one must not spoil the whole answer */
	if (json_scan_is_object((const char *)l->context.p, l->context.len)) {
		out_key(o, "user-context");
		out_json(o, (const char *)l->context.p, l->context.len);
	}
	out_close(o, '}');
}
