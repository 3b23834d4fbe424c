/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_isc_option: options of dhcpd's: their names where Kea has others, definitions, spaces and
 * values. Values are encoded here, so that what is written is what the server accepts.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/ctl/import_isc_part.h"
#include "daemon/ctl/print.h"
#include "shm/base/text.h"

#define VALUE_MAX 2048
#define SPACE     "dhcp4"
#define VENDOR    "vendor-encapsulated-options"

/* Names of dhcpd's that are others in Kea. */
static const struct {
	const char *isc, *name;
} renamed[] = {
	{"ien116-name-servers", "name-servers"},
	{"nwip-domain", "nwip-domain-name"},
	{"nisplus-domain", "nisplus-domain-name"},
	{"bootfile-name", "boot-file-name"},
	{"relay-agent-information", "dhcp-agent-options"},
	{"pxe-system-type", "client-system"},
	{"pxe-interface-id", "client-ndi"},
	{"pxe-client-id", "uuid-guid"},
	{"default-url", "v4-captive-portal"},
	{"associated-ip", "associated-ip"},
	{"loader-configfile", "configuration-file"},
	{"loader-pathprefix", "path-prefix"},
	{"loader-reboottime", "reboot-time"},
	{"vivco", "vivco-suboptions"},
	{"vivso", "vivso-suboptions"},
};

/* Codes that the server makes by itself, whatever is configured. */
static bool is_made(uint8_t code)
{
	return (code >= 50 && code <= 53) || code == 55 || code == 57 || code == 61 || code == 82;
}

/* "SPACE.NAME" or "NAME". */
static void split_name(
	struct isc *isc, const struct isc_token *t, const char **ret_space, const char **ret_name)
{
	const char *all = isc_word(isc, t), *dot = strchr(all, '.');

	*ret_space = dot != NULL ? isc_format(isc, "%.*s", (int)(dot - all), all) : SPACE;
	*ret_name = dot != NULL ? dot + 1 : all;
	if (strcmp(*ret_space, "dhcp") == 0)
		*ret_space = SPACE;
}

static const struct isc_def *find_own(struct isc *isc, const char *space, const char *name)
{
	for (const struct isc_def *d = isc->defs; d != NULL; d = d->next)
		if (strcmp(d->space, space) == 0 && strcmp(d->name, name) == 0)
			return d;
	return NULL;
}

static const struct optdef *find_standard(const char *name)
{
	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (strcmp(renamed[i].isc, name) == 0)
			return optdef_by_name(renamed[i].name);
	return optdef_by_name(name);
}

int isc_option_code(struct isc *isc, const struct isc_token *t)
{
	const struct optdef *standard;
	const struct isc_def *own;
	const char *space, *name;

	if (t->type != ISC_WORD)
		return -1;
	split_name(isc, t, &space, &name);
	own = find_own(isc, space, name);
	if (strcmp(space, SPACE) != 0)
		return -1;
	standard = find_standard(name);
	return own != NULL ? own->def.code : standard != NULL ? standard->code : -1;
}

bool isc_one_value(const struct isc_token *t, uint8_t *buf, size_t size, size_t *ret_len)
{
	if (t->type == ISC_STRING && t->text.len <= size) {
		memcpy(buf, t->text.p, t->text.len);
		*ret_len = t->text.len;
		return true;
	}
	return isc_octets(t, buf, size, ret_len);
}

/* The type that words[*i..] name; *i is moved behind it. A number without a sign is positive. */
static bool read_type(const struct isc_stmt *s, size_t *i, enum optdef_type *ret)
{
	bool is_signed = *i < s->n && isc_is_word(&s->t[*i], "signed");
	uint64_t bits;

	if (is_signed || (*i < s->n && isc_is_word(&s->t[*i], "unsigned")))
		++*i;
	if (*i >= s->n)
		return false;
	if (isc_is_word(&s->t[*i], "integer")) {
		if (*i + 1 >= s->n || !isc_number(&s->t[*i + 1], 32, &bits) ||
			(bits != 8 && bits != 16 && bits != 32))
			return false;
		*i += 2;
		*ret = bits == 8     ? (is_signed ? OPTDEF_INT8 : OPTDEF_UINT8)
			: bits == 16 ? (is_signed ? OPTDEF_INT16 : OPTDEF_UINT16)
				     : (is_signed ? OPTDEF_INT32 : OPTDEF_UINT32);
		return true;
	}
	if (isc_is_word(&s->t[*i], "boolean"))
		*ret = OPTDEF_BOOLEAN;
	else if (isc_is_word(&s->t[*i], "ip-address"))
		*ret = OPTDEF_IPV4_ADDRESS;
	else if (isc_is_word(&s->t[*i], "ip6-address"))
		*ret = OPTDEF_IPV6_ADDRESS;
	else if (isc_is_word(&s->t[*i], "text"))
		*ret = OPTDEF_STRING;
	else if (isc_is_word(&s->t[*i], "string"))
		*ret = OPTDEF_BINARY;
	else if (isc_is_word(&s->t[*i], "domain-name") || isc_is_word(&s->t[*i], "domain-list"))
		*ret = OPTDEF_FQDN;
	else
		return false;
	++*i;
	return true;
}

