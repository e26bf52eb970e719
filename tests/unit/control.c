/*
 * control: control lines written and read back, every wrong form refused with
 * its status, and no edited line taken for one; CRC-32C by its check value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/crc32c.h"
#include "base/mem.h"
#include "event/control.h"
#include "random_control.h"

#define RUN "00112233445566778899aabbccddeeff"
#define BEGIN \
	"{\"~ev\":\"begin\",\"v\":\"1\",\"name\":\"unhappy\",\"run\":\"" RUN \
	"\",\"base\":\"0\",\"pos\":{},\"state\":\"/s\"," \
	"\"sid\":\"0123456789abcdef\",\"via\":[\"evsource-file 3f2a91c0\"]," \
	"\"side\":[]"
#define MARK "{\"~ev\":\"mark\",\"run\":\"" RUN "\",\"seq\":\"1\",\"n\":\"0\","
#define SIDE "{\"~ev\":\"side\",\"run\":\"" RUN "\",\"to\":\"/b\",\"event\":"

/* Texts that only lack their checksum, and the exit status they ask for; 0:
 * they are good. */
static const struct {
	const char *text;
	int exit;
} forms[] = {
    {BEGIN, 0},
    {BEGIN ",\"more\":[{\"deep\":1e5}]", 0},
    {BEGIN ",\"wm\":\"x\"", 0},
    {MARK "\"pos\":{}", 0},
    {MARK "\"pos\":{\"a\":\"\\\\\"}", 0},
    {SIDE "{}", 0},
    {"{\"~ev\":\"fail\",\"by\":\"x\",\"status\":\"255\",\"why\":\"\"", 0},
    {"{\"~ev\":\"begin\",\"v\":\"1\",\"name\":\"\",\"run\":\"" RUN
     "\",\"base\":\"0\",\"pos\":{},\"state\":\"\",\"sid\":\"\","
     "\"via\":[],\"side\":[]",
	0},
    /* kinds and versions */
    {"{\"~ev\":\"dance\"", EV_EXIT_CONFIG},
    {"{\"~ev\":\"\"", EV_EXIT_CONFIG},
    {"{\"~ev\":\"begin\",\"v\":\"2\",\"anything\":1", EV_EXIT_CONFIG},
    {"{\"~ev\":\"begin\",\"v\":\"0\",\"name\":\"x\"", EV_EXIT_AGAIN},
    {"{\"~ev\":\"begin\",\"v\":1,\"name\":\"x\"", EV_EXIT_AGAIN},
    {"{\"~ev\":\"begin\"", EV_EXIT_AGAIN},
    {"{\"~ev\":mark", EV_EXIT_AGAIN},
    {"{\"~ev\":", EV_EXIT_AGAIN},
    {"{\"~ev\":\"ma\\u0072k\"", EV_EXIT_AGAIN},
    {"{\"~ev\":\"mark", EV_EXIT_AGAIN},
    /* members: missing, twice, of another order, type or spelling */
    {"{\"~ev\":\"mark\",\"seq\":\"1\"", EV_EXIT_AGAIN},
    {"{\"~ev\": \"mark\",\"run\":\"" RUN
     "\",\"seq\":\"1\",\"n\":\"0\",\"pos\":{}",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"mark\",\"run\":\"" RUN
     "\",\"n\":\"0\",\"seq\":\"1\",\"pos\":{}",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"mark\",\"run\":\"" RUN
     "\",\"seq\":\"0\",\"n\":\"0\",\"pos\":{}",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"mark\",\"run\":\"" RUN
     "\",\"seq\":\"01\",\"n\":\"0\",\"pos\":{}",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"mark\",\"run\":\"" RUN
     "\",\"seq\":\"1\",\"n\":\"18446744073709551616\",\"pos\":{}",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"mark\",\"run\":\"" RUN
     "\",\"seq\":\"1\",\"n\":\"-1\",\"pos\":{}",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"mark\",\"run\":\"" RUN
     "\",\"seq\":\"1\",\"n\":\"\",\"pos\":{}",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"mark\",\"run\":\"00112233445566778899AABBCCDDEEFF\","
     "\"seq\":\"1\",\"n\":\"0\",\"pos\":{}",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"mark\",\"run\":\"0011\",\"seq\":\"1\",\"n\":\"0\","
     "\"pos\":{}",
	EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":1}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":{}}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":\"1\",\"a\":\"2\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\": \"1\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":\"1\",}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":[]", EV_EXIT_AGAIN},
    {MARK "\"pos\":{", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"\\u0041\":\"1\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":\"\\u0000\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":\"\\u000A\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":\"\\u000a\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":\"\\/\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":\"\\ud800\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":\"\x80\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{\"a\":\"\t\"}", EV_EXIT_AGAIN},
    {MARK "\"pos\":{} ", EV_EXIT_AGAIN},
    {MARK "\"pos\":{}, \"x\":1", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"x\" :1", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"x\": 1", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"x\":1 ", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"x\":01", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"x\":", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"x\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"x\":\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"x\":[1", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"x\":1,\"x\":1", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"n\":\"0\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"~ev\":\"mark\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"crc\":\"00000000\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"end\":\"never\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"end\":\"run\",\"end\":\"run\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"hb\":\"0\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"hb\":1", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"hb\":\"1\",\"hb\":\"1\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"sides\":\"2\"", 0},
    {MARK "\"pos\":{},\"sides\":\"0\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"sides\":2", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"sides\":\"2\",\"sides\":\"2\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"wm\":\"a\",\"wm\":\"a\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"wm\":null", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"c\":\"1\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"c\":\"" RUN "/\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"c\":\"" RUN "/0\"", EV_EXIT_AGAIN},
    {MARK "\"pos\":{},\"c\":\"" RUN "0/1\"", EV_EXIT_AGAIN},
    {"{\"~ev\":\"begin\",\"v\":\"1\",\"name\":\"x\",\"run\":\"" RUN
     "\",\"base\":\"1\",\"pos\":{},\"state\":\"/s\","
     "\"sid\":\"0123456789abcdef\",\"via\":[],\"side\":[]",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"begin\",\"v\":\"1\",\"name\":\"x\",\"run\":\"" RUN
     "\",\"base\":\"0\",\"pos\":{},\"state\":\"/s\","
     "\"sid\":\"0123456789abcde\",\"via\":[],\"side\":[]",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"begin\",\"v\":\"1\",\"name\":\"x\",\"run\":\"" RUN
     "\",\"base\":\"0\",\"pos\":{},\"state\":\"\",\"sid\":\"\","
     "\"via\":[],\"side\":[]",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"begin\",\"v\":\"1\",\"name\":\"x\",\"run\":\"" RUN
     "\",\"base\":\"0\",\"pos\":{},\"state\":\"/s\","
     "\"sid\":\"0123456789abcdef\",\"via\":[1],\"side\":[]",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"begin\",\"v\":\"1\",\"name\":\"x\",\"run\":\"" RUN
     "\",\"base\":\"0\",\"pos\":{},\"state\":\"/s\","
     "\"sid\":\"0123456789abcdef\",\"via\":[\"a\",],\"side\":[]",
	EV_EXIT_AGAIN},
    {BEGIN ",\"side\":[]", EV_EXIT_AGAIN},
    {SIDE, EV_EXIT_AGAIN},
    {"{\"~ev\":\"side\",\"run\":\"" RUN "\",\"to\":\"\",\"event\":{}",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"side\",\"run\":\"" RUN "\",\"event\":{}", EV_EXIT_AGAIN},
    {"{\"~ev\":\"fail\"", EV_EXIT_AGAIN},
    {"{\"~ev\":\"fail\",\"by\":\"x\",\"status\":\"0\",\"why\":\"\"",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"fail\",\"by\":\"x\",\"status\":\"256\",\"why\":\"\"",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"fail\",\"by\":\"x\",\"status\":65,\"why\":\"\"",
	EV_EXIT_AGAIN},
    {"{\"~ev\":\"fail\",\"by\":\"x\",\"status\":\"65\",\"why\":\"\","
     "\"more\":1",
	EV_EXIT_AGAIN},
};

