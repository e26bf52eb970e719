/*
 * reader: see reader.h.
 *
 * The buffer holds [start, end); [start, lines) are whole lines, which are
 * handed out without looking for their ends first: the scanner finds them. A
 * line that does not fit makes the buffer grow; one that is longer than
 * allowed is skipped, only its beginning kept, so that memory stays bounded.
 */
#include "event/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "event/control.h"

#define BLOCK \
	(256u << 10)            /* a first buffer; reads of 64 to 256 KiB
                                   * are equally fast, larger ones are not */
#define CONTROL_MORE (1u << 20) /* a control line may be this much longer */
#define KEEP (64u << 10)        /* of a line that is too long */

struct ev_reader {
	struct ev_input *in;
	size_t max_event;
	ev_reader_hook hook;
	void *hook_arg;
	char *buf;
	size_t cap; /* without the padding */
	size_t start, end, lines;
	const char *fault; /* of the scan; no local, whose address would cost
	                    * the stack protector's check for every line */
	size_t skipped;    /* bytes of the line at start that were let go */
	uint64_t number;
	uint64_t taken; /* bytes of the input that were read, or lie before */
	uint64_t skip;  /* so many are read and dropped first */
	bool torn, ended;
	bool goes_on; /* the line end of the last line of before must come */
};

struct ev_reader *
ev_reader_new(struct ev_input *in, size_t max_event)
{
	struct ev_reader *reader = ev_mem_zalloc(1, sizeof(*reader));

	reader->in = in;
	reader->max_event = max_event;
	reader->cap = BLOCK;
	reader->buf = ev_mem_alloc(reader->cap + EV_SCAN_PADDING);
	return reader;
}

void
ev_reader_free(struct ev_reader *reader)
{
	if (!reader)
		return;
	free(reader->buf);
	free(reader);
}

void
ev_reader_on(struct ev_reader *reader, ev_reader_hook hook, void *arg)
{
	reader->hook = hook;
	reader->hook_arg = arg;
}

static enum ev_status
call_hook(struct ev_reader *reader, enum ev_reader_event what,
    struct ev_err *err)
{
	return reader->hook ? reader->hook(reader->hook_arg, what, err) : EV_OK;
}

/* Room for more: the beginning of a line moves to the front; if it fills the
 * buffer, that grows; if it may not grow, the line is let go but for its
 * beginning. */
static void
make_room(struct ev_reader *reader)
{
	size_t len = reader->end - reader->start;
	size_t most = reader->max_event + CONTROL_MORE;

	if (reader->start && len)
		memmove(reader->buf, reader->buf + reader->start, len);
	reader->start = reader->lines = 0;
	reader->end = len;
	if (len < reader->cap)
		return;
	if (len < most && !reader->skipped) {
		reader->cap = reader->cap * 2 < most ? reader->cap * 2 : most;
		reader->buf = ev_mem_realloc(reader->buf,
		    reader->cap + EV_SCAN_PADDING);
		return;
	}
	reader->skipped += len - KEEP;
	reader->end = KEEP;
}

/* The input is at its end: what is left of it is a line without a newline. */
static enum ev_status
finish(struct ev_reader *reader)
{
	reader->ended = true;
	reader->skip = 0; /* the input may end before that */
	if (reader->start == reader->end)
		return EV_END;
	reader->torn = true;
	reader->buf[reader->end++] = '\n';
	reader->lines = reader->end;
	return EV_OK;
}

/* What follows a line that was handed out without its end. */
static enum ev_status
check_end(struct ev_reader *reader, struct ev_err *err)
{
	char c = reader->buf[reader->start];

	reader->goes_on = false;
	if (c == '\n' || c == '\r')
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "'%s': the last line had no end and was read as it was; now it "
	    "goes on",
	    reader->in->name);
}

/* Reads until there is a whole line (or the rest at the end). */
static enum ev_status
refill(struct ev_reader *reader, struct ev_err *err)
{
	enum ev_status status = EV_END;
	size_t got = 0;

	if (!reader->ended)
		status = call_hook(reader, EV_READER_REFILL, err);
	while (status == EV_OK) {
		char *to, *newline;
		size_t room;

		make_room(reader);
		to = reader->buf + reader->end;
		room = reader->cap - reader->end;
		if (reader->taken < reader->skip &&
		    reader->skip - reader->taken < room)
			room = (size_t)(reader->skip - reader->taken);
		status = reader->in->read(reader->in, to, room, &got, err);
		if (status == EV_END)
			return finish(reader);
		if (status == EV_AGAIN) {
			status = call_hook(reader, EV_READER_WAIT, err);
			if (status == EV_OK)
				status = reader->in->wait(reader->in, err);
			continue;
		}
		if (status != EV_OK)
			break;
		reader->taken += got;
		if (reader->taken <= reader->skip)
			continue;
		reader->end += got;
		if (reader->goes_on && check_end(reader, err) != EV_OK)
			return EV_FATAL;
		newline = memrchr(to, '\n', got);
		if (newline) {
			reader->lines = (size_t)(newline + 1 - reader->buf);
			break;
		}
	}
	return status;
}

