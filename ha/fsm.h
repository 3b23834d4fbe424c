/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsm: the heart of the pair. (state, event with its time) -> (state, actions). The ha process
 * feeds it and carries out its actions; tests drive two of them through random schedules. It reads
 * no clock, does no I/O, allocates nothing and knows no lease. doc/design.md has the picture.
 */
#ifndef LESSOR_HA_FSM_H
#define LESSOR_HA_FSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/authority.h"

enum fsm_state {
	FSM_START,        /* silent: looking for the partner, FSM_START_NS long */
	FSM_RECOVER,      /* silent: our store is empty or has lost what it acknowledged; only a
			     full copy, or the operator, ends it */
	FSM_CATCHUP,      /* silent: applies the partner's journal or a copy */
	FSM_STANDBY,      /* silent, in sync: will take over */
	FSM_MAINTENANCE,  /* as STANDBY, but does not take over: asked to stay quiet */
	FSM_ACTIVE,       /* in sync, serves alone while its permit lasts */
	FSM_HANDOVER,     /* silent: ACTIVE until a moment ago, waits for the partner's last ack */
	FSM_INTERRUPTED,  /* serves under restricted rules; merges while the link is up */
	FSM_PARTNER_DOWN, /* serves; the operator vouches that the partner serves nobody */
	FSM_STATES
};

/* Times in nanoseconds of CLOCK_BOOTTIME. I4 needs permit * (1 + drift) < takeover <= start;
 * fsm_init() refuses other values. */
struct fsm_timers {
	uint64_t beat_ns;     /* between heartbeats, 100 ms */
	uint64_t permit_ns;   /* T_p, from the sending of a heartbeat that was answered, 700 ms */
	uint64_t takeover_ns; /* T_t, from the receipt of the last heartbeat, 1000 ms */
	uint64_t start_ns;    /* T_start, until a node without partner serves, 1500 ms */
	uint64_t ack_ns;      /* longest wait for an acknowledgement of the journal, 300 ms */
	uint64_t save_ns;     /* how often `acked` is saved while it moves, 1000 ms */
	uint64_t skew_ns;     /* difference of wall clocks that is an alarm, 10 s */
	uint64_t step_ns;     /* smallest step of the wall clock that counts, 1 s */
};
void fsm_timers_default(struct fsm_timers *ret_timers);

#define FSM_UUID_SIZE 16
#define FSM_HASH_SIZE 32
#define FSM_NODES     2

/* A run: journal entries from `start` on, written by one node under one term. Its first entry is
 * a marker that names both; (term, writer) never begins two runs. The list of runs of a journal
 * tells where two journals part. */
struct fsm_run {
	uint64_t term, start;
	uint8_t writer; /* node */
};
#define FSM_RUNS 32
struct fsm_runs {
	size_t n;
	struct fsm_run v[FSM_RUNS]; /* the newest last; older ones are forgotten */
};

/* What must survive a crash. Written by FSM_DO_SAVE as a whole, durably, before anything that
 * comes behind it in the list of actions. All zero: a node that has never been one of a pair. */
struct fsm_durable {
	uint64_t term;
	uint64_t acked;          /* position of our journal that the partner was known to hold */
	uint64_t doubt_after;    /* as in struct authority */
	uint32_t doubt_s;
	uint8_t doubt_lost;      /* 1: a store was lost; time ends that doubt, no merge does */
	uint8_t state;           /* enum fsm_state */
	uint8_t partner[FSM_UUID_SIZE]; /* its store, all zero: never paired */
};

struct fsm_config {
	uint8_t node;                  /* 0: primary, 1: standby, as configured */
	bool prefer;                   /* this node wants to be the active one when both are well */
	uint32_t mclt_s;
	uint32_t longest_s;            /* longest lease time in force; UINT32_MAX: for ever */
	uint8_t uuid[FSM_UUID_SIZE];   /* of our store: made with it, never changed */
	uint64_t incarnation;          /* grows with each start on this store */
	uint8_t config_hash[FSM_HASH_SIZE];
	struct fsm_timers timers;
};

