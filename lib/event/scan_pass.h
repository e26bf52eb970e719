/*
 * scan_pass: the one pass over a line, after the grammar in token.h. A file
 * that includes it is the pass for the processor that it is compiled for
 * (scan_plain.c, scan_avx2.c) and ends with the struct ev_scan_pass of it.
 *
 * Events of one stream look alike, so the scanner guesses: the n-th member of
 * a line begins with the same bytes as the n-th of the line before (white
 * space, quotes, key and colon). One compare then replaces the key's scan and
 * the look-up of what was asked for: 0.17 of 0.58 s on 671 MB of reviews. A
 * wrong guess costs that compare.
 */
#ifndef EV_EVENT_SCAN_PASS_H
#define EV_EVENT_SCAN_PASS_H

#include "base/mem.h"
#include "event/scan_impl.h"

/* A string, number or word, which begins at s; sets value but for its end.
 * The two most common kinds first: a switch over all costs 2 % more. */
EV_TOKEN const char *
scalar(const char *s, struct ev_value *value, struct ev_fault *fault)
{
	value->escaped = false;
	if (*s == '"') {
		value->type = EV_STRING;
		return ev_token_string(s, &value->escaped, fault);
	}
	if (ev_token_digit(*s) || *s == '-') {
		value->type = EV_NUMBER;
		return ev_token_number(s, fault);
	}
	value->type = *s == 't' ? EV_TRUE : *s == 'f' ? EV_FALSE : EV_NULL;
	return ev_token_word(s, fault);
}

/* A key and its colon; returns the address of the value. */
EV_TOKEN const char *
key_of(const char *s, struct ev_value *key, struct ev_fault *fault)
{
	*key = (struct ev_value){s, 0, EV_STRING, false};
	if (*s != '"')
		return ev_token_fault(fault, s, "a key must be a string");
	s = ev_token_string(s, &key->escaped, fault);
	if (!s)
		return NULL;
	key->len = (uint32_t)(s - key->ptr);
	s = ev_token_space(s);
	if (*s != ':')
		return ev_token_fault(fault, s, "no colon after a key");
	return ev_token_space(s + 1);
}

/*
 * An object or array of which nothing is wanted, nested `depth` deep: a loop
 * with one bit a level (1: object) instead of recursion.
 */
static const char *
skip_container(const char *s, unsigned depth, struct ev_fault *fault)
{
	uint64_t is_object[EV_SCAN_DEPTH / 64];
	const unsigned floor = depth;
	struct ev_value value;
	bool object;

open:
	if (depth == EV_SCAN_DEPTH)
		return ev_token_fault(fault, s, "nested more than 1024 deep");
	object = *s == '{';
	is_object[depth / 64] &= ~(UINT64_C(1) << depth % 64);
	is_object[depth / 64] |= (uint64_t)object << depth % 64;
	depth++;
	s = ev_token_space(s + 1);
	if (*s == (object ? '}' : ']'))
		goto close;
item:
	if (object) {
		s = key_of(s, &value, fault);
		if (!s)
			return NULL;
	}
	if (*s == '{' || *s == '[')
		goto open;
	s = scalar(s, &value, fault);
	if (!s)
		return NULL;
next:
	s = ev_token_space(s);
	if (*s == ',') {
		s = ev_token_space(s + 1);
		goto item;
	}
	if (*s != (object ? '}' : ']'))
		return ev_token_fault(fault, s,
		    object ? "no comma or } after a member"
			   : "no comma or ] after an element");
close:
	s++;
	if (--depth == floor)
		return s;
	object = is_object[(depth - 1) / 64] >> (depth - 1) % 64 & 1;
	goto next;
}

/* Of two members of one name the last one counts: what was found below an
 * earlier one is forgotten. */
static void
forget(struct ev_scan *scan, const struct node *node)
{
	for (unsigned i = 0; i < node->children; i++) {
		if (node->child[i].slot >= 0)
			scan->field[node->child[i].slot].type = EV_MISSING;
		forget(scan, &node->child[i]);
	}
}

static const struct node *
wanted(const struct node *node, struct ev_value key)
{
	for (unsigned i = 0; i < node->children; i++) {
		const struct node *child = &node->child[i];

		if (key.escaped
			? ev_value_text_is(key, child->key)
			: ev_slice_equal(ev_value_inner(key), child->key))
			return child;
	}
	return NULL;
}

