/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload: see reload.h. The sockets stay: what arrives meanwhile waits in their queues, and is
 * taken by whoever comes first, the old worker or its successor.
 */
#include "daemon/reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/notify.h"
#include "daemon/reader.h"
#include "daemon/supervisor.h"
#include "shm/base/clock.h"
#include "shm/base/log.h"

void reload_end(struct supervisor *sv)
{
	struct renewal *c = &sv->renewal;

	if (c->in_fd >= 0)
		close(c->in_fd);
	if (c->out_fd >= 0)
		close(c->out_fd);
	*c = (struct renewal){.in_fd = -1, .out_fd = -1};
}

static bool is_busy(const struct supervisor *sv)
{
	return sv->renewal.kind != 0 || sv->renewing;
}

static void put_in_force(struct supervisor *sv, struct generation *g, const char *what)
{
	bool same = partner_is_same(sv->generation->model, g->model);

	generation_unref(sv->generation);
	sv->generation = g;
	atomic_fetch_add(&sv->region->generation, 1);
	atomic_store(&sv->region->reloaded_s, clock_wall_s());
	LOG(EV_CONFIG_LOADED, "%s is in force, generation %u", what,
		atomic_load(&sv->region->generation));
	children_renew(&sv->store);
	if (!same)
		children_renew(&sv->ha);
	interfaces_update(sv, true, NULL);
	sv->renewing = true;
	reload_go_on(sv);
}

/* What was asked for meanwhile. */
static void go_on_reloading(struct supervisor *sv)
{
	if (!is_busy(sv) && sv->reload_wanted)
		reload(sv);
	if (!is_busy(sv) && sv->hosts_wanted)
		reload_hosts(sv);
}

void reload_go_on(struct supervisor *sv)
{
	if (!sv->renewing || children_of_before(sv, ROLE_WORKER))
		return;
	sv->renewing = false;
	/* in this order: once the client has its answer, nobody is answered by the old generation */
	children_renew(&sv->control);
	requests_done(sv, sv->renewal_text, 0);
	notify_when_ready(sv);
	go_on_reloading(sv);
}

static void refuse(struct supervisor *sv, enum answer_result result, const char *why)
{
	notify_unchanged(sv);
	requests_refused(sv, result, why);
}

static void reject(struct supervisor *sv, const char *why)
{
	refuse(sv, ANSWER_ERROR, why);
}

/* config NULL: from the file; text: what the request is answered with once it is in force. */
static void renew(struct supervisor *sv, const char *config, const char *hosts, const char *text)
{
	const char *what = config != NULL ? "a configuration from a client" : sv->base.args->config;
	static char mistakes[ASK_TEXT_MAX];
	struct generation_texts texts;
	struct generation *g;
	struct model *model;
	struct err err;

	model = generation_read(
		sv->base.args->config, config, hosts, mistakes, sizeof(mistakes), &texts);
	if (model == NULL) {
		LOG(EV_CONFIG_REJECTED, "%s has mistakes, the one of before stays in force", what);
		reject(sv, mistakes);
	} else if (partner_check_reload(sv->generation->model, model, &err) < 0) {
		model_free(model);
		generation_texts_close(&texts);
		log_err(EV_CONFIG_REJECTED, &err);
		reject(sv, err.text);
	} else if (generation_new(model, &texts, sv->region, sv->generation, &g, &err) < 0) {
		log_err(EV_CONFIG_REJECTED, &err);
		reject(sv, err.text);
	} else {
		snprintf(sv->renewal_text, sizeof(sv->renewal_text), "%s", text);
		put_in_force(sv, g, what);
	}
}

/* The configuration of before with what became of the reservations. */
static void renew_hosts(struct supervisor *sv, const struct reader_result *result)
{
	char *config;
	int rc = generation_config(sv->generation, &config);

	if (rc < 0) {
		reject(sv, strerror(-rc));
		return;
	}
	renew(sv, config, result->hosts, result->text);
	free(config);
}

static void begin(struct supervisor *sv, enum ask_kind kind, int fd)
{
	struct err err = {0};

	sv->renewal = (struct renewal){kind, fd, memfd_create("result", MFD_CLOEXEC)};
	if (sv->renewal.out_fd < 0)
		err_set(&err, -errno, NULL, "memfd_create: %s", strerror(errno));
	else if (children_read(sv, &err) == 0)
		return;
	reload_end(sv);
	log_err(EV_CHILD_FAILED, &err);
	reject(sv, err.text);
}

void reload(struct supervisor *sv)
{
	sv->reload_wanted = sv->phase == PHASE_LOADING || is_busy(sv);
	if (sv->reload_wanted || sv->phase == PHASE_STOPPING)
		return;
	notify_reloading(sv);
	begin(sv, ASK_RELOAD, -1);
}

void reload_hosts(struct supervisor *sv)
{
	sv->hosts_wanted = sv->phase == PHASE_LOADING || is_busy(sv);
	if (!sv->hosts_wanted && sv->phase != PHASE_STOPPING)
		begin(sv, ASK_REFRESH, -1);
}

void reload_with(struct supervisor *sv, enum ask_kind kind, int fd)
{
	if (is_busy(sv) || sv->phase == PHASE_STOPPING || sv->phase == PHASE_LOADING) {
		close(fd);
		requests_failed(sv, "another change is under way: try again");
		return;
	}
	begin(sv, kind, fd);
}

void reload_read(struct supervisor *sv, bool done)
{
	enum ask_kind kind = sv->renewal.kind;
	struct reader_result result = {0};
	int rc = done ? reader_result_take(sv->renewal.out_fd, &result) : -EIO;

	reload_end(sv);
	if (rc < 0)
		reject(sv, "it cannot be checked: it takes too much memory or time, see the log");
	else if (result.failed)
		refuse(sv, (enum answer_result)result.failed, result.text);
	else if (kind == ASK_TEST)
		requests_done(sv, result.text, 0);
	else if (kind == ASK_HOSTS || kind == ASK_REFRESH)
		renew_hosts(sv, &result);
	else
		renew(sv, kind == ASK_RELOAD ? NULL : result.config, result.hosts,
			kind == ASK_EDIT ? result.text : "");
	reader_result_fini(&result);
	go_on_reloading(sv);
}
