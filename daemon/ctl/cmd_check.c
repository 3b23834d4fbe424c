/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_check: has lessord check a configuration file. Prefers the lessord that was built or
 * installed together with this program, so that the two agree on what a configuration is.
 */
#include "daemon/ctl/ctl.h"

#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/ctl/print.h"

/* The path of lessord in this program's own folder; false if it is not there. */
static bool find_beside(char *buf, size_t size)
{
	static const char name[] = "lessord";
	ssize_t n = readlink("/proc/self/exe", buf, size - 1);
	char *slash;

	if (n < 0)
		return false;
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	if (slash == NULL || (size_t)(slash + 1 - buf) + sizeof(name) > size)
		return false;
	memcpy(slash + 1, name, sizeof(name));
	return access(buf, X_OK) == 0;
}

static const char *find_lessord(char *buf, size_t size)
{
	if (find_beside(buf, size))
		return buf;
	if (access(LESSOR_SBINDIR "/lessord", X_OK) == 0)
		return LESSOR_SBINDIR "/lessord";
	return "lessord"; /* in PATH */
}

int cmd_check(const struct ctl *c)
{
	char name[] = "lessord", test[] = "-t", config[] = "-c", buf[PATH_MAX];
	char *argv[] = {name, test, config, c->argv[0], NULL};
	const char *path = find_lessord(buf, sizeof(buf));
	int rc, status;
	pid_t pid;

	rc = posix_spawnp(&pid, path, NULL, NULL, argv, environ);
	if (rc != 0) {
		print_error("check: %s: %s", path, strerror(rc));
		return CTL_FAILED;
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno == EINTR)
			continue;
		print_error("check: %s", strerror(errno));
		return CTL_FAILED;
	}
	if (WIFSIGNALED(status))
		print_error("check: %s: %s", path, strsignal(WTERMSIG(status)));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? CTL_DONE : CTL_FAILED;
}