/* Messages that the machine makes and reads. Others pass between the streams without it: journal
 * entries, acknowledgements of positions, begin, rows and end of a full copy, entries to merge.
 * Shares of free addresses travel as journal entries. */
enum fsm_message_kind {
	FSM_HELLO = 1,    /* first on each connection, both ways */
	FSM_BEAT,         /* every beat_ns, both ways */
	FSM_BEAT_ACK,     /* at once for each FSM_BEAT. From a STANDBY also a promise: not to serve
			     for takeover_ns from now */
	FSM_HIGHER_TERM,  /* a message of a lower term was refused; `term` is the one to know */
	FSM_HAND_OVER,    /* active -> standby: serve now; position: the last one, which you hold */
	FSM_ASK_HANDOVER, /* standby -> active: please hand over */
	FSM_MAINTAIN,     /* active -> standby: stay quiet from now on */
	FSM_MAINTAIN_END, /* ... and be a standby again */
	FSM_MERGE_END,    /* follower -> leader: I am silent; behind all of my entries, position is
			     that of the last */
	FSM_MERGE_DONE,   /* leader -> follower: they are merged, up to position of my journal */
	FSM_MESSAGE_KINDS
};

#define FSM_FLAG_DISK_FAILED 1 /* the sender cannot write */
#define FSM_FLAG_UNANSWERED  2 /* the sender, a standby, sees requests that nobody answers */
#define FSM_FLAG_PREFER      4
#define FSM_FLAG_UNSETTLED   8 /* the sender's workers may still append to its journal */
#define FSM_FLAG_KNOWN       (1 | 2 | 4 | 8)

/* Every field is sent in each message; those that a kind does not use are 0. The reader has
 * checked lengths and ranges (kind, state, node, number of runs). */
struct fsm_message {
	uint8_t kind;      /* enum fsm_message_kind */
	uint8_t node;      /* of the sender */
	uint8_t state;     /* enum fsm_state of the sender */
	uint8_t saved;     /* FSM_HELLO: its durable state */
	uint8_t flags;
	uint64_t term;
	uint64_t end;      /* last position of the sender's journal */
	uint64_t applied;  /* of what it received from us, the last one it holds durably */
	uint64_t position; /* see the kinds */
	struct {
		uint64_t sent_ns; /* BEAT: the sender's clock; BEAT_ACK: that of the beat answered.
				     HAND_OVER: that of the last beat received */
		uint64_t sent_us; /* Unix time of the sender in microseconds, at sending */
		uint64_t received_us; /* BEAT_ACK: when the beat arrived */
		uint64_t echo_us; /* BEAT_ACK: sent_us of the beat answered */
	} beat;
	struct {
		uint8_t uuid[FSM_UUID_SIZE];
		uint8_t partner[FSM_UUID_SIZE]; /* the store it was last paired with */
		uint8_t config_hash[FSM_HASH_SIZE];
		uint64_t incarnation;
		uint64_t acked; /* position of its journal that it knows us to hold */
		struct fsm_runs runs;
	} hello;
};

