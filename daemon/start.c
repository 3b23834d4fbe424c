/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start: see start.h. Called by supervisor.c and, for the second half, by children.c when the
 * loader has ended. Whatever fails here ends the server with one clear line.
 */
#include "daemon/start.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/notify.h"
#include "daemon/partner.h"
#include "daemon/reader.h"
#include "daemon/reload.h"
#include "daemon/stop.h"
#include "daemon/supervisor.h"
#include "shm/child.h"
#include "shm/load.h"
#include "shm/base/log.h"
#include "shm/base/sealed.h"

/* What the process that counts leases hands back. */
struct count {
	const char *state_dir, *user;
	int rc;
	uint64_t leases;
	size_t hosts;
	struct err err;
	int hosts_fd; /* where it writes the reservations made at run time */
};

static int run_count(const void *arg)
{
	struct count *c = *(struct count *const *)arg;

	if (access(c->state_dir, R_OK | W_OK | X_OK) < 0)
		c->rc = err_set(&c->err, -errno,
			"that user needs it, and x on each directory above",
			"user %s cannot write to the state directory %s: %s", c->user, c->state_dir,
			strerror(errno));
	else
		c->rc = load_count(c->state_dir, &c->leases, &c->err);
	if (c->rc == 0)
		c->rc = reader_write_hosts(c->state_dir, c->hosts_fd, &c->hosts, &c->err);
	return CHILD_DONE;
}

static int wait_for_count(struct supervisor *sv, struct count *c, struct err *err)
{
	struct spawn what = {.role = ROLE_LOADER,
		.what = "loader",
		.run = run_count,
		.arg = &c};
	int rc, status;
	pid_t pid;

	spawn_keep(&what, c->hosts_fd);

	rc = spawn(&sv->base, &what, &pid, err);
	if (rc < 0)
		return rc;
	while (waitpid(pid, &status, 0) < 0)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CHILD_DONE)
		return err_set(err, -EIO, NULL, "cannot count the leases in %s", c->state_dir);
	if (c->rc < 0)
		*err = c->err;
	return c->rc;
}

/* How many leases the database holds, and the reservations in it, on the heap, NULL: none; asked in a
 * process of its own, since a database that was open once must not be carried over a fork. */
static int count_leases(struct supervisor *sv, uint64_t *ret_leases, char **ret_hosts,
	struct err *err)
{
	struct count *c = (struct count *)mmap(
		NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t len;
	int rc;

	if (c == MAP_FAILED)
		return err_set(err, -errno, NULL, "out of memory");
	c->state_dir = sv->base.args->state_dir;
	c->user = sv->base.user.name;
	c->hosts_fd = memfd_create("reservations", MFD_CLOEXEC);
	rc = c->hosts_fd >= 0 ? wait_for_count(sv, c, err) : -errno;
	if (rc == 0 && c->hosts > 0)
		rc = sealed_read_any(c->hosts_fd, SIZE_MAX, ret_hosts, &len);
	if (c->hosts_fd >= 0)
		close(c->hosts_fd);
	*ret_leases = c->leases;
	munmap(c, sizeof(*c));
	return rc;
}

/* With the reservations made at run time, which could not be known when the file was read. */
static int first_generation(struct supervisor *sv, struct model *model,
	const struct generation_texts *texts, const char *hosts, struct err *err)
{
	struct generation_texts with;
	char mistakes[256];
	struct model *whole;

	if (hosts == NULL)
		return generation_new(model, texts, sv->region, NULL, &sv->generation, err);
	whole = generation_read(sv->base.args->config, NULL, hosts, mistakes, sizeof(mistakes), &with);
	if (whole == NULL) { /* the file has changed in these milliseconds */
		LOG(EV_CONFIG_REJECTED, "%s has changed: reservations made by command are missing",
			sv->base.args->config);
		return generation_new(model, texts, sv->region, NULL, &sv->generation, err);
	}
	model_free(model);
	generation_texts_close(texts);
	return generation_new(whole, &with, sv->region, NULL, &sv->generation, err);
}

static void raise_limits(void)
{
	struct rlimit r;

	/* three descriptors a worker stay open here */
	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

/* Not datagrams: by these the journal library's socket is known (spawn.c). */
static int open_test(struct supervisor *sv, struct err *err)
{
	int kind = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;

	return socketpair(AF_UNIX, kind, 0, sv->test_fds) == 0 ? 0 :
		err_set(err, -errno, NULL, "socket pair: %s", strerror(errno));
}

int start_begin(struct supervisor *sv, struct model *model, const struct generation_texts *texts,
	struct err *err)
{
	const struct args *args = sv->base.args;
	uint64_t leases = 0;
	char *hosts = NULL;
	int rc;

	raise_limits();
	rc = sandbox_find_user(&sv->base.user, err);
	if (rc == 0)
		rc = place_lock(args->state_dir, &sv->base.user, &sv->place, err);
	if (rc == 0) {
		sv->base.lock_fd = sv->place.lock_fd;
		rc = count_leases(sv, &leases, &hosts, err);
	}
	if (rc == 0)
		rc = region_create(model->total_addresses + model->n_hosts, leases, &sv->region, err);
	if (rc < 0) {
		model_free(model);
		generation_texts_close(texts);
		free(hosts);
		return rc;
	}
	atomic_store(&sv->region->generation, 1);
	atomic_store(&sv->region->reloaded_s, sv->region->started_s);
	rc = first_generation(sv, model, texts, hosts, err);
	free(hosts);
	if (rc == 0)
		rc = netif_open(&sv->netif, err);
	if (rc == 0)
		rc = partner_open(&sv->partner, sv->generation->model, sv->region, err);
	if (rc == 0)
		rc = partner_watch(sv, err);
	if (rc == 0)
		rc = open_test(sv, err);
	if (rc == 0)
		rc = place_listen(args->run_dir, &sv->place, err);
	if (rc == 0)
		rc = children_load(sv, err);
	return rc;
}

void start_loaded(struct supervisor *sv, bool done)
{
	struct err err;

	if (!done) { /* it has said why */
		sv->exit_status = EXIT_RUNTIME;
		stop_begin(sv);
		return;
	}
	sv->phase = PHASE_STARTING;
	children_post_init(&sv->store, sv, ROLE_STORE);
	children_post_init(&sv->control, sv, ROLE_CONTROL);
	children_post_init(&sv->ha, sv, ROLE_HA);
	children_fill(&sv->store);
	if (sv->generation->model->ha != NULL)
		children_fill(&sv->ha);
	if (interfaces_update(sv, true, &err) < 0) {
		log_err(EV_SERVER_FAILED, &err);
		sv->exit_status = EXIT_RUNTIME;
		stop_begin(sv);
		return;
	}
	children_fill(&sv->control);
	notify_when_ready(sv);
	if (sv->reload_wanted)
		reload(sv);
}
