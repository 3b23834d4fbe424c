/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partner: see partner.h. Called by start.c and reload.c. The socket stays the same as long as the
 * supervisor lives, so that a partner that dials while the ha process is replaced just waits.
 */
#include "daemon/partner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/reload.h"
#include "daemon/supervisor.h"
#include "daemon/timer.h"
#include "shm/base/text.h"

#define BACKLOG 8
#define NEWS_MS 200 /* between news of the partner's reservations and a generation with them */

static int listen_on(const struct model_ha *ha, struct err *err)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(ha->listen_port),
		.sin_addr.s_addr = htonl(ha->listen_address)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), rc;
	const int one = 1;
	char ip[TEXT_IP_SIZE];

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
		bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	rc = -errno;
	if (fd >= 0)
		close(fd);
	return err_set(err, rc, "see listen-address and listen-port in lessor.conf(5)",
		"cannot listen for the partner on %s port %u: %s", text_ip(ha->listen_address, ip),
		ha->listen_port, strerror(-rc));
}

int partner_open(struct partner *p, const struct model *model, struct region *r, struct err *err)
{
	const struct model_ha *ha = model->ha;
	struct authority_change silent = {.mode = AUTHORITY_SILENT};

	*p = (struct partner){.listen_fd = -1, .wake_fd = -1, .news_fd = -1};
	if (ha == NULL)
		return 0;
	p->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	p->news_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (p->wake_fd < 0 || p->news_fd < 0)
		return err_set(err, -errno, NULL, "eventfd: %s", strerror(errno));
	p->listen_fd = listen_on(ha, err);
	if (p->listen_fd < 0)
		return p->listen_fd;
	silent.node = ha->standby ? 1 : 0;
	silent.mclt_s = ha->mclt;
	authority_publish(&r->pair.authority, &silent);
	atomic_store(&r->pair.retain_max, ha->journal_max);
	return 0;
}

void partner_close(struct partner *p)
{
	if (p->listen_fd >= 0)
		close(p->listen_fd);
	sd_event_source_disable_unref(p->news);
	timer_clear(&p->pause);
	if (p->wake_fd >= 0)
		close(p->wake_fd);
	if (p->news_fd >= 0)
		close(p->news_fd);
	*p = (struct partner){.listen_fd = -1, .wake_fd = -1, .news_fd = -1};
}

static int on_pause(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	reload_hosts((struct supervisor *)arg);
	return 0;
}

/* Where one comes more may follow at once. */
static int on_news(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct supervisor *sv = (struct supervisor *)arg;
	uint64_t n;

	(void)source;
	(void)events;
	if (read(fd, &n, sizeof(n)) == sizeof(n))
		timer_set(sv->event, &sv->partner.pause, NEWS_MS, on_pause, sv);
	return 0;
}

int partner_watch(struct supervisor *sv, struct err *err)
{
	struct partner *p = &sv->partner;
	int rc = 0;

	if (p->news_fd >= 0)
		rc = sd_event_add_io(sv->event, &p->news, p->news_fd, EPOLLIN, on_news, sv);
	return rc < 0 ? err_set(err, rc, NULL, "event loop: %s", strerror(-rc)) : 0;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The digest covers subnets, pools and lifetimes. A certificate may be another one under the same
 * name, which takes effect with the next connection that is made by another process. */
bool partner_is_same(const struct model *from, const struct model *to)
{
	const struct model_ha *a = from->ha, *b = to->ha;

	if (a == NULL || b == NULL)
		return a == b;
	return same_text(a->name, b->name) && same_text(a->peer.name, b->peer.name) &&
		a->peer.address == b->peer.address && a->peer.port == b->peer.port &&
		a->prefer == b->prefer && a->plaintext == b->plaintext &&
		same_text(a->trust_anchor, b->trust_anchor) &&
		same_text(a->cert_file, b->cert_file) && same_text(a->key_file, b->key_file) &&
		a->heartbeat_interval == b->heartbeat_interval &&
		a->partner_timeout == b->partner_timeout && a->ack_timeout == b->ack_timeout &&
		a->start_timeout == b->start_timeout && a->mclt == b->mclt &&
		a->longest == b->longest && a->journal_max == b->journal_max &&
		memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

int partner_check_reload(const struct model *from, const struct model *to, struct err *err)
{
	const struct model_ha *a = from->ha, *b = to->ha;

	if (a == NULL && b == NULL)
		return 0;
	if (a != NULL && b != NULL && a->standby == b->standby &&
		a->listen_address == b->listen_address && a->listen_port == b->listen_port)
		return 0;
	return err_set(err, -EBUSY, "restart the server",
		"a reload cannot begin or end a pair, nor change this node's role or where it "
		"listens");
}
