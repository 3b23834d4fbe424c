/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker: take what is waiting, walk each packet, send what need not wait. Changes and the answers
 * that tell of them gather in one stage while the committer has the other; when that is back its
 * answers leave and the stages change places. So batches grow with the load, nothing waits for
 * a timer, and a DISCOVER does not wait for the disk.
 */
#include "workers/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "shm/base/clock.h"
#include "shm/base/log.h"
#include "workers/classify.h"
#include "workers/committer.h"
#include "workers/path.h"
#include "workers/reply.h"
#include "workers/rx.h"
#include "workers/tx.h"

#define TROUBLE_MS 10000 /* between log lines about the same trouble */

/* Changes, and the answers that leave when they are on disk. */
struct stage {
	struct commit *commit;
	struct batch held;
};

struct worker {
	const struct child *child;
	struct counter_block *counters;
	struct journal *journal;
	struct committer *committer;
	struct context ctx; /* ctx.commit is that of gathering */
	struct query query;
	struct rx rx;
	struct batch prompt; /* answers that need no commit */
	struct stage stages[2];
	struct stage *gathering, *committing; /* the two stages; committing is the committer's */
	struct log_limit trouble;
	bool failing; /* the last commit failed */
};

static void report_commit(struct worker *w, int rc, const struct err *err)
{
	unsigned missed;

	if (rc < 0 && log_limit(&w->trouble, TROUBLE_MS, &missed))
		log_err(EV_COMMIT_FAILED, err);
	if (rc == 0 && w->failing)
		LOG(EV_COMMIT_RECOVERED, "leases are written to disk again");
	w->failing = rc < 0;
}

/* The committer is done: publish, then answer; or undo, and leave it to the clients to ask again. */
static void settle(struct worker *w, int rc, const struct err *err)
{
	struct batch *held = &w->committing->held;

	commit_settle(w->committing->commit, rc);
	report_commit(w, rc, err);
	if (rc == 0) {
		tx_send(&w->child->port, held, w->counters);
	} else {
		counter_add(w->counters, COUNTER_PROCESSING_FAILED, held->n);
		counter_add(w->counters, COUNTER_RECEIVE_DROP, held->n);
		held->n = 0;
	}
}

static void hand_over(struct worker *w)
{
	struct stage *s = w->gathering;

	if (commit_count(s->commit) == 0) /* what is held tells of leases that are on disk */
		tx_send(&w->child->port, &s->held, w->counters);
	if (committer_is_busy(w->committer) || commit_count(s->commit) == 0)
		return;
	w->gathering = w->committing;
	w->committing = s;
	w->ctx.commit = w->gathering->commit;
	committer_submit(w->committer, s->commit);
}

static void collect(struct worker *w)
{
	struct err err;
	int rc;

	if (committer_done(w->committer, &rc, &err))
		settle(w, rc, &err);
}

/* Waits until every change is on disk, or undone. */
static void flush(struct worker *w)
{
	struct err err;

	tx_send(&w->child->port, &w->prompt, w->counters);
	do {
		hand_over(w);
		if (committer_is_busy(w->committer))
			settle(w, committer_wait(w->committer, &err), &err);
	} while (commit_count(w->gathering->commit) > 0);
}

static void count_drop(struct worker *w)
{
	counter_inc(w->counters, COUNTER_RECEIVE_DROP);
	counter_inc(w->counters, w->query.reason);
}

static void add_answer(struct worker *w, struct batch *b)
{
	struct answer *a = batch_next(b);

	if (a == NULL)
		bug("a batch has more answers than packets");
	reply_make(&w->query, a);
	a->taken_ns = w->ctx.now_ns;
	batch_keep(b);
}

static void serve_packet(struct worker *w)
{
	enum verdict v = path_walk(&w->query, false);

	if (v == VERDICT_AGAIN) {
		flush(w);
		v = path_walk(&w->query, true);
	}
	switch (v) {
	case VERDICT_ANSWER:
		add_answer(w, &w->prompt);
		break;
	case VERDICT_HOLD:
		add_answer(w, &w->gathering->held);
		break;
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
}

static void refresh(struct worker *w)
{
	const struct region_interface *i = &w->child->region->interfaces[w->child->port.interface];

	w->ctx.now = clock_wall_s();
	w->ctx.now_ns = clock_mono_ns();
	w->ctx.server_ip = atomic_load_explicit(&i->address, memory_order_relaxed);
	w->ctx.mtu = atomic_load_explicit(&i->mtu, memory_order_relaxed);
}

/* How many more packets the gathering stage takes; each may make two changes. */
static unsigned room(const struct worker *w)
{
	size_t answers = BATCH_MAX - w->gathering->held.n;
	size_t changes = (COMMIT_MAX - commit_count(w->gathering->commit)) / 2;

	return (unsigned)(answers < changes ? answers : changes);
}

/* One turn: serves what is waiting. Returns the number of packets taken. */
static unsigned turn(struct worker *w)
{
	int n;

	collect(w);
	n = room(w) > 0 ? rx_receive(&w->rx, room(w)) : 0;
	if (n > 0)
		refresh(w);
	for (unsigned i = 0; (int)i < n; i++) {
		counter_inc(w->counters, COUNTER_RECEIVED);
		if (w->rx.ops->get(&w->rx, i, w->counters, &w->query.packet))
			serve_packet(w);
	}
	hand_over(w);
	tx_send(&w->child->port, &w->prompt, w->counters);
	return n > 0 ? (unsigned)n : 0;
}

/* An interface that is down reports an error once and works again when it is up: the supervisor
 * watches it and says so. */
static void loop(struct worker *w, const sigset_t *mask)
{
	struct pollfd p[] = {
		{.fd = committer_fd(w->committer), .events = POLLIN},
		{.fd = w->rx.fd, .events = POLLIN},
	};

	while (!child_stop) {
		if (turn(w) == 0)
			ppoll(p, room(w) > 0 ? 2 : 1, NULL, mask);
	}
	do /* what waits in the sockets is still answered */
		flush(w);
	while (turn(w) == BATCH_MAX);
	flush(w);
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
	w->gathering = &w->stages[0];
	w->committing = &w->stages[1];
	for (size_t i = 0; i < 2; i++) {
		w->stages[i].commit = commit_new(c, w->journal);
		if (w->stages[i].commit == NULL)
			return err_set(err, -ENOMEM, NULL, "out of memory");
	}
	w->ctx.commit = w->gathering->commit;
	return committer_start(&w->committer, err);
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
	committer_stop(w->committer);
	commit_free(w->stages[0].commit);
	commit_free(w->stages[1].commit);
	classify_free(w->ctx.classify);
	journal_close(w->journal);
	free(w);
	return rc < 0 ? CHILD_FAILED : CHILD_DONE;
}
