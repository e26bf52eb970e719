/*
 * change: see change.h.
 */
#include "tool/change_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/point.h"
#include "tool/place.h"

static const char *
name_of(const struct ev_change *change)
{
	return change->known->pipeline.name;
}

/* Before the locks were had, a run may have begun and ended. */
static enum ev_status
check_copy(const struct ev_change *change, struct ev_err *err)
{
	const struct ev_known *known = change->known;
	struct ev_buf text = {0};
	struct ev_record copy;
	enum ev_status status = ev_pipeline_read(&known->pipeline, &text, err);

	ev_record_init(&copy, name_of(change), "");
	if (status == EV_OK)
		ev_record_parse(&copy, ev_buf_as_slice(&text), NULL);
	if (status != EV_FATAL)
		status = EV_OK;
	if (status == EV_OK && strcmp(copy.id, known->copy.id) != 0)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_BUSY,
		    "pipeline %s ran just now: look at it again",
		    name_of(change));
	ev_record_release(&copy);
	ev_buf_release(&text);
	return status;
}

/* Where it writes, for people. */
static const char *
target(const struct ev_change *change)
{
	const char *place = change->known->record.place;

	return strcmp(place, "-") ? place : "standard output";
}

static enum ev_status
lock(const struct ev_change *change, struct ev_err *err)
{
	const struct ev_pipeline *pipeline = &change->known->pipeline;
	int fd;

	/* Without a folder only a sink's lock is left. */
	if (!change->yes || access(pipeline->folder, F_OK) != 0)
		return EV_OK;
	if (ev_pipeline_lock(pipeline, "lock", &fd, err) != EV_OK ||
	    ev_pipeline_lock(pipeline, "sink.lock", &fd, err) != EV_OK)
		return EV_FATAL;
	return check_copy(change, err);
}

static enum ev_status
refuse_running(const struct ev_change *change, struct ev_err *err)
{
	if (!change->known->holder)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_BUSY,
	    "pipeline %s is running (%s): stop it first", name_of(change),
	    change->known->holder);
}

enum ev_status
ev_change_hold(const struct ev_change *change, struct ev_err *err)
{
	if (refuse_running(change, err) != EV_OK)
		return EV_FATAL;
	return lock(change, err);
}

/* The record that is to be changed. */
static enum ev_status
want_record(const struct ev_change *change, struct ev_err *err)
{
	const struct ev_known *known = change->known;

	if (known->has_copy && !known->asked)
		return ev_err_set(err, EV_FATAL, EV_EXIT_UNAVAILABLE, "%s",
		    known->trouble ? known->trouble : "");
	if (known->has_record)
		return EV_OK;
	if (!known->has_copy)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "pipeline %s has not committed anything yet%s%s",
		    name_of(change), known->copy_why ? ", or: " : "",
		    known->copy_why ? known->copy_why : "");
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "the record of %s that was in '%s' is gone: bring it back, or "
	    "evpos forget %s to begin anew",
	    name_of(change), known->copy.place, name_of(change));
}

static enum ev_status
write_copy(const struct ev_change *change, struct ev_slice record,
    struct ev_err *err)
{
	char run[33];

	ev_pipeline_run(run);
	ev_point("evpos.copy");
	return ev_pipeline_write(&change->known->pipeline, run, record, err);
}

enum ev_status
ev_change_copy(const struct ev_change *change, const struct ev_record *record,
    struct ev_err *err)
{
	struct ev_buf text = {0};
	enum ev_status status;

	ev_record_build(record, &text);
	status = write_copy(change, ev_buf_as_slice(&text), err);
	ev_buf_release(&text);
	return status;
}

enum ev_status
ev_change_store(const struct ev_change *change, const char *place,
    const char *was, const struct ev_record *record, struct ev_err *err)
{
	struct ev_buf text = {0};
	enum ev_status status = EV_OK;

	ev_record_build(record, &text);
	ev_point("evpos.store");
	if (!change->known->store.in_state)
		status = ev_keeper_put(name_of(change), place, was,
		    ev_buf_as_slice(&text), err);
	if (status == EV_OK)
		status = write_copy(change, ev_buf_as_slice(&text), err);
	if (status == EV_OK)
		ev_pipeline_forget_tries(&change->known->pipeline);
	ev_buf_release(&text);
	return status;
}

/* What stands below the plan. */
static void
say_end(const struct ev_change *change, const char *done)
{
	ev_buf_printf(change->out, "%s\n",
	    change->yes ? done : "nothing is changed yet: --yes does it");
}

/* --- rewind -------------------------------------------------------------- */

/* The entries that are to be moved: all, or those of an input, which may be
 * named as it was on the command line. */
