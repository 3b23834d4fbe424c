/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit: asks the tallies of a query's subnet and classes. Which classes a lease counts for stands
 * in the lease itself, since nobody else knows it when the lease ends, or after a restart.
 */
#include "workers/limit.h"

#include <stdio.h>

#include "shm/base/clock.h"
#include "shm/base/log.h"
#include "shm/tally.h"
#include "workers/client.h"

/* The i-th limit that may concern q in s: the subnet's first, then those of its classes; *ret_key is
 * that of what is counted. false: there are no more. Those without a limit have NULL. */
static bool limit_at(const struct query *q, const struct model_subnet *s, size_t i,
	const struct model_limit **ret_limit, uint64_t *ret_key)
{
	const struct model_class *c;

	if (i == 0) {
		*ret_limit = s != NULL ? s->limit : NULL;
		*ret_key = s != NULL ? tally_subnet_key(s->id) : 0;
		return true;
	}
	if (i > q->n_classes)
		return false;
	c = q->ctx->model->classes[q->classes[i - 1]];
	*ret_limit = c->limit;
	*ret_key = c->tally_key;
	return true;
}

/* "subnet 7" or "class x", the i-th of limit_at(). */
static const char *name_of(const struct query *q, const struct model_subnet *s, size_t i,
	char buf[300])
{
	if (i == 0)
		snprintf(buf, 300, "subnet %u", s->id);
	else
		snprintf(buf, 300, "class %s", q->ctx->model->classes[q->classes[i - 1]]->name);
	return buf;
}

/* --- packets --- */

static void log_rate(const struct query *q, size_t i, const struct model_limit *l)
{
	static struct log_limit limit;
	char name[CLIENT_NAME_SIZE], who[300];
	unsigned missed;

	if (!log_limit(&limit, 10000, &missed))
		return;
	LOG(EV_LIMIT_EXCEEDED,
		"%s: its limit of %u packets in %llu s is reached; dropped a %s of client %s (%u "
		"more such events)", name_of(q, q->subnet, i, who), l->packets,
		(unsigned long long)l->period_ms / 1000, msg_type_name(q->msg.type),
		client_name(q, name), missed);
}

/* Whether all limits of packets let q through; take: it is counted for each of them. */
static bool admits(const struct query *q, uint64_t now_ms, bool take)
{
	const struct model_limit *l;
	uint64_t key;

	for (size_t i = 0; limit_at(q, q->subnet, i, &l, &key); i++) {
		struct tally *t = l != NULL && l->period_ms != 0 ?
			tally_find(q->ctx->region, key) : NULL;

		if (t == NULL)
			continue;
		if (take ? tally_packet(t, l->packets, l->period_ms, now_ms) :
			   tally_admits(t, l->packets, l->period_ms, now_ms))
			continue;
		log_rate(q, i, l);
		return false;
	}
	return true;
}

bool limit_is_over_rate(const struct query *q)
{
	uint64_t now_ms = q->ctx->now_ns / CLOCK_NS_PER_MS;

	if (!q->ctx->model->has_limits)
		return false;
	return !admits(q, now_ms, false) || !admits(q, now_ms, true);
}

/* --- leases --- */

static bool is_counted_of(const struct query *q, uint32_t rec, const struct model_subnet *s)
{
	const struct table_record *t = table_record(q->ctx->region, rec);

	return rec != TABLE_NONE && t->subnet_id == s->id && table_is_counted(t->state) &&
		table_is_client(q->ctx->region, t, &q->client);
}

/* Whether the client has something that counts in s: another lease takes its place. */
static bool has_counted(const struct query *q, const struct model_subnet *s, uint32_t rec)
{
	uint32_t own = table_find_other(q->ctx->region, s->id, &q->client, rec);

	return own != TABLE_NONE && is_counted_of(q, own, s);
}

bool limit_keeps_out(struct query *q, const struct model_subnet *s, uint32_t rec)
{
	const struct model_limit *l;
	uint64_t key;

	if (!q->ctx->model->has_limits || (rec != TABLE_NONE && is_counted_of(q, rec, s)))
		return false;
	for (size_t i = 0; limit_at(q, s, i, &l, &key); i++) {
		const struct tally *t = l != NULL && l->of_addresses ?
			tally_find(q->ctx->region, key) : NULL;

		if (t == NULL || tally_leases(t) < l->addresses || l->addresses == UINT32_MAX)
			continue;
		if (l->addresses > 0 && tally_leases(t) == l->addresses && has_counted(q, s, rec))
			continue;
		q->limited = l;
		return true;
	}
	return false;
}

bool limit_is_watched(const struct query *q)
{
	const struct model_limit *l;
	uint64_t key;

	if (q->ctx->model->has_limits)
		for (size_t i = 0; limit_at(q, q->subnet, i, &l, &key); i++)
			if (l != NULL && l->of_addresses)
				return true;
	return false;
}

void limit_note(const struct query *q)
{
	static struct log_limit limit;
	char name[CLIENT_NAME_SIZE], who[300];
	const struct model_limit *l = NULL;
	uint64_t key;
	unsigned missed;
	size_t i = 0;

	counter_inc(child_counters(q->ctx->child), COUNTER_ADDRESS_LIMIT);
	if (!log_limit(&limit, 10000, &missed))
		return;
	while (limit_at(q, q->subnet, i, &l, &key) && l != q->limited)
		i++;
	LOG(EV_LIMIT_EXCEEDED,
		"client %s gets no address in subnet %u: %s has %u leases already (%u more such "
		"events)",
		client_name(q, name), q->subnet->id,
		l == q->limited ? name_of(q, q->subnet, i, who) : "another subnet of its network",
		q->limited->addresses, missed);
}

struct span limit_context(const struct query *q, char buf[LIMIT_CONTEXT_SIZE])
{
	static const char head[] = "{\"ISC\":{\"client-classes\":[", tail[] = "]}}";
	size_t n = 0;

	for (size_t i = 0; q->ctx->model->has_limits && i < q->n_classes; i++) {
		const struct model_class *c = q->ctx->model->classes[q->classes[i]];
		size_t len = strlen(c->name);

		if (c->limit == NULL || !c->limit->of_addresses)
			continue;
		if ((n > 0 ? n : sizeof(head)) + len + 3 + sizeof(tail) > LIMIT_CONTEXT_SIZE)
			break;
		n += (size_t)snprintf(buf + n, LIMIT_CONTEXT_SIZE - n, "%s\"%s\"",
			n == 0 ? head : ",", c->name);
	}
	if (n == 0)
		return span_of(NULL, 0);
	n += (size_t)snprintf(buf + n, LIMIT_CONTEXT_SIZE - n, "%s", tail);
	return span_of(buf, n);
}

bool limit_is_crowded(const struct query *q)
{
	const struct model_subnet *s = q->subnet;
	const struct tally *t;
	uint32_t used;

	if (s->params.adaptive_threshold == MODEL_NO_RATIO || s->addresses == 0)
		return false;
	t = tally_find(q->ctx->region, tally_subnet_key(s->id));
	used = t != NULL ? tally_leases(t) : 0;
	if (used > 0 && is_counted_of(q, q->rec, s))
		used--;
	return (double)used > s->params.adaptive_threshold * (double)s->addresses;
}
