/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screen: the few sequences of ECMA-48 and xterm that every terminal of today knows; tmux too.
 */
#include "daemon/ctl/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "daemon/ctl/print.h"

#define LINE_MAX_SIZE 512
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"

static struct termios before;
static int columns, rows, line;
static volatile sig_atomic_t ended;

static void on_end(int number)
{
	(void)number;
	ended = 1;
}

static void on_resize(int number)
{
	(void)number; /* it has interrupted poll() */
}

static void catch(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigaction(number, &action, NULL);
}

int screen_open(void)
{
	struct termios raw;

	if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) < 0)
		return -ENOTTY;
	raw = before;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	catch(SIGINT, on_end);
	catch(SIGTERM, on_end);
	catch(SIGHUP, on_end);
	catch(SIGWINCH, on_resize);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	fputs(ENTER, stdout);
	return 0;
}

void screen_close(void)
{
	fputs(LEAVE, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

void screen_begin(void)
{
	struct winsize size = {0};

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	columns = size.ws_col > 0 ? size.ws_col : 80;
	rows = size.ws_row > 0 ? size.ws_row : 24;
	line = 0;
	fputs("\033[H", stdout);
}

static void put(const char *colour, const char *text)
{
	size_t len = strlen(text);

	if (line++ > 0)
		fputs("\r\n", stdout); /* none behind the last line: it would scroll */
	fputs(colour, stdout);
	print_escaped(stdout, text, len < (size_t)columns ? len : (size_t)columns);
	fputs(colour[0] != '\0' ? PRINT_PLAIN "\033[K" : "\033[K", stdout);
}

void screen_line(const char *colour, const char *fmt, ...)
{
	char text[LINE_MAX_SIZE];
	va_list ap;

	if (line >= rows - 1)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put(colour, text);
}

void screen_end(const char *colour, const char *foot)
{
	while (line < rows - 1)
		put("", "");
	put(colour, foot);
	fputs("\033[J", stdout);
	fflush(stdout);
}

bool screen_wait(int ms)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	int n = ended ? 0 : poll(&p, 1, ms);
	char key;

	if (n > 0 && (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q'))
		return false;
	return !ended;
}
