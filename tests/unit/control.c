/*
 * control: failure lines written and read back, and that no edited one is
 * taken for one; CRC-32C by its check value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/crc32c.h"
#include "base/mem.h"
#include "event/control.h"
#include "random_json.h"

static void
test_crc(void **state)
{
	(void)state;
	/* The check value of the catalogue of CRC algorithms. */
	assert_int_equal(ev_crc32c("123456789", 9), 0xe3069283);
	assert_int_equal(ev_crc32c("", 0), 0);
}

static struct ev_slice
line_of(struct ev_buf *out)
{
	return (struct ev_slice){out->ptr, out->len - 1};
}

static void
test_fail(void **state)
{
	static const char *const why[] = {"x.csv:17: no number", "",
	    "quote \" and \\ and \n", "caf\xC3\xA9", "\xFF not UTF-8"};
	struct ev_control control;
	struct ev_buf out = {0};
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(why) / sizeof(*why); i++) {
		out.len = 0;
		ev_control_fail(&out, "evsource-file", 65, why[i]);
		assert_int_equal(out.ptr[out.len - 1], '\n');
		assert_int_equal(ev_control_parse(line_of(&out), &control,
				     &err),
		    EV_OK);
		assert_int_equal(control.kind, EV_CONTROL_FAIL);
		assert_int_equal(control.status, 65);
		assert_string_equal(control.by, "evsource-file");
		assert_string_equal(control.why,
		    i == 4 ? "? not UTF-8" : why[i]);
		ev_control_release(&control);
	}
	ev_buf_release(&out);
}

/* Puts the checksum that text would have behind it. */
static enum ev_status
parse_checked(const char *text, struct ev_err *err)
{
	struct ev_control control;
	char *line = ev_mem_printf("%s,\"crc\":\"%08x\"}", text,
	    ev_crc32c(text, strlen(text)));
	enum ev_status status = ev_control_parse(ev_slice_of(line), &control,
	    err);

	if (status == EV_OK)
		ev_control_release(&control);
	free(line);
	return status;
}

static void
test_refused(void **state)
{
	struct ev_err err;

	(void)state;
	assert_int_equal(parse_checked("{\"~ev\":\"mark\",\"seq\":\"1\"", &err),
	    EV_OK);
	assert_int_equal(parse_checked("{\"~ev\":\"dance\"", &err), EV_BAD);
	assert_int_equal(err.exit, EV_EXIT_CONFIG);
	assert_int_equal(parse_checked("{\"~ev\":\"fail\"", &err), EV_BAD);
	assert_int_equal(err.exit, EV_EXIT_AGAIN);
	assert_int_equal(parse_checked("{\"~ev\":\"fail\",\"status\":\"0\"",
			     &err),
	    EV_BAD);
	assert_int_equal(parse_checked("{\"~ev\":fail", &err), EV_BAD);
	assert_int_equal(err.exit, EV_EXIT_AGAIN);
}

static void
test_edited(void **state)
{
	unsigned long cases = random_cases(200000);
	struct ev_buf line = {0}, edited = {0};
	struct ev_control control;

	(void)state;
	random_begin("control");
	ev_control_fail(&line, "evfilter", 74, "cannot write: no space");
	line.len--;
	for (unsigned long i = 0; i < cases; i++) {
		edited.len = 0;
		ev_buf_slice(&edited, ev_buf_as_slice(&line));
		random_damage(&edited);
		if (ev_slice_equal(ev_buf_as_slice(&line),
			ev_buf_as_slice(&edited)))
			continue;
		assert_int_equal(ev_control_parse(ev_buf_as_slice(&edited),
				     &control, NULL),
		    EV_BAD);
	}
	ev_buf_release(&line);
	ev_buf_release(&edited);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_crc),
	    cmocka_unit_test(test_fail),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_edited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
