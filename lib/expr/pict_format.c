/*
 * pict_format: see pict_format.h.
 */
#include "expr/pict_format.h"

#include <string.h>

#include "base/utf8.h"

#define UP EV_PICT_UPPER
#define LO EV_PICT_LOWER
#define TI EV_PICT_TITLE
#define ANY EV_PICT_ANY
#define GREG EV_PICT_GREGORIAN
#define WEEK EV_PICT_ISO_WEEK

/* In the order in which they are tried: the longer of two comes first. Case
 * counts: "Yyyy" is Y and then yyy. */
static const struct ev_pict_key time_keys[] = {
    {"A.D.", EV_PICT_ERA_DOTS, UP, false, ANY},
    {"A.M.", EV_PICT_AM_DOTS, UP, false, ANY},
    {"AD", EV_PICT_ERA, UP, false, ANY},
    {"AM", EV_PICT_AM, UP, false, ANY},
    {"B.C.", EV_PICT_ERA_DOTS, UP, false, ANY},
    {"BC", EV_PICT_ERA, UP, false, ANY},
    {"CC", EV_PICT_CC, UP, true, ANY},
    {"DAY", EV_PICT_DAY, UP, false, ANY},
    {"DDD", EV_PICT_DDD, UP, true, GREG},
    {"DD", EV_PICT_DD, UP, true, GREG},
    {"DY", EV_PICT_DY, UP, false, ANY},
    {"Day", EV_PICT_DAY, TI, false, ANY},
    {"Dy", EV_PICT_DY, TI, false, ANY},
    {"D", EV_PICT_D, UP, true, GREG},
    {"FF1", EV_PICT_FF, UP, true, ANY},
    {"FF2", EV_PICT_FF, UP, true, ANY},
    {"FF3", EV_PICT_FF, UP, true, ANY},
    {"FF4", EV_PICT_FF, UP, true, ANY},
    {"FF5", EV_PICT_FF, UP, true, ANY},
    {"FF6", EV_PICT_FF, UP, true, ANY},
    {"FX", EV_PICT_FX, UP, false, ANY},
    {"HH24", EV_PICT_HH24, UP, true, ANY},
    {"HH12", EV_PICT_HH12, UP, true, ANY},
    {"HH", EV_PICT_HH12, UP, true, ANY},
    {"IDDD", EV_PICT_IDDD, UP, true, WEEK},
    {"ID", EV_PICT_ID, UP, true, WEEK},
    {"IW", EV_PICT_IW, UP, true, WEEK},
    {"IYYY", EV_PICT_IYYY, UP, true, WEEK},
    {"IYY", EV_PICT_IYY, UP, true, WEEK},
    {"IY", EV_PICT_IY, UP, true, WEEK},
    {"I", EV_PICT_I, UP, true, WEEK},
    {"J", EV_PICT_J, UP, true, ANY},
    {"MI", EV_PICT_MI, UP, true, ANY},
    {"MM", EV_PICT_MM, UP, true, GREG},
    {"MONTH", EV_PICT_MONTH, UP, false, GREG},
    {"MON", EV_PICT_MON, UP, false, GREG},
    {"MS", EV_PICT_MS, UP, true, ANY},
    {"Month", EV_PICT_MONTH, TI, false, GREG},
    {"Mon", EV_PICT_MON, TI, false, GREG},
    {"OF", EV_PICT_OF, UP, false, ANY},
    {"P.M.", EV_PICT_AM_DOTS, UP, false, ANY},
    {"PM", EV_PICT_AM, UP, false, ANY},
    {"Q", EV_PICT_Q, UP, true, ANY},
    {"RM", EV_PICT_RM, UP, false, GREG},
    {"SSSSS", EV_PICT_SSSS, UP, true, ANY},
    {"SSSS", EV_PICT_SSSS, UP, true, ANY},
    {"SS", EV_PICT_SS, UP, true, ANY},
    {"TZH", EV_PICT_TZH, UP, false, ANY},
    {"TZM", EV_PICT_TZM, UP, true, ANY},
    {"TZ", EV_PICT_TZ, UP, false, ANY},
    {"US", EV_PICT_US, UP, true, ANY},
    {"WW", EV_PICT_WW, UP, true, GREG},
    {"W", EV_PICT_W, UP, true, GREG},
    {"Y,YYY", EV_PICT_Y_YYY, UP, true, GREG},
    {"YYYY", EV_PICT_YYYY, UP, true, GREG},
    {"YYY", EV_PICT_YYY, UP, true, GREG},
    {"YY", EV_PICT_YY, UP, true, GREG},
    {"Y", EV_PICT_Y, UP, true, GREG},
    {"a.d.", EV_PICT_ERA_DOTS, LO, false, ANY},
    {"a.m.", EV_PICT_AM_DOTS, LO, false, ANY},
    {"ad", EV_PICT_ERA, LO, false, ANY},
    {"am", EV_PICT_AM, LO, false, ANY},
    {"b.c.", EV_PICT_ERA_DOTS, LO, false, ANY},
    {"bc", EV_PICT_ERA, LO, false, ANY},
    {"cc", EV_PICT_CC, LO, true, ANY},
    {"day", EV_PICT_DAY, LO, false, ANY},
    {"ddd", EV_PICT_DDD, LO, true, GREG},
    {"dd", EV_PICT_DD, LO, true, GREG},
    {"dy", EV_PICT_DY, LO, false, ANY},
    {"d", EV_PICT_D, LO, true, GREG},
    {"ff1", EV_PICT_FF, LO, true, ANY},
    {"ff2", EV_PICT_FF, LO, true, ANY},
    {"ff3", EV_PICT_FF, LO, true, ANY},
    {"ff4", EV_PICT_FF, LO, true, ANY},
    {"ff5", EV_PICT_FF, LO, true, ANY},
    {"ff6", EV_PICT_FF, LO, true, ANY},
    {"fx", EV_PICT_FX, LO, false, ANY},
    {"hh24", EV_PICT_HH24, LO, true, ANY},
    {"hh12", EV_PICT_HH12, LO, true, ANY},
    {"hh", EV_PICT_HH12, LO, true, ANY},
    {"iddd", EV_PICT_IDDD, LO, true, WEEK},
    {"id", EV_PICT_ID, LO, true, WEEK},
    {"iw", EV_PICT_IW, LO, true, WEEK},
    {"iyyy", EV_PICT_IYYY, LO, true, WEEK},
    {"iyy", EV_PICT_IYY, LO, true, WEEK},
    {"iy", EV_PICT_IY, LO, true, WEEK},
    {"i", EV_PICT_I, LO, true, WEEK},
    {"j", EV_PICT_J, LO, true, ANY},
    {"mi", EV_PICT_MI, LO, true, ANY},
    {"mm", EV_PICT_MM, LO, true, GREG},
    {"month", EV_PICT_MONTH, LO, false, GREG},
    {"mon", EV_PICT_MON, LO, false, GREG},
    {"ms", EV_PICT_MS, LO, true, ANY},
    {"of", EV_PICT_OF, LO, false, ANY},
    {"p.m.", EV_PICT_AM_DOTS, LO, false, ANY},
    {"pm", EV_PICT_AM, LO, false, ANY},
    {"q", EV_PICT_Q, LO, true, ANY},
    {"rm", EV_PICT_RM, LO, false, GREG},
    {"sssss", EV_PICT_SSSS, LO, true, ANY},
    {"ssss", EV_PICT_SSSS, LO, true, ANY},
    {"ss", EV_PICT_SS, LO, true, ANY},
    {"tzh", EV_PICT_TZH, LO, false, ANY},
    {"tzm", EV_PICT_TZM, LO, true, ANY},
    {"tz", EV_PICT_TZ, LO, false, ANY},
    {"us", EV_PICT_US, LO, true, ANY},
    {"ww", EV_PICT_WW, LO, true, GREG},
    {"w", EV_PICT_W, LO, true, GREG},
    {"y,yyy", EV_PICT_Y_YYY, LO, true, GREG},
    {"yyyy", EV_PICT_YYYY, LO, true, GREG},
    {"yyy", EV_PICT_YYY, LO, true, GREG},
    {"yy", EV_PICT_YY, LO, true, GREG},
    {"y", EV_PICT_Y, LO, true, GREG},
    {NULL, EV_PICT_NOTHING, UP, false, ANY},
};

