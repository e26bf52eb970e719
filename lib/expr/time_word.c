/*
 * time_word: see time_word.h.
 */
#include "expr/time_word.h"

#include <stdlib.h>
#include <string.h>

/* Sorted by name. */
static const struct ev_time_word words[] = {
    {"-infinity", EV_WORD_SPECIAL, EV_SPECIAL_NEG_INFINITY},
    {"ad", EV_WORD_ERA, 0},
    {"allballs", EV_WORD_SPECIAL, EV_SPECIAL_ALLBALLS},
    {"am", EV_WORD_MERIDIEM, 0},
    {"apr", EV_WORD_MONTH, 4},
    {"april", EV_WORD_MONTH, 4},
    {"at", EV_WORD_IGNORED, 0},
    {"aug", EV_WORD_MONTH, 8},
    {"august", EV_WORD_MONTH, 8},
    {"bc", EV_WORD_ERA, 1},
    {"d", EV_WORD_UNIT, EV_UNIT_DAY},
    {"dec", EV_WORD_MONTH, 12},
    {"december", EV_WORD_MONTH, 12},
    {"dow", EV_WORD_UNIT, EV_UNIT_OTHER},
    {"doy", EV_WORD_UNIT, EV_UNIT_OTHER},
    {"dst", EV_WORD_DST, 0},
    {"epoch", EV_WORD_SPECIAL, EV_SPECIAL_EPOCH},
    {"feb", EV_WORD_MONTH, 2},
    {"february", EV_WORD_MONTH, 2},
    {"fri", EV_WORD_WEEKDAY, 5},
    {"friday", EV_WORD_WEEKDAY, 5},
    {"h", EV_WORD_UNIT, EV_UNIT_HOUR},
    {"infinity", EV_WORD_SPECIAL, EV_SPECIAL_INFINITY},
    {"isodow", EV_WORD_UNIT, EV_UNIT_OTHER},
    {"isoyear", EV_WORD_UNIT, EV_UNIT_OTHER},
    {"j", EV_WORD_UNIT, EV_UNIT_JULIAN},
    {"jan", EV_WORD_MONTH, 1},
    {"january", EV_WORD_MONTH, 1},
    {"jd", EV_WORD_UNIT, EV_UNIT_JULIAN},
    {"jul", EV_WORD_MONTH, 7},
    {"julian", EV_WORD_UNIT, EV_UNIT_JULIAN},
    {"july", EV_WORD_MONTH, 7},
    {"jun", EV_WORD_MONTH, 6},
    {"june", EV_WORD_MONTH, 6},
    {"m", EV_WORD_UNIT, EV_UNIT_MONTH},
    {"mar", EV_WORD_MONTH, 3},
    {"march", EV_WORD_MONTH, 3},
    {"may", EV_WORD_MONTH, 5},
    {"mm", EV_WORD_UNIT, EV_UNIT_MINUTE},
    {"mon", EV_WORD_WEEKDAY, 1},
    {"monday", EV_WORD_WEEKDAY, 1},
    {"nov", EV_WORD_MONTH, 11},
    {"november", EV_WORD_MONTH, 11},
    {"now", EV_WORD_SPECIAL, EV_SPECIAL_NOW},
    {"oct", EV_WORD_MONTH, 10},
    {"october", EV_WORD_MONTH, 10},
    {"on", EV_WORD_IGNORED, 0},
    {"pm", EV_WORD_MERIDIEM, 1},
    {"s", EV_WORD_UNIT, EV_UNIT_SECOND},
    {"sat", EV_WORD_WEEKDAY, 6},
    {"saturday", EV_WORD_WEEKDAY, 6},
    {"sep", EV_WORD_MONTH, 9},
    {"sept", EV_WORD_MONTH, 9},
    {"september", EV_WORD_MONTH, 9},
    {"sun", EV_WORD_WEEKDAY, 0},
    {"sunday", EV_WORD_WEEKDAY, 0},
    {"t", EV_WORD_ISO_TIME, EV_UNIT_TIME},
    {"thu", EV_WORD_WEEKDAY, 4},
    {"thur", EV_WORD_WEEKDAY, 4},
    {"thurs", EV_WORD_WEEKDAY, 4},
    {"thursday", EV_WORD_WEEKDAY, 4},
    {"today", EV_WORD_SPECIAL, EV_SPECIAL_TODAY},
    {"tomorrow", EV_WORD_SPECIAL, EV_SPECIAL_TOMORROW},
    {"tue", EV_WORD_WEEKDAY, 2},
    {"tues", EV_WORD_WEEKDAY, 2},
    {"tuesday", EV_WORD_WEEKDAY, 2},
    {"wed", EV_WORD_WEEKDAY, 3},
    {"wednesday", EV_WORD_WEEKDAY, 3},
    {"weds", EV_WORD_WEEKDAY, 3},
    {"y", EV_WORD_UNIT, EV_UNIT_YEAR},
    {"yesterday", EV_WORD_SPECIAL, EV_SPECIAL_YESTERDAY},
};

static int
by_name(const void *key, const void *entry)
{
	return strcmp(key, ((const struct ev_time_word *)entry)->name);
}

const struct ev_time_word *
ev_time_word_find(const char *name)
{
	return bsearch(name, words, sizeof(words) / sizeof(*words),
	    sizeof(*words), by_name);
}