/* *s stands behind a member's value. True: behind the comma now, and another
 * member follows; false: behind the object's brace, or NULL. */
EV_TOKEN bool
follows(const char **s, struct ev_fault *fault)
{
	const char *p = *s;

	if (*p != ',')
		p = ev_token_space(p);
	if (*p == ',') {
		*s = p + 1;
		return true;
	}
	if (*p == '}')
		*s = p + 1;
	else
		*s = ev_token_fault(fault, p, "no comma or } after a member");
	return false;
}

/* The members of an object below the top level, where some are wanted. s
 * stands at the brace. Recursion is as deep as the paths asked for. */
static const char *
nested_object(struct ev_scan *scan, const struct node *node, const char *s,
    unsigned depth)
{
	struct ev_fault *fault = &scan->fault;

	if (depth == EV_SCAN_DEPTH)
		return ev_token_fault(fault, s, "nested more than 1024 deep");
	s = ev_token_space(s + 1);
	if (*s == '}')
		return s + 1;
	do {
		struct ev_value key, value;
		const struct node *child;

		value.ptr = key_of(ev_token_space(s), &key, fault);
		if (!value.ptr)
			return NULL;
		child = wanted(node, key);
		if (child && child->children)
			forget(scan, child);
		value.escaped = false;
		if (*value.ptr == '{' || *value.ptr == '[') {
			value.type = *value.ptr == '{' ? EV_OBJECT : EV_ARRAY;
			s = child && child->children && value.type == EV_OBJECT
			    ? nested_object(scan, child, value.ptr, depth + 1)
			    : skip_container(value.ptr, depth + 1, fault);
		} else {
			s = scalar(value.ptr, &value, fault);
		}
		if (!s)
			return NULL;
		value.len = (uint32_t)(s - value.ptr);
		if (child && child->slot >= 0)
			scan->field[child->slot] = value;
	} while (follows(&s, fault));
	return s;
}

/* True if the bytes at s are the guess. */
#ifdef EV_SIMD
EV_TOKEN bool
guessed(const struct guess *guess, const char *s)
{
	const char *text = guess->text;
	uint32_t same = ev_simd_mask(
	    ev_simd_equal(ev_simd_load(s), ev_simd_load(text)));

	if (EV_SIMD < GUESS_LEN && guess->len > EV_SIMD)
		same |= ev_simd_mask(ev_simd_equal(ev_simd_load(s + EV_SIMD),
			    ev_simd_load(text + EV_SIMD)))
		    << EV_SIMD % GUESS_LEN;
	return !(~same & guess->mask);
}
#else
EV_TOKEN bool
guessed(const struct guess *guess, const char *s)
{
	return guess->len && !memcmp(s, guess->text, guess->len);
}
#endif

/* A member's key the long way: s stands behind the brace or comma. Fills
 * guess for the next line; returns the address of the value. */
static const char *
read_key(struct ev_scan *scan, struct guess *guess, const char *s)
{
	struct ev_value key;
	const char *value;

	scan->changes++;
	no_guess(guess);
	value = key_of(ev_token_space(s), &key, &scan->fault);
	if (!value)
		return NULL;
	if (guess == scan->guess && ev_value_text_is(key, EV_SLICE("~ev")))
		return ev_token_fault(&scan->fault, key.ptr,
		    "the key ~ev is reserved for control lines");
	guess->node = wanted(&scan->root, key);
	guess->wanted = guess->node || scan->want_members;
	guess->escaped = key.escaped;
	guess->key_at = (unsigned)(key.ptr - s);
	guess->key_len = key.len;
	if (value - s <= GUESS_LEN && guess != &scan->guess[GUESSES]) {
		guess->len = (unsigned)(value - s);
		memcpy(guess->text, s, guess->len);
		guess->mask = UINT32_MAX >> (GUESS_LEN - guess->len);
	}
	return value;
}

EV_TOKEN void
found(struct ev_scan *scan, const struct node *node, struct ev_value value)
{
	if (node->slot >= 0)
		scan->field[node->slot] = value;
	/* What was below an earlier member of this name does not count. */
	if (node->children && value.type != EV_OBJECT)
		forget(scan, node);
}

static void
add_member(struct ev_scan *scan, const struct guess *guess, const char *s,
    struct ev_value value)
{
	if (scan->members == scan->member_cap) {
		scan->member_cap = scan->member_cap ? scan->member_cap * 2 : 16;
		scan->member = ev_mem_realloc(scan->member,
		    scan->member_cap * sizeof(*scan->member));
	}
	scan->member[scan->members++] =
	    (struct ev_member){{s + guess->key_at, guess->key_len, EV_STRING,
				   guess->escaped},
		value};
}

