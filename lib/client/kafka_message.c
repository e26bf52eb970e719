/*
 * kafka_message: see kafka_message.h.
 */
#include "client/kafka_message.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "event/build.h"
#include "expr/time.h"

struct ev_kafka_maker {
	const struct ev_kafka_rules *rules;
	struct ev_scan *scan;
	unsigned key[EV_KAFKA_KEY_MAX]; /* slots, as all of these */
	unsigned partition, time, headers, meta, deleted;
	unsigned *header;
	struct ev_buf key_text, value_text, scratch, name;
	struct ev_zones *zones;
	struct ev_time_env clock;
};

static unsigned
want(struct ev_scan *scan, const struct ev_names_path *path)
{
	return path->depth ? ev_scan_want(scan, path->key, path->depth) : 0;
}

struct ev_kafka_maker *
ev_kafka_maker_new(const struct ev_kafka_rules *rules, struct ev_scan *scan)
{
	struct ev_kafka_maker *maker = ev_mem_zalloc(1, sizeof(*maker));

	maker->rules = rules;
	maker->scan = scan;
	for (unsigned i = 0; i < rules->keys; i++)
		maker->key[i] = want(scan, &rules->key[i]);
	maker->partition = want(scan, &rules->partition);
	maker->time = want(scan, &rules->time);
	maker->headers = want(scan, &rules->headers);
	maker->header = ev_mem_zalloc(rules->header_count + 1,
	    sizeof(*maker->header));
	for (size_t i = 0; i < rules->header_count; i++)
		maker->header[i] = want(scan, &rules->header[i].field);
	maker->deleted = ev_scan_want_key(scan, EV_DELETED);
	if (rules->meta) {
		maker->meta = ev_scan_want_key(scan, ev_slice_of(rules->meta));
		ev_scan_want_members(scan);
	}
	maker->zones = ev_zones_new(NULL);
	maker->clock = (struct ev_time_env){.zones = maker->zones,
	    .zone = ev_zones_utc(maker->zones)};
	return maker;
}

void
ev_kafka_maker_free(struct ev_kafka_maker *maker)
{
	if (!maker)
		return;
	ev_zones_free(maker->zones);
	ev_buf_release(&maker->key_text);
	ev_buf_release(&maker->value_text);
	ev_buf_release(&maker->scratch);
	ev_buf_release(&maker->name);
	free(maker->header);
	free(maker);
}

void
ev_kafka_message_release(struct ev_kafka_message *message)
{
	if (message->headers)
		rd_kafka_headers_destroy(message->headers);
	message->headers = NULL;
}

static enum ev_status
bad(const struct ev_names_path *path, const char *why, struct ev_err *err)
{
	struct ev_buf name = {0};

	for (unsigned i = 0; i < path->depth; i++) {
		ev_buf_str(&name, i ? "." : "");
		ev_names_quote(path->key[i], &name);
	}
	ev_err_set(err, EV_BAD, EV_EXIT_DATA, "'%s' %s", ev_buf_cstr(&name),
	    why);
	ev_buf_release(&name);
	return EV_BAD;
}

/* --- numbers and times --------------------------------------------------- */

static bool
read_integer(struct ev_value value, int64_t *number)
{
	char text[24], *end;

	if (value.type != EV_NUMBER || value.len >= sizeof(text))
		return false;
	memcpy(text, value.ptr, value.len);
	text[value.len] = '\0';
	errno = 0;
	*number = strtoll(text, &end, 10);
	return !*end && !errno;
}

/* Milliseconds since 1970, or a time as conditions have it, in UTC unless it
 * says otherwise. */
static bool
read_time(struct ev_kafka_maker *maker, struct ev_value value, int64_t *ms)
{
	struct ev_slice text;
	int64_t at;

	if (value.type != EV_STRING)
		return read_integer(value, ms) && *ms >= 0;
	maker->scratch.len = 0;
	if (ev_value_text(value, &maker->scratch, &text, NULL) != EV_OK ||
	    ev_time_in(&maker->clock, EV_TIME_TZ, text, &at, NULL) != EV_OK ||
	    ev_time_infinite(at))
		return false;
	*ms = at / 1000 + EV_TIME_EPOCH * 1000;
	return *ms >= 0;
}

static bool
is_absent(struct ev_value value)
{
	return value.type == EV_MISSING || value.type == EV_NULL;
}

#define FIRST_MS "1970-01-01T00:00:00Z, which librdkafka takes for no time"

static enum ev_status
take_time(struct ev_kafka_maker *maker, struct ev_value value,
    struct ev_kafka_message *message, struct ev_err *err)
{
	if (is_absent(value))
		return EV_OK;
	if (!read_time(maker, value, &message->time))
		return bad(&maker->rules->time,
		    "is no time: ms since 1970 are, and 2026-11-22T17:15:12Z",
		    err);
	return message->time == EV_KAFKA_NOW
	    ? bad(&maker->rules->time, "is " FIRST_MS, err)
	    : EV_OK;
}

