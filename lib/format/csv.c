/*
 * csv: see csv.h. This file has the blocks, the beginnings of records and what
 * becomes of a record; the rest is named in csv_impl.h.
 *
 * A record that lies whole in the block is converted at once by the fast pass.
 * Where that pass gives up, the search finds the record's end, across as many
 * reads as it takes and never looking at a byte twice, and the plain converter
 * says what the record is or what is wrong with it.
 */
#include "format/csv.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "event/build.h"
#include "format/csv_impl.h"

/* --- the block ----------------------------------------------------------- */

/* Puts the sentinel behind the data: a newline ends every scan. */
static void
seal(struct ev_csv *csv)
{
	memset(csv->buf + csv->end, 0, EV_CSV_PADDING);
	csv->buf[csv->end] = '\n';
}

/* Reads more behind the record at start. EV_OK also at the end of the input,
 * which sets eof. */
static enum ev_status
fill(struct ev_csv *csv, struct ev_err *err)
{
	enum ev_status status;
	size_t room, got;

	if (csv->start) {
		csv->end -= csv->start;
		memmove(csv->buf, csv->buf + csv->start, csv->end);
		csv->start = 0;
	}
	if (csv->end == csv->cap) {
		csv->cap *= 2;
		csv->buf = ev_mem_realloc(csv->buf, csv->cap + EV_CSV_PADDING);
	}
	room = csv->cap - csv->end;
	status = csv->in->read(csv->in, csv->buf + csv->end,
	    room < EV_CSV_BLOCK ? room : EV_CSV_BLOCK, &got, err);
	if (status == EV_OK) {
		csv->end += got;
		csv->taken += got;
	}
	seal(csv);
	if (status != EV_END)
		return status;
	csv->eof = true;
	return EV_OK;
}

/* Drops one line, which is no record; its quotes mean nothing. */
static enum ev_status
drop_line(struct ev_csv *csv, struct ev_err *err)
{
	for (;;) {
		const char *p = csv->buf + csv->start;
		const char *end = csv->buf + csv->end;
		enum ev_status status;

		if (csv->after_cr && p < end) {
			csv->after_cr = false;
			p += *p == '\n';
		}
		while (p < end && *p != '\n' && *p != '\r')
			p++;
		csv->start = (size_t)(p - csv->buf);
		if (p < end) {
			csv->after_cr = *p == '\r';
			csv->start++;
			csv->line++;
			csv->skip--;
			return EV_OK;
		}
		if (csv->eof) {
			csv->skip = 0;
			return EV_OK;
		}
		status = fill(csv, err);
		if (status != EV_OK)
			return status;
	}
}

/* --- where a record begins ----------------------------------------------- */

/* True if the input begins with the text, or may once more is read. */
static bool
may_begin_with(const struct ev_csv *csv, struct ev_slice text)
{
	size_t len = csv->end - csv->start;

	return !memcmp(csv->buf + csv->start, text.ptr,
	    len < text.len ? len : text.len);
}

/* Drops the byte order mark of UTF-8; that of UTF-16 is an error. */
static enum ev_status
begin_input(struct ev_csv *csv, struct ev_err *err)
{
	const struct ev_slice utf8 = EV_SLICE("\xEF\xBB\xBF");
	const struct ev_slice big = EV_SLICE("\xFE\xFF");
	const struct ev_slice little = EV_SLICE("\xFF\xFE");

	while (!csv->eof && csv->end - csv->start < utf8.len &&
	    (may_begin_with(csv, utf8) || may_begin_with(csv, big) ||
		may_begin_with(csv, little))) {
		enum ev_status status;

		if (csv->end - csv->start == 2 && !may_begin_with(csv, utf8))
			break;
		status = fill(csv, err);
		if (status != EV_OK)
			return status;
	}
	csv->begun = true;
	if (csv->end - csv->start >= utf8.len && may_begin_with(csv, utf8))
		csv->start += utf8.len;
	else if (csv->end - csv->start >= 2 &&
	    (may_begin_with(csv, big) || may_begin_with(csv, little)))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "cannot read '%s': it is UTF-16 (--encoding utf-16)",
		    csv->in->name);
	return EV_OK;
}

/* What follows a record that was given before, without its line end. */
static enum ev_status
check_end(struct ev_csv *csv, struct ev_err *err)
{
	char c = csv->buf[csv->start];

	csv->goes_on = false;
	csv->skip = 1;
	if (c == '\n' || c == '\r')
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "'%s': the last row had no line end and was read as it was; now it "
	    "goes on",
	    csv->in->name);
}

