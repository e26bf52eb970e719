/*
 * differ: sorted streams side by side, on random ones against a count by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tool/differ.h"

#include "decode.h"

#define KEYS 4   /* "k", "k1" to "k3" */
#define EVENTS 5 /* {"v":0} to {"v":4} */

/* How often each line stands in a stream. */
struct stream {
	int count[KEYS][EVENTS];
};

static void
make(struct stream *stream, bool keyed, struct ev_buf *text)
{
	*stream = (struct stream){0};
	text->len = 0;
	ev_buf_cstr(text);
	for (int key = 0; key < (keyed ? KEYS : 1); key++) {
		for (int event = 0; event < EVENTS; event++) {
			int count = rand() % 4 ? 0 : rand() % 3;

			stream->count[key][event] = count;
			while (count--)
				ev_buf_printf(text, "%s%.0d\t{\"v\":%d}\n",
				    keyed ? "k" : "", key, event);
		}
	}
}

/* What differ must say, in its order but that of one key: counted. */
struct expected {
	int same, only[2], changed, repeated[2];
};

static struct expected
expect(const struct stream side[2], bool keyed)
{
	struct expected sum = {0};

	for (int key = 0; key < KEYS; key++) {
		int left[2] = {0}, all[2] = {0};

		for (int event = 0; event < EVENTS; event++) {
			int a = side[0].count[key][event];
			int b = side[1].count[key][event];
			int same = a < b ? a : b;

			sum.same += same;
			left[0] += a - same;
			left[1] += b - same;
			all[0] += a;
			all[1] += b;
		}
		for (int i = 0; i < 2; i++)
			sum.repeated[i] += keyed && all[i] > 1;
		if (keyed && left[0] == 1 && left[1] == 1) {
			sum.changed++;
			continue;
		}
		sum.only[0] += left[0];
		sum.only[1] += left[1];
	}
	return sum;
}

/* An event of the difference is one that its side has, and the newline that
 * is promised stands behind it. */
static void
check_event(const struct stream *stream, struct ev_slice event)
{
	int v, total = 0;

	assert_int_equal('\n', event.ptr[event.len]);
	assert_int_equal(7, event.len);
	v = event.ptr[5] - '0';
	for (int key = 0; key < KEYS; key++)
		total += stream->count[key][v];
	assert_true(total > 0);
}

/* The input says AGAIN every other time; it need not be waited for. */
static enum ev_status
no_wait(struct ev_input *in, struct ev_err *err)
{
	(void)in;
	(void)err;
	return EV_OK;
}

static struct expected
run(const struct stream side[2], const struct ev_buf text[2], bool keyed)
{
	struct decode_input in[2] = {decode_input(ev_buf_as_slice(&text[0]), 0),
	    decode_input(ev_buf_as_slice(&text[1]), 0)};
	struct expected found = {0};
	struct ev_differ *differ;
	struct ev_difference difference;
	enum ev_status status;
	struct ev_err err;

	in[0].in.wait = in[1].in.wait = no_wait;
	differ = ev_differ_new(&in[0].in, &in[1].in, keyed, 1000);
	while ((status = ev_differ_next(differ, &difference, &err)) == EV_OK) {
		bool change = difference.kind == EV_DIFFER_CHANGED;

		for (int i = 0; i < 2; i++) {
			bool here = change || (int)difference.kind == i;

			assert_int_equal(here, difference.event[i].ptr != NULL);
			if (here)
				check_event(&side[i], difference.event[i]);
		}
		found.changed += change;
		if (!change)
			found.only[difference.kind]++;
	}
	assert_int_equal(EV_END, status);
	found.same = (int)ev_differ_same(differ);
	for (int i = 0; i < 2; i++)
		found.repeated[i] = (int)ev_differ_repeated(differ, i);
	ev_differ_free(differ);
	return found;
}

static void
test_random(void **state)
{
	struct ev_buf text[2] = {{0}, {0}};
	struct stream side[2];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		bool keyed = rand() % 4;
		struct expected expected, found;

		make(&side[0], keyed, &text[0]);
		make(&side[1], keyed, &text[1]);
		expected = expect(side, keyed);
		found = run(side, text, keyed);
		if (memcmp(&expected, &found, sizeof(found)))
			fail_msg("of\n%sand\n%s", ev_buf_cstr(&text[0]),
			    ev_buf_cstr(&text[1]));
	}
	ev_buf_release(&text[0]);
	ev_buf_release(&text[1]);
}

/* A stream that was cut is not a short one. */
static void
test_torn(void **state)
{
	struct decode_input a = decode_input(EV_SLICE("k\t{\"v\":1}\n"), 100);
	struct decode_input b = decode_input(EV_SLICE("k\t{\"v\":1}"), 100);
	struct ev_difference difference;
	struct ev_differ *differ;
	struct ev_err err;

	(void)state;
	a.in.wait = b.in.wait = no_wait;
	differ = ev_differ_new(&a.in, &b.in, true, 1000);
	assert_int_equal(EV_FATAL, ev_differ_next(differ, &difference, &err));
	assert_int_equal(EV_EXIT_IO, err.exit);
	ev_differ_free(differ);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_torn),
	};

	srand(1);
	return cmocka_run_group_tests_name("differ", tests, NULL, NULL);
}
