/*
 * writer: lines to a file descriptor. Lines that pass unchanged leave from the
 * read buffer where they lie, neighbours as one run, by writev; new ones are
 * built in the writer's own buffer. Both keep their order.
 *
 * It writes when it holds EV_WRITER_FULL bytes (more, where it writes to a
 * file), and when asked: at the end, at a mark, and when the reader has to wait.
 * A write that failed is kept: every later call returns it, so a loop needs to
 * look at the status of one.
 */
#ifndef EV_EVENT_WRITER_H
#define EV_EVENT_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/reader.h"

#define EV_WRITER_FULL (128u << 10) /* bytes */
#define EV_WRITER_LAST_WAIT 2000    /* ms without progress */

struct ev_writer;

/* fd stays the caller's, to close after ev_writer_free; name is for messages
 * and is copied. */
struct ev_writer *ev_writer_new(int fd, const char *name);
void ev_writer_free(struct ev_writer *writer);

/* Gives fd to a writer that was made without one (-1). */
void ev_writer_set_fd(struct ev_writer *writer, int fd);

/* Passes on a line of a reader's buffer, which must stay untouched until
 * ev_writer_settle or ev_writer_flush. */
enum ev_status ev_writer_pass(struct ev_writer *writer,
    const struct ev_line *line, struct ev_err *err);

/* The buffer to append a new event to; ev_writer_end then puts the newline and
 * counts it. What was appended since ev_writer_begin can be taken back by
 * ev_writer_undo. */
struct ev_buf *ev_writer_begin(struct ev_writer *writer);
enum ev_status ev_writer_end(struct ev_writer *writer, struct ev_err *err);
void ev_writer_undo(struct ev_writer *writer);

/* Lets go of all bytes of the reader's buffer (by writing or copying them). */
enum ev_status ev_writer_settle(struct ev_writer *writer, struct ev_err *err);
enum ev_status ev_writer_flush(struct ev_writer *writer, struct ev_err *err);

/* Bytes that were given to it so far, written or not. */
uint64_t ev_writer_bytes(const struct ev_writer *writer);

/* The last words of a command that fails: what is held, in whole lines, then
 * text, as far as the reader takes it, waiting EV_WRITER_LAST_WAIT ms for it
 * at most, also after a signal or a failed write. */
void ev_writer_last(struct ev_writer *writer, struct ev_slice text);

#endif
