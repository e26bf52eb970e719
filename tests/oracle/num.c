/*
 * num: random questions about numbers and what lib/expr answers, to be asked
 * of PostgreSQL too (agree.sql). Prints COUNT lines, an SQL expression, a tab
 * and its value as text or "error: " and the message; the same SEED gives the
 * same lines.
 *
 *     num SEED COUNT
 *
 * The operands are the shapes that go wrong: near the limits of 63 bits and
 * of the type, long, tiny, with exponents, with trailing zeros, not finite,
 * and text that is no number.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "expr/float8.h"
#include "expr/int8.h"
#include "expr/num.h"

static struct ev_num_pool pool;
static uint64_t state;

/* splitmix64 */
static uint64_t
next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static unsigned
below(unsigned n)
{
	return (unsigned)(next() % n);
}

/* ---- operands ---- */

static void
put_digits(struct ev_buf *out, unsigned count)
{
	while (count--)
		ev_buf_char(out,
		    (char)('0' + (below(4) ? below(10) : below(2) * 9)));
}

static void
put_edge(struct ev_buf *out)
{
	static const char *const edges[] = {
	    "0",
	    "0.0",
	    "0.00000",
	    "1",
	    "0.5",
	    "0.49999999999999999999",
	    "0.50000000000000000000000001",
	    "1.5",
	    "2.5",
	    "9.5",
	    "9999.5",
	    "9999",
	    "10000",
	    "9999.9999",
	    "0.9999",
	    "0.0001",
	    "0.00010",
	    "4.9",
	    "999999999999999999",
	    "1000000000000000000",
	    "9223372036854775806",
	    "9223372036854775807",
	    "9223372036854775808",
	    "9223372036854775807.5",
	    "9223372036854775807.4",
	    "9223372036854775808.5",
	    "922337203685477580.7",
	    "92233720368547758.08",
	    "0.9223372036854775807",
	    "9999999999999999999",
	    "18446744073709551615",
	    "18446744073709551616",
	    "170141183460469231731687303715884105727",
	    "340282366920938463463374607431768211456",
	    "4503599627370496.5",
	    "9007199254740993",
	    "1e15",
	    "1e16",
	    "1e17",
	    "123456789012345.6",
	    "1e22",
	    "1e23",
	    "1e36",
	    "1e-36",
	    "1e-37",
	    "1e38",
	    "2e-18",
	    "1e-18",
	    "1e-19",
	    "1e18",
	    "1e19",
	    "1e20",
	    "1e-5",
	    "1e-4",
	};

	ev_buf_str(out, edges[below(sizeof edges / sizeof *edges)]);
}

/* Near what numeric or double precision can hold at all. */
static void
put_far(struct ev_buf *out)
{
	static const int exponents[] = {
	    307,
	    308,
	    309,
	    -307,
	    -308,
	    -323,
	    -324,
	    -325,
	    1000,
	    -1000,
	    -16382,
	    -16383,
	    -16384,
	    131070,
	    131071,
	    131072,
	    1073741822,
	    1073741823,
	    -1073741823,
	};

	put_digits(out, 1 + below(3));
	if (below(2)) {
		ev_buf_char(out, '.');
		put_digits(out, 1 + below(4));
	}
	ev_buf_printf(out, "e%d",
	    exponents[below(sizeof exponents / sizeof *exponents)]);
}

static void
put_decimal(struct ev_buf *out, unsigned whole, unsigned scale)
{
	put_digits(out, 1 + below(whole));
	scale = below(scale + 1);
	if (scale) {
		ev_buf_char(out, '.');
		put_digits(out, scale);
	}
}

static void
put_junk(struct ev_buf *out)
{
	/* No '_', no 'x', no space behind an 'e': servers differ there. */
	static const char letters[] = "0123456789..ee+-nafityNIE";

	ev_buf_str(out, below(3) ? "" : " ");
	for (unsigned n = below(8); n > 0; n--)
		ev_buf_char(out, letters[below(sizeof letters - 1)]);
	ev_buf_str(out, below(3) ? "" : "  ");
}

