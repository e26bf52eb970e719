/*
 * follow_impl: what the files of follow share; nobody else includes it.
 * follow.c has the places, follow_look.c the looks at them, follow_lost.c what
 * became of a file that is not where it was; follow_find.c finds one under
 * another name, by node or by content; follow_read.c has what is handed out
 * and told, follow_from.c where a first run begins.
 */
#ifndef EV_TOOL_FOLLOW_IMPL_H
#define EV_TOOL_FOLLOW_IMPL_H

#include "tool/follow.h"
#include "tool/marker.h"

/* The position of a folder in which no file stands. */
#define EV_FOLLOW_EMPTY "listed"

/* A file that holds nothing, in so many bytes if it is packed. */
struct ev_follow_hollow {
	struct ev_filepos_node node;
	uint64_t size;
};

/* A file, and those to be read before it: it had their name after them. */
struct ev_follow_line {
	struct ev_follow_file **before; /* the oldest first; owned, all */
	size_t count;
	struct ev_follow_file *own; /* of the name; NULL: there is none now */
	struct ev_filepos last;     /* where the one before ended, or was lost:
	                             * what is told while nothing was read of
	                             * the next */
	bool has_last, dirty;
	/* Files after it that were empty: they tell nothing. Owned. */
	struct ev_follow_hollow *hollow;
	size_t hollow_count;
};

/* One entry of the vector. */
struct ev_follow_track {
	char *key, *path;
	struct ev_follow_line line;
};

/* What a look finds. */
struct ev_follow_seen {
	const char *path; /* of the list of files; lent */
	struct ev_filepos_node node;
	uint64_t size;
	bool taken; /* is a file that is known */
	bool skip;  /* to be passed over: --changed skip */
};

struct ev_follow_place {
	char *path, *name;
	size_t base; /* so much of a file's path is not in its key */
	bool listed; /* a folder or a pattern, as was found last */
	bool looked; /* at least once */
	bool recalled, told_empty;
	bool missed;                    /* that there is none was said */
	struct ev_follow_track **track; /* by path */
	size_t tracks;
};

struct ev_follow {
	struct ev_follow_settings set;
	struct ev_follow_place *place;
	size_t places;
	bool first;  /* there was no record: --from counts */
	size_t turn; /* the track at which the search for work begins */
	char **gone; /* keys to be taken away; owned */
	size_t gone_count;
	struct ev_follow_file **stale; /* handed out, and of no use; owned */
	size_t stale_count;
	int hints; /* inotify, or -1 */
	bool hinted;
};

/* One look at one place. */
struct ev_follow_look {
	struct ev_follow *follow;
	struct ev_follow_place *place;
	struct ev_follow_seen *seen;
	size_t count;
	struct ev_follow_line *now; /* what each of them is */
	size_t known, found;        /* files of before */
};

/* --- follow.c ------------------------------------------------------------ */

struct ev_follow_track *ev_follow_track_add(struct ev_follow_place *place,
    const char *path);
void ev_follow_track_free(struct ev_follow_track *track);

/* --- follow_look.c ------------------------------------------------------- */

void ev_follow_say(const struct ev_follow *follow, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- follow_lost.c ------------------------------------------------------- */

/* What a look has found at this path; NULL: nothing. */
struct ev_follow_seen *ev_follow_find_seen(struct ev_follow_seen *seen,
    size_t count, const char *path);
/* The file at `it` holds what was read of `file`. */
bool ev_follow_holds(const struct ev_follow *follow,
    const struct ev_follow_file *file, const struct ev_follow_seen *it);
/* Finds what became of the track's own file, which is not what it was, and
 * puts the line where it goes on. EV_FATAL: exit 70. */
enum ev_status ev_follow_find_lost(struct ev_follow_look *look,
    struct ev_follow_track *track, struct ev_err *err);
/* Puts into the line what was rotated away after the last file of it that
 * still lies somewhere, or, if none does, after it was written to last, and is
 * not in the line already. */
void ev_follow_catch_up(const struct ev_follow_look *look,
    struct ev_follow_line *line, const char *path);

/* --- follow_find.c ------------------------------------------------------- */

struct ev_follow_file *ev_follow_file_new(const char *name, const char *path,
    const struct ev_filepos *pos);
void ev_follow_file_free(struct ev_follow_file *file);

/* Opens the file where it lies, if it is not open. EV_AGAIN: another one lies
 * there, or none; EV_FATAL: 74. */
enum ev_status ev_follow_file_open(struct ev_follow_file *file,
    struct ev_err *err);
/* Sets size (what may be read) and node of an open file. */
enum ev_status ev_follow_file_look(struct ev_follow_file *file,
    struct ev_err *err);

/* The file at path (open as fd) holds what pos has seen. EV_OK, EV_END. */
enum ev_status ev_follow_match(const struct ev_follow *follow,
    const struct ev_filepos *pos, int fd, const char *path);

/* It holds that and nothing else. */
bool ev_follow_is_copy(const struct ev_follow *follow,
    const struct ev_filepos *pos, int fd, const char *path);

/* Whether what is packed lies there as it did, and that hash. */
bool ev_follow_packed(int fd, const char **what);
uint64_t ev_follow_packed_hash(int fd, uint64_t size);

/* How a file is looked for beside its old path. */
enum ev_follow_way {
	EV_FOLLOW_NODE,    /* renamed: the same node */
	EV_FOLLOW_EMPTIED, /* renamed, after it was emptied and written anew:
	                    * nothing of it was read */
	EV_FOLLOW_CONTENT, /* copied, or compressed */
};
/* A file with what pos has seen, in the folder of `path` and not that itself
 * nor one of the list (NULL: none), open; NULL: there is none. */
struct ev_follow_file *ev_follow_beside(const struct ev_follow *follow,
    const char *name, const char *path, const struct ev_filepos *pos,
    enum ev_follow_way way, const struct ev_follow_seen *list, size_t count);
/* Puts into line what was rotated away between the file `old` and the one that
 * has the path now; old NULL: what was after `lost`, whose file lies nowhere
 * any more. */
void ev_follow_between(struct ev_follow_line *line, const char *name,
    const char *path, const struct ev_follow_file *old,
    const struct ev_filepos *lost, const struct ev_follow_seen *list,
    size_t count);

/* True of the name of a file that may have been `base` once: app.log.2.gz,
 * app-20260101.log and app.log.old of app.log. */
bool ev_follow_related(const char *name, const char *base);

/* Frees the file, or, where it is handed out, leaves that to
 * ev_follow_leave. */
void ev_follow_drop(struct ev_follow *follow, struct ev_follow_file *file);
/* The line goes on after this file, which leaves it: it was read to its end,
 * or is lost. */
void ev_follow_remember(struct ev_follow_line *line,
    const struct ev_follow_file *file);

void ev_follow_line_add(struct ev_follow_line *line,
    struct ev_follow_file *file);

/* --- follow_from.c ------------------------------------------------------- */

/* Where a pipeline without a record begins in a file that is there. */
enum ev_status ev_follow_from(const struct ev_follow *follow,
    struct ev_follow_file *file, struct ev_err *err);
/* The end of the file as it is. */
enum ev_status ev_follow_to_end(struct ev_follow_file *file,
    struct ev_err *err);

#endif
