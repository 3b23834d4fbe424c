/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_lease_put: lease4-add and lease4-update. A lease made by command goes the same
 * way as one from a packet: claim, commit, publish.
 */
#include "daemon/control/command.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/model.h"
#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/rights.h"

#define WAIT_NS (2 * CLOCK_NS_PER_S) /* for a lease that somebody is changing */

enum put_mode {
	PUT_ADD,
	PUT_UPDATE,
	PUT_FORCE, /* update, or add if it is not there */
};

struct put {
	struct control *ctl;
	enum put_mode mode;
	uint64_t until_ns;
	struct lease lease; /* its spans lie in var */
	size_t used;
	uint8_t var[RECORD_VAR_MAX];
};

static bool refuse(struct answer *a, const char *key, const char *wanted)
{
	answer_text(a, ANSWER_ERROR, "'%s' must be %s", key, wanted);
	return false;
}

/* Keeps octets in p->var. false: there is no room. */
static bool keep(struct put *p, const void *octets, size_t len, struct span *ret)
{
	if (len > sizeof(p->var) - p->used)
		return false;
	memcpy(p->var + p->used, octets, len);
	*ret = span_of(p->var + p->used, len);
	p->used += len;
	return true;
}

static bool read_number(const json_t *args, const char *key, uint32_t max, uint32_t *value,
	struct answer *a)
{
	const json_t *v = json_object_get(args, key);

	if (v == NULL)
		return true;
	if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > max)
		return refuse(a, key, "a whole number in its range");
	*value = (uint32_t)json_integer_value(v);
	return true;
}

static bool read_flag(const json_t *args, const char *key, uint8_t bit, struct lease *l,
	struct answer *a)
{
	const json_t *v = json_object_get(args, key);

	if (v != NULL && !json_is_boolean(v))
		return refuse(a, key, "true or false");
	if (json_is_true(v))
		l->flags |= bit;
	return true;
}

static bool read_client(const json_t *args, struct put *p, struct answer *a)
{
	const char *mac = json_string_value(json_object_get(args, "hw-address"));
	const json_t *id = json_object_get(args, "client-id");
	uint8_t octets[255];
	size_t len;

	if (mac == NULL || text_parse_hex(mac, p->lease.hwaddr, RECORD_HWADDR_MAX, &len) < 0 ||
		len == 0)
		return refuse(a, "hw-address", "a hardware address of at most 16 octets");
	p->lease.htype = 1;
	p->lease.hlen = (uint8_t)len;
	if (id == NULL)
		return true;
	if (!json_is_string(id) ||
		text_parse_hex(json_string_value(id), octets, sizeof(octets), &len) < 0 ||
		!keep(p, octets, len, &p->lease.client_id))
		return refuse(a, "client-id", "a string of hexadecimal digits");
	return true;
}

static bool read_hostname(const json_t *args, struct put *p, struct answer *a)
{
	const json_t *v = json_object_get(args, "hostname");
	char name[256];
	size_t len;

	if (v == NULL)
		return true;
	len = json_string_length(v);
	if (!json_is_string(v) || len > 255)
		return refuse(a, "hostname", "a string of at most 255 octets");
	for (size_t i = 0; i < len; i++)
		name[i] = (char)tolower((unsigned char)json_string_value(v)[i]);
	return keep(p, name, len, &p->lease.hostname) || refuse(a, "hostname", "shorter");
}

/* user-context, with a comment in it, as JSON text. */
static bool read_context(const json_t *args, struct put *p, struct answer *a)
{
	const json_t *given = json_object_get(args, "user-context");
	json_t *comment = json_object_get(args, "comment"), *context;
	char *text;
	bool ok;

	if (given == NULL && comment == NULL)
		return true;
	if (given != NULL && !json_is_object(given))
		return refuse(a, "user-context", "a map");
	context = given != NULL ? json_copy((json_t *)(uintptr_t)given) : json_object();
	if (comment != NULL)
		json_object_set(context, "comment", comment);
	text = json_dumps(context, JSON_COMPACT);
	ok = text != NULL && keep(p, text, strlen(text), &p->lease.context);
	free(text);
	json_decref(context);
	return ok || refuse(a, "user-context", "shorter: a lease keeps about 1000 octets");
}

static bool read_times(const json_t *args, const struct model_subnet *subnet, struct lease *l,
	struct answer *a)
{
	uint32_t expire = 0;

	l->valid_lft = subnet->params.valid_lifetime;
	if (!read_number(args, "valid-lft", UINT32_MAX, &l->valid_lft, a) ||
		!read_number(args, "expire", UINT32_MAX, &expire, a))
		return false;
	if (json_object_get(args, "expire") != NULL && (expire == 0 || expire < l->valid_lft))
		return refuse(a, "expire", "a time after that of 'valid-lft'");
	l->cltt = expire > 0 ? expire - l->valid_lft : clock_wall_s();
	return true;
}

/* The subnet by its id, else by the address. NULL: the answer says why. */
static const struct model_subnet *find_subnet(const struct model *m, const json_t *args,
	const struct lease *l, struct answer *a)
{
	const struct model_subnet *s;
	uint32_t id = 0;

	if (!read_number(args, "subnet-id", UINT32_MAX - 1, &id, a))
		return NULL;
	s = id != 0 ? model_subnet_by_id(m, id) : model_subnet_by_address(m, l->address);
	if (s == NULL && id != 0)
		answer_text(a, ANSWER_CONFLICT, "Invalid subnet-id: No IPv4 subnet with subnet-id=%u "
			"currently configured.", id);
	else if (s == NULL)
		answer_text(a, ANSWER_CONFLICT, "The address belongs to no configured subnet.");
	if (s != NULL && (l->address & s->mask) != s->prefix) {
		answer_text(a, ANSWER_CONFLICT, "The address does not belong to subnet %u.", s->id);
		return NULL;
	}
	return s;
}

