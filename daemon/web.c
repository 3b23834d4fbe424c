/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web: see web.h. Called by generation.c in the supervisor. The layout of the secrets is read by
 * daemon/control/secrets.c: for each http[i] certificate, key, trust anchor, then user and password
 * of each of its clients, every one a text with its NUL; "" where there is none.
 */
#include "daemon/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG  128
#define FILE_MAX (1 << 20)

_Static_assert(CHILD_HTTP_MAX == MODEL_HTTP_MAX, "room for every address");

void web_init(struct web *w)
{
	*w = (struct web){.secrets_fd = -1};
	for (size_t i = 0; i < CHILD_HTTP_MAX; i++)
		w->fds[i] = -1;
}

/* --- sockets --- */

/* Returns the length of the address. */
static socklen_t parse_address(const struct model_http *h, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;

	*ret = (struct sockaddr_storage){0};
	if (inet_pton(AF_INET, h->address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(h->port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, h->address, &v6->sin6_addr) != 1)
		bug("an address that the reader of the configuration has let through");
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(h->port);
	return sizeof(*v6);
}

static int listen_at(int fd, const struct sockaddr_storage *at, socklen_t len)
{
	const int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
		(at->ss_family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) < 0) ||
		bind(fd, (const struct sockaddr *)at, len) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return 0;
}

static int open_socket(const struct model_http *h, int *ret_fd, struct err *err)
{
	struct sockaddr_storage at;
	socklen_t len = parse_address(h, &at);
	int rc = 0;

	*ret_fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*ret_fd < 0)
		rc = -errno;
	else
		rc = listen_at(*ret_fd, &at, len);
	if (rc == 0)
		return 0;
	return err_set(err, rc,
		rc == -EADDRINUSE ? "choose another port, or stop who has it: 'ss -ltnp' shows it"
				  : NULL,
		"http %s port %u: %s", h->address, h->port, strerror(-rc));
}

/* The socket of before for the same address, -1: there was none. */
static int find_socket(const struct web *prev, const struct model_http *h)
{
	for (size_t i = 0; prev != NULL && i < prev->model->n_http; i++)
		if (prev->model->http[i].port == h->port &&
			strcmp(prev->model->http[i].address, h->address) == 0)
			return prev->fds[i];
	return -1;
}

static int open_sockets(struct web *w, const struct web *prev, struct err *err)
{
	for (size_t i = 0; i < w->model->n_http; i++) {
		const struct model_http *h = &w->model->http[i];
		int old = find_socket(prev, h), rc = 0;

		if (old < 0) {
			rc = open_socket(h, &w->fds[i], err);
		} else {
			w->fds[i] = fcntl(old, F_DUPFD_CLOEXEC, 0);
			if (w->fds[i] < 0)
				rc = err_set(err, -errno, "raise LimitNOFILE=", "%s",
					strerror(errno));
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* --- secrets --- */

static int write_text(int fd, const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, s, len);

		if (n < 0)
			return -errno;
		s += n;
		len -= (size_t)n;
	}
	return write(fd, "", 1) == 1 ? 0 : -errno;
}

/* Reads a whole file of less than size octets. Returns its length or a negative code. */
static ssize_t read_file(const char *name, char *buf, size_t size)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1, len = 0;

	if (fd < 0)
		return -errno;
	while (n > 0 && (size_t)len < size) {
		n = read(fd, buf + len, size - (size_t)len);
		len += n > 0 ? n : 0;
	}
	if (n < 0)
		len = -errno;
	close(fd);
	return (size_t)len == size ? -EFBIG : len;
}

/* Writes what stands in a file, "" if it has no name. line: without the line feed at its end. */
static int write_file(int fd, const char *name, bool line, struct err *err)
{
	static char buf[FILE_MAX];
	ssize_t len = name[0] != '\0' ? read_file(name, buf, sizeof(buf)) : 0;
	int rc;

	if (len >= 0 && memchr(buf, '\0', (size_t)len) != NULL)
		len = -EBADMSG; /* not a text */
	if (line && len > 0 && buf[len - 1] == '\n')
		len--;
	if (line && len > 0 && buf[len - 1] == '\r')
		len--;
	rc = len < 0 ? (int)len : write_text(fd, buf, (size_t)len);
	explicit_bzero(buf, sizeof(buf));
	return rc == 0 ? 0 : err_set(err, rc, NULL, "%s: %s", name, strerror(-rc));
}

static int write_either(int fd, const char *text, const char *name, struct err *err)
{
	if (name[0] != '\0')
		return write_file(fd, name, true, err);
	return write_text(fd, text, strlen(text)) == 0
		? 0
		: err_set(err, -ENOMEM, NULL, "out of memory");
}

static int write_secrets(int fd, const struct model_http *h, struct err *err)
{
	int rc = write_file(fd, h->cert_file, false, err);

	if (rc == 0)
		rc = write_file(fd, h->key_file, false, err);
	if (rc == 0)
		rc = write_file(fd, h->trust_anchor, false, err);
	for (size_t i = 0; rc == 0 && i < h->n_clients; i++) {
		const struct model_http_client *c = &h->clients[i];

		rc = write_either(fd, c->user, c->user_file, err);
		if (rc == 0)
			rc = write_either(fd, c->password, c->password_file, err);
	}
	return rc;
}

/* Finds out now whether the library will take certificate and key. */
static int check_pair(const struct model_http *h, struct err *err)
{
	gnutls_certificate_credentials_t cred;
	int rc = gnutls_certificate_allocate_credentials(&cred);

	if (rc < 0)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	rc = gnutls_certificate_set_x509_key_file(
		cred, h->cert_file, h->key_file, GNUTLS_X509_FMT_PEM);
	if (rc >= 0 && h->trust_anchor[0] != '\0')
		rc = gnutls_certificate_set_x509_trust_file(
			cred, h->trust_anchor, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(cred);
	return rc >= 0 ? 0
		       : err_set(err, -EINVAL, NULL, "certificate %s with key %s: %s",
				 h->cert_file, h->key_file, gnutls_strerror(rc));
}

int web_open(const struct model *m, const struct web *prev, struct web *w, struct err *err)
{
	int rc;

	w->model = m;
	if (m->n_http == 0)
		return 0;
	w->secrets_fd = memfd_create("lessor-secrets", MFD_CLOEXEC);
	if (w->secrets_fd < 0)
		return err_set(err, -errno, NULL, "memfd: %s", strerror(errno));
	rc = open_sockets(w, prev, err);
	for (size_t i = 0; rc == 0 && i < m->n_http; i++) {
		rc = write_secrets(w->secrets_fd, &m->http[i], err);
		if (rc == 0 && m->http[i].tls)
			rc = check_pair(&m->http[i], err);
		if (rc < 0)
			err_prefix(err, "http %s port %u", m->http[i].address, m->http[i].port);
	}
	return rc;
}

void web_close(struct web *w)
{
	for (size_t i = 0; i < CHILD_HTTP_MAX; i++)
		if (w->fds[i] >= 0)
			close(w->fds[i]);
	if (w->secrets_fd >= 0)
		close(w->secrets_fd);
	web_init(w);
}
