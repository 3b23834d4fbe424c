/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_read: the arguments of lessor-explain as the packet that they describe. Called by
 * cmd_explain.c.
 */
#ifndef LESSOR_DAEMON_CONTROL_EXPLAIN_READ_H
#define LESSOR_DAEMON_CONTROL_EXPLAIN_READ_H

#include <jansson.h>

#include "daemon/control/argument.h"

#define EXPLAIN_PACKET_MAX 4096

struct explain_input {
	uint32_t interface; /* number in region.interfaces */
	struct packet packet; /* its payload is octets */
	struct model_classes given; /* in class */
	uint16_t class[ARGUMENT_CLASSES];
	size_t len;
	uint8_t octets[EXPLAIN_PACKET_MAX];
};

/* Fills ret, which refers to itself. false: the answer says what is wrong. */
bool explain_read(const struct child *c, const json_t *args, struct explain_input *ret,
	struct answer *a);

#endif
