/* SPDX-License-Identifier: Apache-2.0 */
/*
 * title: Linux shows the memory that held the arguments at exec; a title is written over it.
 * What lay there (argv, environ) must not be used any more after title_set().
 */
#include "daemon/title.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static char *room;
static size_t room_size;
/* The environment, for as long as the process lives; kept where leak checkers find it. */
static char **moved __attribute__((used));

/* The strings of environ, copied to the heap. */
static char **copy_environ(void)
{
	size_t n = 0;
	char **copy;

	while (environ[n] != NULL)
		n++;
	copy = (char **)calloc(n + 1, sizeof(*copy));
	for (size_t i = 0; copy != NULL && i < n; i++) {
		copy[i] = strdup(environ[i]);
		if (copy[i] == NULL)
			return NULL;
	}
	return copy;
}

void title_init(int argc, char **argv)
{
	char *end = argv[0];

	moved = copy_environ();
	for (int i = 0; i < argc; i++)
		if (argv[i] == end)
			end += strlen(argv[i]) + 1;
	for (size_t i = 0; moved != NULL && environ[i] != NULL; i++)
		if (environ[i] == end)
			end += strlen(environ[i]) + 1;
	if (moved != NULL)
		environ = moved;
	room = argv[0];
	room_size = (size_t)(end - argv[0]);
}

void title_set(const char *title, const char *comm)
{
	size_t len = strlen(title);

	prctl(PR_SET_NAME, comm);
	if (room == NULL || room_size < 2)
		return;
	if (len > room_size - 1)
		len = room_size - 1;
	memset(room, 0, room_size);
	memcpy(room, title, len);
}
