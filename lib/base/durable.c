/*
 * durable: see durable.h. The folder is opened first: when the rename has
 * been made, nothing that could be missing may stand between it and its sync.
 */
#include "base/durable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/point.h"

static enum ev_status
cannot(const char *what, const char *path, int exit, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, exit, "cannot %s '%s': %s", what, path,
	    ev_err_errno(errno));
}

static enum ev_status
open_folder(const char *path, int *fd, struct ev_err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = !slash ? ev_mem_strdup(".")
	    : slash == path   ? ev_mem_strdup("/")
			      : ev_mem_strndup(path, (size_t)(slash - path));
	enum ev_status status = EV_OK;

	*fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		status = cannot("open folder", folder, EV_EXIT_IO, err);
	free(folder);
	return status;
}

static int
sync_fd(int fd)
{
	int failed;

	do
		failed = fsync(fd);
	while (failed && errno == EINTR);
	return failed;
}

/* Some file systems (FUSE) do not sync folders, and say EINVAL. */
static enum ev_status
sync_folder(int fd, const char *path, struct ev_err *err)
{
	if (!ev_mutant("durable.no-folder-sync") && sync_fd(fd) &&
	    errno != EINVAL)
		return cannot("sync the folder of", path, EV_EXIT_IO, err);
	return EV_OK;
}

/* Signals are no reason to stop: last things are written after one, too. */
static bool
write_all(int fd, struct ev_slice bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			bytes.ptr += n;
			bytes.len -= (size_t)n;
		}
	}
	return true;
}

/* Makes the temporary file, whole and synced. One of the same run is what an
 * earlier attempt of this process left. */
static enum ev_status
write_temp(const char *temp, struct ev_slice bytes, int exit,
    struct ev_err *err)
{
	int fd = open(temp,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
	enum ev_status status = EV_OK;

	if (fd < 0)
		return cannot("make", temp, exit, err);
	ev_point("durable.made");
	if (!write_all(fd, bytes))
		status = cannot("write", temp, exit, err);
	ev_point("durable.written");
	if (status == EV_OK && !ev_mutant("durable.no-sync") && sync_fd(fd))
		status = cannot("sync", temp, exit, err);
	if (close(fd) && status == EV_OK && errno != EINTR)
		status = cannot("write", temp, exit, err);
	ev_point("durable.synced");
	return status;
}

enum ev_status
ev_durable_write(const char *path, const char *run, struct ev_slice bytes,
    struct ev_err *err)
{
	char *temp;
	int folder;
	enum ev_status status = open_folder(path, &folder, err);

	if (status != EV_OK)
		return status;
	temp = ev_mem_printf("%s.%s.tmp", path, run);
	status = write_temp(temp, bytes, EV_EXIT_IO, err);
	if (status == EV_OK && rename(temp, path))
		status = cannot("replace", path, EV_EXIT_IO, err);
	if (status != EV_OK)
		unlink(temp);
	ev_point("durable.renamed");
	if (status == EV_OK)
		status = sync_folder(folder, path, err);
	ev_point("durable.last");
	close(folder);
	free(temp);
	return status;
}

/* Where another one won, its file may not be last yet: its folder is synced
 * all the same. */
enum ev_status
ev_durable_make(const char *path, const char *run, struct ev_slice bytes,
    struct ev_err *err)
{
	char *temp;
	int folder;
	bool made = false;
	enum ev_status status = open_folder(path, &folder, err);

	if (status != EV_OK)
		return status;
	temp = ev_mem_printf("%s.%s.tmp", path, run);
	status = write_temp(temp, bytes, EV_EXIT_CREATE, err);
	if (status == EV_OK) {
		made = link(temp, path) == 0;
		/* The one that won may have swept ours away already. */
		if (!made && errno != EEXIST &&
		    (errno != ENOENT || access(path, F_OK)))
			status = cannot("make", path, EV_EXIT_CREATE, err);
	}
	ev_point("durable.linked");
	unlink(temp);
	if (status == EV_OK)
		status = sync_folder(folder, path, err);
	ev_point("durable.last");
	close(folder);
	free(temp);
	return status == EV_OK && !made ? EV_AGAIN : status;
}

enum ev_status
ev_durable_read(const char *path, size_t max, struct ev_buf *out,
    struct ev_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t from = out->len;
	ssize_t got;

	if (fd < 0 && errno == ENOENT)
		return EV_END;
	if (fd < 0)
		return cannot("read", path, EV_EXIT_IO, err);
	do {
		ev_buf_reserve(out, 4096);
		got = read(fd, out->ptr + out->len, out->cap - out->len);
		if (got > 0)
			out->len += (size_t)got;
	} while (
	    (got > 0 && out->len - from <= max) || (got < 0 && errno == EINTR));
	if (got < 0)
		cannot("read", path, EV_EXIT_IO, err);
	close(fd);
	if (got < 0)
		return EV_FATAL;
	if (out->len - from > max)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot read '%s': it is longer than %zu bytes", path, max);
	return EV_OK;
}

enum ev_status
ev_durable_remove(const char *path, struct ev_err *err)
{
	if (unlink(path) && errno != ENOENT)
		return cannot("remove", path, EV_EXIT_IO, err);
	ev_point("durable.removed");
	return ev_durable_sync_folder(path, err);
}

/* True of FILE.*.tmp. */
static bool
is_temp_of(const char *file, const char *name)
{
	size_t len = strlen(file), whole = strlen(name);

	return whole > len + 5 && !strncmp(name, file, len) &&
	    name[len] == '.' && !strcmp(name + whole - 4, ".tmp") &&
	    !memchr(name + len + 1, '.', whole - len - 5);
}

void
ev_durable_sweep(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct dirent *entry;
	int fd;
	DIR *folder;

	if (open_folder(path, &fd, NULL) != EV_OK)
		return;
	folder = fdopendir(fd);
	while (folder && (entry = readdir(folder)))
		if (is_temp_of(slash ? slash + 1 : path, entry->d_name))
			unlinkat(fd, entry->d_name, 0);
	if (folder)
		closedir(folder);
	else
		close(fd);
}

enum ev_status
ev_durable_sync_folder(const char *path, struct ev_err *err)
{
	int folder;
	enum ev_status status = open_folder(path, &folder, err);

	if (status == EV_OK) {
		status = sync_folder(folder, path, err);
		close(folder);
	}
	return status;
}
