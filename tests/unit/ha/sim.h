/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim: two machines of the pair with everything around them in small: journals, a link, workers,
 * clients, an operator, and a nemesis, in virtual time and from one seed. sim_node.c carries out
 * actions, sim_link.c moves what is on the wire, sim_serve.c plays workers and clients,
 * sim_check.c holds the invariants, sim.c the schedule.
 */
#ifndef LESSOR_TESTS_HA_SIM_H
#define LESSOR_TESTS_HA_SIM_H

#include <stdio.h>

#include "ha/fsm.h"
#include "ha/merge.h"
#include "shm/share.h"

#define MS      1000000ULL
#define SECOND  1000000000ULL
#define ADDRS   10 /* each in a block of its own; two of them are node 1's at first */
#define CLIENTS 5
#define JOURNAL 3000
#define BASE    0x0a000000U
#define MCLT    3
#define LEASE   12
#define NOBODY  0xff

/* Each breaks one rule; the invariants must notice. */
enum mutant {
	MUTANT_NONE,
	MUTANT_CACHED_NOT_HELD,   /* a repeated reply does not wait for the partner */
	MUTANT_NOT_DURABLE,       /* a take-over is told to workers before it is on disk */
	MUTANT_LONG_PERMIT,       /* T_p >= T_t */
	MUTANT_EXPIRY_FREES,      /* what ended is free, without acknowledgement */
	MUTANT_BLIND_NAK,         /* NAK while interrupted */
	MUTANT_IN_PLACE,          /* what should be built aside is applied in place */
	MUTANT_NO_HOLD,           /* no reply waits */
	MUTANT_NO_PERMIT,         /* workers do not look at the permit */
	MUTANT_NO_MCLT,           /* full lease times while interrupted */
	MUTANT_SHARE_IN_ONE_STEP, /* the active takes a block before the partner let go */
	MUTANT_OLD_RULES,         /* replies computed under old rules are sent */
	MUTANT_START_SERVES,      /* no silence after a start */
	MUTANT_NO_CLOCKS,         /* ends are taken over without converting them */
	MUTANTS
};

struct row {
	uint8_t client; /* NOBODY: the address has no row */
	uint8_t state;  /* enum lease_state */
	bool sure;
	uint32_t cltt, end, acked_end, reuse_after;
};

enum entry_kind {
	ENTRY_ROW,
	ENTRY_SHARE,
	ENTRY_MARK,
};

struct entry {
	uint8_t kind, addr, writer;
	uint64_t id, term;
	struct row row;
	share_word word;
};

enum packet_kind {
	PACKET_UP,
	PACKET_FIN,
	PACKET_STOPPED,
	PACKET_MESSAGE,
	PACKET_BEGIN, /* of the stream: position, until (full copy) */
	PACKET_ENTRY,
	PACKET_ACK,
	PACKET_SUFFIX,
};

struct packet {
	enum packet_kind kind;
	uint64_t due, connection, position, until;
	union {
		struct fsm_message message;
		struct entry entry;
	};
};

#define WIRE 8192
struct wire {
	size_t head, tail;
	struct packet v[WIRE];
	uint64_t last_due;
};

#define PENDING 32
struct pending { /* decided, not yet committed; or committed, reply not yet sent */
	bool used, committed, reply, cached;
	uint8_t client, addr;
	uint64_t rules, seq, asked, ready;
	uint32_t lifetime;
	struct row row;
};

struct table {
	struct row row;
	uint64_t seq;
};

struct node {
	/* what a crash leaves */
	struct fsm_durable saved;
	size_t n; /* entries 1..n of the journal */
	struct entry journal[JOURNAL + 1];
	struct table table[ADDRS]; /* follows from the journal */
	share_word word;
	uint64_t word_seq;
	uint64_t incarnation;
	uint64_t vanished; /* times that the disk was lost */
	/* the process */
	bool alive, lan;
	uint64_t paused_until, restart_at;
	struct fsm fsm;
	struct authority authority;
	struct pending pending[PENDING];
	uint64_t connection; /* 0: none */
	uint64_t retry_at;
	bool streaming, suffix, suffix_told, taking, receiving, aside, quiescing, disk_bad;
	uint64_t stream_next, suffix_next, suffix_target, merged_at, ack_due;
	uint64_t receive_from, until, n_aside;
	struct entry beside[JOURNAL + 1];
	/* the machine's clocks */
	int64_t wall_off_us;
	int64_t drift_ppm;
};

