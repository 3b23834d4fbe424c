/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_lease: one lease by its address; the leases of one client, whatever its subnets.
 */
#include "daemon/ctl/ctl.h"

#include <stdio.h>
#include <string.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/lease_text.h"
#include "daemon/ctl/page.h"
#include "daemon/ctl/print.h"
#include "shm/base/text.h"

#define CLIENT_ID_MAX 255

static bool is_client(const json_t *lease, const char *hex)
{
	const char *hw = json_string_value(json_object_get(lease, "hw-address"));
	const char *id = json_string_value(json_object_get(lease, "client-id"));

	return (hw != NULL && strcmp(hw, hex) == 0) || (id != NULL && strcmp(id, hex) == 0);
}

/* Appends the client's leases to found. Returns 0 or a negative errno value, already printed. */
static int find_client(const struct ctl *c, const char *hex, json_t *found)
{
	const json_t *leases = NULL;
	struct page p;
	int rc;

	page_init(&p, c);
	while ((rc = page_next(&p, &leases)) > 0) {
		for (size_t i = 0; i < json_array_size(leases); i++) {
			json_t *lease = json_array_get(leases, i);

			if (is_client(lease, hex) && json_array_append(found, lease) < 0)
				print_no_memory();
		}
	}
	page_fini(&p);
	return rc;
}

static int print_found(const struct ctl *c, const json_t *found)
{
	struct table t;

	if (c->json)
		return print_json(found);
	lease_text_table(&t, c->colour);
	for (size_t i = 0; i < json_array_size(found); i++)
		lease_text_row(&t, json_array_get(found, i));
	table_flush(&t);
	table_fini(&t);
	return CTL_DONE;
}

static int get_address(const struct ctl *c, const char *ip)
{
	json_t *answer = call_do(c, "lease4-get", json_pack("{ss}", "ip-address", ip));
	json_t *found;
	int status;

	if (answer == NULL)
		return CTL_FAILED;
	found = json_pack("[O]", json_object_get(answer, "arguments"));
	if (found == NULL) {
		print_error("%s: an answer without a lease", c->socket);
		status = CTL_FAILED;
	} else {
		status = print_found(c, found);
	}
	json_decref(found);
	json_decref(answer);
	return status;
}

static int get_client(const struct ctl *c, const char *hex)
{
	json_t *found = json_array();
	int status = CTL_FAILED;

	if (found == NULL)
		print_no_memory();
	if (find_client(c, hex, found) == 0) {
		if (json_array_size(found) > 0)
			status = print_found(c, found);
		else
			print_error("no lease of client %s", hex);
	}
	json_decref(found);
	return status;
}

int cmd_lease_get(const struct ctl *c)
{
	uint8_t id[CLIENT_ID_MAX];
	char hex[TEXT_HEX_SIZE];
	uint32_t address;
	size_t len;

	if (text_parse_ip(c->argv[0], &address) == 0)
		return get_address(c, c->argv[0]);
	if (text_parse_hex(c->argv[0], id, sizeof(id), &len) < 0 || len == 0) {
		print_error("lease get: not an address, MAC or client identifier: %s", c->argv[0]);
		return CTL_USAGE;
	}
	return get_client(c, text_hex(span_of(id, len), hex, sizeof(hex)));
}

int cmd_lease_del(const struct ctl *c)
{
	json_t *answer;
	uint32_t address;
	int status = CTL_DONE;

	if (text_parse_ip(c->argv[0], &address) < 0) {
		print_error("lease del: not an address: %s", c->argv[0]);
		return CTL_USAGE;
	}
	answer = call_do(c, "lease4-del", json_pack("{ss}", "ip-address", c->argv[0]));
	if (answer == NULL)
		return CTL_FAILED;
	if (c->json)
		status = print_json(answer);
	else
		printf("%s: lease deleted\n", c->argv[0]);
	json_decref(answer);
	return status;
}
