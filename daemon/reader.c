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
#include "shm/base/log.h"
#include "shm/base/sealed.h"

#define RESULT_MAX ((size_t)256 << 20)
#define MEMORY_MAX ((rlim_t)2 << 30) /* 16 million values, the most that JSON may have, fit */
#define TIME_MAX_S 60

/* In front of the texts, each of which has a NUL at its end, that counts. */
struct head {
	uint32_t failed, reserved;
	uint64_t text_len, config_len;
};

struct stream {
	FILE *f;
	char *text;
	size_t len;
};

static void limit(int resource, rlim_t most)
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

static int write_result(int fd, bool failed, struct stream *text, struct stream *config)
{
	struct head head = {.failed = failed};
	int rc;

	/* the NUL behind each stream's text goes along */
	if (fputc('\0', text->f) == EOF || fputc('\0', config->f) == EOF ||
		fflush(text->f) != 0 || fflush(config->f) != 0)
		return -ENOMEM;
	head.text_len = text->len;
	head.config_len = config->len;
	rc = put(fd, &head, sizeof(head));
	if (rc == 0)
		rc = put(fd, text->text, text->len);
	return rc == 0 ? put(fd, config->text, config->len) : rc;
}

/* Reads what the client sent; false: it has mistakes, which are in text. */
static bool read_command(const struct child *c, struct stream *text, struct stream *config)
{
	struct model_source from = {.file = "Dhcp4"};
	struct model *model;
	char *sent;
	size_t len;
	int rc = sealed_read(c->in_fd, READER_INPUT_MAX, &sent, &len);

	if (rc < 0) {
		fprintf(text->f, "the configuration cannot be read: %s", strerror(-rc));
		return false;
	}
	from.text = sent;
	model = model_read_command(&from, config->f, say, text);
	model_free(model);
	free(sent);
	return model != NULL;
}

int reader_run(const struct child *c)
{
	struct stream text = {0}, config = {0};
	int rc = -ENOMEM;
	bool good;

	limit(RLIMIT_DATA, MEMORY_MAX);
	limit(RLIMIT_CPU, TIME_MAX_S);
	text.f = open_memstream(&text.text, &text.len);
	config.f = open_memstream(&config.text, &config.len);
	if (text.f != NULL && config.f != NULL) {
		good = read_command(c, &text, &config);
		rc = write_result(c->out_fd, !good, &text, &config);
	}
	if (rc < 0)
		LOG(EV_CHILD_FAILED, "a configuration cannot be checked: %s", strerror(-rc));
	return rc < 0 ? CHILD_FAILED : CHILD_DONE;
}

int reader_result_take(int fd, struct reader_result *ret)
{
	struct head head;
	size_t len, left;
	char *memory, *text;
	int rc = sealed_read_any(fd, RESULT_MAX, &memory, &len);

	if (rc < 0)
		return rc;
	if (len < sizeof(head))
		goto bad;
	memcpy(&head, memory, sizeof(head));
	text = memory + sizeof(head);
	left = len - sizeof(head);
	if (head.text_len == 0 || head.config_len == 0 || head.text_len > left ||
		head.config_len != left - head.text_len || text[head.text_len - 1] != '\0')
		goto bad;
	*ret = (struct reader_result){.failed = head.failed, .text = text,
		.config = text + head.text_len, .config_len = head.config_len - 1,
		.memory = memory};
	return 0;
bad:
	free(memory);
	return -EBADMSG;
}

void reader_result_fini(struct reader_result *r)
{
	free(r->memory);
}
