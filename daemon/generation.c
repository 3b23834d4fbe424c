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

struct model *generation_read(const char *file, const char *config, char *ret_mistakes, size_t size,
	int *ret_config_fd)
{
	struct mistakes m = {ret_mistakes, 0, size};
	struct model_source from = {.file = file, .text = config};
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
		rc = sealed_new("configuration", text, len);
	free(text);
	if (rc < 0) {
		report(&m, true, strerror(-rc));
		model_free(model);
		return NULL;
	}
	*ret_config_fd = rc;
	return model;
}

int generation_config(const struct generation *g, char **ret_config)
{
	size_t len;

	return sealed_read(g->config_fd, SIZE_MAX, ret_config, &len);
}

int generation_new(struct model *model, int config_fd, struct region *region, const struct generation *prev,
	struct generation **ret, struct err *err)
{
	struct generation *g = (struct generation *)calloc(1, sizeof(*g));
	int rc;

	if (g == NULL) {
		model_free(model);
		close(config_fd);
		return err_set(err, -ENOMEM, NULL, "out of memory");
	}
	g->refs = 1;
	g->model = model;
	g->config_fd = config_fd;
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
	close(g->config_fd);
	model_free(g->model);
	free(g->pools.v);
	free(g);
}
