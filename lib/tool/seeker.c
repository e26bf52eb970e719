/*
 * seeker: see seeker.h.
 */
#include "tool/seeker.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "event/build.h"
#include "state/object.h"
#include "tool/answer.h"
#include "tool/tool.h"

#define WHAT "the answer of evsource"
#define LAG "--position=lag"
#define SEEK "--position=seek"
#define FROM "--from="

static struct ev_seeker_input
unknown(struct ev_slice key)
{
	return (struct ev_seeker_input){.key = ev_mem_text(key),
	    .offset = EV_SEEKER_UNKNOWN,
	    .behind = EV_SEEKER_UNKNOWN};
}

static void
release(struct ev_seeker_input *input)
{
	free(input->key);
	free(input->at);
	free(input->note);
	free(input->unit);
	free(input->position);
}

void
ev_seeker_release(struct ev_seeker_input *inputs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		release(&inputs[i]);
	free(inputs);
}

/* --- the connector's side ------------------------------------------------ */

static void
build_input(struct ev_buf *out, const struct ev_seeker_input *input)
{
	ev_build_open(out);
	ev_answer_text(out, "key", input->key);
	ev_answer_text(out, "at", input->at);
	ev_answer_text(out, "note", input->note);
	ev_answer_text(out, "unit", input->unit);
	ev_answer_text(out, "position", input->position);
	if (input->offset != EV_SEEKER_UNKNOWN)
		ev_answer_number(out, "offset", input->offset);
	if (input->behind != EV_SEEKER_UNKNOWN)
		ev_answer_number(out, "behind", input->behind);
	ev_build_close(out);
}

static void
read_positions(struct ev_vector *pos)
{
	struct ev_buf text = {0}, own = {0};
	struct ev_value object;
	struct ev_err err;

	if (ev_answer_read(STDIN_FILENO, "standard input", &text, &err) !=
		EV_OK ||
	    ev_object_read(ev_buf_as_slice(&text), "what evpos asks", &own,
		&object, &err) != EV_OK ||
	    ev_vector_merge(pos, object, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_buf_release(&text);
	ev_buf_release(&own);
}

static _Noreturn void
serve(ev_seeker_look *look, const char *to)
{
	struct ev_vector *pos = ev_vector_new();
	struct ev_writer *writer = ev_tool_stdout();
	struct ev_slice key, value;
	struct ev_err err;

	read_positions(pos);
	for (size_t i = 0; i < ev_vector_count(pos); i++) {
		struct ev_seeker_input input;

		ev_vector_at(pos, i, &key, &value);
		input = unknown(key);
		if (look && look(value, to, &input, &err) != EV_OK)
			ev_tool_fail(&err);
		build_input(ev_writer_begin(writer), &input);
		if (ev_writer_end(writer, &err) != EV_OK)
			ev_tool_fail(&err);
		release(&input);
	}
	ev_vector_free(pos);
	ev_tool_done(EV_EXIT_OK);
}

void
ev_seeker_answer(int argc, char **argv, ev_seeker_look *look)
{
	if (argc == 2 && !strcmp(argv[1], LAG))
		serve(look, NULL);
	if (argc == 3 && !strcmp(argv[1], SEEK) &&
	    !strncmp(argv[2], FROM, sizeof(FROM) - 1))
		serve(look, argv[2] + sizeof(FROM) - 1);
}

/* --- evpos's side -------------------------------------------------------- */

/* A file without a name that holds the question: there is one pipe only. */
static enum ev_status
question(const struct ev_vector *pos, int *fd, struct ev_err *err)
{
	struct ev_buf text = {0};
	struct iovec iov;
	enum ev_status status;

	*fd = memfd_create("positions", MFD_CLOEXEC);
	if (*fd < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_OS,
		    "cannot make a file in memory");
	ev_vector_build(pos, &text);
	iov = (struct iovec){text.ptr, text.len};
	status = ev_io_write(*fd, "a file in memory", &iov, 1, NULL, err);
	lseek(*fd, 0, SEEK_SET);
	ev_buf_release(&text);
	return status;
}

static enum ev_status
read_member(void *arg, const struct ev_member *member, struct ev_err *err)
{
	struct ev_seeker_input *input = arg;
	const struct {
		const char *key;
		char **text;
		uint64_t *number;
	} members[] = {{"key", &input->key, NULL}, {"at", &input->at, NULL},
	    {"note", &input->note, NULL}, {"unit", &input->unit, NULL},
	    {"position", &input->position, NULL},
	    {"offset", NULL, &input->offset}, {"behind", NULL, &input->behind}};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (!ev_value_text_is(member->key, ev_slice_of(members[i].key)))
			continue;
		if (members[i].number)
			return ev_object_number(WHAT, member, members[i].number,
			    err);
		return ev_object_text(WHAT, member, members[i].text, err);
	}
	return EV_OK;
}

static enum ev_status
read_line(struct ev_slice line, struct ev_seeker_input *input,
    struct ev_err *err)
{
	char *key = ev_mem_strdup(input->key);
	enum ev_status status = ev_object_each(line, WHAT, read_member, input,
	    err);

	if (status == EV_OK && strcmp(key, input->key) != 0)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    WHAT " is about '%s', not about '%s'", input->key, key);
	free(key);
	return status == EV_OK ? EV_OK : EV_FATAL;
}

static enum ev_status
read_answer(struct ev_slice answer, struct ev_seeker_input *inputs,
    size_t count, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	for (size_t i = 0; i < count && status == EV_OK; i++) {
		const char *end = answer.len
		    ? memchr(answer.ptr, '\n', answer.len)
		    : NULL;
		size_t len = end ? (size_t)(end - answer.ptr) : 0;

		if (!end)
			return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
			    WHAT " is about %zu positions of %zu", i, count);
		status = read_line((struct ev_slice){answer.ptr, len},
		    &inputs[i], err);
		answer.ptr += len + 1;
		answer.len -= len + 1;
	}
	return status;
}

static enum ev_status
ask(const char *connector, const char *to, const struct ev_vector *pos,
    struct ev_buf *answer, struct ev_err *err)
{
	char *name = ev_mem_strdup(connector);
	char *verb = ev_mem_strdup(to ? SEEK : LAG);
	char *from = to ? ev_mem_printf(FROM "%s", to) : NULL;
	char *argv[] = {name, verb, from, NULL};
	enum ev_status status;
	int fd;

	status = question(pos, &fd, err);
	if (status == EV_OK)
		status = ev_answer_ask(connector, argv, fd, answer, err);
	if (fd >= 0)
		close(fd);
	free(name);
	free(verb);
	free(from);
	return status;
}

enum ev_status
ev_seeker_ask(const char *connector, const char *to,
    const struct ev_vector *pos, struct ev_seeker_input **inputs,
    struct ev_err *err)
{
	size_t count = ev_vector_count(pos);
	struct ev_buf answer = {0};
	struct ev_slice key, value;
	enum ev_status status;

	*inputs = ev_mem_zalloc(count + 1, sizeof(**inputs));
	for (size_t i = 0; i < count; i++) {
		ev_vector_at(pos, i, &key, &value);
		(*inputs)[i] = unknown(key);
	}
	status = ask(connector, to, pos, &answer, err);
	if (status == EV_OK)
		status = read_answer(ev_buf_as_slice(&answer), *inputs, count,
		    err);
	ev_buf_release(&answer);
	return status;
}
