/*
 * logread: see logread.h.
 *
 * The sidecar is read again whenever everything up to the length that it told
 * was read. A segment ends where the next one begins; the last one, which the
 * sidecar names, at the committed length.
 */
#include "state/logread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "base/durable.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/point.h"
#include "state/sidecar.h"

/* The sidecar of a followed log is looked at so often, in milliseconds,
 * whether inotify says something (which network file systems do not) or not. */
#define LOOK_HINTED 500
#define LOOK 50

#define TAIL 256        /* bytes before a position that its text vouches for */
#define LAST UINT64_MAX /* the end of the segment that is the last one */

struct ev_logread {
	struct ev_input in;
	char *name;    /* as given */
	char *folder;  /* its links followed */
	char *sidecar; /* its path */
	bool follow, open, final;
	uint64_t first, last, length; /* as the sidecar says */
	uint64_t synced;              /* of the length, what lasts */
	uint64_t offset;
	int fd;              /* of the segment, or -1 */
	uint64_t start, end; /* of it, in the log; LAST */
	int hints;           /* inotify; -1 */
	char *segment;       /* ev_logread_segment's answer, or NULL */
};

bool
ev_logread_is(const char *folder)
{
	char *path = ev_sidecar_path(folder, true);
	bool is = access(path, F_OK) == 0;

	free(path);
	return is;
}

/* --- the sidecar --------------------------------------------------------- */

static enum ev_status
gone(const struct ev_logread *log, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "'%s' is no log (any more): '%s' is not there", log->name,
	    log->sidecar);
}

static enum ev_status
cannot_read(const struct ev_logread *log, const char *path, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
	    "cannot read '%s' of the log '%s': %s", path, log->name,
	    ev_err_errno(errno));
}

/* What the sidecar says now. */
static enum ev_status
look(struct ev_logread *log, struct ev_err *err)
{
	struct ev_sidecar sidecar;
	enum ev_status status = ev_sidecar_read(log->sidecar, &sidecar, err);

	if (status == EV_OK && !sidecar.log)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is no log: '%s' is the sidecar of a file", log->name,
		    log->sidecar);
	if (status == EV_OK && sidecar.length < log->offset)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "the log '%s' ends at %" PRIu64 " now, and was read up to "
		    "%" PRIu64 " already",
		    log->name, sidecar.length, log->offset);
	if (status == EV_OK) {
		log->first = sidecar.first;
		log->last = sidecar.last;
		log->length = sidecar.length;
		log->open = sidecar.open[0];
		log->final = sidecar.final;
	}
	ev_sidecar_release(&sidecar);
	return status == EV_END ? gone(log, err) : status;
}

/* Bytes behind the committed length are a writer's that runs, or that was
 * killed (the sidecar says `open`), or nobody knows whose. The size may be of
 * a run that ended meanwhile; so both are looked at until they stand still. */
static enum ev_status
check_tail(struct ev_logread *log, struct ev_err *err)
{
	uint64_t length, size;
	char *path;
	struct stat info;

	do {
		if (log->open)
			return EV_OK;
		length = log->length;
		path = ev_sidecar_segment(log->folder, log->last);
		size = stat(path, &info) ? 0 : (uint64_t)info.st_size;
		free(path);
		if (log->last + size <= length)
			return EV_OK;
		if (look(log, err) != EV_OK)
			return EV_FATAL;
	} while (log->open || log->length != length);
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "the log '%s' has %" PRIu64 " bytes behind its committed end, "
	    "which its writer has not written (its next run puts them aside)",
	    log->name, log->last + size - length);
}

/* --- segments ------------------------------------------------------------ */

/* The segment that has the byte at an offset, and where the next one begins
 * (LAST: there is none). *found is false where no segment begins at or before
 * the byte. */
