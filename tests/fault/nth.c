/*
 * nth: a library to be preloaded that lets the n-th call of a kind fail, in
 * one program of a pipeline.
 *
 *	EV_FAULT="program call n errno"     (errno as a number)
 *
 * Calls: read, write (and writev), open, fsync, fdatasync, ftruncate, rename,
 * link, unlink, flock, malloc (and calloc, realloc), fork (posix_spawn), short
 * (a read or write that does but one byte; every one from the n-th on). If
 * EV_FAULT_LOG names a file, a line goes there when the fault was dealt: a run
 * without one had fewer calls.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>

static char call[16];
static long nth = -1;
static int number;
static atomic_long count;
static int ready;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void
prepare(void)
{
	const char *fault = getenv("EV_FAULT");
	char program[64];

	ready = 1;
	if (!fault ||
	    sscanf(fault, "%63s %15s %ld %d", program, call, &nth, &number) !=
		4 ||
	    strcmp(program, program_invocation_short_name))
		nth = -1;
}

static void
tell(void)
{
	const char *path = getenv("EV_FAULT_LOG");
	int fd = path ? REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND, 0666)
		      : -1;

	if (fd < 0)
		return;
	if (REAL(write)(fd, "dealt\n", 6) < 0)
		abort();
	close(fd);
}

static int
deals(const char *kind)
{
	if (!ready)
		prepare();
	if (nth < 0 || strcmp(call, kind) ||
	    atomic_fetch_add(&count, 1) + 1 != nth)
		return 0;
	tell();
	errno = number;
	return 1;
}

/* For `short`: not the n-th alone, but all from it on. */
static int
shortens(void)
{
	if (!ready)
		prepare();
	return nth >= 0 && !strcmp(call, "short") &&
	    atomic_fetch_add(&count, 1) + 1 >= nth;
}

ssize_t
read(int fd, void *buf, size_t cap)
{
	if (deals("read"))
		return -1;
	return REAL(read)(fd, buf, cap > 1 && shortens() ? 1 : cap);
}

ssize_t
write(int fd, const void *buf, size_t len)
{
	if (fd != STDERR_FILENO && deals("write"))
		return -1;
	return REAL(write)(fd, buf,
	    len > 1 && fd != STDERR_FILENO && shortens() ? 1 : len);
}

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	if (deals("write"))
		return -1;
	if (n > 0 && iov[0].iov_len > 1 && shortens())
		return REAL(write)(fd, iov[0].iov_base, 1);
	return REAL(writev)(fd, iov, n);
}

int
open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	return deals("open") ? -1 : REAL(open)(path, flags, mode);
}

int
fsync(int fd)
{
	return deals("fsync") ? -1 : REAL(fsync)(fd);
}

int
fdatasync(int fd)
{
	return deals("fdatasync") ? -1 : REAL(fdatasync)(fd);
}

int
ftruncate(int fd, off_t length)
{
	return deals("ftruncate") ? -1 : REAL(ftruncate)(fd, length);
}

int
link(const char *from, const char *to)
{
	return deals("link") ? -1 : REAL(link)(from, to);
}

int
unlink(const char *path)
{
	return deals("unlink") ? -1 : REAL(unlink)(path);
}

int
flock(int fd, int operation)
{
	return deals("flock") ? -1 : REAL(flock)(fd, operation);
}

int
rename(const char *from, const char *to)
{
	return deals("rename") ? -1 : REAL(rename)(from, to);
}

int
posix_spawnp(pid_t *pid, const char *file,
    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const envp[])
{
	return deals("fork")
	    ? number
	    : REAL(posix_spawnp)(pid, file, actions, attr, argv, envp);
}

/* Through glibc's own names: dlsym allocates itself. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *ptr, size_t size);

void *
malloc(size_t size)
{
	return deals("malloc") ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return deals("malloc") ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *ptr, size_t size)
{
	return deals("malloc") ? NULL : __libc_realloc(ptr, size);
}