static const struct ev_pict_key number_keys[] = {
    {",", EV_PICT_COMMA, UP, false, ANY},
    {".", EV_PICT_POINT, UP, false, ANY},
    {"0", EV_PICT_0, UP, false, ANY},
    {"9", EV_PICT_9, UP, false, ANY},
    {"B", EV_PICT_BLANK, UP, false, ANY},
    {"C", EV_PICT_NOTHING, UP, false, ANY},
    {"D", EV_PICT_POINT_LOC, UP, false, ANY},
    {"EEEE", EV_PICT_EEEE, UP, false, ANY},
    {"FM", EV_PICT_FILL, UP, false, ANY},
    {"G", EV_PICT_GROUP, UP, false, ANY},
    {"L", EV_PICT_CURRENCY, UP, false, ANY},
    {"MI", EV_PICT_MINUS, UP, false, ANY},
    {"PL", EV_PICT_PLUS, UP, false, ANY},
    {"PR", EV_PICT_BRACKETS, UP, false, ANY},
    {"RN", EV_PICT_ROMAN, UP, false, ANY},
    {"SG", EV_PICT_PLUS_MINUS, UP, false, ANY},
    {"SP", EV_PICT_NOTHING, UP, false, ANY},
    {"S", EV_PICT_SIGN, UP, false, ANY},
    {"TH", EV_PICT_TH, UP, false, ANY},
    {"V", EV_PICT_SHIFT, UP, false, ANY},
    {"b", EV_PICT_BLANK, LO, false, ANY},
    {"c", EV_PICT_NOTHING, LO, false, ANY},
    {"d", EV_PICT_POINT_LOC, LO, false, ANY},
    {"eeee", EV_PICT_EEEE, LO, false, ANY},
    {"fm", EV_PICT_FILL, LO, false, ANY},
    {"g", EV_PICT_GROUP, LO, false, ANY},
    {"l", EV_PICT_CURRENCY, LO, false, ANY},
    {"mi", EV_PICT_MINUS, LO, false, ANY},
    {"pl", EV_PICT_PLUS, LO, false, ANY},
    {"pr", EV_PICT_BRACKETS, LO, false, ANY},
    {"rn", EV_PICT_ROMAN, LO, false, ANY},
    {"sg", EV_PICT_PLUS_MINUS, LO, false, ANY},
    {"sp", EV_PICT_NOTHING, LO, false, ANY},
    {"s", EV_PICT_SIGN, LO, false, ANY},
    {"th", EV_PICT_TH, LO, false, ANY},
    {"v", EV_PICT_SHIFT, LO, false, ANY},
    {NULL, EV_PICT_NOTHING, UP, false, ANY},
};