static bool read_lease(struct control *ctl, const json_t *args, struct put *p, struct answer *a)
{
	const char *ip = json_string_value(json_object_get(args, "ip-address"));
	const struct model_subnet *subnet;
	const struct model_pool *pool;
	struct lease *l = &p->lease;
	uint32_t state = LEASE_ASSIGNED;

	if (ip == NULL || text_parse_ip(ip, &l->address) < 0 || l->address == 0)
		return refuse(a, "ip-address", "an IPv4 address");
	if (!read_client(args, p, a))
		return false;
	subnet = find_subnet(ctl->child->model, args, l, a);
	if (subnet == NULL)
		return false;
	pool = model_pool_of(subnet, l->address);
	l->subnet_id = subnet->id;
	l->pool_id = pool != NULL ? pool->id : 0;
	if (!read_number(args, "pool-id", UINT32_MAX, &l->pool_id, a) ||
		!read_times(args, subnet, l, a) ||
		!read_number(args, "state", LEASE_RELEASED, &state, a) ||
		!read_flag(args, "fqdn-fwd", LEASE_FQDN_FWD, l, a) ||
		!read_flag(args, "fqdn-rev", LEASE_FQDN_REV, l, a) ||
		!read_hostname(args, p, a) || !read_context(args, p, a))
		return false;
	l->state = (uint8_t)state;
	if (l->flags != 0 && l->hostname.len == 0)
		return refuse(a, "hostname", "given where fqdn-fwd or fqdn-rev is true");
	return true;
}

static void say_done(const struct put *p, bool existed, struct answer *a)
{
	char ip[TEXT_IP_SIZE];

	if (p->mode == PUT_ADD)
		answer_text(a, ANSWER_SUCCESS, "Lease for address %s, subnet-id %u added.",
			text_ip(p->lease.address, ip), p->lease.subnet_id);
	else
		answer_text(a, ANSWER_SUCCESS, existed ? "IPv4 lease updated." : "IPv4 lease added.");
}

/* rec is claimed. */
static void put_claimed(struct put *p, uint32_t rec, struct answer *a)
{
	struct control *ctl = p->ctl;
	struct region *r = ctl->child->region;
	bool existed = table_has_lease(table_record(r, rec));
	struct err err = {0};
	int rc;

	if (existed ? p->mode == PUT_ADD : p->mode == PUT_UPDATE) {
		pool_release(r, ctl->child->pools, rec);
		answer_text(a, ANSWER_CONFLICT, existed ? "IPv4 lease already exists." :
			"failed to update the lease: no such lease.");
		return;
	}
	commit_under(ctl->commit, rights_rules(r));
	rc = commit_put(ctl->commit, rec, &p->lease);
	if (rc < 0) {
		err_set(&err, rc, NULL, "%s", strerror(-rc));
		pool_release(r, ctl->child->pools, rec);
	} else {
		rc = commit_run(ctl->commit, &err);
	}
	if (rc < 0)
		answer_text(a, ANSWER_ERROR, "the lease is not stored: %s", err.text);
	else
		say_done(p, existed, a);
}

static enum answer_progress put_lease(struct answer *a)
{
	struct put *p = (struct put *)a->state;
	struct region *r = p->ctl->child->region;
	uint32_t slot = p->ctl->child->slot, rec = table_find(r, p->lease.address);
	bool claimed;

	if (rec == TABLE_NONE && p->mode == PUT_UPDATE) {
		answer_text(a, ANSWER_CONFLICT, "failed to update the lease: no such lease.");
		return ANSWER_DONE;
	}
	if (rec == TABLE_NONE) {
		rec = table_attach(r, p->lease.address, slot);
		claimed = rec != TABLE_NONE;
	} else {
		claimed = table_claim(r, rec, slot);
	}
	if (claimed) {
		put_claimed(p, rec, a);
		return ANSWER_DONE;
	}
	if (clock_mono_ns() < p->until_ns)
		return ANSWER_WAIT;
	answer_text(a, ANSWER_ERROR, "The lease is being changed at this moment: try again.");
	return ANSWER_DONE;
}

static void put(struct control *ctl, const json_t *args, enum put_mode mode, struct answer *a)
{
	struct put given = {.ctl = ctl, .mode = mode}, *p;

	if (!read_lease(ctl, args, &given, a))
		return;
	p = (struct put *)answer_stream(a, put_lease, sizeof(*p));
	if (p == NULL)
		return;
	*p = given;
	/* the spans move with what they lie in */
	if (given.lease.client_id.len > 0)
		p->lease.client_id.p = p->var + (given.lease.client_id.p - given.var);
	if (given.lease.hostname.len > 0)
		p->lease.hostname.p = p->var + (given.lease.hostname.p - given.var);
	if (given.lease.context.len > 0)
		p->lease.context.p = p->var + (given.lease.context.p - given.var);
	p->until_ns = clock_mono_ns() + WAIT_NS;
}

void cmd_lease4_add(struct control *ctl, const json_t *args, struct answer *a)
{
	put(ctl, args, PUT_ADD, a);
}

void cmd_lease4_update(struct control *ctl, const json_t *args, struct answer *a)
{
	const json_t *force = json_object_get(args, "force-create");

	if (force != NULL && !json_is_boolean(force)) {
		refuse(a, "force-create", "true or false");
		return;
	}
	put(ctl, args, json_is_true(force) ? PUT_FORCE : PUT_UPDATE, a);
}
