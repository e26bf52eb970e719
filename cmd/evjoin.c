/*
 * evjoin: enriches a stream of events from a table. The table is any place: it
 * is read whole by an evsource of our own before the first event, and kept by
 * key. An event's own bytes stay as they are; the fields of the row, but for
 * its key, are put behind them.
 *
 * Keys are compared as the text of their values, so 42 joins "42".
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/sysmem.h"
#include "event/build.h"
#include "state/table.h"
#include "tool/inlet.h"
#include "tool/stage.h"
#include "tool/place.h"
#include "tool/tool.h"

#define KEYS 8 /* pairs of --on at most */
#define DELETED EV_SLICE("__deleted")

enum type { INNER, LEFT, ANTI, SEMI };
enum unique { UNIQUE_NO, UNIQUE_LAST, UNIQUE_ERROR };

struct settings {
	struct ev_stage_settings stage;
	const char *on, *prefix, *into, *fields;
	int type;
	const char *unique;
	uint64_t memory, limit;
};

/* How a field of the table appears in the output, learned at its first row
 * and looked up by position from then on. */
struct column {
	char *name; /* in the table, as JSON with quotes */
	size_t name_len;
	struct ev_slice as; /* in the output, as JSON; ptr NULL: left out */
};

/* The key's fields on one side. */
struct side {
	struct ev_names_path path[KEYS];
	unsigned slot[KEYS];
	bool seen[KEYS]; /* some event or row has it, if only as null */
};

struct join {
	struct settings set;
	enum unique unique;
	unsigned keys;
	struct side left, right;
	const char *place;
	struct ev_table *table;
	struct ev_map *wanted; /* --fields; NULL: all but the keys */
	struct column *column;
	size_t columns;
	struct ev_table_field *field; /* of the row being added */
	struct ev_map *names;         /* all output names, as text */
	struct ev_buf key, scratch, nulls;
};

static const struct ev_opt options[] = {
    {"on", 0, EV_OPT_TEXT, offsetof(struct settings, on), "KEYS",
	"what must be equal: 'userid=id, day=day' or 'id'"},
    {"type", 't', EV_OPT_CHOICE, offsetof(struct settings, type),
	"inner|left|anti|semi", "which events come out"},
    {"fields", 0, EV_OPT_TEXT, offsetof(struct settings, fields), "A,B",
	"only these fields of the table"},
    {"prefix", 0, EV_OPT_TEXT, offsetof(struct settings, prefix), "TEXT",
	"put TEXT before the names of the table's fields"},
    {"into", 0, EV_OPT_TEXT, offsetof(struct settings, into), "FIELD",
	"put the table's fields into one object"},
    {"unique", 0, EV_OPT_TEXT, offsetof(struct settings, unique), "last|error",
	"what a second row of one key does"},
    {"memory", 0, EV_OPT_SIZE, offsetof(struct settings, memory), "SIZE",
	"the table may take this much (half of what is free)"},
    {"limit", 'n', EV_OPT_COUNT, offsetof(struct settings, limit), "N",
	"end after N events"},
};

static const struct ev_opt_usage usage = {"evjoin",
    "[OPTION...] PLACE --on KEYS",
    "Adds to each event on standard input the fields of the row of PLACE "
    "whose key is\nthe same.",
    "evsource reviews.csv | evjoin users.csv --on userid=id"};

/* --on: pairs left=right, or one name for both. */
static void
read_on(struct join *join)
{
	const char *at = join->set.on;
	struct ev_err err;
	char end = ',';

	while (end == ',') {
		struct ev_names_path *left = &join->left.path[join->keys];
		struct ev_names_path *right = &join->right.path[join->keys];
		const char *again = at;

		if (join->keys == KEYS)
			ev_tool_die(EV_EXIT_USAGE,
			    "--on takes %d pairs at most", KEYS);
		if (ev_names_next("on", &at, "=,", &end, left, &err) != EV_OK)
			ev_tool_fail(&err);
		if (end != '=')
			at = again;
		if (ev_names_next("on", &at, ",", &end, right, &err) != EV_OK)
			ev_tool_fail(&err);
		if (right->depth > 1)
			ev_tool_die(EV_EXIT_USAGE,
			    "--on: a key of the table "
			    "must be a field of its top level");
		join->keys++;
	}
}

