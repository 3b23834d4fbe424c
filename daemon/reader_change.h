/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_change: what the reader does for ASK_HOSTS.
 */
#ifndef LESSOR_DAEMON_READER_CHANGE_H
#define LESSOR_DAEMON_READER_CHANGE_H

#include <stdbool.h>
#include <stdio.h>

#include "shm/child.h"

/* Tries the changes in c->in_fd, {"changes": [{"op": "add", "update" or "del", "key": hex digits of
 * host_key(), "subnet-id": number, "host": map}, ...]}, on hosts (reader_write_hosts()) with the
 * configuration in c->config_fd, and makes those durable that fit. false: none does; why not
 * stands in text, lines. */
bool reader_change(const struct child *c, const char *hosts, FILE *text);

#endif