struct sim {
	uint64_t seed, rng, now, ids, connections;
	enum mutant mutant;
	bool trace, calm, still, failed, vouched, full;
	char why[200];
	struct node node[2];
	bool cut, cut_loses;
	uint64_t cut_until, doomed;
	/* what is true, in true time */
	uint64_t told[ADDRS][CLIENTS]; /* end that the client relies on, 0: none */
	uint64_t released[ADDRS]
			 [CLIENTS]; /* when; answers to what it asked before are nothing to it */
	uint64_t held[2][ADDRS][CLIENTS]; /* latest end that the node ever had on disk */
	uint64_t active_term[2];          /* last term in which the node was ACTIVE */
	unsigned long answered, granted;  /* ACKs; those of new leases */
	unsigned long visited[FSM_STATES], merges, conflicts, copies, handovers;
	struct wire to[2]; /* last: not cleared from run to run, being large */
};

/* sim.c */
uint64_t sim_random(struct sim *s, uint64_t n);
bool sim_chance(struct sim *s, unsigned int per_thousand);
void sim_say(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sim_fail(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* One schedule. false: an invariant was violated; s->why names it. */
bool sim_run(struct sim *s, uint64_t seed, enum mutant mutant, bool trace);

static inline uint64_t sim_boot(const struct sim *s, int i)
{
	const struct node *n = &s->node[i];

	return (uint64_t)((int64_t)s->now + (int64_t)(s->now / 1000000) * n->drift_ppm);
}

static inline uint64_t sim_wall_us(const struct sim *s, int i)
{
	return (uint64_t)((int64_t)(s->now / 1000) + s->node[i].wall_off_us);
}

static inline uint32_t sim_wall_s(const struct sim *s, int i)
{
	return (uint32_t)(sim_wall_us(s, i) / 1000000);
}

/* True time of a Unix time of node i, nanoseconds. */
static inline uint64_t sim_true(const struct sim *s, int i, uint32_t wall_s)
{
	int64_t us = (int64_t)wall_s * 1000000 - s->node[i].wall_off_us;

	return us < 0 ? 0 : (uint64_t)us * 1000;
}

/* sim_node.c */
void sim_boot_node(struct sim *s, int i);
void sim_kill(struct sim *s, int i, bool host);
int sim_event(struct sim *s, int i, struct fsm_event *e);
int sim_simple(struct sim *s, int i, enum fsm_event_kind kind);
void sim_append(struct sim *s, int i, const struct entry *e);
void sim_rebuild(struct sim *s, int i);
void sim_background(struct sim *s, int i);

/* sim_link.c */
void sim_put(struct sim *s, int to, const struct packet *p);
void sim_close(struct sim *s, int i);
void sim_connect(struct sim *s);
void sim_pump(struct sim *s, int i);
void sim_deliver(struct sim *s, int i);

/* sim_serve.c */
void sim_clients(struct sim *s);
void sim_request(struct sim *s, int i, uint8_t client, uint64_t asked);
void sim_workers(struct sim *s, int i);
void sim_store(struct sim *s, int i);
bool sim_busy(const struct node *n, uint8_t addr);
struct authority_row sim_row(const struct sim *s, int i, uint8_t addr);

/* sim_check.c */
void check_sent(struct sim *s, int i, uint64_t rules);
void check_ack(struct sim *s, int i, const struct pending *p);
void check_nak(struct sim *s, int i, uint64_t rules, uint8_t client, uint8_t addr);
void check_terms(struct sim *s, int i, const struct authority_change *c);
void check_prefix(struct sim *s, int leader, uint64_t position);
void check_owners(struct sim *s);
void check_converged(struct sim *s);

#endif
