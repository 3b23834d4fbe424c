/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls: TLS 1.3 over a non-blocking socket, each side known by its certificate. Called by conn; the
 * only file that includes GnuTLS.
 */
#ifndef LESSOR_HA_TLS_H
#define LESSOR_HA_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ha/conn.h"

struct tls;

/* dialing: this side opened the connection. peer: the name that the other's certificate has to be
 * for (subjectAltName, DNS). 0 or a negative code. */
int tls_new(struct conn_tls *credentials, int fd, bool dialing, const char *peer, struct tls **ret);
void tls_free(struct tls *t); /* NULL is allowed */

/* 0: done; -EAGAIN: when the socket is ready; -EPROTO with the reason. */
int tls_handshake(struct tls *t, char *why, size_t size);
bool tls_wants_to_write(const struct tls *t);

/* As send() and recv(), with a negative code for a failure. After -EAGAIN the same octets have to
 * be sent again. */
ssize_t tls_send(struct tls *t, const uint8_t *p, size_t len);
ssize_t tls_receive(struct tls *t, uint8_t *p, size_t len);

#endif
