/*
 * known: see known.h.
 */
#include "tool/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "state/object.h"
#include "state/shard.h"

/* --- the state folder ---------------------------------------------------- */

/* There is no such pipeline: which one was meant, or why there are none. */
static enum ev_status
unknown_name(const struct ev_pipeline *pipeline, struct ev_err *err)
{
	struct ev_nearest nearest = ev_nearest_to(pipeline->name);
	const char *shard = NULL;
	char **names;
	size_t count;

	if (ev_pipeline_list(pipeline->state, &names, &count, err) != EV_OK)
		return EV_FATAL;
	for (size_t i = 0; i < count; i++) {
		ev_nearest_offer(&nearest, names[i]);
		if (!shard && ev_shard_number(pipeline->name, names[i]) > 0)
			shard = names[i];
	}
	ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "there is no pipeline '%s' in the state folder '%s'%s%s%s",
	    pipeline->name, pipeline->state,
	    shard              ? ", but '"
		: nearest.best ? "; is it '"
			       : "",
	    shard              ? shard
		: nearest.best ? nearest.best
			       : "",
	    shard              ? "': each shard is a pipeline of its own"
		: nearest.best ? "'?"
		: count        ? ""
			: ", which has none (EVKIT_STATE names another)");
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return EV_FATAL;
}

static enum ev_status
read_copy(struct ev_known *known, struct ev_err *err)
{
	struct ev_buf text = {0};
	struct ev_err why;
	enum ev_status status = ev_pipeline_read(&known->pipeline, &text, err);

	if (status == EV_OK) {
		known->has_copy = ev_record_parse(&known->copy,
				      ev_buf_as_slice(&text), &why) == EV_OK;
		if (!known->has_copy)
			known->copy_why = ev_mem_strdup(why.text);
	}
	ev_buf_release(&text);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

static void
find_holder(struct ev_known *known)
{
	char text[128];

	if (ev_pipeline_holder(&known->pipeline, "lock", text, sizeof(text)) ||
	    ev_pipeline_holder(&known->pipeline, "sink.lock", text,
		sizeof(text)))
		known->holder = ev_mem_strdup(text);
	else if (known->store.held)
		known->holder = ev_mem_strdup(known->store.held);
}

/* --- the sink's store ---------------------------------------------------- */

/* Another pipeline writes there now. */
static void
take_for_anothers(struct ev_known *known)
{
	known->trouble = ev_mem_printf("the record in '%s' is that of pipeline "
				       "%s, not of %s",
	    known->place, known->record.name, known->pipeline.name);
	free(known->store.record);
	known->store.record = NULL;
	ev_record_release(&known->record);
	ev_record_init(&known->record, known->pipeline.name, "");
}

/* What a record says of the pipeline; the copy where the store has none. */
static enum ev_status
read_record(struct ev_known *known, struct ev_err *err)
{
	const char *text = known->store.record;
	struct ev_buf copy = {0};
	enum ev_status status = EV_OK;

	if (!text && (known->store.in_state || !known->asked))
		ev_record_build(&known->copy, &copy);
	if (text || copy.len) {
		status = ev_record_parse(&known->record,
		    text ? ev_slice_of(text) : ev_buf_as_slice(&copy), err);
		known->has_record = status == EV_OK &&
		    !strcmp(known->record.name, known->pipeline.name);
	}
	if (status == EV_OK && text && !known->has_record)
		take_for_anothers(known);
	ev_buf_release(&copy);
	return status == EV_OK ? EV_OK : EV_FATAL;
}

static enum ev_status
ask_store(struct ev_known *known, struct ev_err *err)
{
	struct ev_err own;

	known->asked = ev_keeper_get(known->pipeline.name, known->place,
			   &known->store, &own) == EV_OK;
	if (!known->asked && *own.text)
		known->trouble = ev_mem_strdup(own.text);
	return read_record(known, err);
}

/* --- the source's positions ---------------------------------------------- */

/* The length of the command's name in an entry of via. A record may have been
 * written by anybody, and what it names is going to be run: 0 where it is no
 * connector of a source. */
static size_t
source_len(struct ev_slice entry)
{
	static const char prefix[] = "evsource-";
	const char *space = memchr(entry.ptr, ' ', entry.len);
	size_t len = space ? (size_t)(space - entry.ptr) : entry.len;

	if (len < sizeof(prefix) ||
	    memcmp(entry.ptr, prefix, sizeof(prefix) - 1) != 0)
		return 0;
	for (size_t i = 0; i < len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789+.-",
			entry.ptr[i]) ||
		    !entry.ptr[i])
			return 0;
	return len;
}

char *
ev_known_source(const struct ev_known *known)
{
	struct ev_buf own = {0}, scratch = {0};
	struct ev_value via;
	struct ev_slice text;
	char *wrapped = ev_mem_printf("{\"via\":%s}", known->record.via);
	char *source = NULL;

	if (ev_object_read(ev_slice_of(wrapped), "via", &own, &via, NULL) ==
	    EV_OK) {
		via = ev_value_element(ev_value_member(via, EV_SLICE("via")),
		    1);
		if (via.type == EV_STRING &&
		    ev_value_text(via, &scratch, &text, NULL) == EV_OK &&
		    source_len(text))
			source = ev_mem_strndup(text.ptr, source_len(text));
	}
	free(wrapped);
	ev_buf_release(&own);
	ev_buf_release(&scratch);
	return source;
}

