/*
 * encode: see encode.h.
 */
#include "tool/encode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "event/build.h"
#include "format/columns.h"
#include "format/csv_write.h"
#include "tool/csv_opt.h"
#include "tool/stage.h"
#include "tool/tool.h"

#define PASTE 512 /* bytes of a reason that a message has room for */

const struct ev_opt ev_encode_options[8] = {
    {"columns", 0, EV_OPT_TEXT, offsetof(struct ev_encode_settings, columns),
	"LIST", "csv, tsv: id,user.name,\"odd, name\""},
    {"header", 0, EV_OPT_CHOICE, offsetof(struct ev_encode_settings, header),
	"names|none", NULL},
    {"delimiter", 'd', EV_OPT_TEXT,
	offsetof(struct ev_encode_settings, delimiter), "C",
	"csv, tsv: what separates cells (\\t is a tab)"},
    {"quote", 0, EV_OPT_TEXT, offsetof(struct ev_encode_settings, quote),
	"C|none", NULL},
    {"null", 0, EV_OPT_TEXT, offsetof(struct ev_encode_settings, null), "TEXT",
	"csv: what null is written as"},
    {"csv-safe", 0, EV_OPT_FLAG, offsetof(struct ev_encode_settings, safe),
	NULL, "csv: a ' before text that begins with = + - @"},
    {"newlines", 0, EV_OPT_CHOICE,
	offsetof(struct ev_encode_settings, newlines), "keep|space|bad", NULL},
    {"field", 0, EV_OPT_TEXT, offsetof(struct ev_encode_settings, field),
	"NAME", "text: the field to write (message)"},
};

struct ev_encode {
	enum ev_encode_format format;
	const char *meta; /* or NULL */
	struct ev_scan *scan;
	unsigned slot; /* of meta, or of text's field */
	struct ev_buf scratch;

	/* csv, tsv */
	struct ev_csv_style style;
	struct ev_columns *columns;
	bool header; /* is still to be written */
	/* text */
	const char *field;
	/* json: the last event, which gets a comma if another one comes */
	struct ev_buf held;
};

static const struct {
	const char *name;
	const char *suffix[3];
} formats[] = {
    [EV_ENCODE_NDJSON] = {"ndjson", {".ndjson", ".jsonl", NULL}},
    [EV_ENCODE_JSON] = {"json", {".json", NULL}},
    [EV_ENCODE_CSV] = {"csv", {".csv", NULL}},
    [EV_ENCODE_TSV] = {"tsv", {".tsv", NULL}},
    [EV_ENCODE_TEXT] = {"text", {".txt", ".log", NULL}},
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

const char *
ev_encode_name(enum ev_encode_format format)
{
	return formats[format].name;
}

static bool
ends_with(const char *text, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len > n && !strncasecmp(text + len - n, suffix, n);
}

/* A name that promises another format, or a packing, than can be written. */
static const char *
promises_other(const char *place, size_t len)
{
	static const char *const other[] = {".7z", ".Z", ".arrow", ".avro",
	    ".br", ".db", ".feather", ".html", ".lz4", ".ods", ".orc",
	    ".parquet", ".pdf", ".rar", ".sqlite", ".tar", ".tgz", ".xls",
	    ".xlsx", ".xml", ".yaml", ".yml", ".zip", NULL};

	for (const char *const *s = other; *s; s++)
		if (ends_with(place, len, *s))
			return *s;
	return NULL;
}

enum ev_status
ev_encode_format(const char *name, const char *place, size_t packed,
    enum ev_encode_format *format, struct ev_err *err)
{
	size_t len = strlen(place) - packed;

	*format = EV_ENCODE_NDJSON;
	for (unsigned i = 0; i < FORMATS; i++) {
		if (name && !strcmp(name, formats[i].name)) {
			*format = i;
			return EV_OK;
		}
		for (const char *const *s = formats[i].suffix; !name && *s; s++)
			if (ends_with(place, len, *s))
				*format = i;
	}
	if (name)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--format: no format '%s' can be written (ndjson, json, "
		    "csv, tsv, text)",
		    name);
	name = promises_other(place, strlen(place));
	if (name)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "'%s': no %s can be written: --format says what it shall "
		    "be (ndjson, json, csv, tsv, text)",
		    place, name);
	return EV_OK;
}

/* --- opening ------------------------------------------------------------- */

/* True if c can stand between cells or around them: ASCII, no line end, and
 * nothing that numbers or true and false are made of. */
static bool
separates(char c)
{
	return c > 0 && !strchr("+-.\n\r", c) && !(c >= '0' && c <= '9') &&
	    !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z');
}

