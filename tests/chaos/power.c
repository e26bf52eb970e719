/*
 * power: a library to be preloaded that writes down what a process does to
 * files, so that a power cut can be played afterwards (disk.h).
 *
 * EV_POWER_LOG names the file that all processes of a run append to. A call
 * and its record are one step, under a lock of that file: else a reader's
 * sync could be written down before the writer's rename that it saw. Reading
 * is none of its business, nor are pipes.
 */
#include "power.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int
log_fd(void)
{
	static int fd = -2;

	if (fd == -2) {
		const char *path = getenv("EV_POWER_LOG");
		int low = path
		    ? REAL(open)(path, O_WRONLY | O_APPEND | O_CLOEXEC)
		    : -1;

		fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, 200);
		if (low >= 0)
			close(low);
	}
	return fd;
}

static void
enter(void)
{
	int saved = errno;

	while (flock(log_fd(), LOCK_EX) < 0 && errno == EINTR)
		;
	errno = saved;
}

static void
leave(void)
{
	int saved = errno;

	flock(log_fd(), LOCK_UN);
	errno = saved;
}

/* Between enter and leave. */
static void
tell(const struct power_op *op, const void *bytes, const char *name2)
{
	struct iovec iov[3] = {{(void *)op, sizeof(*op)},
	    {(void *)bytes, op->len}, {(void *)name2, op->len2}};
	int saved = errno;

	if (log_fd() >= 0 && REAL(writev)(log_fd(), iov, 3) < 0)
		abort();
	errno = saved;
}

/* --- names --------------------------------------------------------------- */

/* The folder's number, 0 where there is none, and the name in it. */
static uint64_t
folder_of(int at, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	struct stat st;
	int saved = errno;

	*name = slash ? slash + 1 : path;
	if (slash)
		snprintf(folder, sizeof(folder), "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	if (fstatat(at, folder, &st, 0) < 0)
		st.st_ino = 0;
	errno = saved;
	return st.st_ino;
}

static uint64_t
number_of(int at, const char *path, int flags)
{
	struct stat st;
	int saved = errno;

	if (fstatat(at, path, &st, flags) < 0)
		st.st_ino = 0;
	errno = saved;
	return st.st_ino;
}

static void
tell_name(enum power_kind kind, int at, const char *path, uint64_t ino)
{
	const char *name;
	uint64_t dir = folder_of(at, path, &name);
	struct power_op op = {.kind = kind,
	    .len = (uint32_t)strlen(name),
	    .ino = ino,
	    .dir = dir};

	tell(&op, name, NULL);
}

static void
tell_ino(enum power_kind kind, uint64_t ino, uint64_t offset)
{
	struct power_op op = {.kind = kind, .ino = ino, .offset = offset};

	tell(&op, NULL, NULL);
}

/* --- opening ------------------------------------------------------------- */

static int
open_and_tell(int at, const char *path, int flags, mode_t mode)
{
	uint64_t was;
	struct stat st;
	int fd;

	if (!(flags & (O_CREAT | O_TRUNC)))
		return REAL(openat)(at, path, flags, mode);
	enter();
	was = number_of(at, path, 0);
	fd = REAL(openat)(at, path, flags, mode);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (!was)
			tell_name(POWER_CREATE, at, path, st.st_ino);
		else if (flags & O_TRUNC)
			tell_ino(POWER_LENGTH, st.st_ino, 0);
	}
	leave();
	return fd;
}

#define MODE(mode) \
	do { \
		va_list args; \
		va_start(args, flags); \
		mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) \
						     : 0; \
		va_end(args); \
	} while (0)

