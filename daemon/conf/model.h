/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model: a configuration, checked, inherited and compiled into what the packet's way needs. Built
 * once a generation in the supervisor's memory, read-only for everybody after; children inherit
 * it by fork. Nothing here points into shared memory.
 */
#ifndef LESSOR_DAEMON_CONF_MODEL_H
#define LESSOR_DAEMON_CONF_MODEL_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workers/packet/expr.h"
#include "workers/packet/optdef.h"

struct model_host;

/* Where a value was configured; a later one goes before an earlier one. */
enum model_scope {
	MODEL_GLOBAL,
	MODEL_CLASS,
	MODEL_NETWORK,
	MODEL_SUBNET,
	MODEL_POOL,
	MODEL_HOST,
};

/* One configured option, encoded. */
struct model_option {
	uint8_t code;
	bool always; /* always-send anywhere along the chain */
	bool never;  /* never-send anywhere along the chain; wins */
	uint8_t scope; /* enum model_scope the value came from */
	uint16_t len;
	const uint8_t *data;
};

/* The options that hold at one place, all scopes above merged in, ascending code. */
struct model_options {
	size_t n;
	const struct model_option *v;
};

/* Parameters after inheritance subnet -> shared network -> global. */
struct model_params {
	uint32_t valid_lifetime, min_valid_lifetime, max_valid_lifetime; /* s, UINT32_MAX: ever */
	uint32_t renew_timer, rebind_timer; /* s, 0: not set */
	bool calculate_tee_times;
	double t1_percent, t2_percent;
	bool match_client_id;
	bool authoritative;
	uint32_t next_server; /* host byte order, 0: none */
	const char *server_hostname, *boot_file_name; /* "" if not set */
	uint32_t server_id; /* option 54 as configured, host byte order, 0: not set */
};

/* Boot fields of a class or a reservation; NULL and 0: not set there. */
struct model_boot {
	uint32_t next_server; /* host byte order */
	const char *server_hostname, *boot_file_name;
};

/* A set of classes by number, in the order of the file. */
struct model_classes {
	size_t n;
	const uint16_t *v;
};

/* A client class. Its number is its place in model.classes: evaluation goes in this order. */
struct model_class {
	const char *name;
	uint16_t number;
	bool only_additional;  /* only-in-additional-list */
	bool late;             /* depends on KNOWN or UNKNOWN: second pass */
	struct expr *test;     /* NULL: none */
	struct expr *template_test; /* NULL: none */
	struct model_options options;
	struct model_boot boot;
	/* s, 0: not set */
	uint32_t valid_lifetime, min_valid_lifetime, max_valid_lifetime, offer_lifetime;
};

/* What a reservation knows a client by, in Kea's words. */
enum model_host_id {
	MODEL_HOST_HW_ADDRESS,
	MODEL_HOST_DUID,
	MODEL_HOST_CIRCUIT_ID,
	MODEL_HOST_CLIENT_ID,
	MODEL_HOST_FLEX_ID,
	MODEL_HOST_IDS,
};

/* A reservation. */
struct model_host {
	uint32_t subnet_id; /* 0: global */
	uint32_t address;   /* host byte order, 0: none */
	uint8_t id_type;    /* enum model_host_id */
	uint8_t id_len;
	const uint8_t *id;
	const char *hostname; /* "" if none */
	struct model_classes classes;
	struct model_options options;
	struct model_boot boot;
};

struct model_pool {
	uint32_t start, end; /* first and last address, host byte order */
	uint32_t id;         /* pool-id */
	uint32_t index;      /* number of this pool in model.pools */
	struct model_subnet *subnet;
	struct model_options options;
};

struct model_subnet {
	uint32_t id;
	uint32_t index; /* place in model.subnets: the order of look-up */
	uint32_t prefix, mask; /* host byte order */
	uint8_t prefix_len;
	struct model_network *network; /* NULL: a plain subnet */
	const char *interface;         /* its own or its network's; "" if none */
	struct model_params params;
	struct model_options options;  /* for addresses outside every pool, and INFORM */
	size_t n_pools;
	struct model_pool **pools;     /* ascending address */
};

