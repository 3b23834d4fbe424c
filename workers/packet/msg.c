/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg: the fixed header of RFC 2131 section 2 and the checks that hold for every message. What a
 * message means is decided elsewhere.
 */
#include "workers/packet/msg.h"

#include <string.h>

#define COOKIE     0x63825363
#define SNAME_AT   44
#define SNAME_SIZE 64
#define FILE_AT    108
#define FILE_SIZE  128

/* Values of option 52, RFC 2132 9.3. */
enum overload {
	OVERLOAD_FILE = 1,
	OVERLOAD_SNAME = 2,
	OVERLOAD_BOTH = 3,
};

static enum msg_reject decode_options(const uint8_t *data, size_t len, struct opt_table *t)
{
	struct span overload;
	uint8_t where;

	opt_table_init(t);
	if (opt_table_add(t, span_of(data + MSG_OPTIONS, len - MSG_OPTIONS)) < 0)
		return MSG_BAD_OPTION;
	/* Looked at once, before the other fields are: option 52 inside them opens nothing more. */
	overload = opt_get(t, OPT_OVERLOAD);
	if (overload.p == NULL)
		return MSG_OK;
	if (overload.len != 1)
		return MSG_BAD_LENGTH;
	where = overload.p[0];
	/* RFC 3396 section 5: the aggregate is options, then file, then sname. */
	if ((where == OVERLOAD_FILE || where == OVERLOAD_BOTH) &&
		opt_table_add(t, span_of(data + FILE_AT, FILE_SIZE)) < 0)
		return MSG_BAD_OPTION;
	if ((where == OVERLOAD_SNAME || where == OVERLOAD_BOTH) &&
		opt_table_add(t, span_of(data + SNAME_AT, SNAME_SIZE)) < 0)
		return MSG_BAD_OPTION;
	return MSG_OK;
}

/* Takes an option out; the others keep their order. */
static void drop_option(struct opt_table *t, uint8_t code)
{
	for (uint8_t i = t->slot[code]; i < t->count; i++) {
		t->value[i - 1] = t->value[i];
		t->code[i - 1] = t->code[i];
		t->slot[t->code[i]] = i;
	}
	t->slot[code] = 0;
	t->count--;
}

static enum msg_reject check_lengths(struct opt_table *t, bool lenient)
{
	static const struct {
		uint8_t code, len;
	} fixed[] = {
		{OPT_REQUESTED_ADDRESS, 4},
		{OPT_LEASE_TIME, 4},
		{OPT_OVERLOAD, 1},
		{OPT_SERVER_ID, 4},
		{OPT_MAX_MESSAGE_SIZE, 2},
		{OPT_SUBNET_SELECTION, 4},
	};
	struct span v;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		v = opt_get(t, fixed[i].code);
		if (v.p != NULL && v.len != fixed[i].len)
			return MSG_BAD_LENGTH;
	}
	if (lenient && opt_table_mend(t, OPT_AGENT) < 0)
		return MSG_BAD_OPTION;
	if (!opt_sub_valid(opt_get(t, OPT_AGENT)))
		return MSG_BAD_LENGTH;
	v = opt_get(t, OPT_CLIENT_ID);
	if (v.p != NULL && v.len == 0)
		drop_option(t, OPT_CLIENT_ID);
	return MSG_OK;
}

static void decode_header(const uint8_t *data, size_t len, struct msg *ret)
{
	ret->op = data[0];
	ret->htype = data[1];
	ret->hlen = data[2];
	ret->hops = data[3];
	ret->xid = wire_be32(data + 4);
	ret->secs = wire_be16(data + 8);
	ret->flags = wire_be16(data + 10);
	ret->ciaddr = wire_be32(data + 12);
	ret->yiaddr = wire_be32(data + 16);
	ret->siaddr = wire_be32(data + 20);
	ret->giaddr = wire_be32(data + 24);
	memcpy(ret->chaddr, data + 28, MSG_CHADDR_SIZE);
	ret->len = len;
}

enum msg_reject msg_decode(const uint8_t *data, size_t len, enum msg_op op, bool lenient,
	struct msg *ret)
{
	enum msg_reject reason;
	struct span type;

	if (len < MSG_OPTIONS)
		return MSG_SHORT;
	decode_header(data, len, ret);
	if (ret->op != op)
		return MSG_NOT_REQUEST;
	if (ret->hlen > MSG_CHADDR_SIZE)
		return MSG_BAD_HLEN;
	if (wire_be32(data + MSG_HEADER) != COOKIE)
		return MSG_BAD_COOKIE;
	reason = decode_options(data, len, &ret->opt);
	if (reason != MSG_OK)
		return reason;
	type = opt_get(&ret->opt, OPT_MESSAGE_TYPE);
	/* Type 0 would pass for a message without a type. */
	if (type.p != NULL && (type.len != 1 || type.p[0] == MSG_BOOTP))
		return MSG_BAD_TYPE;
	ret->type = type.p != NULL ? type.p[0] : MSG_BOOTP;
	return check_lengths(&ret->opt, lenient);
}

const char *msg_reject_name(enum msg_reject reason)
{
	static const char *const names[] = {
		[MSG_OK] = "ok",
		[MSG_SHORT] = "truncated",
		[MSG_NOT_REQUEST] = "not-request",
		[MSG_BAD_HLEN] = "bad-hlen",
		[MSG_BAD_COOKIE] = "bad-cookie",
		[MSG_BAD_OPTION] = "bad-option",
		[MSG_BAD_TYPE] = "bad-type",
		[MSG_BAD_LENGTH] = "bad-length",
	};

	return (size_t)reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "unknown";
}

const char *msg_type_name(uint8_t type)
{
	static const char *const names[] = {
		[MSG_BOOTP] = "BOOTP",
		[MSG_DISCOVER] = "DHCPDISCOVER",
		[MSG_OFFER] = "DHCPOFFER",
		[MSG_REQUEST] = "DHCPREQUEST",
		[MSG_DECLINE] = "DHCPDECLINE",
		[MSG_ACK] = "DHCPACK",
		[MSG_NAK] = "DHCPNAK",
		[MSG_RELEASE] = "DHCPRELEASE",
		[MSG_INFORM] = "DHCPINFORM",
	};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "unknown";
}

/* Both fields hold a string with its NUL; the buffer is zero already. */
static void put_string(uint8_t *field, size_t size, const char *s)
{
	if (s != NULL)
		memcpy(field, s, strnlen(s, size - 1));
}

void msg_encode_header(uint8_t *buf, const struct msg_header *h)
{
	memset(buf, 0, MSG_OPTIONS);
	buf[0] = h->op;
	buf[1] = h->htype;
	buf[2] = h->hlen;
	buf[3] = h->hops;
	wire_set_be32(buf + 4, h->xid);
	wire_set_be16(buf + 8, h->secs);
	wire_set_be16(buf + 10, h->flags);
	wire_set_be32(buf + 12, h->ciaddr);
	wire_set_be32(buf + 16, h->yiaddr);
	wire_set_be32(buf + 20, h->siaddr);
	wire_set_be32(buf + 24, h->giaddr);
	memcpy(buf + 28, h->chaddr, MSG_CHADDR_SIZE);
	put_string(buf + SNAME_AT, SNAME_SIZE, h->sname);
	put_string(buf + FILE_AT, FILE_SIZE, h->file);
	wire_set_be32(buf + MSG_HEADER, COOKIE);
}
