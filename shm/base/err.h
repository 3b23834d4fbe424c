/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err: what went wrong, for the person who has to mend it.
 * Called by everything that can fail for a reason an operator can act on.
 * Functions return 0 or a negative errno value; struct err carries the words.
 */
#ifndef LESSOR_SHM_BASE_ERR_H
#define LESSOR_SHM_BASE_ERR_H

struct err {
	int code;       /* negative errno value, 0: no error */
	char text[384]; /* what happened and where, one line without a full stop */
	char cure[160]; /* what to do about it, may be empty */
};

/* Fills e (which may be NULL) and returns code, so that `return err_set(...)` ends a function.
 * cure: a constant sentence or NULL. A later call replaces an earlier one. */
int err_set(struct err *e, int code, const char *cure, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Puts "fmt: " in front of the text that is already there; returns e->code. */
int err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Aborts with the place: for what cannot happen, whatever comes from outside. */
#define bug(what) err_bug(__FILE__, __LINE__, what)
_Noreturn void err_bug(const char *file, int line, const char *what);

#endif