/* Delimiter and quote are spelled as for reading. */
static enum ev_status
read_dialect(struct ev_csv_style *style, bool tsv,
    const struct ev_encode_settings *settings, struct ev_err *err)
{
	struct ev_csv_opts opts = {.delimiter = settings->delimiter,
	    .quote = settings->quote};
	struct ev_csv_settings csv;
	size_t len;

	if (ev_csv_opts_settings(&opts, tsv, EV_MAX_EVENT, &csv, err) != EV_OK)
		return EV_FATAL;
	len = csv.delimiter.len;
	style->delimiter = csv.delimiter.ptr[0];
	style->quote = csv.quote;
	ev_csv_opts_release(&csv);
	if (len != 1 || !separates(style->delimiter))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--delimiter '%s': not one ASCII character that no number "
		    "and no word holds",
		    settings->delimiter);
	if (style->quote == style->delimiter)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--delimiter and --quote are both '%c'", style->quote);
	if (style->quote && !separates(style->quote))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--quote '%s': not one ASCII character that no number "
		    "and no word holds",
		    settings->quote);
	return EV_OK;
}

static enum ev_status
read_null(struct ev_csv_style *style, const char *text, struct ev_err *err)
{
	const char *p = text;

	style->null = ev_slice_of(text);
	p += *p == '-';
	if (*p >= '0' && *p <= '9')
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--null '%s': numbers are written so", text);
	for (p = text; *p; p++)
		if (*p == style->delimiter || *p == style->quote ||
		    *p == '\n' || *p == '\r')
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "--null '%s': it would need quotes", text);
	return EV_OK;
}

static enum ev_status
open_csv(struct ev_encode *encode, const struct ev_encode_settings *settings,
    struct ev_err *err)
{
	struct ev_csv_style *style = &encode->style;

	style->null = EV_SLICE("");
	style->safe = settings->safe;
	if (settings->newlines >= 0)
		style->newlines = (enum ev_csv_newlines)settings->newlines;
	if (read_dialect(style, encode->format == EV_ENCODE_TSV, settings,
		err) != EV_OK)
		return EV_FATAL;
	if (settings->null && read_null(style, settings->null, err) != EV_OK)
		return EV_FATAL;
	encode->header = settings->header == 0;
	encode->columns = ev_columns_new();
	if (encode->meta)
		ev_columns_ignore(encode->columns, ev_slice_of(encode->meta));
	ev_scan_want_members(encode->scan);
	if (settings->columns)
		return ev_columns_parse(encode->columns, settings->columns,
		    err);
	return EV_OK;
}

/* Options that only some formats have. */
static enum ev_status
check(enum ev_encode_format format, const struct ev_encode_settings *settings,
    struct ev_err *err)
{
	bool csv = format == EV_ENCODE_CSV || format == EV_ENCODE_TSV;
	bool text = format == EV_ENCODE_TEXT;
	const struct {
		const char *option;
		bool given, fits;
	} tested[] = {
	    {"columns", settings->columns, csv},
	    {"header", settings->header, csv},
	    {"delimiter", settings->delimiter, csv},
	    {"quote", settings->quote, csv},
	    {"null", settings->null, csv},
	    {"csv-safe", settings->safe, csv},
	    {"newlines", settings->newlines >= 0, csv || text},
	    {"field", settings->field, text},
	};

	for (unsigned i = 0; i < sizeof(tested) / sizeof(tested[0]); i++)
		if (tested[i].given && !tested[i].fits)
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "--%s: the format is %s, which has none (--format)",
			    tested[i].option, ev_encode_name(format));
	return EV_OK;
}

enum ev_status
ev_encode_open(struct ev_encode **result, enum ev_encode_format format,
    const struct ev_encode_settings *settings, const char *meta,
    struct ev_err *err)
{
	struct ev_encode *encode;

	*result = NULL;
	if (check(format, settings, err) != EV_OK)
		return EV_FATAL;
	*result = encode = ev_mem_zalloc(1, sizeof(*encode));
	encode->format = format;
	encode->meta = meta;
	encode->scan = ev_scan_new();
	switch (format) {
	case EV_ENCODE_CSV:
	case EV_ENCODE_TSV:
		return open_csv(encode, settings, err);
	case EV_ENCODE_TEXT:
		encode->field = settings->field ? settings->field : "message";
		encode->style.newlines = settings->newlines < 0
		    ? EV_CSV_NEWLINES_BAD
		    : (enum ev_csv_newlines)settings->newlines;
		encode->slot = ev_scan_want_key(encode->scan,
		    ev_slice_of(encode->field));
		return EV_OK;
	case EV_ENCODE_NDJSON:
	case EV_ENCODE_JSON:
		break;
	}
	if (meta) {
		encode->slot = ev_scan_want_key(encode->scan,
		    ev_slice_of(meta));
		ev_scan_want_members(encode->scan);
	}
	return EV_OK;
}

