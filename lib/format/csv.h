/*
 * csv: CSV and TSV as events; evkit-csv(7) says what is read how and why.
 *
 * RFC 4180 and what people have in its place: another delimiter or quote, an
 * escape character, comments, rows that are too short. A record ends at LF,
 * CR LF or a lone CR outside quotes. The first row names the fields; each
 * input has a header of its own.
 *
 * The common dialect (one-byte delimiter, quote '"' or none, no escape) is
 * converted in one pass of 16 bytes a step, or 32 with AVX2; every row that
 * this pass does not take, and every other dialect, goes through a plain state
 * machine that says what is wrong. Both give the same answers for every input.
 *
 * Memory: a block of 128 KiB, or the longest record (at most max_event) and
 * what doubling adds.
 */
#ifndef EV_FORMAT_CSV_H
#define EV_FORMAT_CSV_H

#include <stdbool.h>

#include "format/format.h"

#define EV_CSV_DELIMITER 16 /* bytes of a delimiter at most */

/* Which code converts rows: for tests, which compare them. */
enum ev_csv_path {
	EV_CSV_BEST,
	EV_CSV_AVX2, /* where there is none: the next */
	EV_CSV_SSE2,
	EV_CSV_PORTABLE,
	EV_CSV_PLAIN,
};

struct ev_csv_settings {
	struct ev_slice delimiter; /* "," "\t" "||" … */
	char quote;                /* ASCII; 0: cells are never quoted */
	char escape;               /* ASCII; 0: none */
	bool lazy_quotes;        /* a quote inside a quoted cell is text unless
	                            * a delimiter or line end follows */
	bool pad;                /* cells that lack are null, empty ones too
	                            * many are dropped; else the row is bad */
	bool headerless;         /* no row names the fields: c1, c2 … */
	struct ev_slice header;  /* a,b,c: the names, instead of a first row;
	                            * NULL: the first row is the header */
	struct ev_slice comment; /* what a line that is none begins with, or
	                            * NULL */
	const struct ev_slice *null; /* unquoted cells that are null, beside the
	                              * empty one */
	size_t null_count;
	uint64_t skip;              /* lines left out at the beginning */
	struct ev_csv_types *types; /* NULL: automatic */
	size_t max_event;           /* bytes of a record, and of its event */
	enum ev_csv_path path;
};

/* What a CSV of RFC 4180 is; delimiter and the rest are the caller's. */
/* clang-format off */
#define EV_CSV_DEFAULTS \
	{.delimiter = {",", 1}, .quote = '"', .max_event = 16u << 20}
/* clang-format on */

/* The input is lent until the decoder is freed, and so is all that settings
 * points at; settings itself for the call. EV_FATAL: exit 64, a dialect that
 * contradicts itself, a wrong header list. Of the decoder's next, EV_FATAL
 * with exit 65 is a header that names no fields (not UTF-8, two equal names). */
enum ev_status ev_csv_open(struct ev_decoder **decoder, struct ev_input *in,
    const struct ev_csv_settings *settings, struct ev_err *err);

/* The delimiter that the rows seem to have instead of the one that was set, as
 * --delimiter takes it: the name of the only column holds it. NULL: there is
 * no such sign, or no header yet. */
const char *ev_csv_other_delimiter(const struct ev_decoder *decoder);

/* --- types: "id:text,price:number,note:text!", "text" for all columns --- */

struct ev_csv_types;

/* Reads a list of NAME:TYPE[!] and TYPE[!]. EV_FATAL: exit 64. May be shared
 * by decoders, and must outlive them. */
enum ev_status ev_csv_types_new(struct ev_csv_types **types,
    struct ev_slice list, struct ev_err *err);
void ev_csv_types_free(struct ev_csv_types *types);
/* A name in the list that no header read so far had, or NULL: a typing error
 * that the caller should report at the end. */
const char *ev_csv_types_unused(const struct ev_csv_types *types);

/* --- suggestion: what to paste after --types --------------------------- */

struct ev_csv_suggest;

struct ev_csv_suggest *ev_csv_suggest_new(void);
void ev_csv_suggest_free(struct ev_csv_suggest *suggest);
/* Looks at the next record of a decoder that ev_csv_open made instead of
 * converting it: returns what the decoder's next would. Several decoders may
 * feed one suggestion; columns of one name are one. */
enum ev_status ev_csv_suggest_next(struct ev_csv_suggest *suggest,
    struct ev_decoder *decoder, struct ev_record *record, struct ev_err *err);
/* Appends the list for --types, without shell quotes: number, boolean or json
 * where every cell that is not null is one, else text. False: no column was
 * seen. */
bool ev_csv_suggest_list(const struct ev_csv_suggest *suggest,
    struct ev_buf *out);

#endif