/* Comes to the first byte of the next record. A blank line is none, unless
 * the file has one column: then it is an empty cell. */
static enum ev_status
begin_record(struct ev_csv *csv, struct ev_err *err)
{
	const struct ev_slice *comment = &csv->set.comment;

	for (;;) {
		enum ev_status status = EV_OK;
		char c = csv->buf[csv->start];

		if (csv->skip) {
			status = drop_line(csv, err);
		} else if (csv->start == csv->end) {
			if (csv->eof)
				return EV_END;
			status = fill(csv, err);
		} else if (csv->goes_on) {
			status = check_end(csv, err);
		} else if (csv->after_cr) {
			csv->after_cr = false;
			csv->start += c == '\n';
		} else if ((c == '\n' || c == '\r') && csv->columns != 1) {
			csv->skip = 1;
		} else if (!comment->len || !may_begin_with(csv, *comment)) {
			return EV_OK;
		} else if (csv->end - csv->start >= comment->len) {
			csv->skip = 1;
		} else if (csv->eof) {
			return EV_OK;
		} else {
			status = fill(csv, err);
		}
		if (status != EV_OK)
			return status;
	}
}

/* --- where it ends ------------------------------------------------------- */

static void
keep_head(struct ev_csv *csv, size_t len)
{
	size_t room = EV_CSV_HEAD - csv->head.len;

	ev_buf_append(&csv->head, csv->buf + csv->start,
	    len < room ? len : room);
}

/* Lets go of what was looked at of a record that is too long. */
static void
shorten(struct ev_csv *csv)
{
	keep_head(csv, csv->search.at);
	csv->start += csv->search.at;
	csv->dropped += csv->search.at;
	csv->search.at = 0;
}

static enum ev_status
find_end(struct ev_csv *csv, struct ev_err *err)
{
	while (!ev_csv_search_end(csv, &csv->search, csv->buf + csv->start,
	    csv->end - csv->start, csv->eof)) {
		enum ev_status status;

		if (csv->dropped + csv->search.at > csv->set.max_event)
			shorten(csv);
		status = fill(csv, err);
		if (status != EV_OK)
			return status;
		csv->refilled = true;
	}
	return EV_OK;
}

/* Goes behind the record that was found, and its line end. */
static void
consume(struct ev_csv *csv)
{
	csv->line += csv->search.lines;
	csv->start += csv->search.at;
	csv->torn = csv->start == csv->end;
	if (!csv->torn) {
		csv->after_cr = csv->buf[csv->start++] == '\r';
		csv->line++;
	}
	csv->searching = false;
}

static enum ev_status
wrong_count(const struct ev_csv *csv, size_t count, struct ev_err *err)
{
	const char *other = ev_csv_other_delimiter(&csv->decoder);
	char hint[64] = "";

	if (count < csv->columns)
		snprintf(hint, sizeof(hint), " (--ragged pad fills the row)");
	else if (other)
		snprintf(hint, sizeof(hint),
		    ", with a '%s' in its name: --delimiter '%s'?", other,
		    other);
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "the row has %zu cell%s, the header %zu%s", count,
	    count == 1 ? "" : "s", csv->columns, hint);
}

/* --- what becomes of it -------------------------------------------------- */

/* All cells of a row, by the plain way. What is wrong with the quotes is said
 * before a wrong number of cells, and that before a wrong cell. */
static enum ev_status
convert_cells(struct ev_csv *csv, struct ev_slice row, struct ev_buf *out,
    struct ev_err *err)
{
	struct ev_csv_walk walk;
	struct ev_csv_cell cell;
	enum ev_status status = EV_OK;
	size_t count = 0, extra = 0;

	ev_csv_walk_init(&walk, row, &csv->cell);
	for (; ev_csv_walk_next(csv, &walk, &cell); count++) {
		if (count >= csv->columns) {
			extra += cell.quoted || cell.raw.len;
		} else if (csv->suggest) {
			ev_csv_suggest_cell(csv->suggest, csv,
			    &csv->column[count], &cell);
		} else if (status == EV_OK) {
			ev_buf_slice(out, csv->column[count].key);
			status = ev_csv_put(csv, &csv->column[count], &cell,
			    out, err);
		}
	}
	if (walk.fault)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "cell %zu: %s",
		    count, walk.fault);
	if (count == csv->columns || (csv->set.pad && !extra)) {
		for (; count < csv->columns && !csv->suggest; count++) {
			ev_buf_slice(out, csv->column[count].key);
			ev_build_null(out);
		}
		return status;
	}
	return wrong_count(csv, count, err);
}