enum fsm_event_kind {
	FSM_EVENT_TICK,            /* time passed: at fsm_next_ns(), or more often */
	FSM_EVENT_LINK_UP,         /* a new, authenticated connection; none is open */
	FSM_EVENT_LINK_DOWN,       /* it is closed; nothing that it carried comes any more */
	FSM_EVENT_PARTNER_STOPPED, /* proof that no process of the partner can send to clients */
	FSM_EVENT_MESSAGE,         /* `message` came over the present connection */
	FSM_EVENT_ACKED,           /* partner holds our journal durably up to `position`; the stream
				      acknowledges what it applies, and where it switched */
	FSM_EVENT_APPLIED,         /* we hold the partner's stream durably up to `position` */
	FSM_EVENT_RUN,             /* the journal got the marker `run`, our own or a received one */
	FSM_EVENT_SWITCHED,        /* what was received aside is the store now, up to `position`;
				      `runs` are its */
	FSM_EVENT_SUFFIX_SENT,     /* every entry that there was at FSM_DO_SEND_SUFFIX is sent */
	FSM_EVENT_QUIET,           /* after FSM_DO_QUIESCE: no worker has a batch any more; `end` is
				      final, and everything up to it has been sent where something
				      is being sent. Never after the node serves again */
	FSM_EVENT_MERGED,          /* after FSM_DO_MERGE: all is merged, and committed up to
				      `position` of our journal */
	FSM_EVENT_DISK_FAILED,     /* this node cannot write */
	FSM_EVENT_DISK_WORKS,
	FSM_EVENT_CLIENTS_GONE,    /* active: carrier lost, or clients are not heard any more */
	FSM_EVENT_CLIENTS_BACK,
	FSM_EVENT_UNANSWERED,      /* standby: requests stayed unanswered for 500 ms */
	FSM_EVENT_ANSWERED,        /* ... no longer */
	/* from here on: the operator, whom the result of fsm_step() answers */
	FSM_EVENT_OP_HANDOVER,     /* whoever is active shall hand over */
	FSM_EVENT_OP_PARTNER_DOWN, /* the partner serves nobody, nor will before it reached us */
	FSM_EVENT_OP_MAINTENANCE,  /* the partner shall stay quiet, this node serve */
	FSM_EVENT_OP_MAINTENANCE_END,
	FSM_EVENT_OP_RESYNC,       /* begin again with the partner: new connection, new plan */
	FSM_EVENTS
};

struct fsm_event {
	enum fsm_event_kind kind;
	uint64_t now_ns;  /* CLOCK_BOOTTIME, never less than before */
	uint64_t wall_us; /* Unix time in microseconds */
	uint64_t end;     /* last position of our journal */
	uint64_t position;
	struct fsm_run run;
	const struct fsm_message *message; /* lent */
	const struct fsm_runs *runs;       /* lent */
};

/* Carried out in order. If one fails the rest is not carried out: the ha process makes the
 * authority SILENT and ends; its successor begins with FSM_START. */
enum fsm_action_kind {
	FSM_DO_SAVE,          /* write `durable` to disk; go on only when it is there */
	FSM_DO_AUTHORITY,     /* authority_publish(change) */
	FSM_DO_PERMIT,        /* authority_permit(until_ns) */
	FSM_DO_ACKED,         /* authority_acked(position), wake workers that hold replies */
	FSM_DO_NO_REUSE,      /* authority_no_reuse(until_ns) */
	FSM_DO_MARK,          /* append the marker (term, this node) to our journal, durably; then
				 feed FSM_EVENT_RUN before anything else */
	FSM_DO_SEND,          /* send `message`; lost if the connection is gone */
	FSM_DO_CLOSE,         /* close the connection, then try again; feed FSM_EVENT_LINK_DOWN */
	FSM_DO_STREAM,        /* send our journal from `position` on, live; a full copy first if the
				 journal does not reach back that far or position is 0 */
	FSM_DO_RECEIVE,       /* take the partner's stream, which begins at `position` (0: with a
				 full copy). `aside`: build it beside our store, switch in one step
				 at `until` (0: at the end of the full copy): FSM_EVENT_SWITCHED. A
				 full copy always goes aside. Else append: FSM_EVENT_APPLIED */
	FSM_DO_SEND_SUFFIX,   /* send our entries from `position` on, live, to be merged */
	FSM_DO_TAKE_SUFFIX,   /* take the partner's entries, which part from our journal at
				 `position`, and merge them (ha/merge.h) as they come */
	FSM_DO_MERGE,         /* finish merging up to the partner's `position`; FSM_EVENT_MERGED */
	FSM_DO_STOP_STREAMS,  /* end all of the above; what was built aside is thrown away */
	FSM_DO_QUIESCE,       /* let workers finish their batches; FSM_EVENT_QUIET */
	FSM_DO_LOG,           /* a transition: from, to, reason, term */
	FSM_DO_ALARM,         /* `alarm` begins or, with `on` false, ends */
};

