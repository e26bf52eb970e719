/*
 * log: what is committed to a file or a log folder, and what a start finds.
 */
#include "state/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

#define RECORD(id) \
	"{\"id\":\"" id "\",\"name\":\"x\",\"place\":\"p\",\"pos\":{}}"
#define RUN "0123456789abcdef0123456789abcdef"

static char folder[] = "/tmp/ev-log-XXXXXX";
static struct ev_err err;
static struct ev_log store;

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

/* The place of a test, absolute. */
static char *
place(const char *name)
{
	return ev_mem_printf("%s/%s", folder, name);
}

/* As a sink begins: the sidecar is made if there is none, what is not
 * committed is cut. */
static void
begin(const char *name, bool log, bool adopt)
{
	char *path = place(name), *kept;
	enum ev_status status = ev_log_look(&store, path, log, "x", &err);

	if (status == EV_END)
		assert_int_equal(ev_log_make(&store, RUN, RECORD("0"), adopt,
				     &err),
		    EV_OK);
	else
		assert_int_equal(status, EV_OK);
	assert_int_equal(ev_log_open(&store, &err), EV_OK);
	assert_int_equal(ev_log_begin(&store, RUN, &kept, &err), EV_OK);
	assert_null(kept);
	free(path);
}

static void
append(const char *text)
{
	if (!store.dirty)
		assert_int_equal(ev_log_write(&store, &err), EV_OK);
	assert_int_equal(write(store.fd, text, strlen(text)), strlen(text));
}

static void
commit(const char *text, bool last)
{
	if (*text)
		append(text);
	assert_int_equal(ev_log_commit(&store, RECORD("r/1"), strlen(text),
			     last, &err),
	    EV_OK);
}

static void
check_file(const char *name, const char *text)
{
	char got[256];
	int fd = open(name, O_RDONLY);
	ssize_t n = read(fd, got, sizeof(got) - 1);

	assert_true(fd >= 0 && n >= 0);
	close(fd);
	got[n] = '\0';
	assert_string_equal(got, text);
}

static void
remove_all(void)
{
	assert_int_equal(system("rm -rf ./* ./.e*"), 0);
}

static void
what_is_committed_stays_and_the_rest_goes(void **state)
{
	(void)state;
	begin("a", false, false);
	commit("one\n", false);
	assert_string_equal(store.sidecar.open, RUN);
	append("two\n");
	ev_log_release(&store); /* as a kill does */

	begin("a", false, false);
	check_file("a", "one\n");
	assert_int_equal(store.sidecar.length, 4);
	assert_string_equal(store.sidecar.record, RECORD("r/1"));
	commit("two\n", true);
	assert_string_equal(store.sidecar.open, "");
	ev_log_release(&store);
	check_file("a", "one\ntwo\n");
	remove_all();
}

static void
an_undone_run_leaves_nothing(void **state)
{
	(void)state;
	begin("a", false, false);
	commit("one\n", false);
	append("two\n");
	ev_log_undo(&store);
	ev_log_release(&store);
	check_file("a", "one\n");
	begin("a", false, false);
	assert_string_equal(store.sidecar.open, "");
	ev_log_release(&store);
	remove_all();
}

