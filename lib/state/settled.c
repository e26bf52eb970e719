/*
 * settled: see settled.h.
 */
#include "state/settled.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/durable.h"
#include "base/mem.h"
#include "base/point.h"
#include "state/sidecar.h"

void
ev_settled_init(struct ev_settled *settled, const char *path)
{
	*settled = (struct ev_settled){.path = realpath(path, NULL)};
	if (!settled->path)
		settled->path = ev_mem_strdup(path);
}

void
ev_settled_release(struct ev_settled *settled)
{
	free(settled->path);
	*settled = (struct ev_settled){0};
}

/* The log's sidecar, where the file is a segment, which begins at *start. */
static enum ev_status
read_logs(const char *path, struct ev_sidecar *sidecar, uint64_t *start,
    struct ev_err *err)
{
	const char *slash = strrchr(path, '/');
	enum ev_status status;
	char *folder, *name;

	*sidecar = (struct ev_sidecar){0};
	if (!ev_sidecar_is_segment(slash ? slash + 1 : path, start))
		return EV_END;
	folder = slash ? ev_mem_strndup(path, (size_t)(slash - path))
		       : ev_mem_strdup(".");
	name = ev_sidecar_path(*folder ? folder : "/", true);
	status = ev_sidecar_read(name, sidecar, err);
	free(folder);
	free(name);
	return status;
}

/* How much of the file the sidecar covers. A segment that is not the last one
 * ended at a commit. */
static uint64_t
covered(const struct ev_sidecar *sidecar, uint64_t start, uint64_t size)
{
	if (!sidecar->log)
		return sidecar->length;
	if (start < sidecar->last)
		return size;
	return start < sidecar->length ? sidecar->length - start : 0;
}

static enum ev_status
apply(struct ev_settled *settled, const struct ev_sidecar *sidecar,
    uint64_t start, uint64_t size, struct ev_err *err)
{
	uint64_t length = covered(sidecar, start, size);

	if (length < settled->length)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' has %" PRIu64 " committed bytes now, and had %" PRIu64
		    " before",
		    settled->path, length, settled->length);
	settled->kept = true;
	settled->open = sidecar->open[0];
	settled->final = sidecar->final;
	settled->length = length;
	return EV_OK;
}

enum ev_status
ev_settled_look(struct ev_settled *settled, int fd, struct ev_err *err)
{
	struct ev_sidecar sidecar;
	enum ev_status status;
	struct stat info;
	uint64_t start = 0;
	char *path;

	/* The size first: where there is no sidecar after that, nobody had
	 * begun to append under a name before. */
	if (fstat(fd, &info))
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot read '%s': %s", settled->path, ev_err_errno(errno));
	path = ev_sidecar_path(settled->path, false);
	status = ev_sidecar_read(path, &sidecar, err);
	free(path);
	if (status == EV_END) {
		ev_sidecar_release(&sidecar);
		status = read_logs(settled->path, &sidecar, &start, err);
	}
	if (status == EV_OK && !ev_mutant("settled.no-sidecar")) {
		status = apply(settled, &sidecar, start, (uint64_t)info.st_size,
		    err);
	} else if (status == EV_END || status == EV_OK) {
		settled->kept = settled->open = settled->final = false;
		settled->length = (uint64_t)info.st_size;
		status = EV_OK;
	}
	ev_sidecar_release(&sidecar);
	return status;
}

/* The size may be of a run that ended meanwhile, so both are looked at until
 * they stand still. */
enum ev_status
ev_settled_check(struct ev_settled *settled, int fd, struct ev_err *err)
{
	uint64_t length;
	struct stat info;

	do {
		length = settled->length;
		if (!settled->kept || settled->open || fstat(fd, &info) ||
		    (uint64_t)info.st_size <= length)
			return EV_OK;
		if (ev_settled_look(settled, fd, err) != EV_OK)
			return EV_FATAL;
	} while (settled->length != length || settled->open || !settled->kept);
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "'%s' has %" PRIu64 " bytes behind its committed end, which its "
	    "pipeline has not written (whose next run puts them aside)",
	    settled->path, (uint64_t)info.st_size - length);
}

enum ev_status
ev_settled_sync(struct ev_settled *settled, uint64_t offset, struct ev_err *err)
{
	if (!settled->kept || offset <= settled->synced ||
	    ev_mutant("settled.no-sync"))
		return EV_OK;
	/* The sidecar of a segment lies in the same folder. */
	if (ev_durable_sync_folder(settled->path, err) != EV_OK)
		return EV_FATAL;
	ev_point("settled.synced");
	settled->synced = settled->length;
	return EV_OK;
}
