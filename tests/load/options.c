/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: reads the command line; every number is checked whole and against its limits.
 */
#include "tests/load/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/clock.h"
#include "shm/base/hash.h"
#include "shm/base/text.h"
#include "tests/load/client.h"
#include "workers/packet/opt.h"

#define TRY_HELP "see lessor-load --help"
#define CLIENTS  10000 /* unless asked for otherwise */

enum {
	LONG_RELAY = 256,
	LONG_RELAYS,
	LONG_LAN,
	LONG_RENEW,
	LONG_RELEASE,
	LONG_ONCE,
	LONG_JSON,
	LONG_TIMEOUT,
	LONG_WARMUP,
	LONG_SEED,
	LONG_SEQUENTIAL,
	LONG_MAC_BASE,
	LONG_CLIENT_ID,
	LONG_NO_CLIENT_ID,
	LONG_REQUEST,
	LONG_BROADCAST,
	LONG_SERVER_PORT,
	LONG_LOCAL_PORT,
	LONG_LEASES,
	LONG_RESUME,
	LONG_SPIN,
	LONG_HELP,
	LONG_VERSION,
};

static const struct option long_options[] = {
	{"relay", required_argument, NULL, LONG_RELAY},
	{"relays", required_argument, NULL, LONG_RELAYS},
	{"lan", required_argument, NULL, LONG_LAN},
	{"rate", required_argument, NULL, 'r'},
	{"window", required_argument, NULL, 'w'},
	{"duration", required_argument, NULL, 'd'},
	{"clients", required_argument, NULL, 'n'},
	{"renew", no_argument, NULL, LONG_RENEW},
	{"release", no_argument, NULL, LONG_RELEASE},
	{"once", no_argument, NULL, LONG_ONCE},
	{"json", no_argument, NULL, LONG_JSON},
	{"timeout", required_argument, NULL, LONG_TIMEOUT},
	{"warmup", required_argument, NULL, LONG_WARMUP},
	{"seed", required_argument, NULL, LONG_SEED},
	{"sequential", no_argument, NULL, LONG_SEQUENTIAL},
	{"mac-base", required_argument, NULL, LONG_MAC_BASE},
	{"client-id", required_argument, NULL, LONG_CLIENT_ID},
	{"no-client-id", no_argument, NULL, LONG_NO_CLIENT_ID},
	{"request", required_argument, NULL, LONG_REQUEST},
	{"broadcast", no_argument, NULL, LONG_BROADCAST},
	{"server-port", required_argument, NULL, LONG_SERVER_PORT},
	{"local-port", required_argument, NULL, LONG_LOCAL_PORT},
	{"leases", required_argument, NULL, LONG_LEASES},
	{"resume", required_argument, NULL, LONG_RESUME},
	{"spin", no_argument, NULL, LONG_SPIN},
	{"help", no_argument, NULL, LONG_HELP},
	{"version", no_argument, NULL, LONG_VERSION},
	{NULL, 0, NULL, 0},
};

void options_help(void)
{
	fputs("Usage: lessor-load --lan IFACE | --relay GIADDR SERVER[,SERVER...] |\n"
	      "                   --relays FILE SERVER[,SERVER...]\n"
	      "                   [-r RATE | -w WINDOW] [-d SECONDS] [-n CLIENTS] [OPTION]...\n"
	      "Loads a DHCPv4 server with DISCOVER-OFFER-REQUEST-ACK exchanges and tells how it did.\n"
	      "\n"
	      "  --lan IFACE        play clients on this interface's link\n"
	      "  --relay GIADDR SERVER[,SERVER...]\n"
	      "                     play a relay that owns the local address GIADDR\n"
	      "  --relays FILE SERVER[,SERVER...]\n"
	      "                     play those relays: lines 'GIADDR CLIENTS [CODE=TEXT]...'\n"
	      "  -r, --rate RATE    open loop: RATE exchanges a second, by the clock\n"
	      "  -w, --window N     closed loop: N exchanges under way (default: 64)\n"
	      "  -d, --duration S   seconds to measure (default: 10; with --once: no limit)\n"
	      "  -n, --clients N    different clients, in random order (default: 10000)\n"
	      "      --renew        lease first, then measure renewals only\n"
	      "      --release      release every lease at the end\n"
	      "      --once         one exchange per client, then end\n"
	      "      --json         report as one JSON object\n"
	      "      --timeout MS   without an answer for so long: dropped (default: 1000)\n"
	      "      --warmup S     seconds of load before measuring (default: 0)\n"
	      "      --leases FILE  append 'ADDRESS MAC ACKTIME LEASETIME' for each ACK\n"
	      "      --resume FILE  take over the leases of such a file\n"
	      "      --mac-base MAC first client's address (default: 02:00:00:00:00:00)\n"
	      "      --client-id mac|duid|none   form of option 61 (default: mac)\n"
	      "      --no-client-id same as --client-id none\n"
	      "      --request CODE[,CODE...]    options to ask for, instead of the usual eight\n"
	      "      --broadcast    set the broadcast flag\n"
	      "      --server-port PORT, --local-port PORT\n"
	      "                     other ports than 67 and 68 (67 as relay)\n"
	      "      --seed N       repeat a run's random order\n"
	      "      --sequential   take clients in ascending order\n"
	      "      --spin         never sleep: exact latencies for a whole core\n"
	      "      --help, --version\n"
	      "\n"
	      "Exit status: 0 done, 1 an address was acknowledged to two clients, 2 usage,\n"
	      "3 cannot run, 4 nothing was completed.\n",
		stdout);
}

