/*
 * num_var: see num_var.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "expr/num_var.h"

void
ev_var_init(struct ev_var *var, unsigned long value)
{
	mpz_init_set_ui(var->coef, value);
	var->scale = 0;
}

void
ev_var_from(struct ev_var *var, struct ev_num num)
{
	struct ev_num_view view;

	mpz_init_set(var->coef, ev_num_view(num, &view));
	var->scale = num.scale;
}

void
ev_var_clear(struct ev_var *var)
{
	mpz_clear(var->coef);
}

void
ev_var_set(struct ev_var *to, const struct ev_var *from)
{
	mpz_set(to->coef, from->coef);
	to->scale = from->scale;
}

/* quotient = a / b, half away from zero. */
static void
divide(mpz_t quotient, mpz_srcptr a, mpz_srcptr b)
{
	mpz_t rest;

	mpz_init(rest);
	ev_num_divide(quotient, rest, a, b);
	mpz_clear(rest);
}

void
ev_var_round(struct ev_var *var, int scale)
{
	int drop = var->scale - scale;
	mpz_t unit;

	var->scale = scale > 0 ? scale : 0;
	if (drop <= 0) {
		ev_num_scale_up(var->coef, var->coef, (unsigned long)-drop);
		return;
	}
	mpz_init(unit);
	mpz_ui_pow_ui(unit, 10, (unsigned long)drop);
	divide(var->coef, var->coef, unit);
	mpz_clear(unit);
	if (scale < 0)
		ev_num_scale_up(var->coef, var->coef, (unsigned long)-scale);
}

void
ev_var_mul(struct ev_var *out, const struct ev_var *a, const struct ev_var *b,
    int scale)
{
	out->scale = a->scale + b->scale;
	mpz_mul(out->coef, a->coef, b->coef);
	ev_var_round(out, scale);
}

void
ev_var_div(struct ev_var *out, const struct ev_var *a, const struct ev_var *b,
    int scale)
{
	int shift = scale - a->scale + b->scale;
	mpz_t divisor;

	mpz_init_set(divisor, b->coef);
	if (shift >= 0)
		ev_num_scale_up(out->coef, a->coef, (unsigned long)shift);
	else
		mpz_set(out->coef, a->coef);
	if (shift < 0)
		ev_num_scale_up(divisor, divisor, (unsigned long)-shift);
	divide(out->coef, out->coef, divisor);
	mpz_clear(divisor);
	out->scale = scale;
}

void
ev_var_div_int(struct ev_var *out, const struct ev_var *a, unsigned long b,
    int scale)
{
	struct ev_var divisor;

	ev_var_init(&divisor, b);
	ev_var_div(out, a, &divisor, scale);
	ev_var_clear(&divisor);
}

void
ev_var_add(struct ev_var *out, const struct ev_var *a)
{
	struct ev_var other;

	mpz_init(other.coef);
	ev_var_set(&other, a);
	if (other.scale < out->scale)
		ev_var_round(&other, out->scale);
	else
		ev_var_round(out, other.scale);
	mpz_add(out->coef, out->coef, other.coef);
	ev_var_clear(&other);
}

void
ev_var_add_int(struct ev_var *out, long n)
{
	struct ev_var one;

	ev_var_init(&one, 1);
	if (n < 0)
		mpz_neg(one.coef, one.coef);
	ev_var_add(out, &one);
	ev_var_clear(&one);
}

int
ev_var_cmp_tenths(const struct ev_var *var, unsigned long number)
{
	struct ev_var ten;
	int order;

	ev_var_init(&ten, number);
	ten.scale = 1;
	ev_var_round(&ten, var->scale > 1 ? var->scale : 1);
	if (var->scale < ten.scale) {
		mpz_t more;

		mpz_init(more);
		ev_num_scale_up(more, var->coef, 1);
		order = mpz_cmp(more, ten.coef);
		mpz_clear(more);
	} else {
		order = mpz_cmp(var->coef, ten.coef);
	}
	ev_var_clear(&ten);
	return order;
}

double
ev_var_double(const struct ev_var *var)
{
	size_t size = mpz_sizeinbase(var->coef, 10) + 32;
	char *text = ev_mem_alloc(size);
	size_t len;
	double value;

	mpz_get_str(text, 10, var->coef);
	len = strlen(text);
	snprintf(text + len, size - len, "e-%d", var->scale);
	value = strtod(text, NULL);
	free(text);
	return value;
}

/* ---- size ---- */

int
ev_var_weight(const struct ev_var *var)
{
	int lead = (int)ev_num_digits(var->coef) - 1 - var->scale;

	if (mpz_sgn(var->coef) == 0)
		return 0;
	return lead >= 0 ? lead / 4 : -((3 - lead) / 4);
}

double
ev_var_first(const struct ev_var *var, int most, int *power)
{
	int weight = ev_var_weight(var), last = weight - most + 1;
	int drop = var->scale + 4 * last; /* decimal digits behind them */
	double first;
	mpz_t digits;

	mpz_init(digits);
	if (drop > 0) {
		mpz_ui_pow_ui(digits, 10, (unsigned long)drop);
		mpz_tdiv_q(digits, var->coef, digits);
	} else {
		ev_num_scale_up(digits, var->coef, (unsigned long)-drop);
	}
	mpz_abs(digits, digits);
	/* further digits that are 0 are not there, if nothing follows them */
	for (; most > 1 && mpz_divisible_ui_p(digits, 10000); most--) {
		mpz_tdiv_q_ui(digits, digits, 10000);
		last++;
	}
	first = mpz_get_d(digits);
	mpz_clear(digits);
	*power = 4 * last;
	return first;
}
