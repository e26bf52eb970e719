/*
 * io: reading, writing and waiting on descriptors, with EINTR, short writes
 * and the signals that ask a command to stop handled in one place.
 *
 * SIGINT, SIGTERM and SIGHUP only set a flag (ev_io_catch_signals); every
 * call below that could block then returns EV_FATAL with exit 128 and the
 * signal's number. A reader of our output that has gone is EV_FATAL with exit
 * 128 + SIGPIPE and an empty text: it is not worth a message.
 */
#ifndef EV_BASE_IO_H
#define EV_BASE_IO_H

#include <stddef.h>
#include <sys/uio.h>

#include "base/err.h"

/* Installs the handlers, and ignores SIGPIPE so that it becomes an error of
 * the write. Signals ignored at the start (nohup) stay ignored. */
void ev_io_catch_signals(void);
/* Before the process becomes another program: what asks it to stop ends it
 * from now on, also what was caught already. */
void ev_io_release_signals(void);
/* The signal caught, or 0. */
int ev_io_signal(void);
/* From now on a signal ends the calls below only so many milliseconds after
 * it came: who is in the middle of a marked stream waits for its seal. Until
 * then a wait that has a time-out ends at once, as if that were over, so that
 * who makes the seal can. */
void ev_io_grace(int ms);

/* The descriptor that ev_io_wait watches beside the one it waits for: when
 * nobody can read our output any more there is nothing to wait for. -1, the
 * default, watches none. */
void ev_io_watch(int fd);

/* Reads at most cap bytes without waiting: EV_OK and *got > 0, EV_END,
 * EV_AGAIN where nothing is there yet, EV_FATAL. `name` is for the message. */
enum ev_status ev_io_read(int fd, const char *name, void *buf, size_t cap,
    size_t *got, struct ev_err *err);

/* Waits until fd can be read (or, if fd is -1, for the time alone).
 * timeout in milliseconds, -1 for ever. EV_OK, EV_AGAIN when the time is
 * over, EV_FATAL. */
enum ev_status ev_io_wait(int fd, int timeout, struct ev_err *err);

/* The same for either of two descriptors; *ready says which: 1, 2 or 3. */
enum ev_status ev_io_wait_two(int fd, int other, int timeout, unsigned *ready,
    struct ev_err *err);

/* Writes all of iov (which it changes). On failure *written, unless NULL, has
 * what went out. */
enum ev_status ev_io_write(int fd, const char *name, struct iovec *iov,
    size_t count, size_t *written, struct ev_err *err);

/* Makes the pipe that fd is hold `size` bytes, if it holds less and the system
 * lets it (pipe(7)); does nothing to what is no pipe. */
void ev_io_widen(int fd, int size);

/* Last words: writes what it can, also after a signal, as long as the reader
 * takes something every `timeout` milliseconds. */
void ev_io_finish(int fd, const void *ptr, size_t len, int timeout);

#endif
