/*
 * sysmem: how much memory there is to take.
 */
#ifndef EV_BASE_SYSMEM_H
#define EV_BASE_SYSMEM_H

#include <stdint.h>

/* Bytes that can be allocated without swapping: the kernel's MemAvailable
 * (proc(5)), or what the control group still allows if that is less. 1 GiB
 * where neither can be read. */
uint64_t ev_sysmem_available(void);

#endif
