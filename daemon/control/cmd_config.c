/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_config: the configuration as a whole. What changes it is done by the supervisor; the answer
 * comes when the new generation serves, or with every mistake.
 */
#include "daemon/control/command.h"

#include <errno.h>
#include <string.h>

struct asking {
	struct control *ctl;
	struct ask_request request;
	bool sent;
	const char *failed; /* "Config reload failed" */
};

static enum answer_progress wait_for_supervisor(struct answer *a)
{
	struct asking *c = (struct asking *)a->state;
	const struct ask_answer *answer;
	int rc;

	if (!c->sent) {
		rc = ask_send(c->ctl->ask, &c->request);
		if (rc == -EBUSY)
			return ANSWER_WAIT; /* somebody else's change is under way */
		if (rc < 0) {
			answer_text(a, ANSWER_ERROR, "%s: %s", c->failed, strerror(-rc));
			return ANSWER_DONE;
		}
		c->sent = true;
	}
	answer = ask_answer_get(c->ctl->ask);
	if (answer == NULL)
		return ANSWER_WAIT;
	if (answer->failed != 0)
		answer_text(a, ANSWER_ERROR, "%s: %s", c->failed, answer->text);
	else
		answer_text(a, ANSWER_SUCCESS, "Configuration successful.");
	ask_take(c->ctl->ask);
	return ANSWER_DONE;
}

void cmd_config_reload(struct control *ctl, const json_t *args, struct answer *a)
{
	struct asking *c = (struct asking *)answer_stream(a, wait_for_supervisor, sizeof(*c));

	(void)args;
	if (c == NULL)
		return;
	c->ctl = ctl;
	c->request.kind = ASK_RELOAD;
	c->failed = "Config reload failed";
}
