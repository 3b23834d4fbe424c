/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: mistakes of a configuration, one line each: "FILE:LINE: PATH: reason". Everything that
 * reads a configuration hands its complaints to one report and goes on.
 */
#ifndef LESSOR_DAEMON_CONF_REPORT_H
#define LESSOR_DAEMON_CONF_REPORT_H

#include <stdbool.h>
#include <stdint.h>

struct tree_node;

#define REPORT_PLACE_SIZE 640

struct report {
	void (*line)(void *arg, bool is_error, const char *line);
	void *arg;
	unsigned errors; /* lines with is_error so far */
};

void report_error(struct report *r, const struct tree_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void report_warning(struct report *r, const struct tree_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A mistake in a file that is no tree yet. line 0: the file as a whole; file NULL: a text that came
 * over the control channel. */
void report_file_error(struct report *r, const char *file, uint32_t line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Writes "PATH at FILE:LINE" into buf and returns buf: the other place of a contradiction. */
const char *report_place(const struct tree_node *at, char buf[REPORT_PLACE_SIZE]);

#endif
