/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: see server.h.
 */
#include "tests/unit/control/server.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/carry.h"

static const char config[] =
	"interfaces-config = { interfaces = [ \"lo\" ]; };\n"
	"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; pools = (\n"
	"    { pool = \"192.0.2.10 - 192.0.2.19\"; }, { pool = \"192.0.2.30 - 192.0.2.39\"; },\n"
	"    { pool = \"192.0.2.50 - 192.0.2.54\"; pool-id = 7; } ); },\n"
	"  { id = 1001; subnet = \"203.0.113.0/24\"; } );\n"
	"shared-networks = ( { name = \"floor\"; subnet4 = ( { id = 9;\n"
	"    subnet = \"198.51.100.0/24\";\n"
	"    pools = ( { pool = \"198.51.100.1 - 198.51.100.100\"; } ); } ); } );\n";

static void complain(void *arg, bool is_error, const char *line)
{
	(void)arg;
	cr_assert(!is_error, "%s", line);
}

static void load_model(struct server *s)
{
	char file[96];
	FILE *f;

	snprintf(file, sizeof(file), "%s/l.conf", s->dir);
	f = fopen(file, "w");
	cr_assert(f != NULL && fputs(config, f) >= 0 && fclose(f) == 0);
	s->model = model_load(file, complain, NULL);
	cr_assert(s->model != NULL);
	s->pools.n = s->model->n_pools;
	s->pools.v = (struct pool_range *)calloc(s->pools.n, sizeof(*s->pools.v));
	for (size_t i = 0; i < s->pools.n; i++) {
		s->pools.v[i].start = s->model->pools[i]->start;
		s->pools.v[i].end = s->model->pools[i]->end;
	}
}

void server_init(struct server *s)
{
	struct region *r;
	struct err err;
	int pair[2];

	*s = (struct server){.dir = "/tmp/lessor-control-XXXXXX"};
	cr_assert(mkdtemp(s->dir) != NULL);
	load_model(s);
	cr_assert(region_create(s->model->total_addresses, 0, &r, &err) == 0, "%s", err.text);
	cr_assert(pool_build(r, &s->pools, &err) == 0);
	cr_assert(journal_open(s->dir, &s->journal, &err) == 0, "%s", err.text);
	atomic_store(&r->reloaded_s, r->started_s);
	s->child = (struct child){.slot = 3, .region = r, .model = s->model, .pools = &s->pools,
		.state_dir = s->dir, .run_dir = s->dir, .listen_fd = -1};
	s->control.child = &s->child;
	s->control.commit = commit_new(&s->child, s->journal);
	cr_assert(s->control.commit != NULL && usage_init(&s->control.usage, &s->child) == 0);
	/* a supervisor that is gone */
	cr_assert(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0 && close(pair[0]) == 0);
	s->child.supervisor_fd = pair[1];
	cr_assert(sd_event_new(&s->loop) >= 0 && ask_start(s->loop, pair[1], &s->control.ask) >= 0);
}

void server_fini(struct server *s)
{
	char command[96];

	server_expect(s, NULL, 0, NULL);
	ask_stop(s->control.ask);
	sd_event_unref(s->loop);
	close(s->child.supervisor_fd);
	usage_fini(&s->control.usage);
	commit_free(s->control.commit);
	journal_close(s->journal);
	region_free(s->child.region);
	free(s->pools.v);
	model_free(s->model);
	snprintf(command, sizeof(command), "rm -r %s", s->dir);
	cr_assert(system(command) == 0);
}

static void put(struct server *s, const struct lease *l)
{
	uint32_t rec = table_attach(s->child.region, l->address, s->child.slot);

	cr_assert(rec != TABLE_NONE && commit_put(s->control.commit, rec, l) == 0);
}

static void commit(struct server *s)
{
	struct err err;

	cr_assert(commit_run(s->control.commit, &err) == 0, "%s", err.text);
	s->control.usage.counted_ns = 0;
}

static struct lease lease_of(uint32_t address, uint32_t subnet_id)
{
	return (struct lease){.address = address, .subnet_id = subnet_id, .cltt = clock_wall_s(),
		.valid_lft = 4000, .htype = 1, .hlen = 6,
		.hwaddr = {2, 0, 0, 0, 0, (uint8_t)address}};
}

void server_lease(struct server *s, const char *address, uint32_t subnet_id,
	void (*change)(struct lease *l))
{
	struct lease l;
	uint32_t ip;

	cr_assert(text_parse_ip(address, &ip) == 0);
	l = lease_of(ip, subnet_id);
	if (change != NULL)
		change(&l);
	put(s, &l);
	commit(s);
}

void server_many(struct server *s, uint32_t address, uint32_t n, uint32_t subnet_id)
{
	for (uint32_t i = 0; i < n; i++) {
		struct lease l = lease_of(address + i, subnet_id);

		put(s, &l);
		if (i % COMMIT_MAX == COMMIT_MAX - 1)
			commit(s);
	}
	commit(s);
}

void server_carry(struct server *s)
{
	struct err err;

	cr_assert(carry_run(s->child.region, s->journal, s->dir, NULL, true, &err) >= 0, "%s", err.text);
}

json_t *server_ask(struct server *s, const char *request)
{
	static const struct timespec pause = {0, 1000000};
	enum answer_progress progress;
	struct answer a = {0};
	char text[4096];
	size_t len = strlen(request);
	json_error_t error;
	json_t *answer, *command;

	cr_assert(len < sizeof(text));
	for (size_t i = 0; i <= len; i++)
		text[i] = (char)(request[i] == '\'' ? '"' : request[i]);
	command = command_parse(text, len, &a);
	if (command != NULL)
		command_run(&s->control, command, &a);
	json_decref(command);
	progress = a.more == NULL ? ANSWER_DONE : ANSWER_MORE;
	while (progress != ANSWER_DONE) {
		progress = a.more(&a);
		if (progress == ANSWER_WAIT)
			nanosleep(&pause, NULL);
	}
	answer = json_loadb(a.out.buf + a.out.start, out_waiting(&a.out), 0, &error);
	cr_assert(answer != NULL, "%s: answer: %s: %.*s", request, error.text,
		(int)out_waiting(&a.out), a.out.buf + a.out.start);
	answer_fini(&a);
	return answer;
}

const json_t *server_expect(struct server *s, const char *request, int result, const char *text)
{
	static json_t *answer;
	const char *found;

	json_decref(answer);
	answer = NULL;
	if (request == NULL)
		return NULL;
	answer = server_ask(s, request);
	found = json_string_value(json_object_get(answer, "text"));
	cr_expect_eq(json_integer_value(json_object_get(answer, "result")), result,
		"%s: result %d: %s", request,
		(int)json_integer_value(json_object_get(answer, "result")),
		found != NULL ? found : "");
	if (text != NULL)
		cr_expect(found != NULL && strcmp(found, text) == 0, "%s: text: %s", request,
			found != NULL ? found : "none");
	else if (result == ANSWER_SUCCESS)
		cr_expect(found == NULL, "%s: text: %s", request, found);
	return json_object_get(answer, "arguments");
}
