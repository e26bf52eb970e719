/*
 * kafka_message: keys, headers, times, partitions and tombstones of events.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "client/kafka_message.h"
#include "client/kafka_topic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- partitions ---------------------------------------------------------- */

/* The hashes are those of Java's own test (UtilsTest.testMurmur2); the sign is
 * taken off, then the rest of the division counts. */
static const struct {
	const char *key;
	int32_t hash;
} hashes[] = {
    {"21", -973932308},
    {"foobar", -790332482},
    {"a-little-bit-long-string", -985981536},
    {"a-little-bit-longer-string", -1486304829},
    {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
    {"abc", 479470107},
};

static void
a_key_has_javas_partition(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hashes); i++)
		for (int32_t n = 1; n < 100; n++)
			assert_int_equal(ev_kafka_partition(ev_slice_of(
								hashes[i].key),
					     n),
			    (hashes[i].hash & 0x7fffffff) % n);
}

/* --- messages ------------------------------------------------------------ */

/* A message as text: partition time key=value [name=value …]; of what is not
 * there "-". */
static void
show(const struct ev_kafka_message *message, struct ev_buf *out)
{
	const void *value;
	const char *name;
	size_t size;

	ev_buf_printf(out, "%d %lld ", (int)message->partition,
	    (long long)message->time);
	if (message->key.ptr)
		ev_buf_slice(out, message->key);
	else
		ev_buf_str(out, "-");
	ev_buf_char(out, '=');
	if (message->value.ptr)
		ev_buf_slice(out, message->value);
	else
		ev_buf_str(out, "-");
	for (size_t i = 0; message->headers &&
	     rd_kafka_header_get_all(message->headers, i, &name, &value,
		 &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
	     i++) {
		ev_buf_printf(out, " %s:", name);
		if (value)
			ev_buf_append(out, value, size);
		else
			ev_buf_str(out, "-");
	}
}

static struct ev_names_path
path(const char *text)
{
	struct ev_names_path out = {0};
	struct ev_err err;
	char end;

	if (*text)
		assert_int_equal(ev_names_next("test", &text, "", &end, &out,
				     &err),
		    EV_OK);
	return out;
}

static void
make(const struct ev_kafka_rules *rules, const char *event, struct ev_buf *out)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_kafka_maker *maker = ev_kafka_maker_new(rules, scan);
	struct ev_kafka_message message;
	struct ev_buf line = {0};
	struct ev_err err;
	const char *fault;

	ev_buf_reserve(&line, strlen(event) + 1 + EV_SCAN_PADDING);
	ev_buf_printf(&line, "%s\n", event);
	ev_scan_line(scan, line.ptr, &fault);
	assert_null(fault);
	if (ev_kafka_make(maker, (struct ev_slice){line.ptr, line.len - 1},
		&message, &err) == EV_OK)
		show(&message, out);
	else
		ev_buf_printf(out, "bad: %s", err.text);
	ev_kafka_message_release(&message);
	ev_kafka_maker_free(maker);
	ev_scan_free(scan);
	ev_buf_release(&line);
}

static void
expect(const struct ev_kafka_rules *rules, const char *event, const char *want)
{
	struct ev_buf got = {0};

	make(rules, event, &got);
	/* Of a bad one the beginning. */
	if (!strncmp(want, "bad", 3) && got.len > strlen(want))
		got.len = strlen(want);
	assert_string_equal(ev_buf_cstr(&got), want);
	ev_buf_release(&got);
}

static const struct {
	const char *field, *event, *message;
	bool json;
} keys[] = {
    {"id", "{\"id\":1.10}", "-1 0 1.10={\"id\":1.10}", false},
    {"id", "{\"id\":\"a\\u0062\"}", "-1 0 ab={\"id\":\"a\\u0062\"}", false},
    {"id", "{\"id\":\"\"}", "-1 0 ={\"id\":\"\"}", false},
    {"id", "{\"id\":true}", "-1 0 true={\"id\":true}", false},
    {"id", "{\"id\":null}", "bad: 'id' is the key, and is missing", false},
    {"id", "{\"x\":1}", "bad: 'id' is the key, and is missing", false},
    {"id", "{\"id\":[1]}", "bad: 'id' is the key, and is an array", false},
    {"id", "{\"id\":\"\\u0000\"}", "bad: 'id' is the key, and has \\u0000",
	false},
    {"a.\"b.c\"", "{\"a\":{\"b\":1}}",
	"bad: 'a.\"b.c\"' is the key, and is missing", false},
    {"id", "{\"id\":\"\\u0000\"}", "bad: ", false},
    {"u.id", "{\"u\":{\"id\":7}}", "-1 0 7={\"u\":{\"id\":7}}", false},
    {"id", "{\"id\":\"\\u0062\"}", "-1 0 {\"id\":\"b\"}={\"id\":\"\\u0062\"}",
	true},
    {"id", "{\"id\":[1]}", "-1 0 {\"id\":[1]}={\"id\":[1]}", true},
    {"id", "{\"id\":1,\"__deleted\":true}", "-1 0 1=-", false},
    {"id", "{\"id\":1,\"__deleted\":\"true\"}", "-1 0 1=-", false},
    {"id", "{\"id\":1,\"__deleted\":\"false\"}",
	"-1 0 1={\"id\":1,\"__deleted\":\"false\"}", false},
};

