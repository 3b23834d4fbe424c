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

void lease_text_csv_head(void)
{
	puts("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,"
	     "state,user_context,pool_id");
}

static void csv_text(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == ',' || c == '&' || c < 0x20 || c > 0x7e)
			printf("&#x%02x", c);
		else
			putchar(c);
	}
	putchar(',');
}

static void csv_string(const json_t *lease, const char *key)
{
	const json_t *v = json_object_get(lease, key);

	csv_text(json_is_string(v) ? json_string_value(v) : "", json_string_length(v));
}

static void csv_number(json_int_t v, char end)
{
	printf("%" JSON_INTEGER_FORMAT "%c", v, end);
}

static void csv_json(const json_t *v)
{
	char *text = json_dumps(v, JSON_COMPACT);

	if (v != NULL && text == NULL)
		print_no_memory();
	csv_text(text != NULL ? text : "", text != NULL ? strlen(text) : 0);
	free(text);
}

void lease_text_csv_row(const json_t *lease)
{
	csv_string(lease, "ip-address");
	csv_string(lease, "hw-address");
	csv_string(lease, "client-id");
	csv_number(number(lease, "valid-lft"), ',');
	csv_number(expiry(lease), ',');
	csv_number(number(lease, "subnet-id"), ',');
	csv_number(json_is_true(json_object_get(lease, "fqdn-fwd")), ',');
	csv_number(json_is_true(json_object_get(lease, "fqdn-rev")), ',');
	csv_string(lease, "hostname");
	csv_number(number(lease, "state"), ',');
	csv_json(json_object_get(lease, "user-context"));
	csv_number(number(lease, "pool-id"), '\n');
}
