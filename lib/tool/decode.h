/*
 * decode: from a source's options to a decoder for a piece of input, whatever
 * its format: the one place where formats are listed.
 */
#ifndef EV_TOOL_DECODE_H
#define EV_TOOL_DECODE_H

#include "format/csv.h"
#include "format/encoding.h"
#include "format/format.h"
#include "tool/source.h"

struct ev_decode {
	const struct ev_source_settings *settings; /* lent */
	struct ev_csv_settings csv;
	struct ev_csv_settings tsv; /* csv, but for the delimiter */
};

/* A piece of input being decoded. */
struct ev_decoding {
	struct ev_encoding *encoding; /* NULL: UTF-8 */
	struct ev_input *in;          /* converted, if that is asked for */
	struct ev_decoder *decoder;   /* NULL: NDJSON, which needs none */
};

/* The keys of -X that formats have. */
#define EV_DECODE_EXTRA "pattern", "field"

/* EV_FATAL: exit 64, options that contradict each other or the format. */
enum ev_status ev_decode_init(struct ev_decode *decode,
    const struct ev_source_settings *settings, struct ev_err *err);
void ev_decode_release(struct ev_decode *decode);

/* Begins with an input, which is lent until ev_decode_end, and so is decode.
 * EV_FATAL: exit 64. */
enum ev_status ev_decode_begin(const struct ev_decode *decode,
    enum ev_source_format format, struct ev_input *in,
    struct ev_decoding *decoding, struct ev_err *err);
void ev_decode_end(struct ev_decoding *decoding);

#endif
