/*
 * num: random questions about numbers and what lib/expr answers, to be asked
 * of PostgreSQL too (agree.sql). Prints COUNT lines, an SQL expression, a tab
 * and its value as text or "error: " and the message; the same SEED gives the
 * same lines.
 *
 *     num SEED COUNT
 */
#include <stdio.h>
#include <stdlib.h>

#include "expr/float8.h"
#include "expr/int8.h"
#include "expr/num.h"
#include "operands.h"

static struct ev_num_pool pool;
struct question {
	struct ev_buf sql;
	struct ev_buf a, b; /* the operands' text */
	struct ev_buf answer;
	struct ev_err err;
};

/* A JSON number without exponent, or with one; not all of them. */
static bool
is_json(struct ev_slice text)
{
	size_t at = text.len > 0 && text.ptr[0] == '-';
	size_t digits = strspn(text.ptr + at, "0123456789");

	if (digits == 0 || (digits > 1 && text.ptr[at] == '0'))
		return false;
	at += digits;
	if (text.ptr[at] == '.') {
		digits = strspn(text.ptr + at + 1, "0123456789");
		at += digits + 1;
	}
	if (digits && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
		at += text.ptr[at + 1] == '+' || text.ptr[at + 1] == '-';
		digits = strspn(text.ptr + at + 1, "0123456789");
		at += digits + 1;
	}
	return digits && at == text.len;
}

/* By the reader of JSON numbers where the text is one. */
static enum ev_status
read_num(struct ev_buf *text, struct ev_num *num, struct ev_err *err)
{
	struct ev_slice slice = {ev_buf_cstr(text), text->len};

	if (is_json(slice) && below(4))
		return ev_num_from_json(slice, &pool, num, err);
	return ev_num_from_text(slice, &pool, num, err);
}

static enum ev_status
two_nums(struct question *q, struct ev_num *a, struct ev_num *b)
{
	enum ev_status status = read_num(&q->a, a, &q->err);

	return status ? status : read_num(&q->b, b, &q->err);
}