static enum ev_status
take_partition(struct ev_kafka_maker *maker, struct ev_value value,
    struct ev_kafka_message *message, struct ev_err *err)
{
	int64_t number;

	if (is_absent(value))
		return EV_OK;
	if (!read_integer(value, &number) || number < 0 || number > INT32_MAX)
		return bad(&maker->rules->partition,
		    "is no partition: 0, 1, 2 …", err);
	message->partition = (int32_t)number;
	return EV_OK;
}

/* --- keys ---------------------------------------------------------------- */

static enum ev_status
key_part(struct ev_kafka_maker *maker, unsigned i, struct ev_value *value,
    struct ev_slice *text, struct ev_err *err)
{
	const struct ev_names_path *path = &maker->rules->key[i];

	*value = ev_scan_fields(maker->scan)[maker->key[i]];
	*text = ev_value_raw(*value);
	if (is_absent(*value))
		return bad(path,
		    "is the key, and is missing or null: messages of one key "
		    "keep their order only if all of them have it",
		    err);
	maker->scratch.len = 0;
	if (value->type == EV_STRING &&
	    ev_value_text(*value, &maker->scratch, text, NULL) != EV_OK)
		return bad(path,
		    "is the key, and has \\u0000 or half of a surrogate pair, "
		    "which no text has",
		    err);
	return EV_OK;
}

/* One field: its text. */
static enum ev_status
text_key(struct ev_kafka_maker *maker, struct ev_kafka_message *message,
    struct ev_err *err)
{
	struct ev_value value;
	struct ev_slice text;

	if (key_part(maker, 0, &value, &text, err) != EV_OK)
		return EV_BAD;
	if (value.type >= EV_ARRAY)
		return bad(&maker->rules->key[0],
		    "is the key, and is an array or an object: --key-format "
		    "json",
		    err);
	maker->key_text.len = 0;
	ev_buf_reserve(&maker->key_text, text.len + 1);
	ev_buf_slice(&maker->key_text, text);
	message->key = ev_buf_as_slice(&maker->key_text);
	return EV_OK;
}

/* An object of its fields, in the rule's order. Strings are escaped anew, so
 * that one text is one key however it was escaped. */
static enum ev_status
json_key(struct ev_kafka_maker *maker, struct ev_kafka_message *message,
    struct ev_err *err)
{
	struct ev_buf *out = &maker->key_text;

	out->len = 0;
	ev_build_open(out);
	for (unsigned i = 0; i < maker->rules->keys; i++) {
		const struct ev_names_path *path = &maker->rules->key[i];
		struct ev_value value;
		struct ev_slice text;

		if (key_part(maker, i, &value, &text, err) != EV_OK)
			return EV_BAD;
		ev_build_key(out, ev_names_last(path));
		if (value.type == EV_STRING)
			ev_build_text(out, text);
		else
			ev_build_raw(out, text);
	}
	ev_build_close(out);
	message->key = ev_buf_as_slice(out);
	return EV_OK;
}

static enum ev_status
take_key(struct ev_kafka_maker *maker, struct ev_kafka_message *message,
    struct ev_err *err)
{
	if (!maker->rules->keys)
		return EV_OK;
	return maker->rules->keys > 1 || maker->rules->key_json
	    ? json_key(maker, message, err)
	    : text_key(maker, message, err);
}

/* --- headers ------------------------------------------------------------- */

/* As a header has it: of a string its text, of null nothing, of others their
 * JSON. */
static enum ev_status
header_value(struct ev_kafka_maker *maker, struct ev_value value,
    struct ev_slice *text, struct ev_err *err)
{
	*text = ev_value_raw(value);
	if (value.type == EV_NULL)
		*text = (struct ev_slice){NULL, 0};
	if (value.type != EV_STRING)
		return EV_OK;
	maker->scratch.len = 0;
	return ev_value_text(value, &maker->scratch, text, err);
}

static void
add_header(struct ev_kafka_message *message, struct ev_slice name,
    struct ev_slice value)
{
	if (!message->headers)
		message->headers = rd_kafka_headers_new(8);
	rd_kafka_header_add(message->headers, name.ptr, (ssize_t)name.len,
	    value.ptr, (ssize_t)value.len);
	/* Two lengths of at most five bytes. */
	message->headers_size += name.len + value.len + 10;
}

static enum ev_status
add_field(struct ev_kafka_maker *maker, struct ev_kafka_message *message,
    struct ev_slice name, struct ev_value value, struct ev_err *err)
{
	struct ev_slice text;

