/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_args: the command line, as the contract with scripts has it.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <getopt.h>
#include <stdint.h>

#include "daemon/args.h"

static int parse(const char *const words[], struct args *ret, int *ret_exit)
{
	char *argv[16];
	int argc = 0;

	for (; words[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc];
	argv[argc] = NULL;
	optind = 0;
	return args_parse(argc, argv, ret, ret_exit);
}

#define PARSE(a, status, ...) parse((const char *[]){"lessord", __VA_ARGS__, NULL}, a, status)

Test(args, takes_every_option)
{
	struct args a;
	int status = -1;

	cr_assert_eq(PARSE(&a, &status, "-f", "-t", "-v", "-c", "x.conf", "--state-dir", "s",
			     "--run-dir", "r", "--log-format", "kea", "--no-sandbox"),
		0);
	cr_assert_str_eq(a.config, "x.conf");
	cr_assert_str_eq(a.state_dir, "s");
	cr_assert_str_eq(a.run_dir, "r");
	cr_assert_eq(a.format, LOG_KEA);
	cr_assert(a.check && a.debug && !a.sandbox);
	cr_assert_eq(status, -1);
	args_fini(&a);
}

Test(args, has_defaults)
{
	struct args a;
	int status = -1;

	cr_assert_eq(parse((const char *[]){"lessord", NULL}, &a, &status), 0);
	cr_assert_str_eq(a.config, LESSOR_SYSCONFDIR "/lessor/lessor.conf");
	cr_assert_str_eq(a.state_dir, LESSOR_STATEDIR);
	cr_assert_str_eq(a.run_dir, LESSOR_RUNDIR);
	cr_assert_eq(a.format, LOG_AUTO);
	cr_assert(!a.check && !a.debug && a.sandbox);
	args_fini(&a);
}

Test(args, refuses_with_status_2, .init = cr_redirect_stderr)
{
	struct args a;
	int status;

	status = -1;
	cr_assert_eq(PARSE(&a, &status, "--nonsense"), -ECANCELED);
	cr_assert_eq(status, EXIT_USAGE);
	status = -1;
	cr_assert_eq(PARSE(&a, &status, "-f", "extra"), -ECANCELED);
	cr_assert_eq(status, EXIT_USAGE);
	status = -1;
	cr_assert_eq(PARSE(&a, &status, "-c"), -ECANCELED);
	cr_assert_eq(status, EXIT_USAGE);
	status = -1;
	cr_assert_eq(PARSE(&a, &status, "--log-format", "xml"), -ECANCELED);
	cr_assert_eq(status, EXIT_USAGE);
}

Test(args, prints_help_and_version_with_status_0, .init = cr_redirect_stdout)
{
	struct args a;
	int status = -1;

	cr_assert_eq(PARSE(&a, &status, "--version"), -ECANCELED);
	cr_assert_eq(status, EXIT_STOPPED);
	status = -1;
	cr_assert_eq(PARSE(&a, &status, "--help"), -ECANCELED);
	cr_assert_eq(status, EXIT_STOPPED);
}
