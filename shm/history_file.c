/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_file: see history_file.h. An entry carries a check of its octets, since a crash may
 * leave the front of one, or zeros.
 */
#include "shm/history_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shm/base/hash.h"

#define VERSION 1
#define HEAD    8 /* length and check */

void history_file_name(uint32_t number, char buf[HISTORY_NAME_SIZE])
{
	snprintf(buf, HISTORY_NAME_SIZE, "%08u", number);
}

static bool read_name(const char *name, uint32_t *ret)
{
	char *end;
	unsigned long n = strtoul(name, &end, 10);

	if (strlen(name) < 8 || *end != '\0' || n == 0 || n > UINT32_MAX)
		return false;
	*ret = (uint32_t)n;
	return true;
}

int history_file_range(const char *dir, uint32_t *ret_first, uint32_t *ret_last)
{
	uint32_t first = UINT32_MAX, last = 0, n;
	DIR *d = opendir(dir);
	struct dirent *e;

	if (d == NULL)
		return -errno;
	while ((e = readdir(d)) != NULL) {
		if (!read_name(e->d_name, &n))
			continue;
		if (n < first)
			first = n;
		if (n > last)
			last = n;
	}
	closedir(d);
	*ret_first = last == 0 ? 1 : first;
	*ret_last = last == 0 ? 1 : last;
	return 0;
}

/* It finds accidents, so its key need not be secret. */
static uint32_t check_of(const uint8_t *p, size_t len)
{
	static const struct hash_key key;

	return (uint32_t)hash_bytes(&key, p, len);
}

static void write_part(struct wire_writer *w, struct span s)
{
	wire_write_u8(w, (uint8_t)s.len);
	wire_write(w, s.p, s.len);
}

size_t history_file_encode(const struct history_entry *e, uint8_t buf[HISTORY_ENTRY_MAX])
{
	const struct lease *l = &e->lease;
	struct wire_writer w;
	size_t len;

	wire_writer_init(&w, buf + HEAD, HISTORY_ENTRY_MAX - HEAD);
	wire_write_u8(&w, VERSION);
	wire_write_u8(&w, e->event);
	wire_write_le32(&w, e->time);
	wire_write_le64(&w, e->seq);
	wire_write_le32(&w, l->address);
	wire_write_le32(&w, l->subnet_id);
	wire_write_le32(&w, l->valid_lft);
	wire_write_u8(&w, l->htype);
	write_part(&w, span_of(l->hwaddr, l->hlen));
	write_part(&w, l->client_id);
	write_part(&w, l->hostname);
	len = wire_written(&w);
	wire_writer_init(&w, buf, HEAD);
	wire_write_le32(&w, (uint32_t)len);
	wire_write_le32(&w, check_of(buf + HEAD, len));
	return HEAD + len;
}

int history_file_decode(struct span data, struct history_entry *ret)
{
	struct history_entry e = {0};
	struct wire_reader r;
	uint32_t len, check;
	struct span body, hwaddr;

	wire_reader_init(&r, data.p, data.len);
	len = wire_read_le32(&r);
	check = wire_read_le32(&r);
	if (!r.failed && len > HISTORY_ENTRY_MAX - HEAD)
		return -EBADMSG;
	body = wire_read(&r, len);
	if (r.failed)
		return 0;
	if (len == 0 || check_of(body.p, body.len) != check || body.p[0] != VERSION)
		return -EBADMSG;
	wire_reader_init(&r, body.p + 1, body.len - 1);
	e.event = wire_read_u8(&r);
	e.time = wire_read_le32(&r);
	e.seq = wire_read_le64(&r);
	e.lease.address = wire_read_le32(&r);
	e.lease.subnet_id = wire_read_le32(&r);
	e.lease.valid_lft = wire_read_le32(&r);
	e.lease.htype = wire_read_u8(&r);
	hwaddr = wire_read(&r, wire_read_u8(&r));
	e.lease.client_id = wire_read(&r, wire_read_u8(&r));
	e.lease.hostname = wire_read(&r, wire_read_u8(&r));
	if (r.failed || hwaddr.len > RECORD_HWADDR_MAX)
		return -EBADMSG;
	e.lease.hlen = (uint8_t)hwaddr.len;
	memcpy(e.lease.hwaddr, hwaddr.p, hwaddr.len);
	*ret = e;
	return (int)(HEAD + len);
}

int history_file_check(const char *path, uint64_t *ret_good, uint64_t *ret_last)
{
	uint64_t good = 0, last = 0;
	struct history_entry e;
	struct stat st;
	uint8_t *data;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC), len;

	if (fd < 0)
		return -errno;
	data = fstat(fd, &st) == 0 ? (uint8_t *)malloc((size_t)st.st_size + 1) : NULL;
	n = data != NULL ? read(fd, data, (size_t)st.st_size) : -1;
	close(fd);
	if (n < 0) {
		free(data);
		return -EIO;
	}
	while ((len = history_file_decode(span_of(data + good, (size_t)n - good), &e)) > 0) {
		good += (uint64_t)len;
		if (e.seq > last)
			last = e.seq;
	}
	free(data);
	*ret_good = good;
	*ret_last = last;
	return 0;
}
