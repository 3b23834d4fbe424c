/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: sets up a worker's context on a shadow of the region, and walks.
 */
#include "workers/explain.h"

#include <errno.h>
#include <string.h>

#include "shm/base/clock.h"
#include "shm/base/log.h"
#include "shm/rights.h"
#include "workers/batch.h"
#include "workers/classify.h"
#include "workers/path.h"
#include "workers/reply.h"

_Static_assert(EXPLAIN_SIZE == ANSWER_SIZE, "an answer has to fit");

static void walk(struct explain *e)
{
	struct answer answer;

	log_mute(true);
	e->verdict = path_walk(&e->q, false);
	if (explain_has_answer(e)) {
		reply_make(&e->q, &answer);
		e->len = answer.len;
		memcpy(e->message, answer.message, answer.len);
		opt_table_init(&e->sent);
		/* more codes than the table keeps are cut off */
		opt_table_add(&e->sent, span_of(e->message + MSG_OPTIONS, e->len - MSG_OPTIONS));
	}
	log_mute(false);
}

int explain_run(struct explain *e, const struct child *c, const struct packet *p,
	uint32_t interface, const struct model_classes *given, struct err *err)
{
	const struct region_interface *i = &c->region->interfaces[interface];
	int rc = shadow_open(&e->shadow, c, err);

	if (rc < 0)
		return rc;
	e->ctx = (struct context){.child = &e->shadow.child,
		.region = e->shadow.child.region,
		.model = c->model,
		/* without a journal: what it gathers is thrown away */
		.commit = commit_new(&e->shadow.child, NULL),
		.classify = classify_new(c->model),
		.rules = rights_rules(c->region),
		.now = clock_wall_s(),
		.now_ns = clock_mono_ns(),
		.server_ip = atomic_load_explicit(&i->address, memory_order_relaxed),
		.mtu = atomic_load_explicit(&i->mtu, memory_order_relaxed),
		.interface = i->name,
		.given = *given};
	if (e->ctx.commit == NULL || e->ctx.classify == NULL) {
		explain_fini(e);
		return err_set(err, -ENOMEM, NULL, "no memory to explain a packet");
	}
	/* what a silent node would answer if it served */
	if (authority_mode(e->ctx.rules) == AUTHORITY_SILENT)
		e->ctx.rules = 0;
	commit_under(e->ctx.commit, e->ctx.rules);
	e->q.ctx = &e->ctx;
	e->q.packet = *p;
	walk(e);
	return 0;
}

void explain_fini(struct explain *e)
{
	commit_free(e->ctx.commit);
	classify_free(e->ctx.classify);
	shadow_close(&e->shadow);
}
