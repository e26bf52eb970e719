/*
 * scan: the one pass over an event's bytes. Validates a line as strict RFC
 * 8259 (grammar, numbers, UTF-8, nesting up to EV_SCAN_DEPTH) and hands out
 * the members that were asked for as slices of it. The whole line is
 * validated, not just the part before the last field wanted.
 *
 * Where it is lax, as evkit(7) is about events: a key may stand twice (the last
 * one counts), \u0000 and lone surrogates written as escapes pass.
 *
 * Order of calls: ev_scan_new, ev_scan_want for each field (or
 * ev_scan_want_members), then ev_scan_line for every line.
 */
#ifndef EV_EVENT_SCAN_H
#define EV_EVENT_SCAN_H

#include <stddef.h>

#include "event/value.h"

#define EV_SCAN_DEPTH 1024 /* nesting beyond this is bad */
#define EV_SCAN_PADDING 64 /* readable bytes wanted behind the newline */

struct ev_scan;

struct ev_scan *ev_scan_new(void);
void ev_scan_free(struct ev_scan *scan);

/* Asks for the member at a path of `depth` keys (1: top level). Returns its
 * slot, the index into the array that ev_scan_fields returns; asking twice
 * for one path gives one slot. Keys are copied. */
unsigned ev_scan_want(struct ev_scan *scan, const struct ev_slice *path,
    unsigned depth);
/* The same for one top-level key. */
unsigned ev_scan_want_key(struct ev_scan *scan, struct ev_slice key);

/* Asks for all members of the top level, in their order. */
void ev_scan_want_members(struct ev_scan *scan);

/* Scans the JSON object that begins at ptr (white space before it is
 * allowed) and ends at a newline, which must exist; EV_SCAN_PADDING bytes
 * behind the newline must be readable. Returns the newline's address. On
 * success *fault is NULL; else it points at the first byte that is wrong, and
 * ev_scan_reason tells why. */
const char *ev_scan_line(struct ev_scan *scan, const char *ptr,
    const char **fault);

/* As ev_scan_line, for any JSON value, not only an object. */
const char *ev_scan_any(struct ev_scan *scan, const char *ptr,
    const char **fault);

/* Why the text that begins at ptr and ends at a newline is no JSON value: a
 * static text, NULL if it is one. It may be nested one level less than an
 * event, so that it can be a member of one. The padding as above. */
const char *ev_scan_text(const char *ptr);

/* Why the last line was refused: "not a JSON object", "the line ends too
 * early" … A static text. */
const char *ev_scan_reason(const struct ev_scan *scan);

/* The values found in the last line, by slot; EV_MISSING where there was
 * none. Their contents change with each line, the address does not once all
 * fields have been asked for. */
const struct ev_value *ev_scan_fields(const struct ev_scan *scan);

/* The top-level members of the last line and their number; for a scan that
 * was asked for members. Valid until the next line. */
const struct ev_member *ev_scan_members(const struct ev_scan *scan,
    size_t *count);

/* How many keys were not the ones of the lines before, so far. While it stays
 * the same, lines of as many members have the same keys in the same order,
 * byte for byte. */
uint64_t ev_scan_changes(const struct ev_scan *scan);

#endif