static enum ev_status
choose(const struct ev_change *change, const char *input,
    struct ev_vector *chosen, struct ev_err *err)
{
	const struct ev_vector *pos = change->known->record.pos;
	char *absolute = NULL;
	struct ev_slice key, value;

	if (input && ev_place_absolute(input, &absolute, NULL) != EV_OK)
		absolute = ev_mem_strdup(input);
	for (size_t i = 0; i < ev_vector_count(pos); i++) {
		ev_vector_at(pos, i, &key, &value);
		if (ev_known_reads(change->known, key) &&
		    (!input || ev_known_input(key, input) ||
			ev_known_input(key, absolute)))
			ev_vector_set(chosen, key, value);
	}
	free(absolute);
	if (!ev_vector_count(chosen) && input)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--input '%s': pipeline %s reads nothing of that name "
		    "(evpos show %s lists what it reads)",
		    input, name_of(change), name_of(change));
	return EV_OK;
}

static const struct ev_seeker_input *
find_input(const struct ev_known *known, struct ev_slice key)
{
	for (size_t i = 0; i < known->count; i++)
		if (ev_slice_is(key, known->inputs[i].key))
			return &known->inputs[i];
	return NULL;
}

/* One line: from where to where, and what that doubles or skips. */
static void
say_step(const struct ev_change *change, struct ev_slice key, const char *to,
    const struct ev_seeker_input *now)
{
	const struct ev_seeker_input *was = find_input(change->known, key);
	uint64_t from = was ? was->offset : EV_SEEKER_UNKNOWN;
	uint64_t offset = now ? now->offset : 0;
	const char *unit = was && was->unit ? was->unit : "";

	ev_buf_printf(change->out, "  %.*s: from %s to %s: ", (int)key.len,
	    key.ptr, was && was->at ? was->at : "where it is",
	    now && now->at ? now->at : to);
	if (from == EV_SEEKER_UNKNOWN || offset == EV_SEEKER_UNKNOWN)
		ev_buf_printf(change->out, "how much that is is not known\n");
	else if (offset < from)
		ev_buf_printf(change->out,
		    "%" PRIu64 " %s will be read again\n", from - offset, unit);
	else if (offset > from)
		ev_buf_printf(change->out,
		    "%" PRIu64 " %s will be skipped, and never be read\n",
		    offset - from, unit);
	else
		ev_buf_printf(change->out, "that is where it is\n");
}

/* What a rewind means for who has read the result. */
static void
say_consequence(const struct ev_change *change, bool again)
{
	const struct ev_known *known = change->known;

	if (!again)
		return;
	ev_buf_printf(change->out,
	    known->store.in_state || known->store.log
		? "what is read again will be in %s a second time\n"
		: "what is read again is written to %s again: rows that it "
		  "appends will be there a second time, those that it inserts "
		  "or upserts by their key will not\n",
	    target(change));
	if (known->store.log)
		ev_buf_printf(change->out,
		    "readers of this log will see these events again\n");
}

/* To the start: without an entry the source begins there. Where others keep
 * theirs, one that is missing would be a new input; so it is sought. */
static void
to_start(const struct ev_change *change, const struct ev_vector *chosen,
    struct ev_vector *pos)
{
	struct ev_slice key, value;

	for (size_t i = 0; i < ev_vector_count(chosen); i++) {
		ev_vector_at(chosen, i, &key, &value);
		ev_vector_set(pos, key, (struct ev_slice){NULL, 0});
		say_step(change, key, "the start", NULL);
	}
	say_consequence(change, true);
}

static enum ev_status
to_place(const struct ev_change *change, const char *to,
    const struct ev_vector *chosen, struct ev_vector *pos, struct ev_err *err)
{
	char *source = ev_known_source(change->known);
	struct ev_seeker_input *found;
	size_t count = ev_vector_count(chosen);
	bool again = false;
	enum ev_status status = ev_seeker_ask(source ? source : "evsource-file",
	    to, chosen, &found, err);

	for (size_t i = 0; i < count && status == EV_OK; i++) {
		struct ev_slice key = ev_slice_of(found[i].key);
		const struct ev_seeker_input *was = find_input(change->known,
		    key);

		if (!found[i].position) {
			status = ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "'%s' cannot be set to %s%s%s", found[i].key, to,
			    found[i].note ? ": " : "",
			    found[i].note ? found[i].note : "");
			break;
		}
		ev_vector_set(pos, key, ev_slice_of(found[i].position));
		say_step(change, key, to, &found[i]);
		again |= !was || found[i].offset < was->offset;
	}
	if (status == EV_OK)
		say_consequence(change, again);
	ev_seeker_release(found, count);
	free(source);
	return status;
}

