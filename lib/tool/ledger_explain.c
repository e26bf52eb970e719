/*
 * ledger_explain: what --explain says of a named pipeline's record, wherever
 * that is kept.
 */
#include <stdio.h>
#include <string.h>

#include "tool/ledger.h"
#include "tool/tool.h"

static void
print(const struct ev_record *record)
{
	struct ev_slice key, value;

	if (!strcmp(record->id, EV_RECORD_FIRST)) {
		printf("record: of no commit yet\n");
		return;
	}
	printf("record: %s, committed %s%s%s%s\n", record->id, record->time,
	    *record->wm ? ", watermark " : "", record->wm,
	    record->final ? ", final: nothing more will come" : "");
	for (size_t i = 0; i < ev_vector_count(record->pos); i++) {
		ev_vector_at(record->pos, i, &key, &value);
		printf("position: %.*s at %.*s\n", (int)key.len, key.ptr,
		    (int)value.len, value.ptr);
	}
	for (size_t i = 0; i < ev_vector_count(record->side); i++) {
		ev_vector_at(record->side, i, &key, &value);
		printf("side output: %.*s, %.*s bytes\n", (int)key.len, key.ptr,
		    (int)value.len, value.ptr);
	}
}

void
ev_ledger_explain(struct ev_slice text)
{
	struct ev_record record;
	struct ev_err err;

	if (!text.len) {
		printf("record: none yet\n");
		return;
	}
	ev_record_init(&record, "", "");
	if (ev_record_parse(&record, text, &err) != EV_OK)
		ev_tool_fail(&err);
	print(&record);
	ev_record_release(&record);
}
