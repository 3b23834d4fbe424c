/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imported: a Kea file written and imported, what came of it and what was said. Each test runs in a
 * process of its own.
 */
#ifndef LESSOR_TESTS_UNIT_CTL_IMPORTED_H
#define LESSOR_TESTS_UNIT_CTL_IMPORTED_H

#include <stdbool.h>

#define HOOK_OPEN(library)                                                                         \
	"\"hooks-libraries\":[{\"library\":\"/usr/lib/libdhcp_" library ".so\",\"parameters\":{"
#define HOOK_CLOSE                "}}]"
#define HOOK(library, parameters) HOOK_OPEN(library) parameters HOOK_CLOSE
#define HA_OPEN                   HOOK_OPEN("ha") "\"high-availability\":[{"
#define HA_CLOSE                  "}]" HOOK_CLOSE
#define HA(block)                 HA_OPEN block HA_CLOSE
#define SOCKET_OPEN               "\"control-sockets\":[{"
#define SOCKET_CLOSE              "}]"
#define SOCKET(socket)            SOCKET_OPEN socket SOCKET_CLOSE
#define HTTP_OPEN                 SOCKET_OPEN "\"socket-type\":\"http\","

/* The settings as libconfig, NULL if the file was refused; and the lines, without the file's name,
 * warnings with "warning: " in front. Both of the last import. */
extern char *imported;
extern char imported_said[16384];

void imported_enter(void);
void imported_leave(void);

/* Imports a whole file, or what stands inside of Dhcp4. */
void imported_text(const char *text, bool lenient);
void imported_global(const char *inner, bool lenient);

#endif
