/*
 * log_side: what side outputs (R7) want of a log.h: their committed length is
 * kept by another record, which is ahead of their sidecar after a crash.
 */
#ifndef EV_STATE_LOG_SIDE_H
#define EV_STATE_LOG_SIDE_H

#include "state/log.h"

/* Between ev_log_open and ev_log_begin: so much is committed, whatever the
 * sidecar says, which the next commit mends. EV_FATAL: 70, the sidecar says
 * more; less is there, or something else than the sidecar vouches for; 74. */
enum ev_status ev_log_claim(struct ev_log *log, uint64_t length,
    struct ev_err *err);

/* Instead: begins again at 0, durably, where a file was emptied or removed. */
enum ev_status ev_log_restart(struct ev_log *log, const char *record,
    const char *run, struct ev_err *err);

/* True where a file is gone or empty. Before ev_log_open or after it. */
bool ev_log_is_void(const struct ev_log *log);

/* Makes last what was appended, without committing it; *length is how long
 * the log is with it. EV_FATAL: 75, the place was removed, replaced or cut; 70,
 * somebody else writes there; 74. `written` as in ev_log_commit. */
enum ev_status ev_log_prepare(struct ev_log *log, uint64_t written,
    uint64_t *length, struct ev_err *err);

#endif
