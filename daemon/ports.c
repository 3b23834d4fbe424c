/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ports: makes the sockets of one interface together, and hands over from one set to the next.
 * Called by interfaces.c. A set taken over from keeps what it has received for its workers.
 */
#include "daemon/ports.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/sockets.h"

static void set_filters(const struct ports *p, void (*make)(struct bpf_program *), bool udp)
{
	struct bpf_program program;

	make(&program);
	for (uint32_t i = 0; i < p->n; i++) {
		int fd = udp ? p->port[i].udp_fd : p->port[i].packet_fd;

		/* replacing a filter fails only for want of some octets of kernel memory; the
		 * worker checks each packet anyway */
		if (fd >= 0)
			sockets_filter(fd, &program, NULL);
	}
}

/* The packet sockets come first: a new UDP socket takes over from a predecessor that received by
 * UDP, and only drops. */
static int open_raw(struct ports *p, const char *name, struct err *err)
{
	uint16_t group = 0;
	int rc = 0;

	for (uint32_t i = 0; i < p->n && rc >= 0; i++) {
		rc = p->port[i].packet_fd = sockets_packet(p->ifindex, err);
		if (rc >= 0 && p->n > 1)
			rc = sockets_join(p->port[i].packet_fd, p->n, &group, err);
	}
	if (rc >= 0) /* now that every packet goes to one of them only */
		set_filters(p, bpf_dhcp, false);
	for (uint32_t i = 0; i < p->n && rc >= 0; i++)
		rc = p->port[i].udp_fd = sockets_udp(name, false, err);
	return rc < 0 ? rc : 0;
}

/* The kernel numbers the sockets of a reuseport group in the order in which they were bound, so
 * that a set with more or fewer of them keeps the first ones of its predecessor. */
static int open_udp(struct ports *p, const char *name, const struct ports *prev, struct err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < p->n && rc >= 0; i++) {
		if (prev != NULL && prev->type == MODEL_UDP && i < prev->n) {
			rc = fcntl(prev->port[i].udp_fd, F_DUPFD_CLOEXEC, 0);
			if (rc < 0)
				return err_set(
					err, -errno, "raise LimitNOFILE=", "%s", strerror(errno));
		} else {
			rc = sockets_udp(name, true, err);
		}
		p->port[i].udp_fd = rc;
	}
	return rc < 0 ? rc : sockets_share(p->port[0].udp_fd, p->n, err);
}

static struct ports *new_ports(
	const struct netif_link *link, uint32_t number, enum model_socket_type type, uint32_t n)
{
	struct ports *p = (struct ports *)calloc(1, sizeof(*p) + n * sizeof(p->port[0]));

	if (p == NULL)
		return NULL;
	p->refs = 1;
	p->type = type;
	p->ifindex = link->ifindex;
	p->n = n;
	memcpy(p->mac, link->mac, sizeof(p->mac));
	for (uint32_t i = 0; i < n; i++) {
		p->port[i] = (struct child_port){.interface = number,
			.ifindex = link->ifindex,
			.packet_fd = -1,
			.udp_fd = -1};
		memcpy(p->port[i].mac, link->mac, sizeof(p->port[i].mac));
	}
	return p;
}

int ports_open(const struct netif_link *link, uint32_t number, uint32_t address,
	enum model_socket_type type, uint32_t n, struct ports *prev, struct ports **ret,
	struct err *err)
{
	struct ports *p = new_ports(link, number, type, n);
	int rc;

	if (p == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	rc = address != 0 ? sockets_probe(link->name, address, err) : 0;
	if (rc == 0)
		rc = type == MODEL_RAW ? open_raw(p, link->name, err)
				       : open_udp(p, link->name, prev, err);
	if (rc < 0) {
		ports_unref(p);
		return err_prefix(err, "interface %s", link->name);
	}
	if (prev != NULL) {
		set_filters(prev, bpf_nothing, false);
		if (type == MODEL_RAW)
			set_filters(prev, bpf_nothing, true);
	}
	*ret = p;
	return 0;
}

bool ports_fit(const struct ports *p, const struct netif_link *link, enum model_socket_type type,
	uint32_t n)
{
	return p->ifindex == link->ifindex && p->type == type && p->n == n &&
		memcmp(p->mac, link->mac, sizeof(p->mac)) == 0;
}

static bool waits(int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};

	return fd >= 0 && poll(&pfd, 1, 0) > 0 && (pfd.revents & POLLIN) != 0;
}

bool ports_drained(const struct ports *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (waits(p->type == MODEL_RAW ? p->port[i].packet_fd : p->port[i].udp_fd))
			return false;
	return true;
}

struct ports *ports_ref(struct ports *p)
{
	p->refs++;
	return p;
}

void ports_unref(struct ports *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	/* from the end: closing the last one of a reuseport group renumbers none */
	for (uint32_t i = p->n; i > 0; i--) {
		if (p->port[i - 1].packet_fd >= 0)
			close(p->port[i - 1].packet_fd);
		if (p->port[i - 1].udp_fd >= 0)
			close(p->port[i - 1].udp_fd);
	}
	free(p);
}
