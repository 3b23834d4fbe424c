/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packed: see packed.h.
 */
#include "daemon/control/packed.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/sealed.h"

int packed_new(const char *name, json_t *value)
{
	char *text = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
	int fd = text != NULL ? sealed_new(name, text, strlen(text)) : -ENOMEM;

	free(text);
	json_decref(value);
	return fd;
}

json_t *packed_read(int fd)
{
	char *text;
	size_t len;
	json_t *value;

	if (sealed_read(fd, SIZE_MAX, &text, &len) < 0)
		return NULL;
	value = json_loadb(text, len, 0, NULL);
	free(text);
	return value;
}
