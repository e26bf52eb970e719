/*
 * pict_java: random questions about the pictures of Java and what lib/expr
 * answers, to be asked of a real Java too (PictJava.java). Prints COUNT lines,
 * fields with tabs between; the same SEED gives the same lines:
 *
 *     write  MICROSECONDS  PICTURE  ZONE  ANSWER
 *     date   DAYS          PICTURE  -     ANSWER
 *     read   TEXT          PICTURE  ZONE  SECONDS.NANOS
 *     day    TEXT          PICTURE  -     DAYS
 *
 * An answer that is "error" is any error. Texts to be read are what is written
 * for their picture or one like it, often damaged a little. z is left out:
 * Java has names of its own for zones. p stands only where no number follows at
 * once, of which Java makes a ClassCastException.
 *
 *     pict_java SEED COUNT
 */
#include <inttypes.h>

#include "expr/pict_java.h"
#include "expr/time_parts.h"
#include "ask.h"

static const char *const pictures[] = {
    "yyyy-MM-dd",
    "yyyy-MM-dd HH:mm:ss",
    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "yyyy-MM-dd'T'HH:mm:ssX",
    "yyyy-MM-dd'T'HH:mm[:ss[.SSS]][XXX]",
    "dd/MM/yyyy hh:mm a",
    "yyyyMMdd",
    "yyyyMMddHHmmss",
    "yyyyMMddHHmmssSSS",
    "yyMMdd",
    "yyDDD",
    "EEE, d MMM yyyy HH:mm:ss Z",
    "EEEE, d MMMM yyyy",
    "M/d/yy h:mm a",
    "uuuu-MM-dd HH:mm:ss VV",
    "uuuu-MM-dd HH:mm:ssXXXXX'['VV']'",
    "YYYY-'W'ww-e",
    "YYYY-MM-dd",
    "YYYY-ww-EEE",
    "yyyy-MM-W-e",
    "yyyy-'Q'Q",
    "d. MMMM yyyy G",
    "HH:mm",
    "HH:mm:ss.SSSSSS",
    "h a",
    "yyyy",
    "yyyy-MM",
    "MM-dd",
    "DDD",
    "E",
    "N",
    "A",
    "yyyy-MM-dd A",
    "yyyy-DDD kk:mm",
    "yyyy-MM-dd KK:mm:ss a",
    "d MMM yyyy HH:mm O",
    "d MMM yyyy HH:mm OOOO",
    "ppppy-ppM-ppd ppH:ppm",
    "yyyy-MM-dd HH:mm:ss n",
};

static const char *const parts[] = {"G", "GGGG", "GGGGG", "u", "uu", "uuu",
    "uuuu", "uuuuu", "y", "yy", "yyy", "yyyy", "yyyyy", "D", "DD", "DDD", "M",
    "MM", "MMM", "MMMM", "MMMMM", "L", "LL", "LLL", "LLLL", "LLLLL", "d", "dd",
    "Q", "QQ", "QQQ", "QQQQ", "q", "qq", "Y", "YY", "YYYY", "YYYYY", "w", "ww",
    "W", "E", "EE", "EEE", "EEEE", "EEEEE", "e", "ee", "eee", "eeee", "c",
    "ccc", "cccc", "a", "h", "hh", "H", "HH", "k", "kk", "K", "KK", "m", "mm",
    "s", "ss", "S", "SSS", "SSSSSS", "SSSSSSSSS", "A", "AAA", "n", "nnn", "N",
    "VV", "O", "OOOO", "X", "XX", "XXX", "XXXX", "XXXXX", "x", "xx", "xxx",
    "xxxx", "xxxxx", "Z", "ZZ", "ZZZ", "ZZZZ", "ZZZZZ", "[", "]", "'at'", "''",
    "'o''clock'", "-", ":", ".", " ", "/", ", ", "é", "HHH", "aa", "{", "'",
    "b", "cc"};

static const char *const zone_names[] = {"UTC", "GMT", "Z", "+05:30", "-0930",
    "+2", "UTC+3", "GMT-08:00", "Europe/Paris", "Europe/London",
    "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Tokyo",
    "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Nowhere/Land",
    "CET-1CEST", "+19:00", ""};

/* Those of whole dates. */
static const char *const date_pictures[] = {"yyyy-MM-dd", "uuuu-MM-dd",
    "dd/MM/yy", "d/M/yyyy", "MM-dd-yyyy", "yyyyMMdd", "yyMMdd", "yyDDD",
    "yyyy-DDD", "d MMM yyyy", "EEE, d MMM yyyy", "EEEE, d MMMM yyyy",
    "MMMM d, yyyy G", "GGGG y-MM-dd", "YYYY-'W'ww-e", "YYYY-ww-EEE",
    "yyyy-MM-W-e", "yyyy-'Q'Q-MM-dd", "[EEE ]d MMM[ yyyy]", "ppd.ppM.yyyy"};

static struct ev_buf picture, text, answered;
static struct ev_java_picture *made;

/* A part, unless its letter goes on: of 11 to 18 letters of a year Java makes
 * an ArrayIndexOutOfBoundsException. */
static const char *
fresh(const char *part)
{
	return picture.len && strchr("uyY", *part) &&
		picture.ptr[picture.len - 1] == *part
	    ? "-"
	    : part;
}

static void
make_picture(bool date)
{
	picture.len = 0;
	if (date && below(3)) {
		ev_buf_str(&picture, ANY(date_pictures));
		return;
	}
	if (below(4)) {
		ev_buf_str(&picture, ANY(pictures));
		return;
	}
	for (int n = 1 + below(8); n > 0; n--) {
		ev_buf_str(&picture, fresh(ANY(parts)));
		if (!below(3))
			ev_buf_char(&picture, " -/:"[below(4)]);
	}
}

