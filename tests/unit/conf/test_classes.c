/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_classes: client classes in the model: numbers, passes, what values lead to, and what is
 * said about wrong ones.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/conf/loaded.h"

#define FACE "interfaces-config = { interfaces = [ \"eth0\" ]; };\n"

static int number(const struct model *m, const char *name)
{
	return model_class_number(m, span_of(name, strlen(name)));
}

static const struct model_class *class(const struct model *m, const char *name)
{
	cr_assert(number(m, name) >= 0, "%s", name);
	return m->classes[number(m, name)];
}

Test(classes, numbers_and_passes, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"client-classes = (\n"
		"{ name = \"a\"; test = \"option[77].hex == 'LAB'\"; valid-lifetime = 60; },\n"
		"{ name = \"b\"; test = \"member('KNOWN') and member('a')\"; },\n"
		"{ name = \"c\"; test = \"not member('b')\"; next-server = \"10.0.0.9\"; },\n"
		"{ name = \"d\"; test = \"member('VENDOR_CLASS_x')\"; },\n"
		"{ name = \"e\"; template-test = \"option[12].hex\"; },\n"
		"{ name = \"f\"; test = \"member('SPAWN_e_v')\"; },\n"
		"{ name = \"KNOWN\"; max-valid-lifetime = 99; },\n"
		"{ name = \"g\"; test = \"member('a')\"; only-in-additional-list = true; },\n"
		"{ name = \"h\"; test = \"not member('UNKNOWN')\"; only-if-required = true; },\n"
		"{ name = \"i_j\"; template-test = \"ifelse(member('b'), 'x', '')\"; },\n"
		"{ name = \"k\"; test = \"member('SPAWN_i_j_x')\"; } );");
	const struct model *m = l->model;

	cr_expect(number(m, "a") == 0 && number(m, "e") == 4 && number(m, "k") == 10);
	cr_expect(m->builtin[MODEL_KNOWN] == 6, "a class of the file with a built-in name");
	cr_expect(m->builtin[MODEL_DROP] > 10 && number(m, "DROP") == m->builtin[MODEL_DROP]);
	cr_expect(number(m, "SPAWN_e_v") > 10 && number(m, "VENDOR_CLASS_x") > 10);
	cr_expect(number(m, "SPAWN_e_w") < 0 && number(m, "") < 0);
	cr_expect(!class(m, "a")->late && class(m, "b")->late && class(m, "c")->late);
	cr_expect(!class(m, "d")->late && !class(m, "f")->late && !class(m, "g")->late);
	cr_expect(class(m, "i_j")->late && class(m, "SPAWN_i_j_x")->late && class(m, "k")->late);
	cr_expect(class(m, "g")->only_additional && class(m, "h")->only_additional);
	cr_expect(class(m, "a")->valid_lifetime == 60 && class(m, "a")->max_valid_lifetime == 60);
	cr_expect(class(m, "KNOWN")->valid_lifetime == 99 && class(m, "b")->valid_lifetime == 0);
	cr_expect(class(m, "c")->boot.next_server == 0x0a000009);
	/* a by its value; d, e, f one by one; the rest in the second pass or on demand */
	cr_expect(m->first.n_operands == 1 && m->first.others.n == 3);
	cr_expect(m->second.n_operands == 0 && m->second.others.n == 4);
	loaded_free(l);
}

Test(classes, values_lead_to_them, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"client-classes = (\n"
		"{ name = \"a\"; test = \"option[77].hex == 'LAB'\"; },\n"
		"{ name = \"b\"; test = \"option[77].hex == 'X' or option[77].hex == 'LAB'\"; },\n"
		"{ name = \"c\"; test = \"option[60].hex == 'LAB' and option[1].exists\"; },\n"
		"{ name = \"d\"; test = \"option[77].hex == 'X'\"; } );");
	static const struct {
		const char *value;
		size_t n;
		uint16_t v[2];
	} cases[] = {{"LAB", 2, {0, 1}}, {"X", 2, {1, 3}}, {"lab", 0, {0, 0}}, {"", 0, {0, 0}}};
	const struct model *m = l->model;
	struct model_classes found;

	cr_assert(m->first.n_operands == 2 && m->first.others.n == 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		found = model_classes_by_value(
			m, &m->first, 0, span_of(cases[i].value, strlen(cases[i].value)));
		cr_assert(found.n == cases[i].n, "%s: %zu", cases[i].value, found.n);
		for (size_t k = 0; k < found.n; k++)
			cr_expect(found.v[k] == cases[i].v[k]);
	}
	found = model_classes_by_value(m, &m->first, 1, span_of("LAB", 3));
	cr_expect(found.n == 1 && found.v[0] == 2, "the same value of another option");
	loaded_free(l);
}

Test(classes, guards, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"client-classes = ( { name = \"a\"; }, { name = \"b\"; } );\n"
		"shared-networks = ( { name = \"n\"; client-classes = [ \"b\", \"KNOWN\" ];\n"
		"subnet4 = ( { id = 1; subnet = \"10.0.0.0/24\"; client-class = \"a\";\n"
		"  require-client-classes = [ \"b\" ];\n"
		"  pools = ( { pool = \"10.0.0.1/32\"; client-classes = [ \"VENDOR_CLASS_y\" ];\n"
		"    evaluate-additional-classes = [ \"a\", \"b\" ]; } ); },\n"
		"  { id = 2; subnet = \"10.0.1.0/24\"; } ); } );");
	const struct model_subnet *s = l->model->subnets[0];

	cr_expect(s->network->guard.n == 2 && s->network->guard.v[0] == 1);
	cr_expect(s->network->guard.v[1] == l->model->builtin[MODEL_KNOWN]);
	cr_expect(s->guard.n == 1 && s->guard.v[0] == 0);
	cr_expect(s->additional.n == 1 && s->additional.v[0] == 1);
	cr_expect(s->pools[0]->guard.v[0] == number(l->model, "VENDOR_CLASS_y"));
	cr_expect(s->pools[0]->additional.n == 2);
	cr_expect(l->model->subnets[1]->guard.n == 0, "guards are not inherited");
	loaded_free(l);
}

