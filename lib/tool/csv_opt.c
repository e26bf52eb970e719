/*
 * csv_opt: see csv_opt.h.
 */
#include "tool/csv_opt.h"

#include <stdlib.h>

#include "base/mem.h"

#define FIELD(field) offsetof(struct ev_csv_opts, field)

const struct ev_opt ev_csv_options[12] = {
    {"delimiter", 'd', EV_OPT_TEXT, FIELD(delimiter), "TEXT",
	"what separates cells (\\t is a tab)"},
    {"quote", 0, EV_OPT_TEXT, FIELD(quote), "C|none", NULL},
    {"lazy-quotes", 0, EV_OPT_FLAG, FIELD(lazy_quotes), NULL, NULL},
    {"escape", 0, EV_OPT_TEXT, FIELD(escape), "C", NULL},
    {"header", 0, EV_OPT_TEXT, FIELD(header), "LIST|none",
	"names, where no first row has them"},
    {"comment", 0, EV_OPT_TEXT, FIELD(comment), "TEXT", NULL},
    {"null", 0, EV_OPT_LIST, FIELD(null), "TEXT",
	"an unquoted cell that is null"},
    {"skip", 0, EV_OPT_COUNT, FIELD(skip), "N", NULL},
    {"ragged", 0, EV_OPT_CHOICE, FIELD(ragged), "bad|pad", NULL},
    {"types", 0, EV_OPT_TEXT, FIELD(types), "LIST",
	"NAME:text|number|boolean|json,… or text"},
    {"suggest-types", 0, EV_OPT_FLAG, FIELD(suggest), NULL,
	"reads all, prints a LIST for --types"},
    {"encoding", 0, EV_OPT_TEXT, FIELD(encoding), "NAME",
	"latin1, utf-16 … (iconv -l)"},
};

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What people type for a character: itself, \t, \\ or \x1f. Writes to out,
 * which has room for strlen(text) + 1; returns the length. */
static size_t
read_text(const char *text, char *out)
{
	size_t len = 0;

	while (*text) {
		int high, low;

		if (text[0] == '\\' && text[1] == 't') {
			out[len++] = '\t';
			text += 2;
		} else if (text[0] == '\\' && text[1] == '\\') {
			out[len++] = '\\';
			text += 2;
		} else if (text[0] == '\\' && text[1] == 'x' &&
		    (high = hex_digit(text[2])) >= 0 &&
		    (low = hex_digit(text[3])) >= 0) {
			out[len++] = (char)(high << 4 | low);
			text += 4;
		} else {
			out[len++] = *text++;
		}
	}
	out[len] = '\0';
	return len;
}

/* One character, or `none`. */
static enum ev_status
read_char(const char *option, const char *text, char *c, struct ev_err *err)
{
	char *out = ev_mem_alloc(strlen(text) + 1);
	size_t len = read_text(text, out);

	*c = out[0];
	free(out);
	if (len == 1)
		return EV_OK;
	*c = 0;
	if (!strcmp(text, "none"))
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "--%s is one character or none, not '%s'", option, text);
}

static enum ev_status
read_dialect(const struct ev_csv_opts *opts, bool tsv,
    struct ev_csv_settings *settings, struct ev_err *err)
{
	const char *delimiter = opts->delimiter;
	char *text;

	if (!delimiter)
		delimiter = tsv ? "\t" : ",";
	text = ev_mem_alloc(strlen(delimiter) + 1);
	settings->delimiter = (struct ev_slice){text,
	    read_text(delimiter, text)};
	if (opts->quote &&
	    read_char("quote", opts->quote, &settings->quote, err) != EV_OK)
		return EV_FATAL;
	if (opts->escape &&
	    read_char("escape", opts->escape, &settings->escape, err) != EV_OK)
		return EV_FATAL;
	settings->lazy_quotes = opts->lazy_quotes;
	if (opts->comment)
		settings->comment = ev_slice_of(opts->comment);
	return EV_OK;
}

enum ev_status
ev_csv_opts_settings(const struct ev_csv_opts *opts, bool tsv,
    uint64_t max_event, struct ev_csv_settings *settings, struct ev_err *err)
{
	struct ev_slice *null = ev_mem_alloc(opts->null.count * sizeof(*null));
	enum ev_status status;

	*settings = (struct ev_csv_settings)EV_CSV_DEFAULTS;
	for (size_t i = 0; i < opts->null.count; i++)
		null[i] = ev_slice_of(opts->null.item[i]);
	settings->null = null;
	settings->null_count = opts->null.count;
	settings->max_event = max_event;
	settings->skip = opts->skip;
	settings->pad = opts->ragged == 1;
	settings->headerless = opts->header && !strcmp(opts->header, "none");
	if (opts->header && !settings->headerless)
		settings->header = ev_slice_of(opts->header);
	status = read_dialect(opts, tsv, settings, err);
	if (status == EV_OK && opts->types)
		status = ev_csv_types_new(&settings->types,
		    ev_slice_of(opts->types), err);
	if (status != EV_OK)
		ev_csv_opts_release(settings);
	return status;
}

void
ev_csv_opts_release(struct ev_csv_settings *settings)
{
	free((char *)(uintptr_t)settings->delimiter.ptr);
	free((struct ev_slice *)(uintptr_t)settings->null);
	ev_csv_types_free(settings->types);
	*settings = (struct ev_csv_settings){0};
}

const char *
ev_csv_opts_given(const struct ev_csv_opts *opts)
{
	if (opts->delimiter)
		return "delimiter";
	if (opts->quote)
		return "quote";
	if (opts->lazy_quotes)
		return "lazy-quotes";
	if (opts->escape)
		return "escape";
	if (opts->header)
		return "header";
	if (opts->comment)
		return "comment";
	if (opts->null.count)
		return "null";
	if (opts->skip)
		return "skip";
	if (opts->ragged)
		return "ragged";
	if (opts->types)
		return "types";
	return opts->suggest ? "suggest-types" : NULL;
}