static void
read_fields(struct join *join)
{
	const char *at = join->set.fields;
	struct ev_names_path path;
	struct ev_err err;
	char end = ',';

	if (!at)
		return;
	join->wanted = ev_map_new();
	while (end == ',') {
		if (ev_names_next("fields", &at, ",", &end, &path, &err) !=
		    EV_OK)
			ev_tool_fail(&err);
		if (path.depth > 1)
			ev_tool_die(EV_EXIT_USAGE,
			    "--fields: a field must be "
			    "of the table's top level");
		ev_map_put(join->wanted, path.key[0], NULL);
		ev_names_release(&path);
	}
}

static void
read_unique(struct join *join)
{
	const char *word = join->set.unique;

	if (word && !strcmp(word, "last"))
		join->unique = UNIQUE_LAST;
	else if (word && !strcmp(word, "error"))
		join->unique = UNIQUE_ERROR;
	else if (word)
		ev_tool_die(EV_EXIT_USAGE,
		    "--unique wants one of last|error, not '%s'", word);
}

/* Puts the key's text into join->key, the parts told apart by their lengths.
 * EV_END: a part is null or missing, so it joins nothing; EV_BAD. */
static enum ev_status
key_of(struct join *join, const struct ev_value *field, struct side *side,
    struct ev_err *err)
{
	join->key.len = 0;
	for (unsigned i = 0; i < join->keys; i++) {
		struct ev_value value = field[side->slot[i]];
		const struct ev_names_path *path = &side->path[i];
		struct ev_slice text = ev_value_raw(value);

		side->seen[i] |= value.type != EV_MISSING;
		if (value.type == EV_MISSING || value.type == EV_NULL)
			return EV_END;
		if (value.type == EV_ARRAY || value.type == EV_OBJECT)
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "the key '%s' is an object or an array",
			    path->key[path->depth - 1].ptr);
		join->scratch.len = 0;
		if (value.type == EV_STRING &&
		    ev_value_text(value, &join->scratch, &text, err) != EV_OK)
			return EV_BAD;
		if (join->keys > 1)
			ev_buf_printf(&join->key, "%zu:", text.len);
		ev_buf_slice(&join->key, text);
	}
	return EV_OK;
}

static bool
is_key(const struct join *join, struct ev_slice name)
{
	for (unsigned i = 0; i < join->keys; i++)
		if (ev_slice_equal(join->right.path[i].key[0], name))
			return true;
	return false;
}

/* The field's name in the output, as JSON; ptr NULL if it is left out. */
static struct ev_slice
output_name(struct join *join, struct ev_value name)
{
	const char *prefix = join->set.prefix ? join->set.prefix : "";
	struct ev_buf text = {0}, json = {0};
	struct ev_slice own;
	bool wanted;

	join->scratch.len = 0;
	if (ev_value_text(name, &join->scratch, &own, NULL) != EV_OK)
		return (struct ev_slice){0};
	wanted = join->wanted
	    ? ev_map_get(join->wanted, own) != NULL
	    : !is_key(join, own) && !ev_slice_equal(own, DELETED);
	if (!wanted)
		return (struct ev_slice){0};
	ev_buf_str(&text, prefix);
	ev_buf_slice(&text, own);
	ev_map_put(join->names, ev_buf_as_slice(&text), NULL);
	ev_build_text(&json, ev_buf_as_slice(&text));
	ev_buf_release(&text);
	return ev_buf_as_slice(&json);
}

/* The column of the index-th member. Rows look alike, so mostly it is the
 * index-th column; one that differs takes its place. */
