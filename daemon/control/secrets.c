/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secrets: texts one after the other in a memfd, in the order that daemon/web.c describes. Called
 * by the HTTP channel.
 */
#include "daemon/control/secrets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "shm/base/err.h"

struct texts {
	const char *at, *end;
};

static const char *next(struct texts *t)
{
	const char *s = t->at, *nul = memchr(s, '\0', (size_t)(t->end - s));

	if (nul == NULL)
		bug("a secret is missing");
	t->at = nul + 1;
	return s;
}

static int read_one(struct texts *t, const struct model_http *h, struct secrets *ret)
{
	ret->cert = next(t);
	ret->key = next(t);
	ret->trust = next(t);
	ret->n_clients = h->n_clients;
	ret->clients = (struct secrets_client *)calloc(h->n_clients + 1, sizeof(*ret->clients));
	if (ret->clients == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < h->n_clients; i++) {
		ret->clients[i].user = next(t);
		ret->clients[i].password = next(t);
		ret->clients[i].role = h->clients[i].role;
	}
	return 0;
}

int secrets_read(int fd, const struct model_http *http, size_t n, struct secrets *ret)
{
	struct texts t;
	struct stat st;
	int rc = 0;

	if (fstat(fd, &st) < 0)
		return -errno;
	t.at = (const char *)mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (t.at == MAP_FAILED)
		return -errno;
	t.end = t.at + st.st_size;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = read_one(&t, &http[i], &ret[i]);
	return rc;
}

/* Takes as long as given is, wherever the two differ. */
static unsigned differ(const char *given, const char *secret)
{
	size_t n = strlen(given), m = strlen(secret) + 1;
	volatile unsigned diff = n + 1 != m;

	for (size_t i = 0; i < n; i++)
		diff |= (unsigned char)given[i] ^ (unsigned char)secret[i % m];
	return diff;
}

bool secrets_check(const struct secrets *s, const char *user, const char *password,
	enum model_role *ret_role)
{
	bool found = false;

	for (size_t i = 0; i < s->n_clients; i++) {
		const struct secrets_client *c = &s->clients[i];

		if ((differ(user, c->user) | differ(password, c->password)) == 0) {
			*ret_role = c->role;
			found = true;
		}
	}
	return found;
}
