/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control: opens what command handlers need and runs the loop.
 */
#include "daemon/control/control.h"

#include <errno.h>
#include <string.h>

#include "daemon/control/channel.h"
#include "shm/base/log.h"

static int on_term(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	(void)s;
	(void)si;
	return channel_stop((struct channel *)arg);
}

static int run_loop(struct control *ctl)
{
	struct channel *channel = NULL;
	sd_event *loop = NULL;
	sigset_t mask;
	int rc = sd_event_new(&loop);

	child_signals(&mask); /* SIGTERM is blocked: the loop reads it */
	if (rc >= 0)
		rc = ask_start(loop, ctl->child->supervisor_fd, &ctl->ask);
	if (rc >= 0)
		rc = channel_start(ctl, loop, ctl->child->listen_fd, &channel);
	if (rc >= 0)
		rc = sd_event_add_signal(loop, NULL, SIGTERM, on_term, channel);
	if (rc >= 0)
		rc = sd_event_loop(loop);
	ask_stop(ctl->ask);
	sd_event_unref(loop);
	return rc;
}

int control_run(const struct child *c)
{
	struct control ctl = {.child = c};
	struct journal *journal = NULL;
	struct err err = {0};
	int rc = journal_open(c->state_dir, &journal, &err);

	if (rc == 0)
		rc = usage_init(&ctl.usage, c);
	if (rc == 0) {
		ctl.commit = commit_new(c, journal);
		rc = ctl.commit != NULL ? run_loop(&ctl) : -ENOMEM;
	}
	if (rc < 0 && err.code == 0)
		err_set(&err, rc, NULL, "the control process cannot run: %s", strerror(-rc));
	if (rc < 0)
		log_err(EV_CHILD_FAILED, &err);
	commit_free(ctl.commit);
	usage_fini(&ctl.usage);
	journal_close(journal);
	return rc < 0 ? CHILD_FAILED : CHILD_DONE;
}
