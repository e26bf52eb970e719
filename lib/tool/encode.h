/*
 * encode: how events become bytes in a sink: the formats, their options, and
 * the three calls that write one.
 *
 *	ev_encode_open(&encode, format, &settings, meta, &err);
 *	ev_stage_open(&stage, …, ev_encode_scan(encode), writer);
 *	ev_encode_begin(encode, &stage, &err);
 *	while (ev_stage_next(&stage, &line))
 *		ev_encode_event(encode, &stage, &line);
 *	ev_encode_end(encode, &stage, &err);
 *
 * NDJSON passes from the reader to the writer as it lies; a JSON array, CSV,
 * TSV and text are built in the writer.
 */
#ifndef EV_TOOL_ENCODE_H
#define EV_TOOL_ENCODE_H

#include "base/buf.h"
#include "event/scan.h"
#include "tool/opt.h"

struct ev_line;
struct ev_stage;

enum ev_encode_format {
	EV_ENCODE_NDJSON,
	EV_ENCODE_JSON,
	EV_ENCODE_CSV,
	EV_ENCODE_TSV,
	EV_ENCODE_TEXT,
};

struct ev_encode_settings {
	const char *columns;   /* a list, or NULL */
	int header;            /* names, none */
	const char *delimiter; /* NULL: the format's */
	const char *quote;     /* NULL: '"' */
	const char *null;      /* NULL: nothing */
	bool safe;
	int newlines;      /* enum ev_csv_newlines; -1: the format's */
	const char *field; /* of text; NULL: message */
};

/* clang-format off */
#define EV_ENCODE_DEFAULTS {.newlines = -1}
/* clang-format on */

/* --columns, --header, --delimiter, --quote, --null, --csv-safe, --newlines,
 * --field. */
extern const struct ev_opt ev_encode_options[8];

struct ev_encode;

/* The format of this name; where name is NULL that of the place, by its
 * suffix, before which the last `packed` bytes are taken off (those of ".gz").
 * EV_FATAL: usage, there is no such format. */
enum ev_status ev_encode_format(const char *name, const char *place,
    size_t packed, enum ev_encode_format *format, struct ev_err *err);
const char *ev_encode_name(enum ev_encode_format format);

/* `meta` is the field to take out, or NULL; settings and meta are lent.
 * EV_FATAL: usage, options that contradict each other or the format. */
enum ev_status ev_encode_open(struct ev_encode **encode,
    enum ev_encode_format format, const struct ev_encode_settings *settings,
    const char *meta, struct ev_err *err);
void ev_encode_free(struct ev_encode *encode);

/* What the stage is to scan with; lent. */
struct ev_scan *ev_encode_scan(struct ev_encode *encode);

/* For CSV and TSV that are appended to a file that is not empty: its header
 * says the columns, and is not written again. fd is read from where it
 * stands. EV_FATAL: exit 65, it has none, or --columns says others. */
enum ev_status ev_encode_continue(struct ev_encode *encode, int fd,
    const char *name, struct ev_err *err);

/* What stands before the events, each event, and what stands behind them.
 * What becomes of an event that cannot be written, the stage decides. EV_FATAL
 * of the end: exit 65, no event has come, so there are no columns. */
enum ev_status ev_encode_begin(struct ev_encode *encode, struct ev_stage *stage,
    struct ev_err *err);
void ev_encode_event(struct ev_encode *encode, struct ev_stage *stage,
    const struct ev_line *line);
enum ev_status ev_encode_end(struct ev_encode *encode, struct ev_stage *stage,
    struct ev_err *err);

/* Appends what the columns will be, for --explain. */
void ev_encode_explain(const struct ev_encode *encode, struct ev_buf *out);

#endif
