/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Each thread is a CPU: it has a number of its own while it is online, see
 * stub_online(). The copies for all CPUs lie a fixed distance apart.
 */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

#include <linux/types.h>

#define STUB_CPUS		64
#define PERCPU_STRIDE		512

extern __thread unsigned int stub_cpu;
extern unsigned int nr_cpu_ids;

#define per_cpu_ptr(ptr, cpu)						\
	((__typeof__(ptr))((char *)(ptr) + (cpu) * PERCPU_STRIDE))
#define this_cpu_ptr(ptr)	per_cpu_ptr(ptr, stub_cpu)

/* May be interrupted between load and store; others leave the value alone. */
#define __this_cpu_add(var, val)					\
({									\
	__typeof__(&(var)) __var = this_cpu_ptr(&(var));		\
	WRITE_ONCE(*__var, READ_ONCE(*__var) + (val));			\
})
#define __this_cpu_inc(var)	__this_cpu_add(var, 1)
#define __this_cpu_dec(var)	__this_cpu_add(var, -1)
#define __this_cpu_sub(var, val)	__this_cpu_add(var, -(val))

#endif /* _LINUX_PERCPU_DEFS_H */
