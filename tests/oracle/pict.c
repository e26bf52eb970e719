/*
 * pict: random questions about format pictures and what lib/expr answers, to
 * be asked of PostgreSQL too (agree.sql). Prints COUNT lines, an SQL
 * expression, a tab and its value as text or "error: " and the message; the
 * same SEED gives the same lines. ZONE is the session's time zone; tell
 * agree.sql the same.
 *
 *     pict SEED COUNT [ZONE]
 *
 * Texts to be parsed are what to_char writes for their picture, often damaged
 * a little.
 */
#include <inttypes.h>

#include "expr/pict.h"
#include "expr/time_parts.h"
#include "ask.h"

/* ---- pictures of times ---- */

static const char *const time_keys[] = {
    "A.D.",
    "a.m.",
    "AD",
    "am",
    "BC",
    "CC",
    "DAY",
    "Day",
    "day",
    "DDD",
    "DD",
    "DY",
    "Dy",
    "dy",
    "D",
    "FF1",
    "FF3",
    "FF6",
    "ff2",
    "HH24",
    "HH12",
    "HH",
    "IDDD",
    "ID",
    "IW",
    "IYYY",
    "IYY",
    "IY",
    "I",
    "J",
    "MI",
    "MM",
    "MONTH",
    "Month",
    "MON",
    "Mon",
    "mon",
    "MS",
    "OF",
    "P.M.",
    "PM",
    "Q",
    "RM",
    "rm",
    "SSSS",
    "SSSSS",
    "SS",
    "TZH",
    "TZM",
    "TZ",
    "tz",
    "US",
    "WW",
    "W",
    "Y,YYY",
    "YYYY",
    "YYY",
    "YY",
    "Y",
    "yyyy",
    "b.c.",
    "Mi",
    "Yyyy",
};

static const char *const dividers[] = {
    "-",
    "/",
    ":",
    " ",
    " ",
    "",
    "",
    ".",
    "T",
    "\"at\"",
    ", ",
    "\\\"",
    "  ",
    "\"x\\\"y",
    "_",
    "0",
    "\\",
    "é",
};

static const char *const usual[] = {
    "YYYY-MM-DD",
    "YYYY-MM-DD HH24:MI:SS",
    "YYYY-MM-DD\"T\"HH24:MI:SS.MS",
    "YYYYMMDD",
    "YYYYMMDDHH24MISS",
    "DD/MM/YYYY",
    "MM/DD/YY HH12:MI AM",
    "DD Mon YYYY",
    "FMMonth FMDD, YYYY",
    "YYYY-MM-DD HH24:MI:SS.US TZH:TZM",
    "YYYY-MM-DD HH24:MI:SSTZH",
    "IYYY-IW-ID",
    "YYYY-DDD",
    "J",
    "IYYY IW",
    "FXYYYY MM DD",
    "DD-MON-YY",
    "Y,YYY-MM-DD",
    "DDth Month YYYY",
    "CC YY",
    "YYYY-MM-DD BC",
    "SSSS",
    "HH24MISSUS",
    "YYYY WW",
    "YYYY MM W",
    "YYY MM",
    "Dy, DD Mon YYYY HH24:MI:SS",
    "YYYYMM",
    "IYYYIDDD",
    "HH12 P.M.",
};

static void
put_picture(struct ev_buf *out, bool ascii)
{
	static const char *const prefixes[] = {"FM", "TM", "FX", "fm"};
	static const char *const suffixes[] = {"TH", "th", "SP"};
	int count = 1 + below(6);

	out->len = 0;
	if (below(3)) {
		ev_buf_str(out, ANY(usual));
		return;
	}
	while (count--) {
		if (!below(8))
			ev_buf_str(out, ANY(prefixes));
		ev_buf_str(out, ANY(time_keys));
		if (!below(10))
			ev_buf_str(out, ANY(suffixes));
		ev_buf_str(out,
		    dividers[below((int)COUNT_OF(dividers) - ascii)]);
	}
}

static int64_t
any_stamp(void)
{
	int64_t stamp = (below(116800) - 58400) * EV_TIME_DAY;

	/* one random number a step: all compilers ask the same */
	stamp += (int64_t)(next() % (uint64_t)EV_TIME_DAY);
	if (!below(10)) { /* round years and their weeks, before Christ too */
		stamp = ev_calendar_days(below(6000) - 3000, 1, 1) *
		    EV_TIME_DAY;
		stamp += (below(10) - 5) * EV_TIME_DAY;
	}
	if (!below(40))
		stamp = below(2) ? EV_TIME_STAMP_MIN : EV_TIME_STAMP_END - 1;
	if (!below(100))
		stamp = EV_TIME_INF;
	return stamp;
}

