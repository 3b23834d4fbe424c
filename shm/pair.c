/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair: words in shared memory, futexes, and one eventfd that all children have.
 */
#include "shm/pair.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shm/base/clock.h"
#include "shm/child.h"

#define READ_SPINS 1000

static long futex(_Atomic uint32_t *word, int op, uint32_t value, const struct timespec *timeout)
{
	return syscall(SYS_futex, word, op, value, timeout, NULL, 0);
}

static void notify(int fd)
{
	const uint64_t one = 1;

	/* a full counter has woken it already */
	if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
		return;
}

void pair_hosts_changed(const struct child *c)
{
	notify(c->news_fd);
}

void pair_journal_grew(const struct child *c)
{
	struct pair *p = &c->region->pair;

	if (atomic_load(&p->asleep) != 0 && atomic_exchange(&p->asleep, 0) != 0)
		notify(c->wake_fd);
}

void pair_changed(struct region *r)
{
	struct pair *p = &r->pair;

	atomic_fetch_add(&p->changes, 1);
	if (atomic_load(&p->waiters) != 0)
		futex(&p->changes, FUTEX_WAKE, INT_MAX, NULL);
}

bool pair_wait(struct region *r, uint32_t *seen, unsigned timeout_ms)
{
	struct pair *p = &r->pair;
	const struct timespec timeout = {timeout_ms / 1000,
		(long)(timeout_ms % 1000) * (long)CLOCK_NS_PER_MS};
	uint32_t before = *seen;

	atomic_fetch_add(&p->waiters, 1);
	if (atomic_load(&p->changes) == before)
		futex(&p->changes, FUTEX_WAIT, before, &timeout);
	atomic_fetch_sub(&p->waiters, 1);
	*seen = atomic_load(&p->changes);
	return *seen != before;
}

bool pair_is_partner(const struct region *r, uint32_t id)
{
	bool found = false;

	for (size_t i = 0; i < PAIR_IDS; i++)
		found |= atomic_load_explicit(&r->pair.partner_ids[i], memory_order_relaxed) == id;
	return found && id != 0;
}

uint64_t pair_trim_limit(const struct region *r, uint64_t applied)
{
	uint64_t max = atomic_load(&r->pair.retain_max), retain = atomic_load(&r->pair.retain);
	uint64_t committed = atomic_load(&r->committed);
	uint64_t oldest = committed > max ? committed - max : 0;
	uint64_t limit = retain > oldest ? retain : oldest;

	return max == 0 || limit > applied ? applied : limit;
}

void pair_write_status(struct region *r, const struct pair_status *s)
{
	struct pair *p = &r->pair;

	atomic_store(&p->version, atomic_load(&p->version) | 1);
	atomic_thread_fence(memory_order_release);
	p->status = *s;
	atomic_fetch_add_explicit(&p->version, 1, memory_order_release);
}

bool pair_read_status(const struct region *r, struct pair_status *ret)
{
	const struct pair *p = &r->pair;

	for (int i = 0; i < READ_SPINS; i++) {
		uint32_t version = atomic_load_explicit(&p->version, memory_order_acquire);

		if (version == 0)
			return false;
		if (version % 2 != 0) {
			sched_yield();
			continue;
		}
		*ret = p->status;
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&p->version, memory_order_relaxed) == version)
			return true;
	}
	return false;
}

int pair_ask(const struct child *c, enum pair_wish wish, uint64_t *ret_ticket)
{
	struct pair *p = &c->region->pair;
	uint64_t last = atomic_load(&p->wish), ticket = (last >> 8) + 1;

	if (last != 0 && atomic_load(&p->granted) >> 16 != last >> 8)
		return -EBUSY;
	if (!atomic_compare_exchange_strong(&p->wish, &last, ticket << 8 | (uint64_t)wish))
		return -EBUSY;
	notify(c->wake_fd);
	*ret_ticket = ticket;
	return 0;
}

bool pair_granted(const struct region *r, uint64_t ticket, int *ret_result)
{
	uint64_t granted = atomic_load(&r->pair.granted);

	if (granted >> 16 != ticket)
		return false;
	*ret_result = -(int)(granted & 0xffff);
	return true;
}

enum pair_wish pair_wish(const struct region *r, uint64_t *ret_ticket)
{
	uint64_t wish = atomic_load(&r->pair.wish);

	if (wish == 0 || atomic_load(&r->pair.granted) >> 16 == wish >> 8)
		return PAIR_WISH_NONE;
	*ret_ticket = wish >> 8;
	return (enum pair_wish)(wish & 0xff);
}

void pair_grant(struct region *r, uint64_t ticket, int result)
{
	atomic_store(&r->pair.granted, ticket << 16 | (uint64_t)(-result & 0xffff));
}
