/*
 * logread, settled: how far what a pipeline writes may be read, and where one
 * may go on.
 */
#include "state/logread.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "state/settled.h"
#include "state/sidecar.h"

static struct ev_err err;

/* A log of lines "0000000\n", "0000008\n" …, each of which says its offset. */
struct world {
	char folder[64];
	struct ev_sidecar sidecar;
};

static void
put(const char *path, uint64_t from, uint64_t to, const char *mode)
{
	FILE *file = fopen(path, mode);

	assert_non_null(file);
	for (; from < to; from += 8)
		fprintf(file, "%07d\n", (int)from);
	assert_int_equal(fclose(file), 0);
}

static void
segment(const struct world *world, uint64_t start, uint64_t end)
{
	char *path = ev_sidecar_segment(world->folder, start);

	put(path, start, end, "w");
	free(path);
}

static void
drop(const struct world *world, uint64_t start)
{
	char *path = ev_sidecar_segment(world->folder, start);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static void
store(const struct world *world, bool log)
{
	char *path = ev_sidecar_path(world->folder, log);
	struct ev_buf text = {0};
	FILE *file = fopen(path, "w");

	ev_sidecar_build(&world->sidecar, &text);
	fwrite(text.ptr, text.len, 1, file);
	assert_int_equal(fclose(file), 0);
	ev_buf_release(&text);
	free(path);
}

static void
commit(struct world *world, uint64_t first, uint64_t last, uint64_t length,
    const char *open)
{
	struct ev_sidecar *sidecar = &world->sidecar;

	sidecar->first = first;
	sidecar->last = last;
	sidecar->length = length;
	snprintf(sidecar->open, sizeof(sidecar->open), "%s", open);
	store(world, true);
}

#define RUN "0123456789abcdef0123456789abcdef"

/* Three segments, and a tail that is not committed. */
static int
set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	strcpy(world->folder, "/tmp/logread.XXXXXX");
	if (!mkdtemp(world->folder))
		return -1;
	world->sidecar = (struct ev_sidecar){.record = strdup("{\"id\":\"0\"}"),
	    .log = true};
	memset(world->sidecar.hash.head, '0', 32);
	memset(world->sidecar.hash.tail, '0', 32);
	segment(world, 0, 800);
	segment(world, 800, 1600);
	segment(world, 1600, 2000);
	commit(world, 0, 1600, 1920, RUN);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;
	char *command = NULL;

	if (asprintf(&command, "rm -rf %s", world->folder) < 0 ||
	    system(command))
		return -1;
	free(command);
	ev_sidecar_release(&world->sidecar);
	free(world);
	return 0;
}

/* Reads up to an offset, in pieces, and compares with what must stand there.
 * Returns what came behind. */
static enum ev_status
expect(struct ev_logread *log, uint64_t from, uint64_t to)
{
	struct ev_input *in = ev_logread_input(log);
	char block[100], want[16];
	uint64_t at = from;
	enum ev_status status;
	size_t got;

	while (
	    (status = in->read(in, block, sizeof(block), &got, &err)) == EV_OK)
		for (size_t i = 0; i < got; i++, at++) {
			snprintf(want, sizeof(want), "%07d\n",
			    (int)(at - at % 8));
			assert_int_equal(block[i], want[at % 8]);
		}
	assert_int_equal(at, to);
	return status;
}

static struct ev_logread *
opened(const struct world *world, bool follow)
{
	struct ev_logread *log;

	if (ev_logread_open(&log, world->folder, follow, &err) != EV_OK)
		fail_msg("%s", err.text);
	return log;
}