static enum ev_status
convert(struct ev_csv *csv, struct ev_slice row, struct ev_buf *out,
    struct ev_err *err)
{
	size_t from = out->len, whole = ev_utf8_check(row.ptr, row.len);
	enum ev_status status;

	if (whole != row.len)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "byte %zu of the row is not UTF-8 "
		    "(--encoding latin1, windows-1252 … converts)",
		    whole + 1);
	status = convert_cells(csv, row, out, err);
	if (csv->suggest)
		return status;
	ev_build_close(out);
	if (status == EV_OK && out->len - from > csv->set.max_event)
		status = ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "the event would be longer than %zu bytes (--max-event)",
		    csv->set.max_event);
	if (status != EV_OK)
		out->len = from;
	return status;
}

static enum ev_status
too_long(const struct ev_csv *csv, struct ev_err *err)
{
	if (csv->search.lines)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "the record is longer than %zu bytes (--max-event) and "
		    "has %zu lines: does a quoted cell not end?",
		    csv->set.max_event, (size_t)csv->search.lines + 1);
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "the record is longer than %zu bytes (--max-event)",
	    csv->set.max_event);
}

/* The record that find_end has found. */
static enum ev_status
take(struct ev_csv *csv, struct ev_buf *out, struct ev_record *record,
    struct ev_err *err)
{
	struct ev_slice row = {csv->buf + csv->start, csv->search.at};
	enum ev_status status;

	*record = (struct ev_record){.line = csv->line,
	    .input = row,
	    .length = csv->dropped + row.len};
	if (record->length > csv->set.max_event) {
		if (csv->dropped) {
			keep_head(csv, row.len);
			record->input = ev_buf_as_slice(&csv->head);
		}
		status = too_long(csv, err);
	} else {
		status = convert(csv, row, out, err);
	}
	consume(csv);
	return status;
}

/* The first record: names the columns, or only counts them. */
static enum ev_status
take_header(struct ev_csv *csv, struct ev_record *record, struct ev_err *err)
{
	struct ev_slice row = {csv->buf + csv->start, csv->search.at};
	enum ev_status status;

	*record = (struct ev_record){.line = csv->line,
	    .input = row,
	    .length = csv->dropped + row.len};
	if (record->length > csv->set.max_event)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "cannot read the header of '%s': it is longer than %zu "
		    "bytes (--max-event)",
		    csv->in->name, csv->set.max_event);
	if (!csv->set.headerless) {
		status = ev_csv_header_set(csv, row,
		    csv->line + csv->search.lines + 1, err);
		consume(csv);
		return status;
	}
	status = ev_csv_header_count(csv, row, err);
	if (status == EV_BAD)
		consume(csv);
	/* Else the row is read again, as data. */
	csv->searching = false;
	return status;
}

static bool
take_fast(struct ev_csv *csv, struct ev_buf *out, struct ev_record *record)
{
	const char *row = csv->buf + csv->start;
	uint64_t line = csv->line;
	size_t len;

	if (!csv->fast || !csv->column || csv->suggest ||
	    !csv->fast(csv, out, &len))
		return false;
	*record = (struct ev_record){.line = line,
	    .input = {row, len},
	    .length = len};
	return true;
}

/* The next record, or, where out is NULL, the header, if it is not known. */
static enum ev_status
step(struct ev_csv *csv, struct ev_buf *out, struct ev_record *record,
    struct ev_err *err)
{
	enum ev_status status;

	for (;;) {
		if (!out && csv->column)
			return EV_OK;
		if (!csv->begun && (status = begin_input(csv, err)) != EV_OK)
			return status;
		if (!csv->searching) {
			status = begin_record(csv, err);
			if (status != EV_OK)
				return status;
			if (take_fast(csv, out, record))
				return EV_OK;
			csv->searching = true;
			csv->refilled = false;
			csv->search = (struct ev_csv_search){0};
			csv->dropped = csv->head.len = 0;
		}
		status = find_end(csv, err);
		if (status != EV_OK)
			return status;
		if (csv->refilled && !csv->dropped &&
		    take_fast(csv, out, record)) {
			csv->searching = false;
			return EV_OK;
		}
		if (csv->column)
			return take(csv, out, record, err);
		status = take_header(csv, record, err);
		if (status != EV_OK)
			return status;
	}
}

