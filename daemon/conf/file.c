/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file: see file.h.
 */
#include "daemon/conf/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_SIZE_MAX ((size_t)256 * 1024 * 1024)

static int read_all(int fd, char **ret_text, size_t *ret_len)
{
	size_t size = 0, len = 0;
	char *text = NULL;

	for (;;) {
		ssize_t n;

		if (size - len < 2) {
			char *more = size < TEXT_SIZE_MAX ? realloc(text, size * 2 + 65536) : NULL;

			if (more == NULL) {
				free(text);
				return size < TEXT_SIZE_MAX ? -ENOMEM : -EFBIG;
			}
			text = more;
			size = size * 2 + 65536;
		}
		n = read(fd, text + len, size - len - 1);
		if (n == 0)
			break;
		if (n < 0) {
			int error = -errno;

			free(text);
			return error;
		}
		len += (size_t)n;
	}
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int file_read(const char *file, char **ret_text, size_t *ret_len)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = read_all(fd, ret_text, ret_len);
	close(fd);
	return r;
}

const char *file_beside(struct arena *a, const char *file, const char *other, size_t len)
{
	const char *slash = strrchr(file, '/');
	size_t dir = slash != NULL && other[0] != '/' ? (size_t)(slash - file) + 1 : 0;
	char *name = arena_alloc(a, dir + len + 1, 1);

	if (name == NULL)
		return NULL;
	memcpy(name, file, dir);
	memcpy(name + dir, other, len);
	return name;
}