static int parse_real(const char *s, const char *name, double min, double max, double *ret,
	struct err *err)
{
	char *end;
	double v = strtod(s, &end);

	if (end == s || *end != '\0' || !isfinite(v) || v < min || v > max)
		return err_set(err, -EINVAL, TRY_HELP, "%s '%s' is not a number from %g to %g",
			name, s, min, max);
	*ret = v;
	return 0;
}

static int parse_int(const char *s, const char *name, uint64_t min, uint64_t max, uint64_t *ret,
	struct err *err)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(s, &end, 0);
	if (s[0] < '0' || s[0] > '9' || *end != '\0' || errno != 0 || v < min || v > max)
		return err_set(err, -EINVAL, TRY_HELP,
			"%s '%s' is not a whole number from %llu to %llu", name, s,
			(unsigned long long)min, (unsigned long long)max);
	*ret = v;
	return 0;
}

static int parse_servers(const char *s, struct options *o, struct err *err)
{
	for (;;) {
		char word[TEXT_IP_SIZE] = "";
		size_t n = strcspn(s, ",");

		if (n < sizeof(word))
			memcpy(word, s, n);
		if (text_parse_ip(word, &o->server[o->n_servers]) < 0)
			return err_set(err, -EINVAL, TRY_HELP, "'%s' is not a server's address", s);
		o->n_servers++;
		if (s[n] == '\0')
			return 0;
		if (o->n_servers == OPTIONS_SERVERS_MAX)
			return err_set(err, -EINVAL, NULL, "more than %d servers",
				OPTIONS_SERVERS_MAX);
		s += n + 1;
	}
}

/* --relay and --relays take two words; getopt knows of one. */
static int parse_relay(int c, int argc, char **argv, struct options *o, struct err *err)
{
	if (c == LONG_RELAYS)
		o->relays = optarg;
	else if (text_parse_ip(optarg, &o->giaddr) < 0 || o->giaddr == 0)
		return err_set(err, -EINVAL, TRY_HELP, "'%s' is not a relay's address", optarg);
	if (optind >= argc || argv[optind][0] == '-')
		return err_set(err, -EINVAL, TRY_HELP, "'%s' needs a server's address after it",
			optarg);
	o->n_servers = 0;
	return parse_servers(argv[optind++], o, err);
}

static int parse_mac_base(const char *s, struct options *o, struct err *err)
{
	uint8_t mac[CLIENT_MAC_SIZE];
	size_t len = 0;

	if (text_parse_hex(s, mac, sizeof(mac), &len) < 0 || len != sizeof(mac) ||
		(mac[0] & 1) != 0)
		return err_set(err, -EINVAL, "for instance 02:00:00:00:00:00",
			"'%s' is not a unicast hardware address of 6 octets", s);
	o->mac_base = 0;
	for (size_t k = 0; k < len; k++)
		o->mac_base = o->mac_base << 8 | mac[k];
	return 0;
}

static int parse_client_id(const char *s, struct options *o, struct err *err)
{
	static const char *const names[] = {"mac", "duid", "none"};

	for (unsigned k = 0; k < 3; k++) {
		if (strcmp(s, names[k]) == 0) {
			o->client_id = (enum options_client_id)k;
			return 0;
		}
	}
	return err_set(err, -EINVAL, TRY_HELP, "--client-id '%s' is none of mac, duid, none", s);
}

static int parse_request(const char *s, struct options *o, struct err *err)
{
	o->n_request = 0;
	for (;;) {
		char *end;
		unsigned long code = strtoul(s, &end, 10);

		if (s[0] < '0' || s[0] > '9' || code == 0 || code >= UINT8_MAX ||
			(*end != '\0' && *end != ','))
			return err_set(err, -EINVAL, TRY_HELP, "'%s' is not a list of options", s);
		if (o->n_request == OPTIONS_REQUEST_MAX)
			return err_set(err, -EINVAL, NULL, "more than %d options to ask for",
				OPTIONS_REQUEST_MAX);
		o->request[o->n_request++] = (uint8_t)code;
		if (*end == '\0')
			return 0;
		s = end + 1;
	}
}

static int parse_port(const char *s, const char *name, uint16_t *ret, struct err *err)
{
	uint64_t v = 0;
	int r = parse_int(s, name, 1, UINT16_MAX, &v, err);

	if (r == 0)
		*ret = (uint16_t)v;
	return r;
}

static int parse_count(const char *s, const char *name, uint32_t max, uint32_t *ret,
	struct err *err)
{
	uint64_t v = 0;
	int r = parse_int(s, name, 1, max, &v, err);

	if (r == 0)
		*ret = (uint32_t)v;
	return r;
}

