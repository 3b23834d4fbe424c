/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ha: the loop. Everything happens in one thread: what the partner sends, what the journal gets,
 * time, and what the operator wants.
 */
#include "ha/ha.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "daemon/conf/model.h"
#include "ha/node.h"
#include "shm/base/clock.h"
#include "shm/base/log.h"
#include "shm/load.h"

#define LOOK_NS (20 * CLOCK_NS_PER_MS) /* between looks at what nobody reports, while it matters   \
					*/
#define SHOW_NS   (100 * CLOCK_NS_PER_MS)
#define RETRY_NS  CLOCK_NS_PER_S /* until a disk that failed is tried again */
#define NS_PER_US 1000

struct ha {
	struct node node;
	sd_event_source *tick, *wake;
	uint64_t shown_ns;
	enum fsm_state shown;
};

/* --- the link --- */

/* Tells the partner by which server identifiers clients know this node, if that is news. */
static void tell_ids(struct node *n)
{
	uint8_t buf[PROTO_HEADER + sizeof(n->told_ids)];
	uint32_t ids[PAIR_IDS] = {0};
	struct wire_writer w;
	size_t count = 0;

	for (uint32_t i = 0; i < atomic_load(&n->region->interfaces_end) && count < PAIR_IDS; i++) {
		ids[count] = atomic_load(&n->region->interfaces[i].address);
		count += ids[count] != 0;
	}
	if (!link_is_up(n->link) || memcmp(ids, n->told_ids, sizeof(ids)) == 0)
		return;
	memcpy(n->told_ids, ids, sizeof(ids));
	proto_begin(&w, buf, sizeof(buf), link_version(n->link), PROTO_IDS);
	proto_write_ids(&w, ids, count);
	link_send_urgent(n->link, buf, proto_end(&w));
}

static void on_up(void *arg)
{
	struct node *n = (struct node *)arg;

	LOG(EV_HA_LINK_UP, "connected with %s", n->ha->peer.name);
	probe_stop(&n->probe);
	n->taken = n->told_taken = 0;
	n->told = false;
	memset(n->told_ids, 0, sizeof(n->told_ids));
	stream_connected(&n->stream);
	node_feed_kind(n, FSM_EVENT_LINK_UP);
}

static void on_frame(void *arg, const struct proto_frame *f)
{
	node_frame((struct node *)arg, f);
}

static void on_drained(void *arg)
{
	node_drained((struct node *)arg);
}

static void on_room(void *arg)
{
	node_go_on((struct node *)arg);
}

static void on_refused(void *arg)
{
	node_feed_kind((struct node *)arg, FSM_EVENT_PARTNER_STOPPED);
}

static void on_down(void *arg, const char *why)
{
	struct node *n = (struct node *)arg;

	LOG(EV_HA_LINK_DOWN, "%s: %s", n->ha->peer.name, why);
	node_feed_kind(n, FSM_EVENT_LINK_DOWN);
	node_stop_streams(n);
	probe_start(&n->probe, n->loop, n->ha->peer.address, n->ha->peer.port,
		n->ha->partner_timeout, on_refused, n);
}

static const struct link_ops link_ops = {
        .up = on_up,
        .frame = on_frame,
        .drained = on_drained,
        .room = on_room,
        .down = on_down,
};

/* --- time, and what others do --- */

/* Whether this node's disk takes writes: workers' commits, and our own after a failure. */
static void look_at_disk(struct node *n)
{
	uint64_t failures = counter_sum(n->region, COUNTER_COMMIT_FAILED);
	uint64_t now = clock_mono_ns();
	struct err err;

	if (failures != n->commit_failures && !n->disk_failed) {
		n->disk_failed = true;
		n->disk_tried_ns = now;
		node_feed_kind(n, FSM_EVENT_DISK_FAILED);
	}
	n->commit_failures = failures;
	if (!n->disk_failed || now - n->disk_tried_ns < RETRY_NS)
		return;
	n->disk_tried_ns = now;
	if (term_write(n->child->state_dir, &n->term, &err) < 0)
		return;
	n->disk_failed = false;
	node_feed_kind(n, FSM_EVENT_DISK_WORKS);
}

