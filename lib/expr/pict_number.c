/*
 * pict_number: to_char of numbers. The picture is read twice: once for what
 * it holds (places before and after the point, where the sign goes), then
 * place by place, writing.
 */
#include <stdlib.h>
#include <string.h>

#include "expr/pict_digits.h"
#include "expr/pict_format.h"

/* What the picture has. */
enum {
	POINT = 1 << 0,
	FILL = 1 << 1, /* FM */
	ZERO = 1 << 2,
	BLANK = 1 << 3,
	BRACKETS = 1 << 4,
	SIGN = 1 << 5, /* S */
	MINUS = 1 << 6,
	PLUS = 1 << 7,
	ROMAN = 1 << 8,
	SHIFT = 1 << 9,
	EEEE = 1 << 10,
};

struct picture {
	unsigned has;
	int pre;   /* places before the point */
	int post;  /* and after it */
	int shift; /* places after V */
	int zero_start;
	int zero_end;
	int sign_place; /* places before S */
	enum {
		NO_S,
		S_BEFORE,
		S_AFTER,
	} sign;
};

static enum ev_status
refuse(struct ev_err *err, const char *why)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%s", why);
}

static const char *
see_place(struct picture *p, bool zero)
{
	if (p->has & BRACKETS)
		return zero ? "\"0\" must be ahead of \"PR\""
			    : "\"9\" must be ahead of \"PR\"";
	if (zero) {
		if (!(p->has & (ZERO | POINT))) {
			p->has |= ZERO;
			p->zero_start = p->pre + 1;
		}
	} else if (p->has & SHIFT) {
		p->shift++;
		return NULL;
	}
	if (p->has & POINT)
		p->post++;
	else
		p->pre++;
	if (zero)
		p->zero_end = p->pre + p->post;
	return NULL;
}

static const char *
see_sign(struct picture *p)
{
	if (p->has & SIGN)
		return "cannot use \"S\" twice";
	if (p->has & (PLUS | MINUS | BRACKETS))
		return "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" "
		       "together";
	p->has |= SIGN;
	p->sign = p->has & POINT ? S_AFTER : S_BEFORE;
	p->sign_place = p->pre;
	return NULL;
}

static const char *
see_point(struct picture *p)
{
	if (p->has & POINT)
		return "multiple decimal points";
	if (p->has & SHIFT)
		return "cannot use \"V\" and decimal point together";
	p->has |= POINT;
	return NULL;
}

static const char *
see_other_sign(struct picture *p, unsigned which, const char *clash)
{
	if (p->has & SIGN)
		return clash;
	p->has |= which;
	return NULL;
}

static const char *
see_rest(struct picture *p, enum ev_pict_id id)
{
	switch (id) {
	case EV_PICT_BRACKETS:
		if (p->has & (SIGN | PLUS | MINUS))
			return "cannot use \"PR\" and "
			       "\"S\"/\"PL\"/\"MI\"/\"SG\" together";
		p->has |= BRACKETS;
		return NULL;
	case EV_PICT_SHIFT:
		if (p->has & POINT)
			return "cannot use \"V\" and decimal point together";
		p->has |= SHIFT;
		return NULL;
	case EV_PICT_EEEE:
		if (p->has &
		    (BLANK | FILL | SIGN | BRACKETS | MINUS | PLUS | ROMAN |
			SHIFT))
			return "\"EEEE\" is incompatible with other formats";
		p->has |= EEEE;
		return NULL;
	case EV_PICT_BLANK:
		if (!p->pre && !p->post && !(p->has & ZERO))
			p->has |= BLANK;
		return NULL;
	case EV_PICT_FILL:
		p->has |= FILL;
		return NULL;
	case EV_PICT_ROMAN:
		p->has |= ROMAN;
		return NULL;
	default:
		return NULL;
	}
}

/* Returns what is wrong, or NULL. */
static const char *
see(struct picture *p, enum ev_pict_id id)
{
	if (p->has & EEEE)
		return id == EV_PICT_EEEE
		    ? "cannot use \"EEEE\" twice"
		    : "\"EEEE\" must be the last pattern used";
	switch (id) {
	case EV_PICT_9:
		return see_place(p, false);
	case EV_PICT_0:
		return see_place(p, true);
	case EV_PICT_POINT:
	case EV_PICT_POINT_LOC:
		return see_point(p);
	case EV_PICT_SIGN:
		return see_sign(p);
	case EV_PICT_MINUS:
		return see_other_sign(p, MINUS,
		    "cannot use \"S\" and \"MI\" together");
	case EV_PICT_PLUS:
		return see_other_sign(p, PLUS,
		    "cannot use \"S\" and \"PL\" together");
	case EV_PICT_PLUS_MINUS:
		return see_other_sign(p, PLUS | MINUS,
		    "cannot use \"S\" and \"SG\" together");
	default:
		return see_rest(p, id);
	}
}

