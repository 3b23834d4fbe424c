/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web: what the control channel over HTTP needs of the privileged process: listening sockets, and
 * the contents of files with certificates, keys and passwords. Part of a generation.
 */
#ifndef LESSOR_DAEMON_WEB_H
#define LESSOR_DAEMON_WEB_H

#include "daemon/conf/model.h"
#include "shm/child.h"

struct web {
	const struct model *model;
	int fds[CHILD_HTTP_MAX]; /* of model->http[i]; -1: none */
	/* Memory without a name (memfd) that holds the secrets, so that they stand in the memory of
	 * the control process alone. -1: no HTTP */
	int secrets_fd;
};

/* Empty, as web_close() leaves it. */
void web_init(struct web *w);

/* Opens what model->http asks for; the model must outlive it. An address that prev (or NULL) has
 * too keeps its socket, so that no connection is refused. 0 or a negative code; w needs
 * web_close() in any case. */
int web_open(const struct model *m, const struct web *prev, struct web *w, struct err *err);

void web_close(struct web *w);

#endif
