/*
 * tree: folders with all that is in them: made, removed, copied, and read into
 * memory.
 */
#ifndef CHAOS_TREE_H
#define CHAOS_TREE_H

#include <stdbool.h>

#include "base/buf.h"

/* All of these end the process on failure: the tests' own world must work. */
void tree_remove(const char *path);
void tree_make(const char *path);
void tree_copy(const char *from, const char *to);
void file_write(const char *path, struct ev_slice bytes);
void file_append(const char *path, struct ev_slice bytes);
/* Appends the file's bytes; false where there is none. */
bool file_read(const char *path, struct ev_buf *out);
bool file_exists(const char *path);

/* What a shell command in the folder prints: its status. */
int shell_read(const char *folder, const char *command, struct ev_buf *out);

#endif
