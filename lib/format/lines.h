/*
 * lines: lines of any text from an input, for the formats that read them. (The
 * reader of lib/event knows about events, overlooks blank lines, and waits by
 * itself; here every line counts, and EV_AGAIN goes to the caller.)
 */
#ifndef EV_FORMAT_LINES_H
#define EV_FORMAT_LINES_H

#include "format/format.h"

struct ev_lines;

/* The input is lent until free. A line of more than max bytes is bad. */
struct ev_lines *ev_lines_new(struct ev_input *in, size_t max);
void ev_lines_free(struct ev_lines *lines);

/* The next line, without its end (LF or CR LF), in record->input; the last
 * one needs no end. EV_OK; EV_BAD: too long, or not UTF-8; EV_AGAIN; EV_END;
 * EV_FATAL. */
enum ev_status ev_lines_next(struct ev_lines *lines, struct ev_record *record,
    struct ev_err *err);

/* As a decoder's behind and go. */
struct ev_behind ev_lines_behind(const struct ev_lines *lines);
void ev_lines_go(struct ev_lines *lines, const struct ev_behind *behind,
    uint64_t *at);

#endif