bool
ev_known_reads(const struct ev_known *known, struct ev_slice key)
{
	struct ev_shard shard = {0, 0};
	unsigned part;

	if (*known->record.shard)
		ev_shard_parse("shard", ev_slice_of(known->record.shard),
		    &shard, NULL);
	return !ev_shard_part(key, &part) || ev_shard_owns(shard, part);
}

/* kafka:CLUSTER/TOPIC#PARTITION is of kafka:TOPIC and of kafka://BROKERS/TOPIC:
 * which brokers a cluster has may change. */
static bool
is_of_topic(struct ev_slice key, const char *input)
{
	const char *slash = memrchr(key.ptr, '/', key.len);
	const char *part = memrchr(key.ptr, '#', key.len);
	const char *name = strrchr(input, '/');

	if (strncmp(input, "kafka:", 6) || key.len < 6 ||
	    memcmp(key.ptr, "kafka:", 6) || !slash || !part || part < slash)
		return false;
	name = name ? name + 1 : input + 6;
	return ev_slice_is((struct ev_slice){slash + 1,
			       (size_t)(part - slash - 1)},
	    name);
}

bool
ev_known_input(struct ev_slice key, const char *input)
{
	const char *part = memrchr(key.ptr, '#', key.len);
	size_t len = strlen(input), folder;

	if (key.len >= len && !memcmp(key.ptr, input, len) &&
	    (key.len == len || key.ptr[len] == '#'))
		return true;
	if (is_of_topic(key, input))
		return true;
	folder = part ? (size_t)(part - key.ptr) : 0;
	return part && key.len == len && input[folder] == '/' &&
	    !memcmp(key.ptr, input, folder) &&
	    !memcmp(part + 1, input + folder + 1, len - folder - 1);
}

static void
ask_source(struct ev_known *known)
{
	char *source = ev_known_source(known);
	struct ev_vector *pos = ev_vector_new();
	struct ev_slice key, value;
	struct ev_err err;

	for (size_t i = 0; i < ev_vector_count(known->record.pos); i++) {
		ev_vector_at(known->record.pos, i, &key, &value);
		if (ev_known_reads(known, key))
			ev_vector_set(pos, key, value);
	}
	known->count = ev_vector_count(pos);
	/* Without an answer each of them is unknown. */
	if (ev_seeker_ask(source ? source : "evsource-file", NULL, pos,
		&known->inputs, &err) != EV_OK &&
	    !known->trouble && *err.text)
		known->trouble = ev_mem_strdup(err.text);
	ev_vector_free(pos);
	free(source);
}

uint64_t
ev_known_behind(const struct ev_known *known, const char **unit)
{
	uint64_t sum = 0;

	*unit = "";
	for (size_t i = 0; i < known->count; i++) {
		const struct ev_seeker_input *input = &known->inputs[i];
		const char *own = input->unit ? input->unit : "";

		if (input->behind == EV_SEEKER_UNKNOWN ||
		    (i && strcmp(own, *unit) != 0))
			return EV_SEEKER_UNKNOWN;
		*unit = own;
		sum += input->behind;
	}
	return known->count ? sum : EV_SEEKER_UNKNOWN;
}

/* --- all of it ----------------------------------------------------------- */

/* Where run after run failed, at the first record as at any other. */
static void
count_tries(struct ev_known *known)
{
	known->tries = ev_pipeline_tries(&known->pipeline,
	    known->has_record ? known->record.id : EV_RECORD_FIRST,
	    &known->why);
}

enum ev_status
ev_known_load(struct ev_known *known, const char *name, const char *place,
    struct ev_err *err)
{
	enum ev_status status;

	*known = (struct ev_known){0};
	ev_record_init(&known->copy, name, "");
	ev_record_init(&known->record, name, "");
	status = ev_pipeline_find(&known->pipeline, name, err);
	if (status == EV_END && !place)
		return unknown_name(&known->pipeline, err);
	if (status != EV_FATAL)
		status = read_copy(known, err);
	known->place = place  ? place
	    : known->has_copy ? known->copy.place
			      : NULL;
	if (status == EV_OK && known->place)
		status = ask_store(known, err);
	if (status != EV_OK)
		return status;
	find_holder(known);
	if (known->has_record)
		ask_source(known);
	count_tries(known);
	return EV_OK;
}

void
ev_known_release(struct ev_known *known)
{
	ev_pipeline_release(&known->pipeline);
	ev_record_release(&known->copy);
	ev_record_release(&known->record);
	ev_keeper_release(&known->store);
	ev_seeker_release(known->inputs, known->count);
	free(known->copy_why);
	free(known->holder);
	free(known->trouble);
	free(known->why);
	*known = (struct ev_known){0};
}
