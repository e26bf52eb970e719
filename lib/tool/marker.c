/*
 * marker: see marker.h.
 */
#include "tool/marker.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/point.h"
#include "event/build.h"
#include "state/record.h"
#include "tool/place.h"
#include "tool/tool.h"

#define FOLLOW_MS 1000
#define FOLLOW_EVENTS 10000
#define FOLLOW_BYTES (64u << 20)
#define RESTARTS 20
#define LONGEST_WAIT 60  /* seconds, before a run that may fail again */
#define SEAL_GRACE 10000 /* ms, for the seal to go out after a signal */

#define FIELD(name) offsetof(struct ev_marker_settings, name)

const struct ev_opt ev_marker_options[10] = {
    {"name", 0, EV_OPT_TEXT, FIELD(name), "NAME",
	"of the pipeline: goes on where it was, see evkit(7)"},
    {"from", 0, EV_OPT_TEXT, FIELD(from), "POSITION", NULL},
    {"mark-every", 0, EV_OPT_TEXT, FIELD(mark_every), "N|TIME|SIZE", NULL},
    {"mark-when", 0, EV_OPT_TEXT, FIELD(mark_when), "FIELD", NULL},
    {"input", 0, EV_OPT_LIST, FIELD(input), "NAME", NULL},
    {"changed", 0, EV_OPT_CHOICE, FIELD(changed), "stop|read|skip", NULL},
    {"final", 0, EV_OPT_FLAG, FIELD(final), NULL, NULL},
    {"quiet-busy", 0, EV_OPT_FLAG, FIELD(quiet_busy), NULL, NULL},
    {"restarts", 0, EV_OPT_COUNT, FIELD(restarts), "N", NULL},
    {"marks", 0, EV_OPT_FLAG, FIELD(marks), NULL, ""},
};

/* --- when marks are due --------------------------------------------------- */

/* A plain number is events, one with a unit of time a time, one with K, M, G
 * or T a size. Events and sizes leave the time as it is. */
static void
read_every(struct ev_marker *marker, const char *text)
{
	struct ev_err err;
	uint64_t number;

	if (ev_clock_span(text, &marker->every_ms))
		return;
	if (ev_opt_size("mark-every", text, &number, NULL) != EV_OK ||
	    !number) {
		ev_err_set(&err, EV_FATAL, EV_EXIT_USAGE,
		    "--mark-every wants a number of events (1000), a time "
		    "(1s, 5m) or a size (64M), not '%s'",
		    text);
		ev_tool_fail(&err);
	}
	if (isdigit((unsigned char)text[strlen(text) - 1]))
		marker->every_events = number;
	else
		marker->every_bytes = number;
}

static void
choose_pace(struct ev_marker *marker, bool follow)
{
	marker->every_events = marker->every_bytes = UINT64_MAX;
	/* What follows may wait for ever for the event that makes the number
	 * full. */
	marker->every_ms = follow ? ev_point_wait(FOLLOW_MS) : -1;
	if (marker->settings->mark_every) {
		read_every(marker, marker->settings->mark_every);
	} else if (follow) {
		marker->every_events = FOLLOW_EVENTS;
		marker->every_bytes = FOLLOW_BYTES;
	}
}

/* The next mark is due a whole interval after this one. */
static void
count_from_here(struct ev_marker *marker)
{
	uint64_t out = marker->stage->out;

	marker->asked = false;
	marker->due_out = marker->every_events < UINT64_MAX - out &&
		!marker->behind
	    ? out + marker->every_events
	    : UINT64_MAX;
	marker->last_mark = ev_clock_steady();
	marker->last_bytes = ev_writer_bytes(marker->stage->writer);
}

static bool
has_news(const struct ev_marker *marker)
{
	const struct ev_stage *stage = marker->stage;

	return stage->out + stage->sides_out > stage->told || marker->moved ||
	    marker->asked;
}

bool
ev_marker_due_now(struct ev_marker *marker)
{
	bool due;

	if (!marker->on || marker->behind)
		return false;
	due = marker->asked || ev_marker_due(marker) ||
	    (marker->every_ms >= 0 &&
		ev_clock_steady() - marker->last_mark >= marker->every_ms) ||
	    ev_writer_bytes(marker->stage->writer) - marker->last_bytes >=
		marker->every_bytes;
	if (due)
		marker->due_out = 0;
	return due;
}

