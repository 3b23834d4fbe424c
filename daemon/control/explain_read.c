/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_read: puts a message together as a client, or its relay, would. What is not given is as
 * usual: an Ethernet client that broadcasts, a relay that forwards.
 */
#include "daemon/control/explain_read.h"

#include <string.h>

#include "daemon/control/argument.h"
#include "shm/base/text.h"
#include "workers/packet/optdef.h"

/* What the command can be given; anything else is a mistake. */
static const char *const keys[] = {"hw-address", "client-id", "giaddr", "interface", "ciaddr",
	"requested-address", "server-id", "type", "options", "circuit-id", "remote-id", "classes"};

/* Octets as hexadecimal digits, or 'text' in quotes; none if it is not given. */
static bool read_octets(const json_t *v, const char *key, uint8_t buf[255], size_t *ret_len,
	struct answer *a)
{
	struct err err;

	*ret_len = 0;
	return v == NULL ||
		(json_is_string(v) && optdef_encode_raw(json_string_value(v), buf, 255, ret_len,
					      &err) == 0) ||
		argument_wrong(
			a, key, "hexadecimal digits or 'text' in quotes, at most 255 octets");
}

static bool add(struct explain_input *in, uint8_t code, const void *data, size_t len,
	struct answer *a)
{
	if (sizeof(in->octets) - in->len < len + 3) {
		answer_text(a, ANSWER_ERROR, "more options than fit into a packet");
		return false;
	}
	in->octets[in->len] = code;
	in->octets[in->len + 1] = (uint8_t)len;
	memcpy(in->octets + in->len + 2, data, len);
	in->len += 2 + len;
	return true;
}

static bool add_address(struct explain_input *in, const json_t *args, const char *key,
	uint8_t code, struct answer *a)
{
	uint8_t octets[4];
	uint32_t address;

	if (!argument_address(args, key, &address, a))
		return false;
	wire_set_be32(octets, address);
	return address == 0 || add(in, code, octets, 4, a);
}

static bool add_client_id(struct explain_input *in, const json_t *args, struct answer *a)
{
	uint8_t id[255];
	size_t len;

	return read_octets(json_object_get(args, "client-id"), "client-id", id, &len, a) &&
		(len == 0 || add(in, OPT_CLIENT_ID, id, len, a));
}

/* Circuit and remote id, as a relay adds them. */
static bool add_agent(struct explain_input *in, const json_t *args, struct answer *a)
{
	static const char *const names[] = {"circuit-id", "remote-id"};
	uint8_t agent[512], value[255];
	size_t n = 0, len;

	for (uint8_t i = 0; i < 2; i++) {
		if (!read_octets(json_object_get(args, names[i]), names[i], value, &len, a))
			return false;
		if (len == 0)
			continue;
		agent[n] = (uint8_t)(RAI_CIRCUIT_ID + i);
		agent[n + 1] = (uint8_t)len;
		memcpy(agent + n + 2, value, len);
		n += 2 + len;
	}
	if (n > 255)
		return argument_wrong(
			a, "circuit-id", "shorter: with the remote-id 251 octets at most");
	return n == 0 || add(in, OPT_AGENT, agent, n, a);
}

static bool add_options(struct explain_input *in, const json_t *args, struct answer *a)
{
	const json_t *list = json_object_get(args, "options");
	bool asked = false;

	if (list != NULL && !json_is_array(list))
		return argument_wrong(a, "options", "a list");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		json_int_t code = json_integer_value(json_object_get(o, "code"));
		uint8_t value[255];
		size_t len;

		if (code <= OPT_PAD || code >= OPT_END || code == OPT_MESSAGE_TYPE)
			return argument_wrong(a, "code", "1 to 254, but not 53");
		if (!read_octets(json_object_get(o, "data"), "data", value, &len, a) ||
			!add(in, (uint8_t)code, value, len, a))
			return false;
		asked |= code == OPT_PARAMETER_REQUEST;
	}
	return asked || add(in, OPT_PARAMETER_REQUEST, "\1\3\6\14\17\32\52", 7, a);
}

static bool read_type(const json_t *args, uint8_t *ret, struct answer *a)
{
	static const struct {
		const char *name;
		uint8_t type;
	} types[] = {{"discover", MSG_DISCOVER}, {"request", MSG_REQUEST}, {"inform", MSG_INFORM}};
	const json_t *v = json_object_get(args, "type");

	*ret = MSG_DISCOVER;
	if (v == NULL)
		return true;
	for (size_t i = 0; json_is_string(v) && i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(types[i].name, json_string_value(v)) == 0) {
			*ret = types[i].type;
			return true;
		}
	}
	return argument_wrong(a, "type", "discover, request or inform");
}

/* The fixed header, and where the packet comes from. */
static bool begin(const struct child *c, const json_t *args, struct explain_input *in,
	struct answer *a)
{
	const char *mac = json_string_value(json_object_get(args, "hw-address"));
	uint8_t hw[16] = {0};
	uint32_t giaddr, ciaddr;
	size_t len = 0;

	if (mac == NULL || text_parse_hex(mac, hw, sizeof(hw), &len) < 0 || len == 0)
		return argument_wrong(a, "hw-address", "a hardware address of at most 16 octets");
	if (!argument_address(args, "giaddr", &giaddr, a) ||
		!argument_address(args, "ciaddr", &ciaddr, a) ||
		!argument_interface(c->region, args, &in->interface, a))
		return false;
	msg_encode_header(in->octets, &(struct msg_header){.op = MSG_BOOTREQUEST, .htype = 1,
		.hlen = (uint8_t)len, .hops = giaddr != 0, .xid = 1, .ciaddr = ciaddr,
		.giaddr = giaddr, .chaddr = hw});
	in->len = MSG_OPTIONS;
	in->packet = (struct packet){.src_ip = giaddr != 0 ? giaddr : ciaddr,
		.src_port = giaddr != 0 ? 67 : 68,
		.dst_ip = giaddr == 0 && ciaddr == 0 ? UINT32_MAX :
			atomic_load(&c->region->interfaces[in->interface].address)};
	memcpy(in->packet.src_mac, hw, 6);
	return true;
}

bool explain_read(const struct child *c, const json_t *args, struct explain_input *ret,
	struct answer *a)
{
	uint8_t type;

	if (!argument_check_keys(args, keys, sizeof(keys) / sizeof(*keys), a) ||
		!begin(c, args, ret, a) || !read_type(args, &type, a) ||
		!add(ret, OPT_MESSAGE_TYPE, &type, 1, a) || !add_client_id(ret, args, a) ||
		!add_address(ret, args, "requested-address", OPT_REQUESTED_ADDRESS, a) ||
		!add_address(ret, args, "server-id", OPT_SERVER_ID, a) ||
		!add_options(ret, args, a) || !add_agent(ret, args, a) ||
		!argument_classes(c->model, args, ret->class, &ret->given, a))
		return false;
	ret->octets[ret->len++] = OPT_END;
	ret->packet.payload = span_of(ret->octets, ret->len);
	return true;
}