static enum ev_status
find(const struct ev_logread *log, uint64_t offset, uint64_t *start,
    uint64_t *next, bool *found, struct ev_err *err)
{
	DIR *dir = opendir(log->folder);
	struct dirent *entry;
	uint64_t at;

	if (!dir)
		return cannot_read(log, log->folder, err);
	*found = false;
	*next = LAST;
	while ((errno = 0, entry = readdir(dir))) {
		/* What begins behind the last one is not committed yet. */
		if (!ev_sidecar_is_segment(entry->d_name, &at) ||
		    at > log->last)
			continue;
		if (at <= offset && (!*found || at > *start)) {
			*found = true;
			*start = at;
		} else if (at > offset && at < *next) {
			*next = at;
		}
	}
	if (errno) {
		cannot_read(log, log->folder, err);
		closedir(dir);
		return EV_FATAL;
	}
	closedir(dir);
	return EV_OK;
}

static enum ev_status
removed(const struct ev_logread *log, uint64_t offset, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "the log '%s' begins at %" PRIu64 " by now, and position %" PRIu64
	    " is before that: what stood between was removed (--keep)",
	    log->name, log->first, offset);
}

static enum ev_status
gap(const struct ev_logread *log, uint64_t offset, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "the log '%s' has a gap at %" PRIu64
	    ": its segment is not there, or too short",
	    log->name, offset);
}

/* The next byte is not there: was it removed by the writer, as that says by
 * now? */
static enum ev_status
missing(struct ev_logread *log, struct ev_err *err)
{
	if (look(log, err) != EV_OK)
		return EV_FATAL;
	return log->offset < log->first ? removed(log, log->offset, err)
					: gap(log, log->offset, err);
}

static void
close_segment(struct ev_logread *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

/* Opens the segment of the byte at log->offset, which is committed. */
static enum ev_status
open_segment(struct ev_logread *log, struct ev_err *err)
{
	uint64_t start = 0, next;
	enum ev_status status;
	bool found;
	char *path;

	close_segment(log);
	if (find(log, log->offset, &start, &next, &found, err) != EV_OK)
		return EV_FATAL;
	if (!found || start < log->first)
		return missing(log, err);
	path = ev_sidecar_segment(log->folder, start);
	log->fd = open(path, O_RDONLY | O_CLOEXEC);
	log->start = start;
	log->end = next;
	status = log->fd >= 0 ? EV_OK
	    : errno == ENOENT ? missing(log, err)
			      : cannot_read(log, path, err);
	free(path);
	return status;
}

/* --- the input ----------------------------------------------------------- */

/* Everything that was known to be committed was read: is there more? */
static enum ev_status
at_end(struct ev_logread *log, struct ev_err *err)
{
	uint64_t next, start;
	bool found;

	if (!log->follow)
		return EV_END;
	if (look(log, err) != EV_OK)
		return EV_FATAL;
	/* The segment that was the last one may have got a next one. */
	if (log->fd >= 0 && log->end == LAST && log->last > log->start) {
		if (find(log, log->offset, &start, &next, &found, err) != EV_OK)
			return EV_FATAL;
		log->end = found && start > log->start ? start : next;
	}
	if (log->length > log->offset)
		return EV_OK;
	return log->final ? EV_END : EV_AGAIN;
}

static enum ev_status
log_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct ev_logread *log = (struct ev_logread *)in;
	enum ev_status status;
	uint64_t end;
	ssize_t len;

	if (log->offset == log->length) {
		status = at_end(log, err);
		if (status != EV_OK)
			return status;
	}
	if ((log->fd < 0 || log->offset == log->end) &&
	    open_segment(log, err) != EV_OK)
		return EV_FATAL;
	end = log->end < log->length ? log->end : log->length;
	if (cap > end - log->offset)
		cap = (size_t)(end - log->offset);
	do
		len = pread(log->fd, buf, cap,
		    (off_t)(log->offset - log->start));
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return cannot_read(log, "a segment", err);
	if (len == 0)
		return missing(log, err);
	*got = (size_t)len;
	log->offset += *got;
	in->bytes += *got;
	return EV_OK;
}

/* Empties inotify's queue: that something happened is all we want of it. */
static void
drop_hints(struct ev_logread *log)
{
	char events[4096];

	while (read(log->hints, events, sizeof(events)) > 0)
		;
}

