/*
 * log: see log.h.
 */
#include "state/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/io.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/point.h"
#include "state/log_impl.h"
#include "state/record.h"
#include "state/shard.h"

/* 5 s in all. */
#define PACKER_WAIT 50 /* ms */
#define PACKER_TRIES 100
#define COPY (64u << 10) /* bytes of a stranger that are copied at a time */

enum ev_status
ev_log_cannot(const char *what, const char *path, int exit, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, exit, "cannot %s '%s': %s", what, path,
	    ev_err_errno(errno));
}

enum ev_status
ev_log_store(struct ev_log *log, const char *run, struct ev_err *err)
{
	struct ev_buf text = {0};
	enum ev_status status;

	ev_sidecar_build(&log->sidecar, &text);
	status = ev_durable_write(log->sidecar_path, run,
	    ev_buf_as_slice(&text), err);
	ev_buf_release(&text);
	return status;
}

enum ev_status
ev_log_sync(int fd, const char *path, struct ev_err *err)
{
	while (!ev_mutant("log.no-sync") && fdatasync(fd))
		if (errno != EINTR)
			return ev_log_cannot("sync", path, EV_EXIT_IO, err);
	return EV_OK;
}

/* --- looking ------------------------------------------------------------- */

/* A shard of the name is of it as far as can be said before the stream's begin
 * was read; which one it is the ledger compares. */
static bool
is_of(const struct ev_record *record, const char *name)
{
	struct ev_shard shard = {0, 0};
	char *full;
	bool is;

	if (*record->shard &&
	    ev_shard_parse("shard", ev_slice_of(record->shard), &shard, NULL) !=
		EV_OK)
		return false;
	full = ev_shard_name(name, shard);
	is = !strcmp(record->name, full) || !strcmp(record->name, name);
	free(full);
	return is;
}

/* The sidecar that was read is this pipeline's. */
static enum ev_status
check_owner(const struct ev_log *log, struct ev_err *err)
{
	struct ev_record record;
	struct ev_err why;
	enum ev_status status = EV_OK;

	ev_record_init(&record, "", "");
	if (ev_record_parse(&record, ev_slice_of(log->sidecar.record), &why) !=
	    EV_OK)
		status = ev_err_set(err, EV_FATAL, why.exit, "'%s': %s",
		    log->sidecar_path, why.text);
	else if (!is_of(&record, log->name))
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' belongs to the pipeline '%s', not to '%s' (its "
		    "record is '%s')",
		    log->path, record.name, log->name, log->sidecar_path);
	else if (log->sidecar.log != log->folder)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is of %s, and '%s' is %s", log->sidecar_path,
		    log->sidecar.log ? "a log folder" : "a file", log->path,
		    log->folder ? "a log folder" : "a file");
	ev_record_release(&record);
	return status;
}

static enum ev_status
read_sidecar(struct ev_log *log, struct ev_err *err)
{
	enum ev_status status;

	ev_sidecar_release(&log->sidecar);
	status = ev_sidecar_read(log->sidecar_path, &log->sidecar, err);
	return status == EV_OK ? check_owner(log, err) : status;
}

enum ev_status
ev_log_look(struct ev_log *log, const char *path, bool folder, const char *name,
    struct ev_err *err)
{
	*log = (struct ev_log){.path = ev_mem_strdup(path),
	    .sidecar_path = ev_sidecar_path(path, folder),
	    .name = ev_mem_strdup(name),
	    .folder = folder,
	    .lock = -1,
	    .fd = -1};
	return read_sidecar(log, err);
}

/* --- making -------------------------------------------------------------- */

/* What a file without a sidecar has in it. */
static enum ev_status
adopt_file(struct ev_log *log, bool adopt, struct ev_err *err)
{
	int fd = open(log->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat there;
	enum ev_status status = EV_OK;

	if (fd < 0 && errno == ENOENT)
		return ev_sidecar_hash(-1, log->path, 0, &log->sidecar.hash,
		    err);
	if (fd < 0 || fstat(fd, &there))
		status = ev_log_cannot("read", log->path, EV_EXIT_IO, err);
	else if (!S_ISREG(there.st_mode))
		status = ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
		    "cannot append to '%s': it is no plain file", log->path);
	else if (there.st_size && !adopt)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is not empty and has no record of the pipeline "
		    "'%s': --adopt appends to it",
		    log->path, log->name);
	else
		status = ev_sidecar_hash(fd, log->path, (uint64_t)there.st_size,
		    &log->sidecar.hash, err);
	if (status == EV_OK)
		log->sidecar.length = (uint64_t)there.st_size;
	if (fd >= 0)
		close(fd);
	return status;
}

enum ev_status
ev_log_make(struct ev_log *log, const char *run, const char *record, bool adopt,
    struct ev_err *err)
{
	struct ev_buf text = {0};
	enum ev_status status;

