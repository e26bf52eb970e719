/*
 * pipeline: what the state folder knows of one pipeline: its folder there,
 * with the lock that its source holds, the sink.lock of sinks that keep their
 * record here, the copy of the record, the run that its sink has accepted, and
 * the count of runs that failed at the same place.
 *
 * The state folder is $EVKIT_STATE, else $STATE_DIRECTORY (systemd's; the
 * first of several), else $XDG_STATE_HOME/evkit, else ~/.local/state/evkit. It
 * has a file `sid`, 16 hex digits made once, and one folder a pipeline.
 */
#ifndef EV_STATE_PIPELINE_H
#define EV_STATE_PIPELINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/control.h"

#define EV_NAME_MAX 64
#define EV_SID_LEN 16

struct ev_pipeline {
	char *state; /* the state folder, absolute, links followed */
	char sid[EV_SID_LEN + 1];
	char *folder; /* STATE/NAME */
	char *name;
};

/* EV_FATAL, exit 64: the name is none ([A-Za-z0-9._-], at most 64, not
 * beginning with '.'). */
enum ev_status ev_pipeline_check_name(const char *name, struct ev_err *err);

/* The state folder, absolute, made if `make` and it is missing; the caller's
 * to free. EV_FATAL: exit 78, none is named (no home), 73, it cannot be
 * made. */
enum ev_status ev_pipeline_state(char **state, bool make, struct ev_err *err);

/* Opens, and makes what is missing. `state` NULL: by the rule above; else this
 * folder, whose sid must be `sid` (a sink gets both from begin). EV_FATAL: 64
 * for the name, 73, 74, 78 (the folder there has another sid). */
enum ev_status ev_pipeline_open(struct ev_pipeline *pipeline, const char *name,
    const char *state, const char *sid, struct ev_err *err);
void ev_pipeline_release(struct ev_pipeline *pipeline);

/* The same for who only looks: makes nothing, and sid is not read. EV_END:
 * there is no such pipeline; EV_FATAL: 64, 78. */
enum ev_status ev_pipeline_find(struct ev_pipeline *pipeline, const char *name,
    struct ev_err *err);

/* The names of all pipelines in the state folder, in byte order, and their
 * number: an array and texts that are the caller's to free. EV_FATAL: 74. */
enum ev_status ev_pipeline_list(const char *state, char ***names, size_t *count,
    struct ev_err *err);

/* Removes the pipeline's folder and all that is in it; both locks are the
 * caller's. EV_FATAL: exit 74. */
enum ev_status ev_pipeline_remove(const struct ev_pipeline *pipeline,
    struct ev_err *err);

/* What a run leaves behind that fails before anything is worth keeping: takes
 * its own lock away ("lock", "sink.lock", which the caller holds; NULL: it has
 * none), and the folder with the last of them. Does nothing where there is a
 * record's copy, or a count of tries. */
void ev_pipeline_tidy(const struct ev_pipeline *pipeline, const char *lock);

/* Who holds one of its locks ("process 12 (evsource-file)"); false: nobody
 * that can be seen. */
bool ev_pipeline_holder(const struct ev_pipeline *pipeline, const char *lock,
    char *text, size_t size);

/* Takes one of its locks for the process's life ("lock", "sink.lock"), or
 * until *fd is closed. EV_FATAL: exit 76, another process, which the message
 * names, holds it; 73. */
enum ev_status ev_pipeline_lock(const struct ev_pipeline *pipeline,
    const char *lock, int *fd, struct ev_err *err);

/* The copy of the record: appends it to out; EV_END: there is none.
 * Writes it, synced. EV_FATAL: exit 74. */
enum ev_status ev_pipeline_read(const struct ev_pipeline *pipeline,
    struct ev_buf *out, struct ev_err *err);
enum ev_status ev_pipeline_write(const struct ev_pipeline *pipeline,
    const char *run, struct ev_slice record, struct ev_err *err);

/* How many runs ended with 75 from this base, and the last one's reason
 * (the caller's to free; NULL where there is none). */
unsigned ev_pipeline_tries(const struct ev_pipeline *pipeline, const char *base,
    char **why);
/* One more of them. What cannot be written is not counted. */
void ev_pipeline_tried(const struct ev_pipeline *pipeline, const char *run,
    const char *base, const char *why);
/* Sets the count to 0. */
void ev_pipeline_forget_tries(const struct ev_pipeline *pipeline);

/* 32 hex digits of chance, for a run. */
void ev_pipeline_run(char run[EV_RUN_LEN + 1]);

/* The sink takes this run, which began where the last one committed. Not
 * synced, since no command outlives a power cut to ask. EV_FATAL: exit 74. */
enum ev_status ev_pipeline_accept(const struct ev_pipeline *pipeline,
    const char *run, struct ev_err *err);
/* The run that was accepted last; "" where none was, or that is being written
 * just now. EV_FATAL: exit 74. */
enum ev_status ev_pipeline_accepted(const struct ev_pipeline *pipeline,
    char run[EV_RUN_LEN + 1], struct ev_err *err);
/* Takes that back, if it was this run. */
void ev_pipeline_forget_accepted(const struct ev_pipeline *pipeline,
    const char *run);

#endif
