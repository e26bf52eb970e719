/*
 * stream_edits: recorded streams of a named pipeline with one of their control
 * lines edited at random, read by a stage as a sink has it, and by one as a
 * command in the middle has it with that sink behind: nothing is committed
 * that stands behind the edit, and both end with 75 (64 where the edit took
 * the first bytes from begin, so that the stream is that of no name).
 *
 * A stage ends its process where it fails, so each case is a process of its
 * own, or two.
 *
 * Where begin is no begin any more, a command in the middle takes what it reads
 * for a plain stream, until it finds that this cannot be: by what is left of
 * begin, or by a mark or a side line. There is one stream in which it finds
 * neither: nothing but a failure follows, which plain streams have too. Then
 * the middle says bad input (65), or what the failure says, and so does what
 * comes behind it, unless an event came before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random_edit.h"
#include "tool/stage.h"
#include "tool/tool.h"

#define LINES 64

/* What a sink has committed, where its parent can see it. */
static struct commits {
	uint64_t marks, lines;
} * commits;

/* A stream, line by line, newlines included. */
struct stream {
	struct ev_buf text;
	struct {
		size_t at, len;
		bool control;
	} line[LINES];
	unsigned lines, controls;
};

/* --- making one --- */

static void
end_line(struct stream *stream, size_t from, bool control)
{
	stream->line[stream->lines].at = from;
	stream->line[stream->lines].len = stream->text.len - from;
	stream->line[stream->lines++].control = control;
	stream->controls += control;
}

static void
add_event(struct stream *stream)
{
	static const char *const event[] = {"{\"id\":1}", "{\"a\":{\"b\":[]}}",
	    "{\"text\":\"caf\xC3\xA9 {\\\"~ev\\\":\"}", "{}",
	    "{\"a\":1,\"crc\":\"0badcafe\"}"};
	size_t from = stream->text.len;

	random_pick(&stream->text, event, sizeof(event) / sizeof(*event));
	ev_buf_char(&stream->text, '\n');
	end_line(stream, from, false);
}

static void
add_control(struct stream *stream, const struct ev_control *control)
{
	size_t from = stream->text.len;

	ev_control_build(&stream->text, control);
	end_line(stream, from, true);
}

/* begin, up to four intervals, and a seal or a fail line. */
static void
make_stream(struct stream *stream, struct random_control *random)
{
	unsigned marks = 1 + random_below(4);
	struct ev_control control = {0};
	struct ev_slice run;

	stream->text.len = stream->lines = stream->controls = 0;
	do
		random_control(random);
	while (random->control.kind != EV_CONTROL_BEGIN);
	random->control.name = EV_SLICE("u");
	random->control.state = EV_SLICE("/s");
	random->control.sid = EV_SLICE("0123456789abcdef");
	run = random->control.run;
	add_control(stream, &random->control);
	for (unsigned seq = 1; seq <= marks; seq++) {
		unsigned n = random_below(5), sides = 0;

		for (unsigned i = 0; i < n; i++) {
			control = (struct ev_control){.kind = EV_CONTROL_SIDE,
			    .run = run,
			    .to = EV_SLICE("/b"),
			    .event = EV_SLICE("{\"id\":2}")};
			if (random_below(3))
				add_event(stream);
			else {
				add_control(stream, &control);
				sides++;
			}
		}
		control = (struct ev_control){.kind = EV_CONTROL_MARK,
		    .run = run,
		    .seq = seq,
		    .n = n,
		    .sides = sides,
		    .pos = random->control.pos,
		    .seal = seq == marks ? EV_SEAL_RUN : EV_SEAL_NONE};
		if (seq == marks && !random_below(4))
			control = (struct ev_control){.kind = EV_CONTROL_FAIL,
			    .by = EV_SLICE("evsource-file"),
			    .status = 69,
			    .why = EV_SLICE("no network")};
		add_control(stream, &control);
	}
}

/* --- reading one --- */

struct memory {
	struct ev_input in;
	const char *at, *end;
};

static enum ev_status
memory_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct memory *self = (struct memory *)in;
	size_t len = (size_t)(self->end - self->at);

	(void)err;
	if (!len)
		return EV_END;
	*got = len < cap ? len : cap;
	memcpy(buf, self->at, *got);
	self->at += *got;
	return EV_OK;
}

/* Opens the stage of a process that reads the text. */
static void
open_stage(struct ev_stage *stage, struct ev_slice text,
    struct ev_writer *writer)
{
	static const struct ev_stage_settings settings = EV_STAGE_DEFAULTS;
	static struct memory input;

