/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file: whole files of text into memory, and the names of files that others include. Called by
 * the readers of each syntax.
 */
#ifndef LESSOR_DAEMON_CONF_FILE_H
#define LESSOR_DAEMON_CONF_FILE_H

#include <stddef.h>

#include "daemon/conf/arena.h"

/* Reads the whole file, of 256 MiB at most. *ret_text is on the heap, with a NUL behind its
 * *ret_len octets. Returns 0 or a negative errno value: -EFBIG, or that of the system call. */
int file_read(const char *file, char **ret_text, size_t *ret_len);

/* The name of the file that file includes as the first len octets of other: beside file, unless
 * other is absolute. In the arena; NULL: no memory. */
const char *file_beside(struct arena *a, const char *file, const char *other, size_t len);

#endif
