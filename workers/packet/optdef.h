/* SPDX-License-Identifier: Apache-2.0 */
/*
 * optdef: names and types of options, and their values from text to wire and back. The standard
 * table is that of RFC 2132 and IANA under Kea's names. Pure; called by the configuration reader,
 * lessorctl and the control channel, never per packet.
 */
#ifndef LESSOR_WORKERS_PACKET_OPTDEF_H
#define LESSOR_WORKERS_PACKET_OPTDEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/base/err.h"
#include "shm/base/wire.h"

enum optdef_type {
	OPTDEF_EMPTY,
	OPTDEF_BINARY,
	OPTDEF_BOOLEAN,
	OPTDEF_INT8,
	OPTDEF_INT16,
	OPTDEF_INT32,
	OPTDEF_UINT8,
	OPTDEF_UINT16,
	OPTDEF_UINT32,
	OPTDEF_IPV4_ADDRESS,
	OPTDEF_IPV6_ADDRESS,
	OPTDEF_IPV6_PREFIX,
	OPTDEF_PSID,
	OPTDEF_STRING,
	OPTDEF_TUPLE,
	OPTDEF_TUPLE16, /* 143 v4-sztp-redirect: a length of two octets (RFC 8572 8.1) */
	OPTDEF_FQDN,
	OPTDEF_RECORD,
	OPTDEF_INTERNAL, /* 121 classless-static-route and 162 v4-dnr: a form of their own */
};

#define OPTDEF_RECORD_MAX 16

struct optdef {
	uint8_t code;
	const char *name;
	uint8_t type;  /* enum optdef_type */
	bool array;    /* the value, or the record's last field, repeats */
	uint8_t n_fields;
	uint8_t fields[OPTDEF_RECORD_MAX]; /* types of a record's fields */
	const char *encapsulates;          /* space of its sub-options, NULL: none */
	bool compress; /* names share their ends by pointers (RFC 3397) */
	bool own;      /* Kea has no definition: data of a Kea file is hex without an option-def */
};

/* The standard definition, NULL: none. */
const struct optdef *optdef_by_code(uint8_t code);
const struct optdef *optdef_by_name(const char *name);

/* The standard definition of an option of another space than dhcp4, NULL: none. */
const struct optdef *optdef_sub_by_code(const char *space, uint8_t code);
const struct optdef *optdef_sub_by_name(const char *space, const char *name);

/* The standard name nearest to name, NULL: none is near. */
const char *optdef_nearest(const char *name);

/* A type by its configuration name ("ipv4-address"); -ENOENT if there is none. */
int optdef_type_parse(const char *name, enum optdef_type *ret_type);
const char *optdef_type_name(enum optdef_type type);

/* Whether the types of a definition (an option-def's) can be told apart on the wire: nothing
 * without a length of its own before another value. Returns 0 or -EINVAL with err. */
int optdef_check(const struct optdef *def, struct err *err);

/* Encodes text (Kea's csv-format: fields by comma, blanks trimmed, "\," is a comma inside one)
 * by definition into buf. Returns 0 and *ret_len, or a negative errno value with err naming the
 * field and what would be right. */
int optdef_encode(const struct optdef *def, const char *text, uint8_t *buf, size_t size,
	size_t *ret_len, struct err *err);

/* Encodes csv-format = false data: hex digits in any of Kea's forms, or 'text' in quotes; nothing
 * at all is a value without octets. Errors as above. */
int optdef_encode_raw(const char *text, uint8_t *buf, size_t size, size_t *ret_len,
	struct err *err);

/* The text that optdef_encode() would take, into buf, always terminated. Octets that do not fit
 * the definition, or that text cannot give, are shown as hex after "0x". Returns the length, as
 * snprintf() does. */
size_t optdef_decode(const struct optdef *def, struct span value, char *buf, size_t size);

#endif
