/*
 * trail: streams as words, and what is said of each.
 *
 * A word is a line: b begin, e an event, s a side line, m a mark, k a seal, f
 * a fail line. Behind it stands what is wrong with it: a digit, the n that a
 * mark says where that is not what came; *, that it says one side line more
 * than came; +, a seq too high; ', another run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "event/trail.h"

#define HEADLESS \
	"the stream is of a named pipeline, but its first line is no begin: "

static const struct {
	char stream[16];
	const char *wrong; /* NULL: nothing */
} cases[] = {
    {"", NULL},
    {"eee", NULL},
    {"f", NULL},
    {"bk", NULL},
    {"beek", NULL},
    {"beemek", NULL},
    {"bmmk", NULL},
    {"bseemsk", NULL},
    {"beefk", NULL},
    {"eeb", HEADLESS "that comes later"},
    {"ebk", HEADLESS "that comes later"},
    {"bb", "the stream is broken: it begins a second time"},
    {"bkb'", "the stream is broken: it begins a second time"},
    {"bmeb", "the stream is broken: it begins a second time"},
    {"m", HEADLESS "a mark comes before it"},
    {"em", HEADLESS "a mark comes before it"},
    {"s", HEADLESS "a side line comes before it"},
    {"b", "the stream is broken: it ends without its seal"},
    {"bem", "the stream is broken: it ends without its seal"},
    {"be", "the stream is broken: it ends without its seal"},
    {"bkm", "the stream is broken: a mark stands behind its end"},
    {"bks", "the stream is broken: a side line stands behind its end"},
    {"bkk", "the stream is broken: a mark stands behind its end"},
    {"bke", "the stream is broken: lines stand behind its end"},
    {"bm'", "the stream is broken: a mark of another run stands in it"},
    {"bs'", "the stream is broken: a side line of another run stands in it"},
    {"bek2", "the stream is broken: of 2 lines before mark 1 1 arrived"},
    {"bemem0", "the stream is broken: of 0 lines before mark 2 1 arrived"},
    {"bmeek1", "the stream is broken: of 1 lines before mark 2 2 arrived"},
    {"bsk0", "the stream is broken: of 0 lines before mark 1 1 arrived"},
    {"bssk", NULL},
    {"bssk*", "the stream is broken: of 3 side lines before mark 1 2 arrived"},
    {"bmsm*", "the stream is broken: of 2 side lines before mark 2 1 arrived"},
    {"bm+", "the stream is broken: behind mark 0 comes mark 2"},
    {"bmm+", "the stream is broken: behind mark 1 comes mark 3"},
};

static const char *const runs[] = {"00112233445566778899aabbccddeeff",
    "ffeeddccbbaa99887766554433221100"};

/* Whether the word has this behind it. */
static __attribute__((noinline)) bool
has(const char **s, char c)
{
	bool there = **s == c;

	*s += there;
	return there;
}

/* Walks the stream; err.text is "" where nothing was wrong. */
static void
walk(const char *stream, struct ev_err *err)
{
	struct ev_trail trail = {0};
	uint64_t lines = 0, told = 0, seq = 0, sides = 0;

	*err = (struct ev_err){0};
	for (const char *s = stream; *s;) {
		char word = *s++;
		struct ev_control control = {.run = ev_slice_of(runs[0])};

		if (word == 'e') {
			ev_trail_data(&trail);
			lines++;
			continue;
		}
		control.kind = word == 'b' ? EV_CONTROL_BEGIN
		    : word == 's'          ? EV_CONTROL_SIDE
		    : word == 'f'          ? EV_CONTROL_FAIL
					   : EV_CONTROL_MARK;
		control.seal = word == 'k' ? EV_SEAL_RUN : EV_SEAL_NONE;
		control.n = lines - told;
		control.seq = seq + 1;
		control.sides = sides;
		sides = control.kind == EV_CONTROL_SIDE ? sides + 1 : 0;
		if (control.kind == EV_CONTROL_MARK) {
			told = lines;
			seq++;
		}
		if (*s >= '0' && *s <= '9')
			control.n = (uint64_t)(*s++ - '0');
		if (has(&s, '*'))
			control.sides++;
		if (has(&s, '+'))
			control.seq++;
		if (has(&s, '\''))
			control.run = ev_slice_of(runs[1]);
		if (ev_trail_control(&trail, &control, lines, err) != EV_OK)
			return;
		lines += control.kind == EV_CONTROL_SIDE;
		assert_int_equal(ev_trail_marked(&trail), *stream == 'b');
	}
	ev_trail_end(&trail, lines, err);
}

static void
test_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ev_err err;

		walk(cases[i].stream, &err);
		assert_string_equal(err.text,
		    cases[i].wrong ? cases[i].wrong : "");
		if (cases[i].wrong)
			assert_int_equal(err.exit,
			    *cases[i].stream == 'b' ? EV_EXIT_AGAIN
						    : EV_EXIT_USAGE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
