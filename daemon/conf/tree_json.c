/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_json: one pass without recursion. The children of maps and lists that are still open stand
 * on one stack; a closing bracket moves those of its map or list into the arena.
 */
#include "daemon/conf/tree_json.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/file.h"
#include "daemon/conf/json_token.h"

/* A map or list that is still open. */
struct frame {
	struct tree_node node; /* as it will be, but for its children */
	size_t first;          /* of its children on the stack */
};

struct parser {
	struct json_token token;
	struct frame frames[TREE_JSON_DEPTH_MAX];
	unsigned depth;
	struct tree_node *stack;
	size_t n, size; /* of stack */
	size_t values;
};

static void push(struct parser *p, const struct tree_node *node)
{
	struct json_token *t = &p->token;

	if (p->values++ == TREE_JSON_VALUES_MAX)
		json_token_fail(t, "more than %u values", TREE_JSON_VALUES_MAX);
	if (t->error != 0)
		return;
	if (p->n == p->size) {
		size_t size = p->size * 2 + 64;
		struct tree_node *stack = reallocarray(p->stack, size, sizeof(*stack));

		if (stack == NULL) {
			t->error = -ENOMEM;
			return;
		}
		p->stack = stack;
		p->size = size;
	}
	p->stack[p->n++] = *node;
}

static void open_frame(struct parser *p, struct tree_node *node, enum tree_type type)
{
	if (p->depth == TREE_JSON_DEPTH_MAX) {
		json_token_fail(&p->token, "more than %d levels of nesting", TREE_JSON_DEPTH_MAX);
		return;
	}
	node->type = type;
	p->frames[p->depth++] = (struct frame){*node, p->n};
	json_token_take(&p->token);
}

static int compare(const void *a, const void *b)
{
	const struct tree_node *x = *(const struct tree_node *const *)a;
	const struct tree_node *y = *(const struct tree_node *const *)b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x > y) - (x < y);
}

/* Sorted, so that a map of very many names does not take for ever. */
static void check_names(struct parser *p, const struct tree_node *v, size_t n)
{
	struct json_token *t = &p->token;
	const struct tree_node **sorted = reallocarray(NULL, n, sizeof(*sorted));

	if (sorted == NULL) {
		t->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < n; i++)
		sorted[i] = &v[i];
	qsort(sorted, n, sizeof(*sorted), compare);
	for (size_t i = 1; i < n; i++) {
		const struct tree_node *a = sorted[i - 1], *b = sorted[i];

		if (strcmp(a->name, b->name) != 0)
			continue;
		report_file_error(t->report, b->file, b->line,
			"\"%s\" stands in this map already, at %s:%u", b->name, a->file, a->line);
		t->twice = true;
	}
	free(sorted);
}

static void close_frame(struct parser *p)
{
	struct frame *f = &p->frames[--p->depth];
	struct tree_node *node = &f->node;

	json_token_take(&p->token);
	node->n = p->n - f->first;
	node->v = arena_alloc(p->token.arena, node->n, sizeof(*node->v));
	if (node->v == NULL) {
		p->token.error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < node->n; i++) {
		struct tree_node *child = &node->v[i];

		*child = p->stack[f->first + i];
		if (child->type != TREE_MAP && child->type != TREE_LIST)
			continue;
		for (size_t j = 0; j < child->n; j++) /* the child stays where it is now */
			child->v[j].parent = child;
	}
	if (node->type == TREE_MAP && node->n > 1)
		check_names(p, node->v, node->n);
	p->n = f->first;
	push(p, node);
}

static void read_value(struct parser *p, const char *name)
{
	struct json_token *t = &p->token;
	int c = json_token_peek(t);
	struct tree_node node = {.name = name};

	json_token_where(t, &node.file, &node.line);
	if (c == '{') {
		open_frame(p, &node, TREE_MAP);
		return;
	}
	if (c == '[') {
		open_frame(p, &node, TREE_LIST);
		return;
	}
	if (c == '"') {
		node.type = TREE_STRING;
		node.string = json_token_string(t);
	} else if (c == '-' || c == '.' || isdigit(c)) {
		bool real = json_token_number(t, &node.integer, &node.real);

		node.type = real ? TREE_REAL : TREE_INT;
	} else if (json_token_word(t, "true") || json_token_word(t, "false")) {
		node.type = TREE_BOOL;
		node.boolean = c == 't';
	} else if (json_token_word(t, "null")) {
		node.type = TREE_NULL;
	} else {
		json_token_unexpected(t, "a value");
	}
	push(p, &node);
}

/* The end of the innermost map or list, or its next member. */
static void step(struct parser *p)
{
	struct json_token *t = &p->token;
	struct frame *f = &p->frames[p->depth - 1];
	bool is_map = f->node.type == TREE_MAP, is_first = p->n == f->first;
	char end = is_map ? '}' : ']';
	const char *name = NULL;
	int c = json_token_peek(t);

	if (!is_first && c == ',') {
		json_token_take(t);
		c = json_token_peek(t);
		if (c == end)
			json_token_warn(t, "the comma before this '%c' is one too many", end);
	} else if (!is_first && c != end) {
		json_token_unexpected(t, is_map ? "',' or '}'" : "',' or ']'");
	}
	if (c == end) {
		close_frame(p);
		return;
	}
	if (is_map && c != '"') {
		json_token_unexpected(t, "a name in double quotes");
	} else if (is_map) {
		name = json_token_string(t);
		if (json_token_peek(t) != ':')
			json_token_unexpected(t, "':'");
		json_token_take(t);
	}
	if (t->error == 0)
		read_value(p, name);
}

static int parse(struct parser *p, struct tree_node **ret_root)
{
	struct json_token *t = &p->token;
	struct tree_node *root = arena_alloc(t->arena, 1, sizeof(*root));

	if (root == NULL && t->error == 0)
		t->error = -ENOMEM;
	if (t->error == 0 && json_token_peek(t) != '{')
		json_token_unexpected(t, "'{'");
	if (t->error == 0)
		read_value(p, NULL);
	while (t->error == 0 && p->depth > 0)
		step(p);
	if (t->error == 0 && json_token_peek(t) != JSON_TOKEN_END)
		json_token_unexpected(t, "nothing after the last '}'");
	json_token_end(t);
	if (t->error == 0 && t->twice)
		t->error = -EINVAL;
	if (t->error == 0) {
		*root = p->stack[0];
		for (size_t i = 0; i < root->n; i++)
			root->v[i].parent = root;
		*ret_root = root;
	}
	free(p->stack);
	return t->error;
}

int tree_read_json(
	const char *file, struct arena *arena, struct report *r, struct tree_node **ret_root)
{
	struct parser p = {.n = 0};

	json_token_init(&p.token, arena, r);
	json_token_open(&p.token, file);
	return parse(&p, ret_root);
}

int tree_parse_json(const char *text, const char *name, struct arena *arena, struct report *r,
	struct tree_node **ret_root)
{
	struct parser p = {.n = 0};

	json_token_init(&p.token, arena, r);
	json_token_set(&p.token, text, name);
	return parse(&p, ret_root);
}
