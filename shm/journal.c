/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal: changes are packed into chunks of up to CHUNK_MAX octets, so that a batch costs one
 * LMDB put per some twenty changes. A chunk's key is the position of its last change: the first
 * key >= p is the chunk that holds p.
 * Chunk: u16 count; then per change: u16 length, the change as change_encode() wrote it. A chunk
 * without changes says where the numbering goes on: changes up to its key are elsewhere.
 */
#include "shm/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "shm/env.h"

#define CHUNK_MAX 1984 /* largest that LMDB keeps inside a leaf page; two fill one */

struct journal {
	struct env *env;
	char *path;
};

static const struct env_table tables[] = {{"changes", ENV_KEY_NUMBER}};

int journal_open(const char *state_dir, struct journal **ret, struct err *err)
{
	struct journal *j = (struct journal *)calloc(1, sizeof(*j));
	int rc = -ENOMEM;

	if (j == NULL || asprintf(&j->path, "%s/journal", state_dir) < 0) {
		free(j);
		return err_set(err, rc, NULL, "out of memory");
	}
	rc = env_open(j->path, tables, 1, &j->env, err);
	if (rc < 0) {
		journal_close(j);
		return rc;
	}
	*ret = j;
	return 0;
}

void journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	env_close(j->env);
	free(j->path);
	free(j);
}

static struct span number_key(const uint64_t *n)
{
	return span_of(n, sizeof(*n));
}

static int read_number(struct span key, uint64_t *ret)
{
	if (key.len != sizeof(*ret))
		return -EBADMSG;
	memcpy(ret, key.p, sizeof(*ret));
	return 0;
}

static int damaged(const struct journal *j, uint64_t position, int rc, struct err *err)
{
	return err_set(err, rc, "restore a backup, or upgrade to the version that wrote it",
		"%s: the entry at position %llu cannot be read", j->path,
		(unsigned long long)position);
}

/* The last position, 0 for an empty journal. */
static int last_position(struct env_txn *t, uint64_t *ret)
{
	struct span key, value;
	int rc = env_last(t, 0, &key, &value);

	if (rc == -ENOENT) {
		*ret = 0;
		return 0;
	}
	return rc < 0 ? rc : read_number(key, ret);
}

struct append {
	const struct span *changes;
	size_t n;
	uint64_t first;    /* set by the transaction */
	uint64_t expected; /* what first has to be; 0: whatever it is */
	const struct journal_guard *guard; /* NULL: none */
};

/* Packs changes from i on into one chunk; returns how many went in. */
static size_t pack(const struct append *a, size_t i, uint8_t *buf, size_t *ret_len)
{
	struct wire_writer w;
	size_t count = 0;

	wire_writer_init(&w, buf, CHUNK_MAX);
	wire_write_le16(&w, 0);
	while (i + count < a->n &&
		wire_written(&w) + 2 + a->changes[i + count].len <= CHUNK_MAX) {
		wire_write_le16(&w, (uint16_t)a->changes[i + count].len);
		wire_write(&w, a->changes[i + count].p, a->changes[i + count].len);
		count++;
	}
	*ret_len = wire_written(&w);
	wire_writer_init(&w, buf, CHUNK_MAX);
	wire_write_le16(&w, (uint16_t)count);
	return count;
}

static int append_all(struct env_txn *t, void *arg)
{
	struct append *a = (struct append *)arg;
	uint8_t buf[CHUNK_MAX];
	uint64_t position;
	int rc = last_position(t, &position);

	if (rc < 0)
		return rc;
	if (a->guard != NULL && atomic_load(a->guard->word) != a->guard->value)
		return -ESTALE;
	a->first = position + 1;
	if (a->expected != 0 && a->first != a->expected)
		return -ESTALE;
	for (size_t i = 0; i < a->n;) {
		size_t len, count = pack(a, i, buf, &len);

		if (count == 0)
			return -EMSGSIZE;
		i += count;
		position += count;
		rc = env_append(t, 0, number_key(&position), span_of(buf, len));
		if (rc < 0)
			return rc;
	}
	return 0;
}

int journal_append(struct journal *j, const struct span *changes, size_t n,
	const struct journal_guard *guard, uint64_t *ret_first, struct err *err)
{
	struct append a = {.changes = changes, .n = n, .guard = guard};
	int rc = env_write(j->env, append_all, &a, err);

	if (rc == -ESTALE)
		return err_set(err, rc, NULL, "the rules of the pair changed meanwhile");
	if (rc < 0)
		return rc;
	*ret_first = a.first;
	return 0;
}

int journal_append_at(struct journal *j, const struct span *changes, size_t n, uint64_t first,
	struct err *err)
{
	struct append a = {.changes = changes, .n = n, .expected = first};
	int rc = env_write(j->env, append_all, &a, err);

	if (rc == -ESTALE)
		return err_set(err, rc, NULL, "%s: the journal goes on at position %llu, not at %llu",
			j->path, (unsigned long long)a.first, (unsigned long long)first);
	return rc;
}

static int look_at_end(struct env_txn *t, void *arg)
{
	uint64_t *last = (uint64_t *)arg;

	return last_position(t, last);
}

int journal_fence(struct journal *j, uint64_t *ret_last, struct err *err)
{
	return env_write(j->env, look_at_end, ret_last, err);
}

