/*
 * evdiff: says whether two places hold the same events, and in what they
 * differ. The proof that a step of a migration changed nothing.
 *
 * Events are compared in canonical form (event/canon.h), as multisets. A first
 * pass reads both places and sums up a keyed 128-bit hash of each event: equal
 * sums mean equal multisets, in any order, without sorting or storing
 * anything. Only where they differ is there a second pass, through GNU sort
 * (tool/sort.h), and the sorted streams are walked side by side
 * (tool/differ.h). What cannot be read twice is sorted at once.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/names.h"
#include "base/siphash.h"
#include "event/build.h"
#include "event/canon.h"
#include "event/pair.h"
#include "expr/num.h"
#include "tool/differ.h"
#include "tool/inlet.h"
#include "tool/opt.h"
#include "tool/place.h"
#include "tool/sort.h"
#include "tool/stage.h"
#include "tool/tool.h"

#define SHOWN_VALUE 60  /* bytes of a value in the summary */
#define SHOWN_EVENT 200 /* of an event */

struct options {
	struct ev_opt_list key, ignore, tolerance;
	uint64_t show, memory;
	const char *temp;
	struct ev_stage_settings stage;
};

static const struct ev_opt options_table[] = {
    {"key", 'k', EV_OPT_LIST, offsetof(struct options, key), "FIELD[,FIELD]",
	"compare the events of one key with each other"},
    {"ignore", 0, EV_OPT_LIST, offsetof(struct options, ignore),
	"FIELD[,FIELD]", "leave these fields out of the comparison"},
    {"tolerance", 0, EV_OPT_LIST, offsetof(struct options, tolerance),
	"FIELD=N[,…]", "let numbers differ by N at most (with --key)"},
    {"show", 0, EV_OPT_COUNT, offsetof(struct options, show), "N",
	"show so many differences on stderr (20)"},
    {"memory", 0, EV_OPT_SIZE, offsetof(struct options, memory), "SIZE",
	"memory for sorting (256M)"},
    {"temp", 0, EV_OPT_TEXT, offsetof(struct options, temp), "FOLDER",
	"where to keep temporary files"},
    {"max-event", 0, EV_OPT_LENGTH, offsetof(struct options, stage.max_event),
	"SIZE", NULL},
};

static const struct ev_opt_usage usage = {
    .name = "evdiff",
    .args = "[OPTION…] A B",
    .summary = "compares the events of two places: 0 same, 1 different",
    .example = "evdiff --key id old.csv new.ndjson",
    .elsewhere = "; how places are read is for evsource: "
		 "evsource … | evdiff - B",
};

struct tolerance {
	struct ev_slice name;
	struct ev_num most;
};

struct side {
	const char *place;
	uint64_t events, keyless;
	uint64_t repeated;     /* keys that stand there more than once */
	unsigned __int128 sum; /* of the events' hashes */
	struct ev_sort sort;
};

struct diff {
	const struct options *options;
	struct ev_slice *key, *ignored;
	struct tolerance *tolerance;
	size_t keys, ignoreds, tolerances;
	struct ev_num_pool constants, numbers;
	struct ev_scan *scan; /* field i is key i */
	struct ev_canon *canon;
	uint64_t seed[2];
	struct side side[2];
	struct ev_buf line;
	uint64_t close;    /* differ by no more than is tolerated */
	uint64_t count[3]; /* by enum ev_differ_kind */
	struct ev_buf shown;
};

/* ---- the arguments ---- */

static void
check(enum ev_status status, const struct ev_err *err)
{
	if (status != EV_OK)
		ev_tool_fail(err);
}

/* The names in "a,b", each time the option is given. */
static struct ev_slice *
read_names(const struct ev_opt_list *list, const char *option, size_t *count)
{
	struct ev_slice *names = NULL;
	struct ev_err err;

	for (size_t i = 0; i < list->count; i++) {
		const char *at = list->item[i];

		for (char end = ','; end == ',';) {
			names = ev_mem_realloc(names,
			    (*count + 1) * sizeof(*names));
			check(ev_names_field(option, &at, ",", &end,
				  &names[(*count)++], &err),
			    &err);
		}
	}
	return names;
}

