/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netif: one netlink socket hears of changes; another one, opened for each reading so that no
 * answer of a broken-off one is left in it, asks. Called by interfaces.c in the supervisor.
 */
#include "daemon/netif.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define REFRESH_TRIES 5 /* of a state that changes while it is read */

struct address {
	uint32_t ifindex, address;
};

struct state {
	struct netif_link *links;
	struct address *addresses; /* in the kernel's order: primary ones first */
	size_t n_links, n_addresses;
};

struct netif {
	struct mnl_socket *notes;
	struct state now;
};

static void state_fini(struct state *s)
{
	free(s->links);
	free(s->addresses);
}

/* v with room for one element more than its n; NULL: no memory, v is as before. */
static void *grow(void *v, size_t n, size_t size)
{
	if (n != 0 && (n & (n - 1)) != 0)
		return v; /* doubled at each power of two */
	return realloc(v, (n == 0 ? 1 : 2 * n) * size);
}

static int on_link_attr(const struct nlattr *attr, void *arg)
{
	struct netif_link *l = (struct netif_link *)arg;
	uint16_t len = mnl_attr_get_payload_len(attr);

	if (mnl_attr_get_type(attr) == IFLA_IFNAME)
		snprintf(l->name, sizeof(l->name), "%.*s", (int)len, mnl_attr_get_str(attr));
	else if (mnl_attr_get_type(attr) == IFLA_MTU && len == sizeof(uint32_t))
		l->mtu = mnl_attr_get_u32(attr);
	else if (mnl_attr_get_type(attr) == IFLA_ADDRESS && len == sizeof(l->mac))
		memcpy(l->mac, mnl_attr_get_payload(attr), sizeof(l->mac));
	return MNL_CB_OK;
}

static int on_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *ifi = (const struct ifinfomsg *)mnl_nlmsg_get_payload(nlh);
	struct state *s = (struct state *)arg;
	struct netif_link *l;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	l = (struct netif_link *)grow(s->links, s->n_links, sizeof(*l));
	if (l == NULL)
		return MNL_CB_ERROR;
	s->links = l;
	l += s->n_links++;
	memset(l, 0, sizeof(*l));
	l->ifindex = (uint32_t)ifi->ifi_index;
	l->type = ifi->ifi_type;
	l->up = (ifi->ifi_flags & IFF_UP) != 0 && (ifi->ifi_flags & IFF_RUNNING) != 0;
	l->loopback = (ifi->ifi_flags & IFF_LOOPBACK) != 0;
	return mnl_attr_parse(nlh, sizeof(*ifi), on_link_attr, l);
}

static int on_address_attr(const struct nlattr *attr, void *arg)
{
	struct address *a = (struct address *)arg;

	if (mnl_attr_get_payload_len(attr) != sizeof(uint32_t))
		return MNL_CB_OK;
	/* on a point-to-point link IFA_ADDRESS is the peer's, IFA_LOCAL ours */
	if (mnl_attr_get_type(attr) == IFA_LOCAL ||
		(mnl_attr_get_type(attr) == IFA_ADDRESS && a->address == 0))
		a->address = ntohl(mnl_attr_get_u32(attr));
	return MNL_CB_OK;
}

static int on_address(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *ifa = (const struct ifaddrmsg *)mnl_nlmsg_get_payload(nlh);
	struct state *s = (struct state *)arg;
	struct address *a;

	if (nlh->nlmsg_type != RTM_NEWADDR || ifa->ifa_family != AF_INET)
		return MNL_CB_OK;
	a = (struct address *)grow(s->addresses, s->n_addresses, sizeof(*a));
	if (a == NULL)
		return MNL_CB_ERROR;
	s->addresses = a;
	a += s->n_addresses++;
	*a = (struct address){ifa->ifa_index, 0};
	return mnl_attr_parse(nlh, sizeof(*ifa), on_address_attr, a);
}

/* Asks for everything of one type. -EINTR: it changed meanwhile, ask again. */
static int dump(struct mnl_socket *ask, uint16_t type, mnl_cb_t cb, struct state *s)
{
	char buf[32768];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtgenmsg *gen;
	ssize_t len;
	int rc = MNL_CB_OK;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = type;
	gen = (struct rtgenmsg *)mnl_nlmsg_put_extra_header(
		nlh, type == RTM_GETLINK ? sizeof(struct ifinfomsg) : sizeof(struct ifaddrmsg));
	gen->rtgen_family = type == RTM_GETLINK ? AF_UNSPEC : AF_INET;
	if (mnl_socket_sendto(ask, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (rc == MNL_CB_OK) {
		len = mnl_socket_recvfrom(ask, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		rc = mnl_cb_run(buf, (size_t)len, type, mnl_socket_get_portid(ask), cb, s);
	}
	return rc < 0 ? -errno : 0;
}

static int read_state(struct state *s)
{
	struct mnl_socket *ask = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int rc;

	if (ask == NULL)
		return -errno;
	rc = mnl_socket_bind(ask, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : 0;
	if (rc == 0)
		rc = dump(ask, RTM_GETLINK, on_link, s);
	if (rc == 0)
		rc = dump(ask, RTM_GETADDR, on_address, s);
	mnl_socket_close(ask);
	return rc;
}

int netif_open(struct netif **ret, struct err *err)
{
	struct netif *n = (struct netif *)calloc(1, sizeof(*n));
	int rc;

	if (n == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	n->notes = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (n->notes == NULL ||
		mnl_socket_bind(n->notes, RTMGRP_LINK | RTMGRP_IPV4_IFADDR, MNL_SOCKET_AUTOPID) < 0)
		rc = err_set(err, -errno, NULL, "netlink: %s", strerror(errno));
	else
		rc = netif_refresh(n, err);
	if (rc < 0)
		netif_close(n);
	else
		*ret = n;
	return rc;
}

void netif_close(struct netif *n)
{
	if (n->notes != NULL)
		mnl_socket_close(n->notes);
	state_fini(&n->now);
	free(n);
}

int netif_fd(const struct netif *n)
{
	return mnl_socket_get_fd(n->notes);
}

int netif_refresh(struct netif *n, struct err *err)
{
	char buf[8192];
	int rc = -EINTR;

	/* ENOBUFS says that some were lost, which makes no difference here */
	while (recv(netif_fd(n), buf, sizeof(buf), 0) >= 0 || errno == ENOBUFS || errno == EINTR)
		;
	for (int i = 0; rc == -EINTR && i < REFRESH_TRIES; i++) {
		struct state s = {0};

		rc = read_state(&s);
		if (rc < 0) {
			state_fini(&s);
			continue;
		}
		state_fini(&n->now);
		n->now = s;
	}
	return rc == 0
		? 0
		: err_set(err, rc, NULL, "cannot read the network interfaces: %s", strerror(-rc));
}

const struct netif_link *netif_by_name(const struct netif *n, const char *name)
{
	for (size_t i = 0; i < n->now.n_links; i++)
		if (strcmp(n->now.links[i].name, name) == 0)
			return &n->now.links[i];
	return NULL;
}

const struct netif_link *netif_at(const struct netif *n, size_t i)
{
	return i < n->now.n_links ? &n->now.links[i] : NULL;
}

uint32_t netif_address(const struct netif *n, uint32_t ifindex, uint32_t wanted)
{
	for (size_t i = 0; i < n->now.n_addresses; i++) {
		const struct address *a = &n->now.addresses[i];

		if (a->ifindex == ifindex && (wanted == 0 || a->address == wanted))
			return a->address;
	}
	return 0;
}
