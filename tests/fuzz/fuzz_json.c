/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_json: any text as JSON to a tree. What is taken comes back from the printer as text that is
 * taken again and printed the same; as libconfig it is printed, or refused, but nothing else.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/tree_json.h"
#include "daemon/conf/tree_print.h"
#include "shm/base/err.h"
#include "tests/fuzz/fuzz.h"

static void hear(void *arg, bool is_error, const char *line)
{
	(void)arg;
	(void)is_error;
	for (const char *p = line; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			bug("a line that cannot be shown");
}

static char *print(const struct tree_node *root)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL || tree_print_json(f, root) < 0 || fclose(f) != 0)
		bug("a tree from JSON is no JSON");
	return text;
}

/* Parents lead to the root, and a path can be made of any node. */
static void check_nodes(const struct tree_node *node)
{
	char path[TREE_PATH_SIZE];

	if (strlen(tree_path(node, path)) >= sizeof(path) || node->line == 0)
		bug("a node without a place");
	if (node->type != TREE_MAP && node->type != TREE_LIST)
		return;
	for (size_t i = 0; i < node->n; i++) {
		if (node->v[i].parent != node ||
			(node->v[i].name != NULL) != (node->type == TREE_MAP))
			bug("a child of somebody else");
		check_nodes(&node->v[i]);
	}
}

static void check_again(const char *text)
{
	struct arena *arena = arena_new();
	struct report r = {.line = hear};
	struct tree_node *root;
	char *again;

	if (arena == NULL || tree_parse_json(text, "again", arena, &r, &root) < 0 || r.errors > 0)
		bug("printed JSON is not taken");
	again = print(root);
	if (strcmp(again, text) != 0)
		bug("printed JSON is another one");
	free(again);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct report r = {.line = hear};
	struct tree_node *root = NULL;
	char *text = malloc(size + 1), *printed = NULL;
	size_t printed_size;
	FILE *f;
	int rc;

	if (arena == NULL || text == NULL)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	rc = tree_parse_json(text, "fuzz", arena, &r, &root);
	if ((rc == 0) != (r.errors == 0) || (rc == 0) != (root != NULL))
		bug("an error without words");
	if (rc == 0) {
		check_nodes(root);
		printed = print(root);
		check_again(printed);
		free(printed);
		f = open_memstream(&printed, &printed_size);
		rc = tree_print_libconfig(f, root);
		if (rc != 0 && rc != -EINVAL)
			bug("an unknown error");
		fclose(f);
		free(printed);
	}
	free(text);
	arena_free(arena);
	return 0;
}
