/*
 * files: the files that a place stands for. A path is itself; a folder is the
 * regular files that lie in it (not those of folders inside it), a glob
 * pattern what it matches, both in byte order.
 *
 * In folders and globs some names are no input: hidden ones, and what is
 * unfinished or kept aside: NAME~ NAME.tmp NAME.part NAME.ev NAME.cut-RUN.
 */
#ifndef EV_TOOL_FILES_H
#define EV_TOOL_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct ev_files {
	char **path; /* owned, as are its texts; "-" is standard input */
	size_t count;
	bool listed; /* a folder or a pattern was among the places */
};

/* Adds the files of a path, whether they can be opened or not. A folder may be
 * empty; a pattern that matches nothing is EV_FATAL, and so is a folder that
 * cannot be read (exit 74). A path that exists is never a pattern. */
enum ev_status ev_files_add(struct ev_files *files, const char *path,
    struct ev_err *err);
void ev_files_release(struct ev_files *files);

/* False of a name (not a path) that is no input. */
bool ev_files_is_input(const char *name);

#endif