	input = (struct memory){{"stream", 0, memory_read, NULL}, text.ptr,
	    text.ptr + text.len};
	ev_stage_open(stage, &settings, &input.in, ev_scan_new(), writer);
}

/* As a named sink: what is before a mark is committed there. */
static _Noreturn void
sink(struct ev_slice text)
{
	struct ev_stage stage;
	struct ev_line line;

	ev_tool_start("evsink", false);
	open_stage(&stage, text, NULL);
	stage.role = EV_STAGE_SINK;
	stage.name = "u";
	if (ev_stage_step(&stage, &line) != EV_STAGE_BEGIN)
		ev_tool_die(EV_EXIT_USAGE, "not named");
	for (;;)
		switch (ev_stage_step(&stage, &line)) {
		case EV_STAGE_MARK:
			commits->marks++;
			commits->lines = stage.in + stage.sides_in;
			break;
		case EV_STAGE_END:
			_exit(0);
		default:
			break;
		}
}

/* As a command in the middle, to standard output. */
static _Noreturn void
middle(struct ev_slice text)
{
	struct ev_stage stage;
	struct ev_line line;

	ev_tool_start("evfilter", true);
	open_stage(&stage, text, ev_tool_stdout());
	while (ev_stage_next(&stage, &line))
		ev_stage_pass(&stage, &line);
	ev_stage_done(&stage);
	ev_tool_done(0);
}

