/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name: Kea's rules. A client that sends option 81 is answered by option 81, whatever else it
 * sends; others by option 12. What cannot be a domain name is as if it was not sent.
 */
#include "workers/name.h"

#include <ctype.h>
#include <string.h>

#include "shm/base/text.h"

#define FQDN_S     1 /* RFC 4702 2.1 */
#define FQDN_O     2
#define FQDN_E     4 /* name in labels, not in ASCII */
#define FQDN_N     8
#define FQDN_HEAD  3
#define FQDN_RCODE 255 /* of an answer: RFC 4702 2.2 */
#define LABEL_MAX  63

/* A name that is being put together; too long or not a name: failed. */
struct draft_name {
	bool failed;
	size_t len;
	char text[NAME_MAX_LEN + 2]; /* a dot at the end may stand there for a while */
};

static void append(struct draft_name *n, const char *s, size_t len)
{
	if (len > sizeof(n->text) - n->len) {
		n->failed = true;
		return;
	}
	memcpy(n->text + n->len, s, len);
	n->len += len;
}

static bool is_bad(const struct model_names *p, uint8_t c)
{
	return c == '\0' || (p->sanitise && (p->bad[c / 64] >> c % 64 & 1) != 0);
}

/* Appends the client's octets, in lower case, without those that are not wanted. */
static void append_clean(struct draft_name *n, const struct model_names *p, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = (char)tolower(s.p[i]);

		if (is_bad(p, s.p[i]))
			append(n, p->replacement, strlen(p->replacement));
		else
			append(n, &c, 1);
	}
}

/* Whether the name ends in the suffix, as whole labels. */
static bool has_suffix(const struct draft_name *n, const char *suffix, size_t len)
{
	return n->len >= len && strncasecmp(n->text + n->len - len, suffix, len) == 0 &&
		(n->len == len || n->text[n->len - len - 1] == '.');
}

/* Makes it a whole name. One that ends in a dot is that already. */
static void qualify(struct draft_name *n, const struct model_names *p)
{
	size_t len = strlen(p->suffix);

	if (len > 0 && p->suffix[len - 1] == '.')
		len--;
	if (n->len > 0 && n->text[n->len - 1] == '.')
		return;
	if (len == 0 || has_suffix(n, p->suffix, len))
		return;
	append(n, ".", 1);
	append(n, p->suffix, len);
}

/* PREFIX-192-0-2-10.SUFFIX */
static void make_up(const struct query *q, struct draft_name *n, const struct model_names *p)
{
	char ip[TEXT_IP_SIZE];

	text_ip(q->address, ip);
	for (char *s = ip; *s != '\0'; s++)
		if (*s == '.')
			*s = '-';
	*n = (struct draft_name){.len = 0};
	append(n, p->prefix, strlen(p->prefix));
	append(n, "-", 1);
	append(n, ip, strlen(ip));
	qualify(n, p);
}

/* Takes a dot off the end; what is left are labels of 1 to 63 characters. */
static bool finish(struct draft_name *n, struct name *ret)
{
	size_t label = 0;

	if (n->len > 0 && n->text[n->len - 1] == '.')
		n->len--;
	if (n->failed || n->len == 0 || n->len > NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i < n->len; i++) {
		label = n->text[i] == '.' ? 0 : label + 1;
		if (label > LABEL_MAX || (label == 0 && (i == 0 || n->text[i - 1] == '.')))
			return false;
		ret->text[i] = (uint8_t)tolower((unsigned char)n->text[i]);
	}
	ret->len = (uint8_t)n->len;
	return label > 0;
}

/* Labels of option 81 as text; a name without the root at its end is a part of one. Failed: they
 * are no labels. */
static void read_labels(struct span s, const struct model_names *p, struct draft_name *n)
{
	while (s.len > 0 && s.p[0] != 0) {
		size_t len = s.p[0];

		if (len > LABEL_MAX || len >= s.len || memchr(s.p + 1, '.', len) != NULL) {
			n->failed = true;
			return;
		}
		if (n->len > 0)
			append(n, ".", 1);
		append_clean(n, p, span_of(s.p + 1, len));
		s = span_of(s.p + 1 + len, s.len - 1 - len);
	}
	if (s.len > 0 && n->len > 0)
		append(n, ".", 1);
}

