/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload: a new configuration by a new generation of children, from the file or from a client. One
 * change at a time.
 */
#ifndef LESSOR_DAEMON_RELOAD_H
#define LESSOR_DAEMON_RELOAD_H

#include <stdbool.h>

#include "daemon/control/ask.h"

struct supervisor;

/* Reads the configuration file. With mistakes in it nothing changes but the log. While the server
 * is loading, or another change is under way, the request waits. */
void reload(struct supervisor *sv);

/* Has the configuration in force with the reservations that the partner has sent, likewise. */
void reload_hosts(struct supervisor *sv);

/* Has what a client sent, a sealed text in fd, which is taken over, checked (ASK_TEST), put in
 * force (ASK_SET), or carried out (ASK_HOSTS, ASK_EDIT). The request is answered when that is
 * done. */
void reload_with(struct supervisor *sv, enum ask_kind kind, int fd);

/* Called when the reader has ended. done: with CHILD_DONE. */
void reload_read(struct supervisor *sv, bool done);

/* Called when a child has ended: once no worker of an older generation is left, who asked for the
 * new one is answered, and control follows. */
void reload_go_on(struct supervisor *sv);

/* Forgets the change that is under way. */
void reload_end(struct supervisor *sv);

#endif
