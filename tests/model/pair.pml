/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair: take-over, permit, held replies, split addresses and merging of a pair, in small: 2 nodes,
 * 2 addresses (each node owns one), 2 clients, terms up to TERMS, every loss, delay, crash and
 * pause. Checked exhaustively by tests/model/run; -D BREAK_... are mutants that must be caught.
 *
 * Time is in ticks; what counts down is the rest of it. Nobody is ever forced to act: a node that
 * does nothing for a while is a paused one. Ends are true time on both nodes (the schedules of
 * tests/unit/ha have clocks that differ), and PARTNER-DOWN, shares that move and I8 are there too.
 *
 * Every rule looks at one address, so each run follows one of the two, chosen at its start: what
 * can happen to the other meanwhile is what happens in other runs.
 *
 * I1, I2, I3, I4, I5, I7 are assertions. I6 is built in: rows reach the standby one by one in an
 * order that is even freer than the journal's; and a copy is switched to in one step.
 */

#ifndef TERMS
#define TERMS 3
#endif
#ifndef FAULTS
#define FAULTS 2 /* crashes; losses of messages and connections are not counted */
#endif
#define LEASE    2 /* full lease time */
#define MCLT     1
#define TAKEOVER 2 /* T_t, and T_start */
#ifdef BREAK_PERMIT
#define PERMIT   3 /* T_p >= T_t */
#else
#define PERMIT   1 /* T_p */
#endif

#define NOBODY 0

#ifdef BREAK_HOLD
#define HELD(i, a) true
#else
#define HELD(i, a) n[i].r[a].held
#endif

mtype = { DOWN, START, CATCHUP, STANDBY, ACTIVE, INTERRUPTED };

typedef row {
	byte client;    /* 0: free */
	byte end;       /* rest of the binding */
	byte acked_end; /* rest of what the partner is known to hold of it */
	bool held;      /* the partner is known to hold this row */
	bool sure       /* may be told under restricted rules */
}

typedef node {
	mtype state;
	byte term;
	byte wait;      /* START: until it serves; STANDBY, CATCHUP: promised not to serve */
	byte permit;    /* ACTIVE */
	row r[2];       /* durable, as are: */
	byte saved
}

typedef clients {
	byte c[3]       /* rest of what client 1, 2 was told */
}

node n[2];
clients told[2];        /* by address */
bool linked;            /* a connection on which the follower follows */
byte leader;            /* of that connection */
byte beat, age;         /* 0: none, 1: on its way, 2: its answer is; and how old */
byte was_active;        /* last term in which one was ACTIVE */
bool merged;            /* catching up: the leader has everything of the follower */
byte faults;

#define OTHER(i) (1 - (i))
#define SERVES(i) (n[i].state == INTERRUPTED || (n[i].state == ACTIVE && n[i].permit > 0))
#define KNOWN(i, a, k) (n[i].r[a].client == k -> n[i].r[a].end : 0)

inline less(x)
{
	if
	:: x > 0 -> x = x - 1
	:: else
	fi
}

/* What follows from another value is kept at one value, for there are fewer states then. */
inline tidy(i, a)
{
	if
	:: n[i].r[a].held -> n[i].r[a].acked_end = 0; n[i].r[a].sure = true
	:: else
	fi;
	if
	:: n[i].r[a].client == NOBODY -> n[i].r[a].end = 0; n[i].r[a].acked_end = 0
	:: else
	fi
}

/* Everything that runs out, runs on. */
inline tick()
{
	for (x : 0 .. 1) {
		less(n[x].wait); less(n[x].permit);
		for (y : 0 .. 1) {
			less(n[x].r[y].end); less(n[x].r[y].acked_end)
		}
		for (y : 1 .. 2) {
			less(told[x].c[y])
		}
	}
	if
	:: beat > 0 && age < PERMIT -> age++
	:: else
	fi
}

inline unlink()
{
	linked = false; beat = 0; age = 0; merged = false
}

