/* SPDX-License-Identifier: Apache-2.0 */
/*
 * children: see children.h. Called from the supervisor's loop. Every process has a slot of its own
 * until all that it may have left in shared memory is settled.
 */
#include "daemon/children.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "daemon/launch.h"
#include "daemon/ports.h"
#include "daemon/reload.h"
#include "daemon/start.h"
#include "daemon/stop.h"
#include "daemon/supervisor.h"
#include "daemon/timer.h"
#include "shm/base/clock.h"

#define REPAIR_SLOTS 16    /* the last ones, so that there is always one for a repair */
#define REPAIRS_MAX  4     /* at a time: each looks at every record */
#define END_MS       10000 /* a process that was asked to end is killed after this time */
#define DRAIN_MS     20    /* between looks at the ports of a worker that shall drain them */
#define DRAIN_MAX_NS CLOCK_NS_PER_S

/* --- processes --- */

static uint32_t slot_of(const struct child_proc *p)
{
	return (uint32_t)(p - p->supervisor->procs);
}

static struct child_proc *free_proc(struct supervisor *sv, enum region_role role)
{
	uint32_t first = role == ROLE_REPAIR ? REGION_SLOTS - REPAIR_SLOTS : 1;
	uint32_t end = role == ROLE_REPAIR ? REGION_SLOTS : REGION_SLOTS - REPAIR_SLOTS;

	for (uint32_t i = first; i < end; i++) {
		if (sv->procs[i].state == PROC_NONE) {
			sv->procs[i] = (struct child_proc){.role = role, .supervisor = sv};
			return &sv->procs[i];
		}
	}
	return NULL;
}

/* Frees the slot and what the process used. */
static void release(struct child_proc *p)
{
	struct region_slot *s = &p->supervisor->region->slots[slot_of(p)];

	atomic_store(&s->pid, 0);
	atomic_store(&s->role, ROLE_NONE);
	timer_clear(&p->timer);
	ports_unref(p->ports);
	generation_unref(p->generation);
	*p = (struct child_proc){.supervisor = p->supervisor};
}

/* Starts a process; post or repairs say what for. */
static int start(struct supervisor *sv, enum region_role role, struct child_post *post,
	uint32_t repairs, struct err *err)
{
	struct child_proc *p = free_proc(sv, role);
	struct region_slot *s;
	int rc;

	if (p == NULL)
		return err_set(err, -EAGAIN, "configure fewer workers",
			"no room for another %s process", launch_name(role));
	s = &sv->region->slots[slot_of(p)];
	p->state = PROC_RUNNING;
	p->started_ns = clock_mono_ns();
	p->generation = generation_ref(sv->generation);
	p->post = post;
	p->repairs = repairs;
	if (role == ROLE_WORKER) {
		p->ports = ports_ref(post->interface->ports);
		atomic_store(&s->interface, p->ports->port[post->number].interface);
	}
	atomic_store(&s->role, role);
	atomic_store(&s->started_s, clock_wall_s());
	/* it has no change that is older, so a repair need not look at older ones */
	atomic_store(&s->published, atomic_load(&sv->region->committed));
	rc = launch(p, slot_of(p), err);
	if (rc < 0) {
		release(p);
		return rc;
	}
	atomic_store(&s->pid, p->pid);
	if (post != NULL)
		post->slot = slot_of(p);
	return 0;
}

int children_load(struct supervisor *sv, struct err *err)
{
	return start(sv, ROLE_LOADER, NULL, 0, err);
}

int children_read(struct supervisor *sv, struct err *err)
{
	return start(sv, ROLE_READER, NULL, 0, err);
}

/* --- ending --- */

static int on_end_timeout(sd_event_source *source, uint64_t usec, void *arg)
{
	struct child_proc *p = (struct child_proc *)arg;

	(void)source;
	(void)usec;
	kill(p->pid, SIGKILL);
	return 0;
}

static void ask_to_end(struct child_proc *p)
{
	p->stopping = true;
	kill(p->pid, SIGTERM);
	timer_set(p->supervisor->event, &p->timer, END_MS, on_end_timeout, p);
}