static void
test_crc(void **state)
{
	(void)state;
	/* The check value of the catalogue of CRC algorithms. */
	assert_int_equal(ev_crc32c("123456789", 9), 0xe3069283);
	assert_int_equal(ev_crc32c("", 0), 0);
	/* RFC 3720, B.4 */
	assert_int_equal(ev_crc32c((const char[32]){0}, 32), 0x8a9136aa);
	for (size_t len = 0; len < 64; len++)
		for (size_t from = 0; from < 8; from++) {
			uint32_t crc = 0xFFFFFFFF;

			for (size_t i = from; i < from + len; i++) {
				crc ^= (unsigned char)forms[0].text[i];
				for (int bit = 0; bit < 8; bit++)
					crc = crc & 1 ? crc >> 1 ^ 0x82F63B78
						      : crc >> 1;
			}
			assert_int_equal(ev_crc32c(forms[0].text + from, len),
			    ~crc);
		}
}

static struct ev_slice
line_of(const struct ev_buf *out)
{
	return (struct ev_slice){out->ptr, out->len - 1};
}

static void
assert_text(struct ev_slice text, const char *expected)
{
	assert_true(ev_slice_is(text, expected));
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
		assert_text(control.by, "evsource-file");
		assert_text(control.why, i == 4 ? "? not UTF-8" : why[i]);
		ev_control_release(&control);
	}
	ev_buf_release(&out);
}

