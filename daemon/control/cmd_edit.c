/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_edit: parts of the configuration: subnets, shared networks, classes, interfaces. What shows
 * them is done here; what changes them is sent to the supervisor, and carried out on the
 * configuration that is in force when its turn comes.
 */
#include "daemon/control/command.h"

#include <string.h>

#include "daemon/control/edit.h"
#include "daemon/control/packed.h"
#include "daemon/control/supervised.h"

static void show(struct control *ctl, const char *command, const json_t *args, struct answer *a)
{
	struct edit e = {.config = packed_read(ctl->child->config_fd), .args = args};

	edit_run(&e, command);
	answer_json(a, e.result, e.told, e.text);
	json_decref(e.told);
	json_decref(e.config);
}

static void told(const struct supervised *s, const struct ask_answer *answer, struct answer *a)
{
	json_t *all = json_loads(answer->text, 0, NULL);
	const char *text = json_string_value(json_object_get(all, "text"));

	(void)s;
	answer_json(a, ANSWER_SUCCESS, json_object_get(all, "arguments"), text != NULL ? text : "");
	json_decref(all);
}

static void change(struct control *ctl, const char *command, const json_t *args, struct answer *a)
{
	struct supervised s = {.ctl = ctl, .request = {.kind = ASK_EDIT}, .failed = "",
		.done = told};

	s.fd = packed_new("edit", json_pack("{s:s, s:O*}", "command", command, "arguments", args));
	if (s.fd < 0)
		answer_text(a, ANSWER_ERROR, "%s", strerror(-s.fd));
	else
		supervised_start(&s, a);
}

void cmd_class_add(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "class-add", args, a);
}

void cmd_class_del(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "class-del", args, a);
}

void cmd_class_get(struct control *ctl, const json_t *args, struct answer *a)
{
	show(ctl, "class-get", args, a);
}

void cmd_class_list(struct control *ctl, const json_t *args, struct answer *a)
{
	show(ctl, "class-list", args, a);
}

void cmd_class_update(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "class-update", args, a);
}

void cmd_interface_add(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "interface-add", args, a);
}

void cmd_network4_add(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "network4-add", args, a);
}

void cmd_network4_del(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "network4-del", args, a);
}

void cmd_network4_get(struct control *ctl, const json_t *args, struct answer *a)
{
	show(ctl, "network4-get", args, a);
}

void cmd_network4_subnet_add(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "network4-subnet-add", args, a);
}

void cmd_network4_subnet_del(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "network4-subnet-del", args, a);
}

void cmd_subnet4_add(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "subnet4-add", args, a);
}

void cmd_subnet4_del(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "subnet4-del", args, a);
}

void cmd_subnet4_delta_add(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "subnet4-delta-add", args, a);
}

void cmd_subnet4_delta_del(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "subnet4-delta-del", args, a);
}

void cmd_subnet4_get(struct control *ctl, const json_t *args, struct answer *a)
{
	show(ctl, "subnet4-get", args, a);
}

void cmd_subnet4_update(struct control *ctl, const json_t *args, struct answer *a)
{
	change(ctl, "subnet4-update", args, a);
}
