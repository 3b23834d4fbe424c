/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selftest: see selftest.h. A word in the region says that a request waits, so that a worker under
 * load, which never sleeps in ppoll(), finds it without a system call a turn.
 */
#include "workers/selftest.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "workers/batch.h"

_Static_assert(SELFTEST_ANSWER_SIZE == ANSWER_SIZE, "an answer has to fit");

#define RELAY_PORT 67
#define GIADDR     24 /* where the relay's address stands: RFC 2131 2 */

bool selftest_take(const struct child *c, struct selftest_request *ret)
{
	ssize_t n;

	if (atomic_load_explicit(&c->region->test_waits, memory_order_relaxed) == 0)
		return false;
	n = recv(c->port.test_fd, ret, sizeof(*ret), MSG_DONTWAIT);
	return n == (ssize_t)sizeof(*ret) && ret->ticket != 0 && ret->len >= MSG_OPTIONS &&
		ret->len <= SELFTEST_SIZE;
}

struct packet selftest_packet(const struct selftest_request *request, uint32_t server_ip)
{
	return (struct packet){
		.payload = span_of(request->message, request->len),
		.src_ip = wire_be32(request->message + GIADDR),
		.dst_ip = server_ip,
		.src_port = RELAY_PORT,
		.test = request->ticket,
	};
}

static void send_reply(const struct child_port *port, const struct selftest_reply *r)
{
	size_t len = offsetof(struct selftest_reply, message) + r->len;

	/* who does not read, does not wait for it */
	while (send(port->test_fd, r, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

void selftest_tell(const struct child *c, const struct query *q, enum verdict v)
{
	struct selftest_reply r = {.ticket = q->packet.test,
		.interface = c->port.interface,
		.verdict = v,
		.reason = q->reason};

	if (q->packet.test != 0)
		send_reply(&c->port, &r);
}

void selftest_send(const struct child_port *port, const struct answer *a)
{
	struct selftest_reply r = {.ticket = a->test,
		.interface = port->interface,
		.verdict = VERDICT_ANSWER,
		.len = (uint32_t)a->len};

	memcpy(r.message, a->message, a->len);
	send_reply(port, &r);
}

int selftest_ask(const struct child *c, const struct selftest_request *request)
{
	atomic_store(&c->region->test_waits, 1);
	return send(c->test_fd, request, sizeof(*request), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno
											    : 0;
}

bool selftest_reply(const struct child *c, uint32_t ticket, struct selftest_reply *ret)
{
	const ssize_t least = offsetof(struct selftest_reply, message);
	ssize_t n;

	do
		n = recv(c->test_fd, ret, sizeof(*ret), MSG_DONTWAIT);
	while (n >= 0 && (n < least || n - least != (ssize_t)ret->len || ret->ticket != ticket));
	return n >= 0;
}

void selftest_end(const struct child *c)
{
	atomic_store(&c->region->test_waits, 0);
}
