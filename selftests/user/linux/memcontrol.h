/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MEMCONTROL_H
#define _LINUX_MEMCONTROL_H

#include <linux/kernel.h>
#include <linux/sched/signal.h>

struct mem_cgroup;

static inline struct mem_cgroup *get_mem_cgroup_from_mm(const void *mm)
{
	return NULL;
}

static inline void mem_cgroup_put(struct mem_cgroup *memcg)
{
	WARN_ON(memcg);
}

#endif /* _LINUX_MEMCONTROL_H */
