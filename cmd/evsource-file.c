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
#include "tool/logsource.h"
#include "tool/place.h"
#include "tool/seeker_file.h"
#include "tool/session.h"
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
	struct ev_session session;
	struct ev_csv_suggest *suggest; /* --suggest-types, or NULL */
	bool doubted; /* that the delimiter is right, and said so */
};

static void
check_settings(const struct ev_source_settings *settings, int places,
    char **place)
{
	static const char *const known[] = {EV_DECODE_EXTRA, "unpack-ratio",
	    "unpack-members", "unpack-total", NULL};
	struct ev_err err;

	if (ev_source_check_extra(settings, known, &err) != EV_OK)
		ev_tool_fail(&err);
	if (!places)
		ev_tool_die(EV_EXIT_USAGE,
		    "no place to read from ('-' is standard input)");
	for (int i = 0; settings->follow && places > 1 && i < places; i++)
		if (ev_session_is_stream(place[i]))
			ev_tool_die(EV_EXIT_USAGE,
			    "--follow follows '%s' alone, not with other "
			    "places",
			    place[i]);
	if (settings->marker.input.count > (size_t)places)
		ev_tool_die(EV_EXIT_USAGE,
		    "--input is given %zu times, and there are %d places",
		    settings->marker.input.count, places);
	if (settings->follow && settings->csv.suggest)
		ev_tool_die(EV_EXIT_USAGE,
		    "--suggest-types reads to the end, "
		    "and with --follow there is none");
}

/* --suggest-types: looks at the records instead of converting them. */
static void
suggest_types(void *arg, struct ev_decoding *decoding)
{
	struct source *source = arg;
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
doubt_delimiter(void *arg, struct ev_decoding *decoding,
    enum ev_source_format format)
{
	struct source *source = arg;
	const char *other;

	if (format != EV_SOURCE_CSV && format != EV_SOURCE_TSV)
		return;
	other = ev_csv_other_delimiter(decoding->decoder);
	if (!other || source->doubted || source->settings.csv.delimiter ||
	    source->settings.csv.header)
		return;
	source->doubted = true;
	ev_tool_say("'%s' has one column, with a '%s' in its name: "
		    "--delimiter '%s'?",
	    decoding->in->name, other, other);
}

/* What the positions of the i-th place are kept under. */
static char *
input_name(const struct source *source, size_t i, const char *path)
{
	const struct ev_opt_list *input = &source->settings.marker.input;
	struct ev_err err;
	char *name;

	if (i < input->count)
		return ev_marker_input(&source->emit.marker, input->item[i]);
	/* Without marks a name is of no use. */
	if (!source->emit.marker.on)
		return ev_mem_strdup(path);
	if (ev_place_absolute(path, &name, &err) != EV_OK)
		ev_tool_fail(&err);
	return name;
}

static void
say(const char *text)
{
	ev_tool_say("%s", text);
}

static struct ev_follow *
make_follow(const struct source *source)
{
	const struct ev_source_settings *settings = &source->settings;
	struct ev_follow_settings how = {.follow = settings->follow,
	    .changed = settings->marker.changed,
	    .from = settings->marker.from,
	    .limits = {.ratio = ev_source_extra(settings, "unpack-ratio"),
		.members = ev_source_extra(settings, "unpack-members"),
		.total = ev_source_extra(settings, "unpack-total")},
	    .say = say};

	return ev_follow_new(&how);
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

/* Reads the places in their order; those that are followed all at once. */
static void
read_places(struct source *source, int count, char **place)
{
	struct ev_follow *follow = NULL;

	for (int i = 0; i < count && !ev_emit_full(&source->emit); i++) {
		const char *path = ev_place_path(place[i]);
		char *name = input_name(source, (size_t)i, path);

		if (ev_session_is_stream(path)) {
			ev_session_stream(&source->session, path);
		} else if (ev_logread_is(path)) {
			ev_tool_die(EV_EXIT_USAGE,
			    "'%s' is a log, which is read alone", path);
		} else {
			if (!follow)
				follow = make_follow(source);
			ev_follow_add(follow, path, name);
		}
		free(name);
		if (follow && (!source->settings.follow || i + 1 == count)) {
			ev_session_files(&source->session, follow);
			ev_follow_free(follow);
			follow = NULL;
		}
	}
	if (source->suggest)
		print_types(source);
	check_types(source);
	if (count == 1 && source->session.final)
		source->settings.marker.final = true;
	ev_emit_seal(&source->emit);
}

/* A log is read alone. */
static void
read_all(struct source *source, int count, char **place)
{
	const char *path = ev_place_path(place[0]);
	enum ev_status status = EV_AGAIN;

	if (count == 1)
		status = ev_logsource_await(&source->emit, path);
	if (status == EV_OK)
		read_log(source, path);
	else if (status == EV_AGAIN)
		read_places(source, count, place);
	else
		ev_emit_seal(&source->emit);
}

int
main(int argc, char **argv)
{
	struct source source = {.settings = EV_SOURCE_DEFAULTS};
	struct ev_opt_table tables[EV_SOURCE_TABLES];
	struct ev_err err;
	int rest;

	ev_tool_start("evsource-file", true);
	ev_seeker_answer(argc, argv, ev_seeker_file);
	ev_source_tables(&source.settings, tables);
	rest = ev_tool_options(&usage, tables, argc, argv);
	check_settings(&source.settings, argc - rest, argv + rest);
	if (ev_decode_init(&source.decode, &source.settings, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_emit_open(&source.emit, &source.settings);
	source.session = (struct ev_session){.emit = &source.emit,
	    .decode = &source.decode,
	    .settings = &source.settings,
	    .after = doubt_delimiter,
	    .arg = &source};
	if (source.settings.csv.suggest) {
		source.suggest = ev_csv_suggest_new();
		source.session.instead = suggest_types;
	}
	read_all(&source, argc - rest, argv + rest);
	ev_emit_done(&source.emit);
	ev_decode_release(&source.decode);
	ev_tool_done(EV_EXIT_OK);
}
