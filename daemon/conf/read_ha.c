/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_ha: high-availability: which of two peers this node is, and how they talk. Whether files and
 * peers are there is not asked: the configuration may be meant for another host.
 */
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "shm/base/hash.h"

struct peer {
	const struct tree_node *at;
	const char *name;
	bool standby;
	uint32_t address;
	uint16_t port;
};

static int copy_string(struct draft *d, const struct tree_node *node, const char **ret)
{
	if (node == NULL)
		return 0;
	*ret = arena_strdup(d->arena, node->string);
	return *ret != NULL ? 0 : -ENOMEM;
}

/* false: something was wrong, and reported. */
static bool read_peer(struct draft *d, const struct tree_node *map, struct peer *ret)
{
	struct param_set set;

	param_check(map, PARAM_AT_PEER, d->report, &set);
	if (!param_bool(&set, PARAM_PEER_AUTO_FAILOVER))
		report_error(d->report, set.v[PARAM_PEER_AUTO_FAILOVER],
			"a node that does not take over by itself is not supported");
	if (set.v[PARAM_PEER_NAME] == NULL || set.v[PARAM_PEER_ROLE] == NULL ||
		set.v[PARAM_PEER_ADDRESS] == NULL)
		return false;
	*ret = (struct peer){
		.at = map,
		.name = set.v[PARAM_PEER_NAME]->string,
		.standby = strcmp(set.v[PARAM_PEER_ROLE]->string, "standby") == 0,
		.address = param_address(&set, PARAM_PEER_ADDRESS),
		.port = (uint16_t)param_uint(&set, PARAM_PEER_PORT),
	};
	return true;
}

/* Finds this node and its partner among the peers; false: reported. */
static bool read_peers(struct draft *d, const struct tree_node *list, const struct tree_node *name,
        struct peer *ret_own, struct peer *ret_partner)
{
	struct peer p[2];
	size_t n = 0;

	if (list->n != 2) {
		report_error(d->report, list, "expected two peers, this node and its partner");
		return false;
	}
	for (size_t i = 0; i < 2; i++)
		if (list->v[i].type == TREE_MAP && read_peer(d, &list->v[i], &p[n]))
			n++;
	if (n != 2 || name == NULL)
		return false;
	if (strcmp(p[0].name, p[1].name) == 0) {
		report_error(d->report, p[1].at, "has the same name as the other peer");
		return false;
	}
	if (p[0].standby == p[1].standby) {
		report_error(d->report, list, "one peer has to be primary, the other standby");
		return false;
	}
	for (size_t i = 0; i < 2; i++) {
		if (strcmp(p[i].name, name->string) != 0)
			continue;
		*ret_own = p[i];
		*ret_partner = p[1 - i];
		return true;
	}
	report_error(d->report, name, "none of the peers has this name");
	return false;
}

static int read_tls(struct draft *d, const struct tree_node *map, const struct tree_node *tls,
        struct model_ha *ha)
{
	struct param_set set;

	if (tls == NULL && !ha->plaintext)
		report_error(d->report, map,
			"\"tls\" is missing; \"plaintext = true\" does without, on a link that "
			"nobody "
			"else can reach");
	if (tls != NULL && ha->plaintext)
		report_error(d->report, tls, "\"tls\" and \"plaintext = true\" exclude each other");
	if (tls == NULL)
		return 0;
	param_check(tls, PARAM_AT_TLS, d->report, &set);
	if (copy_string(d, set.v[PARAM_TLS_TRUST_ANCHOR], &ha->trust_anchor) < 0 ||
		copy_string(d, set.v[PARAM_TLS_CERT_FILE], &ha->cert_file) < 0 ||
		copy_string(d, set.v[PARAM_TLS_KEY_FILE], &ha->key_file) < 0)
		return -ENOMEM;
	return 0;
}