static void
question_time(void)
{
	static struct ev_buf picture, out;
	enum ev_time_kind kind = below(2) ? EV_TIME_TZ : EV_TIME_STAMP;
	int64_t stamp = any_stamp();
	char text[EV_TIME_TEXT_MAX];
	bool null;
	enum ev_status status;

	put_picture(&picture, false);
	out.len = 0;
	ask(kind == EV_TIME_TZ ? "coalesce(to_char(timestamptz "
			       : "coalesce(to_char(timestamp ");
	ask_text((struct ev_slice){text, ev_time_out(&env, kind, stamp, text)});
	ask(", ");
	ask_text(ev_buf_as_slice(&picture));
	ask("), 'null')");
	status = ev_pict_time(&env, kind, stamp,
	    ev_pict_of(ev_buf_as_slice(&picture)), &out, &null, &err);
	answer(status, null ? EV_SLICE("null") : ev_buf_as_slice(&out));
}

/* What pict.h documents as different: negative Julian days, and years that
 * PostgreSQL's 32 bits cannot hold. Of runs of digits, one in `most` becomes a
 * blank. */
static void
keep_comparable(struct ev_buf *text, struct ev_buf *picture)
{
	const char *keys = ev_buf_cstr(picture);
	bool julian = strcasestr(keys, "J") != NULL;
	int most = strcasestr(keys, "Y,Y") ? 4 : strcasestr(keys, "I") ? 6 : 99;
	int run = 0;

	for (size_t i = 0; i < text->len; i++) {
		bool digit = text->ptr[i] >= '0' && text->ptr[i] <= '9';

		run = digit ? run + 1 : 0;
		if (run > most || (julian && text->ptr[i] == '-')) {
			text->ptr[i] = ' ';
			run = 0;
		}
	}
}

static void
question_parse(void)
{
	static struct ev_buf picture, text;
	enum ev_time_kind kind = below(2) ? EV_TIME_TZ : EV_TIME_DATE;
	char out[EV_TIME_TEXT_MAX];
	int64_t value = 0;
	bool null;
	enum ev_status status;

	put_picture(&picture, true);
	text.len = 0;
	ev_pict_time(&env, EV_TIME_TZ, any_stamp(),
	    ev_pict_of(ev_buf_as_slice(&picture)), &text, &null, &err);
	if (!below(3))
		put_picture(&picture, true);
	for (int n = below(3); n > 0; n--)
		damage(&text, "0123456789-/: Tabx.,+");
	keep_comparable(&text, &picture);
	ask(kind == EV_TIME_TZ ? "to_timestamp(" : "to_date(");
	ask_text(ev_buf_as_slice(&text));
	ask(", ");
	ask_text(ev_buf_as_slice(&picture));
	ask(")");
	status = ev_pict_parse(&env, ev_buf_as_slice(&text),
	    ev_pict_of(ev_buf_as_slice(&picture)), kind, &value, &err);
	answer(status,
	    (struct ev_slice){out,
		status == EV_OK ? ev_time_out(&env, kind, value, out) : 0});
}

/* ---- pictures of numbers ---- */

static void
put_number_picture(struct ev_buf *out, bool no_shift)
{
	static const char *const keys[] = {"9", "9", "9", "9", "0", "0", ",",
	    "G", "L", "MI", "PL", "SG", "PR", "S", "V", "TH", "th", "FM", "B",
	    "C", "D", ".", ".", "RN", "rn", "EEEE", " ", "\"q\"", "-", "é"};
	static const char *const common[] = {"999", "9,999.99", "FM9990.00",
	    "S999", "999MI", "999PR", "0000", "FM999,999,999.999", "SG99.9",
	    "9.99EEEE", "RN", "FMRN", "99V99", "999th", "PL99.0", "FM0.9",
	    "L9,999.00", "999D99S", "FM99.99S", "09.90", "9990.0099", "FM9.9",
	    "FM.99", ".999", "99.", "FM000.009", "S.9", "SG0",
	    "9999999999999999999", "99999999999999999999.9999999999",
	    "FM9999999999.9999999999", "000V000", "9.9999999EEEE", "FM9,9,9"};
	int count = 1 + below(8);

	out->len = 0;
	if (below(2)) {
		ev_buf_str(out, ANY(common));
		count = 0;
	}
	while (count-- > 0)
		ev_buf_str(out, ANY(keys));
	/* the difference that pict.h documents */
	for (size_t i = 0; no_shift && i < out->len; i++)
		if (out->ptr[i] == 'V')
			out->ptr[i] = '9';
}

static void
put_digits(struct ev_buf *out, int count)
{
	while (count-- > 0)
		ev_buf_char(out,
		    (char)('0' + (below(4) ? below(10) : below(2) * 9)));
}

