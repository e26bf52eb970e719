/*
 * durable: files that are there whole or not at all.
 */
#include "base/durable.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/ev-durable-XXXXXX";

static int
enter(void **state)
{
	(void)state;
	return !mkdtemp(folder) || chdir(folder);
}

static int
leave(void **state)
{
	(void)state;
	return chdir("/") || rmdir(folder);
}

static void
check_file(const char *path, const char *text)
{
	struct ev_buf read = {0};
	struct ev_err err;

	ev_buf_str(&read, "before ");
	assert_int_equal(ev_durable_read(path, 100, &read, &err), EV_OK);
	assert_int_equal(strncmp(ev_buf_cstr(&read), "before ", 7), 0);
	assert_string_equal(ev_buf_cstr(&read) + 7, text);
	ev_buf_release(&read);
}

static void
a_file_is_made_and_replaced(void **state)
{
	struct ev_err err;

	(void)state;
	assert_int_equal(ev_durable_write("a", "r1", EV_SLICE("one"), &err),
	    EV_OK);
	check_file("a", "one");
	assert_int_equal(ev_durable_write("./a", "r1", EV_SLICE(""), &err),
	    EV_OK);
	check_file("a", "");
	assert_int_equal(access("a.r1.tmp", F_OK), -1);
	assert_int_equal(ev_durable_remove("a", &err), EV_OK);
	assert_int_equal(ev_durable_remove("a", &err), EV_OK);
	assert_int_equal(access("a", F_OK), -1);
}

static void
of_two_that_make_a_file_one_wins(void **state)
{
	struct ev_err err;

	(void)state;
	assert_int_equal(ev_durable_make("a", "r1", EV_SLICE("one"), &err),
	    EV_OK);
	assert_int_equal(ev_durable_make("a", "r2", EV_SLICE("two"), &err),
	    EV_AGAIN);
	check_file("a", "one");
	assert_int_equal(access("a.r1.tmp", F_OK), -1);
	assert_int_equal(access("a.r2.tmp", F_OK), -1);
	ev_durable_remove("a", &err);
}

static void
what_a_killed_attempt_left_is_in_nobodys_way(void **state)
{
	struct ev_err err;
	int fd = open("a.r1.tmp", O_WRONLY | O_CREAT, 0666);

	(void)state;
	assert_int_equal(write(fd, "a longer text", 13), 13);
	close(fd);
	assert_int_equal(ev_durable_write("a", "r1", EV_SLICE("one"), &err),
	    EV_OK);
	check_file("a", "one");
	ev_durable_remove("a", &err);
}

static void
what_is_not_there_is_the_end_and_what_is_too_long_a_failure(void **state)
{
	struct ev_buf read = {0};
	struct ev_err err;

	(void)state;
	assert_int_equal(ev_durable_read("a", 100, &read, &err), EV_END);
	ev_durable_write("a", "r1", EV_SLICE("four"), &err);
	assert_int_equal(ev_durable_read("a", 4, &read, &err), EV_OK);
	assert_int_equal(ev_durable_read("a", 3, &read, &err), EV_FATAL);
	assert_string_equal(err.text,
	    "cannot read 'a': it is longer than 3 bytes");
	ev_buf_release(&read);
	ev_durable_remove("a", &err);
}

static void
a_failure_leaves_what_was_there(void **state)
{
	struct ev_err err;

	(void)state;
	mkdir("a", 0777);
	assert_int_equal(ev_durable_write("a", "r1", EV_SLICE("one"), &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_IO);
	assert_string_equal(err.text, "cannot replace 'a': is a directory");
	assert_int_equal(access("a.r1.tmp", F_OK), -1);
	rmdir("a");
	assert_int_equal(ev_durable_write("b/a", "r1", EV_SLICE("one"), &err),
	    EV_FATAL);
	assert_string_equal(err.text,
	    "cannot open folder 'b': no such file or directory");
	assert_int_equal(ev_durable_make("b/a", "r1", EV_SLICE("one"), &err),
	    EV_FATAL);
	assert_int_equal(ev_durable_sync_folder("b/a", &err), EV_FATAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_is_made_and_replaced),
	    cmocka_unit_test(of_two_that_make_a_file_one_wins),
	    cmocka_unit_test(what_a_killed_attempt_left_is_in_nobodys_way),
	    cmocka_unit_test(
		what_is_not_there_is_the_end_and_what_is_too_long_a_failure),
	    cmocka_unit_test(a_failure_leaves_what_was_there),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
