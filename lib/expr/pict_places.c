/*
 * pict_places: see pict_places.h.
 */
#include "expr/pict_places.h"

#include <string.h>

#include "expr/pict_format.h"

static enum ev_status
refuse(struct ev_err *err, const char *why)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%s", why);
}

static const char *
see_place(struct ev_pict_places *p, bool zero)
{
	if (p->has & EV_HAS_BRACKETS)
		return zero ? "\"0\" must be ahead of \"PR\""
			    : "\"9\" must be ahead of \"PR\"";
	if (zero) {
		if (!(p->has & (EV_HAS_ZERO | EV_HAS_POINT))) {
			p->has |= EV_HAS_ZERO;
			p->zero_start = p->pre + 1;
		}
	} else if (p->has & EV_HAS_SHIFT) {
		p->shift++;
		return NULL;
	}
	if (p->has & EV_HAS_POINT)
		p->post++;
	else
		p->pre++;
	if (zero)
		p->zero_end = p->pre + p->post;
	return NULL;
}

static const char *
see_sign(struct ev_pict_places *p)
{
	if (p->has & EV_HAS_SIGN)
		return "cannot use \"S\" twice";
	if (p->has & (EV_HAS_PLUS | EV_HAS_MINUS | EV_HAS_BRACKETS))
		return "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" "
		       "together";
	p->has |= EV_HAS_SIGN;
	p->sign = p->has & EV_HAS_POINT ? EV_S_AFTER : EV_S_BEFORE;
	p->sign_place = p->pre;
	return NULL;
}

static const char *
see_point(struct ev_pict_places *p)
{
	if (p->has & EV_HAS_POINT)
		return "multiple decimal points";
	if (p->has & EV_HAS_SHIFT)
		return "cannot use \"V\" and decimal point together";
	p->has |= EV_HAS_POINT;
	return NULL;
}

static const char *
see_other_sign(struct ev_pict_places *p, unsigned which, const char *clash)
{
	if (p->has & EV_HAS_SIGN)
		return clash;
	p->has |= which;
	return NULL;
}

static const char *
see_rest(struct ev_pict_places *p, enum ev_pict_id id)
{
	switch (id) {
	case EV_PICT_BRACKETS:
		if (p->has & (EV_HAS_SIGN | EV_HAS_PLUS | EV_HAS_MINUS))
			return "cannot use \"PR\" and "
			       "\"S\"/\"PL\"/\"MI\"/\"SG\" together";
		p->has |= EV_HAS_BRACKETS;
		return NULL;
	case EV_PICT_SHIFT:
		if (p->has & EV_HAS_POINT)
			return "cannot use \"V\" and decimal point together";
		p->has |= EV_HAS_SHIFT;
		return NULL;
	case EV_PICT_EEEE:
		if (p->has &
		    (EV_HAS_BLANK | EV_HAS_FILL | EV_HAS_SIGN |
			EV_HAS_BRACKETS | EV_HAS_MINUS | EV_HAS_PLUS |
			EV_HAS_ROMAN | EV_HAS_SHIFT))
			return "\"EEEE\" is incompatible with other formats";
		p->has |= EV_HAS_EEEE;
		return NULL;
	case EV_PICT_BLANK:
		if (!p->pre && !p->post && !(p->has & EV_HAS_ZERO))
			p->has |= EV_HAS_BLANK;
		return NULL;
	case EV_PICT_FILL:
		p->has |= EV_HAS_FILL;
		return NULL;
	case EV_PICT_ROMAN:
		p->has |= EV_HAS_ROMAN;
		return NULL;
	default:
		return NULL;
	}
}

/* Returns what is wrong, or NULL. */
static const char *
see(struct ev_pict_places *p, enum ev_pict_id id)
{
	if (p->has & EV_HAS_EEEE)
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
		return see_other_sign(p, EV_HAS_MINUS,
		    "cannot use \"S\" and \"MI\" together");
	case EV_PICT_PLUS:
		return see_other_sign(p, EV_HAS_PLUS,
		    "cannot use \"S\" and \"PL\" together");
	case EV_PICT_PLUS_MINUS:
		return see_other_sign(p, EV_HAS_PLUS | EV_HAS_MINUS,
		    "cannot use \"S\" and \"SG\" together");
	default:
		return see_rest(p, id);
	}
}

enum ev_status
ev_pict_places(struct ev_pict format, struct ev_pict_places *picture,
    struct ev_err *err)
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
