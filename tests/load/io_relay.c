/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io_relay: a UDP socket at the relay's address and port, or at every address for many relays;
 * each message goes to every server, as relays do (RFC 1542 4.1). The kernel checks checksums;
 * answers are told by client and xid.
 */
#include <errno.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "shm/base/text.h"
#include "tests/load/io.h"

static bool unwrap(struct io *io, struct msghdr *hdr, size_t len, struct io_packet *ret)
{
	(void)io;
	*ret = (struct io_packet){span_of(hdr->msg_iov->iov_base, len), NULL};
	return true;
}

static void queue(struct io *io, const struct frame *to, size_t len)
{
	(void)to;
	io->tx_iov[io->tx_n++].iov_len = len;
}

static void flush(struct io *io)
{
	for (unsigned s = 0; s < io->n_servers; s++) {
		for (unsigned k = 0; k < io->tx_n; k++)
			io->tx_hdr[k].msg_hdr.msg_name = &io->server[s];
		io_send_batch(io);
	}
	io->tx_n = 0;
}

static uint64_t lost(struct io *io)
{
	uint32_t info[SK_MEMINFO_VARS] = {0};
	socklen_t size = sizeof(info);

	/* a total that began with the socket: report what is new */
	if (getsockopt(io->fd, SOL_SOCKET, SO_MEMINFO, info, &size) < 0)
		return 0;
	return info[SK_MEMINFO_DROPS] - (uint32_t)io->rx_lost;
}

static const struct io_ops relay_ops = {unwrap, queue, flush, lost};

static struct sockaddr_in address_of(uint32_t addr, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(addr),
	};
}

int io_relay_open(struct io *io, const struct options *opt, struct err *err)
{
	struct sockaddr_in local = address_of(opt->giaddr, opt->local_port);
	char ip[TEXT_IP_SIZE];

	io->ops = &relay_ops;
	for (unsigned s = 0; s < opt->n_servers; s++)
		io->server[s] = address_of(opt->server[s], opt->server_port);
	io->n_servers = opt->n_servers;
	for (unsigned k = 0; k < IO_BATCH; k++) {
		io->tx_iov[k].iov_base = io->tx[k].buf + FRAME_HEADERS;
		io->tx_hdr[k].msg_hdr.msg_namelen = sizeof(io->server[0]);
		io->rx_hdr[k].msg_hdr.msg_control = NULL;
	}
	io->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (io->fd < 0)
		return err_set(err, -errno, NULL, "cannot open a UDP socket: %m");
	io_grow_buffers(io->fd);
	if (bind(io->fd, (struct sockaddr *)&local, sizeof(local)) < 0)
		return err_set(err, -errno, "GIADDR is an address of this machine; another port: "
					    "--local-port",
			"cannot use %s port %u: %m", text_ip(opt->giaddr, ip), opt->local_port);
	return 0;
}
