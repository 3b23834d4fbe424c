/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shadow: everything in the region is found by offsets, so a private mapping of its file works like
 * the region itself, but for pointers to pools, which are moved over.
 */
#include "shm/shadow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int shadow_open(struct shadow *ret, const struct child *c, struct err *err)
{
	struct region *shared = c->region, *r;
	void *p;

	*ret = (struct shadow){.child = *c, .pools.n = c->pools->n};
	ret->pools.v = (struct pool_range *)calloc(ret->pools.n + 1, sizeof(*ret->pools.v));
	if (ret->pools.v == NULL)
		return err_set(err, -ENOMEM, NULL, "no memory for a private view of the leases");
	p = mmap(NULL, (size_t)shared->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE,
		shared->fd, 0);
	if (p == MAP_FAILED) {
		int rc = -errno;

		free(ret->pools.v);
		return err_set(err, rc, "it needs vm.overcommit_memory 0 or 1",
			"cannot make a private view of the leases: %s", strerror(-rc));
	}
	r = (struct region *)p;
	for (size_t i = 0; i < ret->pools.n; i++) {
		const struct pool_range *from = &c->pools->v[i];

		ret->pools.v[i] = *from;
		ret->pools.v[i].state = (struct pool_state *)region_at(
			r, (uint64_t)((char *)from->state - (char *)shared));
	}
	ret->child.region = r;
	ret->child.pools = &ret->pools;
	return 0;
}

void shadow_close(struct shadow *s)
{
	munmap(s->child.region, (size_t)s->child.region->size);
	free(s->pools.v);
}
