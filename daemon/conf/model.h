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
#include <stdio.h>

#include "shm/base/hash.h"
#include "workers/packet/expr.h"
#include "workers/packet/optdef.h"

/* Where a value was configured; a later one goes before an earlier one. */
enum model_scope {
	MODEL_GLOBAL,
	MODEL_CLASS,
	MODEL_NETWORK,
	MODEL_SUBNET,
	MODEL_POOL,
	MODEL_HOST,
};

/* Some classes by number, in the order of the file. */
struct model_classes {
	size_t n;
	const uint16_t *v;
};

#define MODEL_DHCP4 0 /* number of the space dhcp4 */

/* One configured option, encoded. */
struct model_option {
	uint8_t code;
	bool always;     /* always-send */
	bool never;      /* never-send */
	uint16_t space;  /* MODEL_DHCP4, or a place in model.spaces */
	uint16_t inside; /* space whose options follow the value, MODEL_DHCP4: none */
	uint16_t len;
	const uint8_t *data;          /* NULL: only flags were given */
	struct model_classes classes; /* for members of one of these only; n == 0: for all */
};

/* The options that one scope itself has: ascending space, then code, then those with classes
 * before the one without. A client's options are found by going through its scopes in the order
 * of enum model_scope, the last first. */
struct model_options {
	size_t n;
	const struct model_option *v;
};

/* A space of options: "dhcp4", "vendor-4491"... */
struct model_space {
	const char *name;
	uint32_t enterprise; /* of "vendor-ENTERPRISE", 0: none of those */
};

/* An option of dhcp4 that holds a space, by its global definition. */
struct model_container {
	uint8_t code;
	uint16_t space;
};

/* When the server makes up a name for a client that sends one, or none. */
enum model_replace_name {
	MODEL_REPLACE_NEVER,
	MODEL_REPLACE_ALWAYS,
	MODEL_REPLACE_WHEN_PRESENT,
	MODEL_REPLACE_WHEN_NOT_PRESENT,
};

/* What becomes of clients' names (options 12 and 81), after inheritance pool -> subnet -> shared
 * network -> global. */
struct model_names {
	enum model_replace_name replace;
	const char *prefix;      /* of names that are made up */
	const char *suffix;      /* of names without a domain; "" if not set */
	const char *replacement; /* for each octet of bad */
	bool sanitise;
	uint64_t bad[4]; /* set of the octets that a name shall not have, if sanitise */
};

/* What a boot client is told. In a class or a reservation NULL and 0 are: not set there. */
struct model_boot {
	uint32_t next_server; /* host byte order, 0: none */
	const char *server_hostname, *boot_file_name;
};

#define MODEL_NO_RATIO (-1.0) /* not set */

/* Parameters after inheritance subnet -> shared network -> global. */
struct model_params {
	uint32_t valid_lifetime, min_valid_lifetime, max_valid_lifetime; /* s, UINT32_MAX: ever */
	uint32_t renew_timer, rebind_timer; /* s, 0: not set */
	bool calculate_tee_times;
	double t1_percent, t2_percent;
	bool match_client_id;
	bool authoritative;
	bool allocator_random;   /* allocator is "random" */
	uint32_t offer_lifetime; /* s, 0: not set */
	double cache_threshold;  /* part of the lease time, or MODEL_NO_RATIO */
	uint32_t cache_max_age;  /* s, 0: not set */
	bool relay_reply_source; /* relay-reply-port is "source" */
	double adaptive_threshold; /* part of the subnet's pools, or MODEL_NO_RATIO */
	struct model_boot boot; /* texts are "" if not set */
	uint32_t server_id; /* option 54 as configured, host byte order, 0: not set */
	bool store_extended_info; /* keep the relay's option 82 with the lease */
	bool reservations_global, reservations_in_subnet, reservations_out_of_pool;
};

/* How many leases a subnet or class may have at a time, and how many packets it may send. */
struct model_limit {
	bool of_addresses;
	uint32_t addresses; /* if of_addresses */
	uint32_t packets;   /* in each period */
	uint64_t period_ms; /* 0: no limit of packets */
};

/* Classes that the server itself makes clients members of, or acts upon. */
enum model_builtin {
	MODEL_ALL,
	MODEL_KNOWN,
	MODEL_UNKNOWN,
	MODEL_BOOTP,
	MODEL_DROP,
	MODEL_REJECT,
	MODEL_SKIP_DDNS,
	MODEL_BUILTINS,
};