static void
fails(enum ev_status status, const char *why)
{
	assert_int_equal(status, EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	if (!strstr(err.text, why))
		fail_msg("'%s' is not in '%s'", why, err.text);
}

static void
all_that_is_committed_is_read(void **state)
{
	struct ev_logread *log = opened(*state, false);

	assert_int_equal(ev_logread_first(log), 0);
	assert_int_equal(ev_logread_end(log), 1920);
	assert_int_equal(expect(log, 0, 1920), EV_END);
	assert_string_equal(ev_logread_segment(log, 1599),
	    "00000000000000000800.ndjson");
	ev_logread_close(log);
}

static void
a_reader_goes_on_where_it_was(void **state)
{
	static const uint64_t offset[] = {0, 8, 792, 800, 808, 1600, 1920};
	struct ev_buf position = {0};

	for (size_t i = 0; i < sizeof(offset) / sizeof(*offset); i++) {
		struct ev_logread *log = opened(*state, false);

		position.len = 0;
		ev_logread_position(log, offset[i], &position);
		assert_int_equal(ev_logread_resume(log,
				     ev_buf_as_slice(&position), &err),
		    EV_OK);
		assert_int_equal(expect(log, offset[i], 1920), EV_END);
		ev_logread_close(log);
	}
	ev_buf_release(&position);
}

static void
a_reader_follows(void **state)
{
	struct world *world = *state;
	struct ev_logread *log = opened(world, true);
	struct ev_input *in = ev_logread_input(log);

	assert_int_equal(expect(log, 0, 1920), EV_AGAIN);
	assert_int_equal(ev_logread_wait(log, 20, &err), EV_AGAIN);
	commit(world, 0, 1600, 2000, RUN);
	assert_int_equal(in->wait(in, &err), EV_OK);
	assert_int_equal(expect(log, 1920, 2000), EV_AGAIN);
	/* The last segment has ended, and the next one is not there yet. */
	commit(world, 0, 2000, 2000, "");
	assert_int_equal(ev_logread_wait(log, 0, &err), EV_AGAIN);
	segment(world, 2000, 2400);
	commit(world, 0, 2000, 2080, RUN);
	assert_int_equal(expect(log, 2000, 2080), EV_AGAIN);
	/* Two more at once. */
	segment(world, 2400, 2800);
	segment(world, 2800, 2880);
	commit(world, 0, 2800, 2840, RUN);
	assert_int_equal(expect(log, 2080, 2840), EV_AGAIN);
	world->sidecar.record[0] = '\0';
	free(world->sidecar.record);
	world->sidecar.record = strdup("{\"id\":\"0\",\"final\":\"1\"}");
	commit(world, 0, 2800, 2880, "");
	assert_int_equal(ev_logread_wait(log, -1, &err), EV_OK);
	assert_int_equal(expect(log, 2840, 2880), EV_END);
	assert_true(ev_logread_final(log));
	ev_logread_close(log);
}

static void
what_was_removed_is_no_jump(void **state)
{
	struct world *world = *state;
	struct ev_logread *log = opened(world, false), *late;

	assert_int_equal(ev_logread_seek(log, 8, &err), EV_OK);
	drop(world, 0);
	commit(world, 800, 1600, 1920, RUN);
	late = opened(world, false);
	fails(ev_logread_resume(late, EV_SLICE("792"), &err), "begins at 800");
	/* What is gone cannot be compared, but 800 is where a segment begins. */
	assert_int_equal(ev_logread_resume(late, EV_SLICE("800:00000000"),
			     &err),
	    EV_OK);
	assert_int_equal(expect(late, 800, 1920), EV_END);
	fails(expect(log, 8, 8), "begins at 800");
	ev_logread_close(log);
	ev_logread_close(late);
}

static void
a_gap_is_no_jump(void **state)
{
	struct world *world = *state;
	struct ev_logread *log = opened(world, false);

	drop(world, 800);
	fails(expect(log, 0, 800), "gap at 800");
	fails(ev_logread_seek(log, 880, &err), "gap at 879");
	ev_logread_close(log);
	log = opened(world, false);
	segment(world, 800, 1000);
	fails(expect(log, 0, 1000), "gap at 1000");
	ev_logread_close(log);
}

static void
another_log_is_told(void **state)
{
	struct world *world = *state;
	struct ev_logread *log = opened(world, false);
	struct ev_buf position = {0};

	ev_logread_position(log, 1000, &position);
	fails(ev_logread_seek(log, 1928, &err), "ends at 1920");
	fails(ev_logread_seek(log, 1001, &err), "middle of a line");
	fails(ev_logread_resume(log, EV_SLICE("1000:00000000"), &err),
	    "not the one");
	fails(ev_logread_resume(log, EV_SLICE("offset=5"), &err),
	    "no position");
	fails(ev_logread_resume(log, EV_SLICE("1000:0"), &err), "no position");
	ev_logread_close(log);
	segment(world, 0, 80);
	drop(world, 800);
	drop(world, 1600);
	commit(world, 0, 0, 80, "");
	log = opened(world, false);
	fails(ev_logread_resume(log, ev_buf_as_slice(&position), &err),
	    "ends at 80");
	ev_logread_close(log);
	ev_buf_release(&position);
}

static void
a_log_that_shrinks_or_goes_is_told(void **state)
{
	struct world *world = *state;
	struct ev_logread *log = opened(world, true);
	char *path = ev_sidecar_path(world->folder, true);

	assert_int_equal(expect(log, 0, 1920), EV_AGAIN);
	commit(world, 0, 1600, 1912, "");
	fails(ev_logread_wait(log, 0, &err), "ends at 1912 now");
	assert_true(ev_logread_is(world->folder));
	assert_int_equal(unlink(path), 0);
	fails(ev_logread_wait(log, 0, &err), "is no log");
	assert_false(ev_logread_is(world->folder));
	ev_logread_close(log);
	fails(ev_logread_open(&log, world->folder, false, &err), "is no log");
	free(path);
}

static void
a_strangers_bytes_are_told(void **state)
{
	struct world *world = *state;
	struct ev_logread *log;

	commit(world, 0, 1600, 1920, "");
	fails(ev_logread_open(&log, world->folder, false, &err),
	    "80 bytes behind");
	/* Who follows does not care: the writer's next run does. */
	log = opened(world, true);
	assert_int_equal(expect(log, 0, 1920), EV_AGAIN);
	ev_logread_close(log);
}

static void
a_time_is_that_of_a_segment(void **state)
{
	struct world *world = *state;
	static const struct {
		int64_t ms;
		uint64_t offset;
	} cases[] = {{0, 0}, {100000, 0}, {100001, 800}, {200000, 800},
	    {200001, 1600}, {300001, 1920}};
	struct ev_logread *log;
	uint64_t offset;

	for (int i = 0; i < 3; i++) {
		struct timespec times[2] = {{100 * (i + 1), 0},
		    {100 * (i + 1), 0}};
		char *path = ev_sidecar_segment(world->folder,
		    (uint64_t)i * 800);

		assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
		free(path);
	}
	log = opened(world, false);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(ev_logread_time(log, cases[i].ms, &offset,
				     &err),
		    EV_OK);
		assert_int_equal(offset, cases[i].offset);
	}
	ev_logread_close(log);
}

