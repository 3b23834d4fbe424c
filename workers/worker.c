/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker: take what is waiting, walk each packet, give its answer to the outbox. In a pair packets
 * stand on a shelf until they are answered: a node that must be silent only collects them there,
 * and walks them when it may serve.
 */
#include "workers/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "shm/base/clock.h"
#include "shm/base/log.h"
#include "shm/rights.h"
#include "workers/classify.h"
#include "workers/note.h"
#include "workers/outbox.h"
#include "workers/path.h"
#include "workers/reply.h"
#include "workers/rx.h"
#include "workers/selftest.h"
#include "workers/waiter.h"

#define SHELF_SIZE (4u << 20)
#define STALE_NS   (2 * CLOCK_NS_PER_S) /* in a pair older packets are not answered any more */
#define NAP_NS     (2 * CLOCK_NS_PER_MS) /* while silent, between looks for packets */

struct worker {
	const struct child *child;
	struct counter_block *counters;
	struct journal *journal;
	struct outbox *outbox;
	struct shelf *shelf;   /* NULL: there is no pair; so is waiter */
	struct waiter *waiter;
	bool replaying;        /* there may be packets on the shelf behind `replayed` to walk */
	uint64_t replayed;
	struct context ctx;    /* ctx.commit is the outbox's */
	struct query query;
	struct rx rx;
	bool drained; /* the last turn took all that waited, or there was no room for more */
	struct selftest_request test;
};

static void count_drop(struct worker *w)
{
	counter_inc(w->counters, COUNTER_RECEIVE_DROP);
	counter_inc(w->counters, w->query.reason);
}

static void add_answer(struct worker *w, bool hold, uint64_t ticket, uint64_t taken_ns)
{
	struct answer *a = outbox_add(w->outbox, hold, w->query.rests_on);

	reply_make(&w->query, a);
	a->taken_ns = taken_ns;
	a->ticket = ticket;
	if (w->query.packet.test != 0) {
		a->way = WAY_TEST;
		a->test = w->query.packet.test;
	}
}

/* Walks the packet in w->query. ticket: where it stands on the shelf. */
static void serve_packet(struct worker *w, uint64_t ticket, uint64_t taken_ns)
{
	enum verdict v;

	w->ctx.commit = outbox_commit(w->outbox);
	v = path_walk(&w->query, false);
	if (v == VERDICT_AGAIN) {
		outbox_flush(w->outbox);
		w->ctx.commit = outbox_commit(w->outbox);
		v = path_walk(&w->query, true);
	}
	note_decision(&w->query, v);
	switch (v) {
	case VERDICT_ANSWER:
	case VERDICT_HOLD:
		add_answer(w, v == VERDICT_HOLD, ticket, taken_ns);
		return;
	case VERDICT_SILENT:
		break;
	case VERDICT_AGAIN: /* after a flush this process claims nothing any more */
		w->query.reason = COUNTER_DUPLICATE;
		count_drop(w);
		break;
	case VERDICT_DROP:
		count_drop(w);
		break;
	}
	selftest_tell(w->child, &w->query, v);
	if (w->shelf != NULL)
		shelf_done(w->shelf, ticket);
}

static void refresh(struct worker *w)
{
	const struct region_interface *i = &w->child->region->interfaces[w->child->port.interface];

	w->ctx.now = clock_wall_s();
	w->ctx.now_ns = clock_mono_ns();
	w->ctx.server_ip = atomic_load_explicit(&i->address, memory_order_relaxed);
	w->ctx.mtu = atomic_load_explicit(&i->mtu, memory_order_relaxed);
}

/* The rules that count for this turn. Under new ones all that is not answered begins anew. */
static void follow_rules(struct worker *w)
{
	uint64_t rules = rights_rules(w->child->region);

	if (rules == w->ctx.rules)
		return;
	outbox_under(w->outbox, rules);
	w->ctx.rules = rules;
	w->replaying = true;
	w->replayed = 0;
}

static bool is_silent(const struct worker *w)
{
	return authority_mode(w->ctx.rules) == AUTHORITY_SILENT;
}

/* Walks packets that nobody has answered. */
static void replay(struct worker *w)
{
	uint64_t now, oldest;

	if (!w->replaying || is_silent(w))
		return;
	now = clock_mono_ns();
	oldest = now > STALE_NS ? now - STALE_NS : 0;
	refresh(w);
	while (outbox_room(w->outbox) > 0) {
		w->replaying = shelf_next(w->shelf, oldest, &w->replayed, &w->query.packet);
		if (!w->replaying)
			return;
		serve_packet(w, w->replayed, now);
	}
}

