/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_isc_part: what the files of the import from ISC dhcpd share. Called by import_isc*.c
 * alone. There is no way out for a lack of memory: the program ends.
 */
#ifndef LESSOR_DAEMON_CTL_IMPORT_ISC_PART_H
#define LESSOR_DAEMON_CTL_IMPORT_ISC_PART_H

#include "daemon/conf/import_part.h"
#include "daemon/ctl/isc_parse.h"
#include "shm/base/err.h"
#include "workers/packet/optdef.h"

/* Places of a statement; sets of them in the table. */
enum isc_place {
	ISC_GLOBAL = 1,
	ISC_NETWORK = 2,
	ISC_SUBNET = 4,
	ISC_POOL = 8,
	ISC_CLASS = 16,
	ISC_HOST = 32,
};

/* An option that the file defines. */
struct isc_def {
	const char *name; /* without its space */
	const char *space;
	struct optdef def;
	bool written; /* as an option-def; else its code has a standard definition */
	struct isc_def *next;
};

/* What is said of a pool: a class that is admitted or refused, and the test for its members. */
struct isc_permit {
	const char *test, *class_name;
	bool allow;
	struct isc_permit *next;
};

/* One place while its settings are made. Groups are none: their statements hold for each place
 * inside them. */
struct isc_scope {
	enum isc_place place;
	struct import_list map, options;
	struct import_list guards; /* names of classes */
	struct isc_permit *permits;
	/* Lease times, inherited; s. set: here or in a group around it. */
	uint64_t default_time, min_time, max_time;
	bool times_set;
	/* Inherited, since Lessor has them elsewhere. */
	bool known_only, host_names;
};

/* The groups around a statement, nearest first, up to the next place. */
struct isc_group {
	struct isc_stmt *stmt;
	const struct isc_group *outer;
};

struct isc_subnet {
	uint32_t id, prefix, mask;
	struct isc_scope scope;
	struct import_list pools, hosts;
	struct isc_network *network;
	struct isc_subnet *next;
};

struct isc_network {
	struct isc_scope scope;
	struct isc_network *next;
};

struct isc_class {
	const char *name;
	struct isc_stmt *stmt;
	struct isc_scope scope;
	const char *test, *spawn;      /* expressions, NULL: none */
	const struct isc_token *match; /* expression that subclasses give values of */
	size_t n_match;
	struct import_list tests; /* of its subclasses, texts */
	struct isc_class *next;
};

/* A host that waits until all subnets are known. */
struct isc_pending {
	struct isc_stmt *stmt;
	struct isc_scope up;
	const struct isc_group *groups;
	struct isc_pending *next;
};

struct isc {
	struct import im;
	struct isc_scope global;
	struct isc_def *defs;
	struct import_list option_defs, hosts, guard_classes;
	struct isc_subnet *subnets, *last_subnet;
	struct isc_network *networks, *last_network;
	struct isc_class *classes;
	struct isc_pending *pending, *last_pending;
	uint32_t next_id, next_guard;
	const char *vendor_space; /* the one in option 43 */
	/* Where an option is set: in classes, and in what lies inside of networks. */
	struct isc_stmt *class_option[256], *inner_option[256];
	bool failover_told;
	const char *flex_id; /* expression by which hosts are known, NULL: none is */
};

/* Text in the arena. */
const char *isc_format(struct isc *isc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *isc_word(struct isc *isc, const struct isc_token *t);
bool isc_is_printable(struct span s);

/* Report something about a statement, once: what cannot be carried over, what has no effect. */
void isc_fail(struct isc *isc, struct isc_stmt *s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void isc_warn(struct isc *isc, struct isc_stmt *s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets a member; replaces the one that is there. */
void isc_set(struct isc *isc, struct import_list *map, const char *name, struct tree_node value);
void isc_set_string(struct isc *isc, struct import_list *map, const char *name, const char *value);

/* import_isc.c: everything that the file declares. */
void isc_walk(struct isc *isc, struct isc_stmt *root);

/* import_isc_expr.c: a condition, or a value, of dhcpd's as one of Kea's. NULL with *ret_wrong if
 * there is none that does the same. */
const char *isc_test(struct isc *isc, const struct isc_token *t, size_t n, const char **ret_wrong);
const char *isc_value(struct isc *isc, const struct isc_token *t, size_t n, const char **ret_wrong);

/* Whether the value t is v, as a test. */
const char *isc_equals(struct isc *isc, const struct isc_token *t, size_t n,
	const struct isc_token *v, size_t n_v, const char **ret_wrong);

/* import_isc_option.c: the statement "option ...", a definition, a space or a value for scope. */
void isc_option(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s);
void isc_vendor_space(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s);

/* Code of the option that a word names in what a client sends; -1: unknown. */
int isc_option_code(struct isc *isc, const struct isc_token *t);

/* Octets of a value that is one string or a word of hex. */
bool isc_one_value(const struct isc_token *t, uint8_t *buf, size_t size, size_t *ret_len);

/* Adds the data of an option of space dhcp4 in its raw form. */
void isc_add_raw(
	struct isc *isc, struct isc_scope *scope, uint8_t code, const uint8_t *data, size_t len);

/* import_isc_scope.c: a new place, with what it inherits, and what stands in it and in the groups
 * around it; declarations inside it are left to the caller. */
void isc_scope_begin(struct isc_scope *scope, enum isc_place place, const struct isc_scope *up);
void isc_scope_apply(struct isc *isc, struct isc_scope *scope, struct isc_stmt *stmt,
	const struct isc_group *groups);

/* Adds lease times, options and guards to the settings of the place. */
void isc_scope_end(struct isc *isc, struct isc_scope *scope);

/* import_isc_permit.c: the statement "allow ..." or "deny ...", and the guard that stands for those
 * of a pool, once all are read. */
void isc_permit(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, bool allow);
void isc_permits_end(struct isc *isc, struct isc_scope *scope);

/* import_isc_host.c, import_isc_class.c: declarations. */
void isc_host(struct isc *isc, const struct isc_scope *up, struct isc_stmt *s,
	const struct isc_group *groups);
void isc_class(struct isc *isc, struct isc_stmt *s, const struct isc_group *groups);
void isc_subclass(struct isc *isc, struct isc_stmt *s, const struct isc_group *groups);
void isc_classes_end(struct isc *isc, struct import_list *ret_classes);

#endif
