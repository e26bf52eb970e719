/*
 * keeper: see keeper.h.
 */
#include "tool/keeper.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "event/build.h"
#include "state/object.h"
#include "state/record.h"
#include "tool/answer.h"
#include "tool/child.h"
#include "tool/place.h"
#include "tool/tool.h"

#define WHAT "the answer of evsink"
#define WHATEVER "-"
#define NONE "+"
#define RECORD "--record="
#define NAME "--name="

static const char *const verbs[] = {"", "get", "put", "drop", "accept"};

void
ev_keeper_release(struct ev_keeper_state *state)
{
	free(state->record);
	free(state->where);
	free(state->held);
	free(state->wrong);
	*state = (struct ev_keeper_state){0};
}

/* --- the connector's side ------------------------------------------------ */

static void
build_flag(struct ev_buf *out, const char *key, bool set)
{
	ev_answer_text(out, key, set ? "1" : NULL);
}

static void
build_state(struct ev_buf *out, const struct ev_keeper_state *state)
{
	ev_build_open(out);
	ev_answer_text(out, "where", state->where);
	ev_answer_text(out, "held", state->held);
	ev_answer_text(out, "wrong", state->wrong);
	ev_answer_number(out, "tail", state->tail);
	build_flag(out, "strange", state->strange);
	build_flag(out, "gone", state->gone);
	build_flag(out, "log", state->log);
	build_flag(out, "in_state", state->in_state);
	if (state->record) {
		ev_build_key(out, EV_SLICE("record"));
		ev_build_raw(out, ev_slice_of(state->record));
	}
	ev_build_close(out);
}

