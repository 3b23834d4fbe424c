/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_inherit: what ends up in the model: defaults, and the values of each scope.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/text.h"
#include "tests/unit/conf/loaded.h"

#define FACE "interfaces-config = { interfaces = [ \"eth0\" ]; };"

static uint32_t ip(const char *s)
{
	uint32_t addr = 0;

	cr_assert(text_parse_ip(s, &addr) == 0);
	return addr;
}

Test(inherit, defaults, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(
		FACE "subnet4 = ( { id = 7; subnet = \"192.0.2.99/24\"; } );");
	const struct model *m = l->model;
	const struct model_subnet *s = m->subnets[0];

	cr_expect_str_eq(m->file, "t.conf");
	cr_expect(!m->all_interfaces && m->n_interfaces == 1 && m->interfaces[0].address == 0);
	cr_expect_str_eq(m->interfaces[0].name, "eth0");
	cr_expect(m->socket_type == MODEL_RAW && m->workers == 1 && m->echo_client_id);
	cr_expect(m->decline_probation_period == 86400 && m->hold_reclaimed_time == 3600);
	cr_expect(m->offer_hold_time == 60 && m->total_addresses == 0 && m->n_server_ids == 0);
	cr_expect(s->id == 7 && s->index == 0 && s->prefix == ip("192.0.2.0"));
	cr_expect(s->mask == ip("255.255.255.0") && s->prefix_len == 24 && s->network == NULL);
	cr_expect(s->params.valid_lifetime == 7200 && s->params.min_valid_lifetime == 7200);
	cr_expect(s->params.max_valid_lifetime == 7200 && s->params.renew_timer == 0);
	cr_expect(s->params.rebind_timer == 0 && !s->params.calculate_tee_times);
	cr_expect(s->params.t1_percent == 0.5 && s->params.t2_percent == 0.875);
	cr_expect(s->params.match_client_id && !s->params.authoritative);
	cr_expect(s->params.boot.next_server == 0 && s->params.server_id == 0);
	cr_expect(!s->params.store_extended_info && !m->stash_agent_options);
	cr_expect(!m->lenient_options && !m->ignore_server_id && !m->ignore_link_selection);
	cr_expect(!m->exclude_first_last_24);
	cr_expect_str_eq(s->params.boot.server_hostname, "");
	cr_expect_str_eq(s->params.boot.boot_file_name, "");
	cr_expect_str_eq(s->interface, "");
	cr_expect(s->options.n == 0 && s->n_pools == 0);
	loaded_free(l);
}

Test(inherit, globals, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(
		"interfaces-config = { interfaces = [ \"*\", \"eth1/192.0.2.1\" ];\n"
		"dhcp-socket-type = \"udp\"; comment = \"x\"; };\n"
		"workers = 64; echo-client-id = false; decline-probation-period = 0;\n"
		"expired-leases-processing = { hold-reclaimed-time = 0; }; offer-hold-time = 600;\n"
		"user-context = \"{ \\\"a\\\": 1 }\"; allocator = \"iterative\";");
	const struct model *m = l->model;

	cr_expect(m->all_interfaces && m->n_interfaces == 1);
	cr_expect_str_eq(m->interfaces[0].name, "eth1");
	cr_expect(m->interfaces[0].address == ip("192.0.2.1") && m->socket_type == MODEL_UDP);
	cr_expect(m->workers == 64 && !m->echo_client_id && m->decline_probation_period == 0);
	cr_expect(m->hold_reclaimed_time == 0 && m->offer_hold_time == 600);
	cr_expect(m->n_subnets == 0 && m->n_networks == 0 && m->n_pools == 0);
	cr_expect(model_subnet_by_id(m, 1) == NULL && model_subnet_by_address(m, 1) == NULL);
	cr_expect(loaded_first(model_subnets_by_interface(m, "eth1")) == NULL);
	loaded_free(l);
}

