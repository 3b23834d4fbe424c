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

/* What a generation was made of, sealed, for those who ask. */
struct generation_texts {
	int config_fd; /* the configuration as model_read() prints it */
	int hosts_fd;  /* the reservations made at run time, JSON */
};

struct generation {
	unsigned refs;
	struct model *model;
	struct pools pools; /* v[i] is model->pools[i] */
	struct generation_texts texts;
	struct web web;
};

/* Reads the configuration, from the file or, if it is not NULL, from config, which model_read()
 * has printed before, with the reservations made at run time (NULL: none), and logs every mistake,
 * which stand in ret_mistakes, size octets, as well, lines, as far as they fit. *ret_texts is what
 * the generation keeps of it. NULL: there are mistakes, or no memory. */
struct model *generation_read(const char *file, const char *config, const char *hosts,
	char *ret_mistakes, size_t size, struct generation_texts *ret_texts);

void generation_texts_close(const struct generation_texts *t);

/* The configuration as text on the heap. */
int generation_config(const struct generation *g, char **ret_config);

/* Makes a generation of a model, which is its own from then on, as are the texts, also when
 * it fails. prev: the one
 * before, whose listening sockets it goes on with; NULL: it is the first. */
int generation_new(struct model *model, const struct generation_texts *texts, struct region *region, const struct generation *prev,
	struct generation **ret, struct err *err);

struct generation *generation_ref(struct generation *g);
/* Frees it with the last reference; NULL is allowed. */
void generation_unref(struct generation *g);

#endif
