/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draft: a model while it is being made: what the readers share, and which node of the tree each
 * part came from, so that checks that compare parts can name both places.
 */
#ifndef LESSOR_DAEMON_CONF_DRAFT_H
#define LESSOR_DAEMON_CONF_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/conf/arena.h"
#include "daemon/conf/model.h"
#include "daemon/conf/param.h"
#include "daemon/conf/report.h"
#include "daemon/conf/tree.h"
#include "workers/packet/optdef.h"

struct draft_subnet {
	struct model_subnet *subnet;
	const struct tree_node *at;
	const struct tree_node *relays; /* list of addresses that select it, NULL: none */
	bool has_prefix;                /* false: the prefix was wrong, and reported */
};

#define DRAFT_SPACES 256

/* A space of options while the file is read; its number is its place in draft.spaces. */
struct draft_space {
	const char *name;
	uint32_t enterprise;              /* of "vendor-ENTERPRISE", else 0 */
	bool held;                        /* by an option-def, or as a vendor's: it is sent */
	const struct tree_node *first_at; /* the first option-data of this space, NULL: none */
};

/* A definition of an option-def list. */
struct draft_def {
	struct optdef def;
	uint16_t space;
	uint16_t inside; /* space that it encapsulates, MODEL_DHCP4: none */
	const struct tree_node *at;
};

/* The definitions of one option-def list. */
struct draft_defs {
	size_t n;
	struct draft_def *v;
};

struct draft {
	struct report *report;
	const struct model_source *from;
	struct arena *arena;   /* for what stays in the model */
	struct arena *scratch; /* for what ends with the tree */
	struct model *model;
	struct draft_subnet *subnets;        /* [index of a subnet] */
	const struct tree_node **pool_at;    /* [index of a pool], until pools are sorted */
	const struct tree_node **network_at; /* [place in model->networks] */
	const struct tree_node **host_at;    /* [place in model->hosts] */
	const struct model_subnet **host_in; /* the same: its subnet, NULL: global */
	const struct tree_node **class_at;   /* [number], of those that stand in the file */
	size_t n_own_classes;                /* how many those are */
	size_t first_stored;                 /* place in model->hosts of those made at run time */
	bool unique;                         /* ip-reservations-unique */
	unsigned suggested;                  /* names of classes that were suggested so far */
	size_t n_spaces;
	struct draft_space spaces[DRAFT_SPACES];
	uint16_t inside[256]; /* space inside an option of dhcp4, globally; MODEL_DHCP4: none */
	struct draft_defs defs;              /* of the global scope */
};

/* The readers, a file each. They report mistakes and go on; the result is 0 or -ENOMEM. */

/* The whole file into the model, subnets and pools in the order of the file. */
int read_config(struct draft *d, const struct tree_node *root);

/* interfaces-config; NULL: not given. */
int read_interfaces(struct draft *d, const struct tree_node *map);

/* The http list; NULL: not given. */
int read_http(struct draft *d, const struct tree_node *list);

/* The parameters that stand in set over those of the scope above. */
void read_params_default(struct model_params *ret_params);
int read_params(struct draft *d, const struct param_set *set, enum model_scope scope,
	const struct model_params *up, struct model_params *ret_params);

/* What names of clients become, where set changes it; else the scope above's. */
int read_names(struct draft *d, const struct param_set *set, const struct model_names *up,
	const struct model_names **ret_names);

/* The lifetimes that stand in set into p; up to the caller what they are without. */
void read_lifetimes(struct draft *d, const struct param_set *set, enum model_scope scope,
	struct model_params *p);

/* The limits of a subnet or class; *ret is NULL if there is none. */
int read_limit(struct draft *d, const struct param_set *set, const struct model_limit **ret);
int read_class_limit(struct draft *d, const struct param_set *set, const struct model_class *c,
	const struct model_limit **ret);

/* The boot fields that stand in set over those of ret. */
int read_boot(struct draft *d, const struct param_set *set, struct model_boot *ret);

/* The client-classes list of the global scope; NULL: not given. Before everything that names
 * classes. */
int read_classes(struct draft *d, const struct tree_node *list);

/* A list of names of classes; NULL: not given. */
int read_class_names(
	struct draft *d, const struct tree_node *list, struct model_classes *ret_classes);

/* The same for one name in a text; NULL or empty: no class. */
int read_class_name(
	struct draft *d, const struct tree_node *node, struct model_classes *ret_classes);

