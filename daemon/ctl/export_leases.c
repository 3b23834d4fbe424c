/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_leases: all leases as Kea's lease file, from the running server, or from the database of
 * one that does not run.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/ctl/ctl.h"
#include "daemon/ctl/lease_text.h"
#include "daemon/ctl/leases_csv.h"
#include "daemon/ctl/out_file.h"
#include "daemon/ctl/page.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/state.h"

static int from_server(const struct ctl *c, FILE *f)
{
	const json_t *leases = NULL;
	struct page p;
	int rc;

	page_init(&p, c);
	while ((rc = page_next(&p, &leases)) > 0 && !ferror(f))
		for (size_t i = 0; i < json_array_size(leases); i++)
			lease_text_csv_row(f, json_array_get(leases, i));
	page_fini(&p);
	return rc < 0 ? rc : 0;
}

static int write_lease(void *arg, const struct lease *l)
{
	if (!lease_is_removed(l))
		leases_csv_write_lease((FILE *)arg, l);
	return 0;
}

static int from_database(const struct state *s, FILE *f)
{
	struct err err = {0};
	int rc = leasedb_each(s->offline.db, 0, write_lease, f, &err);

	if (rc < 0)
		print_err(&err);
	return rc;
}

static int from_state(const struct ctl *c, FILE *f)
{
	struct state s;
	int rc = state_take(c->state_dir, &s);

	if (rc == 0)
		rc = state_open(&s);
	if (rc == 0)
		rc = from_database(&s, f);
	state_give_back(&s);
	return rc < 0 || fflush(f) != 0 ? -1 : 0;
}

/* In a process of its own: it gives up the rights that are needed to put the file in its place. */
static int from_stopped(const struct ctl *c, FILE *f)
{
	pid_t pid;
	int status;

	fflush(f);
	pid = fork();
	if (pid == 0)
		_exit(from_state(c, f) < 0 ? CTL_FAILED : CTL_DONE);
	if (pid < 0) {
		print_error("%s", strerror(errno));
		return -errno;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == CTL_DONE ? 0 : -EIO;
}

int cmd_export_leases(const struct ctl *c)
{
	struct out_file out;
	int rc = out_file_open(c->out, NULL, &out);

	if (rc < 0)
		return CTL_FAILED;
	leases_csv_write_head(out.f);
	rc = c->state_dir != NULL ? from_stopped(c, out.f) : from_server(c, out.f);
	if (out_file_close(&out, rc == 0) < 0)
		rc = -EIO;
	return rc < 0 ? CTL_FAILED : CTL_DONE;
}
