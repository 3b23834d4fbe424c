/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation: see generation.h. Called by start.c and reload.c. A failure changes nothing that
 * is in force.
 */
#include "daemon/generation.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shm/base/log.h"
#include "shm/base/sealed.h"
#include "shm/tally.h"

#define NO_HOSTS "{\"hosts\": []}"

struct mistakes {
	char *text;
	size_t len, size;
};

static void report(void *arg, bool is_error, const char *line)
{
	struct mistakes *m = (struct mistakes *)arg;
	size_t n = strlen(line);

	if (!is_error) {
		LOG(EV_CONFIG_LOADED, "warning: %s", line);
		return;
	}
	LOG(EV_CONFIG_REJECTED, "%s", line);
	if (n + 2 > m->size - m->len)
		return;
	if (m->len > 0)
		m->text[m->len++] = '\n';
	memcpy(m->text + m->len, line, n + 1);
	m->len += n;
}

static void left_out(void *arg, size_t i, const char *why)
{
	(void)arg;
	LOG(EV_CONFIG_LOADED, "warning: reservation %zu of those made by command is left out: %s",
		i + 1, why);
}

static int seal(const char *config, size_t len, const char *hosts, struct generation_texts *ret)
{
	int config_fd = sealed_new("configuration", config, len), hosts_fd;

	if (config_fd < 0)
		return config_fd;
	hosts_fd = sealed_new("reservations", hosts, strlen(hosts));
	if (hosts_fd < 0) {
		close(config_fd);
		return hosts_fd;
	}
	*ret = (struct generation_texts){config_fd, hosts_fd};
	return 0;
}

void generation_texts_close(const struct generation_texts *t)
{
	close(t->config_fd);
	close(t->hosts_fd);
}

struct model *generation_read(const char *file, const char *config, const char *hosts,
	char *ret_mistakes, size_t size, struct generation_texts *ret_texts)
{
	struct mistakes m = {ret_mistakes, 0, size};
	struct model_source from = {
		.file = file, .text = config, .hosts = hosts, .left_out = left_out};
	struct model *model = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int rc = f != NULL ? 0 : -ENOMEM;

	ret_mistakes[0] = '\0';
	if (rc == 0)
		model = model_read(&from, f, report, &m);
	if (f != NULL && fclose(f) != 0)
		rc = -ENOMEM;
	if (rc == 0 && model != NULL)
		rc = seal(text, len, hosts != NULL ? hosts : NO_HOSTS, ret_texts);
	free(text);
	if (rc < 0) {
		report(&m, true, strerror(-rc));
		model_free(model);
		return NULL;
	}
	return model;
}

int generation_config(const struct generation *g, char **ret_config)
{
	size_t len;

	return sealed_read(g->texts.config_fd, SIZE_MAX, ret_config, &len);
}

/* An entry for each subnet, and for each class with a limit. */
static int build_tallies(struct region *region, const struct model *m, struct err *err)
{
	uint64_t *keys = (uint64_t *)calloc(m->n_subnets + m->n_classes + 1, sizeof(*keys));
	size_t n = 0;
	int rc;

	if (keys == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < m->n_subnets; i++)
		keys[n++] = tally_subnet_key(m->subnets[i]->id);
	for (size_t i = 0; i < m->n_classes; i++)
		if (m->classes[i]->limit != NULL)
			keys[n++] = m->classes[i]->tally_key;
	rc = tally_build(region, keys, n, err);
	free(keys);
	return rc;
}

int generation_new(struct model *model, const struct generation_texts *texts, struct region *region, const struct generation *prev,
	struct generation **ret, struct err *err)
{
	struct generation *g = (struct generation *)calloc(1, sizeof(*g));
	int rc;

	if (g == NULL) {
		model_free(model);
		generation_texts_close(texts);
		return err_set(err, -ENOMEM, NULL, "out of memory");
	}
	g->refs = 1;
	g->model = model;
	g->texts = *texts;
	web_init(&g->web);
	g->pools.n = model->n_pools;
	g->pools.v = (struct pool_range *)calloc(model->n_pools + 1, sizeof(*g->pools.v));
	if (g->pools.v == NULL) {
		rc = err_set(err, -ENOMEM, NULL, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < model->n_pools; i++) {
		g->pools.v[i].start = model->pools[i]->start;
		g->pools.v[i].end = model->pools[i]->end;
	}
	rc = pool_build(region, &g->pools, err);
	if (rc == 0)
		rc = build_tallies(region, model, err);
	if (rc == 0)
		rc = web_open(model, prev != NULL ? &prev->web : NULL, &g->web, err);
out:
	if (rc < 0)
		generation_unref(g);
	else
		*ret = g;
	return rc;
}

struct generation *generation_ref(struct generation *g)
{
	g->refs++;
	return g;
}

void generation_unref(struct generation *g)
{
	if (g == NULL || --g->refs > 0)
		return;
	web_close(&g->web);
	generation_texts_close(&g->texts);
	model_free(g->model);
	free(g->pools.v);
	free(g);
}
