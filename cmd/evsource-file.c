/*
 * evsource-file: the source of files: paths, folders, patterns, standard
 * input, packed or not, in any format. evsource becomes it for places without
 * a scheme.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/shell.h"
#include "state/filepos.h"
#include "tool/decode.h"
#include "tool/emit.h"
#include "tool/file.h"
#include "tool/files.h"
#include "tool/logsource.h"
#include "tool/place.h"
#include "tool/seeker_file.h"
#include "tool/source.h"
#include "tool/tool.h"

static const struct ev_opt_usage usage = {
    .name = "evsource-file",
    .args = "[OPTION…] PLACE…",
    .summary = "reads files, folders, patterns and '-' as events",
    .example = "evsource reviews.csv.gz 'log/*.ndjson' >all.ndjson",
};

struct source {
	struct ev_source_settings settings;
	struct ev_decode decode;
	struct ev_emit emit;
	struct ev_csv_suggest *suggest; /* --suggest-types, or NULL */
	char *key;    /* of the file that is read, in the vector */
	int fd;       /* of it, where it has positions; -1 */
	bool doubted; /* that the delimiter is right, and said so */
};

/* A first line that is bad already is mostly of another format than was
 * thought, and where that was only a guess, of any. */
static const char guess[] =
    "; it was read as ndjson, one object a line: "
    "--format json, csv, tsv, text or regex reads other things";

static const char document[] =
    "; it was read as ndjson, one object a line: "
    "--format json reads arrays, and documents of many lines";

