/*
 * kafka_value: see kafka_value.h.
 *
 * A value is copied once, into the writer's buffer, and scanned there: behind
 * it the scanner wants a newline, where the library's buffer has the next
 * message.
 */
#include "client/kafka_value.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "event/build.h"
#include "format/json_lex.h"

void
ev_kafka_value_init(struct ev_kafka_value *value)
{
	if (value->meta.ptr)
		value->meta_slot = ev_scan_want_key(value->scan, value->meta);
}

void
ev_kafka_value_release(struct ev_kafka_value *value)
{
	ev_buf_release(&value->scratch);
}

static enum ev_status
refuse(struct ev_buf *out, size_t start, const char *reason, const char **why)
{
	out->len = start;
	*why = reason;
	return EV_BAD;
}

/* --- where it stood ------------------------------------------------------ */

/* Bytes that no text has: they are not UTF-8, or have a zero, as numbers of
 * Java's clients do (no expression takes that, and no sink of texts). */
static bool
is_binary(const void *ptr, size_t len)
{
	return memchr(ptr, 0, len) || ev_utf8_check(ptr, len) < len;
}

/* "NAME":"text", or "NAME_base64":"…" of what is binary, or null. */
static void
add_bytes(struct ev_buf *out, struct ev_slice name, const void *ptr, size_t len)
{
	struct ev_slice bytes = {ptr, len};
	struct ev_buf other = {0};

	if (ptr && is_binary(ptr, len)) {
		ev_buf_slice(&other, name);
		ev_buf_str(&other, "_base64");
		ev_build_key(out, ev_buf_as_slice(&other));
		ev_build_base64(out, bytes);
		ev_buf_release(&other);
		return;
	}
	ev_build_key(out, name);
	if (ptr)
		ev_build_text(out, bytes);
	else
		ev_build_null(out);
}

/* [{"key":"h","value":"v"}], in their order, as often as they are there. */
static void
add_headers(struct ev_buf *out, const rd_kafka_message_t *message)
{
	rd_kafka_headers_t *headers = NULL;
	const char *name;
	const void *value;
	size_t len;

	ev_build_key(out, EV_SLICE("headers"));
	ev_buf_char(out, '[');
	if (!rd_kafka_message_headers(message, &headers))
		for (size_t i = 0;
		     !rd_kafka_header_get_all(headers, i, &name, &value, &len);
		     i++) {
			if (i)
				ev_buf_char(out, ',');
			ev_buf_char(out, '{');
			add_bytes(out, EV_SLICE("key"), name, strlen(name));
			add_bytes(out, EV_SLICE("value"), value, len);
			ev_build_close(out);
		}
	ev_buf_char(out, ']');
}

static void
add_meta(const struct ev_kafka_value *value, const rd_kafka_message_t *message,
    struct ev_buf *out)
{
	rd_kafka_timestamp_type_t type;
	int64_t time = rd_kafka_message_timestamp(message, &type);

	ev_build_reopen(out);
	ev_build_key(out, value->meta);
	ev_buf_char(out, '{');
	ev_build_key_text(out, "topic", rd_kafka_topic_name(message->rkt));
	ev_build_key(out, EV_SLICE("partition"));
	ev_build_int(out, message->partition);
	ev_build_key(out, EV_SLICE("offset"));
	ev_build_int(out, message->offset);
	if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) {
		ev_build_key(out, EV_SLICE("timestamp"));
		ev_build_int(out, time);
	}
	if (type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME)
		ev_build_key_text(out, "timestamp_type", "append");
	add_bytes(out, EV_SLICE("key"), message->key, message->key_len);
	add_headers(out, message);
	ev_build_close(out);
	ev_build_close(out);
}

/* --- JSON ---------------------------------------------------------------- */

/* Room for a newline, and for what is read behind it. */
#define BEHIND (1 + EV_SCAN_PADDING)

/* Scans what stands in out behind start, with BEHIND bytes of room; NULL, or
 * the address of what is wrong. */
static inline const char *
scan(struct ev_kafka_value *value, struct ev_buf *out, size_t start,
    const char **end)
{
	const char *fault;

	out->ptr[out->len] = '\n';
	*end = ev_scan_line(value->scan, out->ptr + start, &fault);
	return fault;
}

/* What may stand between the tokens of JSON, and nothing else. */
static bool
is_blank(const char *ptr, const char *end)
{
	while (ptr < end &&
	    (*ptr == ' ' || *ptr == '\t' || *ptr == '\r' || *ptr == '\n'))
		ptr++;
	return ptr == end;
}

