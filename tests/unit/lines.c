/*
 * lines: the reader and the writer, which belong together: what is read in
 * chunks of any size comes out as the same lines, passed on or built, and what
 * is wrong with a line is told.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/io.h"
#include "event/reader.h"
#include "event/writer.h"
#include "random_json.h"

/* Text that arrives in pieces of at most `step` bytes, with nothing there in
 * between. */
struct pieces {
	struct ev_input in;
	const char *at, *end;
	size_t step;
	bool pause;
};

static enum ev_status
pieces_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct pieces *self = (struct pieces *)in;
	size_t len = (size_t)(self->end - self->at);

	(void)err;
	self->pause = !self->pause;
	if (self->pause)
		return EV_AGAIN;
	if (!len)
		return EV_END;
	len = len < self->step ? len : self->step;
	len = len < cap ? len : cap;
	memcpy(buf, self->at, len);
	self->at += len;
	*got = len;
	return EV_OK;
}

static enum ev_status
pieces_wait(struct ev_input *in, struct ev_err *err)
{
	(void)in;
	(void)err;
	return EV_OK;
}

static struct pieces
pieces_of(struct ev_slice text, size_t step)
{
	return (struct pieces){{"pieces", 0, pieces_read, pieces_wait},
	    text.ptr, text.ptr + text.len, step, false};
}

/* What the reader says of a text, one letter a line: e event, c control, b
 * bad, T torn; with the texts behind them. */
static void
read_all(struct ev_slice text, size_t step, size_t max, bool scanned,
    struct ev_buf *out)
{
	struct pieces in = pieces_of(text, step);
	struct ev_reader *reader = ev_reader_new(&in.in, max);
	struct ev_scan *scan = scanned ? ev_scan_new() : NULL;
	struct ev_line line;
	struct ev_err err;
	enum ev_status status;

	out->len = 0;
	while ((status = ev_reader_next(reader, scan, &line, &err)) != EV_END) {
		assert_true(status == EV_OK || status == EV_BAD);
		ev_buf_printf(out, "%c%s%d:%.*s\n",
		    status == EV_BAD   ? 'b'
			: line.control ? 'c'
				       : 'e',
		    line.torn ? "T" : "", (int)line.number,
		    line.text.len > 20 ? 20 : (int)line.text.len,
		    line.text.ptr);
		if (status == EV_OK && line.whole)
			assert_int_equal(line.text.ptr[line.text.len], '\n');
		if (status == EV_OK)
			assert_int_equal(line.length, line.text.len);
	}
	ev_reader_free(reader);
	ev_scan_free(scan);
}

static void
test_kinds(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
	    {"", ""},
	    {"\n\n \r\n", ""},
	    {"{}\n", "e1:{}\n"},
	    {"{}", "eT1:{}\n"},
	    {"{}\r\n{\"a\":1}\r\n", "e1:{}\ne2:{\"a\":1}\n"},
	    {"{}\n\n{}\n", "e1:{}\ne3:{}\n"},
	    {"{\"~ev\":\"fail\"}\n", "c1:{\"~ev\":\"fail\"}\n"},
	    {" {\"~ev\":\"fail\"}\n{}\n", "b1: {\"~ev\":\"fail\"}\ne2:{}\n"},
	    {"[1]\n17\n{}\n", "b1:[1]\nb2:17\ne3:{}\n"},
	    {"{\"a\":1\n{}\n", "b1:{\"a\":1\ne2:{}\n"},
	    {"{\"a\":", "bT1:{\"a\":\n"},
	};
	struct ev_buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t step = 1; step < 20; step++) {
			read_all(ev_slice_of(cases[i].text), step, EV_MAX_EVENT,
			    true, &out);
			assert_string_equal(ev_buf_cstr(&out), cases[i].said);
		}
	read_all(EV_SLICE("a\n\nb\x00\n"), 3, EV_MAX_EVENT, false, &out);
	assert_memory_equal(out.ptr, "e1:a\ne2:\ne3:b", 13);
	ev_buf_release(&out);
}

/* Lines about the limit, and far longer: the stream goes on behind them. */
static void
test_long(void **state)
{
	static const size_t len[] = {990, 999, 1000, 1001, 70000, 300000,
	    3000000};
	struct ev_buf text = {0}, out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(len) / sizeof(*len); i++) {
		text.len = 0;
		ev_buf_str(&text, "{}\n{\"a\":\"");
		for (size_t n = 8; n < len[i]; n++)
			ev_buf_char(&text, 'x');
		ev_buf_str(&text, "\"}\n{\"b\":1}\n");
		read_all(ev_buf_as_slice(&text), 65536, 1000, true, &out);
		assert_string_equal(ev_buf_cstr(&out),
		    len[i] <= 1000
			? "e1:{}\ne2:{\"a\":\"xxxxxxxxxxxxxx\ne3:{\"b\":1}\n"
			: "e1:{}\nb2:{\"a\":\"xxxxxxxxxxxxxx\ne3:{\"b\":1}\n");
	}
	ev_buf_release(&text);
	ev_buf_release(&out);
}

static enum ev_status
on_reader(void *arg, enum ev_reader_event what, struct ev_err *err)
{
	return what == EV_READER_WAIT && random_below(4) == 0
	    ? ev_writer_flush(arg, err)
	    : ev_writer_settle(arg, err);
}

/* Copies text through a reader and a writer; each line is passed on, built
 * anew, or undone and then passed on. */
