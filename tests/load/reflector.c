/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reflector: answers every DISCOVER and REQUEST and remembers nothing, an upper limit for servers
 * and a check that lessor-load is never the limit itself. For tests and benchmarks, not installed.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/text.h"
#include "tests/load/io.h"
#include "workers/packet/msg.h"

#define NETWORK   0x0a000000 /* 10.0.0.0/8: a client's address is the end of its MAC */
#define LEASE_S   4000
#define NETMASK_8 0xff000000

static uint32_t own_address;

static bool resolve(void *ctx, uint32_t address, uint8_t ret_mac[CLIENT_MAC_SIZE])
{
	(void)ctx;
	memcpy(ret_mac, "\x06\0\0\0\0\x01", CLIENT_MAC_SIZE);
	return address == own_address;
}

static void write_answer(const struct msg *m, uint32_t address, uint8_t *buf)
{
	struct msg_header h = {
		.op = MSG_BOOTREPLY,
		.htype = m->htype,
		.hlen = m->hlen,
		.hops = m->hops,
		.xid = m->xid,
		.flags = m->flags,
		.ciaddr = m->ciaddr,
		.yiaddr = address,
		.giaddr = m->giaddr,
		.chaddr = m->chaddr,
	};
	struct opt_writer w;

	memset(buf, 0, MSG_BOOTP_SIZE);
	msg_encode_header(buf, &h);
	opt_writer_init(&w, buf + MSG_OPTIONS, MSG_BOOTP_SIZE - MSG_OPTIONS);
	opt_write_u8(&w, OPT_MESSAGE_TYPE, m->type == MSG_DISCOVER ? MSG_OFFER : MSG_ACK);
	opt_write_be32(&w, OPT_SERVER_ID, own_address);
	opt_write_be32(&w, OPT_LEASE_TIME, LEASE_S);
	opt_write_be32(&w, OPT_SUBNET_MASK, NETMASK_8);
	opt_writer_end(&w);
}

static void answer(struct io *io, const struct io_packet *packet)
{
	struct msg m;
	uint32_t address;
	struct frame to = {
		.src_mac = (const uint8_t *)"\x06\0\0\0\0\x01",
		.src_ip = own_address,
		.src_port = 67,
		.dst_port = 68,
	};

	if (msg_decode(packet->payload.p, packet->payload.len, MSG_BOOTREQUEST, false, &m) !=
			MSG_OK ||
		(m.type != MSG_DISCOVER && m.type != MSG_REQUEST))
		return;
	address = NETWORK | (wire_be32(m.chaddr + 2) & 0xffffff);
	to.dst_mac = m.chaddr;
	to.dst_ip = address;
	write_answer(&m, address, io_slot(io));
	io_queue(io, &to, MSG_BOOTP_SIZE);
}

static int serve(struct io *io)
{
	struct pollfd fd = {.fd = io->fd, .events = POLLIN};
	struct io_packet packet;

	while (poll(&fd, 1, -1) > 0) {
		unsigned n;

		while ((n = io_receive(io)) > 0) {
			for (unsigned k = 0; k < n; k++) {
				if (io_packet(io, k, &packet))
					answer(io, &packet);
			}
			io_flush(io);
		}
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct options opt = {.local_port = 67, .server_port = 67, .n_servers = 1};
	bool lan = argc == 4 && strcmp(argv[1], "lan") == 0;
	bool relay = argc == 4 && strcmp(argv[1], "relay") == 0;
	struct err err = {0};
	static struct io io;

	if ((!lan && !relay) || text_parse_ip(argv[2], &own_address) < 0 ||
		(relay && text_parse_ip(argv[3], &opt.server[0]) < 0)) {
		fputs("Usage: reflector lan ADDRESS IFACE | relay ADDRESS GIADDR\n", stderr);
		return 2;
	}
	opt.lan = lan ? argv[3] : NULL;
	opt.giaddr = own_address;
	if (io_open(&io, &opt, resolve, NULL, &err) < 0) {
		fprintf(stderr, "reflector: %s\n", err.text);
		return 3;
	}
	return serve(&io);
}
