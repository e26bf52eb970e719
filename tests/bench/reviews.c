/*
 * reviews: makes the benchmark's data, the same for the same seed everywhere:
 * COUNT reviews as NDJSON or CSV, about 168 bytes each as NDJSON, or COUNT
 * users as CSV. In one of a hundred reviews the id is null or missing; one
 * message in fifty has UTF-8, one in twenty an escape.
 *
 *	reviews ndjson|csv|users COUNT [USERS]
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "random.h"

static const char *const words[] = {"the", "service", "was", "great", "really",
    "bad", "food", "cold", "staff", "friendly", "flight", "late", "never",
    "again", "would", "recommend", "to", "everyone", "my", "seat", "broken",
    "air", "hotel", "room", "clean", "noisy", "and", "price", "fair", "too",
    "high", "luggage", "lost"};
static const char *const wide[] = {"café", "größer", "naïve", "東京", "😀",
    "señor"};
static const char *const channels[] = {"web", "ios", "android", "phone",
    "walk-in"};

struct review {
	int64_t id; /* -1: null, -2: missing */
	unsigned user, rating, channel;
	time_t time;
	char message[256];
};

/* Words until about 60 bytes are there; `csv` writes quotes doubled and a
 * newline as itself, else both are escaped. */
static void
make_message(char *out, int csv)
{
	size_t target = 35 + random_below(50);
	char *at = out;

	while ((size_t)(at - out) < target) {
		unsigned luck = random_below(400);

		if (at > out)
			*at++ = ' ';
		if (luck < 8)
			at = stpcpy(at, wide[random_below(6)]);
		else if (luck < 10)
			at = stpcpy(at,
			    csv ? "say \"\"hi\"\"" : "say \\\"hi\\\"");
		else if (luck < 11)
			at = stpcpy(at, csv ? "line\nbreak" : "line\\nbreak");
		else
			at = stpcpy(at, words[random_below(33)]);
	}
	*at = '\0';
}

static void
make_review(struct review *review, int64_t number, unsigned users, int csv)
{
	unsigned luck = random_below(200);

	review->id = luck == 0 ? -1 : luck == 1 ? -2 : number;
	review->user = 1 + random_below(users);
	review->rating = 1 + random_below(5);
	review->channel = random_below(5);
	review->time = 1551136125 + number * 3 + random_below(3);
	make_message(review->message, csv);
}

static void
print_ndjson(const struct review *review, const char *time)
{
	if (review->id == -1)
		printf("{\"id\":null,");
	else if (review->id >= 0)
		printf("{\"id\":%" PRId64 ",", review->id);
	else
		printf("{");
	printf("\"userid\":%u,\"rating\":%u,\"message\":\"%s\","
	       "\"channel\":\"%s\",\"ts\":\"%s\"}\n",
	    review->user, review->rating, review->message,
	    channels[review->channel], time);
}

static void
print_csv(const struct review *review, const char *time)
{
	if (review->id >= 0)
		printf("%" PRId64, review->id);
	printf(strpbrk(review->message, "\"\n,") ? ",%u,%u,\"%s\",%s,%s\n"
						 : ",%u,%u,%s,%s,%s\n",
	    review->user, review->rating, review->message,
	    channels[review->channel], time);
}

static void
print_users(unsigned count)
{
	static const char *const status[] = {"bronze", "silver", "gold",
	    "platinum"};

	printf("id,first_name,last_name,email,gender,club_status,comments\n");
	for (unsigned i = 1; i <= count; i++) {
		const char *first = words[random_below(33)],
			   *last = words[random_below(33)];

		printf("%u,%s,%s,%s.%s%u@example.com,%s,%s,%s %s %s %s\n", i,
		    first, last, first, last, i,
		    random_below(2) ? "Female" : "Male",
		    status[random_below(4)], words[random_below(33)],
		    words[random_below(33)], words[random_below(33)],
		    words[random_below(33)]);
	}
}

int
main(int argc, char **argv)
{
	unsigned count = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	unsigned users = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1000;
	int csv = argc > 1 && !strcmp(argv[1], "csv");

	if (!count) {
		fprintf(stderr,
		    "usage: reviews ndjson|csv|users COUNT "
		    "[USERS]\n");
		return 64;
	}
	if (!strcmp(argv[1], "users")) {
		print_users(count);
		return fflush(stdout) ? 74 : 0;
	}
	if (csv)
		printf("id,userid,rating,message,channel,ts\n");
	for (unsigned i = 0; i < count; i++) {
		struct review review;
		char text[40];

		make_review(&review, i, users, csv);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ",
		    gmtime(&review.time));
		if (csv)
			print_csv(&review, text);
		else
			print_ndjson(&review, text);
	}
	return fflush(stdout) ? 74 : 0;
}
