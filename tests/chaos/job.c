/*
 * job: see job.h.
 */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define WORDS 32

struct command {
	char *word[WORDS + 1];
	size_t count;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "chaos: %s: %s\n", what, strerror(errno));
	_exit(127);
}

/* --- the text ------------------------------------------------------------ */

/* The next word of the text, which is changed; "|" is one. */
static char *
next_word(char **text)
{
	char *at = *text + strspn(*text, " "), *word = at, *to = at;
	bool quoted = false;

	if (!*at)
		return NULL;
	for (; *at && (quoted || *at != ' '); at++) {
		if (*at == '\'')
			quoted = !quoted;
		else
			*to++ = *at;
	}
	*text = *at ? at + 1 : at;
	*to = '\0';
	return word;
}

/* The commands of a text; *output is what ">…" names. */
static size_t
split(char *text, struct command command[JOB_PROCS], char **output)
{
	size_t count = 1;
	char *word;

	memset(command, 0, JOB_PROCS * sizeof(*command));
	*output = NULL;
	while ((word = next_word(&text))) {
		struct command *last = &command[count - 1];

		if (!strcmp(word, "|") && count < JOB_PROCS)
			count++;
		else if (word[0] == '>')
			*output = word;
		else if (last->count < WORDS)
			last->word[last->count++] = word;
	}
	return count;
}

/* --- starting ------------------------------------------------------------ */

static void
open_as(const char *path, int flags, int as)
{
	int fd = open(path, flags, 0666);

	if (fd < 0 || dup2(fd, as) < 0)
		die(path);
	close(fd);
}

static void
open_output(const char *text)
{
	bool append = !strncmp(text, ">>", 2);

	open_as(text + 1 + append,
	    O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), STDOUT_FILENO);
}

/* In the child. It dies with us, so that nothing outlives a test run that
 * was ended. */
static _Noreturn void
become(struct command *command, int in, int out, const char *output,
    const struct job_world *world)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (chdir(world->folder) < 0)
		die(world->folder);
	if (in >= 0 && dup2(in, STDIN_FILENO) < 0)
		die("dup2");
	if (in < 0)
		open_as("/dev/null", O_RDONLY, STDIN_FILENO);
	if (out >= 0 && dup2(out, STDOUT_FILENO) < 0)
		die("dup2");
	if (out < 0 && output)
		open_output(output);
	else if (out < 0)
		open_as("/dev/null", O_WRONLY, STDOUT_FILENO);
	open_as(world->errors, O_WRONLY | O_CREAT | O_APPEND, STDERR_FILENO);
	for (size_t i = 0; i < JOB_ENV && world->env[i]; i++)
		putenv((char *)world->env[i]);
	execvp(command->word[0], command->word);
	die(command->word[0]);
}

void
job_prepare(void)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
}

void
job_start(struct job *job, const char *text, const struct job_world *world)
{
	struct command command[JOB_PROCS];
	char *copy = strdup(text), *output;
	int in = -1, pipe_of[2];

	memset(job, 0, sizeof(*job));
	job->count = split(copy, command, &output);
	for (size_t i = 0; i < job->count; i++) {
		bool last = i + 1 == job->count;
		pid_t pid;

		pipe_of[0] = pipe_of[1] = -1;
		if (!last && pipe2(pipe_of, O_CLOEXEC) < 0)
			die("pipe");
		pid = fork();
		if (pid < 0)
			die("fork");
		if (pid == 0) {
			setpgid(0, job->group);
			become(&command[i], in, pipe_of[1], output, world);
		}
		if (!job->group)
			job->group = pid;
		setpgid(pid, job->group);
		job->proc[i].pid = pid;
		snprintf(job->proc[i].program, sizeof(job->proc[i].program),
		    "%s", command[i].word[0]);
		if (in >= 0)
			close(in);
		if (pipe_of[1] >= 0)
			close(pipe_of[1]);
		in = pipe_of[0];
	}
	free(copy);
}

/* --- waiting ------------------------------------------------------------- */

bool
job_poll(struct job *job)
{
	bool all = true;

	for (size_t i = 0; i < job->count; i++) {
		int status;

		if (job->proc[i].ended)
			continue;
		if (waitpid(job->proc[i].pid, &status, WNOHANG) <= 0) {
			all = false;
			continue;
		}
		job->proc[i].ended = true;
		job->proc[i].status = WIFEXITED(status)
		    ? WEXITSTATUS(status)
		    : 128 + WTERMSIG(status);
	}
	return all;
}

void
job_pause(int ms)
{
	const struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigtimedwait(&child, NULL, &time);
}

bool
job_wait(struct job *job, int ms)
{
	int64_t end = ev_clock_steady() + ms;

	while (!job_poll(job)) {
		int64_t left = end - ev_clock_steady();

		if (left <= 0)
			return false;
		/* Not all at once: one signal may stand for two ends. */
		job_pause(left < 20 ? (int)left : 20);
	}
	return true;
}

/* --- ending -------------------------------------------------------------- */

void
job_signal(struct job *job, size_t i, int number)
{
	if (!job->proc[i].ended)
		kill(job->proc[i].pid, number);
}

void
job_signal_child(struct job *job, size_t i, int number)
{
	char path[64], text[32] = "";
	long pid = job->proc[i].pid;
	long child;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", pid, pid);
	file = fopen(path, "r");
	if (file && !fgets(text, sizeof(text), file))
		text[0] = '\0';
	if (file)
		fclose(file);
	child = strtol(text, NULL, 10);
	if (child > 1)
		kill((pid_t)child, number);
	else
		job_signal(job, i, number);
}

void
job_signal_all(struct job *job, int number)
{
	if (job->group)
		killpg(job->group, number);
}

void
job_clear(struct job *job)
{
	job_signal_all(job, SIGKILL);
	job_wait(job, 5000);
	job->group = 0;
}

int
job_status(const struct job *job)
{
	return job->proc[job->count - 1].status;
}

bool
job_crashed(const struct job *job)
{
	for (size_t i = 0; i < job->count; i++)
		switch (job->proc[i].status - 128) {
		case SIGSEGV:
		case SIGABRT:
		case SIGBUS:
		case SIGFPE:
		case SIGILL:
		case SIGSYS:
			return true;
		default:
			break;
		}
	return false;
}
