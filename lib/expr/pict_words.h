/*
 * pict_words: the words that pictures write and read (locale C; TM changes
 * nothing but the padding).
 */
#ifndef EV_EXPR_PICT_WORDS_H
#define EV_EXPR_PICT_WORDS_H

extern const char *const ev_pict_months[13]; /* all end with NULL */
extern const char *const ev_pict_months_short[13];
extern const char *const ev_pict_days[8]; /* from Sunday */
extern const char *const ev_pict_days_short[8];
/* Months as Roman numbers, XII first, so that the longer is met first. */
extern const char *const ev_pict_romans[13];

#endif
