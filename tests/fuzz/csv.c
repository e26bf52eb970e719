/*
 * csv: any bytes as a CSV in any dialect, by all paths and in pieces; they
 * must say the same. The first six bytes choose dialect and pieces.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/csv.h"

#include "../unit/decode.h"

static const char *const delimiters[] = {",", ";", "\t", "|", "||", "¦", "1",
    "\x1f"};
static const char *const headers[] = {NULL, NULL, "a", "a,b", "a,b,c",
    "\"a,b\",c,d"};
static const char *const types[] = {NULL, NULL, "text", "text!,b:number",
    "number", "a:json,b:boolean"};
static const struct ev_slice nulls[] = {{"null", 4}, {"-", 1}, {"0", 1},
    {"", 0}};

static void
choose(const uint8_t *data, struct ev_csv_settings *set)
{
	const char *header = headers[data[1] % 6], *list = types[data[2] % 6];

	set->delimiter = ev_slice_of(delimiters[data[0] % 8]);
	set->quote = "\"\"'\0"[data[0] >> 3 & 3];
	set->escape = "\0\0\\\""[data[0] >> 5 & 3];
	set->lazy_quotes = data[0] >> 7;
	if (header)
		set->header = ev_slice_of(header);
	set->headerless = !header && data[1] & 0x40;
	if (data[1] & 0x80)
		set->comment = EV_SLICE("#!");
	if (list)
		ev_csv_types_new(&set->types, ev_slice_of(list), NULL);
	set->null = nulls;
	set->null_count = data[3] % 5;
	set->pad = data[3] & 0x80;
	set->skip = data[4] & 0x80 ? data[4] % 4 : 0;
	set->max_event = data[4] & 0x40 ? data[4] % 64 : 1u << 20;
}

static void
decode(struct ev_csv_settings *set, struct ev_slice text, enum ev_csv_path path,
    size_t step, struct ev_buf *out)
{
	struct decode_input in = decode_input(text, step);
	struct ev_decoder *decoder;
	struct ev_err err;

	set->path = path;
	if (ev_csv_open(&decoder, &in.in, set, &err) != EV_OK) {
		ev_buf_str(out, err.text);
		return;
	}
	decode_all(decoder, &in, out);
	decoder->free(decoder);
}

/* Only for what it might break. */
static void
suggest(struct ev_csv_settings *set, struct ev_slice text)
{
	struct ev_csv_suggest *suggest = ev_csv_suggest_new();
	struct decode_input in = decode_input(text, 0);
	struct ev_decoder *decoder;
	struct ev_record record;
	struct ev_buf out = {0};
	struct ev_err err;
	enum ev_status status = EV_OK;

	if (ev_csv_open(&decoder, &in.in, set, &err) == EV_OK) {
		while (status != EV_END && status != EV_FATAL)
			status = ev_csv_suggest_next(suggest, decoder, &record,
			    &err);
		decoder->free(decoder);
	}
	if (ev_csv_suggest_list(suggest, &out)) {
		struct ev_csv_types *list;

		if (ev_csv_types_new(&list, ev_buf_as_slice(&out), &err) !=
		    EV_OK)
			abort();
		ev_csv_types_free(list);
	}
	ev_csv_suggest_free(suggest);
	ev_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_csv_settings set = EV_CSV_DEFAULTS;
	struct ev_buf expect = {0}, out = {0};
	struct ev_slice text;

	if (size < 6)
		return 0;
	text = (struct ev_slice){(const char *)data + 6, size - 6};
	choose(data, &set);
	decode(&set, text, EV_CSV_PLAIN, SIZE_MAX, &expect);
	for (int path = EV_CSV_AVX2; path <= EV_CSV_PLAIN; path++) {
		out.len = 0;
		decode(&set, text, (enum ev_csv_path)path, data[5] & 0x7F,
		    &out);
		if (!ev_slice_equal(ev_buf_as_slice(&expect),
			ev_buf_as_slice(&out)))
			abort();
	}
	suggest(&set, text);
	ev_csv_types_free(set.types);
	ev_buf_release(&expect);
	ev_buf_release(&out);
	return 0;
}
