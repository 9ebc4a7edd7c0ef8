/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/bug.h>
#include <linux/rcupdate.h>

/* Whoever may sleep must not do so in an operation. */
#define might_sleep()		WARN_ON(rcu_read_lock_any_held())
#define cond_resched()		might_sleep()

#endif /* _LINUX_SCHED_H */
