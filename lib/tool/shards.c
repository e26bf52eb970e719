/* shards: see shards.h. */
#include "tool/shards.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/point.h"
#include "state/shard.h"
#include "tool/change_impl.h"

/* The pipelines of the name, as they are and as they will be. */
struct dealing {
	const char *name;
	unsigned was, count; /* shards; 1: none, the pipeline NAME */
	bool whole;          /* NAME is there, beside which no shard starts */
	struct ev_known *known; /* [0] is NAME, [K] is NAME.K */
	unsigned size;          /* of known */
	struct ev_vector *pos;  /* of all partitions */
	struct ev_vector *side;
	unsigned highest; /* number of a shard whose state is here, also of one
	                   * that was left by the way */
	char *place;      /* where new ones write */
	bool yes;
	struct ev_buf *out;
};

static struct ev_shard
shard_of(unsigned number, unsigned count)
{
	return count > 1 ? (struct ev_shard){number, count}
			 : (struct ev_shard){0, 0};
}

/* The pipelines that make up a dealing into `count`: of 1 NAME alone. */
static bool
is_member(unsigned i, unsigned count)
{
	return count > 1 ? i >= 1 && i <= count : i == 0;
}

/* --- what there is ------------------------------------------------------- */

static char *
name_of(const struct dealing *deal, unsigned i)
{
	return ev_shard_name(deal->name, (struct ev_shard){i, i ? 2 : 0});
}

/* How many shards a record knows of. */
static unsigned
count_of(const struct ev_known *known)
{
	struct ev_shard shard = {0, 0};

	if (known->has_record && *known->record.shard)
		ev_shard_parse("shard", ev_slice_of(known->record.shard),
		    &shard, NULL);
	return shard.count ? shard.count : 1;
}

/* Any of them that has its state here knows where they write. */
static enum ev_status
see(struct dealing *deal, const char *name, struct ev_err *err)
{
	int number = ev_shard_number(deal->name, name);
	struct ev_known known = {0};

	if (number < 0)
		return EV_OK;
	if (ev_known_load(&known, name, NULL, err) != EV_OK)
		return EV_FATAL;
	if (!deal->place && known.has_copy)
		deal->place = ev_mem_strdup(known.copy.place);
	/* a pipeline of its own may be named so; one that has no copy as yet
	 * was being made */
	if ((unsigned)number > deal->highest &&
	    !(known.has_copy && !*known.copy.shard))
		deal->highest = (unsigned)number;
	ev_known_release(&known);
	return EV_OK;
}

static enum ev_status
see_all(struct dealing *deal, struct ev_err *err)
{
	size_t count;
	char *state, **names;
	enum ev_status status = EV_OK;

	if (ev_pipeline_state(&state, false, err) != EV_OK ||
	    ev_pipeline_list(state, &names, &count, err) != EV_OK)
		return EV_FATAL;
	for (size_t i = 0; i < count; i++) {
		if (status == EV_OK)
			status = see(deal, names[i], err);
		free(names[i]);
	}
	free(names);
	free(state);
	if (status == EV_OK && !deal->place)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "no pipeline %s, nor a shard of it, has committed anything "
		    "that is known here",
		    deal->name);
	return status;
}

/* A shard writes to its own place, if its state is here; else to that of the
 * others. */
static enum ev_status
load(struct dealing *deal, unsigned i, struct ev_err *err)
{
	char *name = name_of(deal, i);
	struct ev_known *known;
	enum ev_status status;

	deal->known = ev_mem_realloc(deal->known,
	    (deal->size + 1) * sizeof(*deal->known));
	known = &deal->known[deal->size++];
	status = ev_known_load(known, name, NULL, NULL);
	if (status != EV_OK || !known->place) {
		ev_known_release(known);
		status = ev_known_load(known, name, deal->place, err);
	}
	free(name);
	return status;
}

