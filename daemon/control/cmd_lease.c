/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_lease: one lease, found in the table, where it is as soon as it is committed.
 */
#include "daemon/control/command.h"

#include <string.h>

#include "daemon/control/lease_json.h"
#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/rights.h"

#define NO_LEASE "Lease not found."
#define WAIT_NS (2 * CLOCK_NS_PER_S) /* for a lease that somebody is changing */

/* What is done with one record, as soon as nobody else changes it. */
struct task {
	struct control *ctl;
	uint32_t rec;
	uint64_t seq; /* the state that fitted the identifier, 0: found by address */
	uint64_t until_ns;
};

/* The hardware type is not asked for: Ethernet's is tried first. */
static uint32_t find_by_hwaddr(const struct region *r, uint32_t subnet_id, struct span hwaddr)
{
	struct table_client client = {.hwaddr = hwaddr.p, .hlen = (uint8_t)hwaddr.len};
	uint32_t rec = TABLE_NONE;

	for (unsigned htype = 1; rec == TABLE_NONE && htype <= UINT8_MAX; htype++) {
		client.htype = (uint8_t)htype;
		rec = table_find_client(r, subnet_id, &client);
	}
	return rec;
}

/* Looks up by subnet-id, identifier-type, identifier. false: the answer says why. */
static bool find_by_identifier(const struct region *r, const json_t *args, struct answer *a,
	uint32_t *ret_rec)
{
	const json_t *subnet = json_object_get(args, "subnet-id");
	const char *type = json_string_value(json_object_get(args, "identifier-type"));
	const char *text = json_string_value(json_object_get(args, "identifier"));
	uint8_t id[255];
	struct table_client client = {.hwaddr = id};
	size_t len;

	if (!json_is_integer(subnet) || json_integer_value(subnet) < 0 ||
		json_integer_value(subnet) > UINT32_MAX || type == NULL || text == NULL) {
		answer_text(a, ANSWER_ERROR,
			"needs 'ip-address', or 'subnet-id', 'identifier-type' and 'identifier'");
		return false;
	}
	if (text_parse_hex(text, id, sizeof(id), &len) < 0 || len == 0) {
		answer_text(a, ANSWER_ERROR, "'identifier': '%s' is not hexadecimal", text);
		return false;
	}
	if (strcmp(type, "client-id") == 0) {
		client.client_id = span_of(id, len);
		*ret_rec = table_find_client(r, (uint32_t)json_integer_value(subnet), &client);
	} else if (strcmp(type, "hw-address") == 0 && len <= RECORD_HWADDR_MAX) {
		*ret_rec = find_by_hwaddr(r, (uint32_t)json_integer_value(subnet),
			span_of(id, len));
	} else {
		answer_text(a, ANSWER_ERROR,
			"'identifier-type' is 'hw-address' (at most 16 octets) or 'client-id'");
		return false;
	}
	return true;
}

static bool find(const struct region *r, const json_t *args, struct answer *a, uint32_t *ret_rec)
{
	const json_t *ip = json_object_get(args, "ip-address");
	uint32_t address;

	if (ip == NULL)
		return find_by_identifier(r, args, a, ret_rec);
	if (!json_is_string(ip) || text_parse_ip(json_string_value(ip), &address) < 0) {
		answer_text(a, ANSWER_ERROR, "'ip-address' is not an IPv4 address");
		return false;
	}
	*ret_rec = table_find(r, address);
	return true;
}

static enum answer_progress wait_for_other(const struct task *t, struct answer *a)
{
	if (clock_mono_ns() < t->until_ns)
		return ANSWER_WAIT;
	answer_text(a, ANSWER_ERROR, "The lease is being changed at this moment: try again.");
	return ANSWER_DONE;
}

static enum answer_progress get_lease(struct answer *a)
{
	const struct task *t = (const struct task *)a->state;
	struct table_copy copy;

	if (!table_read(t->ctl->child->region, t->rec, &copy))
		return wait_for_other(t, a);
	if (!table_copy_has_lease(&copy)) {
		answer_text(a, ANSWER_EMPTY, NO_LEASE);
		return ANSWER_DONE;
	}
	answer_begin(a);
	lease_json_write(&a->out, &copy.lease);
	answer_end(a, ANSWER_SUCCESS, "IPv4 lease found.");
	return ANSWER_DONE;
}

