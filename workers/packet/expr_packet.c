/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_packet: operands that are taken from the packet: option[...], relay4[...], vendor[...],
 * vendor-class[...], pkt. and pkt4. Called by expr_parse.c while an expression is compiled.
 */
#include <string.h>

#include "workers/packet/expr_compile.h"
#include "workers/packet/optdef.h"

#define NO_SUBS (-1)

/* What is known about the octets that a chain has come to. */
struct place {
	struct optdef def; /* type BINARY: nothing */
	int skip;          /* octets before the sub-options, NO_SUBS: it has none */
	bool agent;        /* option 82, whose sub-options have types of their own */
	bool names;        /* sub-options may be given by an option's name */
};

/* Octets of a value of this definition, -1: they vary. */
static int fixed_size(const struct optdef *def)
{
	static const int8_t sizes[] = {[OPTDEF_EMPTY] = 0, [OPTDEF_BINARY] = -1,
		[OPTDEF_BOOLEAN] = 1, [OPTDEF_INT8] = 1, [OPTDEF_INT16] = 2, [OPTDEF_INT32] = 4,
		[OPTDEF_UINT8] = 1, [OPTDEF_UINT16] = 2, [OPTDEF_UINT32] = 4,
		[OPTDEF_IPV4_ADDRESS] = 4, [OPTDEF_IPV6_ADDRESS] = 16, [OPTDEF_IPV6_PREFIX] = -1,
		[OPTDEF_PSID] = 3, [OPTDEF_STRING] = -1, [OPTDEF_TUPLE] = -1,
		[OPTDEF_TUPLE16] = -1, [OPTDEF_FQDN] = -1, [OPTDEF_RECORD] = 0,
		[OPTDEF_INTERNAL] = -1};
	int sum = sizes[def->type];

	if (def->array)
		return -1;
	for (unsigned i = 0; def->type == OPTDEF_RECORD && i < def->n_fields; i++) {
		if (sizes[def->fields[i]] < 0)
			return -1;
		sum += sizes[def->fields[i]];
	}
	return sum;
}

/* The file's own definition goes before the standard one. */
static struct place place_of(const struct expr_compile *c, uint8_t code)
{
	struct place place = {.def = {.type = OPTDEF_BINARY}, .skip = NO_SUBS,
		.agent = code == OPT_AGENT};
	const struct optdef *def = NULL;

	if (c->names->option_def != NULL && !place.agent)
		def = c->names->option_def(c->names->arg, code);
	if (def == NULL)
		def = optdef_by_code(code);
	/* the definition of 125 is that of its first four octets only */
	if (def != NULL && code != OPT_VIVSO)
		place.def = *def;
	if (def != NULL && def->encapsulates != NULL)
		place.skip = fixed_size(def);
	return place;
}

/* Below the first level no definitions are known: what parses as sub-options counts as such. */
static struct place place_of_sub(const struct place *above, uint8_t code)
{
	static const uint8_t agent_types[256] = {
		[4] = OPTDEF_UINT32,
		[5] = OPTDEF_IPV4_ADDRESS,
		[6] = OPTDEF_STRING,
		[10] = OPTDEF_UINT8,
		[11] = OPTDEF_IPV4_ADDRESS,
		[13] = OPTDEF_UINT16,
		[14] = OPTDEF_STRING,
		[15] = OPTDEF_STRING,
		[17] = OPTDEF_UINT32,
		[18] = OPTDEF_STRING,
		[19] = OPTDEF_UINT16,
	};
	struct place place = {.def = {.type = OPTDEF_BINARY}, .names = above->names};

	if (above->agent && agent_types[code] != OPTDEF_EMPTY)
		place.def.type = agent_types[code];
	return place;
}

static struct expr_extent extent_of(const struct place *place)
{
	int size = fixed_size(&place->def);

	if (size <= 0 || place->def.encapsulates != NULL)
		return EXPR_EXTENT_ANY;
	return (struct expr_extent){(size_t)size, (size_t)size, true};
}

