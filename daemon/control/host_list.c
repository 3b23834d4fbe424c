/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_list: see host_list.h. Made anew for each command: reservations change with each generation.
 */
#include "daemon/control/host_list.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/control/packed.h"
#include "shm/base/text.h"
#include "shm/host.h"

/* In the order of enum model_host_id. */
static const char *const types[] = {"hw-address", "duid", "circuit-id", "client-id", "flex-id"};

#define N_TYPES (sizeof(types) / sizeof(types[0]))

int host_list_key(uint32_t subnet_id, const char *type, const char *id, char key[HOST_LIST_KEY_SIZE])
{
	uint8_t octets[HOST_ID_MAX], whole[HOST_KEY_MAX];
	size_t len = strlen(id), t = 0;

	while (t < N_TYPES && strcmp(types[t], type) != 0)
		t++;
	if (t == N_TYPES)
		return -EINVAL;
	if (id[0] == '\'') {
		if (len < 3 || id[len - 1] != '\'' || len - 2 > sizeof(octets))
			return -EINVAL;
		len -= 2;
		memcpy(octets, id + 1, len);
	} else if (text_parse_hex(id, octets, sizeof(octets), &len) < 0 || len == 0) {
		return -EINVAL;
	}
	len = host_key(subnet_id, (uint8_t)t, span_of(octets, len), whole);
	for (size_t i = 0; i < len; i++)
		snprintf(key + 2 * i, 3, "%02x", whole[i]);
	return 0;
}

int host_list_key_of(const json_t *host, uint32_t subnet_id, char key[HOST_LIST_KEY_SIZE])
{
	int found = 0, rc = 0;

	for (size_t t = 0; t < N_TYPES && rc == 0; t++) {
		const json_t *id = json_object_get(host, types[t]);

		if (id == NULL)
			continue;
		found++;
		rc = json_is_string(id) ?
			host_list_key(subnet_id, types[t], json_string_value(id), key) : -EINVAL;
	}
	return rc == 0 && found == 1 ? 0 : -EINVAL;
}

static bool is_empty(const json_t *v)
{
	return (json_is_string(v) && json_string_length(v) == 0) ||
		(json_is_array(v) && json_array_size(v) == 0);
}

json_t *host_list_clean(const json_t *host)
{
	json_t *copy = json_object(), *value;
	const char *name;

	json_object_foreach((json_t *)host, name, value)
		if (strcmp(name, "subnet-id") != 0 && !is_empty(value))
			json_object_set(copy, name, value);
	return copy;
}

static void add_of(json_t *list, const json_t *hosts, json_int_t subnet_id)
{
	char key[HOST_LIST_KEY_SIZE];
	size_t i;
	json_t *host;

	json_array_foreach(hosts, i, host)
		if (host_list_key_of(host, (uint32_t)subnet_id, key) == 0)
			json_array_append_new(list, json_pack("{s:s, s:I, s:O}", "key", key,
				"subnet-id", subnet_id, "host", host));
}

static void add_subnets(json_t *list, const json_t *subnets)
{
	size_t i;
	json_t *subnet;

	json_array_foreach(subnets, i, subnet)
		add_of(list, json_object_get(subnet, "reservations"),
			json_integer_value(json_object_get(subnet, "id")));
}

json_t *host_list(const struct child *c)
{
	json_t *config = packed_read(c->config_fd), *stored = packed_read(c->hosts_fd);
	json_t *list = json_array(), *entry;
	size_t i;

	if (config == NULL || stored == NULL || list == NULL) {
		json_decref(config);
		json_decref(stored);
		json_decref(list);
		return NULL;
	}
	add_of(list, json_object_get(config, "reservations"), 0);
	json_array_foreach(json_object_get(config, "shared-networks"), i, entry)
		add_subnets(list, json_object_get(entry, "subnet4"));
	add_subnets(list, json_object_get(config, "subnet4"));
	json_array_foreach(json_object_get(stored, "hosts"), i, entry) {
		if (!json_is_string(json_object_get(entry, "key")))
			continue;
		json_object_set_new(entry, "stored", json_true());
		json_array_append(list, entry);
	}
	json_decref(config);
	json_decref(stored);
	return list;
}

/* The identifier from the key: hex pairs with colons, or in capitals without. */
static void write_id(struct out *o, const char *key)
{
	size_t type = strlen(key) > 10 ? (size_t)(key[9] - '0') : N_TYPES, n = 0;
	char text[3 * HOST_ID_MAX + 1];
	bool colons = type < 2;

	if (type >= N_TYPES || strlen(key) >= HOST_LIST_KEY_SIZE)
		return; /* a newer version wrote it */
	for (const char *p = key + 10; *p != '\0'; p += 2) {
		if (colons && n > 0)
			text[n++] = ':';
		text[n++] = colons ? p[0] : (char)toupper(p[0]);
		text[n++] = colons ? p[1] : (char)toupper(p[1]);
	}
	text[n] = '\0';
	out_key_string(o, types[type], text);
}

static void write_value(struct out *o, const json_t *host, const char *name, const char *def)
{
	const json_t *value = json_object_get(host, name);
	char *text = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	if (text != NULL || def != NULL) {
		out_key(o, name);
		out_json(o, text != NULL ? text : def, strlen(text != NULL ? text : def));
	}
	free(text);
}

void host_list_write(struct out *o, const json_t *entry)
{
	const json_t *host = json_object_get(entry, "host");

	out_open(o, '{');
	out_key_int(o, "subnet-id", json_integer_value(json_object_get(entry, "subnet-id")));
	write_id(o, json_string_value(json_object_get(entry, "key")));
	write_value(o, host, "ip-address", NULL);
	write_value(o, host, "hostname", "\"\"");
	write_value(o, host, "next-server", "\"0.0.0.0\"");
	write_value(o, host, "server-hostname", "\"\"");
	write_value(o, host, "boot-file-name", "\"\"");
	write_value(o, host, "client-classes", "[]");
	write_value(o, host, "option-data", "[]");
	write_value(o, host, "user-context", NULL);
	write_value(o, host, "comment", NULL);
	out_close(o, '}');
}