/* Gives a record back unchanged. Who looked for a free address may have passed it meanwhile. */
static void leave(struct control *ctl, uint32_t rec)
{
	pool_release(ctl->child->region, ctl->child->pools, rec);
}

int cmd_lease_remove(struct control *ctl, uint32_t rec, struct err *err)
{
	int rc;

	commit_under(ctl->commit, rights_rules(ctl->child->region));
	rc = commit_delete(ctl->commit, rec);
	if (rc == 0)
		return commit_run(ctl->commit, err);
	leave(ctl, rec);
	return err_set(err, rc, NULL, "%s", strerror(-rc));
}

static void remove_claimed(struct control *ctl, uint32_t rec, struct answer *a)
{
	struct err err = {0};

	if (cmd_lease_remove(ctl, rec, &err) < 0)
		answer_text(a, ANSWER_ERROR, "IPv4 lease not deleted: %s", err.text);
	else
		answer_text(a, ANSWER_SUCCESS, "IPv4 lease deleted.");
}

static enum answer_progress delete_lease(struct answer *a)
{
	const struct task *t = (const struct task *)a->state;
	struct control *ctl = t->ctl;
	const struct table_record *record = table_record(ctl->child->region, t->rec);

	if (!table_claim(ctl->child->region, t->rec, ctl->child->slot))
		return wait_for_other(t, a);
	/* only under the claim it is certain whose lease this is */
	if (!table_has_lease(record)) {
		leave(ctl, t->rec);
		answer_text(a, ANSWER_EMPTY, "IPv4 lease not found.");
	} else if (t->seq != 0 && t->seq != record->seq) {
		leave(ctl, t->rec);
		answer_text(a, ANSWER_ERROR, "The lease was changed at this moment: try again.");
	} else {
		remove_claimed(ctl, t->rec, a);
	}
	return ANSWER_DONE;
}

/* Finds the record and lets step work on it. */
static void begin(struct control *ctl, const json_t *args, struct answer *a, const char *not_found,
	enum answer_progress (*step)(struct answer *a))
{
	const struct region *r = ctl->child->region;
	struct task *t;
	uint32_t rec;

	if (!find(r, args, a, &rec))
		return;
	if (rec == TABLE_NONE) {
		answer_text(a, ANSWER_EMPTY, "%s", not_found);
		return;
	}
	t = (struct task *)answer_stream(a, step, sizeof(*t));
	if (t == NULL)
		return;
	t->ctl = ctl;
	t->rec = rec;
	t->seq = json_object_get(args, "ip-address") != NULL ? 0 : table_record(r, rec)->seq;
	t->until_ns = clock_mono_ns() + WAIT_NS;
}

/* There are no updates of DNS that could be sent again. */
static enum answer_progress refuse_update(struct answer *a)
{
	const struct task *t = (const struct task *)a->state;
	struct table_copy copy;

	if (!table_read(t->ctl->child->region, t->rec, &copy))
		return wait_for_other(t, a);
	if (table_copy_has_lease(&copy))
		answer_text(a, ANSWER_CONFLICT, "DDNS updating is not enabled");
	else
		answer_text(a, ANSWER_EMPTY, NO_LEASE);
	return ANSWER_DONE;
}

void cmd_lease4_get(struct control *ctl, const json_t *args, struct answer *a)
{
	begin(ctl, args, a, NO_LEASE, get_lease);
}

void cmd_lease4_del(struct control *ctl, const json_t *args, struct answer *a)
{
	begin(ctl, args, a, "IPv4 lease not found.", delete_lease);
}

void cmd_lease4_resend_ddns(struct control *ctl, const json_t *args, struct answer *a)
{
	if (json_object_get(args, "ip-address") == NULL)
		answer_text(a, ANSWER_ERROR, "missing 'ip-address' parameter");
	else
		begin(ctl, args, a, NO_LEASE, refuse_update);
}