/* One FIELD=N at *at; steps behind it and a comma, and returns whether one
 * was there. */
static bool
read_tolerance(struct diff *diff, struct tolerance *tolerance, const char **at)
{
	const char *from = *at;
	struct ev_slice number;
	struct ev_err err;
	char end;

	check(ev_names_field("tolerance", at, "=,", &end, &tolerance->name,
		  &err),
	    &err);
	number = (struct ev_slice){*at, end == '=' ? strcspn(*at, ",") : 0};
	if (ev_num_from_text(number, &diff->constants, &tolerance->most,
		&err) != EV_OK ||
	    ev_num_cmp_int(tolerance->most, 0) < 0)
		ev_tool_die(EV_EXIT_USAGE,
		    "--tolerance '%.*s': write FIELD=N, as in amount=0.01",
		    (int)(number.ptr + number.len - from), from);
	*at += number.len;
	return *(*at)++ == ',';
}

static void
set_tolerances(struct diff *diff, const struct ev_opt_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *at = list->item[i];

		do
			diff->tolerance = ev_mem_realloc(diff->tolerance,
			    (diff->tolerances + 1) * sizeof(*diff->tolerance));
		while (read_tolerance(diff,
		    &diff->tolerance[diff->tolerances++], &at));
	}
	if (diff->tolerances && !diff->keys)
		ev_tool_die(EV_EXIT_USAGE,
		    "--tolerance needs --key: without it nothing says which "
		    "events to compare");
}

static void
set_fields(struct diff *diff)
{
	diff->key = read_names(&diff->options->key, "key", &diff->keys);
	diff->ignored = read_names(&diff->options->ignore, "ignore",
	    &diff->ignoreds);
	diff->scan = ev_scan_new();
	diff->canon = ev_canon_new();
	for (size_t i = 0; i < diff->ignoreds; i++) {
		for (size_t j = 0; j < diff->keys; j++)
			if (ev_slice_equal(diff->ignored[i], diff->key[j]))
				ev_tool_die(EV_EXIT_USAGE,
				    "'%.*s' cannot be "
				    "both a key and ignored",
				    (int)diff->key[j].len, diff->key[j].ptr);
		ev_canon_ignore(diff->canon, diff->ignored[i]);
	}
	for (size_t i = 0; i < diff->keys; i++)
		if (ev_scan_want_key(diff->scan, diff->key[i]) != i)
			ev_tool_die(EV_EXIT_USAGE, "--key names '%.*s' twice",
			    (int)diff->key[i].len, diff->key[i].ptr);
	set_tolerances(diff, &diff->options->tolerance);
}

/* Whether the place can be read a second time: a file or folder can, a pipe or
 * a server's topic perhaps not. */
