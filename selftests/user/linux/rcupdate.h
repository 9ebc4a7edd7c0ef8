/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RCU: liburcu's, or the eager one of this directory, for which see eager.c
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/bug.h>
#include <linux/types.h>

#ifdef STUB_EAGER_RCU

struct rcu_head {
	struct rcu_head	*next;
	void		(*func)(struct rcu_head *head);
};

void rcu_read_lock(void);
void rcu_read_unlock(void);
bool rcu_read_ongoing(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void rcu_barrier(void);
void synchronize_rcu(void);
void rcu_register_thread(void);
void rcu_unregister_thread(void);

#else

#define _LGPL_SOURCE
#include <urcu.h>

#endif

#define rcu_read_lock_any_held()	rcu_read_ongoing()
#define RCU_LOCKDEP_WARN(cond, msg)	WARN_ON(cond)

#endif /* _LINUX_RCUPDATE_H */
