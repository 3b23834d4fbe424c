/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: see reader.h. Called by children.c in the child, and by reload.c in the supervisor. A
 * text that asks for too much memory or time ends this process and nothing else.
 */
#include "daemon/reader.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/conf/model.h"
#include "daemon/control/ask.h"
#include "daemon/reader_change.h"
#include "daemon/reader_edit.h"
#include "daemon/sandbox.h"
#include "shm/base/log.h"
#include "shm/base/sealed.h"
#include "shm/host.h"

#define RESULT_MAX ((size_t)256 << 20)
#define MEMORY_MAX ((rlim_t)2 << 30) /* 16 million values, the most that JSON may have, fit */
#define TIME_MAX_S 60

/* In front of the texts, each of which has a NUL at its end, that counts. */
struct head {
	uint32_t failed, reserved;
	uint64_t text_len, config_len, hosts_len;
};

struct stream {
	FILE *f;
	char *text;
	size_t len;
};

static void limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit r;

	if (getrlimit(resource, &r) < 0)
		return;
	if (r.rlim_max != RLIM_INFINITY && r.rlim_max < most)
		most = r.rlim_max;
	r.rlim_cur = r.rlim_max = most;
	setrlimit(resource, &r);
}

static void say(void *arg, bool is_error, const char *line)
{
	const struct stream *s = (const struct stream *)arg;
	long at = ftell(s->f);

	if (at < 0 || (size_t)at + strlen(line) + 16 > ASK_TEXT_MAX)
		return;
	fprintf(s->f, "%s%s%s", at > 0 ? "\n" : "", is_error ? "" : "warning: ", line);
}

/* An edit is answered with its own text: warnings about the rest are not its client's. */
static void say_error(void *arg, bool is_error, const char *line)
{
	if (is_error)
		say(arg, true, line);
}

