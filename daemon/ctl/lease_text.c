/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease_text: what is missing in a lease, or of another type than expected, is an empty cell or 0.
 */
#include "daemon/ctl/lease_text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/ctl/leases_csv.h"
#include "daemon/ctl/print.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const states[] = {"assigned", "declined", "expired-reclaimed", "released"};

int lease_text_parse_state(const char *s, int *ret_state)
{
	for (int i = 0; i < (int)COUNT(states); i++) {
		const char digit[2] = {(char)('0' + i), '\0'};

		if (strcmp(s, states[i]) == 0 || strcmp(s, digit) == 0) {
			*ret_state = i;
			return 0;
		}
	}
	if (strcmp(s, "default") == 0) { /* Kea's other name of assigned */
		*ret_state = 0;
		return 0;
	}
	return -EINVAL;
}

void lease_text_table(struct table *t, bool colour)
{
	static const char *const heads[] = {"ADDRESS", "HARDWARE", "CLIENT-ID", "SUBNET", "STATE",
		"EXPIRES", "HOSTNAME"};

	table_init(t, heads, COUNT(heads), colour);
}

static json_int_t number(const json_t *lease, const char *key)
{
	return json_integer_value(json_object_get(lease, key));
}

/* The sum of two numbers that the server sent, which need not be sane. */
static json_int_t expiry(const json_t *lease)
{
	json_int_t sum;

	if (__builtin_add_overflow(number(lease, "cltt"), number(lease, "valid-lft"), &sum))
		return 0;
	return sum;
}

static void add_expiry(struct table *t, const json_t *lease)
{
	char buf[32];
	struct tm tm;
	time_t at = (time_t)expiry(lease);

	if (number(lease, "valid-lft") == UINT32_MAX)
		table_add_text(t, "never");
	else if (localtime_r(&at, &tm) != NULL &&
		 strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%S", &tm) > 0)
		table_add_text(t, buf);
	else
		table_add_text(t, "");
}

void lease_text_row(struct table *t, const json_t *lease)
{
	json_int_t state = number(lease, "state");

	table_add_json(t, json_object_get(lease, "ip-address"));
	table_add_json(t, json_object_get(lease, "hw-address"));
	table_add_json(t, json_object_get(lease, "client-id"));
	table_add_json(t, json_object_get(lease, "subnet-id"));
	if (state >= 0 && state < (json_int_t)COUNT(states))
		table_add_text(t, states[state]);
	else
		table_add_format(t, "%" JSON_INTEGER_FORMAT, state);
	add_expiry(t, lease);
	table_add_json(t, json_object_get(lease, "hostname"));
}

static const char *string(const json_t *lease, const char *key)
{
	const char *s = json_string_value(json_object_get(lease, key));

	return s != NULL ? s : "";
}

static char *context(const json_t *lease)
{
	const json_t *v = json_object_get(lease, "user-context");
	char *text = v != NULL ? json_dumps(v, JSON_COMPACT) : strdup("");

	if (text == NULL)
		print_no_memory();
	return text;
}

void lease_text_csv_row(FILE *f, const json_t *lease)
{
	const json_t *hostname = json_object_get(lease, "hostname");
	char *json = context(lease);
	const struct leases_csv_row row = {
		.address = string(lease, "ip-address"),
		.hwaddr = string(lease, "hw-address"),
		.client_id = string(lease, "client-id"),
		.valid_lifetime = number(lease, "valid-lft"),
		.expire = expiry(lease),
		.subnet_id = number(lease, "subnet-id"),
		.state = number(lease, "state"),
		.pool_id = number(lease, "pool-id"),
		.fqdn_fwd = json_is_true(json_object_get(lease, "fqdn-fwd")),
		.fqdn_rev = json_is_true(json_object_get(lease, "fqdn-rev")),
		.hostname = span_of(string(lease, "hostname"), json_string_length(hostname)),
		.user_context = span_of(json, strlen(json)),
	};

	leases_csv_write(f, &row);
	free(json);
}
