/*
 * follow: the files of a log as a file system shows them, against a model
 * that knows which lines were written to it. Random sequences of appends,
 * rotations, copies, truncations, compressions, marks, restarts and looks;
 * each line that can be known to have been there must be delivered exactly
 * once, and all in the order in which they were written. Looks and reads are
 * steps of the sequence, and the clock, the times of files and the numbers of
 * their nodes are the model's, so a seed says all that happens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "follow_model.h"

#define SEQUENCES 500
#define ACTIONS 30

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
