/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io: datagrams in and out, in batches of one system call; raw frames on a link (io_lan.c) or UDP
 * as a relay (io_relay.c) behind one small table of functions. Called by run.c and exchange.c.
 */
#ifndef LESSOR_TESTS_LOAD_IO_H
#define LESSOR_TESTS_LOAD_IO_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "shm/base/err.h"
#include "tests/load/options.h"
#include "tests/load/packet.h"
#include "workers/packet/frame.h"

#define IO_BATCH   128
#define IO_RX_SIZE 2048
#define IO_CONTROL 64

/* What came in: a UDP payload, valid until the next io_receive(). */
struct io_packet {
	struct span payload;
	const uint8_t *src_mac; /* NULL: not known */
};

/* Who holds address (host byte order), for ARP. Returns whether anybody does. */
typedef bool io_resolve_fn(void *ctx, uint32_t address, uint8_t ret_mac[CLIENT_MAC_SIZE]);

struct io_tx {
	uint8_t buf[FRAME_HEADERS + PACKET_SIZE];
};

struct io_rx {
	uint8_t buf[IO_RX_SIZE];
	uint8_t control[IO_CONTROL] __attribute__((aligned(8)));
};

struct io;

struct io_ops {
	bool (*unwrap)(struct io *io, struct msghdr *hdr, size_t len, struct io_packet *ret);
	void (*queue)(struct io *io, const struct frame *to, size_t len);
	void (*flush)(struct io *io);
	uint64_t (*lost)(struct io *io);
};

struct io {
	const struct io_ops *ops;
	int fd;
	uint64_t rejected;  /* what came in and is no valid frame */
	uint64_t tx_failed; /* messages that the kernel did not take */
	uint64_t rx_lost;   /* what the kernel threw away because this program was too slow */
	io_resolve_fn *resolve;
	void *resolve_ctx;
	uint16_t local_port, server_port;
	struct sockaddr_in server[OPTIONS_SERVERS_MAX];
	unsigned n_servers;

	unsigned tx_n;
	struct io_tx *tx;
	struct iovec tx_iov[IO_BATCH];
	struct mmsghdr tx_hdr[IO_BATCH];
	struct io_rx *rx;
	struct iovec rx_iov[IO_BATCH];
	struct mmsghdr rx_hdr[IO_BATCH];
};

/* Opens the kind of socket that opt asks for; resolve is asked who answers ARP requests. Returns
 * 0 or a negative errno value with err. */
int io_open(struct io *io, const struct options *opt, io_resolve_fn *resolve, void *ctx,
	struct err *err);
void io_close(struct io *io);

/* Takes what is waiting, up to IO_BATCH, without blocking; the number of datagrams. */
unsigned io_receive(struct io *io);

/* The k-th of them; false if it is not for this program (counted if it is broken). */
static inline bool io_packet(struct io *io, unsigned k, struct io_packet *ret)
{
	return io->ops->unwrap(io, &io->rx_hdr[k].msg_hdr, io->rx_hdr[k].msg_len, ret);
}

/* Lends PACKET_SIZE octets for the next message to be sent; flushes if the batch is full. */
uint8_t *io_slot(struct io *io);

/* Queues the len octets that were written into the slot. A relay sends to its servers, whatever to
 * says. */
static inline void io_queue(struct io *io, const struct frame *to, size_t len)
{
	io->ops->queue(io, to, len);
}

static inline void io_flush(struct io *io)
{
	if (io->tx_n > 0)
		io->ops->flush(io);
}

/* Brings rx_lost up to date. */
static inline void io_count_lost(struct io *io)
{
	io->rx_lost += io->ops->lost(io);
}

/* For the kinds: sends the batch as it stands, without emptying it; big buffers; their opening. */
void io_send_batch(struct io *io);
void io_grow_buffers(int fd);
int io_lan_open(struct io *io, const struct options *opt, struct err *err);
int io_relay_open(struct io *io, const struct options *opt, struct err *err);

#endif
