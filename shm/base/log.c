/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log: writes an event in one of three shapes. One write() an event, so that lines of several
 * processes never mix.
 */
#include "shm/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "shm/base/clock.h"

#define FIELDS_MAX 12

static const struct {
	const char *name, *id;
	int level;
} events[EV_COUNT] = {
#define EVENT(symbol, level, id, meaning) {#symbol, id, level},
#include "shm/base/events.def"
#undef EVENT
};

static enum log_format log_format = LOG_PLAIN;
static const char *log_module = "lessor";
static bool log_debug, log_muted;

void log_init(enum log_format format, const char *module, bool debug)
{
	if (format == LOG_AUTO)
		format = getenv("JOURNAL_STREAM") != NULL ? LOG_JOURNAL : LOG_PLAIN;
	log_format = format;
	log_module = module;
	log_debug = debug;
}

static const char *level_word(int level)
{
	switch (level) {
	case LOG_CRIT:
		return "FATAL";
	case LOG_ERR:
		return "ERROR";
	case LOG_WARNING:
		return "WARN";
	case LOG_DEBUG:
		return "DEBUG";
	default:
		return "INFO";
	}
}

static void write_line(enum log_event ev, const char *text)
{
	char line[1200], stamp[CLOCK_STAMP_SIZE];
	int n;

	if (log_format == LOG_KEA) {
		/* Kea's lines have milliseconds: the stamp without its last three digits */
		n = snprintf(line, sizeof(line), "%.23s %s [lessor.%s/%d] %s %s\n", clock_stamp(stamp),
			level_word(events[ev].level), log_module, (int)getpid(), events[ev].name,
			text);
	} else {
		n = snprintf(line, sizeof(line), "%-5s %s [%s] %s\n", level_word(events[ev].level),
			events[ev].name, log_module, text);
	}
	if (n < 0)
		return;
	if ((size_t)n >= sizeof(line)) {
		n = (int)sizeof(line) - 1;
		line[n - 1] = '\n';
	}
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nobody is left to tell */
}

static void write_journal(enum log_event ev, const struct log_field *fields, size_t n_fields,
	const char *text)
{
	char buf[FIELDS_MAX + 6][1100];
	struct iovec iov[FIELDS_MAX + 6];
	size_t n = 0;

#define FIELD(...)                                                                                 \
	do {                                                                                       \
		snprintf(buf[n], sizeof(buf[n]), __VA_ARGS__);                                     \
		iov[n].iov_base = buf[n];                                                          \
		iov[n].iov_len = strlen(buf[n]);                                                   \
		n++;                                                                               \
	} while (0)
	FIELD("MESSAGE=%s %s", events[ev].name, text);
	FIELD("MESSAGE_ID=%s", events[ev].id);
	FIELD("PRIORITY=%d", events[ev].level);
	FIELD("SYSLOG_IDENTIFIER=lessord-%s", log_module);
	FIELD("LESSOR_EVENT=%s", events[ev].name);
	FIELD("LESSOR_MODULE=%s", log_module);
	for (size_t i = 0; i < n_fields && i < FIELDS_MAX; i++)
		FIELD("LESSOR_%s=%s", fields[i].name, fields[i].value);
#undef FIELD
	if (sd_journal_sendv(iov, (int)n) < 0)
		write_line(ev, text);
}

void log_event(enum log_event ev, const struct log_field *fields, size_t n_fields, const char *fmt,
	...)
{
	char text[1024];
	va_list ap;

	if (log_muted || (events[ev].level == LOG_DEBUG && !log_debug))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (log_format == LOG_JOURNAL)
		write_journal(ev, fields, n_fields, text);
	else
		write_line(ev, text);
}

void log_mute(bool on)
{
	log_muted = on;
}

void log_err(enum log_event ev, const struct err *e)
{
	if (e->cure[0] != '\0')
		LOG(ev, "%s (%s)", e->text, e->cure);
	else
		LOG(ev, "%s", e->text);
}

bool log_limit(struct log_limit *limit, unsigned period_ms, unsigned *ret_missed)
{
	uint64_t now = clock_mono_ns();

	if (limit->last_ns != 0 && now - limit->last_ns < period_ms * CLOCK_NS_PER_MS) {
		limit->missed++;
		return false;
	}
	limit->last_ns = now;
	*ret_missed = limit->missed;
	limit->missed = 0;
	return true;
}