static void take_packet(struct worker *w)
{
	uint64_t ticket = 0, age = w->query.packet.age_ns;

	counter_inc(w->counters, COUNTER_RECEIVED);
	if (age > STALE_NS) { /* it waited while this process or the machine was stopped */
		w->query.reason = COUNTER_STALE;
		count_drop(w);
		return;
	}
	if (w->shelf != NULL)
		ticket = shelf_put(w->shelf, &w->query.packet, w->ctx.now_ns - age);
	if (is_silent(w))
		counter_inc(w->counters, COUNTER_STANDBY);
	else
		serve_packet(w, ticket, w->ctx.now_ns);
}

/* A packet of the self test; it goes on no shelf: its client asks again. Nor is it counted as
 * received: from that counter the ha process knows whether clients reach this node. */
static void take_test(struct worker *w)
{
	if (!selftest_take(w->child, &w->test))
		return;
	refresh(w);
	w->query.packet = selftest_packet(&w->test, w->ctx.server_ip);
	w->query.reason = COUNTER_STANDBY;
	if (is_silent(w))
		selftest_tell(w->child, &w->query, VERDICT_DROP);
	else
		serve_packet(w, 0, w->ctx.now_ns);
	w->query.packet.test = 0; /* the next packet is a client's */
}

/* One turn: serves what is waiting. Returns the number of packets taken. */
static unsigned turn(struct worker *w)
{
	unsigned room;
	int n;

	follow_rules(w);
	outbox_go(w->outbox);
	replay(w);
	if (outbox_room(w->outbox) > 0)
		take_test(w);
	room = outbox_room(w->outbox);
	n = room > 0 ? rx_receive(&w->rx, room) : 0;
	w->drained = n < (int)room || room == 0;
	if (n > 0)
		refresh(w);
	for (unsigned i = 0; (int)i < n; i++)
		if (w->rx.ops->get(&w->rx, i, w->counters, &w->query.packet))
			take_packet(w);
		else
			counter_inc(w->counters, COUNTER_RECEIVED);
	outbox_go(w->outbox);
	return n > 0 ? (unsigned)n : 0;
}

/* An interface that is down reports an error once and works again when it is up: the supervisor
 * watches it and says so. */
static void loop(struct worker *w, const sigset_t *mask)
{
	struct pollfd p[] = {
		{.fd = outbox_fd(w->outbox), .events = POLLIN},
		{.fd = w->waiter != NULL ? waiter_fd(w->waiter) : -1, .events = POLLIN},
		{.fd = w->rx.fd, .events = POLLIN},
		{.fd = w->child->port.test_fd, .events = POLLIN},
	};

	while (!child_stop) {
		const struct timespec nap = {.tv_nsec = NAP_NS};
		unsigned n;

		if (w->waiter != NULL)
			waiter_arm(w->waiter);
		n = turn(w);
		if (!w->drained)
			continue;
		if (n > 0 && is_silent(w))
			/* nobody waits for an answer; being woken by each packet costs more than
			 * taking it, and new rules still wake at once */
			ppoll(p, 2, &nap, mask);
		else
			ppoll(p, outbox_room(w->outbox) > 0 ? 4 : 2, NULL, mask);
	}
	do { /* what waits in the sockets is still answered */
		outbox_flush(w->outbox);
		turn(w);
	} while (!w->drained);
	outbox_finish(w->outbox);
}

static int open_pair(struct worker *w, struct err *err)
{
	if (w->child->model->ha == NULL)
		return 0;
	w->shelf = shelf_new(SHELF_SIZE);
	if (w->shelf == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	rx_tell_age(&w->rx);
	return waiter_start(&w->waiter, w->child->region, err);
}

static int open_all(struct worker *w, struct err *err)
{
	const struct child *c = w->child;
	int rc = journal_open(c->state_dir, &w->journal, err);

	if (rc < 0)
		return rc;
	w->ctx = (struct context){
		.child = c,
		.region = c->region,
		.model = c->model,
		.classify = classify_new(c->model),
		.interface = c->region->interfaces[c->port.interface].name,
	};
	w->query.ctx = &w->ctx;
	w->counters = child_counters(c);
	if (c->port.packet_fd >= 0)
		rx_init(&w->rx, c->port.packet_fd, &rx_packet);
	else
		rx_init(&w->rx, c->port.udp_fd, &rx_udp);
	if (w->ctx.classify == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	rc = open_pair(w, err);
	return rc < 0 ? rc : outbox_new(c, w->journal, w->shelf, &w->outbox, err);
}

int worker_run(const struct child *c)
{
	struct worker *w = (struct worker *)calloc(1, sizeof(*w));
	struct err err = {0};
	sigset_t mask;
	int rc;

	child_signals(&mask);
	if (w == NULL)
		return CHILD_FAILED;
	w->child = c;
	rc = open_all(w, &err);
	if (rc == 0)
		loop(w, &mask);
	else
		log_err(EV_CHILD_FAILED, &err);
	outbox_free(w->outbox);
	waiter_stop(w->waiter);
	shelf_free(w->shelf);
	classify_free(w->ctx.classify);
	journal_close(w->journal);
	free(w);
	return rc < 0 ? CHILD_FAILED : CHILD_DONE;
}
