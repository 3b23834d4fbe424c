/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_serve: workers that ask the authority as real ones must, and clients that ask, ask again,
 * and release.
 */
#include "sim.h"

#include <string.h>

bool sim_busy(const struct node *n, uint8_t addr)
{
	for (int k = 0; k < PENDING; k++)
		if (n->pending[k].used && !n->pending[k].committed && n->pending[k].addr == addr)
			return true;
	return false;
}

struct authority_row sim_row(const struct sim *s, int i, uint8_t addr)
{
	const struct node *n = &s->node[i];
	const struct table *t = &n->table[addr];
	struct authority_row row = {
		.owner = (uint8_t)share_owner(n->word, BASE + addr * SHARE_BLOCK)};

	if (t->row.client == NOBODY)
		return row;
	row.seq = t->seq;
	row.end_s = t->row.end;
	row.acked_end_s = t->row.acked_end;
	row.reuse_after_s = t->row.reuse_after;
	row.binding = t->row.state == LEASE_ASSIGNED;
	row.sure = t->row.sure;
	if (s->mutant == MUTANT_EXPIRY_FREES && t->row.end <= sim_wall_s(s, i))
		row.seq = 0;
	return row;
}

static struct pending *slot(struct node *n)
{
	for (int k = 0; k < PENDING; k++)
		if (!n->pending[k].used)
			return &n->pending[k];
	return NULL;
}

/* What a worker decides about an address; the row gets its facts. */
static struct pending *decide(struct sim *s, int i, uint8_t client, uint8_t addr, uint8_t state,
        uint32_t lifetime, uint64_t rules)
{
	struct node *n = &s->node[i];
	const struct row *old = &n->table[addr].row;
	struct authority_row row = sim_row(s, i, addr);
	bool same = old->client == client;
	struct authority_facts facts;
	struct pending *p = slot(n);
	uint32_t now = sim_wall_s(s, i);

	if (p == NULL)
		return NULL;
	facts = authority_next(&n->authority, rules, &row, same, now, sim_boot(s, i));
	if (s->mutant != MUTANT_NO_MCLT && state == LEASE_ASSIGNED)
		lifetime = authority_limit_lifetime(
			&n->authority, rules, facts.acked_end_s, now, lifetime);
	*p = (struct pending){.used = true, .client = client, .addr = addr, .rules = rules};
	p->lifetime = lifetime;
	p->ready = s->now + sim_random(s, 30 * MS);
	p->row = (struct row){.client = client,
		.state = state,
		.sure = facts.sure,
		.cltt = now + 1,
		.end = now + 1 + lifetime,
		.acked_end = facts.acked_end_s};
	if (state == LEASE_EXPIRED) {
		p->row.cltt = old->cltt;
		p->row.end = old->end;
	}
	/* a shorter time than was told before does not make the client forget that */
	if (same && row.binding && state == LEASE_ASSIGNED) {
		p->row.reuse_after = old->reuse_after;
		if (old->end > p->row.end && old->end > p->row.reuse_after)
			p->row.reuse_after = old->end;
	}
	if (state == LEASE_EXPIRED)
		p->row.reuse_after = old->reuse_after;
	return p;
}

static bool available(const struct sim *s, int i, uint8_t addr)
{
	const struct row *row = &s->node[i].table[addr].row;

	return !sim_busy(&s->node[i], addr) &&
		(row->client == NOBODY || row->state != LEASE_ASSIGNED ||
			row->end <= sim_wall_s(s, i));
}

static int pick(struct sim *s, int i, uint64_t rules)
{
	const struct node *n = &s->node[i];
	int first = (int)sim_random(s, ADDRS);

	for (int k = 0; k < ADDRS; k++) {
		uint8_t addr = (uint8_t)((first + k) % ADDRS);
		struct authority_row row = sim_row(s, i, addr);

		if (available(s, i, addr) &&
			authority_may_grant_new(
				&n->authority, rules, &row, sim_wall_s(s, i), sim_boot(s, i)))
			return addr;
	}
	return -1;
}