static void
copy(struct ev_slice text, size_t step, int fd)
{
	struct pieces in = pieces_of(text, step);
	struct ev_reader *reader = ev_reader_new(&in.in, EV_MAX_EVENT);
	struct ev_writer *writer = ev_writer_new(fd, "memory");
	struct ev_scan *scan = ev_scan_new();
	struct ev_line line;
	struct ev_err err;

	ev_reader_on(reader, on_reader, writer);
	while (ev_reader_next(reader, scan, &line, &err) == EV_OK) {
		unsigned how = random_below(4);

		if (how < 2) {
			ev_buf_slice(ev_writer_begin(writer), line.text);
			if (how == 0) {
				assert_int_equal(ev_writer_end(writer, &err),
				    EV_OK);
				continue;
			}
			ev_writer_undo(writer);
		}
		assert_int_equal(ev_writer_pass(writer, &line, &err), EV_OK);
	}
	assert_int_equal(ev_writer_flush(writer, &err), EV_OK);
	ev_reader_free(reader);
	ev_writer_free(writer);
	ev_scan_free(scan);
}

static void
test_copies(void **state)
{
	struct ev_buf text = {0};

	(void)state;
	random_begin("lines");
	for (int i = 0; i < 200; i++) {
		int fd = memfd_create("lines", 0);
		char *copied;

		text.len = 0;
		for (unsigned n = random_below(3000); n; n--) {
			unsigned m = random_below(i % 10 ? 300 : 30000);

			ev_buf_str(&text, "{\"a\":\"");
			while (m--)
				ev_buf_char(&text, 'x');
			ev_buf_str(&text, "\"}\n");
			if (text.len > 4000000)
				break;
		}
		copy(ev_buf_as_slice(&text), 1 + random_below(300000), fd);
		assert_int_equal(lseek(fd, 0, SEEK_END), text.len);
		if (text.len) {
			copied = mmap(NULL, text.len, PROT_READ, MAP_SHARED, fd,
			    0);
			assert_memory_equal(copied, text.ptr, text.len);
			munmap(copied, text.len);
		}
		close(fd);
	}
	ev_buf_release(&text);
}

static void
put_own(struct ev_writer *writer, const char *text)
{
	ev_buf_str(ev_writer_begin(writer), text);
	assert_int_equal(ev_writer_end(writer, NULL), EV_OK);
}

/* What was lent stands behind what was not when it is copied; their order
 * stays. */
static void
test_settled(void **state)
{
	int fd = memfd_create("lines", 0);
	struct ev_writer *writer = ev_writer_new(fd, "memory");
	struct ev_line lent = {.text = {"two\n", 3}, .whole = true};
	char written[32] = "";

	(void)state;
	put_own(writer, "one");
	assert_int_equal(ev_writer_pass(writer, &lent, NULL), EV_OK);
	put_own(writer, "three");
	assert_int_equal(ev_writer_settle(writer, NULL), EV_OK);
	put_own(writer, "four");
	assert_int_equal(ev_writer_flush(writer, NULL), EV_OK);
	assert_int_equal(pread(fd, written, sizeof(written) - 1, 0), 19);
	assert_string_equal(written, "one\ntwo\nthree\nfour\n");
	ev_writer_free(writer);
	close(fd);
}

static void
test_failed_write(void **state)
{
	int fd = open("/dev/full", O_WRONLY);
	struct ev_writer *writer = ev_writer_new(fd, "full");
	struct ev_err err;

	(void)state;
	ev_buf_str(ev_writer_begin(writer), "{}");
	assert_int_equal(ev_writer_end(writer, &err), EV_OK);
	assert_int_equal(ev_writer_flush(writer, &err), EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_IO);
	assert_string_equal(err.text,
	    "cannot write 'full': no space left on device");
	/* It stays so. */
	ev_buf_str(ev_writer_begin(writer), "{}");
	assert_int_equal(ev_writer_end(writer, &err), EV_FATAL);
	ev_writer_free(writer);
	close(fd);
}

/* A write that a signal stops in the middle of a line: the last words finish
 * the line before they say why. */
static void
test_last_words(void **state)
{
	struct ev_writer *writer;
	struct ev_buf got = {0};
	struct ev_err err;
	char buf[65536];
	ssize_t n;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	writer = ev_writer_new(fd[1], "pipe");
	for (int i = 0; i < 3000; i++) {
		ev_buf_str(ev_writer_begin(writer), "{\"a\":\"0123456789\"}");
		if (i == 2999)
			break;
		assert_int_equal(ev_writer_end(writer, &err), EV_OK);
	}
	ev_writer_undo(writer);
	if (fork() == 0) {
		/* The reader: slow at first, then takes everything. */
		close(fd[1]);
		usleep(300000);
		while ((n = read(fd[0], buf, sizeof(buf))) > 0)
			ev_buf_append(&got, buf, (size_t)n);
		_exit(got.len > 60000 && got.ptr[0] == '{' &&
			    !memcmp(got.ptr + got.len - 11, "\n{\"last\":1}",
				11)
			? 0
			: 1);
	}
	close(fd[0]);
	for (int i = 0; i < 3000; i++) {
		ev_buf_str(ev_writer_begin(writer), "{\"a\":\"0123456789\"}");
		ev_writer_end(writer, &err);
	}
	ev_io_catch_signals();
	raise(SIGTERM);
	assert_int_equal(ev_writer_flush(writer, &err), EV_FATAL);
	assert_int_equal(err.exit, 128 + SIGTERM);
	ev_writer_last(writer, EV_SLICE("{\"last\":1}"));
	ev_writer_free(writer);
	close(fd[1]);
	int status;
	while (wait(&status) < 0)
		;
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_long),
	    cmocka_unit_test(test_copies),
	    cmocka_unit_test(test_settled),
	    cmocka_unit_test(test_failed_write),
	    cmocka_unit_test(test_last_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
