/*
 * ledger: see ledger.h.
 */
#include "tool/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/point.h"
#include "tool/tool.h"

#define FIELD(name) offsetof(struct ev_ledger_settings, name)

const struct ev_opt ev_ledger_options[2] = {
    {"name", 0, EV_OPT_TEXT, FIELD(name), "NAME",
	"the pipeline, as its evsource has it"},
    {"adopt", 0, EV_OPT_FLAG, FIELD(adopt), NULL,
	"a new pipeline goes on behind what is there"},
};

/* --- the first line ------------------------------------------------------- */

/* A run that ends with 75 before its first commit, or before the next, is
 * counted, so that none is started for ever. */
static void
on_ending(void *arg, int exit, const char *why)
{
	const struct ev_ledger *ledger = arg;

	if (exit == EV_EXIT_AGAIN && ledger->pipeline.folder)
		ev_pipeline_tried(&ledger->pipeline, ledger->run, ledger->base,
		    why);
}

/* Of a pipeline that fails before its first commit nothing is to be known. */
static void
tidy(void *arg)
{
	const struct ev_ledger *ledger = arg;

	if (ledger->accepted && !strcmp(ledger->base, EV_RECORD_FIRST))
		ev_pipeline_forget_accepted(&ledger->pipeline, ledger->run);
	ev_pipeline_tidy(&ledger->pipeline, ledger->lock);
}

static void
open_pipeline(struct ev_ledger *ledger, const char *state, const char *sid)
{
	struct ev_err err;

	if (ev_pipeline_open(&ledger->pipeline, ledger->name, state, sid,
		&err) != EV_OK)
		ev_tool_fail(&err);
	ev_tool_on_ending(on_ending, ledger);
	ev_tool_on_failure(tidy, ledger);
}

/* The id that the copy has: where no begin came it is what the run would have
 * begun from. */
static char *
id_of_copy(const struct ev_pipeline *pipeline)
{
	struct ev_buf text = {0};
	struct ev_record record;
	char *id;

	ev_record_init(&record, pipeline->name, "");
	if (ev_pipeline_read(pipeline, &text, NULL) == EV_OK)
		ev_record_parse(&record, ev_buf_as_slice(&text), NULL);
	id = ev_mem_strdup(record.id);
	ev_record_release(&record);
	ev_buf_release(&text);
	return id;
}

/* Whoever writes to us died before its first line, or was never started. */
static _Noreturn void
nothing_came(struct ev_ledger *ledger)
{
	ev_pipeline_run(ledger->run);
	ledger->name = ev_mem_strdup(ledger->settings->name);
	open_pipeline(ledger, NULL, NULL);
	free(ledger->base);
	ledger->base = id_of_copy(&ledger->pipeline);
	ev_tool_die(EV_EXIT_AGAIN,
	    "nothing came, not even a begin: a command before this one has "
	    "failed");
}

static _Noreturn void
not_named(const struct ev_ledger *ledger)
{
	const char *name = ledger->settings->name;

	ev_tool_die(EV_EXIT_USAGE,
	    "what comes is not of the pipeline '%s': its first line is no "
	    "begin. Its source has to be named too (evsource --name %s …), and "
	    "a command in the middle that is none of evkit's stands under "
	    "evexec",
	    name, name);
}

static _Noreturn void
other_name(const struct ev_ledger *ledger)
{
	struct ev_slice theirs = ledger->stage->control.name;

	ev_tool_die(EV_EXIT_USAGE,
	    "the stream is of the pipeline '%.*s', and this end of it is "
	    "named '%s': give both the same name",
	    (int)theirs.len, theirs.ptr, ledger->settings->name);
}

/* Both ends keep what they know in one state folder: the source's. A sink that
 * was told of another by its environment is not set up as was meant. */
static void
check_state(const char *theirs)
{
	struct ev_err err;
	char *ours;

	if (!getenv("EVKIT_STATE"))
		return;
	if (ev_pipeline_state(&ours, true, &err) != EV_OK)
		ev_tool_fail(&err);
	if (strcmp(ours, theirs))
		ev_tool_die(EV_EXIT_CONFIG,
		    "the two ends have different state folders: the source "
		    "'%s', the sink '%s' (EVKIT_STATE)",
		    theirs, ours);
	free(ours);
}

/* A shard K/N of our name calls itself NAME.K. */
static void
take_name(struct ev_ledger *ledger)
{
	const struct ev_control *begin = &ledger->stage->control;
	struct ev_shard shard = {0, 0};

	if (begin->shard.ptr &&
	    ev_shard_parse("the stream's shard", begin->shard, &shard,
		&ledger->err) != EV_OK)
		ev_tool_fail(&ledger->err);
	ledger->name = ev_shard_name(ledger->settings->name, shard);
	ledger->shard = ev_mem_text(begin->shard);
	if (!ev_slice_is(begin->name, ledger->name))
		other_name(ledger);
}

