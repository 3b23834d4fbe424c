/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proto: the frames between the two nodes of a pair, octets <-> structures. Called by link, stream,
 * snapshot and ha. Everything that comes from the partner passes through here once; no I/O.
 *
 * A frame, little-endian:
 *   0  u32  lower half of hash_bytes() with the key 0, 0 over all that follows
 *   4  u32  octets of payload, at most PROTO_PAYLOAD_MAX
 *   8  u16  0x4c48
 *  10  u8   version of the protocol that the payload is written in; 0 in HELLO and REFUSE, whose
 *           beginnings stay as they are for ever
 *  11  u8   enum proto_type
 */
#ifndef LESSOR_HA_PROTO_H
#define LESSOR_HA_PROTO_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/fsm.h"
#include "shm/base/wire.h"
#include "shm/pair.h"

/* Versions that this program speaks. A node is upgraded first, then its partner: the newer one
 * speaks the older one's version until then. */
#define PROTO_VERSION_LOW  1
#define PROTO_VERSION_HIGH 1

#define PROTO_HEADER      12
#define PROTO_PAYLOAD_MAX 65536
#define PROTO_FRAME_MAX   (PROTO_HEADER + PROTO_PAYLOAD_MAX)
#define PROTO_NAME_MAX    64
#define PROTO_TEXT_MAX    255

enum proto_type {
	PROTO_HELLO = 1,
	PROTO_REFUSE,   /* why the sender closes the connection now */
	PROTO_MESSAGE,  /* of the state machines */
	PROTO_CHANGES,  /* a stretch of the sender's journal */
	PROTO_ACK,      /* changes up to here are durable and in the table */
	PROTO_SNAPSHOT, /* begins a full copy: what comes before its changes */
	PROTO_ROWS,     /* some rows of it */
	PROTO_SNAPSHOT_END,
	PROTO_TAKEN,   /* so many octets of payload of the stream are taken: flow control */
	PROTO_COPY,    /* asks for the stream to begin anew, with a full copy */
	PROTO_STOPPED, /* no process of the sender serves clients any more */
	PROTO_SUFFIX,  /* a stretch of the sender's journal that has to be merged */
	PROTO_HOSTS,   /* reservations of a full copy, behind its rows */
	PROTO_IDS,     /* the server identifiers that the sender goes by */
	PROTO_TYPES,
};

struct proto_frame {
	uint8_t version, type;
	struct span payload;
};

/* Takes the first frame out of the len octets received so far. Returns 1 with the frame, whose
 * payload lies in data, and its size; 0: more octets are needed; -EBADMSG (checksum or form),
 * -EMSGSIZE (too long), -EPROTO (a type or version that nobody has agreed on). version: the one
 * agreed on, 0: none yet, only HELLO and REFUSE may come. */
int proto_take(const uint8_t *data, size_t len, uint8_t version, struct proto_frame *ret,
        size_t *ret_used);

/* Begins a frame in buf; the payload is written with w, then proto_end() returns the frame's whole
 * size, 0 if it did not fit. */
void proto_begin(
        struct wire_writer *w, void *buf, size_t size, uint8_t version, enum proto_type type);
size_t proto_end(struct wire_writer *w);

/* What each side says first on a connection. A newer version may have more behind these. */
struct proto_hello {
	uint16_t low, high; /* versions that it speaks */
	char name[PROTO_NAME_MAX + 1];
};

void proto_write_hello(struct wire_writer *w, const struct proto_hello *h);
/* 0 or -EBADMSG. */
int proto_read_hello(struct span payload, struct proto_hello *ret);

/* The highest version that both speak, 0: there is none. */
uint8_t proto_agree(uint16_t low, uint16_t high);

enum proto_refusal {
	PROTO_REFUSE_VERSION = 1, /* no version in common */
	PROTO_REFUSE_PEER,        /* another name, or not the partner of this node */
	PROTO_REFUSE_BROKEN,      /* the partner sent what must not be */
};

void proto_write_refusal(struct wire_writer *w, enum proto_refusal why, const char *text);
/* text: PROTO_TEXT_MAX + 1 octets, printable. */
int proto_read_refusal(struct span payload, uint8_t *ret_why, char *text);

/* What the state machines tell each other. Reading checks the ranges that fsm.h names: 0 or
 * -EBADMSG. */
void proto_write_message(struct wire_writer *w, const struct fsm_message *m);
int proto_read_message(struct span payload, struct fsm_message *ret);

/* One number: ACK (position), TAKEN (octets). */
void proto_write_number(struct wire_writer *w, uint64_t n);
int proto_read_number(struct span payload, uint64_t *ret);

/* IDS: addresses in host byte order, at most PAIR_IDS. Reading returns how many, or -EBADMSG. */
void proto_write_ids(struct wire_writer *w, const uint32_t *ids, size_t n);
int proto_read_ids(struct span payload, uint32_t ret_ids[PAIR_IDS]);

/* CHANGES and SUFFIX: the position of the first change, then entries as change_encode() wrote them,
 * a frame of them gathered one by one. */
struct proto_batch {
	struct wire_writer w;
	uint32_t n;
};

void proto_batch_begin(struct proto_batch *b, void *buf, size_t size, uint8_t version,
        enum proto_type type, uint64_t first);
/* false: it has no room for this one. */
bool proto_batch_add(struct proto_batch *b, struct span entry);
/* The frame's size, 0 if it has no entry. */
size_t proto_batch_end(struct proto_batch *b);

/* Walks a CHANGES payload: fn gets each entry with its position. Returns the number of entries, a
 * negative result of fn, or -EBADMSG. */
typedef int proto_entry_fn(void *arg, uint64_t position, struct span entry);
int proto_each_change(struct span payload, proto_entry_fn *fn, void *arg);

/* ROWS: rows as record_encode() wrote them with the position that each comes from, in ascending
 * order of address. HOSTS: the same of reservations, as change_encode() wrote them, by key. */
void proto_rows_begin(
	struct proto_batch *b, void *buf, size_t size, uint8_t version, enum proto_type type);
bool proto_rows_add(struct proto_batch *b, uint64_t seq, struct span row);
int proto_each_row(struct span payload, proto_entry_fn *fn, void *arg);

struct proto_snapshot {
	uint64_t position;    /* the state after this change */
	uint64_t rows;        /* SNAPSHOT: about; SNAPSHOT_END: exactly */
	struct fsm_runs runs; /* of the sender's journal */
};

void proto_write_snapshot(struct wire_writer *w, const struct proto_snapshot *s);
int proto_read_snapshot(struct span payload, struct proto_snapshot *ret);

#endif