static void look_at_clients(struct node *n)
{
	struct clients *c = &n->clients;
	bool gone = c->gone, unanswered = c->unanswered;

	clients_look(c, n->region, n->fsm.partner_end, clock_mono_ns());
	if (c->gone != gone)
		node_feed_kind(n, c->gone ? FSM_EVENT_CLIENTS_GONE : FSM_EVENT_CLIENTS_BACK);
	if (c->unanswered != unanswered)
		node_feed_kind(n, c->unanswered ? FSM_EVENT_UNANSWERED : FSM_EVENT_ANSWERED);
}

static void grant_wish(struct node *n)
{
	static const enum fsm_event_kind kinds[] = {
		[PAIR_WISH_PARTNER_DOWN] = FSM_EVENT_OP_PARTNER_DOWN,
		[PAIR_WISH_MAINTENANCE] = FSM_EVENT_OP_MAINTENANCE,
		[PAIR_WISH_MAINTENANCE_END] = FSM_EVENT_OP_MAINTENANCE_END,
		[PAIR_WISH_HANDOVER] = FSM_EVENT_OP_HANDOVER,
		[PAIR_WISH_RESYNC] = FSM_EVENT_OP_RESYNC,
	};
	uint64_t ticket;
	enum pair_wish wish = pair_wish(n->region, &ticket);

	if (wish != PAIR_WISH_NONE && wish < sizeof(kinds) / sizeof(kinds[0]))
		pair_grant(n->region, ticket, node_feed_kind(n, kinds[wish]));
}

static void set_timer(struct ha *h)
{
	struct node *n = &h->node;
	uint64_t next = fsm_next_ns(&n->fsm), now = clock_mono_ns();
	bool waits = n->quiescing || n->disk_failed || snapshot_is_complete(&n->snapshot);
	uint64_t latest = now + (waits ? LOOK_NS : SHOW_NS);

	sd_event_source_set_time(h->tick, (next < latest ? next : latest) / NS_PER_US + 1);
	sd_event_source_set_enabled(h->tick, SD_EVENT_ONESHOT);
}

/* Changes that came between the last look and `asleep` would not wake us. */
static void fall_asleep(struct node *n)
{
	struct pair *p = &n->region->pair;

	atomic_store(&p->asleep, 1);
	if (n->stream.phase == STREAM_CHANGES &&
		n->stream.next <= atomic_load(&n->region->committed))
		node_go_on(n);
}

/* Before each wait of the loop. */
static int on_prepare(sd_event_source *source, void *arg)
{
	struct ha *h = (struct ha *)arg;
	uint64_t now = clock_mono_ns();

	(void)source;
	if (now - h->shown_ns >= SHOW_NS || h->node.fsm.state != h->shown) {
		node_show(&h->node);
		tell_ids(&h->node);
		h->shown_ns = now;
		h->shown = h->node.fsm.state;
	}
	fall_asleep(&h->node);
	set_timer(h);
	return 0;
}

static int on_tick(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ha *h = (struct ha *)arg;

	(void)source;
	(void)usec;
	node_feed_kind(&h->node, FSM_EVENT_TICK);
	look_at_disk(&h->node);
	look_at_clients(&h->node);
	grant_wish(&h->node);
	if (h->node.failed == 0)
		node_go_on(&h->node);
	return 0;
}

static int on_wake(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct ha *h = (struct ha *)arg;
	uint64_t count;

	(void)source;
	(void)events;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return -errno;
	grant_wish(&h->node);
	if (h->node.failed == 0)
		node_go_on(&h->node);
	return 0;
}

static int on_term(sd_event_source *source, const struct signalfd_siginfo *si, void *arg)
{
	struct ha *h = (struct ha *)arg;

	(void)source;
	(void)si;
	node_say_goodbye(&h->node);
	return sd_event_exit(h->node.loop, h->node.failed != 0 ? CHILD_FAILED : CHILD_DONE);
}

/* --- the process --- */

/* A predecessor was killed while it filled the table. */
static int refill(struct node *n)
{
	const struct timespec pause = {0, 10 * (long)CLOCK_NS_PER_MS};
	struct leasedb *db = NULL;
	int rc, lock = -EBUSY;

	if (atomic_load(&n->region->pair.refill) == 0)
		return 0;
	rc = leasedb_open(n->child->state_dir, &db, &n->err);
	while (rc == 0 && (lock = leasedb_lock(n->child->state_dir, &n->err)) == -EBUSY)
		nanosleep(&pause, NULL); /* the store's turn does not last */
	if (rc == 0 && lock < 0)
		rc = lock;
	if (rc == 0)
		rc = load_finish_switch(db, n->journal, &n->err);
	if (rc == 0)
		rc = load_refill(n->child, db, n->journal, &n->err);
	if (lock >= 0)
		leasedb_unlock(lock);
	leasedb_close(db);
	return rc;
}

