/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_leases: lease files of Kea and ISC dhcpd. What is told of them is within the limits that the
 * sink is promised; a lease of Kea's is written and read again as the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/leases_csv.h"
#include "daemon/ctl/leases_isc.h"
#include "tests/fuzz/fuzz.h"

static int compare(void *arg, uint32_t line, const struct lease *l)
{
	const struct lease *first = (const struct lease *)arg;

	if (line != 2 || l->address != first->address || l->cltt != first->cltt ||
		l->valid_lft != first->valid_lft || l->state != first->state ||
		l->flags != first->flags || l->subnet_id != first->subnet_id ||
		l->pool_id != first->pool_id || l->hlen != first->hlen ||
		memcmp(l->hwaddr, first->hwaddr, l->hlen) != 0 ||
		!span_equal(l->client_id, first->client_id) ||
		!span_equal(l->hostname, first->hostname) ||
		!span_equal(l->context, first->context))
		bug("what was written is read as something else");
	return 0;
}

static int no_gone(void *arg, uint32_t line, uint32_t address)
{
	(void)arg, (void)line, (void)address;
	bug("what was written is read as deleted");
}

static int no_bad(void *arg, uint32_t line, const char *reason)
{
	(void)arg, (void)line;
	bug(reason);
}

static void no_progress(void *arg, size_t done)
{
	(void)arg, (void)done;
}

static void write_again(const struct lease *l)
{
	struct leases_sink sink = {(void *)(uintptr_t)l, compare, no_gone, no_bad, no_progress};
	struct err err = {0};
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return;
	leases_csv_write_head(f);
	leases_csv_write_lease(f, l);
	fclose(f);
	if (leases_csv_read(text, size, &sink, &err) < 0)
		bug("what was written is not accepted");
	free(text);
}

static int hear_lease(void *arg, uint32_t line, const struct lease *l)
{
	bool csv = *(bool *)arg;

	if (line == 0 || l->address == 0 || l->hlen > RECORD_HWADDR_MAX || l->client_id.len > 255 ||
		l->hostname.len > 255 || l->state > LEASE_RELEASED)
		bug("a lease beyond the limits");
	if (csv)
		write_again(l);
	return 0;
}

static int hear_gone(void *arg, uint32_t line, uint32_t address)
{
	(void)arg;
	if (line == 0 || address == 0)
		bug("an address of nobody");
	return 0;
}

static int hear_bad(void *arg, uint32_t line, const char *reason)
{
	(void)arg;
	if (line == 0 || reason[0] == '\0')
		bug("a complaint without a reason");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool csv = leases_csv_begins((const char *)data, size);
	struct leases_sink sink = {&csv, hear_lease, hear_gone, hear_bad, no_progress};
	char *text = (char *)malloc(size + 1);
	struct err err = {0};

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (csv)
		leases_csv_read(text, size, &sink, &err);
	else
		leases_isc_read(text, size, &sink);
	free(text);
	return 0;
}
