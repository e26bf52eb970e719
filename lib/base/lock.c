/*
 * lock: see lock.h.
 */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define TRIES 100 /* at a file that is replaced all the time */

enum ev_status
ev_lock_take(int fd, const char *path, struct ev_err *err)
{
	int done;

	do
		done = flock(fd, LOCK_EX | LOCK_NB);
	while (done && errno == EINTR);
	if (!done)
		return EV_OK;
	if (errno == EWOULDBLOCK)
		return EV_AGAIN;
	return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE, "cannot lock '%s': %s",
	    path, ev_err_errno(errno));
}

/* The process that has the lock, 0: none that can be seen. */
static long
holder_of(const struct stat *file)
{
	FILE *locks = fopen("/proc/locks", "re");
	char line[256];
	unsigned major_id, minor_id;
	unsigned long inode;
	long pid = 0;

	while (locks && fgets(line, sizeof(line), locks))
		if (sscanf(line, "%*s FLOCK %*s %*s %ld %x:%x:%lu", &pid,
			&major_id, &minor_id, &inode) == 4 &&
		    major_id == major(file->st_dev) &&
		    minor_id == minor(file->st_dev) && inode == file->st_ino)
			break;
		else
			pid = 0;
	if (locks)
		fclose(locks);
	return pid;
}

bool
ev_lock_holder(const struct stat *file, char *text, size_t size)
{
	char path[64], command[64] = "";
	long pid = holder_of(file);
	FILE *comm;

	snprintf(text, size, "another process");
	if (pid <= 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	comm = fopen(path, "re");
	if (comm && fgets(command, sizeof(command), comm))
		command[strcspn(command, "\n")] = '\0';
	if (comm)
		fclose(comm);
	snprintf(text, size, "process %ld (%s)", pid, command);
	return true;
}

/* True while the open file is still the one at the path. */
static bool
still_there(int fd, const char *path)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && stat(path, &there) == 0 &&
	    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

enum ev_status
ev_lock_file(const char *path, int *fd, struct ev_err *err)
{
	enum ev_status status;

	for (int i = 0; i < TRIES; i++) {
		*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
		if (*fd < 0)
			return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
			    "cannot make '%s': %s", path, ev_err_errno(errno));
		status = ev_lock_take(*fd, path, err);
		if (status == EV_OK && still_there(*fd, path))
			return EV_OK;
		close(*fd);
		*fd = -1;
		if (status != EV_OK)
			return status;
	}
	return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
	    "cannot lock '%s': it is replaced again and again", path);
}