static int own_address(const struct sim *s, int i, uint8_t client, uint64_t rules)
{
	const struct node *n = &s->node[i];

	for (int a = 0; a < ADDRS; a++) {
		struct authority_row row = sim_row(s, i, (uint8_t)a);
		bool over = !row.binding || row.end_s <= sim_wall_s(s, i);

		if (n->table[a].row.client == client && !sim_busy(n, (uint8_t)a) &&
			(authority_may_extend(&n->authority, rules, &row)) &&
			(!over || authority_mode(rules) != AUTHORITY_ACTIVE ||
				authority_may_grant_new(&n->authority, rules, &row,
					sim_wall_s(s, i), sim_boot(s, i))))
			return a;
	}
	return -1;
}

/* An answer out of the table, without a commit. */
static bool from_cache(
        struct sim *s, int i, uint8_t client, uint8_t addr, uint64_t asked, uint64_t rules)
{
	struct node *n = &s->node[i];
	const struct row *row = &n->table[addr].row;
	uint32_t now = sim_wall_s(s, i);
	struct pending *p = slot(n);

	if (authority_mode(rules) != AUTHORITY_ACTIVE || p == NULL ||
		row->state != LEASE_ASSIGNED || row->end < now + 3 || row->cltt + 2 < now)
		return false;
	*p = (struct pending){.used = true,
		.committed = true,
		.reply = true,
		.cached = true,
		.client = client,
		.addr = addr,
		.rules = rules,
		.asked = asked,
		.lifetime = row->end - 1 - now,
		.row = *row,
		.seq = n->table[addr].seq};
	if (s->mutant == MUTANT_CACHED_NOT_HELD)
		p->seq = 0;
	return true;
}

void sim_request(struct sim *s, int i, uint8_t client, uint64_t asked)
{
	struct node *n = &s->node[i];
	uint64_t rules = authority_rules(&n->authority);
	int addr = own_address(s, i, client, rules);
	bool fresh = addr < 0;
	struct pending *p;

	if (authority_mode(rules) == AUTHORITY_SILENT)
		return;
	for (int a = 0; a < ADDRS; a++)
		if (sim_busy(n, (uint8_t)a) && n->table[a].row.client == client)
			return;
	for (int k = 0; k < PENDING; k++)
		if (n->pending[k].used && !n->pending[k].committed &&
			n->pending[k].client == client)
			return;
	if (!fresh && sim_chance(s, 400) && from_cache(s, i, client, (uint8_t)addr, asked, rules))
		return;
	if (fresh)
		addr = pick(s, i, rules);
	if (addr < 0)
		return;
	p = decide(s, i, client, (uint8_t)addr, LEASE_ASSIGNED, LEASE, rules);
	if (p != NULL) {
		p->reply = true;
		p->asked = asked;
		s->granted += fresh;
	}
}

/* INIT-REBOOT or renewal of an address that the node's table does not give to this client. */
static void ask_for(struct sim *s, int i, uint8_t client, uint8_t addr)
{
	const struct node *n = &s->node[i];
	uint64_t rules = authority_rules(&n->authority);
	const struct row *row = &n->table[addr].row;
	bool known = row->client != NOBODY && row->client != client &&
		row->state == LEASE_ASSIGNED && row->end > sim_wall_s(s, i);

	if (authority_mode(rules) == AUTHORITY_SILENT || row->client == client || known)
		return;
	if (authority_may_send(&n->authority, rules, 0, sim_boot(s, i)) != AUTHORITY_SEND)
		return;
	if (authority_may_nak(rules) || s->mutant == MUTANT_BLIND_NAK)
		check_nak(s, i, rules, client, addr);
}

static void release(struct sim *s, int i, uint8_t client, uint8_t addr)
{
	struct node *n = &s->node[i];
	uint64_t rules = authority_rules(&n->authority);
	const struct row *row = &n->table[addr].row;

	if (authority_mode(rules) == AUTHORITY_SILENT || row->client != client ||
		row->state != LEASE_ASSIGNED || sim_busy(n, addr))
		return;
	decide(s, i, client, addr, LEASE_RELEASED, 0, rules);
}

void sim_clients(struct sim *s)
{
	uint8_t client = (uint8_t)sim_random(s, CLIENTS), addr = (uint8_t)sim_random(s, ADDRS);
	bool gives_up = s->told[addr][client] > s->now && sim_chance(s, 60);

	for (int i = 0; i < 2; i++) {
		struct node *n = &s->node[i];

		if (!n->alive || n->paused_until > s->now || !n->lan || sim_chance(s, 100))
			continue;
		if (gives_up)
			release(s, i, client, addr);
		else if (s->told[addr][client] > s->now && sim_chance(s, 300))
			ask_for(s, i, client, addr);
		else
			sim_request(s, i, client, s->now);
	}
	if (gives_up) {
		sim_say(s, "client %d releases %d", client, addr);
		s->told[addr][client] = 0;
		s->released[addr][client] = s->now;
	}
}

