/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rx_udp: relayed packets and unicast renewals through the UDP socket, for udp mode.
 */
#include "workers/rx.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static bool get(const struct rx *rx, unsigned i, struct counter_block *c, struct packet *ret)
{
	const struct sockaddr_in *from = (const struct sockaddr_in *)&rx->from[i];
	const struct in_pktinfo *to =
		(const struct in_pktinfo *)rx_control(rx, i, IPPROTO_IP, IP_PKTINFO);

	if ((rx->msg[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) {
		counter_inc(c, COUNTER_FRAME_SHORT);
		counter_inc(c, COUNTER_PARSE_FAILED);
		counter_inc(c, COUNTER_RECEIVE_DROP);
		return false;
	}
	ret->payload = span_of(rx->data[i], rx->msg[i].msg_len);
	memset(ret->src_mac, 0, sizeof(ret->src_mac));
	ret->src_ip = ntohl(from->sin_addr.s_addr);
	ret->src_port = ntohs(from->sin_port);
	ret->age_ns = rx_age(rx, i);
	ret->dst_ip = to != NULL ? ntohl(to->ipi_addr.s_addr) : 0;
	return true;
}

const struct rx_ops rx_udp = {get};
