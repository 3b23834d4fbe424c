/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_file: the files of the history: their names, one entry as octets, whole files. Called
 * by history.c and history_read.c.
 */
#ifndef LESSOR_SHM_HISTORY_FILE_H
#define LESSOR_SHM_HISTORY_FILE_H

#include "shm/history.h"

#define HISTORY_NAME_SIZE 16
#define HISTORY_ENTRY_MAX 640 /* of an entry as octets */

void history_file_name(uint32_t number, char buf[HISTORY_NAME_SIZE]);

/* Numbers of the oldest and the newest file; 1 and 1 if there is none. */
int history_file_range(const char *dir, uint32_t *ret_first, uint32_t *ret_last);

/* Returns the length. */
size_t history_file_encode(const struct history_entry *e, uint8_t buf[HISTORY_ENTRY_MAX]);

/* The entry at the front of data: its length, 0: data ends within it, or -EBADMSG. */
int history_file_decode(struct span data, struct history_entry *ret);

/* How many octets of whole entries the file begins with, and the highest position in them. */
int history_file_check(const char *path, uint64_t *ret_good, uint64_t *ret_last);

#endif