/* A pipeline with a record, that is no shard, though its name is one's. */
static bool
is_own(const struct dealing *deal, unsigned i)
{
	const struct ev_known *known = &deal->known[i];

	return i && known->has_record && !*known->record.shard;
}

/* All that are, were or shall be: up to the highest count that any says, and
 * what an interrupted dealing has left: as it made new ones, which put_all does
 * from the end, and as it dropped old ones, which drop_old does, too. */
static enum ev_status
load_all(struct dealing *deal, struct ev_err *err)
{
	unsigned most = deal->count > deal->highest ? deal->count
						    : deal->highest;

	for (unsigned i = 0; i <= most || deal->known[i - 1].has_record; i++) {
		if (load(deal, i, err) != EV_OK)
			return EV_FATAL;
		if (count_of(&deal->known[i]) > most)
			most = count_of(&deal->known[i]);
		if (!is_own(deal, i))
			continue;
		if (i <= most)
			return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
			    "pipeline %s.%u is no shard, but one of its own",
			    deal->name, i);
		ev_known_release(&deal->known[--deal->size]);
		break;
	}
	deal->whole = deal->known[0].has_record && deal->known[0].has_copy;
	deal->was = 1;
	if (!deal->whole && deal->size > 1 && deal->known[1].has_record)
		deal->was = count_of(&deal->known[1]);
	return EV_OK;
}

/* --- gathering ----------------------------------------------------------- */

static enum ev_status
number_of(struct ev_slice key, unsigned *number, struct ev_err *err)
{
	if (ev_shard_part(key, number))
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "'%.*s' is no numbered partition: only what has such can be dealt "
	    "to shards",
	    (int)key.len, key.ptr);
}

/* The value that counts is its owner's: it alone has gone on since the last
 * dealing. Any other's is of then. */
static enum ev_status
gather_from(struct dealing *deal, unsigned i, struct ev_err *err)
{
	const struct ev_vector *pos = deal->known[i].record.pos;
	struct ev_slice key, value;
	unsigned number;

	for (size_t k = 0; k < ev_vector_count(pos); k++) {
		ev_vector_at(pos, k, &key, &value);
		if (number_of(key, &number, err) != EV_OK)
			return EV_FATAL;
		if (i == (deal->was > 1 ? number % deal->was + 1 : 0) ||
		    !ev_vector_get(deal->pos, key).ptr)
			ev_vector_set(deal->pos, key, value);
	}
	return EV_OK;
}

/* One that has only its copy is no more, if it is not of those that are: a
 * dealing was interrupted as it dropped its record, or before it had one. */
static bool
is_lost(const struct dealing *deal, unsigned i)
{
	const struct ev_known *known = &deal->known[i];

	return known->has_copy && !known->has_record &&
	    (is_member(i, deal->was) || (deal->was == 1 && !deal->whole));
}

static enum ev_status
gather(struct dealing *deal, struct ev_err *err)
{
	struct ev_slice key, value;
	enum ev_status status = EV_OK;

	for (unsigned i = 0; i < deal->size && status == EV_OK; i++) {
		const struct ev_known *known = &deal->known[i];

		if (is_lost(deal, i))
			return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
			    "the record of %s that was in '%s' is gone: bring "
			    "it back",
			    known->pipeline.name, known->copy.place);
		if (!known->has_record)
			continue;
		status = gather_from(deal, i, err);
		for (size_t k = 0; k < ev_vector_count(known->record.side);
		     k++) {
			ev_vector_at(known->record.side, k, &key, &value);
			ev_vector_set(deal->side, key, value);
		}
	}
	return status;
}

/* --- saying -------------------------------------------------------------- */