static const struct column *
column_of(struct join *join, size_t index, struct ev_value name)
{
	struct column *column;

	if (index == join->columns) {
		join->columns++;
		join->column = ev_mem_realloc(join->column,
		    join->columns * sizeof(*join->column));
		join->field = ev_mem_realloc(join->field,
		    join->columns * sizeof(*join->field));
		join->column[index] = (struct column){0};
	}
	column = &join->column[index];
	if (column->name && column->name_len == name.len &&
	    !memcmp(column->name, name.ptr, name.len))
		return column;
	free(column->name);
	free((char *)(uintptr_t)column->as.ptr);
	column->name = ev_mem_strndup(name.ptr, name.len);
	column->name_len = name.len;
	column->as = output_name(join, name);
	return column;
}

static bool
is_deleted(struct ev_value value)
{
	return value.type == EV_TRUE ||
	    (value.type == EV_STRING &&
		ev_value_text_is(value, EV_SLICE("true")));
}

static void
check_memory(const struct join *join)
{
	if (ev_table_bytes(join->table) > join->set.memory)
		ev_tool_die(EV_EXIT_OS,
		    "the table '%s' takes more than %" PRIu64
		    " MiB after %zu rows: allow it more with --memory",
		    join->place, join->set.memory >> 20,
		    ev_table_rows(join->table));
}

/* One row of the table: its key is in join->key. */
static void
add_row(struct join *join, struct ev_stage *stage, const struct ev_line *line)
{
	size_t members, count = 0;
	const struct ev_member *member = ev_scan_members(stage->scan, &members);
	struct ev_slice key = ev_buf_as_slice(&join->key);

	if (join->unique == UNIQUE_ERROR && ev_table_find(join->table, key))
		ev_tool_die(EV_EXIT_DATA,
		    "%s:%" PRIu64 ": a second row with "
		    "the key '%.*s' (--unique error)",
		    join->place, line->number, (int)key.len, key.ptr);
	if (join->unique == UNIQUE_LAST)
		ev_table_remove(join->table, key);
	for (size_t i = 0; i < members; i++) {
		const struct column *column = column_of(join, i, member[i].key);

		if (column->as.ptr)
			join->field[count++] =
			    (struct ev_table_field){column->as,
				ev_value_raw(member[i].value)};
	}
	if (!ev_table_add(join->table, key, join->field, count))
		ev_tool_die(EV_EXIT_OS,
		    "the table '%s' is too large to be "
		    "kept: more than 16 GiB",
		    join->place);
	check_memory(join);
}

/* The last part of a field of the key that nobody had, so that --on is likely
 * to be wrong; ptr NULL if there is none. */
static struct ev_slice
unseen(const struct join *join, const struct side *side)
{
	for (unsigned i = 0; i < join->keys; i++)
		if (!side->seen[i])
			return side->path[i].key[side->path[i].depth - 1];
	return (struct ev_slice){NULL, 0};
}

/* Reads the whole table, through an evsource. */
static void
load_table(struct join *join)
{
	struct ev_stage_settings set = {.max_event = join->set.stage.max_event};
	struct ev_scan *scan = ev_scan_new();
	unsigned deleted = ev_scan_want_key(scan, DELETED);
	struct ev_inlet inlet;
	struct ev_stage stage;
	struct ev_line line;
	struct ev_slice name;
	struct ev_err err;

	for (unsigned i = 0; i < join->keys; i++)
		join->right.slot[i] = ev_scan_want_key(scan,
		    join->right.path[i].key[0]);
	ev_scan_want_members(scan);
	if (ev_inlet_open(&inlet, join->place, &join->place, 1, &set, &err) !=
	    EV_OK)
		ev_tool_fail(&err);
	ev_stage_open(&stage, &set, &inlet.input.in, scan, NULL);
	while (ev_stage_next(&stage, &line)) {
		const struct ev_value *field = ev_scan_fields(scan);
		enum ev_status status = key_of(join, field, &join->right, &err);

		if (status == EV_BAD)
			ev_stage_bad(&stage, &line, err.text);
		else if (status == EV_OK && is_deleted(field[deleted]))
			ev_table_remove(join->table,
			    ev_buf_as_slice(&join->key));
		else if (status == EV_OK)
			add_row(join, &stage, &line);
	}
	if (ev_inlet_close(&inlet, &err) != EV_OK)
		ev_tool_fail(&err);
	name = unseen(join, &join->right);
	if (stage.in && name.ptr)
		ev_tool_die(EV_EXIT_USAGE,
		    "--on: no row of the table '%s' has a field '%.*s'",
		    join->place, (int)name.len, name.ptr);
	ev_stage_release(&stage);
	ev_scan_free(scan);
}

