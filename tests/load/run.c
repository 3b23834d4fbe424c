/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: the loop that receives, expires, starts and sends, and its clock. In an open loop exchanges
 * start when they are due, whatever the server does: a slow server cannot make the load lighter.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "shm/base/clock.h"
#include "tests/load/load.h"

#define NAP_MAX_NS (100 * CLOCK_NS_PER_MS) /* a signal is noticed within this time */

/* When the next exchange is due, and until when any is. */
struct pace {
	uint64_t start_ns, end_ns;
	double period_ns;
	uint64_t n; /* starts so far, also those that were not possible */
	uint64_t progress_ns, progress_acks;
	uint64_t cpu_us;
	bool cpu_taken;
};

static uint64_t due_ns(const struct pace *p)
{
	return p->start_ns + (uint64_t)((double)p->n * p->period_ns);
}

static uint64_t cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void pace_init(struct pace *p, const struct load_phase *phase)
{
	*p = (struct pace){
		.start_ns = clock_mono_ns(),
		.end_ns = UINT64_MAX,
		.period_ns = phase->rate > 0 ? 1e9 / phase->rate : 0,
	};
	if (phase->measure_ns > 0)
		p->end_ns = p->start_ns + phase->warmup_ns + phase->measure_ns;
	p->progress_ns = p->start_ns;
}

/* A client that can start an exchange; those that cannot drop out of the phase. */
static uint32_t take_client(struct load *l)
{
	uint32_t i;

	do
		i = client_take(&l->clients);
	while (i != CLIENT_NONE && !exchange_possible(l, i));
	return i;
}

static void start_open(struct load *l, struct pace *p)
{
	for (unsigned k = 0; k < IO_BATCH; k++) {
		uint64_t due = due_ns(p);
		bool measured = l->phase->measured && due >= l->stats.begin_ns;
		uint32_t i;

		if (due > l->now_ns || due >= p->end_ns)
			return;
		i = take_client(l);
		if (i != CLIENT_NONE)
			exchange_start(l, i, due, measured);
		else if (l->phase->once)
			return;
		else
			l->stats.not_started += measured;
		p->n++;
	}
}

static void start_closed(struct load *l)
{
	bool measured = l->phase->measured && l->now_ns >= l->stats.begin_ns;

	for (unsigned k = 0; k < IO_BATCH && l->clients.waiting < l->phase->window; k++) {
		uint32_t i = take_client(l);

		if (i == CLIENT_NONE)
			return;
		exchange_start(l, i, l->now_ns, measured);
	}
}

/* Starts what is due. Returns whether the time for starting is over. */
static bool start(struct load *l, struct pace *p, bool stopped)
{
	if (stopped)
		return true;
	if (l->phase->rate > 0)
		start_open(l, p);
	else if (l->now_ns < p->end_ns)
		start_closed(l);
	if (l->now_ns >= p->end_ns) {
		/* what is still due and was meant to start earlier is this program's fault */
		while (l->phase->rate > 0 && due_ns(p) < p->end_ns) {
			p->n++;
			l->stats.not_started += l->phase->measured;
		}
		return true;
	}
	return l->clients.idle_count == 0 && l->clients.waiting == 0;
}

static void nap(struct load *l, const struct pace *p, bool starting)
{
	struct pollfd fd = {.fd = l->io.fd, .events = POLLIN};
	uint64_t until = l->now_ns + NAP_MAX_NS, now;
	struct timespec ts = {0, 0};

	if (l->clients.oldest != CLIENT_NONE) {
		uint64_t overdue = l->clients.client[l->clients.oldest].sent_ns +
				   l->opt->timeout_ms * CLOCK_NS_PER_MS;

		until = overdue < until ? overdue : until;
	}
	if (starting && p->end_ns < until)
		until = p->end_ns;
	if (starting && l->phase->rate > 0 && due_ns(p) < until)
		until = due_ns(p);
	now = clock_mono_ns();
	if (until > now)
		ts.tv_nsec = (long)(until - now);
	ppoll(&fd, 1, &ts, NULL);
}

static void show_progress(struct load *l, struct pace *p)
{
	double s = (double)(l->now_ns - p->progress_ns) / 1e9;

	if (s < 1)
		return;
	fprintf(stderr, "\r%-10s %6.0f s %12" PRIu64 " done %10.0f /s ", l->phase->name,
		(double)(l->now_ns - p->start_ns) / 1e9, l->totals.acks,
		(double)(l->totals.acks - p->progress_acks) / s);
	p->progress_ns = l->now_ns;
	p->progress_acks = l->totals.acks;
}

/* One turn. Returns the number of datagrams that came in. */
static unsigned turn(struct load *l, struct pace *p)
{
	struct io_packet packet;
	unsigned n = io_receive(&l->io);

	l->now_ns = clock_mono_ns();
	if (!p->cpu_taken && l->phase->measured && l->now_ns >= l->stats.begin_ns) {
		p->cpu_us = cpu_us();
		p->cpu_taken = true;
	}
	for (unsigned k = 0; k < n; k++) {
		if (io_packet(&l->io, k, &packet))
			exchange_answer(l, &packet);
	}
	exchange_expire(l);
	return n;
}

void run_phase(struct load *l, const struct load_phase *phase, const volatile sig_atomic_t *stop)
{
	bool starting = true, tty = isatty(STDERR_FILENO) && !l->opt->json;
	struct pace p;
	unsigned n;

	/* naps end when they should, not up to 50 us later */
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	l->phase = phase;
	client_line_up(&l->clients, l->opt->seed, !l->opt->sequential);
	pace_init(&p, phase);
	p.progress_acks = l->totals.acks;
	if (phase->measured)
		l->stats.begin_ns = p.start_ns + phase->warmup_ns;
	do {
		n = turn(l, &p);
		if (starting && start(l, &p, *stop > 0)) {
			starting = false;
			l->stats.end_ns = p.end_ns < l->now_ns ? p.end_ns : l->now_ns;
		}
		io_flush(&l->io);
		leases_flush(&l->leases, l->now_ns);
		if (tty)
			show_progress(l, &p);
		if (n == 0 && !l->opt->spin && (starting || l->clients.waiting > 0))
			nap(l, &p, starting);
	} while (starting || (l->clients.waiting > 0 && *stop < 2));
	if (p.cpu_taken)
		l->cpu_us = cpu_us() - p.cpu_us;
	io_count_lost(&l->io);
	if (tty)
		fputs("\r\033[K", stderr);
}

void run_release(struct load *l, double rate, const volatile sig_atomic_t *stop)
{
	uint64_t start_ns = clock_mono_ns();

	for (uint32_t i = 0; i < l->clients.n && *stop < 2; i++) {
		uint64_t due = start_ns + (uint64_t)((double)l->totals.released * 1e9 / rate);

		if (l->clients.client[i].address == 0)
			continue;
		l->now_ns = clock_mono_ns();
		if (due > l->now_ns) {
			struct timespec ts = {(time_t)((due - l->now_ns) / CLOCK_NS_PER_S),
				(long)((due - l->now_ns) % CLOCK_NS_PER_S)};

			io_flush(&l->io);
			ppoll(NULL, 0, &ts, NULL);
		}
		exchange_release(l, i);
	}
	io_flush(&l->io);
}
