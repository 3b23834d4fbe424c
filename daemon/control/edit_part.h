/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit_part: what the files of edit share: how arguments are read, and how things are found in the
 * configuration. Called by edit_*.c alone. A lack of memory is remembered, and found at the end.
 */
#ifndef LESSOR_DAEMON_CONTROL_EDIT_PART_H
#define LESSOR_DAEMON_CONTROL_EDIT_PART_H

#include "daemon/control/edit.h"

#define EDIT_SUBNETS  "subnet4"
#define EDIT_NETWORKS "shared-networks"
#define EDIT_CLASSES  "client-classes"

typedef void edit_fn(struct edit *e);

/* edit_subnet.c */
edit_fn edit_subnet_get, edit_subnet_add, edit_subnet_update, edit_subnet_del,
	edit_subnet_delta_add, edit_subnet_delta_del;
/* edit_delta.c: the members of parts are added to those of the subnet, or those named there are
 * removed from it. */
void edit_delta_add(struct edit *e, json_t *subnet, const json_t *parts);
void edit_delta_del(struct edit *e, json_t *subnet, const json_t *parts);
/* edit_network.c */
edit_fn edit_network_get, edit_network_add, edit_network_del, edit_network_subnet_add,
	edit_network_subnet_del;
/* edit_class.c */
edit_fn edit_class_get, edit_class_list, edit_class_add, edit_class_update, edit_class_del;

/* edit_interface.c */
edit_fn edit_interface_add;

/* A map that was found in a list of the configuration. */
struct edit_place {
	json_t *list;
	size_t at;
	json_t *map;
	json_t *network; /* of a subnet, NULL: none */
};

/* Ends the command. */
void edit_end(struct edit *e, enum answer_result result, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* {list: [map]} becomes the arguments of the answer; map is taken over. */
void edit_tell(struct edit *e, const char *list, json_t *map);
/* The same for a subnet: its id and prefix. */
void edit_tell_subnet(struct edit *e, const json_t *subnet);

/* Notes what a function of jansson that changes something returns. */
void edit_done(struct edit *e, int rc);

/* The only element of the list in the arguments, which is a map; NULL: it is none, and the command
 * is ended. Lent. */
json_t *edit_sent(struct edit *e, const char *list);

/* A text in the map, not empty; NULL: there is none, and the command is ended. */
const char *edit_text(struct edit *e, const json_t *map, const char *name);

/* The number of a subnet under "id"; 0: there is none, and the command is ended. */
json_int_t edit_id(struct edit *e, const json_t *map);

/* The prefix of a subnet in the configuration. */
const char *edit_prefix(const json_t *subnet);

/* The list of this name, made if it is missing; NULL: no memory. */
json_t *edit_list(struct edit *e, json_t *map, const char *name);

/* Finds the subnet with this id, or if it is 0, with this prefix. */
bool edit_find_subnet(struct edit *e, json_int_t id, const char *prefix, struct edit_place *ret);

/* Finds the network or class of this name in the list of that name. */
bool edit_find_named(struct edit *e, const char *list, const char *name, struct edit_place *ret);

#endif
