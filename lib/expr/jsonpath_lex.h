/*
 * jsonpath_lex: the tokens of a path. Inside lib/expr's jsonpath only.
 */
#ifndef EV_EXPR_JSONPATH_LEX_H
#define EV_EXPR_JSONPATH_LEX_H

#include "expr/node.h"

/* A character of its own is its own token. */
enum ev_path_token_kind {
	EV_PATH_END = 0,
	EV_PATH_IDENT = 256,
	EV_PATH_STRING,
	EV_PATH_NAME, /* $name */
	EV_PATH_DECIMAL,
	EV_PATH_INTEGER,
	EV_PATH_2STARS,
	EV_PATH_2ANDS,
	EV_PATH_2BARS,
	EV_PATH_2EQUALS,
	EV_PATH_UNEQUAL,
	EV_PATH_AT_MOST,
	EV_PATH_AT_LEAST,
	EV_PATH_WORD_ABS, /* keywords: what they may be besides is a key */
	EV_PATH_WORD_CEILING,
	EV_PATH_WORD_DATETIME,
	EV_PATH_WORD_DOUBLE,
	EV_PATH_WORD_EXISTS,
	EV_PATH_WORD_FALSE,
	EV_PATH_WORD_FLAG,
	EV_PATH_WORD_FLOOR,
	EV_PATH_WORD_IS,
	EV_PATH_WORD_KEYVALUE,
	EV_PATH_WORD_LAST,
	EV_PATH_WORD_LAX,
	EV_PATH_WORD_LIKE_REGEX,
	EV_PATH_WORD_NULL,
	EV_PATH_WORD_SIZE,
	EV_PATH_WORD_STARTS,
	EV_PATH_WORD_STRICT,
	EV_PATH_WORD_TO,
	EV_PATH_WORD_TRUE,
	EV_PATH_WORD_TYPE,
	EV_PATH_WORD_UNKNOWN,
	EV_PATH_WORD_WITH,
};

struct ev_path_token {
	int kind;
	struct ev_slice text; /* of names, strings and numbers: what it means */
	size_t at;            /* byte of the path */
};

struct ev_path_lex {
	struct ev_run *run;
	const struct ev_node *node; /* for messages */
	struct ev_slice source;     /* lent for the tree's life */
	size_t at;
	struct ev_path_token now;
};

/* The next token into lex->now; false: it is none, and a message. */
bool ev_path_step(struct ev_path_lex *lex);
/* Says what is wrong and where: returns false. */
bool ev_path_wrong(struct ev_path_lex *lex, size_t at, const char *what);
/* Says that the present token is out of place: returns NULL. */
void *ev_path_unexpected(struct ev_path_lex *lex);

#endif
