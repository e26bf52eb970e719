/*
 * crew: see crew.h. Workers are processes, since what a trial starts are its
 * children; they take the next trial from a counter that all share.
 */
#include "crew.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "tree.h"
#include "trial.h"

#define CASES 64

struct trial {
	size_t of; /* a case */
	char *text;
};

struct tally {
	atomic_uint tried, failed, blows;
};

struct crew {
	const char *root;
	struct {
		char *name;
		size_t listed; /* trials, before a sample was taken */
		bool failed, decided;
	} cases[CASES];
	size_t case_count;
	struct trial *trial;
	size_t count, cap;
	unsigned until;
	struct shared {
		atomic_size_t next;
		struct tally tally[CASES];
	} * shared;
};

struct crew *
crew_new(const char *root)
{
	struct crew *crew = ev_mem_zalloc(1, sizeof(*crew));

	crew->root = root;
	crew->shared = mmap(NULL, sizeof(*crew->shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crew->shared == MAP_FAILED)
		ev_mem_fail(sizeof(*crew->shared));
	return crew;
}

void
crew_free(struct crew *crew)
{
	for (size_t i = 0; i < crew->case_count; i++)
		free(crew->cases[i].name);
	for (size_t i = 0; i < crew->count; i++)
		free(crew->trial[i].text);
	munmap(crew->shared, sizeof(*crew->shared));
	free(crew->trial);
	free(crew);
}

void
crew_case(struct crew *crew, const char *name)
{
	if (crew->case_count == CASES) {
		fprintf(stderr, "chaos: more than %d cases\n", CASES);
		exit(2);
	}
	crew->cases[crew->case_count++].name = ev_mem_strdup(name);
}

void
crew_add(struct crew *crew, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (crew->count == crew->cap) {
		crew->cap = crew->cap * 2 + 64;
		crew->trial = ev_mem_realloc(crew->trial,
		    crew->cap * sizeof(*crew->trial));
	}
	crew->trial[crew->count++] = (struct trial){crew->case_count - 1,
	    ev_mem_strdup(text)};
	crew->cases[crew->case_count - 1].listed++;
}

void
crew_sample(struct crew *crew, size_t count, uint64_t seed)
{
	size_t last = crew->case_count - 1, first = crew->count, listed;

	while (first > 0 && crew->trial[first - 1].of == last)
		first--;
	listed = crew->count - first;
	for (size_t i = 0; i < listed && i < count; i++) {
		size_t k = i + chance(&seed) % (listed - i);
		struct trial trial = crew->trial[first + i];

		crew->trial[first + i] = crew->trial[first + k];
		crew->trial[first + k] = trial;
	}
	while (crew->count - first > count)
		free(crew->trial[--crew->count].text);
}

void
crew_until(struct crew *crew, size_t blows)
{
	crew->until = (unsigned)blows;
}

/* --- results ------------------------------------------------------------- */

/* What a worker says goes out in one write. */
static void
tell(const struct world *world, const char *text)
{
	struct ev_buf out = {0}, errors = {0};
	const char *at;

	ev_buf_printf(&out, "# %s: %s\n", text, world->why);
	if (file_read(world->errors, &errors) && errors.len) {
		ev_buf_cstr(&errors);
		at = errors.ptr + errors.len;
		for (int lines = 0; at > errors.ptr && lines < 9; at--)
			lines += at[-1] == '\n';
		for (; *at; at++) {
			if (at == errors.ptr || at[-1] == '\n')
				ev_buf_str(&out, "#   ");
			ev_buf_char(&out, *at);
		}
	}
	if (out.ptr[out.len - 1] != '\n')
		ev_buf_char(&out, '\n');
	if (write(STDOUT_FILENO, out.ptr, out.len) < 0)
		exit(2);
	ev_buf_release(&out);
	ev_buf_release(&errors);
}

void
crew_fail(struct crew *crew, const struct world *world)
{
	crew->cases[crew->case_count - 1].failed = true;
	tell(world, crew->cases[crew->case_count - 1].name);
}

void
crew_check(struct crew *crew, bool right, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	crew_case(crew, text);
	crew->cases[crew->case_count - 1].failed = !right;
	crew->cases[crew->case_count - 1].decided = true;
}

static bool
report(const struct crew *crew, size_t i)
{
	const struct tally *tally = &crew->shared->tally[i];
	bool right = !crew->cases[i].failed && !tally->failed &&
	    (tally->blows || crew->cases[i].decided || !tally->tried);

	printf("%s %zu - %s", right ? "ok" : "not ok", i + 1,
	    crew->cases[i].name);
	if (!crew->cases[i].decided)
		printf(": %u trials of %zu, %u blows, %u wrong", tally->tried,
		    crew->cases[i].listed, tally->blows, tally->failed);
	printf("\n");
	return right;
}

/* --- workers ------------------------------------------------------------- */

static void
try_one(struct crew *crew, struct world *world, const struct trial *trial)
{
	struct tally *tally = &crew->shared->tally[trial->of];

	if (crew->until && tally->blows >= crew->until)
		return;
	tally->tried++;
	if (!trial_run(world, trial->text)) {
		tally->failed++;
		tell(world, trial->text);
	}
	tally->blows += trial_blows();
	world_stop(world);
}

static _Noreturn void
work(struct crew *crew, unsigned number)
{
	char *root = ev_mem_printf("%s/%u", crew->root, number);
	struct world world;
	size_t i;

	tree_make(root);
	world_init(&world, root);
	while ((i = atomic_fetch_add(&crew->shared->next, 1)) < crew->count)
		try_one(crew, &world, &crew->trial[i]);
	world_release(&world);
	free(root);
	exit(0);
}

int
crew_run(struct crew *crew, unsigned jobs)
{
	unsigned wrong = 0;
	int status;

	for (unsigned i = 0; i < jobs; i++) {
		fflush(stdout);
		switch (fork()) {
		case 0:
			work(crew, i);
		case -1:
			perror("chaos: fork");
			return 2;
		default:
			break;
		}
	}
	while (wait(&status) > 0)
		if (status != 0) {
			printf("# a worker ends with %d\n", status);
			wrong++;
		}
	printf("1..%zu\n", crew->case_count);
	for (size_t i = 0; i < crew->case_count; i++)
		wrong += !report(crew, i);
	return wrong != 0;
}

/* --- mutants ------------------------------------------------------------- */

/* The trial passes without the mutant, and not with it. */
static bool
caught(struct world *world, const char *name, const char *trial)
{
	bool fine;

	trial_mutant(NULL);
	if (!trial_run(world, trial)) {
		tell(world, trial);
		return false;
	}
	world_stop(world);
	trial_mutant(name);
	fine = trial_run(world, trial);
	world_stop(world);
	trial_mutant(NULL);
	if (!fine)
		printf("# %s: %s\n", name, world->why);
	return !fine;
}

int
crew_mutants(struct crew *crew, const char *table)
{
	char *root = ev_mem_printf("%s/mutants", crew->root), *save = NULL;
	struct ev_buf text = {0};
	struct world world;
	unsigned count = 0, wrong = 0;

	if (!file_read(table, &text)) {
		free(root);
		return -1;
	}
	tree_make(root);
	world_init(&world, root);
	ev_buf_cstr(&text);
	for (char *line = strtok_r(text.ptr, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		size_t len = strcspn(line, " \t");
		char *name = ev_mem_strndup(line, len);
		const char *trial = line + len + strspn(line + len, " \t");
		bool right;

		if (*line != '#') {
			right = caught(&world, name, trial);
			wrong += !right;
			printf("%s %u - %s is caught by: %s\n",
			    right ? "ok" : "not ok", ++count, name, trial);
		}
		free(name);
	}
	printf("1..%u\n", count);
	world_release(&world);
	ev_buf_release(&text);
	free(root);
	return wrong != 0;
}
