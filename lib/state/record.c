/*
 * record: see record.h.
 */
#include "state/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/point.h"
#include "event/build.h"
#include "state/object.h"

#define WHAT "the record"

void
ev_record_now(char time[EV_RECORD_TIME])
{
	int64_t now = ev_clock_now();
	time_t seconds = now / 1000;
	struct tm parts;
	size_t len;

	gmtime_r(&seconds, &parts);
	len = strftime(time, EV_RECORD_TIME, "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(time + len, EV_RECORD_TIME - len, ".%03dZ", (int)(now % 1000));
}

void
ev_record_init(struct ev_record *record, const char *name, const char *place)
{
	*record = (struct ev_record){.id = ev_mem_strdup(EV_RECORD_FIRST),
	    .name = ev_mem_strdup(name),
	    .place = ev_mem_strdup(place),
	    .pos = ev_vector_new(),
	    .side = ev_vector_new(),
	    .via = ev_mem_strdup("[]"),
	    .wm = ev_mem_strdup(""),
	    .time = ev_mem_strdup(""),
	    .shard = ev_mem_strdup(""),
	    .more = ev_mem_strdup("")};
}

void
ev_record_release(struct ev_record *record)
{
	free(record->id);
	free(record->name);
	free(record->place);
	ev_vector_free(record->pos);
	ev_vector_free(record->side);
	free(record->via);
	free(record->wm);
	free(record->time);
	free(record->shard);
	free(record->more);
	*record = (struct ev_record){0};
}

/* --- reading ------------------------------------------------------------- */

static enum ev_status
read_via(struct ev_record *record, const struct ev_member *member,
    struct ev_err *err)
{
	struct ev_member item;
	const char *at = NULL;

	if (member->value.type != EV_ARRAY)
		return ev_object_wrong(WHAT, member, "an array", err);
	while (ev_value_next(member->value, &at, &item))
		if (item.value.type != EV_STRING)
			return ev_object_wrong(WHAT, member,
			    "an array of texts", err);
	free(record->via);
	record->via = ev_mem_strndup(member->value.ptr, member->value.len);
	return EV_OK;
}

static enum ev_status
read_final(struct ev_record *record, const struct ev_member *member,
    struct ev_err *err)
{
	if (member->value.type != EV_STRING ||
	    !ev_value_text_is(member->value, EV_SLICE("1")))
		return ev_object_wrong(WHAT, member, "\"1\"", err);
	record->final = true;
	return EV_OK;
}

static void
keep(struct ev_record *record, const struct ev_member *member)
{
	char *more = ev_mem_printf("%s%s%.*s:%.*s", record->more,
	    *record->more ? "," : "", (int)member->key.len, member->key.ptr,
	    (int)member->value.len, member->value.ptr);

	free(record->more);
	record->more = more;
}

static enum ev_status
read_member(void *arg, const struct ev_member *member, struct ev_err *err)
{
	struct ev_record *record = arg;
	const struct {
		const char *name;
		char **text;
	} texts[] = {{"id", &record->id}, {"name", &record->name},
	    {"place", &record->place}, {"wm", &record->wm},
	    {"time", &record->time}, {"shard", &record->shard}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (ev_value_text_is(member->key, ev_slice_of(texts[i].name)))
			return ev_object_text(WHAT, member, texts[i].text, err);
	if (ev_value_text_is(member->key, EV_SLICE("pos")))
		return ev_vector_merge(record->pos, member->value, err);
	if (ev_value_text_is(member->key, EV_SLICE("side")))
		return ev_vector_merge(record->side, member->value, err);
	if (ev_value_text_is(member->key, EV_SLICE("via")))
		return read_via(record, member, err);
	if (ev_value_text_is(member->key, EV_SLICE("final")))
		return read_final(record, member, err);
	keep(record, member);
	return EV_OK;
}

enum ev_status
ev_record_parse(struct ev_record *record, struct ev_slice json,
    struct ev_err *err)
{
	struct ev_record read;
	enum ev_status status;

	ev_record_init(&read, "", "");
	*read.id = '\0';
	status = ev_object_each(json, WHAT, read_member, &read, err);
	if (status == EV_OK && (!*read.id || !*read.name || !*read.place))
		status = ev_err_set(err, EV_BAD, EV_EXIT_DISAGREE,
		    WHAT " is damaged: its %s is not there",
		    !*read.id         ? "id"
			: !*read.name ? "name"
				      : "place");
	if (status == EV_OK) {
		ev_record_release(record);
		*record = read;
	} else {
		ev_record_release(&read);
	}
	return status;
}

/* --- writing ------------------------------------------------------------- */

void
ev_record_build(const struct ev_record *record, struct ev_buf *out)
{
	ev_build_open(out);
	ev_build_key_text(out, "id", record->id);
	ev_build_key_text(out, "name", record->name);
	ev_build_key_text(out, "place", record->place);
	ev_build_key(out, EV_SLICE("pos"));
	ev_vector_build(record->pos, out);
	if (*record->wm)
		ev_build_key_text(out, "wm", record->wm);
	ev_build_key(out, EV_SLICE("via"));
	ev_build_raw(out, ev_slice_of(record->via));
	ev_build_key(out, EV_SLICE("side"));
	ev_vector_build(record->side, out);
	if (*record->time)
		ev_build_key_text(out, "time", record->time);
	if (*record->shard)
		ev_build_key_text(out, "shard", record->shard);
	if (record->final)
		ev_build_key_text(out, "final", "1");
	if (*record->more) {
		ev_buf_char(out, ',');
		ev_buf_str(out, record->more);
	}
	ev_build_close(out);
}

static void
replace(char **member, char *value)
{
	free(*member);
	*member = value;
}

enum ev_status
ev_record_advance(struct ev_record *record, struct ev_slice via,
    const struct ev_control *mark, struct ev_err *err)
{
	char now[EV_RECORD_TIME];

	if (ev_mutant("record.no-merge"))
		ev_vector_clear(record->pos);
	if (ev_vector_merge(record->pos, mark->pos, err) != EV_OK)
		return EV_BAD;
	replace(&record->id,
	    ev_mem_printf("%.*s/%" PRIu64, (int)mark->run.len, mark->run.ptr,
		mark->seq));
	replace(&record->via, ev_mem_strndup(via.ptr, via.len));
	if (mark->wm.ptr)
		replace(&record->wm,
		    ev_mem_strndup(mark->wm.ptr, mark->wm.len));
	ev_record_now(now);
	replace(&record->time, ev_mem_strdup(now));
	record->final = mark->seal == EV_SEAL_FINAL;
	return EV_OK;
}
