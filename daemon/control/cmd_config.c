/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_config: the configuration as a whole. What changes it is done by the supervisor; the answer
 * comes when the new generation serves, or with every mistake.
 */
#include "daemon/control/command.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/conf/model.h"
#include "daemon/control/packed.h"
#include "daemon/control/supervised.h"

#define DONE "Configuration successful."

/* --- config-get --- */

struct getting {
	const struct child *child;
	off_t at; /* in the text; 0: nothing is said yet */
};

/* What clients look for to know which commands there are. */
static const char built_in[] = "\"hooks-libraries\": [{\"library\": \"libdhcp_lease_cmds.so\"}, "
	"{\"library\": \"libdhcp_stat_cmds.so\"}, {\"library\": \"libdhcp_host_cmds.so\"}, "
	"{\"library\": \"libdhcp_subnet_cmds.so\"}, {\"library\": \"libdhcp_class_cmds.so\"}], ";

static enum answer_progress get_more(struct answer *a)
{
	struct getting *g = (struct getting *)a->state;
	struct out *o = &a->out;
	char piece[65536];
	ssize_t n;

	if (g->at == 0) {
		answer_begin(a);
		out_open(o, '{');
		out_key(o, "Dhcp4");
		out_text(o, "{", 1);
		out_text(o, built_in, sizeof(built_in) - 1);
		g->at = 1; /* behind the map's own bracket */
	}
	n = pread(g->child->config_fd, piece, sizeof(piece), g->at);
	if (n < 0) {
		o->failed = true;
		return ANSWER_DONE;
	}
	if (n > 0) {
		out_text(o, piece, (size_t)n);
		g->at += n;
		return ANSWER_MORE;
	}
	o->comma = true;
	out_key_string(o, "hash", g->child->model->hash);
	out_close(o, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
	return ANSWER_DONE;
}

void cmd_config_get(struct control *ctl, const json_t *args, struct answer *a)
{
	struct getting *g = (struct getting *)answer_stream(a, get_more, sizeof(*g));

	(void)args;
	if (g != NULL)
		g->child = ctl->child;
}

/* --- config-test, config-set, config-reload --- */

static void in_force(const struct supervised *s, const struct ask_answer *answer, struct answer *a)
{
	(void)s;
	answer_begin(a);
	out_open(&a->out, '{');
	out_key_string(&a->out, "hash", answer->hash);
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, DONE);
}

static void tested(const struct supervised *s, const struct ask_answer *answer, struct answer *a)
{
	(void)s;
	answer_text(a, ANSWER_SUCCESS, "The configuration can be used. Not checked: whether "
		"interfaces, files and the other server are there.%s%s",
		answer->text[0] != '\0' ? "\n" : "", answer->text);
}

/* The value of Dhcp4; NULL: there is something wrong with the arguments, which the answer says. */
static const json_t *config_of(const json_t *args, struct answer *a)
{
	const json_t *config = json_object_get(args, "Dhcp4");
	json_t *value;
	const char *key;

	if (args == NULL || !json_is_object(args))
		answer_text(a, ANSWER_ERROR, "Missing mandatory 'arguments' parameter.");
	else if (config == NULL)
		answer_text(a, ANSWER_ERROR, "Missing mandatory 'Dhcp4' parameter.");
	else if (!json_is_object(config))
		answer_text(a, ANSWER_ERROR, "'Dhcp4' parameter expected to be a map.");
	else
		json_object_foreach((json_t *)args, key, value)
			if (strcmp(key, "Dhcp4") != 0) {
				answer_text(a, ANSWER_ERROR, "Unsupported '%s' parameter.", key);
				return NULL;
			}
	return a->out.end > 0 ? NULL : config;
}

static void send_config(struct control *ctl, const json_t *args, enum ask_kind kind,
	supervised_fn *done, struct answer *a)
{
	const json_t *config = config_of(args, a);
	struct supervised s = {.ctl = ctl, .request = {.kind = kind}, .failed = "", .done = done};

	if (config == NULL)
		return;
	s.fd = packed_new("configuration", json_pack("{s:O}", "Dhcp4", config));
	if (s.fd < 0)
		answer_text(a, ANSWER_ERROR, "%s", strerror(-s.fd));
	else
		supervised_start(&s, a);
}

void cmd_config_test(struct control *ctl, const json_t *args, struct answer *a)
{
	send_config(ctl, args, ASK_TEST, tested, a);
}

void cmd_config_set(struct control *ctl, const json_t *args, struct answer *a)
{
	send_config(ctl, args, ASK_SET, in_force, a);
}

void cmd_config_reload(struct control *ctl, const json_t *args, struct answer *a)
{
	struct supervised s = {.ctl = ctl, .request = {.kind = ASK_RELOAD}, .fd = -1,
		.failed = "Config reload failed: ", .done = in_force};

	(void)args;
	supervised_start(&s, a);
}

/* --- config-write --- */

static void written(const struct supervised *s, const struct ask_answer *answer, struct answer *a)
{
	const char *name = s->request.name;

	answer_begin(a);
	out_open(&a->out, '{');
	out_key_int(&a->out, "size", (int64_t)answer->size);
	out_key_string(&a->out, "filename",
		name[0] != '\0' ? name : s->ctl->child->model->file);
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, "Configuration written successfully");
}

void cmd_config_write(struct control *ctl, const json_t *args, struct answer *a)
{
	struct supervised s = {.ctl = ctl, .request = {.kind = ASK_WRITE}, .fd = -1,
		.failed = "Error during config-write: ", .done = written};
	const json_t *name = json_object_get(args, "filename");
	const char *text = json_string_value(name);

	if (name != NULL && (text == NULL || text[0] == '\0' ||
			strlen(text) >= sizeof(s.request.name))) {
		answer_text(a, ANSWER_ERROR, "'filename' is no name of a file");
		return;
	}
	if (text != NULL)
		strcpy(s.request.name, text);
	supervised_start(&s, a);
}
