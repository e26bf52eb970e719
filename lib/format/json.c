/*
 * json: see json.h. The lexer (json_lex.h) reports values at one depth; what
 * is here moves that depth along the path, and tells elements from the rest.
 */
#include "format/json.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/names.h"
#include "event/value.h"
#include "format/json_lex.h"

#define CHUNK (128u << 10) /* bytes read at a time */
#define INPUT (64u << 10)  /* of a bad record, what is kept at least */

struct json {
	struct ev_decoder decoder;
	struct ev_input *in;
	size_t max_event;
	char *text;                /* of the path */
	struct ev_names_path path; /* of depth 0: the document itself */

	struct ev_json_lex lex;
	char *chunk;
	const char *at, *end; /* what is left of it */
	bool over;            /* nothing more will be read */

	bool matched;       /* the key just read is the path's next */
	bool elements;      /* inside the array that was looked for */
	bool found;         /* the path led somewhere in this document */
	struct ev_buf name; /* the key being read, quotes included */

	/* the record that is being read, or the document in which the path
	 * is still being looked for */
	bool inside; /* it is a record */
	char first;  /* its first byte */
	bool too_long;
	uint64_t line;
	uint64_t begin;      /* its offset in the input */
	const char *unsaved; /* in the chunk, its bytes not yet in input;
	                      * NULL: none is being read */
	struct ev_buf input; /* those of chunks before, INPUT or so at most */
	size_t mark;         /* where the event begins in the out buffer */
	struct ev_buf held;  /* its beginning, over an EV_AGAIN */
	struct ev_behind behind; /* of the last record */
	size_t rest;  /* bytes of the chunk behind what cannot be read */
	bool passing; /* over all that follows it, to the end */
};

static void
start_capture(struct json *json)
{
	json->line = json->lex.line;
	json->begin = json->lex.base;
	json->input.len = 0;
	json->unsaved = json->at;
}

/* Copies the record's bytes up to `end` before they go. */
static void
save(struct json *json, const char *end)
{
	size_t len = (size_t)(end - json->unsaved);

	if (json->input.len < INPUT)
		ev_buf_append(&json->input, json->unsaved,
		    len < INPUT ? len : INPUT);
	json->unsaved = json->chunk;
}

static enum ev_status
fill(struct json *json, struct ev_err *err)
{
	enum ev_status status;
	size_t got;

	if (json->unsaved)
		save(json, json->end);
	json->at = json->end = json->chunk;
	status = json->in->read(json->in, json->chunk, CHUNK, &got, err);
	if (status == EV_OK)
		json->end += got;
	return status;
}

/* Fills in the record, which ends before `end`. */
static void
finish_capture(struct json *json, const char *end, struct ev_record *record)
{
	size_t len = (size_t)(end - json->unsaved);

	record->line = json->line;
	record->length = (size_t)(json->lex.base - json->begin) +
	    (size_t)(end - json->at);
	record->input = (struct ev_slice){json->unsaved, len};
	if (json->input.len) {
		save(json, end);
		record->input = ev_buf_as_slice(&json->input);
	}
	json->unsaved = NULL;
	json->inside = false;
	json->lex.out = NULL;
	json->behind = (struct ev_behind){json->lex.base +
		(uint64_t)(end - json->at),
	    json->lex.line, EV_RECORD_WHOLE};
}

static enum ev_status
fail(struct json *json, struct ev_buf *out, struct ev_record *record,
    struct ev_err *err)
{
	/* with the byte that is wrong, unless it is the end */
	const char *end = json->at + (json->at < json->end);

	out->len = json->mark;
	if (!json->inside)
		start_capture(json);
	finish_capture(json, end, record);
	record->line = json->lex.line;
	record->last = true;
	json->rest = (size_t)(json->end - end);
	json->over = json->passing = true;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "column %" PRIu64 ": %s; what follows cannot be read",
	    json->lex.column, json->lex.reason);
}

