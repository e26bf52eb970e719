/*
 * encoding: an input whose bytes are converted to UTF-8 as they are read, by
 * iconv(3). For --encoding NAME: latin1, windows-1252, utf-16 (with or without
 * byte order mark), shift_jis and whatever else `iconv -l` names.
 *
 * A sequence that is not valid in the encoding is EV_FATAL with exit 65 and
 * the offset of its first byte, after all that stands before it was given out.
 */
#ifndef EV_FORMAT_ENCODING_H
#define EV_FORMAT_ENCODING_H

#include <stdbool.h>

#include "event/input.h"

struct ev_encoding;

/* True of "utf-8", "UTF8" and the like: no conversion is wanted, and what is
 * not valid is for the decoder to judge row by row. */
bool ev_encoding_is_utf8(const char *name);

/* `in` is lent until ev_encoding_close. EV_FATAL: exit 64, no such encoding. */
enum ev_status ev_encoding_open(struct ev_encoding **encoding,
    struct ev_input *in, const char *name, struct ev_err *err);
void ev_encoding_close(struct ev_encoding *encoding);

/* The converted input; its `bytes` counts those of the input it reads. Lives
 * as long as the encoding. */
struct ev_input *ev_encoding_input(struct ev_encoding *encoding);

#endif