/* "TYPE", "array of TYPE", "{ TYPE, ... }", "encapsulate SPACE" from words[i] on. */
static bool read_def(struct isc *isc, const struct isc_stmt *s, size_t i, struct optdef *def)
{
	enum optdef_type type;

	if (i + 2 == s->n && isc_is_word(&s->t[i], "encapsulate")) {
		def->type = OPTDEF_EMPTY;
		def->encapsulates = isc_word(isc, &s->t[i + 1]);
		return true;
	}
	if (i + 1 < s->n && isc_is_word(&s->t[i], "array") && isc_is_word(&s->t[i + 1], "of")) {
		def->array = true;
		i += 2;
	}
	if (i < s->n && isc_is_mark(&s->t[i], '{')) {
		def->type = OPTDEF_RECORD;
		do {
			i++;
			if (def->n_fields == OPTDEF_RECORD_MAX || !read_type(s, &i, &type))
				return false;
			def->fields[def->n_fields++] = (uint8_t)type;
		} while (i < s->n && isc_is_mark(&s->t[i], ','));
		return i + 1 == s->n && isc_is_mark(&s->t[i], '}');
	}
	if (i < s->n && isc_is_word(&s->t[i], "domain-list"))
		def->array = true;
	if (!read_type(s, &i, &type))
		return false;
	def->type = (uint8_t)type;
	if (i < s->n && isc_is_word(&s->t[i], "compressed")) {
		def->compress = true;
		i++;
	}
	return i == s->n;
}

/* Adds the definition to the settings. */
static void write_def(struct isc *isc, const struct isc_def *d)
{
	struct import_list map = {NULL, 0, 0};
	char fields[256] = "";

	for (uint8_t i = 0; i < d->def.n_fields; i++) {
		size_t len = strlen(fields);

		snprintf(fields + len, sizeof(fields) - len, "%s%s", len > 0 ? ", " : "",
			optdef_type_name((enum optdef_type)d->def.fields[i]));
	}
	import_add_string(&isc->im, &map, "name", d->name);
	import_add_int(&isc->im, &map, "code", d->def.code);
	import_add_string(&isc->im, &map, "type", optdef_type_name((enum optdef_type)d->def.type));
	if (d->def.n_fields > 0)
		import_add_string(&isc->im, &map, "record-types", isc_format(isc, "%s", fields));
	if (d->def.array)
		import_add_bool(&isc->im, &map, "array", true);
	if (d->def.encapsulates != NULL)
		import_add_string(&isc->im, &map, "encapsulate", d->def.encapsulates);
	if (strcmp(d->space, SPACE) != 0)
		import_add_string(&isc->im, &map, "space", d->space);
	import_add_all(&isc->im, &isc->option_defs, NULL, TREE_MAP, &map);
}

/* "option NAME code N = TYPE". */
static void define(struct isc *isc, struct isc_stmt *s)
{
	struct isc_def *d = (struct isc_def *)arena_alloc(isc->im.arena, 1, sizeof(*d));
	const struct optdef *standard;
	struct err err = {0};
	uint64_t code;

	if (d == NULL)
		print_no_memory();
	split_name(isc, &s->t[1], &d->space, &d->name);
	if (find_own(isc, d->space, d->name) != NULL)
		return; /* a group's statements come once for each place inside it */
	d->def.name = d->name;
	if (!isc_number(&s->t[3], 254, &code) || code == 0 || !isc_is_mark(&s->t[4], '=') ||
		!read_def(isc, s, 5, &d->def)) {
		isc_fail(isc, s, "option %s: this definition is not understood", d->name);
		return;
	}
	d->def.code = (uint8_t)code;
	if (optdef_check(&d->def, &err) < 0)
		isc_fail(isc, s, "option %s: %s", d->name, err.text);
	standard = strcmp(d->space, SPACE) == 0 ? optdef_by_code(d->def.code) : NULL;
	d->written = standard == NULL || standard->own;
	d->next = isc->defs;
	isc->defs = d;
	if (d->written)
		write_def(isc, d);
}

