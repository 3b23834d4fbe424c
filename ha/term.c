/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term: STATE/pair has two slots of 4 KiB, written in turn and in place: a write that is cut off
 * leaves the other one, and a full disk has room for it. A slot, little-endian: u32 checksum of
 * the rest (lower half of hash_bytes(), key 0, 0); u8 version 1; u64 number of this write; store,
 * partner's store (16 octets each); u64 incarnation, term, acked, doubt-after; u32 doubt; u8
 * doubt-lost; u8 state; u8 number of runs; per run u64 term, u64 start, u8 writer; zeros.
 */
#include "ha/term.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "shm/base/hash.h"

#define FILE_VERSION 1
#define SLOT_SIZE    4096
#define SLOTS        2
#define PATH_SIZE    4096
#define CHECKED      4 /* octets of the checksum */

static uint32_t checksum(const uint8_t slot[SLOT_SIZE])
{
	static const struct hash_key zero;

	return (uint32_t)hash_bytes(&zero, slot + CHECKED, SLOT_SIZE - CHECKED);
}

static void encode(const struct term *t, uint8_t buf[SLOT_SIZE])
{
	struct wire_writer w;

	memset(buf, 0, SLOT_SIZE);
	wire_writer_init(&w, buf, SLOT_SIZE);
	wire_write_le32(&w, 0);
	wire_write_u8(&w, FILE_VERSION);
	wire_write_le64(&w, t->writes);
	wire_write(&w, t->uuid, sizeof(t->uuid));
	wire_write(&w, t->durable.partner, sizeof(t->durable.partner));
	wire_write_le64(&w, t->incarnation);
	wire_write_le64(&w, t->durable.term);
	wire_write_le64(&w, t->durable.acked);
	wire_write_le64(&w, t->durable.doubt_after);
	wire_write_le32(&w, t->durable.doubt_s);
	wire_write_u8(&w, t->durable.doubt_lost);
	wire_write_u8(&w, t->durable.state);
	wire_write_u8(&w, (uint8_t)t->runs.n);
	for (size_t i = 0; i < t->runs.n; i++) {
		wire_write_le64(&w, t->runs.v[i].term);
		wire_write_le64(&w, t->runs.v[i].start);
		wire_write_u8(&w, t->runs.v[i].writer);
	}
	wire_writer_init(&w, buf, CHECKED);
	wire_write_le32(&w, checksum(buf));
}

static void read_octets(struct wire_reader *r, uint8_t *ret, size_t len)
{
	struct span s = wire_read(r, len);

	if (s.p != NULL)
		memcpy(ret, s.p, len);
}

static int decode(const uint8_t buf[SLOT_SIZE], struct term *ret)
{
	struct term t = {0};
	struct wire_reader r;
	uint8_t n;

	wire_reader_init(&r, buf, SLOT_SIZE);
	if (wire_read_le32(&r) != checksum(buf))
		return -EBADMSG;
	if (wire_read_u8(&r) != FILE_VERSION)
		return -ENOTSUP;
	t.writes = wire_read_le64(&r);
	read_octets(&r, t.uuid, sizeof(t.uuid));
	read_octets(&r, t.durable.partner, sizeof(t.durable.partner));
	t.incarnation = wire_read_le64(&r);
	t.durable.term = wire_read_le64(&r);
	t.durable.acked = wire_read_le64(&r);
	t.durable.doubt_after = wire_read_le64(&r);
	t.durable.doubt_s = wire_read_le32(&r);
	t.durable.doubt_lost = wire_read_u8(&r);
	t.durable.state = wire_read_u8(&r);
	n = wire_read_u8(&r);
	if (n > FSM_RUNS || t.durable.state >= FSM_STATES)
		return -EBADMSG;
	for (t.runs.n = 0; t.runs.n < n; t.runs.n++) {
		t.runs.v[t.runs.n].term = wire_read_le64(&r);
		t.runs.v[t.runs.n].start = wire_read_le64(&r);
		t.runs.v[t.runs.n].writer = wire_read_u8(&r);
	}
	if (r.failed)
		return -EBADMSG;
	*ret = t;
	return 0;
}