Test(inherit, parameters, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"renew-timer = 100; rebind-timer = 200; next-server = \"10.0.0.1\";\n"
		"t1-percent = 0.25;\n"
		"calculate-tee-times = true; match-client-id = false; authoritative = true;\n"
		"server-hostname = \"g\"; boot-file-name = \"gf\"; t2-percent = 0.75;\n"
		"shared-networks = ( { name = \"n\"; renew-timer = 110; server-hostname = \"n\";\n"
		"  interface = \"eth7\"; authoritative = false; subnet4 = (\n"
		"  { id = 1; subnet = \"10.1.0.0/16\"; renew-timer = 120;\n"
		"    boot-file-name = \"s\"; },\n"
		"  { id = 2; subnet = \"10.2.0.0/16\"; match-client-id = true;\n"
		"    t1-percent = 0.3; } ); } );\n"
		"subnet4 = ( { id = 3; subnet = \"10.3.0.0/16\"; next-server = \"0.0.0.0\"; } );");
	struct model *m = l->model;
	const struct model_params *a = &m->subnets[0]->params, *b = &m->subnets[1]->params,
				  *c = &m->subnets[2]->params;

	cr_assert(m->n_subnets == 3 && m->n_networks == 1 && m->networks[0]->n_subnets == 2);
	cr_expect(m->networks[0]->subnets[1] == m->subnets[1]);
	cr_expect(m->subnets[0]->network == m->networks[0] && m->subnets[2]->network == NULL);
	cr_expect_str_eq(m->networks[0]->name, "n");
	cr_expect_str_eq(m->subnets[1]->interface, "eth7");
	cr_expect_str_eq(m->subnets[2]->interface, "");
	cr_expect(a->renew_timer == 120 && b->renew_timer == 110 && c->renew_timer == 100);
	cr_expect(a->rebind_timer == 200 && c->rebind_timer == 200);
	cr_expect(!a->authoritative && !b->authoritative && c->authoritative);
	cr_expect(!a->match_client_id && b->match_client_id && !c->match_client_id);
	cr_expect(a->boot.next_server == ip("10.0.0.1") && c->boot.next_server == 0);
	cr_expect(a->t1_percent == 0.25 && b->t1_percent == 0.3 && b->t2_percent == 0.75);
	cr_expect(a->calculate_tee_times && c->calculate_tee_times);
	cr_expect_str_eq(a->boot.server_hostname, "n");
	cr_expect_str_eq(c->boot.server_hostname, "g");
	cr_expect_str_eq(a->boot.boot_file_name, "s");
	cr_expect_str_eq(b->boot.boot_file_name, "gf");
	loaded_free(l);
}

static const struct {
	const char *global, *subnet;
	uint32_t min, valid, max;
} lifetime_cases[] = {
	{"", "", 7200, 7200, 7200},
	{"valid-lifetime = 100;", "", 100, 100, 100},
	{"min-valid-lifetime = 100;", "", 100, 7200, 7200},
	{"max-valid-lifetime = 10000;", "", 7200, 7200, 10000},
	{"min-valid-lifetime = 1; valid-lifetime = 2; max-valid-lifetime = 3;", "", 1, 2, 3},
	{"min-valid-lifetime = 1; max-valid-lifetime = 9999;", "valid-lifetime = 60;", 60, 60, 60},
	{"valid-lifetime = 100;", "min-valid-lifetime = 50;", 50, 50, 50},
	{"valid-lifetime = 100;", "max-valid-lifetime = 50;", 50, 50, 50},
	{"valid-lifetime = 100;", "max-valid-lifetime = 500; valid-lifetime = 400;", 400, 400, 500},
};

Test(inherit, lifetimes_go_together, .init = loaded_enter, .fini = loaded_leave)
{
	for (size_t i = 0; i < sizeof(lifetime_cases) / sizeof(lifetime_cases[0]); i++) {
		const struct model_params *p;
		struct loaded *l;
		char text[512];

		snprintf(text, sizeof(text),
			FACE "%s subnet4 = ( { id = 1; subnet = \"10.0.0.0/8\"; %s } );",
			lifetime_cases[i].global, lifetime_cases[i].subnet);
		l = loaded_good(text);
		p = &l->model->subnets[0]->params;
		cr_expect(p->min_valid_lifetime == lifetime_cases[i].min &&
				p->valid_lifetime == lifetime_cases[i].valid &&
				p->max_valid_lifetime == lifetime_cases[i].max,
			"%zu: %u %u %u", i, p->min_valid_lifetime, p->valid_lifetime,
			p->max_valid_lifetime);
		loaded_free(l);
	}
}

Test(inherit, server_identifier, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"option-data = ( { code = 54; data = \"9.9.9.9\"; } );\n"
		"subnet4 = ( { id = 1; subnet = \"10.1.0.0/16\"; }, { id = 2;\n"
		"  subnet = \"10.2.0.0/16\"; option-data = ( { name = \"dhcp-server-identifier\";\n"
		"  data = \"8.8.8.8\"; } ); }, { id = 3; subnet = \"10.3.0.0/16\"; } );");
	const struct model *m = l->model;

	cr_expect(m->subnets[0]->params.server_id == ip("9.9.9.9"));
	cr_expect(m->subnets[1]->params.server_id == ip("8.8.8.8"));
	cr_expect(m->subnets[0]->options.n == 0 && m->subnets[1]->options.n == 0);
	cr_expect(m->n_server_ids == 2 && model_has_server_id(m, ip("9.9.9.9")));
	cr_expect(model_has_server_id(m, ip("8.8.8.8")) && !model_has_server_id(m, ip("8.8.8.9")));
	loaded_free(l);
}
