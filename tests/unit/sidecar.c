/*
 * sidecar: what is said beside a file of a pipeline.
 */
#include "state/sidecar.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define HEX "0123456789abcdef0123456789abcdef"
#define HASHES "\"head\":\"" HEX "\",\"tail\":\"" HEX "\""
#define RECORD "\"record\":{\"id\":\"0\"}"

static void
what_was_written_is_read(void **state)
{
	static const char *const json[] = {
	    "{\"v\":\"1\",\"length\":\"0\"," HASHES "," RECORD "}\n",
	    "{\"v\":\"1\",\"length\":\"18446744073709551615\"," HASHES
	    ",\"open\":\"" HEX "\"," RECORD "}\n",
	    "{\"v\":\"1\",\"length\":\"9\"," HASHES
	    ",\"first\":\"3\",\"last\":\"9\",\"record\":{\"final\":\"1\"}}\n",
	};
	struct ev_sidecar sidecar;
	struct ev_buf out = {0};
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(json) / sizeof(json[0]); i++) {
		assert_int_equal(ev_sidecar_parse(ev_slice_of(json[i]),
				     &sidecar, &err),
		    EV_OK);
		assert_int_equal(sidecar.log, i == 2);
		assert_int_equal(sidecar.final, i == 2);
		out.len = 0;
		ev_sidecar_build(&sidecar, &out);
		assert_string_equal(ev_buf_cstr(&out), json[i]);
		ev_sidecar_release(&sidecar);
	}
	ev_buf_release(&out);
}

static void
members_of_a_later_hand_are_overlooked(void **state)
{
	struct ev_sidecar sidecar;
	struct ev_err err;

	(void)state;
	assert_int_equal(ev_sidecar_parse(EV_SLICE(
					      "{\"new\":[1],\"v\":\"1\","
					      "\"length\":"
					      "\"5\"," HASHES "," RECORD "}"),
			     &sidecar, &err),
	    EV_OK);
	assert_int_equal(sidecar.length, 5);
	assert_string_equal(sidecar.record, "{\"id\":\"0\"}");
	ev_sidecar_release(&sidecar);
}

static void
what_is_none_is_refused_with_its_reason(void **state)
{
	static const struct {
		const char *json, *why;
		int exit;
	} cases[] = {
	    {"", "the line ends too early", 70},
	    {"{", "the line ends too early", 70},
	    {"{}", "its v is not there", 70},
	    {"{\"v\":\"1\"}", "its length is not there", 70},
	    {"{\"v\":\"2\"}", "is of version \"2\"", 78},
	    {"{\"v\":\"1\",\"length\":5}",
		"\"length\" is not a number in quotes", 70},
	    {"{\"v\":\"1\",\"length\":\"\"}",
		"\"length\" is not a number in quotes", 70},
	    {"{\"v\":\"1\",\"length\":\"-1\"}",
		"\"length\" is not a number in quotes", 70},
	    {"{\"v\":\"1\",\"length\":\"18446744073709551616\"}",
		"\"length\" is not a number in quotes", 70},
	    {"{\"head\":\"0\"}", "\"head\" is not 32 hex digits", 70},
	    {"{\"tail\":\"" HEX "0\"}", "\"tail\" is not 32 hex digits", 70},
	    {"{\"open\":null}", "\"open\" is not 32 hex digits", 70},
	    {"{\"record\":[]}", "\"record\" is not an object", 70},
	    {"{\"v\":\"1\",\"length\":\"5\"," HASHES "}",
		"its record is not there", 70},
	    {"{\"v\":\"1\",\"length\":\"5\",\"first\":\"0\"," HASHES "," RECORD
	     "}",
		"its last is not there", 70},
	    {"{\"v\":\"1\",\"length\":\"5\",\"first\":\"2\",\"last\":"
	     "\"1\"," HASHES "," RECORD "}",
		"do not lie within", 70},
	    {"{\"v\":\"1\",\"length\":\"5\",\"first\":\"2\",\"last\":"
	     "\"6\"," HASHES "," RECORD "}",
		"do not lie within", 70},
	};
	struct ev_sidecar sidecar;
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ev_sidecar_parse(ev_slice_of(cases[i].json),
				     &sidecar, &err),
		    EV_BAD);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s: %s", cases[i].json, err.text);
		assert_int_equal(err.exit, cases[i].exit);
		ev_sidecar_release(&sidecar);
	}
}