/* The value behind start without the white space between its tokens. False
 * where it is no JSON. */
static bool
make_one_line(struct ev_kafka_value *value, struct ev_buf *out, size_t start)
{
	struct ev_json_lex lex;
	const char *at, *end;
	enum ev_json_event event;
	unsigned values = 0;

	value->scratch.len = 0;
	ev_buf_append(&value->scratch, out->ptr + start, out->len - start);
	at = value->scratch.ptr;
	end = at + value->scratch.len;
	out->len = start;
	ev_json_lex_init(&lex);
	lex.out = out;
	do {
		event = ev_json_lex_run(&lex, &at, end);
		values += event == EV_JSON_BEGIN;
	} while (event == EV_JSON_BEGIN || event == EV_JSON_END);
	return event == EV_JSON_MORE && values == 1 &&
	    ev_json_lex_finish(&lex) != EV_JSON_ERROR;
}

/* A value with a schema's id before it, as a registry's clients write it. */
static bool
is_framed(const rd_kafka_message_t *message)
{
	return message->len >= 5 && !*(const char *)message->payload;
}

static enum ev_status
refuse_value(struct ev_kafka_value *value, const rd_kafka_message_t *message,
    struct ev_buf *out, size_t start, const char *reason, const char **why)
{
	uint32_t id;

	if (is_framed(message)) {
		memcpy(&id, (const char *)message->payload + 1, sizeof(id));
		snprintf(value->why, sizeof(value->why),
		    "it has the framing of a schema registry (schema %" PRIu32
		    "): Avro and Protobuf are not read",
		    ntohl(id));
		reason = value->why;
	} else if (!message->len) {
		reason = "it is empty (a deletion is a message without a "
			 "value)";
	}
	return refuse(out, start, reason, why);
}

/* What the scanner stumbled over: a newline, perhaps, where one may be. */
static __attribute__((noinline)) enum ev_status
mend(struct ev_kafka_value *value, const rd_kafka_message_t *message,
    struct ev_buf *out, size_t start, const char *fault, const char *end,
    const char **why)
{
	const char *ptr = out->ptr;

	if (!fault && is_blank(end, ptr + out->len)) {
		out->len = (size_t)(end - ptr);
		return EV_OK;
	}
	if (message->len && memchr(message->payload, '\n', message->len) &&
	    !is_framed(message)) {
		if (!make_one_line(value, out, start))
			return refuse(out, start, "it is no JSON object", why);
		ev_buf_reserve(out, BEHIND);
		fault = scan(value, out, start, &end);
		if (!fault)
			return EV_OK;
	}
	return refuse_value(value, message, out, start,
	    ev_scan_reason(value->scan), why);
}

static enum ev_status
finish(struct ev_kafka_value *value, const rd_kafka_message_t *message,
    struct ev_buf *out, size_t start, const char **why)
{
	if (out->len - start > value->max_event)
		return refuse(out, start, "it is longer than --max-event", why);
	if (!value->meta.ptr)
		return EV_OK;
	if (ev_scan_fields(value->scan)[value->meta_slot].type != EV_MISSING)
		return refuse(out, start,
		    "it has the field that --meta would add (choose another "
		    "name)",
		    why);
	add_meta(value, message, out);
	return EV_OK;
}

enum ev_status
ev_kafka_value_finish(struct ev_kafka_value *value,
    const rd_kafka_message_t *message, struct ev_buf *out, size_t start,
    const char **why)
{
	const char *end;

	ev_buf_reserve(out, BEHIND);
	if (scan(value, out, start, &end))
		return refuse(out, start, ev_scan_reason(value->scan), why);
	return finish(value, message, out, start, why);
}

/* --- tombstones ---------------------------------------------------------- */

/* A number as a cell of CSV would be one: JSON, without an exponent, of at
 * most 18 digits. */
static bool
is_number(const char *ptr, size_t len)
{
	size_t i = len && *ptr == '-', whole = i;

	while (i < len && ptr[i] >= '0' && ptr[i] <= '9')
		i++;
	if (i == whole || (ptr[whole] == '0' && i > whole + 1))
		return false;
	if (i < len && ptr[i] == '.') {
		whole = ++i;
		while (i < len && ptr[i] >= '0' && ptr[i] <= '9')
			i++;
		if (i == whole)
			return false;
	}
	return i == len && len <= 18;
}