enum fsm_reason {
	FSM_REASON_NONE,
	FSM_REASON_ALONE,         /* no partner within start_ns */
	FSM_REASON_PARTNER_SILENT, /* no heartbeat for takeover_ns */
	FSM_REASON_PARTNER_STOPPED,
	FSM_REASON_LINK_DOWN,
	FSM_REASON_NO_PERMIT,     /* no answered heartbeat, or we were paused */
	FSM_REASON_NO_ACK,        /* journal not acknowledged within ack_ns */
	FSM_REASON_PARTNER_DISK,
	FSM_REASON_DISK,
	FSM_REASON_CLIENTS,       /* the partner sees clients, we do not */
	FSM_REASON_HIGHER_TERM,
	FSM_REASON_OPERATOR,
	FSM_REASON_PREFERRED,
	FSM_REASON_FOLLOW,        /* the partner leads: catch up */
	FSM_REASON_LOST,          /* the partner knows us to have held more than we have */
	FSM_REASON_COMPLETE,      /* caught up, or the partner has */
	FSM_REASON_HANDED,        /* the partner handed over */
	FSM_REASON_NEVER_PAIRED,  /* a store with leases that never had a partner */
	FSM_REASON_LEAD,          /* both were silent, and this node has the better claim */
	FSM_REASONS
};

enum fsm_alarm {
	FSM_ALARM_SKEW,     /* wall clocks differ by skew_ns or more */
	FSM_ALARM_CONFIG,   /* configurations differ */
	FSM_ALARM_STRANGER, /* the partner's store belongs to another pair, or both have leases and
			       never were a pair: refused, an operator must empty one */
	FSM_ALARM_NODE,     /* both are configured as the same node */
	FSM_ALARMS
};

struct fsm_action {
	enum fsm_action_kind kind;
	union {
		struct fsm_durable durable;
		struct authority_change change;
		uint64_t until_ns;
		struct {
			uint64_t position, until;
			bool aside;
		} stream; /* ACKED, STREAM, RECEIVE, SEND_SUFFIX, TAKE_SUFFIX, MERGE */
		uint64_t term; /* MARK */
		struct fsm_message message;
		struct {
			uint8_t from, to;     /* enum fsm_state */
			enum fsm_reason reason;
			uint64_t term;
		} log;
		struct {
			enum fsm_alarm alarm;
			bool on;
		} alarm;
	};
};

#define FSM_ACTIONS 24
struct fsm_actions {
	size_t n;
	struct fsm_action v[FSM_ACTIONS];
};

enum fsm_phase { /* what is going on with a partner that said hello */
	FSM_PHASE_NONE,    /* not connected, or no hello yet */
	FSM_PHASE_FOLLOW,  /* we follow: receiving */
	FSM_PHASE_SUFFIX,  /* we follow, and send what the partner has not */
	FSM_PHASE_QUIET,   /* ... are silent, and wait until the last of it is sent */
	FSM_PHASE_MERGING, /* ... and wait until the partner has merged it */
	FSM_PHASE_ASIDE,   /* ... and receive aside */
	FSM_PHASE_LEAD,    /* we lead: streaming */
	FSM_PHASE_TAKE,    /* we lead, and merge what the partner sends */
};

