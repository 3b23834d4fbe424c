/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked: the packet, classes and option definitions that the tests of class expressions ask about.
 */
#ifndef LESSOR_TESTS_UNIT_PACKET_ASKED_H
#define LESSOR_TESTS_UNIT_PACKET_ASKED_H

#include "workers/packet/expr.h"

/* Classes A (0), VENDOR_CLASS_own (70), SPAWN_t_v (71) and KNOWN (2) are the packet's, B (1) and
 * UNKNOWN (3) are not. Own options: site-name 224 (string), site-box 225 (uint32, then
 * sub-options), site-ids 226 (uint16 [ ]), site-odd 227 (a record). */
extern const struct expr_names asked_names;

/* A relayed DISCOVER, decoded anew. */
const struct expr_packet *asked_packet(void);

/* The last warning of asked_compile(), "": none. */
extern char asked_warning[512];

/* Fails the test if text does not compile. */
struct expr *asked_compile(const char *text, enum expr_kind kind);

/* Compiles, evaluates and frees. */
int asked_test(const char *text);

/* The value: printable octets as they are, others as <hex>; "error -n". Lent until the next
 * call. */
const char *asked_value(const char *text);

/* The same form. */
const char *asked_show(struct span v);

#endif
