/*
 * value: see value.h. The text was validated by the scanner, so nothing here
 * checks the grammar again; it only finds its way.
 */
#include "event/value.h"

#include "base/utf8.h"
#include "event/token.h"

/* Copies what stands before the first backslash, eight bytes a step, as
 * ev_token_plain looks for it; where escapes are many, runs are short, and
 * calls of memchr and memcpy take three times as long. Returns how many bytes
 * those are; `to` has room for 8 more. */
static inline size_t
copy_plain(const char *s, const char *end, char *to)
{
	const uint64_t ones = 0x0101010101010101;
	const char *from = s;

	for (; end - s >= 8; s += 8, to += 8) {
		uint64_t word, hit;

		memcpy(&word, s, 8);
		memcpy(to, &word, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		word = __builtin_bswap64(word);
#endif
		hit = word ^ ones * '\\';
		hit = (hit - ones) & ~hit & ones << 7;
		if (hit)
			return (size_t)(s - from) +
			    (size_t)__builtin_ctzll(hit) / 8;
	}
	while (s < end && *s != '\\')
		*to++ = *s++;
	return (size_t)(s - from);
}

/* Writes the character whose hex digits begin at *s, which goes behind them;
 * returns what follows it. NULL, and *s stays: \u0000 or half a pair, which are
 * none. */
static char *
put_unicode(const char **s, char *to)
{
	const char *at = *s;
	uint32_t code = ev_token_unicode(&at);

	if (!code || ev_token_is_half(code))
		return NULL;
	*s = at;
	return to + ev_utf8_encode(code, to);
}

enum ev_status
ev_value_text(struct ev_value string, struct ev_buf *scratch,
    struct ev_slice *text, struct ev_err *err)
{
	static const char undone[256] = {['"'] = '"',
	    ['\\'] = '\\',
	    ['/'] = '/',
	    ['b'] = '\b',
	    ['f'] = '\f',
	    ['n'] = '\n',
	    ['r'] = '\r',
	    ['t'] = '\t'};
	struct ev_slice inner = ev_value_inner(string);
	const char *s = inner.ptr, *end = s + inner.len;
	size_t used;
	char *to;

	*text = inner;
	if (!string.escaped)
		return EV_OK;
	ev_buf_reserve(scratch, inner.len + 8);
	for (to = scratch->ptr + scratch->len;;) {
		/* Behind an escape there may be the next. */
		if (s == end || *s != '\\') {
			used = copy_plain(s, end, to);
			to += used;
			s += used;
			if (s == end)
				break;
		}
		s += 2;
		if (s[-1] != 'u') {
			*to++ = undone[(unsigned char)s[-1]];
			continue;
		}
		to = put_unicode(&s, to);
		if (!to)
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "the text holds \\u%.4s, which is no character", s);
	}
	text->ptr = scratch->ptr + scratch->len;
	text->len = (size_t)(to - text->ptr);
	scratch->len += text->len;
	return EV_OK;
}

