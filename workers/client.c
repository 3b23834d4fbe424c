/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client: identity is option 61, else chaddr (RFC 2131 2, RFC 6842).
 */
#include "workers/client.h"

#include <ctype.h>

#include "shm/base/text.h"

bool client_identify(struct query *q)
{
	bool by_id = q->subnet == NULL || q->subnet->params.match_client_id;
	struct span id = opt_get(&q->msg.opt, OPT_CLIENT_ID);

	q->client = (struct table_client){
		.htype = q->msg.htype,
		.hlen = q->msg.hlen,
		.hwaddr = q->msg.chaddr,
	};
	if (by_id && id.len > 0 && id.len <= 255)
		q->client.client_id = id;
	return q->client.client_id.len > 0 || q->client.hlen > 0;
}

size_t client_hostname(const struct query *q, uint8_t buf[255])
{
	struct span name = opt_get(&q->msg.opt, OPT_HOST_NAME);
	size_t n = 0;

	if (q->host != NULL && q->host->hostname[0] != '\0') {
		n = strlen(q->host->hostname);
		memcpy(buf, q->host->hostname, n);
		return n;
	}

	for (size_t i = 0; i < name.len && n < 255 && name.p[i] != '\0'; i++) {
		int c = tolower(name.p[i]);

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')
			buf[n++] = (uint8_t)c;
	}
	return n;
}

/* The first class that has lifetimes wins over the subnet. */
static void lifetimes(const struct query *q, uint32_t *ret_valid, uint32_t *ret_min,
	uint32_t *ret_max)
{
	const struct model_params *p = &q->subnet->params;

	*ret_valid = p->valid_lifetime;
	*ret_min = p->min_valid_lifetime;
	*ret_max = p->max_valid_lifetime;
	for (size_t i = 0; i < q->n_classes; i++) {
		const struct model_class *c = q->ctx->model->classes[q->classes[i]];

		if (c->valid_lifetime == 0)
			continue;
		*ret_valid = c->valid_lifetime;
		*ret_min = c->min_valid_lifetime;
		*ret_max = c->max_valid_lifetime;
		return;
	}
}

uint32_t client_lifetime(const struct query *q)
{
	struct span asked = opt_get(&q->msg.opt, OPT_LEASE_TIME);
	uint32_t s, min, max;

	lifetimes(q, &s, &min, &max);
	if (asked.len == 4)
		s = wire_be32(asked.p);
	if (s < min)
		return min;
	return s > max ? max : s;
}

const char *client_name(const struct query *q, char buf[CLIENT_NAME_SIZE])
{
	return text_hex(span_of(q->msg.chaddr, q->msg.hlen), buf, CLIENT_NAME_SIZE);
}
