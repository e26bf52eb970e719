/*
 * lock: flock(2) on a file, for as long as its descriptor is open, and who
 * holds it where it cannot be had.
 */
#ifndef EV_BASE_LOCK_H
#define EV_BASE_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/err.h"

/* Takes the lock of the open file fd without waiting. EV_AGAIN: another has
 * it (ev_lock_holder); EV_FATAL: exit 73, the file system has no locks. `path`
 * is for the message. */
enum ev_status ev_lock_take(int fd, const char *path, struct ev_err *err);

/* Who holds the lock of the file: "process 123 (evsink)", or "another process"
 * and false where none can be seen (as anywhere but on Linux). Does not try
 * the lock, so that it gets in nobody's way. */
bool ev_lock_holder(const struct stat *file, char *text, size_t size);

/* Opens the file, which is made where it is missing, and takes its lock. *fd
 * is the caller's to close. EV_AGAIN: another has it; EV_FATAL: exit 73. */
enum ev_status ev_lock_file(const char *path, int *fd, struct ev_err *err);

#endif
