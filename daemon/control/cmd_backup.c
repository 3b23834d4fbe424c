/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_backup: lessor-backup, Lessor's own: a copy of all that is stored, at one position of the
 * journal, in small answers. First the leases and reservations as they are, one page after the
 * other, then every change since the first page: applied in this order they make the state at the
 * last one, although the pages show different moments. The journal keeps the changes meanwhile.
 */
#include "daemon/control/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/carry.h"
#include "shm/leasedb.h"
#include "shm/store.h"

#define WAIT_NS  (20 * CLOCK_NS_PER_S)
#define PAGE_MAX 2000 /* entries of an answer */
#define FULL     1    /* what ends a walk over more than a page */
#define HEX_SIZE (2 * HOST_CHANGE_MAX + 1)

enum part {
	PART_LEASES,
	PART_RESERVATIONS,
	PART_CHANGES,
	PART_END,
};

static const char *const part_names[] = {"leases", "reservations", "changes", "end"};

/* Where to go on, as the client hands it back. */
struct place {
	uint64_t position; /* at which the backup began; at the end: what it is complete up to */
	enum part part;
	char from[2 * HOST_KEY_MAX + 1]; /* address, key in hex digits, or position: not seen yet */
};

struct page {
	struct out *out;
	struct place place;
	size_t n;
	uint64_t next; /* changes: the position that has to follow */
	bool gap;      /* it did not */
};

static const char *hex_of(struct span s, char *buf, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = s.len < size / 2 ? s.len : (size - 1) / 2;

	for (size_t i = 0; i < n; i++) {
		buf[2 * i] = digits[s.p[i] >> 4];
		buf[2 * i + 1] = digits[s.p[i] & 15];
	}
	buf[2 * n] = '\0';
	return buf;
}

/* [position, "change as the journal has it, in hex digits"] */
static void write_entry(struct page *p, uint64_t seq, struct span entry)
{
	char hex[HEX_SIZE];

	out_open(p->out, '[');
	out_int(p->out, (int64_t)seq);
	out_string(p->out, hex_of(entry, hex, sizeof(hex)));
	out_close(p->out, ']');
	p->n++;
}

static bool is_full(const struct page *p)
{
	return p->n == PAGE_MAX || out_full(p->out);
}

static int write_lease(void *arg, const struct lease *l)
{
	struct page *p = (struct page *)arg;
	struct change c = {.kind = CHANGE_PUT, .lease = *l};
	uint8_t buf[HOST_CHANGE_MAX];

	if (is_full(p)) {
		text_ip(l->address, p->place.from);
		return FULL;
	}
	write_entry(p, l->seq, span_of(buf, change_encode(&c, buf, sizeof(buf))));
	return 0;
}

static int write_host(void *arg, const struct change *c)
{
	struct page *p = (struct page *)arg;
	uint8_t buf[HOST_CHANGE_MAX];

	if (is_full(p)) {
		hex_of(c->host_key, p->place.from, sizeof(p->place.from));
		return FULL;
	}
	write_entry(p, c->lease.seq, span_of(buf, change_encode(c, buf, sizeof(buf))));
	return 0;
}

static int write_change(void *arg, const struct change *c)
{
	struct page *p = (struct page *)arg;

	if (c->lease.seq != p->next) {
		p->gap = true;
		return -ESTALE;
	}
	if (is_full(p))
		return -ENOBUFS;
	write_entry(p, c->lease.seq, c->entry);
	p->next++;
	return 0;
}

static int write_changes(struct control *ctl, struct page *p, struct err *err)
{
	uint64_t first, last;
	int64_t n = journal_bounds(ctl->journal, &first, &last, err);

	p->next = strtoull(p->place.from, NULL, 10);
	/* a journal that begins anew, with a copy of the partner's leases, has a gap as well */
	if (n == 0 && (p->next < first || p->next > last + 1))
		p->gap = true;
	else if (n == 0)
		n = journal_read(ctl->journal, p->next, PAGE_MAX, write_change, p, err);
	if (p->gap)
		return err_set(err, -ESTALE, NULL,
			"the journal does not go on where the backup is: begin anew");
	return n == -ENOBUFS || p->n == PAGE_MAX ? FULL : n < 0 ? (int)n : 0;
}

static int write_hosts(struct leasedb *db, struct page *p, struct err *err)
{
	uint8_t key[HOST_KEY_MAX];
	size_t len = 0;

	if (p->place.from[0] != '\0' && text_parse_hex(p->place.from, key, sizeof(key), &len) < 0)
		return err_set(err, -EINVAL, NULL, "'from' is no key of a reservation");
	return leasedb_each_host(db, span_of(key, len), write_host, p, err);
}

