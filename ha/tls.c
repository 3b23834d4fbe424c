/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls: see tls.h. Nothing but TLS 1.3 is spoken, no session is resumed: each connection proves
 * both identities anew.
 */
#include "ha/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3"

struct conn_tls {
	gnutls_certificate_credentials_t x509;
};

struct tls {
	gnutls_session_t session;
	bool interrupted; /* a send has to be finished first */
};

static int load(struct conn_tls *t, const char *trust_anchor, const char *cert_file,
        const char *key_file, struct err *err)
{
	int rc = gnutls_certificate_allocate_credentials(&t->x509);

	if (rc < 0)
		return err_set(err, -ENOMEM, NULL, "TLS: %s", gnutls_strerror(rc));
	rc = gnutls_certificate_set_x509_trust_file(t->x509, trust_anchor, GNUTLS_X509_FMT_PEM);
	if (rc <= 0)
		return err_set(err, -EINVAL, "the service user must be able to read it",
			"trust-anchor %s: %s", trust_anchor,
			rc == 0 ? "no certificate in it" : gnutls_strerror(rc));
	rc = gnutls_certificate_set_x509_key_file(
		t->x509, cert_file, key_file, GNUTLS_X509_FMT_PEM);
	if (rc < 0)
		return err_set(err, -EINVAL,
			"the service user must be able to read both, and they must belong together",
			"cert-file %s, key-file %s: %s", cert_file, key_file, gnutls_strerror(rc));
	return 0;
}

int conn_tls_new(const char *trust_anchor, const char *cert_file, const char *key_file,
        struct conn_tls **ret, struct err *err)
{
	struct conn_tls *t = (struct conn_tls *)calloc(1, sizeof(*t));
	int rc;

	if (t == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	rc = load(t, trust_anchor, cert_file, key_file, err);
	if (rc < 0) {
		conn_tls_free(t);
		return rc;
	}
	*ret = t;
	return 0;
}

void conn_tls_free(struct conn_tls *t)
{
	if (t == NULL)
		return;
	if (t->x509 != NULL)
		gnutls_certificate_free_credentials(t->x509);
	free(t);
}

static int set_up(
        struct tls *t, struct conn_tls *credentials, int fd, bool dialing, const char *peer)
{
	unsigned flags = GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS;
	int rc = gnutls_init(&t->session, flags | (dialing ? GNUTLS_CLIENT : GNUTLS_SERVER));

	if (rc >= 0)
		rc = gnutls_priority_set_direct(t->session, PRIORITY, NULL);
	if (rc >= 0)
		rc = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, credentials->x509);
	if (rc < 0)
		return rc;
	if (!dialing)
		gnutls_certificate_server_set_request(t->session, GNUTLS_CERT_REQUIRE);
	/* chain, dates and name are checked within the handshake, on both sides */
	gnutls_session_set_verify_cert(t->session, peer, 0);
	gnutls_handshake_set_timeout(t->session, GNUTLS_INDEFINITE_TIMEOUT); /* link has its own */
	gnutls_transport_set_int(t->session, fd);
	return 0;
}

int tls_new(struct conn_tls *credentials, int fd, bool dialing, const char *peer, struct tls **ret)
{
	struct tls *t = (struct tls *)calloc(1, sizeof(*t));

	if (t == NULL)
		return -ENOMEM;
	if (set_up(t, credentials, fd, dialing, peer) < 0) {
		tls_free(t);
		return -EPROTO;
	}
	*ret = t;
	return 0;
}

void tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	if (t->session != NULL)
		gnutls_deinit(t->session);
	free(t);
}

static void explain(struct tls *t, int rc, char *why, size_t size)
{
	gnutls_datum_t text = {NULL, 0};
	unsigned status = gnutls_session_get_verify_cert_status(t->session);

	if (rc == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR && status != ~0U &&
		gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) >=
			0)
		snprintf(why, size, "the partner's certificate: %s", (const char *)text.data);
	else if (rc == GNUTLS_E_FATAL_ALERT_RECEIVED)
		snprintf(why, size, "the partner refuses: %s",
			gnutls_alert_get_name(gnutls_alert_get(t->session)));
	else
		snprintf(why, size, "%s", gnutls_strerror(rc));
	gnutls_free(text.data);
}

static bool later(int rc)
{
	return rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED;
}

int tls_handshake(struct tls *t, char *why, size_t size)
{
	int rc;

	do { /* a warning of the other side is no reason to stop */
		rc = gnutls_handshake(t->session);
	} while (rc < 0 && !later(rc) && gnutls_error_is_fatal(rc) == 0);
	if (rc == GNUTLS_E_SUCCESS)
		return 0;
	if (later(rc))
		return -EAGAIN;
	explain(t, rc, why, size);
	gnutls_alert_send_appropriate(t->session, rc);
	return -EPROTO;
}

bool tls_wants_to_write(const struct tls *t)
{
	return gnutls_record_get_direction(t->session) == 1;
}

static ssize_t translate(ssize_t n)
{
	if (n >= 0)
		return n;
	if (later((int)n))
		return -EAGAIN;
	/* a peer that was killed says no goodbye: for us the same as a closed connection */
	return n == GNUTLS_E_PREMATURE_TERMINATION ? 0 : -EPROTO;
}

ssize_t tls_send(struct tls *t, const uint8_t *p, size_t len)
{
	/* GnuTLS keeps what it could not send, and asks for nothing new meanwhile */
	ssize_t n = t->interrupted ? gnutls_record_send(t->session, NULL, 0)
				   : gnutls_record_send(t->session, p, len);

	t->interrupted = n < 0 && later((int)n);
	return translate(n);
}

ssize_t tls_receive(struct tls *t, uint8_t *p, size_t len)
{
	return translate(gnutls_record_recv(t->session, p, len));
}
