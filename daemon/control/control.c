/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control: opens what command handlers need and runs the loop.
 */
#include "daemon/control/control.h"

#include <errno.h>
#include <string.h>

#include "daemon/conf/model.h"
#include "daemon/control/channel.h"
#include "daemon/control/channel_http.h"
#include "shm/base/log.h"

#define STOP_US (300ULL * 1000) /* for answers under way when the process shall end */
#define STOP_WAITS 30 /* so often at most, before the supervisor kills it */

struct channels {
	struct control *ctl;
	struct channel *local;
	struct http *http; /* NULL: none */
};

void control_served(struct control *ctl)
{
	ctl->busy--;
	if (ctl->stopping && ctl->busy == 0)
		sd_event_exit(ctl->loop, 0);
}

/* Commands that wait for the supervisor have their turn: this process ends because one of them
 * has made a new generation. */
static int on_stop_timeout(sd_event_source *s, uint64_t usec, void *arg)
{
	struct control *ctl = (struct control *)arg;

	(void)s;
	(void)usec;
	ctl->stop_waits++;
	if (ctl->supervised == 0 || ctl->stop_waits > STOP_WAITS)
		return sd_event_exit(ctl->loop, 0);
	return sd_event_add_time_relative(
		ctl->loop, NULL, CLOCK_BOOTTIME, STOP_US, 1000, on_stop_timeout, ctl);
}

/* Ends when the answers under way are sent, or a moment later. */
static int on_term(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	struct channels *c = (struct channels *)arg;

	(void)s;
	(void)si;
	c->ctl->stopping = true;
	channel_stop(c->local);
	if (c->http != NULL)
		http_stop(c->http);
	if (c->ctl->busy == 0)
		return sd_event_exit(c->ctl->loop, 0);
	return sd_event_add_time_relative(
		c->ctl->loop, NULL, CLOCK_BOOTTIME, STOP_US, 1000, on_stop_timeout, c->ctl);
}

static int run_loop(struct control *ctl)
{
	struct channels channels = {.ctl = ctl};
	sigset_t mask;
	int rc = sd_event_new(&ctl->loop);

	child_signals(&mask); /* SIGTERM is blocked: the loop reads it */
	if (rc >= 0)
		rc = ask_start(ctl->loop, ctl->child->supervisor_fd, &ctl->ask);
	if (rc >= 0)
		rc = channel_start(ctl, ctl->loop, ctl->child->listen_fd, &channels.local);
	if (rc >= 0 && ctl->child->model->n_http > 0)
		rc = http_start(ctl, &channels.http);
	if (rc >= 0)
		rc = sd_event_add_signal(ctl->loop, NULL, SIGTERM, on_term, &channels);
	if (rc >= 0)
		rc = sd_event_loop(ctl->loop);
	ask_stop(ctl->ask);
	sd_event_unref(ctl->loop);
	return rc;
}

int control_run(const struct child *c)
{
	struct control ctl = {.child = c};
	struct err err = {0};
	int rc = journal_open(c->state_dir, &ctl.journal, &err);

	if (rc == 0)
		rc = usage_init(&ctl.usage, c);
	if (rc == 0) {
		ctl.commit = commit_new(c, ctl.journal);
		rc = ctl.commit != NULL ? run_loop(&ctl) : -ENOMEM;
	}
	if (rc < 0 && err.code == 0)
		err_set(&err, rc, NULL, "the control process cannot run: %s", strerror(-rc));
	if (rc < 0)
		log_err(EV_CHILD_FAILED, &err);
	commit_free(ctl.commit);
	usage_fini(&ctl.usage);
	journal_close(ctl.journal);
	return rc < 0 ? CHILD_FAILED : CHILD_DONE;
}
