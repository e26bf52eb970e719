/*
 * run, spill: foreign commands as they come: that read all, nothing or a part,
 * write before they have read, close their output early, are killed, are not
 * there, leave a process behind; and what is kept of them, in memory and in a
 * file.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/io.h"
#include "tool/run.h"
#include "tool/spill.h"

#define MEMORY (1u << 20)

/* Lines "0", "1" … of `width` digits. */
static void
fill(struct ev_spill *spill, unsigned lines, int width)
{
	struct ev_err err;
	char line[512];

	for (unsigned i = 0; i < lines; i++) {
		int len = snprintf(line, sizeof(line), "%0*u\n", width, i);

		assert_int_equal(ev_spill_append(spill,
				     (struct ev_slice){line, (size_t)len},
				     &err),
		    EV_OK);
	}
}

static struct ev_buf
text_of(const struct ev_spill *spill)
{
	struct ev_spill_input input;
	struct ev_buf text = {0};
	struct ev_err err;
	char block[5000];
	size_t got;

	ev_spill_read(spill, &input, "spill");
	while (
	    input.in.read(&input.in, block, sizeof(block), &got, &err) == EV_OK)
		ev_buf_append(&text, block, got);
	return text;
}

static bool
same(const struct ev_spill *a, const struct ev_spill *b)
{
	struct ev_buf x = text_of(a), y = text_of(b);
	bool equal = ev_slice_equal(ev_buf_as_slice(&x), ev_buf_as_slice(&y));

	ev_buf_release(&x);
	ev_buf_release(&y);
	return equal;
}

/* Runs a shell's command on the input; what drain says. */
static enum ev_status
run_on(const char *script, struct ev_spill *input, struct ev_spill *output,
    struct ev_run *run, struct ev_err *err)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)(uintptr_t)script,
	    NULL};
	enum ev_status status;
	int fd;

	ev_spill_init(output, MEMORY);
	assert_int_equal(ev_spill_open(input, &fd, err), EV_OK);
	status = ev_run_start(run, argv, fd, false, err);
	close(fd);
	if (status == EV_OK)
		status = ev_run_drain(run, output, err);
	return status;
}

static void
what_is_kept_comes_back(void **state)
{
	/* bytes: some, a block, some in memory, beyond it */
	static const unsigned lines[] = {0, 1, 640, 641, 5000, 10486, 40000};

	(void)state;
	for (unsigned i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct ev_spill spill;
		struct ev_buf text;
		struct ev_err err;
		int fd;

		ev_spill_init(&spill, MEMORY);
		for (int again = 0; again < 2; again++) {
			ev_spill_clear(&spill);
			fill(&spill, lines[i], 99);
			assert_int_equal(ev_spill_length(&spill),
			    lines[i] * 100);
			text = text_of(&spill);
			assert_int_equal(text.len, lines[i] * 100);
			for (unsigned n = 0; n < lines[i]; n++)
				assert_int_equal(strtoul(text.ptr + n * 100,
						     NULL, 10),
				    n);
			ev_buf_release(&text);
		}
		assert_int_equal(spill.file,
		    lines[i] * 100 > MEMORY + (64u << 10));
		assert_int_equal(ev_spill_open(&spill, &fd, &err), EV_OK);
		assert_int_equal(lseek(fd, 0, SEEK_END), lines[i] * 100);
		close(fd);
		ev_spill_release(&spill);
	}
}

static void
a_descriptor_stays_when_the_spill_is_cleared(void **state)
{
	struct ev_spill spill;
	struct ev_err err;
	char text[4];
	int a, b;

	(void)state;
	ev_spill_init(&spill, MEMORY);
	fill(&spill, 1, 3);
	assert_int_equal(ev_spill_open(&spill, &a, &err), EV_OK);
	assert_int_equal(ev_spill_open(&spill, &b, &err), EV_OK);
	ev_spill_clear(&spill);
	fill(&spill, 2, 5);
	assert_int_equal(read(a, text, sizeof(text)), 4);
	assert_memory_equal(text, "000\n", 4);
	assert_int_equal(read(b, text, sizeof(text)), 4);
	assert_int_equal(write(a, "x", 1), -1);
	close(a);
	close(b);
	ev_spill_release(&spill);
}

