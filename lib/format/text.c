/*
 * text: see text.h.
 */
#include "format/text.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "event/build.h"
#include "format/lines.h"

struct text {
	struct ev_decoder decoder;
	struct ev_lines *lines;
	char *field;
	size_t max_event;
};

static enum ev_status
text_next(struct ev_decoder *decoder, struct ev_buf *out,
    struct ev_record *record, struct ev_err *err)
{
	struct text *text = (struct text *)decoder;
	enum ev_status status = ev_lines_next(text->lines, record, err);
	size_t mark = out->len;

	if (status != EV_OK)
		return status;
	ev_build_open(out);
	ev_build_key(out, ev_slice_of(text->field));
	ev_build_text(out, record->input);
	ev_build_close(out);
	if (out->len - mark <= text->max_event)
		return EV_OK;
	out->len = mark;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "longer than %zu bytes as an event", text->max_event);
}

static struct ev_behind
text_behind(const struct ev_decoder *decoder)
{
	return ev_lines_behind(((const struct text *)decoder)->lines);
}

static enum ev_status
text_go(struct ev_decoder *decoder, const struct ev_behind *behind,
    uint64_t *at, struct ev_err *err)
{
	(void)err;
	ev_lines_go(((struct text *)decoder)->lines, behind, at);
	return EV_OK;
}

static void
text_free(struct ev_decoder *decoder)
{
	struct text *text = (struct text *)decoder;

	ev_lines_free(text->lines);
	free(text->field);
	free(text);
}

enum ev_status
ev_text_open(struct ev_decoder **decoder, struct ev_input *in,
    const struct ev_text_settings *settings, struct ev_err *err)
{
	struct ev_slice field = ev_slice_of(
	    settings->field ? settings->field : "message");
	struct text *text;

	if (ev_utf8_check(field.ptr, field.len) < field.len)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "the field's name is not UTF-8");
	if (ev_slice_is(field, "~ev"))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "the field's name ~ev is reserved");
	text = ev_mem_zalloc(1, sizeof(*text));
	text->decoder.next = text_next;
	text->decoder.behind = text_behind;
	text->decoder.go = text_go;
	text->decoder.free = text_free;
	text->lines = ev_lines_new(in, settings->max_event);
	text->field = ev_mem_text(field);
	text->max_event = settings->max_event;
	*decoder = &text->decoder;
	return EV_OK;
}
