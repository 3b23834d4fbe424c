/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client: the clients that are played, who of them is idle or waits for an answer, and which
 * addresses they hold. Called by exchange.c and leases.c; knows no packets, and every call but
 * client_init() takes constant time.
 */
#ifndef LESSOR_TESTS_LOAD_CLIENT_H
#define LESSOR_TESTS_LOAD_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#define CLIENT_NONE     UINT32_MAX
#define CLIENT_MAX      (1U << 24) /* as many as 10.0.0.0/8 has addresses */
#define CLIENT_MAC_SIZE 6

enum client_state {
	CLIENT_IDLE,
	CLIENT_WAIT_OFFER,
	CLIENT_WAIT_ACK,
};

struct client {
	uint64_t start_ns;      /* when its exchange was meant to start */
	uint64_t sent_ns;       /* when the message was sent that it waits for an answer to */
	uint64_t held_until_ns; /* end of its lease */
	uint32_t xid;           /* of its present or last exchange */
	uint32_t offered;       /* address it asked for, host byte order */
	uint32_t address;       /* address it holds, 0: none */
	uint32_t server;        /* server that offered it */
	uint32_t prev, next;    /* neighbours among those that wait, oldest first */
	uint32_t chain;         /* next in the same bucket of addresses */
	uint8_t state;          /* enum client_state */
	uint8_t tries;          /* exchanges that failed since the phase began */
	bool measured;          /* its exchange counts for the report */
};

struct client_table {
	struct client *client;
	uint32_t n;
	uint64_t mac_base;
	uint32_t *idle; /* ring of n: clients to take, in order */
	uint32_t idle_head, idle_count;
	uint32_t *bucket; /* address -> first client of the chain */
	uint32_t bucket_mask;
	uint64_t salt;
	uint32_t oldest, newest, waiting;
};

/* Makes n clients (1..CLIENT_MAX) whose hardware addresses are mac_base and those that follow.
 * Returns 0 or -ENOMEM. */
int client_init(struct client_table *t, uint32_t n, uint64_t mac_base, uint64_t seed);
void client_fini(struct client_table *t);

/* Makes all clients idle with no failed tries, to be taken in random or ascending order. */
void client_line_up(struct client_table *t, uint64_t seed, bool random);

/* Takes the idle client that is next, CLIENT_NONE if there is none; puts one back at the end. */
uint32_t client_take(struct client_table *t);
void client_give(struct client_table *t, uint32_t i);

/* The client waits for an answer from now on, in state; it no longer waits. */
void client_wait(struct client_table *t, uint32_t i, enum client_state state, uint64_t now_ns);
void client_stop_waiting(struct client_table *t, uint32_t i);

/* Notes that the client holds address, and no other, until until_ns. Returns another client that
 * holds it at now_ns, CLIENT_NONE if there is none. */
uint32_t client_hold(struct client_table *t, uint32_t i, uint32_t address, uint64_t until_ns,
	uint64_t now_ns);
void client_let_go(struct client_table *t, uint32_t i);

/* The client that holds address at now_ns, except except; CLIENT_NONE if there is none. */
uint32_t client_by_address(const struct client_table *t, uint32_t address, uint32_t except,
	uint64_t now_ns);

/* Hardware address to client (CLIENT_NONE: not ours) and back. */
uint32_t client_by_mac(const struct client_table *t, const uint8_t mac[CLIENT_MAC_SIZE]);
void client_mac(const struct client_table *t, uint32_t i, uint8_t ret_mac[CLIENT_MAC_SIZE]);

#endif
