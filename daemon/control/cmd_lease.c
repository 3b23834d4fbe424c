/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_lease: one lease, found in the table, where it is as soon as it is committed.
 */
#include "daemon/control/command.h"

#include <errno.h>
#include <string.h>

#include "daemon/control/lease_json.h"
#include "shm/base/text.h"

#define HTYPE_ETHERNET 1

/* Looks up by subnet-id, identifier-type, identifier. false: the answer says why. */
static bool find_by_identifier(const struct region *r, const json_t *args, struct answer *a,
	uint32_t *ret_rec)
{
	const json_t *subnet = json_object_get(args, "subnet-id");
	const char *type = json_string_value(json_object_get(args, "identifier-type"));
	const char *text = json_string_value(json_object_get(args, "identifier"));
	struct table_client client = {.htype = HTYPE_ETHERNET};
	uint8_t id[255];
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
	} else if (strcmp(type, "hw-address") == 0 && len <= RECORD_HWADDR_MAX) {
		client.hwaddr = id;
		client.hlen = (uint8_t)len;
	} else {
		answer_text(a, ANSWER_ERROR,
			"'identifier-type' is 'hw-address' (at most 16 octets) or 'client-id'");
		return false;
	}
	*ret_rec = table_find_client(r, (uint32_t)json_integer_value(subnet), &client);
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

/* Copies the lease of a record; false: there is none that was committed. */
static bool copy_lease(const struct region *r, uint32_t rec, struct table_copy *ret)
{
	return rec != TABLE_NONE && table_read(r, rec, ret) && ret->lease.seq != 0 &&
		ret->state <= LEASE_RELEASED;
}

void cmd_lease4_get(struct control *ctl, const json_t *args, struct answer *a)
{
	const struct region *r = ctl->child->region;
	struct table_copy copy;
	uint32_t rec;

	if (!find(r, args, a, &rec))
		return;
	if (!copy_lease(r, rec, &copy)) {
		answer_text(a, ANSWER_EMPTY, "Lease not found.");
		return;
	}
	answer_begin(a);
	lease_json_write(&a->out, &copy.lease);
	answer_end(a, ANSWER_SUCCESS, "IPv4 lease found.");
}

void cmd_lease4_del(struct control *ctl, const json_t *args, struct answer *a)
{
	struct region *r = ctl->child->region;
	struct err err = {0};
	struct table_copy copy;
	uint32_t rec;
	int rc;

	if (!find(r, args, a, &rec))
		return;
	if (!copy_lease(r, rec, &copy)) {
		answer_text(a, ANSWER_EMPTY, "IPv4 lease not found.");
		return;
	}
	if (!table_claim(r, rec, ctl->child->slot)) {
		answer_text(a, ANSWER_ERROR, "The lease is being changed at this moment: try again.");
		return;
	}
	rc = commit_delete(ctl->commit, rec);
	if (rc < 0)
		table_release(r, rec);
	else
		rc = commit_run(ctl->commit, &err);
	if (rc < 0)
		answer_text(a, ANSWER_ERROR, "%s", err.text);
	else
		answer_text(a, ANSWER_SUCCESS, "IPv4 lease deleted.");
}
