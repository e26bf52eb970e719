/*
 * csv_opt: the options that say how a CSV is written: one table for every
 * command that reads CSV or TSV, and what they become.
 *
 *	struct ev_csv_opts opts = {0};
 *	… EV_OPT_TABLE(ev_csv_options, &opts) …
 *	ev_csv_opts_settings(&opts, tsv, max_event, &settings, &err);
 *
 * opts.encoding is for format/encoding.h, opts.suggest for ev_csv_suggest.
 */
#ifndef EV_TOOL_CSV_OPT_H
#define EV_TOOL_CSV_OPT_H

#include "format/csv.h"
#include "tool/opt.h"

struct ev_csv_opts {
	const char *delimiter, *quote, *escape, *header, *comment, *types;
	const char *encoding; /* NULL: UTF-8 */
	struct ev_opt_list null;
	uint64_t skip;
	int ragged; /* bad, pad */
	bool lazy_quotes;
	bool suggest;
};

extern const struct ev_opt ev_csv_options[12];

/* Fills settings from the options. `tsv` only changes the delimiter that
 * holds where none was given. What settings then points at is freed by
 * ev_csv_opts_release. EV_FATAL: exit 64. */
enum ev_status ev_csv_opts_settings(const struct ev_csv_opts *opts, bool tsv,
    uint64_t max_event, struct ev_csv_settings *settings, struct ev_err *err);
void ev_csv_opts_release(struct ev_csv_settings *settings);

/* The first CSV option that was given, or NULL: for the message where the
 * format is no CSV. */
const char *ev_csv_opts_given(const struct ev_csv_opts *opts);

#endif