static void
serve_get(struct ev_keeper *keeper)
{
	struct ev_keeper_state state = {0};
	struct ev_writer *writer = ev_tool_stdout();
	struct ev_err err;

	if (keeper->get(keeper, &state, &err) != EV_OK)
		ev_tool_fail(&err);
	build_state(ev_writer_begin(writer), &state);
	if (ev_writer_end(writer, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_keeper_release(&state);
}

/* The record there is the one that was asked about, or any of the name's. */
static void
check_id(const struct ev_keeper *keeper, const struct ev_keeper_state *state,
    const char *was)
{
	struct ev_record record;
	struct ev_err err;

	if (!state->record && keeper->verb == EV_KEEPER_PUT &&
	    !strcmp(was, NONE))
		return;
	if (!state->record)
		ev_tool_die(EV_EXIT_DISAGREE, "%s has no record of %s",
		    keeper->place, keeper->name);
	ev_record_init(&record, keeper->name, keeper->place);
	if (ev_record_parse(&record, ev_slice_of(state->record), &err) != EV_OK)
		ev_tool_fail(&err);
	if (strcmp(record.name, keeper->name))
		ev_tool_die(EV_EXIT_DISAGREE,
		    "the record of %s is that of pipeline %s, not of %s",
		    keeper->place, record.name, keeper->name);
	if (strcmp(was, WHATEVER) && strcmp(was, record.id))
		ev_tool_die(EV_EXIT_DISAGREE,
		    "pipeline %s has gone on meanwhile: its record was %s "
		    "and is %s",
		    keeper->name, was, record.id);
	ev_record_release(&record);
}

static enum ev_status
act(struct ev_keeper *keeper, struct ev_slice record, struct ev_err *err)
{
	switch (keeper->verb) {
	case EV_KEEPER_PUT:
		return keeper->put(keeper, record, err);
	case EV_KEEPER_DROP:
		return keeper->drop(keeper, err);
	default:
		break;
	}
	if (keeper->accept)
		return keeper->accept(keeper, err);
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "'%s' is what was committed: there is nothing to accept",
	    keeper->place);
}

static void
serve_change(struct ev_keeper *keeper)
{
	struct ev_keeper_state state = {0};
	struct ev_buf input = {0};
	struct ev_err err;
	char *text, *end;

	if (ev_answer_read(STDIN_FILENO, "standard input", &input, &err) !=
	    EV_OK)
		ev_tool_fail(&err);
	text = ev_mem_strdup(ev_buf_cstr(&input));
	end = text + strcspn(text, "\n");
	if (!*end)
		ev_tool_die(EV_EXIT_USAGE,
		    "standard input has no id of a record");
	*end++ = '\0';
	if (keeper->lock(keeper, &err) != EV_OK ||
	    keeper->get(keeper, &state, &err) != EV_OK)
		ev_tool_fail(&err);
	check_id(keeper, &state, text);
	if (act(keeper, ev_slice_of(end), &err) != EV_OK)
		ev_tool_fail(&err);
	ev_keeper_release(&state);
	ev_buf_release(&input);
	free(text);
}

bool
ev_keeper_asked(int argc, char **argv, struct ev_keeper *keeper)
{
	if (argc != 4 || strncmp(argv[1], RECORD, sizeof(RECORD) - 1) != 0 ||
	    strncmp(argv[2], NAME, sizeof(NAME) - 1) != 0)
		return false;
	keeper->verb = EV_KEEPER_NONE;
	for (int i = EV_KEEPER_GET; i <= EV_KEEPER_ACCEPT; i++)
		if (!strcmp(argv[1] + sizeof(RECORD) - 1, verbs[i]))
			keeper->verb = (enum ev_keeper_verb)i;
	keeper->name = argv[2] + sizeof(NAME) - 1;
	keeper->place = argv[3];
	return keeper->verb != EV_KEEPER_NONE;
}

void
ev_keeper_serve(struct ev_keeper *keeper)
{
	if (keeper->verb == EV_KEEPER_GET)
		serve_get(keeper);
	else
		serve_change(keeper);
	ev_tool_done(EV_EXIT_OK);
}

/* --- evpos's side -------------------------------------------------------- */

/* The command of the place's connector, as arguments; each is the caller's to
 * free. */
static void
command(char *argv[5], enum ev_keeper_verb verb, const char *name,
    const char *place)
{
	struct ev_slice scheme = ev_place_scheme(place);

	argv[0] = ev_mem_printf("evsink-%.*s", (int)scheme.len, scheme.ptr);
	argv[1] = ev_mem_printf(RECORD "%s", verbs[verb]);
	argv[2] = ev_mem_printf(NAME "%s", name);
	argv[3] = ev_mem_strdup(place);
	argv[4] = NULL;
}

static void
release(char *argv[5])
{
	for (size_t i = 0; i < 4; i++)
		free(argv[i]);
}

static enum ev_status
read_member(void *arg, const struct ev_member *member, struct ev_err *err)
{
	struct ev_keeper_state *state = arg;
	const struct {
		const char *key;
		char **text;
	} texts[] = {{"where", &state->where}, {"held", &state->held},
	    {"wrong", &state->wrong}};
	const struct {
		const char *key;
		bool *flag;
	} flags[] = {{"strange", &state->strange}, {"gone", &state->gone},
	    {"log", &state->log}, {"in_state", &state->in_state}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (ev_value_text_is(member->key, ev_slice_of(texts[i].key)))
			return ev_object_text(WHAT, member, texts[i].text, err);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (ev_value_text_is(member->key, ev_slice_of(flags[i].key)))
			*flags[i].flag = true;
	if (ev_value_text_is(member->key, EV_SLICE("tail")))
		return ev_object_number(WHAT, member, &state->tail, err);
	if (ev_value_text_is(member->key, EV_SLICE("record"))) {
		free(state->record);
		state->record = ev_mem_strndup(member->value.ptr,
		    member->value.len);
	}
	return EV_OK;
}

enum ev_status
ev_keeper_get(const char *name, const char *place,
    struct ev_keeper_state *state, struct ev_err *err)
{
	struct ev_buf answer = {0};
	enum ev_status status;
	char *argv[5];

	*state = (struct ev_keeper_state){0};
	command(argv, EV_KEEPER_GET, name, place);
	status = ev_answer_ask(argv[0], argv, -1, &answer, err);
	if (status == EV_OK &&
	    ev_object_each(ev_buf_as_slice(&answer), WHAT, read_member, state,
		err) != EV_OK)
		status = EV_FATAL;
	ev_buf_release(&answer);
	release(argv);
	return status;
}

static enum ev_status
change(enum ev_keeper_verb verb, const char *name, const char *place,
    const char *was, struct ev_slice record, struct ev_err *err)
{
	struct ev_child child;
	struct iovec iov[] = {
	    {(void *)(uintptr_t)was, strlen(was)},
	    {(void *)(uintptr_t) "\n", 1},
	    {(void *)(uintptr_t)record.ptr, record.len},
	};
	enum ev_status status, ended;
	char *argv[5];

	command(argv, verb, name, place);
	status = ev_child_start(&child, argv[0], argv, false, -1, err);
	if (status == EV_OK) {
		status = ev_io_write(child.fd, "evsink", iov, 3, NULL, err);
		/* Where it ended before it had read that, it says why. */
		ended = ev_answer_finish(&child, err);
		if (ended != EV_OK)
			status = ended;
	}
	release(argv);
	return status;
}

enum ev_status
ev_keeper_put(const char *name, const char *place, const char *was,
    struct ev_slice record, struct ev_err *err)
{
	return change(EV_KEEPER_PUT, name, place, was, record, err);
}

enum ev_status
ev_keeper_drop(const char *name, const char *place, const char *was,
    struct ev_err *err)
{
	return change(EV_KEEPER_DROP, name, place, was, EV_SLICE(""), err);
}

enum ev_status
ev_keeper_accept(const char *name, const char *place, const char *was,
    struct ev_err *err)
{
	return change(EV_KEEPER_ACCEPT, name, place, was, EV_SLICE(""), err);
}