static void add_text(char *buf, size_t size, const char *more, size_t len)
{
	size_t at = strlen(buf);

	snprintf(buf + at, size - at, "%.*s", (int)len, more);
}

/* A field as optdef_encode() takes it: octets in hex, commas escaped, words for truth. */
static bool add_field(const struct isc_token *t, enum optdef_type type, char *buf, size_t size)
{
	uint8_t octets[VALUE_MAX];
	size_t len;

	if (t->type != ISC_STRING && t->type != ISC_WORD)
		return false;
	if (buf[0] != '\0')
		add_text(buf, size, ", ", 2);
	if (type == OPTDEF_BINARY && isc_one_value(t, octets, sizeof(octets), &len)) {
		for (size_t i = 0; i < len; i++) {
			char hex[3];

			snprintf(hex, sizeof(hex), "%02x", octets[i]);
			add_text(buf, size, hex, 2);
		}
	} else if (type == OPTDEF_BOOLEAN && isc_is_word(t, "on")) {
		add_text(buf, size, "true", 4);
	} else if (type == OPTDEF_BOOLEAN && isc_is_word(t, "off")) {
		add_text(buf, size, "false", 5);
	} else if (!isc_is_printable(t->text)) {
		return false;
	} else {
		for (size_t i = 0; i < t->text.len; i++) {
			if (t->text.p[i] == ',' || t->text.p[i] == '\\')
				add_text(buf, size, "\\", 1);
			add_text(buf, size, (const char *)&t->text.p[i], 1);
		}
	}
	return strlen(buf) + 1 < size;
}

/* All fields of words[2..] as one text. */
static bool join_fields(const struct isc_stmt *s, const struct optdef *def, char *buf, size_t size)
{
	size_t field = 0;

	buf[0] = '\0';
	for (size_t i = 2; i < s->n; i++) {
		enum optdef_type type = (enum optdef_type)def->type;

		if (isc_is_mark(&s->t[i], ','))
			continue;
		if (type == OPTDEF_RECORD)
			type = (enum optdef_type)def->fields[field++ % def->n_fields];
		if (!add_field(&s->t[i], type, buf, size))
			return false;
	}
	return true;
}

/* Whether the one value has to be written as octets: what no text can give, and hex for a text. */
static bool is_raw(
	const struct isc_stmt *s, const struct optdef *def, uint8_t *buf, size_t *ret_len)
{
	const struct isc_token *t = &s->t[2];

	if (s->n != 3 || def->type != OPTDEF_STRING || !isc_one_value(t, buf, VALUE_MAX, ret_len))
		return false;
	if (t->type == ISC_WORD)
		return memchr(t->text.p, ':', t->text.len) != NULL;
	if (t->text.len == 0)
		return false;
	return !isc_is_printable(t->text) || t->text.p[0] == ' ' ||
		t->text.p[t->text.len - 1] == ' ' || memchr(t->text.p, '\\', t->text.len) != NULL;
}

static bool is_same(const struct import_list *map, const char *space, int64_t code)
{
	const char *is_in = SPACE;
	int64_t is = -1;

	for (size_t i = 0; i < map->n; i++) {
		if (strcmp(map->v[i].name, "code") == 0)
			is = map->v[i].integer;
		else if (strcmp(map->v[i].name, "space") == 0)
			is_in = map->v[i].string;
	}
	return is == code && strcmp(is_in, space) == 0;
}

/* Adds an element of option-data, in place of one of the same option. data NULL: none. */
static void add_data(struct isc *isc, struct isc_scope *scope, const char *name, const char *space,
	uint8_t code, const char *data, bool raw)
{
	struct import_list map = {NULL, 0, 0};
	struct tree_node node;

	if (name != NULL)
		import_add_string(&isc->im, &map, "name", name);
	import_add_int(&isc->im, &map, "code", code);
	if (strcmp(space, SPACE) != 0)
		import_add_string(&isc->im, &map, "space", space);
	if (raw)
		import_add_bool(&isc->im, &map, "csv-format", false);
	if (data != NULL)
		import_add_string(&isc->im, &map, "data", data);
	node = (struct tree_node){.type = TREE_MAP, .n = map.n, .v = map.v};
	for (size_t i = 0; i < scope->options.n; i++) {
		struct tree_node *at = &scope->options.v[i];
		const struct import_list old = {at->v, at->n, 0};

		if (is_same(&old, space, code)) {
			*at = node;
			return;
		}
	}
	import_add(&isc->im, &scope->options, NULL, node);
}

