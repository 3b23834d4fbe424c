/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text: conversions between octets and what people read. Pure; no locale, no heap.
 */
#include "shm/base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *text_ip(uint32_t addr, char buf[TEXT_IP_SIZE])
{
	snprintf(buf, TEXT_IP_SIZE, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255,
		addr & 255);
	return buf;
}

int text_parse_ip(const char *s, uint32_t *ret_addr)
{
	struct in_addr in;

	if (inet_pton(AF_INET, s, &in) != 1)
		return -EINVAL;
	*ret_addr = ntohl(in.s_addr);
	return 0;
}

const char *text_hex(struct span s, char *buf, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < s.len && n + 4 <= size; i++) {
		if (i > 0)
			buf[n++] = ':';
		buf[n++] = digits[s.p[i] >> 4];
		buf[n++] = digits[s.p[i] & 15];
	}
	buf[n] = '\0';
	return buf;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int text_parse_hex(const char *s, uint8_t *buf, size_t size, size_t *ret_len)
{
	size_t n = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	while (*s != '\0') {
		int hi, lo;

		if (n > 0 && (*s == ':' || *s == '-' || *s == ' '))
			s++;
		hi = hex_digit(s[0]);
		lo = hi < 0 ? -1 : hex_digit(s[1]);
		if (lo < 0)
			return -EINVAL;
		if (n == size)
			return -ENOBUFS;
		buf[n++] = (uint8_t)(hi << 4 | lo);
		s += 2;
	}
	*ret_len = n;
	return 0;
}

/* Levenshtein distance of two names, both cut at 63 letters. */
static size_t distance(const char *a, const char *b)
{
	size_t row[64], la = strnlen(a, 63), lb = strnlen(b, 63);

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[lb];
}

const char *text_nearest(const char *s, const char *const *names, size_t n)
{
	size_t limit = strlen(s) / 3 > 2 ? strlen(s) / 3 : 2, best = limit + 1;
	const char *ret = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t d = distance(s, names[i]);

		if (d < best) {
			best = d;
			ret = names[i];
		}
	}
	return ret;
}

size_t text_utf8_length(struct span s)
{
	uint8_t c = s.p[0];
	size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if (len == 0 || len > s.len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
	if ((c == 0xe0 && s.p[1] < 0xa0) || (c == 0xf0 && s.p[1] < 0x90)) /* longer than needed */
		return 0;
	if ((c == 0xed && s.p[1] > 0x9f) || (c == 0xf4 && s.p[1] > 0x8f)) /* surrogate, too large */
		return 0;
	return len;
}