enum ev_status
ev_logread_wait(struct ev_logread *log, int timeout, struct ev_err *err)
{
	int look = log->hints < 0 ? LOOK : LOOK_HINTED;
	enum ev_status status = at_end(log, err);

	while (status == EV_AGAIN && timeout && !ev_io_signal()) {
		int part = timeout < 0 || timeout > look ? look : timeout;

		if (timeout > 0)
			timeout -= part;
		status = ev_io_wait(log->hints, part, err);
		if (status == EV_FATAL)
			return status;
		if (status == EV_OK)
			drop_hints(log);
		status = at_end(log, err);
	}
	return status;
}

static enum ev_status
log_wait(struct ev_input *in, struct ev_err *err)
{
	enum ev_status status = ev_logread_wait((struct ev_logread *)in, -1,
	    err);

	if (status == EV_AGAIN)
		return ev_err_set(err, EV_FATAL, 128 + ev_io_signal(),
		    "stopped by signal %d", ev_io_signal());
	return status == EV_END ? EV_OK : status;
}

enum ev_status
ev_logread_open(struct ev_logread **result, const char *folder, bool follow,
    struct ev_err *err)
{
	struct ev_logread *log = ev_mem_zalloc(1, sizeof(*log));

	log->name = ev_mem_strdup(folder);
	log->in = (struct ev_input){log->name, 0, log_read, log_wait};
	log->fd = log->hints = -1;
	log->follow = follow;
	log->folder = realpath(folder, NULL);
	if (!log->folder) {
		ev_err_set(err, EV_FATAL, EV_EXIT_IO, "cannot open '%s': %s",
		    folder, ev_err_errno(errno));
		ev_logread_close(log);
		return EV_FATAL;
	}
	log->sidecar = ev_sidecar_path(log->folder, true);
	/* Before the first look, so that nothing is missed. */
	if (follow) {
		log->hints = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		inotify_add_watch(log->hints, log->folder,
		    IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF);
	}
	if (look(log, err) != EV_OK ||
	    (!follow && check_tail(log, err) != EV_OK)) {
		ev_logread_close(log);
		return EV_FATAL;
	}
	log->offset = log->first;
	*result = log;
	return EV_OK;
}

void
ev_logread_close(struct ev_logread *log)
{
	if (!log)
		return;
	close_segment(log);
	if (log->hints >= 0)
		close(log->hints);
	free(log->name);
	free(log->folder);
	free(log->sidecar);
	free(log->segment);
	free(log);
}

/* --- where it stands ----------------------------------------------------- */

struct ev_input *
ev_logread_input(struct ev_logread *log)
{
	return &log->in;
}

uint64_t
ev_logread_first(const struct ev_logread *log)
{
	return log->first;
}

uint64_t
ev_logread_end(const struct ev_logread *log)
{
	return log->length;
}

uint64_t
ev_logread_offset(const struct ev_logread *log)
{
	return log->offset;
}

bool
ev_logread_final(const struct ev_logread *log)
{
	return log->final;
}

/* The bytes before an offset, TAIL at most, that stand in the segment of the
 * last of them. False where they cannot be had. */
static bool
read_tail(const struct ev_logread *log, uint64_t offset, char tail[TAIL],
    size_t *len)
{
	uint64_t start = 0, next;
	struct ev_err err;
	bool found, whole;
	char *path;
	int fd;

	*len = 0;
	if (offset == 0)
		return true;
	if (find(log, offset - 1, &start, &next, &found, &err) != EV_OK ||
	    !found || start < log->first)
		return false;
	*len = offset - start < TAIL ? (size_t)(offset - start) : TAIL;
	path = ev_sidecar_segment(log->folder, start);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return false;
	whole = pread(fd, tail, *len, (off_t)(offset - start - *len)) ==
	    (ssize_t)*len;
	close(fd);
	return whole;
}

void
ev_logread_position(const struct ev_logread *log, uint64_t offset,
    struct ev_buf *out)
{
	char tail[TAIL];
	size_t len;

