/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_explain: what a client would get, and why; the server decides, this shows.
 */
#include "daemon/ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/table.h"

#define LINE 96

/* CODE=VALUE; VALUE is hex, or text in quotes. NULL: it is not, which is printed. */
static json_t *parse_option(const char *s)
{
	const char *equals = strchr(s, '=');
	char *end;
	unsigned long code = strtoul(s, &end, 10);
	size_t len;

	if (equals == NULL || end != equals || end == s || code == 0 || code > 254) {
		print_error("--option: not CODE=VALUE with a code of 1 to 254: %s", s);
		return NULL;
	}
	len = strlen(equals + 1);
	if (len >= 2 && equals[1] == '"' && equals[len] == '"')
		return json_pack("{sI,so}", "code", (json_int_t)code, "data",
			json_sprintf("'%.*s'", (int)len - 2, equals + 2));
	return json_pack("{sI,ss}", "code", (json_int_t)code, "data", equals + 1);
}

/* The arguments of lessor-explain, NULL: what is wrong is printed. */
static json_t *make_args(const struct ctl *c)
{
	static const struct {
		const char *option, *key;
	} keys[] = {{"mac", "hw-address"}, {"iface", "interface"},
		{"requested", "requested-address"}};
	json_t *args = json_object(), *options = json_array(), *classes = json_array();
	bool ok = true;

	for (size_t i = 0; i < c->n_values && ok; i++) {
		const struct ctl_value *v = &c->values[i];
		const char *key = v->name;

		if (strcmp(v->name, "option") == 0) {
			json_t *o = parse_option(v->value);

			ok = o != NULL && json_array_append_new(options, o) == 0;
			continue;
		}
		if (strcmp(v->name, "class") == 0) {
			ok = json_array_append_new(classes, json_string(v->value)) == 0;
			continue;
		}
		for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++)
			if (strcmp(keys[k].option, v->name) == 0)
				key = keys[k].key;
		if (json_object_set_new(args, key, json_string(v->value)) < 0)
			print_no_memory();
	}
	if (json_object_set_new(args, "options", options) < 0 ||
		json_object_set_new(args, "classes", classes) < 0)
		print_no_memory();
	if (ok)
		return args;
	json_decref(args);
	return NULL;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

/* A heading, then words as lines of bearable length. */
static void print_words(const char *head, const json_t *words)
{
	size_t column = (size_t)printf("%-13s", head);

	for (size_t i = 0; i < json_array_size(words); i++) {
		const char *word = json_string_value(json_array_get(words, i));
		size_t len = word != NULL ? strlen(word) : 0;

		if (i > 0 && column + len + 2 > LINE)
			column = (size_t)printf(",\n%13s", "") - 2;
		else if (i > 0)
			column += (size_t)printf(", ");
		print_escaped(stdout, word, len);
		column += len;
	}
	puts(json_array_size(words) == 0 ? "none" : "");
}

static void print_text(const char *head, const char *text, const char *because)
{
	printf("%-13s", head);
	print_escaped(stdout, text, strlen(text));
	if (because[0] != '\0')
		printf(": ");
	print_escaped(stdout, because, strlen(because));
	putchar('\n');
}

static void print_subnet(const json_t *e)
{
	const json_t *s = json_object_get(e, "subnet"), *pool = json_object_get(e, "pool");
	const char *network = text_of(s, "shared-network-name");
	char text[400];

	if (s == NULL) {
		print_text("Subnet", "none", text_of(e, "rule"));
		return;
	}
	snprintf(text, sizeof(text), "%s (id %lld%s%s)", text_of(s, "subnet"),
		(long long)json_integer_value(json_object_get(s, "id")),
		network[0] != '\0' ? ", shared network " : "", network);
	print_text("Subnet", text, text_of(e, "rule"));
	if (pool != NULL)
		print_text("Pool", text_of(pool, "pool"), "");
}

static void print_reservation(const json_t *e)
{
	static const char *const ids[] = {"hw-address", "duid", "circuit-id", "client-id",
		"flex-id"};
	const json_t *r = json_object_get(e, "reservation");
	char text[1200];
	int n = 0;

	if (r == NULL) {
		print_text("Reservation", "none", "");
		return;
	}
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		if (json_object_get(r, ids[i]) != NULL)
			n = snprintf(text, sizeof(text), "%s %s", ids[i], text_of(r, ids[i]));
	if (text_of(r, "ip-address")[0] != '\0')
		n += snprintf(text + n, sizeof(text) - (size_t)n, ", address %s",
			text_of(r, "ip-address"));
	if (text_of(r, "hostname")[0] != '\0')
		n += snprintf(text + n, sizeof(text) - (size_t)n, ", name %s",
			text_of(r, "hostname"));
	if (json_integer_value(json_object_get(r, "subnet-id")) == 0)
		snprintf(text + n, sizeof(text) - (size_t)n, ", global");
	print_text("Reservation", text, "");
}

static void print_address(const json_t *e)
{
	char text[120];

	if (json_object_get(e, "ip-address") == NULL)
		return;
	print_text("Address", text_of(e, "ip-address"), text_of(e, "address-because"));
	snprintf(text, sizeof(text), "%lld s",
		(long long)json_integer_value(json_object_get(e, "valid-lft")));
	for (int i = 0; i < 2; i++) {
		const json_t *t = json_object_get(e, i == 0 ? "renew-timer" : "rebind-timer");
		size_t n = strlen(text);

		if (t != NULL)
			snprintf(text + n, sizeof(text) - n, ", T%d %lld s", i + 1,
				(long long)json_integer_value(t));
	}
	print_text("Lease time", text, "");
}

static void print_options(const struct ctl *c, const json_t *list, const char *third_head,
	const char *third)
{
	const char *heads[] = {"OPTION", "NAME", third_head, "FROM"};
	struct table t;

	if (json_array_size(list) == 0)
		return;
	putchar('\n');
	table_init(&t, heads, 4, c->colour);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);

		table_add_json(&t, json_object_get(o, "code"));
		table_add_text(&t, text_of(o, "name"));
		table_add_text(&t, text_of(o, third));
		table_add_text(&t, text_of(o, "from"));
	}
	table_flush(&t);
	table_fini(&t);
}

static void show(const struct ctl *c, const json_t *e)
{
	print_text("Received", text_of(e, "received"), "");
	print_text("Interface", text_of(e, "interface"), "");
	print_words("Classes", json_object_get(e, "classes"));
	print_words("Not in", json_object_get(e, "classes-not-matched"));
	print_subnet(e);
	print_reservation(e);
	print_address(e);
	print_text("Answer", text_of(e, "answer"), text_of(e, "because"));
	print_options(c, json_object_get(e, "options"), "VALUE", "data");
	print_options(c, json_object_get(e, "options-not-sent"), "NOT SENT BECAUSE", "because");
}

int cmd_explain(const struct ctl *c)
{
	json_t *args, *answer;
	const json_t *explanation;
	int status = CTL_DONE;

	if (ctl_value(c, "mac") == NULL) {
		print_error("explain: --mac is missing: which client?");
		return CTL_USAGE;
	}
	args = make_args(c);
	if (args == NULL)
		return CTL_USAGE;
	answer = call_do(c, "lessor-explain", args);
	if (answer == NULL)
		return CTL_FAILED;
	explanation = json_object_get(answer, "arguments");
	if (c->json)
		status = print_json(explanation);
	else
		show(c, explanation);
	json_decref(answer);
	return status;
}
