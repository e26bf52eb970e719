/*
 * func_code: hashes, and text as hexadecimal digits, base64 and octal escapes
 * (Nettle's, and PostgreSQL's own layout of base64: lines of 76).
 *
 * Where PostgreSQL takes bytea a text is here its UTF-8, and what is decoded
 * must be UTF-8. Only the hashes of SHA-2 are bytea, and what is made of them by
 * CASE, COALESCE and the like.
 */
#include <nettle/base64.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha2.h>
#include <strings.h>

#include "base/utf8.h"
#include "expr/func.h"
#include "expr/result.h"
#include "expr/text.h"

#define BYTES "\\x" /* how the text of a bytea begins */

static const char digits[] = "0123456789abcdef";

static void
put_hex(struct ev_buf *buf, struct ev_slice bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.ptr[i];

		ev_buf_char(buf, digits[c >> 4]);
		ev_buf_char(buf, digits[c & 15]);
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int
digit_of(char c)
{
	const char *found = c ? strchr(digits, c | 32) : NULL;

	/* | 32 makes letters small, and digits are what they are */
	return found && ((c >= '0' && c <= '9') || (c | 32) >= 'a')
	    ? (int)(found - digits)
	    : -1;
}

/* White space may stand between bytes, not in them. */
static const char *
read_hex(struct ev_buf *buf, struct ev_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		int high, low;

		if (is_blank(text.ptr[i]))
			continue;
		if (i + 1 == text.len)
			return "an odd number of hexadecimal digits";
		high = digit_of(text.ptr[i]);
		low = digit_of(text.ptr[++i]);
		if (high < 0 || low < 0)
			return "invalid hexadecimal digit";
		ev_buf_char(buf, (char)(high << 4 | low));
	}
	return NULL;
}

/* The bytes of a bytea, or those of a text. */
static struct ev_slice
bytes_of(struct ev_run *run, const struct ev_val *arg)
{
	struct ev_slice text = arg->text;
	struct ev_val bytes;

	if (arg->type != EV_SQL_BYTEA)
		return text;
	text.ptr += strlen(BYTES);
	text.len -= strlen(BYTES);
	read_hex(ev_run_begin(run), text);
	ev_run_text(run, &bytes);
	return bytes.text;
}

/* ---- hashes ---- */

/* The hash as digits, behind what stands before them. */
static void
hash(struct ev_run *run, const struct nettle_hash *kind, const char *before,
    const struct ev_val *arg, struct ev_val *out)
{
	char *context = ev_arena_alloc(run->arena, kind->context_size);
	struct ev_slice text = bytes_of(run, arg);
	uint8_t digest[SHA512_DIGEST_SIZE]; /* the longest */

	kind->init(context);
	kind->update(context, text.len, (const uint8_t *)text.ptr);
	kind->digest(context, kind->digest_size, digest);
	ev_buf_str(ev_run_begin(run), before);
	put_hex(run->buf,
	    (struct ev_slice){(const char *)digest, kind->digest_size});
	ev_run_text(run, out);
}

#define HASH(name, before) \
	static bool name(struct ev_run *run, const struct ev_node *node, \
	    const struct ev_val *arg, struct ev_val *out) \
	{ \
		hash(run, &nettle_##name, before, arg, out); \
		out->type = node->type; \
		return true; \
	}

HASH(md5, "")
HASH(sha224, BYTES)
HASH(sha256, BYTES)
HASH(sha384, BYTES)
HASH(sha512, BYTES)

/* ---- encode ---- */

#define LINE 76 /* of base64 */

static void
put_base64(struct ev_run *run, struct ev_slice text)
{
	size_t len = BASE64_ENCODE_RAW_LENGTH(text.len);
	char *raw = ev_arena_alloc(run->arena, len + 1);

	base64_encode_raw(raw, text.len, (const uint8_t *)text.ptr);
	for (size_t at = 0; at < len; at += LINE) {
		if (at)
			ev_buf_char(run->buf, '\n');
		ev_buf_append(run->buf, raw + at,
		    len - at < LINE ? len - at : LINE);
	}
}

static void
put_escaped(struct ev_buf *buf, struct ev_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (!c || c >= 0x80)
			ev_buf_printf(buf, "\\%03o", (unsigned)c);
		else if (c == '\\')
			ev_buf_str(buf, "\\\\");
		else
			ev_buf_char(buf, (char)c);
	}
}

