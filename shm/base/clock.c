/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: see clock.h. Nothing else in the tree calls clock_gettime().
 */
#include "shm/base/clock.h"

#include <stdio.h>
#include <time.h>

static struct timespec now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts;
}

uint32_t clock_wall_s(void)
{
	return (uint32_t)now(CLOCK_REALTIME).tv_sec;
}

uint64_t clock_wall_us(void)
{
	struct timespec ts = now(CLOCK_REALTIME);

	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

const char *clock_stamp(char buf[CLOCK_STAMP_SIZE])
{
	uint64_t us = clock_wall_us();
	time_t s = (time_t)(us / 1000000);
	struct tm tm;
	char day[32];

	localtime_r(&s, &tm);
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buf, CLOCK_STAMP_SIZE, "%s.%06u", day, (unsigned)(us % 1000000));
	return buf;
}

uint64_t clock_mono_ns(void)
{
	struct timespec ts = now(CLOCK_BOOTTIME);

	return (uint64_t)ts.tv_sec * CLOCK_NS_PER_S + (uint64_t)ts.tv_nsec;
}