static enum ev_status
next(struct ev_decoder *decoder, struct ev_buf *out, struct ev_record *record,
    struct ev_err *err)
{
	return step((struct ev_csv *)decoder, out, record, err);
}

static struct ev_behind
behind(const struct ev_decoder *decoder)
{
	const struct ev_csv *csv = (const struct ev_csv *)decoder;
	uint64_t left = csv->end - csv->start;
	struct ev_behind behind = {0};

	/* Of a record that is still being looked for. */
	if (csv->searching)
		left += csv->dropped;
	behind.offset = csv->taken - left;
	behind.lines = csv->line - 1 + csv->torn;
	if (csv->torn) {
		behind.end = EV_RECORD_TORN;
	} else if (csv->after_cr && csv->start < csv->end) {
		behind.offset += csv->buf[csv->start] == '\n';
	} else if (csv->after_cr) {
		behind.end = EV_RECORD_CR;
	}
	return behind;
}

/* The header is read first; it and what was read with it may reach beyond the
 * offset. */
static enum ev_status
go(struct ev_decoder *decoder, const struct ev_behind *behind, uint64_t *at,
    struct ev_err *err)
{
	struct ev_csv *csv = (struct ev_csv *)decoder;
	enum ev_status status = EV_BAD;
	struct ev_record record;
	uint64_t from;

	/* Without names in it, rows that are bad come before the first one
	 * that can be counted. */
	while (status == EV_BAD)
		status = step(csv, NULL, &record, err);
	if (status != EV_OK)
		return status;
	while (!at && behind->offset > csv->taken) {
		csv->start = csv->end;
		status = csv->eof ? EV_END : fill(csv, err);
		if (status != EV_OK)
			return status;
	}
	from = csv->taken - (csv->end - csv->start);
	if (behind->offset > csv->taken) {
		csv->start = csv->end = 0;
		csv->taken = behind->offset;
		csv->eof = false;
	} else if (behind->offset > from) {
		csv->start += (size_t)(behind->offset - from);
	}
	seal(csv);
	csv->begun = true;
	csv->searching = false;
	csv->skip = 0;
	csv->after_cr = behind->end == EV_RECORD_CR;
	csv->goes_on = behind->end == EV_RECORD_TORN;
	csv->line = behind->lines + !csv->goes_on;
	if (at)
		*at = csv->taken;
	return EV_OK;
}

enum ev_status
ev_csv_suggest_next(struct ev_csv_suggest *suggest, struct ev_decoder *decoder,
    struct ev_record *record, struct ev_err *err)
{
	struct ev_csv *csv = (struct ev_csv *)decoder;
	struct ev_buf none = {0};
	enum ev_status status;

	csv->suggest = suggest;
	status = next(decoder, &none, record, err);
	csv->suggest = NULL;
	return status;
}

/* --- opening ------------------------------------------------------------- */

static void
release(struct ev_decoder *decoder)
{
	struct ev_csv *csv = (struct ev_csv *)decoder;

	free(csv->buf);
	free(csv->column);
	ev_buf_release(&csv->head);
	ev_buf_release(&csv->keys);
	ev_buf_release(&csv->names);
	ev_buf_release(&csv->cell);
	ev_buf_release(&csv->json);
	ev_scan_free(csv->scan);
	free(csv);
}

enum ev_status
ev_csv_open(struct ev_decoder **decoder, struct ev_input *in,
    const struct ev_csv_settings *settings, struct ev_err *err)
{
	struct ev_csv *csv;

	if (ev_csv_check(settings, err) != EV_OK)
		return EV_FATAL;
	csv = ev_mem_zalloc(1, sizeof(*csv));
	csv->decoder = (struct ev_decoder){next, behind, go, release};
	csv->in = in;
	csv->set = *settings;
	/* A quote that escapes itself is what doubling is. */
	if (csv->set.escape == csv->set.quote)
		csv->set.escape = 0;
	csv->line = 1;
	csv->skip = settings->skip;
	csv->cap = EV_CSV_BLOCK;
	csv->buf = ev_mem_alloc(csv->cap + EV_CSV_PADDING);
	seal(csv);
	ev_csv_mark_special(csv);
	ev_csv_fast_choose(csv);
	if (settings->header.ptr &&
	    ev_csv_header_set(csv, settings->header, 0, err) != EV_OK) {
		release(&csv->decoder);
		return EV_FATAL;
	}
	*decoder = &csv->decoder;
	return EV_OK;
}
