/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rx_packet: frames as the interface delivers them. The kernel's filter only saves wake-ups;
 * everything is checked again here.
 */
#include "workers/rx.h"

#include <linux/if_packet.h>
#include <string.h>

#include "workers/packet/frame.h"

#define SERVER_PORT 67

static bool reject(struct counter_block *c, enum counter reason)
{
	counter_inc(c, reason);
	counter_inc(c, COUNTER_PARSE_FAILED);
	counter_inc(c, COUNTER_RECEIVE_DROP);
	return false;
}

static bool get(const struct rx *rx, unsigned i, struct counter_block *c, struct packet *ret)
{
	const struct msghdr *h = &rx->msg[i].msg_hdr;
	const struct tpacket_auxdata *aux =
		(const struct tpacket_auxdata *)rx_control(rx, i, SOL_PACKET, PACKET_AUXDATA);
	bool checksum_done = true;
	enum frame_reject reason;
	struct frame f;

	if (aux != NULL) {
		/* a tag that the hardware took off: the frame belongs to a VLAN interface */
		if ((aux->tp_status & TP_STATUS_VLAN_VALID) != 0 && (aux->tp_vlan_tci & 0xfff) != 0)
			return reject(c, COUNTER_FRAME_VLAN);
		checksum_done = (aux->tp_status & TP_STATUS_CSUMNOTREADY) == 0;
	}
	if ((h->msg_flags & MSG_TRUNC) != 0)
		return reject(c, COUNTER_FRAME_SHORT);
	reason = frame_parse(rx->data[i], rx->msg[i].msg_len, checksum_done, SERVER_PORT, &f);
	if (reason != FRAME_OK)
		return reject(c, (enum counter)(COUNTER_FRAME_SHORT + (reason - FRAME_SHORT)));
	ret->payload = f.payload;
	memcpy(ret->src_mac, f.src_mac, 6);
	ret->src_ip = f.src_ip;
	ret->dst_ip = f.dst_ip;
	ret->src_port = f.src_port;
	ret->age_ns = rx_age(rx, i);
	return true;
}

const struct rx_ops rx_packet = {get};
