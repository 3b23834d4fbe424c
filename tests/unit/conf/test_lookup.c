/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_lookup: every look-up against a search of all subnets, with random configurations whose
 * prefixes lie inside one another, and 10,000 subnets within a second.
 */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/conf/range.h"
#include "shm/base/text.h"
#include "tests/unit/conf/loaded.h"

#define SUBNETS 60
#define RELAYS  8

struct text {
	char *p;
	size_t len, size;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	if (t->size - t->len < 1024) {
		t->size = t->size * 2 + 4096;
		t->p = realloc(t->p, t->size);
		cr_assert(t->p != NULL);
	}
	va_start(ap, fmt);
	t->len += (size_t)vsnprintf(t->p + t->len, t->size - t->len, fmt, ap);
	va_end(ap);
}

static uint32_t seed;

static uint32_t any(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(seed ^ seed >> 15) * below >> 32);
}

/* What the configuration says, in the order of look-up. */
static struct expected {
	uint32_t prefix, last, pool_start, pool_end;
	uint8_t len;
	bool has_pool, has_guard;
	int interface; /* number, -1: none */
	uint32_t relays[2];
	unsigned n_relays;
} want[SUBNETS];

static bool is_taken(unsigned n, const struct expected *e)
{
	for (unsigned i = 0; i < n; i++)
		if (want[i].prefix == e->prefix && want[i].len == e->len)
			return true;
	return false;
}

static bool pool_overlaps(unsigned n, const struct expected *e)
{
	for (unsigned i = 0; i < n; i++)
		if (want[i].has_pool && want[i].pool_start <= e->pool_end &&
			e->pool_start <= want[i].pool_end)
			return true;
	return false;
}

/* Prefixes from a small space, so that they meet; some at the edges of all addresses. */
static void make_one(unsigned n)
{
	struct expected e = {.len = 0};

	do {
		e.len = any(20) == 0 ? (uint8_t)any(9) : (uint8_t)(20 + any(13));
		e.prefix = (any(8) == 0 ? 0xffffff00U : 0x0a000000U) + any(0x4000);
		e.prefix &= range_mask(e.len);
	} while (is_taken(n, &e));
	e.last = e.prefix | ~range_mask(e.len);
	e.pool_start = e.prefix + any(e.last - e.prefix > 20 ? 20 : e.last - e.prefix + 1);
	e.pool_end = e.pool_start + any(e.last - e.pool_start > 9 ? 9 : e.last - e.pool_start + 1);
	e.has_pool = !pool_overlaps(n, &e);
	e.has_guard = any(2) == 0;
	e.interface = (int)any(6) - 2;
	e.n_relays = any(3);
	for (unsigned i = 0; i < e.n_relays; i++)
		e.relays[i] = 0xc0000200U + any(RELAYS);
	want[n] = e;
}

static void write_subnet(struct text *t, unsigned i)
{
	const struct expected *e = &want[i];
	char a[TEXT_IP_SIZE], b[TEXT_IP_SIZE];

	add(t, "%s{ id = %u; subnet = \"%s/%u\"; ", i > 0 ? ", " : "", 1000 - i,
		text_ip(e->prefix, a), e->len);
	if (e->has_pool)
		add(t, "pools = ( { pool = \"%s - %s\"; } ); ", text_ip(e->pool_start, a),
			text_ip(e->pool_end, b));
	if (e->has_guard)
		add(t, "client-class = \"ALL\"; ");
	if (e->interface >= 0)
		add(t, "interface = \"eth%d\"; ", e->interface);
	if (e->n_relays > 0)
		add(t, "relay = { ip-addresses = [ ");
	for (unsigned r = 0; r < e->n_relays; r++)
		add(t, "%s\"%s\"", r > 0 ? ", " : "", text_ip(e->relays[r], a));
	add(t, "%s}\n", e->n_relays > 0 ? " ]; }; " : "");
}

static bool holds(unsigned i, uint32_t addr)
{
	return addr >= want[i].prefix && addr <= want[i].last;
}

static bool names_relay(unsigned i, uint32_t addr)
{
	for (unsigned r = 0; r < want[i].n_relays; r++)
		if (want[i].relays[r] == addr)
			return true;
	return false;
}

static bool names_interface(unsigned i, uint32_t number)
{
	return want[i].interface == (int)number;
}

/* c is all subnets that fit, in order, up to one without a guard. */
static void compare_candidates(const struct model *m, struct model_candidates c,
	bool (*fits)(unsigned i, uint32_t key), uint32_t key)
{
	bool open = false;
	size_t n = 0;

	for (unsigned i = 0; i < SUBNETS && !open; i++) {
		if (!fits(i, key))
			continue;
		cr_assert(n < c.n && c.v[n] == m->subnets[i], "%x", key);
		open = !want[i].has_guard;
		n++;
	}
	cr_assert(n == c.n, "%x: %zu, not %zu", key, c.n, n);
}

static void compare_address(const struct model *m, uint32_t addr)
{
	struct model_candidates c = model_subnets_by_address(m, addr);

	compare_candidates(m, c, holds, addr);
	cr_assert(model_subnet_by_address(m, addr) == loaded_first(c));
	for (unsigned i = 0; i < SUBNETS; i++) {
		bool in = want[i].has_pool && addr >= want[i].pool_start &&
			addr <= want[i].pool_end;
		const struct model_pool *p = model_pool_of(m->subnets[i], addr);

		cr_assert((p != NULL) == in && (!in || p->subnet == m->subnets[i]));
	}
}

