/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify: see notify.h. Called by the supervisor's start, reload and stop.
 */
#include "daemon/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "daemon/supervisor.h"
#include "daemon/timer.h"
#include "shm/base/log.h"

#define EXTEND_US 30000000 /* asked for while loading, each time it is half used up */
#define RETRY_MS  20
#define QUESTION  "{\"command\": \"status-get\"}"

static int on_loading(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	notify_loading((struct supervisor *)arg);
	return 0;
}

void notify_loading(struct supervisor *sv)
{
	sd_notifyf(0, "STATUS=Loading leases\nEXTEND_TIMEOUT_USEC=%d", EXTEND_US);
	timer_set(sv->event, &sv->ready_source, EXTEND_US / 2 / 1000, on_loading, sv);
}

void notify_reloading(struct supervisor *sv)
{
	sd_event_now(sv->event, CLOCK_MONOTONIC, &sv->reloaded_us);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\nSTATUS=Reading the configuration",
		sv->reloaded_us);
}

void notify_stopping(struct supervisor *sv)
{
	timer_clear(&sv->ready_source);
	sd_notify(0, "STOPPING=1\nSTATUS=Stopping");
}

static void notify_ready(struct supervisor *sv)
{
	sd_notifyf(
		0, "READY=1\nSTATUS=Serving, generation %u", atomic_load(&sv->region->generation));
}

void notify_unchanged(struct supervisor *sv)
{
	if (sv->phase == PHASE_READY)
		notify_ready(sv);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	notify_when_ready((struct supervisor *)arg);
	return 0;
}

static void retry(struct supervisor *sv)
{
	timer_set(sv->event, &sv->ready_source, RETRY_MS, on_retry, sv);
}

static int on_answer(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct supervisor *sv = (struct supervisor *)arg;
	char buf[16];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	(void)source;
	(void)events;
	sv->ready_source = sd_event_source_disable_unref(sv->ready_source); /* closes fd */
	if (n <= 0) { /* it ended before it answered: its successor will */
		retry(sv);
		return 0;
	}
	if (sv->phase == PHASE_STARTING) {
		sv->phase = PHASE_READY;
		LOG(EV_SERVER_STARTED, "serving %s", sv->base.args->config);
	}
	notify_ready(sv);
	return 0;
}

void notify_when_ready(struct supervisor *sv)
{
	const struct child_proc *control = &sv->procs[sv->control.slot];
	int fd = -EAGAIN;

	timer_clear(&sv->ready_source);
	/* the one that is about to end might still answer */
	if (control->state == PROC_RUNNING && !control->stopping)
		fd = place_connect(sv->base.args->run_dir);
	if (fd < 0) {
		retry(sv);
		return;
	}
	if (send(fd, QUESTION, strlen(QUESTION), MSG_NOSIGNAL) < 0 ||
		sd_event_add_io(sv->event, &sv->ready_source, fd, EPOLLIN, on_answer, sv) < 0) {
		close(fd);
		retry(sv);
		return;
	}
	sd_event_source_set_io_fd_own(sv->ready_source, 1);
}
