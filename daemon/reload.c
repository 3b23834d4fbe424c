/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload: see reload.h. The sockets stay: what arrives meanwhile waits in their queues, and is
 * taken by whoever comes first, the old worker or its successor.
 */
#include "daemon/reload.h"

#include "daemon/control/ask.h"
#include "daemon/notify.h"
#include "daemon/supervisor.h"
#include "shm/base/clock.h"
#include "shm/base/log.h"

static void put_in_force(struct supervisor *sv, struct generation *g)
{
	generation_unref(sv->generation);
	sv->generation = g;
	atomic_fetch_add(&sv->region->generation, 1);
	atomic_store(&sv->region->reloaded_s, clock_wall_s());
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
	requests_answer(sv, NULL);
	children_renew(&sv->control);
	notify_when_ready(sv);
}

static void reject(struct supervisor *sv, const char *why)
{
	notify_unchanged(sv);
	requests_answer(sv, why);
}

void reload(struct supervisor *sv)
{
	const char *file = sv->base.args->config;
	static char mistakes[ASK_TEXT_MAX];
	struct generation *g;
	struct model *model;
	struct err err;

	sv->reload_wanted = sv->phase == PHASE_LOADING;
	if (sv->phase == PHASE_LOADING || sv->phase == PHASE_STOPPING)
		return;
	notify_reloading(sv);
	model = generation_read(file, mistakes, sizeof(mistakes));
	if (model == NULL) {
		LOG(EV_CONFIG_REJECTED, "%s has mistakes, the one of before stays in force", file);
		reject(sv, mistakes);
	} else if (partner_check_reload(sv->generation->model, model, &err) < 0) {
		model_free(model);
		log_err(EV_CONFIG_REJECTED, &err);
		reject(sv, err.text);
	} else if (generation_new(model, sv->region, sv->generation, &g, &err) < 0) {
		log_err(EV_CONFIG_REJECTED, &err);
		reject(sv, err.text);
	} else {
		put_in_force(sv, g);
		LOG(EV_CONFIG_LOADED, "%s is in force, generation %u", file,
			atomic_load(&sv->region->generation));
	}
}
