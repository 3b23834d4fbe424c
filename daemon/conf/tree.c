/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: what does not depend on the syntax.
 */
#include "daemon/conf/tree.h"

#include <stdio.h>
#include <string.h>

const char *tree_path(const struct tree_node *node, char buf[TREE_PATH_SIZE])
{
	size_t at = TREE_PATH_SIZE - 1;

	buf[at] = '\0';
	for (; node->parent != NULL; node = node->parent) {
		char step[TREE_PATH_SIZE];
		const char *dot = node->parent->parent != NULL ? "." : "";
		int n;

		if (node->parent->type == TREE_MAP)
			n = snprintf(step, sizeof(step), "%s%s", dot, node->name);
		else
			n = snprintf(step, sizeof(step), "[%zu]", (size_t)(node - node->parent->v));
		if (n < 0 || (size_t)n > at)
			break;
		at -= (size_t)n;
		memcpy(buf + at, step, (size_t)n);
	}
	memmove(buf, buf + at, TREE_PATH_SIZE - at);
	return buf;
}
