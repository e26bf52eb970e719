/*
 * target: see target.h. The order of a replacement (write, fsync, rename,
 * fsync of the folder) is what POSIX needs for the new file to be whole after
 * a power cut.
 */
#include "base/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/path.h"

static enum ev_status
cannot_open(const char *path, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
	    "cannot write '%s': %s", path, ev_err_errno(errno));
}

/* Of the temporary file, whose name nobody has given: whose it would be. */
static enum ev_status
cannot_make_part(const struct ev_target *target, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
	    "cannot write '%s': cannot make '%s' beside it: %s", target->path,
	    strrchr(target->part, '/') + 1, ev_err_errno(errno));
}

/* --- looking ------------------------------------------------------------- */

/* The descriptor that a path stands for, or -1. Opening /dev/stdout again
 * would truncate or overwrite what a shell has redirected to a file. */
static int
descriptor(const char *path)
{
	static const char *const folder[] = {"/dev/fd/", "/proc/self/fd/"};

	if (!strcmp(path, "-") || !strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(folder[i]);
		char *end;
		unsigned long number;

		if (strncmp(path, folder[i], len))
			continue;
		number = strtoul(path + len, &end, 10);
		if (path[len] && !*end && number <= INT_MAX)
			return (int)number;
	}
	return -1;
}

/* The path with its links followed, also where the last of them points at
 * nothing. Its folder must be there. */
static enum ev_status
resolve(const char *path, char **resolved, struct ev_err *err)
{
	char *folder;
	int number;

	*resolved = ev_path_resolve(path);
	number = errno;
	if (*resolved)
		return EV_OK;
	folder = ev_path_folder(path);
	ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
	    "cannot write '%s': folder '%s': %s", path, folder,
	    ev_err_errno(number));
	free(folder);
	return EV_FATAL;
}

static bool
exists(const char *folder, const char *suffix)
{
	char *path = ev_mem_printf("%s%s", folder, suffix);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* Refuses what is a folder or belongs to a named pipeline. */
static enum ev_status
check(const struct ev_target *target, struct ev_err *err)
{
	bool folder = target->exists && S_ISDIR(target->was.st_mode);

	if (exists(target->path, folder ? "/.ev" : ".ev"))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "will not write '%s': it belongs to a named pipeline "
		    "(whose record is '%s%s')",
		    target->path, target->path, folder ? "/.ev" : ".ev");
	if (folder)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
		    "cannot write '%s': it is a folder: name a file in it",
		    target->path);
	/* A rename needs no right to the file itself; people expect that
	 * chmod a-w protects it. */
	if (target->exists && target->way != EV_TARGET_IN_PLACE &&
	    eaccess(target->path, W_OK))
		return cannot_open(target->path, err);
	return EV_OK;
}

enum ev_status
ev_target_look(struct ev_target *target, const char *path, bool append,
    struct ev_err *err)
{
	size_t len = strlen(path);

	*target = (struct ev_target){.fd = -1};
	if (descriptor(path) >= 0) {
		target->way = EV_TARGET_IN_PLACE;
		target->path = ev_mem_strdup(path);
		target->exists = true;
		return EV_OK;
	}
	if (!len || (path[len - 1] == '/' && access(path, F_OK)))
		return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
		    "cannot write '%s': it is not the name of a file", path);
	if (stat(path, &target->was) == 0)
		target->exists = true;
	else if (errno != ENOENT)
		return cannot_open(path, err);
	if (target->exists && S_ISDIR(target->was.st_mode))
		target->path = realpath(path, NULL);
	if (!target->path && resolve(path, &target->path, err) != EV_OK)
		return EV_FATAL;
	if (target->exists && !S_ISREG(target->was.st_mode) &&
	    !S_ISDIR(target->was.st_mode))
		target->way = EV_TARGET_IN_PLACE;
	else if (append)
		target->way = EV_TARGET_APPEND;
	if (target->way == EV_TARGET_REPLACE)
		target->part = ev_mem_printf("%s.part", target->path);
	return check(target, err);
}

/* --- opening ------------------------------------------------------------- */

/* Locks the file that target->fd is. EV_AGAIN: it is not, or no longer, what
 * stands at path, because another process renamed or removed it meanwhile. */
static enum ev_status
lock(struct ev_target *target, const char *path, struct ev_err *err)
{
	struct stat ours, there;
	enum ev_status status;
	char holder[128];

	if (fstat(target->fd, &ours))
		return cannot_open(path, err);
	if (!S_ISREG(ours.st_mode) || (target->part && ours.st_nlink > 1))
		return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
		    "cannot write '%s': it is there and no plain file", path);
	status = ev_lock_take(target->fd, path, err);
	if (status == EV_AGAIN) {
		ev_lock_holder(&ours, holder, sizeof(holder));
		return ev_err_set(err, EV_FATAL, EV_EXIT_BUSY,
		    "'%s' is being written by %s", path, holder);
	}
	if (status != EV_OK)
		return status;
	if (stat(path, &there) || there.st_ino != ours.st_ino ||
	    there.st_dev != ours.st_dev)
		return EV_AGAIN;
	target->was = target->part ? target->was : ours;
	return EV_OK;
}

/* Opens path, and locks what then stands there. */
static enum ev_status
open_locked(struct ev_target *target, const char *path, int flags, mode_t mode,
    struct ev_err *err)
{
	enum ev_status status;