/* Changes the vector, and says so. */
static enum ev_status
seek(const struct ev_change *change, const char *to, const char *input,
    struct ev_vector *pos, struct ev_err *err)
{
	struct ev_vector *chosen = ev_vector_new();
	enum ev_status status = choose(change, input, chosen, err);
	size_t all = ev_vector_count(pos);

	if (status == EV_OK && !all && strcmp(to, "start") != 0)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "pipeline %s stands at the start: it has no positions that "
		    "could be set elsewhere",
		    name_of(change));
	if (status == EV_OK) {
		ev_buf_printf(change->out, "pipeline %s, which writes %s:\n",
		    name_of(change), target(change));
		if (!all)
			ev_buf_printf(change->out,
			    "  it stands at the start already\n");
		else if (!strcmp(to, "start") && ev_vector_count(chosen) == all)
			to_start(change, chosen, pos);
		else
			status = to_place(change, to, chosen, pos, err);
	}
	ev_vector_free(chosen);
	return status;
}

enum ev_status
ev_change_rewind(const struct ev_change *change, const char *to,
    const char *input, struct ev_err *err)
{
	struct ev_record *record = &change->known->record;
	char *was, run[33];
	enum ev_status status;

	if (refuse_running(change, err) != EV_OK ||
	    want_record(change, err) != EV_OK || lock(change, err) != EV_OK ||
	    seek(change, to, input, record->pos, err) != EV_OK)
		return EV_FATAL;
	if (!change->yes) {
		say_end(change, "");
		return EV_OK;
	}
	/* A new id: no run that began from the old one can commit (R1). */
	was = record->id;
	ev_pipeline_run(run);
	record->id = ev_mem_printf("%s/1", run);
	record->final = false;
	status = ev_change_store(change, record->place, was, record, err);
	free(was);
	if (status == EV_OK)
		say_end(change, "done");
	return status;
}

/* --- move ---------------------------------------------------------------- */

/* The record found at the new place is the one in the copy, and the old place
 * has it no more. */
static enum ev_status
check_moved(const struct ev_change *change, const char *place,
    const struct ev_keeper_state *there, struct ev_record *record,
    struct ev_err *err)
{
	const struct ev_known *known = change->known;

	if (!there->record)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' has no record of a pipeline (it would be %s): move "
		    "it there together with the data",
		    place, there->where ? there->where : "there");
	if (ev_record_parse(record, ev_slice_of(there->record), err) != EV_OK)
		return EV_FATAL;
	if (strcmp(record->name, name_of(change)) != 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "the record in '%s' is that of pipeline %s, not of %s",
		    place, record->name, name_of(change));
	if (known->has_copy && strcmp(record->id, known->copy.id) != 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "the record in '%s' is %s, and the last one that %s "
		    "committed is %s: it is not the one that was moved",
		    place, record->id, name_of(change), known->copy.id);
	if (known->store.record && strcmp(known->copy.place, place) != 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' still has the record, too: this is a copy, and two "
		    "places cannot go on as one pipeline",
		    known->copy.place);
	return EV_OK;
}

static enum ev_status
move_to(const struct ev_change *change, const char *place, struct ev_err *err)
{
	struct ev_keeper_state there;
	struct ev_record record;
	enum ev_status status;

	ev_record_init(&record, name_of(change), place);
	status = ev_keeper_get(name_of(change), place, &there, err);
	if (status == EV_OK)
		status = check_moved(change, place, &there, &record, err);
	if (status == EV_OK) {
		ev_buf_printf(change->out,
		    "pipeline %s will write %s, which was %s\n",
		    name_of(change), place,
		    change->known->has_copy ? change->known->copy.place
					    : record.place);
		free(record.place);
		record.place = ev_mem_strdup(place);
		if (change->yes)
			status = ev_change_store(change, place, record.id,
			    &record, err);
	}
	if (status == EV_OK)
		say_end(change, "done");
	ev_keeper_release(&there);
	ev_record_release(&record);
	return status;
}

enum ev_status
ev_change_move(const struct ev_change *change, const char *place,
    struct ev_err *err)
{
	if (ev_change_hold(change, err) != EV_OK)
		return EV_FATAL;
	if (change->known->store.in_state)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "the record of %s is in the state folder, not with '%s': "
		    "evpos forget, or another name",
		    name_of(change), change->known->copy.place);
	return move_to(change, place, err);
}

/* --- accept -------------------------------------------------------------- */