static void
no_folder_for_temporary_files_is_an_error(void **state)
{
	struct ev_spill spill;
	struct ev_err err;
	static char block[MEMORY + 1];

	(void)state;
	setenv("TMPDIR", "/nowhere", 1);
	ev_spill_init(&spill, MEMORY);
	assert_int_equal(ev_spill_append(&spill,
			     (struct ev_slice){block, sizeof(block)}, &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_CREATE);
	assert_string_equal(err.text,
	    "cannot make a temporary file in '/nowhere': no such file or "
	    "directory");
	unsetenv("TMPDIR");
	ev_spill_release(&spill);
}

static void
commands_get_all_and_all_they_write_is_kept(void **state)
{
	static const struct {
		const char *script;
		int status;
		bool echoes; /* the output is the input */
	} cases[] = {
	    {"cat", 0, true},
	    {"tac | tac", 0, true},
	    {"sort", 0, true},
	    {"cat; exit 3", 3, true},
	    {"exec 3<&0; (sleep 0.2; cat) <&3 & wait", 0, true},
	    {"true", 0, false},
	    {"head -n 1 >/dev/null", 0, false},
	    {"exec >&-; sleep 0.3; exit 4", 4, false},
	    {"head -n 1 >/dev/null; kill -9 $$", 128 + SIGKILL, false},
	    {"kill -TERM $$", 128 + SIGTERM, false},
	    {"exec <&-; seq -w 99999", 0, false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ev_spill input, output;
		struct ev_run run;
		struct ev_err err;

		ev_spill_init(&input, MEMORY);
		fill(&input, 30000, 99);
		assert_int_equal(run_on(cases[i].script, &input, &output, &run,
				     &err),
		    EV_OK);
		if (ev_run_status(&run) != cases[i].status ||
		    same(&input, &output) != cases[i].echoes)
			fail_msg("%s: status %d, %u bytes", cases[i].script,
			    ev_run_status(&run),
			    (unsigned)ev_spill_length(&output));
		ev_spill_release(&input);
		ev_spill_release(&output);
	}
}

static void
a_command_may_write_much_before_it_reads(void **state)
{
	struct ev_spill input, output;
	struct ev_run run;
	struct ev_err err;

	(void)state;
	ev_spill_init(&input, MEMORY);
	fill(&input, 30000, 99);
	assert_int_equal(run_on("seq -w 99999; cat >/dev/null", &input, &output,
			     &run, &err),
	    EV_OK);
	assert_int_equal(ev_spill_length(&output), 99999 * 6);
	ev_spill_release(&input);
	ev_spill_release(&output);
}

static void
what_a_command_left_behind_is_not_waited_for(void **state)
{
	struct ev_spill input, output;
	struct ev_run run;
	struct ev_err err;
	time_t start = time(NULL);

	(void)state;
	ev_spill_init(&input, MEMORY);
	fill(&input, 3, 5);
	assert_int_equal(run_on("cat; sleep 9 & exit 0", &input, &output, &run,
			     &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_AGAIN);
	assert_string_equal(err.text,
	    "'sh' has ended, but a process that it left keeps its output open");
	assert_in_range(time(NULL) - start, 4, 8);
	ev_run_kill(&run);
	ev_spill_release(&output);
	/* One that does not is none of our business. */
	assert_int_equal(run_on("cat; sleep 9 >/dev/null & exit 0", &input,
			     &output, &run, &err),
	    EV_OK);
	assert_true(same(&input, &output));
	assert_in_range(time(NULL) - start, 4, 8);
	ev_spill_release(&input);
	ev_spill_release(&output);
}

static void
what_is_no_command_is_said(void **state)
{
	static const struct {
		const char *name;
		int exit;
		const char *why;
	} cases[] = {
	    {"evnothing", EV_EXIT_CONFIG,
		"there is no command 'evnothing' in PATH"},
	    {"/nowhere/x", EV_EXIT_CONFIG, "there is no command '/nowhere/x'"},
	    {"/etc", EV_EXIT_CONFIG, "cannot start '/etc': permission denied"},
	    {"/etc/passwd", EV_EXIT_CONFIG,
		"cannot start '/etc/passwd': permission denied"},
	    {"", EV_EXIT_CONFIG, "there is no command '' in PATH"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *argv[] = {(char *)(uintptr_t)cases[i].name, NULL};
		struct ev_run run;
		struct ev_err err;

		assert_int_equal(ev_run_find(cases[i].name, &err), EV_FATAL);
		assert_int_equal(err.exit, cases[i].exit);
		assert_string_equal(err.text, cases[i].why);
		assert_int_equal(ev_run_start(&run, argv, STDIN_FILENO, false,
				     &err),
		    EV_FATAL);
		assert_int_equal(err.exit, cases[i].exit);
		assert_string_equal(err.text, cases[i].why);
		assert_int_equal(run.pid, 0);
	}
	assert_int_equal(ev_run_find("sh", NULL), EV_OK);
	assert_int_equal(ev_run_find("/bin/sh", NULL), EV_OK);
}

static void
a_shielded_command_does_not_see_signals(void **state)
{
	char *argv[] = {(char *)"sh", (char *)"-c",
	    (char *)"kill -INT $$; kill -TERM $$; echo here", NULL};
	struct ev_err err;

	(void)state;
	for (int shielded = 0; shielded < 2; shielded++) {
		struct ev_spill input, output;
		struct ev_run run;
		int fd;

		ev_spill_init(&input, MEMORY);
		ev_spill_init(&output, MEMORY);
		assert_int_equal(ev_spill_open(&input, &fd, &err), EV_OK);
		assert_int_equal(ev_run_start(&run, argv, fd, shielded, &err),
		    EV_OK);
		assert_int_equal(ev_run_drain(&run, &output, &err), EV_OK);
		assert_int_equal(ev_run_status(&run),
		    shielded ? 0 : 128 + SIGINT);
		assert_int_equal(ev_spill_length(&output), shielded ? 5 : 0);
		close(fd);
		ev_spill_release(&input);
		ev_spill_release(&output);
	}
}

/* Asks a command that is kept for `times` answers to `lines` lines. */
static enum ev_status
ask(const char *script, unsigned times, unsigned lines, struct ev_run *run,
    struct ev_err *err)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)(uintptr_t)script,
	    NULL};
	enum ev_status status = EV_OK;
	struct ev_spill input, output;

	ev_spill_init(&input, MEMORY);
	ev_spill_init(&output, MEMORY);
	fill(&input, lines, 99);
	assert_int_equal(ev_run_start(run, argv, -1, true, err), EV_OK);
	for (unsigned i = 0; i < times && status == EV_OK; i++) {
		ev_spill_clear(&output);
		status = ev_run_ask(run, &input, lines, &output, 1000, err);
		if (status == EV_OK && !same(&input, &output))
			fail_msg("%s: %u bytes", script,
			    (unsigned)ev_spill_length(&output));
	}
	ev_spill_release(&input);
	ev_spill_clear(&output);
	if (status == EV_OK) {
		status = ev_run_drain(run, &output, err);
		assert_int_equal(ev_spill_length(&output), 0);
	}
	ev_spill_release(&output);
	return status;
}

static void
a_command_that_is_kept_answers_line_by_line(void **state)
{
	struct ev_run run;
	struct ev_err err;

	(void)state;
	assert_int_equal(ask("cat", 3, 30000, &run, &err), EV_OK);
	assert_int_equal(ev_run_status(&run), 0);
	assert_int_equal(ask("sed -u s/x/y/", 3, 2, &run, &err), EV_OK);
	assert_int_equal(ask("cat; exit 7", 2, 0, &run, &err), EV_OK);
	assert_int_equal(ev_run_status(&run), 7);
}

static void
one_that_does_not_is_refused(void **state)
{
	static const struct {
		const char *script;
		enum ev_status status;
		int exit;
		const char *why;
	} cases[] = {
	    {"sort", EV_FATAL, EV_EXIT_AGAIN,
		"'sh' has answered 0 of 1000 lines, and nothing for 1 s: "
		"under --keep it must answer each line with one, at once "
		"(sed -u, jq --unbuffered, stdbuf -oL)"},
	    {"sed -u 20q", EV_RETRY, EV_EXIT_AGAIN,
		"'sh' has answered 20 of 1000 lines and has closed its "
		"output"},
	    {"true", EV_RETRY, EV_EXIT_AGAIN,
		"'sh' has answered 0 of 1000 lines and has closed its output"},
	    {"yes | head -n 2000; cat >/dev/null", EV_FATAL, EV_EXIT_CONFIG,
		"'sh' has answered 1 line with 2000: under --keep it must "
		"answer each line with one"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ev_run run;
		struct ev_err err;

		assert_int_equal(ask(cases[i].script, 1, 1000, &run, &err),
		    cases[i].status);
		assert_int_equal(err.exit, cases[i].exit);
		assert_string_equal(err.text, cases[i].why);
		ev_run_kill(&run);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_kept_comes_back),
	    cmocka_unit_test(a_descriptor_stays_when_the_spill_is_cleared),
	    cmocka_unit_test(no_folder_for_temporary_files_is_an_error),
	    cmocka_unit_test(commands_get_all_and_all_they_write_is_kept),
	    cmocka_unit_test(a_command_may_write_much_before_it_reads),
	    cmocka_unit_test(what_a_command_left_behind_is_not_waited_for),
	    cmocka_unit_test(what_is_no_command_is_said),
	    cmocka_unit_test(a_shielded_command_does_not_see_signals),
	    cmocka_unit_test(a_command_that_is_kept_answers_line_by_line),
	    cmocka_unit_test(one_that_does_not_is_refused),
	};

	ev_io_catch_signals();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
