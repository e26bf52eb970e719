/*
 * syncs: a library to be preloaded that writes down, in the file that
 * EV_SYNCS names, what a process syncs and removes, in their order: "sync
 * PATH", "unlink PATH".
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void
tell(const char *what, const char *path)
{
	const char *log = getenv("EV_SYNCS");
	int fd = log ? open(log, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%s %s\n", what, path);
	close(fd);
}

static void
tell_fd(int fd)
{
	char name[64], path[4096];
	ssize_t len;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	len = readlink(name, path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	tell("sync", path);
}

int
fsync(int fd)
{
	tell_fd(fd);
	return REAL(fsync)(fd);
}

int
fdatasync(int fd)
{
	tell_fd(fd);
	return REAL(fdatasync)(fd);
}

int
unlink(const char *path)
{
	tell("unlink", path);
	return REAL(unlink)(path);
}
