/*
 * evpos: shows the positions of named pipelines, and moves them. It knows no
 * system: what the sink's store has, and what the source's positions mean, it
 * asks their connectors (tool/keeper.h, tool/seeker.h).
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "event/build.h"
#include "tool/change.h"
#include "state/shard.h"
#include "tool/known.h"
#include "tool/place.h"
#include "tool/shards.h"
#include "tool/tool.h"

static const struct ev_opt_usage usage = {
    .name = "evpos",
    .args = "[show|rewind|move|accept|shards|forget NAME …]",
    .summary = "shows and moves the positions of named pipelines",
    .example = "evpos rewind unhappy --to start --yes",
};

struct pos {
	bool json, yes;
	const char *to, *input;
	struct ev_buf out;
};

static const struct ev_opt options[] = {
    {"json", 0, EV_OPT_FLAG, offsetof(struct pos, json), NULL,
	"show as events, one a pipeline"},
    {"to", 0, EV_OPT_TEXT, offsetof(struct pos, to), "WHERE",
	"rewind there: start, end, TIME or OFFSET"},
    {"input", 0, EV_OPT_TEXT, offsetof(struct pos, input), "NAME",
	"rewind only this of several inputs"},
    {"yes", 0, EV_OPT_FLAG, offsetof(struct pos, yes), NULL,
	"do what otherwise is only said"},
};

/* --- words --------------------------------------------------------------- */

static const char *
or_dash(const char *text)
{
	return text && *text ? text : "-";
}

/* "4711 bytes", "1 event": units come in the plural. */
static void
add_amount(struct ev_buf *out, uint64_t amount, const char *unit)
{
	size_t len = strlen(unit);

	if (amount == 1 && len && unit[len - 1] == 's')
		len--;
	ev_buf_printf(out, "%" PRIu64 "%s%.*s", amount, len ? " " : "",
	    (int)len, unit);
}

static void
add_behind(struct ev_buf *out, const struct ev_known *known)
{
	const char *unit;
	uint64_t behind = ev_known_behind(known, &unit);

	if (behind == EV_SEEKER_UNKNOWN)
		ev_buf_char(out, '-');
	else
		add_amount(out, behind, unit);
}

static void
add_position(struct ev_buf *out, const struct ev_known *known)
{
	if (known->count == 1)
		ev_buf_str(out, or_dash(known->inputs[0].at));
	else if (known->count)
		ev_buf_printf(out, "%zu inputs", known->count);
	else
		ev_buf_str(out, known->has_record ? "start" : "-");
}

/* Where it writes; the record lies with it. */
static const char *
place_of(const struct ev_known *known)
{
	return known->has_record ? known->record.place : known->copy.place;
}

/* --- as events ----------------------------------------------------------- */

static void
add_text(struct ev_buf *out, const char *key, const char *text)
{
	if (text && *text)
		ev_build_key_text(out, key, text);
}

static void
add_number(struct ev_buf *out, const char *key, uint64_t number)
{
	if (number == EV_SEEKER_UNKNOWN)
		return;
	ev_build_key(out, ev_slice_of(key));
	ev_build_int(out, (int64_t)number);
}

static void
add_vector(struct ev_buf *out, const char *key, const struct ev_vector *vector)
{
	ev_build_key(out, ev_slice_of(key));
	ev_vector_build(vector, out);
}

static void
add_inputs(struct ev_buf *out, const struct ev_known *known)
{
	ev_build_key(out, EV_SLICE("inputs"));
	ev_buf_char(out, '[');
	for (size_t i = 0; i < known->count; i++) {
		const struct ev_seeker_input *input = &known->inputs[i];

		if (i)
			ev_buf_char(out, ',');
		ev_buf_char(out, '{');
		add_text(out, "input", input->key);
		add_text(out, "at", input->at);
		add_number(out, "offset", input->offset);
		add_number(out, "behind", input->behind);
		add_text(out, "unit", input->unit);
		add_text(out, "note", input->note);
		ev_build_close(out);
	}
	ev_buf_char(out, ']');
}

