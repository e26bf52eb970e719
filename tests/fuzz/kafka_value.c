/*
 * kafka_value: any bytes as the value of a message, or, where the first byte
 * says so, as the key of a tombstone. What becomes an event must be one line
 * that the scanner takes, jansson too, and mean what jansson reads in the value;
 * what does not must leave the buffer as it was.
 */
#include <jansson.h>
#include <stdlib.h>

#include "client/kafka_value.h"

#define START "{\"before\":1}\n"

static json_t *
load(const char *ptr, size_t len)
{
	return json_loadb(ptr, len, JSON_ALLOW_NUL, NULL);
}

/* Larger numbers than jansson has, \u0000 in keys and lone surrogates are JSON
 * all the same, so what it does not read says nothing. */
static void
compare(const char *event, size_t len, const char *value, size_t value_len)
{
	json_t *a = load(event, len), *b = load(value, value_len);

	if (a && b && !json_equal(a, b))
		abort();
	if (b && !a)
		abort();
	json_decref(a);
	json_decref(b);
}

static void
check_line(struct ev_scan *scan, struct ev_buf *out)
{
	size_t start = sizeof(START) - 1, len = out->len - start;
	const char *fault, *end;

	if (memchr(out->ptr + start, '\n', len))
		abort();
	ev_buf_reserve(out, EV_SCAN_PADDING + 1);
	out->ptr[out->len] = '\n';
	end = ev_scan_line(scan, out->ptr + start, &fault);
	if (fault || end != out->ptr + out->len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_kafka_value value = {.scan = ev_scan_new(),
	    .key = {EV_SLICE("a"), EV_SLICE("b")},
	    .keys = 1 + (size && (*data & 1)),
	    .max_event = 1 << 20};
	rd_kafka_message_t message = {0};
	struct ev_buf out = {0};
	bool dead = size && *data < 8;
	const char *why;
	char *copy = malloc(size + 1);

	/* Of its own, so that the sanitizer sees a byte too many. */
	memcpy(copy, data, size);
	if (dead) {
		message.key = copy + 1;
		message.key_len = size - 1;
	} else {
		message.payload = copy;
		message.len = size;
	}
	ev_kafka_value_init(&value);
	ev_buf_str(&out, START);
	if (ev_kafka_value_event(&value, &message, &out, &why) == EV_OK) {
		check_line(value.scan, &out);
		if (!dead)
			compare(out.ptr + sizeof(START) - 1,
			    out.len - (sizeof(START) - 1), copy, size);
	} else if (out.len != sizeof(START) - 1 || !*why) {
		abort();
	}
	ev_kafka_value_release(&value);
	ev_scan_free(value.scan);
	ev_buf_release(&out);
	free(copy);
	return 0;
}
