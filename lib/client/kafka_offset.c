/*
 * kafka_offset: see kafka_offset.h.
 */
#include "client/kafka_offset.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#define SCHEME "kafka://"

/* A number without a sign (but that of -1, "none"), at most 18 digits. */
static bool
number(const char **at, int64_t *value)
{
	bool none = !strncmp(*at, "-1", 2);
	size_t digits = strspn(*at, "0123456789");

	if (none) {
		*value = -1;
		*at += 2;
		return true;
	}
	if (!digits || digits > 18)
		return false;
	*value = strtoll(*at, NULL, 10);
	*at += digits;
	return true;
}

static bool
character(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static bool
read_last(const char **at, struct ev_kafka_offset *offset)
{
	int64_t bytes;

	if (!isdigit((unsigned char)**at))
		return true;
	if (!number(at, &offset->last) || !character(at, ':') ||
	    !number(at, &offset->time) || !character(at, ':') ||
	    !number(at, &bytes) || !character(at, ' '))
		return false;
	offset->bytes = (uint64_t)bytes;
	return true;
}

/* `whole` is where the text begins of which copy is a copy. */
static bool
read_place(const char *at, const char *copy, const char *whole,
    struct ev_kafka_offset *offset)
{
	const char *slash;

	if (strncmp(at, SCHEME, strlen(SCHEME)))
		return false;
	at += strlen(SCHEME);
	slash = strrchr(at, '/'); /* SSL://b:9092 is a broker, too */
	if (!slash || slash == at || !slash[1])
		return false;
	offset->brokers = (struct ev_slice){whole + (at - copy),
	    (size_t)(slash - at)};
	offset->topic = (struct ev_slice){whole + (slash + 1 - copy),
	    strlen(slash + 1)};
	return true;
}

enum ev_status
ev_kafka_offset_parse(struct ev_slice text, struct ev_kafka_offset *offset,
    struct ev_err *err)
{
	struct ev_buf copy = {0};
	const char *at;
	int64_t epoch = -1;
	bool right;

	*offset = (struct ev_kafka_offset){.epoch = -1, .last = -1, .time = -1};
	ev_buf_slice(&copy, text);
	at = ev_buf_cstr(&copy);
	right = number(&at, &offset->next) && offset->next >= 0 &&
	    (*at != '@' || (at++, number(&at, &epoch))) &&
	    character(&at, ' ') && read_last(&at, offset) &&
	    read_place(at, copy.ptr, text.ptr, offset);
	offset->epoch = (int32_t)epoch;
	ev_buf_release(&copy);
	if (right)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "'%.*s' is no position in a topic of Kafka", (int)text.len,
	    text.ptr);
}

void
ev_kafka_offset_build(const struct ev_kafka_offset *offset, struct ev_buf *out)
{
	ev_buf_printf(out, "%" PRId64, offset->next);
	if (offset->epoch >= 0)
		ev_buf_printf(out, "@%" PRId32, offset->epoch);
	if (offset->last >= 0)
		ev_buf_printf(out, " %" PRId64 ":%" PRId64 ":%" PRIu64,
		    offset->last, offset->time, offset->bytes);
	ev_buf_str(out, " " SCHEME);
	ev_buf_slice(out, offset->brokers);
	ev_buf_char(out, '/');
	ev_buf_slice(out, offset->topic);
}