bool
ev_pict_is_separator(char c)
{
	return c > 0x20 && c < 0x7f && !(c >= '0' && c <= '9') &&
	    !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z');
}

const char *
ev_pict_ordinal(const char *digits, size_t len, bool upper)
{
	char last = digits[len - 1];

	if (len > 1 && digits[len - 2] == '1')
		last = '0';
	switch (last) {
	case '1':
		return upper ? "ST" : "st";
	case '2':
		return upper ? "ND" : "nd";
	case '3':
		return upper ? "RD" : "rd";
	default:
		return upper ? "TH" : "th";
	}
}

bool
ev_pict_is_clock(enum ev_pict_id id)
{
	switch (id) {
	case EV_PICT_AM:
	case EV_PICT_AM_DOTS:
	case EV_PICT_HH24:
	case EV_PICT_HH12:
	case EV_PICT_MI:
	case EV_PICT_SS:
	case EV_PICT_SSSS:
	case EV_PICT_MS:
	case EV_PICT_US:
	case EV_PICT_FF:
		return true;
	default:
		return false;
	}
}

struct ev_pict_cursor
ev_pict_begin(struct ev_pict format, bool numbers)
{
	return (struct ev_pict_cursor){.node = format.node,
	    .last = format.node ? format.node + format.nodes : NULL,
	    .at = format.text.ptr,
	    .end = format.text.ptr + format.text.len,
	    .numbers = numbers};
}

