/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_params: the parameters that a subnet inherits from its network and the top level, and what
 * they demand of each other. Called by read.c, from the outermost scope inwards.
 */
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"

void read_params_default(struct model_params *ret_params)
{
	static const struct param_set none;
	struct model_params *p = ret_params;

	memset(p, 0, sizeof(*p));
	p->valid_lifetime = param_uint(&none, PARAM_VALID_LIFETIME);
	p->min_valid_lifetime = p->max_valid_lifetime = p->valid_lifetime;
	p->renew_timer = param_uint(&none, PARAM_RENEW_TIMER);
	p->rebind_timer = param_uint(&none, PARAM_REBIND_TIMER);
	p->calculate_tee_times = param_bool(&none, PARAM_CALCULATE_TEE_TIMES);
	p->t1_percent = param_fraction(&none, PARAM_T1_PERCENT);
	p->t2_percent = param_fraction(&none, PARAM_T2_PERCENT);
	p->match_client_id = param_bool(&none, PARAM_MATCH_CLIENT_ID);
	p->cache_threshold = MODEL_NO_RATIO;
	p->adaptive_threshold = MODEL_NO_RATIO;
	p->authoritative = param_bool(&none, PARAM_AUTHORITATIVE);
	p->boot.next_server = param_address(&none, PARAM_NEXT_SERVER);
	p->boot.server_hostname = param_string(&none, PARAM_SERVER_HOSTNAME);
	p->boot.boot_file_name = param_string(&none, PARAM_BOOT_FILE_NAME);
	p->reservations_global = param_bool(&none, PARAM_RESERVATIONS_GLOBAL);
	p->reservations_in_subnet = param_bool(&none, PARAM_RESERVATIONS_IN_SUBNET);
	p->reservations_out_of_pool = param_bool(&none, PARAM_RESERVATIONS_OUT_OF_POOL);
}

/* As in Kea the three lifetimes are inherited together: a scope that has one of them takes none of
 * the others from above, and the one that is missing has the value of the one that is there. */
void read_lifetimes(struct draft *d, const struct param_set *set, enum model_scope scope,
	struct model_params *p)
{
	const struct tree_node *valid = set->v[PARAM_VALID_LIFETIME];
	const struct tree_node *min = set->v[PARAM_MIN_VALID_LIFETIME];
	const struct tree_node *max = set->v[PARAM_MAX_VALID_LIFETIME];
	uint32_t value;

	if (valid == NULL && min == NULL && max == NULL)
		return;
	if (valid != NULL || scope == MODEL_GLOBAL)
		value = param_uint(set, PARAM_VALID_LIFETIME);
	else
		value = (uint32_t)(min != NULL ? min : max)->integer;
	p->valid_lifetime = value;
	p->min_valid_lifetime = min != NULL ? (uint32_t)min->integer : value;
	p->max_valid_lifetime = max != NULL ? (uint32_t)max->integer : value;
	if (valid == NULL && scope != MODEL_GLOBAL && min != NULL && max != NULL)
		report_error(d->report, min,
			"needs a valid-lifetime beside it, since "
			"max-valid-lifetime stands here too");
	else if (p->min_valid_lifetime > value)
		report_error(d->report, min, "%u is above the valid-lifetime, %u",
			p->min_valid_lifetime, value);
	else if (p->max_valid_lifetime < value)
		report_error(d->report, max, "%u is below the valid-lifetime, %u",
			p->max_valid_lifetime, value);
}

/* Kea leaves out times that do not fit, so this is not a mistake, but nobody can want it. */
static void check_timers(struct draft *d, const struct param_set *set, const struct model_params *p)
{
	static const enum param_id ids[] = {PARAM_RENEW_TIMER, PARAM_REBIND_TIMER,
		PARAM_VALID_LIFETIME, PARAM_MIN_VALID_LIFETIME, PARAM_MAX_VALID_LIFETIME};
	const struct tree_node *at = NULL;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]) && at == NULL; i++)
		at = set->v[ids[i]];
	if (at == NULL)
		return; /* said where it was set */
	if (p->rebind_timer >= p->valid_lifetime)
		report_warning(d->report, at,
			"T2 is not sent: rebind-timer %u is not below valid-lifetime %u",
			p->rebind_timer, p->valid_lifetime);
	if (p->renew_timer >= p->valid_lifetime)
		report_warning(d->report, at,
			"T1 is not sent: renew-timer %u is not below valid-lifetime %u",
			p->renew_timer, p->valid_lifetime);
	else if (p->rebind_timer != 0 && p->renew_timer >= p->rebind_timer)
		report_warning(d->report, at,
			"T1 is not sent: renew-timer %u is not below rebind-timer %u",
			p->renew_timer, p->rebind_timer);
}

static void check_fractions(
	struct draft *d, const struct param_set *set, const struct model_params *p)
{
	const struct tree_node *t1 = set->v[PARAM_T1_PERCENT], *t2 = set->v[PARAM_T2_PERCENT];

	if ((t1 != NULL || t2 != NULL) && p->t1_percent >= p->t2_percent)
		report_error(d->report, t1 != NULL ? t1 : t2,
			"t1-percent %g is not below t2-percent %g", p->t1_percent, p->t2_percent);
}

