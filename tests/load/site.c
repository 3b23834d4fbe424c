/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site: the file is read once, line by line; what a line says about options is kept as it will
 * stand in the message.
 */
#include "tests/load/site.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/text.h"
#include "tests/load/client.h"
#include "workers/packet/opt.h"

#define LINE_SIZE 512
#define BLANKS    " \t\r\n"

/* CODE=TEXT, with the options before it. Returns whether it is one and there is room. */
static bool take_option(struct opt_writer *w, char *word)
{
	char *end;
	unsigned long code = strtoul(word, &end, 10);

	return word[0] >= '0' && word[0] <= '9' && code > OPT_PAD && code < OPT_END &&
	       *end == '=' && opt_write(w, (uint8_t)code, end + 1, strlen(end + 1));
}

/* One line without its remark. Returns 1, 0 if it is empty, or -EBADMSG. */
static int take_line(char *line, struct site *ret, uint32_t *ret_clients)
{
	struct opt_writer w;
	char *save = NULL, *end, *word = strtok_r(line, BLANKS, &save);
	unsigned long n;

	if (word == NULL)
		return 0;
	if (text_parse_ip(word, &ret->giaddr) < 0 || ret->giaddr == 0)
		return -EBADMSG;
	word = strtok_r(NULL, BLANKS, &save);
	if (word == NULL || word[0] < '0' || word[0] > '9')
		return -EBADMSG;
	n = strtoul(word, &end, 10);
	if (*end != '\0' || n == 0 || n > CLIENT_MAX)
		return -EBADMSG;
	opt_writer_init(&w, ret->options, sizeof(ret->options));
	while ((word = strtok_r(NULL, BLANKS, &save)) != NULL) {
		if (!take_option(&w, word))
			return -EBADMSG;
	}
	ret->n_options = (uint8_t)(w.p - ret->options);
	*ret_clients = (uint32_t)n;
	return 1;
}

static int append(struct site_table *t, const struct site *site, uint32_t clients)
{
	if ((t->n & (t->n - 1)) == 0) { /* full: double it */
		size_t room = t->n > 0 ? 2 * (size_t)t->n : 1;
		struct site *more = (struct site *)reallocarray(t->site, room, sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		t->site = more;
	}
	t->site[t->n] = *site;
	t->site[t->n++].first = t->n_clients;
	t->n_clients += clients;
	return t->n_clients <= CLIENT_MAX ? 0 : -EOVERFLOW;
}

static int read_lines(FILE *file, const char *path, struct site_table *t, struct err *err)
{
	char line[LINE_SIZE];
	unsigned number = 0;

	while (fgets(line, sizeof(line), file) != NULL) {
		struct site site = {0};
		uint32_t clients = 0;
		bool whole = strchr(line, '\n') != NULL || feof(file);
		int r;

		number++;
		line[strcspn(line, "#")] = '\0';
		r = whole ? take_line(line, &site, &clients) : -EBADMSG;
		if (r < 0)
			return err_set(err, r, "options of a line have room for 64 octets",
			        "%s:%u: not 'GIADDR CLIENTS [CODE=TEXT]...'", path, number);
		if (r > 0)
			r = append(t, &site, clients);
		if (r == -EOVERFLOW)
			return err_set(err, r, NULL, "%s:%u: more than %u clients", path, number,
			        CLIENT_MAX);
		if (r < 0)
			return err_set(err, r, NULL, "not enough memory for the sites");
	}
	if (ferror(file))
		return err_set(err, -EIO, NULL, "cannot read '%s'", path);
	if (t->n == 0)
		return err_set(err, -EBADMSG, NULL, "'%s' names no relay", path);
	return 0;
}

int site_read(const char *path, struct site_table *ret, struct err *err)
{
	struct site_table t = {0};
	FILE *file = fopen(path, "re");
	int r;

	if (file == NULL)
		return err_set(err, -errno, NULL, "cannot read '%s': %m", path);
	r = read_lines(file, path, &t, err);
	fclose(file);
	if (r < 0)
		site_fini(&t);
	else
		*ret = t;
	return r;
}

void site_fini(struct site_table *t)
{
	free(t->site);
	*t = (struct site_table){0};
}

const struct site *site_of(const struct site_table *t, uint32_t client)
{
	uint32_t low = 0, high = t->n;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (t->site[middle].first <= client)
			low = middle;
		else
			high = middle;
	}
	return &t->site[low];
}
