/* SPDX-License-Identifier: Apache-2.0 */
/*
 * range: reads strictly: what is not wholly understood is refused.
 */
#include "daemon/conf/range.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/text.h"

/* Copies s without its blanks; false if it does not fit. */
static bool squeeze(const char *s, char *buf, size_t size)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (*s == ' ' || *s == '\t')
			continue;
		if (n + 1 == size)
			return false;
		buf[n++] = *s;
	}
	buf[n] = '\0';
	return true;
}

static int parse_len(const char *s, uint8_t *ret_len)
{
	unsigned len = 0;

	if (*s == '\0' || strlen(s) > 2 || strspn(s, "0123456789") != strlen(s))
		return -EINVAL;
	for (; *s != '\0'; s++)
		len = len * 10 + (unsigned)(*s - '0');
	if (len > 32)
		return -EINVAL;
	*ret_len = (uint8_t)len;
	return 0;
}

int range_parse_prefix(const char *s, uint32_t *ret_addr, uint8_t *ret_len)
{
	char buf[RANGE_TEXT_SIZE], *slash;
	uint32_t addr;

	if (!squeeze(s, buf, sizeof(buf)))
		return -EINVAL;
	slash = strchr(buf, '/');
	if (slash == NULL)
		return -EINVAL;
	*slash = '\0';
	if (text_parse_ip(buf, &addr) < 0 || parse_len(slash + 1, ret_len) < 0)
		return -EINVAL;
	*ret_addr = addr;
	return 0;
}

int range_parse(const char *s, uint32_t *ret_start, uint32_t *ret_end)
{
	char buf[RANGE_TEXT_SIZE], *dash;
	uint32_t start, end;
	uint8_t len;

	if (range_parse_prefix(s, &start, &len) == 0) {
		*ret_start = start & range_mask(len);
		*ret_end = start | ~range_mask(len);
		return 0;
	}
	if (!squeeze(s, buf, sizeof(buf)))
		return -EINVAL;
	dash = strchr(buf, '-');
	if (dash == NULL)
		return -EINVAL;
	*dash = '\0';
	if (text_parse_ip(buf, &start) < 0 || text_parse_ip(dash + 1, &end) < 0)
		return -EINVAL;
	if (end < start)
		return -ERANGE;
	*ret_start = start;
	*ret_end = end;
	return 0;
}

uint32_t range_mask(uint8_t len)
{
	return len == 0 ? 0 : UINT32_MAX << (32 - len);
}

const char *range_text(uint32_t start, uint32_t end, char buf[RANGE_TEXT_SIZE])
{
	char a[TEXT_IP_SIZE], b[TEXT_IP_SIZE];

	snprintf(buf, RANGE_TEXT_SIZE, "%s - %s", text_ip(start, a), text_ip(end, b));
	return buf;
}
