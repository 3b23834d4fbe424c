/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: see history.h. Called by carry.c.
 * A file is a run of entries: u32 length of what follows the check, u32 check, then
 *   u8 version, u8 event, u32 time, u64 position, u32 address, u32 subnet id, u32 lease time,
 *   u8 hardware type, u8 and hardware address, u8 and client identifier, u8 and host name.
 */
#include "shm/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shm/history_file.h"

#define BUFFER    65536
#define FILE_FULL (16U << 20) /* octets; then the next file is begun */

struct history {
	char *dir;
	int fd;
	uint32_t first, file; /* numbers of the oldest and the present file */
	uint64_t size;        /* of the present file, with what is buffered */
	uint32_t files_max;
	uint64_t last; /* journal position of the newest entry */
	int failed;    /* negative code, 0: none */
	size_t used;
	uint8_t buf[BUFFER];
};

static void begin_entry(const struct lease *l, uint8_t event, uint32_t time, uint64_t seq,
	struct history_entry *ret)
{
	*ret = (struct history_entry){.event = event, .time = time, .seq = seq, .lease = *l};
}

enum history_event history_of(const struct change *c, uint32_t now, struct history_entry *ret)
{
	const struct lease *l = &c->lease;
	uint64_t end = lease_end(l);
	enum history_event event = HISTORY_NONE;
	uint32_t time = l->cltt;

	if (c->kind == CHANGE_DELETE) {
		event = l->state == LEASE_ASSIGNED ? HISTORY_DELETED : HISTORY_NONE;
		time = now;
	} else if (l->state == LEASE_ASSIGNED) {
		event = (l->flags & LEASE_BEGINS) != 0 ? HISTORY_ASSIGNED : HISTORY_NONE;
	} else if (l->state == LEASE_EXPIRED) {
		event = HISTORY_EXPIRED;
		time = end < UINT32_MAX ? (uint32_t)end : now;
	} else if (lease_is_removed(l)) {
		event = HISTORY_DELETED;
	} else {
		event = l->state == LEASE_RELEASED ? HISTORY_RELEASED : HISTORY_DECLINED;
	}
	if (event != HISTORY_NONE)
		begin_entry(l, (uint8_t)event, time, l->seq, ret);
	return event;
}

const char *history_event_name(uint8_t event)
{
	static const char *const names[] = {
		[HISTORY_ASSIGNED] = "assigned",
		[HISTORY_EXPIRED] = "expired",
		[HISTORY_RELEASED] = "released",
		[HISTORY_DECLINED] = "declined",
		[HISTORY_DELETED] = "deleted",
	};

	return event >= HISTORY_ASSIGNED && event <= HISTORY_DELETED ? names[event] : "unknown";
}

static void fail(struct history *h, int rc)
{
	if (h->failed == 0)
		h->failed = rc;
}

static void flush(struct history *h)
{
	size_t done = 0;

	while (h->failed == 0 && done < h->used) {
		ssize_t n = write(h->fd, h->buf + done, h->used - done);

		if (n < 0 && errno != EINTR)
			fail(h, -errno);
		else if (n > 0)
			done += (size_t)n;
	}
	h->used = 0;
}

/* Opens the present file for appending. */
static int open_file(struct history *h)
{
	char name[HISTORY_NAME_SIZE];
	int dir = open(h->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (dir < 0)
		return -errno;
	history_file_name(h->file, name);
	h->fd = openat(dir, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (h->fd < 0 || fsync(dir) < 0)
		rc = -errno;
	close(dir);
	return rc;
}

static void next_file(struct history *h)
{
	char name[HISTORY_NAME_SIZE], *path;

	flush(h);
	if (h->failed == 0 && fdatasync(h->fd) < 0)
		fail(h, -errno);
	close(h->fd);
	h->file++;
	h->size = 0;
	fail(h, open_file(h));
	while (h->file - h->first >= h->files_max) {
		history_file_name(h->first++, name);
		if (asprintf(&path, "%s/%s", h->dir, name) >= 0) {
			unlink(path);
			free(path);
		}
	}
}

void history_add(struct history *h, const struct history_entry *e)
{
	uint8_t entry[HISTORY_ENTRY_MAX];
	size_t len = history_file_encode(e, entry);

	if (e->seq <= h->last || h->failed < 0)
		return;
	if (h->size + len > FILE_FULL)
		next_file(h);
	if (len > BUFFER - h->used)
		flush(h);
	memcpy(h->buf + h->used, entry, len);
	h->used += len;
	h->size += len;
	h->last = e->seq;
}

int history_sync(struct history *h, struct err *err)
{
	int rc;

	flush(h);
	if (h->failed == 0 && fdatasync(h->fd) < 0)
		fail(h, -errno);
	rc = h->failed;
	h->failed = 0;
	return rc == 0 ? 0
		       : err_set(err, rc, "make room on the file system of the state directory",
				 "%s: cannot write: %s", h->dir, strerror(-rc));
}

/* Finds where whole entries end, in the newest file, and cuts off what follows. */
static int mend(struct history *h)
{
	char name[HISTORY_NAME_SIZE], *path;
	uint64_t good = 0, last = 0;
	int rc;

	history_file_name(h->file, name);
	if (asprintf(&path, "%s/%s", h->dir, name) < 0)
		return -ENOMEM;
	rc = history_file_check(path, &good, &last);
	if (rc == 0 && ftruncate(h->fd, (off_t)good) < 0)
		rc = -errno;
	free(path);
	h->size = good;
	h->last = last;
	return rc;
}

int history_open(const char *state_dir, uint32_t max_mib, uint64_t last, struct history **ret,
	struct err *err)
{
	struct history *h = (struct history *)calloc(1, sizeof(*h));
	int rc = -ENOMEM;

	if (h == NULL)
		return err_set(err, rc, NULL, "out of memory");
	h->fd = -1;
	h->files_max = max_mib / (FILE_FULL >> 20) + 1;
	if (asprintf(&h->dir, "%s/history", state_dir) < 0) {
		free(h);
		return err_set(err, rc, NULL, "out of memory");
	}
	rc = mkdir(h->dir, 0750) < 0 && errno != EEXIST ? -errno : 0;
	if (rc == 0)
		rc = history_file_range(h->dir, &h->first, &h->file);
	if (rc == 0)
		rc = open_file(h);
	if (rc == 0)
		rc = mend(h);
	if (rc < 0) {
		err_set(err, rc, "the state directory must belong to the service user",
			"%s: cannot open: %s", h->dir, strerror(-rc));
		history_close(h);
		return rc;
	}
	/* a journal that begins anew has lower positions: none of them was seen */
	if (h->last > last)
		h->last = 0;
	*ret = h;
	return 0;
}

void history_close(struct history *h)
{
	if (h == NULL)
		return;
	if (h->fd >= 0)
		close(h->fd);
	free(h->dir);
	free(h);
}