static void set_flag(int c, struct options *o)
{
	o->renew |= c == LONG_RENEW;
	o->release |= c == LONG_RELEASE;
	o->once |= c == LONG_ONCE;
	o->json |= c == LONG_JSON;
	o->spin |= c == LONG_SPIN;
	o->sequential |= c == LONG_SEQUENTIAL;
	o->broadcast |= c == LONG_BROADCAST;
	if (c == LONG_NO_CLIENT_ID)
		o->client_id = OPTIONS_ID_NONE;
}

/* One option with an argument or a flag; duration is told apart from its default by the caller. */
static int parse_one(int c, int argc, char **argv, struct options *o, struct err *err)
{
	switch (c) {
	case LONG_RELAY:
	case LONG_RELAYS:
		return parse_relay(c, argc, argv, o, err);
	case LONG_LAN:
		o->lan = optarg;
		return 0;
	case 'r':
		return parse_real(optarg, "rate", 0.001, 1e7, &o->rate, err);
	case 'w':
		return parse_count(optarg, "window", CLIENT_MAX, &o->window, err);
	case 'd':
		return parse_real(optarg, "duration", 0.001, 1e8, &o->duration_s, err);
	case 'n':
		return parse_count(optarg, "clients", CLIENT_MAX, &o->clients, err);
	case LONG_TIMEOUT:
		return parse_count(optarg, "timeout", 600000, &o->timeout_ms, err);
	case LONG_WARMUP:
		return parse_real(optarg, "warmup", 0, 1e6, &o->warmup_s, err);
	case LONG_SEED:
		return parse_int(optarg, "seed", 0, UINT64_MAX, &o->seed, err);
	case LONG_MAC_BASE:
		return parse_mac_base(optarg, o, err);
	case LONG_CLIENT_ID:
		return parse_client_id(optarg, o, err);
	case LONG_REQUEST:
		return parse_request(optarg, o, err);
	case LONG_SERVER_PORT:
		return parse_port(optarg, "server port", &o->server_port, err);
	case LONG_LOCAL_PORT:
		return parse_port(optarg, "local port", &o->local_port, err);
	case LONG_LEASES:
		o->leases = optarg;
		return 0;
	case LONG_RESUME:
		o->resume = optarg;
		return 0;
	case '?':
		return err_set(err, -EINVAL, NULL, "try lessor-load --help");
	default:
		set_flag(c, o);
		return 0;
	}
}

/* Settings that contradict each other, and defaults that depend on others. */
static int complete(struct options *o, struct err *err)
{
	uint32_t most;

	if ((o->lan == NULL) == (o->n_servers == 0))
		return err_set(err, -EINVAL, TRY_HELP,
			"one of --lan IFACE, --relay GIADDR SERVER and --relays FILE SERVER is "
			"needed");
	if (o->relays != NULL && (o->giaddr != 0 || o->clients != 0))
		return err_set(err, -EINVAL, "its lines say both",
			"--relays excludes --relay and --clients");
	if (o->relays == NULL && o->clients == 0)
		o->clients = CLIENTS;
	if (o->rate > 0 && o->window > 0)
		return err_set(err, -EINVAL, TRY_HELP, "--rate and --window exclude each other");
	if (o->once && o->renew)
		return err_set(err, -EINVAL, TRY_HELP, "--once and --renew exclude each other");
	most = o->relays == NULL ? o->clients : CLIENT_MAX;
	if (((o->mac_base + most - 1) >> 40 & 1) != 0)
		return err_set(err, -EINVAL, "take a lower --mac-base",
			"%u clients from this --mac-base on run into multicast addresses", most);
	if (o->window == 0)
		o->window = 64;
	if (o->duration_s == 0 && !o->once)
		o->duration_s = 10;
	if (o->local_port == 0)
		o->local_port = o->lan != NULL ? 68 : 67;
	return 0;
}

enum options_verdict options_parse(int argc, char **argv, struct options *ret_opt, struct err *err)
{
	struct options o = {
		.request = {OPT_SUBNET_MASK, OPT_ROUTERS, OPT_DOMAIN_NAME_SERVERS, OPT_HOST_NAME,
			OPT_DOMAIN_NAME, OPT_LEASE_TIME, OPT_RENEWAL_TIME, OPT_REBINDING_TIME},
		.n_request = 8,
		.timeout_ms = 1000,
		.server_port = 67,
		.mac_base = 0x020000000000,
		.seed = hash_mix64(clock_wall_us()) >> 32,
	};
	int c;

	while ((c = getopt_long(argc, argv, "r:w:d:n:", long_options, NULL)) != -1) {
		if (c == LONG_HELP)
			return OPTIONS_HELP;
		if (c == LONG_VERSION)
			return OPTIONS_VERSION;
		if (parse_one(c, argc, argv, &o, err) < 0)
			return OPTIONS_WRONG;
	}
	if (optind < argc) {
		err_set(err, -EINVAL, TRY_HELP, "'%s' is too much", argv[optind]);
		return OPTIONS_WRONG;
	}
	if (complete(&o, err) < 0)
		return OPTIONS_WRONG;
	*ret_opt = o;
	return OPTIONS_RUN;
}
