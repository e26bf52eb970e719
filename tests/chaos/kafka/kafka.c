/*
 * kafka: hurts pipelines from topic to topic of three real brokers, and looks
 * at what they write while they do (storm.h). Prints TAP.
 *
 *	kafka [--events N] [--long] storm FAULTS     so many, of all kinds
 *	kafka [--events N] [--mutant NAME] try FAULT…
 *	kafka [--events N] mutants TABLE
 *
 * A line of the table is the name of a mutant (ev_mutant) and the faults by
 * which it is noticed, and which the code survives without it.
 *
 * $EV_BUILD is a build with CHAOS=1, $EV_SEED chooses which faults come when;
 * $EV_KEEP keeps the folder with what commands and brokers said.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tree.h"
#include "base/mem.h"
#include "storm_impl.h"

#define FAULTS 64 /* in a line of the table */
#define MUTANT_EVENTS 10000

static struct {
	uint32_t events;
	bool long_run;
	const char *mutant;
	uint64_t seed;
	char *root;
	struct cluster cluster;
	unsigned cases;
	unsigned wrong;
} set = {.events = 100000};

static void
report(bool right, const char *text)
{
	printf("%s %u - %s\n", right ? "ok" : "not ok", ++set.cases, text);
	set.wrong += !right;
}

/* The last lines of what the commands said. */
static void
show(const struct storm_result *result)
{
	char *command = ev_mem_printf("tail -n 12 '%s' | sed 's/^/#   /'",
	    result->where);
	struct ev_buf out = {0};

	printf("# %s\n", result->why);
	shell_read("/", command, &out);
	printf("%s", ev_buf_cstr(&out));
	ev_buf_release(&out);
	free(command);
}

/* --- storm --------------------------------------------------------------- */

/* A reader of another kind: Java's. */
static void
ask_java(const char *topic, uint32_t events, uint32_t again)
{
	char *command =
	    ev_mem_printf("timeout 120 '%s' java "
			  "org.apache.kafka.tools.consumer."
			  "ConsoleConsumer --bootstrap-server '%s' --topic %s "
			  "--from-beginning --isolation-level read_committed "
			  "--timeout-ms 5000 2>/dev/null | sort | uniq -c | "
			  "awk '{ n += $1; u++ } END { print n \" \" u }'",
		set.cluster.server, set.cluster.brokers, topic);
	char *want = ev_mem_printf("%u %u\n", events + again, events);
	struct ev_buf out = {0};
	bool right;

	shell_read("/", command, &out);
	right = !strcmp(ev_buf_cstr(&out), want);
	if (!right)
		printf("# events, and different ones: %s", out.ptr);
	report(right, "Java's reader finds as many, and none more often");
	ev_buf_release(&out);
	free(command);
	free(want);
}

static void
storm(const char **fault, size_t faults)
{
	const struct storm storm = {.cluster = &set.cluster,
	    .root = set.root,
	    .name = "storm",
	    .events = set.events,
	    .fault = fault,
	    .faults = faults,
	    .mutant = set.mutant,
	    .seed = set.seed};
	struct storm_result result;
	bool right = storm_run(&storm, &result);
	char *text =
	    ev_mem_printf("%u events, %zu faults of %zu, %u starts (%u ended "
			  "with 75, %u "
			  "with 137), %u events aborted that nobody saw, %u "
			  "given twice, %u s",
		result.seen, result.dealt, faults, result.starts,
		result.with_75, result.with_137, result.aborted, result.again,
		result.seconds);

	if (!right)
		show(&result);
	report(right, text);
	if (right)
		ask_java("storm.out", set.events, result.again);
	free(text);
}

/* --- mutants ------------------------------------------------------------- */

static bool
survives(const char *name, const char *mutant, const char **fault,
    size_t faults, struct storm_result *result)
{
	const struct storm storm = {.cluster = &set.cluster,
	    .root = set.root,
	    .name = name,
	    .events = MUTANT_EVENTS,
	    .fault = fault,
	    .faults = faults,
	    .mutant = mutant,
	    .seed = set.seed};

	return storm_run(&storm, result);
}

/* What is between two machines is a race, which the mutant may win. */
#define MUTANT_TRIES 6

/* True where one of several storms notices the mutant. */
static bool
is_caught(const char *mutant, const char **fault, size_t faults)
{
	struct storm_result result;
	bool caught = false;

	for (unsigned i = 0; i < MUTANT_TRIES && !caught; i++) {
		char *name = ev_mem_printf("with-%u-%u", set.cases, i);

		caught = !survives(name, mutant, fault, faults, &result);
		free(name);
	}
	if (caught)
		printf("# %s: %s\n", mutant, result.why);
	return caught;
}