enum encoding { HEX, BASE64, ESCAPE, UNKNOWN };

static enum encoding
find_encoding(struct ev_slice name)
{
	static const char *const names[] = {"hex", "base64", "escape"};
	unsigned i = 0;

	while (i < UNKNOWN &&
	    (strlen(names[i]) != name.len ||
		strncasecmp(names[i], name.ptr, name.len) != 0))
		i++;
	return (enum encoding)i;
}

static bool
unknown_encoding(struct ev_run *run, const struct ev_node *node,
    struct ev_slice name)
{
	return ev_run_fail(run, node,
	    "unrecognized encoding: \"%.*s\"; there are hex, base64 and escape",
	    (int)ev_utf8_cut(name.ptr, name.len, 60), name.ptr);
}

static bool
encode(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	enum encoding encoding = find_encoding(arg[1].text);
	struct ev_slice text = bytes_of(run, &arg[0]);

	if (text.len > EV_EXPR_TEXT_MAX / 4)
		return ev_text_too_long(run, node);
	ev_run_begin(run);
	if (encoding == UNKNOWN)
		return unknown_encoding(run, node, arg[1].text);
	if (encoding == HEX)
		put_hex(run->buf, text);
	else if (encoding == BASE64)
		put_base64(run, text);
	else
		put_escaped(run->buf, text);
	ev_run_text(run, out);
	return true;
}

/* ---- decode ---- */

static const char *
read_base64(struct ev_buf *buf, struct ev_slice text)
{
	struct base64_decode_ctx context;
	size_t len = BASE64_DECODE_LENGTH(text.len);

	base64_decode_init(&context);
	ev_buf_reserve(buf, len + 1);
	if (!base64_decode_update(&context, &len, (uint8_t *)buf->ptr, text.len,
		text.ptr) ||
	    !base64_decode_final(&context))
		return "invalid base64";
	buf->len = len;
	return NULL;
}

/* \\ and \ooo. */
static const char *
read_escaped(struct ev_buf *buf, struct ev_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		const char *c = text.ptr + i;
		size_t rest = text.len - i;

		if (*c != '\\') {
			ev_buf_char(buf, *c);
		} else if (rest > 3 && c[1] >= '0' && c[1] <= '3' &&
		    c[2] >= '0' && c[2] <= '7' && c[3] >= '0' && c[3] <= '7') {
			ev_buf_char(buf,
			    (char)((c[1] - '0') << 6 | (c[2] - '0') << 3 |
				(c[3] - '0')));
			i += 3;
		} else if (rest > 1 && c[1] == '\\') {
			ev_buf_char(buf, '\\');
			i++;
		} else {
			return "a backslash that begins no escape";
		}
	}
	return NULL;
}

static bool
decode(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	enum encoding encoding = find_encoding(arg[1].text);
	struct ev_buf *buf = ev_run_begin(run);
	struct ev_slice text = arg[0].text;
	const char *why;

	if (encoding == UNKNOWN)
		return unknown_encoding(run, node, arg[1].text);
	why = encoding == HEX    ? read_hex(buf, text)
	    : encoding == BASE64 ? read_base64(buf, text)
				 : read_escaped(buf, text);
	if (why)
		return ev_run_fail(run, node, "cannot decode \"%.*s\": %s",
		    (int)ev_utf8_cut(text.ptr, text.len, 100), text.ptr, why);
	if (buf->len &&
	    (memchr(buf->ptr, '\0', buf->len) ||
		ev_utf8_check(buf->ptr, buf->len) != buf->len))
		return ev_run_fail(run, node,
		    "what \"%.*s\" decodes to is no text: it is not UTF-8",
		    (int)ev_utf8_cut(text.ptr, text.len, 100), text.ptr);
	ev_run_text(run, out);
	return true;
}