	if (value.type == EV_MISSING)
		return EV_OK;
	if (header_value(maker, value, &text, err) != EV_OK)
		return EV_BAD;
	add_header(message, name, text);
	return EV_OK;
}

/* Every member of an object. */
static enum ev_status
add_object(struct ev_kafka_maker *maker, struct ev_kafka_message *message,
    struct ev_value object, struct ev_err *err)
{
	enum ev_status status = EV_OK;
	const char *at = NULL;
	struct ev_member member;
	struct ev_slice name;

	if (is_absent(object))
		return EV_OK;
	if (object.type != EV_OBJECT)
		return bad(&maker->rules->headers, "is no object of headers",
		    err);
	while (status == EV_OK && ev_value_next(object, &at, &member)) {
		maker->name.len = 0;
		status = ev_value_text(member.key, &maker->name, &name, err);
		if (status == EV_OK)
			status = add_field(maker, message, name, member.value,
			    err);
	}
	return status;
}

static enum ev_status
take_headers(struct ev_kafka_maker *maker, struct ev_kafka_message *message,
    struct ev_err *err)
{
	const struct ev_value *field = ev_scan_fields(maker->scan);
	const struct ev_kafka_rules *rules = maker->rules;

	if (rules->headers.depth &&
	    add_object(maker, message, field[maker->headers], err) != EV_OK)
		return EV_BAD;
	for (size_t i = 0; i < rules->header_count; i++)
		if (add_field(maker, message,
			ev_slice_of(rules->header[i].name),
			field[maker->header[i]], err) != EV_OK)
			return EV_BAD;
	return EV_OK;
}

/* --- meta ---------------------------------------------------------------- */

static enum ev_status
bad_meta(const struct ev_kafka_maker *maker, const char *member,
    struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "'%s' is not as --meta of evsource-kafka makes it: %s",
	    maker->rules->meta, member);
}

static int
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648, with its padding. */
static bool
decode(struct ev_slice text, struct ev_buf *out)
{
	uint32_t bits = 0;
	size_t pad = 0;

	while (pad < 2 && pad < text.len && text.ptr[text.len - 1 - pad] == '=')
		pad++;
	if (text.len % 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int value = i < text.len - pad ? digit(text.ptr[i]) : 0;

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 < 3)
			continue;
		for (int shift = 16; shift >= 0; shift -= 8)
			ev_buf_char(out, (char)(bits >> shift & 0xff));
		bits = 0;
	}
	out->len -= pad;
	return true;
}

/* The bytes of member NAME or NAME_base64 of an object. False: they are none;
 * ptr NULL: null, or no such member. */
static bool
meta_bytes(struct ev_value object, struct ev_slice plain, struct ev_slice coded,
    struct ev_buf *scratch, struct ev_slice *bytes)
{
	struct ev_value text = ev_value_member(object, plain);
	struct ev_value code = ev_value_member(object, coded);

	*bytes = (struct ev_slice){NULL, 0};
	scratch->len = 0;
	ev_buf_reserve(scratch, 1);
	if (code.type == EV_STRING) {
		*bytes = ev_value_inner(code);
		if (!decode(*bytes, scratch))
			return false;
		*bytes = ev_buf_as_slice(scratch);
		return true;
	}
	if (is_absent(text))
		return true;
	return text.type == EV_STRING &&
	    ev_value_text(text, scratch, bytes, NULL) == EV_OK;
}

static enum ev_status
meta_headers(struct ev_kafka_maker *maker, struct ev_value list,
    struct ev_kafka_message *message, struct ev_err *err)
{
	const char *at = NULL;
	struct ev_member element;
	struct ev_slice name, value;

	if (!is_absent(list) && list.type != EV_ARRAY)
		return bad_meta(maker, "headers", err);
	while (list.type == EV_ARRAY && ev_value_next(list, &at, &element)) {
		if (element.value.type != EV_OBJECT ||
		    !meta_bytes(element.value, EV_SLICE("key"),
			EV_SLICE("key_base64"), &maker->name, &name) ||
		    !name.ptr ||
		    !meta_bytes(element.value, EV_SLICE("value"),
			EV_SLICE("value_base64"), &maker->scratch, &value))
			return bad_meta(maker, "headers", err);
		add_header(message, name, value);
	}
	return EV_OK;
}

/* What the source put there. A time is the broker's, so any will do. */
static enum ev_status
take_meta(struct ev_kafka_maker *maker, struct ev_kafka_message *message,
    struct ev_err *err)
{
	struct ev_value meta = ev_scan_fields(maker->scan)[maker->meta];
	struct ev_value time, partition;
	int64_t number;

