/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_hosts: reservations of a subnet or of the global scope, and by what their clients are known.
 * Called by read.c for each list; duplicates are found later, by host_index.c.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "shm/base/text.h"

#define HW_ADDRESS_MAX 16

/* In the order of enum model_host_id. */
static const enum param_id id_params[MODEL_HOST_IDS] = {
	PARAM_HOST_HW_ADDRESS,
	PARAM_HOST_DUID,
	PARAM_HOST_CIRCUIT_ID,
	PARAM_HOST_CLIENT_ID,
	PARAM_HOST_FLEX_ID,
};

static int id_by_name(const char *name)
{
	for (int i = 0; i < MODEL_HOST_IDS; i++)
		if (strcmp(param_table[id_params[i]].name, name) == 0)
			return i;
	return -1;
}

/* --- global parameters --- */

static void add_id_type(struct draft *d, int type, const struct tree_node *node)
{
	struct model *m = d->model;

	if (memchr(m->host_ids, type, m->n_host_ids) != NULL)
		report_error(d->report, node, "stands in this list already");
	else
		m->host_ids[m->n_host_ids++] = (uint8_t)type;
}

static void read_id_types(struct draft *d, const struct tree_node *list)
{
	for (int i = 0; list == NULL && i < MODEL_HOST_FLEX_ID; i++)
		d->model->host_ids[d->model->n_host_ids++] = (uint8_t)i;
	for (size_t i = 0; list != NULL && i < list->n; i++) {
		const struct tree_node *node = &list->v[i];
		int type = node->type == TREE_STRING ? id_by_name(node->string) : -1;

		if (type >= 0)
			add_id_type(d, type, node);
		else if (node->type == TREE_STRING)
			report_error(d->report, node,
				"expected \"hw-address\", \"duid\", \"circuit-id\", \"client-id\" "
				"or \"flex-id\", got \"%s\"", node->string);
	}
}

int read_host_globals(struct draft *d, const struct param_set *set)
{
	struct model *m = d->model;
	const struct tree_node *list = set->v[PARAM_HOST_IDENTIFIERS];
	const struct tree_node *flex = set->v[PARAM_FLEX_ID_EXPRESSION];
	bool wanted;

	read_id_types(d, list);
	m->early_global = param_bool(set, PARAM_EARLY_GLOBAL);
	wanted = memchr(m->host_ids, MODEL_HOST_FLEX_ID, m->n_host_ids) != NULL;
	if (wanted && flex == NULL)
		report_error(d->report, list, "flex-id needs a \"flex-id-expression\"");
	if (!wanted && flex != NULL)
		report_error(d->report, flex,
			"is not used: \"host-reservation-identifiers\" has no flex-id");
	return read_expression(d, flex, EXPR_VALUE, d->n_own_classes, &m->flex_id);
}

/* --- one reservation --- */

/* Text in single quotes, or hex digits. */
static int parse_id(const char *s, uint8_t *buf, size_t size, size_t *ret_len)
{
	size_t len = strlen(s);

	if (s[0] != '\'')
		return text_parse_hex(s, buf, size, ret_len);
	if (len < 2 || s[len - 1] != '\'')
		return -EINVAL;
	if (len - 2 > size)
		return -ENOBUFS;
	memcpy(buf, s + 1, len - 2);
	*ret_len = len - 2;
	return 0;
}

static int set_id(
	struct draft *d, const struct tree_node *node, uint8_t type, struct model_host *h)
{
	size_t max = type == MODEL_HOST_HW_ADDRESS ? HW_ADDRESS_MAX : UINT8_MAX, len = 0;
	uint8_t buf[UINT8_MAX];
	int r = parse_id(node->string, buf, max, &len);

	if (r == -ENOBUFS)
		report_error(d->report, node, "is longer than %zu octets", max);
	else if (r < 0 || len == 0)
		report_error(d->report, node, "expected hex digits, or text in single quotes, "
			"got \"%s\"", node->string);
	if (r < 0 || len == 0)
		return 0;
	h->id = (const uint8_t *)arena_strndup(d->arena, (const char *)buf, len);
	h->id_type = type;
	h->id_len = (uint8_t)len;
	return h->id != NULL ? 0 : -ENOMEM;
}

