/* SPDX-License-Identifier: Apache-2.0 */
/*
 * range: "192.0.2.0/24" and "192.0.2.10 - 192.0.2.20" as numbers. Pure.
 */
#ifndef LESSOR_DAEMON_CONF_RANGE_H
#define LESSOR_DAEMON_CONF_RANGE_H

#include <stdint.h>

#define RANGE_TEXT_SIZE 40

/* Reads "address/length"; blanks count for nothing. The address is given as it stands there, with
 * its host bits. Returns 0 or -EINVAL. Addresses are in host byte order everywhere here. */
int range_parse_prefix(const char *s, uint32_t *ret_addr, uint8_t *ret_len);

/* Reads "first - last" or "address/length", which is the prefix from its first address to its last.
 * Returns 0, -EINVAL (is neither) or -ERANGE (last < first). */
int range_parse(const char *s, uint32_t *ret_start, uint32_t *ret_end);

/* The netmask of this length, 0 to 32. */
uint32_t range_mask(uint8_t len);

/* Writes "first - last" into buf and returns buf. */
const char *range_text(uint32_t start, uint32_t end, char buf[RANGE_TEXT_SIZE]);

/* The order of two addresses, or other numbers, for qsort(). */
static inline int range_compare(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

#endif