enum ev_status
ev_change_accept(const struct ev_change *change, struct ev_err *err)
{
	const struct ev_known *known = change->known;
	const struct ev_keeper_state *store = &known->store;
	enum ev_status status = EV_OK;

	if (refuse_running(change, err) != EV_OK ||
	    want_record(change, err) != EV_OK || lock(change, err) != EV_OK)
		return EV_FATAL;
	if (store->gone)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "%s: bring it back, or evpos forget %s to begin anew",
		    store->wrong, name_of(change));
	if (!store->wrong && !store->tail)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "'%s' is what pipeline %s has committed, as far as can be "
		    "seen: there is nothing to accept",
		    known->place, name_of(change));
	ev_buf_printf(change->out,
	    "pipeline %s, which writes %s:\n"
	    "  what stands there now is right, and it goes on behind it%s%s\n",
	    name_of(change), known->place, store->wrong ? ", though " : "",
	    store->wrong ? store->wrong : "");
	if (store->tail && !store->strange)
		ev_buf_printf(change->out,
		    "  its last %" PRIu64
		    " bytes were never committed: their events will come "
		    "again\n",
		    store->tail);
	if (change->yes)
		status = ev_keeper_accept(name_of(change), known->place,
		    known->record.id, err);
	if (status == EV_OK)
		say_end(change, "done");
	return status;
}

/* --- forget -------------------------------------------------------------- */

/* What has no record of it, and so may be anybody's. */
static void
say_tail(const struct ev_change *change)
{
	const struct ev_keeper_state *store = &change->known->store;
	const char *place = change->known->place;

	if (store->tail && store->strange)
		ev_buf_printf(change->out,
		    "  leaves %" PRIu64
		    " bytes in %s that somebody else has written\n",
		    store->tail, place);
	else if (store->tail)
		ev_buf_printf(change->out,
		    "  cuts %" PRIu64
		    " bytes off %s that were never committed\n",
		    store->tail, place);
}

static void
say_forget(const struct ev_change *change)
{
	const struct ev_known *known = change->known;
	const struct ev_keeper_state *store = &known->store;
	struct ev_slice place, length;

	ev_buf_printf(change->out, "forgets pipeline %s:\n", name_of(change));
	if (store->record) {
		say_tail(change);
		ev_buf_printf(change->out, "  removes its record, %s\n",
		    store->where ? store->where : known->place);
	}
	for (size_t i = 0; i < ev_vector_count(known->record.side); i++) {
		ev_vector_at(known->record.side, i, &place, &length);
		ev_buf_printf(change->out,
		    "  removes its record of the side output %.*s\n",
		    (int)place.len, place.ptr);
	}
	ev_buf_printf(change->out, "  removes %s\n", known->pipeline.folder);
	ev_buf_printf(change->out,
	    "a new pipeline of this name begins at the start of what it "
	    "reads\n");
	if (store->log && !store->gone)
		ev_buf_printf(change->out,
		    "%s stays as it is; to append to it, that one wants "
		    "--adopt\n",
		    known->place);
}

/* The side outputs become plain files again. */
static enum ev_status
drop_sides(const struct ev_change *change, struct ev_err *err)
{
	const struct ev_vector *side = change->known->record.side;
	struct ev_slice place, length;
	enum ev_status status = EV_OK;

	for (size_t i = 0; i < ev_vector_count(side) && status == EV_OK; i++) {
		struct ev_keeper_state there;
		char *text;

		ev_vector_at(side, i, &place, &length);
		text = ev_mem_text(place);
		status = ev_keeper_get(name_of(change), text, &there, err);
		if (status == EV_OK && there.record)
			status = ev_keeper_drop(name_of(change), text, "-",
			    err);
		ev_keeper_release(&there);
		free(text);
	}
	return status;
}

enum ev_status
ev_change_forget(const struct ev_change *change, struct ev_err *err)
{
	const struct ev_known *known = change->known;

	if (ev_change_hold(change, err) != EV_OK)
		return EV_FATAL;
	if (known->place && !known->asked)
		return ev_err_set(err, EV_FATAL, EV_EXIT_UNAVAILABLE,
		    "%s%sthe record in '%s' cannot be asked for: where it is "
		    "gone for good, remove '%s'",
		    known->trouble ? known->trouble : "",
		    known->trouble ? "; " : "", known->place,
		    known->pipeline.folder);
	say_forget(change);
	if (!change->yes) {
		say_end(change, "");
		return EV_OK;
	}
	ev_point("evpos.forget");
	if (drop_sides(change, err) != EV_OK)
		return EV_FATAL;
	if (known->store.record &&
	    ev_keeper_drop(name_of(change), known->place, known->record.id,
		err) != EV_OK)
		return EV_FATAL;
	ev_point("evpos.dropped");
	if (access(known->pipeline.folder, F_OK) == 0 &&
	    ev_pipeline_remove(&known->pipeline, err) != EV_OK)
		return EV_FATAL;
	say_end(change, "done");
	return EV_OK;
}