static void
put_decimal(struct ev_buf *out)
{
	static const char *const edges[] = {"0", "0.5", "-0.5", "9.995",
	    "99.95", "0.05", "-0.004", "1", "-1", "3999", "4000", "1994", "NaN",
	    "Infinity", "-Infinity", "0.00", "100", "1000.10", "2.5",
	    "999999.5", "12", "111", "113", "0.0099951", "1200000000000"};

	if (!below(3)) {
		ev_buf_str(out, ANY(edges));
		return;
	}
	if (!below(3))
		ev_buf_char(out, '-');
	ev_buf_char(out, (char)('0' + (below(3) ? 1 + below(9) : 0)));
	if (out->ptr[out->len - 1] != '0')
		put_digits(out, below(3) ? below(6) : below(22));
	if (below(2)) {
		ev_buf_char(out, '.');
		put_digits(out, 1 + (below(3) ? below(4) : below(20)));
	}
}

static enum ev_pict_number_kind
put_number(struct ev_buf *out)
{
	enum ev_pict_number_kind kind = (enum ev_pict_number_kind)below(4);
	int64_t integer;
	double real;

	out->len = 0;
	switch (kind) {
	case EV_PICT_INT4:
		ev_buf_printf(out, "%d",
		    below(3) ? below(5000) - 1000 : (int32_t)next());
		break;
	case EV_PICT_INT8:
		integer = (int64_t)next();
		ev_buf_printf(out, "%" PRId64,
		    below(2) ? integer >> below(60) : integer % 5000);
		break;
	case EV_PICT_NUMERIC:
		put_decimal(out);
		break;
	case EV_PICT_DOUBLE:
		put_decimal(out);
		real = strtod(ev_buf_cstr(out), NULL);
		if (out->ptr[out->len - 1] <= '9') {
			out->len = 0;
			ev_buf_printf(out, "%.17g",
			    below(8) ? real : real * 1e30);
		}
		break;
	}
	return kind;
}

static void
question_number(void)
{
	static const char *const types[] = {"int4", "int8", "numeric",
	    "float8"};
	static struct ev_buf picture, number, out;
	enum ev_pict_number_kind kind = put_number(&number);
	enum ev_status status;

	put_number_picture(&picture, kind == EV_PICT_INT4);
	out.len = 0;
	ask("to_char(");
	ask_text(ev_buf_as_slice(&number));
	ask("::");
	ask("%s", types[kind]);
	ask(", ");
	ask_text(ev_buf_as_slice(&picture));
	ask(")");
	status = ev_pict_number(kind, ev_buf_as_slice(&number),
	    ev_pict_of(ev_buf_as_slice(&picture)), &out, &err);
	answer(status, ev_buf_as_slice(&out));
}

/* What to_char wrote for the picture, or is somehow like it, damaged. */
static void
put_numeral(struct ev_buf *out, struct ev_slice picture)
{
	static const char *const bits[] = {"0", "1", "2", "5", "9", "99", "+",
	    "-", "-", ".", ".", ",", " ", "<", ">", "$", "a", "th", "q", "é"};
	static struct ev_buf number;

	out->len = 0;
	if (!below(4)) {
		for (int n = below(9); n > 0; n--)
			ev_buf_str(out, ANY(bits));
		return;
	}
	number.len = 0;
	put_decimal(&number);
	if (below(4) &&
	    ev_pict_number(EV_PICT_NUMERIC, ev_buf_as_slice(&number),
		ev_pict_of(picture), out, &err) != EV_OK)
		out->len = 0;
	if (!out->len)
		ev_buf_slice(out, ev_buf_as_slice(&number));
	for (size_t i = 0; i < out->len; i++)
		if (out->ptr[i] == '#')
			out->ptr[i] = (char)('0' + below(10));
	for (int n = below(4); n > 0; n--)
		damage(out, "0123456789+-.,<> $atxhq");
	if (!below(8))
		ev_buf_str(out, below(2) ? "-" : "é1");
}

static void
question_to_number(void)
{
	static struct ev_num_pool pool;
	static struct ev_buf picture, text;
	struct ev_num num;
	enum ev_status status;
	bool null;

	do
		put_number_picture(&picture, false);
	while (below(8) && strpbrk(ev_buf_cstr(&picture), "RE"));
	put_numeral(&text, ev_buf_as_slice(&picture));
	ask("coalesce(to_number(");
	ask_text(ev_buf_as_slice(&text));
	ask(", ");
	ask_text(ev_buf_as_slice(&picture));
	ask(")::text, 'null')");
	ev_num_pool_reset(&pool);
	status = ev_pict_to_number(ev_buf_as_slice(&text),
	    ev_pict_of(ev_buf_as_slice(&picture)), &pool, &num, &null, &err);
	text.len = 0;
	if (status == EV_OK && null)
		ev_buf_str(&text, "null");
	else if (status == EV_OK)
		ev_num_text(num, &text);
	else if (!strncmp(err.text, "numeric field", 13))
		err.text[strlen("numeric field overflow")] =
		    '\0'; /* ours says more */
	answer(status, ev_buf_as_slice(&text));
}

int
main(int argc, char **argv)
{
	static void (*const questions[])(void) = {question_time, question_parse,
	    question_parse, question_number, question_number,
	    question_to_number};

	return ask_all(argc, argv, questions, (int)COUNT_OF(questions));
}
