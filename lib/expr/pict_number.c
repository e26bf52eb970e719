/*
 * pict_number: to_char of numbers, place by place of the picture.
 */
#include <stdlib.h>
#include <string.h>

#include "expr/pict_digits.h"
#include "expr/pict_format.h"
#include "expr/pict_places.h"

struct writer {
	struct ev_pict_places p;
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
	struct ev_pict_places *p = &w->p;

	if (p->zero_start)
		p->zero_start--;
	if (p->has & (EV_HAS_PLUS | EV_HAS_MINUS)) {
		w->sign_done = (p->has & EV_HAS_MINUS) != 0;
	} else {
		if (w->sign != '-' && (p->has & EV_HAS_FILL))
			p->has &= ~(unsigned)EV_HAS_BRACKETS;
		w->sign_done = w->sign == '+' && (p->has & EV_HAS_FILL) &&
		    !(p->has & EV_HAS_SIGN);
		if (p->sign == EV_S_BEFORE && p->pre == p->sign_place)
			p->sign = EV_S_AFTER;
	}
	w->places = p->post + p->pre - 1;
	if ((p->has & EV_HAS_FILL) && (p->has & EV_HAS_POINT))
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
	return !(w->p.has & EV_HAS_ZERO) && w->at == w->number &&
	    *w->at == '0' && w->p.post;
}

static void
write_sign(struct writer *w)
{
	unsigned has = w->p.has;

	if (w->sign_done ||
	    (w->place < w->spaces &&
		!((has & EV_HAS_ZERO) && w->p.zero_start == w->place)) ||
	    (hidden_zero(w) && !ends_at_point(w)))
		return;
	if (has & EV_HAS_SIGN) {
		if (w->p.sign != EV_S_BEFORE)
			return;
		ev_buf_char(w->out, w->sign);
	} else if (has & EV_HAS_BRACKETS) {
		ev_buf_char(w->out, w->sign == '+' ? ' ' : '<');
	} else if (w->sign == '-') {
		ev_buf_char(w->out, '-');
	} else if (!(has & EV_HAS_FILL)) {
		ev_buf_char(w->out, ' ');
	}
	w->sign_done = true;
}

/* A character of the number, unless FM or the picture hides it. */
static void
write_digit(struct writer *w, bool zero)
{
	if (*w->at == '.') {
		if (!ends_at_point(w) || (w->p.has & EV_HAS_FILL))
			ev_buf_char(w->out, '.');
	} else if (w->last && w->at > w->last && !zero) {
		; /* zeros at the end */
	} else if (hidden_zero(w)) {
		if (!(w->p.has & EV_HAS_FILL))
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
	int end = w->places + (w->spaces != 0) +
	    ((w->p.has & EV_HAS_POINT) != 0);

	if (w->last && w->last == w->at)
		end = w->place;
	if (w->place + 1 != end)
		return;
	if (w->sign_done && (w->p.has & EV_HAS_BRACKETS))
		ev_buf_char(w->out, w->sign == '+' ? ' ' : '>');
	else if ((w->p.has & EV_HAS_SIGN) && w->p.sign == EV_S_AFTER)
		ev_buf_char(w->out, w->sign);
}

static void
write_place(struct writer *w, bool zero)
{
	unsigned has = w->p.has;

	if (has & EV_HAS_ROMAN)
		return;
	w->inside = false;
	write_sign(w);
	if (w->place >= w->spaces) {
		write_digit(w, zero);
	} else if (!(has & EV_HAS_ZERO) || w->p.zero_start > w->place) {
		if (!(has & EV_HAS_FILL))
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
	else if (!(w->p.has & EV_HAS_FILL))
		ev_buf_char(w->out, ' ');
}

static void
write_if(struct writer *w, char sign)
{
	if (w->sign == sign)
		ev_buf_char(w->out, sign);
	else if (!(w->p.has & EV_HAS_FILL))
		ev_buf_char(w->out, ' ');
}

static void
write_roman(struct writer *w, bool lower)
{
	size_t len = strlen(w->number);

	if (!(w->p.has & EV_HAS_FILL))
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

	if ((w->p.has & (EV_HAS_ROMAN | EV_HAS_POINT)) || *w->number == '#' ||
	    w->sign == '-')
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
write_all(struct writer *w, struct ev_pict format)
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
    struct ev_pict format, struct ev_buf *out, struct ev_err *err)
{
	struct writer w = {.out = out};
	struct ev_pict_digits digits = {.sign = '+'};
	enum ev_status status = ev_pict_places(format, &w.p, err);

	if (status != EV_OK)
		return status;
	if (w.p.has & EV_HAS_ROMAN) {
		status = ev_pict_roman(kind, number, &digits.text, err);
		w.p = (struct ev_pict_places){
		    .has = EV_HAS_ROMAN | (w.p.has & EV_HAS_FILL)};
	} else if (w.p.has & EV_HAS_EEEE) {
		ev_pict_scientific(kind, number, w.p.pre, w.p.post, out);
		return EV_OK;
	} else {
		w.p.pre += w.p.shift;
		status = ev_pict_digits(kind, number, w.p.shift, w.p.pre,
		    &w.p.post, &digits, err);
	}
	if (status == EV_OK) {
		w.number = ev_buf_cstr(&digits.text);
		w.sign = w.p.has & EV_HAS_ROMAN ? '\0' : digits.sign;
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
