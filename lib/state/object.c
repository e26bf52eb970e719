/*
 * object: see object.h.
 */
#include "state/object.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "event/scan.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Without its line end and the blanks around it, which are not the value's. */
static struct ev_slice
trimmed(struct ev_slice json)
{
	if (json.len && json.ptr[json.len - 1] == '\n')
		json.len--;
	while (json.len && is_blank(json.ptr[json.len - 1]))
		json.len--;
	while (json.len && is_blank(*json.ptr)) {
		json.ptr++;
		json.len--;
	}
	return json;
}

enum ev_status
ev_object_read(struct ev_slice json, const char *what, struct ev_buf *own,
    struct ev_value *object, struct ev_err *err)
{
	struct ev_scan *scan = ev_scan_new();
	enum ev_status status = EV_OK;
	const char *fault, *end;

	json = trimmed(json);
	own->len = 0;
	ev_buf_reserve(own, json.len + 1 + EV_SCAN_PADDING);
	ev_buf_slice(own, json);
	ev_buf_char(own, '\n');
	memset(own->ptr + own->len, 0, EV_SCAN_PADDING);
	end = ev_scan_line(scan, own->ptr, &fault);
	if (fault)
		status = ev_err_set(err, EV_BAD, EV_EXIT_DISAGREE,
		    "%s is damaged: %s", what, ev_scan_reason(scan));
	else if (end != own->ptr + json.len)
		status = ev_err_set(err, EV_BAD, EV_EXIT_DISAGREE,
		    "%s is damaged: it is more than one line", what);
	ev_scan_free(scan);
	*object = (struct ev_value){own->ptr, (uint32_t)json.len, EV_OBJECT,
	    false};
	return status;
}

enum ev_status
ev_object_each(struct ev_slice json, const char *what, ev_object_take *take,
    void *arg, struct ev_err *err)
{
	struct ev_buf own = {0};
	struct ev_value object;
	struct ev_member member;
	const char *at = NULL;
	enum ev_status status = ev_object_read(json, what, &own, &object, err);

	while (status == EV_OK && ev_value_next(object, &at, &member))
		status = take(arg, &member, err);
	ev_buf_release(&own);
	return status;
}

enum ev_status
ev_object_wrong(const char *what, const struct ev_member *member,
    const char *wanted, struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DISAGREE,
	    "%s is damaged: %.*s is not %s", what,
	    (int)ev_utf8_cut(member->key.ptr, member->key.len, 60),
	    member->key.ptr, wanted);
}

enum ev_status
ev_object_text(const char *what, const struct ev_member *member, char **text,
    struct ev_err *err)
{
	struct ev_buf scratch = {0};
	struct ev_slice plain;
	enum ev_status status = EV_BAD;

	if (member->value.type == EV_STRING)
		status = ev_value_text(member->value, &scratch, &plain, NULL);
	if (status == EV_OK) {
		free(*text);
		*text = ev_mem_text(plain);
	} else {
		ev_object_wrong(what, member, "text", err);
	}
	ev_buf_release(&scratch);
	return status;
}

enum ev_status
ev_object_number(const char *what, const struct ev_member *member,
    uint64_t *number, struct ev_err *err)
{
	struct ev_slice digits;
	uint64_t n = 0;

	if (member->value.type != EV_STRING)
		return ev_object_wrong(what, member, "a number in quotes", err);
	digits = ev_value_inner(member->value);
	for (size_t i = 0; i < digits.len; i++) {
		unsigned digit = (unsigned char)digits.ptr[i] - '0';

		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			digits.len = 0;
		else
			n = n * 10 + digit;
	}
	if (!digits.len)
		return ev_object_wrong(what, member, "a number in quotes", err);
	*number = n;
	return EV_OK;
}
