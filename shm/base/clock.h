/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: the only reader of clocks. Wall time (Unix seconds) is what leases are stored in;
 * monotonic time (nanoseconds) is what waits and ages are measured in.
 */
#ifndef LESSOR_SHM_BASE_CLOCK_H
#define LESSOR_SHM_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CLOCK_NS_PER_S  1000000000ULL
#define CLOCK_NS_PER_MS 1000000ULL

/* Unix time, whole seconds; good until 2106. */
uint32_t clock_wall_s(void);

/* Unix time in microseconds, for what is shown to people. */
uint64_t clock_wall_us(void);

/* Writes the local time, "YYYY-MM-DD HH:MM:SS.ffffff", into buf and returns buf. */
#define CLOCK_STAMP_SIZE 48
const char *clock_stamp(char buf[CLOCK_STAMP_SIZE]);

/* CLOCK_BOOTTIME in nanoseconds: goes on while the machine sleeps, never steps. */
uint64_t clock_mono_ns(void);

#endif