static void
take_begin(struct ev_ledger *ledger)
{
	const struct ev_control *begin = &ledger->stage->control;
	char *state = ev_mem_text(begin->state), *sid = ev_mem_text(begin->sid);

	take_name(ledger);
	memcpy(ledger->run, begin->run.ptr, EV_RUN_LEN);
	ledger->base = ev_mem_text(begin->base);
	ledger->via = ev_mem_text(ev_value_raw(begin->via));
	check_state(state);
	open_pipeline(ledger, state, sid);
	free(state);
	free(sid);
	if (ev_vector_merge(ledger->begun, begin->pos, &ledger->err) != EV_OK)
		ev_tool_die(EV_EXIT_AGAIN, "%s", ledger->err.text);
}

void
ev_ledger_open(struct ev_ledger *ledger,
    const struct ev_ledger_settings *settings, const char *place,
    struct ev_stage *stage)
{
	struct ev_line line;
	struct ev_err err;

	*ledger = (struct ev_ledger){.settings = settings,
	    .stage = stage,
	    .place = place};
	stage->role = EV_STAGE_SINK;
	stage->name = settings->name;
	if (!settings->name)
		return;
	if (ev_pipeline_check_name(settings->name, &err) != EV_OK)
		ev_tool_fail(&err);
	ledger->begun = ev_vector_new();
	switch (ev_stage_step(stage, &line)) {
	case EV_STAGE_BEGIN:
		take_begin(ledger);
		break;
	case EV_STAGE_END:
		nothing_came(ledger);
	default:
		not_named(ledger);
	}
}

void
ev_ledger_lock(struct ev_ledger *ledger)
{
	int lock; /* held for the process's life */

	if (ev_pipeline_lock(&ledger->pipeline, "sink.lock", &lock,
		&ledger->err) != EV_OK)
		ev_tool_fail(&ledger->err);
	ledger->lock = "sink.lock";
}

/* --- R1: the record and begin --------------------------------------------- */

static void
write_copy(struct ev_ledger *ledger, struct ev_slice record)
{
	struct ev_err err;

	ev_point("ledger.copy");
	if (ev_pipeline_write(&ledger->pipeline, ledger->run, record, &err) !=
	    EV_OK)
		ev_tool_die(EV_EXIT_IO, "%s: its copy of the record: %s",
		    ledger->pipeline.name, err.text);
	ev_point("ledger.copied");
}

static bool
is_here(const struct ev_ledger *ledger, const struct ev_record *record)
{
	return !strcmp(record->place, ledger->place) ||
	    (ledger->same && ledger->same(ledger->same_arg, record));
}

/* The copy must be of this place, or the record here the very one that it is a
 * copy of, which was moved. */
static void
check_place(struct ev_ledger *ledger, bool found)
{
	const char *name = ledger->pipeline.name;
	struct ev_buf text = {0};
	struct ev_record copy;

	ev_record_init(&copy, name, ledger->place);
	if (ev_pipeline_read(&ledger->pipeline, &text, NULL) == EV_OK &&
	    ev_record_parse(&copy, ev_buf_as_slice(&text), NULL) == EV_OK &&
	    !is_here(ledger, &copy) &&
	    !(found && strcmp(copy.id, EV_RECORD_FIRST) &&
		!strcmp(copy.id, ledger->record.id)))
		ev_tool_die(EV_EXIT_DISAGREE,
		    "pipeline %s keeps its record in '%s', not in '%s': evpos "
		    "move %s '%s' if it was moved there, evpos forget %s to "
		    "begin anew, or take another name",
		    name, copy.place, ledger->place, name, ledger->place, name);
	ev_record_release(&copy);
	ev_buf_release(&text);
}

/* The stream began from another record than the one that is here: the copy
 * was old, or another run has committed meanwhile. The next start is right. */
static _Noreturn void
began_elsewhere(struct ev_ledger *ledger)
{
	ev_record_build(&ledger->record, &ledger->text);
	write_copy(ledger, ev_buf_as_slice(&ledger->text));
	ev_tool_die(EV_EXIT_AGAIN,
	    "the source began from %s, and what is committed in '%s' is %s: "
	    "its copy is right now, start again",
	    ledger->base, ledger->place, ledger->record.id);
}

static _Noreturn void
record_is_gone(const struct ev_ledger *ledger)
{
	const char *name = ledger->pipeline.name;

	ev_tool_die(EV_EXIT_DISAGREE,
	    "the record of %s that was in '%s' is gone: bring it back, or "
	    "evpos forget %s to begin anew",
	    name, ledger->place, name);
}

void
ev_ledger_check_shard(struct ev_ledger *ledger, const char *text)
{
	struct ev_shard shard = {0, 0};

	if (*ledger->shard)
		ev_shard_parse("shard", ev_slice_of(ledger->shard), &shard,
		    NULL);
	if (ev_shard_agree(ledger->settings->name, shard, text, &ledger->err) !=
	    EV_OK)
		ev_tool_fail(&ledger->err);
}