static void
keys_are_the_fields_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct ev_kafka_rules rules = {.keys = 1,
		    .key_json = keys[i].json};

		rules.key[0] = path(keys[i].field);
		expect(&rules, keys[i].event, keys[i].message);
		ev_names_release(&rules.key[0]);
	}
}

static void
several_fields_are_an_object(void **state)
{
	struct ev_kafka_rules rules = {.keys = 2};

	(void)state;
	rules.key[0] = path("b");
	rules.key[1] = path("a");
	expect(&rules, "{\"a\":1,\"b\":\"x\"}",
	    "-1 0 {\"b\":\"x\",\"a\":1}={\"a\":1,\"b\":\"x\"}");
	expect(&rules, "{\"a\":1}", "bad: 'b' is the key");
	ev_names_release(&rules.key[0]);
	ev_names_release(&rules.key[1]);
}

static void
without_a_key_there_is_none(void **state)
{
	struct ev_kafka_rules rules = {0};

	(void)state;
	expect(&rules, "{\"id\":1}", "-1 0 -={\"id\":1}");
	expect(&rules, "{\"id\":1,\"__deleted\":true}",
	    "bad: it is a delete and has no key");
}

static const struct {
	const char *value, *message;
} times[] = {
    {"1767323045000", "-1 1767323045000"},
    {"0", "bad: 't' is 1970-01-01T00:00:00Z"},
    {"null", "-1 0"},
    {"\"2026-01-02T03:04:05Z\"", "-1 1767323045000"},
    {"\"2026-01-02 03:04:05.678\"", "-1 1767323045678"},
    {"\"2026-01-02T03:04:05+01:00\"", "-1 1767319445000"},
    {"-1", "bad: 't' is no time"},
    {"1.5", "bad: 't' is no time"},
    {"true", "bad: 't' is no time"},
    {"\"infinity\"", "bad: 't' is no time"},
    {"\"then\"", "bad: 't' is no time"},
    {"99999999999999999999", "bad: 't' is no time"},
};

static void
times_are_milliseconds_or_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct ev_kafka_rules rules = {.time = path("t")};
		struct ev_buf event = {0}, want = {0};

		ev_buf_printf(&event, "{\"t\":%s}", times[i].value);
		ev_buf_str(&want, times[i].message);
		if (*times[i].message == '-')
			ev_buf_printf(&want, " -=%s", ev_buf_cstr(&event));
		expect(&rules, ev_buf_cstr(&event), ev_buf_cstr(&want));
		ev_names_release(&rules.time);
		ev_buf_release(&event);
		ev_buf_release(&want);
	}
}

static void
a_partition_is_a_number(void **state)
{
	struct ev_kafka_rules rules = {.partition = path("p")};

	(void)state;
	expect(&rules, "{\"p\":3}", "3 0 -={\"p\":3}");
	expect(&rules, "{\"p\":null}", "-1 0 -={\"p\":null}");
	expect(&rules, "{}", "-1 0 -={}");
	expect(&rules, "{\"p\":-1}", "bad: 'p' is no partition");
	expect(&rules, "{\"p\":\"1\"}", "bad: 'p' is no partition");
	expect(&rules, "{\"p\":2147483648}", "bad: 'p' is no partition");
	ev_names_release(&rules.partition);
}

static void
headers_are_texts(void **state)
{
	struct ev_kafka_header header = {.name = (char *)(uintptr_t) "n"};
	struct ev_kafka_rules rules = {.headers = path("h"),
	    .header = &header,
	    .header_count = 1};

	(void)state;
	header.field = path("a");
	expect(&rules, "{\"a\":\"x\",\"h\":{\"b\":\"y\",\"c\":null,\"d\":[1]}}",
	    "-1 0 -={\"a\":\"x\",\"h\":{\"b\":\"y\",\"c\":null,\"d\":[1]}} "
	    "b:y c:- d:[1] n:x");
	expect(&rules, "{\"a\":\"\"}", "-1 0 -={\"a\":\"\"} n:");
	expect(&rules, "{\"a\":null}", "-1 0 -={\"a\":null} n:-");
	expect(&rules, "{}", "-1 0 -={}");
	expect(&rules, "{\"h\":1}", "bad: 'h' is no object");
	ev_names_release(&rules.headers);
	ev_names_release(&header.field);
}

