/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leasedb_host: reservations made at run time, in the tables "hosts" and "hosts.1", of which that
 * beside the leases in force counts: key as of host.h; value = u64 journal position, then JSON text.
 */
#include <errno.h>

#include "shm/leasedb_part.h"

struct apply_hosts {
	const struct change *changes;
	size_t n;
	bool staged; /* into the set that is not in force */
};

static int apply_host(struct env_txn *t, unsigned table, const struct change *c)
{
	uint8_t value[8 + HOST_TEXT_MAX];
	struct wire_writer w;
	int rc;

	if (c->kind == CHANGE_HOST_DELETE) {
		rc = env_delete(t, table, c->host_key);
		return rc == -ENOENT ? 0 : rc;
	}
	wire_writer_init(&w, value, sizeof(value));
	wire_write_le64(&w, c->lease.seq);
	wire_write(&w, c->host.p, c->host.len);
	return w.failed ? -EMSGSIZE :
		env_put(t, table, c->host_key, span_of(value, wire_written(&w)));
}

static int apply_hosts(struct env_txn *t, void *arg)
{
	const struct apply_hosts *a = (const struct apply_hosts *)arg;
	unsigned current, other;
	int rc = leasedb_find_tables(t, &current, &other);

	for (size_t i = 0; i < a->n && rc == 0; i++)
		rc = apply_host(t, hosts_beside(a->staged ? other : current), &a->changes[i]);
	return rc;
}

int leasedb_apply_hosts(struct leasedb *db, const struct change *changes, size_t n, struct err *err)
{
	struct apply_hosts a = {changes, n, false};

	return env_write(db->env, apply_hosts, &a, err);
}

int leasedb_stage_hosts(struct leasedb *db, const struct change *changes, size_t n, struct err *err)
{
	struct apply_hosts a = {changes, n, true};

	return env_write(db->env, apply_hosts, &a, err);
}

struct each_host {
	struct span from;
	leasedb_host_fn *fn;
	void *arg;
};

static int each_host(struct env_txn *t, void *arg)
{
	const struct each_host *e = (const struct each_host *)arg;
	unsigned current, other;
	struct span key, value;
	int rc = leasedb_find_tables(t, &current, &other);

	if (rc < 0)
		return rc;
	for (rc = env_seek(t, hosts_beside(current), e->from, &key, &value); rc == 0;
		rc = env_next(t, &key, &value)) {
		struct change c = {.kind = CHANGE_HOST_PUT, .host_key = key};
		struct wire_reader r;

		wire_reader_init(&r, value.p, value.len);
		c.lease.seq = wire_read_le64(&r);
		c.host = wire_read(&r, wire_left(&r));
		if (r.failed)
			return -EBADMSG;
		rc = e->fn(e->arg, &c);
		if (rc != 0)
			return rc;
	}
	return rc == -ENOENT ? 0 : rc;
}

int leasedb_each_host(struct leasedb *db, struct span from, leasedb_host_fn *fn, void *arg,
	struct err *err)
{
	struct each_host e = {from, fn, arg};

	return env_read(db->env, each_host, &e, err);
}
