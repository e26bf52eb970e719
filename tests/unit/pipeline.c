/*
 * pipeline: names, the state folder and its id, locks, the copy of the record,
 * the count of tries.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "state/pipeline.h"

#define RUN "0123456789abcdef0123456789abcdef"

static char folder[64];

static int
enter(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/pipeline.XXXXXX");
	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	unsetenv("EVKIT_STATE");
	unsetenv("STATE_DIRECTORY");
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	return 0;
}

static int
leave(void **state)
{
	char *command = ev_mem_printf("rm -rf '%s'", folder);
	int failed = chdir("/") || system(command);

	(void)state;
	free(command);
	return failed;
}

static void
names(void **state)
{
	static const char *const good[] = {"a", "unhappy", "A-1_b.c", "-x",
	    "0123456789012345678901234567890123456789012345678901234567890123"};
	static const char *const bad[] = {"", ".", "..", ".a", "a/b", "a b",
	    "ä", "sid", "a\n",
	    ("0123456789012345678901234567890123456789012345678901234567890123"
	     "4")};
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(ev_pipeline_check_name(good[i], &err), EV_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err.exit = 0;
		assert_int_equal(ev_pipeline_check_name(bad[i], &err),
		    EV_FATAL);
		assert_int_equal(err.exit, EV_EXIT_USAGE);
	}
}

/* What the rule says, below the test's folder; the caller's to free. */
static const char *
state_is(bool make, char **text)
{
	struct ev_err err = {0};
	char *real = realpath(folder, NULL);

	*text = NULL;
	if (ev_pipeline_state(text, make, &err) != EV_OK) {
		free(real);
		return err.exit == EV_EXIT_CONFIG ? "78" : "73";
	}
	if (strncmp(*text, real, strlen(real))) {
		free(real);
		return *text;
	}
	memmove(*text, *text + strlen(real), strlen(*text + strlen(real)) + 1);
	free(real);
	return *text;
}

static void
assert_state(const char *want, bool make)
{
	char *text;

	assert_string_equal(state_is(make, &text), want);
	free(text);
}