static int code_by_name(struct expr_compile *c)
{
	char name[EXPR_NAME_SIZE];
	const struct optdef *def;
	const char *near;
	int code;

	expr_token_text(c, name);
	code = c->names->option_code(c->names->arg, name);
	if (code >= 0)
		return code;
	def = optdef_by_name(name);
	if (def != NULL)
		return def->code;
	near = optdef_nearest(name);
	expr_fail(c, c->token.column, "use a known name, define the option, or give its code",
		"no option is called '%.60s'%s%s%s", name, near != NULL ? ", did you mean '" : "",
		near != NULL ? near : "", near != NULL ? "'?" : "");
	return 0;
}

/* "[" code "]" */
static uint8_t option_code(struct expr_compile *c, bool names)
{
	int64_t code;

	expr_expect(c, '[');
	if (names && c->token.kind == EXPR_TOKEN_WORD) {
		code = code_by_name(c);
		expr_next(c);
	} else {
		code = expr_expect_int(c, 0, UINT8_MAX);
	}
	expr_expect(c, ']');
	return (uint8_t)code;
}

/* "[" code "]" of a sub-option of what is topmost on the stack. */
static void take_sub(struct expr_compile *c, struct place *place)
{
	size_t column = c->token.column;
	uint8_t code = option_code(c, place->names);

	if (place->skip == NO_SUBS || place->skip > UINT8_MAX) {
		expr_warn(c, column, "never there: '%.60s' holds no sub-options",
			place->def.name != NULL ? place->def.name : "this option");
		expr_emit_u8(c, EXPR_OP_ABSENT);
		return;
	}
	expr_emit_u8(c, EXPR_OP_SUB);
	expr_emit_u8(c, (uint8_t)place->skip);
	expr_emit_u8(c, code);
	*place = place_of_sub(place, code);
}

/* Types that text has one plain form of; all others are shown as binary ones. */
static void take_text(struct expr_compile *c, const struct optdef *def)
{
	bool plain = def->type != OPTDEF_EMPTY && def->type != OPTDEF_RECORD &&
		def->type != OPTDEF_INTERNAL && optdef_check(def, NULL) == 0;
	unsigned flags = (def->array ? EXPR_TEXT_ARRAY : 0u) |
		(def->compress ? EXPR_TEXT_COMPRESS : 0u);

	expr_emit_u8(c, EXPR_OP_TEXT);
	expr_emit_u8(c, plain ? def->type : OPTDEF_BINARY);
	expr_emit_u8(c, plain ? (uint8_t)flags : 0);
}

static void exists(struct expr_compile *c, struct expr_part *part)
{
	expr_next(c);
	expr_emit_u8(c, EXPR_OP_EXISTS);
	part->test = true;
}

/* { ".option[" code "]" } and ".hex", ".text" or ".exists" */
static void chain(struct expr_compile *c, struct place *place, struct expr_part *part)
{
	expr_expect(c, '.');
	while (expr_is_word(c, "option")) {
		expr_next(c);
		take_sub(c, place);
		expr_expect(c, '.');
	}
	if (expr_is_word(c, "exists")) {
		exists(c, part);
	} else if (expr_is_word(c, "text")) {
		expr_next(c);
		take_text(c, &place->def);
	} else if (expr_is_word(c, "hex")) {
		expr_next(c);
		part->extent = extent_of(place);
	} else {
		expr_fail_token(c, "hex, text, exists or option[...]");
	}
	expr_part_end(c, part);
}

struct expr_part expr_packet_option(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c);
	struct place place;
	uint8_t code;

	expr_next(c);
	code = option_code(c, true);
	place = place_of(c, code);
	expr_emit_u8(c, EXPR_OP_OPTION);
	expr_emit_u8(c, code);
	chain(c, &place, &part);
	return part;
}

struct expr_part expr_packet_relay(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c);
	struct place place = {.agent = true};

	expr_next(c);
	expr_emit_u8(c, EXPR_OP_OPTION);
	expr_emit_u8(c, OPT_AGENT);
	take_sub(c, &place);
	place.names = true;
	chain(c, &place, &part);
	return part;
}

/* ".enterprise", if it is what comes. */
static bool enterprise(struct expr_compile *c, uint8_t code, struct expr_part *part)
{
	if (!expr_is_sign(c, '.'))
		return false;
	expr_next(c);
	if (!expr_is_word(c, "enterprise"))
		expr_fail_token(c, "enterprise");
	expr_next(c);
	expr_emit_u8(c, EXPR_OP_ENTERPRISE);
	expr_emit_u8(c, code);
	part->extent = (struct expr_extent){4, 4, true};
	expr_part_end(c, part);
	return true;
}

