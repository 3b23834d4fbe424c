/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload: a new configuration by a new generation of children.
 */
#ifndef LESSOR_DAEMON_RELOAD_H
#define LESSOR_DAEMON_RELOAD_H

struct supervisor;

/* Reads the configuration file. With mistakes in it nothing changes but the log. While the server
 * is loading the request waits. */
void reload(struct supervisor *sv);

/* Called when a child has ended: once no worker of an older generation is left, who asked for the
 * new one is answered, and control follows. */
void reload_go_on(struct supervisor *sv);

#endif
