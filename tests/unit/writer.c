/*
 * writer: where it writes more at a time, to files, what comes out is the same:
 * byte for byte what was given to it, to a file as to a pipe, around the
 * numbers of bytes and of runs at which it writes; and a write that fails in
 * the middle of that fails once.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "event/writer.h"

/* What is worth a write to a file, as writer.c has it. */
#define FILE_FULL (512u << 10)

/* --- lines --------------------------------------------------------------- */

/* How lines are given: in the writer's own buffer, lent from one text, the one
 * and the other by turns, or lent from two texts by turns. */
enum how { OWN, LENT, TURNS, APART };

#define HOWS 4

/* Lines, and two texts that have every other one of them, where it stands in
 * the whole, and '#' in between: what is written of a wrong place shows. */
struct text {
	struct ev_buf all, half[2];
};

static void
append_line(struct text *text, size_t len, unsigned number)
{
	struct ev_buf *all = &text->all;
	struct ev_buf *with = &text->half[number % 2];
	struct ev_buf *without = &text->half[(number + 1) % 2];
	size_t begin = all->len;

	ev_buf_printf(all, "%zu,", begin);
	while (all->len - begin < len)
		ev_buf_char(all, (char)('a' + all->len % 26));
	all->len = begin + len;
	all->ptr[all->len - 1] = '\n';
	ev_buf_append(with, all->ptr + begin, len);
	ev_buf_reserve(without, len);
	memset(without->ptr + begin, '#', len);
	without->len += len;
}

/* Lines of `line` bytes, the last one of up to twice as many: `size` in all. */
static struct text
text_of(size_t size, size_t line)
{
	struct text text = {0};

	for (unsigned n = 0; text.all.len < size; n++) {
		size_t rest = size - text.all.len;

		append_line(&text, rest < 2 * line ? rest : line, n);
	}
	assert_int_equal(text.all.len, size);
	return text;
}

static void
release(struct text *text)
{
	ev_buf_release(&text->all);
	ev_buf_release(&text->half[0]);
	ev_buf_release(&text->half[1]);
}

/* The end of the line in which a byte is. */
static size_t
line_end(const struct text *text, size_t at)
{
	const char *ptr = text->all.ptr;

	return (size_t)((char *)memchr(ptr + at, '\n', text->all.len - at) -
	    ptr + 1);
}

/* Gives the line that begins at an offset. */
static enum ev_status
give_line(struct ev_writer *writer, const struct text *text, size_t at,
    enum how how, struct ev_err *err)
{
	bool odd = text->half[0].ptr[at] == '#';
	const struct ev_buf *from = how == TURNS || how == APART
	    ? &text->half[odd]
	    : &text->all;
	struct ev_line line = {.text = {from->ptr + at,
				   line_end(text, at) - at - 1},
	    .whole = true};

	if (how != OWN && (how != TURNS || odd))
		return ev_writer_pass(writer, &line, err);
	ev_buf_slice(ev_writer_begin(writer), line.text);
	return ev_writer_end(writer, err);
}

/* Gives the lines from an offset on up to another; returns what the last one
 * did. */
static enum ev_status
give(struct ev_writer *writer, const struct text *text, size_t from,
    size_t until, enum how how, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	for (; from < until; from = line_end(text, from))
		status = give_line(writer, text, from, how, err);
	return status;
}

/* --- what comes out ------------------------------------------------------ */

