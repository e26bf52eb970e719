/*
 * target: the file that a command writes, so that a failure leaves what was
 * there.
 *
 * A regular file, or one that is not there yet, is replaced as a whole: it is
 * written beside itself as NAME.part, which is locked, synced and then renamed
 * over it. Symbolic links are followed first. With `append` it is locked and
 * grows where it lies; what a failed run appended is cut off again. Anything
 * else (a pipe, a device, a descriptor of /dev/fd) is written in place, and
 * there nothing can be taken back.
 *
 *	ev_target_look(&target, path, append, &err);   changes nothing yet
 *	ev_target_open(&target, &err);
 *	… write to target.fd …
 *	ev_target_commit(&target, &err);   or ev_target_undo(&target);
 *	ev_target_release(&target);
 *
 * Locks are flock(2)'s, of the temporary file or of the file appended to, so
 * that they end with the process; a temporary file that a killed one left
 * behind is written over.
 */
#ifndef EV_BASE_TARGET_H
#define EV_BASE_TARGET_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"

enum ev_target_way { EV_TARGET_REPLACE, EV_TARGET_APPEND, EV_TARGET_IN_PLACE };

struct ev_target {
	enum ev_target_way way;
	char *path;      /* links followed; owned */
	char *part;      /* the temporary file, or NULL; owned */
	int fd;          /* to be written; -1 before open */
	bool exists;     /* something is there */
	struct stat was; /* what is there, if something is */
	bool made;       /* open made a file, which undo takes away */
};

/* Finds out what path is and how it will be written. "-" is standard output.
 * EV_FATAL: exit 70, the place belongs to a named pipeline (it has a sidecar
 * PATH.ev, or is a log folder); 73, it is a folder, or there is none for it;
 * 74, it cannot be looked at. */
enum ev_status ev_target_look(struct ev_target *target, const char *path,
    bool append, struct ev_err *err);

/* EV_FATAL: exit 73, it cannot be made or written; 76, another process writes
 * it, which the message names. */
enum ev_status ev_target_open(struct ev_target *target, struct ev_err *err);

/* Makes it last: syncs, renames, syncs the folder, closes. EV_FATAL: exit 74,
 * or 70 where what was appended to has been replaced meanwhile; then call
 * ev_target_undo. */
enum ev_status ev_target_commit(struct ev_target *target, struct ev_err *err);

/* As if it had never been opened; does nothing after a commit, nor to what is
 * written in place, whose descriptor stays open for last words. */
void ev_target_undo(struct ev_target *target);

void ev_target_release(struct ev_target *target);

#endif
