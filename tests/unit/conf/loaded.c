/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loaded: see loaded.h.
 */
#include "tests/unit/conf/loaded.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* libconfig 1.5 forgets the texts that stand before a syntax error. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\n";
}

static char dir[] = "/tmp/lessor-conf-XXXXXX";

void loaded_enter(void)
{
	cr_assert(mkdtemp(dir) != NULL && chdir(dir) == 0);
}

void loaded_leave(void)
{
	DIR *d = opendir(".");
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			remove(e->d_name);
	closedir(d);
	cr_assert(chdir("/") == 0 && rmdir(dir) == 0);
}

void loaded_write(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	cr_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void hear(void *arg, bool is_error, const char *line)
{
	struct loaded *l = arg;
	size_t len = strlen(l->said);

	snprintf(l->said + len, sizeof(l->said) - len, "%s%s\n", is_error ? "" : "warning: ", line);
	if (is_error)
		l->errors++;
	else
		l->warnings++;
}

struct loaded *loaded_file(const char *name)
{
	struct loaded *l = calloc(1, sizeof(*l));

	cr_assert(l != NULL);
	l->model = model_load(name, hear, l);
	cr_assert((l->model == NULL) == (l->errors > 0), "%s", l->said);
	return l;
}

struct loaded *loaded_text(const char *text)
{
	loaded_write("t.conf", text);
	return loaded_file("t.conf");
}

struct loaded *loaded_good(const char *text)
{
	struct loaded *l = loaded_text(text);

	cr_assert(l->model != NULL && l->said[0] == '\0', "%s", l->said);
	return l;
}

void loaded_free(struct loaded *l)
{
	model_free(l->model);
	free(l);
}

const struct model_subnet *loaded_first(struct model_candidates c)
{
	return c.n > 0 ? c.v[0] : NULL;
}
