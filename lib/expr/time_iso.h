/*
 * time_iso: the quick reader of the plain forms that most data has:
 *
 *   YYYY-MM-DD
 *   YYYY-MM-DD(T| )HH:MM[:SS[.F…]][ ][Z|(+|-)HH[[:]MM]]
 *
 * It allocates nothing and says nothing: what it does not take, ev_time_in
 * reads the general way. Inside lib/expr's time only.
 */
#ifndef EV_EXPR_TIME_ISO_H
#define EV_EXPR_TIME_ISO_H

#include "expr/time.h"

bool ev_time_iso(const struct ev_time_env *env, enum ev_time_kind kind,
    struct ev_slice text, int64_t *value);

#endif
