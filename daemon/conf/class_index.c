/* SPDX-License-Identifier: Apache-2.0 */
/*
 * class_index: finds classes by name, and those whose test may hold by the values in a packet, so
 * that a packet costs the same whatever the number of classes. Built by the readers; the packet's
 * way calls the model_ functions.
 */
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"

#define CLASSES_MAX UINT16_MAX

struct model_key {
	uint64_t hash;
	size_t operand;
	struct span value; /* lies in the expression of one of the classes */
	struct model_classes classes;
	uint16_t *v; /* the same list while it is being filled */
};

/* What the lists of a pass are made of: one value of one class's test. */
struct entry {
	size_t operand;
	struct span value;
	uint16_t number;
};

struct builder {
	struct draft *d;
	struct model_pass *pass;
	size_t n_entries;
	struct entry *entries; /* ascending class */
	struct span *names;    /* of the operands */
	size_t *operands;      /* hash table: place in names + 1 */
	size_t mask;
};

/* At least twice n, a power of two. */
static size_t table_size(size_t n)
{
	size_t size = 4;

	while (size < 2 * n)
		size *= 2;
	return size;
}

/* --- by name --- */

static struct model_class **bucket(const struct model *m, struct span name)
{
	return &m->named[hash_bytes(&m->key, name.p, name.len) & m->named_mask];
}

int model_class_number(const struct model *m, struct span name)
{
	for (const struct model_class *c = *bucket(m, name); c != NULL; c = c->next_named)
		if (strlen(c->name) == name.len && memcmp(c->name, name.p, name.len) == 0)
			return c->number;
	return -1;
}

/* Names that are only asked for make the chains longer, which does no harm. */
int class_index_init(struct draft *d, size_t n)
{
	struct model *m = d->model;
	size_t size = table_size(n + MODEL_BUILTINS);

	m->named = arena_alloc(d->arena, size, sizeof(struct model_class *));
	m->named_mask = size - 1;
	return m->named != NULL ? 0 : -ENOMEM;
}

/* Doubles the room for classes when it is used up; the arena keeps the old list. */
static int grow(struct draft *d)
{
	struct model *m = d->model;
	size_t n = m->n_classes;
	struct model_class **v;

	if (n > 0 && (n < 16 || (n & (n - 1)) != 0))
		return 0;
	v = arena_alloc(d->arena, n == 0 ? 16 : 2 * n, sizeof(struct model_class *));
	if (v == NULL)
		return -ENOMEM;
	if (n > 0)
		memcpy(v, m->classes, n * sizeof(struct model_class *));
	m->classes = v;
	return 0;
}

int class_index_add(struct draft *d, const char *name, struct model_class **ret)
{
	struct model *m = d->model;
	struct model_class *c, **chain = bucket(m, span_of(name, strlen(name)));

	if (m->n_classes == CLASSES_MAX)
		return -ENOSPC;
	c = arena_alloc(d->arena, 1, sizeof(*c));
	if (c == NULL || grow(d) < 0)
		return -ENOMEM;
	c->name = name;
	c->number = (uint16_t)m->n_classes;
	c->next_named = *chain;
	*chain = c;
	m->classes[m->n_classes++] = c;
	*ret = c;
	return 0;
}

/* --- by value --- */

static uint64_t key_hash(const struct model *m, size_t operand, struct span value)
{
	return hash_mix64(hash_bytes(&m->key, value.p, value.len) + operand);
}

/* The key, or the empty place where it belongs. */
static struct model_key *find_key(
	const struct model *m, const struct model_pass *p, size_t operand, struct span value)
{
	uint64_t hash = key_hash(m, operand, value);

	for (size_t at = hash & p->mask;; at = (at + 1) & p->mask) {
		struct model_key *k = &p->keys[at];

		if (k->classes.n == 0 ||
			(k->hash == hash && k->operand == operand && span_equal(k->value, value)))
			return k;
	}
}

struct model_classes model_classes_by_value(
	const struct model *m, const struct model_pass *p, size_t operand, struct span value)
{
	return find_key(m, p, operand, value)->classes;
}

/* Number of the operand of this name, which gets one if it has none yet. */
static size_t operand_of(struct builder *b, struct span name, const struct expr *e)
{
	size_t at = hash_bytes(&b->d->model->key, name.p, name.len) & b->mask;

	for (; b->operands[at] != 0; at = (at + 1) & b->mask)
		if (span_equal(b->names[b->operands[at] - 1], name))
			return b->operands[at] - 1;
	b->names[b->pass->n_operands] = name;
	b->pass->operands[b->pass->n_operands] = e;
	b->operands[at] = ++b->pass->n_operands;
	return b->operands[at] - 1;
}

