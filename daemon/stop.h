/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop: the way to an end within two seconds: workers, then control, then the store, which
 * carries over what they have left.
 */
#ifndef LESSOR_DAEMON_STOP_H
#define LESSOR_DAEMON_STOP_H

struct supervisor;

void stop_begin(struct supervisor *sv);

/* A child has ended. When nobody is left the loop ends. */
void stop_go_on(struct supervisor *sv);

#endif
