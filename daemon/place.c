/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place: see place.h. Called once at start and once at the end, by the supervisor as root: what
 * it makes belongs to the service user or its group, and links in these places are not followed.
 */
#include "daemon/place.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "shm/base/clock.h"

#define LOCK_NAME    "lessor.lock"
#define SOCKET_NAME  "control.sock"
#define SOCKET_GROUP "lessor"
#define SOCKET_MODE  0660
#define BACKLOG      64
#define WAIT_NS      (500 * CLOCK_NS_PER_MS) /* for a predecessor that is about to end */

static void pause_10ms(void)
{
	struct timespec ts = {0, 10 * (long)CLOCK_NS_PER_MS};

	nanosleep(&ts, NULL);
}

/* mkdir -p; every directory that is made gets this mode. */
static int make_dirs(const char *path, mode_t mode)
{
	char *copy = strdup(path), *slash;
	int rc = 0;

	if (copy == NULL)
		return -ENOMEM;
	for (slash = strchr(copy + 1, '/'); slash != NULL && rc == 0;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			rc = -errno;
		*slash = '/';
	}
	if (rc == 0 && mkdir(copy, mode) < 0 && errno != EEXIST)
		rc = -errno;
	free(copy);
	return rc;
}

/* Opens the state directory, which belongs to the user then. Returns its descriptor. */
static int open_state(const char *dir, const struct sandbox_user *user, struct err *err)
{
	struct stat st;
	int fd, rc = make_dirs(dir, 0750);

	if (rc < 0)
		return err_set(err, rc, NULL, "cannot make the state directory %s: %s", dir,
			strerror(-rc));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, -errno, NULL, "state directory %s: %s", dir, strerror(errno));
	if (!user->change || (fstat(fd, &st) == 0 && st.st_uid == user->uid) ||
		fchown(fd, user->uid, user->gid) == 0)
		return fd;
	rc = err_set(err, -errno, NULL, "cannot give the state directory %s to user %s: %s", dir,
		user->name, strerror(errno));
	close(fd);
	return rc;
}

/* Opens the lock as the user, who will start the server next time, perhaps not as root; so root
 * opens nothing here that the user could not. */
static int open_lock(int dir, const struct sandbox_user *user)
{
	int fd;

	if (user->change) {
		setfsgid(user->gid);
		setfsuid(user->uid);
	}
	fd = openat(dir, LOCK_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		fd = -errno;
	if (user->change) {
		setfsuid(geteuid());
		setfsgid(getegid());
	}
	return fd;
}

static int take_lock(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	uint64_t until = clock_mono_ns() + WAIT_NS;

	while (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
		if (errno != EAGAIN && errno != EACCES)
			return -errno;
		if (clock_mono_ns() >= until)
			return -EBUSY;
		pause_10ms();
	}
	return 0;
}

int place_lock(
	const char *state_dir, const struct sandbox_user *user, struct place *p, struct err *err)
{
	int dir = open_state(state_dir, user, err), fd, rc;

	if (dir < 0)
		return dir;
	fd = open_lock(dir, user);
	rc = fd < 0 ? fd : take_lock(fd);
	close(dir);
	if (rc == 0) {
		p->lock_fd = fd;
		return 0;
	}
	if (fd >= 0)
		close(fd);
	if (rc == -EBUSY)
		return err_set(err, rc, "stop it first, or use another --state-dir",
			"another lessord uses the state directory %s", state_dir);
	return err_set(err, rc, NULL, "cannot lock %s/" LOCK_NAME ": %s", state_dir, strerror(-rc));
}

static int socket_address(const char *run_dir, struct sockaddr_un *ret)
{
	int n;

	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	n = snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/" SOCKET_NAME, run_dir);
	return n < 0 || (size_t)n >= sizeof(ret->sun_path) ? -ENAMETOOLONG : 0;
}

int place_connect(const char *run_dir)
{
	struct sockaddr_un at;
	int fd, rc = socket_address(run_dir, &at);

	if (rc < 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

/* Whether nobody listens there any more. */
static bool is_free(const char *run_dir)
{
	uint64_t until = clock_mono_ns() + WAIT_NS;
	int fd;

	while ((fd = place_connect(run_dir)) >= 0 || fd == -EAGAIN) {
		if (fd >= 0)
			close(fd);
		if (clock_mono_ns() >= until)
			return false;
		pause_10ms();
	}
	return true;
}

/* Binds with the final mode: nobody else can connect in between. */
static int bind_socket(int fd, const struct sockaddr_un *at)
{
	const struct group *gr = getgrnam(SOCKET_GROUP);
	mode_t old = umask(0777 & ~SOCKET_MODE);
	int rc = bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ? -errno : 0;

	umask(old);
	/* not root: it stays in our own group */
	if (rc == 0 && gr != NULL && geteuid() == 0 &&
		lchown(at->sun_path, (uid_t)-1, gr->gr_gid) < 0)
		rc = -errno;
	if (rc == 0 && listen(fd, BACKLOG) < 0)
		rc = -errno;
	return rc;
}

int place_listen(const char *run_dir, struct place *p, struct err *err)
{
	struct sockaddr_un at;
	int fd, rc = socket_address(run_dir, &at);

	if (rc < 0)
		return err_set(err, rc, "choose a shorter --run-dir",
			"the path of the control socket in %s is too long", run_dir);
	rc = make_dirs(run_dir, 0755);
	if (rc < 0)
		return err_set(err, rc, NULL, "cannot make the run directory %s: %s", run_dir,
			strerror(-rc));
	if (!is_free(run_dir))
		return err_set(err, -EADDRINUSE, "stop it first, or use another --run-dir",
			"another server answers on %s", at.sun_path);
	unlink(at.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = fd < 0 ? -errno : bind_socket(fd, &at);
	if (rc == 0) {
		p->listen_fd = fd;
		return 0;
	}
	if (fd >= 0)
		close(fd);
	return err_set(err, rc, NULL, "control socket %s: %s", at.sun_path, strerror(-rc));
}

void place_close(const char *run_dir, struct place *p)
{
	struct sockaddr_un at;

	if (p->listen_fd >= 0 && socket_address(run_dir, &at) == 0) {
		unlink(at.sun_path);
		close(p->listen_fd);
	}
	if (p->lock_fd >= 0)
		close(p->lock_fd);
}