static void commit(struct sim *s, int i, struct pending *p)
{
	struct node *n = &s->node[i];
	struct entry e = {.kind = ENTRY_ROW,
		.addr = p->addr,
		.writer = (uint8_t)i,
		.id = ++s->ids,
		.term = n->fsm.durable.term,
		.row = p->row};

	sim_append(s, i, &e);
	p->committed = true;
	p->seq = n->n;
	sim_say(s, "%d: #%zu address %d %s client %d end %+.1f acked_end %u %s", i, n->n, p->addr,
		p->row.state == LEASE_ASSIGNED ? "->" : "over for", p->row.client,
		((double)sim_true(s, i, p->row.end) - (double)s->now) / 1e9, p->row.acked_end,
		p->row.sure ? "sure" : "");
	if (!p->reply)
		p->used = false;
}

static enum authority_verdict verdict(struct sim *s, int i, const struct pending *p)
{
	const struct authority *a = &s->node[i].authority;
	enum authority_verdict v = authority_may_send(a, p->rules, p->seq, sim_boot(s, i));

	if (s->mutant == MUTANT_NO_PERMIT && v == AUTHORITY_HOLD && p->seq <= a->acked)
		return AUTHORITY_SEND;
	if (s->mutant == MUTANT_NO_HOLD && v == AUTHORITY_HOLD)
		return authority_may_send(a, p->rules, 0, sim_boot(s, i));
	if (s->mutant == MUTANT_OLD_RULES && v == AUTHORITY_AGAIN &&
		authority_mode(authority_rules(a)) != AUTHORITY_SILENT)
		return authority_may_send(a, authority_rules(a), p->seq, sim_boot(s, i));
	return v;
}

void sim_workers(struct sim *s, int i)
{
	struct node *n = &s->node[i];

	for (int k = 0; k < PENDING && n->alive && !s->failed; k++) {
		struct pending *p = &n->pending[k], again;

		if (p->used && !p->committed && s->now >= p->ready && n->disk_bad)
			p->used = false;
		if (p->used && !p->committed && s->now >= p->ready)
			commit(s, i, p);
		if (!p->used || !p->committed)
			continue;
		if (s->now - p->asked > 2 * SECOND) {
			p->used = false; /* too old for its client */
			continue;
		}
		switch (verdict(s, i, p)) {
		case AUTHORITY_SEND:
			check_ack(s, i, p);
			p->used = false;
			break;
		case AUTHORITY_AGAIN:
			again = *p;
			p->used = false;
			if (n->lan)
				sim_request(s, i, again.client, again.asked);
			break;
		case AUTHORITY_HOLD:
			break;
		}
	}
}

/* What ends by time is journaled; shares move while active. */
void sim_store(struct sim *s, int i)
{
	struct node *n = &s->node[i];
	uint64_t rules = authority_rules(&n->authority);
	uint8_t addr = (uint8_t)sim_random(s, ADDRS);
	const struct row *row = &n->table[addr].row;
	struct entry e = {.kind = ENTRY_SHARE,
		.addr = addr,
		.writer = (uint8_t)i,
		.term = n->fsm.durable.term};
	bool acked = n->word_seq != 0 && n->word_seq <= n->authority.acked;

	if (authority_mode(rules) == AUTHORITY_SILENT || n->disk_bad)
		return;
	if (row->client != NOBODY && row->state == LEASE_ASSIGNED && row->end <= sim_wall_s(s, i) &&
		!sim_busy(n, addr))
		decide(s, i, row->client, addr, LEASE_EXPIRED, 0, rules);
	if (authority_mode(rules) != AUTHORITY_ACTIVE || !sim_chance(s, 200))
		return;
	e.word = share_move(n->word, BASE + addr * SHARE_BLOCK, (unsigned int)i,
		(unsigned int)sim_random(s, 2), acked);
	if (s->mutant == MUTANT_SHARE_IN_ONE_STEP)
		e.word = share_set(n->word, BASE + addr * SHARE_BLOCK, (unsigned int)i);
	if (e.word == n->word)
		return;
	e.id = ++s->ids;
	sim_append(s, i, &e);
}