static bool
take(struct ev_pict_cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, text, len) != 0)
		return false;
	c->at += len;
	return true;
}

static void
take_prefix(struct ev_pict_cursor *c, struct ev_pict_node *node)
{
	if (take(c, "FM") || take(c, "fm"))
		node->fill = true;
	else if (take(c, "TM") || take(c, "tm"))
		node->translated = true;
}

static void
take_suffix(struct ev_pict_cursor *c, struct ev_pict_node *node)
{
	if (take(c, "TH"))
		node->th = EV_PICT_UPPER_TH;
	else if (take(c, "th"))
		node->th = EV_PICT_LOWER_TH;
	else
		take(c, "SP");
}

static bool
take_key(struct ev_pict_cursor *c, struct ev_pict_node *node)
{
	const struct ev_pict_key *key = c->numbers ? number_keys : time_keys;

	for (; key->name; key++) {
		if (*key->name == *c->at && take(c, key->name)) {
			node->kind = EV_PICT_KEY;
			node->key = key;
			return true;
		}
	}
	return false;
}

static void
take_char(struct ev_pict_cursor *c, struct ev_pict_node *node)
{
	unsigned len = ev_utf8_length(c->at, (size_t)(c->end - c->at));

	if (!len)
		len = 1;
	node->text = (struct ev_slice){c->at, len};
	c->at += len;
	node->kind = EV_PICT_CHAR;
	node->fill = node->translated = false;
}

/* Cuts the next node off the text. */
static bool
cut_next(struct ev_pict_cursor *c, struct ev_pict_node *node)
{
	memset(node, 0, sizeof(*node));
	while (c->at < c->end) {
		if (*c->at == '"' && c->quoted) {
			c->at++;
			c->quoted = false;
			continue;
		}
		if (c->quoted) {
			if (*c->at == '\\' && c->at + 1 < c->end)
				c->at++;
			take_char(c, node);
			node->quoted = true;
			return true;
		}
		if (!c->numbers)
			take_prefix(c, node);
		if (c->at == c->end)
			break;
		if (take_key(c, node)) {
			if (!c->numbers)
				take_suffix(c, node);
			return true;
		}
		node->fill = node->translated = false;
		if (*c->at == '"') {
			c->at++;
			c->quoted = true;
			continue;
		}
		if (*c->at == '\\' && c->at + 1 < c->end && c->at[1] == '"')
			c->at++;
		take_char(c, node);
		if (!c->numbers && ev_pict_is_separator(*node->text.ptr))
			node->kind = EV_PICT_SEPARATOR;
		else if (strchr(" \t\n\v\f\r", *node->text.ptr))
			node->kind = EV_PICT_SPACE;
		return true;
	}
	return false;
}

bool
ev_pict_next(struct ev_pict_cursor *c, struct ev_pict_node *node)
{
	if (!c->node)
		return cut_next(c, node);
	if (c->node == c->last)
		return false;
	*node = *c->node++;
	return true;
}

struct ev_pict
ev_pict_cut(struct ev_arena *arena, struct ev_slice text, bool numbers)
{
	struct ev_pict made = ev_pict_of(text);
	struct ev_pict_cursor cursor = ev_pict_begin(made, numbers);
	struct ev_pict_node *node = NULL, next;
	size_t room = 0;

	while (cut_next(&cursor, &next)) {
		node = ev_arena_grow(arena, node, made.nodes, &room,
		    sizeof(*node));
		node[made.nodes++] = next;
	}
	made.node = node;
	return made;
}
