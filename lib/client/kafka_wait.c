/*
 * kafka_wait: how a reader waits: for brokers that do not answer, and for one
 * that has what was read.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/io.h"
#include "client/kafka_read_impl.h"

#define SILENT 5000 /* ms of waiting that are not worth a word */

enum ev_status
ev_kafka_reader_pause(struct ev_err *err)
{
	if (ev_io_wait(-1, EV_KAFKA_PAUSE, err) == EV_FATAL)
		return EV_FATAL;
	if (ev_io_signal())
		return ev_err_set(err, EV_FATAL, 128 + ev_io_signal(),
		    "stopped by signal %d", ev_io_signal());
	return EV_OK;
}

/* --- for answers --------------------------------------------------------- */

enum ev_status
ev_kafka_reader_wait(struct ev_kafka_reader *reader, struct ev_err *err)
{
	int64_t now = ev_clock_steady();
	char text[sizeof(err->text) + 32];

	if (!reader->away)
		reader->away = now;
	if (reader->set->wait >= 0 && now - reader->away >= reader->set->wait)
		return EV_FATAL;
	if (!reader->told && now - reader->away >= SILENT) {
		reader->told = true;
		snprintf(text, sizeof(text), "%s: waiting", err->text);
		reader->set->say(text);
	}
	return reader->begun ? EV_AGAIN : ev_kafka_reader_pause(err);
}

void
ev_kafka_reader_answered(struct ev_kafka_reader *reader)
{
	if (reader->told)
		reader->set->say("the brokers answer again");
	reader->away = 0;
	reader->told = false;
}

/* --- for a leader that has what was read --------------------------------- */

bool
ev_kafka_reader_hopes(struct ev_kafka_reader *reader,
    struct ev_kafka_part *part)
{
	int64_t now = ev_clock_steady();
	char text[512];

	if (!part->astray)
		part->astray = now;
	if (!part->told && now - part->astray >= SILENT) {
		part->told = true;
		snprintf(text, sizeof(text),
		    "%s [%" PRId32 "] was read up to offset %" PRId64
		    ", and its leader has less: waiting for one that has it",
		    part->topic->name, part->id, part->at.next);
		reader->set->say(text);
	}
	return now - part->astray < EV_KAFKA_GRACE;
}

enum ev_status
ev_kafka_reader_await(struct ev_kafka_reader *reader,
    struct ev_kafka_part *part, int64_t next, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	part->at.next = next;
	while (status == EV_OK && part->high < next) {
		if (!ev_kafka_reader_hopes(reader, part))
			return EV_END;
		status = ev_kafka_reader_pause(err);
		if (status == EV_OK)
			status = ev_kafka_reader_offset(reader, part,
			    RD_KAFKA_OFFSET_END, &part->high, err);
		if (status != EV_AGAIN)
			continue;
		/* Who does not answer says nothing about offsets. */
		part->astray = 0;
		status = ev_kafka_reader_wait(reader, err);
	}
	part->astray = 0;
	return status;
}
