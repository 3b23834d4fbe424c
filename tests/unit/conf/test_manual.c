/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_manual: doc/lessor.conf.5 names exactly the parameters of the table with their types, scopes
 * and defaults, and every example in etc/ loads without a word.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/param.h"
#include "tests/unit/conf/loaded.h"

static const char *source_dir(void)
{
	const char *dir = getenv("srcdir");

	return dir != NULL ? dir : ".";
}

static void add_places(char *buf, size_t size, unsigned places)
{
	size_t len = strlen(buf);
	const char *comma = "";

	if (places == (1U << PARAM_PLACES) - 1) {
		snprintf(buf + len, size - len, "everywhere");
		return;
	}
	for (unsigned i = 0; i < PARAM_PLACES; i++) {
		enum param_place place = (enum param_place)(1U << i);

		if ((places & place) == 0)
			continue;
		len += (size_t)snprintf(buf + len, size - len, "%s%s", comma,
			place == PARAM_AT_GLOBAL ? "global" : param_place_name(place));
		comma = ", ";
	}
}

static void add_type(char *buf, size_t size, const struct param *p)
{
	static const char *const names[] = {[PARAM_TYPE_BOOL] = "true or false",
		[PARAM_TYPE_FRACTION] = "number above 0 and below 1", [PARAM_TYPE_STRING] = "text",
		[PARAM_TYPE_RATIO] = "number from 0 to 1",
		[PARAM_TYPE_ADDRESS] = "IPv4 address", [PARAM_TYPE_STRINGS] = "list of texts",
		[PARAM_TYPE_MAP] = "group", [PARAM_TYPE_MAPS] = "list of groups",
		[PARAM_TYPE_CONTEXT] = "text with JSON, or group"};

	if (p->type == PARAM_TYPE_UINT) {
		snprintf(buf, size, "number from %lld to %lld", (long long)p->min,
			(long long)p->max);
	} else if (p->type == PARAM_TYPE_CHOICE) {
		size_t len = (size_t)snprintf(buf, size, "one of ");

		for (const char *c = p->choices; *c != '\0'; c++)
			len += (size_t)snprintf(buf + len, size - len, *c == '|' ? ", " : "%c", *c);
	} else {
		snprintf(buf, size, "%s", names[p->type]);
	}
}

/* The two lines that the manual has for a parameter. */
static void lines_of(const struct param *p, char *buf, size_t size)
{
	char type[100] = "", places[200] = "";

	add_places(places, sizeof(places), p->places);
	if (p->kind != PARAM_KIND_READ) {
		snprintf(buf, size, "\n.It Cm %s\n(%s)\n", p->name, places);
		return;
	}
	add_type(type, sizeof(type), p);
	snprintf(buf, size, "\n.It Cm %s\n(%s; %s; %s%s)\n", p->name, type, places,
		p->def == NULL ? "required" : "default: ",
		p->def == NULL ? "" : (p->def[0] == '\0' ? "none" : p->def));
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		n++;
		text++;
	}
	return n;
}

Test(manual, has_the_parameters_of_the_table)
{
	static char text[200000];
	char path[4096], lines[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/doc/lessor.conf.5", source_dir());
	f = fopen(path, "r");
	cr_assert(f != NULL, "%s", path);
	cr_assert(fread(text, 1, sizeof(text) - 1, f) > 0 && feof(f));
	fclose(f);
	for (size_t i = 0; i < param_table_size; i++) {
		lines_of(&param_table[i], lines, sizeof(lines));
		cr_expect(count(text, lines) == 1, "the manual needs:%s", lines);
	}
	cr_expect(count(text, "\n.It Cm ") == param_table_size);
}

/* A default of the table is what the type can have. */
Test(manual, defaults_are_values)
{
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		const struct param *p = &param_table[i];
		bool by_code = i == PARAM_MIN_VALID_LIFETIME || i == PARAM_MAX_VALID_LIFETIME ||
			i == PARAM_OPTION_CSV || i == PARAM_OPTION_CODE;
		struct param_set none = {.v = {NULL}};

		cr_expect(p->kind == PARAM_KIND_READ && p->places != 0 && p->text[0] != '\0');
		if (p->def == NULL || by_code)
			continue;
		if (p->type == PARAM_TYPE_UINT)
			cr_expect(param_uint(&none, (enum param_id)i) >= p->min &&
				param_uint(&none, (enum param_id)i) <= p->max);
		if (p->type == PARAM_TYPE_BOOL)
			cr_expect(strcmp(p->def, "true") == 0 || strcmp(p->def, "false") == 0);
		if (p->type == PARAM_TYPE_FRACTION)
			cr_expect(param_fraction(&none, (enum param_id)i) > 0);
		if (p->type == PARAM_TYPE_CHOICE)
			cr_expect(strncmp(p->choices, p->def, strlen(p->def)) == 0);
	}
}

/* A name stands once for a place. */
Test(manual, names_are_unique)
{
	for (size_t i = 0; i < param_table_size; i++)
		for (size_t j = 0; j < i; j++)
			cr_expect((param_table[i].places & param_table[j].places) == 0 ||
					strcmp(param_table[i].name, param_table[j].name) != 0,
				"%s", param_table[i].name);
}

Test(manual, examples_load)
{
	char path[4096];
	unsigned n = 0;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/etc", source_dir());
	d = opendir(path);
	cr_assert(d != NULL);
	while ((e = readdir(d)) != NULL) {
		const char *dot = strrchr(e->d_name, '.');
		struct loaded *l;

		if (dot == NULL || strcmp(dot, ".conf") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/etc/%s", source_dir(), e->d_name);
		l = loaded_file(path);
		cr_expect(l->model != NULL && l->said[0] == '\0', "%s", l->said);
		loaded_free(l);
		n++;
	}
	closedir(d);
	cr_expect(n >= 6);
}
