/*
 * differ: walks two sorted streams side by side and says in what they differ.
 *
 * The lines are KEY TAB EVENT, in the order of their bytes, with events in
 * canonical form (event/canon.h: no tab is in it). Lines that are equal cancel
 * each other, one for one, so the streams are compared as multisets. Of what
 * is left over, by key: one event on each side is a change; anything else is
 * events that only one side has. Without keys there are no changes.
 *
 * Memory: a line or two of each side, however many there are of one key.
 */
#ifndef EV_TOOL_DIFFER_H
#define EV_TOOL_DIFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/input.h"

enum ev_differ_kind { EV_DIFFER_A, EV_DIFFER_B, EV_DIFFER_CHANGED };

struct ev_difference {
	enum ev_differ_kind kind;
	struct ev_slice event[2]; /* of a and b; of one that is not there, ptr
	                           * is NULL. Followed by a newline. Until the
	                           * next call */
};

struct ev_differ;

/* The inputs are lent. max_line: bytes of a line, at most. */
struct ev_differ *ev_differ_new(struct ev_input *a, struct ev_input *b,
    bool keyed, size_t max_line);
void ev_differ_free(struct ev_differ *differ);

/* EV_OK: the next difference; EV_END; EV_FATAL. */
enum ev_status ev_differ_next(struct ev_differ *differ,
    struct ev_difference *difference, struct ev_err *err);

/* So far: pairs of equal lines, and of side 0 or 1 the keys that stand more
 * than once. */
uint64_t ev_differ_same(const struct ev_differ *differ);
uint64_t ev_differ_repeated(const struct ev_differ *differ, int side);

#endif
