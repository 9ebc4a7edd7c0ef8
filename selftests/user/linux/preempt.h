/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <linux/rcupdate.h>

/* Preemption off is an RCU read-side section. */
#define preempt_disable()	rcu_read_lock()
#define preempt_enable()	rcu_read_unlock()
#define in_nmi()		false
#define preemptible()		(!rcu_read_lock_any_held())

#endif /* _LINUX_PREEMPT_H */
