/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packed: JSON that goes from one process to another as a sealed text. Called by command handlers
 * and by the reader.
 */
#ifndef LESSOR_DAEMON_CONTROL_PACKED_H
#define LESSOR_DAEMON_CONTROL_PACKED_H

#include <jansson.h>

/* A sealed text of this value, which is taken over (NULL: there was no memory for it). Returns its
 * descriptor, which the caller closes, or a negative code. */
int packed_new(const char *name, json_t *value);

/* The value in a sealed text, which the caller gives back. NULL: there is none, or no memory. */
json_t *packed_read(int fd);

#endif