/* A line of nothing but white space: returns its newline, else NULL. */
static const char *
blank(const char *s)
{
	while (*s == ' ' || *s == '\t' || *s == '\r')
		s++;
	return *s == '\n' ? s : NULL;
}

static inline void
set_line(struct ev_reader *reader, struct ev_line *line, const char *text,
    const char *newline)
{
	bool cr = newline > text && newline[-1] == '\r';

	reader->start = (size_t)(newline + 1 - reader->buf);
	*line = (struct ev_line){.text = {text, (size_t)(newline - text) - cr},
	    .length = (size_t)(newline - text) - cr + reader->skipped,
	    .number = reader->number,
	    .whole = !cr,
	    .torn = reader->torn && reader->start == reader->end};
}

static enum ev_status
too_long(struct ev_reader *reader, struct ev_line *line, struct ev_err *err)
{
	reader->skipped = 0;
	line->overlong = true;
	if (line->text.len > KEEP)
		line->text.len = KEEP;
	line->whole = false;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "a line of %zu bytes, more than --max-event allows (%zu)",
	    line->length, reader->max_event);
}

/* The line at text, which is neither blank nor a control line. */
static inline enum ev_status
event(struct ev_reader *reader, struct ev_scan *scan, const char *text,
    struct ev_line *line, struct ev_err *err)
{
	const char *newline;

	reader->fault = NULL;
	newline = scan && !reader->skipped
	    ? ev_scan_line(scan, text, &reader->fault)
	    : rawmemchr(text, '\n');
	set_line(reader, line, text, newline);
	if (line->length > reader->max_event)
		return too_long(reader, line, err);
	if (!reader->fault)
		return EV_OK;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%s (column %zu)",
	    ev_scan_reason(scan), (size_t)(reader->fault - text) + 1);
}

struct ev_behind
ev_reader_behind(const struct ev_reader *reader)
{
	size_t left = reader->end - reader->start;
	bool last = reader->torn && !left;

	/* The newline that finish put there is none of the input's. */
	if (reader->torn && left)
		left--;
	return (
	    struct ev_behind){(reader->taken < reader->skip ? reader->skip
							    : reader->taken) -
		left - reader->skipped,
	    reader->number, last ? EV_RECORD_TORN : EV_RECORD_WHOLE};
}

struct ev_behind
ev_reader_before(const struct ev_reader *reader, const struct ev_line *line)
{
	size_t left = (size_t)(reader->buf + reader->end - line->text.ptr);

	return (struct ev_behind){reader->taken - (left - reader->torn),
	    reader->number - 1, EV_RECORD_WHOLE};
}

void
ev_reader_go(struct ev_reader *reader, const struct ev_behind *behind,
    bool stands_there)
{
	reader->goes_on = behind->end == EV_RECORD_TORN;
	reader->skip = behind->offset;
	reader->taken = stands_there ? behind->offset : 0;
	reader->number = behind->lines - reader->goes_on;
}

static bool
is_control(const char *text)
{
	return !memcmp(text, EV_CONTROL_PREFIX, EV_CONTROL_PREFIX_LEN);
}

enum ev_status
ev_reader_next(struct ev_reader *reader, struct ev_scan *scan,
    struct ev_line *line, struct ev_err *err)
{
	for (;;) {
		const char *text, *newline;

		if (reader->start == reader->lines) {
			enum ev_status status = refill(reader, err);

			if (status != EV_OK)
				return status;
		}
		text = reader->buf + reader->start;
		reader->number++;
		if (*text == '{' && !is_control(text))
			return event(reader, scan, text, line, err);
		if (scan && (newline = blank(text))) {
			reader->start = (size_t)(newline + 1 - reader->buf);
			reader->skipped = 0;
			continue;
		}
		if (*text != '{' || reader->skipped)
			return event(reader, scan, text, line, err);
		set_line(reader, line, text, rawmemchr(text, '\n'));
		line->control = true;
		/* No byte of it may have been added, so its CR stays. */
		line->text.len = line->length += !line->whole;
		return EV_OK;
	}
}