/* The path did not lead anywhere in the document that just ended. */
static enum ev_status
not_found(struct json *json, struct ev_record *record, struct ev_err *err)
{
	finish_capture(json, json->at, record);
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "nothing at the path %s in this document", json->text);
}

static const char *
kind_of(char first)
{
	switch (first) {
	case '[':
		return "an array";
	case '"':
		return "a string";
	case 't':
	case 'f':
		return "a boolean";
	case 'n':
		return "null";
	default:
		return "a number";
	}
}

/* Whether the object's first key is the one that control lines begin with,
 * however it is written. */
static bool
is_reserved(struct ev_slice event)
{
	struct ev_value key = {.ptr = event.ptr + 1, .type = EV_STRING};
	size_t len = 1;

	if (event.len < 4 || (key.ptr[1] != '~' && key.ptr[1] != '\\'))
		return false;
	while (key.ptr[len] != '"')
		len += key.ptr[len] == '\\' ? 2 : 1;
	key.len = (uint32_t)len + 1;
	key.escaped = memchr(key.ptr, '\\', len) != NULL;
	return ev_value_text_is(key, EV_SLICE("~ev"));
}

static enum ev_status
finish_record(struct json *json, struct ev_buf *out, struct ev_record *record,
    struct ev_err *err)
{
	struct ev_slice event = {NULL, 0};

	finish_capture(json, json->at, record);
	if (json->first != '{')
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "not an object but %s", kind_of(json->first));
	if (json->too_long)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "longer than %zu bytes", json->max_event);
	event.ptr = out->ptr + json->mark;
	event.len = out->len - json->mark;
	if (!is_reserved(event))
		return EV_OK;
	out->len = json->mark;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "the key ~ev is reserved for control lines");
}

/* A value begins at json->at: an element, a step on the path, or neither. */
static void
begin_value(struct json *json, struct ev_buf *out)
{
	unsigned depth = json->lex.depth;
	char first = *json->at;

	if (depth == 0) {
		json->found = false;
		start_capture(json);
	}
	if (!json->elements) {
		if (depth && !json->matched)
			return;
		if (depth < json->path.depth) {
			if (first == '{')
				json->lex.watch = depth + 1;
			return;
		}
		json->found = true;
		if (first == '[') {
			json->unsaved = NULL;
			json->elements = true;
			json->lex.watch = depth + 1;
			return;
		}
	}
	start_capture(json);
	json->inside = true;
	json->too_long = false;
	json->first = first;
	json->lex.out = first == '{' ? out : NULL;
}

/* A value ended that is no element: a container on the path, perhaps. False
 * if it was a document in which nothing was found. */
static bool
end_value(struct json *json)
{
	if (json->lex.depth < json->lex.watch) {
		json->lex.watch = json->lex.depth;
		json->elements = false;
	}
	return json->lex.depth || json->found;
}

static void
end_key(struct json *json)
{
	struct ev_value name = {.ptr = json->name.ptr,
	    .len = (uint32_t)json->name.len,
	    .type = EV_STRING};

	json->matched = false;
	if (!json->lex.out)
		return;
	json->lex.out = NULL;
	name.escaped = memchr(name.ptr, '\\', name.len) != NULL;
	json->matched = ev_value_text_is(name,
	    json->path.key[json->lex.depth - 1]);
}

/* Stops collecting an event or a key that is too long to be of use. */
static void
limit(struct json *json, struct ev_buf *out)
{
	if (json->lex.out == out && out->len - json->mark > json->max_event) {
		json->too_long = true;
		json->lex.out = NULL;
		out->len = json->mark;
	}
	/* an escape writes a byte with six */
	if (json->lex.out == &json->name &&
	    json->name.len > 6 * json->path.key[json->lex.depth - 1].len + 2)
		json->lex.out = NULL;
}