struct operation {
	char sign;
	enum ev_status (*compute)(struct ev_num a, struct ev_num b,
	    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
};

static const struct operation *
any_operation(void)
{
	static const struct operation table[] = {
	    {'+', ev_num_add},
	    {'-', ev_num_sub},
	    {'*', ev_num_mul},
	    {'*', ev_num_mul},
	    {'/', ev_num_div},
	    {'/', ev_num_div},
	    {'/', ev_num_div},
	    {'%', ev_num_mod},
	};

	return &table[below(sizeof table / sizeof *table)];
}

/* a + b, or a + b - c …: results are operands again. */
static enum ev_status
num_chain(struct question *q)
{
	const struct operation *op = any_operation();
	struct ev_num out, next_one;
	enum ev_status status = two_nums(q, &out, &next_one);

	ev_buf_printf(&q->sql, "'%s'::numeric %c '%s'::numeric",
	    ev_buf_cstr(&q->a), op->sign, ev_buf_cstr(&q->b));
	if (status == EV_OK)
		status = op->compute(out, next_one, &pool, &out, &q->err);
	while (status == EV_OK && below(3) == 0) {
		struct ev_buf whole = {0};

		op = any_operation();
		q->b.len = 0;
		put_number(&q->b);
		ev_buf_printf(&whole, "(%s) %c '%s'::numeric",
		    ev_buf_cstr(&q->sql), op->sign, ev_buf_cstr(&q->b));
		ev_buf_release(&q->sql);
		q->sql = whole;
		status = read_num(&q->b, &next_one, &q->err);
		if (status == EV_OK)
			status = op->compute(out, next_one, &pool, &out,
			    &q->err);
	}
	if (status == EV_OK)
		ev_num_text(out, &q->answer);
	return status;
}

static enum ev_status
num_cmp(struct question *q)
{
	static const char *const ops[] = {"<", "=", ">"};
	struct ev_num a, b;
	enum ev_status status;
	int op = (int)below(3), order;

	ev_buf_printf(&q->sql, "'%s'::numeric %s '%s'::numeric",
	    ev_buf_cstr(&q->a), ops[op], ev_buf_cstr(&q->b));
	status = two_nums(q, &a, &b);
	if (status)
		return status;
	order = ev_num_cmp(a, b);
	ev_buf_str(&q->answer,
	    (order > 0) - (order < 0) == op - 1 ? "true" : "false");
	return EV_OK;
}

static enum ev_status
num_cmp_int(struct question *q)
{
	struct ev_num a;
	int64_t b;
	enum ev_status status;

	q->b.len = 0;
	put_integer(&q->b);
	ev_buf_printf(&q->sql, "'%s'::numeric < '%s'::bigint",
	    ev_buf_cstr(&q->a), ev_buf_cstr(&q->b));
	status = read_num(&q->a, &a, &q->err);
	if (status == EV_OK)
		status = ev_int8_from_text(ev_buf_as_slice(&q->b), &b, &q->err);
	if (status == EV_OK)
		ev_buf_str(&q->answer,
		    ev_num_cmp_int(a, b) < 0 ? "true" : "false");
	return status;
}

static enum ev_status
apply_one(struct question *q, const char *name, struct ev_num num)
{
	enum ev_status status = EV_OK;
	double value;
	int64_t whole;

	switch (*name) {
	case '-':
		num = ev_num_neg(num, &pool);
		break;
	case 'a':
		num = ev_num_abs(num, &pool);
		break;
	case 's':
		num = ev_num_sign(num);
		break;
	case 'c':
		status = ev_num_ceil(num, &pool, &num, &q->err);
		break;
	case 'f':
		status = ev_num_floor(num, &pool, &num, &q->err);
		break;
	case 'b':
		status = ev_num_to_int(num, &whole, &q->err);
		if (status == EV_OK)
			num = ev_num_from_int(whole, &pool);
		break;
	case 'd':
		status = ev_num_to_double(num, &value, &q->err);
		if (status == EV_OK)
			ev_float8_text(value, &q->answer);
		return status;
	}
	if (status == EV_OK)
		ev_num_text(num, &q->answer);
	return status;
}

static enum ev_status
num_one(struct question *q)
{
	static const char *const names[][2] = {
	    {"-", "-%s"},
	    {"abs", "abs(%s)"},
	    {"sign", "sign(%s)"},
	    {"ceil", "ceil(%s)"},
	    {"floor", "floor(%s)"},
	    {"bigint", "(%s)::bigint"},
	    {"double", "(%s)::float8"},
	    {"text", "%s"},
	};
	unsigned which = below(sizeof names / sizeof *names);
	struct ev_buf operand = {0};
	struct ev_num num;
	enum ev_status status;
	const char *mark = strstr(names[which][1], "%s");

	ev_buf_printf(&operand, "('%s'::numeric)", ev_buf_cstr(&q->a));
	ev_buf_append(&q->sql, names[which][1],
	    (size_t)(mark - names[which][1]));
	ev_buf_slice(&q->sql, ev_buf_as_slice(&operand));
	ev_buf_str(&q->sql, mark + 2);
	ev_buf_release(&operand);
	status = read_num(&q->a, &num, &q->err);
	return status ? status : apply_one(q, names[which][0], num);
}

static enum ev_status
num_round(struct question *q)
{
	struct ev_num num;
	enum ev_status status;
	bool trunc = below(2);
	int32_t scale = (int32_t)below(30) - 12;

	if (below(40) == 0)
		scale = (int32_t)below(300000) - 150000;
	ev_buf_printf(&q->sql, "%s('%s'::numeric, %d)",
	    trunc ? "trunc" : "round", ev_buf_cstr(&q->a), scale);
	status = read_num(&q->a, &num, &q->err);
	if (status == EV_OK)
		status = (trunc ? ev_num_trunc : ev_num_round)(num, scale,
		    &pool, &num, &q->err);
	if (status == EV_OK)
		ev_num_text(num, &q->answer);
	return status;
}

static enum ev_status
apply_int(struct question *q, char op, int64_t a, int64_t b, int64_t *out)
{
	switch (op) {
	case '+':
		return ev_int8_add(a, b, out, &q->err);
	case '-':
		return ev_int8_sub(a, b, out, &q->err);
	case '*':
		return ev_int8_mul(a, b, out, &q->err);
	case '/':
		return ev_int8_div(a, b, out, &q->err);
	case '%':
		return ev_int8_mod(a, b, out, &q->err);
	case 'n':
		return ev_int8_neg(a, out, &q->err);
	default:
		return ev_int8_abs(a, out, &q->err);
	}
}

static enum ev_status
integers(struct question *q)
{
	char op = "+-*/%na"[below(7)];
	int64_t a, b = 0, out;
	enum ev_status status;

	q->a.len = q->b.len = 0;
	put_integer(&q->a);
	put_integer(&q->b);
	if (op == 'n' || op == 'a')
		ev_buf_printf(&q->sql, "%s('%s'::bigint)",
		    op == 'n' ? "-" : "abs", ev_buf_cstr(&q->a));
	else
		ev_buf_printf(&q->sql, "'%s'::bigint %c '%s'::bigint",
		    ev_buf_cstr(&q->a), op, ev_buf_cstr(&q->b));
	status = ev_int8_from_text(ev_buf_as_slice(&q->a), &a, &q->err);
	if (status == EV_OK && op != 'n' && op != 'a')
		status = ev_int8_from_text(ev_buf_as_slice(&q->b), &b, &q->err);
	if (status == EV_OK)
		status = apply_int(q, op, a, b, &out);
	if (status == EV_OK)
		ev_int8_text(out, &q->answer);
	return status;
}

static enum ev_status
apply_double(struct question *q, char op, double a, double b)
{
	enum ev_status status;
	double out = a;
	int64_t whole;

	switch (op) {
	case '+':
		status = ev_float8_add(a, b, &out, &q->err);
		break;
	case '-':
		status = ev_float8_sub(a, b, &out, &q->err);
		break;
	case '*':
		status = ev_float8_mul(a, b, &out, &q->err);
		break;
	case '/':
		status = ev_float8_div(a, b, &out, &q->err);
		break;
	case '<':
		ev_buf_str(&q->answer,
		    ev_float8_cmp(a, b) < 0 ? "true" : "false");
		return EV_OK;
	case 'n':
		ev_num_text(ev_num_from_double(a, &pool), &q->answer);
		return EV_OK;
	case 'b':
		status = ev_float8_to_int(a, &whole, &q->err);
		if (status == EV_OK)
			ev_int8_text(whole, &q->answer);
		return status;
	case 'r':
		out = ev_float8_round(a);
		status = EV_OK;
		break;
	case 's':
		out = ev_float8_sign(a);
		status = EV_OK;
		break;
	default:
		status = EV_OK;
	}
	if (status == EV_OK)
		ev_float8_text(out, &q->answer);
	return status;
}

static void
double_sql(struct question *q, char op)
{
	const char *a = ev_buf_cstr(&q->a);

	if (strchr("+-*/<", op))
		ev_buf_printf(&q->sql, "'%s'::float8 %c '%s'::float8", a, op,
		    ev_buf_cstr(&q->b));
	else if (op == 't')
		ev_buf_printf(&q->sql, "'%s'::float8", a);
	else if (op == 'r' || op == 's')
		ev_buf_printf(&q->sql, "%s('%s'::float8)",
		    op == 'r' ? "round" : "sign", a);
	else
		ev_buf_printf(&q->sql, "'%s'::float8::%s", a,
		    op == 'n' ? "numeric" : "bigint");
}

static enum ev_status
doubles(struct question *q)
{
	char op = "+-*/<nbrsttt"[below(12)];
	double a, b = 0;
	enum ev_status status;

	q->a.len = q->b.len = 0;
	put_double(&q->a);
	put_double(&q->b);
	double_sql(q, op);
	status = ev_float8_from_text(ev_buf_as_slice(&q->a), &a, &q->err);
	if (status == EV_OK && strchr("+-*/<", op))
		status = ev_float8_from_text(ev_buf_as_slice(&q->b), &b,
		    &q->err);
	return status ? status : apply_double(q, op, a, b);
}

static enum ev_status
ask(struct question *q)
{
	switch (below(16)) {
	case 8:
		return num_cmp(q);
	case 9:
		return num_cmp_int(q);
	case 10:
	case 11:
		return num_one(q);
	case 12:
	case 13:
		return num_round(q);
	case 14:
		return integers(q);
	case 15:
		return doubles(q);
	default:
		return num_chain(q);
	}
}

int
main(int argc, char **argv)
{
	struct question q = {0};
	unsigned long count;

	if (argc != 3) {
		fputs("usage: num SEED COUNT\n", stderr);
		return EV_EXIT_USAGE;
	}
	state = strtoull(argv[1], NULL, 10);
	for (count = strtoul(argv[2], NULL, 10); count > 0; count--) {
		q.sql.len = q.a.len = q.b.len = q.answer.len = 0;
		put_number(&q.a);
		put_number(&q.b);
		if (ask(&q) != EV_OK) {
			q.answer.len = 0;
			ev_buf_printf(&q.answer, "error: %s", q.err.text);
		}
		printf("%s\t%s\n", ev_buf_cstr(&q.sql), ev_buf_cstr(&q.answer));
		ev_num_pool_reset(&pool);
	}
	ev_buf_release(&q.sql);
	ev_buf_release(&q.a);
	ev_buf_release(&q.b);
	ev_buf_release(&q.answer);
	ev_num_pool_release(&pool);
	return fflush(stdout) == 0 ? EV_EXIT_OK : EV_EXIT_IO;
}
