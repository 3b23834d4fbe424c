/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rx: what both kinds of sockets share: one recvmmsg() a batch, into buffers that stay.
 */
#include "workers/rx.h"

#include <errno.h>

void rx_init(struct rx *rx, int fd, const struct rx_ops *ops)
{
	rx->fd = fd;
	rx->ops = ops;
	for (unsigned i = 0; i < BATCH_MAX; i++) {
		rx->iov[i] = (struct iovec){rx->data[i], RX_SIZE};
		rx->msg[i].msg_hdr = (struct msghdr){
			.msg_name = &rx->from[i],
			.msg_iov = &rx->iov[i],
			.msg_iovlen = 1,
			.msg_control = rx->control[i],
		};
	}
}

int rx_receive(struct rx *rx, unsigned max)
{
	int n;

	for (unsigned i = 0; i < max; i++) {
		rx->msg[i].msg_hdr.msg_namelen = sizeof(rx->from[i]);
		rx->msg[i].msg_hdr.msg_controllen = sizeof(rx->control[i]);
	}
	n = recvmmsg(rx->fd, rx->msg, max, MSG_DONTWAIT, NULL);
	return n < 0 ? -errno : n;
}

const void *rx_control(const struct rx *rx, unsigned i, int level, int type)
{
	struct msghdr *h = (struct msghdr *)(uintptr_t)&rx->msg[i].msg_hdr;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == level && c->cmsg_type == type)
			return CMSG_DATA(c);
	}
	return NULL;
}