static bool
lasts(const char *place)
{
	struct ev_slice scheme = ev_place_scheme(place);
	struct stat st;

	return ev_slice_is(scheme, "file") && !ev_place_is_stdin(place) &&
	    !stat(ev_place_path(place), &st) &&
	    (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

/* ---- reading ---- */

/* Appends KEY TAB; the key's values are in canonical form. */
static void
put_key(struct diff *diff, struct side *side, struct ev_buf *out)
{
	const struct ev_value *field = ev_scan_fields(diff->scan);
	size_t missing = 0;

	for (size_t i = 0; i < diff->keys; i++) {
		if (i)
			ev_buf_char(out, ',');
		ev_canon_value(diff->canon, field[i], out);
		missing += field[i].type == EV_MISSING;
	}
	if (diff->keys)
		side->keyless += missing == diff->keys;
	ev_buf_char(out, '\t');
}

static void
take(struct diff *diff, struct side *side, struct ev_slice event, bool sorting)
{
	struct ev_buf *out = &diff->line;
	struct ev_siphash hash;
	struct ev_err err;
	size_t from;

	out->len = 0;
	if (sorting)
		out = ev_writer_begin(side->sort.writer);
	put_key(diff, side, out);
	from = out->len;
	ev_canon_event(diff->canon, event, out);
	hash = ev_siphash(diff->seed, out->ptr + from, out->len - from);
	side->sum += (unsigned __int128)hash.high << 64 | hash.low;
	side->events++;
	if (sorting)
		check(ev_sort_line(&side->sort, &err), &err);
}

static void
read_side(struct diff *diff, struct side *side, bool sorting)
{
	const struct ev_stage_settings *settings = &diff->options->stage;
	struct ev_inlet inlet;
	struct ev_stage stage;
	struct ev_line line;
	struct ev_err err;

	check(ev_inlet_open(&inlet, side->place, &side->place, 1, settings,
		  &err),
	    &err);
	ev_stage_open(&stage, settings, &inlet.input.in, diff->scan, NULL);
	side->events = side->keyless = 0;
	side->sum = 0;
	while (ev_stage_next(&stage, &line))
		take(diff, side, line.text, sorting);
	ev_stage_release(&stage);
	check(ev_inlet_close(&inlet, &err), &err);
	if (side->events && side->keyless == side->events)
		ev_tool_die(EV_EXIT_USAGE, "no event of '%s' has the key '%s'",
		    side->place, diff->options->key.item[0]);
}

static void
stop_sorts(void *arg)
{
	struct diff *diff = arg;

	ev_sort_stop(&diff->side[0].sort);
	ev_sort_stop(&diff->side[1].sort);
}

/* Reads both places. False if they hold the same events. */
static bool
read_both(struct diff *diff, bool sorting)
{
	struct side *side = diff->side;
	struct ev_err err;

	for (int i = 0; i < 2; i++) {
		if (sorting)
			check(ev_sort_start(&side[i].sort,
				  diff->options->memory / 2,
				  diff->options->temp, &err),
			    &err);
		read_side(diff, &side[i], sorting);
		if (sorting)
			check(ev_sort_turn(&side[i].sort, &err), &err);
	}
	return side[0].events != side[1].events || side[0].sum != side[1].sum;
}

/* ---- the report ---- */

/* Appends the text, or its beginning. */
static void
show(struct diff *diff, struct ev_slice text, size_t most)
{
	size_t len = text.len;

	if (len > most)
		for (len = most; len && (text.ptr[len] & 0xC0) == 0x80;)
			len--;
	ev_buf_append(&diff->shown, text.ptr, len);
	if (len < text.len)
		ev_buf_str(&diff->shown, "…");
}

static struct ev_value
as_object(struct ev_slice event)
{
	return (
	    struct ev_value){event.ptr, (uint32_t)event.len, EV_OBJECT, false};
}

static struct ev_slice
key_value(const struct diff *diff, struct ev_slice event, size_t i)
{
	struct ev_value value = ev_value_member(as_object(event), diff->key[i]);

	return value.type == EV_MISSING ? EV_SLICE("null")
					: ev_value_raw(value);
}

static bool
within(struct diff *diff, const struct tolerance *tolerance, struct ev_value a,
    struct ev_value b)
{
	struct ev_num_pool *pool = &diff->numbers;
	struct ev_num left, right;

	if (a.type != EV_NUMBER || b.type != EV_NUMBER)
		return false;
	ev_num_pool_reset(pool);
	/* a number beyond what can be computed with is not within anything */
	return ev_num_from_json(ev_value_raw(a), pool, &left, NULL) == EV_OK &&
	    ev_num_from_json(ev_value_raw(b), pool, &right, NULL) == EV_OK &&
	    ev_num_sub(left, right, pool, &left, NULL) == EV_OK &&
	    ev_num_cmp(ev_num_abs(left, pool), tolerance->most) <= 0;
}

/* Whether a field that has these two values counts as changed. */
static bool
has_changed(struct diff *diff, struct ev_value key, struct ev_value a,
    struct ev_value b)
{
	if (a.type == b.type &&
	    ev_slice_equal(ev_value_raw(a), ev_value_raw(b)))
		return false;
	for (size_t i = 0; i < diff->tolerances; i++)
		if (ev_value_text_is(key, diff->tolerance[i].name) &&
		    within(diff, &diff->tolerance[i], a, b))
			return false;
	return true;
}

static struct ev_slice
shown_value(struct ev_value value)
{
	return value.type == EV_MISSING ? EV_SLICE("(none)")
					: ev_value_raw(value);
}

/* The names of the fields that changed, as `"a","b",`; and, if it is to be
 * shown, what they were and are. */
static void
find_changes(struct diff *diff, const struct ev_difference *difference,
    bool shown, struct ev_buf *fields)
{
	struct ev_pair pair;

	ev_pair_init(&pair, difference->event[0], difference->event[1]);
	while (ev_pair_next(&pair)) {
		if (!has_changed(diff, pair.key, pair.value[0], pair.value[1]))
			continue;
		ev_buf_slice(fields, ev_value_raw(pair.key));
		ev_buf_char(fields, ',');
		if (!shown)
			continue;
		ev_buf_char(&diff->shown, ' ');
		show(diff, ev_value_inner(pair.key), SHOWN_VALUE);
		ev_buf_str(&diff->shown, ": ");
		show(diff, shown_value(pair.value[0]), SHOWN_VALUE);
		ev_buf_str(&diff->shown, " -> ");
		show(diff, shown_value(pair.value[1]), SHOWN_VALUE);
		ev_buf_char(&diff->shown, ';');
	}
}

static void
show_key(struct diff *diff, struct ev_slice event)
{
	for (size_t i = 0; i < diff->keys; i++) {
		ev_buf_char(&diff->shown, ' ');
		show(diff, diff->key[i], SHOWN_VALUE);
		ev_buf_char(&diff->shown, '=');
		show(diff, key_value(diff, event, i), SHOWN_VALUE);
	}
	ev_buf_char(&diff->shown, ':');
}

/* The difference as an event on stdout. */
static void
emit(struct diff *diff, const struct ev_difference *difference,
    struct ev_slice fields)
{
	static const char *const names[] = {"a", "b", "changed"};
	struct ev_writer *writer = ev_tool_stdout();
	struct ev_buf *out = ev_writer_begin(writer);
	const struct ev_slice *event = difference->event;
	struct ev_err err;

	ev_build_open(out);
	ev_build_key_text(out, "diff", names[difference->kind]);
	if (diff->keys) {
		ev_build_key(out, EV_SLICE("key"));
		ev_build_open(out);
		for (size_t i = 0; i < diff->keys; i++) {
			ev_build_key(out, diff->key[i]);
			ev_build_raw(out,
			    key_value(diff, event[!event[0].ptr], i));
		}
		ev_build_close(out);
	}
	if (fields.len) {
		ev_build_key(out, EV_SLICE("fields"));
		ev_buf_char(out, '[');
		ev_buf_append(out, fields.ptr, fields.len - 1);
		ev_buf_char(out, ']');
	}
	for (int i = 0; i < 2; i++) {
		if (!event[i].ptr)
			continue;
		ev_build_key(out, ev_slice_of(names[i]));
		ev_build_raw(out, event[i]);
	}
	ev_build_close(out);
	check(ev_writer_end(writer, &err), &err);
}

static void
report(struct diff *diff, const struct ev_difference *difference)
{
	uint64_t before = diff->count[0] + diff->count[1] + diff->count[2];
	bool shown = before < diff->options->show;
	size_t mark = diff->shown.len;
	const struct ev_slice *event = difference->event;

	diff->line.len = 0;
	if (shown)
		ev_buf_append(&diff->shown, &"-+~"[difference->kind], 1);
	if (difference->kind == EV_DIFFER_CHANGED) {
		if (shown)
			show_key(diff, event[0]);
		find_changes(diff, difference, shown, &diff->line);
		if (!diff->line.len) {
			diff->close++;
			diff->shown.len = mark;
			return;
		}
		diff->shown.len -= shown; /* the last semicolon */
	} else if (shown) {
		ev_buf_char(&diff->shown, ' ');
		show(diff, event[!event[0].ptr], SHOWN_EVENT);
	}
	if (shown)
		ev_buf_char(&diff->shown, '\n');
	diff->count[difference->kind]++;
	emit(diff, difference, ev_buf_as_slice(&diff->line));
}

/* Walks the sorted streams. */
static void
compare(struct diff *diff)
{
	struct ev_input_fd in[2];
	struct ev_differ *differ;
	struct ev_difference difference;
	enum ev_status status;
	struct ev_err err;

	for (int i = 0; i < 2; i++)
		ev_input_fd_init(&in[i], diff->side[i].sort.child.fd,
		    "the sorted events");
	differ = ev_differ_new(&in[0].in, &in[1].in, diff->keys > 0,
	    SIZE_MAX / 4);
	while ((status = ev_differ_next(differ, &difference, &err)) == EV_OK)
		report(diff, &difference);
	/* A signal, or nobody reads us: what is left unread then ends sort too,
	 * which is no failure of its own. */
	if (status != EV_END && err.exit > 128)
		ev_tool_fail(&err);
	for (int i = 0; i < 2; i++)
		check(ev_sort_wait(&diff->side[i].sort, &err), &err);
	if (status != EV_END)
		ev_tool_fail(&err);
	diff->close += ev_differ_same(differ);
	for (int i = 0; i < 2; i++)
		diff->side[i].repeated = ev_differ_repeated(differ, i);
	ev_differ_free(differ);
}

static _Noreturn void
conclude(struct diff *diff)
{
	const struct side *side = diff->side;
	uint64_t found = diff->count[0] + diff->count[1] + diff->count[2];
	char changed[48] = "";

	stop_sorts(diff);
	if (!found) {
		ev_tool_say("same: %" PRIu64 " events in '%s', %" PRIu64
			    " in '%s'",
		    side[0].events, side[0].place, side[1].events,
		    side[1].place);
		ev_tool_done(EV_EXIT_OK);
	}
	if (diff->keys)
		snprintf(changed, sizeof(changed), ", %" PRIu64 " changed",
		    diff->count[EV_DIFFER_CHANGED]);
	ev_tool_say("different: %" PRIu64 " the same, %" PRIu64 " only in '%s' "
		    "(-), %" PRIu64 " only in '%s' (+)%s%s",
	    diff->close, diff->count[EV_DIFFER_A], side[0].place,
	    diff->count[EV_DIFFER_B], side[1].place, changed,
	    diff->keys ? " (~)" : "");
	for (int i = 0; i < 2; i++)
		if (side[i].repeated)
			ev_tool_say("keys that more than one event of '%s' "
				    "has: %" PRIu64,
			    side[i].place, side[i].repeated);
	if (diff->shown.len)
		fwrite(diff->shown.ptr, 1, diff->shown.len, stderr);
	if (diff->options->show && found > diff->options->show)
		fprintf(stderr, "… and %" PRIu64 " more\n",
		    found - diff->options->show);
	ev_tool_done(EV_EXIT_NO);
}

/* A wrong folder is told at once, and not on the day when sorting needs it. */
static void
check_temp(const char *folder)
{
	if (folder && access(folder, W_OK | X_OK) != 0)
		ev_tool_die(EV_EXIT_IO, "--temp: cannot write in '%s': %s",
		    folder, ev_err_errno(errno));
}

int
main(int argc, char **argv)
{
	struct options options = {.show = 20,
	    .memory = 256u << 20,
	    .stage = EV_STAGE_DEFAULTS};
	const struct ev_opt_table tables[] = {EV_OPT_TABLE(options_table,
						  &options),
	    {NULL, NULL, 0}};
	struct diff diff = {.options = &options};
	bool sorting;
	int rest;

	ev_tool_start("evdiff", true);
	rest = ev_tool_options(&usage, tables, argc, argv);
	if (argc - rest != 2)
		ev_tool_die(EV_EXIT_USAGE,
		    "two places are needed: evdiff A B (see --help)");
	if (ev_place_is_stdin(argv[rest]) && ev_place_is_stdin(argv[rest + 1]))
		ev_tool_die(EV_EXIT_USAGE,
		    "standard input can be one of the places, not both");
	set_fields(&diff);
	check_temp(options.temp);
	if (getrandom(diff.seed, sizeof(diff.seed), 0) < 0)
		ev_tool_die(EV_EXIT_OS, "cannot get random bytes");
	for (int i = 0; i < 2; i++)
		diff.side[i] = (struct side){.place = argv[rest + i],
		    .sort = EV_SORT_NONE};
	ev_tool_on_failure(stop_sorts, &diff);
	sorting = !lasts(diff.side[0].place) || !lasts(diff.side[1].place);
	if (!read_both(&diff, sorting))
		conclude(&diff);
	if (!sorting && !read_both(&diff, true))
		conclude(&diff);
	compare(&diff);
	conclude(&diff);
}
