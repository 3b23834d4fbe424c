/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage: see stage.h.
 */
#include "tests/unit/workers/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workers/classify.h"

static void hear(void *arg, bool is_error, const char *line)
{
	(void)arg;
	(void)is_error;
	fprintf(stderr, "%s\n", line);
}

static void load(struct stage *s, const char *conf)
{
	char path[80];
	FILE *f;

	snprintf(path, sizeof(path), "%s/t.conf", s->dir);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	fprintf(f, "interfaces-config = { interfaces = [ \"eth0\" ]; };\n%s", conf);
	fclose(f);
	s->model = model_load(path, hear, NULL);
	cr_assert_not_null(s->model);
}

struct stage *stage_new(const char *conf)
{
	struct stage *s = (struct stage *)calloc(1, sizeof(*s));
	struct err err = {0};

	cr_assert_not_null(s);
	strcpy(s->dir, "/tmp/lessor-unit-XXXXXX");
	cr_assert_not_null(mkdtemp(s->dir));
	load(s, conf);
	cr_assert_eq(region_create(s->model->total_addresses, 0, &s->region, &err), 0);
	s->pools.n = s->model->n_pools;
	s->pools.v = (struct pool_range *)calloc(s->pools.n + 1, sizeof(*s->pools.v));
	for (size_t i = 0; i < s->pools.n; i++) {
		s->pools.v[i].start = s->model->pools[i]->start;
		s->pools.v[i].end = s->model->pools[i]->end;
	}
	cr_assert_eq(pool_build(s->region, &s->pools, &err), 0);
	cr_assert_eq(journal_open(s->dir, &s->journal, &err), 0, "%s", err.text);
	atomic_store(&s->region->interfaces_end, 1);
	atomic_store(&s->region->interfaces[0].state, INTERFACE_READY);
	atomic_store(&s->region->interfaces[0].address, STAGE_SERVER);
	s->child = (struct child){.slot = 1, .region = s->region, .model = s->model,
		.pools = &s->pools, .state_dir = s->dir, .port = {.packet_fd = 0}};
	s->ctx = (struct context){.child = &s->child, .region = s->region, .model = s->model,
		.commit = commit_new(&s->child, s->journal),
		.classify = classify_new(s->model), .now = STAGE_NOW,
		.server_ip = STAGE_SERVER, .mtu = 1500, .interface = "eth0"};
	s->q.ctx = &s->ctx;
	return s;
}

void stage_free(struct stage *s)
{
	char command[128];

	commit_free(s->ctx.commit);
	classify_free(s->ctx.classify);
	journal_close(s->journal);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->dir);
	cr_assert_eq(system(command), 0);
	region_free(s->region);
	free(s->pools.v);
	model_free(s->model);
	free(s);
}

void stage_set(struct stage *s, size_t at, uint32_t v)
{
	wire_set_be32(s->octets + at, v);
}

void stage_begin(struct stage *s, uint8_t type, uint32_t k)
{
	memset(s->octets, 0, MSG_OPTIONS);
	memcpy(s->octets, "\1\1\6", 3);
	stage_set(s, 4, 0x12345678);
	wire_set_be32(s->octets + 30, k); /* chaddr: 02:00 and k */
	s->octets[28] = 2;
	stage_set(s, 236, 0x63825363);
	s->len = MSG_OPTIONS;
	s->q.packet = (struct packet){.dst_ip = UINT32_MAX, .src_port = 68};
	memcpy(s->q.packet.src_mac, s->octets + 28, 6);
	stage_opt(s, OPT_MESSAGE_TYPE, &type, 1);
}

void stage_opt(struct stage *s, uint8_t code, const void *data, size_t len)
{
	s->octets[s->len] = code;
	s->octets[s->len + 1] = (uint8_t)len;
	memcpy(s->octets + s->len + 2, data, len);
	s->len += 2 + len;
}

void stage_opt_be32(struct stage *s, uint8_t code, uint32_t v)
{
	uint8_t octets[4];

	wire_set_be32(octets, v);
	stage_opt(s, code, octets, sizeof(octets));
}

enum verdict stage_walk(struct stage *s)
{
	s->octets[s->len] = OPT_END;
	s->q.packet.payload = span_of(s->octets, s->len + 1);
	return path_walk(&s->q, false);
}

void stage_commit(struct stage *s)
{
	struct err err = {0};

	cr_assert_eq(commit_run(s->ctx.commit, &err), 0, "%s", err.text);
}

void stage_lease(struct stage *s, uint32_t k, uint32_t address)
{
	stage_begin(s, MSG_REQUEST, k);
	stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, address);
	cr_assert_eq(stage_walk(s), VERDICT_HOLD);
	cr_assert_eq(s->q.answer, MSG_ACK);
	cr_assert_eq(s->q.address, address);
	stage_commit(s);
}

uint8_t stage_state(const struct stage *s, uint32_t address)
{
	uint32_t rec = table_find(s->region, address);

	return rec == TABLE_NONE ? TABLE_FREE : table_record(s->region, rec)->state;
}
