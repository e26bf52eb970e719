/*
 * csv_impl: what the files of csv share; nobody else includes it.
 *
 * csv.c reads blocks, finds records and hands them to a converter; csv_row.c
 * finds where a record and its cells end (every dialect); csv_type.c makes
 * JSON of a cell; csv_header.c makes columns of the first row; csv_avx2.c,
 * csv_sse2.c and csv_portable.c are csv_fast.h, the one pass for the common
 * dialect.
 */
#ifndef EV_FORMAT_CSV_IMPL_H
#define EV_FORMAT_CSV_IMPL_H

#include "event/scan.h"
#include "format/csv.h"

#define EV_CSV_BLOCK (128u << 10) /* bytes read at once */
#define EV_CSV_HEAD (64u << 10)   /* bytes kept of a record too long */
/* Readable bytes behind the data: a load of 32 at any of its bytes, twice for
 * a number, and a --null string that the fast pass compares. */
#define EV_CSV_PADDING 64

enum ev_csv_type {
	EV_CSV_AUTO,
	EV_CSV_TEXT,
	EV_CSV_NUMBER,
	EV_CSV_BOOLEAN,
	EV_CSV_JSON,
};

struct ev_csv_column {
	struct ev_slice key;  /* `{"id":` or `,"id":` */
	struct ev_slice name; /* plain text */
	enum ev_csv_type type;
	bool filled;                /* an empty cell is "" and not null */
	const unsigned char *start; /* start_auto or start_plain */
};

/* What the first byte of a cell tells the fast pass; see csv_fast.h. */
enum ev_csv_start {
	EV_CSV_START_TEXT,
	EV_CSV_START_DIGIT,
	EV_CSV_START_EMPTY,
	EV_CSV_START_QUOTE,
	EV_CSV_START_NULL, /* may be a --null string: look, then ask again */
};

/* The search for a record's end: resumable, since the input may stop in the
 * middle of it. */
enum ev_csv_state {
	EV_CSV_CELL, /* at a cell's first byte */
	EV_CSV_UNQUOTED,
	EV_CSV_QUOTED,
	EV_CSV_CLOSED, /* behind a quote that may have closed the cell */
};

struct ev_csv_search {
	size_t at; /* bytes of the record that were looked at */
	enum ev_csv_state state;
	char last;      /* the byte before at */
	uint64_t lines; /* line ends among those bytes */
};

struct ev_csv;

/* Converts the record at csv->start: true, and it is consumed and *len is its
 * length; false: it is not whole, not right, or not common, and nothing has
 * changed. */
typedef bool ev_csv_fast(struct ev_csv *csv, struct ev_buf *out, size_t *len);

struct ev_csv {
	struct ev_decoder decoder;
	struct ev_input *in;
	struct ev_csv_settings set;

	char *buf; /* cap + EV_CSV_PADDING bytes; a newline stands at end */
	size_t start, end, cap; /* the record begins at start */
	bool eof;
	uint64_t taken; /* bytes of the input that were read, or lie before */
	bool torn;      /* the last record had no line end */
	bool goes_on;  /* the line end of the last record of before must come */
	bool after_cr; /* a newline at start belongs to the line before */
	uint64_t line; /* the number of the line at start */
	uint64_t skip; /* lines to drop before the next record */
	bool begun;    /* a byte order mark was looked for */

	bool searching; /* search holds something of this record */
	bool refilled;  /* the fast pass did not see all of this record */
	struct ev_csv_search search;
	size_t dropped;     /* bytes of this record that are gone */
	struct ev_buf head; /* its first bytes, then */

	struct ev_csv_column *column; /* NULL: no header yet */
	size_t columns, column_cap;
	struct ev_buf keys, names; /* what the columns point into */

	bool special[256]; /* ends a run of bytes for the search */
	/* enum ev_csv_start by a cell's first byte, in columns where a number
	 * is one and in those where it is text */
	unsigned char start_auto[256], start_plain[256];
	ev_csv_fast *fast;

