/*
 * file: one file as inputs: itself, or, where its first bytes say that it is
 * packed, what is in it, one input a member.
 *
 *	ev_file_open(&file, path, &settings, err);
 *	while (ev_file_next(file, &part, err) == EV_OK)
 *		… read part.in until EV_END …
 *	ev_file_close(file);
 *
 * A file that shrinks while it is read is EV_FATAL; one that is removed is
 * read to its end, as its descriptor keeps it. A followed file never ends: it
 * is EV_FATAL with exit 75 when it was read to its end and its name is gone
 * or is another file's by now.
 */
#ifndef EV_TOOL_FILE_H
#define EV_TOOL_FILE_H

#include <stdbool.h>

#include "event/input.h"
#include "tool/unpack.h"

struct ev_file_settings {
	bool follow;
	struct ev_unpack_limits limits;
	int fd; /* a regular file, open, and the caller's; -1: path is
	         * opened */
};

struct ev_part {
	struct ev_input *in; /* its name is the part's place: "a.zip/b.csv" */
	const char *file;    /* the file's own name, without folders, … */
	const char *member;  /* … and the member's, "" if there is none: what
	                      * they end in says the format */
};

struct ev_file;

/* path "-" is standard input. May wait, for the first bytes of a pipe. A
 * packed file cannot be followed. EV_FATAL: exit 74, or 64. */
enum ev_status ev_file_open(struct ev_file **file, const char *path,
    const struct ev_file_settings *settings, struct ev_err *err);

/* The next part; it lives until the next call. Hidden and unfinished members
 * (tool/files.h) are passed over. EV_END, EV_FATAL. */
enum ev_status ev_file_next(struct ev_file *file, struct ev_part *part,
    struct ev_err *err);

/* The descriptor of a plain regular file, which may be sought; else -1. */
int ev_file_fd(const struct ev_file *file);

/* What a pipe's reader waits for; -1: it must use the input's wait. */
int ev_file_wait_fd(const struct ev_file *file);

/* NULL is fine. */
void ev_file_close(struct ev_file *file);

#endif
