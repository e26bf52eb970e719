/*
 * log_side: see log_side.h.
 */
#include "state/log_side.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/point.h"
#include "state/log_impl.h"

/* The file that the end of the log is in; -1, without an error, where there is
 * none. */
static enum ev_status
open_last(const struct ev_log *log, char **path, int *fd, struct ev_err *err)
{
	*path = log->folder ? ev_sidecar_segment(log->path, log->sidecar.last)
			    : ev_mem_strdup(log->path);
	*fd = open(*path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 && errno != ENOENT)
		return ev_log_cannot("read", *path, EV_EXIT_IO, err);
	return EV_OK;
}

/* What the sidecar vouches for is there. */
static enum ev_status
check_hash(const struct ev_log *log, int fd, const char *path, uint64_t start,
    struct ev_err *err)
{
	const struct ev_sidecar *sidecar = &log->sidecar;
	struct ev_sidecar_hash hash;

	if (ev_sidecar_hash(fd, path, sidecar->length - start, &hash, err) !=
	    EV_OK)
		return EV_FATAL;
	if (!strcmp(hash.head, sidecar->hash.head) &&
	    !strcmp(hash.tail, sidecar->hash.tail))
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "'%s' is not what was committed: its first or last bytes have "
	    "changed (its record is '%s')",
	    path, log->sidecar_path);
}

enum ev_status
ev_log_claim(struct ev_log *log, uint64_t length, struct ev_err *err)
{
	struct ev_sidecar *sidecar = &log->sidecar;
	uint64_t start = log->folder ? sidecar->last : 0;
	enum ev_status status;
	char *path;
	int fd;

	if (length == sidecar->length)
		return EV_OK;
	if (length < sidecar->length)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' has %" PRIu64 " committed bytes, and the record of "
		    "its pipeline knows of %" PRIu64 " only: was an older "
		    "record brought back? Move it away to begin it anew",
		    log->path, sidecar->length, length);
	status = open_last(log, &path, &fd, err);
	if (status == EV_OK)
		status = check_hash(log, fd, path, start, err);
	/* Shorter than this is 70. */
	if (status == EV_OK)
		status = ev_sidecar_hash(fd, path, length - start,
		    &sidecar->hash, err);
	if (status == EV_OK)
		sidecar->length = length;
	if (fd >= 0)
		close(fd);
	free(path);
	return status;
}

enum ev_status
ev_log_restart(struct ev_log *log, const char *record, const char *run,
    struct ev_err *err)
{
	struct ev_sidecar *sidecar = &log->sidecar;

	free(sidecar->record);
	sidecar->record = ev_mem_strdup(record);
	sidecar->length = sidecar->first = sidecar->last = 0;
	*sidecar->open = '\0';
	if (ev_sidecar_hash(-1, log->path, 0, &sidecar->hash, err) != EV_OK)
		return EV_FATAL;
	return ev_log_store(log, run, err);
}

bool
ev_log_is_void(const struct ev_log *log)
{
	struct stat there;

	if (log->folder)
		return false;
	return stat(log->path, &there) ? errno == ENOENT : !there.st_size;
}

enum ev_status
ev_log_prepare(struct ev_log *log, uint64_t written, uint64_t *length,
    struct ev_err *err)
{
	uint64_t size = log->sidecar.length - log->start + log->extra + written;
	struct stat file;

	*length = log->start + size;
	if (fstat(log->fd, &file))
		return ev_log_cannot("look at", log->file, EV_EXIT_IO, err);
	if (!ev_log_is_at(log->lock, log->path) ||
	    !ev_log_is_at(log->fd, log->file) || (uint64_t)file.st_size < size)
		return ev_err_set(err, EV_FATAL, EV_EXIT_AGAIN,
		    "'%s' was removed, replaced or cut while it was written",
		    log->file);
	if ((uint64_t)file.st_size > size)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "somebody else writes to '%s': it has %jd bytes and not "
		    "%" PRIu64,
		    log->file, (intmax_t)file.st_size, size);
	return ev_log_sync(log->fd, log->file, err);
}
