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

#endif