/* The name in option 81, whole; empty: a name is asked for. false: there is no such option, or no
 * name in it, and it does not count. */
static bool from_fqdn(struct span fqdn, const struct model_names *p, struct draft_name *n)
{
	struct span s;

	if (fqdn.len < FQDN_HEAD)
		return false;
	s = span_of(fqdn.p + FQDN_HEAD, fqdn.len - FQDN_HEAD);
	if ((fqdn.p[0] & FQDN_E) != 0)
		read_labels(s, p, n);
	else
		append_clean(n, p, s);
	if (n->len > 0)
		qualify(n, p);
	return !n->failed;
}

/* The name in option 12: one label is a part of a name, several are a whole one. */
static void from_host_name(struct span s, const struct model_names *p, struct draft_name *n)
{
	const uint8_t *nul = s.len > 0 ? (const uint8_t *)memchr(s.p, '\0', s.len) : NULL;

	append_clean(n, p, nul != NULL ? span_of(s.p, (size_t)(nul - s.p)) : s);
	if (n->len > 0 && n->text[n->len - 1] == '.')
		n->len--;
	if (n->len > 0 && memchr(n->text, '.', n->len) == NULL)
		qualify(n, p);
}

static bool is_made_up(const struct model_names *p, bool fqdn, bool sent)
{
	if (p->replace == MODEL_REPLACE_ALWAYS)
		return true;
	if (sent)
		return p->replace == MODEL_REPLACE_WHEN_PRESENT;
	/* an empty option 81 asks for a name: RFC 4702 3.1 */
	return fqdn || p->replace == MODEL_REPLACE_WHEN_NOT_PRESENT;
}

void name_of(const struct query *q, struct name *ret)
{
	const struct model_names *p = q->pool != NULL ? q->pool->names : q->subnet->names;
	struct span fqdn = opt_get(&q->msg.opt, OPT_FQDN);
	struct draft_name n = {.len = 0};
	bool by_fqdn = from_fqdn(fqdn, p, &n), found;

	ret->option = 0;
	ret->flags = by_fqdn ? fqdn.p[0] : 0;
	if (q->host != NULL && q->host->hostname[0] != '\0') {
		n = (struct draft_name){.len = 0};
		append(&n, q->host->hostname, strlen(q->host->hostname));
		qualify(&n, p);
		found = finish(&n, ret);
	} else {
		if (!by_fqdn) {
			n = (struct draft_name){.len = 0};
			from_host_name(opt_get(&q->msg.opt, OPT_HOST_NAME), p, &n);
		}
		found = finish(&n, ret);
		if (is_made_up(p, by_fqdn, found)) {
			make_up(q, &n, p);
			found = finish(&n, ret);
		}
	}
	if (found)
		ret->option = by_fqdn ? OPT_FQDN : OPT_HOST_NAME;
}

static size_t encode_labels(const struct name *n, uint8_t *buf)
{
	size_t label = 0; /* where the label's length stands */

	for (size_t i = 0; i < n->len; i++) {
		if (n->text[i] == '.') {
			buf[label] = (uint8_t)(i - label);
			label = i + 1;
		} else {
			buf[i + 1] = n->text[i];
		}
	}
	buf[label] = (uint8_t)(n->len - label);
	buf[n->len + 1u] = 0;
	return n->len + 2u;
}

size_t name_encode(const struct name *n, uint8_t *buf)
{
	if (n->option == OPT_HOST_NAME) {
		memcpy(buf, n->text, n->len);
		return n->len;
	}
	buf[0] = (uint8_t)((n->flags & FQDN_E) | FQDN_N |
		((n->flags & FQDN_S) != 0 ? FQDN_O : 0));
	buf[1] = buf[2] = FQDN_RCODE;
	if ((n->flags & FQDN_E) != 0)
		return FQDN_HEAD + encode_labels(n, buf + FQDN_HEAD);
	memcpy(buf + FQDN_HEAD, n->text, n->len);
	buf[FQDN_HEAD + n->len] = '.';
	return FQDN_HEAD + n->len + 1u;
}