/* "[" enterprise or * "]" "." */
static void vendor_data(struct expr_compile *c, uint8_t code)
{
	expr_expect(c, '[');
	if (expr_is_sign(c, '*')) {
		expr_next(c);
		expr_emit_u8(c, EXPR_OP_VENDOR);
		expr_emit_u8(c, code);
	} else {
		expr_emit_u8(c, EXPR_OP_VENDOR_OF);
		expr_emit_u8(c, code);
		expr_emit_u32(c, (uint32_t)expr_expect_int(c, 0, UINT32_MAX));
	}
	expr_expect(c, ']');
	expr_expect(c, '.');
}

struct expr_part expr_packet_vendor(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c);
	struct place place = {.def = {.type = OPTDEF_BINARY}};

	expr_next(c);
	if (enterprise(c, OPT_VIVSO, &part))
		return part;
	vendor_data(c, OPT_VIVSO);
	if (expr_is_word(c, "option")) {
		expr_next(c);
		take_sub(c, &place);
		place.names = true;
		chain(c, &place, &part);
		return part;
	}
	if (!expr_is_word(c, "exists"))
		expr_fail_token(c, "exists or option[...]");
	exists(c, &part);
	expr_part_end(c, &part);
	return part;
}

struct expr_part expr_packet_vendor_class(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c);
	uint8_t i = 0;

	expr_next(c);
	if (enterprise(c, OPT_VIVCO, &part))
		return part;
	vendor_data(c, OPT_VIVCO);
	if (expr_is_word(c, "data")) {
		expr_next(c);
		if (expr_is_sign(c, '['))
			i = option_code(c, false);
		expr_emit_u8(c, EXPR_OP_TUPLE);
		expr_emit_u8(c, i);
		part.extent = (struct expr_extent){0, UINT8_MAX, false};
	} else {
		if (!expr_is_word(c, "exists"))
			expr_fail_token(c, "exists or data");
		exists(c, &part);
	}
	expr_part_end(c, &part);
	return part;
}

struct expr_part expr_packet_field(struct expr_compile *c)
{
	static const struct {
		const char *of, *name;
		uint8_t field;
		struct expr_extent extent;
	} fields[] = {
		{"pkt", "iface", EXPR_FIELD_IFACE, {0, SIZE_MAX, false}},
		{"pkt", "src", EXPR_FIELD_SRC, {4, 4, false}},
		{"pkt", "dst", EXPR_FIELD_DST, {4, 4, false}},
		{"pkt", "len", EXPR_FIELD_LEN, {4, 4, false}},
		{"pkt4", "mac", EXPR_FIELD_MAC, {0, MSG_CHADDR_SIZE, false}},
		{"pkt4", "hlen", EXPR_FIELD_HLEN, {4, 4, false}},
		{"pkt4", "htype", EXPR_FIELD_HTYPE, {4, 4, false}},
		{"pkt4", "ciaddr", EXPR_FIELD_CIADDR, {4, 4, false}},
		{"pkt4", "giaddr", EXPR_FIELD_GIADDR, {4, 4, false}},
		{"pkt4", "yiaddr", EXPR_FIELD_YIADDR, {4, 4, false}},
		{"pkt4", "siaddr", EXPR_FIELD_SIADDR, {4, 4, false}},
		{"pkt4", "msgtype", EXPR_FIELD_MSGTYPE, {4, 4, false}},
		{"pkt4", "transid", EXPR_FIELD_TRANSID, {4, 4, false}},
	};
	struct expr_part part = expr_part_begin(c);
	const char *of = expr_is_word(c, "pkt") ? "pkt" : "pkt4";

	expr_next(c);
	expr_expect(c, '.');
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(fields[i].of, of) != 0 || !expr_is_word(c, fields[i].name))
			continue;
		expr_next(c);
		expr_emit_u8(c, EXPR_OP_FIELD);
		expr_emit_u8(c, fields[i].field);
		part.extent = fields[i].extent;
		expr_part_end(c, &part);
		return part;
	}
	expr_fail_token(c, strcmp(of, "pkt") == 0
			? "iface, src, dst or len"
			: "mac, hlen, htype, ciaddr, giaddr, yiaddr, siaddr, msgtype or transid");
	return part;
}