	struct ev_buf cell, json;       /* scratch */
	struct ev_scan *scan;           /* of json columns; made when needed */
	struct ev_csv_suggest *suggest; /* NULL: convert */
};

/* --- csv_dialect.c ------------------------------------------------------ */

/* EV_FATAL, exit 64: the settings contradict themselves. */
enum ev_status ev_csv_check(const struct ev_csv_settings *set,
    struct ev_err *err);
/* Fills in csv->special. */
void ev_csv_mark_special(struct ev_csv *csv);

/* --- csv_row.c ---------------------------------------------------------- */

/* Goes on looking for the end of the record at s, of which len bytes are
 * there. True: it ends at search->at, where a line end stands or, if `last`,
 * the input ends. False: more bytes are needed. */
bool ev_csv_search_end(const struct ev_csv *csv, struct ev_csv_search *search,
    const char *s, size_t len, bool last);

/* The dialect of the lists that options give: RFC 4180's. */
extern const struct ev_csv ev_csv_list;

struct ev_csv_cell {
	struct ev_slice text; /* quotes and escapes undone */
	struct ev_slice raw;  /* as it stands there */
	bool quoted;
};

/* The cells of a whole record. */
struct ev_csv_walk {
	const char *at, *end;
	bool done;
	const char *fault; /* what is wrong with the last cell; NULL */
	struct ev_buf *scratch;
};

void ev_csv_walk_init(struct ev_csv_walk *walk, struct ev_slice row,
    struct ev_buf *scratch);
/* False at the end. cell->text may lie in scratch, until the next call. */
bool ev_csv_walk_next(const struct ev_csv *csv, struct ev_csv_walk *walk,
    struct ev_csv_cell *cell);

/* Appends an item to a list that ev_csv_list reads. */
void ev_csv_list_item(struct ev_buf *list, struct ev_slice item);

/* --- csv_type.c --------------------------------------------------------- */

/* True of a JSON number without exponent and of at most 18 digits. */
bool ev_csv_is_number(struct ev_slice text);
/* True of JSON; csv->json is the text then, with blanks for its line ends. */
bool ev_csv_is_json(struct ev_csv *csv, struct ev_slice text);
/* True if the cell is null in a column of whatever type. */
bool ev_csv_is_null(const struct ev_csv *csv, const struct ev_csv_cell *cell);
/* Appends the cell's value. EV_BAD: it is not of the column's type. */
enum ev_status ev_csv_put(struct ev_csv *csv,
    const struct ev_csv_column *column, const struct ev_csv_cell *cell,
    struct ev_buf *out, struct ev_err *err);
/* The type of the column named so. */
void ev_csv_types_apply(struct ev_csv_types *types,
    struct ev_csv_column *column);

/* --- csv_header.c ------------------------------------------------------- */

/* Makes the columns of a row of names; next_line is the number of the line
 * behind it, 0 where the names came from an option. */
enum ev_status ev_csv_header_set(struct ev_csv *csv, struct ev_slice row,
    uint64_t next_line, struct ev_err *err);
/* Makes c1, c2 … of a row of cells. */
enum ev_status ev_csv_header_count(struct ev_csv *csv, struct ev_slice row,
    struct ev_err *err);

/* --- csv_suggest.c ------------------------------------------------------ */

void ev_csv_suggest_cell(struct ev_csv_suggest *suggest, struct ev_csv *csv,
    const struct ev_csv_column *column, const struct ev_csv_cell *cell);

/* --- csv_fast.c, csv_avx2.c, csv_sse2.c, csv_portable.c ----------------- */

/* Sets fast, if the dialect is common, and its tables. */
void ev_csv_fast_choose(struct ev_csv *csv);

/* The passes by width; NULL: not for this processor. */
extern ev_csv_fast *const ev_csv_fast_avx2, *const ev_csv_fast_sse2,
						*const ev_csv_fast_portable;

#endif
