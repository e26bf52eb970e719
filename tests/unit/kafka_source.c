/*
 * kafka_source: what a source of topics reads and writes as text: positions,
 * where to begin, and messages as events. What needs a broker is in
 * tests/cmd/kafka-source.bats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/clock.h"
#include "client/kafka_offset.h"
#include "client/kafka_value.h"
#include "client/kafka_when.h"

/* --- positions ----------------------------------------------------------- */

static const struct {
	const char *text;
	int64_t next, last, time;
	int32_t epoch;
	uint64_t bytes;
	const char *brokers, *topic;
} positions[] = {
    {"0 kafka://b:9092/t", 0, -1, -1, -1, 0, "b:9092", "t"},
    {"4711@3 4709:1790000000000:133 kafka://b1:9092,b2:9092/re.vi_ews-1", 4711,
	4709, 1790000000000, 3, 133, "b1:9092,b2:9092", "re.vi_ews-1"},
    {"1 0:-1:0 kafka://[::1]:9092/t", 1, 0, -1, -1, 0, "[::1]:9092", "t"},
    {"999999999999999999@0 kafka://b/t", 999999999999999999, -1, -1, 0, 0, "b",
	"t"},
};

static void
positions_come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(positions) / sizeof(*positions); i++) {
		struct ev_kafka_offset at;
		struct ev_buf out = {0};

		assert_int_equal(ev_kafka_offset_parse(ev_slice_of(
							   positions[i].text),
				     &at, NULL),
		    EV_OK);
		assert_int_equal(at.next, positions[i].next);
		assert_int_equal(at.last, positions[i].last);
		assert_int_equal(at.time, positions[i].time);
		assert_int_equal(at.epoch, positions[i].epoch);
		assert_int_equal(at.bytes, positions[i].bytes);
		assert_true(ev_slice_is(at.brokers, positions[i].brokers));
		assert_true(ev_slice_is(at.topic, positions[i].topic));
		ev_kafka_offset_build(&at, &out);
		assert_string_equal(ev_buf_cstr(&out), positions[i].text);
		ev_buf_release(&out);
	}
}

static void
what_is_no_position_is_refused(void **state)
{
	static const char *const texts[] = {"", "5", "-1 kafka://b/t",
	    "5 kafka://b/", "5 kafka:///t", "5 kafka://b", "5 4 kafka://b/t",
	    "5 4:1 kafka://b/t", "5@ kafka://b/t", "5 4:1:2kafka://b/t",
	    "1000000000000000000 kafka://b/t", "x kafka://b/t",
	    "5  kafka://b/t"};
	struct ev_kafka_offset at;
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(ev_kafka_offset_parse(ev_slice_of(texts[i]),
				     &at, &err),
		    EV_FATAL);
		assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	}
}

/* --- where --------------------------------------------------------------- */

static void
words_offsets_and_times(void **state)
{
	static const struct {
		const char *text;
		enum ev_kafka_when_kind kind;
		int64_t value;
	} cases[] = {
	    {"start", EV_KAFKA_START, 0},
	    {"beginning", EV_KAFKA_START, 0},
	    {"earliest", EV_KAFKA_START, 0},
	    {"end", EV_KAFKA_END, 0},
	    {"latest", EV_KAFKA_END, 0},
	    {"0", EV_KAFKA_OFFSET, 0},
	    {"4711", EV_KAFKA_OFFSET, 4711},
	    {"2023-11-14 22:13:20Z", EV_KAFKA_TIME, 1700000000000},
	    {"2023-11-14T22:13:20.5", EV_KAFKA_TIME, 1700000000500},
	    {"2023-11-14 23:13:20+01", EV_KAFKA_TIME, 1700000000000},
	    {"1960-01-01", EV_KAFKA_TIME, 0},
	};
	struct ev_kafka_when when;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(ev_kafka_when("--from", cases[i].text, &when,
				     NULL),
		    EV_OK);
		assert_int_equal(when.kind, cases[i].kind);
		assert_int_equal(when.value, cases[i].value);
	}
}

static void
how_long_ago(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
	    {"3 hours ago", 3 * 3600000},
	    {"1.5h ago", 5400000},
	    {"90 MINUTES ago", 5400000},
	    {"1 day 2 hours ago", 26 * 3600000},
	    {"2 weeks ago", 14 * INT64_C(86400000)},
	    {"500ms ago", 500},
	};
	struct ev_kafka_when when;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t before = ev_clock_now();

		assert_int_equal(ev_kafka_when("--from", cases[i].text, &when,
				     NULL),
		    EV_OK);
		assert_int_equal(when.kind, EV_KAFKA_TIME);
		assert_in_range(when.value + cases[i].ms, before,
		    ev_clock_now());
	}
}

static void
what_is_nowhere_is_refused(void **state)
{
	static const char *const texts[] = {"", "soon", "-5", "5x", "ago",
	    "3 ago", "hours ago", "3 hourss ago", "2023-13-01", "infinity",
	    "9999 years ago"};
	struct ev_kafka_when when;
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(ev_kafka_when("--from", texts[i], &when, &err),
		    EV_FATAL);
		assert_int_equal(err.exit, EV_EXIT_USAGE);
	}
}

