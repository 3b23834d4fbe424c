/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify: what the service manager is told, and when: ready is who answers.
 */
#ifndef LESSOR_DAEMON_NOTIFY_H
#define LESSOR_DAEMON_NOTIFY_H

struct supervisor;

void notify_loading(struct supervisor *sv);
void notify_reloading(struct supervisor *sv);
void notify_stopping(struct supervisor *sv);

/* A request to reload came to nothing: the server is as ready as before. */
void notify_unchanged(struct supervisor *sv);

/* Asks the control process for its status until it answers; then the server is ready. */
void notify_when_ready(struct supervisor *sv);

#endif
