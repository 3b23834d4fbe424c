/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screen: a full-screen view in the terminal, redrawn as a whole. Called by cmd_watch.c.
 */
#ifndef LESSOR_DAEMON_CTL_SCREEN_H
#define LESSOR_DAEMON_CTL_SCREEN_H

#include <stdbool.h>

/* Takes the terminal over: other screen, no cursor, keys one by one. Signals that end the program,
 * and its exit, give it back. 0, or -ENOTTY: standard input and output are no terminal. */
int screen_open(void);
void screen_close(void);

/* Begins a new picture. The width and height are asked for each time. */
void screen_begin(void);

/* A line, cut to the width, control characters escaped; what comes below the last row but one is
 * left out. colour: PRINT_... or "". */
void screen_line(const char *colour, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Shows it, with foot in the last row. */
void screen_end(const char *colour, const char *foot);

/* Waits ms milliseconds at most for a key, or until the size has changed. false: the user, or a
 * signal, wants to end. */
bool screen_wait(int ms);

#endif