inline serve_as(i, new)
{
	n[i].term = n[i].term + 1;
#ifndef BREAK_DURABLE
	n[i].saved = n[i].term;
#endif
	n[i].state = new;
	n[i].wait = 0;
	n[i].permit = 0
}

/* A reply leaves node i: client k has address a for `rest`. */
inline tell(i, a, k, rest)
{
	assert(n[i].saved == n[i].term);                            /* I5: durable before use */
	assert(!(n[i].state == ACTIVE && SERVES(OTHER(i))));        /* I4 */
	assert(!(n[OTHER(i)].state == ACTIVE && n[OTHER(i)].permit > 0)); /* I4 */
	assert(told[a].c[3 - k] == 0);                              /* I3 */
	assert(rest <= n[i].r[a].end);                               /* I1: on its own disk */
	assert(KNOWN(OTHER(i), a, k) >= rest ||
		(n[i].state == INTERRUPTED && rest <= KNOWN(OTHER(i), a, k) + MCLT)); /* I1 */
	if
	:: rest > told[a].c[k] -> told[a].c[k] = rest
	:: else
	fi
}

/* Restricted: more time for the client that has the address. */
inline extend(i, a)
{
	if
	:: n[i].r[a].held -> n[i].r[a].acked_end = n[i].r[a].end
	:: else
	fi;
	n[i].r[a].sure = true;
	n[i].r[a].held = false;
	x = (n[i].r[a].acked_end + MCLT < LEASE -> n[i].r[a].acked_end + MCLT : LEASE);
	if
	:: x > n[i].r[a].end -> n[i].r[a].end = x
	:: else /* what was recorded may have been told */
	fi;
	tell(i, a, n[i].r[a].client, x)
}

/* New binding of a free address. */
inline bind(i, a, k, length)
{
	n[i].r[a].sure = (a == i && n[i].r[a].held && n[i].r[a].client == NOBODY);
	n[i].r[a].client = k;
	n[i].r[a].end = length;
	n[i].r[a].acked_end = 0;
	n[i].r[a].held = false
}

/* What node j has alone comes to node i (ha/merge.h, for what can happen here). */
inline take_in(i, j, a)
{
	if
	:: n[j].r[a].held || (n[j].r[a].client != NOBODY && !n[j].r[a].sure) /* known, or untold */
	:: else ->
		if
		:: (n[i].r[a].held || (n[i].r[a].client != NOBODY && !n[i].r[a].sure) ||
			(n[i].r[a].client == NOBODY && n[j].r[a].client != NOBODY)) ->
			n[i].r[a].client = n[j].r[a].client;
			n[i].r[a].end = n[j].r[a].end
		:: else ->
			/* both changed: the same client, or free on the partner's side */
			assert(n[j].r[a].client == NOBODY || n[i].r[a].client == n[j].r[a].client); /* I2 */
			if
			:: n[j].r[a].end > n[i].r[a].end -> n[i].r[a].end = n[j].r[a].end
			:: else
			fi
		fi
	fi;
	/* a row of ours that nobody was told of gives way to what the partner knows */
	if
	:: n[i].r[a].client != NOBODY && !n[i].r[a].held && !n[i].r[a].sure ->
		n[i].r[a].client = n[j].r[a].client;
		n[i].r[a].end = n[j].r[a].end
	:: else
	fi;
	n[i].r[a].acked_end = (n[j].r[a].client == n[i].r[a].client -> n[j].r[a].end : 0);
	n[i].r[a].sure = true;
	n[i].r[a].held = (n[j].r[a].client == n[i].r[a].client && n[j].r[a].end == n[i].r[a].end);
	tidy(i, a)
}

inline copy(j, i, a) /* row of leader i to follower j */
{
	n[j].r[a].client = n[i].r[a].client;
	n[j].r[a].end = n[i].r[a].end;
	n[j].r[a].acked_end = n[i].r[a].end;
	n[j].r[a].held = true;  /* it is the leader's */
	n[j].r[a].sure = true;
	tidy(j, a)
}

