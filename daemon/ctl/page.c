/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page: asks for the next page with the last address of the one before.
 */
#include "daemon/ctl/page.h"

#include <errno.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "shm/base/text.h"

#define PAGE_LEASES 1000

void page_init(struct page *p, const struct ctl *c)
{
	*p = (struct page){.ctl = c};
}

void page_fini(struct page *p)
{
	json_decref(p->answer);
}

/* Pages have to ascend, or the walk would never end. */
static int move_on(struct page *p, const json_t *leases)
{
	size_t n = json_array_size(leases);
	const char *ip =
		json_string_value(json_object_get(json_array_get(leases, n - 1), "ip-address"));
	uint32_t last;

	if (ip == NULL || text_parse_ip(ip, &last) < 0 || (p->begun && last <= p->last)) {
		print_error("%s: the leases are not in order of address", p->ctl->socket);
		return -EPROTO;
	}
	p->last_page = n < PAGE_LEASES;
	p->last = last;
	p->begun = true;
	return 0;
}

int page_next(struct page *p, const json_t **ret_leases)
{
	const json_t *leases;
	char ip[TEXT_IP_SIZE];
	int rc;

	if (p->last_page)
		return 0;
	json_decref(p->answer);
	p->answer = call_get(p->ctl, "lease4-get-page",
		json_pack("{sssi}", "from", p->begun ? text_ip(p->last, ip) : "start", "limit",
			PAGE_LEASES));
	if (p->answer == NULL)
		return -EIO;
	if (call_result(p->answer) == CALL_EMPTY)
		return 0;
	if (call_result(p->answer) != CALL_SUCCESS) {
		call_complain(p->answer);
		return -EIO;
	}
	leases = json_object_get(json_object_get(p->answer, "arguments"), "leases");
	if (json_array_size(leases) == 0)
		return 0;
	rc = move_on(p, leases);
	if (rc < 0)
		return rc;
	*ret_leases = leases;
	return 1;
}