static int put(int fd, const void *data, size_t len)
{
	const char *p = (const char *)data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_result(int fd, enum answer_result failed, struct stream *text,
	struct stream *config, struct stream *hosts)
{
	struct stream *const all[] = {text, config, hosts};
	struct head head = {.failed = failed};
	int rc = 0;

	/* the NUL behind each stream's text goes along */
	for (int i = 0; i < 3; i++)
		if (fputc('\0', all[i]->f) == EOF || fflush(all[i]->f) != 0)
			return -ENOMEM;
	head.text_len = text->len;
	head.config_len = config->len;
	head.hosts_len = hosts->len;
	rc = put(fd, &head, sizeof(head));
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = put(fd, all[i]->text, all[i]->len);
	return rc;
}

/* Where reservations go, and how many have gone. */
struct counted {
	FILE *f;
	size_t len;
};

static int print_host(void *arg, const struct change *c)
{
	struct counted *s = (struct counted *)arg;
	char key[2 * HOST_KEY_MAX + 1] = "";

	for (size_t i = 0; i < c->host_key.len; i++)
		snprintf(key + 2 * i, 3, "%02x", c->host_key.p[i]);
	fprintf(s->f, "%s{\"key\": \"%s\", \"subnet-id\": %u, \"host\": %.*s}",
		s->len++ > 0 ? ", " : "", key, wire_be32(c->host_key.p), (int)c->host.len,
		(const char *)c->host.p);
	return 0;
}

static int print_hosts(const char *state_dir, FILE *f, size_t *ret_n, struct err *err)
{
	struct counted s = {f, 0};
	struct journal *journal;
	int rc = journal_open(state_dir, &journal, err);

	if (rc < 0)
		return rc;
	fprintf(f, "{\"hosts\": [");
	rc = host_each(state_dir, journal, print_host, &s, err);
	fprintf(f, "]}");
	journal_close(journal);
	*ret_n = s.len;
	return rc;
}

int reader_write_hosts(const char *state_dir, int fd, size_t *ret_n, struct err *err)
{
	FILE *f = fdopen(fd, "w");
	int rc;

	if (f == NULL)
		return err_set(err, -errno, NULL, "out of memory");
	rc = print_hosts(state_dir, f, ret_n, err);
	if (fclose(f) != 0 && rc == 0)
		rc = err_set(err, -errno, NULL, "the reservations cannot be handed on");
	return rc;
}

static void ignore(void *arg, size_t i, const char *why)
{
	(void)arg;
	(void)i;
	(void)why;
}

/* Reads a configuration; false: it has mistakes, which are in text. */
static bool check(const struct child *c, const char *sent, struct stream *text,
	struct stream *config, const char *hosts)
{
	struct model_source from = {.file = "Dhcp4", .text = sent, .hosts = hosts,
		.trial = c->task == ASK_TEST, .left_out = ignore};
	struct model *model = model_read_command(
		&from, config->f, c->task == ASK_EDIT ? say_error : say, text);

	model_free(model);
	return model != NULL;
}

/* The same for what the client sent. */
static bool read_command(
	const struct child *c, struct stream *text, struct stream *config, const char *hosts)
{
	char *sent;
	size_t len;
	int rc = sealed_read(c->in_fd, READER_INPUT_MAX, &sent, &len);
	bool good;

	if (rc < 0) {
		fprintf(text->f, "the configuration cannot be read: %s", strerror(-rc));
		return false;
	}
	good = check(c, sent, text, config, hosts);
	free(sent);
	return good;
}

/* Changes the configuration in force by the client's command. */
static enum answer_result edit(const struct child *c, struct stream *text,
	struct stream *config, const char *hosts)
{
	char *changed, *told;
	enum answer_result result = reader_edit(c, &changed, &told);

	if (told == NULL || (result == ANSWER_SUCCESS && changed == NULL)) {
		fprintf(text->f, "out of memory");
		result = ANSWER_ERROR;
	} else if (result == ANSWER_SUCCESS && !check(c, changed, text, config, hosts)) {
		result = ANSWER_ERROR;
	} else {
		fprintf(text->f, "%s", told);
	}
	free(changed);
	free(told);
	return result;
}

static int work(const struct child *c, struct stream *text, struct stream *config,
	struct stream *hosts)
{
	struct err err = {0};
	enum answer_result result = ANSWER_SUCCESS;
	size_t n;

	if (print_hosts(c->state_dir, hosts->f, &n, &err) < 0 || fflush(hosts->f) != 0) {
		log_err(EV_CHILD_FAILED, &err);
		return -EIO;
	}
	if (c->task == ASK_HOSTS) {
		if (!reader_change(c, hosts->text, text->f))
			result = ANSWER_ERROR;
		fclose(hosts->f); /* a shorter list does not cut the longer one */
		free(hosts->text);
		hosts->f = open_memstream(&hosts->text, &hosts->len);
		if (hosts->f == NULL || print_hosts(c->state_dir, hosts->f, &n, &err) < 0)
			return -EIO;
	}
	if ((c->task == ASK_TEST || c->task == ASK_SET) &&
		!read_command(c, text, config, hosts->text))
		result = ANSWER_ERROR;
	if (c->task == ASK_EDIT)
		result = edit(c, text, config, hosts->text);
	return write_result(c->out_fd, result, text, config, hosts);
}

static void stream_close(struct stream *s)
{
	if (s->f != NULL)
		fclose(s->f);
	free(s->text);
}

int reader_run(const struct child *c)
{
	struct stream text = {0}, config = {0}, hosts = {0};
	int rc = -ENOMEM;

	if (!SANDBOX_SANITIZED) /* their shadow memory counts, too */
		limit(RLIMIT_DATA, MEMORY_MAX);
	limit(RLIMIT_CPU, TIME_MAX_S);
	text.f = open_memstream(&text.text, &text.len);
	config.f = open_memstream(&config.text, &config.len);
	hosts.f = open_memstream(&hosts.text, &hosts.len);
	if (text.f != NULL && config.f != NULL && hosts.f != NULL)
		rc = work(c, &text, &config, &hosts);
	if (rc < 0)
		LOG(EV_CHILD_FAILED, "a configuration cannot be checked: %s", strerror(-rc));
	stream_close(&text);
	stream_close(&config);
	stream_close(&hosts);
	return rc < 0 ? CHILD_FAILED : CHILD_DONE;
}

/* Cuts the next text of len octets, NUL included, from the front of *p. NULL: it is none. */
static const char *cut(char **p, size_t *left, uint64_t len)
{
	char *text = *p;

	if (len == 0 || len > *left || text[len - 1] != '\0')
		return NULL;
	*p += len;
	*left -= len;
	return text;
}

int reader_result_take(int fd, struct reader_result *ret)
{
	struct reader_result r = {0};
	struct head head;
	size_t left;
	char *p;
	int rc = sealed_read_any(fd, RESULT_MAX, &r.memory, &left);

	if (rc < 0)
		return rc;
	if (left >= sizeof(head)) {
		memcpy(&head, r.memory, sizeof(head));
		p = r.memory + sizeof(head);
		left -= sizeof(head);
		r.failed = head.failed;
		r.text = cut(&p, &left, head.text_len);
		r.config = cut(&p, &left, head.config_len);
		r.hosts = cut(&p, &left, head.hosts_len);
	}
	if (r.text == NULL || r.config == NULL || r.hosts == NULL) {
		free(r.memory);
		return -EBADMSG;
	}
	*ret = r;
	return 0;
}

void reader_result_fini(struct reader_result *r)
{
	free(r->memory);
}
