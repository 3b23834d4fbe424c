/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_names: what a scope says about clients' names (ddns-... and hostname-char-...). Called by
 * read.c, from the outermost scope inwards.
 */
#include <errno.h>
#include <regex.h>
#include <string.h>

#include "daemon/conf/draft.h"

/* Whether the text is one bracket expression of POSIX: matching it never takes more than one
 * character, so that the set of those that match stands for it. */
static bool is_one_bracket(const char *s)
{
	if (*s++ != '[')
		return false;
	if (*s == '^')
		s++;
	if (*s == ']')
		s++;
	while (*s != '\0' && *s != ']') {
		if (s[0] == '[' && s[1] != '\0' && strchr(":.=", s[1]) != NULL) {
			char end[] = {s[1], ']', '\0'};
			const char *behind = strstr(s + 2, end);

			if (behind == NULL)
				return false;
			s = behind + 1;
		}
		s++;
	}
	return s[0] == ']' && s[1] == '\0';
}

static void read_char_set(struct draft *d, const struct param_set *set, struct model_names *n)
{
	const char *text = param_string(set, PARAM_HOSTNAME_CHAR_SET);
	regex_t re;

	memset(n->bad, 0, sizeof(n->bad));
	n->sanitise = text[0] != '\0';
	if (!n->sanitise)
		return;
	if (!is_one_bracket(text) || regcomp(&re, text, REG_NOSUB) != 0) {
		report_error(d->report, set->v[PARAM_HOSTNAME_CHAR_SET],
			"expected one set of characters in brackets, like \"[^A-Za-z0-9.-]\", got "
			"\"%s\"",
			text);
		return;
	}
	for (unsigned c = 1; c < 256; c++) {
		char s[2] = {(char)c, '\0'};

		if (regexec(&re, s, 0, NULL, 0) == 0)
			n->bad[c / 64] |= 1ULL << c % 64;
	}
	regfree(&re);
}

static enum model_replace_name replace_of(const char *word)
{
	if (strcmp(word, "always") == 0)
		return MODEL_REPLACE_ALWAYS;
	if (strcmp(word, "when-present") == 0)
		return MODEL_REPLACE_WHEN_PRESENT;
	return strcmp(word, "never") == 0 ? MODEL_REPLACE_NEVER : MODEL_REPLACE_WHEN_NOT_PRESENT;
}

static int read_part(struct draft *d, const struct param_set *set, enum param_id id, bool always,
	const char **ret)
{
	if (set->v[id] == NULL && !always)
		return 0;
	*ret = arena_strdup(d->arena, param_string(set, id));
	return *ret != NULL ? 0 : -ENOMEM;
}

/* The parts of a name end up in labels: what cannot stand in one must not be in them either. */
static void check_part(struct draft *d, const struct tree_node *node)
{
	if (node == NULL)
		return;
	for (const char *s = node->string; *s != '\0'; s++) {
		const char *end = s + strcspn(s, ".");

		if (end - s > 63 || (end == s && s != node->string)) {
			report_error(d->report, node, "\"%s\" is not a part of a domain name",
				node->string);
			return;
		}
		if (*end == '\0')
			return;
		s = end;
	}
}

int read_names(struct draft *d, const struct param_set *set, const struct model_names *up,
	const struct model_names **ret_names)
{
	static const enum param_id ids[] = {PARAM_REPLACE_CLIENT_NAME, PARAM_GENERATED_PREFIX,
		PARAM_QUALIFYING_SUFFIX, PARAM_HOSTNAME_CHAR_SET,
		PARAM_HOSTNAME_CHAR_REPLACEMENT};
	struct model_names *n;
	bool any = up == NULL;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		any |= set->v[ids[i]] != NULL;
	*ret_names = up;
	if (!any)
		return 0;
	n = arena_alloc(d->arena, 1, sizeof(*n));
	if (n == NULL)
		return -ENOMEM;
	if (up != NULL)
		*n = *up;
	if (up == NULL || set->v[PARAM_REPLACE_CLIENT_NAME] != NULL)
		n->replace = replace_of(param_string(set, PARAM_REPLACE_CLIENT_NAME));
	if (up == NULL || set->v[PARAM_HOSTNAME_CHAR_SET] != NULL)
		read_char_set(d, set, n);
	check_part(d, set->v[PARAM_GENERATED_PREFIX]);
	check_part(d, set->v[PARAM_QUALIFYING_SUFFIX]);
	*ret_names = n;
	if (read_part(d, set, PARAM_GENERATED_PREFIX, up == NULL, &n->prefix) < 0 ||
		read_part(d, set, PARAM_QUALIFYING_SUFFIX, up == NULL, &n->suffix) < 0)
		return -ENOMEM;
	return read_part(d, set, PARAM_HOSTNAME_CHAR_REPLACEMENT, up == NULL, &n->replacement);
}
