/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealed: a text that goes from one process to another as a file in memory which nobody can change
 * any more. Its memory is shared by all who have the descriptor.
 */
#ifndef LESSOR_SHM_BASE_SEALED_H
#define LESSOR_SHM_BASE_SEALED_H

#include <stddef.h>

/* A new one with these octets. Returns its descriptor, which the caller closes, or a negative
 * errno value. */
int sealed_new(const char *name, const void *data, size_t len);

/* Reads all of it, at most max octets; *ret_text is on the heap, with a NUL behind its *ret_len
 * octets. 0, -EFBIG, -ENOMEM, or -EPERM: it is not sealed, its sender could still change it. */
int sealed_read(int fd, size_t max, char **ret_text, size_t *ret_len);

/* The same of a file in memory whose writer is gone, sealed or not. */
int sealed_read_any(int fd, size_t max, char **ret_text, size_t *ret_len);

#endif
