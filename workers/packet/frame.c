/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame: the three headers around a DHCP message. A kernel filter in front of it saves wake-ups
 * and proves nothing: every length and checksum is looked at here.
 */
#include "workers/packet/frame.h"

#include <string.h>

#define ETH_HEADER     14
#define IP_HEADER      20 /* without options */
#define UDP_HEADER     8
#define ETHERTYPE_IPV4 0x0800
#define PROTOCOL_UDP   17
#define FRAGMENT_BITS  0x3fff /* more fragments, or an offset */

/* The Internet checksum (RFC 1071) does not care about byte order as long as words are summed and
 * the result is stored the same way: all of it is done as memory has it. */
static uint64_t sum_add(uint64_t sum, const uint8_t *p, size_t len)
{
	uint64_t v;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&v, p, 8);
		sum += (v & 0xffffffff) + (v >> 32);
	}
	if (len > 0) {
		v = 0;
		memcpy(&v, p, len);
		sum += (v & 0xffffffff) + (v >> 32);
	}
	return sum;
}

static uint16_t sum_fold(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Over the pseudo header (RFC 768), the UDP header and its data. */
static uint16_t udp_sum(const uint8_t *ip, const uint8_t *udp, size_t udp_len)
{
	const uint8_t rest[4] = {0, PROTOCOL_UDP, udp[4], udp[5]};
	uint64_t sum = sum_add(0, ip + 12, 8);

	return sum_fold(sum_add(sum_add(sum, rest, sizeof(rest)), udp, udp_len));
}

static enum frame_reject parse_udp(const uint8_t *ip, const uint8_t *udp, size_t len,
	bool udp_checksum_done, uint16_t port, struct frame *ret)
{
	size_t udp_len;

	if (len < UDP_HEADER)
		return FRAME_SHORT;
	ret->src_port = wire_be16(udp);
	ret->dst_port = wire_be16(udp + 2);
	if (ret->dst_port != port)
		return FRAME_NOT_DHCP;
	udp_len = wire_be16(udp + 4);
	if (udp_len < UDP_HEADER || udp_len > len)
		return FRAME_SHORT;
	if (udp_checksum_done && wire_be16(udp + 6) != 0 && udp_sum(ip, udp, udp_len) != 0xffff)
		return FRAME_UDP_CHECKSUM;
	ret->payload = span_of(udp + UDP_HEADER, udp_len - UDP_HEADER);
	return FRAME_OK;
}

enum frame_reject frame_parse(const uint8_t *data, size_t len, bool udp_checksum_done,
	uint16_t port, struct frame *ret)
{
	const uint8_t *ip = data + ETH_HEADER;
	size_t header, total;

	if (len < ETH_HEADER)
		return FRAME_SHORT;
	if (wire_be16(data + 12) != ETHERTYPE_IPV4)
		return FRAME_NOT_IPV4;
	len -= ETH_HEADER;
	if (len < IP_HEADER)
		return FRAME_SHORT;
	if (ip[0] >> 4 != 4)
		return FRAME_NOT_IPV4;
	header = (size_t)(ip[0] & 15) * 4;
	total = wire_be16(ip + 2); /* less than len where Ethernet padded the frame */
	if (header < IP_HEADER || header > total || total > len)
		return FRAME_SHORT;
	if (sum_fold(sum_add(0, ip, header)) != 0xffff)
		return FRAME_IP_CHECKSUM;
	if (ip[9] != PROTOCOL_UDP)
		return FRAME_NOT_UDP;
	if ((wire_be16(ip + 6) & FRAGMENT_BITS) != 0)
		return FRAME_FRAGMENT;
	ret->dst_mac = data;
	ret->src_mac = data + 6;
	ret->src_ip = wire_be32(ip + 12);
	ret->dst_ip = wire_be32(ip + 16);
	return parse_udp(ip, ip + header, total - header, udp_checksum_done, port, ret);
}

size_t frame_build(uint8_t *payload, size_t payload_len, const struct frame *f)
{
	static const uint8_t ip_start[12] = {0x45, 0x10, 0, 0, 0, 0, 0, 0, 64, PROTOCOL_UDP, 0, 0};
	uint8_t *eth = payload - FRAME_HEADERS, *ip = eth + ETH_HEADER, *udp = ip + IP_HEADER;
	size_t udp_len = UDP_HEADER + payload_len;
	uint16_t sum;

	memcpy(eth, f->dst_mac, 6);
	memcpy(eth + 6, f->src_mac, 6);
	wire_set_be16(eth + 12, ETHERTYPE_IPV4);
	memcpy(ip, ip_start, sizeof(ip_start));
	wire_set_be16(ip + 2, (uint16_t)(IP_HEADER + udp_len));
	wire_set_be32(ip + 12, f->src_ip);
	wire_set_be32(ip + 16, f->dst_ip);
	wire_set_be16(udp, f->src_port);
	wire_set_be16(udp + 2, f->dst_port);
	wire_set_be16(udp + 4, (uint16_t)udp_len);
	wire_set_be16(udp + 6, 0);
	sum = (uint16_t)~udp_sum(ip, udp, udp_len);
	if (sum == 0)
		sum = 0xffff; /* 0 on the wire means: no checksum (RFC 768) */
	memcpy(udp + 6, &sum, 2);
	/* RFC 6864 4.1: datagrams that may be fragmented shall differ in their identification. The
	 * checksum differs whenever the contents do, and needs no state. */
	memcpy(ip + 4, &sum, 2);
	sum = (uint16_t)~sum_fold(sum_add(0, ip, IP_HEADER));
	memcpy(ip + 10, &sum, 2);
	return FRAME_HEADERS + payload_len;
}