static void
build_event(struct ev_buf *out, const struct ev_known *known)
{
	const struct ev_record *record = &known->record;
	const char *unit;

	ev_build_open(out);
	add_text(out, "name", known->pipeline.name);
	add_text(out, "place", place_of(known));
	add_text(out, "record", known->store.where);
	ev_build_key(out, EV_SLICE("running"));
	ev_build_bool(out, known->holder != NULL);
	add_text(out, "holder", known->holder);
	if (known->has_record) {
		add_text(out, "id", record->id);
		add_text(out, "committed", record->time);
		add_text(out, "watermark", record->wm);
		add_number(out, "behind", ev_known_behind(known, &unit));
		add_inputs(out, known);
		add_vector(out, "pos", record->pos);
		ev_build_key(out, EV_SLICE("via"));
		ev_build_raw(out, ev_slice_of(record->via));
		add_vector(out, "side", record->side);
	}
	add_number(out, "uncommitted", known->store.tail);
	add_number(out, "failed", known->tries);
	add_text(out, "why", known->why);
	add_text(out, "trouble",
	    known->trouble ? known->trouble : known->store.wrong);
	ev_build_close(out);
	ev_buf_char(out, '\n');
}

/* --- the list ------------------------------------------------------------ */

#define COLUMNS 6

struct row {
	char *cell[COLUMNS];
};

static struct row
make_row(const struct ev_known *known)
{
	struct ev_buf position = {0}, behind = {0};
	struct row row;

	add_position(&position, known);
	add_behind(&behind, known);
	row.cell[0] = ev_mem_strdup(known->pipeline.name);
	row.cell[1] = ev_mem_strdup(known->holder ? "yes" : "no");
	row.cell[2] = ev_mem_strdup(
	    or_dash(known->has_record ? known->record.time : ""));
	row.cell[3] = ev_mem_strdup(ev_buf_cstr(&behind));
	row.cell[4] = ev_mem_strdup(ev_buf_cstr(&position));
	row.cell[5] = ev_mem_strdup(or_dash(place_of(known)));
	ev_buf_release(&position);
	ev_buf_release(&behind);
	return row;
}

/* What a list has no room for. */
static void
say_trouble(const struct ev_known *known)
{
	if (known->trouble || known->store.wrong)
		ev_tool_say("%s: %s", known->pipeline.name,
		    known->trouble ? known->trouble : known->store.wrong);
	if (known->has_copy && !known->has_record && known->asked &&
	    !known->trouble)
		ev_tool_say("%s: its record, which was in '%s', is gone",
		    known->pipeline.name, known->copy.place);
}

static struct row
head(void)
{
	static const char *const names[COLUMNS] = {"NAME", "RUNS", "COMMITTED",
	    "BEHIND", "POSITION", "PLACE"};
	struct row row;

	for (size_t i = 0; i < COLUMNS; i++)
		row.cell[i] = ev_mem_strdup(names[i]);
	return row;
}

/* Writes the rows, and lets go of them. */
static void
add_table(struct ev_buf *out, struct row *rows, size_t count)
{
	size_t width[COLUMNS] = {0};

	for (size_t j = 0; j < count; j++)
		for (size_t i = 0; i + 1 < COLUMNS; i++)
			if (strlen(rows[j].cell[i]) > width[i])
				width[i] = strlen(rows[j].cell[i]);
	for (size_t j = 0; j < count; j++)
		for (size_t i = 0; i < COLUMNS; i++) {
			ev_buf_printf(out, "%-*s%s", (int)width[i],
			    rows[j].cell[i], i + 1 < COLUMNS ? "  " : "\n");
			free(rows[j].cell[i]);
		}
}

static void
list(struct pos *pos)
{
	struct ev_err err;
	struct row *rows;
	char *state, **names;
	size_t count;

	if (ev_pipeline_state(&state, false, &err) != EV_OK ||
	    ev_pipeline_list(state, &names, &count, &err) != EV_OK)
		ev_tool_fail(&err);
	rows = ev_mem_zalloc(count + 1, sizeof(*rows));
	rows[0] = head();
	for (size_t i = 0; i < count; i++) {
		struct ev_known known;

		if (ev_known_load(&known, names[i], NULL, &err) != EV_OK)
			ev_tool_fail(&err);
		if (pos->json)
			build_event(&pos->out, &known);
		else
			rows[i + 1] = make_row(&known);
		say_trouble(&known);
		ev_known_release(&known);
		free(names[i]);
	}
	if (!count)
		ev_tool_say("no pipeline has its state in '%s'", state);
	else if (!pos->json)
		add_table(&pos->out, rows, count + 1);
	free(names);
	free(rows);
	free(state);
}

/* --- show ---------------------------------------------------------------- */

static void
add_line(struct ev_buf *out, const char *what, const char *text)
{
	if (text && *text)
		ev_buf_printf(out, "%-12s %s\n", what, text);
}