static int open_store(struct node *n)
{
	const struct child *c = n->child;
	uint64_t first, last;
	int rc = journal_open(c->state_dir, &n->journal, &n->err);

	if (rc == 0)
		rc = refill(n);
	if (rc == 0)
		rc = journal_bounds(n->journal, &first, &last, &n->err);
	if (rc == 0)
		rc = term_read(c->state_dir, &n->term, &n->err);
	if (rc == 0)
		rc = term_add_runs(&n->term, n->journal, first, last, &n->err);
	if (rc < 0)
		return rc;
	n->term.incarnation++;
	n->apply = apply_new(c, n->journal);
	n->suffix.commit = commit_new(c, n->journal);
	if (n->apply == NULL || n->suffix.commit == NULL)
		return err_set(&n->err, -ENOMEM, NULL, "out of memory");
	n->suffix.child = n->snapshot.child = c;
	n->suffix.journal = n->journal;
	n->suffix.fsm = &n->fsm;
	n->snapshot.journal = n->stream.journal = n->journal;
	n->stream.region = c->region;
	n->stream.state_dir = c->state_dir;
	n->commit_failures = counter_sum(c->region, COUNTER_COMMIT_FAILED);
	node_raise_committed(n, last);
	return term_write(c->state_dir, &n->term, &n->err);
}

static int make_loop(struct ha *h)
{
	struct node *n = &h->node;
	sigset_t mask;
	int rc = sd_event_new(&n->loop);

	child_signals(&mask); /* SIGTERM is blocked: the loop reads it */
	if (rc >= 0)
		rc = sd_event_add_signal(n->loop, NULL, SIGTERM, on_term, h);
	if (rc >= 0)
		rc = sd_event_add_time(n->loop, &h->tick, CLOCK_BOOTTIME, 0, 1, on_tick, h);
	if (rc >= 0)
		rc = sd_event_add_io(n->loop, &h->wake, n->child->wake_fd, EPOLLIN, on_wake, h);
	if (rc >= 0)
		rc = sd_event_source_set_prepare(h->wake, on_prepare);
	return rc < 0 ? err_set(&n->err, rc, NULL, "event loop: %s", strerror(-rc)) : 0;
}

static int run(struct ha *h)
{
	struct node *n = &h->node;
	int rc = make_loop(h);

	if (rc == 0)
		rc = open_store(n);
	if (rc == 0)
		rc = link_new(n->loop, n->ha, n->child->listen_fd, &link_ops, n, &n->link, &n->err);
	n->stream.link = n->link;
	if (rc == 0)
		rc = node_begin(n);
	if (rc == 0)
		rc = sd_event_loop(n->loop);
	if (rc < 0 && n->failed == 0)
		log_err(EV_HA_FAILED, &n->err);
	return rc != 0 || n->failed != 0 ? CHILD_FAILED : CHILD_DONE;
}

int ha_run(const struct child *c)
{
	struct ha *h = (struct ha *)calloc(1, sizeof(*h));
	struct authority_change silent = {.mode = AUTHORITY_SILENT};
	struct node *n;
	int status;

	if (h == NULL)
		return CHILD_FAILED;
	n = &h->node;
	n->child = c;
	n->region = c->region;
	n->ha = c->model->ha;
	silent.node = n->ha->standby ? 1 : 0;
	silent.mclt_s = n->ha->mclt;
	authority_publish(&c->region->pair.authority, &silent);
	status = run(h);
	probe_stop(&n->probe);
	link_free(n->link);
	stream_stop(&n->stream);
	snapshot_stop(&n->snapshot);
	apply_free(n->apply);
	suffix_stop(&n->suffix);
	commit_free(n->suffix.commit);
	journal_close(n->journal);
	sd_event_source_unref(h->tick);
	sd_event_source_unref(h->wake);
	sd_event_unref(n->loop);
	free(h);
	return status;
}
