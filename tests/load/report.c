/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: the figures of a run, for people or as JSON (keys: lessor-load(8)). Called by main.c
 * once; only reads.
 */
#include <inttypes.h>
#include <stdio.h>

#include "shm/base/text.h"
#include "tests/load/load.h"

static const struct {
	const char *name;
	double fraction;
} points[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99_9", 0.999}};

#define N_POINTS (sizeof(points) / sizeof(points[0]))

static double elapsed_s(const struct load_stats *s)
{
	uint64_t end = s->last_ns > s->end_ns ? s->last_ns : s->end_ns;

	return end > s->begin_ns ? (double)(end - s->begin_ns) / 1e9 : 0;
}

double report_rate(const struct load_stats *s)
{
	double t = elapsed_s(s);

	return t > 0 ? (double)s->completed / t : 0;
}

static uint64_t drops(const struct load_stats *s)
{
	return s->no_offer + s->no_ack + s->nak + s->not_started;
}

static double drop_percent(const struct load_stats *s)
{
	uint64_t meant = s->started + s->not_started;

	return meant > 0 ? 100.0 * (double)drops(s) / (double)meant : 0;
}

static double cpu_per_exchange_us(const struct load *l)
{
	return l->stats.completed > 0 ? (double)l->cpu_us / (double)l->stats.completed : 0;
}

static uint32_t leases_held(const struct load *l)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->clients.n; i++)
		n += l->clients.client[i].address != 0;
	return n;
}

static void latency_line(const char *name, const struct hist *h)
{
	if (h->count == 0)
		return;
	printf("  %-15s", name);
	for (size_t k = 0; k < N_POINTS; k++)
		printf(" %9.1f", (double)hist_percentile(h, points[k].fraction) / 1e3);
	printf(" %9.1f\n", (double)h->max / 1e3);
}

static void head(const struct load *l)
{
	const struct options *o = l->opt;
	char ip[TEXT_IP_SIZE];

	if (o->lan != NULL)
		printf("link %s, ", o->lan);
	else if (o->relays != NULL)
		printf("relays of '%s', ", o->relays);
	else
		printf("relay %s, ", text_ip(o->giaddr, ip));
	if (o->rate > 0)
		printf("open loop at %g/s, ", o->rate);
	else
		printf("closed loop with %" PRIu32 " under way, ", o->window);
	printf("%" PRIu32 " clients, seed %" PRIu64 "\n", l->clients.n, o->seed);
}

void report_text(const struct load *l)
{
	const struct load_stats *s = &l->stats;
	const struct load_totals *t = &l->totals;

	head(l);
	printf("%s      %" PRIu64 " in %.2f s: %.1f/s\n", l->opt->renew ? "renewals " : "exchanges",
		s->completed, elapsed_s(s), report_rate(s));
	printf("sent           DISCOVER %" PRIu64 ", REQUEST %" PRIu64 ", RELEASE %" PRIu64 "\n",
		s->discover_sent, s->request_sent, t->released);
	printf("received       OFFER %" PRIu64 ", ACK %" PRIu64 ", NAK %" PRIu64 "\n", s->offers,
		s->acks, s->nak);
	printf("dropped        %" PRIu64 " (%.3f %%): no OFFER %" PRIu64 ", no ACK %" PRIu64
	       ", NAK %" PRIu64 ", not started %" PRIu64 "\n",
		drops(s), drop_percent(s), s->no_offer, s->no_ack, s->nak, s->not_started);
	printf("other answers  late %" PRIu64 ", stray %" PRIu64 ", invalid %" PRIu64 "\n", t->late,
		t->stray, t->invalid + l->io.rejected);
	printf("latency, us          p50       p90       p99     p99.9       max\n");
	latency_line("DISCOVER-OFFER", &s->offer);
	latency_line("REQUEST-ACK", &s->ack);
	if (!l->opt->renew)
		latency_line("exchange", &s->whole);
	latency_line("late to start", &s->lag);
	printf("this program   %.1f us CPU/exchange, lost %" PRIu64
	       " answers, could not send %" PRIu64 "\n",
		cpu_per_exchange_us(l), l->io.rx_lost, l->io.tx_failed);
	printf("leases held    %" PRIu32 "\n", leases_held(l));
	printf("duplicates     %" PRIu64 "\n", t->duplicates);
}

static void latency_json(const char *name, const struct hist *h, const char *end)
{
	printf("    \"%s\": {", name);
	for (size_t k = 0; k < N_POINTS; k++)
		printf("\"%s\": %.1f, ", points[k].name,
			(double)hist_percentile(h, points[k].fraction) / 1e3);
	printf("\"max\": %.1f, \"count\": %" PRIu64 "}%s\n", (double)h->max / 1e3, h->count, end);
}

static void count_json(const char *name, uint64_t n)
{
	printf("  \"%s\": %" PRIu64 ",\n", name, n);
}

static void settings_json(const struct load *l)
{
	const struct options *o = l->opt;

	printf("  \"mode\": \"%s\",\n", o->lan != NULL ? "lan" : "relay");
	printf("  \"kind\": \"%s\",\n", o->renew ? "renew" : "lease");
	printf("  \"loop\": \"%s\",\n", o->rate > 0 ? "open" : "closed");
	printf("  \"rate\": %.3f,\n", o->rate);
	count_json("window", o->rate > 0 ? 0 : o->window);
	count_json("clients", l->clients.n);
	count_json("seed", o->seed);
}

void report_json(const struct load *l)
{
	const struct load_stats *s = &l->stats;
	const struct load_totals *t = &l->totals;

	printf("{\n");
	settings_json(l);
	printf("  \"elapsed_s\": %.6f,\n  \"exchanges_per_s\": %.3f,\n", elapsed_s(s),
		report_rate(s));
	count_json("started", s->started);
	count_json("completed", s->completed);
	count_json("discover_sent", s->discover_sent);
	count_json("request_sent", s->request_sent);
	count_json("offers", s->offers);
	count_json("acks", s->acks);
	count_json("naks", s->nak);
	count_json("no_offer", s->no_offer);
	count_json("no_ack", s->no_ack);
	count_json("not_started", s->not_started);
	count_json("drops", drops(s));
	printf("  \"drop_percent\": %.4f,\n", drop_percent(s));
	count_json("late", t->late);
	count_json("stray", t->stray);
	count_json("invalid", t->invalid + l->io.rejected);
	count_json("released", t->released);
	count_json("leases_held", leases_held(l));
	count_json("duplicates", t->duplicates);
	printf("  \"latency_us\": {\n");
	latency_json("offer", &s->offer, ",");
	latency_json("ack", &s->ack, ",");
	latency_json("exchange", &s->whole, ",");
	latency_json("start_lag", &s->lag, "");
	printf("  },\n");
	count_json("rx_lost", l->io.rx_lost);
	count_json("tx_failed", l->io.tx_failed);
	printf("  \"cpu_us_per_exchange\": %.3f\n}\n", cpu_per_exchange_us(l));
}
