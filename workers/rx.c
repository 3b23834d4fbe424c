/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rx: what both kinds of sockets share: one recvmmsg() a batch, into buffers that stay.
 */
#include "workers/rx.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "shm/base/clock.h"

void rx_init(struct rx *rx, int fd, const struct rx_ops *ops)
{
	rx->fd = fd;
	rx->ops = ops;
	for (unsigned i = 0; i < BATCH_MAX; i++) {
		rx->iov[i] = (struct iovec){rx->data[i], RX_SIZE};
		rx->msg[i].msg_hdr = (struct msghdr){
			.msg_name = &rx->from[i],
			.msg_namelen = sizeof(rx->from[i]),
			.msg_iov = &rx->iov[i],
			.msg_iovlen = 1,
			.msg_control = rx->control[i],
			.msg_controllen = sizeof(rx->control[i]),
		};
	}
}

void rx_tell_age(struct rx *rx)
{
	const int on = 1;

	rx->tells_age = setsockopt(rx->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0;
}

uint64_t rx_age(const struct rx *rx, unsigned i)
{
	struct timespec at;
	const void *stamp;
	uint64_t ns;

	if (!rx->tells_age)
		return 0;
	stamp = rx_control(rx, i, SOL_SOCKET, SCM_TIMESTAMPNS);
	if (stamp == NULL)
		return 0;
	memcpy(&at, stamp, sizeof(at));
	ns = (uint64_t)at.tv_sec * CLOCK_NS_PER_S + (uint64_t)at.tv_nsec;
	return rx->wall_ns > ns ? rx->wall_ns - ns : 0;
}

int rx_receive(struct rx *rx, unsigned max)
{
	int n;

	/* the kernel has written into those that it filled last time */
	for (unsigned i = 0; i < rx->used; i++) {
		rx->msg[i].msg_hdr.msg_namelen = sizeof(rx->from[i]);
		rx->msg[i].msg_hdr.msg_controllen = sizeof(rx->control[i]);
	}
	n = recvmmsg(rx->fd, rx->msg, max, MSG_DONTWAIT, NULL);
	rx->used = n > 0 ? (unsigned)n : 0;
	if (n > 0 && rx->tells_age)
		rx->wall_ns = clock_wall_us() * 1000;
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
