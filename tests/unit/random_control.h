/*
 * random_control: random control lines of every kind, for the tests that
 * parse, edit and compare them.
 */
#ifndef EV_TESTS_RANDOM_CONTROL_H
#define EV_TESTS_RANDOM_CONTROL_H

#include "event/build.h"
#include "event/control.h"
#include "random_json.h"

#define RANDOM_TEXTS 8

struct random_control {
	struct ev_control control;
	struct ev_buf text[RANDOM_TEXTS]; /* what it points into */
	unsigned texts;
};

static inline void
random_control_release(struct random_control *random)
{
	for (unsigned i = 0; i < RANDOM_TEXTS; i++)
		ev_buf_release(&random->text[i]);
}

static inline struct ev_buf *
random_fresh(struct random_control *random)
{
	struct ev_buf *text = &random->text[random->texts++];

	text->len = 0;
	ev_buf_reserve(text, 1);
	return text;
}

static inline void
random_words(struct ev_buf *out, unsigned max)
{
	static const char *const word[] = {"x", "/srv/shop/", "reviews.ndjson",
	    "caf\xC3\xA9", "\xE6\x9D\xB1", "\"", "\\", "\n", "\t", "\x01",
	    "\x1F", "\x7F", ",\"event\":", "\",\"crc\":\"",
	    "{\"~ev\":", "\",\"run\":\"", "}", "]", "#", "0"};

	for (unsigned n = random_below(max + 1); n; n--)
		random_pick(out, word, sizeof(word) / sizeof(*word));
}

static inline struct ev_slice
random_text(struct random_control *random)
{
	struct ev_buf *text = random_fresh(random);

	random_words(text, 4);
	return ev_buf_as_slice(text);
}

static inline struct ev_slice
random_hex(struct random_control *random, unsigned digits)
{
	struct ev_buf *text = random_fresh(random);

	while (digits--)
		ev_buf_char(text, "0123456789abcdef"[random_below(16)]);
	return ev_buf_as_slice(text);
}

static inline uint64_t
random_number(void)
{
	uint64_t wide = (uint64_t)random_below(UINT32_MAX) << 32 |
	    random_below(UINT32_MAX);

	return wide >> random_below(64);
}

static inline struct ev_slice
random_id(struct random_control *random)
{
	struct ev_buf *text = &random->text[random->texts];

	if (!random_below(3))
		return EV_SLICE("0");
	random_hex(random, EV_RUN_LEN);
	ev_buf_printf(text, "/%llu", (unsigned long long)(random_number() | 1));
	return ev_buf_as_slice(text);
}

/* {"KEY":"…","KEY":null}, keys told apart by a number. */
static inline struct ev_value
random_positions(struct random_control *random)
{
	struct ev_buf *text = random_fresh(random), word = {0};

	ev_build_open(text);
	for (unsigned n = random_below(5); n; n--) {
		word.len = 0;
		random_words(&word, 3);
		ev_buf_printf(&word, "%u", n);
		ev_build_key(text, ev_buf_as_slice(&word));
		if (random_below(5))
			ev_build_text(text, ev_buf_as_slice(&word));
		else
			ev_build_null(text);
	}
	ev_build_close(text);
	ev_buf_release(&word);
	return (
	    struct ev_value){text->ptr, (uint32_t)text->len, EV_OBJECT, false};
}

static inline struct ev_value
random_list(struct random_control *random)
{
	struct ev_buf *text = random_fresh(random), word = {0};

	ev_buf_char(text, '[');
	for (unsigned n = random_below(4); n; n--) {
		word.len = 0;
		random_words(&word, 3);
		ev_build_text(text, ev_buf_as_slice(&word));
		if (n > 1)
			ev_buf_char(text, ',');
	}
	ev_buf_char(text, ']');
	ev_buf_release(&word);
	return (
	    struct ev_value){text->ptr, (uint32_t)text->len, EV_ARRAY, false};
}

/* `"new0":…,"new1":…`, values of every type. */
static inline struct ev_slice
random_more(struct random_control *random)
{
	struct ev_buf *text;

	if (random_below(2))
		return (struct ev_slice){0};
	text = random_fresh(random);
	for (unsigned n = 1 + random_below(3); n; n--) {
		ev_buf_printf(text, "\"new%u\":", n);
		random_value(text, 1);
		if (n > 1)
			ev_buf_char(text, ',');
	}
	return ev_buf_as_slice(text);
}

static inline void
random_begin_line(struct random_control *random)
{
	struct ev_control *control = &random->control;

	if (random_below(4)) {
		control->name = EV_SLICE("unhappy");
		control->state = EV_SLICE("/srv/\"state\"");
		control->sid = EV_SLICE("0123456789abcdef");
	} else {
		control->name = control->state = control->sid = EV_SLICE("");
	}
	control->base = random_id(random);
	control->pos = random_positions(random);
	control->via = random_list(random);
	control->side = random_list(random);
	control->more = random_more(random);
}

static inline void
random_mark_line(struct random_control *random)
{
	struct ev_control *control = &random->control;

	control->seq = random_number() | 1;
	control->n = random_number();
	control->pos = random_positions(random);
	control->seal = (enum ev_control_seal)random_below(4);
	control->heartbeat = !random_below(2);
	control->sides = random_below(3);
	if (random_below(2))
		control->wm = random_text(random);
	if (random_below(2))
		control->time = EV_SLICE("2026-01-02T03:04:05.678Z");
	if (random_below(2))
		control->committed = random_id(random);
	control->more = random_more(random);
}

/* A control of a random kind. random is {0}, or was one before. */
static inline void
random_control(struct random_control *random)
{
	struct ev_control *control = &random->control;
	struct ev_buf *event;

	random->texts = 0;
	*control = (struct ev_control){0};
	control->kind = (enum ev_control_kind)random_below(4);
	if (control->kind != EV_CONTROL_FAIL)
		control->run = random_hex(random, EV_RUN_LEN);
	switch (control->kind) {
	case EV_CONTROL_BEGIN:
		random_begin_line(random);
		break;
	case EV_CONTROL_MARK:
		random_mark_line(random);
		break;
	case EV_CONTROL_SIDE:
		control->to = random_text(random);
		if (!control->to.len)
			control->to = EV_SLICE("/srv/bad.ndjson");
		event = random_fresh(random);
		random_value(event, 0);
		control->event = ev_buf_as_slice(event);
		break;
	case EV_CONTROL_FAIL:
		control->by = random_text(random);
		control->why = random_text(random);
		control->status = 1 + (int)random_below(255);
		break;
	}
}

#endif
