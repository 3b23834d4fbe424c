/* SPDX-License-Identifier: Apache-2.0 */
/*
 * optdef: from configured text to an option's octets, and which definitions can work at all.
 * Called while a configuration is read; writes only into the caller's buffer.
 */
#include "workers/packet/optdef.h"

#include <errno.h>

#include "workers/packet/optdef_part.h"

/* Whether a value's end can be seen on the wire when another one follows. */
static bool ends_itself(enum optdef_type type)
{
	return type != OPTDEF_STRING && type != OPTDEF_BINARY;
}

static bool is_value(enum optdef_type type)
{
	return type != OPTDEF_EMPTY && type != OPTDEF_RECORD && type < OPTDEF_INTERNAL;
}

static int check_record(const struct optdef *def, struct err *err)
{
	if (def->n_fields == 0 || def->n_fields > OPTDEF_RECORD_MAX)
		return err_set(err, -EINVAL, NULL, "a record has 1 to %d fields, this one %u",
			OPTDEF_RECORD_MAX, def->n_fields);
	for (unsigned i = 0; i < def->n_fields; i++) {
		enum optdef_type type = (enum optdef_type)def->fields[i];

		if (!is_value(type))
			return err_set(err, -EINVAL, NULL, "field %u: a record cannot hold type %s",
				i + 1, optdef_type_name(type));
		if (!ends_itself(type) && (def->array || i + 1 < def->n_fields))
			return err_set(err, -EINVAL, "make it the last field, of no array",
				"field %u: type %s has no end that a receiver could see", i + 1,
				optdef_type_name(type));
	}
	return 0;
}

int optdef_check(const struct optdef *def, struct err *err)
{
	enum optdef_type type = (enum optdef_type)def->type;

	if (type == OPTDEF_RECORD)
		return check_record(def, err);
	if (type > OPTDEF_INTERNAL)
		return err_set(err, -EINVAL, NULL, "type %u does not exist", def->type);
	if (def->array && (!is_value(type) || !ends_itself(type)))
		return err_set(err, -EINVAL, "use tuple, or no array",
			"values of type %s cannot be told apart in an array",
			optdef_type_name(type));
	return 0;
}

/* Values one after the other; the last field of a record, or the only one, may repeat. */
static int encode_fields(const struct optdef *def, const char *text, struct wire_writer *w,
	struct err *err)
{
	bool record = def->type == OPTDEF_RECORD;
	unsigned n = 0, n_types = record ? def->n_fields : 1;
	struct optdef_field f, rest = optdef_field_of(text);

	for (; optdef_field_next(&rest, ',', &f); n++) {
		uint8_t type = def->type;
		int r;

		if (n >= n_types && !def->array)
			return err_set(err, -EINVAL, "write \\, for a comma inside a value",
				"'%s' takes %u field%s, not more", def->name, n_types,
				n_types > 1 ? "s" : "");
		if (record)
			type = def->fields[n < n_types ? n : n_types - 1];
		if (!record && !def->array)
			f.n = 0;
		r = optdef_field_encode(f, (enum optdef_type)type, def->compress, w, err);
		if (r < 0)
			return r;
	}
	if (n < n_types)
		return err_set(err, -EINVAL, NULL, "'%s' takes %u fields, not %u: the next is %s",
			def->name, n_types, n,
			optdef_type_name((enum optdef_type)def->fields[n]));
	return 0;
}

static int encode(const struct optdef *def, const char *text, struct wire_writer *w,
	struct err *err)
{
	struct optdef_field all = optdef_field_of(text);
	int r = optdef_check(def, err);

	if (r < 0)
		return r;
	switch (def->type) {
	case OPTDEF_EMPTY:
		if (all.len > 0)
			return optdef_field_bad(all, err, "leave the data out, set its sub-options",
				"is data, but '%s' takes none", def->name);
		return 0;
	case OPTDEF_BINARY:
		return optdef_field_octets(all, w, err);
	case OPTDEF_INTERNAL:
		return def->code == 121 ? optdef_route_encode(text, w, err)
					: optdef_dnr_encode(text, w, err);
	default:
		return encode_fields(def, text, w, err);
	}
}

static int finish(const struct wire_writer *w, size_t size, size_t *ret_len, struct err *err)
{
	if (w->failed)
		return err_set(err, -ENOBUFS, NULL, "the value is longer than %zu octets", size);
	*ret_len = wire_written(w);
	return 0;
}

int optdef_encode(const struct optdef *def, const char *text, uint8_t *buf, size_t size,
	size_t *ret_len, struct err *err)
{
	struct wire_writer w;
	int r;

	wire_writer_init(&w, buf, size);
	r = encode(def, text, &w, err);
	return r < 0 ? r : finish(&w, size, ret_len, err);
}

int optdef_encode_raw(const char *text, uint8_t *buf, size_t size, size_t *ret_len,
	struct err *err)
{
	struct wire_writer w;
	int r;

	wire_writer_init(&w, buf, size);
	r = optdef_field_octets(optdef_field_of(text), &w, err);
	return r < 0 ? r : finish(&w, size, ret_len, err);
}
