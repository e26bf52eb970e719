/*
 * tree: see tree.h.
 */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "chaos: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	if (remove(path) < 0)
		die(path);
	return 0;
}

void
tree_remove(const char *path)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) < 0 &&
	    errno != ENOENT)
		die(path);
}

void
tree_make(const char *path)
{
	if (mkdir(path, 0777) < 0)
		die(path);
}

static struct {
	const char *from, *to;
} copying;

static int
copy_one(const char *path, const struct stat *st, int type)
{
	char *to = ev_mem_printf("%s%s", copying.to,
	    path + strlen(copying.from));
	struct ev_buf bytes = {0};

	(void)st;
	if (type == FTW_D) {
		tree_make(to);
	} else if (type == FTW_F && file_read(path, &bytes)) {
		file_write(to, ev_buf_as_slice(&bytes));
	}
	ev_buf_release(&bytes);
	free(to);
	return 0;
}

void
tree_copy(const char *from, const char *to)
{
	copying.from = from;
	copying.to = to;
	if (ftw(from, copy_one, 32) < 0)
		die(from);
}

static void
put(const char *path, int flags, struct ev_slice bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0666);

	while (fd >= 0 && bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0)
			die(path);
		bytes.ptr += n;
		bytes.len -= (size_t)n;
	}
	if (fd < 0 || close(fd) < 0)
		die(path);
}

void
file_write(const char *path, struct ev_slice bytes)
{
	put(path, O_TRUNC, bytes);
}

void
file_append(const char *path, struct ev_slice bytes)
{
	put(path, O_APPEND, bytes);
}

static void
read_all(int fd, const char *name, struct ev_buf *out)
{
	ssize_t n;

	for (;;) {
		ev_buf_reserve(out, 65536);
		n = read(fd, out->ptr + out->len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die(name);
		if (n == 0)
			return;
		out->len += (size_t)n;
	}
}

bool
file_read(const char *path, struct ev_buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	read_all(fd, path, out);
	close(fd);
	return true;
}

bool
file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int
shell_read(const char *folder, const char *command, struct ev_buf *out)
{
	int pipe_of[2], status;
	pid_t pid;

	if (pipe2(pipe_of, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		die(command);
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		if (chdir(folder) < 0 || dup2(pipe_of[1], STDOUT_FILENO) < 0)
			_exit(127);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(pipe_of[1]);
	read_all(pipe_of[0], command, out);
	close(pipe_of[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}