/* Where a new one would write is only known where all write to one place. */
static enum ev_status
check_places(const struct dealing *deal, struct ev_err *err)
{
	for (unsigned i = 0; i < deal->size; i++) {
		const struct ev_known *known = &deal->known[i];

		if (deal->count > deal->was && known->has_record &&
		    strcmp(known->record.place, deal->place) != 0)
			return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
			    "the shards of %s write to places of their own "
			    "('%s', '%s'): there can be fewer of them, not "
			    "more",
			    deal->name, deal->place, known->record.place);
	}
	return EV_OK;
}

/* "clean.2: partitions 1, 6 and 9 more" would be longer than it helps: how
 * many. */
static void
say(const struct dealing *deal)
{
	struct ev_slice key, value;
	unsigned number;

	ev_buf_printf(deal->out, "pipeline %s, which writes %s:\n", deal->name,
	    deal->place);
	for (unsigned i = 0; i < deal->size; i++) {
		unsigned parts = 0;

		for (size_t k = 0; k < ev_vector_count(deal->pos); k++) {
			ev_vector_at(deal->pos, k, &key, &value);
			if (number_of(key, &number, NULL) == EV_OK)
				parts += is_member(i, deal->count) &&
				    (i == 0 || number % deal->count == i - 1);
		}
		if (is_member(i, deal->count))
			ev_buf_printf(deal->out,
			    "  %s%s goes on with %u partition%s\n",
			    deal->known[i].pipeline.name,
			    deal->known[i].has_record ? "" : " is new, and",
			    parts, parts == 1 ? "" : "s");
		else if (deal->known[i].has_record)
			ev_buf_printf(deal->out, "  %s ends\n",
			    deal->known[i].pipeline.name);
	}
	ev_buf_printf(deal->out,
	    deal->count > 1 ? "each is started with --shard K/%u\n"
			    : "it is started without --shard\n",
	    deal->count);
}

/* --- doing --------------------------------------------------------------- */

static enum ev_status
hold_all(struct dealing *deal, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	for (unsigned i = 0; i < deal->size && status == EV_OK; i++) {
		const struct ev_change change = {&deal->known[i], deal->out,
		    deal->yes};

		status = ev_change_hold(&change, err);
	}
	return status;
}

/* What a new one has of those that were. */
static void
inherit(const struct dealing *deal, struct ev_record *record)
{
	unsigned i = 0;

	while (i < deal->size && !deal->known[i].has_record)
		i++;
	free(record->place);
	record->place = ev_mem_strdup(deal->place);
	if (i == deal->size)
		return;
	free(record->via);
	record->via = ev_mem_strdup(deal->known[i].record.via);
	free(record->more);
	record->more = ev_mem_strdup(deal->known[i].record.more);
}

/* Nobody starts any more, of neither dealing. */
static enum ev_status
hold_off(const struct ev_change *change, struct ev_record *record,
    struct ev_err *err)
{
	char *shard = record->shard;
	enum ev_status status;

	if (ev_mutant("shards.open"))
		return EV_OK;
	record->shard = ev_mem_strdup(EV_SHARD_DEALT);
	status = ev_change_copy(change, record, err);
	free(record->shard);
	record->shard = shard;
	return status;
}

/* The record of one of the new dealing: what a pipeline of that name has had,
 * else what any has, with a new id, so that no old run passes R1. */
static enum ev_status
put(struct dealing *deal, unsigned i, struct ev_err *err)
{
	struct ev_known *known = &deal->known[i];
	const struct ev_change change = {known, deal->out, true};
	struct ev_shard shard = shard_of(i, deal->count);
	struct ev_record *record = &known->record;
	struct ev_pipeline made;
	char run[33],
	    *was = ev_mem_strdup(known->has_record ? record->id : "+");
	enum ev_status status = ev_pipeline_open(&made, known->pipeline.name,
	    NULL, NULL, err);

	if (status != EV_OK)
		return status;
	ev_pipeline_release(&made);
	ev_pipeline_run(run);
	free(record->id);
	record->id = ev_mem_printf("%s/1", run);
	free(record->shard);
	record->shard = shard.count
	    ? ev_mem_printf("%u/%u", shard.number, shard.count)
	    : ev_mem_strdup("");
	if (!known->has_record)
		inherit(deal, record);
	ev_vector_clear(record->pos);
	ev_vector_copy(record->pos, deal->pos);
	if (i <= 1) /* else the lengths stay with who wrote there */
		ev_vector_copy(record->side, deal->side);
	record->final = false;
	if (i == 1)
		status = hold_off(&change, record, err);
	if (status == EV_OK)
		status = ev_change_store(&change, record->place, was, record,
		    err);
	known->has_record = true;
	free(was);
	return status;
}

