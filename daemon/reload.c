/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload: see reload.h. The sockets stay: what arrives meanwhile waits in their queues, and is
 * taken by whoever comes first, the old worker or its successor.
 */
#include "daemon/reload.h"

#include <errno.h>
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
	generation_unref(sv->generation);
	sv->generation = g;
	atomic_fetch_add(&sv->region->generation, 1);
	atomic_store(&sv->region->reloaded_s, clock_wall_s());
	LOG(EV_CONFIG_LOADED, "%s is in force, generation %u", what,
		atomic_load(&sv->region->generation));
	children_renew(&sv->store);
	children_renew(&sv->ha);
	interfaces_update(sv, true, NULL);
	sv->renewing = true;
	reload_go_on(sv);
}

void reload_go_on(struct supervisor *sv)
{
	if (!sv->renewing || children_of_before(sv, ROLE_WORKER))
		return;
	sv->renewing = false;
	requests_done(sv, "", 0);
	children_renew(&sv->control);
	notify_when_ready(sv);
	if (sv->reload_wanted)
		reload(sv);
}

static void reject(struct supervisor *sv, const char *why)
{
	notify_unchanged(sv);
	requests_failed(sv, why);
	if (sv->reload_wanted)
		reload(sv);
}

/* config NULL: from the file. */
static void renew(struct supervisor *sv, const char *config)
{
	const char *what = config != NULL ? "a configuration from a client" : sv->base.args->config;
	static char mistakes[ASK_TEXT_MAX];
	struct generation *g;
	struct model *model;
	struct err err;
	int fd;

	notify_reloading(sv);
	model = generation_read(sv->base.args->config, config, mistakes, sizeof(mistakes), &fd);
	if (model == NULL) {
		LOG(EV_CONFIG_REJECTED, "%s has mistakes, the one of before stays in force", what);
		reject(sv, mistakes);
	} else if (partner_check_reload(sv->generation->model, model, &err) < 0) {
		model_free(model);
		close(fd);
		log_err(EV_CONFIG_REJECTED, &err);
		reject(sv, err.text);
	} else if (generation_new(model, fd, sv->region, sv->generation, &g, &err) < 0) {
		log_err(EV_CONFIG_REJECTED, &err);
		reject(sv, err.text);
	} else {
		put_in_force(sv, g, what);
	}
}

void reload(struct supervisor *sv)
{
	sv->reload_wanted = sv->phase == PHASE_LOADING || is_busy(sv);
	if (!sv->reload_wanted && sv->phase != PHASE_STOPPING)
		renew(sv, NULL);
}

void reload_with(struct supervisor *sv, enum ask_kind kind, int fd)
{
	struct err err = {0};

	if (is_busy(sv) || sv->phase == PHASE_STOPPING) {
		close(fd);
		requests_failed(sv, "another change is under way: try again");
		return;
	}
	sv->renewal = (struct renewal){kind, fd, memfd_create("result", MFD_CLOEXEC)};
	if (sv->renewal.out_fd < 0)
		err_set(&err, -errno, NULL, "memfd_create: %s", strerror(errno));
	else if (children_read(sv, &err) == 0)
		return;
	reload_end(sv);
	log_err(EV_CHILD_FAILED, &err);
	requests_failed(sv, err.text);
}

void reload_read(struct supervisor *sv, bool done)
{
	enum ask_kind kind = sv->renewal.kind;
	struct reader_result result = {0};
	int rc = done ? reader_result_take(sv->renewal.out_fd, &result) : -EIO;

	reload_end(sv);
	if (rc < 0)
		reject(sv, "the configuration takes too much memory or time to be checked");
	else if (result.failed)
		reject(sv, result.text);
	else if (kind == ASK_TEST)
		requests_done(sv, result.text, 0);
	else
		renew(sv, result.config);
	reader_result_fini(&result);
	if (!is_busy(sv) && sv->reload_wanted)
		reload(sv);
}