/* The exit status of one of them, in a process that says nothing. */
static int
run(void (*what)(struct ev_slice text), struct ev_slice text, int out)
{
	int status = 0, null;
	pid_t pid = fork();

	if (!pid) {
		null = open("/dev/null", O_RDWR);
		dup2(null, STDERR_FILENO);
		dup2(out < 0 ? null : out, STDOUT_FILENO);
		what(text);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
run_sink(struct ev_slice text)
{
	*commits = (struct commits){0};
	return run(sink, text, -1);
}

/* What the sink behind the middle says; *status what the middle did. */
static int
run_both(struct ev_slice text, int *status)
{
	struct ev_buf out = {0};
	int fd = memfd_create("stream", 0), end;
	off_t len;

	assert_true(fd >= 0);
	*status = run(middle, text, fd);
	len = lseek(fd, 0, SEEK_CUR);
	ev_buf_reserve(&out, (size_t)len + 1);
	assert_true(pread(fd, out.ptr, (size_t)len, 0) == len);
	out.len = (size_t)len;
	close(fd);
	end = run_sink(ev_buf_as_slice(&out));
	ev_buf_release(&out);
	return end;
}

/* --- the cases --- */

static bool
is_fail(struct ev_slice line)
{
	return line.len > 13 && !memcmp(line.ptr, "{\"~ev\":\"fail\"", 13);
}

static bool
begins(struct ev_slice line)
{
	return line.len >= EV_CONTROL_PREFIX_LEN &&
	    !memcmp(line.ptr, EV_CONTROL_PREFIX, EV_CONTROL_PREFIX_LEN);
}

/* True if the line still stands there whole, whatever stands behind it, as
 * where a newline was put before it: blank lines are passed over. A failure
 * line is one without its line end too. */
static bool
is_whole(struct ev_slice edited, struct ev_slice line)
{
	while (edited.len && *edited.ptr == '\n')
		edited.ptr++, edited.len--;
	if (is_fail(line))
		line.len -= edited.len + 1 == line.len;
	return edited.len >= line.len &&
	    !memcmp(edited.ptr, line.ptr, line.len);
}

static struct ev_slice
line_at(const struct stream *stream, unsigned i)
{
	return (struct ev_slice){stream->text.ptr + stream->line[i].at,
	    stream->line[i].len};
}

static unsigned
some_control(const struct stream *stream)
{
	unsigned i;

	do
		i = random_below(stream->lines);
	while (!stream->line[i].control);
	return i;
}

/* Marks and lines that are whole before line i. */
static struct commits
before(const struct stream *stream, unsigned i)
{
	struct commits whole = {0};
	uint64_t lines = 0;

	for (unsigned j = 0; j < i; j++) {
		struct ev_slice line = line_at(stream, j);

		if (line.len < 16 || memcmp(line.ptr + 7, "\"mark\"", 6)) {
			lines += j > 0; /* begin is none */
			continue;
		}
		whole.marks++;
		whole.lines = lines;
	}
	return whole;
}

/* True if no mark and no side line stands behind begin. */
static bool
is_nameless(const struct stream *stream)
{
	for (unsigned j = 1; j + 1 < stream->lines; j++)
		if (stream->line[j].control)
			return false;
	return true;
}

static void
check(const struct stream *stream, unsigned i, struct ev_slice edited,
    struct ev_slice text)
{
	struct commits whole = before(stream, i);
	bool named = i || begins(edited);
	int alone = run_sink(text), behind, between;
	bool fails, bad;
	struct commits first = *commits;

	behind = run_both(text, &between);
	/* Side lines are counted at marks, so a failure may come first. */
	fails = i + 1 < stream->lines &&
	    is_fail(line_at(stream, stream->lines - 1));
	if (!named && fails && is_nameless(stream))
		bad = (alone != 64 && alone != 69) ||
		    (behind != 64 && behind != 65 && behind != 69) ||
		    (between != 64 && between != 65 && between != 69);
	else if (named)
		bad = (alone != 75 && !(fails && alone == 69)) ||
		    (behind != 75 && !(fails && behind == 69)) ||
		    between != behind;
	else
		bad = alone != 64 || behind != 64 || between != 64;
	if (bad || memcmp(&first, &whole, sizeof(whole)) ||
	    memcmp(commits, &whole, sizeof(whole)))
		fail_msg("line %u as\n%.*s\nsink %d, %llu marks; middle %d, "
			 "sink %d, %llu marks; %llu are whole",
		    i + 1, (int)edited.len, edited.ptr, alone,
		    (unsigned long long)first.marks, between, behind,
		    (unsigned long long)commits->marks,
		    (unsigned long long)whole.marks);
}

static void
test_whole(void **state)
{
	struct random_control random = {0};
	struct stream stream = {0};

	(void)state;
	random_begin("stream_edits");
	for (int i = 0; i < 100; i++) {
		struct commits whole;
		int status, between, expected;

		make_stream(&stream, &random);
		whole = before(&stream, stream.lines);
		expected = is_fail(line_at(&stream, stream.lines - 1)) ? 69 : 0;
		status = run_sink(ev_buf_as_slice(&stream.text));
		assert_int_equal(status, expected);
		assert_memory_equal(commits, &whole, sizeof(whole));
		status = run_both(ev_buf_as_slice(&stream.text), &between);
		assert_int_equal(status, expected);
		assert_int_equal(between, expected);
		assert_memory_equal(commits, &whole, sizeof(whole));
	}
	ev_buf_release(&stream.text);
	random_control_release(&random);
}

/* A stream with an edited line i is read. False: the edit left one whole. */
static bool
try_edit(const struct stream *stream, unsigned i, bool first_bytes,
    struct ev_buf *edited)
{
	struct ev_slice line = line_at(stream, i);
	struct ev_slice other = line_at(stream, some_control(stream));
	struct ev_buf text = {0};

	do
		random_edit(edited, line, other);
	while (first_bytes && begins(ev_buf_as_slice(edited)));
	if (is_whole(ev_buf_as_slice(edited), line) ||
	    is_whole(ev_buf_as_slice(edited), other))
		return false;
	ev_buf_append(&text, stream->text.ptr, stream->line[i].at);
	ev_buf_slice(&text, ev_buf_as_slice(edited));
	ev_buf_append(&text, line.ptr + line.len,
	    stream->text.len - stream->line[i].at - line.len);
	check(stream, i, ev_buf_as_slice(edited), ev_buf_as_slice(&text));
	ev_buf_release(&text);
	return true;
}

static void
edit_streams(unsigned long cases, bool first_bytes)
{
	struct random_control random = {0};
	struct stream stream = {0};
	struct ev_buf edited = {0};

	while (cases) {
		make_stream(&stream, &random);
		cases -= try_edit(&stream,
		    first_bytes ? 0 : some_control(&stream), first_bytes,
		    &edited);
	}
	ev_buf_release(&edited);
	ev_buf_release(&stream.text);
	random_control_release(&random);
}

static void
test_edits(void **state)
{
	(void)state;
	edit_streams(random_cases(2000), false);
}

/* Of begin those by which it is known. */
static void
test_first_bytes(void **state)
{
	(void)state;
	edit_streams(random_cases(2000) / 2, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole),
	    cmocka_unit_test(test_edits),
	    cmocka_unit_test(test_first_bytes),
	};

	commits = mmap(NULL, sizeof(*commits), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (commits == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
