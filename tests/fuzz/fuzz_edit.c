/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_edit: any JSON as a command that shows or changes a part of a configuration. It ends with a
 * result and words; what it leaves is JSON, with all that the command is not about.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/control/edit.h"
#include "shm/base/err.h"
#include "tests/fuzz/fuzz.h"

static const char config[] =
	"{\"valid-lifetime\": 3600, \"subnet4\": [{\"id\": 1, \"subnet\": \"192.0.2.0/24\", "
	"\"option-data\": [{\"name\": \"routers\", \"data\": \"192.0.2.1\"}], "
	"\"pools\": [{\"pool\": \"192.0.2.8/29\", \"option-data\": [{\"code\": 3}]}], "
	"\"reservations\": [], \"user-context\": {\"a\": {\"b\": [1, null]}}}], "
	"\"shared-networks\": [{\"name\": \"floor\", \"subnet4\": [{\"id\": 2, "
	"\"subnet\": \"10.0.0.0/8\"}]}], \"client-classes\": [{\"name\": \"x\"}], "
	"\"option-def\": [{\"name\": \"mine\", \"code\": 224}]}";

static void check(const struct edit *e)
{
	char *text = json_dumps(e->config, JSON_COMPACT);
	const json_t *kept = json_object_get(e->config, "valid-lifetime");

	if (e->text[0] == '\0' || e->result > ANSWER_CONFLICT)
		bug("a command without a result");
	if (text == NULL || json_integer_value(kept) != 3600 ||
		json_array_size(json_object_get(e->config, "option-def")) != 1)
		bug("a configuration that is none");
	if (e->result == ANSWER_ERROR && e->told != NULL)
		bug("an error that tells something");
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *sent = json_loadb((const char *)data, size, 0, NULL);
	const char *command = json_string_value(json_object_get(sent, "command"));
	struct edit e = {.args = json_object_get(sent, "arguments")};

	if (command != NULL) {
		e.config = json_loads(config, 0, NULL);
		edit_run(&e, command);
		check(&e);
		json_decref(e.told);
		json_decref(e.config);
	}
	json_decref(sent);
	return 0;
}
