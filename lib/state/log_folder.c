/*
 * log_folder: what a log folder has and a file has not: segments. See log.h.
 *
 * The sidecar names the first and the last segment; those between them are
 * found by their sizes, since each begins where the one before it ends.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/mem.h"
#include "base/point.h"
#include "state/log_impl.h"

struct segment {
	uint64_t start, size;
};

struct segments {
	struct segment *at; /* by their offsets */
	size_t count;
	char *other; /* the name of something that is none; or NULL */
};

static void
release(struct segments *segments)
{
	free(segments->at);
	free(segments->other);
}

static int
by_start(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static enum ev_status
add_segment(struct segments *segments, const char *folder, uint64_t start,
    struct ev_err *err)
{
	char *path = ev_sidecar_segment(folder, start);
	struct stat there;
	enum ev_status status = EV_OK;

	if (lstat(path, &there)) {
		status = ev_log_cannot("look at", path, EV_EXIT_IO, err);
	} else if (!S_ISREG(there.st_mode)) {
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is no plain file, as segments of a log are", path);
	} else {
		segments->at = ev_mem_realloc(segments->at,
		    (segments->count + 1) * sizeof(*segments->at));
		segments->at[segments->count++] = (struct segment){start,
		    (uint64_t)there.st_size};
	}
	free(path);
	return status;
}

/* Hidden files do not count: the sidecar and what it is made from. */
static enum ev_status
list(const char *folder, struct segments *segments, struct ev_err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	enum ev_status status = EV_OK;
	uint64_t start;

	*segments = (struct segments){0};
	if (!dir)
		return ev_log_cannot("read folder", folder, EV_EXIT_IO, err);
	while (status == EV_OK && (errno = 0, entry = readdir(dir))) {
		if (ev_sidecar_is_segment(entry->d_name, &start)) {
			status = add_segment(segments, folder, start, err);
		} else if (entry->d_name[0] != '.') {
			free(segments->other);
			segments->other = ev_mem_strdup(entry->d_name);
		}
	}
	if (status == EV_OK && errno)
		status = ev_log_cannot("read folder", folder, EV_EXIT_IO, err);
	closedir(dir);
	if (segments->count)
		qsort(segments->at, segments->count, sizeof(*segments->at),
		    by_start);
	return status;
}

/* --- making -------------------------------------------------------------- */

enum ev_status
ev_log_make_folder(const char *path, struct ev_err *err)
{
	/* One that is there may have been made by a run that was killed
	 * here. */
	if (mkdir(path, 0777) && errno != EEXIST)
		return ev_log_cannot("make folder", path, EV_EXIT_CREATE, err);
	ev_point("log.folder-made");
	return ev_mutant("log.no-parent-sync")
	    ? EV_OK
	    : ev_durable_sync_folder(path, err);
}

static enum ev_status
adopt_segments(struct ev_log *log, const struct segments *segments,
    struct ev_err *err)
{
	struct ev_sidecar *sidecar = &log->sidecar;
	const struct segment *last = &segments->at[segments->count - 1];
	char *path;
	int fd;
	enum ev_status status;

	for (const struct segment *at = segments->at; at < last; at++)
		if (at->start + at->size != at[1].start)
			return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
			    "cannot adopt '%s': its segments leave a gap at "
			    "%" PRIu64,
			    log->path, at->start + at->size);
	sidecar->first = segments->at[0].start;
	sidecar->last = last->start;
	sidecar->length = last->start + last->size;
	path = ev_sidecar_segment(log->path, last->start);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	status = fd < 0
	    ? ev_log_cannot("read", path, EV_EXIT_IO, err)
	    : ev_sidecar_hash(fd, path, last->size, &sidecar->hash, err);
	if (fd >= 0)
		close(fd);
	free(path);
	return status;
}

enum ev_status
ev_log_adopt_folder(struct ev_log *log, bool adopt, struct ev_err *err)
{
	struct segments segments;
	enum ev_status status = list(log->path, &segments, err);

	if (status != EV_OK) {
		/* It is said. */
	} else if (segments.other) {
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "folder '%s' is no log: there is '%s' in it", log->path,
		    segments.other);
	} else if (segments.count && !adopt) {
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is not empty and has no record of the pipeline "
		    "'%s': --adopt appends to it",
		    log->path, log->name);
	} else if (segments.count) {
		status = adopt_segments(log, &segments, err);
	} else {
		status = ev_sidecar_hash(-1, log->path, 0, &log->sidecar.hash,
		    err);
	}
	release(&segments);
	return status;
}

/* --- the start ----------------------------------------------------------- */

static enum ev_status
gap(const struct ev_log *log, uint64_t at, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "log '%s' is not what was committed: the segment with byte %" PRIu64
	    " is not there (its record is '%s')",
	    log->path, at, log->sidecar_path);
}

/* From the first segment to the last each begins where the one before it
 * ends. The last one may be missing where nothing of it was committed. */
static enum ev_status
check_chain(const struct ev_log *log, const struct segments *segments,
    struct ev_err *err)
{
	const struct ev_sidecar *sidecar = &log->sidecar;
	uint64_t next = sidecar->first;

