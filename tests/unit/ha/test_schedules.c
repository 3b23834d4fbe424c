/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_schedules: random schedules of two nodes against the invariants, and mutants that they must
 * notice. LESSOR_HA_SECONDS=N runs that long (default 3), LESSOR_HA_SEED=N begins there, and runs
 * that one alone, with its trace, if LESSOR_HA_SECONDS is not set.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

#include "sim.h"

static struct sim sim; /* some MB */

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void show(uint64_t seed)
{
	sim_run(&sim, seed, MUTANT_NONE, true);
	cr_assert(false, "seed %lu: %s", (unsigned long)seed, sim.why);
}

Test(schedules, invariants_hold, .timeout = 1e9)
{
	double end = seconds() + (double)setting("LESSOR_HA_SECONDS", 3);
	uint64_t seed = setting("LESSOR_HA_SEED", 1), runs = 0, acks = 0, granted = 0;
	unsigned long visited[FSM_STATES] = {0}, merges = 0, copies = 0, handovers = 0;

	if (getenv("LESSOR_HA_SEED") != NULL && getenv("LESSOR_HA_SECONDS") == NULL) {
		cr_assert(sim_run(&sim, seed, MUTANT_NONE, true), "%s", sim.why);
		return;
	}
	for (; seconds() < end; seed++, runs++) {
		if (!sim_run(&sim, seed, MUTANT_NONE, false))
			show(seed);
		acks += sim.answered;
		granted += sim.granted;
		merges += sim.merges;
		copies += sim.copies;
		handovers += sim.handovers;
		for (int k = 0; k < FSM_STATES; k++)
			visited[k] += sim.visited[k];
	}
	fprintf(stderr,
		"%lu schedules, %lu ACKs, %lu new leases, %lu merges, %lu full copies, "
		"%lu handovers\n",
		(unsigned long)runs, (unsigned long)acks, (unsigned long)granted, merges, copies,
		handovers);
	for (int k = FSM_RECOVER; k < FSM_STATES; k++)
		cr_expect(visited[k] > 0 || runs < 200, "%s was never entered",
			fsm_state_name((enum fsm_state)k));
}

static void must_be_noticed(enum mutant mutant, const char *invariant)
{
	for (uint64_t seed = 1; seed <= 3000; seed++) {
		if (!sim_run(&sim, seed, mutant, false)) {
			fprintf(stderr, "%s: seed %lu: %s\n", invariant, (unsigned long)seed,
				sim.why);
			return;
		}
	}
	cr_assert(false, "nothing noticed that %s", invariant);
}

Test(schedules, mutants_are_noticed, .timeout = 1e9)
{
	static const char *const broken[MUTANTS] = {
		[MUTANT_CACHED_NOT_HELD] = "a repeated reply is not held",
		[MUTANT_NOT_DURABLE] = "a take-over is not durable before the first reply",
		[MUTANT_LONG_PERMIT] = "the permit outlives the standby's promise",
		[MUTANT_EXPIRY_FREES] = "what ended is free without acknowledgement",
		[MUTANT_BLIND_NAK] = "NAKs are sent while interrupted",
		[MUTANT_IN_PLACE] = "a copy is applied in place",
		[MUTANT_NO_HOLD] = "no reply is held",
		[MUTANT_NO_PERMIT] = "the permit is not looked at",
		[MUTANT_NO_MCLT] = "times are not limited while interrupted",
		[MUTANT_SHARE_IN_ONE_STEP] = "a block is taken before the other let go",
		[MUTANT_OLD_RULES] = "replies outlive the rules they were made under",
		[MUTANT_START_SERVES] = "a start is not silent",
		[MUTANT_NO_CLOCKS] = "ends are not converted",
	};

	for (int m = MUTANT_NONE + 1; m < MUTANTS; m++)
		must_be_noticed((enum mutant)m, broken[m]);
}
