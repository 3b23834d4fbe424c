/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_change: changes of reservations made at run time: tried with the configuration in force,
 * and those that fit made durable. Called by reader.c in the child. Its input comes from the
 * control process, which has checked its form.
 */
#include "daemon/reader_change.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/model.h"
#include "shm/base/log.h"
#include "shm/base/sealed.h"
#include "shm/base/text.h"
#include "shm/host.h"

struct change_set {
	json_t *changes;  /* what is wanted */
	json_t *verdicts; /* for each: null, or why not */
	json_t *hosts;    /* all reservations; those that are changed stand at the end */
	size_t unchanged; /* how many stand in front of them */
};

static const char *text_member(const json_t *map, const char *name)
{
	const char *s = json_string_value(json_object_get(map, name));

	return s != NULL ? s : "";
}

static size_t find(const json_t *hosts, const char *key)
{
	size_t i;
	json_t *host;

	json_array_foreach(hosts, i, host)
		if (strcmp(text_member(host, "key"), key) == 0)
			break;
	return i;
}

/* Takes the change into the list; returns why not, NULL: it is in. */
static const char *try_one(struct change_set *s, json_t *change)
{
	const char *op = text_member(change, "op");
	size_t at = find(s->hosts, text_member(change, "key"));
	bool there = at < json_array_size(s->hosts);

	if (at >= s->unchanged && there)
		return "another change of it is under way";
	if (strcmp(op, "add") == 0 && there)
		return "there is a reservation of this identifier already";
	if (strcmp(op, "add") != 0 && !there)
		return "there is no such reservation";
	if (there) {
		json_array_remove(s->hosts, at);
		s->unchanged--;
	}
	if (strcmp(op, "del") != 0)
		json_array_append(s->hosts, change);
	return NULL;
}

static void try_all(struct change_set *s)
{
	json_t *change;
	size_t i;

	json_array_foreach(s->changes, i, change) {
		const char *why = try_one(s, change);

		json_array_append_new(s->verdicts, why != NULL ? json_string(why) : json_null());
	}
}

/* A reservation does not fit; those that are not changed now are told elsewhere. */
static void left_out(void *arg, size_t i, const char *why)
{
	struct change_set *s = (struct change_set *)arg;
	const json_t *host = json_array_get(s->hosts, i);
	json_t *change;
	size_t k;

	if (i < s->unchanged)
		return;
	json_array_foreach(s->changes, k, change)
		if (change == host)
			json_array_set_new(s->verdicts, k, json_string(why));
}

static void ignore(void *arg, bool is_error, const char *line)
{
	(void)arg;
	(void)is_error;
	(void)line;
}

/* Builds a model with the changes: who is left out of it has a verdict then. */
static int check(struct change_set *s, int config_fd)
{
	struct model_source from = {.file = "Dhcp4", .left_out = left_out, .arg = s};
	json_t *all = json_pack("{s:O}", "hosts", s->hosts);
	char *config, *hosts = all != NULL ? json_dumps(all, JSON_COMPACT) : NULL;
	struct model *model = NULL;
	size_t len;
	int rc = hosts != NULL ? sealed_read(config_fd, SIZE_MAX, &config, &len) : -ENOMEM;

	if (rc == 0) {
		from.text = config;
		from.hosts = hosts;
		model = model_read(&from, NULL, ignore, NULL);
		rc = model != NULL ? 0 : -EINVAL;
		model_free(model);
		free(config);
	}
	free(hosts);
	json_decref(all);
	return rc;
}

/* One change as the journal has it. Its texts are added to texts, which keeps them. */
static int encode(const json_t *change, struct change *ret, uint8_t key[HOST_KEY_MAX], char **ret_text)
{
	size_t len;

	if (text_parse_hex(text_member(change, "key"), key, HOST_KEY_MAX, &len) < 0)
		return -EINVAL;
	*ret = (struct change){.kind = CHANGE_HOST_DELETE, .host_key = span_of(key, len)};
	*ret_text = NULL;
	if (strcmp(text_member(change, "op"), "del") == 0)
		return 0;
	*ret_text = json_dumps(json_object_get(change, "host"), JSON_COMPACT);
	if (*ret_text == NULL)
		return -ENOMEM;
	ret->kind = CHANGE_HOST_PUT;
	ret->host = span_of(*ret_text, strlen(*ret_text));
	return 0;
}

/* Commits the changes without a verdict. Returns how many, or a negative code. */
static int commit(const struct child *c, struct change_set *s, struct err *err)
{
	size_t n = json_array_size(s->changes), done = 0;
	struct change *v = (struct change *)calloc(n + 1, sizeof(*v));
	uint8_t(*keys)[HOST_KEY_MAX] = calloc(n + 1, sizeof(*keys));
	char **texts = (char **)calloc(n + 1, sizeof(*texts));
	struct journal *journal = NULL;
	int rc = v != NULL && keys != NULL && texts != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (!json_is_null(json_array_get(s->verdicts, i)))
			continue;
		rc = encode(json_array_get(s->changes, i), &v[done], keys[done], &texts[done]);
		done++;
	}
	if (rc == 0 && done > 0)
		rc = journal_open(c->state_dir, &journal, err);
	if (rc == 0 && done > 0)
		rc = host_commit(c->region, journal, v, done, err);
	journal_close(journal);
	for (size_t i = 0; texts != NULL && i < done; i++)
		free(texts[i]);
	free(texts);
	free(keys);
	free(v);
	return rc < 0 ? rc : (int)done;
}

static void print_verdicts(const struct change_set *s, FILE *text)
{
	const json_t *why;
	size_t i;

	json_array_foreach(s->verdicts, i, why)
		if (json_is_string(why))
			fprintf(text, "%s%s", i > 0 ? "\n" : "", json_string_value(why));
}

static int run(const struct child *c, struct change_set *s, const char *hosts, FILE *text)
{
	struct err err = {0};
	json_t *all = json_loads(hosts, 0, NULL);
	int rc;

	s->hosts = json_incref(json_object_get(all, "hosts"));
	json_decref(all);
	s->verdicts = json_array();
	if (s->hosts == NULL || s->verdicts == NULL)
		return -ENOMEM;
	s->unchanged = json_array_size(s->hosts);
	try_all(s);
	rc = check(s, c->config_fd);
	if (rc == 0)
		rc = commit(c, s, &err);
	if (rc < 0) {
		if (err.code != 0 && rc != -EROFS)
			log_err(EV_COMMIT_FAILED, &err);
		fprintf(text, "%s", err.code != 0 ? err.text : strerror(-rc));
	} else if (rc == 0) {
		print_verdicts(s, text);
	}
	return rc;
}

bool reader_change(const struct child *c, const char *hosts, FILE *text)
{
	struct change_set s = {0};
	json_t *sent = NULL;
	char *input;
	size_t len;
	int rc = sealed_read(c->in_fd, SIZE_MAX, &input, &len);

	if (rc == 0) {
		sent = json_loads(input, 0, NULL);
		s.changes = json_object_get(sent, "changes");
		free(input);
		rc = json_is_array(s.changes) ? run(c, &s, hosts, text) : -EINVAL;
	}
	json_decref(s.hosts);
	json_decref(s.verdicts);
	json_decref(sent);
	return rc > 0;
}