static void
show_input(struct ev_buf *out, const struct ev_seeker_input *input)
{
	ev_buf_printf(out, "%-12s %s: %s", "input", input->key,
	    input->at ? input->at : "the position cannot be told");
	if (input->behind == 0) {
		ev_buf_str(out, ", nothing is left to read");
	} else if (input->behind != EV_SEEKER_UNKNOWN) {
		ev_buf_str(out, ", ");
		add_amount(out, input->behind, input->unit ? input->unit : "");
		ev_buf_str(out, " behind");
	}
	if (input->note)
		ev_buf_printf(out, " (%s)", input->note);
	ev_buf_char(out, '\n');
}

/* The commands it ran through. */
static void
show_via(struct ev_buf *out, const struct ev_record *record)
{
	struct ev_value via = {record->via, (uint32_t)strlen(record->via),
	    EV_ARRAY, false};
	struct ev_buf text = {0};
	struct ev_member item;
	const char *at = NULL;

	while (ev_value_next(via, &at, &item)) {
		if (text.len)
			ev_buf_str(&text, " | ");
		ev_buf_slice(&text, ev_value_inner(item.value));
	}
	add_line(out, "via", ev_buf_cstr(&text));
	ev_buf_release(&text);
}

static void
show_record(struct ev_buf *out, const struct ev_known *known)
{
	const struct ev_record *record = &known->record;
	struct ev_slice place, length;

	ev_buf_printf(out, "%-12s %s, as mark %s\n", "committed",
	    or_dash(record->time), record->id);
	add_line(out, "watermark", record->wm);
	show_via(out, record);
	for (size_t i = 0; i < known->count; i++)
		show_input(out, &known->inputs[i]);
	for (size_t i = 0; i < ev_vector_count(record->side); i++) {
		ev_vector_at(record->side, i, &place, &length);
		ev_buf_printf(out, "%-12s %.*s: %.*s bytes\n", "side output",
		    (int)place.len, place.ptr, (int)length.len, length.ptr);
	}
	if (record->final)
		add_line(out, "final", "nothing will come any more");
}

static void
show_text(struct ev_buf *out, const struct ev_known *known)
{
	const struct ev_keeper_state *store = &known->store;

	add_line(out, "name", known->pipeline.name);
	add_line(out, "state", known->pipeline.folder);
	add_line(out, "place", place_of(known));
	add_line(out, "record",
	    store->in_state ? "in the state folder" : store->where);
	add_line(out, "running", known->holder ? known->holder : "no");
	if (known->has_record)
		show_record(out, known);
	else
		add_line(out, "committed",
		    known->has_copy ? "the record is gone" : "nothing yet");
	if (store->tail)
		ev_buf_printf(out, "%-12s %" PRIu64 " bytes%s\n", "uncommitted",
		    store->tail,
		    store->strange ? " that no run of it has written" : "");
	if (known->tries)
		ev_buf_printf(out, "%-12s %u times at this place: %s\n",
		    "failed", known->tries, or_dash(known->why));
	add_line(out, "trouble", known->store.wrong);
	add_line(out, "trouble", known->trouble);
}

static void
show(struct pos *pos, const char *name)
{
	struct ev_known known;
	struct ev_err err;

	if (ev_known_load(&known, name, NULL, &err) != EV_OK)
		ev_tool_fail(&err);
	if (pos->json)
		build_event(&pos->out, &known);
	else
		show_text(&pos->out, &known);
	ev_known_release(&known);
}

/* --- changes ------------------------------------------------------------- */

/* The place that was named, as records have it; NULL: none was. */
static char *
absolute(const char *place)
{
	struct ev_err err;
	char *result;

	if (!place)
		return NULL;
	if (ev_place_absolute(place, &result, &err) != EV_OK)
		ev_tool_fail(&err);
	return result;
}

static void
change(struct pos *pos, const char *verb, const char *name, const char *arg)
{
	char *place = absolute(arg);
	bool forgets = !strcmp(verb, "forget");
	struct ev_known known;
	struct ev_change plan = {&known, &pos->out, pos->yes};
	struct ev_err err;
	enum ev_status status;

	if (ev_known_load(&known, name, forgets ? place : NULL, &err) != EV_OK)
		ev_tool_fail(&err);
	if (!strcmp(verb, "rewind"))
		status = ev_change_rewind(&plan, pos->to, pos->input, &err);
	else if (!strcmp(verb, "move"))
		status = ev_change_move(&plan, place, &err);
	else if (!strcmp(verb, "accept"))
		status = ev_change_accept(&plan, &err);
	else
		status = ev_change_forget(&plan, &err);
	if (status != EV_OK)
		ev_tool_fail(&err);
	ev_known_release(&known);
	free(place);
}

