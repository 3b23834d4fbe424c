/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io: what both kinds share: buffers and headers laid out once, recvmmsg and sendmmsg.
 */
#include "tests/load/io.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_OCTETS (64 << 20)

static void lay_out(struct io *io)
{
	for (unsigned k = 0; k < IO_BATCH; k++) {
		io->tx_iov[k] = (struct iovec){io->tx[k].buf, sizeof(io->tx[k].buf)};
		io->tx_hdr[k].msg_hdr.msg_iov = &io->tx_iov[k];
		io->tx_hdr[k].msg_hdr.msg_iovlen = 1;
		io->rx_iov[k] = (struct iovec){io->rx[k].buf, IO_RX_SIZE};
		io->rx_hdr[k].msg_hdr.msg_iov = &io->rx_iov[k];
		io->rx_hdr[k].msg_hdr.msg_iovlen = 1;
		io->rx_hdr[k].msg_hdr.msg_control = io->rx[k].control;
	}
}

int io_open(struct io *io, const struct options *opt, io_resolve_fn *resolve, void *ctx,
	struct err *err)
{
	int r;

	memset(io, 0, sizeof(*io));
	io->fd = -1;
	io->resolve = resolve;
	io->resolve_ctx = ctx;
	io->local_port = opt->local_port;
	io->server_port = opt->server_port;
	io->tx = (struct io_tx *)calloc(IO_BATCH, sizeof(*io->tx));
	io->rx = (struct io_rx *)calloc(IO_BATCH, sizeof(*io->rx));
	if (io->tx == NULL || io->rx == NULL) {
		io_close(io);
		return err_set(err, -ENOMEM, NULL, "not enough memory for packet buffers");
	}
	lay_out(io);
	r = opt->lan != NULL ? io_lan_open(io, opt, err) : io_relay_open(io, opt, err);
	if (r < 0)
		io_close(io);
	return r;
}

void io_close(struct io *io)
{
	if (io->fd >= 0)
		close(io->fd);
	free(io->tx);
	free(io->rx);
	io->tx = NULL;
	io->rx = NULL;
	io->fd = -1;
}

void io_grow_buffers(int fd)
{
	int size = BUFFER_OCTETS;

	/* FORCE goes beyond the system's limit and needs CAP_NET_ADMIN */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

unsigned io_receive(struct io *io)
{
	int n;

	for (unsigned k = 0; k < IO_BATCH; k++)
		io->rx_hdr[k].msg_hdr.msg_controllen = IO_CONTROL;
	n = recvmmsg(io->fd, io->rx_hdr, IO_BATCH, MSG_DONTWAIT, NULL);
	return n > 0 ? (unsigned)n : 0;
}

uint8_t *io_slot(struct io *io)
{
	if (io->tx_n == IO_BATCH)
		io_flush(io);
	return io->tx[io->tx_n].buf + FRAME_HEADERS;
}

void io_send_batch(struct io *io)
{
	unsigned done = 0;

	while (done < io->tx_n) {
		int n = sendmmsg(io->fd, io->tx_hdr + done, io->tx_n - done, 0);

		if (n > 0) {
			done += (unsigned)n;
		} else if (errno != EINTR) {
			/* this one is lost, as on a wire: its exchange runs into its timeout */
			io->tx_failed++;
			done++;
		}
	}
}