bool
ev_value_text_is(struct ev_value string, struct ev_slice text)
{
	struct ev_buf scratch = {0};
	struct ev_slice own;
	bool equal;

	if (!string.escaped)
		return ev_slice_equal(ev_value_inner(string), text);
	equal = ev_value_text(string, &scratch, &own, NULL) == EV_OK &&
	    ev_slice_equal(own, text);
	ev_buf_release(&scratch);
	return equal;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *
skip_space(const char *s)
{
	while (is_space(*s))
		s++;
	return s;
}

/* s stands at the opening quote; returns the address behind the closing one. */
static const char *
skip_string(const char *s, bool *escaped)
{
	for (s++; *s != '"'; s++) {
		if (*s == '\\') {
			*escaped = true;
			s++;
		}
	}
	return s + 1;
}

static const char *
skip_container(const char *s)
{
	unsigned depth = 0;
	bool escaped;

	do {
		if (*s == '"') {
			s = skip_string(s, &escaped);
			continue;
		}
		if (*s == '{' || *s == '[')
			depth++;
		else if (*s == '}' || *s == ']')
			depth--;
		s++;
	} while (depth);
	return s;
}

unsigned
ev_value_depth(struct ev_slice json)
{
	const char *s = json.ptr, *end = s + json.len;
	unsigned depth = 0, deepest = 0;
	bool escaped;

	while (s < end) {
		char c = *s;

		s = c == '"' ? skip_string(s, &escaped) : s + 1;
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		if (depth > deepest)
			deepest = depth;
	}
	return deepest;
}

static uint8_t
type_at(const char *s)
{
	switch (*s) {
	case '"':
		return EV_STRING;
	case '{':
		return EV_OBJECT;
	case '[':
		return EV_ARRAY;
	case 't':
		return EV_TRUE;
	case 'f':
		return EV_FALSE;
	case 'n':
		return EV_NULL;
	default:
		return EV_NUMBER;
	}
}

/* The value that begins at s. */
static struct ev_value
value_at(const char *s)
{
	struct ev_value value = {s, 0, type_at(s), false};
	const char *end = s;

	switch (value.type) {
	case EV_STRING:
		end = skip_string(s, &value.escaped);
		break;
	case EV_OBJECT:
	case EV_ARRAY:
		end = skip_container(s);
		break;
	case EV_NULL:
	case EV_TRUE:
		end += 4;
		break;
	case EV_FALSE:
		end += 5;
		break;
	default:
		end += strspn(s, "+-.0123456789eE");
	}
	value.len = (uint32_t)(end - s);
	return value;
}

struct ev_value
ev_value_head(const char *s)
{
	s = skip_space(s);
	if (*s == '{' || *s == '[')
		return (struct ev_value){s, 1, type_at(s), false};
	return value_at(s);
}

struct ev_value
ev_value_of(struct ev_slice json)
{
	struct ev_value value;

	while (is_space(*json.ptr)) {
		json.ptr++;
		json.len--;
	}
	while (is_space(json.ptr[json.len - 1]))
		json.len--;
	value.ptr = json.ptr;
	value.len = (uint32_t)json.len;
	value.type = type_at(json.ptr);
	value.escaped = value.type == EV_STRING &&
	    memchr(json.ptr, '\\', json.len) != NULL;
	return value;
}

bool
ev_value_next(struct ev_value container, const char **at,
    struct ev_member *member)
{
	const char *s;

	if (container.type != EV_OBJECT && container.type != EV_ARRAY)
		return false;
	s = skip_space(*at ? *at : container.ptr + 1);
	if (*s == ',')
		s = skip_space(s + 1);
	if (*s == '}' || *s == ']')
		return false;
	member->key = (struct ev_value){0};
	if (container.type == EV_OBJECT) {
		member->key = value_at(s);
		s = skip_space(s + member->key.len);
		s = skip_space(s + 1);
	}
	member->value = value_at(s);
	*at = s + member->value.len;
	return true;
}

struct ev_value
ev_value_member(struct ev_value object, struct ev_slice key)
{
	struct ev_value found = {0};
	struct ev_member member;
	const char *at = NULL;

	if (object.type != EV_OBJECT)
		return found;
	while (ev_value_next(object, &at, &member))
		if (ev_value_text_is(member.key, key))
			found = member.value;
	return found;
}

uint32_t
ev_value_count(struct ev_value container)
{
	struct ev_member member;
	const char *at = NULL;
	uint32_t count = 0;

	while (ev_value_next(container, &at, &member))
		count++;
	return count;
}

struct ev_value
ev_value_element(struct ev_value array, int64_t index)
{
	struct ev_value none = {0};
	struct ev_member member;
	const char *at = NULL;

	if (array.type != EV_ARRAY)
		return none;
	if (index < 0)
		index += (int64_t)ev_value_count(array) + 1;
	if (index < 1)
		return none;
	while (ev_value_next(array, &at, &member))
		if (--index == 0)
			return member.value;
	return none;
}

void
ev_value_join_lines(char *json, size_t len)
{
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (json[i] == '\n')
			json[i] = quoted ? '\x01' : ' ';
		else if (json[i] == '"')
			quoted = !quoted;
		else if (json[i] == '\\' && quoted && i + 1 < len &&
		    json[i + 1] != '\n')
			i++;
	}
}
