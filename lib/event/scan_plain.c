/*
 * scan_plain: the pass for every processor: with SSE2, which each x86 of 64
 * bits has, or 8 bytes a time.
 */
#include "event/scan_pass.h"

const struct ev_scan_pass ev_scan_plain = EV_SCAN_PASS;