/* Everything the machine knows. Callers read the fields that are documented, and write none. */
struct fsm {
	struct fsm_config config;
	struct fsm_durable durable; /* as last saved, or about to be */
	enum fsm_state state;
	enum fsm_phase phase;
	bool linked;                /* a connection is open */
	bool greeted;               /* the partner's hello came over it */
	bool disk_failed, clients_gone, unanswered;
	bool maintained;            /* the partner is quiet on our operator's demand */
	bool maintain_wanted;       /* it shall be, once we are active */
	bool full;                  /* the follower needs a full copy */
	bool pure;                  /* follower: the partner has everything in our journal */
	bool settled;               /* silent, and no worker has a batch from before any more */
	uint64_t end;               /* of our journal */
	struct fsm_runs runs;       /* of our journal */
	uint64_t common;            /* last position that both journals share */
	uint64_t applied, target;   /* follower: what it holds, what it must hold to be in sync */
	struct fsm_message hello;   /* that we sent: both sides plan on what they told */
	/* the partner, as last heard; counts while greeted */
	enum fsm_state partner_state;
	uint64_t partner_term, partner_end;
	uint8_t partner_flags;
	uint64_t partner_incarnation;
	/* times, CLOCK_BOOTTIME */
	uint64_t begun_ns;          /* of START */
	uint64_t heard_ns;          /* anything from the partner, or the connection's begin */
	uint64_t next_beat_ns, next_save_ns;
	uint64_t led_ns;            /* since when we serve: earlier beats earn no permit */
	uint64_t active_ns;         /* since when we are ACTIVE */
	uint64_t locked_until_ns;   /* silent and following: promised not to serve before */
	uint64_t permit_until_ns;   /* active */
	uint64_t beat_in_ns;        /* sent_ns of the last beat received, 0: none */
	uint64_t beat_end;          /* our journal's end when the last beat was sent */
	uint64_t mark, mark_ns;     /* an end to be acknowledged, since when */
	uint64_t saved_acked;       /* durable.acked when last saved */
	/* wall clocks: partner's minus ours, and how wrong that may be; valid if error is not 0 */
	int64_t offset_us;
	uint64_t offset_error_us;
	uint64_t round_trip_ns;
	uint64_t wall_base_us;      /* wall clock minus CLOCK_BOOTTIME, but for small steps */
	uint64_t no_reuse_until_ns;
	uint32_t alarms;            /* bits of enum fsm_alarm */
};

/* Begins. saved: what FSM_DO_SAVE last wrote (zero if nothing); end and runs: of our journal;
 * empty: the store has no lease and end is 0. Says in ret_actions what to do first. 0, or -EINVAL:
 * the timers contradict each other. Until it is called, and after a crash, the authority must be
 * SILENT. */
int fsm_init(struct fsm *f, const struct fsm_config *config, const struct fsm_durable *saved,
	const struct fsm_runs *runs, const struct fsm_event *now, struct fsm_actions *ret_actions);

/* One event. Returns 0; for the operator's events also -EBUSY (the partner is there, or is not
 * ready), -ENOTCONN (it is not there) or -EALREADY (is so already), with no action. */
int fsm_step(struct fsm *f, const struct fsm_event *event, struct fsm_actions *ret_actions);

/* When the next FSM_EVENT_TICK is due, CLOCK_BOOTTIME. */
uint64_t fsm_next_ns(const struct fsm *f);

/* Whether this node may answer clients in its state, and under which rules. */
enum authority_mode fsm_mode(enum fsm_state state);

/* Last position that two journals share; 0: none that is known. */
uint64_t fsm_common(const struct fsm_runs *a, uint64_t a_end, const struct fsm_runs *b,
	uint64_t b_end);

/* Adds a run to the end of the list. One that is not newer than the last is ignored. */
void fsm_runs_add(struct fsm_runs *runs, struct fsm_run run);

/* A Unix time told by the partner in its own clock, in ours: rounded up by the error bound (I9).
 * UINT32_MAX (never) stays. Nothing may be applied or merged while offset_error_us is 0. */
uint32_t fsm_own_time(const struct fsm *f, uint32_t partner_s);

/* Kea's name (kea-compat.md 1.9) of this node's state, and of the partner's ("unavailable" when
 * it is out of reach). Constant strings. */
const char *fsm_kea_state(const struct fsm *f);
const char *fsm_kea_partner_state(const struct fsm *f);

/* Lessor's own names, for logs and `lessorctl ha status`. Constant strings. */
const char *fsm_state_name(enum fsm_state state);
const char *fsm_reason_text(enum fsm_reason reason);
const char *fsm_alarm_name(enum fsm_alarm alarm);

#endif
