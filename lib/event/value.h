/*
 * value: one JSON value as it stands in an event, and what can be read from
 * it. A value is a slice of validated JSON text (the scanner made it): no
 * tree, nothing copied, and it lives as long as the bytes it points into.
 */
#ifndef EV_EVENT_VALUE_H
#define EV_EVENT_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

enum ev_type {
	EV_MISSING, /* no such member */
	EV_NULL,
	EV_FALSE,
	EV_TRUE,
	EV_NUMBER,
	EV_STRING,
	EV_ARRAY,
	EV_OBJECT,
};

struct ev_value {
	const char *ptr; /* the JSON text; of a string with its quotes */
	uint32_t len;    /* bytes */
	uint8_t type;    /* enum ev_type */
	bool escaped;    /* a string in which a backslash stands */
};

/* One member of an object: "key":value. */
struct ev_member {
	struct ev_value key; /* always a string, quotes included */
	struct ev_value value;
};

/* The characters between the quotes of a string, escapes not undone. */
static inline struct ev_slice
ev_value_inner(struct ev_value string)
{
	return (struct ev_slice){string.ptr + 1, string.len - 2};
}

static inline struct ev_slice
ev_value_raw(struct ev_value value)
{
	return (struct ev_slice){value.ptr, value.len};
}

/* The value that a JSON text is; blanks around it are left out. The text is
 * valid JSON. */
struct ev_value ev_value_of(struct ev_slice json);

/* The value that begins at s, or behind blanks there; of a container only its
 * bracket, so that a walk from one value to the next goes over the text once,
 * however deep it is nested. */
struct ev_value ev_value_head(const char *s);

/* The text of a string, escapes undone. Points into the value where there are
 * none, else at bytes appended to scratch (valid until scratch changes).
 * EV_BAD, with the reason in err, if the string holds \u0000 or a lone
 * surrogate: such text passes through but cannot be computed with. */
enum ev_status ev_value_text(struct ev_value string, struct ev_buf *scratch,
    struct ev_slice *text, struct ev_err *err);

/* True if the string's text is `text`. Escapes are understood; a string that
 * ev_value_text refuses equals nothing. */
bool ev_value_text_is(struct ev_value string, struct ev_slice text);

/* The member that marks the event of a deleted row, and whether its value says
 * that it is one: true, or "true" as Debezium writes it. */
#define EV_DELETED EV_SLICE("__deleted")
static inline bool
ev_value_deletes(const struct ev_value *mark)
{
	return mark->type == EV_TRUE ||
	    (mark->type == EV_STRING &&
		ev_value_text_is(*mark, EV_SLICE("true")));
}

/* The member of an object named key, the last one if it stands there twice;
 * EV_MISSING if there is none or if value is no object. */
struct ev_value ev_value_member(struct ev_value object, struct ev_slice key);

/* The index-th element of an array, counted from 1; negative counts from the
 * end. EV_MISSING if there is none or if value is no array. */
struct ev_value ev_value_element(struct ev_value array, int64_t index);

/* The same counted from 0; negative counts from the end. */
static inline struct ev_value
ev_value_item(struct ev_value array, int64_t index)
{
	return ev_value_element(array,
	    index < 0 || index == INT64_MAX ? index : index + 1);
}

/* How many members or elements it has; a scalar none. */
uint32_t ev_value_count(struct ev_value container);

/* How deep a valid JSON text is nested: 0 for a scalar. */
unsigned ev_value_depth(struct ev_slice json);

/* Walks an object or array. *at is NULL before the first call. False at the
 * end. For arrays, member->key is EV_MISSING. */
bool ev_value_next(struct ev_value container, const char **at,
    struct ev_member *member);

/* Makes one line of a JSON text, in place, as the scan wants it: its newlines
 * become blanks, and in a string a control character, which is as wrong. */
void ev_value_join_lines(char *json, size_t len);

#endif