/* A client class. Its number is its place in model.classes: first those of the file, in its order,
 * which is the order of evaluation; then built-in ones and those that are only named. */
struct model_class {
	const char *name;
	struct model_class *next_named; /* for class_index.c */
	uint16_t number;
	bool only_additional;       /* only-in-additional-list */
	bool late;                  /* depends on KNOWN or UNKNOWN: second pass */
	struct expr *test;          /* NULL: none */
	struct expr *template_test; /* NULL: none */
	struct model_options options;
	struct model_boot boot;
	uint32_t valid_lifetime, min_valid_lifetime, max_valid_lifetime; /* s, 0: not set */
	uint32_t offer_lifetime; /* s, 0: not set */
	const struct model_limit *limit; /* NULL: none */
	uint64_t tally_key;              /* of shm/tally.h, if there is a limit */
};

/* The classes of one pass, apart by whether a value in the packet leads to them. */
struct model_pass {
	size_t n_operands;
	const struct expr **operands; /* each evaluated once: expr_operand() */
	struct model_classes others;  /* those whose test has to be evaluated */
	struct model_key *keys;       /* hash table: operand and value -> classes */
	size_t mask;                  /* size of the table - 1 */
};

enum model_flex_action {
	MODEL_FLEX_ADD,       /* if it is not there */
	MODEL_FLEX_SUPERSEDE, /* or put in the place of what is there */
	MODEL_FLEX_REMOVE,
};

/* What an expression does to an option of dhcp4 in an answer, or to a sub-option of it. */
struct model_flex {
	uint8_t code;
	uint8_t sub;          /* code of the sub-option, 0: the option itself */
	uint32_t enterprise;  /* of a sub-option of 125, else 0 */
	uint8_t action;       /* enum model_flex_action */
	bool container_add, container_remove; /* of a sub-option: the option may come, may go */
	struct model_classes guard, inner; /* members only: of the option's, the sub-option's */
	struct expr *expr;
	const struct optdef *def; /* csv-format: how the value is written; NULL: as it is */
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
	uint32_t group;     /* that of its subnet, 0: global */
	uint32_t address;   /* host byte order, 0: none */
	uint8_t id_type;    /* enum model_host_id */
	uint8_t id_len;
	const uint8_t *id;
	const char *hostname; /* in lower case, "" if none */
	const struct model_boot *boot; /* NULL: none of its fields is set */
	struct model_classes classes;
	struct model_options options;
};

/* A hash table of hosts; an entry is the upper half of the hash, and the place in model.hosts
 * + 1. */
struct model_host_table {
	uint64_t *v;
	size_t mask; /* size of the table - 1 */
};

struct model_pool {
	uint32_t start, end; /* first and last address, host byte order */
	uint32_t id;         /* pool-id */
	uint32_t index;      /* number of this pool in model.pools */
	struct model_subnet *subnet;
	const struct model_names *names;
	struct model_options options;
	struct model_classes guard;      /* members of any may use it; none: everybody */
	struct model_classes additional; /* evaluate-additional-classes */
};

struct model_subnet {
	uint32_t id;
	uint32_t index; /* place in model.subnets: the order of look-up */
	uint32_t group; /* id of the first member of its shared network, or its own */
	uint32_t prefix, mask; /* host byte order */
	uint8_t prefix_len;
	struct model_network *network; /* NULL: a plain subnet */
	const char *interface;         /* its own or its network's; "" if none */
	struct model_params params;
	const struct model_limit *limit; /* NULL: none */
	uint64_t addresses;              /* in its pools */
	const struct model_names *names; /* for addresses outside every pool */
	struct model_options options;
	size_t n_pools;
	struct model_pool **pools;     /* ascending address */
	struct model_classes guard, additional; /* as those of a pool */
};

struct model_network {
	const char *name;
	struct model_options options;
	size_t n_subnets;
	struct model_subnet **subnets; /* in configuration order */
	struct model_classes guard, additional; /* as those of a pool */
};

struct model_interface {
	char name[IFNAMSIZ];
	uint32_t address; /* serve this address only, host byte order; 0: the first one */
};

#define MODEL_HTTP_MAX 8

/* What a client of the control channel may do; each may do what those before it may. */
enum model_role {
	MODEL_ROLE_READ,      /* ask */
	MODEL_ROLE_OPERATE,   /* change leases, the service, counters */
	MODEL_ROLE_CONFIGURE, /* change the configuration, stop the server */
};