static void catch (const char *mutant, char *words)
{
	const char *fault[FAULTS];
	char *without = ev_mem_printf("without-%u", set.cases);
	char *text = ev_mem_printf("%s is caught by: %s", mutant, words);
	struct storm_result result;
	size_t count = 0;
	char *save;
	bool fine;

	for (char *word = strtok_r(words, " \t", &save); word && count < FAULTS;
	     word = strtok_r(NULL, " \t", &save))
		fault[count++] = word;
	fine = survives(without, NULL, fault, count, &result);
	if (!fine)
		show(&result);
	report(fine && is_caught(mutant, fault, count), text);
	free(without);
	free(text);
}

static int
mutants(const char *table)
{
	struct ev_buf text = {0};
	char *save;

	if (!file_read(table, &text)) {
		fprintf(stderr, "kafka: %s: %s\n", table, strerror(errno));
		return 2;
	}
	ev_buf_cstr(&text);
	for (char *line = strtok_r(text.ptr, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *words = line + strcspn(line, " \t");

		if (*line == '#' || !*words)
			continue;
		*words++ = '\0';
		catch (line, words);
	}
	ev_buf_release(&text);
	return 0;
}

/* --- what is asked for --------------------------------------------------- */

static int
usage(void)
{
	fprintf(stderr,
	    "kafka: [--events N] [--long] storm FAULTS|"
	    "[--mutant NAME] try FAULT…|mutants TABLE\n");
	return 64;
}

static int
act(char **args)
{
	const char **fault;
	size_t count = 0;

	if (args[0] && args[1] && !strcmp(args[0], "mutants"))
		return mutants(args[1]);
	if (args[0] && args[1] && !strcmp(args[0], "storm")) {
		count = strtoul(args[1], NULL, 10);
		fault = storm_faults(count, set.long_run, set.seed);
		storm(fault, count);
		free(fault);
		return 0;
	}
	if (!args[0] || strcmp(args[0], "try"))
		return usage();
	fault = (const char **)args + 1;
	for (; fault[count]; count++)
		if (!fault_known(fault[count]))
			return usage();
	storm(fault, count);
	return 0;
}

/* What is tried is that build's, whatever PATH says. */
static void
set_path(const char *build)
{
	const char *was = getenv("PATH");
	char *path = ev_mem_printf("%s/bin:%s/tests/servers:%s", build, build,
	    was ? was : "/usr/bin:/bin");

	setenv("PATH", path, 1);
	free(path);
}

static int
with_brokers(char **args)
{
	char *folder = ev_mem_printf("%s/kafka", set.root);
	char *settings = ev_mem_printf("transaction.max.timeout.ms=%d",
	    STORM_TRANSACTION_MS);
	int status = 2;

	if (cluster_start(&set.cluster, folder, settings)) {
		setenv("EVKIT_BROKERS", set.cluster.brokers, 1);
		status = act(args);
	} else {
		fprintf(stderr, "kafka: %s\n", set.cluster.why);
	}
	cluster_stop(&set.cluster);
	free(folder);
	free(settings);
	if (status == 0)
		printf("1..%u\n", set.cases);
	return status ? status : set.wrong != 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {{"events", required_argument,
						    NULL, 'e'},
	    {"long", no_argument, NULL, 'l'},
	    {"mutant", required_argument, NULL, 'm'}, {NULL, 0, NULL, 0}};
	const char *seed = getenv("EV_SEED"), *tmp = getenv("TMPDIR");
	int option, status;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'e')
			set.events = (uint32_t)strtoul(optarg, NULL, 10);
		else if (option == 'l')
			set.long_run = true;
		else if (option == 'm')
			set.mutant = optarg;
		else
			return usage();
	}
	if (!getenv("EV_BUILD")) {
		fprintf(stderr, "kafka: EV_BUILD is not set\n");
		return 64;
	}
	set_path(getenv("EV_BUILD"));
	setvbuf(stdout, NULL, _IOLBF, 0);
	set.seed = seed ? strtoull(seed, NULL, 10) : 1;
	set.root = ev_mem_printf("%s/storm.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(set.root)) {
		fprintf(stderr, "kafka: %s: %s\n", set.root, strerror(errno));
		return 2;
	}
	job_prepare();
	status = with_brokers(argv + optind);
	if (getenv("EV_KEEP"))
		printf("# %s is kept\n", set.root);
	else
		tree_remove(set.root);
	free(set.root);
	return status;
}