static int write_leases(struct leasedb *db, struct page *p, struct err *err)
{
	uint32_t from;

	if (text_parse_ip(p->place.from, &from) < 0)
		return err_set(err, -EINVAL, NULL, "'from' is no address");
	return leasedb_each(db, from, write_lease, p, err);
}

static int write_stored(struct control *ctl, struct page *p, struct err *err)
{
	struct leasedb *db;
	int rc = leasedb_open(ctl->child->state_dir, &db, err);

	if (rc < 0)
		return rc;
	rc = p->place.part == PART_RESERVATIONS ? write_hosts(db, p, err) :
						  write_leases(db, p, err);
	leasedb_close(db);
	return rc;
}

/* The page is at its part's end. */
static void next_part(struct page *p)
{
	switch (p->place.part) {
	case PART_LEASES:
		p->place.part = PART_RESERVATIONS;
		p->place.from[0] = '\0';
		break;
	case PART_RESERVATIONS:
		p->place.part = PART_CHANGES;
		p->next = p->place.position + 1;
		break;
	default:
		p->place.part = PART_END;
		p->place.position = p->next - 1;
		break;
	}
}

static void write_page(struct control *ctl, const struct place *place, struct answer *a)
{
	struct page p = {.out = &a->out, .place = *place};
	struct err err = {0};
	int rc;

	answer_begin(a);
	out_open(&a->out, '{');
	out_key(&a->out, "entries");
	out_open(&a->out, '[');
	rc = place->part == PART_CHANGES ? write_changes(ctl, &p, &err)
					 : write_stored(ctl, &p, &err);
	out_close(&a->out, ']');
	if (rc == 0)
		next_part(&p);
	if (rc >= 0 && p.place.part == PART_CHANGES)
		snprintf(p.place.from, sizeof(p.place.from), "%" PRIu64, p.next);
	out_key_string(&a->out, "part", part_names[p.place.part]);
	out_key_string(&a->out, "from", p.place.from);
	out_key_int(&a->out, "position", (int64_t)p.place.position);
	out_close(&a->out, '}');
	if (rc < 0)
		answer_end(a, ANSWER_ERROR, "%s", err.text);
	else
		answer_end(a, ANSWER_SUCCESS, "%zu entries.", p.n);
}

struct beginning {
	struct control *ctl;
	uint64_t until_ns;
};

static enum answer_progress begin(struct answer *a)
{
	struct beginning *b = (struct beginning *)a->state;
	struct region *r = b->ctl->child->region;
	struct place place = {.part = PART_LEASES, .from = "0.0.0.0"};
	struct err err = {0};
	int rc = carry_begin_hold(r, b->ctl->child->state_dir, &place.position, &err);

	if (rc == -EBUSY && clock_mono_ns() < b->until_ns) {
		store_hurry(r); /* its turn ends sooner then */
		return ANSWER_WAIT;
	}
	if (rc < 0)
		answer_text(a, ANSWER_ERROR, "%s", err.text);
	else
		write_page(b->ctl, &place, a);
	return ANSWER_DONE;
}

static bool read_place(const json_t *args, struct place *ret)
{
	const char *part = json_string_value(json_object_get(args, "part"));
	const char *from = json_string_value(json_object_get(args, "from"));
	const json_t *position = json_object_get(args, "position");
	size_t i = 0;

	if (part == NULL || from == NULL || strlen(from) >= sizeof(ret->from) ||
		!json_is_integer(position) || json_integer_value(position) < 0)
		return false;
	while (i < PART_END && strcmp(part, part_names[i]) != 0)
		i++;
	if (i == PART_END)
		return false;
	ret->part = (enum part)i;
	ret->position = (uint64_t)json_integer_value(position);
	memcpy(ret->from, from, strlen(from) + 1);
	return true;
}

void cmd_lessor_backup(struct control *ctl, const json_t *args, struct answer *a)
{
	struct place place = {0};
	struct beginning *b;

	if (args == NULL) {
		b = (struct beginning *)answer_stream(a, begin, sizeof(*b));
		if (b != NULL)
			*b = (struct beginning){ctl, clock_mono_ns() + WAIT_NS};
	} else if (!read_place(args, &place)) {
		answer_text(a, ANSWER_ERROR,
			"needs no arguments to begin, then 'part', 'from' and "
			"'position' of the answer before");
	} else if (!carry_renew_hold(ctl->child->region, place.position)) {
		answer_text(a, ANSWER_ERROR,
			"this backup has paused for too long, or another one "
			"has begun since: begin anew");
	} else {
		write_page(ctl, &place, a);
	}
}
