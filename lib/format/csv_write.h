/*
 * csv_write: values to CSV and TSV, so that evsource reads the same values
 * again as far as CSV can say them, and gives the same cells when it is
 * written once more (RFC 4180; a record ends with one '\n').
 *
 *	null, missing   an empty cell, or the text of --null
 *	""              "" (with quotes; that is the difference)
 *	text            as it is; in quotes where it holds the delimiter, the
 *	                quote or a line end, and where without them it would be
 *	                read as a number, as null or as the end of a COPY
 *	number          its own text; true, false
 *	object, array   their JSON text
 */
#ifndef EV_FORMAT_CSV_WRITE_H
#define EV_FORMAT_CSV_WRITE_H

#include "base/err.h"
#include "event/value.h"

enum ev_csv_newlines {
	EV_CSV_NEWLINES_KEEP,  /* in quotes, as they are */
	EV_CSV_NEWLINES_SPACE, /* each becomes a space */
	EV_CSV_NEWLINES_BAD,   /* make the event bad */
};

struct ev_csv_style {
	char delimiter;
	char quote;           /* 0: none, and what would need it is bad */
	struct ev_slice null; /* what null is written as; lent */
	bool safe;            /* ' before text that a spreadsheet computes */
	enum ev_csv_newlines newlines;
};

/* Appends the cells of a record, without its newline. Behind the bytes of a
 * value 32 more must be readable, as they are where a scan made it. `scratch`
 * is for texts with escapes. EV_BAD, with out as it was: the value *bad cannot
 * be a cell; the reason is to stand behind its column's name. */
enum ev_status ev_csv_write_values(const struct ev_csv_style *style,
    const struct ev_value *values, size_t count, struct ev_buf *scratch,
    struct ev_buf *out, size_t *bad, struct ev_err *err);

/* Does to the line ends in a text what is asked for: false where they are bad.
 * A text that holds one must be in the caller's own bytes. */
bool ev_csv_write_newlines(enum ev_csv_newlines newlines,
    struct ev_slice *text);

/* Appends one cell that is a name: never null, and a number stays without
 * quotes. */
enum ev_status ev_csv_write_name(const struct ev_csv_style *style,
    struct ev_slice name, struct ev_buf *out, struct ev_err *err);

#endif