static int read_id(struct draft *d, const struct tree_node *map, const struct param_set *set,
	struct model_host *h)
{
	const struct tree_node *node = NULL;
	uint8_t type = 0;

	for (uint8_t i = 0; i < MODEL_HOST_IDS; i++) {
		const struct tree_node *other = set->v[id_params[i]];

		if (other != NULL && node != NULL) {
			report_error(d->report, other, "a reservation has one identifier, and this "
				"one has \"%s\" already", node->name);
			return 0;
		}
		if (other != NULL) {
			node = other;
			type = i;
		}
	}
	if (node == NULL) {
		report_error(d->report, map, "needs one of \"hw-address\", \"duid\", "
			"\"circuit-id\", \"client-id\" and \"flex-id\"");
		return 0;
	}
	if (memchr(d->model->host_ids, type, d->model->n_host_ids) == NULL)
		report_warning(d->report, node, "the reservation has no effect: "
			"\"host-reservation-identifiers\" does not name %s", node->name);
	return set_id(d, node, type, h);
}

static void read_address(struct draft *d, const struct tree_node *node,
	const struct model_subnet *s, struct model_host *h)
{
	char ip[TEXT_IP_SIZE];

	text_parse_ip(node->string, &h->address);
	if (h->address == 0 || h->address == UINT32_MAX)
		report_error(d->report, node, "is not the address of a host");
	else if (s != NULL && (h->address & s->mask) != s->prefix)
		report_error(d->report, node, "%s is not inside the subnet %s/%u", node->string,
			text_ip(s->prefix, ip), s->prefix_len);
}

static int read_name(struct draft *d, const struct tree_node *node, struct model_host *h)
{
	char *name;

	h->hostname = "";
	if (node == NULL)
		return 0;
	name = arena_strdup(d->arena, node->string);
	if (name == NULL)
		return -ENOMEM;
	h->hostname = name;
	for (; *name != '\0'; name++) {
		if (*name <= ' ' || *name > '~') {
			report_error(d->report, node, "a name has neither blanks nor letters that "
				"are not ASCII");
			break;
		}
		*name = (char)tolower(*name);
	}
	return 0;
}

static int read_host_boot(struct draft *d, const struct param_set *set, struct model_host *h)
{
	struct model_boot *boot;

	if (set->v[PARAM_NEXT_SERVER] == NULL && set->v[PARAM_SERVER_HOSTNAME] == NULL &&
		set->v[PARAM_BOOT_FILE_NAME] == NULL)
		return 0;
	boot = arena_alloc(d->arena, 1, sizeof(*boot));
	h->boot = boot;
	return boot != NULL ? read_boot(d, set, boot) : -ENOMEM;
}

int read_host(struct draft *d, const struct tree_node *map, const struct model_subnet *s,
	bool has_prefix)
{
	struct model *m = d->model;
	struct model_host *h = &m->hosts[m->n_hosts];
	struct param_set set;

	param_check(map, PARAM_AT_HOST, d->report, &set);
	d->host_in[m->n_hosts] = s;
	d->host_at[m->n_hosts++] = map;
	h->subnet_id = s != NULL ? s->id : 0;
	h->group = s != NULL ? s->group : 0;
	if (set.v[PARAM_HOST_ADDRESS] != NULL)
		read_address(d, set.v[PARAM_HOST_ADDRESS], has_prefix ? s : NULL, h);
	return read_id(d, map, &set, h) < 0 || read_name(d, set.v[PARAM_HOST_NAME], h) < 0 ||
			read_host_boot(d, &set, h) < 0 ||
			read_class_names(d, set.v[PARAM_HOST_CLASSES], &h->classes) < 0 ||
			read_options(d, set.v[PARAM_OPTION_DATA], NULL, NULL, &h->options) < 0
		? -ENOMEM
		: 0;
}

int read_hosts(struct draft *d, const struct tree_node *list, const struct model_subnet *s,
	bool has_prefix)
{
	for (size_t i = 0; list != NULL && i < list->n; i++)
		if (list->v[i].type == TREE_MAP && read_host(d, &list->v[i], s, has_prefix) < 0)
			return -ENOMEM;
	return 0;
}
