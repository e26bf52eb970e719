/*
 * result: what functions and nodes give, put into a value: each returns true,
 * as the last step of what can fail before.
 */
#ifndef EV_EXPR_RESULT_H
#define EV_EXPR_RESULT_H

#include "expr/node.h"

/* 1 true, 0 false, -1 NULL. */
static inline bool
ev_result_truth(struct ev_val *out, int truth)
{
	out->type = truth < 0 ? EV_SQL_NULL : EV_SQL_BOOL;
	out->truth = truth > 0;
	return true;
}

static inline bool
ev_result_int(struct ev_val *out, int64_t integer)
{
	out->type = EV_SQL_INT4;
	out->integer = integer;
	return true;
}

/* A text that lives as long as the event; ptr NULL is NULL. */
static inline bool
ev_result_text(struct ev_val *out, struct ev_slice text)
{
	out->type = text.ptr ? EV_SQL_TEXT : EV_SQL_NULL;
	out->text = text;
	return true;
}

#endif
