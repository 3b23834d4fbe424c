/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_filter: the system calls of each role. A call that is not here kills its process, which
 * is then logged with its role and started again; strace of a run with --no-sandbox shows which.
 */
#include "daemon/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Memory, time, locks, signals to itself, and what the C library and the journal library need. */
static const char *const basic[] = {"brk", "clock_getres", "clock_gettime", "clock_nanosleep",
	"close", "close_range", "dup", "exit", "exit_group", "fcntl", "fstat", "futex",
	"futex_waitv", "getegid", "geteuid", "getgid", "getpid", "getppid", "getrandom", "gettid",
	"gettimeofday", "getuid", "lseek", "madvise", "membarrier", "memfd_create", "mlock", "mmap",
	"mprotect", "mremap", "munlock", "munmap", "nanosleep", "newfstatat", "openat", "poll",
	"ppoll", "prctl", "pread64", "prlimit64", "pselect6", "read", "readv", "restart_syscall",
	"rseq", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend",
	"rt_sigtimedwait", "sched_getaffinity", "sched_yield", "set_robust_list", "sigaltstack",
	"statx", "sysinfo", "time", "uname", "write", "writev"};

/* LMDB and the files of the state directory. */
static const char *const files[] = {"access", "copy_file_range", "faccessat", "faccessat2",
	"fallocate", "fchmod", "fdatasync", "flock", "fstatfs", "fsync", "ftruncate", "getcwd",
	"getdents64", "link", "linkat", "lstat", "mkdir", "mkdirat", "msync", "open", "pwrite64",
	"pwritev", "readlink", "readlinkat", "rename", "renameat", "renameat2", "rmdir", "stat",
	"statfs", "sync_file_range", "umask", "unlink", "unlinkat"};

static const char *const sockets[] = {"connect", "getpeername", "getsockname", "getsockopt",
	"recvfrom", "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt",
	"shutdown"};

static const char *const events[] = {"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2",
	"epoll_wait", "eventfd2", "ioctl", "pipe2", "signalfd4", "timerfd_create",
	"timerfd_gettime", "timerfd_settime"};

static const char *const serving[] = {"accept", "accept4", "bind", "listen", "socketpair"};

#define ALLOW(ctx, list) allow(ctx, list, sizeof(list) / sizeof((list)[0]))

/* Names that this architecture does not have are left out. */
static int allow(scmp_filter_ctx ctx, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int nr = seccomp_syscall_resolve_name(list[i]);
		int rc = nr == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0);

		if (rc < 0 && rc != -EDOM)
			return rc;
	}
	return 0;
}

/* Calls that are allowed for some arguments only. */
static int allow_narrow(scmp_filter_ctx ctx)
{
	int rc = seccomp_rule_add(
		ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));

	if (rc == 0) /* abort() */
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	return rc;
}

/* A thread, not a process. The C library asks for clone3() first, whose arguments no filter can
 * see, and takes clone() if that is not there. */
static int allow_thread(scmp_filter_ctx ctx)
{
	int rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));

	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return rc;
}

static int load(scmp_filter_ctx ctx, enum region_role role)
{
	int rc = ALLOW(ctx, basic);

	if (rc == 0)
		rc = ALLOW(ctx, files);
	if (rc == 0)
		rc = ALLOW(ctx, sockets);
	if (rc == 0 && (role == ROLE_CONTROL || role == ROLE_WORKER || role == ROLE_STORE ||
			       role == ROLE_HA))
		rc = ALLOW(ctx, events);
	if (rc == 0 && (role == ROLE_CONTROL || role == ROLE_HA))
		rc = ALLOW(ctx, serving);
	if (rc == 0 && role == ROLE_HA) /* it dials the partner */
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
			SCMP_A0(SCMP_CMP_EQ, AF_INET, 0));
	if (rc == 0)
		rc = allow_narrow(ctx);
	if (rc == 0 && role == ROLE_WORKER)
		rc = allow_thread(ctx);
	return rc == 0 ? seccomp_load(ctx) : rc;
}

int sandbox_filter(enum region_role role, struct err *err)
{
	scmp_filter_ctx ctx;
	int rc;

	if (SANDBOX_SANITIZED) /* their run-time needs calls of its own */
		return 0;
	ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	rc = ctx == NULL ? -ENOMEM : load(ctx, role);
	seccomp_release(ctx);
	return rc == 0 ? 0
		       : err_set(err, rc, "the kernel needs seccomp; --no-sandbox does without",
				 "cannot install the system call filter: %s", strerror(-rc));
}
