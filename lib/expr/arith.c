/*
 * arith: + - * / % and the minus sign, on integers of three sizes, numeric and
 * double precision. Those of dates and times are functions of the table.
 */
#include "expr/eval.h"
#include "expr/float8.h"
#include "expr/int8.h"

/* The two arguments; true in *null where the result is NULL. */
static bool
operands(struct ev_run *run, const struct ev_node *node, struct ev_val *a,
    struct ev_val *b, bool *null)
{
	if (!ev_node_eval(run, node->arg[0], a) ||
	    !ev_node_eval(run, node->arg[1], b))
		return false;
	*null = a->type == EV_SQL_NULL || b->type == EV_SQL_NULL;
	return true;
}

static bool
int_out(struct ev_run *run, const struct ev_node *node, int64_t number,
    struct ev_val *out)
{
	if ((node->type == EV_SQL_INT4 && number != (int32_t)number) ||
	    (node->type == EV_SQL_INT2 && number != (int16_t)number))
		return ev_run_fail(run, node, "%s out of range",
		    ev_sql_name(node->type));
	out->type = node->type;
	out->integer = number;
	return true;
}

bool
ev_eval_int_arith(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	enum ev_status status;
	struct ev_val a, b;
	int64_t number = 0;
	bool null;

	if (!operands(run, node, &a, &b, &null))
		return false;
	out->type = EV_SQL_NULL;
	if (null)
		return true;
	switch (node->op) {
	case '+':
		status = ev_int8_add(a.integer, b.integer, &number, run->err);
		break;
	case '-':
		status = ev_int8_sub(a.integer, b.integer, &number, run->err);
		break;
	case '*':
		status = ev_int8_mul(a.integer, b.integer, &number, run->err);
		break;
	case '/':
		status = ev_int8_div(a.integer, b.integer, &number, run->err);
		break;
	default:
		status = ev_int8_mod(a.integer, b.integer, &number, run->err);
		break;
	}
	if (status != EV_OK)
		return ev_run_failed(run, node);
	return int_out(run, node, number, out);
}

bool
ev_eval_num_arith(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	enum ev_status (*call)(struct ev_num, struct ev_num,
	    struct ev_num_pool *, struct ev_num *, struct ev_err *);
	struct ev_val a, b;
	bool null;

	if (!operands(run, node, &a, &b, &null))
		return false;
	out->type = EV_SQL_NULL;
	if (null)
		return true;
	call = node->op == '+' ? ev_num_add
	    : node->op == '-'  ? ev_num_sub
	    : node->op == '*'  ? ev_num_mul
	    : node->op == '/'  ? ev_num_div
			       : ev_num_mod;
	out->type = EV_SQL_NUMERIC;
	return call(a.num, b.num, run->pool, &out->num, run->err) == EV_OK ||
	    ev_run_failed(run, node);
}

bool
ev_eval_real_arith(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	enum ev_status (*call)(double, double, double *, struct ev_err *);
	struct ev_val a, b;
	bool null;

	if (!operands(run, node, &a, &b, &null))
		return false;
	out->type = EV_SQL_NULL;
	if (null)
		return true;
	call = node->op == '+' ? ev_float8_add
	    : node->op == '-'  ? ev_float8_sub
	    : node->op == '*'  ? ev_float8_mul
			       : ev_float8_div;
	out->type = EV_SQL_FLOAT8;
	return call(a.real, b.real, &out->real, run->err) == EV_OK ||
	    ev_run_failed(run, node);
}

bool
ev_eval_negate(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	int64_t number = 0;

	if (!ev_node_eval(run, node->arg[0], out))
		return false;
	if (out->type == EV_SQL_NULL)
		return true;
	if (node->type == EV_SQL_NUMERIC) {
		out->num = ev_num_neg(out->num, run->pool);
	} else if (node->type == EV_SQL_FLOAT8) {
		out->real = -out->real;
	} else {
		if (ev_int8_neg(out->integer, &number, run->err) != EV_OK)
			return ev_run_failed(run, node);
		return int_out(run, node, number, out);
	}
	return true;
}