static void
a_damaged_file_is_named(void **state)
{
	char path[] = "/tmp/ev-sidecar-XXXXXX";
	int fd = mkstemp(path);
	struct ev_sidecar sidecar;
	struct ev_err err;

	(void)state;
	assert_int_equal(ev_sidecar_read(path, &sidecar, &err), EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	assert_non_null(strstr(err.text, path));
	ev_sidecar_release(&sidecar);
	close(fd);
	unlink(path);
	assert_int_equal(ev_sidecar_read(path, &sidecar, &err), EV_END);
	ev_sidecar_release(&sidecar);
}

static void
hashes_tell_files_apart(void **state)
{
	char path[] = "/tmp/ev-sidecar-XXXXXX";
	int fd = mkstemp(path);
	struct ev_sidecar_hash a, b;
	struct ev_err err;
	char block[3 * EV_SIDECAR_HASHED];

	(void)state;
	memset(block, 'a', sizeof(block));
	assert_int_equal(ev_sidecar_hash(fd, path, 0, &a, &err), EV_OK);
	assert_string_equal(a.head, a.tail);
	assert_int_equal(ev_sidecar_hash(fd, path, 1, &a, &err), EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	assert_non_null(strstr(err.text,
	    "is shorter than the 1 bytes that were committed"));

	assert_int_equal(write(fd, block, sizeof(block)), sizeof(block));
	ev_sidecar_hash(fd, path, sizeof(block), &a, &err);
	assert_int_equal(pwrite(fd, "b", 1, 4096), 1);
	ev_sidecar_hash(fd, path, sizeof(block), &b, &err);
	assert_string_equal(a.head, b.head);
	assert_string_equal(a.tail, b.tail);
	assert_int_equal(pwrite(fd, "b", 1, 4095), 1);
	ev_sidecar_hash(fd, path, sizeof(block), &b, &err);
	assert_string_not_equal(a.head, b.head);
	assert_int_equal(pwrite(fd, "b", 1, 8192), 1);
	ev_sidecar_hash(fd, path, sizeof(block), &b, &err);
	assert_string_not_equal(a.tail, b.tail);
	/* Behind the length, what is there does not count. */
	ev_sidecar_hash(fd, path, 4095, &b, &err);
	memset(block, 'c', sizeof(block));
	assert_int_equal(pwrite(fd, block, 100, 4095), 100);
	ev_sidecar_hash(fd, path, 4095, &a, &err);
	assert_memory_equal(&a, &b, sizeof(a));
	close(fd);
	unlink(path);
}

static void
names_of_sidecars_and_segments(void **state)
{
	static const struct {
		const char *name;
		bool is;
		uint64_t offset;
	} cases[] = {
	    {"00000000000000000000.ndjson", true, 0},
	    {"18446744073709551615.ndjson", true, UINT64_MAX},
	    {"18446744073709551616.ndjson", false, 0},
	    {"0000000000000000000.ndjson", false, 0},
	    {"000000000000000000000.ndjson", false, 0},
	    {"0000000000000000000a.ndjson", false, 0},
	    {"00000000000000000001.ndjsom", false, 0},
	};
	char *path;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t offset = 0;

		assert_int_equal(ev_sidecar_is_segment(cases[i].name, &offset),
		    cases[i].is);
		assert_int_equal(offset, cases[i].offset);
	}
	path = ev_sidecar_segment("/a", 1234);
	assert_string_equal(path, "/a/00000000000000001234.ndjson");
	free(path);
	path = ev_sidecar_path("/a/b", false);
	assert_string_equal(path, "/a/b.ev");
	free(path);
	path = ev_sidecar_path("/a/b//", true);
	assert_string_equal(path, "/a/b/.ev");
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_written_is_read),
	    cmocka_unit_test(members_of_a_later_hand_are_overlooked),
	    cmocka_unit_test(what_is_none_is_refused_with_its_reason),
	    cmocka_unit_test(a_damaged_file_is_named),
	    cmocka_unit_test(hashes_tell_files_apart),
	    cmocka_unit_test(names_of_sidecars_and_segments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
