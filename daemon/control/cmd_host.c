/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_host: reservations, those of the configuration and those made by command. What changes them
 * is done by the supervisor.
 */
#include "daemon/control/command.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/host_list.h"
#include "daemon/control/packed.h"
#include "daemon/control/supervised.h"
#include "shm/host.h"

/* --- reading --- */

/* What is looked for; what is not set fits everything. */
struct query {
	int64_t subnet_id; /* -1: any */
	const char *key, *address, *hostname;
};

static bool fits(const struct query *q, const json_t *entry)
{
	const json_t *host = json_object_get(entry, "host");
	const char *address = json_string_value(json_object_get(host, "ip-address"));
	const char *hostname = json_string_value(json_object_get(host, "hostname"));
	const char *key = json_string_value(json_object_get(entry, "key"));

	if (q->subnet_id >= 0 &&
		json_integer_value(json_object_get(entry, "subnet-id")) != q->subnet_id)
		return false;
	if (q->address != NULL && (address == NULL || strcmp(address, q->address) != 0))
		return false;
	if (q->hostname != NULL && (hostname == NULL || strcasecmp(hostname, q->hostname) != 0))
		return false;
	/* the first 8 digits are the subnet's */
	return q->key == NULL || (key != NULL && strcmp(key + 8, q->key + 8) == 0);
}

static void write_list(struct answer *a, const json_t *found)
{
	struct out *o = &a->out;
	size_t i, n = json_array_size(found);
	json_t *entry;

	answer_begin(a);
	out_open(o, '{');
	out_key(o, "hosts");
	out_open(o, '[');
	json_array_foreach(found, i, entry)
		host_list_write(o, entry);
	out_close(o, ']');
	out_close(o, '}');
	answer_end(a, n > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY, "%zu IPv4 host(s) found.", n);
}

/* The reservations that fit, a new list; NULL: no memory, which the answer says. */
static json_t *look_up(const struct control *ctl, const struct query *q, struct answer *a)
{
	json_t *all = host_list(ctl->child), *found = json_array(), *entry;
	size_t i;

	if (all == NULL || found == NULL) {
		answer_text(a, ANSWER_ERROR, "out of memory");
		json_decref(all);
		json_decref(found);
		return NULL;
	}
	json_array_foreach(all, i, entry)
		if (fits(q, entry))
			json_array_append(found, entry);
	json_decref(all);
	return found;
}

static void answer_list(struct control *ctl, const struct query *q, struct answer *a)
{
	json_t *found = look_up(ctl, q, a);

	if (found != NULL)
		write_list(a, found);
	json_decref(found);
}

/* The subnet-id argument; false: it is wrong, or missing where it must be there. */
static bool read_subnet(const json_t *args, bool must, int64_t *ret, struct answer *a)
{
	const json_t *id = json_object_get(args, "subnet-id");

	*ret = -1;
	if (id == NULL && !must)
		return true;
	if (json_is_integer(id) && json_integer_value(id) >= 0 &&
		json_integer_value(id) <= UINT32_MAX) {
		*ret = json_integer_value(id);
		return true;
	}
	answer_text(a, ANSWER_ERROR, "'subnet-id' must be the number of a subnet, or 0");
	return false;
}

static const char *read_text(const json_t *args, const char *name, struct answer *a)
{
	const char *text = json_string_value(json_object_get(args, name));

	if (text == NULL || text[0] == '\0') {
		answer_text(a, ANSWER_ERROR, "'%s' is missing", name);
		return NULL;
	}
	return text;
}

/* identifier-type and identifier as a key. */
static bool read_key(const json_t *args, int64_t subnet_id, char key[HOST_LIST_KEY_SIZE],
	struct answer *a)
{
	const char *type = read_text(args, "identifier-type", a);
	const char *id = type != NULL ? read_text(args, "identifier", a) : NULL;

	if (id == NULL)
		return false;
	if (host_list_key((uint32_t)subnet_id, type, id, key) == 0)
		return true;
	answer_text(a, ANSWER_ERROR, "\"%s\" is no identifier of type \"%s\"", id, type);
	return false;
}

/* What reservation-get and -del take. */
static bool read_one(const json_t *args, struct query *q, char key[HOST_LIST_KEY_SIZE],
	struct answer *a)
{
	if (!read_subnet(args, true, &q->subnet_id, a))
		return false;
	q->address = json_string_value(json_object_get(args, "ip-address"));
	if (q->address != NULL)
		return true;
	q->key = key;
	return read_key(args, q->subnet_id, key, a);
}

void cmd_reservation_get(struct control *ctl, const json_t *args, struct answer *a)
{
	struct query q = {0};
	char key[HOST_LIST_KEY_SIZE];
	json_t *found;

	if (!read_one(args, &q, key, a))
		return;
	found = look_up(ctl, &q, a);
	if (found == NULL)
		return;
	if (json_array_size(found) == 0) {
		answer_text(a, ANSWER_EMPTY, "Host not found.");
	} else {
		answer_begin(a);
		host_list_write(&a->out, json_array_get(found, 0));
		answer_end(a, ANSWER_SUCCESS, "Host found.");
	}
	json_decref(found);
}

void cmd_reservation_get_all(struct control *ctl, const json_t *args, struct answer *a)
{
	struct query q = {0};

	if (read_subnet(args, true, &q.subnet_id, a))
		answer_list(ctl, &q, a);
}

void cmd_reservation_get_by_hostname(struct control *ctl, const json_t *args, struct answer *a)
{
	struct query q = {0};

	q.hostname = read_text(args, "hostname", a);
	if (q.hostname != NULL && read_subnet(args, false, &q.subnet_id, a))
		answer_list(ctl, &q, a);
}