struct reading {
	struct journal *j;
	uint64_t from;
	size_t max;
	journal_fn *fn;
	void *arg;
	int64_t done;
	struct err *err;
};

/* Hands on the changes of one chunk, whose last position is last. */
static int read_chunk(struct reading *r, uint64_t last, struct span chunk)
{
	struct wire_reader w;
	uint16_t count;

	wire_reader_init(&w, chunk.p, chunk.len);
	count = wire_read_le16(&w);
	if (w.failed || count > last)
		return damaged(r->j, last, -EBADMSG, r->err);
	for (uint64_t seq = last - count + 1; seq <= last; seq++) {
		struct span entry = wire_read(&w, wire_read_le16(&w));
		struct change c;
		int rc;

		if (seq < r->from)
			continue;
		if ((size_t)r->done == r->max)
			return 1;
		rc = w.failed ? -EBADMSG : change_decode(entry, &c);
		if (rc < 0)
			return damaged(r->j, seq, rc, r->err);
		c.lease.seq = seq;
		c.entry = entry;
		r->done++;
		rc = r->fn(r->arg, &c);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_from(struct env_txn *t, void *arg)
{
	struct reading *r = (struct reading *)arg;
	struct span key, value;
	uint64_t last;
	int rc;

	for (rc = env_seek(t, 0, number_key(&r->from), &key, &value); rc == 0;
		rc = env_next(t, &key, &value)) {
		rc = read_number(key, &last);
		if (rc == 0)
			rc = read_chunk(r, last, value);
		if (rc != 0)
			break;
	}
	return rc == -ENOENT || rc > 0 ? 0 : rc;
}

int64_t journal_read(struct journal *j, uint64_t from, size_t max, journal_fn *fn, void *arg,
	struct err *err)
{
	struct reading r = {j, from, max, fn, arg, 0, err};
	int rc = env_read(j->env, read_from, &r, err);

	return rc < 0 ? rc : r.done;
}

struct bounds {
	uint64_t first, last;
};

static int find_bounds(struct env_txn *t, void *arg)
{
	struct bounds *b = (struct bounds *)arg;
	struct span key, value;
	struct wire_reader r;
	uint64_t end = 0;
	int rc = last_position(t, &b->last);

	b->first = 0;
	if (rc < 0 || b->last == 0)
		return rc;
	rc = env_seek(t, 0, span_of("", 0), &key, &value);
	if (rc == 0)
		rc = read_number(key, &end);
	if (rc < 0)
		return rc;
	wire_reader_init(&r, value.p, value.len);
	b->first = end - wire_read_le16(&r) + 1;
	return 0;
}

int journal_bounds(struct journal *j, uint64_t *ret_first, uint64_t *ret_last, struct err *err)
{
	struct bounds b;
	int rc = env_read(j->env, find_bounds, &b, err);

	if (rc < 0)
		return rc;
	*ret_first = b.first;
	*ret_last = b.last;
	return 0;
}

int journal_reaches(struct journal *j, uint64_t applied, uint64_t *ret_last, struct err *err)
{
	uint64_t first, last;
	int rc = journal_bounds(j, &first, &last, err);

	if (rc < 0)
		return rc;
	*ret_last = last;
	if (last >= applied)
		return 0;
	return err_set(err, -EBADMSG,
		"restore both from one backup; a journal must never be removed by itself",
		"the journal ends at position %llu, but the lease database holds changes up to %llu",
		(unsigned long long)last, (unsigned long long)applied);
}

struct trim {
	uint64_t position;
	size_t max;
};

/* The newest chunk stays, whatever is asked: it holds the numbering. */
static int trim_some(struct env_txn *t, void *arg)
{
	const struct trim *trim = (const struct trim *)arg;
	struct span key, value;
	uint64_t last, newest;
	size_t n = 0;
	int rc = last_position(t, &newest);

	if (rc < 0)
		return rc;
	for (rc = env_seek(t, 0, span_of("", 0), &key, &value); rc == 0;
		rc = env_next(t, &key, &value)) {
		struct wire_reader r;

		rc = read_number(key, &last);
		if (rc < 0)
			return rc;
		if (last > trim->position || last >= newest)
			return 0;
		if (n >= trim->max)
			return 1;
		wire_reader_init(&r, value.p, value.len);
		n += wire_read_le16(&r);
		rc = env_delete_here(t);
		if (rc < 0)
			return rc;
	}
	return rc == -ENOENT ? 0 : rc;
}

int journal_trim(struct journal *j, uint64_t position, size_t max, struct err *err)
{
	struct trim t = {position, max};

	return env_write(j->env, trim_some, &t, err);
}

/* What a journal without changes begins with. */
static int put_base(struct env_txn *t, uint64_t position)
{
	static const uint8_t none[2];

	return position == 0 ? 0 : env_put(t, 0, number_key(&position), span_of(none, sizeof(none)));
}

static int reset(struct env_txn *t, void *arg)
{
	const uint64_t *position = (const uint64_t *)arg;
	int rc = env_clear(t, 0);

	return rc < 0 ? rc : put_base(t, *position);
}

int journal_reset(struct journal *j, uint64_t position, struct err *err)
{
	return env_write(j->env, reset, &position, err);
}

void journal_clear_dead(struct journal *j)
{
	env_clear_dead(j->env);
}
