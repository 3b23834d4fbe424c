/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests made of valid ones by chance: each gets one valid answer with a result, whatever it is.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/control/json_scan.h"
#include "tests/unit/control/server.h"

#define ROUNDS 20000
#define SIZE   512

static const char *const valid[] = {
	"{\"command\": \"lease4-get\", \"arguments\": {\"ip-address\": \"192.0.2.11\"}}",
	"{\"command\": \"lease4-get\", \"arguments\": {\"subnet-id\": 1, \"identifier-type\": "
	"\"hw-address\", \"identifier\": \"02:00:00:00:00:0b\"}}",
	"{\"command\": \"lease4-del\", \"arguments\": {\"subnet-id\": 1, \"identifier-type\": "
	"\"client-id\", \"identifier\": \"01020304\"}}",
	"{\"command\": \"lease4-get-all\", \"arguments\": {\"subnets\": [1, 9, 1001]}}",
	"{\"command\": \"lease4-get-page\", \"arguments\": {\"from\": \"start\", \"limit\": 10}}",
	"{\"command\": \"statistic-get\", \"arguments\": {\"name\": \"subnet[1].pool[7].x\"}}",
	"{\"command\": \"stat-lease4-get\", \"arguments\": {\"subnet-range\": "
	"{\"first-subnet-id\": 1, \"last-subnet-id\": 10}}, \"service\": [\"dhcp4\"]}",
	"{\"command\": \"status-get\", \"remote-address\": \"\\u00e4\"}",
	"{\"command\": \"list-commands\", \"arguments\": null}",
};

/* What a grammar trips over. */
static const char *const bits[] = {"{", "}", "[", "]", "\"", ":", ",", "\\", "\\u0000", "null",
	"true", "-1", "0", "4294967296", "9223372036854775808", "1e400", "[[[[[[", "{\"a\":",
	"\xff", "\xc3\xa4", "\x1b[2J", "\"\"", "\"subnets\": ", "255.255.255.255", "start", "dhcp6",
	"%s%n"};

#define N(list) (sizeof(list) / sizeof((list)[0]))

static size_t pick(size_t n)
{
	return (size_t)random() % n;
}

static size_t mutate(char *text, size_t len)
{
	size_t at = pick(len + 1), n;
	const char *bit;

	switch (random() % 5) {
	case 0: /* an octet changes */
		if (at < len)
			text[at] = (char)random();
		return len;
	case 1: /* some go */
		n = pick(8);
		n = n > len - at ? len - at : n;
		memmove(text + at, text + at + n, len - at - n);
		return len - n;
	case 2: /* the rest goes */
		return random() % 4 == 0 ? at : len;
	case 3: /* some stand there twice */
		n = pick(32);
		n = n > len - at ? len - at : n;
		if (len + n > SIZE)
			return len;
		memmove(text + at + n, text + at, len - at);
		return len + n;
	default:
		bit = bits[pick(N(bits))];
		n = strlen(bit);
		if (len + n > SIZE)
			return len;
		memmove(text + at + n, text + at, len - at);
		memcpy(text + at, bit, n);
		return len + n;
	}
}

/* Runs it to its end; the answer must be a JSON object with a known result. */
static void run(struct server *s, const char *text, size_t len)
{
	static const struct timespec pause = {0, 1000000};
	enum answer_progress progress = ANSWER_MORE;
	struct answer a = {0};
	json_error_t error;
	json_t *answer, *command;
	json_int_t result = -1;

	command = command_parse(text, len, &a);
	if (command != NULL)
		command_run(&s->control, command, &a);
	json_decref(command);
	while (a.more != NULL && progress != ANSWER_DONE) {
		progress = a.more(&a);
		if (progress == ANSWER_WAIT) {
			server_carry(s); /* what a deletion committed */
			nanosleep(&pause, NULL);
		}
	}
	answer = json_loadb(a.out.buf + a.out.start, out_waiting(&a.out), 0, &error);
	cr_assert(answer != NULL, "%.*s: %s: %.*s", (int)len, text, error.text,
		(int)out_waiting(&a.out), a.out.buf + a.out.start);
	json_unpack(answer, "{s:I}", "result", &result);
	cr_assert(result >= ANSWER_SUCCESS && result <= ANSWER_EMPTY, "%.*s", (int)len, text);
	cr_assert(result == ANSWER_SUCCESS || result == ANSWER_EMPTY ||
		json_is_string(json_object_get(answer, "text")));
	json_decref(answer);
	answer_fini(&a);
}

Test(random, requests)
{
	static struct server s;
	unsigned whole = 0, broken = 0;

	server_init(&s);
	server_lease(&s, "192.0.2.11", 1, NULL);
	server_carry(&s);
	srandom(3);
	for (int i = 0; i < ROUNDS; i++) {
		const char *from = valid[pick(N(valid))];
		size_t len = strlen(from), used;
		struct json_scan scan;
		char text[SIZE];

		memcpy(text, from, len);
		for (size_t k = pick(6); k > 0; k--)
			len = mutate(text, len);
		json_scan_init(&scan);
		switch (json_scan_feed(&scan, text, len, &used)) {
		case JSON_SCAN_DONE:
			whole++;
			run(&s, text, used);
			break;
		case JSON_SCAN_ERROR:
			broken++;
			run(&s, text, len); /* the parser must stand it too */
			break;
		case JSON_SCAN_MORE:
			run(&s, text, len);
			break;
		}
	}
	cr_expect(whole > ROUNDS / 10 && broken > ROUNDS / 10, "%u, %u", whole, broken);
	server_fini(&s);
}
