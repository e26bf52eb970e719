/*
 * record: the last committed mark of a pipeline, as its sink keeps it with the
 * data, and as the state folder has a copy of it: one JSON object
 *
 *	{"id":"RUN/SEQ","name":"unhappy","place":"/srv/unhappy.ndjson",
 *	"pos":{…},"wm":"…","via":[…],"side":{"/srv/bad.ndjson":"1234"},
 *	"time":"2026-…Z","final":"1", …}
 *
 * All values are strings but pos, via and side. Members that this version does
 * not know are kept.
 */
#ifndef EV_STATE_RECORD_H
#define EV_STATE_RECORD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/control.h"
#include "event/vector.h"

#define EV_RECORD_FIRST "0" /* the id before the first commit */

struct ev_record {
	char *id;    /* of the mark committed; "0": none yet */
	char *name;  /* of the pipeline */
	char *place; /* the sink's, absolute */
	struct ev_vector *pos;
	struct ev_vector *side; /* side outputs: place to committed length */
	char *via;              /* JSON array of strings */
	char *wm, *time;        /* watermark, when committed; "" : none */
	char *shard;            /* which of several it is, "2/4"; "" : none */
	bool final;             /* the stream ended for ever */
	char *more;             /* other members, as control.h has them; "" */
};

/* The present time, UTC, as records and marks have it:
 * "2026-11-22T17:15:12.345Z". */
#define EV_RECORD_TIME 32 /* bytes that it takes at most, with its NUL */
void ev_record_now(char time[EV_RECORD_TIME]);

/* A record before the first commit. Texts are copied. */
void ev_record_init(struct ev_record *record, const char *name,
    const char *place);
void ev_record_release(struct ev_record *record);

/* Reads what ev_record_build wrote. The record must be initialised; its former
 * contents are let go. EV_BAD: it is none, err says why, and the record is as
 * it was. */
enum ev_status ev_record_parse(struct ev_record *record, struct ev_slice json,
    struct ev_err *err);
/* Appends it as JSON, without a newline. */
void ev_record_build(const struct ev_record *record, struct ev_buf *out);

/* Makes it the record of this mark, which came in the stream of this begin:
 * id, pos merged, wm, via, final, and the time now. EV_BAD: its pos is none. */
enum ev_status ev_record_advance(struct ev_record *record, struct ev_slice via,
    const struct ev_control *mark, struct ev_err *err);

#endif
