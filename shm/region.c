/* SPDX-License-Identifier: Apache-2.0 */
/*
 * region: lays out the shared mapping. Called by the supervisor before the first fork and by
 * tests. Nothing but the head is touched here: untouched pages cost no memory.
 */
#include "shm/region.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shm/base/clock.h"
#include "shm/table.h"
#include "shm/tally.h"
#include "shm/trace.h"

#define PAGE            4096
#define RECORDS_MIN     (1ULL << 20)
#define RECORDS_MAX     (1ULL << 31)
#define PREFIXES        (1ULL << 24) /* there are no more /24s */
#define DIRECTORY_ENTRY 8
#define ADDRESS_PAGE    (256 * sizeof(uint32_t))
#define EXTRA           1024
#define BUCKET          64
#define PAGES_MIN       (1ULL << 16)
#define BUCKETS_MIN     (1ULL << 17)
#define POOL_OCTETS     (4 * 16) /* an address takes 16; room for reloads with other ranges */
#define POOL_ROOM       (64ULL << 20)
#define TRIES           3

static uint64_t max_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t power_of_two(uint64_t at_least)
{
	uint64_t n = 1;

	while (n < at_least)
		n <<= 1;
	return n;
}

/* How many records to make room for. Each try asks for less; the last one still holds every
 * lease and every address of the pools. */
static uint64_t records_for(uint64_t addresses, uint64_t leases, unsigned attempt)
{
	uint64_t n = max_of(addresses << (TRIES - 1 - attempt), addresses + leases);

	n = max_of(n, leases << (attempt == 0));
	n = max_of(n, RECORDS_MIN >> 4 * attempt);
	return n < RECORDS_MAX ? n : RECORDS_MAX;
}

static uint64_t place(uint64_t *end, uint64_t octets)
{
	uint64_t start = *end;

	*end += (octets + PAGE - 1) / PAGE * PAGE;
	return start;
}

/* Returns the size of the whole. */
static uint64_t lay_out(struct region_areas *a, uint64_t addresses, uint64_t leases,
	uint64_t records)
{
	uint64_t end = 0, entries, buckets, pages = records / 16 + PAGES_MIN;

	a->max_records = (uint32_t)records;
	/* pools may take a few addresses of many /24s each */
	a->max_pages = (uint32_t)(pages < PREFIXES ? pages : PREFIXES);
	a->max_extras = (uint32_t)(records / 4);
	entries = power_of_two(4ULL * a->max_pages);
	/* One entry a lease where the client identifier repeats the hardware address, else two.
	 * Every bucket is touched sooner or later, so this area alone is laid out tightly: two
	 * entries for every address of the pools fill 45 to 89 % of it. */
	buckets = max_of(power_of_two(max_of(addresses, leases) * 9 / 4 / REGION_BUCKET_ENTRIES),
		BUCKETS_MIN);
	a->directory_mask = (uint32_t)(entries - 1);
	a->index_mask = (uint32_t)(buckets - 1);
	a->pools_size = addresses * POOL_OCTETS + POOL_ROOM;

	place(&end, sizeof(struct region));
	a->directory = place(&end, entries * DIRECTORY_ENTRY);
	a->pages = place(&end, a->max_pages * ADDRESS_PAGE);
	a->records = place(&end, records * sizeof(struct table_record));
	a->extras = place(&end, (uint64_t)a->max_extras * EXTRA);
	a->index = place(&end, buckets * BUCKET);
	a->pools = place(&end, a->pools_size);
	a->tallies = place(&end, TALLY_ENTRIES * sizeof(struct tally));
	a->tally_places = place(&end, TALLY_PLACES * sizeof(uint32_t));
	a->traces = place(&end, REGION_SLOTS * sizeof(struct trace_ring));
	return end;
}

/* A descriptor stays, so that a process can make a private copy (shadow.h). */
static struct region *map(uint64_t size)
{
	int fd = size > SIZE_MAX ? -1 : memfd_create("lessor", MFD_CLOEXEC);
	void *p = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, (off_t)size) == 0)
		p = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
			fd, 0);
	if (p != MAP_FAILED) {
		((struct region *)p)->fd = fd;
		return (struct region *)p;
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

int region_create(uint64_t addresses, uint64_t leases, struct region **ret, struct err *err)
{
	struct region_areas areas = {0};
	struct region *r = NULL;
	uint64_t size = 0;
	int rc;

	for (unsigned attempt = 0; r == NULL && attempt < TRIES; attempt++) {
		size = lay_out(&areas, addresses, leases,
			records_for(addresses, leases, attempt));
		r = map(size);
	}
	if (r == NULL)
		return err_set(err, -ENOMEM,
			"raise LimitAS= or vm.overcommit_memory, or make the pools smaller",
			"cannot reserve %" PRIu64 " MiB of address space for the lease table: %s",
			size >> 20, strerror(errno));
	r->size = size;
	r->areas = areas;
	r->started_s = clock_wall_s();
	atomic_store(&r->reloaded_s, r->started_s);
	rc = hash_key_random(&r->key);
	if (rc < 0) {
		region_free(r);
		return err_set(err, rc, NULL, "the kernel gives no random numbers");
	}
	*ret = r;
	return 0;
}

void region_free(struct region *r)
{
	close(r->fd);
	munmap(r, (size_t)r->size);
}
