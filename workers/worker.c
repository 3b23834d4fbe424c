/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker: take what is waiting, walk each packet, send what need not wait, commit, send the rest.
 * While a batch is being committed the next one gathers in the socket, so batches grow with the
 * load and nothing waits for a timer.
 */
#include "workers/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "shm/base/clock.h"
#include "shm/base/log.h"
#include "workers/path.h"
#include "workers/reply.h"
#include "workers/rx.h"
#include "workers/tx.h"

#define TROUBLE_MS 10000 /* between log lines about the same trouble */

struct worker {
	const struct child *child;
	struct counter_block *counters;
	struct journal *journal;
	struct context ctx;
	struct query query;
	struct rx rx;
	struct batch batch;
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

static void drop_held(struct worker *w)
{
	for (size_t i = 0; i < w->batch.n; i++) {
		if (w->batch.v[i].held) {
			counter_inc(w->counters, COUNTER_PROCESSING_FAILED);
			counter_inc(w->counters, COUNTER_RECEIVE_DROP);
		}
	}
}

/* Ends a batch: no held answer leaves before its lease is on disk. */
static void finish(struct worker *w)
{
	struct err err = {0};
	int rc;

	tx_send(&w->child->port, &w->batch, false, w->counters);
	if (commit_count(w->ctx.commit) > 0) {
		rc = commit_run(w->ctx.commit, &err);
		report_commit(w, rc, &err);
		if (rc == 0)
			tx_send(&w->child->port, &w->batch, true, w->counters);
		else
			drop_held(w);
	}
	w->batch.n = 0;
}

static void count_drop(struct worker *w)
{
	counter_inc(w->counters, COUNTER_RECEIVE_DROP);
	counter_inc(w->counters, w->query.reason);
}

static void serve_packet(struct worker *w)
{
	enum verdict v = path_walk(&w->query, false);
	struct answer *a;

	if (v == VERDICT_AGAIN) {
		finish(w);
		v = path_walk(&w->query, true);
	}
	switch (v) {
	case VERDICT_ANSWER:
	case VERDICT_HOLD:
		a = batch_next(&w->batch);
		if (a == NULL)
			bug("a batch has more answers than packets");
		reply_make(&w->query, v == VERDICT_HOLD, a);
		batch_keep(&w->batch);
		break;
	case VERDICT_SILENT:
		break;
	case VERDICT_AGAIN: /* after a commit this batch claims nothing any more */
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
	w->ctx.server_ip = atomic_load_explicit(&i->address, memory_order_relaxed);
	w->ctx.mtu = atomic_load_explicit(&i->mtu, memory_order_relaxed);
}

/* Serves what is waiting. Returns the number of packets taken, or a negative errno value. */
static int serve_batch(struct worker *w)
{
	int n = rx_receive(&w->rx);

	if (n <= 0)
		return n;
	refresh(w);
	for (unsigned i = 0; i < (unsigned)n; i++) {
		counter_inc(w->counters, COUNTER_RECEIVED);
		if (w->rx.ops->get(&w->rx, i, w->counters, &w->query.packet))
			serve_packet(w);
	}
	finish(w);
	return n;
}

/* An interface that is down reports an error once and works again when it is up: the supervisor
 * watches it and says so. */
static void loop(struct worker *w, const sigset_t *mask)
{
	struct pollfd p = {.fd = w->rx.fd, .events = POLLIN};

	while (!child_stop) {
		if (serve_batch(w) > 0)
			continue;
		ppoll(&p, 1, NULL, mask);
	}
	while (serve_batch(w) == BATCH_MAX)
		;
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
		.commit = commit_new(c, w->journal),
		.interface = c->region->interfaces[c->port.interface].name,
	};
	w->query.ctx = &w->ctx;
	w->counters = child_counters(c);
	if (c->port.packet_fd >= 0)
		rx_init(&w->rx, c->port.packet_fd, &rx_packet);
	else
		rx_init(&w->rx, c->port.udp_fd, &rx_udp);
	return w->ctx.commit != NULL ? 0 : err_set(err, -ENOMEM, NULL, "out of memory");
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
	commit_free(w->ctx.commit);
	journal_close(w->journal);
	free(w);
	return rc < 0 ? CHILD_FAILED : CHILD_DONE;
}