	if (is_absent(meta))
		return EV_OK;
	if (meta.type != EV_OBJECT)
		return bad_meta(maker, "it is no object", err);
	if (!maker->rules->keys) {
		if (!meta_bytes(meta, EV_SLICE("key"), EV_SLICE("key_base64"),
			&maker->key_text, &message->key))
			return bad_meta(maker, "key", err);
		partition = ev_value_member(meta, EV_SLICE("partition"));
		if (!is_absent(partition)) {
			if (!read_integer(partition, &number) || number < 0 ||
			    number > INT32_MAX)
				return bad_meta(maker, "partition", err);
			message->partition = (int32_t)number;
		}
	}
	time = ev_value_member(meta, EV_SLICE("timestamp"));
	if (!is_absent(time) && !read_time(maker, time, &message->time))
		return bad_meta(maker, "timestamp", err);
	if (!is_absent(time) && message->time == EV_KAFKA_NOW)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "the timestamp of '%s' is " FIRST_MS, maker->rules->meta);
	return meta_headers(maker, ev_value_member(meta, EV_SLICE("headers")),
	    message, err);
}

/* The event without that field. */
static struct ev_slice
stripped(struct ev_kafka_maker *maker)
{
	struct ev_slice meta = ev_slice_of(maker->rules->meta);
	struct ev_buf *out = &maker->value_text;
	size_t count;
	const struct ev_member *member = ev_scan_members(maker->scan, &count);

	out->len = 0;
	ev_build_open(out);
	for (size_t i = 0; i < count; i++) {
		if (ev_value_text_is(member[i].key, meta))
			continue;
		ev_build_key_raw(out, ev_value_raw(member[i].key));
		ev_build_raw(out, ev_value_raw(member[i].value));
	}
	ev_build_close(out);
	return ev_buf_as_slice(out);
}

/* --- all of it ----------------------------------------------------------- */

static enum ev_status
take_fields(struct ev_kafka_maker *maker, struct ev_kafka_message *message,
    struct ev_err *err)
{
	const struct ev_kafka_rules *rules = maker->rules;
	const struct ev_value *field = ev_scan_fields(maker->scan);
	enum ev_status status = EV_OK;

	if (rules->meta)
		status = take_meta(maker, message, err);
	if (status == EV_OK)
		status = take_key(maker, message, err);
	if (status == EV_OK && rules->partition.depth)
		status = take_partition(maker, field[maker->partition], message,
		    err);
	if (status == EV_OK && rules->time.depth)
		status = take_time(maker, field[maker->time], message, err);
	if (status == EV_OK && (rules->headers.depth || rules->header_count))
		status = take_headers(maker, message, err);
	return status;
}

/* As a message of the topic that it comes from. */
static bool
had_no_key(const struct ev_kafka_maker *maker)
{
	struct ev_value meta;

	if (!maker->rules->meta || maker->rules->keys)
		return false;
	meta = ev_scan_fields(maker->scan)[maker->meta];
	return meta.type == EV_OBJECT &&
	    ev_value_member(meta, EV_SLICE("key")).type == EV_NULL;
}

static enum ev_status
take_value(struct ev_kafka_maker *maker, struct ev_slice line,
    struct ev_kafka_message *message, struct ev_err *err)
{
	const struct ev_value *field = ev_scan_fields(maker->scan);

	if (ev_value_deletes(&field[maker->deleted])) {
		if (message->key.ptr || had_no_key(maker))
			return EV_OK;
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "it is a delete and has no key, so nobody can tell of "
		    "what: --key FIELD, or --meta FIELD");
	}
	message->value = maker->rules->meta &&
		field[maker->meta].type != EV_MISSING
	    ? stripped(maker)
	    : line;
	return EV_OK;
}

enum ev_status
ev_kafka_make(struct ev_kafka_maker *maker, struct ev_slice line,
    struct ev_kafka_message *message, struct ev_err *err)
{
	*message = (struct ev_kafka_message){.partition = RD_KAFKA_PARTITION_UA,
	    .time = EV_KAFKA_NOW};
	if (take_fields(maker, message, err) == EV_OK &&
	    take_value(maker, line, message, err) == EV_OK)
		return EV_OK;
	ev_kafka_message_release(message);
	return EV_BAD;
}

int32_t
ev_kafka_partition(struct ev_slice key, int32_t partitions)
{
	return rd_kafka_msg_partitioner_murmur2(NULL, key.ptr, key.len,
	    partitions, NULL, NULL);
}

#define BATCH 61  /* bytes of a batch before its first record */
#define RECORD 21 /* of a record around key, value and headers, at most */

size_t
ev_kafka_message_size(const struct ev_kafka_message *message)
{
	return BATCH + RECORD + message->key.len + message->value.len +
	    message->headers_size;
}
