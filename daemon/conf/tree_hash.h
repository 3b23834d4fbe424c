/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_hash: tells two configurations apart, for config-hash-get.
 */
#ifndef LESSOR_DAEMON_CONF_TREE_HASH_H
#define LESSOR_DAEMON_CONF_TREE_HASH_H

#include "daemon/conf/tree.h"

#define TREE_HASH_SIZE 65

/* Writes SHA-256 of what the tree holds, 64 upper-case hex digits; where a node came from does not
 * count. The same program on the same kind of machine always makes the same of one tree. 0 or
 * -ENOMEM. */
int tree_hash(const struct tree_node *root, char ret[TREE_HASH_SIZE]);

#endif
