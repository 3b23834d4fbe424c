/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_print: see tree_print.h. Recursion is as deep as the tree, whose makers limit it.
 */
#include "daemon/conf/tree_print.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/text.h"

#define ONE_LINE  100 /* width of the widest map or list in one line, indentation aside */
#define REAL_SIZE 40

/* The fewest digits that are read back as v, with a point, without which it were no real number. */
static int format_real(double v, char buf[REAL_SIZE])
{
	size_t len;

	if (!isfinite(v))
		return -EINVAL;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(buf, REAL_SIZE, "%.*g", digits, v);
		if (strtod(buf, NULL) == v)
			break;
	}
	len = strcspn(buf, ".e");
	if (buf[len] == '.')
		return 0;
	memmove(buf + len + 2, buf + len, strlen(buf + len) + 1);
	memcpy(buf + len, ".0", 2);
	return 0;
}

static void print_text(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if (*s == '\n')
			fputs("\\n", f);
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\x%02x", (unsigned)(unsigned char)*s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}

static int print_scalar(FILE *f, const struct tree_node *node)
{
	char real[REAL_SIZE];

	switch (node->type) {
	case TREE_STRING:
		print_text(f, node->string);
		return 0;
	case TREE_INT:
		fprintf(f, "%" PRId64, node->integer);
		return 0;
	case TREE_REAL:
		if (format_real(node->real, real) < 0)
			return -EINVAL;
		fputs(real, f);
		return 0;
	case TREE_BOOL:
		fputs(node->boolean ? "true" : "false", f);
		return 0;
	default:
		return -EINVAL;
	}
}

static bool is_container(const struct tree_node *node)
{
	return node->type == TREE_MAP || node->type == TREE_LIST;
}

/* Whether libconfig takes the list as an array: values of one type, integers of one size. */
static bool is_array(const struct tree_node *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct tree_node *v = &list->v[i];

		if (is_container(v) || v->type != list->v[0].type)
			return false;
		if (v->type == TREE_INT && (v->integer > INT32_MAX || v->integer < INT32_MIN))
			return false;
	}
	return list->n > 0;
}

/* How wide the node is in one line, more than room if it does not fit or nests too much for it. */
static size_t width_of(const struct tree_node *node, size_t room, unsigned levels)
{
	size_t width = 4;

	if (!is_container(node)) /* numbers never decide: estimate them */
		return node->type == TREE_STRING ? strlen(node->string) + 2 : 10;
	if (levels == 0)
		return room + 1;
	for (size_t i = 0; i < node->n && width <= room; i++) {
		const struct tree_node *child = &node->v[i];

		width += width_of(child, room, levels - 1) + 2;
		if (node->type == TREE_MAP)
			width += strlen(child->name) + 3;
	}
	return width;
}

static bool is_name(const char *s)
{
	if (s == NULL || (!isalpha((unsigned char)*s) && *s != '*'))
		return false;
	while (isalnum((unsigned char)*s) || (*s != '\0' && strchr("-_*", *s) != NULL))
		s++;
	return *s == '\0';
}

static void new_line(FILE *f, unsigned depth)
{
	fputc('\n', f);
	for (unsigned i = 0; i < depth; i++)
		fputc('\t', f);
}

static int print_member(FILE *f, const struct tree_node *node, unsigned depth);

static int print_value(FILE *f, const struct tree_node *node, unsigned depth)
{
	bool map = node->type == TREE_MAP, one_line;
	const char *brackets = map ? "{}" : is_array(node) ? "[]" : "()";
	int r = 0;

	if (!is_container(node))
		return print_scalar(f, node);
	one_line = width_of(node, ONE_LINE, 2) <= ONE_LINE;
	fputc(brackets[0], f);
	for (size_t i = 0; i < node->n && r == 0; i++) {
		const struct tree_node *child = &node->v[i];

		if (one_line)
			fputc(' ', f);
		else
			new_line(f, depth + 1);
		if (map)
			r = print_member(f, child, depth + 1);
		else
			r = print_value(f, child, depth + 1);
		if (!map && i + 1 < node->n)
			fputc(',', f);
	}
	if (one_line)
		fputc(' ', f);
	else
		new_line(f, depth);
	fputc(brackets[1], f);
	return r;
}

static int print_member(FILE *f, const struct tree_node *node, unsigned depth)
{
	int r;

	if (!is_name(node->name))
		return -EINVAL;
	fprintf(f, "%s = ", node->name);
	r = print_value(f, node, depth);
	fputc(';', f);
	return r;
}

int tree_print_libconfig(FILE *f, const struct tree_node *root)
{
	for (size_t i = 0; i < root->n; i++) {
		int r = print_member(f, &root->v[i], 0);

		if (r < 0)
			return r;
		fputc('\n', f);
	}
	return 0;
}

static void print_json_text(FILE *f, const char *s)
{
	size_t left = strlen(s);

	fputc('"', f);
	while (left > 0) {
		size_t len = text_utf8_length(span_of(s, left));

		if (len == 0)
			fputs("\xef\xbf\xbd", f);
		else if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			fprintf(f, "\\u%04x", (unsigned)(unsigned char)*s);
		else
			fwrite(s, 1, len, f);
		len = len > 0 ? len : 1;
		s += len;
		left -= len;
	}
	fputc('"', f);
}

int tree_print_json(FILE *f, const struct tree_node *node)
{
	bool map = node->type == TREE_MAP;
	int r = 0;

	if (node->type == TREE_STRING) {
		print_json_text(f, node->string);
		return 0;
	}
	if (node->type == TREE_NULL) {
		fputs("null", f);
		return 0;
	}
	if (!is_container(node))
		return print_scalar(f, node);
	fputc(map ? '{' : '[', f);
	for (size_t i = 0; i < node->n && r == 0; i++) {
		if (i > 0)
			fputs(", ", f);
		if (map) {
			print_json_text(f, node->v[i].name);
			fputs(": ", f);
		}
		r = tree_print_json(f, &node->v[i]);
	}
	fputc(map ? '}' : ']', f);
	return r;
}