	do {
		target->made = true;
		target->fd = open(path, flags | O_CREAT | O_EXCL, mode);
		if (target->fd < 0 && errno == EEXIST) {
			target->made = false;
			target->fd = open(path, flags);
		}
		if (target->fd < 0 && errno == ENOENT) {
			status = EV_AGAIN;
			continue;
		}
		if (target->fd < 0 && path == target->part)
			return cannot_make_part(target, err);
		if (target->fd < 0)
			return cannot_open(path, err);
		status = lock(target, path, err);
		if (status != EV_OK) {
			close(target->fd);
			target->fd = -1;
		}
	} while (status == EV_AGAIN);
	return status;
}

/* Gives the temporary file the owner and mode of the one it replaces, as far
 * as this user may. Where the group cannot be kept, it gets no more rights
 * than others have. */
static void
keep_owner(const struct ev_target *target)
{
	const struct stat *was = &target->was;
	mode_t mode = was->st_mode & 07777;

	if (fchown(target->fd, was->st_uid, was->st_gid) &&
	    fchown(target->fd, (uid_t)-1, was->st_gid))
		mode = (mode & ~(mode_t)070) |
		    (mode & ((mode & 07) << 3) & 070);
	if (fchmod(target->fd, mode)) {
		/* It stays as private as it was made. */
	}
}

static enum ev_status
open_part(struct ev_target *target, struct ev_err *err)
{
	mode_t mask = umask(0);

	umask(mask);
	if (open_locked(target, target->part, O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
		0600, err) != EV_OK)
		return EV_FATAL;
	target->made = true;
	if (ftruncate(target->fd, 0))
		return cannot_open(target->part, err);
	if (target->exists)
		keep_owner(target);
	else
		fchmod(target->fd, 0666 & ~mask);
	return EV_OK;
}

static enum ev_status
open_in_place(struct ev_target *target, struct ev_err *err)
{
	int fd = descriptor(target->path);

	target->fd = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0)
			     : open(target->path, O_WRONLY | O_CLOEXEC);
	if (target->fd >= 0)
		return EV_OK;
	/* Opening a pipe waits for its reader, and a signal ends that. */
	if (errno == EINTR && ev_io_signal())
		return ev_err_set(err, EV_FATAL, 128 + ev_io_signal(),
		    "stopped by signal %d", ev_io_signal());
	return cannot_open(target->path, err);
}

enum ev_status
ev_target_open(struct ev_target *target, struct ev_err *err)
{
	switch (target->way) {
	case EV_TARGET_REPLACE:
		return open_part(target, err);
	case EV_TARGET_APPEND:
		return open_locked(target, target->path,
		    O_RDWR | O_APPEND | O_CLOEXEC, 0666, err);
	case EV_TARGET_IN_PLACE:
		break;
	}
	return open_in_place(target, err);
}

/* --- the end ------------------------------------------------------------- */

static enum ev_status
cannot_finish(const char *what, const char *path, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_IO, "cannot %s '%s': %s", what,
	    path, ev_err_errno(errno));
}

static enum ev_status
sync_folder(const char *folder, struct ev_err *err)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum ev_status status = EV_OK;

	/* A folder that may be written but not read cannot be synced, and some
	 * file systems (FUSE) refuse; the file itself is whole then. */
	if (fd >= 0 && fsync(fd) && errno != EINVAL)
		status = cannot_finish("sync folder", folder, err);
	if (fd >= 0)
		close(fd);
	return status;
}

/* What was appended to is still what stands at the path: otherwise somebody
 * has replaced the file meanwhile, and what we wrote is gone with the old
 * one. */
static enum ev_status
still_there(const struct ev_target *target, struct ev_err *err)
{
	struct stat there;

	if (stat(target->path, &there) == 0 &&
	    there.st_ino == target->was.st_ino &&
	    there.st_dev == target->was.st_dev)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "'%s' was replaced while it was appended to", target->path);
}

/* The bytes last and stand at their name; until then all can be undone. */
static enum ev_status
put_in_place(const struct ev_target *target, struct ev_err *err)
{
	/* A pipe or device has nothing to sync, and says so in several ways. */
	if (fsync(target->fd) &&
	    (target->way != EV_TARGET_IN_PLACE || errno == EIO ||
		errno == ENOSPC || errno == EDQUOT))
		return cannot_finish("write", target->path, err);
	if (target->way == EV_TARGET_APPEND &&
	    still_there(target, err) != EV_OK)
		return EV_FATAL;
	if (target->way == EV_TARGET_REPLACE &&
	    rename(target->part, target->path))
		return cannot_finish("replace", target->path, err);
	return EV_OK;
}

enum ev_status
ev_target_commit(struct ev_target *target, struct ev_err *err)
{
	/* Out of memory behind the rename would be a failure that changed
	 * something; so what is needed there is had before. */
	char *folder = ev_path_folder(target->path);
	enum ev_status status = put_in_place(target, err);

	if (status == EV_OK) {
		if (target->way != EV_TARGET_IN_PLACE &&
		    (target->made || target->part))
			status = sync_folder(folder, err);
		target->made = false;
		if (close(target->fd) && status == EV_OK && errno != EINTR)
			status = cannot_finish("write", target->path, err);
		target->fd = -1;
	}
	free(folder);
	return status;
}

void
ev_target_undo(struct ev_target *target)
{
	if (target->fd < 0 || target->way == EV_TARGET_IN_PLACE)
		return;
	if (target->made)
		unlink(target->part ? target->part : target->path);
	else if (target->way == EV_TARGET_APPEND &&
	    ftruncate(target->fd, target->was.st_size)) {
		/* A failure is already being reported. */
	}
	close(target->fd);
	target->fd = -1;
}

void
ev_target_release(struct ev_target *target)
{
	if (target->fd >= 0)
		close(target->fd);
	free(target->path);
	free(target->part);
	*target = (struct ev_target){.fd = -1};
}