void
ev_encode_free(struct ev_encode *encode)
{
	if (!encode)
		return;
	ev_scan_free(encode->scan);
	ev_columns_free(encode->columns);
	ev_buf_release(&encode->scratch);
	ev_buf_release(&encode->held);
	free(encode);
}

struct ev_scan *
ev_encode_scan(struct ev_encode *encode)
{
	return encode->scan;
}

void
ev_encode_explain(const struct ev_encode *encode, struct ev_buf *out)
{
	if (!encode->columns)
		return;
	ev_buf_str(out, ", columns ");
	if (ev_columns_count(encode->columns))
		ev_columns_list(encode->columns, out);
	else
		ev_buf_str(out, "of the first event");
}

/* --- appending to a CSV -------------------------------------------------- */

static bool
same_columns(const struct ev_columns *a, const struct ev_columns *b)
{
	size_t count = ev_columns_count(a);

	if (count != ev_columns_count(b))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!ev_slice_equal(ev_columns_name(a, i),
			ev_columns_name(b, i)))
			return false;
	return true;
}

enum ev_status
ev_encode_continue(struct ev_encode *encode, int fd, const char *name,
    struct ev_err *err)
{
	struct ev_columns *columns;
	struct ev_buf list = {0};
	enum ev_status status;

	if (!encode->columns || !encode->header)
		return EV_OK;
	columns = ev_columns_new();
	status = ev_columns_of_header(columns, fd, name,
	    encode->style.delimiter, encode->style.quote, err);
	if (status == EV_OK && !ev_columns_count(encode->columns)) {
		struct ev_columns *unused = encode->columns;

		if (encode->meta)
			ev_columns_ignore(columns, ev_slice_of(encode->meta));
		encode->columns = columns;
		columns = unused;
	} else if (status == EV_OK && !same_columns(columns, encode->columns)) {
		ev_columns_list(columns, &list);
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "--columns: the header of '%s' has others: %s", name,
		    ev_buf_cstr(&list));
	}
	encode->header = false;
	ev_columns_free(columns);
	ev_buf_release(&list);
	return status;
}

/* --- writing ------------------------------------------------------------- */

/* What is not an event goes to the stage's writer past the stage, which would
 * count it. */
static enum ev_status
write_header(struct ev_encode *encode, struct ev_stage *stage,
    struct ev_err *err)
{
	struct ev_buf *out;

	if (!encode->header || !ev_columns_count(encode->columns))
		return EV_OK;
	encode->header = false;
	out = ev_writer_begin(stage->writer);
	for (size_t i = 0; i < ev_columns_count(encode->columns); i++) {
		if (i)
			ev_buf_char(out, encode->style.delimiter);
		if (ev_csv_write_name(&encode->style,
			ev_columns_name(encode->columns, i), out, err) != EV_OK)
			return EV_FATAL;
	}
	return ev_writer_end(stage->writer, err);
}

enum ev_status
ev_encode_begin(struct ev_encode *encode, struct ev_stage *stage,
    struct ev_err *err)
{
	if (encode->columns)
		return write_header(encode, stage, err);
	if (encode->format == EV_ENCODE_JSON) {
		ev_buf_char(ev_writer_begin(stage->writer), '[');
		return ev_writer_end(stage->writer, err);
	}
	return EV_OK;
}

/* A reason that a message has no room for is said before it. */
static void
no_columns(struct ev_encode *encode, struct ev_stage *stage,
    const struct ev_line *line)
{
	const char *why = ev_columns_reason(encode->columns);
	const char *list = strstr(why, ": --columns ");
	char *cut;

	if (strlen(why) <= PASTE || !list || !ev_bad_stops(stage->bad)) {
		ev_stage_bad(stage, line, why);
		return;
	}
	fprintf(stderr, "columns with all fields so far%s\n", list);
	cut = ev_mem_strndup(why, (size_t)(list - why));
	ev_stage_bad(stage, line, cut);
	free(cut);
}

static void
csv_event(struct ev_encode *encode, struct ev_stage *stage,
    const struct ev_line *line)
{
	size_t count, at;
	const struct ev_member *members = ev_scan_members(encode->scan, &count);
	const struct ev_value *values;
	struct ev_buf *out;

	if (!ev_columns_count(encode->columns)) {
		if (ev_columns_learn(encode->columns, members, count,
			&stage->err) != EV_OK) {
			ev_stage_bad(stage, line, stage->err.text);
			return;
		}
		if (write_header(encode, stage, &stage->err) != EV_OK)
			ev_tool_fail(&stage->err);
	}
	if (ev_columns_match(encode->columns, encode->scan, &values) != EV_OK) {
		no_columns(encode, stage, line);
		return;
	}
	out = ev_stage_begin(stage);
	if (ev_csv_write_values(&encode->style, values,
		ev_columns_count(encode->columns), &encode->scratch, out, &at,
		&stage->err) == EV_OK) {
		ev_stage_end(stage);
	} else {
		struct ev_slice name = ev_columns_name(encode->columns, at);
		char *why = ev_mem_printf("column '%.*s' %s", (int)name.len,
		    name.ptr, stage->err.text);

		ev_stage_bad(stage, line, why);
		free(why);
	}
}