/* The state machine needs several heartbeats within a permit, and no start before a take-over. */
static void read_times(struct draft *d, const struct tree_node *map, const struct param_set *set,
        struct model_ha *ha)
{
	ha->heartbeat_interval = param_uint(set, PARAM_HA_HEARTBEAT);
	ha->partner_timeout = param_uint(set, PARAM_HA_TIMEOUT);
	ha->start_timeout = param_uint(set, PARAM_HA_START);
	ha->ack_timeout = param_uint(set, PARAM_HA_ACK);
	ha->mclt = param_uint(set, PARAM_HA_MCLT);
	ha->journal_max = param_uint(set, PARAM_HA_JOURNAL_MAX);
	if (ha->heartbeat_interval > ha->partner_timeout / 4)
		report_error(d->report, map,
			"heartbeat-interval, %u ms, is more than a quarter of partner-timeout, %u "
			"ms",
			ha->heartbeat_interval, ha->partner_timeout);
	if (ha->start_timeout < ha->partner_timeout)
		report_error(d->report, map,
			"start-timeout, %u ms, is less than partner-timeout, %u ms",
			ha->start_timeout, ha->partner_timeout);
}

int read_ha(struct draft *d, const struct tree_node *map)
{
	struct model_ha *ha;
	struct peer own, partner;
	struct param_set set;

	if (map == NULL)
		return 0;
	ha = arena_alloc(d->arena, 1, sizeof(*ha));
	if (ha == NULL)
		return -ENOMEM;
	param_check(map, PARAM_AT_HA, d->report, &set);
	ha->plaintext = param_bool(&set, PARAM_HA_PLAINTEXT);
	ha->listen_address = param_address(&set, PARAM_HA_LISTEN_ADDRESS);
	ha->listen_port = (uint16_t)param_uint(&set, PARAM_HA_LISTEN_PORT);
	read_times(d, map, &set, ha);
	if (read_tls(d, map, set.v[PARAM_HA_TLS], ha) < 0)
		return -ENOMEM;
	if (set.v[PARAM_HA_PEERS] == NULL ||
		!read_peers(d, set.v[PARAM_HA_PEERS], set.v[PARAM_HA_NAME], &own, &partner))
		return 0;
	ha->name = arena_strdup(d->arena, own.name);
	ha->peer.name = arena_strdup(d->arena, partner.name);
	ha->peer.address = partner.address;
	ha->peer.port = partner.port;
	ha->standby = ha->dials = own.standby;
	ha->prefer = !own.standby && param_bool(&set, PARAM_HA_PREFER);
	d->model->ha = ha;
	return ha->name != NULL && ha->peer.name != NULL ? 0 : -ENOMEM;
}

/* Adds a number to each of the four parts of the digest. */
static void add(uint64_t digest[4], uint64_t number)
{
	for (size_t i = 0; i < 4; i++)
		digest[i] = hash_mix64(digest[i] ^ number) + i;
}

static void add_subnet(uint64_t digest[4], const struct model_subnet *s)
{
	const struct model_params *p = &s->params;

	add(digest, s->id);
	add(digest, (uint64_t)s->prefix << 8 | s->prefix_len);
	add(digest, p->valid_lifetime);
	add(digest, (uint64_t)p->min_valid_lifetime << 32 | p->max_valid_lifetime);
	add(digest, (uint64_t)p->match_client_id << 1 | p->authoritative);
}

void ha_finish(struct model *m)
{
	struct model_ha *ha = m->ha;
	uint64_t digest[4] = {1, 2, 3, 4};

	if (ha == NULL)
		return;
	for (size_t i = 0; i < m->n_subnets; i++) {
		const struct model_params *p = &m->subnets[i]->params;

		if (p->max_valid_lifetime > ha->longest)
			ha->longest = p->max_valid_lifetime;
		if (p->min_valid_lifetime < ha->mclt)
			ha->mclt = p->min_valid_lifetime;
		add_subnet(digest, m->subnets[i]);
	}
	for (size_t i = 0; i < m->n_pools; i++)
		add(digest, (uint64_t)m->pools[i]->start << 32 | m->pools[i]->end);
	add(digest, (uint64_t)m->decline_probation_period << 32 | m->hold_reclaimed_time);
	add(digest, (uint64_t)ha->partner_timeout << 32 | ha->mclt);
	for (size_t i = 0; i < 4; i++)
		wire_set_be64(ha->digest + 8 * i, digest[i]);
}