/* The line that text is with its checksum behind it; the caller's to free. */
static char *
checked(const char *text)
{
	return ev_mem_printf("%s,\"crc\":\"%08x\"}", text,
	    ev_crc32c(text, strlen(text)));
}

static void
test_members(void **state)
{
	struct ev_control control;
	char *line = checked(
	    "{\"~ev\":\"begin\",\"v\":\"1\",\"name\":\"a\\\"b\",\"run\":\"" RUN
	    "\",\"base\":\"" RUN "/17\",\"pos\":{\"/a\\n#b\":\"17\",\"c\":null}"
	    ",\"state\":\"/\\u0001\",\"sid\":\"0123456789abcdef\","
	    "\"via\":[\"a 1\",\"b 2!\"],\"side\":[\"/x\"],"
	    "\"in\":\"7\",\"new\":{\"a\" : [1, 2]}");

	(void)state;
	assert_int_equal(ev_control_parse(ev_slice_of(line), &control, NULL),
	    EV_OK);
	assert_text(control.name, "a\"b");
	assert_text(control.run, RUN);
	assert_text(control.base, RUN "/17");
	assert_text(ev_value_raw(control.pos),
	    "{\"/a\\n#b\":\"17\",\"c\":null}");
	assert_text(control.state, "/\x01");
	assert_text(control.sid, "0123456789abcdef");
	assert_text(ev_value_raw(control.via), "[\"a 1\",\"b 2!\"]");
	assert_text(ev_value_raw(control.side), "[\"/x\"]");
	assert_text(control.more, "\"in\":\"7\",\"new\":{\"a\" : [1, 2]}");
	ev_control_release(&control);
	free(line);
	line = checked(MARK "\"pos\":{},\"total\":7,\"hb\":\"1\",\"c\":\"0\","
			    "\"x\\\"\":[],\"end\":\"final\",\"t\":\"now\"");
	assert_int_equal(ev_control_parse(ev_slice_of(line), &control, NULL),
	    EV_OK);
	assert_int_equal(control.seal, EV_SEAL_FINAL);
	assert_true(control.heartbeat);
	assert_text(control.committed, "0");
	assert_text(control.time, "now");
	assert_null(control.wm.ptr);
	assert_text(control.more, "\"total\":7,\"x\\\"\":[]");
	ev_control_release(&control);
	free(line);
	line = checked(SIDE "{\"crc\":\"01234567\"},\"event\":1,\"");
	assert_int_equal(ev_control_parse(ev_slice_of(line), &control, NULL),
	    EV_OK);
	assert_text(control.to, "/b");
	assert_text(control.event, "{\"crc\":\"01234567\"},\"event\":1,\"");
	ev_control_release(&control);
	free(line);
}

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct ev_control control;
		struct ev_err err = {0};
		char *line = checked(forms[i].text);
		enum ev_status status = ev_control_parse(ev_slice_of(line),
		    &control, &err);

		if (err.exit != forms[i].exit)
			fail_msg("%s: %d (%s)", line, err.exit, err.text);
		assert_int_equal(status, err.exit ? EV_BAD : EV_OK);
		ev_control_release(&control);
		free(line);
	}
}