/* Appends the event without the field that --meta names. */
static void
append_stripped(struct ev_encode *encode, struct ev_buf *out)
{
	size_t count;
	const struct ev_member *member = ev_scan_members(encode->scan, &count);
	struct ev_slice meta = ev_slice_of(encode->meta);

	ev_build_open(out);
	for (size_t i = 0; i < count; i++) {
		if (ev_value_text_is(member[i].key, meta))
			continue;
		ev_build_key_raw(out, ev_value_raw(member[i].key));
		ev_build_raw(out, ev_value_raw(member[i].value));
	}
	ev_build_close(out);
}

static enum ev_status
write_held(struct ev_encode *encode, struct ev_stage *stage, const char *comma,
    struct ev_err *err)
{
	struct ev_buf *out = ev_writer_begin(stage->writer);

	ev_buf_slice(out, ev_buf_as_slice(&encode->held));
	ev_buf_str(out, comma);
	encode->held.len = 0;
	return ev_writer_end(stage->writer, err);
}

static bool
has_meta(const struct ev_encode *encode)
{
	return encode->meta &&
	    ev_scan_fields(encode->scan)[encode->slot].type != EV_MISSING;
}

/* The event before this one gets its comma. Events are counted when they come,
 * not when they are written. */
static void
json_event(struct ev_encode *encode, struct ev_stage *stage,
    const struct ev_line *line)
{
	if (encode->held.len &&
	    write_held(encode, stage, ",", &stage->err) != EV_OK)
		ev_tool_fail(&stage->err);
	if (has_meta(encode))
		append_stripped(encode, &encode->held);
	else
		ev_buf_slice(&encode->held, line->text);
	stage->out++;
}

static void
ndjson_event(struct ev_encode *encode, struct ev_stage *stage,
    const struct ev_line *line)
{
	if (!has_meta(encode)) {
		ev_stage_pass(stage, line);
		return;
	}
	append_stripped(encode, ev_stage_begin(stage));
	ev_stage_end(stage);
}

/* A text as a line: its line ends are in the way, or are kept, or become
 * spaces. Returns why it cannot be one, or NULL. */
static const char *
text_line(struct ev_encode *encode, struct ev_value value,
    struct ev_slice *text, struct ev_err *err)
{
	encode->scratch.len = 0;
	if (value.type == EV_MISSING || value.type == EV_NULL)
		return "is missing or null (--field NAME; --format ndjson "
		       "writes whole events)";
	*text = ev_value_raw(value);
	if (value.type != EV_STRING)
		return NULL;
	if (ev_value_text(value, &encode->scratch, text, err) != EV_OK)
		return err->text;
	return ev_csv_write_newlines(encode->style.newlines, text)
	    ? NULL
	    : "has a line end in it (--newlines keep|space)";
}

static void
text_event(struct ev_encode *encode, struct ev_stage *stage,
    const struct ev_line *line)
{
	struct ev_slice text;
	const char *fault = text_line(encode,
	    ev_scan_fields(encode->scan)[encode->slot], &text, &stage->err);

	if (fault) {
		char *why = ev_mem_printf("field '%s' %s", encode->field,
		    fault);

		ev_stage_bad(stage, line, why);
		free(why);
		return;
	}
	ev_buf_slice(ev_stage_begin(stage), text);
	ev_stage_end(stage);
}

void
ev_encode_event(struct ev_encode *encode, struct ev_stage *stage,
    const struct ev_line *line)
{
	switch (encode->format) {
	case EV_ENCODE_NDJSON:
		ndjson_event(encode, stage, line);
		break;
	case EV_ENCODE_JSON:
		json_event(encode, stage, line);
		break;
	case EV_ENCODE_CSV:
	case EV_ENCODE_TSV:
		csv_event(encode, stage, line);
		break;
	case EV_ENCODE_TEXT:
		text_event(encode, stage, line);
		break;
	}
}

enum ev_status
ev_encode_end(struct ev_encode *encode, struct ev_stage *stage,
    struct ev_err *err)
{
	if (encode->columns && !ev_columns_count(encode->columns))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "no event has come, so there are no columns: name them "
		    "with --columns");
	if (encode->format != EV_ENCODE_JSON)
		return EV_OK;
	if (encode->held.len && write_held(encode, stage, "", err) != EV_OK)
		return EV_FATAL;
	ev_buf_char(ev_writer_begin(stage->writer), ']');
	return ev_writer_end(stage->writer, err);
}
