/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_isc_host: hosts become reservations: of the subnet that their address lies in, or global
 * ones if they have no address.
 */
#include <string.h>

#include "daemon/ctl/import_isc_part.h"
#include "shm/base/text.h"

#define ID_MAX 255

struct host {
	const char *id_type, *id; /* NULL: none yet */
	struct isc_stmt *addresses;
};

static const char *hex(struct isc *isc, const uint8_t *p, size_t len)
{
	char buf[TEXT_HEX_SIZE];

	return isc_format(isc, "%s", text_hex(span_of(p, len), buf, sizeof(buf)));
}

static void set_id(struct isc *isc, struct host *h, struct isc_stmt *s, const char *type,
	const uint8_t *p, size_t len)
{
	if (h->id != NULL) {
		isc_fail(isc, s,
			"a reservation knows its client by one thing, and this one has "
			"%s already",
			h->id_type);
		return;
	}
	h->id_type = type;
	h->id = hex(isc, p, len);
}

static void read_hardware(struct isc *isc, struct host *h, struct isc_stmt *s)
{
	uint8_t octets[16];
	size_t len;

	if (s->n == 3 && isc_is_word(&s->t[1], "ethernet") &&
		isc_octets(&s->t[2], octets, sizeof(octets), &len) && len == 6)
		set_id(isc, h, s, "hw-address", octets, len);
	else
		isc_fail(isc, s, "not the address of an Ethernet interface");
}

/* "host-identifier option NAME X" of any other option. All hosts have to be known by the same. */
static void read_flex_id(struct isc *isc, struct host *h, struct isc_stmt *s)
{
	const char *wrong = NULL, *value;
	uint8_t octets[ID_MAX];
	size_t len;

	if (s->n != 4 || !isc_one_value(&s->t[3], octets, sizeof(octets), &len) || len == 0) {
		isc_fail(isc, s, "expected an option, and octets in hex or one text in quotes");
		return;
	}
	value = isc_value(isc, s->t + 1, 2, &wrong);
	if (value == NULL)
		isc_fail(isc, s, "a client cannot be known by this: %s", wrong);
	else if (isc->flex_id != NULL && strcmp(isc->flex_id, value) != 0)
		isc_fail(isc, s, "other hosts are known by %s: make flex-id-expression one "
			"expression for both, or use classes", isc->flex_id);
	else
		set_id(isc, h, s, "flex-id", octets, len);
	if (isc->flex_id == NULL)
		isc->flex_id = value;
}

/* "option dhcp-client-identifier X", "host-identifier option agent.circuit-id X". */
static void read_identifier(struct isc *isc, struct host *h, struct isc_stmt *s)
{
	static const struct {
		const char *word, *option, *type;
	} known[] = {
		{"option", "dhcp-client-identifier", "client-id"},
		{"host-identifier", "dhcp-client-identifier", "client-id"},
		{"host-identifier", "agent.circuit-id", "circuit-id"},
	};
	size_t at = isc_is_word(&s->t[0], "option") ? 1 : 2;
	uint8_t octets[ID_MAX];
	size_t len;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!isc_is_word(&s->t[0], known[i].word) || s->n != at + 2 ||
			!isc_is_word(&s->t[at], known[i].option))
			continue;
		if (isc_one_value(&s->t[at + 1], octets, sizeof(octets), &len) && len > 0)
			set_id(isc, h, s, known[i].type, octets, len);
		else
			isc_fail(isc, s, "not octets in hex or one text in quotes");
		return;
	}
	if (at == 2)
		read_flex_id(isc, h, s);
}

static void read_members(struct isc *isc, struct host *h, struct isc_stmt *stmt)
{
	for (struct isc_stmt *s = stmt->first; s != NULL; s = s->next) {
		if (s->n == 0)
			continue;
		if (isc_is_word(&s->t[0], "hardware"))
			read_hardware(isc, h, s);
		else if (isc_is_word(&s->t[0], "option") ||
			isc_is_word(&s->t[0], "host-identifier"))
			read_identifier(isc, h, s);
		else if (isc_is_word(&s->t[0], "fixed-address"))
			h->addresses = s;
	}
}

static struct isc_subnet *subnet_of(struct isc *isc, uint32_t ip)
{
	for (struct isc_subnet *n = isc->subnets; n != NULL; n = n->next)
		if ((ip & n->mask) == n->prefix)
			return n;
	return NULL;
}

/* Whether the subnet has a reservation for this client already. */
static bool has_host(const struct isc_subnet *n, const struct host *h)
{
	for (size_t i = 0; i < n->hosts.n; i++) {
		const struct tree_node *id = import_member(&n->hosts.v[i], h->id_type);

		if (id != NULL && strcmp(id->string, h->id) == 0)
			return true;
	}
	return false;
}

/* One reservation for each address, in its subnet. */
static void place_addresses(
	struct isc *isc, const struct host *h, const struct import_list *members)
{
	struct isc_stmt *s = h->addresses;

	for (size_t i = 1; i < s->n; i += 2) {
		struct import_list map = {NULL, 0, 0};
		struct isc_subnet *subnet;
		uint32_t ip;

		if (!isc_address(&s->t[i], &ip) ||
			(i + 1 < s->n && !isc_is_mark(&s->t[i + 1], ','))) {
			isc_fail(isc, s, "not an IPv4 address: names of hosts are not looked up");
			return;
		}
		subnet = subnet_of(isc, ip);
		if (subnet == NULL || has_host(subnet, h)) {
			isc_fail(isc, s,
				subnet == NULL
					? "the address %s is in no subnet"
					: "%s: the client has an address in this subnet already",
				isc_word(isc, &s->t[i]));
			continue;
		}
		import_add_string(&isc->im, &map, h->id_type, h->id);
		import_add_string(&isc->im, &map, "ip-address", isc_word(isc, &s->t[i]));
		for (size_t k = 0; k < members->n; k++)
			import_add(&isc->im, &map, members->v[k].name, members->v[k]);
		import_add_all(&isc->im, &subnet->hosts, NULL, TREE_MAP, &map);
	}
}

void isc_host(struct isc *isc, const struct isc_scope *up, struct isc_stmt *s,
	const struct isc_group *groups)
{
	struct import_list map = {NULL, 0, 0};
	struct host h = {NULL, NULL, NULL};
	struct isc_scope scope;

	if (s->n != 2 || !s->block) {
		isc_fail(isc, s, "expected host NAME { ... }");
		return;
	}
	isc_scope_begin(&scope, ISC_HOST, up);
	isc_scope_apply(isc, &scope, s, groups);
	read_members(isc, &h, s);
	if (h.id == NULL) {
		isc_fail(isc, s, "host %s: nothing by which its client is known",
			isc_word(isc, &s->t[1]));
		return;
	}
	if (scope.host_names && isc_is_printable(s->t[1].text) &&
		import_member(&(struct tree_node){.n = scope.map.n, .v = scope.map.v},
			"hostname") == NULL)
		import_add_string(&isc->im, &scope.map, "hostname", isc_word(isc, &s->t[1]));
	isc_scope_end(isc, &scope);
	if (h.addresses != NULL) {
		place_addresses(isc, &h, &scope.map);
		return;
	}
	import_add_string(&isc->im, &map, h.id_type, h.id);
	for (size_t k = 0; k < scope.map.n; k++)
		import_add(&isc->im, &map, scope.map.v[k].name, scope.map.v[k]);
	import_add_all(&isc->im, &isc->hosts, NULL, TREE_MAP, &map);
}
