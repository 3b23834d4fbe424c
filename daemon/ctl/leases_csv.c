/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leases_csv: see leases_csv.h. Escapes: a comma, an ampersand and what is not printable ASCII are
 * "&#xHH". Older versions of Kea have fewer columns: the last ones are missing then.
 */
#include "daemon/ctl/leases_csv.h"

#include <errno.h>
#include <string.h>

#include "daemon/control/json_scan.h"
#include "shm/base/text.h"

#define PROGRESS_LINES 4096

enum {
	ADDRESS,
	HWADDR,
	CLIENT_ID,
	VALID_LIFETIME,
	EXPIRE,
	SUBNET_ID,
	FQDN_FWD,
	FQDN_REV,
	HOSTNAME,
	STATE,
	USER_CONTEXT,
	POOL_ID,
	COLUMNS,
};

#define COLUMNS_MIN (HOSTNAME + 1)

static const char *const names[COLUMNS] = {
	[ADDRESS] = "address",
	[HWADDR] = "hwaddr",
	[CLIENT_ID] = "client_id",
	[VALID_LIFETIME] = "valid_lifetime",
	[EXPIRE] = "expire",
	[SUBNET_ID] = "subnet_id",
	[FQDN_FWD] = "fqdn_fwd",
	[FQDN_REV] = "fqdn_rev",
	[HOSTNAME] = "hostname",
	[STATE] = "state",
	[USER_CONTEXT] = "user_context",
	[POOL_ID] = "pool_id",
};

/* Cells of one line, cut and terminated in place. */
struct row {
	char *cell[COLUMNS];
	size_t n;
};

bool leases_csv_begins(const char *text, size_t len)
{
	return len >= 8 && memcmp(text, "address,", 8) == 0;
}

/* false: more cells than a row can have. */
static bool split(char *line, struct row *ret)
{
	ret->n = 0;
	for (char *at = line; at != NULL;) {
		char *comma = strchr(at, ',');

		if (ret->n == COLUMNS)
			return false;
		ret->cell[ret->n++] = at;
		if (comma != NULL)
			*comma++ = '\0';
		at = comma;
	}
	return true;
}

/* The names of the columns must be Kea's, in its order; only the last ones may be missing. */
static int read_head(char *line, size_t *ret_columns, struct err *err)
{
	const char *cure = "is it the lease file of a DHCPv4 server, with its first line?";
	struct row head;

	if (!split(line, &head))
		return err_set(err, -EINVAL, cure, "line 1: more than %d columns", COLUMNS);
	for (size_t i = 0; i < head.n; i++) {
		if (strcmp(head.cell[i], names[i]) != 0)
			return err_set(err, -EINVAL, cure,
				"line 1: column %zu is \"%.40s\", expected \"%s\"", i + 1,
				head.cell[i], names[i]);
	}
	if (head.n < COLUMNS_MIN)
		return err_set(
			err, -EINVAL, cure, "line 1: column \"%s\" is missing", names[head.n]);
	*ret_columns = head.n;
	return 0;
}

