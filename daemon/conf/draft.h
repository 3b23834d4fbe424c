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

struct draft_def {
	struct optdef def;
	const struct tree_node *at; /* NULL: this code has no definition of its own */
};

struct draft {
	struct report *report;
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
	bool unique;                         /* ip-reservations-unique */
	unsigned suggested;                  /* names of classes that were suggested so far */
	struct draft_def defs[256];          /* the file's own definitions, by code */
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

/* The lifetimes that stand in set into p; up to the caller what they are without. */
void read_lifetimes(struct draft *d, const struct param_set *set, enum model_scope scope,
	struct model_params *p);

/* The boot fields that stand in set over those of ret. */
int read_boot(struct draft *d, const struct param_set *set, struct model_boot *ret);

/* The client-classes list of the global scope; NULL: not given. Before everything that names
 * classes. */
int read_classes(struct draft *d, const struct tree_node *list);

/* A list of names of classes; NULL: not given. */
int read_class_names(
	struct draft *d, const struct tree_node *list, struct model_classes *ret_classes);

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

/* The option-def list into d->defs; NULL: not given. */
int read_option_defs(struct draft *d, const struct tree_node *list);

/* The option-data list merged over the options of the scope above; NULL: not given. Option 54 goes
 * into *server_id, which a pool does not have (NULL). */
int read_options(struct draft *d, const struct tree_node *list, enum model_scope scope,
	const struct model_options *up, uint32_t *server_id, struct model_options *ret_options);

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
