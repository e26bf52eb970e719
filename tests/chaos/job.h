/*
 * job: one run of a pipeline: its processes, started by us without a shell, so
 * that each can be killed or stopped by its number.
 */
#ifndef CHAOS_JOB_H
#define CHAOS_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define JOB_PROCS 8
#define JOB_ENV 8

struct job {
	struct {
		pid_t pid;
		char program[32];
		bool ended;
		int status; /* as $? has it */
	} proc[JOB_PROCS];
	size_t count;
	pid_t group; /* of all of them and of what they start */
};

/* What its processes find: where they stand, where their standard error goes
 * (appended), "NAME=VALUE" beside our own environment. */
struct job_world {
	const char *folder, *errors;
	const char *env[JOB_ENV]; /* up to a NULL */
};

/* Before the first job: lets job_wait be woken by the end of a child. */
void job_prepare(void);

/* "a x 'y z' | b …": words, of which some stand in single quotes. Standard
 * input of the first is empty, standard output of the last is dropped, unless
 * the text ends with ">>FILE" or ">FILE". */
void job_start(struct job *job, const char *text,
    const struct job_world *world);

/* Looks at who has ended; true when all have. */
bool job_poll(struct job *job);
/* Waits for all, at most ms; false when the time is over. */
bool job_wait(struct job *job, int ms);
/* Sleeps, or less when a child ends. */
void job_pause(int ms);

/* Sends it to one that has not ended; to all of them and what they started. */
void job_signal(struct job *job, size_t i, int number);
/* To the first of those that it has started, or, where there is none, to it. */
void job_signal_child(struct job *job, size_t i, int number);
void job_signal_all(struct job *job, int number);
/* Ends whatever still runs of it. */
void job_clear(struct job *job);

/* The last one's, which is what a shell would see. */
int job_status(const struct job *job);
/* One of them died of a mistake of ours (SIGSEGV, SIGABRT, SIGBUS …). */
bool job_crashed(const struct job *job);

#endif