	ev_buf_printf(out, "%" PRIu64, offset);
	if (read_tail(log, offset, tail, &len))
		ev_buf_printf(out, ":%08" PRIx32, ev_crc32c(tail, len));
}

enum ev_status
ev_logread_seek(struct ev_logread *log, uint64_t offset, struct ev_err *err)
{
	char tail[TAIL];
	size_t len;

	if (offset < log->first)
		return removed(log, offset, err);
	if (offset > log->length)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "the log '%s' ends at %" PRIu64 ", before position %" PRIu64
		    ": it is shorter than it was, or another one",
		    log->name, log->length, offset);
	/* Where the last segment before it was removed it is the start of one,
	 * and so of a line. */
	if (offset > log->first) {
		if (!read_tail(log, offset, tail, &len))
			return gap(log, offset - 1, err);
		if (len && tail[len - 1] != '\n')
			return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
			    "position %" PRIu64
			    " of the log '%s' is in the middle of a line",
			    offset, log->name);
	}
	close_segment(log);
	log->offset = offset;
	return EV_OK;
}

/* OFFSET or OFFSET:CRC, in full. */
static bool
parse_position(struct ev_slice text, uint64_t *offset, bool *checked,
    uint32_t *crc)
{
	char copy[32], *end;

	if (!text.len || text.len >= sizeof(copy) || *text.ptr < '0' ||
	    *text.ptr > '9')
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	errno = 0;
	*offset = strtoull(copy, &end, 10);
	*checked = *end == ':';
	if (errno)
		return false;
	if (!*checked)
		return !*end;
	if (strspn(end + 1, "0123456789abcdef") != 8 || end[9])
		return false;
	*crc = (uint32_t)strtoul(end + 1, NULL, 16);
	return true;
}

enum ev_status
ev_logread_resume(struct ev_logread *log, struct ev_slice position,
    struct ev_err *err)
{
	uint64_t offset;
	char tail[TAIL];
	bool checked;
	uint32_t crc;
	size_t len;

	if (!parse_position(position, &offset, &checked, &crc))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%.*s' is no position in the log '%s'", (int)position.len,
		    position.ptr, log->name);
	if (ev_logread_seek(log, offset, err) != EV_OK)
		return EV_FATAL;
	if (!checked || !read_tail(log, offset, tail, &len) ||
	    ev_crc32c(tail, len) == crc)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "the log '%s' is not the one that was read up to %" PRIu64
	    ": other bytes stand before that",
	    log->name, offset);
}

enum ev_status
ev_logread_time(const struct ev_logread *log, int64_t ms, uint64_t *offset,
    struct ev_err *err)
{
	uint64_t start = 0, next = log->first;
	struct stat info;
	bool found;
	char *path;
	int there;

	while (next != LAST && next < log->length) {
		if (find(log, next, &start, &next, &found, err) != EV_OK)
			return EV_FATAL;
		path = ev_sidecar_segment(log->folder, start);
		there = found ? stat(path, &info) : -1;
		free(path);
		if (there)
			return gap(log, start, err);
		if ((int64_t)info.st_mtim.tv_sec * 1000 +
			info.st_mtim.tv_nsec / 1000000 >=
		    ms) {
			*offset = start;
			return EV_OK;
		}
	}
	*offset = log->length;
	return EV_OK;
}

const char *
ev_logread_segment(struct ev_logread *log, uint64_t offset)
{
	uint64_t start = 0, next;
	struct ev_err err;
	bool found;

	free(log->segment);
	log->segment = NULL;
	if (find(log, offset, &start, &next, &found, &err) != EV_OK || !found)
		return "";
	log->segment = ev_sidecar_segment(log->folder, start);
	return strrchr(log->segment, '/') + 1;
}

enum ev_status
ev_logread_sync(struct ev_logread *log, struct ev_err *err)
{
	if (log->synced >= log->offset || ev_mutant("logread.no-sync"))
		return EV_OK;
	if (ev_durable_sync_folder(log->sidecar, err) != EV_OK)
		return EV_FATAL;
	ev_point("logread.synced");
	log->synced = log->length;
	return EV_OK;
}