/* What a left join adds where there is no row: null for every field that any
 * row has. */
static void
make_nulls(struct join *join)
{
	ev_build_open(&join->nulls);
	for (size_t i = 0; i < ev_map_count(join->names); i++) {
		ev_build_key(&join->nulls, ev_map_key(join->names, i));
		ev_build_null(&join->nulls);
	}
}

/* Asks the scan of the stream for the keys, for __deleted, and for every name
 * that we add: an event that has one already clashes. */
static void
want_fields(struct join *join, struct ev_scan *scan, unsigned *deleted,
    unsigned *clash, size_t *clashes)
{
	for (unsigned i = 0; i < join->keys; i++)
		join->left.slot[i] = ev_scan_want(scan, join->left.path[i].key,
		    join->left.path[i].depth);
	*deleted = ev_scan_want_key(scan, DELETED);
	*clashes = 0;
	if (join->set.type == ANTI || join->set.type == SEMI)
		return;
	if (join->set.into) {
		clash[(*clashes)++] = ev_scan_want_key(scan,
		    ev_slice_of(join->set.into));
		return;
	}
	for (size_t i = 0; i < ev_map_count(join->names); i++)
		clash[(*clashes)++] = ev_scan_want_key(scan,
		    ev_map_key(join->names, i));
}

static void
check_clash(const struct join *join, const struct ev_value *field,
    const unsigned *clash, size_t clashes, uint64_t number)
{
	for (size_t i = 0; i < clashes; i++) {
		struct ev_slice name;

		if (field[clash[i]].type == EV_MISSING)
			continue;
		if (join->set.into)
			ev_tool_die(EV_EXIT_USAGE,
			    "event %" PRIu64 " has a "
			    "field '%s' already: choose another --into",
			    number, join->set.into);
		name = ev_map_key(join->names, i);
		ev_tool_die(EV_EXIT_USAGE,
		    "event %" PRIu64 " and the table "
		    "'%s' both have a field '%.*s': add --prefix t_, or "
		    "--into table, or name the fields you want with --fields",
		    number, join->place, (int)name.len, name.ptr);
	}
}

/* The event with a row's fields (or the nulls, if there is none) behind its
 * own. */
static void
emit(struct join *join, struct ev_stage *stage, struct ev_slice event,
    const struct ev_row *row)
{
	struct ev_buf *out = ev_stage_begin(stage);
	size_t len = event.len;
	char before;

	while (event.ptr[len - 1] != '}')
		len--;
	len--;
	ev_buf_append(out, event.ptr, len);
	while (strchr(" \t\r", out->ptr[out->len - 1]))
		out->len--;
	before = out->ptr[out->len - 1];
	if (join->set.into) {
		ev_build_key(out, ev_slice_of(join->set.into));
		ev_buf_str(out, row ? "{" : "null");
	} else if (before != '{') {
		ev_buf_char(out, ',');
	}
	if (row)
		ev_table_append(join->table, row, out);
	else if (!join->set.into)
		ev_buf_append(out, join->nulls.ptr + 1, join->nulls.len - 1);
	if (join->set.into && row)
		ev_buf_char(out, '}');
	else if (!join->set.into && out->ptr[out->len - 1] == ',')
		out->len--; /* the row had no field to add */
	ev_buf_char(out, '}');
	ev_stage_end(stage);
}

