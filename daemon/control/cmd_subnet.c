/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_subnet: which subnets and shared networks the configuration in force has.
 */
#include "daemon/control/command.h"

#include <stdio.h>

#include "daemon/conf/model.h"
#include "shm/base/text.h"

/* Subnets by ascending id. */
void cmd_subnet4_list(struct control *ctl, const json_t *args, struct answer *a)
{
	const struct model *m = ctl->child->model;
	struct out *o = &a->out;

	(void)args;
	answer_begin(a);
	out_open(o, '{');
	out_key(o, "subnets");
	out_open(o, '[');
	for (size_t i = 0; i < m->n_subnets; i++) {
		const struct model_subnet *s = m->by_id[i];
		char ip[TEXT_IP_SIZE], prefix[TEXT_IP_SIZE + 3];

		snprintf(prefix, sizeof(prefix), "%s/%u", text_ip(s->prefix, ip), s->prefix_len);
		out_open(o, '{');
		out_key_int(o, "id", s->id);
		out_key_string(o, "subnet", prefix);
		out_key(o, "shared-network-name");
		if (s->network != NULL)
			out_string(o, s->network->name);
		else
			out_json(o, "null", 4);
		out_close(o, '}');
	}
	out_close(o, ']');
	out_close(o, '}');
	answer_end(a, m->n_subnets > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY, "%zu IPv4 subnet%s found",
		m->n_subnets, m->n_subnets == 1 ? "" : "s");
}

void cmd_network4_list(struct control *ctl, const json_t *args, struct answer *a)
{
	const struct model *m = ctl->child->model;
	struct out *o = &a->out;

	(void)args;
	answer_begin(a);
	out_open(o, '{');
	out_key(o, "shared-networks");
	out_open(o, '[');
	for (size_t i = 0; i < m->n_networks; i++) {
		out_open(o, '{');
		out_key_string(o, "name", m->networks[i]->name);
		out_close(o, '}');
	}
	out_close(o, ']');
	out_close(o, '}');
	answer_end(a, m->n_networks > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY,
		"%zu IPv4 network(s) found", m->n_networks);
}