static int on_drain(sd_event_source *source, uint64_t usec, void *arg)
{
	struct child_proc *p = (struct child_proc *)arg;

	(void)source;
	(void)usec;
	/* started_ns has served its purpose: it is the time of the request here */
	if (ports_drained(p->ports) || clock_mono_ns() - p->started_ns > DRAIN_MAX_NS)
		ask_to_end(p);
	else
		timer_set(p->supervisor->event, &p->timer, DRAIN_MS, on_drain, p);
	return 0;
}

static void drain(struct child_proc *p)
{
	p->stopping = true;
	p->started_ns = clock_mono_ns();
	timer_set(p->supervisor->event, &p->timer, DRAIN_MS, on_drain, p);
}

unsigned children_signal(struct supervisor *sv, enum region_role role, int signo)
{
	unsigned n = 0;

	for (uint32_t i = 1; i < REGION_SLOTS; i++) {
		struct child_proc *p = &sv->procs[i];

		if (p->state != PROC_RUNNING || p->role != role)
			continue;
		p->stopping = true;
		kill(p->pid, signo);
		n++;
	}
	return n;
}

bool children_of_before(const struct supervisor *sv, enum region_role role)
{
	for (uint32_t i = 1; i < REGION_SLOTS; i++) {
		const struct child_proc *p = &sv->procs[i];

		if (p->state == PROC_RUNNING && p->role == role && p->generation != sv->generation)
			return true;
	}
	return false;
}

/* --- posts --- */

void children_post_init(struct child_post *post, struct supervisor *sv, enum region_role role)
{
	*post = (struct child_post){.role = role, .supervisor = sv};
}

static int on_due(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	children_fill((struct child_post *)arg);
	return 0;
}

void children_fill(struct child_post *post)
{
	struct supervisor *sv = post->supervisor;
	uint64_t now = clock_mono_ns();
	struct err err;

	timer_clear(&post->timer);
	if (sv->phase == PHASE_STOPPING)
		return;
	if (now < post->due_ns) {
		timer_set(sv->event, &post->timer, (post->due_ns - now) / CLOCK_NS_PER_MS + 1,
			on_due, post);
		return;
	}
	if (start(sv, post->role, post, 0, &err) == 0)
		return;
	log_err(EV_CHILD_FAILED, &err);
	post->due_ns = now + backoff_next(&post->backoff, 0) * CLOCK_NS_PER_MS;
	timer_set(
		sv->event, &post->timer, (post->due_ns - now) / CLOCK_NS_PER_MS + 1, on_due, post);
}

void children_renew(struct child_post *post)
{
	struct child_proc *old = &post->supervisor->procs[post->slot];
	struct err err;

	/* an empty post gets the new generation anyway */
	if (post->slot == 0 || old->state != PROC_RUNNING || old->stopping)
		return;
	/* without a slot for two, the successor starts when the old one has ended */
	if (post->role == ROLE_WORKER && start(post->supervisor, ROLE_WORKER, post, 0, &err) == 0) {
		old->post = NULL;
		drain(old); /* it serves until the successor has had time to open its files */
	} else {
		ask_to_end(old);
	}
}

void children_vacate(struct child_post *post, bool drain_first)
{
	struct child_proc *p = &post->supervisor->procs[post->slot];

	timer_clear(&post->timer);
	if (post->slot == 0)
		return;
	post->slot = 0;
	p->post = NULL;
	if (p->state != PROC_RUNNING || p->stopping)
		return;
	if (drain_first)
		drain(p);
	else
		ask_to_end(p);
}

/* --- deaths --- */

static void log_death(const struct child_proc *p, int status)
{
	const struct region_interface *interfaces = p->supervisor->region->interfaces;
	const char *of = p->ports != NULL ? interfaces[p->ports->port[0].interface].name : "";
	char pid[16], how[80];
	struct log_field fields[] = {{"ROLE", launch_name(p->role)}, {"PID", pid}, {"STATUS", how}};

	atomic_fetch_add(&p->supervisor->region->died[p->role], 1);
	snprintf(pid, sizeof(pid), "%d", (int)p->pid);
	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "was killed by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		snprintf(how, sizeof(how), "ended with status %d", WEXITSTATUS(status));
	log_event(EV_CHILD_DIED, fields, sizeof(fields) / sizeof(fields[0]), "%s %s%s[%s] %s",
		launch_name(p->role), of, of[0] != '\0' ? " " : "", pid, how);
}

static int on_repair_due(sd_event_source *source, uint64_t usec, void *arg);

