/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame: Ethernet, IPv4 and UDP around a DHCP message: checked on the way in, built on the way
 * out. Pure; called by the raw receiver and sender, lessor-load and the fuzz targets.
 */
#ifndef LESSOR_WORKERS_PACKET_FRAME_H
#define LESSOR_WORKERS_PACKET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/base/wire.h"

#define FRAME_HEADERS     42    /* Ethernet 14, IPv4 without options 20, UDP 8 */
#define FRAME_PAYLOAD_MAX 65507 /* what the 16 bits of the IPv4 length leave for it */

/* Why a frame was thrown away; each has a counter of its own. */
enum frame_reject {
	FRAME_OK,
	FRAME_SHORT,       /* ends inside a header, or before the length a header states; or that
			    * length is less than the header's own */
	FRAME_NOT_IPV4,    /* other EtherType or IP version */
	FRAME_NOT_UDP,
	FRAME_NOT_DHCP,    /* UDP, but not to port 67 (or the port asked for) */
	FRAME_FRAGMENT,    /* any part of a fragmented datagram, the first one too */
	FRAME_IP_CHECKSUM,
	FRAME_UDP_CHECKSUM,
};

struct frame {
	const uint8_t *src_mac, *dst_mac; /* 6 octets each, inside the input */
	uint32_t src_ip, dst_ip;          /* host byte order */
	uint16_t src_port, dst_port;
	struct span payload; /* the UDP payload, inside the input */
};

/* Checks one Ethernet frame without a VLAN tag. udp_checksum_done: false if the kernel says that
 * the UDP checksum is partial (TP_STATUS_CSUMNOTREADY: packets of local senders); it is not
 * checked then, nor if the field is 0 (RFC 768). port: UDP destination port asked for, host byte
 * order. Fills *ret and returns FRAME_OK, or a reason with *ret undefined. */
enum frame_reject frame_parse(const uint8_t *data, size_t len, bool udp_checksum_done,
	uint16_t port, struct frame *ret);

/* Writes Ethernet, IPv4 (TTL 64, DF off, ToS 0x10 low delay) and UDP headers with both checksums
 * into the FRAME_HEADERS octets before payload, whose payload_len octets (at most
 * FRAME_PAYLOAD_MAX) are complete. f gives addresses and ports; its MACs lie elsewhere;
 * f->payload is not looked at. Returns the frame's length. */
size_t frame_build(uint8_t *payload, size_t payload_len, const struct frame *f);

#endif
