/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tx: frames leave through the packet socket, routed answers through the UDP socket, whose source
 * address is set for each, since a server may have several.
 */
#include "workers/tx.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "shm/base/clock.h"
#include "workers/packet/msg.h"
#include "workers/selftest.h"

#define SERVER_PORT 67
#define WAIT_MS     20 /* for room in a full send queue, once a batch */

/* What sendmmsg() needs for up to a batch. */
struct outgoing {
	unsigned n;
	struct mmsghdr msg[BATCH_MAX];
	struct iovec iov[BATCH_MAX];
	union {
		struct sockaddr_ll ll;
		struct sockaddr_in in;
	} to[BATCH_MAX];
	union {
		struct cmsghdr align;
		uint8_t octets[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control[BATCH_MAX];
	const struct answer *answer[BATCH_MAX];
};

static struct msghdr *add(struct outgoing *o, const struct answer *a, void *data, size_t len,
	size_t to_len)
{
	struct msghdr *h = &o->msg[o->n].msg_hdr;

	o->iov[o->n] = (struct iovec){data, len};
	o->answer[o->n] = a;
	*h = (struct msghdr){
		.msg_name = &o->to[o->n],
		.msg_namelen = (socklen_t)to_len,
		.msg_iov = &o->iov[o->n],
		.msg_iovlen = 1,
	};
	o->n++;
	return h;
}

static void add_frame(struct outgoing *o, const struct child_port *port, struct answer *a)
{
	struct frame f = {
		.src_mac = port->mac,
		.dst_mac = a->dst_mac,
		.src_ip = a->src_ip,
		.dst_ip = a->dst_ip,
		.src_port = SERVER_PORT,
		.dst_port = a->dst_port,
	};
	size_t len = frame_build(a->message, a->len, &f);

	o->to[o->n].ll = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)port->ifindex,
		.sll_halen = 6,
	};
	memcpy(o->to[o->n].ll.sll_addr, a->dst_mac, 6);
	add(o, a, a->headers, len, sizeof(struct sockaddr_ll));
}

static void add_routed(struct outgoing *o, struct answer *a)
{
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(a->src_ip)};
	struct cmsghdr *c = &o->control[o->n].align;
	struct msghdr *h;

	o->to[o->n].in = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(a->dst_port),
		.sin_addr.s_addr = htonl(a->dst_ip),
	};
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	h = add(o, a, a->message, a->len, sizeof(struct sockaddr_in));
	h->msg_control = c;
	h->msg_controllen = CMSG_SPACE(sizeof(info));
}

static void count_sent(struct counter_block *c, const struct answer *a, uint64_t now_ns)
{
	counter_inc(c, COUNTER_SENT);
	counter_inc(c, a->type == MSG_OFFER ? COUNTER_OFFER_SENT :
			a->type == MSG_NAK  ? COUNTER_NAK_SENT :
					      COUNTER_ACK_SENT); /* a BOOTREPLY, too */
	counter_observe(c, HISTOGRAM_REPLY, now_ns - a->taken_ns);
}

/* Sends all of it; an answer that is refused for itself (no route...) is left out. */
static void send_all(int fd, struct outgoing *o, struct counter_block *c)
{
	bool waited = false;

	for (unsigned i = 0; i < o->n;) {
		int sent = sendmmsg(fd, o->msg + i, o->n - i, MSG_DONTWAIT);

		if (sent > 0) {
			uint64_t now_ns = clock_mono_ns();

			for (int k = 0; k < sent; k++)
				count_sent(c, o->answer[i + (unsigned)k], now_ns);
			i += (unsigned)sent;
		} else if ((errno == EAGAIN || errno == ENOBUFS) && !waited) {
			struct pollfd p = {.fd = fd, .events = POLLOUT};

			poll(&p, 1, WAIT_MS);
			waited = true;
		} else if (errno != EINTR) {
			counter_inc(c, COUNTER_SEND_FAILED);
			i++;
		}
	}
}

static void send_test(
	const struct child_port *port, const struct answer *a, struct counter_block *c)
{
	selftest_send(port, a);
	count_sent(c, a, clock_mono_ns());
}

void tx_send(const struct child_port *port, struct batch *b, struct counter_block *c)
{
	static struct outgoing frames, routed; /* large, one thread */

	frames.n = routed.n = 0;
	for (size_t i = 0; i < b->n; i++) {
		if (b->v[i].way == WAY_FRAME)
			add_frame(&frames, port, &b->v[i]);
		else if (b->v[i].way == WAY_ROUTE)
			add_routed(&routed, &b->v[i]);
		else
			send_test(port, &b->v[i], c);
	}
	send_all(port->packet_fd, &frames, c);
	send_all(port->udp_fd, &routed, c);
	b->n = 0;
}
