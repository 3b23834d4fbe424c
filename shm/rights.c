/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rights: from records to struct authority_row and back.
 */
#include "shm/rights.h"

#include <errno.h>

#include "shm/base/clock.h"
#include "shm/share.h"

static const struct authority *authority(const struct region *r)
{
	return &r->pair.authority;
}

int rights_may_write(uint64_t rules, struct err *err)
{
	if (authority_mode(rules) != AUTHORITY_SILENT)
		return 0;
	return err_set(err, -EROFS, "see lessorctl ha status",
		"this node of the pair is not the active one and changes nothing: ask the other one");
}

static uint32_t end_of(const struct lease *l)
{
	uint64_t end = lease_end(l);

	return end > UINT32_MAX ? UINT32_MAX : (uint32_t)end;
}

struct authority_row rights_row(const struct region *r, uint32_t rec)
{
	const struct table_record *t = table_record(r, rec);
	struct authority_row row = {.owner = (uint8_t)share_owner(share_default(t->address), t->address)};
	struct table_copy copy;

	if (t->seq == 0 || !table_read(r, rec, &copy))
		return row;
	row.seq = t->seq;
	/* an offer has moved the end of the row below it to reuse_after_s */
	row.end_s = copy.state == TABLE_OFFER ? copy.lease.reuse_after_s : end_of(&copy.lease);
	row.acked_end_s = copy.lease.acked_end_s;
	row.reuse_after_s = copy.lease.reuse_after_s;
	row.binding = copy.state == LEASE_ASSIGNED;
	row.sure = (copy.lease.flags & LEASE_SURE) != 0;
	return row;
}

bool rights_may_give(const struct region *r, uint64_t rules, uint32_t rec, bool own, bool reserved,
	uint32_t now)
{
	struct authority_row row;

	if (rights_alone(rules))
		return true;
	row = rights_row(r, rec);
	if (reserved)
		row.owner = (uint8_t)atomic_load(&authority(r)->node);
	if (own && authority_may_extend(authority(r), rules, &row))
		return true;
	return !row.binding && authority_may_grant_new(authority(r), rules, &row, now, clock_mono_ns());
}

bool rights_may_expire(const struct region *r, uint64_t rules, uint32_t rec, uint32_t now)
{
	struct authority_row row;

	switch (authority_mode(rules)) {
	case AUTHORITY_ALONE:
	case AUTHORITY_ACTIVE:
		return true;
	case AUTHORITY_PARTNER_DOWN:
		row = rights_row(r, rec);
		return authority_may_grant_new(authority(r), rules, &row, now, clock_mono_ns());
	default:
		return false;
	}
}

/* A row that is gone could not say that the partner does not know of it. */
bool rights_may_remove(const struct region *r, uint64_t rules, uint32_t rec, uint32_t now)
{
	struct authority_row row;

	if (rights_alone(rules))
		return true;
	row = rights_row(r, rec);
	if (row.binding || !rights_may_expire(r, rules, rec, now) || now < row.reuse_after_s)
		return false;
	return authority_mode(rules) == AUTHORITY_PARTNER_DOWN ||
		row.seq <= atomic_load_explicit(&authority(r)->acked, memory_order_acquire);
}

uint32_t rights_lifetime(const struct region *r, uint64_t rules, uint32_t rec, bool same,
	uint32_t now, uint32_t wanted)
{
	struct authority_row row;
	struct authority_facts facts;

	if (rights_alone(rules))
		return wanted;
	row = rights_row(r, rec);
	facts = authority_next(authority(r), rules, &row, same, now, clock_mono_ns());
	return authority_limit_lifetime(authority(r), rules, facts.acked_end_s, now, wanted);
}

void rights_note(const struct region *r, uint64_t rules, uint32_t rec, bool same, uint32_t now,
	struct lease *l)
{
	struct authority_row row;
	struct authority_facts facts;

	l->acked_end_s = l->reuse_after_s = 0;
	l->flags |= LEASE_SURE;
	if (rights_alone(rules))
		return;
	row = rights_row(r, rec);
	facts = authority_next(authority(r), rules, &row, same, now, clock_mono_ns());
	l->acked_end_s = facts.acked_end_s;
	if (same && now < row.reuse_after_s)
		l->reuse_after_s = row.reuse_after_s;
	if (!facts.sure)
		l->flags &= (uint8_t)~LEASE_SURE;
}

void rights_offer(const struct region *r, uint64_t rules, uint32_t rec, struct lease *l)
{
	struct authority_row row;

	l->acked_end_s = l->reuse_after_s = 0;
	l->flags &= (uint8_t)~LEASE_SURE;
	if (rights_alone(rules))
		return;
	row = rights_row(r, rec);
	l->acked_end_s = row.acked_end_s;
	l->reuse_after_s = row.end_s > row.reuse_after_s ? row.end_s : row.reuse_after_s;
	if (row.sure)
		l->flags |= LEASE_SURE;
}
