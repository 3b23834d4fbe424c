/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write: see write.h. Called by requests.c. The supervisor is privileged and the name comes from a
 * client: the folder is opened once, and everything is done inside it by names without a slash.
 */
#include "daemon/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/conf/complete.h"
#include "daemon/conf/tree_json.h"
#include "daemon/conf/tree_print.h"

#define TEMPORARY ".lessor.conf.new" /* one supervisor, one writing at a time */

struct place {
	int dir;
	const char *base;  /* of the file */
	const char *model; /* of the file that lends owner and mode if the other is new */
};

static void ignore(void *arg, bool is_error, const char *line)
{
	(void)arg;
	(void)is_error;
	(void)line;
}

static int print_config(const char *config, char **ret_text, size_t *ret_len)
{
	struct report report = {.line = ignore};
	struct arena *arena = arena_new();
	struct tree_node *root;
	char *text = NULL;
	size_t len = 0;
	FILE *f = NULL;
	int rc = arena != NULL ? tree_parse_json(config, NULL, arena, &report, &root) : -ENOMEM;

	if (rc == 0)
		rc = complete_contexts_to_text(root, arena);
	if (rc == 0) {
		f = open_memstream(&text, &len);
		rc = f != NULL ? tree_print_libconfig(f, root) : -ENOMEM;
	}
	if (f != NULL && fclose(f) != 0 && rc == 0)
		rc = -ENOMEM;
	arena_free(arena);
	if (rc < 0) {
		free(text);
		return rc;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

/* Finds folder and name; err tells what is wrong with them. */
static int find_place(
	const char *main_file, const char *name, struct place *ret, struct err *err)
{
	const char *slash = strrchr(main_file, '/'), *base = strrchr(name, '/');
	size_t dir_len = slash != NULL ? (size_t)(slash - main_file) + 1 : 0;
	char dir[4096];

	if (name[0] == '\0')
		name = main_file;
	base = strrchr(name, '/');
	base = base != NULL ? base + 1 : name;
	if (base != name && ((size_t)(base - name) != dir_len ||
		strncmp(name, main_file, dir_len) != 0))
		return err_set(err, -EPERM, NULL,
			"%s is not in the folder of %s", name, main_file);
	if (base[0] == '\0' || base[0] == '.')
		return err_set(err, -EINVAL, NULL, "%s is no name for a configuration", name);
	if (dir_len >= sizeof(dir))
		return err_set(err, -ENAMETOOLONG, NULL, "the name of %s is too long", main_file);
	memcpy(dir, main_file, dir_len);
	dir[dir_len] = '\0';
	ret->dir = open(dir_len > 0 ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret->base = base;
	ret->model = slash != NULL ? slash + 1 : main_file;
	return ret->dir >= 0 ? 0 : err_set(err, -errno, NULL, "%s: %s", dir, strerror(errno));
}

/* The file that is replaced, or the main one: whose owner and mode the new one gets. */
static int find_owner(const struct place *p, struct stat *ret)
{
	if (fstatat(p->dir, p->base, ret, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISREG(ret->st_mode) ? 0 : -ELOOP;
	if (errno != ENOENT)
		return -errno;
	return fstatat(p->dir, p->model, ret, 0) == 0 ? 0 : -errno;
}

static int fill(int fd, const struct stat *owner, const char *text, size_t len)
{
	if (fchown(fd, owner->st_uid, owner->st_gid) < 0 || fchmod(fd, owner->st_mode & 07777) < 0)
		return -errno;
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return fsync(fd) == 0 ? 0 : -errno;
}

static int replace(const struct place *p, const char *text, size_t len)
{
	struct stat owner;
	int fd, rc = find_owner(p, &owner);

	if (rc < 0)
		return rc;
	unlinkat(p->dir, TEMPORARY, 0); /* of a server that was killed while it wrote */
	fd = openat(p->dir, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = fill(fd, &owner, text, len);
	close(fd);
	if (rc == 0 && renameat(p->dir, TEMPORARY, p->dir, p->base) < 0)
		rc = -errno;
	if (rc < 0)
		unlinkat(p->dir, TEMPORARY, 0);
	else if (fsync(p->dir) < 0)
		rc = -errno;
	return rc;
}

int write_config(const char *main_file, const char *name, const char *config, size_t *ret_size,
	struct err *err)
{
	struct place place;
	char *text;
	size_t len;
	int rc = find_place(main_file, name, &place, err);

	if (rc < 0)
		return rc;
	rc = print_config(config, &text, &len);
	if (rc == 0) {
		rc = replace(&place, text, len);
		free(text);
	}
	close(place.dir);
	if (rc == -ELOOP)
		return err_set(err, rc, NULL, "%s is no regular file and stays as it is",
			place.base);
	if (rc < 0)
		return err_set(err, rc, NULL, "%s cannot be written: %s", place.base,
			strerror(-rc));
	*ret_size = len;
	return 0;
}
