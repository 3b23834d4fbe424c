/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_check: the invariants I1 to I10 of the pair (doc/design.md), against what is true.
 */
#include "sim.h"

#include <string.h>

/* Ends are whole seconds, rounded up at each conversion. */
#define ROUNDING (3 * SECOND)

static bool can_send(const struct sim *s, int i)
{
	const struct node *n = &s->node[i];
	enum authority_mode mode = authority_mode(authority_rules(&n->authority));

	/* a paused process cannot send; when it goes on it looks at its permit first */
	if (!n->alive || n->paused_until > s->now || mode == AUTHORITY_SILENT)
		return false;
	return mode != AUTHORITY_ACTIVE || sim_boot(s, i) < n->authority.permit_until_ns;
}

void check_sent(struct sim *s, int i, uint64_t rules)
{
	enum authority_mode mine = authority_mode(rules);
	enum authority_mode theirs = authority_mode(authority_rules(&s->node[1 - i].authority));

	if (!can_send(s, 1 - i))
		return;
	if (mine == AUTHORITY_ACTIVE || theirs == AUTHORITY_ACTIVE)
		sim_fail(s, "I4 permit: %d sends while one of the two is active", i);
}

static void check_durable(struct sim *s, int i, const struct pending *p, uint64_t end)
{
	uint64_t limit = s->held[1 - i][p->addr][p->client];
	const struct row *row = &s->node[i].table[p->addr].row;

	if (row->client != p->client || sim_true(s, i, row->end) + MS < end) {
		if (row->reuse_after == 0 || sim_true(s, i, row->reuse_after) + MS < end)
			sim_fail(s,
				"I1 durability: address %d for client %d is not on its own disk",
				p->addr, p->client);
	}
	if (limit + ROUNDING / 2 >= end && authority_mode(p->rules) == AUTHORITY_ACTIVE)
		return;
	if (authority_mode(p->rules) == AUTHORITY_ACTIVE) {
		sim_fail(s, "I1 durability: address %d for client %d, partner holds %.1f of %.1f",
			p->addr, p->client, (double)limit / 1e9, (double)end / 1e9);
		return;
	}
	if (authority_mode(p->rules) == AUTHORITY_PARTNER_DOWN && s->node[i].authority.doubt_s == 0)
		return;
	if (limit < s->now)
		limit = s->now;
	if (end > limit + MCLT * SECOND + ROUNDING)
		sim_fail(s, "I1 MCLT: address %d for client %d ends %.1f, limit %.1f", p->addr,
			p->client, (double)end / 1e9, (double)limit / 1e9);
}

void check_ack(struct sim *s, int i, const struct pending *p)
{
	uint64_t end = p->asked + p->lifetime * SECOND;

	sim_say(s, "%d: ACK address %d to client %d for %u s%s", i, p->addr, p->client, p->lifetime,
		p->cached ? " (repeated)" : "");
	check_sent(s, i, p->rules);
	if (p->asked <= s->released[p->addr][p->client])
		return;
	check_durable(s, i, p, end);
	if (sim_true(s, i, p->row.end) + MS < end)
		sim_fail(s, "I9 time: recorded end of address %d is before the end told", p->addr);
	for (int c = 0; c < CLIENTS; c++) {
		if (c != p->client && s->told[p->addr][c] > s->now)
			sim_fail(s,
				"I3 no reuse: address %d goes to client %d, client %d has it for "
				"another %.1f s",
				p->addr, p->client, c,
				(double)(s->told[p->addr][c] - s->now) / 1e9);
	}
	if (end > s->told[p->addr][p->client])
		s->told[p->addr][p->client] = end;
	s->answered++;
}

void check_nak(struct sim *s, int i, uint64_t rules, uint8_t client, uint8_t addr)
{
	check_sent(s, i, rules);
	if (authority_mode(rules) == AUTHORITY_RESTRICTED)
		sim_fail(s, "I7 no blind NAK: %d refuses address %d to client %d", i, addr, client);
	if (authority_mode(rules) == AUTHORITY_ACTIVE && s->told[addr][client] > s->now)
		sim_fail(s, "I7 no blind NAK: %d refuses address %d to client %d, whose it is", i,
			addr, client);
}

void check_terms(struct sim *s, int i, const struct authority_change *c)
{
	const struct node *n = &s->node[i];

	if (c->mode == AUTHORITY_SILENT)
		return;
	if (n->saved.term < c->term)
		sim_fail(s, "I5 terms: %d serves under term %lu, on disk is %lu", i,
			(unsigned long)c->term, (unsigned long)n->saved.term);
	if (c->term <= authority_rules(&n->authority) >> 8 &&
		authority_mode(authority_rules(&n->authority)) != AUTHORITY_SILENT)
		sim_fail(s, "I5 terms: %d goes from term %lu to %lu", i,
			(unsigned long)(authority_rules(&n->authority) >> 8),
			(unsigned long)c->term);
	if (c->mode != AUTHORITY_ACTIVE)
		return;
	if (c->term == s->active_term[1 - i])
		sim_fail(s, "I5 terms: both were active in term %lu", (unsigned long)c->term);
	s->active_term[i] = c->term;
}

void check_prefix(struct sim *s, int leader, uint64_t position)
{
	const struct node *a = &s->node[leader], *b = &s->node[1 - leader];

	if (position > b->n) {
		sim_fail(s, "I6 prefix: %lu acknowledged, %zu held", (unsigned long)position, b->n);
		return;
	}
	for (uint64_t p = position > 16 ? position - 16 : 1; p <= position && p <= a->n; p++)
		if (a->journal[p].id != b->journal[p].id)
			sim_fail(s, "I6 prefix: journals differ at %lu", (unsigned long)p);
}

void check_owners(struct sim *s)
{
	for (uint8_t addr = 0; addr < ADDRS; addr++) {
		bool may[2];

		for (int i = 0; i < 2; i++) {
			const struct node *n = &s->node[i];
			uint64_t rules = authority_rules(&n->authority);
			struct authority_row row = sim_row(s, i, addr);

			may[i] = n->alive && authority_mode(rules) == AUTHORITY_RESTRICTED &&
				authority_may_grant_new(&n->authority, rules, &row,
					sim_wall_s(s, i), sim_boot(s, i));
		}
		if (may[0] && may[1])
			sim_fail(s, "I2 one owner: both may give address %d to a new client", addr);
	}
}

void check_converged(struct sim *s)
{
	const struct node *a = &s->node[0], *b = &s->node[1];
	enum fsm_state sa = a->fsm.state, sb = b->fsm.state;

	if (!((sa == FSM_ACTIVE && sb == FSM_STANDBY) || (sa == FSM_STANDBY && sb == FSM_ACTIVE))) {
		sim_fail(s, "I8 convergence: %s and %s", fsm_state_name(sa), fsm_state_name(sb));
		return;
	}
	if (a->word != b->word)
		sim_fail(s, "I8 convergence: shares differ");
	for (int k = 0; k < ADDRS; k++) {
		const struct row *x = &a->table[k].row, *y = &b->table[k].row;

		if (x->client != y->client || (x->client != NOBODY && x->state != y->state))
			sim_fail(s, "I8 convergence: address %d differs", k);
	}
}
