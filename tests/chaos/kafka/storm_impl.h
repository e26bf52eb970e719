/* storm_impl: what storm.c and fault.c share. */
#ifndef CHAOS_KAFKA_STORM_IMPL_H
#define CHAOS_KAFKA_STORM_IMPL_H

#include "base/buf.h"
#include "loop.h"
#include "storm.h"
#include "stream.h"

enum { SOURCE, FILTER, SINK };

#define LATER 8

struct weather {
	const struct storm *storm;
	struct storm_result *result;
	struct cluster *cluster;
	uint64_t chance;
	char *in, *out; /* topics */
	struct feeder *feeder;
	struct reader *reader; /* of what comes out */
	struct reader *given;  /* of what went in */
	struct loop main;      /* the pipeline */
	struct loop other;     /* the same on another machine */
	struct loop second;    /* the same on the same one */
	unsigned second_from;  /* starts of main when second began */
	int positions;         /* the partition that has the record, or -1 */
	struct later {
		int64_t due; /* ev_clock_steady(); 0: none */
		void (*what)(struct weather *weather, long arg);
		long arg;
	} later[LATER];
	struct ev_buf overtaken; /* the record here when a race began */
	struct awaited {         /* a start that is to die or stop somewhere */
		struct loop *loop; /* NULL: none */
		unsigned start;    /* in this start of it */
		/* when the sink has stopped; NULL: it dies */
		void (*then)(struct weather *weather, long pid);
	} awaited;
	uint32_t unknown; /* events, when a broker that is deposed goes on */
	bool dark;        /* no broker is there: nothing is fed */
	int64_t begin;    /* of the run */
	int64_t progress; /* when an event was last seen */
	int64_t strike;   /* when the next fault is due, or 0 */
	double credit;    /* events that may be sent */
	int64_t fed;      /* when that was reckoned */
	int64_t whole;    /* since when all brokers are there */
};

/* result->why; returns false. */
bool storm_wrong(struct weather *weather, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A comment, with the time and how far the reader is. */
void storm_say(struct weather *weather, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- fault.c ------------------------------------------------------------- */

bool fault_known(const char *name);
/* True where it can be dealt now. */
bool fault_ready(const struct weather *weather, const char *name);
/* Deals it. False, with result->why. */
bool fault_deal(struct weather *weather, const char *name);
/* What faults have left to be done. */
void fault_tick(struct weather *weather);
/* Nothing is left to be done. */
bool fault_over(const struct weather *weather);

#endif