static void read_allocator(struct draft *d, const struct param_set *set, struct model_params *p)
{
	const struct tree_node *node = set->v[PARAM_ALLOCATOR];

	if (node == NULL)
		return;
	p->allocator_random = strcmp(node->string, "random") == 0;
	if (!p->allocator_random && strcmp(node->string, "iterative") != 0)
		report_warning(
			d->report, node, "no effect: a free address is found in constant time");
}

/* The older parameter names a combination of the three that there are now. */
static void read_mode(struct draft *d, const struct param_set *set, struct model_params *p)
{
	const struct tree_node *mode = set->v[PARAM_RESERVATION_MODE], *first = NULL;
	static const enum param_id ids[] = {PARAM_RESERVATIONS_OUT_OF_POOL,
		PARAM_RESERVATIONS_IN_SUBNET, PARAM_RESERVATIONS_GLOBAL};
	bool *const flags[] = {&p->reservations_out_of_pool, &p->reservations_in_subnet,
		&p->reservations_global};

	if (mode != NULL) {
		p->reservations_global = strcmp(mode->string, "global") == 0;
		p->reservations_out_of_pool = strcmp(mode->string, "out-of-pool") == 0;
		p->reservations_in_subnet =
			p->reservations_out_of_pool || strcmp(mode->string, "all") == 0;
	}
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (set->v[ids[i]] == NULL)
			continue;
		*flags[i] = param_bool(set, ids[i]);
		first = first == NULL ? set->v[ids[i]] : first;
	}
	if (mode != NULL && first != NULL)
		report_error(d->report, mode, "is the older form of \"%s\", which stands here too",
			first->name);
	if (first != NULL && p->reservations_out_of_pool && !p->reservations_in_subnet)
		report_error(d->report, first,
			"reservations-out-of-pool needs reservations-in-subnet");
}

static int read_text(struct draft *d, const struct tree_node *node, const char **ret)
{
	char *copy;

	if (node == NULL)
		return 0;
	copy = arena_strdup(d->arena, node->string);
	if (copy == NULL)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

int read_boot(struct draft *d, const struct param_set *set, struct model_boot *ret)
{
	if (set->v[PARAM_NEXT_SERVER] != NULL)
		ret->next_server = param_address(set, PARAM_NEXT_SERVER);
	if (read_text(d, set->v[PARAM_SERVER_HOSTNAME], &ret->server_hostname) < 0)
		return -ENOMEM;
	return read_text(d, set->v[PARAM_BOOT_FILE_NAME], &ret->boot_file_name);
}

int read_params(struct draft *d, const struct param_set *set, enum model_scope scope,
	const struct model_params *up, struct model_params *ret_params)
{
	struct model_params *p = ret_params;

	*p = *up;
	read_lifetimes(d, set, scope, p);
	if (set->v[PARAM_RENEW_TIMER] != NULL)
		p->renew_timer = param_uint(set, PARAM_RENEW_TIMER);
	if (set->v[PARAM_REBIND_TIMER] != NULL)
		p->rebind_timer = param_uint(set, PARAM_REBIND_TIMER);
	check_timers(d, set, p);
	if (set->v[PARAM_CALCULATE_TEE_TIMES] != NULL)
		p->calculate_tee_times = param_bool(set, PARAM_CALCULATE_TEE_TIMES);
	if (set->v[PARAM_T1_PERCENT] != NULL)
		p->t1_percent = param_fraction(set, PARAM_T1_PERCENT);
	if (set->v[PARAM_T2_PERCENT] != NULL)
		p->t2_percent = param_fraction(set, PARAM_T2_PERCENT);
	check_fractions(d, set, p);
	if (set->v[PARAM_MATCH_CLIENT_ID] != NULL)
		p->match_client_id = param_bool(set, PARAM_MATCH_CLIENT_ID);
	if (set->v[PARAM_AUTHORITATIVE] != NULL)
		p->authoritative = param_bool(set, PARAM_AUTHORITATIVE);
	if (set->v[PARAM_STORE_EXTENDED_INFO] != NULL)
		p->store_extended_info = param_bool(set, PARAM_STORE_EXTENDED_INFO);
	if (set->v[PARAM_OFFER_LIFETIME] != NULL)
		p->offer_lifetime = param_uint(set, PARAM_OFFER_LIFETIME);
	if (set->v[PARAM_CACHE_THRESHOLD] != NULL)
		p->cache_threshold = param_fraction(set, PARAM_CACHE_THRESHOLD);
	if (set->v[PARAM_CACHE_MAX_AGE] != NULL)
		p->cache_max_age = param_uint(set, PARAM_CACHE_MAX_AGE);
	if (set->v[PARAM_ADAPTIVE_THRESHOLD] != NULL)
		p->adaptive_threshold = param_fraction(set, PARAM_ADAPTIVE_THRESHOLD);
	if (set->v[PARAM_RELAY_REPLY_PORT] != NULL)
		p->relay_reply_source = strcmp(set->v[PARAM_RELAY_REPLY_PORT]->string, "source") == 0;
	read_mode(d, set, p);
	read_allocator(d, set, p);
	return read_boot(d, set, &p->boot);
}
