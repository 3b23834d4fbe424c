/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress: drawn over itself on one line of standard error, five times a second.
 */
#include "daemon/ctl/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "shm/base/clock.h"

#define WIDTH 40

void progress_begin(struct progress *p, const char *what, size_t total)
{
	*p = (struct progress){
		.what = what,
		.total = total > 0 ? total : 1,
		.next_ns = clock_mono_ns() + CLOCK_NS_PER_S,
		.terminal = isatty(STDERR_FILENO) != 0,
	};
}

void progress_show(struct progress *p, size_t done)
{
	static const char full[WIDTH + 1] = "########################################";
	int percent = done < p->total ? (int)(100 * done / p->total) : 100;
	uint64_t now = clock_mono_ns();

	if (!p->terminal || now < p->next_ns)
		return;
	p->next_ns = now + 200 * CLOCK_NS_PER_MS;
	p->drawn = true;
	fprintf(stderr, "\r%s [%-*.*s] %3d %%", p->what, WIDTH, WIDTH * percent / 100, full,
		percent);
	fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = false;
}