	ev_sidecar_release(&log->sidecar);
	log->sidecar = (struct ev_sidecar){.record = ev_mem_strdup(record),
	    .log = log->folder};
	if (log->folder) {
		status = ev_log_make_folder(log->path, err);
		if (status == EV_OK)
			status = ev_log_adopt_folder(log, adopt, err);
	} else {
		status = adopt_file(log, adopt, err);
	}
	/* What is there may be of a run that made the sidecar just now. */
	if (status != EV_OK)
		return access(log->sidecar_path, F_OK) ? status : EV_OK;
	ev_point("log.make");
	ev_sidecar_build(&log->sidecar, &text);
	status = ev_durable_make(log->sidecar_path, run, ev_buf_as_slice(&text),
	    err);
	ev_buf_release(&text);
	ev_point("log.made");
	return status == EV_AGAIN ? EV_OK : status;
}

/* --- opening ------------------------------------------------------------- */

enum ev_status
ev_log_open_file(const char *path, int *fd, bool *made, struct ev_err *err)
{
	const int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
	struct stat there;

	*made = false;
	*fd = open(path, flags);
	if (*fd < 0 && errno == ENOENT) {
		*fd = open(path, flags | O_CREAT, 0666);
		*made = true;
	}
	if (*fd < 0)
		return ev_log_cannot("write", path, EV_EXIT_CREATE, err);
	/* An empty one may have been made by a run that was killed here. */
	if (fstat(*fd, &there) || there.st_size ||
	    ev_mutant("log.no-folder-sync"))
		return EV_OK;
	ev_point("log.file-made");
	return ev_durable_sync_folder(path, err);
}

bool
ev_log_is_at(int fd, const char *path)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && stat(path, &there) == 0 &&
	    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

static enum ev_status
open_place(struct ev_log *log, struct ev_err *err)
{
	enum ev_status status;
	bool made;

	if (!log->folder && log->sidecar.length && access(log->path, F_OK))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is gone, of which %" PRIu64 " bytes were committed: "
		    "bring it back, or evpos forget %s to begin anew",
		    log->path, log->sidecar.length, log->name);
	if (!log->folder) {
		status = ev_log_open_file(log->path, &log->lock, &made, err);
		/* What packs for us writes where it is told, so that bytes of
		 * somebody else can come to stand behind its own only. */
		if (status == EV_OK && log->packed)
			fcntl(log->lock, F_SETFL, 0);
		return status;
	}
	log->lock = open(log->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return log->lock < 0
	    ? ev_log_cannot("open folder", log->path, EV_EXIT_CREATE, err)
	    : EV_OK;
}

/* The command that packs for a sink has the lock with it. After a kill of the
 * sink it holds that until it has ended, so that nothing of it comes late. */
static enum ev_status
take_lock(const struct ev_log *log, struct ev_err *err)
{
	enum ev_status status = ev_lock_take(log->lock, log->path, err);

	for (int i = 0; log->packed && status == EV_AGAIN && i < PACKER_TRIES;
	     i++) {
		ev_io_wait(-1, PACKER_WAIT, NULL);
		status = ev_lock_take(log->lock, log->path, err);
	}
	return status;
}

static enum ev_status
lock_place(struct ev_log *log, struct ev_err *err)
{
	struct stat there = {0};
	char holder[128];
	enum ev_status status = take_lock(log, err);

	if (status != EV_AGAIN)
		return status;
	fstat(log->lock, &there);
	ev_lock_holder(&there, holder, sizeof(holder));
	return ev_err_set(err, EV_FATAL, EV_EXIT_BUSY,
	    "'%s' is being written by %s", log->path, holder);
}

enum ev_status
ev_log_open(struct ev_log *log, struct ev_err *err)
{
	enum ev_status status = open_place(log, err);

	if (status == EV_OK)
		status = lock_place(log, err);
	if (status != EV_OK)
		return status;
	ev_point("log.locked");
	status = read_sidecar(log, err);
	if (status == EV_END ||
	    (status == EV_OK && !ev_log_is_at(log->lock, log->path)))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' or its record was removed just now", log->path);
	if (!log->folder) {
		log->fd = log->lock;
		log->file = ev_mem_strdup(log->path);
	}
	return status;
}

/* --- the start ----------------------------------------------------------- */

/* Copies the bytes from `from` to the end of fd into a new file beside it, and
 * makes that last. */
