#!/usr/bin/awk -f
# orders.ndjson.make [ORDERS]: what happens to orders: placed, paid or not,
# shipped or cancelled. The same for the same number.
function below(n) { # Park and Miller: the same numbers in every awk
  state = state * 16807 % 2147483647
  return int(state / 2147483647 * n)
}
BEGIN {
  state = 20190327
  orders = ARGC > 1 ? ARGV[1] : 10000
  for (n = 1; n <= orders; n++) {
    printf "{\"type\":\"placed\",\"order\":%d,\"customer\":\"c%d\",\"total\":%d.%02d}\n",
      n, below(300), below(1000), below(100)
    if (n > 3) {
      told = n - 3
      what = below(10) ? "paid" : "cancelled"
      printf "{\"type\":\"%s\",\"order\":%d}\n", what, told
      if (what == "paid" && below(5))
        printf "{\"type\":\"shipped\",\"order\":%d}\n", told
    }
  }
}