/* The chunk is used up, and the input has nothing now, or failed. */
static void
hold(struct json *json, struct ev_buf *out)
{
	if (json->lex.out == out)
		ev_buf_append(&json->held, out->ptr + json->mark,
		    out->len - json->mark);
	out->len = json->mark;
}

static void
resume(struct json *json, struct ev_buf *out)
{
	json->mark = out->len;
	if (json->inside && json->lex.out)
		json->lex.out = out;
	ev_buf_slice(out, ev_buf_as_slice(&json->held));
	json->held.len = 0;
}

/* The next thing that happens in the text; EV_JSON_MORE: *status says why
 * there is none. */
static enum ev_json_event
step(struct json *json, struct ev_buf *out, enum ev_status *status,
    struct ev_err *err)
{
	enum ev_json_event event = EV_JSON_MORE;

	for (;;) {
		event = ev_json_lex_run(&json->lex, &json->at, json->end);
		limit(json, out);
		if (event != EV_JSON_MORE)
			return event;
		*status = fill(json, err);
		if (*status == EV_END) {
			json->over = true;
			return ev_json_lex_finish(&json->lex);
		}
		if (*status != EV_OK) {
			hold(json, out);
			return EV_JSON_MORE;
		}
	}
}

/* To the end of an input of which nothing more can be read: nobody shall come
 * back to it. */
static enum ev_status
pass_over(struct json *json, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	while (json->passing && status == EV_OK) {
		json->behind.offset += json->rest;
		json->rest = 0;
		status = fill(json, err);
		if (status == EV_OK)
			json->rest = (size_t)(json->end - json->at);
	}
	json->passing = json->passing && status != EV_END;
	return json->passing ? status : EV_END;
}

static enum ev_status
json_next(struct ev_decoder *decoder, struct ev_buf *out,
    struct ev_record *record, struct ev_err *err)
{
	struct json *json = (struct json *)decoder;
	enum ev_status status = EV_END;

	resume(json, out);
	while (!json->over) {
		switch (step(json, out, &status, err)) {
		case EV_JSON_MORE:
			return status;
		case EV_JSON_BEGIN:
			begin_value(json, out);
			break;
		case EV_JSON_END:
			if (json->inside)
				return finish_record(json, out, record, err);
			if (!end_value(json))
				return not_found(json, record, err);
			break;
		case EV_JSON_KEY:
			json->name.len = 0;
			json->lex.out = &json->name;
			break;
		case EV_JSON_KEY_END:
			end_key(json);
			break;
		case EV_JSON_ERROR:
			return fail(json, out, record, err);
		}
	}
	return pass_over(json, err);
}

static struct ev_behind
json_behind(const struct ev_decoder *decoder)
{
	return ((const struct json *)decoder)->behind;
}

static void
json_free(struct ev_decoder *decoder)
{
	struct json *json = (struct json *)decoder;

	ev_buf_release(&json->name);
	ev_buf_release(&json->input);
	ev_buf_release(&json->held);
	free(json->text);
	ev_names_release(&json->path);
	free(json->chunk);
	free(json);
}

enum ev_status
ev_json_open(struct ev_decoder **decoder, struct ev_input *in,
    const struct ev_json_settings *settings, struct ev_err *err)
{
	const char *at = settings->path ? settings->path : "";
	struct json *json = ev_mem_zalloc(1, sizeof(*json));
	char end;

	json->decoder.next = json_next;
	json->decoder.behind = json_behind;
	json->decoder.free = json_free;
	json->in = in;
	json->max_event = settings->max_event;
	json->text = ev_mem_strdup(at);
	json->chunk = ev_mem_alloc(CHUNK);
	json->at = json->end = json->chunk;
	ev_json_lex_init(&json->lex);
	if (*at &&
	    ev_names_next("path", &at, "", &end, &json->path, err) != EV_OK) {
		json_free(&json->decoder);
		return EV_FATAL;
	}
	*decoder = &json->decoder;
	return EV_OK;
}
