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

#elif defined(STUB_QSBR)

/*
 * As cheap as in a kernel, to measure: a section is a count in a word of this
 * thread, as it is one in a word of a CPU or task there, and grace periods wait for
 * a moment that the thread names, rcu_quiescent_state(). What is left out is the
 * look whether to preempt, a jump that is not taken.
 */
#define _LGPL_SOURCE
#include <urcu-qsbr.h>
#undef rcu_read_lock
#undef rcu_read_unlock
#undef rcu_read_ongoing

extern __thread unsigned int stub_sections;

static inline void rcu_read_lock(void)
{
	stub_sections++;
	barrier();
}

static inline void rcu_read_unlock(void)
{
	barrier();
	stub_sections--;
}

static inline bool rcu_read_ongoing(void)
{
	return stub_sections;
}

#else

#define _LGPL_SOURCE
#include <urcu.h>

#endif

#define rcu_read_lock_any_held()	rcu_read_ongoing()
#define RCU_LOCKDEP_WARN(cond, msg)	WARN_ON(cond)

#endif /* _LINUX_RCUPDATE_H */
