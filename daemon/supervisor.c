/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervisor: the loop: signals, the network, timers, the service manager's watchdog. Called by
 * main(). What happens on an event stands in start.c, reload.c, stop.c, children.c, interfaces.c.
 */
#include "daemon/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "daemon/notify.h"
#include "daemon/ports.h"
#include "daemon/reload.h"
#include "daemon/start.h"
#include "daemon/stop.h"
#include "daemon/timer.h"
#include "shm/base/log.h"

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *si, void *arg)
{
	struct supervisor *sv = (struct supervisor *)arg;

	(void)source;
	if (si->ssi_signo == SIGCHLD)
		children_reap(sv);
	else if (si->ssi_signo == SIGHUP)
		reload(sv);
	else
		stop_begin(sv);
	return 0;
}

static int on_network(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct supervisor *sv = (struct supervisor *)arg;

	(void)source;
	(void)fd;
	(void)events;
	if (sv->phase == PHASE_STARTING || sv->phase == PHASE_READY)
		interfaces_refresh(sv);
	else
		netif_refresh(sv->netif, NULL);
	return 0;
}

/* Signals are blocked from here on: one that comes early waits for the loop. */
static int make_loop(struct supervisor *sv)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	sigset_t set;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	rc = sd_event_new(&sv->event);
	for (size_t i = 0; rc >= 0 && i < sizeof(signals) / sizeof(signals[0]); i++)
		rc = sd_event_add_signal(sv->event, NULL, signals[i], on_signal, sv);
	return rc >= 0 ? sd_event_set_watchdog(sv->event, 1) : rc;
}

static int run(struct supervisor *sv, struct model *model, const struct generation_texts *texts)
{
	struct err err = {0};
	int rc = start_begin(sv, model, texts, &err);

	if (rc == 0) {
		rc = sd_event_add_io(sv->event, NULL, netif_fd(sv->netif), EPOLLIN, on_network, sv);
		if (rc >= 0) {
			notify_loading(sv);
			rc = sd_event_loop(sv->event);
		}
		if (rc < 0)
			err_set(&err, rc, NULL, "event loop: %s", strerror(-rc));
	}
	if (rc < 0) {
		log_err(EV_SERVER_FAILED, &err);
		return EXIT_RUNTIME;
	}
	if (sv->exit_status == EXIT_STOPPED)
		LOG(EV_SERVER_STOPPED, "stopped");
	return (int)sv->exit_status;
}

static void release(struct supervisor *sv)
{
	interfaces_fini(sv);
	timer_clear(&sv->interfaces_retry);
	timer_clear(&sv->ready_source);
	timer_clear(&sv->stop_timer);
	timer_clear(&sv->store.timer);
	timer_clear(&sv->control.timer);
	timer_clear(&sv->ha.timer);
	for (uint32_t i = 0; i < REGION_SLOTS; i++) {
		timer_clear(&sv->procs[i].timer);
		ports_unref(sv->procs[i].ports);
		generation_unref(sv->procs[i].generation);
	}
	generation_unref(sv->generation);
	requests_close(sv);
	reload_end(sv);
	sd_event_unref(sv->event);
	if (sv->netif != NULL)
		netif_close(sv->netif);
	place_close(sv->base.args->run_dir, &sv->place);
	partner_close(&sv->partner);
	for (size_t i = 0; i < 2; i++)
		if (sv->test_fds[i] >= 0)
			close(sv->test_fds[i]);
	if (sv->region != NULL)
		region_free(sv->region);
}

int supervisor_run(const struct args *args)
{
	struct supervisor *sv = (struct supervisor *)calloc(1, sizeof(*sv));
	struct model *model;
	struct generation_texts texts;
	char mistakes[1]; /* they are in the log */
	int status = EXIT_RUNTIME, rc;

	if (sv == NULL)
		return EXIT_RUNTIME;
	sv->base.args = args;
	sv->place.lock_fd = sv->place.listen_fd = sv->requests.fd = -1;
	sv->partner = (struct partner){.listen_fd = -1, .wake_fd = -1, .news_fd = -1};
	sv->test_fds[0] = sv->test_fds[1] = -1;
	sv->renewal.in_fd = sv->renewal.out_fd = -1;
	log_init(args->format, "supervisor", args->debug);
	rc = make_loop(sv);
	if (rc < 0)
		LOG(EV_SERVER_FAILED, "event loop: %s", strerror(-rc));
	model = rc < 0 ? NULL : 
		generation_read(args->config, NULL, NULL, mistakes, sizeof(mistakes), &texts);
	if (model != NULL) {
		LOG(EV_CONFIG_LOADED, "%s is in force", args->config);
		status = run(sv, model, &texts);
	} else if (rc >= 0) {
		LOG(EV_SERVER_FAILED, "%s cannot be used", args->config);
		status = EXIT_CONFIG;
	}
	release(sv);
	free(sv);
	return status;
}