/* Of each pair, a text or the name of a file that holds it; the other one is "". */
struct model_http_client {
	const char *user, *user_file;
	const char *password, *password_file;
	enum model_role role;
};

struct model_http_header {
	const char *name, *value;
};

/* An address on which the control channel is offered over HTTP. */
struct model_http {
	const char *address; /* IPv4 or IPv6, as text */
	uint16_t port;
	bool agent_emulation;
	bool tls, cert_required;
	const char *trust_anchor, *cert_file, *key_file; /* names of files; "": none */
	const char *realm;
	size_t n_clients; /* 0: whoever can connect may do everything */
	struct model_http_client *clients;
	size_t n_headers;
	struct model_http_header *headers;
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

/* high-availability: this node and its partner. */
struct model_ha {
	const char *name; /* of this node */
	bool standby;     /* its role; false: primary */
	bool dials;       /* the standby connects to the primary */
	bool prefer;      /* this node serves when both are well */
	struct {
		const char *name;
		uint32_t address; /* host byte order */
		uint16_t port;
	} peer;
	uint32_t listen_address; /* host byte order, 0: every address */
	uint16_t listen_port;
	bool plaintext;
	const char *trust_anchor, *cert_file, *key_file; /* NULL with plaintext */
	uint32_t heartbeat_interval, partner_timeout, ack_timeout, start_timeout; /* ms */
	uint32_t mclt;         /* s, not above any lease time */
	uint32_t longest;      /* s, longest lease time of any subnet */
	uint32_t journal_max;  /* changes that are kept for a partner that is away */
	uint8_t digest[32];    /* of what both nodes' configurations must agree on */
};

/* Subnets that may serve a client, in order of look-up: the first one whose guards the client
 * passes does. What stands behind one without guards is left out. */
struct model_candidates {
	size_t n;
	struct model_subnet *const *v;
};

/* A range of addresses and who may answer for it. */
struct model_range {
	uint32_t start, end;
	struct model_candidates subnets;
};

struct model_link {
	const char *interface;
	struct model_candidates subnets;
};

struct model {
	const char *file;
	const char *hash;    /* of what the file says: 64 hex digits */
	bool all_interfaces; /* "*" */
	size_t n_interfaces;
	struct model_interface *interfaces;
	enum model_socket_type socket_type;
	uint32_t workers;    /* per interface, >= 1 */
	bool echo_client_id;
	bool stash_agent_options;
	/* compatibility */
	bool lenient_options, ignore_server_id, ignore_link_selection, exclude_first_last_24;
	struct model_options options; /* of the global scope */
	size_t n_spaces;
	struct model_space *spaces; /* v[MODEL_DHCP4] is dhcp4 */
	size_t n_vendors;
	uint16_t *vendors; /* spaces of enterprises that options are configured of, ascending */
	size_t n_containers;
	struct model_container *containers; /* those that options are configured of */
	bool bootp;          /* BOOTP clients are served */
	uint32_t decline_probation_period; /* s */
	uint32_t hold_reclaimed_time;      /* s */
	uint32_t history_size;             /* MiB, 0: none is kept */
	uint32_t offer_hold_time;          /* s an offered address is kept for its client */
	size_t n_http;
	struct model_http *http;
	enum model_lease_checks lease_checks;
	uint64_t total_addresses;          /* in all pools */
	bool has_limits;                   /* a subnet or class has one */
	size_t n_subnets;
	struct model_subnet **subnets; /* members of shared networks first */
	size_t n_networks;
	struct model_network **networks;
	size_t n_pools;
	struct model_pool **pools;     /* ascending address, disjoint */
	struct model_ha *ha;           /* NULL: no pair */
	size_t n_server_ids;
	uint32_t *server_ids;          /* every server_id of the subnets' params, ascending */
	/* What the look-ups below search in: made by lookup.c */
	size_t n_prefix_ranges;
	struct model_range *prefix_ranges; /* disjoint, ascending */
	size_t n_relay_ranges;
	struct model_range *relay_ranges;  /* relay.ip-addresses, single addresses, ascending */
	struct model_subnet **by_id;       /* n_subnets of them, ascending id */
	size_t n_links;
	struct model_link *links;          /* ascending interface name */
	/* Classes: class_index.c */
	size_t n_classes;
	struct model_class **classes;      /* [number] */
	uint16_t builtin[MODEL_BUILTINS];  /* their numbers */
	struct model_class **named;        /* hash table of classes by name */
	size_t named_mask;
	struct model_pass first, second;   /* before and after the look-up of reservations */
	/* Reservations: host_index.c */
	size_t n_hosts;
	struct model_host *hosts;
	struct model_host_table hosts_by_id, hosts_by_address;
	size_t n_host_ids;
	uint8_t host_ids[MODEL_HOST_IDS];  /* enum model_host_id: order of look-up, those in use */
	struct expr *flex_id;              /* NULL: none */
	size_t n_flex;
	struct model_flex *flex;           /* flex-option, in its order */
	bool early_global;                 /* early-global-reservations-lookup */
	struct hash_key key;               /* of all hash tables here */
	struct arena *arena; /* owns everything above */
};

/* What a model is made of. */
struct model_source {
	const char *file; /* in libconfig's syntax; if text is given, only the name of what was read */
	const char *text; /* JSON that model_read() printed before, NULL: read the file */
	const char *hosts; /* JSON: reservations made at run time, NULL: none. shm/host.h */
	bool trial; /* model_read_command(): not for this host, see import_command() */
	/* Hears which of them (its place in the list) cannot be part of this configuration, and why:
	 * they are left out. */
	void (*left_out)(void *arg, size_t i, const char *why);
	void *arg;
};

/* Reads, checks and compiles a configuration. Mistakes and result as of model_load(). complete:
 * gets the configuration as one JSON map, with its defaults and without the reservations made at
 * run time; NULL: not wanted. Errors of the stream are the caller's. */
struct model *model_read(const struct model_source *from, FILE *complete,
	void (*report)(void *arg, bool is_error, const char *line), void *arg);

/* The same for what came over the control channel: text is {"Dhcp4": {...}} in Kea's vocabulary or
 * Lessor's, see import_command(). */
struct model *model_read_command(const struct model_source *from, FILE *complete,
	void (*report)(void *arg, bool is_error, const char *line), void *arg);

/* Reads, checks and compiles FILE. Every mistake is handed to report() as one line
 * "FILE:LINE: PATH: reason", warnings with is_error false. Returns the model, which the caller
 * frees, or NULL if there was a mistake. */
struct model *model_load(const char *file, void (*report)(void *arg, bool is_error,
	const char *line), void *arg);

void model_free(struct model *m);

/* The subnet with this id, NULL: none. */
const struct model_subnet *model_subnet_by_id(const struct model *m, uint32_t id);

/* The subnets whose prefix holds addr (host byte order). */
struct model_candidates model_subnets_by_address(const struct model *m, uint32_t addr);

/* The first one of them in order of look-up, whatever its guards; NULL: none. */
const struct model_subnet *model_subnet_by_address(const struct model *m, uint32_t addr);

/* The subnets that name this relay address (in their own relay list, or their network's). */
struct model_candidates model_subnets_by_relay(const struct model *m, uint32_t giaddr);

/* The subnets with this "interface". */
struct model_candidates model_subnets_by_interface(const struct model *m, const char *ifname);

/* The pool of this subnet that holds addr, NULL: none. */
const struct model_pool *model_pool_of(const struct model_subnet *s, uint32_t addr);

/* The space of this enterprise's options, MODEL_DHCP4: the configuration has none. */
uint16_t model_vendor_space(const struct model *m, uint32_t enterprise);

/* Number of the class of this name, < 0: there is none, nobody asks for it. */
int model_class_number(const struct model *m, struct span name);

/* The classes of p whose test may hold if operand i has this value, ascending. */
struct model_classes model_classes_by_value(
	const struct model *m, const struct model_pass *p, size_t operand, struct span value);

/* The reservation of this identifier in this subnet, in any subnet of its shared network, or among
 * the global ones; NULL: none. Flags of the subnets are not looked at. */
const struct model_host *model_host_in_subnet(const struct model *m, const struct model_subnet *s,
	enum model_host_id type, struct span id);
const struct model_host *model_host_in_network(const struct model *m, const struct model_subnet *s,
	enum model_host_id type, struct span id);
const struct model_host *model_host_global(
	const struct model *m, enum model_host_id type, struct span id);

/* Whether a reservation of this subnet (0: a global one) has this address. */
bool model_is_reserved(const struct model *m, uint32_t subnet_id, uint32_t address);

/* Whether addr is a server identifier (option 54) that the configuration sets anywhere. */
bool model_has_server_id(const struct model *m, uint32_t addr);

#endif
