/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervised: see supervised.h. One request is under way at a time; the others wait here, looked
 * at every few milliseconds by their channels.
 */
#include "daemon/control/supervised.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void end(struct answer *a)
{
	struct supervised *s = (struct supervised *)a->state;

	if (s->fd >= 0)
		close(s->fd);
	s->ctl->supervised--;
}

static enum answer_progress wait_for_supervisor(struct answer *a)
{
	struct supervised *s = (struct supervised *)a->state;
	const struct ask_answer *answer;
	int rc;

	if (!s->sent) {
		rc = ask_send(s->ctl->ask, &s->request, s->fd);
		if (rc == -EBUSY)
			return ANSWER_WAIT;
		if (rc < 0) {
			answer_text(a, ANSWER_ERROR, "%s%s", s->failed, strerror(-rc));
			return ANSWER_DONE;
		}
		s->sent = true;
	}
	answer = ask_answer_get(s->ctl->ask);
	if (answer == NULL)
		return ANSWER_WAIT;
	if (answer->failed != 0)
		answer_text(a, (enum answer_result)answer->failed, "%s%s", s->failed,
			answer->text);
	else
		s->done(s, answer, a);
	ask_take(s->ctl->ask);
	return ANSWER_DONE;
}

void supervised_start(const struct supervised *what, struct answer *a)
{
	struct supervised *s =
		(struct supervised *)answer_stream(a, wait_for_supervisor, sizeof(*s));

	if (s == NULL) {
		if (what->fd >= 0)
			close(what->fd);
		return;
	}
	*s = *what;
	s->ctl->supervised++;
	a->end = end;
}

void supervised_told(const struct supervised *s, const struct ask_answer *answer, struct answer *a)
{
	(void)answer;
	answer_text(a, ANSWER_SUCCESS, "%s", s->text);
}
