/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe: asks, when the connection is lost, whether any process of the partner still lives. Each of
 * them holds the partner's listening socket, so when its host refuses connections there is none
 * left that could answer clients, and nobody has to wait for heartbeats. Called by ha.
 */
#ifndef LESSOR_HA_PROBE_H
#define LESSOR_HA_PROBE_H

#include <stdint.h>
#include <systemd/sd-event.h>

struct probe {
	sd_event *loop;
	sd_event_source *answer, *next; /* of the attempt under way; its end, and the next one's time */
	uint32_t address;               /* host byte order */
	uint16_t port;
	int fd;                         /* of the attempt, -1: none */
	uint64_t until_us;              /* CLOCK_BOOTTIME */
	uint64_t pause_us;
	void (*refused)(void *arg);
	void *arg;
};

/* Asks again and again, for_ms long; calls refused() once, and ends, if the partner's host says that
 * nobody listens. That the host does not answer, or somebody listens, proves nothing. */
void probe_start(struct probe *p, sd_event *loop, uint32_t address, uint16_t port, unsigned for_ms,
	void (*refused)(void *arg), void *arg);

/* Ends it; may be called at any time on one that is all zero or was started. */
void probe_stop(struct probe *p);

#endif
