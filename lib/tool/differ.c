/*
 * differ: see differ.h.
 */
#include "tool/differ.h"

#include <stdlib.h>

#include "base/mem.h"
#include "event/reader.h"

struct side {
	struct ev_reader *reader;
	bool more; /* line is one not yet taken */
	struct ev_slice line, key;
	struct ev_buf before; /* the key of the line before */
	bool again;           /* it stood there more than once */
	uint64_t repeated;
	bool held; /* an event left over, of the group's key */
	struct ev_buf event;
};

struct ev_differ {
	struct side side[2];
	bool keyed, begun;
	uint64_t same;
	struct ev_buf group; /* the key of what was left over last */
	bool several;        /* of one side there was more than one left over */
};

struct ev_differ *
ev_differ_new(struct ev_input *a, struct ev_input *b, bool keyed,
    size_t max_line)
{
	struct ev_differ *differ = ev_mem_zalloc(1, sizeof(*differ));

	differ->side[0].reader = ev_reader_new(a, max_line);
	differ->side[1].reader = ev_reader_new(b, max_line);
	differ->keyed = keyed;
	return differ;
}

void
ev_differ_free(struct ev_differ *differ)
{
	if (!differ)
		return;
	for (int i = 0; i < 2; i++) {
		ev_reader_free(differ->side[i].reader);
		ev_buf_release(&differ->side[i].before);
		ev_buf_release(&differ->side[i].event);
	}
	ev_buf_release(&differ->group);
	free(differ);
}

static void
count_repeated(struct side *side)
{
	bool equal = ev_slice_equal(side->key, ev_buf_as_slice(&side->before));

	if (equal) {
		side->repeated += !side->again;
		side->again = true;
		return;
	}
	side->again = false;
	side->before.len = 0;
	ev_buf_slice(&side->before, side->key);
}

static enum ev_status
advance(struct ev_differ *differ, struct side *side, struct ev_err *err)
{
	struct ev_line line;
	enum ev_status status = ev_reader_next(side->reader, NULL, &line, err);
	const char *tab;

	side->more = status == EV_OK;
	if (status == EV_END)
		return EV_OK;
	tab = status == EV_OK ? memchr(line.text.ptr, '\t', line.text.len)
			      : NULL;
	if (status == EV_FATAL)
		return EV_FATAL;
	if (!tab || line.torn)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "the sorted events are not whole");
	side->line = line.text;
	side->key = (struct ev_slice){line.text.ptr,
	    (size_t)(tab - line.text.ptr)};
	if (differ->keyed)
		count_repeated(side);
	return EV_OK;
}

static int
compare(struct ev_slice a, struct ev_slice b)
{
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* Steps over the lines that are equal. *left is the side whose line is left
 * over, -1 at the end. */
static enum ev_status
cancel(struct ev_differ *differ, int *left, struct ev_err *err)
{
	struct side *a = &differ->side[0], *b = &differ->side[1];

	while (a->more && b->more) {
		int order = compare(a->line, b->line);

		if (order) {
			*left = order > 0;
			return EV_OK;
		}
		differ->same++;
		if (advance(differ, a, err) != EV_OK ||
		    advance(differ, b, err) != EV_OK)
			return EV_FATAL;
	}
	*left = a->more ? 0 : b->more ? 1 : -1;
	return EV_OK;
}

static struct ev_slice
event_of(const struct side *side)
{
	return (struct ev_slice){side->key.ptr + side->key.len + 1,
	    side->line.len - side->key.len - 1};
}

/* Keeps the line that is left over until it is known whether the other side
 * has one with its key. */
static void
hold(struct ev_differ *differ, struct side *side)
{
	differ->group.len = 0;
	ev_buf_slice(&differ->group, side->key);
	side->event.len = 0;
	ev_buf_slice(&side->event, event_of(side));
	ev_buf_char(&side->event, '\n');
	side->held = true;
}

/* Gives out what is held: both as a change, or one of them. */
static void
give(struct ev_differ *differ, struct ev_difference *difference)
{
	bool change = differ->side[0].held && differ->side[1].held &&
	    !differ->several;

	*difference = (struct ev_difference){.kind = EV_DIFFER_CHANGED};
	for (int i = 0; i < 2; i++) {
		struct side *side = &differ->side[i];

		if (!side->held)
			continue;
		side->held = false;
		difference->event[i] = (struct ev_slice){side->event.ptr,
		    side->event.len - 1};
		if (!change) {
			difference->kind = i ? EV_DIFFER_B : EV_DIFFER_A;
			return;
		}
	}
}

/* Where the line left over belongs, seen from what is held. */
static bool
must_give(struct ev_differ *differ, int left)
{
	struct side *side = differ->side;
	bool in_group;

	if (!side[0].held && !side[1].held)
		return false;
	in_group = left >= 0 && differ->keyed &&
	    ev_slice_equal(side[left].key, ev_buf_as_slice(&differ->group));
	if (in_group && side[left].held)
		differ->several = true;
	return !in_group || differ->several;
}

enum ev_status
ev_differ_next(struct ev_differ *differ, struct ev_difference *difference,
    struct ev_err *err)
{
	struct side *side = differ->side;
	int left;

	if (!differ->begun) {
		differ->begun = true;
		if (advance(differ, &side[0], err) != EV_OK ||
		    advance(differ, &side[1], err) != EV_OK)
			return EV_FATAL;
	}
	for (;;) {
		if (cancel(differ, &left, err) != EV_OK)
			return EV_FATAL;
		if (must_give(differ, left)) {
			give(differ, difference);
			return EV_OK;
		}
		if (left < 0)
			return EV_END;
		if (!ev_slice_equal(side[left].key,
			ev_buf_as_slice(&differ->group)))
			differ->several = false;
		hold(differ, &side[left]);
		if (advance(differ, &side[left], err) != EV_OK)
			return EV_FATAL;
	}
}

uint64_t
ev_differ_same(const struct ev_differ *differ)
{
	return differ->same;
}

uint64_t
ev_differ_repeated(const struct ev_differ *differ, int side)
{
	return differ->side[side].repeated;
}
