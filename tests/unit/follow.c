/*
 * follow: the files of a log as a file system shows them, against a model
 * that knows which lines were written to it. Random sequences of appends,
 * rotations, copies, truncations, compressions, marks, restarts and looks;
 * each line that can be known to have been there must be delivered exactly
 * once, and all in the order in which they were written. Looks and reads are
 * steps of the sequence, and the clock, the times of files and the numbers of
 * their nodes are the model's, so a seed says all that happens.
 *
 * A line need not come only where nobody could know of it:
 * - the bytes were emptied or removed before they were looked at (destroyed);
 * - what was read last lies nowhere any more, and a file that was rotated away
 *   has its very time: that may have come before it or after (undecidable).
 * And of an open file that was removed, and one rotated away that has its very
 * time, nobody knows which is the older (unordered).
 */
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "tool/follow.h"
#include "tool/marker.h"

#include "disk.h"

#define SEQUENCES 500
#define ACTIONS 30
#define KEPT 4    /* rotated files */
#define LINES 600 /* of a sequence at most */

/* --- the model ----------------------------------------------------------- */

struct line {
	char text[80];
	size_t written; /* bytes of it, so far */
	bool whole;     /* with its newline */
	bool may;       /* need not come */
	bool loose;     /* nobody knows before or after what */
	int64_t gone;   /* the time of its file when that was removed */
	int file;       /* the incarnation it was written to */
	unsigned came;  /* times delivered */
};

/* The file that was read last, as the follower knows it. */
struct known {
	int file; /* incarnation */
	ino_t ino;
	int64_t born, mtime;
};

/* What lies under a name: an incarnation of the log, or nothing (0). */
struct model {
	char folder[64];
	unsigned seed;
	struct line line[LINES];
	size_t lines;
	bool open;        /* the last line is not whole */
	int next;         /* incarnation */
	int at[KEPT + 1]; /* 0: x.log, 1: x.log.1 … */
	bool packed[KEPT + 1];
	size_t marked; /* delivered lines up to the last mark */
	struct known here, mark;
	size_t delivered[4 * LINES];
	char torn[4 * LINES]; /* delivered without its end */
	size_t count;
	struct ev_follow *follow;
	struct ev_vector *vector;
	struct ev_buf log; /* what was done */
};

