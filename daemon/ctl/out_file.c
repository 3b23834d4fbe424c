/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out_file: written beside its place under another name, since a file that is there must not be
 * lost to a failure, or be read half-written.
 */
#include "daemon/ctl/out_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/ctl/print.h"

static int complain(const char *path, int rc)
{
	print_error("%s: %s", path, strerror(-rc));
	return rc;
}

static int open_temporary(const char *like, struct out_file *o)
{
	int fd = mkstemp(o->temporary), rc = fd < 0 ? -errno : 0;
	struct stat st = {.st_mode = 0640};

	if (rc == 0 && ((like != NULL && stat(like, &st) < 0) || fchmod(fd, st.st_mode & 0666) < 0))
		rc = -errno;
	if (rc == 0 && (o->f = fdopen(fd, "w")) == NULL)
		rc = -errno;
	if (rc < 0 && fd >= 0) {
		close(fd);
		unlink(o->temporary);
	}
	return rc;
}

int out_file_open(const char *path, const char *like, struct out_file *ret)
{
	struct stat st;
	int rc;

	*ret = (struct out_file){.path = path, .f = stdout};
	if (path == NULL)
		return 0;
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		print_error("%s is no regular file and stays as it is", path);
		return -ENOTSUP;
	}
	if (asprintf(&ret->temporary, "%s.XXXXXX", path) < 0)
		print_no_memory();
	rc = open_temporary(like, ret);
	if (rc == 0)
		return 0;
	free(ret->temporary);
	return complain(path, rc);
}

int out_file_close(struct out_file *o, bool good)
{
	int rc = 0;

	if (o->path == NULL)
		return 0; /* main() looks at standard output */
	if (good && (fflush(o->f) != 0 || ferror(o->f) || fsync(fileno(o->f)) < 0))
		rc = complain(o->path, -errno);
	fclose(o->f);
	if (good && rc == 0 && rename(o->temporary, o->path) < 0)
		rc = complain(o->path, -errno);
	if (!good || rc < 0)
		unlink(o->temporary);
	free(o->temporary);
	return rc;
}
