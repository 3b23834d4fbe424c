/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sockets: see sockets.h. Every socket is complete, filter first, before a packet can reach it.
 */
#include "daemon/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVER_PORT   67
#define RECEIVE_QUEUE (8 << 20) /* octets: some 10,000 packets, a second at full load */

#define CURE_PRIVILEGE "start lessord as root, or with CAP_NET_RAW and CAP_NET_BIND_SERVICE"
#define CURE_PORT      "stop the other DHCP server; 'ss -ulpn sport = :67' shows it"

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? -errno : 0;
}

static void set_queue(int fd)
{
	/* without CAP_NET_ADMIN the kernel's limit holds */
	if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_QUEUE) < 0)
		set_int(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_QUEUE);
}

/* Closes fd and reports rc. */
static int failed(int fd, int rc, const char *what, struct err *err)
{
	close(fd);
	return err_set(err, rc,
		rc == -EPERM || rc == -EACCES ? CURE_PRIVILEGE
			: rc == -EADDRINUSE   ? CURE_PORT
					      : NULL,
		"%s: %s", what, strerror(-rc));
}

int sockets_filter(int fd, const struct bpf_program *program, struct err *err)
{
	struct sock_fprog prog = {program->len, (struct sock_filter *)(uintptr_t)program->code};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) == 0)
		return 0;
	return err_set(err, -errno, NULL, "socket filter: %s", strerror(errno));
}

static int filter_nothing(int fd)
{
	struct bpf_program nothing;

	bpf_nothing(&nothing);
	return sockets_filter(fd, &nothing, NULL);
}

int sockets_packet(uint32_t ifindex, struct err *err)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)ifindex};
	/* protocol 0: it receives nothing before it is bound */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;

	if (fd < 0)
		return err_set(err, -errno, CURE_PRIVILEGE, "packet socket: %s", strerror(errno));
	set_queue(fd);
	rc = filter_nothing(fd);
	if (rc == 0)
		rc = set_int(fd, SOL_PACKET, PACKET_AUXDATA, 1);
	if (rc == 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		rc = -errno;
	return rc == 0 ? fd : failed(fd, rc, "packet socket", err);
}

int sockets_join(int fd, uint32_t n, uint16_t *group, struct err *err)
{
	unsigned mode = PACKET_FANOUT_CBPF | (*group == 0 ? PACKET_FANOUT_FLAG_UNIQUEID : 0);
	unsigned arg = *group | mode << 16;
	socklen_t len = sizeof(arg);
	struct bpf_program program;
	struct sock_fprog prog = {.filter = program.code};

	if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &arg, sizeof(arg)) < 0)
		return err_set(err, -errno, NULL, "fanout group: %s", strerror(errno));
	if (*group != 0)
		return 0;
	bpf_share_ip(&program, n);
	prog.len = program.len;
	if (getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &arg, &len) < 0 ||
		setsockopt(fd, SOL_PACKET, PACKET_FANOUT_DATA, &prog, sizeof(prog)) < 0)
		return err_set(err, -errno, NULL, "fanout program: %s", strerror(errno));
	*group = (uint16_t)arg;
	return 0;
}

static int bind_port(int fd, const char *name, uint32_t address)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(SERVER_PORT),
		.sin_addr.s_addr = htonl(address)};

	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name)) < 0 ||
		bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return -errno;
	return 0;
}

int sockets_udp(const char *name, bool receive, struct err *err)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;

	if (fd < 0)
		return err_set(err, -errno, NULL, "UDP socket: %s", strerror(errno));
	rc = set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (rc == 0)
		rc = set_int(fd, SOL_SOCKET, SO_BROADCAST, 1);
	if (rc == 0)
		rc = set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	if (receive) {
		set_queue(fd);
		if (rc == 0)
			rc = set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	} else if (rc == 0) {
		rc = filter_nothing(fd);
	}
	if (rc == 0)
		rc = bind_port(fd, name, INADDR_ANY);
	return rc == 0 ? fd : failed(fd, rc, "UDP port 67", err);
}

int sockets_share(int fd, uint32_t n, struct err *err)
{
	struct bpf_program program;
	struct sock_fprog prog = {.filter = program.code};

	bpf_share_message(&program, n);
	prog.len = program.len;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &prog, sizeof(prog)) == 0)
		return 0;
	return err_set(err, -errno, NULL, "sharing of UDP port 67: %s", strerror(errno));
}

int sockets_probe(const char *name, uint32_t address, struct err *err)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return err_set(err, -errno, NULL, "UDP socket: %s", strerror(errno));
	rc = bind_port(fd, name, address);
	if (rc < 0)
		return failed(fd, rc, "UDP port 67", err);
	close(fd);
	return 0;
}
