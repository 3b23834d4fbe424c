/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace: a record carries its number, which is taken away before it is overwritten and set when it
 * is whole: a reader that finds the same number before and after its copy has the record.
 */
#include "shm/trace.h"

#include "shm/base/clock.h"

#define WANTED_NS (5 * CLOCK_NS_PER_S)

static struct trace_ring *ring_of(const struct region *r, uint32_t slot)
{
	return (struct trace_ring *)region_at(r, r->areas.traces) + slot;
}

void trace_want(struct region *r)
{
	atomic_store(&r->trace_until_ns, clock_mono_ns() + WANTED_NS);
}

void trace_add(struct region *r, uint32_t slot, const struct trace_record *record)
{
	struct trace_ring *ring = ring_of(r, slot);
	uint64_t k = atomic_load_explicit(&ring->written, memory_order_relaxed);
	size_t at = k % TRACE_RECORDS;

	atomic_store_explicit(&ring->v[at].number, 0, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	ring->v[at].record = *record;
	atomic_store_explicit(&ring->v[at].number, k + 1, memory_order_release);
	atomic_store_explicit(&ring->written, k + 1, memory_order_release);
}

uint64_t trace_written(const struct region *r, uint32_t slot)
{
	return atomic_load_explicit(&ring_of(r, slot)->written, memory_order_acquire);
}

bool trace_read(const struct region *r, uint32_t slot, uint64_t k, struct trace_record *ret)
{
	const struct trace_ring *ring = ring_of(r, slot);
	size_t at = k % TRACE_RECORDS;

	if (atomic_load_explicit(&ring->v[at].number, memory_order_acquire) != k + 1)
		return false;
	*ret = ring->v[at].record;
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&ring->v[at].number, memory_order_relaxed) == k + 1;
}
