/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve [7]: one function per message of RFC 2131; each decides and hands what has to be durable
 * to the commit. q has passed select and client.
 */
#ifndef LESSOR_WORKERS_SERVE_H
#define LESSOR_WORKERS_SERVE_H

#include "workers/query.h"

enum verdict serve_discover(struct query *q);
enum verdict serve_request(struct query *q);
enum verdict serve_decline(struct query *q);
enum verdict serve_release(struct query *q);
enum verdict serve_inform(struct query *q);
enum verdict serve_bootp(struct query *q);

#endif
