/*
 * pipeline_runs: what a pipeline's runs leave in its folder for each other and
 * for the next; see pipeline.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/io.h"
#include "base/mem.h"
#include "state/pipeline_impl.h"

#define RECORD_MAX (64u << 20) /* bytes; 10,000 files take about 2 MB */
#define HELP_MAX (64u << 10)

/* --- the record's copy --------------------------------------------------- */

enum ev_status
ev_pipeline_read(const struct ev_pipeline *pipeline, struct ev_buf *out,
    struct ev_err *err)
{
	char *path = ev_pipeline_file(pipeline, "record");
	enum ev_status status = ev_durable_read(path, RECORD_MAX, out, err);

	free(path);
	return status;
}

enum ev_status
ev_pipeline_write(const struct ev_pipeline *pipeline, const char *run,
    struct ev_slice record, struct ev_err *err)
{
	char *path = ev_pipeline_file(pipeline, "record");
	enum ev_status status = ev_durable_write(path, run, record, err);

	if (status == EV_FATAL && ev_pipeline_is_back(pipeline))
		status = ev_durable_write(path, run, record, err);
	free(path);
	return status;
}

/* --- tries: "COUNT BASE\nREASON" ----------------------------------------- */

/* The count of a file of tries that is of this base, and the reason behind
 * it; 0: it is of another, or none. */
static unsigned
parse_tries(const char *text, const char *base, const char **why)
{
	char *end;
	unsigned long count = strtoul(text, &end, 10);
	size_t len = strlen(base);

	if (end == text || *end != ' ' || count > UINT_MAX)
		return 0;
	if (strncmp(end + 1, base, len) || end[1 + len] != '\n')
		return 0;
	*why = end + 2 + len;
	return (unsigned)count;
}

unsigned
ev_pipeline_tries(const struct ev_pipeline *pipeline, const char *base,
    char **why)
{
	char *path = ev_pipeline_file(pipeline, "tries");
	struct ev_buf text = {0};
	const char *reason = "";
	unsigned count = 0;

	if (ev_durable_read(path, HELP_MAX, &text, NULL) == EV_OK)
		count = parse_tries(ev_buf_cstr(&text), base, &reason);
	if (why)
		*why = count ? ev_mem_strdup(reason) : NULL;
	ev_buf_release(&text);
	free(path);
	return count;
}

void
ev_pipeline_tried(const struct ev_pipeline *pipeline, const char *run,
    const char *base, const char *why)
{
	unsigned count = ev_pipeline_tries(pipeline, base, NULL);
	char *path = ev_pipeline_file(pipeline, "tries");
	struct ev_buf text = {0};

	ev_buf_printf(&text, "%u %s\n%s", count + (count < UINT_MAX), base,
	    why);
	if (ev_durable_write(path, run, ev_buf_as_slice(&text), NULL) !=
		EV_OK &&
	    ev_pipeline_is_back(pipeline) &&
	    ev_durable_write(path, run, ev_buf_as_slice(&text), NULL) !=
		EV_OK) {
		/* Not counted: the worst is one start without a wait. */
	}
	ev_buf_release(&text);
	free(path);
}

void
ev_pipeline_forget_tries(const struct ev_pipeline *pipeline)
{
	char *path = ev_pipeline_file(pipeline, "tries");

	/* It is of a base that is no more; so it need not be away for good. */
	unlink(path);
	free(path);
}

/* --- accepted: "RUN\n" ---------------------------------------------------- */

/* Whoever reads half of it, or the end of another, sees none that is his. */
static enum ev_status
write_accepted(const char *path, const char *run, struct ev_err *err)
{
	char text[EV_RUN_LEN + 2];
	struct iovec line = {text,
	    (size_t)snprintf(text, sizeof(text), "%s\n", run)};
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	enum ev_status status;

	if (fd < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot write '%s': %s", path, ev_err_errno(errno));
	status = ev_io_write(fd, path, &line, 1, NULL, err);
	close(fd);
	return status;
}

enum ev_status
ev_pipeline_accept(const struct ev_pipeline *pipeline, const char *run,
    struct ev_err *err)
{
	char *path = ev_pipeline_file(pipeline, EV_PIPELINE_ACCEPTED);
	enum ev_status status = write_accepted(path, run, err);

	if (status == EV_FATAL && ev_pipeline_is_back(pipeline))
		status = write_accepted(path, run, err);
	if (status == EV_FATAL)
		unlink(path);
	free(path);
	return status;
}

enum ev_status
ev_pipeline_accepted(const struct ev_pipeline *pipeline,
    char run[EV_RUN_LEN + 1], struct ev_err *err)
{
	char *path = ev_pipeline_file(pipeline, EV_PIPELINE_ACCEPTED);
	struct ev_buf text = {0};
	enum ev_status status = ev_durable_read(path, HELP_MAX, &text, err);

	*run = '\0';
	if (status == EV_OK && text.len == EV_RUN_LEN + 1)
		snprintf(run, EV_RUN_LEN + 1, "%s", ev_buf_cstr(&text));
	ev_buf_release(&text);
	free(path);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

/* A sink that calls it still has its lock, so that no other one accepts a run
 * between the look and the removal. */
void
ev_pipeline_forget_accepted(const struct ev_pipeline *pipeline, const char *run)
{
	char *path = ev_pipeline_file(pipeline, EV_PIPELINE_ACCEPTED);
	char accepted[EV_RUN_LEN + 1];

	if (ev_pipeline_accepted(pipeline, accepted, NULL) == EV_OK &&
	    !strcmp(accepted, run))
		unlink(path);
	free(path);
}