static bool is_in_pass(const struct model_class *c, bool late)
{
	return (c->test != NULL || c->template_test != NULL) && !c->only_additional &&
		c->late == late;
}

/* Counts what alloc_pass() needs room for. */
static void count(const struct draft *d, bool late, size_t *ret_classes, size_t *ret_values)
{
	*ret_classes = *ret_values = 0;
	for (size_t i = 0; i < d->n_own_classes; i++) {
		const struct model_class *c = d->model->classes[i];
		const struct span *values;
		struct span name;

		if (!is_in_pass(c, late))
			continue;
		(*ret_classes)++;
		if (c->test != NULL)
			*ret_values += expr_key(c->test, &name, &values);
	}
}

static int alloc_pass(struct builder *b, size_t classes, size_t values, uint16_t **ret_others)
{
	struct draft *d = b->d;
	size_t keys = table_size(values), operands = table_size(classes);

	b->entries = arena_alloc(d->scratch, values, sizeof(*b->entries));
	b->names = arena_alloc(d->scratch, classes, sizeof(*b->names));
	b->operands = arena_alloc(d->scratch, operands, sizeof(*b->operands));
	b->mask = operands - 1;
	b->pass->operands = arena_alloc(d->arena, classes, sizeof(const struct expr *));
	b->pass->keys = arena_alloc(d->arena, keys, sizeof(*b->pass->keys));
	b->pass->mask = keys - 1;
	*ret_others = arena_alloc(d->arena, classes, sizeof(**ret_others));
	return b->entries == NULL || b->names == NULL || b->operands == NULL ||
			b->pass->operands == NULL || b->pass->keys == NULL || *ret_others == NULL
		? -ENOMEM
		: 0;
}

/* Sorts the classes into those that a value leads to, whose values become entries, and others. */
static void collect(struct builder *b, bool late, uint16_t *others)
{
	size_t n_others = 0;

	for (size_t i = 0; i < b->d->n_own_classes; i++) {
		const struct model_class *c = b->d->model->classes[i];
		const struct span *values;
		struct span name;
		size_t n, operand;

		if (!is_in_pass(c, late))
			continue;
		n = c->test != NULL ? expr_key(c->test, &name, &values) : 0;
		if (n == 0) {
			others[n_others++] = c->number;
			continue;
		}
		operand = operand_of(b, name, c->test);
		for (size_t k = 0; k < n; k++)
			b->entries[b->n_entries++] = (struct entry){operand, values[k], c->number};
	}
	b->pass->others = (struct model_classes){n_others, others};
}

static int fill(struct builder *b)
{
	struct model *m = b->d->model;

	for (size_t i = 0; i < b->n_entries; i++) {
		const struct entry *e = &b->entries[i];
		struct model_key *k = find_key(m, b->pass, e->operand, e->value);

		k->hash = key_hash(m, e->operand, e->value);
		k->operand = e->operand;
		k->value = e->value;
		k->classes.n++; /* how many there will be */
	}
	for (size_t i = 0; i < b->n_entries; i++) {
		const struct entry *e = &b->entries[i];
		struct model_key *k = find_key(m, b->pass, e->operand, e->value);

		if (k->v == NULL) {
			k->v = arena_alloc(b->d->arena, k->classes.n, sizeof(*k->v));
			if (k->v == NULL)
				return -ENOMEM;
			k->classes = (struct model_classes){1, k->v};
			k->v[0] = e->number;
		} else if (k->v[k->classes.n - 1] != e->number) {
			k->v[k->classes.n++] = e->number;
		}
	}
	return 0;
}

static int build_pass(struct draft *d, bool late, struct model_pass *p)
{
	struct builder b = {.d = d, .pass = p};
	size_t classes, values;
	uint16_t *others;

	count(d, late, &classes, &values);
	if (alloc_pass(&b, classes, values, &others) < 0)
		return -ENOMEM;
	collect(&b, late, others);
	return fill(&b);
}

int class_index_build(struct draft *d)
{
	int r = build_pass(d, false, &d->model->first);

	return r < 0 ? r : build_pass(d, true, &d->model->second);
}