static const struct {
	const char *event, *message;
} metas[] = {
    {"{\"a\":1,\"m\":{\"topic\":\"t\",\"partition\":2,\"offset\":7,"
     "\"timestamp\":5,\"key\":\"k\",\"headers\":[]}}",
	"2 5 k={\"a\":1}"},
    {"{\"m\":{\"key\":null,\"headers\":[{\"key\":\"h\",\"value\":\"v\"},"
     "{\"key\":\"h\",\"value\":null},{\"key\":\"i\",\"value\":\"\"}]},\"a\":1}",
	"-1 0 -={\"a\":1} h:v h:- i:"},
    {"{\"m\":{\"key_base64\":\"a2V5\",\"headers\":[{\"key_base64\":\"aA==\","
     "\"value_base64\":\"dmE=\"}]},\"a\":1}",
	"-1 0 key={\"a\":1} h:va"},
    {"{\"m\":{\"key\":\"\"}}", "-1 0 ={}"},
    {"{\"id\":1,\"__deleted\":true,\"m\":{\"key\":\"k\",\"partition\":0}}",
	"0 0 k=-"},
    {"{\"key\":null,\"__deleted\":true,\"m\":{\"key\":null}}", "-1 0 -=-"},
    {"{\"id\":1,\"__deleted\":true,\"m\":{}}", "bad: it is a delete"},
    {"{\"a\":1}", "-1 0 -={\"a\":1}"},
    {"{\"a\":1,\"m\":null}", "-1 0 -={\"a\":1}"},
    {"{\"m\":1}", "bad: 'm' is not as --meta"},
    {"{\"m\":{\"key\":1}}", "bad: 'm' is not as --meta"},
    {"{\"m\":{\"key_base64\":\"a\"}}", "bad: 'm' is not as --meta"},
    {"{\"m\":{\"key_base64\":\"a_==\"}}", "bad: 'm' is not as --meta"},
    {"{\"m\":{\"partition\":\"0\"}}", "bad: 'm' is not as --meta"},
    {"{\"m\":{\"headers\":[1]}}", "bad: 'm' is not as --meta"},
    {"{\"m\":{\"headers\":{}}}", "bad: 'm' is not as --meta"},
    {"{\"m\":{\"timestamp\":\"x\"}}", "bad: 'm' is not as --meta"},
    {"{\"m\":{\"timestamp\":0}}",
	"bad: the timestamp of 'm' is 1970-01-01T00:00:00Z"},
};

static void
metadata_is_given_back(void **state)
{
	struct ev_kafka_rules rules = {.meta = "m"};

	(void)state;
	for (size_t i = 0; i < COUNT(metas); i++)
		expect(&rules, metas[i].event, metas[i].message);
}

static void
a_rule_counts_before_metadata(void **state)
{
	struct ev_kafka_rules rules = {.keys = 1,
	    .partition = path("p"),
	    .meta = "m"};

	(void)state;
	rules.key[0] = path("m.key");
	expect(&rules, "{\"m\":{\"key\":\"k\",\"partition\":7}}", "-1 0 k={}");
	expect(&rules, "{\"p\":1,\"m\":{\"key\":\"k\",\"partition\":7}}",
	    "1 0 k={\"p\":1}");
	ev_names_release(&rules.key[0]);
	ev_names_release(&rules.partition);
}

/* --- what a topic takes --------------------------------------------------- */

static void
limits_are_checked(void **state)
{
	struct ev_kafka_limits limits = {.partitions = 2,
	    .size = 200,
	    .before = 1000,
	    .after = INT64_MAX,
	    .compacted = true};
	struct ev_kafka_message message = {.key = EV_SLICE("k"),
	    .value = EV_SLICE("v"),
	    .partition = 1};
	struct ev_err err;

	(void)state;
	assert_int_equal(ev_kafka_limits_check(&limits, "t", true, &message,
			     &err),
	    EV_OK);
	message.value.len = 200;
	assert_int_equal(ev_kafka_limits_check(&limits, "t", true, &message,
			     &err),
	    EV_BAD);
	assert_int_equal(ev_kafka_limits_check(&limits, "t", false, &message,
			     &err),
	    EV_OK);
	message.value.len = 1;
	message.partition = 2;
	assert_int_equal(ev_kafka_limits_check(&limits, "t", true, &message,
			     &err),
	    EV_BAD);
	message.partition = RD_KAFKA_PARTITION_UA;
	message.time = 1;
	assert_int_equal(ev_kafka_limits_check(&limits, "t", true, &message,
			     &err),
	    EV_BAD);
	message.time = INT64_MAX / 2;
	assert_int_equal(ev_kafka_limits_check(&limits, "t", true, &message,
			     &err),
	    EV_OK);
	message.time = EV_KAFKA_NOW;
	message.key.ptr = NULL;
	assert_int_equal(ev_kafka_limits_check(&limits, "t", true, &message,
			     &err),
	    EV_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_has_javas_partition),
	    cmocka_unit_test(keys_are_the_fields_text),
	    cmocka_unit_test(several_fields_are_an_object),
	    cmocka_unit_test(without_a_key_there_is_none),
	    cmocka_unit_test(times_are_milliseconds_or_texts),
	    cmocka_unit_test(a_partition_is_a_number),
	    cmocka_unit_test(headers_are_texts),
	    cmocka_unit_test(metadata_is_given_back),
	    cmocka_unit_test(a_rule_counts_before_metadata),
	    cmocka_unit_test(limits_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