init {
	byte i, a, k, x, y, addr;

	atomic {
		select (addr : 0 .. 1);
		for (i : 0 .. 1) {
			n[i].state = START;
			n[i].wait = TAKEOVER;
			for (a : 0 .. 1) {
				n[i].r[a].held = true;
				n[i].r[a].sure = true
			}
		}
		i = 0; a = 0
	}
	do
	:: atomic {
		if
		:: tick()
		/* faults */
		:: faults < FAULTS -> select (i : 0 .. 1);
			if
			:: n[i].state != DOWN ->
				n[i].state = DOWN; n[i].permit = 0; n[i].wait = 0; n[i].term = n[i].saved;
				faults++; unlink()
			:: else
			fi
		:: linked -> unlink()
		:: beat > 0 -> beat = 0; age = 0
		:: select (i : 0 .. 1);
			if
			:: n[i].state == DOWN -> n[i].state = START; n[i].wait = TAKEOVER
			:: else
			fi
		/* nobody there, or nothing heard any more */
		:: select (i : 0 .. 1);
			if
			:: (n[i].state == START || n[i].state == STANDBY || n[i].state == CATCHUP) &&
				n[i].wait == 0 && n[i].term < TERMS ->
				if
				:: n[i].state == STANDBY ->
					n[i].r[0].held = true; n[i].r[1].held = true;
					tidy(i, 0); tidy(i, 1)
				:: else
				fi;
				serve_as(i, INTERRUPTED); unlink()
			:: else
			fi
		/* no permit, no acknowledgement, or no connection */
		:: select (i : 0 .. 1);
			if
			:: n[i].state == ACTIVE && n[i].term < TERMS -> serve_as(i, INTERRUPTED)
			:: else
			fi
		/* two meet; whoever serves leads, and merges first */
		:: !linked && n[0].state != DOWN && n[1].state != DOWN && n[0].state != ACTIVE &&
			n[1].state != ACTIVE -> select (i : 0 .. 1);
			if
			:: (n[i].state == INTERRUPTED || n[OTHER(i)].state != INTERRUPTED) &&
				(n[i].state == INTERRUPTED || n[i].term < TERMS) ->
				if
				:: n[OTHER(i)].term > n[i].term -> n[i].term = n[OTHER(i)].term
				:: else
				fi;
				if
				:: n[i].state == STANDBY ->
					n[i].r[0].held = true; n[i].r[1].held = true;
					tidy(i, 0); tidy(i, 1)
				:: else
				fi;
				if
				:: n[i].state != INTERRUPTED && n[i].term < TERMS -> serve_as(i, INTERRUPTED)
				:: else -> n[i].saved = n[i].term; n[i].state = INTERRUPTED
				fi;
				n[OTHER(i)].state = CATCHUP;
				n[OTHER(i)].wait = TAKEOVER;
				linked = true; leader = i; merged = false
			:: else
			fi
		:: linked && n[OTHER(leader)].state == CATCHUP && !merged ->
			take_in(leader, OTHER(leader), 0);
			take_in(leader, OTHER(leader), 1);
			merged = true
#ifdef BREAK_IN_PLACE
		:: linked && n[OTHER(leader)].state == CATCHUP ->
			for (a : 0 .. 1) {
				n[OTHER(leader)].r[a].client = NOBODY;
				n[OTHER(leader)].r[a].end = 0;
				n[OTHER(leader)].r[a].held = true
			}
#endif
		:: linked && n[OTHER(leader)].state == CATCHUP && merged ->
			copy(OTHER(leader), leader, 0);
			copy(OTHER(leader), leader, 1);
			n[leader].r[0].held = true; n[leader].r[1].held = true;
			tidy(leader, 0); tidy(leader, 1);
			n[OTHER(leader)].state = STANDBY;
			n[OTHER(leader)].term = n[leader].term;
			n[OTHER(leader)].saved = n[leader].term;
			n[OTHER(leader)].wait = TAKEOVER
		/* rows to the standby, and back their acknowledgement, which may get lost */
		:: linked && n[OTHER(leader)].state == STANDBY -> a = addr;
			copy(OTHER(leader), leader, a);
			if
			:: n[leader].r[a].held = true; tidy(leader, a)
			:: skip
			fi
		/* heartbeats */
		:: linked && beat == 0 && n[leader].state != DOWN -> beat = 1; age = 0
		:: linked && beat == 1 ->
			if
			:: n[OTHER(leader)].state == STANDBY ->
				n[OTHER(leader)].wait = TAKEOVER;
				if
				:: n[leader].term > n[OTHER(leader)].term ->
					n[OTHER(leader)].term = n[leader].term;
					n[OTHER(leader)].saved = n[leader].term
				:: else
				fi;
				beat = 2
			:: n[OTHER(leader)].state == CATCHUP ->
				n[OTHER(leader)].wait = TAKEOVER; beat = 0; age = 0
			:: else -> beat = 0; age = 0
			fi
		:: linked && beat == 2 ->
			if
			:: age < PERMIT && n[leader].state == ACTIVE && n[leader].permit > 0 ->
				if
				:: PERMIT - age > n[leader].permit -> n[leader].permit = PERMIT - age
				:: else
				fi
			:: age < PERMIT && n[leader].state == INTERRUPTED && n[leader].r[0].held &&
				n[leader].r[1].held && n[leader].term < TERMS ->
				serve_as(leader, ACTIVE);
				n[leader].permit = PERMIT - age;
				assert(n[leader].term > was_active); /* I5 */
				was_active = n[leader].term
			:: else
			fi;
			beat = 0; age = 0
		/* the active: decides freely, tells what is held */
		:: select (i : 0 .. 1); a = addr; select (k : 1 .. 2);
			if
			:: n[i].state == ACTIVE && n[i].r[a].client == k && n[i].r[a].end < LEASE ->
				n[i].r[a].acked_end = (n[i].r[a].held -> n[i].r[a].end : n[i].r[a].acked_end);
				n[i].r[a].sure = n[i].r[a].sure || n[i].r[a].held;
				n[i].r[a].end = LEASE; n[i].r[a].held = false
			:: n[i].state == ACTIVE && n[i].r[a].client != k && n[i].r[a].end == 0 ->
				bind(i, a, k, LEASE)
			:: n[i].state == ACTIVE && n[i].r[a].client == k && n[i].r[a].end == 0 ->
				n[i].r[a].client = NOBODY; n[i].r[a].held = false; n[i].r[a].sure = true;
				tidy(i, a)
			:: n[i].state == ACTIVE && n[i].permit > 0 && n[i].r[a].client == k &&
				n[i].r[a].end > 0 && HELD(i, a) -> tell(i, a, k, n[i].r[a].end)
			:: n[i].state == ACTIVE && n[i].permit > 0 && n[i].r[a].client != k ->
				assert(told[a].c[k] == 0) /* I7: a NAK */
			:: else
			fi
		/* restricted */
		:: select (i : 0 .. 1); a = addr; select (k : 1 .. 2);
			if
			:: n[i].state == INTERRUPTED && n[i].r[a].client == k &&
				(n[i].r[a].held || n[i].r[a].sure) -> extend(i, a)
			:: n[i].state == INTERRUPTED && n[i].r[a].client == NOBODY && n[i].r[a].held &&
				a == i ->
				assert(!(n[OTHER(i)].state == INTERRUPTED && a == OTHER(i))); /* I2 */
				bind(i, a, k, MCLT); tell(i, a, k, MCLT)
#ifdef BREAK_EXPIRY
			:: n[i].state == INTERRUPTED && n[i].r[a].client != k && n[i].r[a].end == 0 &&
				a == i -> n[i].r[a].client = NOBODY; n[i].r[a].held = true;
				bind(i, a, k, MCLT); tell(i, a, k, MCLT)
#endif
#ifdef BREAK_NAK
			:: n[i].state == INTERRUPTED && n[i].r[a].client != k ->
				assert(told[a].c[k] == 0) /* I7 */
#endif
			:: else
			fi
		fi;
		i = 0; a = 0; k = 0; x = 0; y = 0 /* not part of the state */
	   }
	od
}