/* Guard and additional classes of a network, subnet or pool. */
int read_guards(struct draft *d, const struct param_set *set, struct model_classes *ret_guard,
	struct model_classes *ret_additional);

/* Compiles the expression in node, whose class has this number (n_own_classes: is no class). NULL
 * in *ret: it was wrong, and reported. */
int read_expression(struct draft *d, const struct tree_node *node, enum expr_kind kind,
	size_t number, struct expr **ret);

/* What concerns all reservations: global parameters. */
int read_host_globals(struct draft *d, const struct param_set *set);

/* The reservations list of a subnet, whose prefix counts if has_prefix, or of the global scope
 * (s is NULL); list NULL: not given. */
int read_hosts(struct draft *d, const struct tree_node *list, const struct model_subnet *s,
	bool has_prefix);

/* The standard spaces; before any of the functions below. */
void read_spaces_init(struct draft *d);
/* The reservations made at run time (d->from->hosts), behind those of the file. How many there are
 * must be known before: *ret_root is their list, NULL: there are none. -EINVAL: the text is no such
 * list, which is reported. */
int read_stored_list(struct draft *d, const struct tree_node **ret_list);
int read_stored(struct draft *d, const struct tree_node *list);

/* Tells that the host at this place in model->hosts is left out, if it is a stored one. */
void read_stored_leave_out(struct draft *d, size_t place, const char *why);

/* One reservation of a subnet, NULL: a global one. */
int read_host(struct draft *d, const struct tree_node *map, const struct model_subnet *s,
	bool has_prefix);


/* The number of the space that node names, which is made if it is new: 0 and *ret_space, or
 * -EINVAL, which is reported. -ENOMEM. */
int read_space(struct draft *d, const struct tree_node *node, uint16_t *ret_space);

/* The same by name; node is where it is named. */
int read_space_name(struct draft *d, const struct tree_node *node, const char *name,
	uint16_t *ret_space);

/* Spaces into the model, warnings about those whose options are never sent. At the end. */
int read_spaces_finish(struct draft *d);

/* An option-def list; NULL: not given. scope: MODEL_GLOBAL, whose definitions go into d->defs, or
 * MODEL_CLASS, which may define 43 and 224 to 254 for its own option-data. */
int read_option_defs(struct draft *d, const struct tree_node *list, enum model_scope scope,
	struct draft_defs *ret_defs);

/* The definition of an option: own's (of a class; NULL: none), else the file's, else the standard
 * one. *ret_inside: the space that it encapsulates. NULL: none, and *ret_inside is MODEL_DHCP4. */
const struct optdef *read_def_by_code(const struct draft *d, const struct draft_defs *own,
	uint16_t space, uint8_t code, uint16_t *ret_inside);

/* The code of the option of this name, < 0: there is none. */
int read_def_code(const struct draft *d, const struct draft_defs *own, uint16_t space,
	const char *name);

/* The option-data list of one scope; NULL: not given. own: the definitions of a class, else NULL.
 * Option 54 goes into *server_id, which only global scope, networks and subnets have, else NULL. */
int read_options(struct draft *d, const struct tree_node *list, const struct draft_defs *own,
	uint32_t *server_id, struct model_options *ret_options);

/* The code of the option of space that name or code says (NULL: not given; one of them has to be),
 * definitions as in read_def_by_code(). < 0: it is wrong, and reported at map. */
int read_option_code(struct draft *d, const struct tree_node *map, const struct param_set *set,
	const struct draft_defs *own, uint16_t space);

/* The flex-option list; NULL: not given. */
int read_flex(struct draft *d, const struct tree_node *list);

/* high-availability; NULL: not given. */
int read_ha(struct draft *d, const struct tree_node *map);

/* What depends on the whole model: limits of the times, and the digest. */
void ha_finish(struct model *m);

/* What only shows when everything is read: the same id, prefix or name twice, pools that overlap.
 * Sorts the pools. */
int check_draft(struct draft *d);

/* Makes the hash tables of reservations; reports identifiers and addresses that stand there
 * twice. */
int host_index_build(struct draft *d);

/* A class of this name, which there is none of yet, and which gets the next number: 0, -ENOMEM, or
 * -ENOSPC (there are too many). name is lent for good. */
int class_index_add(struct draft *d, const char *name, struct model_class **ret);

/* Prepares the index by names for n classes of the file. */
int class_index_init(struct draft *d, size_t n);

/* Makes what the two passes search in. */
int class_index_build(struct draft *d);

/* Makes what the model's look-ups search in; for a draft without mistakes. */
int lookup_build(struct draft *d);

#endif
