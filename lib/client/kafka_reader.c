/*
 * kafka_reader: a reader of topics, made and freed; which topics and partitions
 * are meant.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "client/kafka_read_impl.h"

static enum ev_status
parse_ranges(struct ev_kafka_reader *reader, const char *text,
    struct ev_err *err)
{
	const char *at = text;

	for (;;) {
		char *end;
		unsigned long first = strtoul(at, &end, 10), last = first;
		bool right = end != at && *at >= '0' && *at <= '9';

		if (right && *end == '-') {
			at = end + 1;
			last = strtoul(at, &end, 10);
			right = end != at && *at >= '0' && *at <= '9';
		}
		if (!right || (*end && *end != ',') || first > last ||
		    last > INT32_MAX)
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "--partitions wants numbers such as 0,3-5, not "
			    "'%s'",
			    text);
		reader->range = ev_mem_realloc(reader->range,
		    (reader->ranges + 1) * sizeof(*reader->range));
		reader->range[reader->ranges++] =
		    (struct ev_kafka_range){(int32_t)first, (int32_t)last};
		if (!*end)
			return EV_OK;
		at = end + 1;
	}
}

static enum ev_status
parse_topics(struct ev_kafka_reader *reader, const char *text,
    struct ev_err *err)
{
	char why[256];
	int code;

	if (*text == '^') {
		code = regcomp(&reader->pattern, text,
		    REG_EXTENDED | REG_NOSUB);
		if (code) {
			regerror(code, &reader->pattern, why, sizeof(why));
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "'%s' is no regular expression: %s", text, why);
		}
		reader->matches = true;
		return EV_OK;
	}
	for (size_t len; *text; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		if (!len)
			continue;
		reader->name = ev_mem_realloc(reader->name,
		    (reader->names + 1) * sizeof(*reader->name));
		reader->name[reader->names++] = ev_mem_strndup(text, len);
	}
	return reader->names ? EV_OK
			     : ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
				   "the place names no topic");
}

enum ev_status
ev_kafka_reader_new(struct ev_kafka_reader **result, struct ev_kafka *kafka,
    const struct ev_kafka_reader_settings *settings, struct ev_err *err)
{
	struct ev_kafka_reader *reader = ev_mem_zalloc(1, sizeof(*reader));

	*result = reader;
	reader->kafka = kafka;
	reader->set = settings;
	if (parse_topics(reader, settings->topics, err) != EV_OK)
		return EV_FATAL;
	return settings->partitions
	    ? parse_ranges(reader, settings->partitions, err)
	    : EV_OK;
}

void
ev_kafka_reader_free(struct ev_kafka_reader *reader)
{
	if (!reader)
		return;
	if (reader->matches)
		regfree(&reader->pattern);
	for (size_t i = 0; i < reader->names; i++)
		free(reader->name[i]);
	for (size_t i = 0; i < reader->topics; i++) {
		free(reader->topic[i]->name);
		free(reader->topic[i]);
	}
	for (size_t i = 0; i < reader->parts; i++)
		free(reader->part[i]);
	if (reader->queue)
		rd_kafka_queue_destroy(reader->queue);
	free(reader->name);
	free(reader->range);
	free(reader->topic);
	free(reader->part);
	free(reader);
}
