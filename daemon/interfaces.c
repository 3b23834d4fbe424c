/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interfaces: see interfaces.h. Called at start, at reload and when the kernel says that something
 * has changed. Nothing here remembers what happened before: each call compares what is with what
 * shall be. Ports stay open while an interface is down: they go on by themselves when it is up.
 */
#include "daemon/interfaces.h"

#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ports.h"
#include "daemon/supervisor.h"
#include "daemon/timer.h"
#include "shm/base/log.h"
#include "shm/base/text.h"

#define RETRY_MS   1000
#define TROUBLE_MS 60000 /* between log lines about what is tried again and again */

/* What is known of one interface now. */
struct view {
	const struct netif_link *link; /* NULL: missing */
	enum region_interface_state state;
	uint32_t address;
};

static uint32_t number_of(const struct supervisor *sv, const struct interface *i)
{
	return (uint32_t)(i - sv->interfaces);
}

static struct view look(const struct supervisor *sv, const struct interface *i)
{
	struct view v = {.link = netif_by_name(sv->netif, i->name)};

	if (v.link == NULL) {
		v.state = INTERFACE_MISSING;
		return v;
	}
	v.address = netif_address(sv->netif, v.link->ifindex, i->only);
	if (!v.link->up)
		v.state = INTERFACE_DOWN;
	else
		v.state = v.address == 0 ? INTERFACE_NO_ADDRESS : INTERFACE_READY;
	return v;
}

/* --- what operators and workers see --- */

static void log_state(const struct interface *i, const struct view *v, const struct err *trouble)
{
	static const char *const words[] = {
		[INTERFACE_MISSING] = "is missing",
		[INTERFACE_DOWN] = "is down",
		[INTERFACE_NO_ADDRESS] = "has no IPv4 address",
	};
	char ip[TEXT_IP_SIZE];
	struct log_field fields[] = {{"INTERFACE", i->name}, {"ADDRESS", text_ip(v->address, ip)}};

	if (trouble->code != 0)
		log_event(EV_INTERFACE_DOWN, fields, 1, "%s%s%s%s", trouble->text,
			trouble->cure[0] != '\0' ? " (" : "", trouble->cure,
			trouble->cure[0] != '\0' ? ")" : "");
	else if (v->state == INTERFACE_READY)
		log_event(EV_INTERFACE_UP, fields, 2, "%s is served, address %s", i->name, ip);
	else if (i->only != 0 && v->state == INTERFACE_NO_ADDRESS)
		log_event(EV_INTERFACE_DOWN, fields, 1, "%s does not have the address %s", i->name,
			text_ip(i->only, ip));
	else
		log_event(EV_INTERFACE_DOWN, fields, 1, "%s %s", i->name, words[v->state]);
}

/* What workers read comes first, then the workers; what it was before goes to *ret_before. */
static void publish(struct supervisor *sv, const struct interface *i, const struct view *v,
	struct view *ret_before)
{
	struct region_interface *r = &sv->region->interfaces[number_of(sv, i)];

	if (v->link != NULL)
		atomic_store(&r->mtu, v->link->mtu);
	ret_before->address = atomic_exchange(&r->address, v->address);
	ret_before->state = (enum region_interface_state)atomic_exchange(&r->state, v->state);
}

static void log_change(const struct interface *i, const struct view *before, const struct view *v,
	const struct err *trouble)
{
	bool ready = v->state == INTERFACE_READY, was_ready = before->state == INTERFACE_READY;

	if (before->state == v->state && (!ready || before->address == v->address))
		return;
	if (i->automatic && !ready && !was_ready)
		return;
	log_state(i, v, trouble);
}

/* --- ports and workers --- */

static void dismiss_workers(struct interface *i, bool drain)
{
	for (uint32_t n = 0; n < i->n_workers; n++)
		children_vacate(&i->workers[n], drain);
	free(i->workers);
	i->workers = NULL;
	i->n_workers = 0;
}

static void close_ports(struct interface *i)
{
	dismiss_workers(i, false);
	ports_unref(i->ports);
	i->ports = NULL;
}

