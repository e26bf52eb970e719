/*
 * param: the parameters of expressions, $name, and the values that the command
 * line or a file gives them. A value never becomes part of the text: it is a
 * literal that stands where its name does.
 *
 * A text is a quoted literal that has no type as yet, as PostgreSQL's untyped
 * parameters are; a JSON value is the literal that SQL has for it.
 */
#ifndef EV_EXPR_PARAM_H
#define EV_EXPR_PARAM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "event/value.h"

struct ev_param {
	struct ev_slice name; /* without the dollar */
	enum ev_param_kind {
		EV_PARAM_TEXT,
		EV_PARAM_NUMBER, /* text is a JSON number, as written */
		EV_PARAM_TRUE,
		EV_PARAM_FALSE,
		EV_PARAM_NULL,
	} kind;
	struct ev_slice text;
	bool must; /* it is a mistake if nothing uses it */
	bool used;
};

/* In the caller's storage; {0} has none. All lives in the arena. */
struct ev_params {
	struct ev_param *item;
	size_t count, cap;
};

/* Gives a parameter its value, copied; one that has a value gets the new one.
 * EV_BAD: the name is none. */
enum ev_status ev_params_text(struct ev_params *params, struct ev_arena *arena,
    struct ev_slice name, struct ev_slice text, struct ev_err *err);
/* The same of a JSON value: a string is a text, and so is what is no scalar,
 * the text of its JSON. EV_BAD too: a string that no text can be. */
enum ev_status ev_params_json(struct ev_params *params, struct ev_arena *arena,
    struct ev_slice name, struct ev_value value, struct ev_err *err);

/* The parameter of this name, or NULL. */
struct ev_param *ev_params_find(const struct ev_params *params,
    struct ev_slice name);

/* Appends why there is none of this name: "there is no parameter $x; did you
 * mean $y?" */
void ev_params_unknown(const struct ev_params *params, struct ev_slice name,
    struct ev_buf *out);

/* May a parameter's name begin with this byte, or have it in it? */
static inline bool
ev_param_begins(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (unsigned char)c >= 0x80;
}

static inline bool
ev_param_has(char c)
{
	return ev_param_begins(c) || (c >= '0' && c <= '9');
}

#endif