/* ---- bytea ---- */

bool
ev_text_to_bytea(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val)
{
	struct ev_slice text = val->text;
	struct ev_buf *buf = ev_run_begin(run);
	struct ev_val bytes;
	const char *why;

	if (text.len >= 2 && !memcmp(text.ptr, BYTES, 2))
		why = read_hex(buf,
		    (struct ev_slice){text.ptr + 2, text.len - 2});
	else
		why = read_escaped(buf, text);
	if (why)
		return ev_run_fail(run, node,
		    "invalid input syntax for type bytea: \"%.*s\": %s",
		    (int)ev_utf8_cut(text.ptr, text.len, 100), text.ptr, why);
	ev_run_text(run, &bytes);
	ev_buf_str(ev_run_begin(run), BYTES);
	put_hex(run->buf, bytes.text);
	ev_run_text(run, val);
	val->type = EV_SQL_BYTEA;
	return true;
}

static bool
length(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	(void)run;
	(void)node;
	return ev_result_int(out,
	    (int64_t)((arg[0].text.len - strlen(BYTES)) / 2));
}

#define I EV_SQL_INT4
#define T EV_SQL_TEXT
#define Y EV_SQL_BYTEA

const struct ev_func ev_func_code[] = {
    {"md5", T, {T}, md5, "the MD5 hash, hexadecimal", "md5('abc')",
	"\"900150983cd24fb0d6963f7d28e17f72\"", 0},
    {"md5", T, {Y}, md5, "the same of a hash", "md5(sha256('abc'))",
	"\"6758bdecb9389db85fa950e7fa2fce82\"", 0},
    {"sha224", Y, {T}, sha224, "the SHA-224 hash: \\x and hexadecimal digits",
	"left(sha224('abc')::text, 10)", "\"\\\\x23097d22\"", 0},
    {"sha224", Y, {Y}, sha224, "the same of a hash",
	"left(sha224(sha256('abc'))::text, 10)", "\"\\\\x8306c840\"", 0},
    {"sha256", Y, {T}, sha256, "the SHA-256 hash: \\x and hexadecimal digits",
	"left(sha256('abc')::text, 10)", "\"\\\\xba7816bf\"", 0},
    {"sha256", Y, {Y}, sha256, "the same of a hash",
	"left(sha256(sha256('abc'))::text, 10)", "\"\\\\x4f8b42c2\"", 0},
    {"sha384", Y, {T}, sha384, "the SHA-384 hash: \\x and hexadecimal digits",
	"left(sha384('abc')::text, 10)", "\"\\\\xcb00753f\"", 0},
    {"sha384", Y, {Y}, sha384, "the same of a hash",
	"left(sha384(sha256('abc'))::text, 10)", "\"\\\\x707c665f\"", 0},
    {"sha512", Y, {T}, sha512, "the SHA-512 hash: \\x and hexadecimal digits",
	"left(sha512('abc')::text, 10)", "\"\\\\xddaf35a1\"", 0},
    {"sha512", Y, {Y}, sha512, "the same of a hash",
	"left(sha512(sha256('abc'))::text, 10)", "\"\\\\x894d173c\"", 0},
    {"length", I, {Y}, length, "the number of a hash's bytes",
	"length(sha256('abc'))", "32", 0},
    {"octet_length", I, {Y}, length, "the same as length",
	"octet_length(sha224('abc'))", "28", 0},
    {"encode", T, {T, T}, encode, "the text's UTF-8 as hex, base64 or escape",
	"encode('naïve', 'base64')", "\"bmHDr3Zl\"", 0},
    {"encode", T, {Y, T}, encode, "a hash as hex, base64 or escape",
	"left(encode(sha256('abc'), 'hex'), 8)", "\"ba7816bf\"", 0},
    {"decode", T, {T, T}, decode,
	"the text that hex, base64 or escape stand for",
	"decode('6e61c3af7665', 'hex')", "\"naïve\"", 0},
    {.name = NULL},
};
