/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print: text that others chose (clients, the server) onto a terminal, and JSON. Called by the
 * commands. Control characters never reach the terminal as such.
 */
#ifndef LESSOR_DAEMON_CTL_PRINT_H
#define LESSOR_DAEMON_CTL_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "shm/base/err.h"

#define PRINT_BOLD   "\033[1m"
#define PRINT_RED    "\033[31m"
#define PRINT_GREEN  "\033[32m"
#define PRINT_YELLOW "\033[33m"
#define PRINT_PLAIN  "\033[0m"

/* Whether standard output is a terminal that wants colours (no-color.org). */
bool print_has_colour(void);

/* The colour of a word that says how a thing is; NULL if it is no such word. */
const char *print_colour_of(const char *word);

/* Writes n octets of UTF-8; control characters and the backslash as \xHH and \\. */
void print_escaped(FILE *f, const char *s, size_t n);

/* Prints "lessorctl: ..." on standard error, escaped; lines after the first are indented. */
void print_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same without a name in front: for "FILE:LINE: ...". */
void print_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Prints what went wrong and its cure. */
void print_err(const struct err *e);

/* Prints v as indented JSON and a line feed. Returns the exit status. */
int print_json(const json_t *v);

/* Ends the program with status 1. */
_Noreturn void print_no_memory(void);

#endif