static const struct {
	const char *text, *said;
} cases[] = {
	{"client-classes = ( { name = \"a\"; },\n{ name = \"a\"; }, { } );",
		"t.conf:3: client-classes[1]: has the same name, \"a\", as client-classes[0] at "
		"t.conf:2\nt.conf:3: client-classes[2]: \"name\" is missing\n"},
	{"client-classes = ( { name = \"ab\"; test = \"member('abx')\"; } );",
		"t.conf:2: client-classes[0].test: there is no class \"abx\", did you mean "
		"\"ab\"?\n"},
	{"client-classes = ( { name = \"a\"; test = \"member('b')\"; },\n{ name = \"b\"; } );",
		"t.conf:2: client-classes[0].test: the class \"b\" comes later, client-classes[1] "
		"at t.conf:3: move it up\n"},
	{"client-classes = ( { name = \"a\"; test = \"member('a')\"; } );",
		"t.conf:2: client-classes[0].test: the class \"a\" comes later, client-classes[0] "
		"at t.conf:2: move it up\n"},
	{"client-classes = ( { name = \"a\"; test = \"member('SPAWN_no_x')\"; } );",
		"t.conf:2: client-classes[0].test: there is no class \"SPAWN_no_x\"\n"},
	{"client-classes = ( { name = \"a\"; test = \"option[12].hex == 'x'\";\n"
	 "template-test = \"'x'\"; } );",
		"t.conf:3: client-classes[0].template-test: a class has a test or a template-test, "
		"not both\n"},
	{"client-classes = ( { name = \"a\"; only-if-required = true;\n"
	 "only-in-additional-list = true; } );",
		"t.conf:2: client-classes[0].only-if-required: is the older form of "
		"\"only-in-additional-list\", which stands here too\n"},
	{"client-classes = ( { name = \"KNOWN\"; test = \"option[12].exists\"; } );",
		"t.conf:2: client-classes[0].test: the server itself makes clients members of "
		"KNOWN: it has no test\n"},
	{"client-classes = ( { name = \"HA_a\"; } );",
		"t.conf:2: client-classes[0]: names that begin with AFTER_, EXTERNAL_ or HA_ are "
		"not for classes of the file\n"},
	{"client-classes = ( { name = \"printers\"; } );\nsubnet4 = ( { id = 1; "
	 "subnet = \"10.0.0.0/8\";\nclient-class = \"printer\"; require-client-classes = [ \"x\", "
	 "\"HA_a\" ]; } );",
		"t.conf:4: subnet4[0].client-class: there is no class \"printer\", did you mean "
		"\"printers\"?\n"
		"t.conf:4: subnet4[0].require-client-classes[0]: there is no class \"x\"\n"
		"t.conf:4: subnet4[0].require-client-classes[1]: there is no class \"HA_a\"\n"},
	{"subnet4 = ( { id = 1; subnet = \"10.0.0.0/8\"; client-class = \"ALL\";\n"
	 "client-classes = [ \"ALL\" ]; } );",
		"t.conf:2: subnet4[0].client-class: is the older form of \"client-classes\", which "
		"stands here too\n"},
	{"client-classes = ( { name = \"a\"; min-valid-lifetime = 9; valid-lifetime = 8; } );",
		"t.conf:2: client-classes[0].min-valid-lifetime: 9 is above the valid-lifetime, "
		"8\n"},
};

Test(classes, mistakes_are_named, .init = loaded_enter, .fini = loaded_leave)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[2048];
		struct loaded *l;

		snprintf(text, sizeof(text), FACE "%s\n", cases[i].text);
		l = loaded_text(text);
		cr_expect(strcmp(l->said, cases[i].said) == 0, "%s\nsaid     %sexpected %s",
			cases[i].text, l->said, cases[i].said);
		loaded_free(l);
	}
}

/* A mistake in an expression names the column; the words are the compiler's. */
Test(classes, expressions, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_text(FACE "client-classes = ( { name = \"a\";\n"
					    "test = \"option[12].hex = 'x'\"; } );");

	cr_expect(l->errors == 1 && strncmp(l->said, "t.conf:3: client-classes[0].test: ", 34) == 0,
		"%s", l->said);
	loaded_free(l);
}

Test(classes, sixteen_thousand, .init = loaded_enter, .fini = loaded_leave)
{
	const unsigned n = 16580;
	size_t size = n * 100 + 200, len;
	char *text = malloc(size);
	struct loaded *l;
	clock_t start;

	cr_assert_not_null(text);
	len = (size_t)snprintf(text, size, FACE "client-classes = ( { name = \"first\"; }");
	for (unsigned i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, size - len,
			",\n{ name = \"class-%u\"; test = \"option[77].hex == 'v%u'\"; }", i, i);
	snprintf(text + len, size - len, ");");
	start = clock();
	l = loaded_good(text);
	/* ten times what it takes */
	cr_expect(clock() - start < 5 * CLOCKS_PER_SEC);
	cr_expect(l->model->first.n_operands == 1 && l->model->first.others.n == 0);
	cr_expect(model_classes_by_value(l->model, &l->model->first, 0, span_of("v777", 4)).v[0] ==
		778);
	loaded_free(l);
	free(text);
}
