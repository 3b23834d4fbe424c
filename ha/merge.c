/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: the rules of merge.h, one function a rule. Ties end at the writer's node: both sides
 * cannot have written the same entry differently.
 */
#include "ha/merge.h"

#include <string.h>

bool merge_same_client(const struct lease *a, const struct lease *b)
{
	if (a->client_id.len != 0 && b->client_id.len != 0)
		return span_equal(a->client_id, b->client_id);
	return a->hlen != 0 && a->htype == b->htype && a->hlen == b->hlen &&
		memcmp(a->hwaddr, b->hwaddr, a->hlen) == 0;
}

static bool is_binding(const struct merge_row *r)
{
	return r->present && r->lease.state == LEASE_ASSIGNED;
}

/* Latest end that anybody was told of this address, as far as the row says. */
static uint32_t last_end(const struct merge_row *r)
{
	uint64_t end = lease_end(&r->lease);

	if (!r->present)
		return 0;
	if (end > UINT32_MAX)
		end = UINT32_MAX;
	return end < r->reuse_after_s ? r->reuse_after_s : (uint32_t)end;
}

/* Its writer cannot have told a client of it. */
static bool untold(const struct merge_row *r)
{
	return r->present && r->changed && !r->acked && !r->sure && r->acked_end_s == 0;
}

static bool newer(const struct merge_row *a, const struct merge_row *b)
{
	if (a->term != b->term)
		return a->term > b->term;
	return a->writer < b->writer;
}

static bool later(const struct merge_row *a, const struct merge_row *b)
{
	if (a->lease.cltt != b->lease.cltt)
		return a->lease.cltt > b->lease.cltt;
	/* at one time a decline says more than an end, and an end more than nothing */
	if (a->lease.state != b->lease.state &&
		(a->lease.state == LEASE_DECLINED || b->lease.state == LEASE_DECLINED))
		return a->lease.state == LEASE_DECLINED;
	return newer(a, b);
}

/* Two leases of one client: it may rely on the later end. */
static const struct merge_row *longer(const struct merge_row *a, const struct merge_row *b)
{
	uint64_t ea = lease_end(&a->lease), eb = lease_end(&b->lease);

	if (ea != eb)
		return ea > eb ? a : b;
	return later(a, b) ? a : b;
}

/* A lease against one that is over. */
static const struct merge_row *lease_or_over(
        const struct merge_row *lease, const struct merge_row *over)
{
	/* A decline wipes the identity, so any client's lease may be the declined one. */
	if (over->lease.state == LEASE_DECLINED)
		return over->lease.cltt >= lease->lease.cltt ? over : lease;
	if (!merge_same_client(&lease->lease, &over->lease))
		return lease;
	return over->lease.cltt > lease->lease.cltt ? over : lease;
}

static const struct merge_row *choose(
        const struct merge_row *a, const struct merge_row *b, bool *conflict)
{
	bool no_a = untold(a), no_b = untold(b);

	if (no_a != no_b)
		return no_a ? b : a;
	if (a->changed != b->changed)
		return a->changed ? a : b;
	if (!a->changed || !a->present)
		return a->present ? a : b;
	if (!b->present)
		return a;
	if (is_binding(a) && is_binding(b)) {
		if (merge_same_client(&a->lease, &b->lease))
			return longer(a, b);
		/* one after the other, as after PARTNER-DOWN it may rightly be */
		if ((last_end(a) <= b->lease.cltt) != (last_end(b) <= a->lease.cltt))
			return last_end(a) <= b->lease.cltt ? b : a;
		*conflict = true;
		return newer(a, b) ? a : b;
	}
	if (is_binding(a) != is_binding(b))
		return is_binding(a) ? lease_or_over(a, b) : lease_or_over(b, a);
	return later(a, b) ? a : b;
}

void merge_rows(const struct merge_row *a, const struct merge_row *b, unsigned int merger,
        struct merge_row *ret, bool *ret_conflict)
{
	bool conflict = false;
	const struct merge_row *won = choose(a, b, &conflict);
	const struct merge_row *lost = won == a ? b : a;
	const struct merge_row *own = merger == 0 ? a : b, *other = merger == 0 ? b : a;
	struct merge_row row = *won;

	if (ret_conflict != NULL)
		*ret_conflict = conflict;
	if (row.present && won->changed && lost->changed && !untold(lost)) {
		if (row.reuse_after_s < lost->reuse_after_s)
			row.reuse_after_s = lost->reuse_after_s;
		if (is_binding(lost) && (!is_binding(won) || conflict))
			row.reuse_after_s = last_end(lost) > row.reuse_after_s ? last_end(lost)
									       : row.reuse_after_s;
	}
	/* What the merger's partner holds of this binding is its own row, if it is the same. */
	row.acked_end_s = 0;
	row.sure = row.present && (won != own || own->sure || own->acked || own->acked_end_s != 0);
	if (is_binding(won) && is_binding(other) && !untold(other) &&
		merge_same_client(&won->lease, &other->lease)) {
		uint64_t end = lease_end(&other->lease);

		row.acked_end_s = end > UINT32_MAX ? UINT32_MAX : (uint32_t)end;
		row.sure = true;
	}
	*ret = row;
}
