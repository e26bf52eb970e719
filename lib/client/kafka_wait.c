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

/* Answers, not seconds: what nobody says proves nothing. One that was stopped
 * learns within moments who leads, but others may have to be started. */
#define SOME (SILENT / EV_KAFKA_PAUSE)
#define ENOUGH (30000 / EV_KAFKA_PAUSE)

bool
ev_kafka_reader_hopes(struct ev_kafka_reader *reader,
    struct ev_kafka_part *part)
{
	char text[512];

	if (++part->asked == SOME) {
		snprintf(text, sizeof(text),
		    "%s [%" PRId32 "] was read up to offset %" PRId64
		    ", and its leader has less: waiting for one that has it",
		    part->topic->name, part->id, part->at.next);
		reader->set->say(text);
	}
	return part->asked < ENOUGH;
}

enum ev_status
ev_kafka_reader_await(struct ev_kafka_reader *reader, struct ev_err *err)
{
	enum ev_status status = EV_OK;
	bool hopes = true;

	while (status == EV_OK && hopes) {
		hopes = false;
		for (size_t i = 0; i < reader->parts; i++) {
			struct ev_kafka_part *part = reader->part[i];

			if (part->started || part->gone)
				continue;
			if (part->at.next > part->high &&
			    ev_kafka_reader_hopes(reader, part))
				hopes = true;
		}
		if (hopes)
			status = ev_kafka_reader_pause(err);
		if (hopes && status == EV_OK)
			status = ev_kafka_reader_ends(reader, err);
	}
	return status;
}
