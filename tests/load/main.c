/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lessor-load: loads a DHCPv4 server and tells how it did; see lessor-load(8). One process and
 * one thread; all memory is taken before the first packet.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/clock.h"
#include "tests/load/load.h"

enum {
	EXIT_DUPLICATES = 1,
	EXIT_USAGE,
	EXIT_CANNOT_RUN,
	EXIT_NOTHING,
};

#define SETUP_WINDOW       64
#define RELEASE_RATE_LEAST 100.0

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	(void)signal;
	stop++;
}

static int fail(const struct err *err, int status)
{
	fprintf(stderr, "lessor-load: %s", err->text);
	if (err->cure[0] != '\0')
		fprintf(stderr, " (%s)", err->cure);
	fputc('\n', stderr);
	return status;
}

/* Who answers ARP requests: the client that holds the address. */
static bool resolve(void *ctx, uint32_t address, uint8_t ret_mac[CLIENT_MAC_SIZE])
{
	const struct load *l = (const struct load *)ctx;
	uint32_t i = client_by_address(&l->clients, address, CLIENT_NONE, l->now_ns);

	if (i == CLIENT_NONE)
		return false;
	client_mac(&l->clients, i, ret_mac);
	return true;
}

static int open_all(struct load *l, struct err *err)
{
	const struct options *o = l->opt;
	uint32_t held = 0;
	uint32_t n = o->clients;
	int r = 0;

	if (o->relays != NULL) {
		r = site_read(o->relays, &l->sites, err);
		if (r < 0)
			return r;
		n = l->sites.n_clients;
	}
	r = client_init(&l->clients, n, o->mac_base, o->seed);
	if (r < 0)
		return err_set(err, r, "take fewer", "not enough memory for %u clients", n);
	packet_init(&l->packets, o);
	if (o->resume != NULL)
		r = leases_read(o->resume, &l->clients, &held, err);
	if (r == 0)
		r = leases_open(&l->leases, o->leases, err);
	if (r == 0)
		r = io_open(&l->io, o, resolve, l, err);
	if (r == 0 && o->resume != NULL && !o->json)
		fprintf(stderr, "lessor-load: %u clients hold a lease according to '%s'\n", held,
			o->resume);
	return r;
}

static void run_all(struct load *l)
{
	const struct options *o = l->opt;
	const struct load_phase setup = {
		.kind = LOAD_LEASE,
		.window = o->rate > 0 ? SETUP_WINDOW : o->window,
		.once = true,
		.fresh = true,
		.name = "set-up",
	};
	const struct load_phase measure = {
		.kind = o->renew ? LOAD_RENEW : LOAD_LEASE,
		.rate = o->rate,
		.window = o->window,
		.warmup_ns = (uint64_t)(o->warmup_s * 1e9),
		.measure_ns = (uint64_t)(o->duration_s * 1e9),
		.once = o->once,
		.measured = true,
		.name = o->renew ? "renewals" : "exchanges",
	};
	double rate;

	if (o->renew)
		run_phase(l, &setup, &stop);
	run_phase(l, &measure, &stop);
	if (!o->release)
		return;
	/* a server writes as much for a release as for an exchange */
	rate = report_rate(&l->stats);
	run_release(l, rate > RELEASE_RATE_LEAST ? rate : RELEASE_RATE_LEAST, &stop);
}

static int run(const struct options *opt)
{
	static struct load l; /* too big for the stack */
	struct sigaction sa = {.sa_handler = on_signal};
	struct err err = {0};
	int status = 0;

	l.opt = opt;
	l.io.fd = -1;
	if (open_all(&l, &err) < 0)
		status = fail(&err, EXIT_CANNOT_RUN);
	if (status == 0) {
		sigaction(SIGINT, &sa, NULL);
		sigaction(SIGTERM, &sa, NULL);
		run_all(&l);
		(opt->json ? report_json : report_text)(&l);
		if (l.totals.duplicates > 0)
			status = EXIT_DUPLICATES;
		else if (l.stats.completed == 0)
			status = EXIT_NOTHING;
	}
	if (leases_close(&l.leases, &err) < 0)
		status = fail(&err, EXIT_CANNOT_RUN);
	io_close(&l.io);
	client_fini(&l.clients);
	site_fini(&l.sites);
	return status;
}

int main(int argc, char **argv)
{
	struct options opt = {0};
	struct err err = {0};

	switch (options_parse(argc, argv, &opt, &err)) {
	case OPTIONS_HELP:
		options_help();
		return 0;
	case OPTIONS_VERSION:
		puts("lessor-load " PACKAGE_VERSION);
		return 0;
	case OPTIONS_WRONG:
		return fail(&err, EXIT_USAGE);
	case OPTIONS_RUN:
		break;
	}
	return run(&opt);
}
