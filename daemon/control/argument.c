/* SPDX-License-Identifier: Apache-2.0 */
/*
 * argument: see argument.h.
 */
#include "daemon/control/argument.h"

#include <string.h>

#include "shm/base/text.h"

bool argument_wrong(struct answer *a, const char *key, const char *wanted)
{
	answer_text(a, ANSWER_ERROR, "'%s' must be %s", key, wanted);
	return false;
}

bool argument_check_keys(const json_t *args, const char *const *keys, size_t n, struct answer *a)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)args, key, value) {
		size_t i = 0;

		while (i < n && strcmp(keys[i], key) != 0)
			i++;
		if (i == n) {
			answer_text(a, ANSWER_ERROR, "unsupported parameter '%s'", key);
			return false;
		}
	}
	return true;
}

bool argument_address(const json_t *args, const char *key, uint32_t *ret, struct answer *a)
{
	const json_t *v = json_object_get(args, key);

	*ret = 0;
	return v == NULL ||
		(json_is_string(v) && text_parse_ip(json_string_value(v), ret) == 0) ||
		argument_wrong(a, key, "an IPv4 address");
}

bool argument_classes(const struct model *m, const json_t *args, uint16_t v[ARGUMENT_CLASSES],
	struct model_classes *ret, struct answer *a)
{
	const json_t *list = json_object_get(args, "classes");

	*ret = (struct model_classes){.v = v};
	if (list != NULL && (!json_is_array(list) || json_array_size(list) > ARGUMENT_CLASSES))
		return argument_wrong(a, "classes", "a list of at most 64 names");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		int number = name == NULL ? -1 :
			model_class_number(m, span_of(name, strlen(name)));

		if (number < 0) {
			answer_text(a, ANSWER_ERROR, "class '%s' is nowhere in the configuration",
				name != NULL ? name : "?");
			return false;
		}
		v[ret->n++] = (uint16_t)number;
	}
	return true;
}

bool argument_interface(
	const struct region *r, const json_t *args, uint32_t *ret, struct answer *a)
{
	const json_t *v = json_object_get(args, "interface");
	bool found = false;

	for (uint32_t i = 0; i < atomic_load(&r->interfaces_end); i++) {
		uint32_t state = atomic_load(&r->interfaces[i].state);
		const char *name = json_string_value(v);

		if (state == INTERFACE_UNUSED ||
			(v != NULL && (name == NULL || strcmp(name, r->interfaces[i].name) != 0)))
			continue;
		if (!found || state == INTERFACE_READY)
			*ret = i;
		found = true;
		if (state == INTERFACE_READY)
			return true;
	}
	return found || argument_wrong(a, "interface", "one that the server serves");
}