/* The i-th from the end, or from the start. */
static unsigned
turn(const struct dealing *deal, unsigned i, bool forward)
{
	return forward ? i : deal->size - 1 - i;
}

/* The first comes last, and with it the new dealing holds. */
static enum ev_status
put_all(struct dealing *deal, struct ev_err *err)
{
	for (unsigned k = 0; k < deal->size; k++) {
		unsigned i = turn(deal, k, ev_mutant("shards.first-first"));

		if (!is_member(i, deal->count))
			continue;
		ev_point("shards.put");
		if (put(deal, i, err) != EV_OK)
			return EV_FATAL;
	}
	return EV_OK;
}

static enum ev_status
drop(struct ev_known *known, struct ev_err *err)
{
	if (known->store.record &&
	    ev_keeper_drop(known->pipeline.name, known->place, known->record.id,
		err) != EV_OK)
		return EV_FATAL;
	ev_point("shards.dropped");
	/* also where it was only begun to be made */
	return ev_pipeline_remove(&known->pipeline, err);
}

/* Those that are no more; the one that said how many there were comes last. */
static enum ev_status
drop_old(struct dealing *deal, struct ev_err *err)
{
	for (unsigned k = 0; k < deal->size; k++) {
		unsigned i = turn(deal, k, ev_mutant("shards.last-first"));

		if (is_member(i, deal->count))
			continue;
		ev_point("shards.drop");
		if (drop(&deal->known[i], err) != EV_OK)
			return EV_FATAL;
	}
	return EV_OK;
}

static enum ev_status
deal_anew(struct dealing *deal, struct ev_err *err)
{
	if (ev_mutant("shards.drop-first") && drop_old(deal, err) != EV_OK)
		return EV_FATAL;
	if (put_all(deal, err) != EV_OK)
		return EV_FATAL;
	return drop_old(deal, err);
}

/* ------------------------------------------------------------------------- */

static void
release(struct dealing *deal)
{
	for (unsigned i = 0; i < deal->size; i++)
		ev_known_release(&deal->known[i]);
	free(deal->known);
	free(deal->place);
	ev_vector_free(deal->pos);
	ev_vector_free(deal->side);
}

enum ev_status
ev_shards_deal(const char *name, unsigned count, bool yes, struct ev_buf *out,
    struct ev_err *err)
{
	struct dealing deal = {.name = name,
	    .count = count,
	    .yes = yes,
	    .out = out,
	    .pos = ev_vector_new(),
	    .side = ev_vector_new()};
	enum ev_status status = EV_FATAL;

	if (!count || count > EV_SHARD_MAX)
		ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "there are 1 to %d shards", EV_SHARD_MAX);
	else if (see_all(&deal, err) == EV_OK &&
	    load_all(&deal, err) == EV_OK &&
	    check_places(&deal, err) == EV_OK &&
	    hold_all(&deal, err) == EV_OK && gather(&deal, err) == EV_OK)
		status = EV_OK;
	if (status == EV_OK)
		say(&deal);
	if (status == EV_OK && yes)
		status = deal_anew(&deal, err);
	if (status == EV_OK)
		ev_buf_printf(out, "%s\n",
		    yes ? "done" : "nothing is changed yet: --yes does it");
	release(&deal);
	return status;
}
