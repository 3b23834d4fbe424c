/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load: the state of one run of lessor-load, and its table of contents: exchange.c speaks DHCP,
 * run.c keeps time, report.c prints. A single process and thread; nothing here is shared.
 */
#ifndef LESSOR_TESTS_LOAD_LOAD_H
#define LESSOR_TESTS_LOAD_LOAD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/load/client.h"
#include "tests/load/hist.h"
#include "tests/load/io.h"
#include "tests/load/leases.h"
#include "tests/load/options.h"
#include "tests/load/packet.h"
#include "tests/load/site.h"

#define LOAD_SERVERS_MAX 8 /* servers on a link whose hardware address is kept */
#define LOAD_TRIES_MAX   5 /* exchanges of one client in a phase that takes every client once */

/* Counters of the measured exchanges. Together, started = completed + the four kinds of drops
 * once nothing is under way. */
struct load_stats {
	uint64_t started, completed;
	uint64_t no_offer, no_ack, nak, not_started;
	uint64_t discover_sent, request_sent, offers, acks;
	struct hist offer, ack, whole; /* ns */
	struct hist lag;               /* ns from the intended to the real start */
	uint64_t begin_ns, end_ns, last_ns;
};

/* Counters of the whole run. */
struct load_totals {
	uint64_t late;       /* answers to an exchange that had been given up */
	uint64_t stray;      /* answers that nobody waits for */
	uint64_t invalid;    /* answers that break RFC 2131 */
	uint64_t duplicates; /* ACKs for an address that another client holds */
	uint64_t acks;       /* that completed an exchange, measured or not */
	uint64_t released;
};

enum load_kind {
	LOAD_LEASE,
	LOAD_RENEW,
};

struct load_phase {
	enum load_kind kind;
	double rate;         /* exchanges/s, 0: keep window exchanges under way */
	uint32_t window;
	uint64_t warmup_ns;
	uint64_t measure_ns; /* 0: until every client had its turn */
	bool once;           /* every client one exchange, repeated if it fails */
	bool fresh;          /* leave out clients that hold a lease */
	bool measured;
	const char *name;    /* for the progress line */
};

struct load_server {
	uint32_t id;
	uint8_t mac[CLIENT_MAC_SIZE];
};

struct load {
	const struct options *opt;
	const struct load_phase *phase;
	struct io io;
	struct client_table clients;
	struct packet_set packets;
	struct site_table sites; /* none: all clients are behind opt->giaddr, or on the link */
	struct leases leases;
	struct load_stats stats;
	struct load_totals totals;
	struct load_server server[LOAD_SERVERS_MAX];
	unsigned n_servers;
	uint64_t now_ns; /* of the present batch */
	uint32_t n_xids; /* exchanges so far */
	uint64_t cpu_us; /* of this process while measuring */
};

/* Starts the client's exchange, meant for start_ns. */
void exchange_start(struct load *l, uint32_t i, uint64_t start_ns, bool measured);

/* Whether the client can take part in the present phase. */
bool exchange_possible(const struct load *l, uint32_t i);

/* Does what an answer calls for. */
void exchange_answer(struct load *l, const struct io_packet *packet);

/* Gives up on exchanges whose answer is overdue. */
void exchange_expire(struct load *l);

/* The client gives its lease back; no answer comes. */
void exchange_release(struct load *l, uint32_t i);

/* Carries out one phase. *stop counts the signals that asked to end: at the first one no exchange
 * is started any more, at the second none is waited for. */
void run_phase(struct load *l, const struct load_phase *phase, const volatile sig_atomic_t *stop);

/* Gives every lease back, rate a second, unless two signals asked to end. */
void run_release(struct load *l, double rate, const volatile sig_atomic_t *stop);

/* Prints the result to standard output. */
void report_text(const struct load *l);
void report_json(const struct load *l);

/* Completed exchanges a second. */
double report_rate(const struct load_stats *s);

#endif
