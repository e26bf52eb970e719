/*
 * pict_key: a text read along a picture into the fields that were seen: one
 * pattern of it. Inside lib/expr's pict only.
 */
#ifndef EV_EXPR_PICT_KEY_H
#define EV_EXPR_PICT_KEY_H

#include "base/err.h"
#include "expr/pict_fields.h"
#include "expr/pict_format.h"

struct ev_pict_parser {
	const char *at; /* NUL-terminated, as strtol wants it */
	struct ev_pict_fields *fields;
	struct ev_pict_node node;
	struct ev_pict_cursor next; /* behind the node */
	bool fixed;                 /* FX: characters are matched one to one */
	bool strict;                /* they must be the same; of SQL/JSON */
	int skipped;                /* spaces, beyond those of the picture */
	struct ev_err *err;
};

/* Reads what the node's pattern is of; EV_BAD: it is not there. */
enum ev_status ev_pict_read_key(struct ev_pict_parser *p);
/* Steps over blanks, and over one character. */
void ev_pict_skip_spaces(struct ev_pict_parser *p);
void ev_pict_skip_char(struct ev_pict_parser *p);

#endif
