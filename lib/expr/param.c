/*
 * param: see param.h.
 */
#include "expr/param.h"

#include "base/nearest.h"
#include "base/utf8.h"

struct ev_param *
ev_params_find(const struct ev_params *params, struct ev_slice name)
{
	for (size_t i = 0; i < params->count; i++)
		if (ev_slice_equal(params->item[i].name, name))
			return &params->item[i];
	return NULL;
}

static bool
is_name(struct ev_slice name)
{
	if (!name.len || !ev_param_begins(*name.ptr) ||
	    ev_utf8_check(name.ptr, name.len) != name.len)
		return false;
	for (size_t i = 1; i < name.len; i++)
		if (!ev_param_has(name.ptr[i]))
			return false;
	return true;
}

/* The parameter of this name, made if there is none; NULL: it is no name. */
static struct ev_param *
take(struct ev_params *params, struct ev_arena *arena, struct ev_slice name,
    struct ev_err *err)
{
	struct ev_param *param = ev_params_find(params, name);

	if (param)
		return param;
	if (!is_name(name)) {
		ev_err_set(err, EV_BAD, EV_EXIT_USAGE,
		    "'%.*s' is no name for a parameter: letters, digits and "
		    "underscores, and no digit first",
		    (int)ev_utf8_cut(name.ptr, name.len, 60), name.ptr);
		return NULL;
	}
	params->item = ev_arena_grow(arena, params->item, params->count,
	    &params->cap, sizeof(*params->item));
	param = &params->item[params->count++];
	*param = (struct ev_param){.name = ev_arena_slice(arena, name)};
	return param;
}

enum ev_status
ev_params_text(struct ev_params *params, struct ev_arena *arena,
    struct ev_slice name, struct ev_slice text, struct ev_err *err)
{
	struct ev_param *param = take(params, arena, name, err);

	if (!param)
		return EV_BAD;
	param->kind = EV_PARAM_TEXT;
	param->text = ev_arena_slice(arena, text);
	return EV_OK;
}

enum ev_status
ev_params_json(struct ev_params *params, struct ev_arena *arena,
    struct ev_slice name, struct ev_value value, struct ev_err *err)
{
	static const enum ev_param_kind kinds[] = {[EV_NULL] = EV_PARAM_NULL,
	    [EV_FALSE] = EV_PARAM_FALSE,
	    [EV_TRUE] = EV_PARAM_TRUE,
	    [EV_NUMBER] = EV_PARAM_NUMBER,
	    [EV_STRING] = EV_PARAM_TEXT,
	    [EV_ARRAY] = EV_PARAM_TEXT,
	    [EV_OBJECT] = EV_PARAM_TEXT};
	struct ev_param *param = take(params, arena, name, err);
	struct ev_slice text = ev_value_raw(value);
	struct ev_buf scratch = {0};
	enum ev_status status = EV_OK;

	if (!param)
		return EV_BAD;
	if (value.type == EV_STRING)
		status = ev_value_text(value, &scratch, &text, err);
	param->kind = kinds[value.type];
	if (status == EV_OK)
		param->text = ev_arena_slice(arena, text);
	ev_buf_release(&scratch);
	return status;
}

void
ev_params_unknown(const struct ev_params *params, struct ev_slice name,
    struct ev_buf *out)
{
	struct ev_buf word = {0};
	struct ev_nearest nearest;

	ev_buf_slice(&word, name);
	nearest = ev_nearest_to(ev_buf_cstr(&word));
	for (size_t i = 0; i < params->count; i++)
		ev_nearest_offer(&nearest, params->item[i].name.ptr);
	name.len = ev_utf8_cut(name.ptr, name.len, 60);
	ev_buf_printf(out, "there is no parameter $%.*s", (int)name.len,
	    name.ptr);
	if (nearest.best)
		ev_buf_printf(out, "; did you mean $%s?", nearest.best);
	else
		ev_buf_printf(out,
		    ": give it with --arg %.*s=VALUE, or if a field is meant, "
		    "write %.*s",
		    (int)name.len, name.ptr, (int)name.len, name.ptr);
	ev_buf_release(&word);
}
