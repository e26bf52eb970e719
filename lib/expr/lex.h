/*
 * lex: the words of an expression, as PostgreSQL's scanner has them: names,
 * "quoted names", numbers, 'texts', E'texts' with escapes, $tag$texts$tag$,
 * $parameters, operators, and comments of both forms.
 */
#ifndef EV_EXPR_LEX_H
#define EV_EXPR_LEX_H

#include <stdarg.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

enum ev_token_kind {
	EV_TOKEN_END,
	EV_TOKEN_NAME,   /* a name or a keyword, as it was written */
	EV_TOKEN_QUOTED, /* a "name"; text is without the quotes */
	EV_TOKEN_TEXT,   /* a literal; text is what it stands for */
	EV_TOKEN_NUMBER,
	EV_TOKEN_PARAM, /* $name; text is without the dollar */
	EV_TOKEN_OP,    /* an operator or a punctuation mark */
};

struct ev_token {
	enum ev_token_kind kind;
	struct ev_slice text; /* lent by the source, or by the arena */
	size_t at, end;       /* where it stands, bytes */
};

struct ev_lex {
	struct ev_slice source;
	size_t at;
	struct ev_arena *arena; /* for texts with escapes */
};

/* The next token. EV_BAD: the text has no such token; err says why, and
 * token->at where. */
enum ev_status ev_lex_next(struct ev_lex *lex, struct ev_token *token,
    struct ev_err *err);

/* Puts a message about the place `at` of source into err: the message, the
 * line, and a caret under the column. A message of more than 600 bytes is cut.
 * Returns EV_BAD. */
enum ev_status ev_lex_point(struct ev_slice source, size_t at,
    struct ev_err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
enum ev_status ev_lex_vpoint(struct ev_slice source, size_t at,
    struct ev_err *err, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

#endif
