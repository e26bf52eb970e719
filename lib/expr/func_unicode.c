/*
 * func_unicode: Unicode's normal forms (libunistring's; its 1.0 has Unicode
 * 14, as PostgreSQL 15 has) and its escapes.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <uninorm.h>

#include "base/utf8.h"
#include "expr/func.h"
#include "expr/text.h"

/* ---- normal forms ---- */

/* The form that a text names, NFC where there is none; NULL: it is none. */
static uninorm_t
read_form(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg)
{
	const struct {
		const char *name;
		uninorm_t form;
	} forms[] = {{"NFC", UNINORM_NFC}, {"NFD", UNINORM_NFD},
	    {"NFKC", UNINORM_NFKC}, {"NFKD", UNINORM_NFKD}};
	struct ev_slice name = node->argc > 1 ? arg[1].text : EV_SLICE("NFC");

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (name.len == strlen(forms[i].name) &&
		    !strncasecmp(name.ptr, forms[i].name, name.len))
			return forms[i].form;
	ev_run_fail(run, node, "invalid normalization form: %.*s",
	    (int)name.len, name.ptr);
	return NULL;
}

/* arg[0] in the form that arg[1] names, in the event's arena. */
static bool
normal_form(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_slice *out)
{
	uninorm_t form = read_form(run, node, arg);
	uint8_t *made;
	size_t len;

	*out = arg[0].text;
	if (!form)
		return false;
	if (ev_utf8_ascii(*out))
		return true;
	made = u8_normalize(form, (const uint8_t *)out->ptr, out->len, NULL,
	    &len);
	if (!made)
		return ev_run_fail(run, node, "cannot normalize the text: %s",
		    ev_err_errno(errno));
	if (len <= EV_EXPR_TEXT_MAX)
		*out = ev_arena_slice(run->arena,
		    (struct ev_slice){(const char *)made, len});
	free(made);
	return len <= EV_EXPR_TEXT_MAX || ev_text_too_long(run, node);
}

static bool
normalize(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	out->type = EV_SQL_TEXT;
	return normal_form(run, node, arg, &out->text);
}

static bool
is_normalized(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice normal;

	if (!normal_form(run, node, arg, &normal))
		return false;
	out->type = EV_SQL_BOOL;
	out->truth = ev_slice_equal(arg[0].text, normal);
	return true;
}

/* ---- escapes ---- */

/* The number of so many hexadecimal digits; false: they are not there. */
static bool
read_hex(struct ev_slice text, size_t at, unsigned count, uint32_t *code)
{
	*code = 0;
	if (text.len < at + count)
		return false;
	for (size_t i = at; i < at + count; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (!isxdigit(c))
			return false;
		*code = *code << 4 | (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return true;
}

/* \XXXX, \uXXXX, \+XXXXXX or \UXXXXXXXX: its length, or 0. */
static size_t
read_escape(struct ev_slice text, uint32_t *code)
{
	char kind = text.len > 1 ? text.ptr[1] : 0;

	if (read_hex(text, 1, 4, code))
		return 5;
	if (kind == 'u' && read_hex(text, 2, 4, code))
		return 6;
	if (kind == '+' && read_hex(text, 2, 6, code))
		return 8;
	return kind == 'U' && read_hex(text, 2, 8, code) ? 10 : 0;
}

static bool
is_high(uint32_t code)
{
	return code >= 0xD800 && code <= 0xDBFF;
}

static bool
is_low(uint32_t code)
{
	return code >= 0xDC00 && code <= 0xDFFF;
}

/* Appends a character; of two surrogates, which *high is the first of, when
 * the second comes. */
static bool
put_code(struct ev_run *run, const struct ev_node *node, uint32_t code,
    uint32_t *high)
{
	char bytes[4];

	if (!code || code > 0x10FFFF)
		return ev_run_fail(run, node,
		    "invalid Unicode code point: %04X", (unsigned)code);
	if ((*high != 0) != is_low(code))
		return ev_run_fail(run, node, "invalid Unicode surrogate pair");
	if (*high)
		code = 0x10000 + ((*high & 0x3FF) << 10) + (code & 0x3FF);
	*high = is_high(code) ? code : 0;
	if (!*high)
		ev_buf_append(run->buf, bytes, ev_utf8_encode(code, bytes));
	return true;
}

static bool
unistr(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_slice text = arg[0].text;
	struct ev_buf *buf = ev_run_begin(run);
	uint32_t high = 0, code = 0;

	while (text.len) {
		bool escape = *text.ptr == '\\';
		bool twice = escape && text.len > 1 && text.ptr[1] == '\\';
		size_t len = twice ? 2 : escape ? read_escape(text, &code) : 1;

		if (!len)
			return ev_run_fail(run, node,
			    "invalid Unicode escape: they are \\XXXX, "
			    "\\+XXXXXX, \\uXXXX and \\UXXXXXXXX");
		if (escape && !twice) {
			if (!put_code(run, node, code, &high))
				return false;
		} else if (high) {
			break;
		} else {
			ev_buf_char(buf, *text.ptr);
		}
		text.ptr += len;
		text.len -= len;
	}
	if (high)
		return ev_run_fail(run, node, "invalid Unicode surrogate pair");
	ev_run_text(run, out);
	return true;
}

#define T EV_SQL_TEXT
#define B EV_SQL_BOOL

const struct ev_func ev_func_unicode[] = {
    {"normalize", T, {T}, normalize, "the text in Unicode's normal form NFC",
	"normalize(E'a\\u0308')", "\"ä\"", 0},
    {"normalize", T, {T, T}, normalize,
	"the text in the normal form NFC, NFD, NFKC or NFKD",
	"normalize('ﬁ', NFKC)", "\"fi\"", 0},
    {"is_normalized", B, {T}, is_normalized,
	"is the text in normal form NFC? Mostly x IS NORMALIZED",
	"E'a\\u0308' IS NORMALIZED", "false", 0},
    {"is_normalized", B, {T, T}, is_normalized,
	"is it in this normal form? Mostly x IS NFD NORMALIZED",
	"E'a\\u0308' IS NFD NORMALIZED", "true", 0},
    {"unistr", T, {T}, unistr, "the text with Unicode's escapes as characters",
	"unistr('d\\0061t\\+000061')", "\"data\"", 0},
    {.name = NULL},
};
