/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_json: JSON to a tree: RFC 8259, and what ISC Kea takes in its files besides: comments after
 * # and //, comments in slash and star, <?include "FILE"?> between two tokens, .5 and 5. as
 * numbers, a comma before a closing bracket. A tree has no comments: they are left out with a
 * warning, and so is the comma.
 */
#ifndef LESSOR_DAEMON_CONF_TREE_JSON_H
#define LESSOR_DAEMON_CONF_TREE_JSON_H

#include "daemon/conf/tree.h"

#define TREE_JSON_DEPTH_MAX  100
#define TREE_JSON_VALUES_MAX (16U * 1024 * 1024)

/* Reads a file with what it includes, which is looked for beside the file that names it. The root
 * is a map. All nodes lie in the arena; their text is UTF-8 without NUL. Syntax is reported up to
 * its first mistake, and every name that stands twice in a map. Returns 0, -EINVAL (reported) or
 * -ENOMEM. */
int tree_read_json(
	const char *file, struct arena *arena, struct report *r, struct tree_node **ret_root);

/* The same from a text that ends with a NUL, in which an include is a mistake: what comes from
 * outside opens no files. name stands for the file in reports and nodes; it must live as long as
 * the arena. */
int tree_parse_json(const char *text, const char *name, struct arena *arena, struct report *r,
	struct tree_node **ret_root);

#endif
