/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

#include <linux/bug.h>
#include <linux/percpu-defs.h>

void *stub_percpu_alloc(void);
void free_percpu(void *ptr);

#define alloc_percpu_gfp(type, gfp)					\
({									\
	BUILD_BUG_ON(sizeof(type) > PERCPU_STRIDE);			\
	(void)(gfp);							\
	(type *)stub_percpu_alloc();					\
})

#define num_possible_cpus()	nr_cpu_ids
#define for_each_possible_cpu(cpu)					\
	for ((cpu) = 0; (cpu) < (int)nr_cpu_ids; (cpu)++)

#endif /* _LINUX_PERCPU_H */
