/*
 * versions: saved, restored by the mark's id, dropped when they cannot be
 * needed, in tables; and the law that what may still be the record is never
 * dropped, on random histories.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "state/versions.h"

#define HISTORIES 300
#define STEPS 12

static struct ev_pipeline pipeline;

static void
open_run(struct ev_versions *versions, const char *run, const char *base)
{
	struct ev_err err;

	assert_int_equal(ev_versions_open(versions, &pipeline, "sum",
			     ev_slice_of(run), ev_slice_of(base), &err),
	    EV_OK);
}

static void
save(const char *run, const char *base, uint64_t seq, const char *state)
{
	struct ev_versions versions;
	struct ev_err err;

	open_run(&versions, run, base);
	assert_int_equal(ev_versions_save(&versions, seq, ev_slice_of(state),
			     &err),
	    EV_OK);
	ev_versions_release(&versions);
}

/* The state that a run from base finds; "" for none, "gone". */
static void
finds(const char *base, const char *state)
{
	struct ev_versions versions;
	struct ev_buf out = {0};
	struct ev_err err;
	enum ev_status status;

	open_run(&versions, "f", base);
	status = ev_versions_restore(&versions, &out, &err);
	assert_string_equal(status == EV_OK ? ev_buf_cstr(&out)
		: status == EV_END          ? ""
					    : "gone",
	    state);
	if (status == EV_FATAL)
		assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	ev_buf_release(&out);
	ev_versions_release(&versions);
}

static void
drop(const char *committed)
{
	struct ev_versions versions;

	open_run(&versions, "d", "0");
	ev_versions_drop(&versions, ev_slice_of(committed));
	ev_versions_release(&versions);
}

static void
by_id(void **state)
{
	(void)state;
	finds("0", "");
	save("a", "0", 1, "one");
	save("a", "0", 2, "two");
	save("b", "a/1", 1, "other");
	finds("a/1", "one");
	finds("a/2", "two");
	finds("b/1", "other");
	finds("b/2", "gone");
	finds("a/11", "gone");
	drop("0");
	drop("");
	drop("nonsense");
	finds("a/1", "one");
}

static void
dropped(void **state)
{
	(void)state;
	save("a", "0", 1, "a1");
	save("a", "0", 2, "a2");
	save("a", "0", 3, "a3");
	save("b", "a/1", 1, "b1"); /* another one from a/1 */
	save("c", "a/2", 1, "c1"); /* went on from a/2 */
	save("c", "a/2", 2, "c2");
	save("d", "c/1", 1, "d1");
	drop("a/2");
	finds("a/1", "gone");
	finds("b/1", "gone");
	finds("a/2", "a2");
	finds("a/3", "a3");
	finds("c/2", "c2");
	finds("d/1", "d1");
	drop("c/2");
	finds("a/2", "gone");
	finds("a/3", "gone");
	finds("d/1", "gone");
	finds("c/2", "c2");
}

static void
bad_name(void **state)
{
	struct ev_versions versions;
	struct ev_err err;

	(void)state;
	assert_int_equal(ev_versions_open(&versions, &pipeline, "../x",
			     EV_SLICE("a"), EV_SLICE("0"), &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_USAGE);
	ev_versions_release(&versions);
}

/* Runs begin at the record, save marks, commit some of them; the copy that
 * `c` comes from may be any record of before. */
static void
random_history(unsigned seed)
{
	char record[48] = "0", copy[48] = "0", name[24];

	srand(seed);
	for (unsigned run = 0; run < STEPS; run++) {
		char base[48];
		unsigned committed = 0, marks = 1 + (unsigned)rand() % 4;
		/* One that begins from an old copy commits nothing. */
		bool stale = rand() % 4 == 0;

		memcpy(base, stale ? copy : record, sizeof(base));
		snprintf(name, sizeof(name), "%u%u", seed, run + 10);
		for (unsigned seq = 1; seq <= marks; seq++)
			save(name, base, seq, name);
		if (!stale || !strcmp(copy, record))
			committed = (unsigned)rand() % (marks + 1);
		if (committed)
			snprintf(record, sizeof(record), "%s/%u", name,
			    committed);
		if (rand() % 2)
			memcpy(copy, record, sizeof(copy));
		drop(copy);
		if (strcmp(record, "0")) {
			char run_of[48];

			snprintf(run_of, sizeof(run_of), "%.*s",
			    (int)strcspn(record, "/"), record);
			finds(record, run_of);
		}
	}
}

static void
random_histories(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HISTORIES / STEPS; i++)
		random_history(i + 1);
}

static int
setup(void **state)
{
	struct ev_err err;
	char *folder = ev_mem_strdup("/tmp/versions.XXXXXX");

	if (!mkdtemp(folder) || setenv("EVKIT_STATE", folder, 1))
		return -1;
	*state = folder;
	return ev_pipeline_open(&pipeline, "p", NULL, NULL, &err) != EV_OK;
}

static int
teardown(void **state)
{
	char *command = ev_mem_printf("rm -rf '%s'", (char *)*state);
	int status = system(command);

	ev_pipeline_release(&pipeline);
	free(command);
	free(*state);
	return status;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(by_id, setup, teardown),
	    cmocka_unit_test_setup_teardown(dropped, setup, teardown),
	    cmocka_unit_test_setup_teardown(bad_name, setup, teardown),
	    cmocka_unit_test_setup_teardown(random_histories, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
