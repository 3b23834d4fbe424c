/* SPDX-License-Identifier: Apache-2.0 */
/*
 * title: what ps and top show of a process.
 */
#ifndef LESSOR_DAEMON_TITLE_H
#define LESSOR_DAEMON_TITLE_H

/* Makes room for titles where the arguments and the environment lie; the environment moves to the
 * heap. Called once, first of all; without it, or without memory, title_set() changes less. */
void title_init(int argc, char **argv);

/* Shows title instead of the command line, and comm (at most 15 letters) as the name. */
void title_set(const char *title, const char *comm);

#endif
