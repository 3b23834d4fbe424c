/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control process as its clients meet it: one command a connection, in pieces of any size.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shm/base/clock.h"
#include "tests/unit/control/server.h"

#define LEASES 5000 /* their list is larger than what a socket holds */

static struct server s;
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static pid_t process;

/* In the control process: what the supervisor would have made ready. */
static _Noreturn void run(int listen_fd)
{
	int status;

	server_init(&s);
	server_many(&s, 0x0a000000, LEASES, 1);
	server_carry(&s);
	commit_free(s.control.commit);
	journal_close(s.journal);
	s.child.listen_fd = listen_fd;
	status = control_run(&s.child);
	s.control.commit = NULL;
	s.journal = NULL;
	server_fini(&s);
	_exit(status);
}

static void enter(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "lessor-control-%d", getpid());
	cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	cr_assert(listen(fd, 512) == 0);
	process = fork();
	if (process == 0)
		run(fd);
	cr_assert(process > 0);
	close(fd);
}

static void end_process(void)
{
	uint64_t begun = clock_mono_ns();
	int status;

	kill(process, SIGTERM);
	cr_assert(waitpid(process, &status, 0) == process);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %#x", (unsigned)status);
	cr_expect(clock_mono_ns() - begun < 2 * CLOCK_NS_PER_S);
}

TestSuite(channel, .init = enter, .fini = end_process, .timeout = 60);

static int dial(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

static void say(int fd, const char *text)
{
	cr_assert(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

/* Reads to the end of file; the whole must be one JSON object, whose result is returned. */
static int hear(int fd)
{
	size_t len = 0, size = 1 << 22;
	char *text = (char *)malloc(size);
	json_error_t error;
	json_t *answer;
	ssize_t n;
	int result;

	cr_assert(text != NULL);
	while ((n = recv(fd, text + len, size - len, 0)) > 0)
		len += (size_t)n;
	cr_assert(n == 0, "no end of file");
	close(fd);
	answer = json_loadb(text, len, 0, &error);
	cr_assert(json_is_object(answer), "%s: %.*s", error.text, (int)(len % 200), text);
	result = (int)json_integer_value(json_object_get(answer, "result"));
	json_decref(answer);
	free(text);
	return result;
}

static int ask(const char *text)
{
	int fd = dial();

	say(fd, text);
	return hear(fd);
}

Test(channel, pieces)
{
	const char *text = " \r\n\t{\"command\": \"version-get\"}";
	int fd = dial();

	for (const char *p = text; *p != '\0'; p++)
		cr_assert(send(fd, p, 1, MSG_NOSIGNAL) == 1);
	cr_expect_eq(hear(fd), 0);
}

Test(channel, what_comes_after_is_ignored)
{
	cr_expect_eq(ask("{\"command\": \"version-get\"}\n{\"command\": [[["), 0);
}

Test(channel, mistakes_are_answered_at_once)
{
	static const char *const texts[] = {"{\"command\" 1", "[", "}", "x", "{\"command\": tru!",
		"\x80", "{\"a\": \"\x01"};
	uint64_t begun = clock_mono_ns();

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		cr_expect_eq(ask(texts[i]), 1, "%s", texts[i]);
	cr_expect(clock_mono_ns() - begun < 5 * CLOCK_NS_PER_S);
}

Test(channel, half_a_command_and_an_end)
{
	int fd = dial();

	say(fd, "{\"command\":");
	shutdown(fd, SHUT_WR);
	cr_expect_eq(hear(fd), 1);
}

Test(channel, whole_command_and_an_end)
{
	int fd = dial();

	say(fd, "{\"command\": \"version-get\"}");
	shutdown(fd, SHUT_WR);
	cr_expect_eq(hear(fd), 0);
}

Test(channel, large_command)
{
	size_t size = 1 << 20;
	char *text = (char *)malloc(size);
	int fd = dial();

	cr_assert(text != NULL);
	memset(text, ' ', size);
	memcpy(text + size - 27, "{\"command\": \"version-get\"}", 27);
	for (size_t at = 0; at < size - 1;) {
		ssize_t n = send(fd, text + at, size - 1 - at, MSG_NOSIGNAL);

		cr_assert(n > 0);
		at += (size_t)n;
	}
	free(text);
	cr_expect_eq(hear(fd), 0);
}

/* More than are served at one time: the others wait for their turn. */
Test(channel, many_at_one_time)
{
	int fd[300];

	for (size_t i = 0; i < 300; i++)
		fd[i] = dial();
	for (size_t i = 0; i < 300; i++)
		say(fd[i], "{\"command\": \"list-commands\"}");
	for (size_t i = 0; i < 300; i++)
		cr_expect_eq(hear(fd[i]), 0);
}

Test(channel, clients_that_go_away)
{
	for (size_t i = 0; i < 300; i++) {
		int fd = dial();

		if (i % 3 > 0)
			say(fd, i % 3 > 1 ? "{\"command\": \"lease4-get-all\"}" : "{\"command\":");
		close(fd);
	}
	cr_expect_eq(ask("{\"command\": \"version-get\"}"), 0);
}

static void wait_readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	cr_assert(poll(&p, 1, 5000) == 1);
}

Test(channel, who_does_not_read_disturbs_nobody)
{
	int deaf = dial();

	say(deaf, "{\"command\": \"lease4-get-all\"}");
	wait_readable(deaf);
	for (int i = 0; i < 20; i++)
		cr_expect_eq(ask("{\"command\": \"version-get\"}"), 0);
	cr_expect_eq(ask("{\"command\": \"lease4-get-all\"}"), 0);
	cr_expect_eq(hear(deaf), 0);
}

Test(channel, stops_in_time_whoever_is_there)
{
	int idle = dial(), deaf = dial();

	say(deaf, "{\"command\": \"lease4-get-all\"}");
	wait_readable(deaf);
	cr_expect(idle >= 0); /* the end of the suite measures */
}

Test(channel, answers_under_way_are_finished)
{
	int fd = dial();

	say(fd, "{\"command\": \"lease4-get-all\"}");
	wait_readable(fd);
	kill(process, SIGTERM);
	cr_expect_eq(hear(fd), 0);
}
