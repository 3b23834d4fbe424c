/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stretch: see stretch.h. Rows lie one after the other in one block; items point into it.
 */
#include "shm/stretch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int make_room(void **v, size_t *room, size_t wanted, size_t size)
{
	size_t n = *room == 0 ? 1024 : *room;
	void *more;

	if (wanted <= *room)
		return 0;
	while (n < wanted)
		n *= 2;
	more = realloc(*v, n * size);
	if (more == NULL)
		return -ENOMEM;
	*v = more;
	*room = n;
	return 0;
}

int stretch_add(struct stretch *s, uint32_t address, struct span row, uint64_t seq)
{
	if (make_room((void **)&s->items, &s->room, s->n + 1, sizeof(*s->items)) < 0 ||
		make_room((void **)&s->bytes, &s->size, s->used + row.len, 1) < 0)
		return -ENOMEM;
	s->items[s->n++] = (struct stretch_item){address, (uint32_t)row.len, seq, s->used};
	if (row.len > 0)
		memcpy(s->bytes + s->used, row.p, row.len);
	s->used += row.len;
	s->last = seq;
	return 0;
}

/* The bytes may still move: row.len is where they begin, until write_hosts(). */
static int add_host(struct stretch *s, const struct change *c)
{
	if (make_room((void **)&s->hosts, &s->hosts_room, s->n_hosts + 1, sizeof(*s->hosts)) < 0 ||
		make_room((void **)&s->bytes, &s->size, s->used + c->host_key.len + c->host.len,
			1) < 0)
		return -ENOMEM;
	s->hosts[s->n_hosts] = *c;
	s->hosts[s->n_hosts++].row = span_of(NULL, s->used);
	memcpy(s->bytes + s->used, c->host_key.p, c->host_key.len);
	s->used += c->host_key.len;
	if (c->host.len > 0)
		memcpy(s->bytes + s->used, c->host.p, c->host.len);
	s->used += c->host.len;
	s->last = c->lease.seq;
	return 0;
}

int stretch_take(void *s, const struct change *c)
{
	if (c->kind == CHANGE_MARK) {
		((struct stretch *)s)->last = c->lease.seq;
		return 0;
	}
	if (change_is_host(c))
		return add_host((struct stretch *)s, c);
	return stretch_add((struct stretch *)s, c->lease.address, c->row, c->lease.seq);
}

static int by_address(const void *a, const void *b)
{
	const struct stretch_item *x = (const struct stretch_item *)a,
				  *y = (const struct stretch_item *)b;

	if (x->address != y->address)
		return (x->address > y->address) - (x->address < y->address);
	return (x->seq > y->seq) - (x->seq < y->seq);
}

void stretch_sort(struct stretch *s)
{
	size_t n = 0;

	if (s->n == 0)
		return;
	qsort(s->items, s->n, sizeof(*s->items), by_address);
	for (size_t i = 0; i < s->n; i++) {
		if (i + 1 == s->n || s->items[i + 1].address != s->items[i].address)
			s->items[n++] = s->items[i];
	}
	s->n = n;
}

/* Before the rows, the last of which move the applied position: a crash in between repeats it. */
static int write_hosts(const struct stretch *s, struct leasedb *db, struct err *err)
{
	for (size_t i = 0; i < s->n_hosts; i++) {
		struct change *c = &s->hosts[i];

		c->host_key.p = s->bytes + c->row.len;
		c->host.p = c->host_key.p + c->host_key.len;
	}
	return s->n_hosts > 0 ? leasedb_apply_hosts(db, s->hosts, s->n_hosts, err) : 0;
}

int stretch_write(
	const struct stretch *s, size_t *at, size_t max, struct leasedb *db, struct err *err)
{
	struct leasedb_row rows[STRETCH_SLICE];
	size_t n = 0;
	int rc = *at == 0 ? write_hosts(s, db, err) : 0;

	for (; n < max && n < STRETCH_SLICE && *at + n < s->n; n++) {
		const struct stretch_item *it = &s->items[*at + n];

		rows[n] = (struct leasedb_row){
			it->address, it->seq, span_of(s->bytes + it->at, it->len)};
	}
	if (rc == 0)
		rc = leasedb_apply(db, rows, n, *at + n == s->n ? s->last : 0, err);
	if (rc == 0)
		*at += n;
	return rc;
}

void stretch_fini(struct stretch *s)
{
	free(s->items);
	free(s->hosts);
	free(s->bytes);
}