static void
is_in_file(int fd, struct ev_slice text)
{
	char *map;

	assert_int_equal(lseek(fd, 0, SEEK_END), text.len);
	if (!text.len)
		return;
	map = mmap(NULL, text.len, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	assert_memory_equal(map, text.ptr, text.len);
	munmap(map, text.len);
}

struct drain {
	int fd;
	struct ev_buf got;
};

static void *
read_all(void *arg)
{
	struct drain *drain = arg;
	char buf[65536];
	ssize_t n;

	while ((n = read(drain->fd, buf, sizeof(buf))) > 0)
		ev_buf_append(&drain->got, buf, (size_t)n);
	return NULL;
}

/* Gives all lines, with a flush behind those before `middle` (0: none), and one
 * at the end. */
static void
give_all(int fd, const struct text *text, enum how how, size_t middle)
{
	struct ev_writer *writer = ev_writer_new(fd, "out");
	struct ev_err err;

	assert_int_equal(give(writer, text, 0, middle, how, &err), EV_OK);
	if (middle)
		assert_int_equal(ev_writer_flush(writer, &err), EV_OK);
	assert_int_equal(give(writer, text, middle, text->all.len, how, &err),
	    EV_OK);
	assert_int_equal(ev_writer_bytes(writer), text->all.len);
	assert_int_equal(ev_writer_flush(writer, &err), EV_OK);
	assert_int_equal(ev_writer_flush(writer, &err), EV_OK);
	assert_int_equal(ev_writer_bytes(writer), text->all.len);
	ev_writer_free(writer);
}

static void
to_file(const struct text *text, enum how how, size_t middle)
{
	int fd = memfd_create("writer", 0);

	give_all(fd, text, how, middle);
	is_in_file(fd, ev_buf_as_slice(&text->all));
	close(fd);
}

static void
to_pipe(const struct text *text, enum how how, size_t middle)
{
	struct drain drain = {0};
	pthread_t thread;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	drain.fd = fd[0];
	assert_int_equal(pthread_create(&thread, NULL, read_all, &drain), 0);
	give_all(fd[1], text, how, middle);
	close(fd[1]);
	pthread_join(thread, NULL);
	close(fd[0]);
	assert_int_equal(drain.got.len, text->all.len);
	assert_memory_equal(drain.got.ptr, text->all.ptr, text->all.len);
	ev_buf_release(&drain.got);
}

static void
same(const struct text *text, enum how how)
{
	size_t middle[] = {0, line_end(text, text->all.len / 2), text->all.len};

	for (int i = 0; i < 3; i++) {
		to_file(text, how, middle[i]);
		to_pipe(text, how, middle[i]);
	}
}

static void
test_same(void **state)
{
	/* Of 100 bytes the runs of lines by turns come to their number first;
	 * one of 300,000 is more than a pipe holds. */
	static const size_t lines[] = {100, 2000, 100000, 300000};
	static const size_t fulls[] = {EV_WRITER_FULL, FILE_FULL,
	    2 * FILE_FULL};

	(void)state;
	for (size_t i = 0; i < 4 * 3 * 3; i++) {
		size_t size = fulls[i % 3] + i / 3 % 3 - 1;
		struct text text = text_of(size, lines[i / 9]);

		for (int how = 0; how < HOWS; how++)
			same(&text, (enum how)how);
		release(&text);
	}
}

/* A file gets its first bytes when they are FILE_FULL, and not one before. */
static void
full_at(const struct text *text, enum how how)
{
	struct ev_slice all = ev_buf_as_slice(&text->all);
	int fd = memfd_create("writer", 0);
	struct ev_writer *writer = ev_writer_new(fd, "out");
	struct ev_err err;

	assert_int_equal(give(writer, text, 0, all.len, how, &err), EV_OK);
	is_in_file(fd, all.len < FILE_FULL ? EV_SLICE("") : all);
	assert_int_equal(ev_writer_flush(writer, &err), EV_OK);
	is_in_file(fd, all);
	ev_writer_free(writer);
	close(fd);
}

static void
test_full(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct text text = text_of(FILE_FULL + i - 1, 4000);

		for (int how = 0; how < HOWS; how++)
			full_at(&text, (enum how)how);
		release(&text);
	}
}

/* --- failures ------------------------------------------------------------ */

/* A file may be so long, as it is where a disk is full in the middle of a
 * write. */
static void
limit(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* What fails stays failed: nothing more is written once there is room again,
 * but for the last words, which finish what was torn. */
static void
fails_at(const struct text *text, enum how how, size_t room)
{
	int fd = memfd_create("writer", 0);
	struct ev_writer *writer = ev_writer_new(fd, "out");
	struct ev_slice written = {text->all.ptr, room};
	struct ev_buf whole = {0};
	struct ev_err err;

	limit(room);
	assert_int_equal(give(writer, text, 0, text->all.len, how, &err),
	    EV_FATAL);
	limit(RLIM_INFINITY);
	assert_int_equal(err.exit, EV_EXIT_IO);
	assert_string_equal(err.text, "cannot write 'out': file too large");
	is_in_file(fd, written);
	err.text[0] = '\0';
	assert_int_equal(ev_writer_flush(writer, &err), EV_FATAL);
	assert_string_equal(err.text, "cannot write 'out': file too large");
	assert_int_equal(ev_writer_settle(writer, NULL), EV_FATAL);
	is_in_file(fd, written);
	ev_writer_last(writer, EV_SLICE("{}\n"));
	ev_buf_slice(&whole, ev_buf_as_slice(&text->all));
	ev_buf_str(&whole, "{}\n");
	is_in_file(fd, ev_buf_as_slice(&whole));
	ev_buf_release(&whole);
	ev_writer_free(writer);
	close(fd);
}

static void
test_full_disk(void **state)
{
	static const size_t rooms[] = {0, 1, 4000, 100001, FILE_FULL - 1};
	struct text text = text_of(FILE_FULL, 4000);

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	for (size_t i = 0; i < 5; i++)
		for (int how = 0; how < HOWS; how++)
			fails_at(&text, (enum how)how, rooms[i]);
	release(&text);
}

/* The line at which it is full is the first that fails, and the next ones say
 * what that one said. */
static void
fails_from(const struct text *text, enum how how)
{
	int fd = open("/dev/full", O_WRONLY);
	struct ev_writer *writer = ev_writer_new(fd, "full");
	/* What is no file is full before. */
	size_t at = line_end(text, EV_WRITER_FULL) - 4000;
	struct ev_err err;

	assert_int_equal(give(writer, text, 0, at, how, &err), EV_OK);
	for (int i = 0; i < 3; i++, at += 4000) {
		*err.text = '\0';
		assert_int_equal(give_line(writer, text, at, how, &err),
		    EV_FATAL);
		assert_int_equal(err.exit, EV_EXIT_IO);
		assert_string_equal(err.text,
		    "cannot write 'full': no space left on device");
	}
	ev_writer_free(writer);
	close(fd);
}

static void
test_failed_line(void **state)
{
	struct text text = text_of(FILE_FULL, 4000);

	(void)state;
	for (int how = 0; how < HOWS; how++)
		fails_from(&text, (enum how)how);
	release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same),
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_full_disk),
	    cmocka_unit_test(test_failed_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
