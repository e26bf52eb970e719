/*
 * pict_words: see pict_words.h.
 */
#include "expr/pict_words.h"

#include <stddef.h>

const char *const ev_pict_months[13] = {"January", "February", "March", "April",
    "May", "June", "July", "August", "September", "October", "November",
    "December", NULL};

const char *const ev_pict_months_short[13] = {"Jan", "Feb", "Mar", "Apr", "May",
    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", NULL};

const char *const ev_pict_days[8] = {"Sunday", "Monday", "Tuesday", "Wednesday",
    "Thursday", "Friday", "Saturday", NULL};

const char *const ev_pict_days_short[8] = {"Sun", "Mon", "Tue", "Wed", "Thu",
    "Fri", "Sat", NULL};

const char *const ev_pict_romans[13] = {"XII", "XI", "X", "IX", "VIII", "VII",
    "VI", "V", "IV", "III", "II", "I", NULL};
