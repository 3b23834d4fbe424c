/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: lessord, or only the check of its configuration.
 */
#include <stdio.h>

#include "daemon/args.h"
#include "daemon/conf/model.h"
#include "daemon/supervisor.h"
#include "daemon/title.h"

static void print_mistake(void *arg, bool is_error, const char *line)
{
	(void)arg;
	fprintf(stderr, "%s%s\n", is_error ? "" : "warning: ", line);
}

static int check(const char *file)
{
	struct model *m = model_load(file, print_mistake, NULL);

	if (m == NULL)
		return EXIT_CONFIG;
	model_free(m);
	return EXIT_STOPPED;
}

int main(int argc, char **argv)
{
	struct args args;
	int status = EXIT_USAGE;

	title_init(argc, argv);
	if (args_parse(argc, argv, &args, &status) < 0)
		return status;
	status = args.check ? check(args.config) : supervisor_run(&args);
	args_fini(&args);
	return status;
}
