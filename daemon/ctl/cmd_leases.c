/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_leases: lists leases while they come, as a table, as rows of Kea's lease file or as one JSON
 * array. Never holds more than a page.
 */
#include "daemon/ctl/ctl.h"

#include <stdio.h>

#include "daemon/ctl/lease_text.h"
#include "daemon/ctl/leases_csv.h"
#include "daemon/ctl/page.h"

static bool is_wanted(const struct ctl *c, const json_t *lease)
{
	json_int_t subnet = json_integer_value(json_object_get(lease, "subnet-id"));
	json_int_t state = json_integer_value(json_object_get(lease, "state"));

	return (c->subnet == CTL_ANY || c->subnet == subnet) &&
	       (c->state == CTL_ANY || c->state == state);
}

static void write_one(const struct ctl *c, const json_t *lease, struct table *t, bool *begun)
{
	if (c->csv) {
		lease_text_csv_row(stdout, lease);
	} else if (c->json) {
		fputs(*begun ? ",\n" : "\n", stdout);
		json_dumpf(lease, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	} else {
		lease_text_row(t, lease);
	}
	*begun = true;
}

int cmd_leases(const struct ctl *c)
{
	const json_t *leases = NULL;
	bool begun = false;
	struct table t;
	struct page p;
	int rc;

	lease_text_table(&t, c->colour);
	page_init(&p, c);
	rc = page_next(&p, &leases);
	if (rc >= 0 && c->csv)
		leases_csv_write_head(stdout);
	else if (rc >= 0 && c->json)
		putchar('[');
	while (rc > 0) {
		for (size_t i = 0; i < json_array_size(leases); i++) {
			const json_t *lease = json_array_get(leases, i);

			if (is_wanted(c, lease))
				write_one(c, lease, &t, &begun);
		}
		if (!c->csv && !c->json)
			table_flush(&t);
		rc = ferror(stdout) ? -1 : page_next(&p, &leases);
	}
	if (rc == 0 && c->json)
		puts(begun ? "\n]" : "]");
	else if (rc == 0 && !c->csv)
		table_flush(&t);
	page_fini(&p);
	table_fini(&t);
	return rc < 0 ? CTL_FAILED : CTL_DONE;
}
