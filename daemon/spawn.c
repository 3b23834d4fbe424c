/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn: see spawn.h. Called by children.c and start.c in the supervisor; what follows the fork
 * runs in the child and never returns.
 */
#include "daemon/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/title.h"
#include "shm/child.h"

#define JOURNAL_FD_MAX 64 /* it is opened at start, among the first descriptors */

/* The C library of journald keeps one socket open, which it does not tell: it is the only datagram
 * socket of the local family. A child that closed it would log into whatever gets its number. */
static bool is_journal(int fd)
{
	int domain = 0, type = 0;
	socklen_t len = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_UNIX &&
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_DGRAM;
}

void spawn_keep(struct spawn *s, int fd)
{
	if (fd < 0)
		return;
	if (s->n_keep == SPAWN_KEEP)
		bug("a child gets more descriptors than there is room for");
	s->keep[s->n_keep++] = fd;
}

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void close_others(const struct spawn *s, int lock_fd)
{
	int keep[SPAWN_KEEP + 2], from = STDERR_FILENO + 1;
	size_t n = 0;

	for (; n < s->n_keep; n++)
		keep[n] = s->keep[n];
	keep[n++] = lock_fd;
	for (int fd = from; fd < JOURNAL_FD_MAX; fd++) {
		if (is_journal(fd)) {
			keep[n++] = fd;
			break;
		}
	}
	qsort(keep, n, sizeof(keep[0]), by_value);
	for (size_t i = 0; i < n; i++) {
		if (keep[i] < from)
			continue;
		if (keep[i] > from)
			close_range((unsigned)from, (unsigned)keep[i] - 1, 0);
		from = keep[i] + 1;
	}
	close_range((unsigned)from, ~0U, 0);
}

/* Lets the kernel kill this process when the supervisor dies, or ends it if that has happened
 * already. */
static void tie_to(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(CHILD_FAILED);
}

/* Takes back what the supervisor did to signals. SIGTERM stays blocked until the role is ready for
 * it; for one that never is, it means nothing. */
static void reset_signals(void)
{
	static const int caught[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	sigset_t term;

	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		signal(caught[i], SIG_DFL);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_SETMASK, &term, NULL);
}

static void set_name(const struct spawn_base *base, const struct spawn *s)
{
	static char module[48]; /* log_init() keeps it */
	char title[64], comm[16];

	snprintf(module, sizeof(module), "%s%s%s", s->what, s->of != NULL ? "-" : "",
		s->of != NULL ? s->of : "");
	snprintf(comm, sizeof(comm), "lessord-%s", s->what);
	if (s->number > 1)
		snprintf(title, sizeof(title), "lessord: %s %s #%u", s->what, s->of, s->number);
	else
		snprintf(title, sizeof(title), "lessord: %s%s%s", s->what, s->of != NULL ? " " : "",
			s->of != NULL ? s->of : "");
	log_init(base->args->format, module, base->args->debug);
	title_set(title, comm);
}

_Noreturn static void be_child(const struct spawn_base *base, const struct spawn *s, pid_t parent)
{
	struct err err = {0};

	tie_to(parent);
	reset_signals();
	set_name(base, s);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	close_others(s, base->lock_fd);
	umask(0027);
	if (sandbox_drop(&base->user, &err) < 0 ||
		(base->args->sandbox && sandbox_filter(s->role, &err) < 0)) {
		log_err(EV_SERVER_FAILED, &err);
		_exit(CHILD_FAILED);
	}
	tie_to(parent); /* changing the user has undone it */
	_exit(s->run(s->arg));
}

int spawn(const struct spawn_base *base, const struct spawn *s, pid_t *ret_pid, struct err *err)
{
	pid_t parent = getpid(), pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return err_set(err, -errno, "raise TasksMax= or free memory", "cannot start %s: %s",
			s->what, strerror(errno));
	if (pid == 0)
		be_child(base, s, parent);
	*ret_pid = pid;
	return 0;
}