static enum ev_status
look(struct ev_slice format, struct picture *picture, struct ev_err *err)
{
	struct ev_pict_cursor cursor = ev_pict_begin(format, true);
	struct ev_pict_node node;

	memset(picture, 0, sizeof(*picture));
	while (ev_pict_next(&cursor, &node)) {
		const char *wrong = node.kind == EV_PICT_KEY
		    ? see(picture, node.key->id)
		    : NULL;

		if (wrong)
			return refuse(err, wrong);
	}
	return EV_OK;
}

/* -- writing ------------------------------------------------------------- */

struct writer {
	struct picture p;
	const char *number; /* NUL-terminated */
	const char *at;     /* the next of its characters */
	const char *last;   /* with FM, the last that counts; else NULL */
	char sign;
	int spaces; /* places before the number */
	int place;
	int places;
	bool sign_done;
	bool inside;     /* a digit was written: group separators count */
	bool no_ordinal; /* "th" was asked of what is no number */
	struct ev_buf *out;
};

/* The point, or the last digit after it that is not zero. */
static const char *
last_relevant(const char *number)
{
	const char *point = strchr(number, '.');
	const char *last = point;

	if (point)
		for (const char *p = point + 1; *p; p++)
			if (*p != '0')
				last = p;
	return last;
}

/* FM keeps the places that a 0 demands. */
static void
find_last(struct writer *w)
{
	int forced, length;

	w->last = last_relevant(w->number);
	if (!w->last || w->p.zero_end <= w->spaces)
		return;
	length = (int)strlen(w->number) - 1;
	forced = w->p.zero_end - w->spaces;
	if (forced > length)
		forced = length;
	if (w->last < w->number + forced)
		w->last = w->number + forced;
}

static void
prepare(struct writer *w)
{
	struct picture *p = &w->p;

	if (p->zero_start)
		p->zero_start--;
	if (p->has & (PLUS | MINUS)) {
		w->sign_done = (p->has & MINUS) != 0;
	} else {
		if (w->sign != '-' && (p->has & FILL))
			p->has &= ~(unsigned)BRACKETS;
		w->sign_done = w->sign == '+' && (p->has & FILL) &&
		    !(p->has & SIGN);
		if (p->sign == S_BEFORE && p->pre == p->sign_place)
			p->sign = S_AFTER;
	}
	w->places = p->post + p->pre - 1;
	if ((p->has & FILL) && (p->has & POINT))
		find_last(w);
	if (!w->sign_done && !w->spaces)
		w->places++;
}

static bool
ends_at_point(const struct writer *w)
{
	return w->last && *w->last == '.';
}

/* A 0 before the point that only a 0 in the picture would show. */
static bool
hidden_zero(const struct writer *w)
{
	return !(w->p.has & ZERO) && w->at == w->number && *w->at == '0' &&
	    w->p.post;
}

static void
write_sign(struct writer *w)
{
	unsigned has = w->p.has;

	if (w->sign_done ||
	    (w->place < w->spaces &&
		!((has & ZERO) && w->p.zero_start == w->place)) ||
	    (hidden_zero(w) && !ends_at_point(w)))
		return;
	if (has & SIGN) {
		if (w->p.sign != S_BEFORE)
			return;
		ev_buf_char(w->out, w->sign);
	} else if (has & BRACKETS) {
		ev_buf_char(w->out, w->sign == '+' ? ' ' : '<');
	} else if (w->sign == '-') {
		ev_buf_char(w->out, '-');
	} else if (!(has & FILL)) {
		ev_buf_char(w->out, ' ');
	}
	w->sign_done = true;
}

/* A character of the number, unless FM or the picture hides it. */
static void
write_digit(struct writer *w, bool zero)
{
	if (*w->at == '.') {
		if (!ends_at_point(w) || (w->p.has & FILL))
			ev_buf_char(w->out, '.');
	} else if (w->last && w->at > w->last && !zero) {
		; /* zeros at the end */
	} else if (hidden_zero(w)) {
		if (!(w->p.has & FILL))
			ev_buf_char(w->out, ' ');
		else if (ends_at_point(w))
			ev_buf_char(w->out, '0');
	} else {
		ev_buf_char(w->out, *w->at);
		w->inside = true;
	}
	if (*w->at)
		w->at++;
}

static void
write_sign_after(struct writer *w)
{
	int end = w->places + (w->spaces != 0) + ((w->p.has & POINT) != 0);

	if (w->last && w->last == w->at)
		end = w->place;
	if (w->place + 1 != end)
		return;
	if (w->sign_done && (w->p.has & BRACKETS))
		ev_buf_char(w->out, w->sign == '+' ? ' ' : '>');
	else if ((w->p.has & SIGN) && w->p.sign == S_AFTER)
		ev_buf_char(w->out, w->sign);
}

