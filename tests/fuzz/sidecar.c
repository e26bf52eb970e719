/*
 * sidecar: any bytes as a sidecar, and as a record. What is taken must be JSON
 * to jansson, and must say the same when it was written and read again.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "state/record.h"
#include "state/sidecar.h"

static void
check_json(struct ev_slice text)
{
	json_t *json = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, NULL);

	/* jansson takes no lone surrogates, which may stand in a member that
	 * nobody reads, and no such depth. */
	if (!json && !memmem(text.ptr, text.len, "\\u", 2) &&
	    !memchr(text.ptr, '[', text.len))
		abort();
	json_decref(json);
}

static void
check_sidecar(struct ev_slice text)
{
	struct ev_sidecar sidecar, again;
	struct ev_buf out = {0};

	if (ev_sidecar_parse(text, &sidecar, NULL) == EV_OK) {
		check_json(text);
		ev_sidecar_build(&sidecar, &out);
		if (ev_sidecar_parse(ev_buf_as_slice(&out), &again, NULL) !=
			EV_OK ||
		    again.length != sidecar.length ||
		    again.first != sidecar.first ||
		    again.last != sidecar.last || again.log != sidecar.log ||
		    again.final != sidecar.final ||
		    strcmp(again.open, sidecar.open) ||
		    strcmp(again.record, sidecar.record) ||
		    memcmp(&again.hash, &sidecar.hash, sizeof(again.hash)))
			abort();
		ev_sidecar_release(&again);
	}
	ev_sidecar_release(&sidecar);
	ev_buf_release(&out);
}

static void
check_record(struct ev_slice text)
{
	struct ev_record record;
	struct ev_buf once = {0}, twice = {0};

	ev_record_init(&record, "", "");
	if (ev_record_parse(&record, text, NULL) == EV_OK) {
		check_json(text);
		ev_record_build(&record, &once);
		if (ev_record_parse(&record, ev_buf_as_slice(&once), NULL) !=
		    EV_OK)
			abort();
		ev_record_build(&record, &twice);
		if (!ev_slice_equal(ev_buf_as_slice(&once),
			ev_buf_as_slice(&twice)))
			abort();
	}
	ev_record_release(&record);
	ev_buf_release(&once);
	ev_buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice text = {(const char *)data, size};

	check_sidecar(text);
	check_record(text);
	return 0;
}
