/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leases: written through a large buffer, since it happens for every ACK; a write error sticks to
 * the stream and is looked for once, at the end.
 */
#include "tests/load/leases.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "shm/base/clock.h"
#include "shm/base/text.h"

#define BUFFER_SIZE (1 << 20)

int leases_open(struct leases *l, const char *path, struct err *err)
{
	memset(l, 0, sizeof(*l));
	if (path == NULL)
		return 0;
	l->file = fopen(path, "ae");
	if (l->file == NULL)
		return err_set(err, -errno, NULL, "cannot write '%s': %m", path);
	setvbuf(l->file, NULL, _IOFBF, BUFFER_SIZE);
	return 0;
}

int leases_close(struct leases *l, struct err *err)
{
	int failed;

	if (l->file == NULL)
		return 0;
	failed = ferror(l->file);
	failed |= fclose(l->file);
	l->file = NULL;
	if (failed)
		return err_set(err, -EIO, "is the disk full?",
			"the file of --leases is incomplete");
	return 0;
}

void leases_add(struct leases *l, uint32_t address, const uint8_t mac[CLIENT_MAC_SIZE],
	uint32_t lease_s)
{
	uint64_t us;
	char ip[TEXT_IP_SIZE], hex[3 * CLIENT_MAC_SIZE + 1];

	if (l->file == NULL)
		return;
	us = clock_wall_us();
	text_hex(span_of(mac, CLIENT_MAC_SIZE), hex, sizeof(hex));
	fprintf(l->file, "%s %s %" PRIu64 ".%06" PRIu64 " %" PRIu32 "\n", text_ip(address, ip), hex,
		us / 1000000, us % 1000000, lease_s);
}

void leases_flush(struct leases *l, uint64_t now_ns)
{
	if (l->file == NULL || now_ns - l->flushed_ns < CLOCK_NS_PER_S)
		return;
	fflush(l->file);
	l->flushed_ns = now_ns;
}

/* One line. Returns whether it has the right form. */
static bool take_line(const char *line, struct client_table *t, uint64_t now_ns, uint64_t wall_us)
{
	char ip[TEXT_IP_SIZE], hex[3 * CLIENT_MAC_SIZE];
	uint8_t mac[CLIENT_MAC_SIZE];
	size_t len = 0;
	uint32_t address, lease_s, i;
	double ack_s, left_s;

	if (sscanf(line, "%15s %17s %lf %" SCNu32, ip, hex, &ack_s, &lease_s) != 4 ||
		text_parse_ip(ip, &address) < 0 || address == 0 ||
		text_parse_hex(hex, mac, sizeof(mac), &len) < 0 || len != sizeof(mac) ||
		!(ack_s >= 0 && ack_s < 1e10))
		return false;
	i = client_by_mac(t, mac);
	if (i == CLIENT_NONE)
		return true;
	left_s = ack_s + lease_s - (double)wall_us / 1e6;
	if (left_s > 0)
		client_hold(t, i, address, now_ns + (uint64_t)(left_s * 1e9), now_ns);
	else
		client_let_go(t, i);
	return true;
}

int leases_read(const char *path, struct client_table *clients, uint32_t *ret_held,
	struct err *err)
{
	uint64_t now_ns = clock_mono_ns(), wall_us = clock_wall_us();
	uint32_t held = 0;
	unsigned number = 0;
	char line[256];
	int r = 0;
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return err_set(err, -errno, NULL, "cannot read '%s': %m", path);
	while (r == 0 && fgets(line, sizeof(line), file) != NULL) {
		number++;
		if (!take_line(line, clients, now_ns, wall_us))
			r = err_set(err, -EBADMSG, "take a file that --leases has written",
				"%s:%u: not 'ADDRESS MAC ACKTIME LEASETIME'", path, number);
	}
	if (r == 0 && ferror(file))
		r = err_set(err, -EIO, NULL, "cannot read '%s'", path);
	fclose(file);
	for (uint32_t i = 0; i < clients->n; i++)
		held += clients->client[i].address != 0;
	if (r == 0)
		*ret_held = held;
	return r;
}
