/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tx [10]: sends the answers of a batch with as few system calls as there are kinds of sockets.
 */
#ifndef LESSOR_WORKERS_TX_H
#define LESSOR_WORKERS_TX_H

#include "shm/child.h"
#include "workers/batch.h"

/* Sends the answers and empties the batch; counts what was sent by type, and what the kernel did
 * not take. */
void tx_send(const struct child_port *port, struct batch *b, struct counter_block *c);

#endif
