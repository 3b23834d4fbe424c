/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child: how a child is asked to end. Called once by each role's main function.
 */
#include "shm/child.h"

volatile sig_atomic_t child_stop;

static void on_term(int signo)
{
	(void)signo;
	child_stop = 1;
}

static void set_handler(int signo, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler};

	sigemptyset(&sa.sa_mask);
	sigaction(signo, &sa, NULL);
}

void child_signals(sigset_t *ret_wait)
{
	sigset_t term;

	set_handler(SIGTERM, on_term);
	set_handler(SIGINT, SIG_IGN);
	set_handler(SIGHUP, SIG_IGN);
	set_handler(SIGPIPE, SIG_IGN);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, ret_wait);
	sigdelset(ret_wait, SIGTERM);
}
