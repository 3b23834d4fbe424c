/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_lease_find: the leases that have something in common, from a walk over the lease table: it
 * is in memory, and shows what is committed at once. In the order of the table, not of addresses.
 */
#include "daemon/control/command.h"

#include <string.h>
#include <strings.h>

#include "daemon/control/lease_json.h"
#include "shm/base/clock.h"
#include "shm/base/text.h"

#define PIECE_MAX 50000                 /* records looked at in one turn of the loop */
#define WAIT_NS   (1 * CLOCK_NS_PER_S)  /* for a record that somebody is writing */

struct search;
typedef bool search_fn(const struct search *s, const struct lease *l);

struct search {
	const struct child *child;
	search_fn *fits;
	uint8_t octets[256]; /* what hw-address, client-id or hostname has to be */
	size_t len;
	uint8_t state;
	uint32_t subnet_id;  /* UINT32_MAX: any */
	uint32_t next;       /* record */
	uint64_t count, until_ns;
	bool begun;
};

static bool fits_hwaddr(const struct search *s, const struct lease *l)
{
	return l->hlen == s->len && memcmp(l->hwaddr, s->octets, s->len) == 0;
}

static bool fits_client_id(const struct search *s, const struct lease *l)
{
	return l->client_id.len == s->len && memcmp(l->client_id.p, s->octets, s->len) == 0;
}

/* Names are kept in lower case, but for those that came by command from an older table. */
static bool fits_hostname(const struct search *s, const struct lease *l)
{
	return l->hostname.len == s->len &&
		strncasecmp((const char *)l->hostname.p, (const char *)s->octets, s->len) == 0;
}

static bool fits_state(const struct search *s, const struct lease *l)
{
	return l->state == s->state && (s->subnet_id == UINT32_MAX || l->subnet_id == s->subnet_id);
}

static void begin(struct search *s, struct answer *a)
{
	answer_begin(a);
	out_open(&a->out, '{');
	out_key(&a->out, "leases");
	out_open(&a->out, '[');
	s->begun = true;
}

static enum answer_progress more(struct answer *a)
{
	struct search *s = (struct search *)a->state;
	struct region *r = s->child->region;
	struct table_copy copy;

	if (!s->begun)
		begin(s, a);
	for (uint32_t n = 0; s->next < table_size(r); s->next++) {
		const struct table_record *t = table_record(r, s->next);

		if (out_full(&a->out) || n++ == PIECE_MAX)
			return ANSWER_MORE;
		if (!table_has_lease(t))
			continue;
		if (!table_read(r, s->next, &copy)) {
			if (clock_mono_ns() < s->until_ns)
				return ANSWER_WAIT;
			continue; /* its writer was killed; the repair is on its way */
		}
		if (table_copy_has_lease(&copy) && s->fits(s, &copy.lease)) {
			lease_json_write(&a->out, &copy.lease);
			s->count++;
		}
	}
	out_close(&a->out, ']');
	out_close(&a->out, '}');
	answer_end(a, s->count > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY, "%llu IPv4 lease(s) found.",
		(unsigned long long)s->count);
	return ANSWER_DONE;
}

static struct search *start(struct control *ctl, search_fn *fits, struct answer *a)
{
	struct search *s = (struct search *)answer_stream(a, more, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->child = ctl->child;
	s->fits = fits;
	s->until_ns = clock_mono_ns() + WAIT_NS;
	return s;
}

/* By octets that stand in the argument as hex. */
static void find_hex(struct control *ctl, const json_t *args, const char *key, search_fn *fits,
	struct answer *a)
{
	const char *text = json_string_value(json_object_get(args, key));
	struct search *s;
	uint8_t octets[255];
	size_t len = 0;

	if (text == NULL || text_parse_hex(text, octets, sizeof(octets), &len) < 0 || len == 0) {
		answer_text(a, ANSWER_ERROR, "'%s' must be a string of hexadecimal digits", key);
		return;
	}
	s = start(ctl, fits, a);
	if (s == NULL)
		return;
	memcpy(s->octets, octets, len);
	s->len = len;
}

void cmd_lease4_get_by_hw_address(struct control *ctl, const json_t *args, struct answer *a)
{
	find_hex(ctl, args, "hw-address", fits_hwaddr, a);
}

void cmd_lease4_get_by_client_id(struct control *ctl, const json_t *args, struct answer *a)
{
	find_hex(ctl, args, "client-id", fits_client_id, a);
}

void cmd_lease4_get_by_hostname(struct control *ctl, const json_t *args, struct answer *a)
{
	const char *text = json_string_value(json_object_get(args, "hostname"));
	struct search *s;

	if (text == NULL || *text == '\0' || strlen(text) > 255) {
		answer_text(a, ANSWER_ERROR, "'hostname' must be a string of 1 to 255 octets");
		return;
	}
	s = start(ctl, fits_hostname, a);
	if (s == NULL)
		return;
	s->len = strlen(text);
	memcpy(s->octets, text, s->len);
}

static bool parse_state(const json_t *v, uint8_t *ret)
{
	static const char *const names[] = {
		[LEASE_ASSIGNED] = "assigned",
		[LEASE_DECLINED] = "declined",
		[LEASE_EXPIRED] = "expired-reclaimed",
		[LEASE_RELEASED] = "released",
	};
	const char *name = json_string_value(v);

	if (json_is_integer(v) && json_integer_value(v) >= 0 &&
		json_integer_value(v) <= LEASE_RELEASED) {
		*ret = (uint8_t)json_integer_value(v);
		return true;
	}
	if (name != NULL && strcmp(name, "default") == 0)
		name = names[LEASE_ASSIGNED];
	for (uint8_t i = 0; name != NULL && i <= LEASE_RELEASED; i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

void cmd_lease4_get_by_state(struct control *ctl, const json_t *args, struct answer *a)
{
	const json_t *subnet = json_object_get(args, "subnet-id");
	struct search *s;
	uint8_t state;

	if (!parse_state(json_object_get(args, "state"), &state)) {
		answer_text(a, ANSWER_ERROR, "'state' must be assigned, declined, expired-reclaimed, "
			"released, or a number from 0 to 3");
		return;
	}
	if (subnet != NULL && (!json_is_integer(subnet) || json_integer_value(subnet) < 0 ||
			json_integer_value(subnet) >= UINT32_MAX)) {
		answer_text(a, ANSWER_ERROR, "'subnet-id' must be a subnet's number");
		return;
	}
	s = start(ctl, fits_state, a);
	if (s == NULL)
		return;
	s->state = state;
	s->subnet_id = subnet != NULL ? (uint32_t)json_integer_value(subnet) : UINT32_MAX;
}