static void
check_settings(const struct ev_source_settings *settings,
    const struct ev_files *files)
{
	static const char *const known[] = {EV_DECODE_EXTRA, "unpack-ratio",
	    "unpack-members", "unpack-total", NULL};
	struct ev_err err;

	if (ev_source_check_extra(settings, known, &err) != EV_OK)
		ev_tool_fail(&err);
	if (settings->follow && (files->count != 1 || files->listed))
		ev_tool_die(EV_EXIT_USAGE,
		    "--follow follows one file, not "
		    "several and no folder");
	if (settings->follow && settings->csv.suggest)
		ev_tool_die(EV_EXIT_USAGE,
		    "--suggest-types reads to the end, "
		    "and with --follow there is none");
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

/* --suggest-types: looks at the records instead of converting them. */
static void
suggest_types(struct source *source, struct ev_decoding *decoding)
{
	enum ev_status status = EV_OK;
	struct ev_record record;
	struct ev_err err;

	source->emit.stage.place = decoding->in->name;
	while (status != EV_END) {
		status = ev_csv_suggest_next(source->suggest, decoding->decoder,
		    &record, &err);
		if (status == EV_AGAIN)
			status = decoding->in->wait(decoding->in, &err);
		else if (status == EV_BAD)
			ev_emit_bad(&source->emit, &record, err.text);
		if (status == EV_FATAL || status == EV_RETRY)
			ev_tool_fail(&err);
	}
}

/* The option to paste, quoted for a shell. */
static void
print_types(const struct source *source)
{
	struct ev_buf list = {0}, line = {0};
	struct ev_err err;
	struct iovec iov;

	if (!ev_csv_suggest_list(source->suggest, &list))
		ev_tool_die(EV_EXIT_DATA,
		    "there is no column to suggest a "
		    "type for");
	ev_buf_str(&line, "--types ");
	ev_shell_word(ev_buf_as_slice(&list), &line);
	ev_buf_char(&line, '\n');
	iov = (struct iovec){line.ptr, line.len};
	if (ev_io_write(STDOUT_FILENO, "standard output", &iov, 1, NULL, &err))
		ev_tool_fail(&err);
	ev_buf_release(&list);
	ev_buf_release(&line);
}

/* A table of one column, whose name says that it was to be cut into several:
 * that is told once, and only where nobody has said how to cut. */
static void
doubt_delimiter(struct source *source, const struct ev_decoding *decoding)
{
	const char *other = ev_csv_other_delimiter(decoding->decoder);

	if (!other || source->doubted || source->settings.csv.delimiter ||
	    source->settings.csv.header)
		return;
	source->doubted = true;
	ev_tool_say("'%s' has one column, with a '%s' in its name: "
		    "--delimiter '%s'?",
	    decoding->in->name, other, other);
}

/* The position of the file that is being read, for a mark. */
static void
tell(void *arg)
{
	struct source *source = arg;
	struct ev_filepos pos = {.behind = ev_emit_behind(&source->emit)};
	struct ev_buf text = {0};
	struct ev_err err;
	uint64_t size;

	if (source->fd < 0)
		return;
	if (ev_filepos_look(source->fd, source->key, &pos.node, &size, &err) !=
		EV_OK ||
	    ev_filepos_hash(&pos, source->fd, pos.behind.offset, &err) ==
		EV_FATAL)
		ev_tool_fail(&err);
	ev_filepos_build(&pos, &text);
	ev_marker_set(&source->emit.marker, source->key, ev_buf_cstr(&text));
	ev_buf_release(&text);
}

/* Brings the input of a part to where an earlier run ended. */
static void
go_on(struct source *source, struct ev_decoding *decoding,
    const struct ev_behind *from)
{
	uint64_t at = from->offset;
	enum ev_status status = EV_AGAIN;
	struct ev_err err;

	if (decoding->decoder && !decoding->decoder->go) {
		source->emit.drop = from->offset;
		return;
	}
	while (decoding->decoder && status == EV_AGAIN) {
		status = decoding->decoder->go(decoding->decoder, from, &at,
		    &err);
		if (status == EV_AGAIN &&
		    decoding->in->wait(decoding->in, &err) != EV_OK)
			ev_tool_fail(&err);
	}
	if (status == EV_FATAL)
		ev_tool_fail(&err);
	if (status == EV_OK || !decoding->decoder)
		lseek(source->fd, (off_t)at, SEEK_SET);
}

/* Where an earlier run ended in the file; false: it is new. */
static bool
find_position(struct source *source, struct ev_behind *from)
{
	struct ev_slice text = {NULL, 0};
	struct ev_filepos pos;
	struct ev_err err;

	if (source->fd >= 0 && source->emit.marker.on)
		text = ev_vector_get(source->emit.marker.from,
		    ev_slice_of(source->key));
	if (!text.ptr)
		return false;
	if (ev_filepos_parse(text, &pos, &err) == EV_BAD)
		ev_tool_fail(&err);
	switch (ev_filepos_match(&pos, source->fd, &err)) {
	case EV_OK:
		*from = pos.behind;
		return from->offset > 0;
	case EV_END:
		ev_tool_die(EV_EXIT_DISAGREE,
		    "'%s' is not the file that was read before", source->key);
	default:
		ev_tool_fail(&err);
	}
}

static void
read_part(struct source *source, const struct ev_part *part)
{
	struct ev_behind from;
	bool again;
	enum ev_source_format format = format_of(&source->settings, part);
	struct ev_decoding decoding;
	struct ev_err err;

	if (ev_decode_begin(&source->decode, format, part->in, &decoding,
		&err) != EV_OK)
		ev_tool_fail(&err);
	again = find_position(source, &from);
	if (again)
		go_on(source, &decoding, &from);
	if (source->suggest)
		suggest_types(source, &decoding);
	else if (decoding.decoder)
		ev_emit_records(&source->emit, decoding.decoder, decoding.in);
	else
		ev_emit_lines(&source->emit, decoding.in, again ? &from : NULL,
		    format == EV_SOURCE_UNKNOWN ? guess : document);
	if (format == EV_SOURCE_CSV || format == EV_SOURCE_TSV)
		doubt_delimiter(source, &decoding);
	ev_decode_end(&decoding);
}

static void
read_file(struct source *source, const char *path)
{
	const struct ev_source_settings *settings = &source->settings;
	struct ev_file_settings how = {settings->follow,
	    {ev_source_extra(settings, "unpack-ratio"),
		ev_source_extra(settings, "unpack-members"),
		ev_source_extra(settings, "unpack-total")}};
	enum ev_status status;
	struct ev_part part;
	struct ev_file *file;
	struct ev_err err;

	/* The next file may be a pipe that lets us wait. */
	ev_stage_flush(&source->emit.stage);
	status = ev_file_open(&file, path, &how, &err);
	source->fd = status == EV_OK ? ev_file_fd(file) : -1;
	if (source->fd >= 0 && ev_place_absolute(path, &source->key, &err))
		ev_tool_fail(&err);
	while (status == EV_OK && !ev_emit_full(&source->emit)) {
		status = ev_file_next(file, &part, &err);
		if (status == EV_OK)
			read_part(source, &part);
	}
	if (status != EV_OK && status != EV_END)
		ev_tool_fail(&err);
	tell(source);
	ev_file_close(file);
	free(source->key);
	source->key = NULL;
	source->fd = -1;
}

/* A place that is a log folder is read as one input. */
static void
read_log(struct source *source, const char *folder)
{
	struct ev_logsource log;

	if (source->settings.csv.suggest)
		ev_tool_die(EV_EXIT_USAGE,
		    "--suggest-types: '%s' is a log, and has no columns",
		    folder);
	if (ev_logsource_read(&log, &source->emit, folder))
		source->settings.marker.final = true;
	ev_emit_seal(&source->emit);
	ev_logsource_close(&log);
}

/* A name in --types that is no column's is a typing error, and the events that
 * went out are not what was asked for. */
static void
check_types(const struct source *source)
{
	const struct ev_csv_types *types = source->decode.csv.types;
	const char *name = types ? ev_csv_types_unused(types) : NULL;

	if (name && source->emit.stage.in && !ev_emit_full(&source->emit))
		ev_tool_die(EV_EXIT_USAGE,
		    "--types has '%s', which is no "
		    "column",
		    name);
}

static void
read_files(struct source *source, char **place)
{
	struct ev_files files = {0};
	struct ev_err err;

	for (; *place; place++)
		if (ev_files_add(&files, ev_place_path(*place), &err) != EV_OK)
			ev_tool_fail(&err);
	check_settings(&source->settings, &files);
	if (source->settings.csv.suggest)
		source->suggest = ev_csv_suggest_new();
	for (size_t i = 0; i < files.count && !ev_emit_full(&source->emit); i++)
		read_file(source, files.path[i]);
	if (source->suggest)
		print_types(source);
	check_types(source);
	ev_emit_seal(&source->emit);
	ev_files_release(&files);
}

int
main(int argc, char **argv)
{
	struct source source = {.settings = EV_SOURCE_DEFAULTS, .fd = -1};
	struct ev_opt_table tables[EV_SOURCE_TABLES];
	struct ev_err err;
	int rest;

	ev_tool_start("evsource-file", true);
	ev_seeker_answer(argc, argv, ev_seeker_file);
	ev_source_tables(&source.settings, tables);
	rest = ev_tool_options(&usage, tables, argc, argv);
	if (rest == argc)
		ev_tool_die(EV_EXIT_USAGE,
		    "no place to read from ('-' is "
		    "standard input)");
	if (ev_decode_init(&source.decode, &source.settings, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_emit_open(&source.emit, &source.settings);
	source.emit.tell = tell;
	source.emit.arg = &source;
	if (rest + 1 == argc && ev_logread_is(ev_place_path(argv[rest])))
		read_log(&source, ev_place_path(argv[rest]));
	else
		read_files(&source, argv + rest);
	ev_emit_done(&source.emit);
	ev_decode_release(&source.decode);
	ev_tool_done(EV_EXIT_OK);
}
