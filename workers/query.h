/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query: the traveller. One struct gathers what is known about one received packet while it goes
 * through the steps of path.c; each step fills its part and reads those before it.
 */
#ifndef LESSOR_WORKERS_QUERY_H
#define LESSOR_WORKERS_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/conf/model.h"
#include "shm/commit.h"
#include "workers/packet/msg.h"

/* How a packet ends. */
enum verdict {
	VERDICT_DROP,   /* no answer; query.reason says why */
	VERDICT_ANSWER, /* the answer may leave at once */
	VERDICT_HOLD,   /* the answer tells of a lease: it leaves when the batch is committed */
	VERDICT_SILENT, /* a change waits for the commit; there is nothing to answer */
	VERDICT_AGAIN,  /* needs a record that this batch has claimed: commit, then walk again */
};

/* By which rule a subnet was selected, and where an address came from: for who asks why. */
enum query_rule {
	RULE_NONE,
	RULE_LINK_SELECTION,   /* RFC 3527 */
	RULE_SUBNET_SELECTION, /* RFC 3011 */
	RULE_RELAY,            /* the subnet names the relay's address */
	RULE_GIADDR,
	RULE_CIADDR,
	RULE_SOURCE,           /* the packet's source address */
	RULE_INTERFACE,        /* the subnet names the interface */
	RULE_SERVER_ADDRESS,   /* that of the interface */
};

enum query_origin {
	ORIGIN_NONE,
	ORIGIN_RESERVED,
	ORIGIN_OWN,    /* its lease, or the offer it has */
	ORIGIN_WANTED, /* it asked for it */
	ORIGIN_FREE,
};

/* [1] A DHCP message as it came from a socket. */
struct packet {
	struct span payload;
	uint8_t src_mac[6];       /* raw mode */
	uint32_t src_ip, dst_ip;  /* host byte order */
	uint16_t src_port;
	uint32_t test; /* ticket of the self test, 0: it is a client's (selftest.h) */
	uint64_t age_ns; /* since it arrived; 0 if the socket does not tell (rx_tell_age()) */
};

/* What a worker has for all its packets; now is read once a batch. */
struct context {
	const struct child *child;
	struct region *region;
	const struct model *model;
	struct commit *commit;
	uint64_t rules;            /* of the pair, under which packets are walked (authority.h) */
	struct classify *classify; /* what the evaluation of classes needs */
	uint32_t now;       /* Unix time */
	uint64_t now_ns;    /* monotonic, for what is measured */
	uint32_t server_ip; /* of the interface, host byte order; 0: it has none at present */
	uint32_t mtu;
	const char *interface;
	struct model_classes given; /* that every client is put into: explain's, else none */
};

struct query {
	struct context *ctx;
	struct packet packet;            /* [1] */
	struct msg msg;                  /* [3] */
	uint8_t agent[255];              /* [3] option 82 that was kept with the client's lease */
	const struct model_subnet *subnet; /* [5] chosen by select, moved by alloc; NULL: none */
	uint32_t server_id;              /* [5] that we go by with this client */
	const uint16_t *classes;         /* [4] numbers, in the order of association */
	size_t n_classes;
	const uint64_t *members;         /* [4] the same: a bit for each number */
	struct span ids[MODEL_HOST_IDS]; /* [6] what reservations know the client by; empty: not sent */
	bool reserved;                   /* [6] there is a reservation for it in its network */
	const struct model_host *host;   /* [6] the one that counts in q->subnet, NULL: none */
	struct table_client client;      /* [3] as the subnet wants it identified */
	uint32_t rec;                    /* [6] record of the address, or TABLE_NONE */
	uint32_t address;                /* [6] what the client gets, 0: nothing */
	const struct model_pool *pool;   /* [6] NULL: outside every pool */
	uint32_t lifetime;               /* [7] s */
	uint64_t rests_on;               /* [7] VERDICT_HOLD without a change: position of the row */
	const struct model_limit *limited; /* [6] the limit that kept an address from it, or NULL */
	uint8_t rule;                    /* [5] enum query_rule */
	uint8_t origin;                  /* [6] enum query_origin of address */
	uint8_t answer;                  /* [7] enum msg_type of the answer; MSG_BOOTP: a BOOTREPLY */
	enum counter reason;             /* of VERDICT_DROP */
};

/* Ends a query without an answer; for `return drop(q, COUNTER_...)`. */
static inline enum verdict query_drop(struct query *q, enum counter reason)
{
	q->reason = reason;
	return VERDICT_DROP;
}

static inline enum verdict query_answer(struct query *q, enum verdict v, uint8_t type)
{
	q->answer = type;
	return v;
}

/* Whether the client is a member of the class of this number by now. */
static inline bool query_is_member(const struct query *q, uint16_t number)
{
	return (q->members[number / 64] >> number % 64 & 1) != 0;
}

#endif
