/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_print: a tree as text: libconfig for people and files, JSON for programs. What is printed
 * is read back as the same tree. Called by whoever hands a configuration out.
 */
#ifndef LESSOR_DAEMON_CONF_TREE_PRINT_H
#define LESSOR_DAEMON_CONF_TREE_PRINT_H

#include <stdio.h>

#include "daemon/conf/tree.h"

/* The members of root, which is a map, as settings of libconfig: short maps and lists in one line,
 * others a line for each member. Parents of nodes need not be set. Returns 0, or -EINVAL if there
 * is something that libconfig cannot have: a name outside of letters, digits, '-', '_' and '*',
 * null or a number without end. What was printed until then is of no use. f keeps its own errors.
 */
int tree_print_libconfig(FILE *f, const struct tree_node *root);

/* The node as JSON (RFC 8259) in one line without a line feed. Octets that are not UTF-8 become
 * U+FFFD. Returns 0, or -EINVAL for a number without end. */
int tree_print_json(FILE *f, const struct tree_node *node);

#endif
