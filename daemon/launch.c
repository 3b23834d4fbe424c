/* SPDX-License-Identifier: Apache-2.0 */
/*
 * launch: see launch.h. Called by children.c, which knows when a process is needed; here stands what
 * each role runs and which descriptors it gets.
 */
#include "daemon/launch.h"

#include <string.h>
#include <unistd.h>

#include "daemon/control/control.h"
#include "daemon/ports.h"
#include "daemon/reader.h"
#include "daemon/supervisor.h"
#include "ha/ha.h"
#include "shm/load.h"
#include "shm/store.h"
#include "workers/worker.h"

static int run_worker(const void *arg)
{
	return worker_run((const struct child *)arg);
}

static int run_store(const void *arg)
{
	const struct child *c = (const struct child *)arg;

	return store_run(c, c->model->hold_reclaimed_time, c->model->history_size);
}

static int run_control(const void *arg)
{
	return control_run((const struct child *)arg);
}

static int run_load(const void *arg)
{
	return load_run((const struct child *)arg);
}

static int run_repair(const void *arg)
{
	return repair_run((const struct child *)arg);
}

static int run_ha(const void *arg)
{
	return ha_run((const struct child *)arg);
}

static int run_reader(const void *arg)
{
	return reader_run((const struct child *)arg);
}

static const struct {
	const char *name;
	int (*run)(const void *arg);
} roles[] = {
	[ROLE_WORKER] = {"worker", run_worker},
	[ROLE_STORE] = {"store", run_store},
	[ROLE_CONTROL] = {"control", run_control},
	[ROLE_LOADER] = {"loader", run_load},
	[ROLE_REPAIR] = {"repair", run_repair},
	[ROLE_HA] = {"ha", run_ha},
	[ROLE_READER] = {"reader", run_reader},
};

const char *launch_name(enum region_role role)
{
	return roles[role].name;
}

static int equip_control(const struct child_proc *p, struct child *child, struct spawn *what,
	struct err *err)
{
	const struct web *web = &p->generation->web;

	child->supervisor_fd = requests_open(p->supervisor, err);
	if (child->supervisor_fd < 0)
		return child->supervisor_fd;
	child->listen_fd = p->supervisor->place.listen_fd;
	child->secrets_fd = web->secrets_fd;
	child->test_fd = p->supervisor->test_fds[0];
	memcpy(child->http_fds, web->fds, sizeof(child->http_fds));
	child->config_fd = p->generation->texts.config_fd;
	child->hosts_fd = p->generation->texts.hosts_fd;
	spawn_keep(what, child->region->fd);
	for (size_t i = 0; i < CHILD_HTTP_MAX; i++)
		spawn_keep(what, child->http_fds[i]);
	return 0;
}

static void equip_reader(const struct child_proc *p, struct child *child)
{
	const struct renewal *renewal = &p->supervisor->renewal;

	child->task = renewal->kind;
	child->in_fd = renewal->in_fd;
	child->out_fd = renewal->out_fd;
	child->config_fd = p->generation->texts.config_fd;
}

/* What stands in the child's own struct. */
static void keep_all(struct spawn *what, const struct child *c)
{
	const int fds[] = {c->port.packet_fd, c->port.udp_fd, c->port.test_fd, c->test_fd,
		c->listen_fd, c->supervisor_fd, c->secrets_fd, c->config_fd, c->hosts_fd, c->in_fd,
		c->out_fd, c->wake_fd, c->news_fd};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		spawn_keep(what, fds[i]);
}

int launch(struct child_proc *p, uint32_t slot, struct err *err)
{
	struct supervisor *sv = p->supervisor;
	struct child child = {.slot = slot,
		.region = sv->region,
		.model = p->generation->model,
		.pools = &p->generation->pools,
		.state_dir = sv->base.args->state_dir,
		.run_dir = sv->base.args->run_dir,
		.port = {.packet_fd = -1, .udp_fd = -1, .test_fd = -1},
		.test_fd = -1,
		.listen_fd = -1,
		.secrets_fd = -1,
		.supervisor_fd = -1,
		.wake_fd = sv->partner.wake_fd,
		.news_fd = sv->partner.news_fd,
		.config_fd = -1,
		.hosts_fd = -1,
		.in_fd = -1,
		.out_fd = -1,
		.dead_slot = p->repairs};
	struct spawn what = {.role = p->role,
		.what = roles[p->role].name,
		.run = roles[p->role].run,
		.arg = &child};
	int rc;

	if (p->role == ROLE_WORKER) {
		child.port = p->ports->port[p->post->number];
		child.port.test_fd = sv->test_fds[1];
		what.of = p->post->interface->name;
		what.number = p->post->number + 1;
	}
	if (p->role == ROLE_HA)
		child.listen_fd = sv->partner.listen_fd;
	if (p->role == ROLE_CONTROL) {
		rc = equip_control(p, &child, &what, err);
		if (rc < 0)
			return rc;
	}
	if (p->role == ROLE_READER)
		equip_reader(p, &child);
	keep_all(&what, &child);
	spawn_keep(&what, sv->partner.listen_fd);
	rc = spawn(&sv->base, &what, &p->pid, err);
	if (child.supervisor_fd >= 0)
		close(child.supervisor_fd);
	return rc;
}
