/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl: the command line as main() read it, and the commands. A command prints its result on
 * standard output, reasons on standard error, and returns the exit status.
 */
#ifndef LESSOR_DAEMON_CTL_CTL_H
#define LESSOR_DAEMON_CTL_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CTL_DONE = 0,
	CTL_FAILED = 1, /* also: nothing found */
	CTL_USAGE = 2,
};

#define CTL_ANY    (-1)
#define CTL_VALUES 64

struct ctl_value {
	const char *name, *value; /* without "--" */
};

struct ctl {
	const char *socket;
	bool json;      /* print JSON */
	bool csv;       /* leases only */
	bool colour;    /* standard output is a terminal that wants it */
	int64_t subnet; /* leases only: id, or CTL_ANY */
	int state;      /* leases only: number of the state, or CTL_ANY */
	bool force;     /* import leases only */
	bool lenient;   /* import of configurations only: leave out what cannot be carried over */
	const char *out;       /* import, export: file to write, NULL: standard output */
	const char *config;    /* import leases only: NULL: not given */
	const char *state_dir; /* import leases, export only: NULL: not given */
	size_t n_values;
	struct ctl_value values[CTL_VALUES]; /* options that the command reads, as given */
	int argc;       /* what follows the command's name */
	char **argv;
};

int cmd_backup(const struct ctl *c);
int cmd_status(const struct ctl *c);
int cmd_leases(const struct ctl *c);
int cmd_lease_get(const struct ctl *c);
int cmd_lease_del(const struct ctl *c);
int cmd_lease_add(const struct ctl *c);
int cmd_explain(const struct ctl *c);
int cmd_watch(const struct ctl *c);
int cmd_selftest(const struct ctl *c);
int cmd_trace(const struct ctl *c);
int cmd_stats(const struct ctl *c);
int cmd_history(const struct ctl *c);
int cmd_subnets(const struct ctl *c);
int cmd_reload(const struct ctl *c);
int cmd_command(const struct ctl *c);
int cmd_check(const struct ctl *c);
int cmd_ha_status(const struct ctl *c);
int cmd_ha_maintenance_start(const struct ctl *c);
int cmd_ha_maintenance_cancel(const struct ctl *c);
int cmd_ha_continue(const struct ctl *c);
int cmd_ha_sync(const struct ctl *c);
int cmd_ha_handover(const struct ctl *c);
int cmd_ha_partner_down(const struct ctl *c);
int cmd_import_kea(const struct ctl *c);
int cmd_import_leases(const struct ctl *c);
int cmd_import_isc(const struct ctl *c);
int cmd_export_leases(const struct ctl *c);

/* The last value that an option of ctl.values was given, NULL: none. */
const char *ctl_value(const struct ctl *c, const char *name);

#endif