/* A folder where the sidecar has to go: the rename fails. */
static void
after_a_failed_commit_what_stands_there_counts(void **state)
{
	(void)state;
	begin("a", false, false);
	commit("one\n", false);
	append("two\n");
	rename("a.ev", "kept");
	mkdir("a.ev", 0777);
	assert_int_equal(ev_log_commit(&store, RECORD("r/2"), 4, false, &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_IO);
	/* It cannot be known: nothing is cut. */
	ev_log_undo(&store);
	check_file("a", "one\ntwo\n");
	/* It did not happen. */
	rmdir("a.ev");
	rename("kept", "a.ev");
	ev_log_undo(&store);
	check_file("a", "one\n");
	ev_log_release(&store);
	remove_all();
}

static void
of_two_that_begin_one_wins_and_the_other_is_busy(void **state)
{
	struct ev_log other;
	char *path = place("a");

	(void)state;
	assert_int_equal(ev_log_look(&other, path, false, "x", &err), EV_END);
	begin("a", false, false);
	assert_int_equal(ev_log_make(&other, RUN, RECORD("0"), false, &err),
	    EV_OK);
	assert_int_equal(ev_log_open(&other, &err), EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_BUSY);
	ev_log_release(&other);
	ev_log_release(&store);
	free(path);
	remove_all();
}

static void
others_names_kinds_and_contents_are_refused(void **state)
{
	struct ev_log other;
	char *path = place("a"), *kept;
	int fd = open("b", O_WRONLY | O_CREAT, 0666);

	(void)state;
	begin("a", false, false);
	commit("one\n", true);
	ev_log_release(&store);
	assert_int_equal(ev_log_look(&other, path, false, "y", &err), EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	ev_log_release(&other);
	assert_int_equal(truncate("a", 3), 0);
	assert_int_equal(ev_log_look(&other, path, false, "x", &err), EV_OK);
	assert_int_equal(ev_log_open(&other, &err), EV_OK);
	assert_int_equal(ev_log_begin(&other, RUN, &kept, &err), EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	ev_log_undo(&other);
	ev_log_release(&other);
	check_file("a", "one");
	free(path);

	path = place("b");
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	assert_int_equal(ev_log_look(&other, path, false, "x", &err), EV_END);
	assert_int_equal(ev_log_make(&other, RUN, RECORD("0"), false, &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	assert_int_equal(access("b.ev", F_OK), -1);
	ev_log_release(&other);
	free(path);
	remove_all();
}

static void
an_adopted_line_gets_its_end(void **state)
{
	int fd = open("a", O_WRONLY | O_CREAT, 0666);

	(void)state;
	assert_int_equal(write(fd, "one", 3), 3);
	close(fd);
	begin("a", false, true);
	assert_int_equal(store.sidecar.length, 3);
	commit("two\n", true);
	assert_int_equal(store.sidecar.length, 8);
	ev_log_release(&store);
	check_file("a", "one\ntwo\n");
	remove_all();
}

static void
somebody_elses_writing_is_seen_at_the_commit(void **state)
{
	(void)state;
	begin("a", false, false);
	append("one\n");
	assert_int_equal(ev_log_commit(&store, RECORD("r/1"), 3, false, &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	assert_int_equal(ev_log_commit(&store, RECORD("r/1"), 5, false, &err),
	    EV_FATAL);
	rename("a", "b");
	assert_int_equal(ev_log_commit(&store, RECORD("r/1"), 4, false, &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	rename("b", "a");
	assert_int_equal(ev_log_commit(&store, RECORD("r/1"),
			     EV_LOG_WRITTEN_ALL, false, &err),
	    EV_OK);
	assert_int_equal(store.sidecar.length, 4);
	ev_log_release(&store);
	remove_all();
}

static void
segments_end_at_commits(void **state)
{
	(void)state;
	begin("l", true, false);
	assert_int_equal(store.fd, -1);
	store.roll_bytes = 6;
	commit("", false);
	commit("one\n", false);
	assert_int_equal(store.sidecar.last, 0);
	commit("two\n", false);
	assert_int_equal(store.sidecar.last, 8);
	assert_int_equal(store.fd, -1);
	commit("", false);
	commit("three, and more\n", false);
	assert_int_equal(store.sidecar.last, 24);
	append("four\n");
	ev_log_release(&store);
	check_file("l/00000000000000000000.ndjson", "one\ntwo\n");
	check_file("l/00000000000000000008.ndjson", "three, and more\n");
	check_file("l/00000000000000000024.ndjson", "four\n");

	begin("l", true, false);
	check_file("l/00000000000000000024.ndjson", "");
	commit("five\n", true);
	ev_log_release(&store);
	check_file("l/00000000000000000024.ndjson", "five\n");
	remove_all();
}

static void
retention_removes_from_the_front_and_never_the_last(void **state)
{
	const struct timespec old[2] = {{1000, 0}, {1000, 0}};

	(void)state;
	begin("l", true, false);
	store.roll_commit = true;
	store.keep_ms = 1000;
	commit("one\n", false);
	commit("two\n", false);
	commit("six\n", false);
	utimensat(AT_FDCWD, "l/00000000000000000000.ndjson", old, 0);
	/* A young one keeps what is behind it. */
	utimensat(AT_FDCWD, "l/00000000000000000008.ndjson", old, 0);
	commit("", false);
	assert_int_equal(store.sidecar.first, 4);
	assert_int_equal(access("l/00000000000000000000.ndjson", F_OK), -1);
	check_file("l/00000000000000000008.ndjson", "six\n");
	utimensat(AT_FDCWD, "l/00000000000000000004.ndjson", old, 0);
	commit("", true);
	assert_int_equal(store.sidecar.first, 12);
	assert_int_equal(store.sidecar.last, 12);
	ev_log_release(&store);
	begin("l", true, false);
	commit("ten\n", true);
	ev_log_release(&store);
	check_file("l/00000000000000000012.ndjson", "ten\n");
	remove_all();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_committed_stays_and_the_rest_goes),
	    cmocka_unit_test(an_undone_run_leaves_nothing),
	    cmocka_unit_test(after_a_failed_commit_what_stands_there_counts),
	    cmocka_unit_test(of_two_that_begin_one_wins_and_the_other_is_busy),
	    cmocka_unit_test(others_names_kinds_and_contents_are_refused),
	    cmocka_unit_test(an_adopted_line_gets_its_end),
	    cmocka_unit_test(somebody_elses_writing_is_seen_at_the_commit),
	    cmocka_unit_test(segments_end_at_commits),
	    cmocka_unit_test(
		retention_removes_from_the_front_and_never_the_last),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