static bool
at_limit(const struct join *join, const struct ev_stage *stage)
{
	return stage->out >= join->set.limit;
}

/* All that comes of one event. */
static void
join_event(struct join *join, struct ev_stage *stage,
    const struct ev_line *line, const struct ev_row *row)
{
	if (join->set.type == SEMI || join->set.type == ANTI) {
		if ((row != NULL) == (join->set.type == SEMI))
			ev_stage_pass(stage, line);
		else
			stage->filtered++;
		return;
	}
	if (!row && join->set.type == INNER) {
		stage->filtered++;
		return;
	}
	do {
		emit(join, stage, line->text, row);
		row = row ? ev_table_next(join->table, row) : NULL;
	} while (row && !at_limit(join, stage));
}

static void
run(struct join *join)
{
	struct ev_scan *scan = ev_scan_new();
	unsigned *clash = ev_mem_zalloc(ev_map_count(join->names) + 1,
	    sizeof(*clash));
	struct ev_input_fd input;
	struct ev_stage stage;
	struct ev_line line;
	struct ev_slice name;
	struct ev_err err;
	unsigned deleted;
	size_t clashes;

	want_fields(join, scan, &deleted, clash, &clashes);
	ev_input_fd_init(&input, STDIN_FILENO, "standard input");
	ev_stage_open(&stage, &join->set.stage, &input.in, scan,
	    ev_tool_stdout());
	while (!at_limit(join, &stage) && ev_stage_next(&stage, &line)) {
		const struct ev_value *field = ev_scan_fields(scan);
		enum ev_status status = key_of(join, field, &join->left, &err);

		if (is_deleted(field[deleted])) {
			ev_stage_pass(&stage, &line);
			continue;
		}
		if (status == EV_BAD) {
			ev_stage_bad(&stage, &line, err.text);
			continue;
		}
		check_clash(join, field, clash, clashes, line.number);
		join_event(join, &stage, &line,
		    status == EV_END ? NULL
				     : ev_table_find(join->table,
					   ev_buf_as_slice(&join->key)));
	}
	name = unseen(join, &join->left);
	if (stage.in && name.ptr)
		ev_tool_say("--on: no event has a field '%.*s'", (int)name.len,
		    name.ptr);
	ev_stage_done(&stage);
}

int
main(int argc, char **argv)
{
	struct join join = {
	    .set = {.stage = EV_STAGE_DEFAULTS, .limit = UINT64_MAX}};
	const struct ev_opt_table tables[] = {EV_OPT_TABLE(options, &join.set),
	    EV_OPT_TABLE(ev_bad_options, &join.set.stage.bad),
	    EV_OPT_TABLE(ev_stage_options, &join.set.stage), {NULL, NULL, 0}};
	int rest;

	ev_tool_start("evjoin", true);
	rest = ev_tool_options(&usage, tables, argc, argv);
	if (argc - rest != 1 || !join.set.on)
		ev_tool_die(EV_EXIT_USAGE,
		    "wants one table and its keys: "
		    "evjoin PLACE --on userid=id");
	join.place = argv[rest];
	if (ev_place_is_stdin(join.place))
		ev_tool_die(EV_EXIT_USAGE,
		    "the table cannot be standard input, "
		    "from which the events come: name a file or a pipe");
	if (!join.set.memory)
		join.set.memory = ev_sysmem_available() / 2;
	read_on(&join);
	read_fields(&join);
	read_unique(&join);
	join.table = ev_table_new();
	join.names = ev_map_new();
	load_table(&join);
	make_nulls(&join);
	run(&join);
	ev_tool_done(EV_EXIT_OK);
}