static enum ev_status
keep_bytes(int fd, const char *path, uint64_t from, const char *kept,
    struct ev_err *err)
{
	int to = open(kept, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	char *block = ev_mem_alloc(COPY);
	enum ev_status status = EV_OK;
	ssize_t n = 1;

	if (to < 0)
		status = ev_log_cannot("make", kept, EV_EXIT_IO, err);
	while (status == EV_OK && n > 0) {
		n = pread(fd, block, COPY, (off_t)from);
		if (n < 0)
			status = ev_log_cannot("read", path, EV_EXIT_IO, err);
		for (ssize_t done = 0, m; status == EV_OK && done < n;
		     done += m) {
			m = write(to, block + done, (size_t)(n - done));
			if (m < 0)
				status = ev_log_cannot("write", kept,
				    EV_EXIT_IO, err);
		}
		from += n > 0 ? (uint64_t)n : 0;
	}
	if (status == EV_OK && !ev_mutant("log.no-kept-sync"))
		status = ev_log_sync(to, kept, err);
	if (to >= 0)
		close(to);
	free(block);
	return status == EV_OK && !ev_mutant("log.no-kept-folder-sync")
	    ? ev_durable_sync_folder(kept, err)
	    : status;
}

enum ev_status
ev_log_cut(struct ev_log *log, int fd, const char *path, uint64_t length,
    const char *run, char **kept, struct ev_err *err)
{
	struct stat there;
	bool stranger = !*log->sidecar.open;

	if (fstat(fd, &there))
		return ev_log_cannot("look at", path, EV_EXIT_IO, err);
	if ((uint64_t)there.st_size <= length || ev_mutant("log.no-cut"))
		return EV_OK;
	if (stranger && !ev_mutant("log.no-keep")) {
		*kept = ev_mem_printf("%s.cut-%s", path, run);
		if (keep_bytes(fd, path, length, *kept, err) != EV_OK)
			return EV_FATAL;
		ev_point("log.kept");
	}
	if (ftruncate(fd, (off_t)length))
		return ev_log_cannot("cut", path, EV_EXIT_IO, err);
	ev_point("log.cut");
	return ev_log_sync(fd, path, err);
}

/* The committed bytes of the open file are there, and are the ones that were
 * committed. */
static enum ev_status
check_hashes(const struct ev_log *log, int fd, const char *path,
    struct ev_err *err)
{
	const struct ev_sidecar *sidecar = &log->sidecar;
	struct ev_sidecar_hash hash;
	enum ev_status status = ev_sidecar_hash(fd, path,
	    sidecar->length - log->start, &hash, err);

	if (status == EV_OK &&
	    (strcmp(hash.head, sidecar->hash.head) != 0 ||
		strcmp(hash.tail, sidecar->hash.tail) != 0))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is not what was committed: its first or last bytes "
		    "have changed",
		    path);
	return status;
}

enum ev_status
ev_log_begin(struct ev_log *log, const char *run, char **kept,
    struct ev_err *err)
{
	enum ev_status status = EV_OK;

	*kept = NULL;
	ev_durable_sweep(log->sidecar_path);
	if (log->folder) {
		log->start = log->sidecar.last;
		status = ev_log_check_folder(log, run, kept, err);
		if (status == EV_OK && log->sidecar.length > log->start)
			status = ev_log_open_segment(log, err);
	}
	if (status == EV_OK && log->fd >= 0)
		status = check_hashes(log, log->fd, log->file, err);
	if (status == EV_OK && log->fd >= 0)
		status = ev_log_cut(log, log->fd, log->file,
		    log->sidecar.length - log->start, run, kept, err);
	if (status == EV_OK)
		log->run = run;
	return status;
}

/* --- writing ------------------------------------------------------------- */

/* What is adopted may end within a line, which is its own. */
static enum ev_status
end_last_line(struct ev_log *log, struct ev_err *err)
{
	uint64_t length = log->sidecar.length - log->start;
	char last = '\n';

	if (!length)
		return EV_OK;
	if (pread(log->fd, &last, 1, (off_t)length - 1) != 1)
		return ev_log_cannot("read", log->file, EV_EXIT_IO, err);
	if (last == '\n' || log->packed)
		return EV_OK;
	if (write(log->fd, "\n", 1) != 1)
		return ev_log_cannot("write", log->file, EV_EXIT_IO, err);
	log->extra = 1;
	return EV_OK;
}

enum ev_status
ev_log_write(struct ev_log *log, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	if (strcmp(log->sidecar.open, log->run) != 0) {
		snprintf(log->sidecar.open, sizeof(log->sidecar.open), "%s",
		    log->run);
		status = ev_log_store(log, log->run, err);
		ev_point("log.opened");
	}
	if (status == EV_OK && log->fd < 0)
		status = ev_log_open_segment(log, err);
	log->dirty = true;
	if (status == EV_OK &&
	    lseek(log->fd, (off_t)(log->sidecar.length - log->start),
		SEEK_SET) < 0)
		status = ev_log_cannot("seek in", log->file, EV_EXIT_IO, err);
	return status == EV_OK ? end_last_line(log, err) : status;
}