/* An object or array that is a member of the top level. */
static const char *
container(struct ev_scan *scan, const struct node *node, struct ev_value *value)
{
	value->escaped = false;
	value->type = *value->ptr == '{' ? EV_OBJECT : EV_ARRAY;
	if (node && node->children && value->type == EV_OBJECT) {
		forget(scan, node);
		return nested_object(scan, node, value->ptr, 1);
	}
	return skip_container(value->ptr, 1, &scan->fault);
}

/* The value of a member of the top level, which begins at value->ptr or behind
 * white space there. Most are strings and numbers without any, and then nobody
 * has to ask for the rest: 3 % of a filter's instructions. */
EV_TOKEN const char *
member_value(struct ev_scan *scan, const struct node *node,
    struct ev_value *value)
{
	char first = *value->ptr;

	if (first != '"' && !ev_token_digit(first) && first != '-') {
		value->ptr = ev_token_space(value->ptr);
		if (*value->ptr == '{' || *value->ptr == '[')
			return container(scan, node, value);
	}
	return scalar(value->ptr, value, &scan->fault);
}

/* The top-level object; s stands behind its brace. Returns the address behind
 * the closing brace. */
EV_TOKEN const char *
members(struct ev_scan *scan, const char *s)
{
	struct guess *guess = scan->guess;
	const char *from;

	for (;; guess = guess->next) {
		struct ev_value value;

		from = s;
		if (guessed(guess, s))
			value.ptr = s + guess->len;
		else if (s[-1] == '{' && *ev_token_space(s) == '}')
			return ev_token_space(s) + 1;
		else if (!(value.ptr = read_key(scan, guess, s)))
			return NULL;
		s = member_value(scan, guess->node, &value);
		if (!s)
			return NULL;
		if (guess->wanted) {
			value.len = (uint32_t)(s - value.ptr);
			if (guess->node)
				found(scan, guess->node, value);
			if (scan->want_members)
				add_member(scan, guess, from, value);
		}
		if (!follows(&s, &scan->fault))
			return s;
	}
}

static __attribute__((noinline, cold)) const char *
refuse(const struct ev_scan *scan, const char **fault)
{
	*fault = scan->fault.at;
	return rawmemchr(scan->fault.at, '\n');
}

/* Nothing may stand behind the value. Returns the newline. */
EV_TOKEN const char *
line_end(struct ev_scan *scan, const char *s, const char **fault)
{
	*fault = NULL;
	if (!s)
		return refuse(scan, fault);
	s = ev_token_space(s);
	if (*s == '\n')
		return s;
	ev_token_fault(&scan->fault, s, "something stands behind the value");
	return refuse(scan, fault);
}

/* Lines begin with nothing found. */
EV_TOKEN void
begin(struct ev_scan *scan)
{
	struct ev_value *field = scan->field, *end = field + scan->fields;

	scan->members = 0;
	for (; field < end; field++)
		field->type = EV_MISSING;
}

static const char *
scan_line(struct ev_scan *scan, const char *ptr, const char **fault)
{
	const char *s = ev_token_space(ptr);

	begin(scan);
	if (*s != '{')
		s = ev_token_fault(&scan->fault, s, "not a JSON object");
	else
		s = members(scan, s + 1);
	return line_end(scan, s, fault);
}

static const char *
scan_any(struct ev_scan *scan, const char *ptr, const char **fault)
{
	const char *s = ev_token_space(ptr);
	struct ev_value value;

	if (*s == '{' || *s == '[')
		s = skip_container(s, 0, &scan->fault);
	else
		s = scalar(s, &value, &scan->fault);
	return line_end(scan, s, fault);
}

static const char *
scan_text(const char *ptr)
{
	struct ev_fault fault;
	struct ev_value value;
	const char *s = ev_token_space(ptr);

	if (*s == '{' || *s == '[')
		s = skip_container(s, 1, &fault);
	else
		s = scalar(s, &value, &fault);
	if (!s)
		return fault.reason;
	return *ev_token_space(s) == '\n' ? NULL
					  : "something stands behind the value";
}

#define EV_SCAN_PASS \
	{ \
		scan_line, scan_any, scan_text \
	}

#endif