static void
state_folder(void **state)
{
	char *two = ev_mem_printf("%s/one:%s/two", folder, folder);

	(void)state;
	assert_state("78", true);
	setenv("HOME", folder, 1);
	assert_state("/.local/state/evkit", true);
	setenv("XDG_STATE_HOME", "relative", 1);
	assert_state("/.local/state/evkit", true);
	setenv("XDG_STATE_HOME", folder, 1);
	assert_state("/evkit", true);
	setenv("STATE_DIRECTORY", two, 1);
	assert_state("/one", true);
	setenv("EVKIT_STATE", "", 1);
	assert_state("/one", true);
	setenv("EVKIT_STATE", "here/deep", 1);
	assert_state("here/deep", false);
	assert_int_equal(access("here", F_OK), -1);
	assert_state("/here/deep", true);
	assert_state("/here/deep", false);
	assert_int_equal(symlink("here", "link"), 0);
	setenv("EVKIT_STATE", "link//deep/", 1);
	assert_state("/here/deep", true);
	setenv("EVKIT_STATE", "/dev/null/x", 1);
	assert_state("73", true);
	free(two);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Both ends of a pipe use one folder, which its sid proves. */
static void
sids(void **state)
{
	struct ev_pipeline source, sink, other;
	struct ev_err err = {0};
	char *sid;

	(void)state;
	setenv("EVKIT_STATE", "s", 1);
	assert_int_equal(ev_pipeline_open(&source, "p", NULL, NULL, &err),
	    EV_OK);
	assert_int_equal(strlen(source.sid), EV_SID_LEN);
	assert_int_equal(source.state[0], '/');
	setenv("EVKIT_STATE", "elsewhere", 1);
	assert_int_equal(ev_pipeline_open(&sink, "p", source.state, source.sid,
			     &err),
	    EV_OK);
	assert_string_equal(sink.folder, source.folder);
	assert_string_equal(sink.sid, source.sid);
	ev_pipeline_release(&sink);

	assert_int_equal(ev_pipeline_open(&other, "p", NULL, NULL, &err),
	    EV_OK);
	assert_string_not_equal(other.sid, source.sid);
	assert_int_equal(ev_pipeline_open(&sink, "p", other.state, source.sid,
			     &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_CONFIG);
	assert_int_equal(ev_pipeline_open(&sink, "p", "/not/there", source.sid,
			     &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_CONFIG);

	sid = ev_mem_printf("%s/sid", other.state);
	write_file(sid, "0123\n");
	assert_int_equal(ev_pipeline_open(&sink, "p", NULL, NULL, &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_CONFIG);
	assert_int_equal(ev_pipeline_open(&sink, "../p", NULL, NULL, &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_USAGE);
	free(sid);
	ev_pipeline_release(&other);
	ev_pipeline_release(&source);
}

/* In a process of its own: its exit status is what the lock answers. */
static int
locks_in_child(const struct ev_pipeline *pipeline, const char *lock, char *text,
    size_t size)
{
	struct ev_err err = {.text = ""};
	int ends[2], status, fd;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		status = ev_pipeline_lock(pipeline, lock, &fd, &err) == EV_OK
		    ? 0
		    : err.exit;
		_exit(write(ends[1], err.text, strlen(err.text)) < 0 ? 99
								     : status);
	}
	close(ends[1]);
	n = read(ends[0], text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void
locks(void **state)
{
	struct ev_pipeline pipeline;
	struct ev_err err = {0};
	char text[512], us[32];
	int fd;

	(void)state;
	setenv("EVKIT_STATE", "s", 1);
	assert_int_equal(ev_pipeline_open(&pipeline, "p", NULL, NULL, &err),
	    EV_OK);
	assert_int_equal(ev_pipeline_lock(&pipeline, "lock", &fd, &err), EV_OK);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(locks_in_child(&pipeline, "lock", text, sizeof(text)),
	    EV_EXIT_BUSY);
	assert_non_null(strstr(text, "pipeline p already runs"));
	snprintf(us, sizeof(us), "process %d (", (int)getpid());
	assert_non_null(strstr(text, us));
	assert_int_equal(locks_in_child(&pipeline, "sink.lock", text,
			     sizeof(text)),
	    0);
	close(fd);
	assert_int_equal(locks_in_child(&pipeline, "lock", text, sizeof(text)),
	    0);
	ev_pipeline_release(&pipeline);
}

/* What killed processes left is swept, what may be in use is not. */
static void
left_behind(void **state)
{
	const struct timespec hours_ago[2] = {{1000000000, 0}, {1000000000, 0}};
	struct ev_pipeline pipeline;
	struct ev_err err = {0};
	int fd;

	(void)state;
	setenv("EVKIT_STATE", "s", 1);
	assert_int_equal(ev_pipeline_open(&pipeline, "p", NULL, NULL, &err),
	    EV_OK);
	write_file("s/p/record." RUN ".tmp", "old");
	write_file("s/p/tries." RUN ".tmp", "young");
	write_file("s/p/record", "kept");
	assert_int_equal(utimensat(AT_FDCWD, "s/p/record." RUN ".tmp",
			     hours_ago, 0),
	    0);
	assert_int_equal(utimensat(AT_FDCWD, "s/p/record", hours_ago, 0), 0);
	assert_int_equal(ev_pipeline_lock(&pipeline, "lock", &fd, &err), EV_OK);
	assert_int_equal(access("s/p/record." RUN ".tmp", F_OK), -1);
	assert_int_equal(access("s/p/tries." RUN ".tmp", F_OK), 0);
	assert_int_equal(access("s/p/record", F_OK), 0);
	close(fd);
	ev_pipeline_release(&pipeline);
}

static void
copies(void **state)
{
	struct ev_pipeline pipeline;
	struct ev_buf text = {0};
	struct ev_err err = {0};

	(void)state;
	setenv("EVKIT_STATE", "s", 1);
	assert_int_equal(ev_pipeline_open(&pipeline, "p", NULL, NULL, &err),
	    EV_OK);
	assert_int_equal(ev_pipeline_read(&pipeline, &text, &err), EV_END);
	for (const char *const *copy =
		 (const char *const[]){"{\"id\":\"a\"}", "{}", NULL};
	     *copy; copy++) {
		assert_int_equal(ev_pipeline_write(&pipeline, RUN,
				     ev_slice_of(*copy), &err),
		    EV_OK);
		text.len = 0;
		assert_int_equal(ev_pipeline_read(&pipeline, &text, &err),
		    EV_OK);
		assert_string_equal(ev_buf_cstr(&text), *copy);
	}
	assert_int_equal(access("s/p/record." RUN ".tmp", F_OK), -1);
	ev_buf_release(&text);
	ev_pipeline_release(&pipeline);
}

static void
assert_tries(const struct ev_pipeline *pipeline, const char *base,
    unsigned want, const char *reason)
{
	char *why = NULL;

	assert_int_equal(ev_pipeline_tries(pipeline, base, &why), want);
	if (reason)
		assert_string_equal(why, reason);
	else
		assert_null(why);
	free(why);
}

static void
tries(void **state)
{
	struct ev_pipeline pipeline;
	struct ev_err err = {0};

	(void)state;
	setenv("EVKIT_STATE", "s", 1);
	assert_int_equal(ev_pipeline_open(&pipeline, "p", NULL, NULL, &err),
	    EV_OK);
	assert_tries(&pipeline, "0", 0, NULL);
	ev_pipeline_tried(&pipeline, RUN, RUN "/7", "it broke off");
	ev_pipeline_tried(&pipeline, RUN, RUN "/7", "it broke off\nagain");
	assert_tries(&pipeline, RUN "/7", 2, "it broke off\nagain");
	assert_tries(&pipeline, RUN "/8", 0, NULL);
	assert_tries(&pipeline, RUN "/", 0, NULL);
	/* Another base counts from one. */
	ev_pipeline_tried(&pipeline, RUN, RUN "/70", "");
	assert_tries(&pipeline, RUN "/70", 1, "");
	assert_tries(&pipeline, RUN "/7", 0, NULL);
	ev_pipeline_forget_tries(&pipeline);
	assert_tries(&pipeline, RUN "/70", 0, NULL);
	ev_pipeline_forget_tries(&pipeline);

	write_file("s/p/tries", "not a count");
	assert_tries(&pipeline, "0", 0, NULL);
	write_file("s/p/tries", "99999999999999999999 0\nx");
	assert_tries(&pipeline, "0", 0, NULL);
	ev_pipeline_tried(&pipeline, RUN, "0", "x");
	assert_tries(&pipeline, "0", 1, "x");
	ev_pipeline_release(&pipeline);
}

static void
assert_accepted(const struct ev_pipeline *pipeline, const char *want)
{
	char run[EV_RUN_LEN + 1];

	assert_int_equal(ev_pipeline_accepted(pipeline, run, NULL), EV_OK);
	assert_string_equal(run, want);
}

/* It is nothing that keeps the pipeline's folder. */
static void
accepted(void **state)
{
	struct ev_pipeline pipeline;
	char other[EV_RUN_LEN + 1];
	struct ev_err err;
	int fd;

	(void)state;
	setenv("EVKIT_STATE", "accepted", 1);
	assert_int_equal(ev_pipeline_open(&pipeline, "p", NULL, NULL, &err),
	    EV_OK);
	assert_accepted(&pipeline, "");
	assert_int_equal(ev_pipeline_accept(&pipeline, RUN, &err), EV_OK);
	assert_accepted(&pipeline, RUN);
	write_file("accepted/p/accepted", "0123");
	assert_accepted(&pipeline, "");
	assert_int_equal(ev_pipeline_accept(&pipeline, RUN, &err), EV_OK);

	assert_int_equal(ev_pipeline_lock(&pipeline, "lock", &fd, &err), EV_OK);
	ev_pipeline_tidy(&pipeline, "lock");
	assert_int_equal(access("accepted/p", F_OK), 0);
	ev_pipeline_forget_accepted(&pipeline, RUN);
	ev_pipeline_tidy(&pipeline, NULL);
	assert_int_equal(access("accepted/p", F_OK), -1);
	/* A source that failed has taken it away. */
	assert_int_equal(ev_pipeline_accept(&pipeline, RUN, &err), EV_OK);
	assert_accepted(&pipeline, RUN);

	/* An older run that fails late takes nothing from another. */
	ev_pipeline_run(other);
	ev_pipeline_forget_accepted(&pipeline, other);
	assert_accepted(&pipeline, RUN);
	ev_pipeline_forget_accepted(&pipeline, RUN);
	assert_accepted(&pipeline, "");
	assert_int_equal(mkdir("accepted/p/accepted", 0777), 0);
	assert_int_equal(ev_pipeline_accept(&pipeline, RUN, &err), EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_IO);
	assert_int_equal(ev_pipeline_accepted(&pipeline, other, &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_IO);
	assert_string_equal(other, "");
	ev_pipeline_release(&pipeline);
}

static void
runs(void **state)
{
	char a[33], b[33];

	(void)state;
	ev_pipeline_run(a);
	ev_pipeline_run(b);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_int_equal(strlen(a), 32);
	assert_string_not_equal(a, b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test_setup_teardown(state_folder, enter, leave),
	    cmocka_unit_test_setup_teardown(sids, enter, leave),
	    cmocka_unit_test_setup_teardown(locks, enter, leave),
	    cmocka_unit_test_setup_teardown(left_behind, enter, leave),
	    cmocka_unit_test_setup_teardown(copies, enter, leave),
	    cmocka_unit_test_setup_teardown(tries, enter, leave),
	    cmocka_unit_test_setup_teardown(accepted, enter, leave),
	    cmocka_unit_test(runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
