/*
 * sides: see sides.h.
 */
#include "tool/sides.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/point.h"
#include "tool/place.h"
#include "tool/side.h"
#include "tool/tool.h"

struct ev_sides {
	struct ev_stage *stage;
	struct ev_ledger *ledger; /* NULL: not open */
	struct ev_side **side;
	size_t count;
	struct ev_side *last; /* of the last event: most go to one place */
	struct ev_err err;
};

/* --- opening ------------------------------------------------------------- */

static bool
same_place(const struct ev_side *side, struct ev_slice place)
{
	while (place.len > 1 && place.ptr[place.len - 1] == '/')
		place.len--;
	return ev_slice_is(place, side->place);
}

static struct ev_side *
find(struct ev_sides *sides, struct ev_slice place)
{
	if (sides->last && same_place(sides->last, place))
		return sides->last;
	for (size_t i = 0; i < sides->count; i++)
		if (same_place(sides->side[i], place))
			return sides->last = sides->side[i];
	return NULL;
}

/* The target itself, and what lies in a log folder. */
static bool
is_target(const struct ev_sides *sides, const char *place)
{
	const char *target = sides->ledger->place;
	size_t len = strlen(target);

	return !strncmp(place, target, len) &&
	    (!place[len] || place[len] == '/');
}

static void
open_side(struct ev_sides *sides, const char *place)
{
	struct ev_ledger *ledger = sides->ledger;
	struct ev_side *side;
	char *note;

	if (is_target(sides, place))
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s' is the target, and cannot be a side output of the "
		    "same pipeline",
		    place);
	if (find(sides, ev_slice_of(place)))
		return;
	side = ev_mem_zalloc(1, sizeof(*side));
	sides->side = ev_mem_realloc(sides->side,
	    (sides->count + 1) * sizeof(*sides->side));
	if (ev_side_open(side, place, &ledger->record, ledger->run,
		ledger->settings->adopt, &note, &sides->err) != EV_OK)
		ev_tool_fail(&sides->err);
	sides->side[sides->count++] = side;
	if (note)
		ev_tool_say("%s", note);
	free(note);
	ev_point("sides.opened");
}

static void
open_announced(struct ev_sides *sides, struct ev_value announced)
{
	struct ev_buf scratch = {0};
	const char *at = NULL;
	struct ev_member element;
	struct ev_slice text;

	while (ev_value_next(announced, &at, &element)) {
		char *place;

		if (element.value.type != EV_STRING ||
		    ev_value_text(element.value, &scratch, &text,
			&sides->err) != EV_OK)
			ev_tool_die(EV_EXIT_AGAIN,
			    "begin announces a side output that is no text");
		place = ev_mem_text(text);
		open_side(sides, place);
		free(place);
		scratch.len = 0;
	}
	ev_buf_release(&scratch);
}

/* After a failure. */
static void
undo(void *arg)
{
	struct ev_sides *sides = arg;

	for (size_t i = 0; i < sides->count; i++)
		ev_side_undo(sides->side[i]);
}

void
ev_sides_open(struct ev_sides *sides, struct ev_ledger *ledger)
{
	struct ev_buf *own = &sides->stage->side;

	if (!ledger->settings->name)
		return;
	sides->ledger = ledger;
	ev_tool_on_failure(undo, sides);
	open_announced(sides, sides->stage->control.side);
	if (own->len)
		open_announced(sides,
		    (struct ev_value){own->ptr, (uint32_t)own->len, EV_ARRAY,
			false});
}

/* --- the stream ---------------------------------------------------------- */

static _Noreturn void
not_announced(const struct ev_sides *sides, struct ev_slice to)
{
	char *place = ev_mem_text(to);

	if (sides->ledger && is_target(sides, place))
		ev_tool_die(EV_EXIT_USAGE,
		    "a side line to the target itself, '%s'", place);
	ev_tool_die(EV_EXIT_CONFIG,
	    "a side line to '%s', which begin has not announced", place);
}

/* Of the commands before us, and of our own stage. */
static void
take(void *arg, struct ev_slice to, struct ev_slice event)
{
	struct ev_sides *sides = arg;
	struct ev_side *side = find(sides, to);

	if (!side)
		not_announced(sides, to);
	if (ev_side_event(side, event, &sides->err) != EV_OK)
		ev_tool_fail(&sides->err);
}

void
ev_sides_event(struct ev_sides *sides, const struct ev_control *control)
{
	take(sides, control->to, control->event);
}

struct ev_sides *
ev_sides_new(struct ev_stage *stage)
{
	struct ev_sides *sides = ev_mem_zalloc(1, sizeof(*sides));

	sides->stage = stage;
	stage->aside = take;
	stage->aside_arg = sides;
	return sides;
}

static void
sync_all(struct ev_sides *sides)
{
	struct ev_record *record = &sides->ledger->record;

	for (size_t i = 0; i < sides->count; i++)
		if (ev_side_sync(sides->side[i], record, &sides->err) != EV_OK)
			ev_tool_fail(&sides->err);
	ev_point("sides.synced");
}

void
ev_sides_sync(struct ev_sides *sides)
{
	if (sides->ledger && !ev_mutant("sides.after"))
		sync_all(sides);
}

void
ev_sides_committed(struct ev_sides *sides)
{
	bool last;

	if (!sides->ledger)
		return;
	if (ev_mutant("sides.after"))
		sync_all(sides);
	last = sides->stage->control.seal != EV_SEAL_NONE;
	for (size_t i = 0; i < sides->count; i++)
		if (ev_side_committed(sides->side[i], &sides->ledger->record,
			last, &sides->err) != EV_OK)
			ev_tool_fail(&sides->err);
}

void
ev_sides_free(struct ev_sides *sides)
{
	for (size_t i = 0; i < sides->count; i++) {
		ev_side_release(sides->side[i]);
		free(sides->side[i]);
	}
	free(sides->side);
	free(sides);
}
