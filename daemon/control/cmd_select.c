/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_select: subnet4-select-test: which subnet a packet would belong to, chosen by the workers'
 * own code. Nothing is allocated from it, and the client is in no class but those that are named.
 */
#include "daemon/control/command.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/control/argument.h"
#include "shm/base/text.h"
#include "workers/select.h"

/* What the command can be given, in Kea's order. */
static const char *const keys[] = {"interface", "address", "relay", "local", "remote", "link",
	"subnet", "classes"};

/* The packet that the arguments describe. It refers to itself. */
struct trial {
	struct query q;
	struct context ctx;
	uint8_t options[16];
	uint16_t class[ARGUMENT_CLASSES];
	uint64_t *members; /* on the heap */
};

/* Option 82 with the link selection, option 118: what is 0 is left out. */
static void add_options(struct trial *t, uint32_t link, uint32_t subnet)
{
	size_t n = 0;

	if (link != 0) {
		t->options[0] = OPT_AGENT;
		t->options[1] = 6;
		t->options[2] = RAI_LINK_SELECTION;
		t->options[3] = 4;
		wire_set_be32(t->options + 4, link);
		n = 8;
	}
	if (subnet != 0) {
		t->options[n] = OPT_SUBNET_SELECTION;
		t->options[n + 1] = 4;
		wire_set_be32(t->options + n + 2, subnet);
		n += 6;
	}
	opt_table_init(&t->q.msg.opt);
	opt_table_add(&t->q.msg.opt, span_of(t->options, n));
}

/* Without an interface it came in by none. */
static bool read_interface(struct trial *t, const json_t *args, struct answer *a)
{
	const struct region *r = t->ctx.region;
	uint32_t number;

	t->ctx.interface = "";
	if (json_object_get(args, "interface") == NULL)
		return true;
	if (!argument_interface(r, args, &number, a))
		return false;
	t->ctx.interface = r->interfaces[number].name;
	t->ctx.server_ip = atomic_load(&r->interfaces[number].address);
	return true;
}

static void join(struct trial *t, uint16_t class)
{
	t->members[class / 64] |= 1ULL << class % 64;
}

static bool read_classes(struct trial *t, const json_t *args, struct answer *a)
{
	const struct model *m = t->ctx.model;
	struct model_classes given;

	if (!argument_classes(m, args, t->class, &given, a))
		return false;
	t->q.members = t->members = (uint64_t *)calloc(m->n_classes / 64 + 1, sizeof(uint64_t));
	if (t->members == NULL) {
		answer_text(a, ANSWER_ERROR, "out of memory");
		return false;
	}
	join(t, m->builtin[MODEL_ALL]);
	for (size_t i = 0; i < given.n; i++)
		join(t, given.v[i]);
	return true;
}

static bool read_packet(struct trial *t, const json_t *args, struct answer *a)
{
	uint32_t link, subnet;

	if (!json_is_object(args)) {
		answer_text(a, ANSWER_ERROR, "the arguments must be a map");
		return false;
	}
	if (!argument_check_keys(args, keys, sizeof(keys) / sizeof(*keys), a) ||
		!argument_address(args, "address", &t->q.msg.ciaddr, a) ||
		!argument_address(args, "relay", &t->q.msg.giaddr, a) ||
		!argument_address(args, "local", &t->q.packet.dst_ip, a) ||
		!argument_address(args, "remote", &t->q.packet.src_ip, a) ||
		!argument_address(args, "link", &link, a) ||
		!argument_address(args, "subnet", &subnet, a) || !read_interface(t, args, a) ||
		!read_classes(t, args, a))
		return false;
	add_options(t, link, subnet);
	return true;
}

static void tell(const struct model_subnet *s, struct answer *a)
{
	char ip[TEXT_IP_SIZE];

	if (s == NULL)
		answer_text(a, ANSWER_EMPTY, "no subnet selected");
	else if (s->network != NULL)
		answer_text(a, ANSWER_SUCCESS,
			"selected shared network '%s' starting with subnet '%s/%u' id %u",
			s->network->name, text_ip(s->prefix, ip), s->prefix_len, s->id);
	else
		answer_text(a, ANSWER_SUCCESS, "selected subnet '%s/%u' id %u",
			text_ip(s->prefix, ip), s->prefix_len, s->id);
}

void cmd_subnet4_select_test(struct control *ctl, const json_t *args, struct answer *a)
{
	struct trial *t = (struct trial *)calloc(1, sizeof(*t));

	if (t == NULL) {
		answer_text(a, ANSWER_ERROR, "out of memory");
		return;
	}
	t->q.ctx = &t->ctx;
	t->ctx.model = ctl->child->model;
	t->ctx.region = ctl->child->region;
	if (read_packet(t, args, a)) {
		select_subnet(&t->q);
		tell(t->q.subnet, a);
	}
	free(t->members);
	free(t);
}
