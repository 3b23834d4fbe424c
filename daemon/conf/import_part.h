/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_part: what the files of the import from Kea share: the walk over Kea's maps by the table,
 * and the making of Lessor's. Called by import_*.c alone. A lack of memory is remembered, and found
 * at the end.
 */
#ifndef LESSOR_DAEMON_CTL_IMPORT_PART_H
#define LESSOR_DAEMON_CTL_IMPORT_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/conf/arena.h"
#include "daemon/conf/report.h"
#include "daemon/conf/tree.h"

/* Kinds of maps in a Kea file; sets of them in the table. */
enum import_scope {
	IMPORT_TOP = 1 << 0,
	IMPORT_GLOBAL = 1 << 1,
	IMPORT_NETWORK = 1 << 2,
	IMPORT_SUBNET = 1 << 3,
	IMPORT_POOL = 1 << 4,
	IMPORT_CLASS = 1 << 5,
	IMPORT_HOST = 1 << 6,
	IMPORT_OPTION = 1 << 7,
	IMPORT_DEF = 1 << 8,
	IMPORT_INTERFACES = 1 << 9,
	IMPORT_RELAY = 1 << 10,
	IMPORT_EXPIRED = 1 << 11,
	IMPORT_DDNS = 1 << 12,
	IMPORT_SANITY = 1 << 13,
	IMPORT_COMPATIBILITY = 1 << 14,
	IMPORT_SOCKET = 1 << 15,
	IMPORT_HEADER = 1 << 16,
	IMPORT_AUTHENTICATION = 1 << 17,
	IMPORT_CLIENT = 1 << 18,
	IMPORT_LOGGER = 1 << 19,
	IMPORT_HOOK = 1 << 20,        /* an element of hooks-libraries */
	IMPORT_PING = 1 << 21,        /* the parameters of ping_check */
	IMPORT_FLEX_ID = 1 << 22,     /* of flex_id */
	IMPORT_FLEX_OPTION = 1 << 23, /* of flex_option */
	IMPORT_FLEX = 1 << 24,        /* an element of its options */
	IMPORT_LIMITS = 1 << 25,      /* in a user-context */
	IMPORT_HA_HOOK = 1 << 26,     /* the parameters of ha */
	IMPORT_HA = 1 << 27,          /* the element of high-availability */
	IMPORT_PEER = 1 << 28,
	IMPORT_FLEX_SUB = 1 << 30, /* an element of its sub-options */
	IMPORT_NOTHING = 1 << 29, /* the parameters of hooks that have none */
};

/* A map or list of Lessor's while it is being made. */
struct import_list {
	struct tree_node *v;
	size_t n, size;
};

struct import {
	struct arena *arena;
	struct report *report;
	bool lenient;
	bool trial; /* the other server's settings are not looked at */
	bool own; /* Lessor's own parameters are taken as they are */
	int error; /* -ENOMEM: something is missing in what was made */
	const struct tree_node *global; /* the map Dhcp4 */
	struct import_list *top;        /* the settings that are made of it */
	bool has_limits, has_ping;      /* which hooks are there */
	uint32_t next_id;               /* of subnets without one outside of shared networks */
	uint32_t next_network_id;       /* and within */
};

/* What the code behind a CALL row gets: the value, the kind of map it stands in (its parent), and
 * what is being made of that map. */
typedef void import_code(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out);

#define CALL(key, scopes, code) import_code import_##code;
#define CARRY(key, scopes)
#define WALK(key, scopes, inner)
#define RENAME(key, scopes, name)
#define PART(key, scopes)
#define DROP(key, scopes, why)
#define FAIL(key, scopes, why)
#include "daemon/conf/import_kea.def"
#undef CALL
#undef CARRY
#undef WALK
#undef RENAME
#undef PART
#undef DROP
#undef FAIL

enum import_action {
	IMPORT_CARRY,
	IMPORT_WALK,
	IMPORT_RENAME,
	IMPORT_PART,
	IMPORT_CALL,
	IMPORT_DROP,
	IMPORT_FAIL,
};

struct import_row {
	const char *key;
	unsigned scopes; /* set of enum import_scope */
	enum import_action action;
	enum import_scope inner; /* WALK */
	const char *text;        /* RENAME: the name; DROP, FAIL: why */
	import_code *code;       /* CALL */
};

extern const struct import_row import_rows[];
extern const size_t import_n_rows;

/* Reports what could not be carried over: an error, or a warning if lenient. */
void import_fail(struct import *im, const struct tree_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void import_warn(struct import *im, const struct tree_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Treats every member of a Kea map as the table says; what comes of it is added to out. */
void import_map(struct import *im, const struct tree_node *map, enum import_scope scope,
	struct import_list *out);

/* A map, or a list of maps, of the inner kind; its result is added under name. */
void import_walk(struct import *im, const struct tree_node *in, enum import_scope inner,
	const char *name, struct import_list *out);

/* A value, or a list of values, is added under name. */
void import_carry(
	struct import *im, const struct tree_node *in, const char *name, struct import_list *out);

/* Whether in is of the type; reports it if not. */
bool import_is(struct import *im, const struct tree_node *in, enum tree_type type);

/* The member of a map, or NULL. */
const struct tree_node *import_member(const struct tree_node *map, const char *name);

/* Whether the map that holds in has a member of that name too: a contradiction, reported. */
bool import_clashes(struct import *im, const struct tree_node *in, const char *name);

/* Add a node, under a name if out becomes a map. The list or map that a node is made of must not
 * change any more. */
void import_add(
	struct import *im, struct import_list *out, const char *name, struct tree_node node);
void import_add_string(
	struct import *im, struct import_list *out, const char *name, const char *value);
void import_add_int(struct import *im, struct import_list *out, const char *name, int64_t value);
void import_add_bool(struct import *im, struct import_list *out, const char *name, bool value);
void import_add_all(struct import *im, struct import_list *out, const char *name,
	enum tree_type type, const struct import_list *children);

/* What must be known before the walk: the first numbers for subnets without one; which hooks that
 * have settings elsewhere are there. */
void import_number(struct import *im);
void import_find_hooks(struct import *im);

/* The members trust-anchor, cert-file, key-file and cert-required, where they are, of the map over
 * (which may be NULL), else of map, as a map "tls"; false: there is none of them. */
bool import_tls(struct import *im, const struct tree_node *map, const struct tree_node *over,
	struct import_list *out);

/* The high-availability block of the ha hook. */
void import_ha(struct import *im, const struct tree_node *block, struct import_list *out);

#endif
