/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation: one configuration in force, and the pools in shared memory that it names. It lives
 * as long as a child that was forked with it.
 */
#ifndef LESSOR_DAEMON_GENERATION_H
#define LESSOR_DAEMON_GENERATION_H

#include "daemon/conf/model.h"
#include "daemon/web.h"
#include "shm/pool.h"

struct generation {
	unsigned refs;
	struct model *model;
	struct pools pools; /* v[i] is model->pools[i] */
	int config_fd;      /* the configuration as model_read() prints it, sealed */
	struct web web;
};

/* Reads the configuration, from the file or, if it is not NULL, from config, which model_read()
 * has printed before, and logs every mistake, which stand in ret_mistakes, size octets, as well,
 * lines, as far as they fit. *ret_config_fd is what the generation keeps of it, sealed. NULL: there
 * are mistakes, or no memory. */
struct model *generation_read(const char *file, const char *config, char *ret_mistakes, size_t size,
	int *ret_config_fd);

/* The configuration as text on the heap. */
int generation_config(const struct generation *g, char **ret_config);

/* Makes a generation of a model, which is its own from then on, as is config_fd, also when it
 * fails. prev: the one
 * before, whose listening sockets it goes on with; NULL: it is the first. */
int generation_new(struct model *model, int config_fd, struct region *region, const struct generation *prev,
	struct generation **ret, struct err *err);

struct generation *generation_ref(struct generation *g);
/* Frees it with the last reference; NULL is allowed. */
void generation_unref(struct generation *g);

#endif