static void
read_record(struct ev_ledger *ledger, struct ev_slice text)
{
	struct ev_record *record = &ledger->record;
	struct ev_err err;

	if (ev_record_parse(record, text, &err) != EV_OK)
		ev_tool_die(EV_EXIT_DISAGREE,
		    "the record in '%s' cannot be read: %s", ledger->place,
		    err.text);
	if (strcmp(record->name, ledger->name))
		ev_tool_die(EV_EXIT_DISAGREE,
		    "'%s' belongs to the pipeline '%s', not to '%s'",
		    ledger->place, record->name, ledger->name);
	if (strcmp(record->id, EV_RECORD_FIRST))
		ev_ledger_check_shard(ledger, record->shard);
}

static void
set_own(struct ev_ledger *ledger)
{
	free(ledger->record.place);
	ledger->record.place = ev_mem_strdup(ledger->place);
	free(ledger->record.shard);
	ledger->record.shard = ev_mem_strdup(ledger->shard);
}

static bool
same_start(const struct ev_ledger *ledger)
{
	return !strcmp(ledger->base, ledger->record.id) &&
	    ev_vector_equal(ledger->begun, ledger->record.pos);
}

/* --- via: who has worked on it --------------------------------------------- */

/* The length of the name in "evfilter 3f2a91c0". */
static int
name_length(struct ev_slice entry)
{
	const char *space = memchr(entry.ptr, ' ', entry.len);

	return (int)(space ? (size_t)(space - entry.ptr) : entry.len);
}

/* Events from here on are made by other commands, or by others' arguments,
 * than those before: that is how a pipeline is changed, and it is said. */
static void
compare_via(const struct ev_ledger *ledger)
{
	const char *was_text = ledger->record.via;
	struct ev_value was = {was_text, (uint32_t)strlen(was_text), EV_ARRAY,
	    false};
	struct ev_value now = {ledger->via, (uint32_t)strlen(ledger->via),
	    EV_ARRAY, false};
	struct ev_member old, new;
	const char *at_old = NULL, *at_new = NULL;
	bool more_old, more_new;

	if (!strcmp(ledger->record.id, EV_RECORD_FIRST) || !*was_text)
		return;
	do {
		more_old = ev_value_next(was, &at_old, &old);
		more_new = ev_value_next(now, &at_new, &new);
		if (more_old != more_new) {
			ev_tool_say("the pipeline has other commands than in "
				    "its last run: they count from here on");
			return;
		}
		if (more_new &&
		    !ev_slice_equal(ev_value_raw(old.value),
			ev_value_raw(new.value))) {
			struct ev_slice entry = ev_value_inner(new.value);

			ev_tool_say("%.*s has other arguments than in the last "
				    "run: "
				    "they count from here on",
			    name_length(entry), entry.ptr);
		}
	} while (more_new);
}

void
ev_ledger_begin(struct ev_ledger *ledger, struct ev_slice record)
{
	bool found = record.ptr != NULL;

	ev_record_init(&ledger->record, ledger->name, ledger->place);
	if (found)
		read_record(ledger, record);
	check_place(ledger, found);
	if (!strcmp(ledger->record.id, EV_RECORD_FIRST) &&
	    strcmp(ledger->base, EV_RECORD_FIRST))
		record_is_gone(ledger);
	set_own(ledger);
	if (!same_start(ledger) && !ev_mutant("R1"))
		began_elsewhere(ledger);
	compare_via(ledger);
	ev_point("ledger.begun");
}

void
ev_ledger_accept(struct ev_ledger *ledger)
{
	if (ev_pipeline_accept(&ledger->pipeline, ledger->run, &ledger->err) !=
	    EV_OK)
		ev_tool_fail(&ledger->err);
	ledger->accepted = true;
	ev_point("ledger.accepted");
}

/* --- marks --------------------------------------------------------------- */

struct ev_slice
ev_ledger_mark(struct ev_ledger *ledger)
{
	const struct ev_control *mark = &ledger->stage->control;

	if (ev_record_advance(&ledger->record, ev_slice_of(ledger->via), mark,
		&ledger->err) != EV_OK)
		ev_tool_fail(&ledger->err);
	ledger->text.len = 0;
	ev_record_build(&ledger->record, &ledger->text);
	return ev_buf_as_slice(&ledger->text);
}

void
ev_ledger_committed(struct ev_ledger *ledger)
{
	ev_point("ledger.committed");
	free(ledger->base);
	ledger->base = ev_mem_strdup(ledger->record.id);
	write_copy(ledger, ev_buf_as_slice(&ledger->text));
	ev_pipeline_forget_tries(&ledger->pipeline);
}
