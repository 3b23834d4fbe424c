/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The http list: what is read, what is refused, and that nobody is let in by mistake.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/conf/loaded.h"

#define REST "interfaces-config = { interfaces = [ \"eth0\" ]; };\n"
#define AUTH "authentication = { clients = ( { user = \"u\"; password = \"p\"; } ); };"

TestSuite(http, .init = loaded_enter, .fini = loaded_leave);

Test(http, off_unless_configured)
{
	struct loaded *l = loaded_good(REST);

	cr_expect_eq(l->model->n_http, 0);
	loaded_free(l);
}

Test(http, defaults)
{
	struct loaded *l = loaded_good(REST "http = ( { } );");
	const struct model_http *h = &l->model->http[0];

	cr_assert_eq(l->model->n_http, 1);
	cr_expect_str_eq(h->address, "127.0.0.1");
	cr_expect(h->port == 8000 && !h->tls && !h->agent_emulation);
	cr_expect(h->n_clients == 0 && h->n_headers == 0);
	cr_expect_str_eq(h->realm, "lessor");
	loaded_free(l);
}

Test(http, everything)
{
	struct loaded *l = loaded_good(REST
		"http = ( { address = \"::\"; port = 1; agent-emulation = true;\n"
		"  tls = { trust-anchor = \"ca.pem\"; cert-file = \"/c.pem\"; key-file = \"k.pem\"; };\n"
		"  authentication = { type = \"basic\"; realm = \"r\"; directory = \"/d\"; clients = (\n"
		"    { user = \"u\"; password-file = \"p\"; role = \"read\"; },\n"
		"    { user-file = \"/f\"; password = \"w\"; role = \"operate\"; } ); };\n"
		"  http-headers = ( { name = \"X-A\"; value = \"b c\"; } ); } );");
	const struct model_http *h = &l->model->http[0];

	cr_expect(h->tls && h->cert_required && h->agent_emulation && h->port == 1);
	cr_expect_str_eq(h->trust_anchor, "ca.pem");
	cr_expect_str_eq(h->cert_file, "/c.pem");
	cr_assert_eq(h->n_clients, 2);
	cr_expect_str_eq(h->clients[0].password_file, "/d/p");
	cr_expect_str_eq(h->clients[1].user_file, "/f");
	cr_expect_eq(h->clients[0].role, MODEL_ROLE_READ);
	cr_expect_eq(h->clients[1].role, MODEL_ROLE_OPERATE);
	cr_expect(h->n_headers == 1 && strcmp(h->headers[0].value, "b c") == 0);
	loaded_free(l);
}

Test(http, mistakes)
{
	static const struct {
		const char *http, *said;
	} cases[] = {
		{"{ address = \"0.0.0.0\"; }", "is not the loopback interface"},
		{"{ address = \"192.0.2.1\"; }", "is not the loopback interface"},
		{"{ address = \"::\"; }", "is not the loopback interface"},
		{"{ address = \"::ffff:192.0.2.1\"; }", "is not the loopback interface"},
		{"{ address = \"0.0.0.0\"; tls = { cert-file = \"c\"; key-file = \"k\";"
			" cert-required = false; }; }", "is not the loopback interface"},
		{"{ address = \"localhost\"; }", "is not an IPv4 or IPv6 address"},
		{"{ port = 0; }", "range"},
		{"{ tls = { cert-file = \"c\"; key-file = \"k\"; }; }", "trust-anchor"},
		{"{ tls = { cert-file = \"c\"; cert-required = false; }; }", "key-file"},
		{"{ authentication = { clients = ( ); }; }", "at least one"},
		{"{ authentication = { realm = \"x\"; }; }", "\"clients\" is missing"},
		{"{ authentication = { clients = ( { user = \"u\"; } ); }; }", "password-file"},
		{"{ authentication = { clients = ( { user = \"u\"; user-file = \"f\";"
			" password = \"\"; } ); }; }", "either"},
		{"{ authentication = { clients = ( { user = \"a:b\"; password = \"\"; } ); }; }",
			"no colon"},
		{"{ authentication = { realm = \"a\\\"b\"; clients = ( { user = \"u\";"
			" password = \"\"; } ); }; }", "quotes"},
		{"{ authentication = { clients = ( { user = \"u\"; password = \"\";"
			" role = \"root\"; } ); }; }", "role"},
		{"{ http-headers = ( { name = \"A B\"; value = \"\"; } ); }", "header"},
		{"{ http-headers = ( { name = \"A\"; value = \"\\r\\nB: c\"; } ); }", "header"},
		{"{ }, { }", "already"},
	};
	char text[1024];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct loaded *l;

		snprintf(text, sizeof(text), REST "http = ( %s );", cases[i].http);
		l = loaded_text(text);
		cr_expect(l->errors == 1 && strstr(l->said, cases[i].said) != NULL, "%s: %s",
			cases[i].http, l->said);
		loaded_free(l);
	}
}

/* Wider than loopback: with credentials, with certificates, or in so many words. */
Test(http, who_may_come_in)
{
	struct loaded *l = loaded_text(
		REST "http = ( { address = \"0.0.0.0\"; allow-unauthenticated = true; } );");

	cr_expect(l->errors == 0 && l->warnings == 1, "%s", l->said);
	loaded_free(l);
	loaded_free(loaded_good(REST "http = ( { address = \"0.0.0.0\"; " AUTH " } );"));
	loaded_free(loaded_good(REST "http = ( { address = \"0.0.0.0\"; tls = { cert-file = \"c\";"
		" key-file = \"k\"; trust-anchor = \"t\"; }; } );"));
}

/* The hash is that of what the file says, not of how. */
Test(http, hash)
{
	static const char *const same[] = {REST "valid-lifetime = 5;",
		"# remark\n" REST "\n\nvalid-lifetime  = 0x05 ;"};
	static const char *const others[] = {REST "valid-lifetime = 6;", REST,
		REST "boot-file-name = \"5\";", REST "renew-timer = 5;"};
	char hash[65];
	struct loaded *l = loaded_text(same[0]);

	cr_assert_eq(strlen(l->model->hash), 64);
	strcpy(hash, l->model->hash);
	loaded_free(l);
	l = loaded_text(same[1]);
	cr_expect_str_eq(l->model->hash, hash);
	loaded_free(l);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		l = loaded_text(others[i]);
		cr_expect_str_neq(l->model->hash, hash);
		loaded_free(l);
	}
}