/* A key that is JSON in itself: into scratch, scanned. */
static enum ev_type
json_key(struct ev_kafka_value *value, const rd_kafka_message_t *message)
{
	const char *fault, *end, *first = message->key;
	struct ev_buf *key = &value->scratch;

	if (!message->key_len || !strchr("{[\"", *first))
		return EV_MISSING;
	key->len = 0;
	ev_buf_append(key, message->key, message->key_len);
	ev_buf_reserve(key, EV_SCAN_PADDING + 1);
	key->ptr[key->len] = '\n';
	end = *first == '{' ? ev_scan_line(value->scan, key->ptr, &fault)
			    : ev_scan_any(value->scan, key->ptr, &fault);
	if (fault || end != key->ptr + key->len)
		return EV_MISSING;
	return *first == '{' ? EV_OBJECT : *first == '[' ? EV_ARRAY : EV_STRING;
}

/* The key's one value, or its parts: ["a",1] for two fields. */
static bool
add_parts(struct ev_kafka_value *value, struct ev_buf *out)
{
	struct ev_value array = {value->scratch.ptr,
	    (uint32_t)value->scratch.len, EV_ARRAY, false};
	struct ev_member item;
	const char *at = NULL;
	size_t count = 0, len = out->len;

	while (ev_value_next(array, &at, &item)) {
		if (count < value->keys) {
			ev_build_key(out, value->key[count]);
			ev_build_raw(out, ev_value_raw(item.value));
		}
		count++;
	}
	if (count == value->keys)
		return true;
	out->len = len;
	return false;
}

static void
add_key(struct ev_kafka_value *value, const rd_kafka_message_t *message,
    struct ev_buf *out)
{
	struct ev_slice key = {message->key, message->key_len};
	enum ev_type type = json_key(value, message);

	if (type == EV_ARRAY && value->keys > 1 && add_parts(value, out))
		return;
	if (type == EV_STRING || (key.ptr && is_number(key.ptr, key.len))) {
		ev_build_key(out, value->key[0]);
		ev_build_raw(out, key);
	} else {
		add_bytes(out, value->key[0], key.ptr, key.len);
	}
}

/* {"id":42,"__deleted":true}; a key that is an object gives its fields. */
static enum ev_status
tombstone(struct ev_kafka_value *value, const rd_kafka_message_t *message,
    struct ev_buf *out, const char **why)
{
	size_t start = out->len;

	if (json_key(value, message) == EV_OBJECT) {
		ev_buf_slice(out, ev_buf_as_slice(&value->scratch));
		ev_build_reopen(out);
	} else {
		ev_build_open(out);
		add_key(value, message, out);
	}
	ev_build_key(out, EV_DELETED);
	ev_build_bool(out, true);
	ev_build_close(out);
	return ev_kafka_value_finish(value, message, out, start, why);
}

/* --- the whole ----------------------------------------------------------- */

enum ev_status
ev_kafka_value_event(struct ev_kafka_value *value,
    const rd_kafka_message_t *message, struct ev_buf *out, const char **why)
{
	size_t start = out->len;
	const char *fault, *end;

	if (!message->payload)
		return tombstone(value, message, out, why);
	if (message->len > value->max_event)
		return refuse(out, start, "it is longer than --max-event", why);
	ev_buf_reserve(out, message->len + BEHIND);
	memcpy(out->ptr + out->len, message->payload, message->len);
	out->len += message->len;
	fault = scan(value, out, start, &end);
	if ((fault || end != out->ptr + out->len) &&
	    mend(value, message, out, start, fault, end, why) != EV_OK)
		return EV_BAD;
	return value->meta.ptr ? finish(value, message, out, start, why)
			       : EV_OK;
}

enum ev_status
ev_kafka_value_text(struct ev_kafka_value *value, struct ev_slice field,
    const rd_kafka_message_t *message, struct ev_buf *out, const char **why)
{
	size_t start = out->len;

	if (!message->payload)
		return tombstone(value, message, out, why);
	if (ev_utf8_check(message->payload, message->len) < message->len)
		return refuse_value(value, message, out, start,
		    "it is not UTF-8", why);
	ev_build_open(out);
	ev_build_key(out, field);
	ev_build_text(out, (struct ev_slice){message->payload, message->len});
	ev_build_close(out);
	return ev_kafka_value_finish(value, message, out, start, why);
}
