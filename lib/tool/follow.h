/*
 * follow: which files stand for the places of a source, how far each was
 * read, and what became of those that were renamed, compressed, copied and
 * emptied, or replaced. It looks at the file system when it is asked to and
 * at no other time, and reads nothing but what tells files apart: who reads
 * them says how far he came.
 *
 *	follow = ev_follow_new(&settings);
 *	ev_follow_add(follow, path, name, &err);   for each place
 *	ev_follow_recall(follow, vector, &err);    the positions of the record
 *	do {
 *		ev_follow_look(follow, &err);
 *		while ((file = ev_follow_next(follow, &err)) …) {
 *			… read file->fd from behind file->pos on …
 *			ev_follow_passed(file, …);
 *			ev_follow_leave(follow, file, at);
 *		}
 *		ev_follow_tell(follow, set, arg);      before a mark
 *	} while (… --follow …);
 *
 * A place is one file, or it is listed: a folder, a pattern. Of a file that
 * was renamed the rest comes first, then what came between, then the file
 * that has the name now. evsource-file(1) says what is done in which case;
 * state/filepos.h says what a position is.
 */
#ifndef EV_TOOL_FOLLOW_H
#define EV_TOOL_FOLLOW_H

#include <stdbool.h>

#include "event/vector.h"
#include "state/filepos.h"
#include "state/settled.h"
#include "tool/unpack.h"

struct ev_follow_settings {
	bool follow;
	int changed;      /* enum ev_marker_changed */
	const char *from; /* start, end, OFFSET or TIME; NULL: start */
	struct ev_unpack_limits limits;
	/* Tells a person what happened; may be NULL. */
	void (*say)(const char *text);
};

/* A file that is being read, or was. */
struct ev_follow_file {
	const char *name; /* as the place calls it: for messages and formats */
	char *path;       /* where it lay when it was looked for; owned */
	int fd;           /* while it is handed out, and longer; or -1 */
	struct ev_filepos pos;
	struct ev_filepos torn; /* what was seen where no record was whole */
	uint64_t size;          /* may be read, when it was looked at last */
	uint64_t seen;          /* was read, of the bytes as they lie there */
	bool packed;            /* what is read is not what lies there */
	bool ends;     /* it grows no more: what is torn at its end is a
	                  * record */
	bool busy;     /* is handed out */
	bool stale;    /* its bytes were taken away: leave it */
	bool finished; /* was read to an end that is one */
	bool dirty;    /* the position is not what was told last */
	bool known;    /* the position is an earlier run's, or was told */
	bool checked;  /* by content, as it was at checked_* */
	uint64_t checked_size;
	int64_t checked_mtime;
	struct ev_filepos_node node; /* as it was looked at last */
	struct ev_settled settled;
	bool has_settled;
};

struct ev_follow;

struct ev_follow *ev_follow_new(const struct ev_follow_settings *settings);
void ev_follow_free(struct ev_follow *follow);

/* A place: a path of a file (whether or not it is there), a folder or a
 * pattern. `name` is what its positions are kept under. Both are copied. */
void ev_follow_add(struct ev_follow *follow, const char *path,
    const char *name);

/* Takes what it knows out of the record's positions; first: there is no record
 * yet. EV_FATAL: exit 70, there are positions, and none is of this input. */
enum ev_status ev_follow_recall(struct ev_follow *follow,
    const struct ev_vector *from, bool first, struct ev_err *err);

/* Looks at the file system. EV_FATAL: exit 70, a file is not what was read of it
 * (evsource-file(1)); 74. */
enum ev_status ev_follow_look(struct ev_follow *follow, struct ev_err *err);

/* The next file that has something to read, open; EV_END: none has. Until
 * ev_follow_leave it stays the caller's, also over looks. */
enum ev_status ev_follow_next(struct ev_follow *follow,
    struct ev_follow_file **file, struct ev_err *err);

/* A file that is handed out: more of it may be read than `at`. */
bool ev_follow_has_more(const struct ev_follow_file *file, uint64_t at);
/* Another file than this one has something to read. */
bool ev_follow_others(const struct ev_follow *follow,
    const struct ev_follow_file *file);

/* Nothing will come any more: the pipelines that write all of the files, none
 * of which a folder or pattern has given, have said so. */
bool ev_follow_is_final(const struct ev_follow *follow);

/* It was read up to a record. `sum` is of all that was read, of a packed file
 * of what came of it; NULL: it was not read. `converted`: behind counts other
 * bytes than those of the file. EV_FATAL: exit 74. */
enum ev_status ev_follow_passed(struct ev_follow_file *file,
    const struct ev_behind *behind, const struct ev_filepos_sum *sum,
    bool converted, struct ev_err *err);

/* Gives the file back. It was read up to the byte `at` of it; `whole`: to its
 * end. */
void ev_follow_leave(struct ev_follow *follow, struct ev_follow_file *file,
    uint64_t at, bool whole);

/* Tells the positions that changed since the last time; NULL takes one away.
 * What was read on the strength of a sidecar is made to last first. */
enum ev_status ev_follow_tell(struct ev_follow *follow,
    void (*set)(void *arg, const char *key, const char *position), void *arg,
    struct ev_err *err);

/* A descriptor that can be read when something may have changed; -1: there is
 * none. What it says is a hint. */
int ev_follow_hints(struct ev_follow *follow);
void ev_follow_drop_hints(struct ev_follow *follow);

#endif
