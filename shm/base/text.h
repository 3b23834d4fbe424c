/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text: addresses, hardware addresses and octets, to and from text. IPv4 addresses are uint32_t
 * in host byte order everywhere in Lessor; only the codec and socket calls turn them round.
 */
#ifndef LESSOR_SHM_BASE_TEXT_H
#define LESSOR_SHM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/base/wire.h"

#define TEXT_IP_SIZE  16              /* "255.255.255.255" and the NUL */
#define TEXT_HEX_SIZE (3 * 255 + 1)   /* "aa:bb:..." of the longest client identifier */

/* Writes the dotted quad of addr (host byte order) into buf and returns buf. */
const char *text_ip(uint32_t addr, char buf[TEXT_IP_SIZE]);

/* Reads exactly a dotted quad; returns 0 or -EINVAL. ret_addr in host byte order. */
int text_parse_ip(const char *s, uint32_t *ret_addr);

/* Writes lower-case hex pairs, joined by colons, into buf and returns buf. What does not fit in
 * size octets (NUL included) is left out. */
const char *text_hex(struct span s, char *buf, size_t size);

/* Reads hex: pairs with colons, dashes or blanks between, none, or after 0x. An odd number of
 * digits is refused. Returns 0, -EINVAL (not hex) or -ENOBUFS (more than size octets). */
int text_parse_hex(const char *s, uint8_t *buf, size_t size, size_t *ret_len);

/* Of the n names, the one nearest to s if at most two or a third of the letters differ,
 * else NULL: for "did you mean". */
const char *text_nearest(const char *s, const char *const *names, size_t n);

/* Length of the UTF-8 sequence (RFC 3629) that s, which is not empty, begins with; 0: there is none. */
size_t text_utf8_length(struct span s);

#endif
