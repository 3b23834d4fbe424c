/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authority: the rules of the DHCP failover drafts (draft-ietf-dhc-failover-12, RFC 8156) as
 * questions about one address and one reply. What is held means: the partner is known to have it
 * on disk.
 */
#include "shm/authority.h"

static uint32_t load32(const _Atomic uint32_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

static bool held(const struct authority *a, const struct authority_row *row)
{
	return row->seq != 0 && row->seq <= atomic_load_explicit(&a->acked, memory_order_acquire);
}

enum authority_verdict authority_may_send(
        const struct authority *a, uint64_t rules, uint64_t seq, uint64_t now_ns)
{
	if (authority_rules(a) != rules)
		return AUTHORITY_AGAIN;
	switch (authority_mode(rules)) {
	case AUTHORITY_SILENT:
		return AUTHORITY_AGAIN;
	case AUTHORITY_ACTIVE:
		if (now_ns >= atomic_load_explicit(&a->permit_until_ns, memory_order_acquire))
			return AUTHORITY_HOLD;
		if (seq > atomic_load_explicit(&a->acked, memory_order_acquire))
			return AUTHORITY_HOLD;
		return AUTHORITY_SEND;
	default:
		return AUTHORITY_SEND;
	}
}

/* Nobody has told anybody of the address since the partner learned that it is free, and only we
 * may give it away. */
static bool own_and_free(const struct authority *a, const struct authority_row *row)
{
	return row->owner == load32(&a->node) && (row->seq == 0 || (held(a, row) && !row->binding));
}

/* Nothing that anybody may have told without our knowing is still valid. */
static bool outlived(const struct authority *a, const struct authority_row *row, uint32_t now_s)
{
	uint32_t down = load32(&a->doubt_s);
	uint64_t last = row->end_s;

	if (row->end_s == UINT32_MAX && row->binding)
		return false;
	if (down == 0)
		return now_s >= last; /* there never was a partner */
	if (last < row->acked_end_s)
		last = row->acked_end_s;
	if (last < down)
		last = down;
	return now_s >= last + load32(&a->mclt_s) + AUTHORITY_SLACK_S;
}

/* Whether a new lease can only collide with what is known. */
static bool beyond_doubt(const struct authority *a, const struct authority_row *row, uint32_t now_s)
{
	uint64_t after = atomic_load_explicit(&a->doubt_after, memory_order_relaxed);

	if (load32(&a->doubt_s) == 0 || outlived(a, row, now_s))
		return true;
	return own_and_free(a, row) && after != 0 && row->seq <= after;
}

bool authority_may_grant_new(const struct authority *a, uint64_t rules,
        const struct authority_row *row, uint32_t now_s, uint64_t now_ns)
{
	if (authority_mode(rules) == AUTHORITY_ALONE)
		return true;
	if (row->seq != 0 &&
		(now_s < row->reuse_after_s ||
			now_ns < atomic_load_explicit(&a->no_reuse_until_ns, memory_order_acquire)))
		return false;
	switch (authority_mode(rules)) {
	case AUTHORITY_ACTIVE:
		return beyond_doubt(a, row, now_s);
	case AUTHORITY_RESTRICTED:
		return own_and_free(a, row) && beyond_doubt(a, row, now_s);
	case AUTHORITY_PARTNER_DOWN:
		return outlived(a, row, now_s) ||
			(own_and_free(a, row) && beyond_doubt(a, row, now_s));
	default:
		return false;
	}
}

bool authority_may_extend(
        const struct authority *a, uint64_t rules, const struct authority_row *row)
{
	switch (authority_mode(rules)) {
	case AUTHORITY_SILENT:
		return false;
	case AUTHORITY_RESTRICTED:
	case AUTHORITY_PARTNER_DOWN:
		if (row->binding)
			return held(a, row) || row->sure;
		/* Over by our own account. The partner may have heard of that without our knowing,
		 * and if it owns the address it may have given it away. */
		return row->seq != 0 && !held(a, row) && row->sure &&
			row->owner == load32(&a->node);
	default:
		return true;
	}
}

bool authority_may_nak(uint64_t rules)
{
	switch (authority_mode(rules)) {
	case AUTHORITY_SILENT:
	case AUTHORITY_RESTRICTED:
		return false;
	default:
		return true;
	}
}

uint32_t authority_limit_lifetime(const struct authority *a, uint64_t rules, uint32_t acked_end_s,
        uint32_t now_s, uint32_t wanted_s)
{
	uint64_t allowed;

	switch (authority_mode(rules)) {
	case AUTHORITY_RESTRICTED:
		break;
	case AUTHORITY_PARTNER_DOWN:
		if (load32(&a->doubt_s) == 0)
			return wanted_s;
		break;
	default:
		return wanted_s;
	}
	if (acked_end_s == UINT32_MAX)
		return wanted_s;
	allowed = load32(&a->mclt_s);
	if (acked_end_s > now_s)
		allowed += acked_end_s - now_s;
	return allowed < wanted_s ? (uint32_t)allowed : wanted_s;
}

struct authority_facts authority_next(const struct authority *a, uint64_t rules,
        const struct authority_row *row, bool same, uint32_t now_s, uint64_t now_ns)
{
	bool known = held(a, row);

	if (authority_mode(rules) == AUTHORITY_ALONE)
		return (struct authority_facts){.sure = true};
	if (same && row->binding)
		return (struct authority_facts){
			.acked_end_s = known ? row->end_s : row->acked_end_s,
			.sure = known || row->sure,
		};
	if (same && row->seq != 0 && !known && row->owner == load32(&a->node))
		return (struct authority_facts){row->acked_end_s, row->sure};
	/* A new binding: an active that loses its partner before the acknowledgement may tell of it
	 * only if it might have given it alone. */
	if (authority_mode(rules) == AUTHORITY_ACTIVE)
		rules = AUTHORITY_RESTRICTED;
	return (struct authority_facts){
		.sure = authority_may_grant_new(a, rules, row, now_s, now_ns),
	};
}

void authority_publish(struct authority *a, const struct authority_change *change)
{
	/* Nobody acts on a mixture: between two sets of rules there is silence. */
	atomic_store_explicit(
		&a->rules, change->term << 8 | AUTHORITY_SILENT, memory_order_seq_cst);
	atomic_store_explicit(&a->node, change->node, memory_order_relaxed);
	atomic_store_explicit(&a->mclt_s, change->mclt_s, memory_order_relaxed);
	atomic_store_explicit(&a->doubt_s, change->doubt_s, memory_order_relaxed);
	atomic_store_explicit(&a->doubt_after, change->doubt_after, memory_order_relaxed);
	atomic_store_explicit(&a->rules, change->term << 8 | change->mode, memory_order_seq_cst);
}

void authority_permit(struct authority *a, uint64_t until_ns)
{
	atomic_store_explicit(&a->permit_until_ns, until_ns, memory_order_release);
}

void authority_acked(struct authority *a, uint64_t position)
{
	atomic_store_explicit(&a->acked, position, memory_order_release);
}

void authority_no_reuse(struct authority *a, uint64_t until_ns)
{
	atomic_store_explicit(&a->no_reuse_until_ns, until_ns, memory_order_release);
}
