/*
 * num_log: the functions of num.h of the same names for finite operands that
 * they are defined for. Not for others than num_special.c, which has the rest.
 */
#ifndef EV_EXPR_NUM_LOG_H
#define EV_EXPR_NUM_LOG_H

#include "expr/num_impl.h"

/* num is 0 or above. */
enum ev_status ev_num_log_sqrt(struct ev_num num, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_log_exp(struct ev_num num, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);
/* num and base are above 0. */
enum ev_status ev_num_log_ln(struct ev_num num, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_log_log(struct ev_num base, struct ev_num num,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
/* Neither 0 to a negative power nor a negative number to one that is not
 * whole. */
enum ev_status ev_num_log_power(struct ev_num base, struct ev_num exponent,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);

/* Is a finite number whole, and odd? */
bool ev_num_log_whole(struct ev_num num, bool *odd);

#endif