int
open(const char *path, int flags, ...)
{
	mode_t mode;

	MODE(mode);
	return open_and_tell(AT_FDCWD, path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	mode_t mode;

	MODE(mode);
	return open_and_tell(AT_FDCWD, path, flags, mode);
}

int
openat(int at, const char *path, int flags, ...)
{
	mode_t mode;

	MODE(mode);
	return open_and_tell(at, path, flags, mode);
}

/* --- bytes --------------------------------------------------------------- */

static int
regular(int fd, uint64_t *ino)
{
	struct stat st;
	int saved = errno, is;

	is = log_fd() >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	errno = saved;
	*ino = is ? st.st_ino : 0;
	return is;
}

/* Where a write of n bytes just ended. */
static uint64_t
start_of(int fd, ssize_t n)
{
	off_t at = lseek(fd, 0, SEEK_CUR);

	return at < n ? 0 : (uint64_t)(at - n);
}

static void
tell_bytes(uint64_t ino, uint64_t offset, const void *ptr, size_t n)
{
	struct power_op op = {.kind = POWER_WRITE,
	    .len = (uint32_t)n,
	    .ino = ino,
	    .offset = offset};

	tell(&op, ptr, NULL);
}

ssize_t
write(int fd, const void *buf, size_t len)
{
	uint64_t ino;
	ssize_t n;

	if (!regular(fd, &ino))
		return REAL(write)(fd, buf, len);
	enter();
	n = REAL(write)(fd, buf, len);
	if (n > 0)
		tell_bytes(ino, start_of(fd, n), buf, (size_t)n);
	leave();
	return n;
}

ssize_t
writev(int fd, const struct iovec *iov, int count)
{
	uint64_t ino, at;
	ssize_t n, left;

	if (!regular(fd, &ino))
		return REAL(writev)(fd, iov, count);
	enter();
	n = left = REAL(writev)(fd, iov, count);
	at = n > 0 ? start_of(fd, n) : 0;
	for (int i = 0; i < count && left > 0; i++) {
		size_t part = iov[i].iov_len < (size_t)left ? iov[i].iov_len
							    : (size_t)left;

		if (part)
			tell_bytes(ino, at, iov[i].iov_base, part);
		at += part;
		left -= (ssize_t)part;
	}
	leave();
	return n;
}

ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
	uint64_t ino;
	ssize_t n;

	if (!regular(fd, &ino))
		return REAL(pwrite)(fd, buf, len, offset);
	enter();
	n = REAL(pwrite)(fd, buf, len, offset);
	if (n > 0)
		tell_bytes(ino, (uint64_t)offset, buf, (size_t)n);
	leave();
	return n;
}

ssize_t
pwrite64(int fd, const void *buf, size_t len, off64_t offset)
{
	return pwrite(fd, buf, len, offset);
}

int
ftruncate(int fd, off_t length)
{
	uint64_t ino;
	int is = regular(fd, &ino), result;

	enter();
	result = REAL(ftruncate)(fd, length);
	if (is && result == 0)
		tell_ino(POWER_LENGTH, ino, (uint64_t)length);
	leave();
	return result;
}

int
ftruncate64(int fd, off64_t length)
{
	return ftruncate(fd, length);
}

int
truncate(const char *path, off_t length)
{
	int result;

	enter();
	result = REAL(truncate)(path, length);
	if (result == 0)
		tell_ino(POWER_LENGTH, number_of(AT_FDCWD, path, 0),
		    (uint64_t)length);
	leave();
	return result;
}

/* --- syncs --------------------------------------------------------------- */

static int
sync_and_tell(int fd, int result)
{
	struct stat st;
	int saved = errno;

	if (result == 0 && fstat(fd, &st) == 0)
		tell_ino(POWER_SYNC, st.st_ino, 0);
	errno = saved;
	return result;
}

int
fsync(int fd)
{
	int result;

	enter();
	result = sync_and_tell(fd, REAL(fsync)(fd));
	leave();
	return result;
}

int
fdatasync(int fd)
{
	int result;

	enter();
	result = sync_and_tell(fd, REAL(fdatasync)(fd));
	leave();
	return result;
}

/* --- folders ------------------------------------------------------------- */

int
renameat(int at, const char *from, int at2, const char *to)
{
	const char *name, *name2;
	struct power_op op = {.kind = POWER_RENAME};
	int result;

	enter();
	op.dir = folder_of(at, from, &name);
	op.dir2 = folder_of(at2, to, &name2);
	op.len = (uint32_t)strlen(name);
	op.len2 = (uint32_t)strlen(name2);
	result = REAL(renameat)(at, from, at2, to);
	if (result == 0)
		tell(&op, name, name2);
	leave();
	return result;
}

int
rename(const char *from, const char *to)
{
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int
linkat(int at, const char *from, int at2, const char *to, int flags)
{
	int result;

	enter();
	result = REAL(linkat)(at, from, at2, to, flags);
	if (result == 0)
		tell_name(POWER_LINK, at2, to, number_of(at2, to, 0));
	leave();
	return result;
}

int
link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
unlinkat(int at, const char *path, int flags)
{
	int result;

	enter();
	result = REAL(unlinkat)(at, path, flags);
	if (result == 0)
		tell_name(POWER_UNLINK, at, path, 0);
	leave();
	return result;
}

int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int
rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int
mkdirat(int at, const char *path, mode_t mode)
{
	int result;

	enter();
	result = REAL(mkdirat)(at, path, mode);
	if (result == 0)
		tell_name(POWER_MKDIR, at, path, number_of(at, path, 0));
	leave();
	return result;
}

int
mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}
