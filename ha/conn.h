/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn: one TCP connection to the partner, with TLS or without, in an event loop: frames in, frames
 * out. Called by link. It knows no states of the pair; what it may not do is wait.
 *
 * Two queues go out, urgent frames first, so that a heartbeat waits for one frame at most. The
 * kernel is given little that it cannot send yet (TCP_NOTSENT_LOWAT), and stream.h keeps less
 * under way than the other side always reads: what the partner has not taken never stands in the
 * way of a heartbeat. So one connection will do.
 */
#ifndef LESSOR_HA_CONN_H
#define LESSOR_HA_CONN_H

#include <systemd/sd-event.h>

#include "ha/proto.h"
#include "shm/base/err.h"

struct conn;
struct conn_tls;

/* Reads this node's certificate and key and the certificates that are trusted (PEM files). */
int conn_tls_new(const char *trust_anchor, const char *cert_file, const char *key_file,
        struct conn_tls **ret, struct err *err);
void conn_tls_free(struct conn_tls *t);

struct conn_ops {
	/* Connected, and with TLS each side knows the other. */
	void (*ready)(void *arg);
	/* The payload lives until it returns. */
	void (*frame)(void *arg, const struct proto_frame *f);
	/* Everything that had arrived was handed over. */
	void (*drained)(void *arg);
	/* The queue of ordinary frames is empty again. */
	void (*room)(void *arg);
	/* The connection has ended; called from the loop, once. conn_free() has to follow. */
	void (*down)(void *arg, const char *why);
};

/* Takes over fd, a non-blocking socket that is connected or, with dialing set, about to be. tls
 * NULL: plaintext. peer: the name that the partner's certificate must be for. */
int conn_new(sd_event *loop, int fd, bool dialing, struct conn_tls *tls, const char *peer,
        const struct conn_ops *ops, void *arg, struct conn **ret);
/* Closes at once, without another call of ops; NULL is allowed. */
void conn_free(struct conn *c);

/* The version that frames have from now on. */
void conn_set_version(struct conn *c, uint8_t version);
uint8_t conn_version(const struct conn *c);

/* Queues a whole frame (proto_end()). -ENOBUFS: no room; an urgent one without room ends the
 * connection, since the partner does not take what it has to. */
int conn_send(struct conn *c, const void *frame, size_t len);
int conn_send_urgent(struct conn *c, const void *frame, size_t len);

/* Sends what the kernel takes at once. */
void conn_flush(struct conn *c);

/* Octets that conn_send() still takes. */
size_t conn_room(const struct conn *c);

/* Ends it soon: what is queued may still go out, down() follows. */
void conn_close(struct conn *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
