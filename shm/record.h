/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record: a lease as a value, and its byte layout in the journal and the lease database. The
 * layouts are fixed, little-endian, and begin with a version; doc/design.md has them octet by
 * octet.
 */
#ifndef LESSOR_SHM_RECORD_H
#define LESSOR_SHM_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/base/wire.h"

#define RECORD_VERSION     1
#define RECORD_HWADDR_MAX  16
#define RECORD_VAR_MAX     1008 /* client-id, hostname, agent and context together */
#define RECORD_MAX         (64 + RECORD_HWADDR_MAX + RECORD_VAR_MAX)
#define RECORD_INFINITE    UINT32_MAX

/* Kea's numbers, as lease4-get shows them. */
enum lease_state {
	LEASE_ASSIGNED = 0,
	LEASE_DECLINED = 1,
	LEASE_EXPIRED = 2, /* expired and reclaimed, kept for its client for a while */
	LEASE_RELEASED = 3,
};

#define LEASE_FQDN_FWD 1
#define LEASE_FQDN_REV 2
#define LEASE_BEGINS   4 /* this change gave the address to its client; renewals have it not */
#define LEASE_SURE     8 /* as in struct authority_row */
#define LEASE_PAIR     16 /* in a row: acked_end_s and reuse_after_s follow. Set by the encoder */

struct lease {
	uint32_t address; /* host byte order */
	uint32_t subnet_id, pool_id;
	uint32_t cltt;      /* Unix time of the last exchange */
	uint32_t valid_lft; /* s, RECORD_INFINITE: for ever */
	uint8_t state;      /* enum lease_state */
	uint8_t flags;      /* LEASE_... */
	uint8_t htype, hlen;
	uint8_t hwaddr[RECORD_HWADDR_MAX];
	struct span client_id; /* <= 255 octets; empty: the client sent none */
	struct span hostname;  /* <= 255 */
	struct span agent;     /* option 82's value, <= 255 */
	struct span context;   /* JSON text of user-context */
	uint32_t acked_end_s, reuse_after_s; /* as in struct authority_row; 0 without a pair */
	uint64_t seq;          /* journal position of this state; 0: not committed. Not in the row */
};

/* When the lease ends, Unix time; UINT64_MAX: never. */
static inline uint64_t lease_end(const struct lease *l)
{
	return l->valid_lft == RECORD_INFINITE ? UINT64_MAX : (uint64_t)l->cltt + l->valid_lft;
}

/* Whether the row says only that there was a lease: somebody removed it, and the partner of a pair
 * may not know of that yet. For people such a row is none. */
static inline bool lease_is_removed(const struct lease *l)
{
	return l->state == LEASE_RELEASED && l->hlen == 0 && l->client_id.len == 0;
}

/* Moves the lease's times by by_s seconds: they were told by another clock. What never ends stays. */
void lease_shift(struct lease *l, int64_t by_s);

static inline bool lease_has_pair(const struct lease *l)
{
	return l->acked_end_s != 0 || l->reuse_after_s != 0;
}

/* Writes l's row at buf; returns the length, 0 if it does not fit in size or breaks a limit above. */
size_t record_encode(const struct lease *l, uint8_t *buf, size_t size);

/* Reads a row; spans of *ret lie in data. 0, -EBADMSG (damaged) or -ENOTSUP (newer version). */
int record_decode(struct span data, struct lease *ret);

enum change_kind {
	CHANGE_PUT = 1,    /* the address has this lease now */
	CHANGE_DELETE = 2, /* the address has no lease any more */
	CHANGE_MARK = 3,   /* no lease: changes from here on are of one node under one term */
	CHANGE_HOST_PUT = 4,    /* a reservation made at run time */
	CHANGE_HOST_DELETE = 5, /* there is none of this key any more */
};

#define HOST_ID_MAX     255
#define HOST_KEY_MAX    (5 + HOST_ID_MAX) /* see host_key() */
#define HOST_TEXT_MAX   1536
#define HOST_CHANGE_MAX (4 + HOST_KEY_MAX + HOST_TEXT_MAX)

/* One entry of the journal. For CHANGE_DELETE lease.address, lease.seq and lease.state count: the
 * state that the lease had; for CHANGE_MARK lease.seq, term and node. */
struct change {
	uint8_t kind; /* enum change_kind */
	uint8_t node; /* of a pair: 0 or 1 */
	uint64_t term;
	struct lease lease;
	struct span host_key, host; /* of a reservation: its key; JSON text, empty if it is deleted */
	struct span row; /* set by change_decode(): the lease's row as record_encode() wrote it */
	struct span entry; /* set by journal_read(): the change as change_encode() wrote it */
};

static inline bool change_is_host(const struct change *c)
{
	return c->kind == CHANGE_HOST_PUT || c->kind == CHANGE_HOST_DELETE;
}

size_t change_encode(const struct change *c, uint8_t *buf, size_t size);
int change_decode(struct span data, struct change *ret);

#endif
