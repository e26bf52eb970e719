/*
 * err: what a function that can fail returns, and the text that says why.
 *
 * The status is graded by what the caller may do next. The text goes into a
 * struct ev_err that the caller lends; it is untouched on success. Texts are
 * lower case, without a full stop: what failed, on what, why.
 */
#ifndef EV_BASE_ERR_H
#define EV_BASE_ERR_H

#include <stdarg.h>

enum ev_status {
	EV_OK,
	EV_END,   /* nothing more will come; not a failure */
	EV_AGAIN, /* nothing now; ask again later */
	EV_BAD,   /* this event or record is bad; the stream lives */
	EV_RETRY, /* failed, and may succeed if tried again */
	EV_FATAL, /* failed for good: err->exit says with which exit status */
};

/* Exit statuses: evkit(7). The numbers are sysexits.h's
 * where it has one of the same meaning. */
enum ev_exit {
	EV_EXIT_OK = 0,
	EV_EXIT_NO = 1, /* the answer is no: evcheck, evdiff */
	EV_EXIT_USAGE = 64,
	EV_EXIT_DATA = 65,        /* bad input */
	EV_EXIT_UNAVAILABLE = 69, /* a system cannot be reached */
	EV_EXIT_DISAGREE = 70,    /* positions and the world disagree */
	EV_EXIT_OS = 71,          /* out of memory, no process, no descriptor */
	EV_EXIT_CREATE = 73,      /* cannot create the output */
	EV_EXIT_IO = 74,          /* cannot read or write */
	EV_EXIT_AGAIN = 75,       /* start me again: nothing is lost */
	EV_EXIT_BUSY = 76,        /* this pipeline already runs */
	EV_EXIT_CONFIG = 78,
};

struct ev_err {
	int exit; /* enum ev_exit, or 128 and a signal's number */
	char text[1024];
};

/* Sets err (which may be NULL) and returns status, so that a failing function
 * can end with `return ev_err_set(err, EV_FATAL, EV_EXIT_IO, "…", …)`. A text
 * that does not fit is cut at a whole UTF-8 character. */
enum ev_status ev_err_set(struct ev_err *err, enum ev_status status, int exit,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
enum ev_status ev_err_vset(struct ev_err *err, enum ev_status status, int exit,
    const char *format, va_list args) __attribute__((format(printf, 4, 0)));

/* The text of an errno, in lower case as messages want it ("no space left on
 * device"). Valid until the thread's next call. */
const char *ev_err_errno(int number);

#endif
