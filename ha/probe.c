/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe: plain connections that are closed as soon as they are there. Their pauses begin short, for
 * a killed server's processes end one after the other, within milliseconds.
 */
#include "ha/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shm/base/clock.h"

#define FIRST_US  3000
#define LONGEST_US 50000
#define US_PER_MS 1000
#define NS_PER_US 1000

static void end_attempt(struct probe *p)
{
	sd_event_source_disable_unref(p->answer);
	p->answer = NULL;
	if (p->loop != NULL && p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

void probe_stop(struct probe *p)
{
	end_attempt(p);
	sd_event_source_disable_unref(p->next);
	p->next = NULL;
	p->loop = NULL;
}

static void judge(struct probe *p, int error)
{
	end_attempt(p);
	if (error != ECONNREFUSED)
		return;
	probe_stop(p);
	p->refused(p->arg);
}

static int on_answer(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct probe *p = (struct probe *)arg;
	socklen_t len = sizeof(int);
	int error = 0;

	(void)source;
	(void)events;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	judge(p, error);
	return 0;
}

static void attempt(struct probe *p)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(p->port),
		.sin_addr.s_addr = htonl(p->address)};

	end_attempt(p);
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return;
	if (connect(p->fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		judge(p, 0);
	else if (errno != EINPROGRESS)
		judge(p, errno);
	else if (sd_event_add_io(p->loop, &p->answer, p->fd, EPOLLOUT, on_answer, p) < 0)
		end_attempt(p);
}

static int on_next(sd_event_source *source, uint64_t usec, void *arg)
{
	struct probe *p = (struct probe *)arg;
	uint64_t now = clock_mono_ns() / NS_PER_US;

	(void)usec;
	if (now >= p->until_us) {
		probe_stop(p);
		return 0;
	}
	sd_event_source_set_time(source, now + p->pause_us);
	sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	p->pause_us = p->pause_us * 2 < LONGEST_US ? p->pause_us * 2 : LONGEST_US;
	attempt(p);
	return 0;
}

void probe_start(struct probe *p, sd_event *loop, uint32_t address, uint16_t port, unsigned for_ms,
	void (*refused)(void *arg), void *arg)
{
	uint64_t now = clock_mono_ns() / NS_PER_US;

	probe_stop(p);
	*p = (struct probe){
		.loop = loop,
		.address = address,
		.port = port,
		.fd = -1,
		.until_us = now + (uint64_t)for_ms * US_PER_MS,
		.pause_us = FIRST_US,
		.refused = refused,
		.arg = arg,
	};
	if (sd_event_add_time(loop, &p->next, CLOCK_BOOTTIME, now + FIRST_US, 0, on_next, p) < 0)
		probe_stop(p);
}
