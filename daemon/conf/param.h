/* SPDX-License-Identifier: Apache-2.0 */
/*
 * param: the table of parameters (param.def) and what it drives: one walk over a map finds unknown
 * and misplaced names, wrong types and values out of their limits. Called by the readers.
 */
#ifndef LESSOR_DAEMON_CONF_PARAM_H
#define LESSOR_DAEMON_CONF_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/conf/report.h"
#include "daemon/conf/tree.h"

/* Where a parameter may stand: the map that a list or map of this name holds. */
enum param_place {
	PARAM_AT_GLOBAL = 1,
	PARAM_AT_NETWORK = 2,
	PARAM_AT_SUBNET = 4,
	PARAM_AT_POOL = 8,
	PARAM_AT_OPTION = 16,
	PARAM_AT_DEF = 32,
	PARAM_AT_INTERFACES = 64,
	PARAM_AT_RELAY = 128,
	PARAM_AT_EXPIRED = 256,
	PARAM_AT_CLASS = 512,
	PARAM_AT_HOST = 1024,
	PARAM_AT_HTTP = 2048,
	PARAM_AT_HTTP_TLS = 4096,
	PARAM_AT_HTTP_AUTH = 8192,
	PARAM_AT_HTTP_CLIENT = 16384,
	PARAM_AT_HTTP_HEADER = 32768,
	PARAM_AT_SANITY = 65536,
	PARAM_AT_COMPATIBILITY = 131072,
	PARAM_AT_HA = 262144,
	PARAM_AT_PEER = 524288,
	PARAM_AT_TLS = 1048576,
	PARAM_AT_FLEX = 2097152,
	PARAM_AT_FLEX_SUB = 4194304,
};
#define PARAM_PLACES 23

enum param_type {
	PARAM_TYPE_BOOL,
	PARAM_TYPE_UINT,     /* whole number in [min, max] */
	PARAM_TYPE_FRACTION, /* above 0, below 1 */
	PARAM_TYPE_RATIO,    /* from 0 to 1 */
	PARAM_TYPE_STRING,   /* length in [min, max] */
	PARAM_TYPE_ADDRESS,  /* IPv4 address as text */
	PARAM_TYPE_CHOICE,   /* one of the words in choices */
	PARAM_TYPE_STRINGS,  /* list of strings */
	PARAM_TYPE_MAP,
	PARAM_TYPE_MAPS, /* list of maps */
	PARAM_TYPE_CONTEXT, /* a string that holds JSON, or a map */
	PARAM_TYPE_ANY,
};

enum param_kind {
	PARAM_KIND_READ,
	PARAM_KIND_NO_EFFECT,
	PARAM_KIND_LATER,
};

struct param {
	const char *name;
	enum param_kind kind;
	enum param_type type;
	unsigned places; /* set of enum param_place */
	const char *def; /* as text, NULL: must be given */
	int64_t min, max;
	unsigned child; /* enum param_place of the maps in it */
	const char *choices, *text;
};

/* Those that are read; their numbers are also their places in param_table. */
enum param_id {
#define READ(id, name, type, places, def, min, max, child, choices, text) PARAM_##id,
#define NO_EFFECT(name, places, why)
#define LATER(name, places)
#include "daemon/conf/param.def"
#undef READ
#undef NO_EFFECT
#undef LATER
	PARAM_COUNT
};

extern const struct param param_table[];
extern const size_t param_table_size;

/* What stands in one map: the valid ones of its members, NULL where there is none. Elements of a
 * list may still be of a wrong type, which is reported: readers skip them. */
struct param_set {
	const struct tree_node *v[PARAM_COUNT];
};

/* Checks the members of a map against the table and reports every mistake. */
void param_check(const struct tree_node *map, enum param_place place, struct report *r,
	struct param_set *ret_set);

/* The value that was given, else the default of the table. */
bool param_bool(const struct param_set *set, enum param_id id);
uint32_t param_uint(const struct param_set *set, enum param_id id);
double param_fraction(const struct param_set *set, enum param_id id);
const char *param_string(const struct param_set *set, enum param_id id);
uint32_t param_address(const struct param_set *set, enum param_id id);

/* The row of this name for one of these places (a set of enum param_place), NULL: none. */
const struct param *param_find(const char *name, unsigned places);

/* Whether a parameter of this name is read in one of these places. */
bool param_is_read(const char *name, unsigned places);

/* How people call a place: "subnet4", "the global scope". */
const char *param_place_name(enum param_place place);

#endif
