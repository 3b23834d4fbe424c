/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_statistic_set: resets statistics. The commands about samples succeed and change nothing: one
 * sample, the present one, is all there is.
 */
#include "daemon/control/command.h"

#include "daemon/control/statistic.h"

void cmd_statistic_reset(struct control *ctl, const json_t *args, struct answer *a)
{
	const char *name = json_string_value(json_object_get(args, "name"));

	if (name == NULL)
		answer_text(a, ANSWER_ERROR, "Missing mandatory 'name' parameter.");
	else if (statistic_reset(ctl, name))
		answer_text(a, ANSWER_SUCCESS, "Statistic '%s' reset.", name);
	else
		answer_text(a, ANSWER_ERROR, "No '%s' statistic found", name);
}

void cmd_statistic_reset_all(struct control *ctl, const json_t *args, struct answer *a)
{
	(void)args;
	statistic_reset_all(ctl);
	answer_text(a, ANSWER_SUCCESS, "All statistics reset to neutral values.");
}

/* limit: name of the parameter, which is a number of at least min. */
static void set_sample(struct control *ctl, const json_t *args, bool one, const char *limit,
	json_int_t min, struct answer *a)
{
	const char *name = json_string_value(json_object_get(args, "name"));
	const json_t *value = json_object_get(args, limit);

	if (one && name == NULL)
		answer_text(a, ANSWER_ERROR, "Missing mandatory 'name' parameter.");
	else if (!json_is_integer(value) || json_integer_value(value) < min)
		answer_text(a, ANSWER_ERROR, "'%s' has to be a number from %d on.", limit,
			(int)min);
	else if (one && !statistic_is_known(ctl, name))
		answer_text(a, ANSWER_ERROR, "No '%s' statistic found", name);
	else
		answer_text(a, ANSWER_SUCCESS, "Noted: one sample is kept, whatever the limit.");
}

void cmd_statistic_sample_age_set(struct control *ctl, const json_t *args, struct answer *a)
{
	set_sample(ctl, args, true, "duration", 0, a);
}

void cmd_statistic_sample_age_set_all(struct control *ctl, const json_t *args, struct answer *a)
{
	set_sample(ctl, args, false, "duration", 0, a);
}

void cmd_statistic_sample_count_set(struct control *ctl, const json_t *args, struct answer *a)
{
	set_sample(ctl, args, true, "max-samples", 1, a);
}

void cmd_statistic_sample_count_set_all(struct control *ctl, const json_t *args, struct answer *a)
{
	set_sample(ctl, args, false, "max-samples", 1, a);
}
