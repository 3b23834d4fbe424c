/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io_lan: clients on a link, by raw frames: every client sends from a hardware address of its
 * own. Answers ARP for the addresses they hold, since servers reach renewing clients through it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#include "tests/load/io.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
	ARP_SIZE = 42, /* Ethernet 14, ARP for IPv4 28; RFC 826 */
	ARP_AT = 14,
	ARP_OPERATION_AT = 20,
	ARP_SENDER_AT = 22,
	ARP_TARGET_AT = 32,
};

/* The frame in slot k is len octets long. */
static void queue_raw(struct io *io, size_t len)
{
	io->tx_iov[io->tx_n++].iov_len = len;
}

static void answer_arp(struct io *io, const uint8_t *frame, size_t len)
{
	static const uint8_t request[] = {0, 1, 8, 0, 6, 4, 0, 1};
	uint8_t *p, mac[CLIENT_MAC_SIZE];

	if (len < ARP_SIZE || memcmp(frame + ARP_AT, request, sizeof(request)) != 0 ||
		!io->resolve(io->resolve_ctx, wire_be32(frame + ARP_TARGET_AT + 6), mac))
		return;
	io_slot(io);
	p = io->tx[io->tx_n].buf;
	memcpy(p, frame + ARP_SENDER_AT, 6);
	memcpy(p + 6, mac, sizeof(mac));
	memcpy(p + 12, frame + 12, ARP_SENDER_AT - 12);
	p[ARP_OPERATION_AT + 1] = 2; /* reply */
	memcpy(p + ARP_SENDER_AT, mac, sizeof(mac));
	memcpy(p + ARP_SENDER_AT + 6, frame + ARP_TARGET_AT + 6, 4);
	memcpy(p + ARP_TARGET_AT, frame + ARP_SENDER_AT, 10);
	queue_raw(io, ARP_SIZE);
}

/* Whether the kernel says that the UDP checksum is only partly made (senders on this machine). */
static bool checksum_done(struct msghdr *hdr)
{
	struct tpacket_auxdata aux;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(hdr); c != NULL; c = CMSG_NXTHDR(hdr, c)) {
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		return (aux.tp_status & TP_STATUS_CSUMNOTREADY) == 0;
	}
	return true;
}

static bool unwrap(struct io *io, struct msghdr *hdr, size_t len, struct io_packet *ret)
{
	const uint8_t *data = (const uint8_t *)hdr->msg_iov->iov_base;
	struct frame f;

	if (len >= ETH_HLEN && wire_be16(data + 12) == ETH_P_ARP) {
		answer_arp(io, data, len);
		return false;
	}
	if (frame_parse(data, len, checksum_done(hdr), io->local_port, &f) != FRAME_OK) {
		io->rejected++;
		return false;
	}
	*ret = (struct io_packet){f.payload, f.src_mac};
	return true;
}

static void queue(struct io *io, const struct frame *to, size_t len)
{
	queue_raw(io, frame_build(io->tx[io->tx_n].buf + FRAME_HEADERS, len, to));
}

static void flush(struct io *io)
{
	io_send_batch(io);
	io->tx_n = 0;
}

static uint64_t lost(struct io *io)
{
	struct tpacket_stats s = {0};
	socklen_t size = sizeof(s);

	/* reading sets the kernel's counters back to 0 */
	return getsockopt(io->fd, SOL_PACKET, PACKET_STATISTICS, &s, &size) == 0 ? s.tp_drops : 0;
}

static const struct io_ops lan_ops = {unwrap, queue, flush, lost};

/* Without a VLAN tag: ARP requests, and unfragmented UDP over IPv4 to our port. */
static int attach_filter(int fd, uint16_t port)
{
	const uint32_t has_tag = (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, has_tag),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 13),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 0, 10),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, ARP_OPERATION_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 7, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, ETH_HLEN + 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x3fff, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, ETH_HLEN),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, ETH_HLEN + 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, IO_RX_SIZE),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int set_options(int fd, int ifindex, uint16_t port)
{
	/* the answers go to the clients' addresses, which the card does not know */
	struct packet_mreq all = {.mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC};
	int one = 1;

	io_grow_buffers(fd);
	if (attach_filter(fd, port) < 0 ||
		setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) < 0 ||
		setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) < 0)
		return -errno;
	/* both only save time, and older kernels lack them */
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	return 0;
}

int io_lan_open(struct io *io, const struct options *opt, struct err *err)
{
	struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct ifreq ifr = {0};

	io->ops = &lan_ops;
	link.sll_ifindex = (int)if_nametoindex(opt->lan);
	if (link.sll_ifindex == 0)
		return err_set(err, -ENODEV, "'ip link' lists them", "there is no interface '%s'",
			opt->lan);
	/* protocol 0: nothing arrives before the filter stands */
	io->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (io->fd < 0)
		return err_set(err, -errno, "run it as root or with CAP_NET_RAW",
			"cannot open a packet socket: %m");
	if (set_options(io->fd, link.sll_ifindex, opt->local_port) < 0 ||
		bind(io->fd, (struct sockaddr *)&link, sizeof(link)) < 0)
		return err_set(err, -errno, NULL, "cannot use interface '%s': %m", opt->lan);
	strncpy(ifr.ifr_name, opt->lan, sizeof(ifr.ifr_name) - 1);
	if (ioctl(io->fd, SIOCGIFHWADDR, &ifr) < 0 || ifr.ifr_hwaddr.sa_family != 1)
		return err_set(err, -EAFNOSUPPORT, NULL, "interface '%s' is not an Ethernet",
			opt->lan);
	return 0;
}
