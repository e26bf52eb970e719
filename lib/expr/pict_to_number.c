/*
 * pict_to_number: to_number: a text read place by place of a picture.
 *
 * PostgreSQL's reader is lenient in its own way, which is followed step by
 * step: a place of the picture takes one digit, if there is one, else it skips
 * whatever stands there; the sign stands where it may; what the text has
 * behind the last place is not looked at. Source: PostgreSQL 15,
 * src/backend/utils/adt/formatting.c, NUM_processor and NUM_numpart_from_char.
 */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "expr/pict.h"
#include "expr/pict_format.h"
#include "expr/pict_places.h"

struct reader {
	struct ev_pict_places p;
	const char *at, *end;
	struct ev_buf number; /* its first character is the sign, or ' ' */
	int pre;              /* digits read before the point */
	int post;             /* and behind it */
	bool point;           /* it was read */
};

static bool
ended(const struct reader *r)
{
	return r->at >= r->end;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
sign_of(const struct reader *r)
{
	return *r->number.ptr;
}

static void
skip_char(struct reader *r)
{
	unsigned len = ev_utf8_length(r->at, (size_t)(r->end - r->at));

	r->at += len ? len : 1;
}

/* Up to n characters, but nothing that may be of the number. */
static void
skip_other(struct reader *r, int n)
{
	while (n-- > 0 && !ended(r) && !strchr("0123456789.,+-", *r->at))
		skip_char(r);
}

static void
read_sign_before(struct reader *r)
{
	if (*r->at == '-' || ((r->p.has & EV_HAS_BRACKETS) && *r->at == '<'))
		*r->number.ptr = '-';
	else if (*r->at == '+')
		*r->number.ptr = '+';
	else
		return;
	r->at++;
}

/* A digit or the point; r->at stays on it. */
static bool
read_digit(struct reader *r)
{
	if (is_digit(*r->at)) {
		r->post += r->point;
		r->pre += !r->point;
	} else if ((r->p.has & EV_HAS_POINT) && !r->point && *r->at == '.') {
		r->point = true;
	} else {
		return false;
	}
	ev_buf_char(&r->number, *r->at);
	return true;
}

/* S is anchored to the last digit, MI, PL and SG are not; r->at is moved to
 * the last character that is taken. */
static void
read_sign_behind(struct reader *r, bool taken)
{
	bool anchored = r->p.has & EV_HAS_SIGN;

	if (anchored && taken && r->at + 1 < r->end) {
		if (r->at[1] == '-' || r->at[1] == '+')
			*r->number.ptr = *++r->at;
	} else if (!anchored && !taken &&
	    (r->p.has & (EV_HAS_PLUS | EV_HAS_MINUS)) &&
	    (*r->at == '-' || *r->at == '+')) {
		*r->number.ptr = *r->at;
	}
}

/* 9, 0, D or a point in the picture. */
static void
read_place(struct reader *r, enum ev_pict_id id)
{
	bool taken;

	if (*r->at == ' ')
		r->at++;
	if (ended(r))
		return;
	if (sign_of(r) == ' ' && (id == EV_PICT_0 || id == EV_PICT_9) &&
	    !r->pre && !r->post)
		read_sign_before(r);
	if (ended(r) || (is_digit(*r->at) && r->point && r->post == r->p.post))
		return;
	taken = read_digit(r);
	if (sign_of(r) == ' ' && r->pre + r->post)
		read_sign_behind(r, taken);
}

/* MI, PL or SG: one of the signs, or another character that is skipped. */
static bool
read_sign(struct reader *r, const char *signs)
{
	if (strchr(signs, *r->at)) {
		*r->number.ptr = *r->at;
		return true;
	}
	skip_other(r, 1);
	return false;
}

/* Reads what a pattern stands for; false: r->at is at what is next, else on
 * the last character that was read. */
static bool
read_key(struct reader *r, enum ev_pict_id id)
{
	switch (id) {
	case EV_PICT_9:
	case EV_PICT_0:
	case EV_PICT_POINT:
	case EV_PICT_POINT_LOC:
		read_place(r, id);
		return true;
	case EV_PICT_COMMA:
	case EV_PICT_GROUP:
		return !(r->p.has & EV_HAS_FILL) && *r->at == ',';
	case EV_PICT_CURRENCY:
		skip_other(r, 1);
		return false;
	case EV_PICT_TH:
		if (!(r->p.has & EV_HAS_POINT))
			skip_other(r, 2);
		return false;
	case EV_PICT_MINUS:
		return read_sign(r, "-");
	case EV_PICT_PLUS:
		return read_sign(r, "+");
	case EV_PICT_PLUS_MINUS:
		return read_sign(r, "-+");
	default:
		return false;
	}
}

static void
read_all(struct reader *r, struct ev_pict format)
{
	struct ev_pict_cursor cursor = ev_pict_begin(format, true);
	struct ev_pict_node node;

	ev_buf_char(&r->number, ' ');
	while (!ended(r) && ev_pict_next(&cursor, &node)) {
		if (node.kind != EV_PICT_KEY)
			skip_char(r);
		else if (read_key(r, node.key->id) && !ended(r))
			r->at++;
	}
	if (r->number.ptr[r->number.len - 1] == '.')
		r->number.len--;
}

/* The number has no more digits before the point than the picture. PostgreSQL
 * packs both counts of digits into 32 bits: of 1,024 and more behind the point
 * it cuts some, and with 32,768 and more there is no limit. */
static enum ev_status
check_places(const struct reader *r, struct ev_num_pool *pool,
    struct ev_num *num, struct ev_err *err)
{
	uint32_t precision = (uint32_t)(r->p.pre + r->p.shift + r->post);
	uint32_t packed = precision << 16 | (uint32_t)r->post;
	int32_t scale = (int32_t)((packed & 0x7ff) ^ 0x400) - 0x400;
	int whole = (int)(packed >> 16) - scale;
	struct ev_num limit;
	char text[16];

	if (packed > INT32_MAX)
		return EV_OK;
	if (scale != r->post &&
	    ev_num_round(*num, scale, pool, num, err) != EV_OK)
		return EV_BAD;
	snprintf(text, sizeof(text), "1e%d", whole);
	if (ev_num_from_text(ev_slice_of(text), pool, &limit, err) != EV_OK)
		return EV_BAD;
	if (ev_num_cmp(ev_num_abs(*num, pool), limit) < 0)
		return EV_OK;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "numeric field overflow: more digits before the point than the "
	    "picture's %d",
	    whole);
}