int
ev_marker_wait(struct ev_marker *marker)
{
	int64_t left;

	if (marker->behind) {
		marker->behind = false;
		marker->asked = true;
		return 0;
	}
	if (!marker->on || marker->every_ms < 0 || !has_news(marker))
		return -1;
	left = marker->last_mark + marker->every_ms - ev_clock_steady();
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

/* --- beginning ----------------------------------------------------------- */

/* How long to wait before a run, in ms, where k runs failed at this place. */
static int
back_off(unsigned k)
{
	unsigned seconds = k < 6 ? 1u << k : LONGEST_WAIT;

#ifdef EV_CHAOS
	/* Tests fail a run thousands of times. */
	if (getenv("EV_BACK_OFF_MS"))
		return (int)strtol(getenv("EV_BACK_OFF_MS"), NULL, 10);
#endif
	return (int)seconds * 1000;
}

static void
wait_for_better(struct ev_marker *marker)
{
	uint64_t most = marker->settings->restarts;
	char *why = NULL;
	unsigned tries = ev_pipeline_tries(&marker->pipeline, marker->base,
	    &why);
	int64_t until = ev_clock_steady() +
	    (tries ? ev_point_wait(back_off(tries)) : 0);
	struct ev_err err;

	if (tries && tries >= (most ? most : RESTARTS)) {
		ev_pipeline_forget_tries(&marker->pipeline);
		ev_tool_die(EV_EXIT_DISAGREE,
		    "pipeline %s was started %u times at the same place and "
		    "never came further: %s",
		    marker->pipeline.name, tries, why ? why : "");
	}
	if (tries > 2)
		ev_tool_say("%u runs failed here (%s): waiting %d s", tries,
		    why ? why : "", back_off(tries) / 1000);
	free(why);
	while (ev_clock_steady() < until)
		if (ev_io_wait(-1, (int)(until - ev_clock_steady()), &err) ==
		    EV_FATAL)
			ev_tool_fail(&err);
}

/* The id and the positions of the copy. One that cannot be read counts as
 * absent: it is only tried, and the sink compares. */
static void
read_copy(struct ev_marker *marker)
{
	struct ev_buf text = {0};
	struct ev_record record;
	struct ev_err err;

	ev_record_init(&record, marker->pipeline.name, "");
	if (ev_pipeline_read(&marker->pipeline, &text, &err) == EV_OK &&
	    ev_record_parse(&record, ev_buf_as_slice(&text), &err) == EV_OK) {
		for (size_t i = 0; i < ev_vector_count(record.pos); i++) {
			struct ev_slice key, value;

			ev_vector_at(record.pos, i, &key, &value);
			ev_vector_set(marker->from, key, value);
			ev_vector_set(marker->pos, key, value);
			ev_vector_set(marker->told, key, value);
		}
		marker->base = ev_mem_strdup(record.id);
	} else {
		marker->base = ev_mem_strdup(EV_RECORD_FIRST);
	}
	ev_record_release(&record);
	ev_buf_release(&text);
}

/* What the state folder has of a pipeline that shares our work must know of as
 * many shards as we do. */
static void
check_shard(const struct ev_marker *marker, const char *name)
{
	const struct ev_marker_settings *settings = marker->settings;
	struct ev_pipeline other = {0};
	struct ev_buf text = {0};
	struct ev_record record;
	struct ev_err err;

	ev_record_init(&record, name, "");
	if (ev_pipeline_find(&other, name, &err) == EV_OK &&
	    ev_pipeline_read(&other, &text, &err) == EV_OK &&
	    ev_record_parse(&record, ev_buf_as_slice(&text), &err) == EV_OK &&
	    ev_shard_agree(settings->name, settings->shard, record.shard,
		&err) != EV_OK)
		ev_tool_fail(&err);
	ev_record_release(&record);
	ev_pipeline_release(&other);
	ev_buf_release(&text);
}

/* The first shard says how many there are, or the pipeline that has none; what
 * our own copy says may be old, and the sink looks at. Whoever is refused has
 * made no folder yet, which would be seen as a pipeline. */
static void
check_shards(const struct ev_marker *marker, const char *own)
{
	const char *name = marker->settings->name;
	char *first = ev_shard_name(name, (struct ev_shard){1, 2});

	if (strcmp(own, first) != 0)
		check_shard(marker, first);
	if (strcmp(own, name) != 0)
		check_shard(marker, name);
	free(first);
}

/* Whoever mistyped a place does not want a pipeline of it. */
static void
tidy(void *arg)
{
	const struct ev_marker *marker = arg;

	ev_pipeline_tidy(&marker->pipeline, "lock");
}

static void
take_name(struct ev_marker *marker)
{
	const struct ev_marker_settings *settings = marker->settings;
	char *name = ev_shard_name(settings->name, settings->shard);
	struct ev_err err;
	int lock;

	check_shards(marker, name);
	if (ev_pipeline_open(&marker->pipeline, name, NULL, NULL, &err) !=
	    EV_OK)
		ev_tool_fail(&err);
	free(name);
	if (ev_pipeline_lock(&marker->pipeline, "lock", &lock, &err) != EV_OK) {
		if (err.exit == EV_EXIT_BUSY && settings->quiet_busy)
			*err.text = '\0';
		ev_tool_fail(&err);
	}
	ev_tool_on_failure(tidy, marker);
	ev_point("source.locked");
	read_copy(marker);
	wait_for_better(marker);
}

static void
send_begin(struct ev_marker *marker)
{
	struct ev_shard shard = marker->settings->shard;
	struct ev_buf pos = {0};
	char part[32];
	struct ev_control begin = {.kind = EV_CONTROL_BEGIN,
	    .run = {marker->run, EV_RUN_LEN},
	    .name = EV_SLICE(""),
	    .base = ev_slice_of(marker->base),
	    .state = EV_SLICE(""),
	    .sid = EV_SLICE("")};

	if (marker->settings->name) {
		begin.name = ev_slice_of(marker->pipeline.name);
		begin.state = ev_slice_of(marker->pipeline.state);
		begin.sid = ev_slice_of(marker->pipeline.sid);
	}
	if (shard.count) {
		snprintf(part, sizeof(part), "%u/%u", shard.number,
		    shard.count);
		begin.shard = ev_slice_of(part);
	}
	ev_vector_build(marker->from, &pos);
	begin.pos = (struct ev_value){pos.ptr, (uint32_t)pos.len, EV_OBJECT,
	    false};
	ev_stage_send(marker->stage, &begin);
	ev_buf_release(&pos);
}

void
ev_marker_open(struct ev_marker *marker,
    const struct ev_marker_settings *settings, struct ev_stage *stage,
    bool follow)
{
	*marker = (struct ev_marker){.settings = settings,
	    .stage = stage,
	    .on = settings->name || settings->marks,
	    .behind = settings->marks && !settings->name,
	    .due_out = UINT64_MAX};
	if (!marker->on) {
		ev_stage_plain(stage);
		return;
	}
	marker->from = ev_vector_new();
	marker->pos = ev_vector_new();
	marker->told = ev_vector_new();
	choose_pace(marker, follow);
	ev_pipeline_run(marker->run);
	if (settings->name)
		take_name(marker);
	else
		marker->base = ev_mem_strdup(EV_RECORD_FIRST);
	ev_io_grace(SEAL_GRACE);
	send_begin(marker);
	ev_point("source.begun");
	count_from_here(marker);
}

/* The record has a position of the input, or of one of its parts. */
static bool
remembers(const struct ev_marker *marker, const char *input)
{
	size_t len = strlen(input);
	struct ev_slice key, value;

	for (size_t i = 0; i < ev_vector_count(marker->from); i++) {
		ev_vector_at(marker->from, i, &key, &value);
		if (key.len >= len && !memcmp(key.ptr, input, len) &&
		    (key.len == len || key.ptr[len] == '#'))
			return true;
	}
	return false;
}

char *
ev_marker_input(const struct ev_marker *marker, const char *given)
{
	char *absolute;

	if (!marker->on || remembers(marker, given) ||
	    ev_place_absolute(given, &absolute, NULL) != EV_OK)
		return ev_mem_strdup(given);
	if (remembers(marker, absolute))
		return absolute;
	free(absolute);
	return ev_mem_strdup(given);
}

bool
ev_marker_first(const struct ev_marker *marker)
{
	return !marker->on || !strcmp(marker->base, EV_RECORD_FIRST);
}

/* --- marks --------------------------------------------------------------- */

void
ev_marker_set(struct ev_marker *marker, const char *key, const char *position)
{
	struct ev_slice name = ev_slice_of(key), was;
	struct ev_slice value = {position, position ? strlen(position) : 0};

	if (!marker->on)
		return;
	was = ev_vector_get(marker->pos, name);
	if (was.ptr ? position && ev_slice_equal(was, value) : !position)
		return;
	ev_vector_set(marker->pos, name, value);
	marker->moved = true;
}

/* Puts what pos has and told has not, or otherwise; null takes away. */
static void
tell_changes(struct ev_marker *marker, struct ev_buf *out)
{
	struct ev_vector *pos = marker->pos, *told = marker->told;
	struct ev_slice key, value, was;

	ev_build_open(out);
	for (size_t i = 0; i < ev_vector_count(pos); i++) {
		ev_vector_at(pos, i, &key, &value);
		was = ev_vector_get(told, key);
		if (was.ptr && ev_slice_equal(was, value))
			continue;
		ev_build_key(out, key);
		ev_build_text(out, value);
		ev_vector_set(told, key, value);
	}
	for (size_t i = ev_vector_count(told); i > 0; i--) {
		ev_vector_at(told, i - 1, &key, &value);
		if (ev_vector_get(pos, key).ptr)
			continue;
		ev_build_key(out, key);
		ev_build_null(out);
		ev_vector_set(told, key, (struct ev_slice){NULL, 0});
	}
	ev_build_close(out);
	marker->moved = false;
}

/* The id that the sink committed last, as its copy says: what keeps state may
 * let older versions go. */
static char *
committed(const struct ev_marker *marker)
{
	struct ev_buf text = {0};
	struct ev_record record;
	char *id = NULL;

	if (!marker->settings->name)
		return NULL;
	ev_record_init(&record, marker->pipeline.name, "");
	if (ev_pipeline_read(&marker->pipeline, &text, NULL) == EV_OK &&
	    ev_record_parse(&record, ev_buf_as_slice(&text), NULL) == EV_OK)
		id = ev_mem_strdup(record.id);
	ev_record_release(&record);
	ev_buf_release(&text);
	return id;
}

static struct ev_slice
optional(const char *text)
{
	return text ? ev_slice_of(text) : (struct ev_slice){NULL, 0};
}

static void
send_mark(struct ev_marker *marker, enum ev_control_seal seal)
{
	char *id = committed(marker), time[EV_RECORD_TIME];
	struct ev_stage *stage = marker->stage;
	struct ev_buf pos = {0};
	struct ev_control mark = {.kind = EV_CONTROL_MARK,
	    .run = {marker->run, EV_RUN_LEN},
	    .seq = ++marker->seq,
	    .seal = seal,
	    .heartbeat = seal == EV_SEAL_NONE &&
		stage->out + stage->sides_out == stage->told,
	    .wm = optional(marker->wm),
	    .committed = optional(id)};

	ev_record_now(time);
	mark.time = ev_slice_of(time);
	tell_changes(marker, &pos);
	mark.pos = (struct ev_value){pos.ptr, (uint32_t)pos.len, EV_OBJECT,
	    false};
	ev_stage_send(stage, &mark);
	ev_buf_release(&pos);
	free(id);
	count_from_here(marker);
}

void
ev_marker_mark(struct ev_marker *marker)
{
	if (marker->on && has_news(marker))
		send_mark(marker, EV_SEAL_NONE);
	else if (marker->on)
		count_from_here(marker);
	ev_point("source.marked");
}

void
ev_marker_seal(struct ev_marker *marker, enum ev_control_seal seal)
{
	if (!marker->on)
		return;
	if (seal == EV_SEAL_RUN && marker->settings->final)
		seal = EV_SEAL_FINAL;
	send_mark(marker, seal);
	ev_point("source.sealed");
}
