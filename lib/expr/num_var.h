/*
 * num_var: a number on the way to a result: coef / 10^scale, of any length.
 * In the caller's storage: init or from, then clear. Results may be operands.
 */
#ifndef EV_EXPR_NUM_VAR_H
#define EV_EXPR_NUM_VAR_H

#include "expr/num_impl.h"

struct ev_var {
	mpz_t coef;
	int scale; /* never negative */
};

void ev_var_init(struct ev_var *var, unsigned long value);
/* num is finite. */
void ev_var_from(struct ev_var *var, struct ev_num num);
void ev_var_clear(struct ev_var *var);
void ev_var_set(struct ev_var *to, const struct ev_var *from);

/* To scale digits after the point, half away from zero; a negative scale
 * rounds before it. */
void ev_var_round(struct ev_var *var, int scale);
/* Products and quotients, rounded so. */
void ev_var_mul(struct ev_var *out, const struct ev_var *a,
    const struct ev_var *b, int scale);
void ev_var_div(struct ev_var *out, const struct ev_var *a,
    const struct ev_var *b, int scale);
void ev_var_div_int(struct ev_var *out, const struct ev_var *a, unsigned long b,
    int scale);
/* out += a, out += n */
void ev_var_add(struct ev_var *out, const struct ev_var *a);
void ev_var_add_int(struct ev_var *out, long n);

/* The sign of var - number / 10. */
int ev_var_cmp_tenths(const struct ev_var *var, unsigned long number);
/* The nearest double; 0 and infinity where there is none. */
double ev_var_double(const struct ev_var *var);

/* The power of 10000 of the first digit to that base; 0 of 0. */
int ev_var_weight(const struct ev_var *var);
/* The first `most` digits to the base 10000, fewer if zeros follow, as one
 * number, and the power of ten that it is to be multiplied by. Not of 0. */
double ev_var_first(const struct ev_var *var, int most, int *power);

#endif
