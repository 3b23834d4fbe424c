/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log: structured events for operators. Every event stands in events.def with its level, its
 * journald MESSAGE_ID and what it means; nothing else is ever logged. Bad packets are counted,
 * not logged. Text: the object first, what happened, then the cure.
 */
#ifndef LESSOR_SHM_BASE_LOG_H
#define LESSOR_SHM_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "shm/base/err.h"

enum log_event {
#define EVENT(symbol, level, id, meaning) EV_##symbol,
#include "shm/base/events.def"
#undef EVENT
	EV_COUNT
};

enum log_format {
	LOG_AUTO,    /* journal under systemd (JOURNAL_STREAM is set), plain otherwise */
	LOG_JOURNAL, /* journald, structured fields */
	LOG_PLAIN,   /* LEVEL EVENT text, to standard error */
	LOG_KEA,     /* DATE TIME LEVEL [lessor.MODULE/PID] EVENT text */
};

/* One structured field; name without its prefix: "ADDRESS" becomes LESSOR_ADDRESS. */
struct log_field {
	const char *name, *value;
};

/* module: constant, names this process ("supervisor", "worker-eth0"...). debug: write debug events
 * too. May be called again after a fork. */
void log_init(enum log_format format, const char *module, bool debug);

/* Writes one event. fields may be NULL. */
void log_event(enum log_event ev, const struct log_field *fields, size_t n_fields, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));

#define LOG(ev, ...) log_event(ev, NULL, 0, __VA_ARGS__)

/* on: this process writes no event until it is switched off again, since what it decides is not
 * put into effect (workers/explain.h). */
void log_mute(bool on);

/* Writes "text (cure)" of e. */
void log_err(enum log_event ev, const struct err *e);

/* At most one call in period_ms returns true; what was held back is counted into *ret_missed. */
struct log_limit {
	unsigned long long last_ns;
	unsigned missed;
};
bool log_limit(struct log_limit *limit, unsigned period_ms, unsigned *ret_missed);

#endif
