/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_spaces: spaces of options. One is made by its first mention in option-def or option-data;
 * what their options stand in is known once all definitions are read. Called by the readers.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "shm/base/text.h"

#define AGENT_SPACE  "dhcp-agent-options-space"
#define VENDOR       "vendor-"
#define VENDOR_LEN   (sizeof(VENDOR) - 1)
#define NEST_MAX     4 /* spaces inside each other: the packet's way goes down so far */

/* N of "vendor-N", 0: the name has another form. */
static uint32_t enterprise_of(const char *name)
{
	unsigned long long v;
	char *end;

	if (strncmp(name, VENDOR, VENDOR_LEN) != 0 || !isdigit((unsigned char)name[VENDOR_LEN]))
		return 0;
	v = strtoull(name + VENDOR_LEN, &end, 10);
	return *end == '\0' && v <= UINT32_MAX ? (uint32_t)v : 0;
}

static void add(struct draft *d, const char *name)
{
	d->spaces[d->n_spaces++] = (struct draft_space){
		.name = name, .enterprise = enterprise_of(name), .held = enterprise_of(name) != 0};
}

void read_spaces_init(struct draft *d)
{
	d->n_spaces = 0;
	add(d, "dhcp4");
	for (unsigned code = 0; code < 256; code++) {
		const struct optdef *def = optdef_by_code((uint8_t)code);

		if (def == NULL || def->encapsulates == NULL ||
			strcmp(def->encapsulates, AGENT_SPACE) == 0)
			continue;
		add(d, def->encapsulates);
		d->inside[code] = (uint16_t)(d->n_spaces - 1);
	}
}

int read_space_name(struct draft *d, const struct tree_node *node, const char *name,
	uint16_t *ret_space)
{
	char *copy;

	for (size_t i = 0; i < d->n_spaces; i++) {
		if (strcmp(d->spaces[i].name, name) == 0) {
			*ret_space = (uint16_t)i;
			return 0;
		}
	}
	if (strcmp(name, AGENT_SPACE) == 0)
		report_error(
			d->report, node, "relays make these options, a server only returns them");
	else if (d->n_spaces == DRAFT_SPACES)
		report_error(d->report, node, "more than %d option spaces are not possible",
			DRAFT_SPACES);
	else if (strcmp(name, "dhcp6") == 0)
		report_error(d->report, node, "options of DHCPv6 have no place here");
	else {
		copy = arena_strdup(d->arena, name);
		if (copy == NULL)
			return -ENOMEM;
		add(d, copy);
		*ret_space = (uint16_t)(d->n_spaces - 1);
		return 0;
	}
	return -EINVAL;
}

int read_space(struct draft *d, const struct tree_node *node, uint16_t *ret_space)
{
	if (node == NULL) {
		*ret_space = MODEL_DHCP4;
		return 0;
	}
	return read_space_name(d, node, node->string, ret_space);
}

/* Whether no more than levels spaces stand inside each other, this one included. */
static bool nests_within(const struct draft *d, uint16_t space, unsigned levels)
{
	if (levels == 0)
		return false;
	for (size_t i = 0; i < d->defs.n; i++) {
		const struct draft_def *def = &d->defs.v[i];

		if (def->space == space && def->inside != MODEL_DHCP4 &&
			!nests_within(d, def->inside, levels - 1))
			return false;
	}
	return true;
}

static bool is_held(const struct draft *d, size_t space)
{
	for (unsigned code = 0; code < 256; code++)
		if (d->inside[code] == space)
			return true;
	return d->spaces[space].held;
}

static void check(struct draft *d)
{
	for (size_t i = 0; i < d->defs.n; i++)
		if (d->defs.v[i].inside != MODEL_DHCP4 &&
			!nests_within(d, d->defs.v[i].inside, NEST_MAX))
			report_error(d->report, d->defs.v[i].at,
				"spaces stand inside each other in a circle, or more than %d deep",
				NEST_MAX);
	for (size_t i = 1; i < d->n_spaces; i++) {
		if (d->spaces[i].first_at != NULL && !is_held(d, i))
			report_warning(d->report, d->spaces[i].first_at,
				"is never sent: no option-def encapsulates the space \"%s\"",
				d->spaces[i].name);
	}
}

static int by_enterprise(const void *a, const void *b, void *arg)
{
	const struct model *m = arg;
	uint32_t x = m->spaces[*(const uint16_t *)a].enterprise;
	uint32_t y = m->spaces[*(const uint16_t *)b].enterprise;

	return (x > y) - (x < y);
}

static bool is_used(const struct draft *d, size_t space)
{
	return space != MODEL_DHCP4 && d->spaces[space].first_at != NULL;
}

int read_spaces_finish(struct draft *d)
{
	struct model *m = d->model;

	check(d);
	m->spaces = arena_alloc(d->arena, d->n_spaces, sizeof(*m->spaces));
	m->vendors = arena_alloc(d->arena, d->n_spaces, sizeof(*m->vendors));
	m->containers = arena_alloc(d->arena, 256, sizeof(*m->containers));
	if (m->spaces == NULL || m->vendors == NULL || m->containers == NULL)
		return -ENOMEM;
	m->n_spaces = d->n_spaces;
	for (size_t i = 0; i < d->n_spaces; i++) {
		m->spaces[i] =
			(struct model_space){d->spaces[i].name, d->spaces[i].enterprise};
		if (d->spaces[i].enterprise != 0 && is_used(d, i))
			m->vendors[m->n_vendors++] = (uint16_t)i;
	}
	qsort_r(m->vendors, m->n_vendors, sizeof(*m->vendors), by_enterprise, m);
	for (unsigned code = 0; code < 256; code++)
		if (is_used(d, d->inside[code]))
			m->containers[m->n_containers++] =
				(struct model_container){(uint8_t)code, d->inside[code]};
	return 0;
}

uint16_t model_vendor_space(const struct model *m, uint32_t enterprise)
{
	size_t low = 0, n = m->n_vendors;

	while (low < n) {
		size_t middle = low + (n - low) / 2;
		uint32_t there = m->spaces[m->vendors[middle]].enterprise;

		if (there == enterprise)
			return m->vendors[middle];
		if (there < enterprise)
			low = middle + 1;
		else
			n = middle;
	}
	return MODEL_DHCP4;
}
