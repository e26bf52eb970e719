/*
 * log: a file, or a log folder, that one named pipeline appends to, with its
 * sidecar (sidecar.h): class B of evkit(7). What is committed stands
 * there for ever; what is not is cut off by the next run.
 *
 *	ev_log_look(&log, path, folder, name, &err);      changes nothing
 *	ev_log_make(&log, run, record, adopt, &err);      where that was EV_END
 *	ev_log_open(&log, &err);                          lock
 *	… is log.sidecar.record the one that the stream began from? (R1) …
 *	ev_log_begin(&log, run, &kept, &err);             cut
 *	for (;;) {
 *		ev_log_write(&log, &err);   before the first byte
 *		… append to log.fd …
 *		ev_log_commit(&log, record, bytes, last, &err);
 *	}
 *	ev_log_undo(&log);       only after a failure
 *	ev_log_release(&log);
 *
 * The order of a commit: the bytes are synced, then the sidecar is written
 * beside itself, synced, renamed, and its folder synced. The rename is the
 * commit.
 *
 * A log folder has segments named by the offset of their first byte in the
 * whole log, and one sidecar, .ev. A segment is ended at commits only.
 */
#ifndef EV_STATE_LOG_H
#define EV_STATE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "state/sidecar.h"

#define EV_LOG_WRITTEN_ALL UINT64_MAX

struct ev_log {
	char *path;         /* the file, or the folder; absolute; owned */
	char *sidecar_path; /* owned */
	char *name;         /* the pipeline's; owned */
	struct ev_sidecar sidecar; /* as it stands there */
	bool folder;
	int lock;   /* the locked file or folder; -1: not open */
	int fd;     /* to be appended to, also readable; -1: ev_log_write has
	           * not been called, or a segment was ended */
	char *file; /* the path of fd; owned; or NULL */
	uint64_t start;  /* offset in the log of fd's first byte */
	uint64_t extra;  /* bytes that the log itself has appended since
	                     * the last commit */
	int64_t began;   /* the segment, ms of the epoch */
	const char *run; /* of ev_log_begin; lent */
	bool packed;     /* the bytes are compressed: no lines; set by the
	                     * caller after look */
	bool dirty;      /* something may stand behind the length */
	bool unsure;     /* a commit failed: it may have happened */

	/* Of a folder; set between look and begin. 0: not by it. */
	uint64_t roll_bytes; /* a segment that has so many is ended */
	int64_t roll_ms;     /* one that is so old */
	bool roll_commit;    /* every commit ends one */
	int64_t keep_ms;     /* ended ones so old are removed */
};

/* Reads the sidecar of path, which is absolute with its links followed. EV_OK;
 * EV_END: there is none. EV_FATAL: 70, it is of another pipeline, of the other
 * kind, or damaged; 78; 74. */
enum ev_status ev_log_look(struct ev_log *log, const char *path, bool folder,
    const char *name, struct ev_err *err);

/* Makes the sidecar, with this record and nothing committed, before the file
 * or the first segment; a folder is made, too. With `adopt` all that is there
 * is committed by it. EV_FATAL: 70, something is there (not with adopt), or is
 * no log; 73; 74. Where another run has made one meanwhile, that is EV_OK. */
enum ev_status ev_log_make(struct ev_log *log, const char *run,
    const char *record, bool adopt, struct ev_err *err);

/* Makes the file where it is missing, locks it for as long as it is open, and
 * reads the sidecar again. EV_FATAL: 76, another process, which the message
 * names, writes it; 70 as above; 73; 74. */
enum ev_status ev_log_open(struct ev_log *log, struct ev_err *err);

/* Checks that all that was committed is there, and cuts off what is not.
 * *kept, the caller's to free, is the file in which bytes were kept that no
 * run of the pipeline has written; NULL: there were none. EV_FATAL: 70, the
 * file is shorter or another one; 73, 74. */
enum ev_status ev_log_begin(struct ev_log *log, const char *run, char **kept,
    struct ev_err *err);

/* Before the first byte after begin or a commit: says durably that this run
 * writes, and makes fd. EV_FATAL: 73, 74. */
enum ev_status ev_log_write(struct ev_log *log, struct ev_err *err);

/* Commits what was appended: `written` bytes, or EV_LOG_WRITTEN_ALL, up to
 * where fd stands. `last`: nothing more will come in this run. EV_FATAL: 70,
 * somebody else has written or replaced the file, and nothing is committed;
 * 74. */
enum ev_status ev_log_commit(struct ev_log *log, const char *record,
    uint64_t written, bool last, struct ev_err *err);

/* Cuts off what was not committed, and says that nobody writes. Does nothing
 * where that would do harm. */
void ev_log_undo(struct ev_log *log);

void ev_log_release(struct ev_log *log);

#endif
