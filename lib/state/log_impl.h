/*
 * log_impl: what the parts of the log share: log.c is what a file and a log
 * folder have in common, log_folder.c what only a folder has, log_side.c what
 * only side outputs want.
 */
#ifndef EV_STATE_LOG_IMPL_H
#define EV_STATE_LOG_IMPL_H

#include <sys/stat.h>

#include "state/log.h"

enum ev_status ev_log_cannot(const char *what, const char *path, int exit,
    struct ev_err *err);
/* Writes the sidecar as log->sidecar has it. */
enum ev_status ev_log_store(struct ev_log *log, const char *run,
    struct ev_err *err);
/* Syncs what was written to a file; EV_FATAL: 74. */
enum ev_status ev_log_sync(int fd, const char *path, struct ev_err *err);

/* True while the open file or folder is the one at the path. */
bool ev_log_is_at(int fd, const char *path);

/* Opens a file to append to, which is made where it is missing. `made` says
 * whether it was; while it is empty its folder is synced. EV_FATAL: 73, 74. */
enum ev_status ev_log_open_file(const char *path, int *fd, bool *made,
    struct ev_err *err);
/* Cuts the open file to length. Bytes of a stranger are kept in PATH.cut-RUN
 * before. */
enum ev_status ev_log_cut(struct ev_log *log, int fd, const char *path,
    uint64_t length, const char *run, char **kept, struct ev_err *err);

/* --- log_folder.c -------------------------------------------------------- */

/* Makes the folder where it is missing, durably. */
enum ev_status ev_log_make_folder(const char *path, struct ev_err *err);
/* Looks at what is in a folder that has no sidecar: nothing, or, with adopt,
 * the segments of a log, whose extent goes into the sidecar. */
enum ev_status ev_log_adopt_folder(struct ev_log *log, bool adopt,
    struct ev_err *err);
/* All segments are there and end where the next begins; what belongs to no
 * commit is taken away. */
enum ev_status ev_log_check_folder(struct ev_log *log, const char *run,
    char **kept, struct ev_err *err);
/* Opens the last segment. */
enum ev_status ev_log_open_segment(struct ev_log *log, struct ev_err *err);
/* The segment that is written to must end with this commit, which leaves the
 * log so long. */
bool ev_log_must_roll(const struct ev_log *log, uint64_t length);
/* Moves sidecar.first past what need not be kept. Returns true if it did. */
bool ev_log_forget_old(struct ev_log *log, uint64_t *was);
/* Removes the segments before sidecar.first, from `was` on. */
enum ev_status ev_log_remove_old(struct ev_log *log, uint64_t was,
    struct ev_err *err);

#endif
