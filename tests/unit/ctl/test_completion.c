/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shells complete what lessorctl knows: every command, verb and option stands in both
 * files.
 */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/command.h"

static const char *const files[] = {"lessorctl.bash", "_lessorctl"};

static void load(const char *name, char *buf, size_t size)
{
	const char *dir = getenv("srcdir");
	char path[1024];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/packaging/completion/%s", dir != NULL ? dir : ".", name);
	f = fopen(path, "r");
	cr_assert_not_null(f, "%s", path);
	n = fread(buf, 1, size - 1, f);
	buf[n] = '\0';
	fclose(f);
}

/* Whether word stands in text between characters that no word has. */
static bool has(const char *text, const char *word)
{
	static const char of_words[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t len = strlen(word);

	for (const char *p = text; (p = strstr(p, word)) != NULL; p++)
		if ((p == text || strchr(of_words, p[-1]) == NULL) &&
			(p[len] == '\0' || strchr(of_words, p[len]) == NULL))
			return true;
	return false;
}

Test(completion, has_every_command_and_option)
{
	static char text[16384];
	char option[64];

	for (size_t f = 0; f < sizeof(files) / sizeof(*files); f++) {
		load(files[f], text, sizeof(text));
		for (size_t i = 0; i < n_commands; i++) {
			bool there = has(text, commands[i].name) &&
				(commands[i].verb == NULL || has(text, commands[i].verb));

			cr_expect(there, "%s: no %s", files[f], commands[i].name);
		}
		for (const struct option *o = command_options; o->name != NULL; o++) {
			snprintf(option, sizeof(option), "--%s", o->name);
			cr_expect(has(text, option), "%s: no %s", files[f], option);
		}
	}
}