/* With V the last digits were behind it: times 10^-shift. */
static enum ev_status
shift_back(const struct reader *r, struct ev_num_pool *pool, struct ev_num *num,
    struct ev_err *err)
{
	struct ev_num unit;

	if (!(r->p.has & EV_HAS_SHIFT))
		return EV_OK;
	if (ev_num_power(ev_num_from_int(10, pool),
		ev_num_from_int(-r->p.shift, pool), pool, &unit, err) != EV_OK)
		return EV_BAD;
	return ev_num_mul(*num, unit, pool, num, err);
}

static enum ev_status
unsupported(const char *pattern, struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "\"%s\" not supported for input", pattern);
}

enum ev_status
ev_pict_to_number(struct ev_slice text, struct ev_pict format,
    struct ev_num_pool *pool, struct ev_num *out, bool *null,
    struct ev_err *err)
{
	struct reader r = {.at = text.ptr, .end = text.ptr + text.len};
	enum ev_status status;

	*null = !format.text.len;
	if (*null)
		return EV_OK;
	status = ev_pict_places(format, &r.p, err);
	if (status != EV_OK)
		return status;
	if (r.p.has & (EV_HAS_EEEE | EV_HAS_ROMAN))
		return unsupported(r.p.has & EV_HAS_EEEE ? "EEEE" : "RN", err);
	read_all(&r, format);
	status = ev_num_from_text(ev_buf_as_slice(&r.number), pool, out, err);
	if (status == EV_OK)
		status = check_places(&r, pool, out, err);
	if (status == EV_OK)
		status = shift_back(&r, pool, out, err);
	ev_buf_release(&r.number);
	return status;
}