static void compare_all(const struct model *m)
{
	cr_assert(m->n_subnets == SUBNETS);
	for (unsigned i = 0; i < SUBNETS; i++) {
		cr_assert(model_subnet_by_id(m, 1000 - i) == m->subnets[i]);
		for (uint32_t d = 0; d < 3; d++) {
			compare_address(m, want[i].prefix + d - 1);
			compare_address(m, want[i].last + d - 1);
			compare_address(m, want[i].pool_start + d - 1);
			compare_address(m, want[i].pool_end + d - 1);
		}
	}
	for (unsigned i = 0; i < 200; i++)
		compare_address(m, 0x0a000000U + any(0x4000));
	compare_address(m, 0);
	compare_address(m, UINT32_MAX);
	for (uint32_t r = 0; r <= RELAYS; r++)
		compare_candidates(m, model_subnets_by_relay(m, 0xc0000200U + r), names_relay,
			0xc0000200U + r);
	for (int i = 0; i < 6; i++) {
		char name[16];

		snprintf(name, sizeof(name), "eth%d", i);
		compare_candidates(m, model_subnets_by_interface(m, name), names_interface,
			(uint32_t)i);
	}
	cr_assert(model_subnet_by_id(m, 1) == NULL);
	cr_assert(model_subnets_by_interface(m, "").n == 0);
	for (size_t i = 1; i < m->n_pools; i++)
		cr_assert(m->pools[i - 1]->end < m->pools[i]->start && m->pools[i]->index == i);
}

Test(lookup, as_a_search_of_all, .init = loaded_enter, .fini = loaded_leave)
{
	for (seed = 1; seed < 200; seed++) {
		uint32_t next = seed;
		struct text t = {NULL, 0, 0};
		struct loaded *l;

		add(&t, "interfaces-config = { interfaces = [ \"*\" ]; };\nsubnet4 = ( ");
		for (unsigned i = 0; i < SUBNETS; i++) {
			make_one(i);
			write_subnet(&t, i);
		}
		add(&t, ");\n");
		l = loaded_good(t.p);
		compare_all(l->model);
		loaded_free(l);
		free(t.p);
		seed = next;
	}
}

Test(lookup, network_relays_and_order, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(
		"interfaces-config = { interfaces = [ \"*\" ]; };\n"
		"subnet4 = ( { id = 1; subnet = \"10.0.0.0/8\"; interface = \"eth1\";\n"
		"  relay = { ip-addresses = [ \"9.0.0.1\", \"9.0.0.3\" ]; }; } );\n"
		"shared-networks = ( { name = \"a\"; interface = \"eth1\";\n"
		"  relay = { ip-addresses = [ \"9.0.0.1\", \"9.0.0.2\" ]; }; subnet4 = (\n"
		"    { id = 2; subnet = \"10.1.0.0/16\";\n"
		"      relay = { ip-addresses = [ \"9.0.0.4\" ]; }; },\n"
		"    { id = 3; subnet = \"10.2.0.0/16\"; relay = { ip-addresses = [ ]; }; },\n"
		"    { id = 4; subnet = \"10.3.0.0/16\"; } ); } );");
	static const struct {
		uint32_t relay, id;
	} cases[] = {{0x09000001, 3}, {0x09000002, 3}, {0x09000003, 1}, {0x09000004, 2}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(loaded_first(model_subnets_by_relay(l->model, cases[i].relay))->id == cases[i].id);
	cr_expect(loaded_first(model_subnets_by_relay(l->model, 0x09000005)) == NULL);
	cr_expect(loaded_first(model_subnets_by_interface(l->model, "eth1"))->id == 2);
	cr_expect(model_subnet_by_address(l->model, 0x0a010001)->id == 2);
	cr_expect(model_subnet_by_address(l->model, 0x0a040001)->id == 1);
	loaded_free(l);
}

Test(lookup, ten_thousand_subnets, .init = loaded_enter, .fini = loaded_leave)
{
	struct text t = {NULL, 0, 0};
	struct loaded *l;
	clock_t start;

	add(&t, "interfaces-config = { interfaces = [ \"*\" ]; };\nsubnet4 = ( ");
	for (unsigned i = 0; i < 10000; i++)
		add(&t,
			"%s{ id = %u; subnet = \"10.%u.%u.0/24\"; relay = { ip-addresses = "
			"[ \"10.%u.%u.1\" ]; }; pools = ( { pool = "
			"\"10.%u.%u.10 - 10.%u.%u.250\"; } ); "
			"option-data = ( { name = \"routers\"; data = \"10.%u.%u.1\"; } ); }\n",
			i > 0 ? ", " : "", i + 1, i / 256, i % 256, i / 256, i % 256, i / 256,
			i % 256, i / 256, i % 256, i / 256, i % 256);
	add(&t, ");\n");
	start = clock();
	l = loaded_good(t.p);
	/* Ten times what it takes: a slow machine or sanitizers do not count, a bad curve does. */
	cr_expect(clock() - start < 5 * CLOCKS_PER_SEC);
	cr_expect(l->model->n_subnets == 10000 && l->model->total_addresses == 2410000);
	cr_expect(model_subnet_by_address(l->model, 0x0a010203)->id == 0x103);
	cr_expect(loaded_first(model_subnets_by_relay(l->model, 0x0a010201))->id == 0x103);
	loaded_free(l);
	free(t.p);
}