static void
write_place(struct writer *w, bool zero)
{
	unsigned has = w->p.has;

	if (has & ROMAN)
		return;
	w->inside = false;
	write_sign(w);
	if (w->place >= w->spaces) {
		write_digit(w, zero);
	} else if (!(has & ZERO) || w->p.zero_start > w->place) {
		if (!(has & FILL))
			ev_buf_char(w->out, ' ');
	} else {
		ev_buf_char(w->out, '0');
		w->inside = true;
	}
	write_sign_after(w);
	w->place++;
}

/* A separator of groups; a space before the first digit. */
static void
write_group(struct writer *w)
{
	if (w->inside)
		ev_buf_char(w->out, ',');
	else if (!(w->p.has & FILL))
		ev_buf_char(w->out, ' ');
}

static void
write_if(struct writer *w, char sign)
{
	if (w->sign == sign)
		ev_buf_char(w->out, sign);
	else if (!(w->p.has & FILL))
		ev_buf_char(w->out, ' ');
}

static void
write_roman(struct writer *w, bool lower)
{
	size_t len = strlen(w->number);

	if (!(w->p.has & FILL))
		for (size_t i = len; i < 15; i++)
			ev_buf_char(w->out, ' ');
	for (size_t i = 0; i < len; i++) {
		char c = w->number[i];

		ev_buf_char(w->out, lower && c != '#' ? (char)(c | 0x20) : c);
	}
}

static void
write_ordinal(struct writer *w, bool upper)
{
	size_t len = strlen(w->number);

	if ((w->p.has & (ROMAN | POINT)) || *w->number == '#' || w->sign == '-')
		return;
	if (w->number[len - 1] >= '0' && w->number[len - 1] <= '9')
		ev_buf_str(w->out, ev_pict_ordinal(w->number, len, upper));
	else
		w->no_ordinal = true;
}

static void
write_key(struct writer *w, const struct ev_pict_key *key)
{
	switch (key->id) {
	case EV_PICT_9:
	case EV_PICT_POINT:
	case EV_PICT_POINT_LOC:
		write_place(w, false);
		break;
	case EV_PICT_0:
		write_place(w, true);
		break;
	case EV_PICT_COMMA:
	case EV_PICT_GROUP:
		write_group(w);
		break;
	case EV_PICT_CURRENCY: /* locale C has none */
		ev_buf_char(w->out, ' ');
		break;
	case EV_PICT_ROMAN:
		write_roman(w, key->style == EV_PICT_LOWER);
		break;
	case EV_PICT_TH:
		write_ordinal(w, key->style == EV_PICT_UPPER);
		break;
	case EV_PICT_MINUS:
		write_if(w, '-');
		break;
	case EV_PICT_PLUS:
		write_if(w, '+');
		break;
	case EV_PICT_PLUS_MINUS:
		ev_buf_char(w->out, w->sign);
		break;
	default:
		break;
	}
}

static void
write_all(struct writer *w, struct ev_slice format)
{
	struct ev_pict_cursor cursor = ev_pict_begin(format, true);
	struct ev_pict_node node;
	size_t start = w->out->len;
	const char *nul;

	w->at = w->number;
	while (ev_pict_next(&cursor, &node)) {
		if (node.kind == EV_PICT_KEY)
			write_key(w, node.key);
		else
			ev_buf_slice(w->out, node.text);
	}
	/* a number with fewer places than the picture (a double has 15
	 * digits) ends the text */
	nul = w->out->len > start
	    ? memchr(w->out->ptr + start, '\0', w->out->len - start)
	    : NULL;
	if (nul)
		w->out->len = (size_t)(nul - w->out->ptr);
}

enum ev_status
ev_pict_number(enum ev_pict_number_kind kind, struct ev_slice number,
    struct ev_slice format, struct ev_buf *out, struct ev_err *err)
{
	struct writer w = {.out = out};
	struct ev_pict_digits digits = {.sign = '+'};
	enum ev_status status = look(format, &w.p, err);

	if (status != EV_OK)
		return status;
	if (w.p.has & ROMAN) {
		status = ev_pict_roman(kind, number, &digits.text, err);
		w.p = (struct picture){.has = ROMAN | (w.p.has & FILL)};
	} else if (w.p.has & EEEE) {
		ev_pict_scientific(kind, number, w.p.pre, w.p.post, out);
		return EV_OK;
	} else {
		w.p.pre += w.p.shift;
		status = ev_pict_digits(kind, number, w.p.shift, w.p.pre,
		    &w.p.post, &digits, err);
	}
	if (status == EV_OK) {
		w.number = ev_buf_cstr(&digits.text);
		w.sign = w.p.has & ROMAN ? '\0' : digits.sign;
		w.spaces = digits.spaces;
		prepare(&w);
		write_all(&w, format);
		if (w.no_ordinal)
			status = ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "\"%s\" is not a number", w.number);
	}
	ev_buf_release(&digits.text);
	return status;
}
