#!/bin/sh
# reviews.csv.make [COUNT]: prints COUNT reviews (20000) as CSV, the same every
# time. As with every web form, some arrive without an id: one in a hundred.
set -eu
exec awk -v count="${1:-20000}" '
  # The generator of Park and Miller: the same numbers in every awk.
  function below(n) {
    state = state * 16807 % 2147483647
    return int(state / 2147483647 * n)
  }
  BEGIN {
    state = 20190325
    channels = split("web ios android phone walk-in", channel, " ")
    thoughts = split("meh|why is it so difficult to keep the bathrooms clean?|" \
      "thank you for the most friendly and helpful experience|" \
      "worst. flight. ever. #neveragain|is this as good as it gets? really?|" \
      "your team here rocks!|more peanuts please|café was closed again|" \
      "surprisingly good - maybe you are getting your mojo back|" \
      "expensive! that is all I can say|the bed was too short for me", thought, "|")
    print "id,userid,rating,message,channel,ts"
    for (i = 1; i <= count; i++) {
      id = below(100) ? i : ""
      # A few were written by customers who have left: users.csv lacks them.
      user = 1 + below(21)
      stars = 1 + below(5)
      text = thought[1 + below(thoughts)]
      printf "%s,%d,%d,%s,%s,%d\n", id, user, stars, text,
        channel[1 + below(channels)], 1551136125 + i * 3
    }
  }'