	for (size_t i = 0; i < segments->count; i++) {
		const struct segment *at = &segments->at[i];

		if (at->start < sidecar->first || at->start > sidecar->last)
			continue;
		if (at->start != next)
			return gap(log, next, err);
		if (at->start == sidecar->last)
			return EV_OK;
		next = at->start + at->size;
	}
	if (next == sidecar->last && next == sidecar->length)
		return EV_OK;
	return gap(log, next, err);
}

/* Segments before the first one are what retention did not come to remove.
 * Behind the last one nobody of us writes. */
static enum ev_status
sweep(struct ev_log *log, const struct segments *segments, const char *run,
    char **kept, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	for (size_t i = 0; i < segments->count && status == EV_OK; i++) {
		uint64_t start = segments->at[i].start;
		char *path;

		if (start >= log->sidecar.first && start <= log->sidecar.last)
			continue;
		path = ev_sidecar_segment(log->path, start);
		if (start < log->sidecar.first) {
			if (unlink(path) && errno != ENOENT)
				status = ev_log_cannot("remove", path,
				    EV_EXIT_IO, err);
		} else {
			free(*kept);
			*kept = ev_mem_printf("%s.cut-%s", path, run);
			if (rename(path, *kept))
				status = ev_log_cannot("rename", path,
				    EV_EXIT_IO, err);
		}
		free(path);
	}
	return status;
}

/* What is in a last segment of which nothing was committed. */
static enum ev_status
cut_unborn(struct ev_log *log, const char *run, char **kept, struct ev_err *err)
{
	char *path = ev_sidecar_segment(log->path, log->sidecar.last);
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	enum ev_status status = EV_OK;

	if (fd >= 0) {
		status = ev_log_cut(log, fd, path, 0, run, kept, err);
		close(fd);
	} else if (errno != ENOENT) {
		status = ev_log_cannot("open", path, EV_EXIT_IO, err);
	}
	free(path);
	return status;
}

enum ev_status
ev_log_check_folder(struct ev_log *log, const char *run, char **kept,
    struct ev_err *err)
{
	struct segments segments;
	enum ev_status status = list(log->path, &segments, err);

	if (status == EV_OK)
		status = check_chain(log, &segments, err);
	if (status == EV_OK)
		status = sweep(log, &segments, run, kept, err);
	if (status == EV_OK && log->sidecar.last == log->sidecar.length)
		status = cut_unborn(log, run, kept, err);
	release(&segments);
	return status;
}

/* --- segments ------------------------------------------------------------ */

/* When a file was made, where the file system knows it; else when it was last
 * written, which makes it younger than it is. */
static int64_t
born(int fd)
{
	struct statx there;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME | STATX_MTIME, &there))
		return ev_clock_now();
	if (there.stx_mask & STATX_BTIME)
		return (int64_t)there.stx_btime.tv_sec * 1000;
	return (int64_t)there.stx_mtime.tv_sec * 1000;
}

enum ev_status
ev_log_open_segment(struct ev_log *log, struct ev_err *err)
{
	enum ev_status status;
	bool made;

	log->start = log->sidecar.last;
	log->file = ev_sidecar_segment(log->path, log->start);
	status = ev_log_open_file(log->file, &log->fd, &made, err);
	if (status == EV_OK)
		log->began = made ? ev_clock_now() : born(log->fd);
	ev_point("log.segment-open");
	return status;
}

bool
ev_log_must_roll(const struct ev_log *log, uint64_t length)
{
	if (length == log->start)
		return false;
	return log->roll_commit ||
	    (log->roll_bytes && length - log->start >= log->roll_bytes) ||
	    (log->roll_ms && ev_clock_now() - log->began >= log->roll_ms);
}

/* --- retention ----------------------------------------------------------- */

bool
ev_log_forget_old(struct ev_log *log, uint64_t *was)
{
	uint64_t *first = &log->sidecar.first;
	int64_t oldest = ev_clock_now() - ev_point_wait(log->keep_ms);
	bool old = log->keep_ms > 0;

	*was = *first;
	while (old && *first < log->sidecar.last) {
		char *path = ev_sidecar_segment(log->path, *first);
		struct stat there;

		old = stat(path, &there) == 0 && there.st_size &&
		    (int64_t)there.st_mtim.tv_sec * 1000 +
			    there.st_mtim.tv_nsec / 1000000 <
			oldest;
		if (old)
			*first += (uint64_t)there.st_size;
		free(path);
	}
	return *first != *was;
}

enum ev_status
ev_log_remove_old(struct ev_log *log, uint64_t was, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	while (status == EV_OK && was < log->sidecar.first) {
		char *path = ev_sidecar_segment(log->path, was);
		struct stat there;

		if (stat(path, &there) || !there.st_size)
			was = log->sidecar.first;
		else
			was += (uint64_t)there.st_size;
		if (unlink(path) && errno != ENOENT)
			status = ev_log_cannot("remove", path, EV_EXIT_IO, err);
		ev_point("log.removed");
		free(path);
	}
	return status;
}