/* The slot that was written last and is whole. */
static int choose(const uint8_t buf[SLOTS][SLOT_SIZE], struct term *ret)
{
	struct term t;
	int found = -EBADMSG;

	for (size_t i = 0; i < SLOTS; i++) {
		int rc = decode(buf[i], &t);

		if (rc == -ENOTSUP)
			return rc;
		if (rc == 0 && (found < 0 || t.writes > ret->writes))
			*ret = t;
		if (rc == 0)
			found = 0;
	}
	return found;
}

static int make(struct term *ret)
{
	*ret = (struct term){0};
	return getrandom(ret->uuid, sizeof(ret->uuid), 0) == sizeof(ret->uuid) ? 0 : -EIO;
}

int term_read(const char *state_dir, struct term *ret, struct err *err)
{
	uint8_t buf[SLOTS][SLOT_SIZE] = {0};
	char path[PATH_SIZE];
	ssize_t n;
	int fd, rc;

	snprintf(path, sizeof(path), "%s/pair", state_dir);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		rc = make(ret);
		return rc == 0 ? 0 : err_set(err, rc, NULL, "the kernel gives no random numbers");
	}
	n = fd >= 0 ? read(fd, buf, sizeof(buf)) : -1;
	rc = n < 0 ? -errno : choose(buf, ret);
	if (fd >= 0)
		close(fd);
	if (rc == 0)
		return 0;
	return err_set(err, rc,
		"restore it with journal and leases from one backup, or remove the three together: "
		"this node then gets everything from its partner",
		"%s: cannot be read: %s", path, strerror(-rc));
}

/* Makes the name of a file in dir durable. */
static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

/* Writes the slot; in a new file all of them, so that there is room for later. */
static int write_slot(int fd, const uint8_t slot[SLOT_SIZE], uint64_t number, bool all)
{
	for (uint64_t i = 0; i < SLOTS; i++) {
		ssize_t n;

		if (!all && i != number % SLOTS)
			continue;
		n = pwrite(fd, slot, SLOT_SIZE, (off_t)(i * SLOT_SIZE));
		if (n != SLOT_SIZE)
			return n < 0 ? -errno : -ENOSPC;
	}
	return fdatasync(fd) < 0 ? -errno : 0;
}

/* A file that is not whole yet has another name. */
static int write_new(const char *state_dir, const char *path, const uint8_t slot[SLOT_SIZE])
{
	char fresh[PATH_SIZE + 4];
	int fd, rc;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	rc = write_slot(fd, slot, 0, true);
	close(fd);
	if (rc == 0 && rename(fresh, path) < 0)
		rc = -errno;
	return rc < 0 ? rc : sync_dir(state_dir);
}

int term_write(const char *state_dir, struct term *t, struct err *err)
{
	char path[PATH_SIZE];
	uint8_t slot[SLOT_SIZE];
	int fd, rc;

	t->writes++;
	encode(t, slot);
	snprintf(path, sizeof(path), "%s/pair", state_dir);
	fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0) {
		rc = write_slot(fd, slot, t->writes, false);
		close(fd);
	} else {
		rc = errno == ENOENT ? write_new(state_dir, path, slot) : -errno;
	}
	if (rc == 0)
		return 0;
	return err_set(err, rc, "make room on the file system of the state directory",
		"%s: cannot be written: %s", path, strerror(-rc));
}

static int on_change(void *arg, const struct change *c)
{
	struct term *t = (struct term *)arg;

	if (c->kind == CHANGE_MARK)
		fsm_runs_add(&t->runs, (struct fsm_run){c->term, c->lease.seq, c->node});
	return 0;
}

int term_add_runs(struct term *t, struct journal *j, uint64_t first, uint64_t last, struct err *err)
{
	uint64_t from = first;
	int64_t n;

	while (t->runs.n > 0 && t->runs.v[t->runs.n - 1].start > last)
		t->runs.n--;
	if (t->runs.n > 0 && t->runs.v[t->runs.n - 1].start >= from)
		from = t->runs.v[t->runs.n - 1].start + 1;
	n = journal_read(j, from, SIZE_MAX, on_change, t, err);
	return n < 0 ? (int)n : 0;
}
