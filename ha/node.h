/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node: what the ha process has in its hands. Shared by ha.c (the loop: what happens) and act.c
 * (what the state machine wants done); nobody else includes it.
 */
#ifndef LESSOR_HA_NODE_H
#define LESSOR_HA_NODE_H

#include <systemd/sd-event.h>

#include "ha/apply.h"
#include "ha/clients.h"
#include "ha/fsm.h"
#include "ha/link.h"
#include "ha/probe.h"
#include "ha/snapshot.h"
#include "ha/stream.h"
#include "ha/suffix.h"
#include "ha/term.h"

/* What the frames of the partner's stream are for. */
enum node_receiving {
	NODE_NOTHING,
	NODE_APPEND, /* apply; a copy that comes in its place goes to snapshot */
	NODE_ASIDE,  /* snapshot, and apply once that is in force */
	NODE_REACH,  /* as APPEND, but the machine counts it only from `reach` on */
	NODE_MERGE,  /* suffix */
};

struct node {
	const struct child *child;
	const struct model_ha *ha;
	struct region *region;
	sd_event *loop;
	struct journal *journal;
	struct link *link;
	struct probe probe;
	struct clients clients;
	struct fsm fsm;
	struct term term;
	struct stream stream;
	struct apply *apply;
	struct snapshot snapshot;
	struct suffix suffix;
	enum node_receiving receiving;
	uint64_t reach;
	struct fsm_message hello;   /* the partner's */
	uint32_t told_ids[PAIR_IDS]; /* our server identifiers, as the partner knows them */
	uint64_t taken, told_taken; /* octets of its stream, and what it was told of them */
	bool told;                  /* that this node takes */
	int64_t shift_s;            /* between the nodes' clocks, see apply_shift() */
	struct fsm_run run;         /* start not 0: the machine does not know of it yet */
	bool sending_suffix;        /* the machine waits until all up to suffix_end is sent */
	uint64_t suffix_end;
	bool merging; /* it waits until all up to merge_end is merged */
	uint64_t merge_end;
	bool quiescing; /* it waits until nobody appends to the journal any more */
	bool fenced;    /* that is so: quiet_end is its end, and to be sent */
	uint64_t quiet_end;
	uint64_t commit_failures; /* of workers, when last looked at */
	bool disk_failed;
	uint64_t disk_tried_ns;
	enum fsm_reason reason; /* of the last transition */
	uint64_t level_ns;      /* when the partner was last seen to hold all, 0: never */
	uint32_t alarms;        /* bits of enum fsm_alarm */
	int failed;             /* negative: this process has to end */
	struct err err;         /* why */
};

/* act.c */

/* Gives the machine an event, whose time and journal end are filled in, and carries out what it
 * answers. Returns fsm_step()'s result. */
int node_feed(struct node *n, struct fsm_event *event);
int node_feed_kind(struct node *n, enum fsm_event_kind kind);
int node_feed_position(struct node *n, enum fsm_event_kind kind, uint64_t position);

/* The journal got a mark, start 0: none. */
void node_feed_run(struct node *n, const struct fsm_run *run);

/* Begins with what fsm_init() answers. */
int node_begin(struct node *n);

/* This process has to end: nothing is told to clients any more. */
void node_fail(struct node *n, int rc, const char *what);

/* The stream cannot go on: n->err has the reason. */
void node_stream_failed(struct node *n, int rc);

/* The journal ends at position, or further on. */
void node_raise_committed(struct node *n, uint64_t position);

/* How the pair is, for people. */
void node_show(struct node *n);

/* receive.c: what the partner sends. */

void node_frame(struct node *n, const struct proto_frame *f);
/* Everything that had arrived was handed over: makes it durable and tells the partner. */
void node_drained(struct node *n);
void node_receive(struct node *n, const struct fsm_action *a);
void node_stop_streams(struct node *n);
/* This process ends. If no worker lives any more, the partner learns that it may serve at once. */
void node_say_goodbye(struct node *n);
/* What waits for something that no frame announces: a switch, a merge. */
void node_go_on(struct node *n);

#endif
