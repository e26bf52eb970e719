/*
 * decode: see decode.h.
 */
#include "tool/decode.h"

#include "format/json.h"
#include "format/regex.h"
#include "format/text.h"

enum ev_status
ev_decode_init(struct ev_decode *decode,
    const struct ev_source_settings *settings, struct ev_err *err)
{
	*decode = (struct ev_decode){.settings = settings};
	if (settings->format == EV_SOURCE_REGEX &&
	    !ev_source_extra(settings, "pattern"))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--format regex wants -X pattern='(?<name>…) …'");
	if (settings->format != EV_SOURCE_REGEX &&
	    ev_source_extra(settings, "pattern"))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "-X pattern is for --format regex");
	if (ev_csv_opts_settings(&settings->csv, false,
		settings->stage.max_event, &decode->csv, err) != EV_OK)
		return EV_FATAL;
	decode->tsv = decode->csv;
	if (!settings->csv.delimiter)
		decode->tsv.delimiter = EV_SLICE("\t");
	return EV_OK;
}

void
ev_decode_release(struct ev_decode *decode)
{
	ev_csv_opts_release(&decode->csv);
}

/* An option that means nothing to the format, or NULL. */
static const char *
misplaced(const struct ev_source_settings *settings,
    enum ev_source_format format)
{
	if (settings->path && format != EV_SOURCE_JSON)
		return "path";
	if (format == EV_SOURCE_CSV || format == EV_SOURCE_TSV)
		return NULL;
	return ev_csv_opts_given(&settings->csv);
}

static enum ev_status
open_decoder(const struct ev_decode *decode, enum ev_source_format format,
    struct ev_decoding *decoding, struct ev_err *err)
{
	const struct ev_source_settings *settings = decode->settings;
	size_t max = settings->stage.max_event;
	struct ev_json_settings json = {settings->path, max};
	struct ev_text_settings text = {ev_source_extra(settings, "field"),
	    max};
	struct ev_regex_settings regex = {ev_source_extra(settings, "pattern"),
	    max};

	switch (format) {
	case EV_SOURCE_NDJSON:
	case EV_SOURCE_UNKNOWN:
		break;
	case EV_SOURCE_JSON:
		return ev_json_open(&decoding->decoder, decoding->in, &json,
		    err);
	case EV_SOURCE_CSV:
		return ev_csv_open(&decoding->decoder, decoding->in,
		    &decode->csv, err);
	case EV_SOURCE_TSV:
		return ev_csv_open(&decoding->decoder, decoding->in,
		    &decode->tsv, err);
	case EV_SOURCE_TEXT:
		return ev_text_open(&decoding->decoder, decoding->in, &text,
		    err);
	case EV_SOURCE_REGEX:
		return ev_regex_open(&decoding->decoder, decoding->in, &regex,
		    err);
	}
	return EV_OK;
}

enum ev_status
ev_decode_begin(const struct ev_decode *decode, enum ev_source_format format,
    struct ev_input *in, struct ev_decoding *decoding, struct ev_err *err)
{
	const char *encoding = decode->settings->csv.encoding;
	const char *option = misplaced(decode->settings, format);
	enum ev_status status = EV_OK;

	*decoding = (struct ev_decoding){.in = in};
	if (format != EV_SOURCE_TEXT &&
	    ev_source_extra(decode->settings, "field"))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "-X field is for --format text, and '%s' is read as %s",
		    in->name, ev_source_format_name(format));
	if (option)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--%s is for --format %s, and '%s' is read as %s", option,
		    decode->settings->path ? "json" : "csv and tsv", in->name,
		    ev_source_format_name(format));
	if (encoding && !ev_encoding_is_utf8(encoding)) {
		status = ev_encoding_open(&decoding->encoding, in, encoding,
		    err);
		if (status != EV_OK)
			return status;
		decoding->in = ev_encoding_input(decoding->encoding);
	}
	status = open_decoder(decode, format, decoding, err);
	if (status != EV_OK)
		ev_decode_end(decoding);
	return status;
}

void
ev_decode_end(struct ev_decoding *decoding)
{
	if (decoding->decoder)
		decoding->decoder->free(decoding->decoder);
	if (decoding->encoding)
		ev_encoding_close(decoding->encoding);
	*decoding = (struct ev_decoding){0};
}