static void
assert_slice(struct ev_slice a, struct ev_slice b)
{
	assert_true(ev_slice_equal(a, b));
	assert_int_equal(!a.ptr, !b.ptr);
}

static void
assert_value(struct ev_value a, struct ev_value b)
{
	assert_slice(ev_value_raw(a), ev_value_raw(b));
	assert_int_equal(a.type, b.type);
}

static void
assert_same(const struct ev_control *a, const struct ev_control *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_slice(a->run, b->run);
	assert_slice(a->name, b->name);
	assert_slice(a->base, b->base);
	assert_slice(a->state, b->state);
	assert_slice(a->sid, b->sid);
	assert_value(a->pos, b->pos);
	assert_value(a->via, b->via);
	assert_value(a->side, b->side);
	assert_true(a->seq == b->seq && a->n == b->n && a->sides == b->sides);
	assert_int_equal(a->seal, b->seal);
	assert_int_equal(a->heartbeat, b->heartbeat);
	assert_slice(a->wm, b->wm);
	assert_slice(a->time, b->time);
	assert_slice(a->committed, b->committed);
	assert_slice(a->to, b->to);
	assert_slice(a->event, b->event);
	assert_int_equal(a->status, b->status);
	assert_slice(a->by, b->by);
	assert_slice(a->why, b->why);
	assert_slice(a->more, b->more);
}

static void
test_round_trip(void **state)
{
	unsigned long cases = random_cases(50000);
	struct random_control random = {0};
	struct ev_buf line = {0}, again = {0};
	struct ev_control control;
	struct ev_err err;

	(void)state;
	random_begin("control");
	for (unsigned long i = 0; i < cases; i++) {
		random_control(&random);
		line.len = again.len = 0;
		ev_control_build(&line, &random.control);
		if (ev_control_parse(line_of(&line), &control, &err) != EV_OK)
			fail_msg("%.*s: %s", (int)line.len, line.ptr, err.text);
		assert_same(&control, &random.control);
		ev_control_build(&again, &control);
		assert_slice(ev_buf_as_slice(&line), ev_buf_as_slice(&again));
		ev_control_release(&control);
	}
	ev_buf_release(&line);
	ev_buf_release(&again);
	random_control_release(&random);
}

static void
test_resembles(void **state)
{
	static const struct {
		const char *line;
		bool damaged;
	} lines[] = {
	    /* either end of one, and not JSON */
	    {"[\"~ev\":\"mark\",\"crc\":\"0badcafe\"}", true},
	    {"{\"~ev\",\"mark\",\"crc\":\"0badcafe\"}", true},
	    {"rk\",\"seq\":\"1\",\"crc\":\"0badcafe\"}", true},
	    {"\"mark\",\"run\":\"", true},
	    {"{\"a\":1}{\"~ev\":\"mark\",\"run\":\"00\"", true},
	    /* both, and JSON */
	    {"{\"~ew\":\"mark\",\"run\":\"00\",\"crc\":\"0badcafe\"}", true},
	    {"{\"~ew\":\"fail\",\"by\":\"x\",\"crc\":\"0badcafe\"}", true},
	    /* events, good and bad */
	    {"{\"a\":\"mark\",\"crc\":\"0badcafe\"}", false},
	    {"{\"a\":1,\"crc\":\"0badcafe\"}", false},
	    {"{\"a\":\"mark\",\"run\":\"00\"}", false},
	    {"{\"a\":1,\"crc\":\"0badcafg\"", false},
	    {"{\"a\":\"mark, run\",", false},
	    {"\"}", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (ev_control_resembles(ev_slice_of(lines[i].line)) !=
		    lines[i].damaged)
			fail_msg("%s", lines[i].line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_crc),
	    cmocka_unit_test(test_fail),
	    cmocka_unit_test(test_members),
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_resembles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