/* --- messages ------------------------------------------------------------ */

/* The event of a value (NULL: a tombstone), or "! why". */
static const char *
event_of(const char *value, size_t len, const char *key, struct ev_buf *out)
{
	struct ev_kafka_value settings = {.scan = ev_scan_new(),
	    .key = {EV_SLICE("a"), EV_SLICE("b")},
	    .keys = 2,
	    .max_event = 100};
	rd_kafka_message_t message = {.payload = (void *)(uintptr_t)value,
	    .len = len,
	    .key = (void *)(uintptr_t)key,
	    .key_len = key ? strlen(key) : 0};
	const char *why;

	ev_kafka_value_init(&settings);
	out->len = 0;
	ev_buf_str(out, "before ");
	if (ev_kafka_value_event(&settings, &message, out, &why) != EV_OK) {
		assert_int_equal(out->len, 7);
		ev_buf_printf(out, "! %s", why);
	}
	ev_kafka_value_release(&settings);
	ev_scan_free(settings.scan);
	return ev_buf_cstr(out) + 7;
}

static void
values_are_events(void **state)
{
	static const struct {
		const char *value, *event;
	} cases[] = {
	    {"{}", "{}"},
	    {" {\"a\" : 1.0} ", " {\"a\" : 1.0} "},
	    {"{\"a\":1}\n", "{\"a\":1}"},
	    {"{\"a\":1}\r\n\n", "{\"a\":1}\r"},
	    {"\n{\"a\":1}", "{\"a\":1}"},
	    {"{\n  \"a\": [1,\n2], \"s\": \"x  y\"}",
		"{\"a\":[1,2],\"s\":\"x  y\"}"},
	    {"{\"a\":1}\n{\"b\":2}", "! it is no JSON object"},
	    {"{\"a\":\n", "! it is no JSON object"},
	    {"{\"s\":\"x\ny\"}", "! it is no JSON object"},
	    {"[\n1]", "! not a JSON object"},
	    {"1", "! not a JSON object"},
	    {"", "! it is empty (a deletion is a message without a value)"},
	    {"{\n\"~ev\":\"mark\"}",
		"! the key ~ev is reserved for control lines"},
	    {"{\"\\u007eev\":1}",
		"! the key ~ev is reserved for control lines"},
	};
	struct ev_buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(event_of(cases[i].value,
					strlen(cases[i].value), NULL, &out),
		    cases[i].event);
	assert_string_equal(event_of("\0\0\0\1\2{}", 7, NULL, &out),
	    "! it has the framing of a schema registry (schema 258): Avro and "
	    "Protobuf are not read");
	ev_buf_release(&out);
}

static void
tombstones_have_their_keys(void **state)
{
	static const struct {
		const char *key, *event;
	} cases[] = {
	    {NULL, "{\"a\":null,\"__deleted\":true}"},
	    {"", "{\"a\":\"\",\"__deleted\":true}"},
	    {"x\n", "{\"a\":\"x\\n\",\"__deleted\":true}"},
	    {"-1.50", "{\"a\":-1.50,\"__deleted\":true}"},
	    {"1e5", "{\"a\":\"1e5\",\"__deleted\":true}"},
	    {"01", "{\"a\":\"01\",\"__deleted\":true}"},
	    {"1.", "{\"a\":\"1.\",\"__deleted\":true}"},
	    {"-", "{\"a\":\"-\",\"__deleted\":true}"},
	    {"true", "{\"a\":\"true\",\"__deleted\":true}"},
	    {"1234567890123456789",
		"{\"a\":\"1234567890123456789\",\"__deleted\":true}"},
	    {"\"q\"", "{\"a\":\"q\",\"__deleted\":true}"},
	    {"\"q", "{\"a\":\"\\\"q\",\"__deleted\":true}"},
	    {"\xff", "{\"a_base64\":\"/w==\",\"__deleted\":true}"},
	    {"{\"x\":1, \"y\":{}}", "{\"x\":1, \"y\":{},\"__deleted\":true}"},
	    {"{\"x\":1", "{\"a\":\"{\\\"x\\\":1\",\"__deleted\":true}"},
	    {"[1,\"2\"]", "{\"a\":1,\"b\":\"2\",\"__deleted\":true}"},
	    {"[1]", "{\"a\":\"[1]\",\"__deleted\":true}"},
	    {"{\"~ev\":1}", "{\"a\":\"{\\\"~ev\\\":1}\",\"__deleted\":true}"},
	};
	struct ev_buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(event_of(NULL, 0, cases[i].key, &out),
		    cases[i].event);
	ev_buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(positions_come_back),
	    cmocka_unit_test(what_is_no_position_is_refused),
	    cmocka_unit_test(words_offsets_and_times),
	    cmocka_unit_test(how_long_ago),
	    cmocka_unit_test(what_is_nowhere_is_refused),
	    cmocka_unit_test(values_are_events),
	    cmocka_unit_test(tombstones_have_their_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
