/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: a configuration as maps, lists and values, each with the file and line it came from,
 * whatever the syntax it was written in. Made by tree_<syntax>.c, read by read.c, which must
 * know of no syntax.
 */
#ifndef LESSOR_DAEMON_CONF_TREE_H
#define LESSOR_DAEMON_CONF_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/conf/arena.h"
#include "daemon/conf/report.h"

#define TREE_DEPTH_MAX 32
#define TREE_PATH_SIZE 512

enum tree_type {
	TREE_MAP,
	TREE_LIST,
	TREE_STRING,
	TREE_INT,
	TREE_REAL,
	TREE_BOOL,
	TREE_NULL, /* JSON alone has it */
};

struct tree_node {
	enum tree_type type;
	uint32_t line;
	const char *file;
	const char *name;               /* as a member of a map, else NULL */
	const struct tree_node *parent; /* NULL: the root, which is a map */
	size_t n;                       /* children of a map or list */
	union {
		struct tree_node *v; /* n children, in the order of the file */
		const char *string;
		int64_t integer;
		double real;
		bool boolean;
	};
};

/* Writes where the node stands, "subnet4[2].pools[0].pool", into buf and returns buf: "" for the
 * root; the front of a path that does not fit is left out. */
const char *tree_path(const struct tree_node *node, char buf[TREE_PATH_SIZE]);

/* Reads a file in libconfig's syntax with what it includes. All nodes lie in the arena. Mistakes go
 * to the report. Returns 0, -EINVAL (reported) or -ENOMEM. */
int tree_read_libconfig(
	const char *file, struct arena *arena, struct report *r, struct tree_node **ret_root);

#endif
