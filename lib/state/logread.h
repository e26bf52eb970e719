/*
 * logread: a log folder (evlog(7)) as one input: its segments one
 * after the other, up to the length that its writer has committed. Any number
 * of readers may read a log while one writer appends to it; none of them
 * leaves anything there.
 *
 * A position is the offset of a byte in the whole log, counted from the log's
 * beginning, whether or not that still is there, and stands at the start of a
 * line. As text it is OFFSET:CRC, with the CRC-32C of the up to 256 bytes that
 * stand before it in the segment of the last of them, so that a log which was
 * removed and made anew is not taken for the one that was read; or OFFSET
 * alone, which is not checked.
 *
 *	ev_logread_open(&log, folder, follow, &err);
 *	ev_logread_resume(log, position, &err);   or _seek, or neither: the start
 *	… read log's input …
 *	ev_logread_sync(log, &err);   before a mark
 *	ev_logread_position(log, offset, &text);
 *	ev_logread_close(log);
 *
 * A position before the first segment (retention), at a gap, in a log that is
 * gone or beyond the committed length is EV_FATAL with exit 70, never a jump.
 */
#ifndef EV_STATE_LOGREAD_H
#define EV_STATE_LOGREAD_H

#include <stdbool.h>

#include "base/buf.h"
#include "event/input.h"

struct ev_logread;

/* True of a folder in which a log's sidecar lies. */
bool ev_logread_is(const char *folder);

/* Opens the log at its first byte. The input ends at the length that is
 * committed now; with `follow` it goes on as that grows, and ends where the
 * writer has said that nothing will come any more. EV_FATAL: 70, the folder
 * has no sidecar (any more), or bytes that nobody has committed; 74. */
enum ev_status ev_logread_open(struct ev_logread **log, const char *folder,
    bool follow, struct ev_err *err);
/* NULL is fine. */
void ev_logread_close(struct ev_logread *log);

/* The bytes from where the log stands; its name is the folder as given. The
 * log's, until it is closed. */
struct ev_input *ev_logread_input(struct ev_logread *log);

/* Waits until the input has something: EV_OK; EV_END, nothing will come any
 * more; EV_AGAIN, the time is over (ms; -1: for ever), or a signal came (see
 * ev_io_grace); EV_FATAL. */
enum ev_status ev_logread_wait(struct ev_logread *log, int timeout,
    struct ev_err *err);

/* The first byte that is there, and the one behind the last committed. */
uint64_t ev_logread_first(const struct ev_logread *log);
uint64_t ev_logread_end(const struct ev_logread *log);
/* The offset of the next byte that the input gives. */
uint64_t ev_logread_offset(const struct ev_logread *log);
/* The writer has said that nothing will come any more. */
bool ev_logread_final(const struct ev_logread *log);

/* Goes to an offset, which must be at the start of a line. EV_FATAL: 70. */
enum ev_status ev_logread_seek(struct ev_logread *log, uint64_t offset,
    struct ev_err *err);
/* Goes to a position as ev_logread_position wrote it. EV_FATAL: 70, also
 * where the text is none. */
enum ev_status ev_logread_resume(struct ev_logread *log,
    struct ev_slice position, struct ev_err *err);
/* The start of the first segment that was written to at or after this time
 * (of the epoch, in ms): events of before it may come, none of after it is
 * missed. The end where there is none. */
enum ev_status ev_logread_time(const struct ev_logread *log, int64_t ms,
    uint64_t *offset, struct ev_err *err);

/* Appends the position of an offset that was read. */
void ev_logread_position(const struct ev_logread *log, uint64_t offset,
    struct ev_buf *out);

/* Makes the committed length last, as far as it was read: without this a power
 * cut could take back what a mark of ours has passed. EV_FATAL: 74. */
enum ev_status ev_logread_sync(struct ev_logread *log, struct ev_err *err);

/* Where the byte at an offset lies, for messages and --meta: the segment's
 * file name; "" where there is none. Lent until the next call. */
const char *ev_logread_segment(struct ev_logread *log, uint64_t offset);

#endif