/* A number's text; now and then none at all. */
static void
put_number(struct ev_buf *out)
{
	static const char *const specials[] = {
	    "NaN",
	    "Infinity",
	    "-inf",
	    " nan ",
	    "+Infinity",
	    "-Infinity",
	};
	unsigned shape = below(100);

	if (shape < 4)
		put_junk(out);
	else if (shape < 8)
		ev_buf_str(out, specials[below(6)]);
	if (shape < 8)
		return;
	if (below(3) == 0)
		ev_buf_char(out, '-');
	if (shape < 20)
		put_decimal(out, 3, 0);
	else if (shape < 45)
		put_decimal(out, 6, 4);
	else if (shape < 60)
		put_decimal(out, 18, 20);
	else if (shape < 70)
		put_decimal(out, 120, 90);
	else if (shape < 88)
		put_edge(out);
	else if (shape < 98)
		put_decimal(out, 4, 6);
	else
		put_far(out);
	if (shape >= 88 && shape < 98) {
		ev_buf_str(out, below(2) ? "e" : "E");
		ev_buf_str(out, (const char *[]){"", "+", "-"}[below(3)]);
		ev_buf_printf(out, "%u", below(45));
	}
}

static void
put_integer(struct ev_buf *out)
{
	switch (below(6)) {
	case 0:
		put_edge(out);
		break;
	case 1:
		ev_buf_printf(out, "%" PRId64, (int64_t)next());
		break;
	case 2:
		ev_buf_printf(out, "%" PRId64, INT64_MIN + below(3));
		break;
	case 3:
		ev_buf_printf(out, "%d", (int)next());
		break;
	default:
		ev_buf_printf(out, "%d", (int)below(2001) - 1000);
	}
}

static void
put_double(struct ev_buf *out)
{
	union {
		uint64_t bits;
		double value;
	} any;
	unsigned bits;

	switch (below(5)) {
	case 0:
		put_number(out);
		break;
	case 1: /* any double */
		any.bits = next();
		ev_buf_printf(out, "%.17g", any.value);
		break;
	case 2: /* a power of two, or its neighbour */
		any.bits = (uint64_t)below(2047) << 52;
		any.bits += below(2) ? below(3) - 1u : 0;
		ev_buf_printf(out, "%.17g", any.value);
		break;
	case 3: /* denormal */
		bits = below(52);
		any.bits = next() >> (12 + bits);
		ev_buf_printf(out, "%.17g", any.value);
		break;
	default: /* where integers turn into exponents, and halves into ties */
		bits = below(60);
		any.value = (double)(next() >> bits);
		any.value = ldexp(any.value, (int)below(24) - 20);
		ev_buf_printf(out, "%.17g", any.value);
	}
}

/* ---- questions ---- */

struct question {
	struct ev_buf sql;
	struct ev_buf a, b; /* the operands' text */
	struct ev_buf answer;
	struct ev_err err;
};

typedef enum ev_status num_binary(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);

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

static enum ev_status
num_two(struct question *q, const char *op, num_binary *compute)
{
	struct ev_num a, b, out;
	enum ev_status status;

	ev_buf_printf(&q->sql, "'%s'::numeric %s '%s'::numeric",
	    ev_buf_cstr(&q->a), op, ev_buf_cstr(&q->b));
	status = two_nums(q, &a, &b);
	if (status == EV_OK)
		status = compute(a, b, &pool, &out, &q->err);
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
	case 0:
		return num_two(q, "+", ev_num_add);
	case 1:
		return num_two(q, "-", ev_num_sub);
	case 2:
	case 3:
		return num_two(q, "*", ev_num_mul);
	case 4:
	case 5:
	case 6:
		return num_two(q, "/", ev_num_div);
	case 7:
		return num_two(q, "%", ev_num_mod);
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
	default:
		return doubles(q);
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