struct model_network {
	const char *name;
	size_t n_subnets;
	struct model_subnet **subnets; /* in configuration order */
};

struct model_interface {
	char name[IFNAMSIZ];
	uint32_t address; /* serve this address only, host byte order; 0: the first one */
};

enum model_socket_type {
	MODEL_RAW,
	MODEL_UDP,
};

/* What to do with a lease that is read from a file and whose subnet id is not configured, or
 * whose address is not in that subnet. */
enum model_lease_checks {
	MODEL_CHECK_NONE,    /* keep it */
	MODEL_CHECK_WARN,    /* keep it and report it */
	MODEL_CHECK_FIX,     /* give it the subnet of its address; keep it if there is none */
	MODEL_CHECK_FIX_DEL, /* the same, but drop it if there is none */
	MODEL_CHECK_DEL,     /* drop it */
};

/* A range of addresses that one subnet answers for. */
struct model_range {
	uint32_t start, end;
	struct model_subnet *subnet;
};

struct model {
	const char *file;
	bool all_interfaces; /* "*" */
	size_t n_interfaces;
	struct model_interface *interfaces;
	enum model_socket_type socket_type;
	uint32_t workers;    /* per interface, >= 1 */
	bool echo_client_id;
	uint32_t decline_probation_period; /* s */
	uint32_t hold_reclaimed_time;      /* s */
	uint32_t history_size;             /* MiB, 0: none is kept */
	uint32_t offer_hold_time;          /* s an offered address is kept for its client */
	enum model_lease_checks lease_checks;
	uint64_t total_addresses;          /* in all pools */
	size_t n_subnets;
	struct model_subnet **subnets; /* members of shared networks first */
	size_t n_networks;
	struct model_network **networks;
	size_t n_pools;
	struct model_pool **pools;     /* ascending address, disjoint */
	size_t n_server_ids;
	uint32_t *server_ids;          /* every server_id of the subnets' params, ascending */
	/* What the look-ups below search in: made by lookup.c */
	size_t n_prefix_ranges;
	struct model_range *prefix_ranges; /* disjoint, ascending: first in order of look-up */
	size_t n_relay_ranges;
	struct model_range *relay_ranges;  /* relay.ip-addresses, single addresses, ascending */
	struct model_subnet **by_id;       /* n_subnets of them, ascending id */
	size_t n_by_interface;
	struct model_subnet **by_interface; /* the first of each interface, ascending name */
	struct arena *arena; /* owns everything above */
};

/* Reads, checks and compiles FILE. Every mistake is handed to report() as one line
 * "FILE:LINE: PATH: reason", warnings with is_error false. Returns the model, which the caller
 * frees, or NULL if there was a mistake. */
struct model *model_load(const char *file, void (*report)(void *arg, bool is_error,
	const char *line), void *arg);

void model_free(struct model *m);

/* The subnet with this id, NULL: none. */
const struct model_subnet *model_subnet_by_id(const struct model *m, uint32_t id);

/* The first subnet in order of look-up whose prefix holds addr (host byte order), NULL: none. */
const struct model_subnet *model_subnet_by_address(const struct model *m, uint32_t addr);

/* The subnet that names this relay address (its own relay list, or its network's), NULL: none. */
const struct model_subnet *model_subnet_by_relay(const struct model *m, uint32_t giaddr);

/* The first subnet with this "interface", NULL: none. */
const struct model_subnet *model_subnet_by_interface(const struct model *m, const char *ifname);

/* The pool of this subnet that holds addr, NULL: none. */
const struct model_pool *model_pool_of(const struct model_subnet *s, uint32_t addr);

/* Whether addr is a server identifier (option 54) that the configuration sets anywhere. */
bool model_has_server_id(const struct model *m, uint32_t addr);

#endif