static void
deal(struct pos *pos, const char *name, const char *count)
{
	char *end;
	unsigned long number = strtoul(count, &end, 10);
	struct ev_err err;

	if (*end || end == count || *count == '-' || number > EV_SHARD_MAX)
		number = 0; /* which is refused */
	if (ev_shards_deal(name, (unsigned)number, pos->yes, &pos->out, &err) !=
	    EV_OK)
		ev_tool_fail(&err);
}

/* --- the command line ---------------------------------------------------- */

static const struct verb {
	const char *name;
	int least, most; /* operands behind the verb */
	const char *args;
} verbs[] = {
    {"list", 0, 0, ""},
    {"show", 1, 1, "NAME"},
    {"rewind", 1, 1, "NAME --to start|end|TIME|OFFSET"},
    {"move", 2, 2, "NAME PLACE"},
    {"accept", 1, 1, "NAME"},
    {"shards", 2, 2, "NAME COUNT"},
    {"forget", 1, 2, "NAME [PLACE]"},
};

/* Somebody has typed a pipeline's name and nothing else. */
static bool
is_pipeline(const char *name)
{
	struct ev_pipeline pipeline;
	bool is = ev_pipeline_find(&pipeline, name, NULL) == EV_OK;

	ev_pipeline_release(&pipeline);
	return is;
}

static const struct verb *
find_verb(const char *name)
{
	struct ev_nearest nearest = ev_nearest_to(name);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!strcmp(name, verbs[i].name))
			return &verbs[i];
		ev_nearest_offer(&nearest, verbs[i].name);
	}
	if (is_pipeline(name))
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s' is nothing that evpos does; is it 'evpos show %s'?",
		    name, name);
	if (nearest.best)
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s' is nothing that evpos does; is it '%s'?", name,
		    nearest.best);
	ev_tool_die(EV_EXIT_USAGE,
	    "'%s' is nothing that evpos does: show, rewind, move, accept, "
	    "shards and forget are, each with the name of a pipeline",
	    name);
}

/* Options that the verb has no use for would be a misunderstanding. */
static void
check(const struct pos *pos, const struct verb *verb, int operands)
{
	bool rewinds = !strcmp(verb->name, "rewind");
	bool shows = !strcmp(verb->name, "list") || !strcmp(verb->name, "show");

	if (operands < verb->least || operands > verb->most ||
	    (rewinds && !pos->to))
		ev_tool_die(EV_EXIT_USAGE, "usage: evpos %s %s", verb->name,
		    verb->args);
	if (!rewinds && (pos->to || pos->input))
		ev_tool_die(EV_EXIT_USAGE, "%s: only evpos rewind has it",
		    pos->to ? "--to" : "--input");
	if (shows && pos->yes)
		ev_tool_die(EV_EXIT_USAGE, "--yes: evpos %s changes nothing",
		    verb->name);
	if (!shows && pos->json)
		ev_tool_die(EV_EXIT_USAGE, "--json: evpos %s has no events",
		    verb->name);
}

static void
put_out(const struct pos *pos)
{
	if (pos->out.len)
		fwrite(pos->out.ptr, 1, pos->out.len, stdout);
	if (fflush(stdout) || ferror(stdout))
		ev_tool_die(EV_EXIT_IO, "cannot write standard output");
}

int
main(int argc, char **argv)
{
	struct pos pos = {0};
	const struct ev_opt_table tables[] = {
	    EV_OPT_TABLE(options, &pos),
	    {NULL, NULL, 0},
	};
	const struct verb *verb;
	int rest;

	ev_tool_start("evpos", false);
	rest = ev_tool_options(&usage, tables, argc, argv);
	verb = find_verb(rest < argc ? argv[rest] : "list");
	check(&pos, verb, argc - rest - (rest < argc));
	if (!strcmp(verb->name, "list"))
		list(&pos);
	else if (!strcmp(verb->name, "show"))
		show(&pos, argv[rest + 1]);
	else if (!strcmp(verb->name, "shards"))
		deal(&pos, argv[rest + 1], argv[rest + 2]);
	else
		change(&pos, verb->name, argv[rest + 1],
		    argc - rest > 2 ? argv[rest + 2] : NULL);
	put_out(&pos);
	ev_tool_done(EV_EXIT_OK);
}
