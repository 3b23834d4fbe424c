/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_lease_add: makes a lease by hand, of an address for a client.
 */
#include "daemon/ctl/ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "shm/base/text.h"

static int parse_lifetime(const char *s, uint32_t *ret)
{
	unsigned long long v;

	if (s[0] == '\0' || strspn(s, "0123456789") != strlen(s))
		return -EINVAL;
	errno = 0;
	v = strtoull(s, NULL, 10);
	if (errno != 0 || v == 0 || v > UINT32_MAX)
		return -EINVAL;
	*ret = (uint32_t)v;
	return 0;
}

static void set(json_t *args, const char *key, json_t *value)
{
	if (value == NULL || json_object_set_new(args, key, value) < 0)
		print_no_memory();
}

/* The arguments of lease4-add, NULL: what is wrong is printed. */
static json_t *make_args(const struct ctl *c)
{
	const char *mac = ctl_value(c, "mac"), *id = ctl_value(c, "client-id");
	const char *hostname = ctl_value(c, "hostname"), *lifetime = ctl_value(c, "lifetime");
	uint32_t address, seconds = 0;
	json_t *args;

	if (text_parse_ip(c->argv[0], &address) < 0) {
		print_error("lease add: not an address: %s", c->argv[0]);
		return NULL;
	}
	if (mac == NULL) {
		print_error("lease add: --mac is missing: whose lease is it?");
		return NULL;
	}
	if (lifetime != NULL && parse_lifetime(lifetime, &seconds) < 0) {
		print_error("--lifetime: not a number of seconds: %s", lifetime);
		return NULL;
	}
	args = json_object();
	if (args == NULL)
		print_no_memory();
	set(args, "ip-address", json_string(c->argv[0]));
	set(args, "hw-address", json_string(mac));
	if (id != NULL)
		set(args, "client-id", json_string(id));
	if (hostname != NULL)
		set(args, "hostname", json_string(hostname));
	if (seconds != 0)
		set(args, "valid-lft", json_integer(seconds));
	if (c->subnet != CTL_ANY)
		set(args, "subnet-id", json_integer(c->subnet));
	return args;
}

int cmd_lease_add(const struct ctl *c)
{
	json_t *args = make_args(c), *answer;
	int status = CTL_DONE;

	if (args == NULL)
		return CTL_USAGE;
	answer = call_do(c, "lease4-add", args);
	if (answer == NULL)
		return CTL_FAILED;
	if (c->json)
		status = print_json(answer);
	else
		printf("%s: lease added\n", c->argv[0]);
	json_decref(answer);
	return status;
}
