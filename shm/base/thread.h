/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread: starts a helper thread of a process that handles signals itself.
 */
#ifndef LESSOR_SHM_BASE_THREAD_H
#define LESSOR_SHM_BASE_THREAD_H

#include <pthread.h>

/* Runs run(arg) in a thread that blocks all signals. 0 or a negative errno value. */
int thread_start(pthread_t *ret, void *(*run)(void *), void *arg);

#endif
