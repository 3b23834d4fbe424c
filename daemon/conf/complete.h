/* SPDX-License-Identifier: Apache-2.0 */
/*
 * complete: a configuration as clients of the control channel see it: with the defaults that are
 * constant, and with contexts as JSON. Called by model.c and for what is written to files.
 */
#ifndef LESSOR_DAEMON_CONF_COMPLETE_H
#define LESSOR_DAEMON_CONF_COMPLETE_H

#include "daemon/conf/tree.h"

/* Adds what is not given to the root of a configuration that was read without a mistake: at the
 * top level and in the maps that stand there once, each parameter of the table whose default is a
 * constant; everywhere, the lists that clients expect. Contexts that are text become maps. Parents
 * are set. Returns 0 or -ENOMEM. */
int complete_tree(struct tree_node *root, struct arena *arena);

/* Contexts that are maps become text again, which libconfig can hold: the reverse of the last part
 * of complete_tree(). Returns 0 or -ENOMEM. */
int complete_contexts_to_text(struct tree_node *root, struct arena *arena);

#endif