/* --- settled ------------------------------------------------------------- */

static void
look(struct ev_settled *settled, int fd, uint64_t length, bool kept)
{
	if (ev_settled_look(settled, fd, &err) != EV_OK)
		fail_msg("%s", err.text);
	assert_int_equal(settled->length, length);
	assert_int_equal(settled->kept, kept);
}

static void
a_file_ends_where_its_sidecar_says(void **state)
{
	struct world *world = *state;
	struct ev_settled settled;
	char *path = ev_sidecar_segment(world->folder, 1600);
	char *link = NULL, *own = NULL;
	int fd = open(path, O_RDONLY);

	/* A segment, by the log's sidecar; also through a link. */
	if (asprintf(&link, "%s/link", world->folder) < 0 ||
	    asprintf(&own, "%s.ev", path) < 0)
		fail();
	assert_int_equal(symlink(path, link), 0);
	ev_settled_init(&settled, link);
	look(&settled, fd, 320, true);
	assert_true(settled.open);
	assert_int_equal(ev_settled_check(&settled, fd, &err), EV_OK);
	commit(world, 0, 1600, 1936, "");
	look(&settled, fd, 336, true);
	fails(ev_settled_check(&settled, fd, &err), "64 bytes behind");
	commit(world, 0, 2000, 2000, "");
	look(&settled, fd, 400, true);
	assert_int_equal(ev_settled_check(&settled, fd, &err), EV_OK);
	assert_int_equal(ev_settled_sync(&settled, 400, &err), EV_OK);
	assert_int_equal(settled.synced, 400);
	ev_settled_release(&settled);
	close(fd);

	/* A file, by its own. */
	strcpy(world->folder + strlen(world->folder), "/file");
	put(world->folder, 0, 80, "w");
	fd = open(world->folder, O_RDONLY);
	ev_settled_init(&settled, world->folder);
	look(&settled, fd, 80, false);
	put(world->folder, 80, 160, "a");
	look(&settled, fd, 160, false);
	world->sidecar.log = false;
	world->sidecar.length = 160;
	store(world, false);
	put(world->folder, 160, 240, "a");
	look(&settled, fd, 160, true);
	fails(ev_settled_check(&settled, fd, &err), "80 bytes behind");
	world->sidecar.length = 152;
	store(world, false);
	fails(ev_settled_look(&settled, fd, &err), "152 committed bytes now");
	ev_settled_release(&settled);
	close(fd);
	*strrchr(world->folder, '/') = '\0';
	free(path);
	free(link);
	free(own);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(all_that_is_committed_is_read),
	    CASE(a_reader_goes_on_where_it_was),
	    CASE(a_reader_follows),
	    CASE(what_was_removed_is_no_jump),
	    CASE(a_gap_is_no_jump),
	    CASE(another_log_is_told),
	    CASE(a_log_that_shrinks_or_goes_is_told),
	    CASE(a_strangers_bytes_are_told),
	    CASE(a_time_is_that_of_a_segment),
	    CASE(a_file_ends_where_its_sidecar_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
