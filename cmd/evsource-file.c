/*
 * evsource-file: the source of files: paths, folders, patterns, standard
 * input, packed or not, in any format. evsource becomes it for places without
 * a scheme.
 */
#include <string.h>

#include "format/json.h"
#include "format/regex.h"
#include "format/text.h"
#include "tool/emit.h"
#include "tool/file.h"
#include "tool/files.h"
#include "tool/place.h"
#include "tool/source.h"
#include "tool/tool.h"

static const struct ev_opt_usage usage = {
    .name = "evsource-file",
    .args = "[OPTION…] PLACE…",
    .summary = "reads files, folders, patterns and '-' as events",
    .example = "evsource reviews.csv.gz 'log/*.ndjson' >all.ndjson",
};

/* Where the format is only a guess, a first line that is bad says so. */
static const char guess[] =
    "; it was read as ndjson, one object a line: "
    "--format json, csv, tsv, text or regex reads other things";

/* The formats have their settings; each is refused where it means nothing. */
static void
check_settings(const struct ev_source_settings *settings,
    const struct ev_files *files)
{
	static const char *const known[] = {"pattern", "field", "unpack-ratio",
	    "unpack-members", "unpack-total", NULL};
	struct ev_err err;

	if (ev_source_check_extra(settings, known, &err) != EV_OK)
		ev_tool_fail(&err);
	if (settings->format == EV_SOURCE_REGEX &&
	    !ev_source_extra(settings, "pattern"))
		ev_tool_die(EV_EXIT_USAGE,
		    "--format regex wants -X "
		    "pattern='(?<name>…) …'");
	if (settings->follow && (files->count != 1 || files->listed))
		ev_tool_die(EV_EXIT_USAGE,
		    "--follow follows one file, not "
		    "several and no folder");
}

/* The part's format: said, or told by the name of the member, of the file. */
static enum ev_source_format
format_of(const struct ev_source_settings *settings, const struct ev_part *part)
{
	enum ev_source_format format;

	if (settings->format != EV_SOURCE_UNKNOWN)
		return (enum ev_source_format)settings->format;
	format = ev_source_format_of(part->member, strlen(part->member));
	if (format == EV_SOURCE_UNKNOWN)
		format = ev_source_format_of(part->file, strlen(part->file));
	return format;
}

static enum ev_status
open_decoder(const struct ev_source_settings *settings,
    enum ev_source_format format, struct ev_input *in,
    struct ev_decoder **decoder, struct ev_err *err)
{
	size_t max = settings->stage.max_event;

	switch (format) {
	case EV_SOURCE_JSON:
		return ev_json_open(decoder, in,
		    &(struct ev_json_settings){settings->path, max}, err);
	case EV_SOURCE_REGEX:
		return ev_regex_open(decoder, in,
		    &(struct ev_regex_settings){ev_source_extra(settings,
						    "pattern"),
			max},
		    err);
	case EV_SOURCE_TEXT:
	default:
		return ev_text_open(decoder, in,
		    &(struct ev_text_settings){ev_source_extra(settings,
						   "field"),
			max},
		    err);
	}
}

static void
read_part(struct ev_emit *emit, const struct ev_part *part)
{
	const struct ev_source_settings *settings = emit->settings;
	enum ev_source_format format = format_of(settings, part);
	struct ev_decoder *decoder;
	struct ev_err err;

	if (settings->path && format != EV_SOURCE_JSON)
		ev_tool_die(EV_EXIT_USAGE,
		    "--path is for --format json, and "
		    "'%s' is something else",
		    part->in->name);
	if (format == EV_SOURCE_NDJSON || format == EV_SOURCE_UNKNOWN) {
		ev_emit_lines(emit, part->in,
		    format == EV_SOURCE_UNKNOWN ? guess : NULL);
		return;
	}
	if (open_decoder(settings, format, part->in, &decoder, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_emit_records(emit, decoder, part->in);
	decoder->free(decoder);
}

static void
read_file(struct ev_emit *emit, const char *path)
{
	const struct ev_source_settings *settings = emit->settings;
	struct ev_file_settings how = {settings->follow,
	    {ev_source_extra(settings, "unpack-ratio"),
		ev_source_extra(settings, "unpack-members"),
		ev_source_extra(settings, "unpack-total")}};
	enum ev_status status;
	struct ev_part part;
	struct ev_file *file;
	struct ev_err err;

	/* The next file may be a pipe that lets us wait. */
	ev_stage_flush(&emit->stage);
	status = ev_file_open(&file, path, &how, &err);
	while (status == EV_OK && !ev_emit_full(emit)) {
		status = ev_file_next(file, &part, &err);
		if (status == EV_OK)
			read_part(emit, &part);
	}
	if (status != EV_OK && status != EV_END)
		ev_tool_fail(&err);
	ev_file_close(file);
}

int
main(int argc, char **argv)
{
	struct ev_source_settings settings = EV_SOURCE_DEFAULTS;
	struct ev_opt_table tables[EV_SOURCE_TABLES];
	struct ev_files files = {0};
	struct ev_emit emit;
	struct ev_err err;
	int rest;

	ev_tool_start("evsource-file", true);
	ev_source_tables(&settings, tables);
	rest = ev_tool_options(&usage, tables, argc, argv);
	if (rest == argc)
		ev_tool_die(EV_EXIT_USAGE,
		    "no place to read from ('-' is "
		    "standard input)");
	for (; rest < argc; rest++)
		if (ev_files_add(&files, ev_place_path(argv[rest]), &err))
			ev_tool_fail(&err);
	check_settings(&settings, &files);
	ev_emit_open(&emit, &settings);
	for (size_t i = 0; i < files.count && !ev_emit_full(&emit); i++)
		read_file(&emit, files.path[i]);
	ev_files_release(&files);
	ev_emit_done(&emit);
	ev_tool_done(EV_EXIT_OK);
}
