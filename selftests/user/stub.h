/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests may ask of the kernel that the stub headers make believe
 */
#ifndef _STUB_H
#define _STUB_H

#include <linux/types.h>

/* A thread must be online, as a CPU of its own, to use a vector. */
void stub_online(void);
void stub_offline(void);

/* Move to CPU @cpu, on which no other thread is. */
void stub_migrate(unsigned int cpu);

/* How many CPUs are possible. No vector may exist while this changes. */
void stub_set_cpus(unsigned int nr);

/* How often the kernel would have warned. */
unsigned int stub_bugs(void);

/* Allocations that were not freed; 0 unless built with STUB_CHECKS. */
long stub_allocated(void);

/*
 * Let this thread's @nth allocation from now on fail, and if @on all that
 * follow. 0 stops that.
 */
void stub_fail_alloc(unsigned long nth, bool on);

/* Whether an allocation has failed since then. */
bool stub_alloc_failed(void);

/* Do the work that was queued; returns whether there was any. */
bool stub_do_work(void);

#endif /* _STUB_H */