static bool read_number(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		uint64_t digit = (uint64_t)*s - '0';

		if (*s < '0' || *s > '9' || digit > max || v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*ret = v;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Resolves escapes in place. */
static struct span unescape(char *s)
{
	char *to = s;

	for (char *p = s; *p != '\0';) {
		if (strncmp(p, "&#x", 3) == 0 && hex_digit(p[3]) >= 0 && hex_digit(p[4]) >= 0) {
			*to++ = (char)(hex_digit(p[3]) << 4 | hex_digit(p[4]));
			p += 5;
		} else {
			*to++ = *p++;
		}
	}
	return span_of(s, (size_t)(to - s));
}

/* Identity: hardware address and client identifier. NULL or what is wrong. */
static const char *read_identity(struct row *r, struct lease *l, uint8_t id[255])
{
	size_t len;

	l->htype = 1; /* the file has no other */
	if (text_parse_hex(r->cell[HWADDR], l->hwaddr, sizeof(l->hwaddr), &len) < 0)
		return "hwaddr is not a hardware address of at most 16 octets";
	l->hlen = (uint8_t)len;
	if (text_parse_hex(r->cell[CLIENT_ID], id, 255, &len) < 0)
		return "client_id is not a client identifier of at most 255 octets";
	l->client_id = span_of(id, len);
	if (l->hlen == 0 && len == 0 && l->state != LEASE_DECLINED)
		return "neither hwaddr nor client_id";
	return NULL;
}

/* The exchange was as long before the end as the lease lasts. Some databases of Kea's leave out the
 * addition for leases without end. */
static const char *read_times(struct row *r, struct lease *l)
{
	uint64_t lifetime, expire, before;

	if (!read_number(r->cell[VALID_LIFETIME], UINT32_MAX, &lifetime))
		return "valid_lifetime is not a number of seconds";
	if (!read_number(r->cell[EXPIRE], 2 * (uint64_t)UINT32_MAX, &expire))
		return "expire is not a Unix time";
	before = lifetime == RECORD_INFINITE && expire < lifetime ? 0 : lifetime;
	if (expire < before || expire - before > UINT32_MAX)
		return "expire and valid_lifetime do not fit together";
	l->cltt = (uint32_t)(expire - before);
	l->valid_lft = (uint32_t)lifetime;
	return NULL;
}

static const char *read_rest(struct row *r, size_t columns, struct lease *l)
{
	uint64_t subnet, fwd, rev, pool = 0;

	if (!read_number(r->cell[SUBNET_ID], UINT32_MAX, &subnet))
		return "subnet_id is not a number";
	if (!read_number(r->cell[FQDN_FWD], 1, &fwd) || !read_number(r->cell[FQDN_REV], 1, &rev))
		return "fqdn_fwd or fqdn_rev is neither 0 nor 1";
	if (columns > POOL_ID && !read_number(r->cell[POOL_ID], UINT32_MAX, &pool))
		return "pool_id is not a number";
	l->subnet_id = (uint32_t)subnet;
	l->pool_id = (uint32_t)pool;
	l->flags = (uint8_t)((fwd ? LEASE_FQDN_FWD : 0) | (rev ? LEASE_FQDN_REV : 0));
	l->hostname = unescape(r->cell[HOSTNAME]);
	if (l->hostname.len > 255)
		return "hostname has more than 255 octets";
	if (columns <= USER_CONTEXT || r->cell[USER_CONTEXT][0] == '\0')
		return NULL;
	l->context = unescape(r->cell[USER_CONTEXT]);
	if (!json_scan_is_object((const char *)l->context.p, l->context.len))
		return "user_context is not a JSON object";
	return NULL;
}

/* One row to the sink. A lifetime of 0 says that the lease was deleted, but released leases, which
 * are kept for their client's return, have it too. */
static int read_row(char *line, size_t columns, uint32_t number, const struct leases_sink *sink)
{
	struct lease l = {0};
	const char *why = NULL;
	uint64_t state = 0;
	uint8_t id[255];
	struct row r;

	if (!split(line, &r) || r.n != columns)
		return sink->bad(sink->arg, number, "not as many columns as the first line has");
	if (text_parse_ip(r.cell[ADDRESS], &l.address) < 0 || l.address == 0)
		return sink->bad(sink->arg, number, "address is not an IPv4 address");
	if (columns > STATE && !read_number(r.cell[STATE], LEASE_RELEASED, &state))
		return sink->bad(sink->arg, number, "state is not a number from 0 to 3");
	l.state = (uint8_t)state;
	why = read_times(&r, &l);
	if (why == NULL && l.valid_lft == 0 && l.state != LEASE_RELEASED)
		return sink->gone(sink->arg, number, l.address);
	if (why == NULL)
		why = read_identity(&r, &l, id);
	if (why == NULL)
		why = read_rest(&r, columns, &l);
	return why != NULL ? sink->bad(sink->arg, number, why) : sink->lease(sink->arg, number, &l);
}

/* One line of len octets with a NUL behind them. *columns: those of the head, 0 before it. */
static int read_line(char *line, size_t len, uint32_t number, size_t *columns,
	const struct leases_sink *sink, struct err *err)
{
	if (len > 0 && line[len - 1] == '\r')
		line[--len] = '\0';
	if (*columns == 0)
		return read_head(line, columns, err);
	if (len == 0)
		return 0;
	if (strlen(line) != len)
		return sink->bad(sink->arg, number, "octets of zero in it");
	return read_row(line, *columns, number, sink);
}

int leases_csv_read(char *text, size_t len, const struct leases_sink *sink, struct err *err)
{
	char *end = text + len;
	uint32_t number = 0;
	size_t columns = 0;
	int rc = 0;

	for (char *line = text; line < end && rc == 0;) {
		char *nl = (char *)memchr(line, '\n', (size_t)(end - line));
		char *stop = nl != NULL ? nl : end;

		*stop = '\0';
		rc = read_line(line, (size_t)(stop - line), ++number, &columns, sink, err);
		line = stop + 1;
		if (number % PROGRESS_LINES == 0)
			sink->progress(sink->arg, (size_t)(line - text));
	}
	return rc;
}

void leases_csv_write_head(FILE *f)
{
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(f, "%s%c", names[i], i + 1 < COLUMNS ? ',' : '\n');
}

static void write_text(FILE *f, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (c == ',' || c == '&' || c < 0x20 || c > 0x7e)
			fprintf(f, "&#x%02x", c);
		else
			putc(c, f);
	}
	putc(',', f);
}

void leases_csv_write(FILE *f, const struct leases_csv_row *row)
{
	write_text(f, span_of(row->address, strlen(row->address)));
	write_text(f, span_of(row->hwaddr, strlen(row->hwaddr)));
	write_text(f, span_of(row->client_id, strlen(row->client_id)));
	fprintf(f, "%lld,%lld,%lld,%d,%d,", (long long)row->valid_lifetime, (long long)row->expire,
		(long long)row->subnet_id, row->fqdn_fwd, row->fqdn_rev);
	write_text(f, row->hostname);
	fprintf(f, "%lld,", (long long)row->state);
	write_text(f, row->user_context);
	fprintf(f, "%lld\n", (long long)row->pool_id);
}

void leases_csv_write_lease(FILE *f, const struct lease *l)
{
	char ip[TEXT_IP_SIZE], hwaddr[TEXT_HEX_SIZE], id[TEXT_HEX_SIZE];
	const struct leases_csv_row row = {
		.address = text_ip(l->address, ip),
		.hwaddr = text_hex(span_of(l->hwaddr, l->hlen), hwaddr, sizeof(hwaddr)),
		.client_id = text_hex(l->client_id, id, sizeof(id)),
		.valid_lifetime = l->valid_lft,
		.expire = (int64_t)l->cltt + l->valid_lft,
		.subnet_id = l->subnet_id,
		.state = l->state,
		.pool_id = l->pool_id,
		.fqdn_fwd = (l->flags & LEASE_FQDN_FWD) != 0,
		.fqdn_rev = (l->flags & LEASE_FQDN_REV) != 0,
		.hostname = l->hostname,
		.user_context = l->context,
	};

	leases_csv_write(f, &row);
}