/* Nobody but us has written, and what we write to is what stands there. */
static enum ev_status
check_alone(const struct ev_log *log, uint64_t length, struct ev_err *err)
{
	struct stat there;

	if (!ev_log_is_at(log->lock, log->path) ||
	    !ev_log_is_at(log->fd, log->file))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' was replaced or removed while it was appended to; "
		    "nothing was committed to it",
		    log->file);
	if (fstat(log->fd, &there))
		return ev_log_cannot("look at", log->file, EV_EXIT_IO, err);
	if ((uint64_t)there.st_size != length - log->start)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "somebody else writes to '%s': it has %jd bytes and not "
		    "%" PRIu64 "; nothing was committed to it",
		    log->file, (intmax_t)there.st_size, length - log->start);
	return EV_OK;
}

/* How long the log is with what was written. */
static enum ev_status
new_length(const struct ev_log *log, uint64_t written, uint64_t *length,
    struct ev_err *err)
{
	off_t here;

	*length = log->sidecar.length;
	if (!log->dirty)
		return EV_OK;
	*length += log->extra + written;
	if (written != EV_LOG_WRITTEN_ALL)
		return EV_OK;
	here = lseek(log->fd, 0, SEEK_CUR);
	if (here < 0)
		return ev_log_cannot("look at", log->file, EV_EXIT_IO, err);
	*length = log->start + (uint64_t)here;
	return EV_OK;
}

/* The bytes last: what the sidecar will say is true. */
static enum ev_status
commit_bytes(struct ev_log *log, uint64_t length, struct ev_sidecar_hash *hash,
    struct ev_err *err)
{
	if (check_alone(log, length, err) != EV_OK ||
	    (!ev_mutant("log.position-first") &&
		ev_log_sync(log->fd, log->file, err) != EV_OK))
		return EV_FATAL;
	ev_point("log.synced");
	return ev_sidecar_hash(log->fd, log->file, length - log->start, hash,
	    err);
}

static void
end_segment(struct ev_log *log)
{
	close(log->fd);
	free(log->file);
	log->fd = -1;
	log->file = NULL;
	log->start = log->sidecar.last;
}

enum ev_status
ev_log_commit(struct ev_log *log, const char *record, uint64_t written,
    bool last, struct ev_err *err)
{
	struct ev_sidecar *sidecar = &log->sidecar;
	struct ev_sidecar_hash hash = sidecar->hash;
	uint64_t length, first = sidecar->first;
	bool roll, old;

	if (new_length(log, written, &length, err) != EV_OK ||
	    (log->dirty && commit_bytes(log, length, &hash, err) != EV_OK))
		return EV_FATAL;
	free(sidecar->record);
	sidecar->record = ev_mem_strdup(record);
	roll = log->folder && ev_log_must_roll(log, length);
	if (roll && ev_sidecar_hash(-1, "", 0, &hash, err) != EV_OK)
		return EV_FATAL;
	sidecar->length = length;
	sidecar->hash = hash;
	if (roll)
		sidecar->last = length;
	old = log->folder && ev_log_forget_old(log, &first);
	if (last)
		*sidecar->open = '\0';
	log->unsure = true;
	if (ev_log_store(log, log->run, err) != EV_OK)
		return EV_FATAL;
	ev_point("log.stored");
	if (ev_mutant("log.position-first") && log->dirty &&
	    ev_log_sync(log->fd, log->file, err) != EV_OK)
		return EV_FATAL;
	log->unsure = log->dirty = false;
	log->extra = 0;
	ev_point("log.committed");
	if (roll)
		end_segment(log);
	return old ? ev_log_remove_old(log, first, err) : EV_OK;
}

/* After a commit that failed: whether it happened is what stands there. */
static bool
find_out(struct ev_log *log)
{
	if (log->unsure && read_sidecar(log, NULL) != EV_OK)
		return false;
	log->unsure = false;
	return true;
}

/* The order matters: a sidecar that says that nobody writes, beside bytes that
 * belong to no commit, would make them a stranger's. */
void
ev_log_undo(struct ev_log *log)
{
	if (!log->run || !find_out(log) || !*log->sidecar.open)
		return;
	if (log->dirty && log->fd >= 0 &&
	    (ftruncate(log->fd, (off_t)(log->sidecar.length - log->start)) ||
		ev_log_sync(log->fd, log->file, NULL) != EV_OK))
		return;
	ev_point("log.undone");
	*log->sidecar.open = '\0';
	/* A failure is already being reported; the next run cuts. */
	ev_log_store(log, log->run, NULL);
}

void
ev_log_release(struct ev_log *log)
{
	if (log->fd >= 0 && log->fd != log->lock)
		close(log->fd);
	if (log->lock >= 0)
		close(log->lock);
	free(log->path);
	free(log->sidecar_path);
	free(log->name);
	free(log->file);
	ev_sidecar_release(&log->sidecar);
	*log = (struct ev_log){.lock = -1, .fd = -1};
}