static unsigned count_repairs(const struct supervisor *sv, enum child_proc_state state)
{
	unsigned n = 0;

	for (uint32_t i = REGION_SLOTS - REPAIR_SLOTS; i < REGION_SLOTS; i++)
		n += sv->procs[i].state == state;
	return n;
}

/* Settles what a dead process has left; until then nobody gets its slot. When too many are at it,
 * it waits for one of them to end. */
static void repair(struct child_proc *dead)
{
	struct supervisor *sv = dead->supervisor;
	struct err err;

	timer_clear(&dead->timer);
	if (count_repairs(sv, PROC_RUNNING) >= REPAIRS_MAX)
		return;
	if (start(sv, ROLE_REPAIR, NULL, slot_of(dead), &err) == 0) {
		dead->repairing = true;
		return;
	}
	log_err(EV_CHILD_FAILED, &err);
	timer_set(sv->event, &dead->timer, backoff_next(&dead->repair_backoff, 0) + 1,
		on_repair_due, dead);
}

static int on_repair_due(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	repair((struct child_proc *)arg);
	return 0;
}

/* A repair has ended. The post gets its successor also if the repair failed: what is left claimed
 * are a few addresses, while nobody serving is an outage. */
static void repaired(struct child_proc *dead, bool done)
{
	struct supervisor *sv = dead->supervisor;
	struct child_post *post = dead->post;

	dead->post = NULL;
	dead->repairing = false;
	if (post != NULL)
		post->slot = 0;
	if (done)
		release(dead);
	else
		timer_set(sv->event, &dead->timer, backoff_next(&dead->repair_backoff, 0) + 1,
			on_repair_due, dead);
	if (post != NULL)
		children_fill(post);
	for (uint32_t i = 1; i < REGION_SLOTS; i++) {
		struct child_proc *p = &sv->procs[i];

		if (p->state == PROC_DEAD && !p->repairing && p->timer == NULL)
			repair(p);
	}
}

static void bury(struct child_proc *p)
{
	struct child_post *post = p->post;
	uint64_t now = clock_mono_ns(), alive_ms = (now - p->started_ns) / CLOCK_NS_PER_MS;

	p->state = PROC_DEAD;
	atomic_store(&p->supervisor->region->slots[slot_of(p)].pid, 0);
	if (post != NULL)
		post->due_ns = now + backoff_next(&post->backoff, alive_ms) * CLOCK_NS_PER_MS;
	repair(p);
}

/* A repair works under the claims of the slot that it settles. It holds one of its own only while
 * it queues an address; if repairs are killed again and again, those few stay behind. */
static bool needs_repair(const struct child_proc *p, int status)
{
	if (p->role == ROLE_READER)
		return false; /* it claims nothing */
	return p->role != ROLE_REPAIR ||
	       (WIFSIGNALED(status) &&
		       count_repairs(p->supervisor, PROC_DEAD) < REPAIR_SLOTS / 2);
}

static void on_end(struct child_proc *p, int status)
{
	struct supervisor *sv = p->supervisor;
	bool done = WIFEXITED(status) && WEXITSTATUS(status) == CHILD_DONE;
	bool expected = p->stopping || p->role == ROLE_LOADER || p->role == ROLE_REPAIR ||
		p->role == ROLE_READER;
	struct child_post *post = p->post;
	enum region_role role = p->role;
	uint32_t repairs = p->repairs;

	timer_clear(&p->timer);
	if (!done || !expected)
		log_death(p, status);
	if (sv->phase != PHASE_STOPPING && role != ROLE_LOADER && !(done && expected) &&
		needs_repair(p, status)) {
		bury(p);
	} else {
		release(p);
		if (post != NULL) {
			post->slot = 0;
			children_fill(post);
		}
	}
	if (sv->phase == PHASE_STOPPING)
		stop_go_on(sv);
	else if (role == ROLE_LOADER)
		start_loaded(sv, done);
	else if (role == ROLE_READER)
		reload_read(sv, done);
	else if (role == ROLE_REPAIR)
		repaired(&sv->procs[repairs], done);
	reload_go_on(sv);
}

void children_reap(struct supervisor *sv)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (uint32_t i = 1; i < REGION_SLOTS; i++) {
			if (sv->procs[i].state == PROC_RUNNING && sv->procs[i].pid == pid) {
				on_end(&sv->procs[i], status);
				break;
			}
		}
	}
}
