/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_trace: the decisions of the running server, a line each, as they are made.
 */
#include "daemon/ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"

#define PAUSE_MS 200

static const char *text(const json_t *record, const char *key)
{
	const char *s = json_string_value(json_object_get(record, key));

	return s != NULL ? s : "";
}

static void print_time(json_int_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	struct tm tm;
	char clock[16] = "";

	if (localtime_r(&seconds, &tm) != NULL)
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s.%03d ", clock, (int)(us / 1000 % 1000));
}

static void print_field(const char *before, const json_t *record, const char *key)
{
	const json_t *v = json_object_get(record, key);

	if (json_is_integer(v)) {
		printf("%s%" JSON_INTEGER_FORMAT, before, json_integer_value(v));
	} else if (json_is_string(v)) {
		fputs(before, stdout);
		print_escaped(stdout, json_string_value(v), json_string_length(v));
	}
}

static void print_record(const struct ctl *c, const json_t *r)
{
	bool dropped = json_object_get(r, "because") != NULL;

	print_time(json_integer_value(json_object_get(r, "time-us")));
	print_field("", r, "interface");
	print_field(" ", r, "hw-address");
	print_field(" ", r, "received");
	print_field(" via ", r, "giaddr");
	if (c->colour)
		fputs(dropped ? PRINT_YELLOW : PRINT_GREEN, stdout);
	print_field(" -> ", r, "answer");
	print_field(" ", r, "ip-address");
	print_field(": ", r, "because");
	if (c->colour)
		fputs(PRINT_PLAIN, stdout);
	print_field(" subnet ", r, "subnet-id");
	if (text(r, "address-because")[0] != '\0')
		printf(" (%s)", text(r, "address-because"));
	putchar('\n');
}

/* Several workers' records come one worker after the other. */
static int earlier_first(const void *a, const void *b)
{
	json_int_t x = json_integer_value(json_object_get(*(json_t *const *)a, "time-us"));
	json_int_t y = json_integer_value(json_object_get(*(json_t *const *)b, "time-us"));

	return (x > y) - (x < y);
}

static void print_records(const struct ctl *c, const json_t *list)
{
	size_t n = json_array_size(list);
	json_t **v = (json_t **)calloc(n + 1, sizeof(json_t *));

	if (v == NULL)
		print_no_memory();
	for (size_t i = 0; i < n; i++)
		v[i] = json_array_get(list, i);
	qsort(v, n, sizeof(json_t *), earlier_first);
	for (size_t i = 0; i < n; i++) {
		if (!c->json) {
			print_record(c, v[i]);
			continue;
		}
		json_dumpf(v[i], stdout, JSON_COMPACT);
		putchar('\n');
	}
	free(v);
}

/* Shows what came since cursors (NULL: nothing yet), which it takes; returns the new ones, NULL:
 * the server does not answer as it should. */
static json_t *show_more(const struct ctl *c, json_t *cursors, bool *ret_more)
{
	const struct timespec pause = {0, PAUSE_MS * 1000000L};
	const char *mac = ctl_value(c, "mac");
	json_t *answer, *arguments;
	json_int_t missed;

	answer = call_do(
		c, "lessor-trace", json_pack("{so*,ss*}", "cursors", cursors, "hw-address", mac));
	if (answer == NULL)
		return NULL;
	arguments = json_object_get(answer, "arguments");
	print_records(c, json_object_get(arguments, "records"));
	missed = json_integer_value(json_object_get(arguments, "missed"));
	if (missed > 0)
		print_error("%" JSON_INTEGER_FORMAT " decisions came too fast to be shown", missed);
	*ret_more = json_is_true(json_object_get(arguments, "more"));
	cursors = json_incref(json_object_get(arguments, "cursors"));
	json_decref(answer);
	if (!*ret_more)
		nanosleep(&pause, NULL);
	return cursors;
}

int cmd_trace(const struct ctl *c)
{
	json_t *cursors = NULL;
	bool more;

	do {
		cursors = show_more(c, cursors, &more);
		/* a reader that is gone ends it */
	} while (cursors != NULL && fflush(stdout) == 0);
	json_decref(cursors);
	return CTL_FAILED;
}
