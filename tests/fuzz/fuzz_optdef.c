/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_optdef: option values from text and to text. The first octet: a standard option's code, or,
 * if it has no definition, one made from the next octets. Then the text, or the value. Text that is
 * accepted comes back from the decoder as text that gives the same octets.
 */
#include <string.h>

#include "shm/base/err.h"
#include "tests/fuzz/fuzz.h"
#include "workers/packet/optdef.h"

#define TEXT_MAX 4096

/* A definition of any types; returns how many octets it took. */
static size_t make_definition(const uint8_t *data, size_t size, struct optdef *ret)
{
	size_t n = 2;

	memset(ret, 0, sizeof(*ret));
	ret->name = "made-up";
	if (size < 2)
		return size;
	/* no internal form: those belong to their codes */
	ret->type = data[0] % OPTDEF_INTERNAL;
	ret->array = (data[1] & 1) != 0;
	ret->compress = (data[1] & 2) != 0;
	if (ret->type != OPTDEF_RECORD)
		return n;
	ret->n_fields = (data[1] >> 4) + 1u > OPTDEF_RECORD_MAX ? OPTDEF_RECORD_MAX
								: (uint8_t)((data[1] >> 4) + 1);
	for (unsigned i = 0; i < ret->n_fields && n < size; i++)
		ret->fields[i] = data[n++];
	return n;
}

/* Octets -> text -> octets -> text: stable, unless text cannot give them. */
static void round_trip(const struct optdef *def, struct span value)
{
	static char text[8 * TEXT_MAX], again[8 * TEXT_MAX];
	uint8_t octets[2 * TEXT_MAX];
	size_t n = optdef_decode(def, value, text, sizeof(text)), len;
	struct err err;

	if (n != strlen(text))
		bug("not the length that was said");
	if (strncmp(text, "0x", 2) == 0)
		return;
	if (optdef_encode(def, text, octets, sizeof(octets), &len, &err) < 0)
		bug("the decoder's text is not accepted");
	if (!span_equal(span_of(octets, len), value))
		bug("the decoder's text gives other octets");
	optdef_decode(def, span_of(octets, len), again, sizeof(again));
	if (strcmp(text, again) != 0)
		bug("the decoder gives another text");
}

static void check_text(const struct optdef *def, const char *text)
{
	uint8_t octets[TEXT_MAX];
	size_t len;
	struct err err = {0};
	int r = optdef_encode(def, text, octets, sizeof(octets), &len, &err);

	if (r == 0)
		round_trip(def, span_of(octets, len));
	else if (err.code != r || err.text[0] == '\0')
		bug("an error without words");
	for (const char *p = err.text; *p != '\0'; p++) {
		if (*p < ' ' || *p >= 0x7f)
			bug("an error that cannot be shown");
	}
	optdef_encode_raw(text, octets, sizeof(octets), &len, &err);
}

/* Octets from outside: any text may come out, but none longer than it says. */
static void check_value(const struct optdef *def, struct span value)
{
	static char text[8 * TEXT_MAX];
	char cut[16];
	size_t n = optdef_decode(def, value, text, sizeof(text));

	if (n != strlen(text) || optdef_decode(def, value, cut, sizeof(cut)) != n ||
		strncmp(text, cut, strlen(cut)) != 0)
		bug("a cut text differs");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT_MAX + 1];
	struct optdef made;
	const struct optdef *def;

	if (size == 0 || size > TEXT_MAX)
		return 0;
	def = optdef_by_code(data[0]);
	data++;
	size--;
	if (def == NULL) {
		size_t used = make_definition(data, size, &made);

		def = &made;
		data += used;
		size -= used;
	}
	memcpy(text, data, size);
	text[size] = '\0';
	check_value(def, span_of(data, size));
	check_text(def, text);
	return 0;
}