void isc_add_raw(
	struct isc *isc, struct isc_scope *scope, uint8_t code, const uint8_t *data, size_t len)
{
	char hex[2 * VALUE_MAX + 1] = "";

	for (size_t i = 0; i < len && i < VALUE_MAX; i++)
		snprintf(hex + 2 * i, 3, "%02x", data[i]);
	add_data(isc, scope, NULL, SPACE, code, isc_format(isc, "%s", hex), true);
}

static void remember(struct isc *isc, enum isc_place place, struct isc_stmt *s, uint8_t code)
{
	if (place == ISC_CLASS && isc->class_option[code] == NULL)
		isc->class_option[code] = s;
	else if ((place == ISC_NETWORK || place == ISC_SUBNET || place == ISC_POOL) &&
		isc->inner_option[code] == NULL)
		isc->inner_option[code] = s;
}

/* A value by its definition, which is written (or standard) or not. */
static void set_value(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s,
	const struct optdef *def, const char *space, bool known)
{
	char text[2 * VALUE_MAX];
	uint8_t buf[VALUE_MAX];
	struct err err = {0};
	size_t len;

	if (strcmp(space, SPACE) == 0)
		remember(isc, scope->place, s, def->code);
	if (is_raw(s, def, buf, &len)) {
		isc_add_raw(isc, scope, def->code, buf, len);
		return;
	}
	if (!join_fields(s, def, text, sizeof(text))) {
		isc_fail(isc, s, "option %s: not a value that is known before a client asks",
			def->name);
		return;
	}
	if (optdef_encode(def, text, buf, sizeof(buf), &len, &err) < 0)
		isc_fail(isc, s, "option %s: %s%s", def->name, err.text,
			def->type == OPTDEF_IPV4_ADDRESS ? " (names of hosts are not looked up)"
							 : "");
	else if (known)
		add_data(isc, scope, def->name, space, def->code, isc_format(isc, "%s", text),
			false);
	else
		isc_add_raw(isc, scope, def->code, buf, len);
}

void isc_option(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s)
{
	const struct optdef *standard;
	const struct isc_def *own;
	const char *space, *name;

	if (s->n >= 3 && isc_is_word(&s->t[1], "space"))
		return; /* exists by being used */
	if (s->n < 3 || s->t[1].type != ISC_WORD) {
		isc_fail(isc, s, "expected option NAME VALUE;");
		return;
	}
	if (s->n >= 5 && isc_is_word(&s->t[2], "code")) {
		define(isc, s);
		return;
	}
	split_name(isc, &s->t[1], &space, &name);
	own = find_own(isc, space, name);
	standard = strcmp(space, SPACE) == 0 ? find_standard(name) : NULL;
	if (own == NULL && standard == NULL)
		isc_fail(isc, s, "option %s is not known: define it", isc_word(isc, &s->t[1]));
	else if (strcmp(space, SPACE) == 0 && is_made(own != NULL ? own->def.code : standard->code))
		isc_fail(isc, s, "option %s is made by the server and cannot be set", name);
	else if (own != NULL)
		set_value(isc, scope, s, &own->def, space, own->written);
	else
		set_value(isc, scope, s, standard, space, true);
}

void isc_vendor_space(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s)
{
	struct isc_def vendor = {.name = VENDOR, .space = SPACE, .written = true};
	const char *space = s->n == 2 ? isc_word(isc, &s->t[1]) : "";

	if (space[0] == '\0') {
		isc_fail(isc, s, "expected vendor-option-space NAME;");
		return;
	}
	if (isc->vendor_space == NULL) {
		isc->vendor_space = space;
		vendor.def = (struct optdef){
			.code = 43, .name = VENDOR, .type = OPTDEF_EMPTY, .encapsulates = space};
		write_def(isc, &vendor);
	}
	if (strcmp(isc->vendor_space, space) != 0)
		isc_fail(isc, s, "option 43 can hold one space, which is %s already",
			isc->vendor_space);
	else
		add_data(isc, scope, VENDOR, SPACE, 43, NULL, false);
}