static int hire_workers(struct supervisor *sv, struct interface *i, struct err *err)
{
	uint32_t n = i->ports->n;

	i->workers = (struct child_post *)calloc(n, sizeof(*i->workers));
	if (i->workers == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	i->n_workers = n;
	for (uint32_t k = 0; k < n; k++) {
		children_post_init(&i->workers[k], sv, ROLE_WORKER);
		i->workers[k].interface = i;
		i->workers[k].number = k;
		children_fill(&i->workers[k]);
	}
	return 0;
}

/* New ports, and workers for them; those of the old ones take first what waits there. */
static int open_ports(
	struct supervisor *sv, struct interface *i, const struct view *v, struct err *err)
{
	const struct model *m = sv->generation->model;
	bool starting = sv->phase <= PHASE_STARTING;
	struct ports *p;
	int rc = ports_open(v->link, number_of(sv, i), starting ? v->address : 0, m->socket_type,
		m->workers, i->ports, &p, err);

	if (rc < 0)
		return rc;
	dismiss_workers(i, true);
	ports_unref(i->ports);
	i->ports = p;
	rc = hire_workers(sv, i, err);
	if (rc < 0)
		close_ports(i);
	return rc;
}

static bool carries_ethernet(const struct netif_link *link)
{
	return link->type == ARPHRD_ETHER || link->type == ARPHRD_LOOPBACK;
}

/* Brings one interface into line. A failure leaves it as it is, or closed. */
static int settle(struct supervisor *sv, struct interface *i, const struct view *v, bool renew,
	struct err *err)
{
	const struct model *m = sv->generation->model;

	if (i->ports != NULL && (v->link == NULL || v->link->ifindex != i->ports->ifindex))
		close_ports(i);
	if (v->link == NULL || (i->ports == NULL && v->state != INTERFACE_READY))
		return 0;
	if (m->socket_type == MODEL_RAW && !carries_ethernet(v->link)) {
		close_ports(i);
		return err_set(err, -EPROTONOSUPPORT, "use dhcp-socket-type = \"udp\"",
			"interface %s does not carry Ethernet frames", i->name);
	}
	if (i->ports == NULL || !ports_fit(i->ports, v->link, m->socket_type, m->workers))
		return open_ports(sv, i, v, err);
	for (uint32_t n = 0; renew && n < i->n_workers; n++)
		children_renew(&i->workers[n]);
	return 0;
}

/* --- which interfaces --- */

static struct interface *find(struct supervisor *sv, const char *name)
{
	for (size_t n = 0; n < REGION_INTERFACES; n++)
		if (strcmp(sv->interfaces[n].name, name) == 0)
			return &sv->interfaces[n];
	return NULL;
}

/* The interface of that name, made if it is new. NULL: all numbers are taken. */
static struct interface *want(struct supervisor *sv, const char *name, uint32_t only)
{
	struct interface *i = find(sv, name);

	if (i == NULL) {
		i = find(sv, "");
		if (i == NULL)
			return NULL;
		*i = (struct interface){0};
		snprintf(i->name, sizeof(i->name), "%s", name);
		memcpy(sv->region->interfaces[number_of(sv, i)].name, i->name, sizeof(i->name));
		if (atomic_load(&sv->region->interfaces_end) <= number_of(sv, i))
			atomic_store(&sv->region->interfaces_end, number_of(sv, i) + 1);
	}
	if (!i->wanted)
		i->only = only;
	i->wanted = true;
	return i;
}

/* "*": what carries Ethernet and has an address, and what was served before. */
static bool is_automatic(struct supervisor *sv, const struct netif_link *link)
{
	if (link->loopback ||
		(sv->generation->model->socket_type == MODEL_RAW && !carries_ethernet(link)))
		return false;
	return find(sv, link->name) != NULL ||
		(link->up && netif_address(sv->netif, link->ifindex, 0) != 0);
}

/* Marks what the configuration wants. Returns how many there was no room for. */
static unsigned mark_wanted(struct supervisor *sv)
{
	const struct model *m = sv->generation->model;
	const struct netif_link *link;
	unsigned left_out = 0;

	for (size_t n = 0; n < REGION_INTERFACES; n++)
		sv->interfaces[n].wanted = false;
	for (size_t n = 0; n < m->n_interfaces; n++) {
		struct interface *i = want(sv, m->interfaces[n].name, m->interfaces[n].address);

		if (i != NULL)
			i->automatic = false;
		left_out += i == NULL;
	}
	for (size_t n = 0; m->all_interfaces && (link = netif_at(sv->netif, n)) != NULL; n++) {
		struct interface *i = find(sv, link->name);

		if ((i != NULL && i->wanted) || !is_automatic(sv, link))
			continue;
		i = want(sv, link->name, 0);
		if (i != NULL)
			i->automatic = true;
		left_out += i == NULL;
	}
	return left_out;
}

static void forget(struct supervisor *sv, struct interface *i)
{
	struct view gone = look(sv, i), before;
	struct err none = {0};

	close_ports(i);
	publish(sv, i, &gone, &before);
	if (i->automatic && gone.link == NULL)
		log_change(i, &before, &gone, &none);
	atomic_store(&sv->region->interfaces[number_of(sv, i)].state, INTERFACE_UNUSED);
	atomic_store(&sv->region->interfaces[number_of(sv, i)].address, 0);
	i->name[0] = '\0';
}

static int on_retry(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	interfaces_refresh((struct supervisor *)arg);
	return 0;
}

/* An interface that goes away meanwhile is no reason not to start. */
static bool is_fatal(int rc)
{
	return rc < 0 && rc != -ENODEV && rc != -ENXIO;
}

/* Brings one wanted interface into line and says what has changed. start: a failure is returned
 * to somebody who says it. */
static int update(
	struct supervisor *sv, struct interface *i, bool renew, bool start, struct err *trouble)
{
	struct region_interface *r = &sv->region->interfaces[number_of(sv, i)];
	struct view v = look(sv, i), before;
	unsigned missed;
	int rc;

	publish(sv, i, &v, &before);
	rc = settle(sv, i, &v, renew, trouble);
	if (start && is_fatal(rc))
		return rc;
	if (rc < 0 && i->ports == NULL) {
		v.state = INTERFACE_DOWN;
		atomic_store(&r->state, v.state);
	} else if (rc < 0 && log_limit(&sv->trouble, TROUBLE_MS, &missed)) {
		log_err(EV_CHILD_FAILED, trouble); /* it is served as before */
	}
	log_change(i, &before, &v, trouble);
	return rc;
}

int interfaces_update(struct supervisor *sv, bool renew, struct err *err)
{
	unsigned left_out = mark_wanted(sv);
	bool failed = false;

	timer_clear(&sv->interfaces_retry);
	if (left_out > 0 && renew)
		LOG(EV_INTERFACE_DOWN, "%u interfaces are too many to be served: the limit is %d",
			left_out, REGION_INTERFACES);
	for (size_t n = 0; n < REGION_INTERFACES; n++) {
		struct interface *i = &sv->interfaces[n];
		struct err trouble = {0};
		int rc;

		if (i->name[0] == '\0')
			continue;
		if (!i->wanted) {
			forget(sv, i);
			continue;
		}
		rc = update(sv, i, renew, err != NULL, &trouble);
		if (err != NULL && is_fatal(rc)) {
			*err = trouble;
			return rc;
		}
		failed = failed || rc < 0;
	}
	if (failed)
		timer_set(sv->event, &sv->interfaces_retry, RETRY_MS, on_retry, sv);
	return 0;
}

void interfaces_refresh(struct supervisor *sv)
{
	struct err err;

	if (netif_refresh(sv->netif, &err) < 0) {
		log_err(EV_CHILD_FAILED, &err);
		timer_set(sv->event, &sv->interfaces_retry, RETRY_MS, on_retry, sv);
		return;
	}
	interfaces_update(sv, false, NULL);
}

void interfaces_fini(struct supervisor *sv)
{
	for (size_t n = 0; n < REGION_INTERFACES; n++) {
		dismiss_workers(&sv->interfaces[n], false);
		ports_unref(sv->interfaces[n].ports);
	}
}
