/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heard: see heard.h.
 */
#include "tests/unit/ctl/heard.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/text.h"

static int __attribute__((format(printf, 2, 3))) note(struct heard *h, const char *fmt, ...)
{
	size_t len = strlen(h->said);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(h->said + len, sizeof(h->said) - len, fmt, ap);
	va_end(ap);
	return 0;
}

static int hear_lease(void *arg, uint32_t line, const struct lease *l)
{
	char ip[TEXT_IP_SIZE], hw[TEXT_HEX_SIZE], id[TEXT_HEX_SIZE];

	return note((struct heard *)arg,
		"%u put %s %u/%s %s %u+%u subnet %u state %u pool %u "
		"flags %u %.*s %.*s\n",
		line, text_ip(l->address, ip), l->htype,
		text_hex(span_of(l->hwaddr, l->hlen), hw, sizeof(hw)),
		text_hex(l->client_id, id, sizeof(id)), l->cltt, l->valid_lft, l->subnet_id,
		l->state, l->pool_id, l->flags, (int)l->hostname.len, (const char *)l->hostname.p,
		(int)l->context.len, (const char *)l->context.p);
}

static int hear_gone(void *arg, uint32_t line, uint32_t address)
{
	char ip[TEXT_IP_SIZE];

	return note((struct heard *)arg, "%u gone %s\n", line, text_ip(address, ip));
}

static int hear_bad(void *arg, uint32_t line, const char *reason)
{
	return note((struct heard *)arg, "%u bad %s\n", line, reason);
}

static void hear_progress(void *arg, size_t done)
{
	(void)arg;
	(void)done;
}

void heard_init(struct heard *h)
{
	h->said[0] = '\0';
	h->sink = (struct leases_sink){h, hear_lease, hear_gone, hear_bad, hear_progress};
}
