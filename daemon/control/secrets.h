/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secrets: certificates, keys and credentials of the HTTP channel, as daemon/web.c has read them.
 */
#ifndef LESSOR_DAEMON_CONTROL_SECRETS_H
#define LESSOR_DAEMON_CONTROL_SECRETS_H

#include <stdbool.h>

#include "daemon/conf/model.h"

/* Of one address; every text lives as long as the process, "" where there is none. */
struct secrets {
	const char *cert, *key, *trust; /* PEM */
	size_t n_clients;
	struct secrets_client {
		const char *user, *password;
		enum model_role role;
	} *clients;
};

/* Reads those of all n addresses from fd into ret[n]. 0 or a negative errno value. */
int secrets_read(int fd, const struct model_http *http, size_t n, struct secrets *ret);

/* What a client with these credentials may do. false: there is none. Takes the same time whatever
 * is wrong with them. */
bool secrets_check(const struct secrets *s, const char *user, const char *password,
	enum model_role *ret_role);

#endif