static void note(struct model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
note(struct model *model, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ev_buf_printf(&model->log, "%s\n", text);
}

static void
check(struct model *model, bool good, const char *what, size_t id)
{
	if (good)
		return;
	fprintf(stderr, "%s (line %zu), after:\n%s", what, id,
	    ev_buf_cstr(&model->log));
	fail();
}

static unsigned
chance(struct model *model, unsigned of)
{
	return (unsigned)rand_r(&model->seed) % of;
}

static char *
path_of(const struct model *model, int i, bool packed)
{
	if (!i)
		return ev_mem_printf("%s/x.log", model->folder);
	return ev_mem_printf("%s/x.log.%d%s", model->folder, i,
	    packed ? ".gz" : "");
}

static char *
path_at(const struct model *model, int i)
{
	return path_of(model, i, model->packed[i]);
}

/* --- the writer ---------------------------------------------------------- */

static void
put(struct model *model, const char *text, size_t len)
{
	char *path = path_at(model, 0);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	if (!model->at[0]) {
		model->at[0] = ++model->next;
		born(path, chance(model, 2));
	}
	touched(path);
	free(path);
}

static void
write_line(struct model *model, bool whole)
{
	struct line *line = &model->line[model->lines - model->open];
	size_t len, end;

	if (!model->open) {
		size_t filler = chance(model, 60);

		if (model->lines == LINES)
			return;
		*line = (struct line){0};
		snprintf(line->text, sizeof(line->text), "%06zu %.*s\n",
		    model->lines++, (int)filler,
		    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdef"
		    "gh");
	}
	len = strlen(line->text);
	end = whole ? len : line->written + (len - line->written) / 2;
	if (!whole && end < 8)
		end = 8;
	if (end >= len)
		whole = true, end = len;
	put(model, line->text + line->written, end - line->written);
	line->file = model->at[0];
	line->written = end;
	line->whole = whole;
	model->open = !whole;
}

/* The line that is not whole never will be. */
static void
tear(struct model *model)
{
	if (model->open)
		model->line[model->lines - 1].may = true;
	model->open = false;
}

static bool
is_committed(const struct model *model, size_t id)
{
	for (size_t i = 0; i < model->marked; i++)
		if (model->delivered[i] == id)
			return true;
	return false;
}

/* The bytes of an incarnation are nowhere any more. */
static void
destroyed(struct model *model, int file)
{
	for (size_t i = 0; i < model->lines; i++)
		if (model->line[i].file == file && !is_committed(model, i))
			model->line[i].may = true;
}

static void
move(struct model *model, int from, int to)
{
	char *old = path_at(model, from);
	char *new = path_of(model, to, model->packed[from]);

	assert_int_equal(rename(old, new), 0);
	model->at[to] = model->at[from];
	model->packed[to] = model->packed[from];
	model->at[from] = 0;
	model->packed[from] = false;
	free(old);
	free(new);
}

static void
drop(struct model *model, int i)
{
	char *path = path_at(model, i);
	int file = model->at[i];

	if (file) {
		int64_t time = node_at(path)->mtime;

		for (size_t j = 0; j < model->lines; j++)
			if (model->line[j].file == file)
				model->line[j].gone = time;
		removed(path);
		model->at[i] = 0;
		model->packed[i] = false;
		destroyed(model, file);
	}
	free(path);
}

/* Makes room for a new x.log.1. */
static void
shift(struct model *model)
{
	drop(model, KEPT);
	for (int i = KEPT - 1; i > 0; i--)
		if (model->at[i])
			move(model, i, i + 1);
}

static void
copy(struct model *model)
{
	char *from = path_at(model, 0), *to = path_of(model, 1, false);
	int in = open(from, O_RDONLY);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	char block[1 << 16];
	ssize_t got;

	while ((got = read(in, block, sizeof(block))) > 0)
		assert_int_equal(write(out, block, (size_t)got), got);
	close(in);
	close(out);
	born(to, chance(model, 2));
	free(from);
	free(to);
}

static void
pack(struct model *model, int i)
{
	char *from = path_at(model, i), *to = path_of(model, i, true);
	char block[1 << 16];
	int in = open(from, O_RDONLY);
	gzFile out = gzopen(to, "wb");
	ssize_t got;

	while ((got = read(in, block, sizeof(block))) > 0)
		gzwrite(out, block, (unsigned)got);
	gzclose(out);
	close(in);
	born(to, chance(model, 2));
	node_at(to)->mtime = node_at(from)->mtime;
	removed(from);
	model->packed[i] = true;
	free(from);
	free(to);
}

/* --- the reader ---------------------------------------------------------- */

static void
deliver(struct model *model, const struct node *node, const char *text,
    size_t len, bool torn)
{
	size_t id = strtoul(text, NULL, 10);

	check(model, len >= 7 && id < model->lines, "no line of ours came", id);
	check(model,
	    len ==
		    (torn ? model->line[id].written
			  : strlen(model->line[id].text) - 1) &&
		!memcmp(text, model->line[id].text, len),
	    "another text came", id);
	assert_true(model->count < 4 * LINES);
	model->torn[model->count] = torn;
	model->delivered[model->count++] = id;
	model->here = (struct known){model->line[id].file, node->ino,
	    node->born, node->mtime};
}

/* All bytes of a file, unpacked. */
static void
slurp(struct ev_follow_file *file, struct ev_buf *bytes)
{
	gzFile in = gzdopen(dup(file->fd), "rb");
	char block[1 << 14];
	int got;

	lseek(file->fd, 0, SEEK_SET);
	while ((got = gzread(in, block, sizeof(block))) > 0)
		ev_buf_append(bytes, block, (size_t)got);
	gzclose(in);
}

static void
read_file(struct model *model, struct ev_follow_file *file)
{
	struct ev_behind behind = file->pos.behind;
	struct ev_filepos_sum sum = {0};
	struct ev_buf bytes = {0};
	struct ev_err err;
	struct stat info;
	size_t at, end;

	assert_int_equal(fstat(file->fd, &info), 0);
	slurp(file, &bytes);
	ev_buf_printf(&model->log, "\tread %s from %zu to %zu%s\n",
	    strrchr(file->path, '/') + 1, (size_t)behind.offset,
	    (size_t)file->size, file->ends ? ", its end" : "");
	end = file->packed || bytes.len < file->size ? bytes.len
						     : (size_t)file->size;
	for (at = (size_t)behind.offset; at < end;) {
		const char *text = bytes.ptr + at;
		const char *newline = memchr(text, '\n', end - at);

		if (!newline && !file->ends)
			break;
		deliver(model, node_of(info.st_ino), text,
		    newline ? (size_t)(newline - text) : end - at, !newline);
		at = newline ? (size_t)(newline + 1 - bytes.ptr) : end;
		behind.lines++;
		behind.end = newline ? EV_RECORD_WHOLE : EV_RECORD_TORN;
	}
	behind.offset = at;
	ev_filepos_sum_add(&sum, bytes.ptr, end);
	assert_int_equal(ev_follow_passed(file, &behind, &sum, false, &err),
	    EV_OK);
	ev_follow_leave(model->follow, file, file->packed ? 0 : end,
	    file->ends || file->packed);
	ev_buf_release(&bytes);
}

static void
on_say(const char *text)
{
	(void)text;
}

static void
start(struct model *model, bool follows)
{
	struct ev_follow_settings settings = {.follow = follows,
	    .changed = follows ? EV_CHANGED_STOP : EV_CHANGED_READ,
	    .say = on_say};
	char *path = path_at(model, 0);
	struct ev_err err;

	model->follow = ev_follow_new(&settings);
	ev_follow_add(model->follow, path, "log");
	check(model,
	    ev_follow_recall(model->follow, model->vector,
		!ev_vector_count(model->vector), &err) == EV_OK,
	    err.text, 0);
	free(path);
}

static bool
has_come(const struct model *model, size_t id)
{
	for (size_t i = 0; i < model->count; i++)
		if (model->delivered[i] == id)
			return true;
	return false;
}

/* The file that was read last lies nowhere any more, so only times tell what
 * was rotated away before it from what was after it; and a file of the very
 * time at which it was written to when it was read last (they go by ticks)
 * may be either: the follower may have read it before. Its own node tells,
 * where that was rotated after it was emptied. */
static void
undecidable(struct model *model)
{
	int from = 1;

	for (int i = 0; i <= KEPT; i++)
		if (model->at[i] && model->at[i] == model->here.file)
			return;
	for (; from <= KEPT; from++) {
		char *path = path_at(model, from);
		const struct node *node = node_at(path);
		bool tied = node && node->mtime == model->here.mtime &&
		    (model->packed[from] || node->ino != model->here.ino ||
			node->born != model->here.born);

		for (size_t i = 0; tied && i < model->lines; i++)
			if (model->line[i].file == model->at[from] &&
			    !has_come(model, i))
				model->line[i].may = true;
		free(path);
	}
}

/* It may have been copied, and goes on there. */
static void
know(struct model *model)
{
	for (int i = 1; i <= KEPT; i++) {
		char *path = path_at(model, i);

		if (model->at[i] && model->at[i] == model->here.file &&
		    node_at(path)->ino != model->here.ino) {
			model->here.ino = node_at(path)->ino;
			model->here.born = node_at(path)->born;
			model->here.mtime = node_at(path)->mtime;
		}
		free(path);
	}
}

/* A file that was removed, but is open, and another one that was rotated away
 * have the same time. Nothing tells then which of them was there first: what
 * was rotated away may be a copy of what the other one held before. */
static void
unordered(struct model *model)
{
	for (int i = 1; i <= KEPT; i++) {
		char *path = path_at(model, i);

		for (size_t j = 0; model->at[i] && j < model->lines; j++)
			if (model->line[j].gone == node_at(path)->mtime &&
			    !has_come(model, j))
				model->line[j].loose = true;
		free(path);
	}
}

static void
look(struct model *model)
{
	struct ev_follow_file *file;
	enum ev_status status;
	struct ev_err err;
	int turns = 0;

	undecidable(model);
	unordered(model);
	do {
		check(model, turns++ < 100, "it never ends", 0);
		err.text[0] = '\0';
		check(model, ev_follow_look(model->follow, &err) == EV_OK,
		    err.text, 0);
		status = ev_follow_next(model->follow, &file, &err);
		check(model, status != EV_FATAL, err.text, 0);
		if (status == EV_OK)
			read_file(model, file);
	} while (status == EV_OK);
	know(model);
}

static void
set(void *arg, const char *key, const char *position)
{
	struct model *model = arg;
	struct ev_slice value = {position, position ? strlen(position) : 0};

	ev_vector_set(model->vector, ev_slice_of(key), value);
}

static void
mark(struct model *model)
{
	struct ev_err err;

	assert_int_equal(ev_follow_tell(model->follow, set, model, &err),
	    EV_OK);
	model->marked = model->count;
	model->mark = model->here;
}

/* Killed, and started again from the mark. */
static void
restart(struct model *model, bool follows)
{
	ev_follow_free(model->follow);
	model->count = model->marked;
	model->here = model->mark;
	start(model, follows);
}

/* --- what happens -------------------------------------------------------- */

static void
rotate(struct model *model, bool anew)
{
	if (!model->at[0])
		return;
	tear(model);
	shift(model);
	move(model, 0, 1);
	if (anew)
		put(model, "", 0);
}

static void
copytruncate(struct model *model)
{
	char *path = path_at(model, 0);

	if (model->at[0]) {
		tear(model);
		shift(model);
		copy(model);
		assert_int_equal(truncate(path, 0), 0);
		touched(path);
		model->at[1] = model->at[0];
		model->packed[1] = false;
		model->at[0] = ++model->next;
	}
	free(path);
}

static void
empty(struct model *model)
{
	char *path = path_at(model, 0);

	if (model->at[0]) {
		int file = model->at[0];

		tear(model);
		assert_int_equal(truncate(path, 0), 0);
		touched(path);
		model->at[0] = ++model->next;
		destroyed(model, file);
	}
	free(path);
}

static void
erase(struct model *model, bool anew)
{
	if (!model->at[0])
		return;
	tear(model);
	drop(model, 0);
	if (anew)
		put(model, "", 0);
}

/* A bounded run takes what is torn for a record. */
static void
nightly(struct model *model)
{
	if (model->open || !model->at[0])
		return;
	restart(model, false);
	look(model);
	mark(model);
	restart(model, true);
}

/* What there is, for who reads how a sequence failed. */
static void
note_state(struct model *model)
{
	ev_buf_printf(&model->log, "\t%zu lines, %zu came, %zu marked;",
	    model->lines, model->count, model->marked);
	for (int i = 0; i <= KEPT; i++)
		if (model->at[i])
			ev_buf_printf(&model->log, " %d:%d%s", i, model->at[i],
			    model->packed[i] ? "z" : "");
	ev_buf_printf(&model->log, "; read last %d; mark in %d; at %d ms\n",
	    model->here.file, model->mark.file,
	    (int)(disk.now / 1000000 % 1000000));
}

/* The letters of a sequence, as often as they come. 1 to 4: that file is
 * compressed. */
static const char letters[] = "aaaappprrRRRccttdDD1234SnnmmmsslllllL";

static void
act(struct model *model, char letter)
{
	int i = letter - '0';

	note(model, "%c", letter);
	switch (letter) {
	case 'a': /* append */
		for (unsigned n = chance(model, 4) + 1; n; n--)
			write_line(model, true);
		break;
	case 'p': /* a part of a line */
		write_line(model, false);
		break;
	case 'r': /* renamed */
	case 'R': /* and made anew */
		rotate(model, letter == 'R');
		break;
	case 'c':
		copytruncate(model);
		break;
	case 't':
		empty(model);
		break;
	case 'd': /* removed */
	case 'D': /* and made anew */
		erase(model, letter == 'D');
		break;
	case 'S':
		restart(model, true);
		break;
	case 'n':
		nightly(model);
		break;
	case 'm':
	case 'l':
		look(model);
		if (letter == 'm')
			mark(model);
		break;
	case 's': /* a tick passes */
	case 'L': /* a long time */
		disk.now += letter == 's' ? TICK : 50 * TICK;
		break;
	default:
		if (model->at[i] && !model->packed[i])
			pack(model, i);
	}
	note_state(model);
}

static void
judge(struct model *model)
{
	size_t last = 0;

	for (size_t i = 0; i < model->count; i++) {
		size_t id = model->delivered[i];

		model->line[id].came++;
		check(model, model->line[id].came == 1, "twice", id);
		check(model, !i || id > last || model->line[id].loose,
		    "out of order", id);
		check(model,
		    !model->torn[i] || model->line[id].may ||
			!model->line[id].whole,
		    "a torn line that was whole", id);
		if (!model->line[id].loose)
			last = id;
	}
	for (size_t i = 0; i < model->lines; i++)
		check(model,
		    model->line[i].came || model->line[i].may ||
			!model->line[i].whole,
		    "lost", i);
}

static void
clear(struct model *model)
{
	ev_follow_free(model->follow);
	ev_vector_free(model->vector);
	ev_buf_release(&model->log);
	for (int i = 0; i <= KEPT; i++) {
		char *path = path_at(model, i);

		unlink(path);
		free(path);
	}
	assert_int_equal(rmdir(model->folder), 0);
}

/* A sequence of letters, or, NULL, of any. */
static void
run_sequence(unsigned seed, const char *sequence)
{
	static struct model model;

	model = (struct model){.seed = seed,
	    .folder = "/tmp/ev-follow-XXXXXX",
	    .vector = ev_vector_new()};
	memset(&disk, 0, sizeof(disk));
	disk.now = 1700000000000000000;
	assert_non_null(mkdtemp(model.folder));
	note(&model, "EV_FOLLOW_ONE=%u %s", seed, sequence ? sequence : "");
	write_line(&model, true);
	start(&model, true);
	look(&model);
	mark(&model);
	for (int i = 0; sequence ? sequence[i] != 0 : i < ACTIONS; i++) {
		/* Some things happen in one tick. */
		if (!sequence && !chance(&model, 3))
			disk.now += TICK;
		act(&model,
		    sequence ? sequence[i]
			     : letters[chance(&model, sizeof(letters) - 1)]);
	}
	if (model.open)
		write_line(&model, true);
	note(&model, "the end");
	look(&model);
	judge(&model);
	clear(&model);
}

static void
test_sequences(void **state)
{
	const char *text = getenv("EV_SEED"), *one = getenv("EV_FOLLOW_ONE");
	unsigned seed = text ? (unsigned)strtoul(text, NULL, 10)
			     : (unsigned)getpid() * 7919 + (unsigned)time(NULL);

	(void)state;
	if (one) {
		run_sequence((unsigned)strtoul(one, NULL, 10), NULL);
		return;
	}
	print_message("# EV_SEED=%u\n", seed);
	for (unsigned i = 0; i < SEQUENCES; i++)
		run_sequence(seed * 2654435761u + i, NULL);
}

/* Histories in which lines were lost or came twice, with lines of many
 * lengths. */
static void
run_often(const char *sequence)
{
	for (unsigned seed = 1; seed <= 50; seed++)
		run_sequence(seed, sequence);
}

/* What was read last is gone, and the next file was rotated away. */
static void
test_removed_then_rotated(void **state)
{
	(void)state;
	run_often("sDsar");
	run_often("salDsaralS");
	run_often("sDsaRlsaSrsal");
}

/* What was read last is gone: that is told, not that nothing was read. */
static void
test_emptied_and_removed(void **state)
{
	(void)state;
	run_often("aRaltdmatmSl");
	run_often("aRamtdmsatDRatm2n");
}

/* A mark comes between the loss of a file and the look at its copy. */
static void
test_mark_after_copy(void **state)
{
	(void)state;
	run_often("alcadmSl");
}

/* Nothing whole was read of a file when it was compressed. */
static void
test_torn_and_packed(void **state)
{
	(void)state;
	run_often("RRsplR1mdalrl");
	run_often("rrsarDRplR1mdapl");
}

/* A log that was copied and emptied, with nothing read of it, has the node that
 * was known; what was copied away is older than what it holds. */
static void
test_copied_unread(void **state)
{
	(void)state;
	run_often("stsasclRsSl");
	run_often("sdpmscsaRdl");
	run_often("stlsacl");
	run_often("sDpmscsaRl");
}

/* Emptied behind a torn line, and as long as before. */
static void
test_torn_and_emptied(void **state)
{
	(void)state;
	run_often("sdplstpl");
	run_often("sdpmstsam");
}

/* A compressed file has the node of one that was read and is gone. */
static void
test_node_used_again(void **state)
{
	(void)state;
	run_often("sRamSd1l");
}

/* Compressed to as many bytes as had been read of it. */
static void
test_packed_to_the_same_size(void **state)
{
	/* Lines of such lengths. */
	static const unsigned seeds[] = {96, 213, 246, 396, 438};

	(void)state;
	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++)
		run_sequence(seeds[i], "alaR1l");
}

/* Commands that are started (evunpack) lie where they are built. */
static void
find_commands(void)
{
	char self[PATH_MAX], *path;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(len > 0);
	self[len] = '\0';
	path = ev_mem_printf("%s/../../libexec/evkit:%s", dirname(self),
	    getenv("PATH"));
	setenv("PATH", path, 1);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_removed_then_rotated),
	    cmocka_unit_test(test_emptied_and_removed),
	    cmocka_unit_test(test_mark_after_copy),
	    cmocka_unit_test(test_torn_and_packed),
	    cmocka_unit_test(test_copied_unread),
	    cmocka_unit_test(test_torn_and_emptied),
	    cmocka_unit_test(test_node_used_again),
	    cmocka_unit_test(test_packed_to_the_same_size),
	    cmocka_unit_test(test_sequences),
	};

	find_commands();
	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