/* Mostly of our days, also when clocks are put back or on, and sometimes of
 * far ones. */
static int64_t
random_stamp(void)
{
	static const int64_t turns[] = {1635642000, 1616893200, 1636264800,
	    1615705200, 1633186800, 1617469200, 1325239200, 0, 951782400};
	int64_t day = EV_TIME_DAY;

	switch (below(8)) {
	case 0:
		return EV_TIME_STAMP_MIN +
		    (int64_t)(next() %
			(uint64_t)(EV_TIME_STAMP_END / 2 - EV_TIME_STAMP_MIN));
	case 1:
	case 2:
		return (ANY(turns) - EV_TIME_EPOCH) * EV_TIME_SECOND_USEC +
		    (below(16) - 8) * INT64_C(900000000) + below(3);
	case 3: /* days at the ends of years */
		return ((1900 + below(200)) * INT64_C(36525) / 100 - 730495) *
		    day +
		    below(10) * day;
	default:
		return (int64_t)(next() % (uint64_t)(300 * 365 * day)) -
		    200 * 365 * day;
	}
}

static struct ev_java_zone zone;
static const char *zone_name;

static bool
pick_zone(void)
{
	zone_name = ANY(zone_names);
	return ev_java_zone_find(&env, ev_slice_of(zone_name), &zone, &err) ==
	    EV_OK;
}

static void
print(const char *kind, struct ev_slice value, const char *in,
    enum ev_status status)
{
	printf("%s\t%.*s\t%.*s\t%s\t", kind, (int)value.len, value.ptr,
	    (int)picture.len, picture.ptr, in);
	if (status == EV_OK)
		printf("%.*s\n", (int)answered.len, answered.ptr);
	else
		puts("error");
}

static bool
read_picture(void)
{
	static struct ev_arena arena;

	if (!made)
		made = ev_java_picture_new(&arena);
	return ev_java_picture_set(made, ev_buf_as_slice(&picture), &err) ==
	    EV_OK;
}

static enum ev_status
write_stamp(int64_t stamp, struct ev_buf *out)
{
	out->len = 0;
	return read_picture()
	    ? ev_java_write_time(stamp, &zone, made, out, &err)
	    : EV_BAD;
}

static void
ask_write(void)
{
	int64_t stamp = random_stamp();
	bool found = pick_zone();

	make_picture(false);
	text.len = 0;
	ev_buf_printf(&text, "%" PRId64,
	    stamp + EV_TIME_EPOCH * EV_TIME_SECOND_USEC);
	print("write", ev_buf_as_slice(&text), zone_name,
	    found ? write_stamp(stamp, &answered) : EV_BAD);
}

static void
ask_date(void)
{
	int64_t days = random_stamp() / EV_TIME_DAY + EV_TIME_EPOCH_DAYS;

	make_picture(true);
	text.len = 0;
	ev_buf_printf(&text, "%" PRId64, days);
	answered.len = 0;
	print("date", ev_buf_as_slice(&text), "-",
	    read_picture() ? ev_java_write_date(days, made, &answered, &err)
			   : EV_BAD);
}

static bool
shows(char letter)
{
	return memchr(picture.ptr, letter, picture.len) != NULL;
}

/* A 53rd week that its year has not: the last one for Java 17, an error for
 * Java 25. E, e and a week: which of the days counts is chance in Java. */
static bool
undecided(void)
{
	return (shows('w') && memmem(text.ptr, text.len, "53", 2)) ||
	    (shows('E') && (shows('e') || shows('c')) &&
		(shows('w') || shows('W')));
}

/* A text for the picture, in some zone. */
static void
make_some_text(bool date)
{
	while (!pick_zone())
		;
	do
		make_picture(date);
	while (write_stamp(random_stamp(), &text) != EV_OK);
	if (!below(3))
		damage(&text, "0123456789 -+:.aAbPZ");
	if (!below(8))
		for (size_t i = 0; i < text.len; i++)
			if (text.ptr[i] >= 'a' && text.ptr[i] <= 'z')
				text.ptr[i] &= ~32;
	if (!below(10)) {
		answered.len = 0;
		ev_buf_slice(&answered, ev_buf_as_slice(&text));
		make_picture(date); /* another one */
	}
}

static void
make_text(bool date)
{
	do
		make_some_text(date);
	while (undecided());
}

static void
ask_read(void)
{
	enum ev_status status = EV_BAD;
	int64_t seconds;
	int nanos;

	make_text(false);
	if (pick_zone() && read_picture())
		status = ev_java_read_time(&env, ev_buf_as_slice(&text), made,
		    &zone, &seconds, &nanos, &err);
	answered.len = 0;
	if (status == EV_OK)
		ev_buf_printf(&answered, "%" PRId64 ".%09d", seconds, nanos);
	print("read", ev_buf_as_slice(&text), zone_name, status);
}

static void
ask_day(void)
{
	enum ev_status status = EV_BAD;
	int64_t days;

	make_text(true);
	if (read_picture())
		status = ev_java_read_date(&env, ev_buf_as_slice(&text), made,
		    &days, &err);
	answered.len = 0;
	if (status == EV_OK)
		ev_buf_printf(&answered, "%" PRId64, days);
	print("day", ev_buf_as_slice(&text), "-", status);
}

int
main(int argc, char **argv)
{
	static void (*const questions[])(void) = {ask_write, ask_read, ask_date,
	    ask_write, ask_read, ask_day};

	return ask_all(argc, argv, questions, COUNT_OF(questions));
}
