/*
 * durable: small files that are there whole or not at all, whatever happens,
 * a power cut included: records, sidecars. The order (write, fsync, rename,
 * fsync of the folder) is what POSIX needs for that.
 */
#ifndef EV_BASE_DURABLE_H
#define EV_BASE_DURABLE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Replaces the file at path, or makes it, by way of PATH.RUN.tmp (RUN, which
 * should be this process's own, keeps two writers apart). EV_FATAL: exit 74;
 * what stood there stands there still. */
enum ev_status ev_durable_write(const char *path, const char *run,
    struct ev_slice bytes, struct ev_err *err);

/* Makes the file where there is none: of several that try, one wins (by
 * link(2)). EV_OK; EV_AGAIN: one is there; EV_FATAL: exit 73. */
enum ev_status ev_durable_make(const char *path, const char *run,
    struct ev_slice bytes, struct ev_err *err);

/* Appends the bytes of the file to out. EV_END: there is none; EV_FATAL: exit
 * 74, also where it is longer than max. */
enum ev_status ev_durable_read(const char *path, size_t max, struct ev_buf *out,
    struct ev_err *err);

/* Removes the file, if it is there, so that it stays away. EV_FATAL: 74. */
enum ev_status ev_durable_remove(const char *path, struct ev_err *err);

/* Removes what killed processes have left of their attempts to write or make
 * the file: PATH.*.tmp. Nobody else may be writing it now. What cannot be
 * removed stays. */
void ev_durable_sweep(const char *path);

/* Makes last what was renamed, made or removed in the folder that path lies
 * in. EV_FATAL: exit 74. */
enum ev_status ev_durable_sync_folder(const char *path, struct ev_err *err);

#endif
