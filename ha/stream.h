/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: our journal to the partner, [c] of a change's way; if it does not reach back far enough,
 * a full copy first. Called by ha. Pipelined: it does not wait for acknowledgements, but it keeps
 * no more under way than STREAM_WINDOW octets, which is all the memory that a slow partner costs.
 *
 * A full copy is read piece by piece while service goes on, so each row is of some moment between
 * its first and its last position; the changes from the first position on, which follow, make it
 * exact. It must not be used before the last position is reached.
 */
#ifndef LESSOR_HA_STREAM_H
#define LESSOR_HA_STREAM_H

#include "ha/link.h"
#include "shm/journal.h"
#include "shm/leasedb.h"
#include "shm/region.h"

#define STREAM_WINDOW (1 << 20)

enum stream_phase {
	STREAM_OFF,
	STREAM_ROWS,  /* a full copy: leases, */
	STREAM_HOSTS, /* then reservations */
	STREAM_CHANGES,
};

struct stream {
	struct link *link;
	const struct region *region;
	const char *state_dir;
	struct journal *journal;
	enum stream_phase phase;
	enum proto_type type; /* PROTO_CHANGES or PROTO_SUFFIX */
	uint64_t next;        /* position of the next change to send */
	uint64_t needed;      /* the journal is needed behind this position */
	bool open;            /* the partner is ready to take */
	uint64_t sent, taken; /* octets of payload on this connection */
	uint64_t rows;
	uint32_t address;   /* next one of the copy */
	struct leasedb *db; /* open during a copy */
	size_t host_len;
	uint8_t host[HOST_KEY_MAX]; /* key of its next reservation */
	uint8_t row[HOST_CHANGE_MAX];
	uint8_t frame[PROTO_FRAME_MAX];
};

/* Begins with the change at position first; with a full copy if first is 0 or the journal does
 * not hold it any more. runs: of our journal. What ran before is forgotten. */
int stream_start(struct stream *s, enum proto_type type, uint64_t first,
        const struct fsm_runs *runs, struct err *err);
void stream_stop(struct stream *s);

/* Sends what window and queue have room for. */
int stream_go(struct stream *s, struct err *err);

/* A new connection: nothing is sent before the partner says that it takes. */
void stream_connected(struct stream *s);

/* The partner has taken so many octets on this connection; -EPROTO: more than were sent. */
int stream_taken(struct stream *s, uint64_t octets);
/* The partner holds the changes up to position; -EPROTO: they were not sent. */
int stream_acked(struct stream *s, uint64_t position);

/* Whether every change up to position has been sent. */
bool stream_has_sent(const struct stream *s, uint64_t position);

#endif
