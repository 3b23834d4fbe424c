/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_read: a walk over the history in pieces, beside the store that writes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "shm/history_file.h"

#define PIECE (1U << 20) /* octets read in one call */

/* Reads on in the place's file. Returns how much was read, 0: its end. */
static ssize_t read_piece(const char *dir, const struct history_place *place, uint8_t *buf)
{
	char name[HISTORY_NAME_SIZE], *path;
	ssize_t n;
	int fd;

	history_file_name(place->file, name);
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -errno : pread(fd, buf, PIECE, (off_t)place->offset);
	if (fd >= 0) {
		if (n < 0)
			n = -errno;
		close(fd);
	}
	free(path);
	return n;
}

static int read_some(const char *dir, struct history_place *place, uint8_t *buf, history_fn *fn,
	void *arg)
{
	struct history_entry e;
	uint32_t first, last;
	size_t at = 0;
	ssize_t n;
	int len, rc = history_file_range(dir, &first, &last);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	if (place->file < first)
		*place = (struct history_place){first, 0}; /* what was there has been removed */
	n = read_piece(dir, place, buf);
	if (n == -ENOENT)
		n = 0;
	if (n < 0)
		return (int)n;
	while ((len = history_file_decode(span_of(buf + at, (size_t)n - at), &e)) > 0) {
		fn(arg, &e);
		at += (size_t)len;
	}
	place->offset += at;
	if (at > 0)
		return 1;
	/* the end, or what is damaged: on with the next file, if there is one */
	if (place->file >= last)
		return 0;
	*place = (struct history_place){place->file + 1, 0};
	return 1;
}

int history_read(const char *state_dir, struct history_place *place, history_fn *fn, void *arg,
	struct err *err)
{
	uint8_t *buf = (uint8_t *)malloc(PIECE);
	char *dir = NULL;
	int rc = -ENOMEM;

	if (buf != NULL && asprintf(&dir, "%s/history", state_dir) >= 0)
		rc = read_some(dir, place, buf, fn, arg);
	if (rc < 0)
		err_set(err, rc, NULL, "the history in %s cannot be read", state_dir);
	free(dir);
	free(buf);
	return rc;
}
