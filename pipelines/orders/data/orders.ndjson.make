#!/usr/bin/awk -f
# orders.ndjson.make [ORDERS]: what happens to orders: placed, paid or not,
# shipped or cancelled. The same for the same number.
BEGIN {
  srand(7)
  orders = ARGC > 1 ? ARGV[1] : 10000
  for (n = 1; n <= orders; n++) {
    printf "{\"type\":\"placed\",\"order\":%d,\"customer\":\"c%d\",\"total\":%d.%02d}\n",
      n, rand() * 300, rand() * 1000, rand() * 100
    if (n > 3) {
      told = n - 3
      what = rand() < 0.9 ? "paid" : "cancelled"
      printf "{\"type\":\"%s\",\"order\":%d}\n", what, told
      if (what == "paid" && rand() < 0.8)
        printf "{\"type\":\"shipped\",\"order\":%d}\n", told
    }
  }
}
