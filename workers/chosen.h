/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chosen [9]: the configured options that hold for one client: for each the value of the first
 * scope that has one (reservation, pool, subnet, shared network, classes, global), and the flags
 * of them all.
 */
#ifndef LESSOR_WORKERS_CHOSEN_H
#define LESSOR_WORKERS_CHOSEN_H

#include "workers/query.h"

/* A set of option codes. */
struct code_set {
	uint64_t v[4];
};

static inline bool code_set_has(const struct code_set *s, uint8_t code)
{
	return (s->v[code / 64] >> code % 64 & 1) != 0;
}

static inline void code_set_add(struct code_set *s, uint8_t code)
{
	s->v[code / 64] |= 1ULL << code % 64;
}

/* The least code of the set that is not below from, 256: there is none. For loops over a set. */
static inline unsigned code_set_next(const struct code_set *s, unsigned from)
{
	for (unsigned i = from / 64; i < 4; i++) {
		uint64_t rest = s->v[i] & (i == from / 64 ? ~0ULL << from % 64 : ~0ULL);

		if (rest != 0)
			return i * 64 + (unsigned)__builtin_ctzll(rest);
	}
	return 256;
}

/* What the configuration says about one option. */
struct choice {
	const struct model_option *value; /* NULL: some scope has flags, none a value */
	uint8_t scope;                    /* enum model_scope of the value */
	bool always, never;               /* some scope says so; never wins */
};

/* The options of one space; v counts where there is set. */
struct chosen {
	struct code_set there;
	struct choice v[256];
};

/* Finds the options of a space for q, which has its subnet. Takes time by the number of options in
 * q's own scopes. */
void chosen_find(const struct query *q, uint16_t space, struct chosen *ret);

/* The value of one option of dhcp4, NULL: none is configured, or it is never sent. */
const struct model_option *chosen_one(const struct query *q, uint8_t code);

/* The i-th list of options that counts for q, innermost first, and whose it is; NULL after the
 * last. */
const struct model_options *chosen_scope(const struct query *q, size_t i,
	enum model_scope *ret_scope);

/* Whether an option may go to q's client: it has no classes, or the client is in one of them. */
bool chosen_is_for(const struct query *q, const struct model_option *o);

#endif