void cmd_reservation_get_by_address(struct control *ctl, const json_t *args, struct answer *a)
{
	struct query q = {0};

	q.address = read_text(args, "ip-address", a);
	if (q.address != NULL && read_subnet(args, false, &q.subnet_id, a))
		answer_list(ctl, &q, a);
}

void cmd_reservation_get_by_id(struct control *ctl, const json_t *args, struct answer *a)
{
	char key[HOST_LIST_KEY_SIZE];
	struct query q = {.subnet_id = -1, .key = key};

	if (json_object_get(args, "subnet-id") != NULL)
		answer_text(a, ANSWER_ERROR, "'subnet-id' is not expected here");
	else if (read_key(args, 0, key, a))
		answer_list(ctl, &q, a);
}

static void write_page(struct answer *a, const json_t *found, size_t from, size_t limit)
{
	size_t all = json_array_size(found), n = from < all ? all - from : 0;
	struct out *o = &a->out;

	n = n < limit ? n : limit;
	answer_begin(a);
	out_open(o, '{');
	out_key_int(o, "count", (int64_t)n);
	out_key(o, "hosts");
	out_open(o, '[');
	for (size_t i = from; i < from + n; i++)
		host_list_write(o, json_array_get(found, i));
	out_close(o, ']');
	if (n > 0) {
		out_key(o, "next");
		out_open(o, '{');
		out_key_int(o, "source-index", 0);
		out_key_int(o, "from", (int64_t)(from + n));
		out_close(o, '}');
	}
	out_close(o, '}');
	answer_end(a, n > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY, "%zu IPv4 host(s) found.", n);
}

void cmd_reservation_get_page(struct control *ctl, const json_t *args, struct answer *a)
{
	int64_t limit = json_integer_value(json_object_get(args, "limit"));
	int64_t from = json_integer_value(json_object_get(args, "from"));
	struct query q = {0};
	json_t *found;

	if (limit <= 0 || from < 0) {
		answer_text(a, ANSWER_ERROR, "'limit' must be above 0, 'from' not below");
		return;
	}
	if (!read_subnet(args, false, &q.subnet_id, a))
		return;
	found = look_up(ctl, &q, a);
	if (found != NULL)
		write_page(a, found, (size_t)from, (size_t)limit);
	json_decref(found);
}

/* --- changing --- */

/* Asks for one change; both are taken over. */
static void ask_change(struct control *ctl, json_t *change, const char *text, struct answer *a)
{
	struct supervised s = {.ctl = ctl, .request = {.kind = ASK_HOSTS}, .failed = "",
		.done = supervised_told};

	s.fd = packed_new("reservations", json_pack("{s:[o]}", "changes", change));
	strcpy(s.text, text);
	if (s.fd < 0)
		answer_text(a, ANSWER_ERROR, "%s", strerror(-s.fd));
	else
		supervised_start(&s, a);
}

static void put(struct control *ctl, const json_t *args, const char *op, const char *text,
	struct answer *a)
{
	json_t *sent = json_object_get(args, "reservation"), *host;
	char key[HOST_LIST_KEY_SIZE], *json;
	int64_t subnet_id;

	if (!json_is_object(sent)) {
		answer_text(a, ANSWER_ERROR, "'reservation' must be a map");
		return;
	}
	if (!read_subnet(sent, json_object_get(sent, "subnet-id") != NULL, &subnet_id, a))
		return;
	subnet_id = subnet_id < 0 ? 0 : subnet_id;
	if (host_list_key_of(sent, (uint32_t)subnet_id, key) < 0) {
		answer_text(a, ANSWER_ERROR, "a reservation has exactly one of hw-address, duid, "
			"circuit-id, client-id and flex-id, in hex digits or as a text in quotes");
		return;
	}
	host = host_list_clean(sent);
	json = host != NULL ? json_dumps(host, JSON_COMPACT) : NULL;
	if (json == NULL || strlen(json) > HOST_TEXT_MAX) {
		answer_text(a, ANSWER_ERROR, "the reservation is too long: at most %d octets of "
			"JSON, put it into the configuration", HOST_TEXT_MAX);
		json_decref(host);
	} else {
		ask_change(ctl, json_pack("{s:s, s:s, s:I, s:o}", "op", op, "key", key, "subnet-id",
				(json_int_t)subnet_id, "host", host), text, a);
	}
	free(json);
}

void cmd_reservation_add(struct control *ctl, const json_t *args, struct answer *a)
{
	const json_t *sent = json_object_get(args, "reservation");

	put(ctl, args, "add", json_object_get(sent, "subnet-id") != NULL ? "Host added." :
		"Host added. It is a global one: no subnet-id was given.", a);
}

void cmd_reservation_update(struct control *ctl, const json_t *args, struct answer *a)
{
	put(ctl, args, "update", "Host updated.", a);
}

void cmd_reservation_del(struct control *ctl, const json_t *args, struct answer *a)
{
	struct query q = {0};
	char key[HOST_LIST_KEY_SIZE];
	const json_t *first;
	json_t *found;

	if (!read_one(args, &q, key, a))
		return;
	found = look_up(ctl, &q, a);
	if (found == NULL)
		return;
	first = json_array_get(found, 0);
	if (first == NULL)
		answer_text(a, ANSWER_EMPTY, "Host not deleted (not found).");
	else if (!json_is_true(json_object_get(first, "stored")))
		answer_text(a, ANSWER_ERROR, "Host not deleted: it stands in the configuration, "
			"change that instead.");
	else
		ask_change(ctl, json_pack("{s:s, s:O, s:I}", "op", "del", "key",
				json_object_get(first, "key"), "subnet-id",
				(json_int_t)q.subnet_id), "Host deleted.", a);
	json_decref(found);
}
