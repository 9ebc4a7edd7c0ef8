/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scheduler that lets one of several threads take one step at a time, see scheduler.c
 */
#ifndef _SCHEDULER_H
#define _SCHEDULER_H

#include <stdbool.h>
#include <linux/types.h>

#include "order.h"

/* Each thread is a CPU, and so is whoever is none of them. */
#define SCHED_CPUS	(ORDER_THREADS + 1)

/* Threads of a program come first; from here on, what the kernel runs for them. */
#define SCHED_PROGRAM	8

enum sched_end { SCHED_DONE, SCHED_STOPPED, SCHED_FAILED };

/*
 * @choose: which of the threads in @enabled takes the next step? None: -1
 * @late:   what @thread is about to do had to wait for somebody, who would have had
 *	    to wait for it, had it come before @event
 */
struct sched_driver {
	int	(*choose)(unsigned long enabled);
	void	(*late)(unsigned int thread, unsigned int event);
};

/*
 * Thread @nr is to run @func on CPU @cpu. If @on is not negative, it interrupts that
 * thread, which goes on when it is done.
 */
void sched_thread(unsigned int nr, unsigned int cpu, int on,
		  void (*func)(unsigned int nr));

/* Let them run until all are done, and all that the kernel runs for them. */
enum sched_end sched_run(const struct sched_driver *driver);

/* Once, before all: what follows a wild pointer is to fail, and no more. */
void sched_begin(void);

/* Do something where no thread runs. Returns false if that fails. */
bool sched_try(void (*func)(void));

/*
 * What the kernel will run in an execution, always in the same order: so that a seed
 * means the same whatever came before.
 */
struct irq_work;
struct rcu_head;
struct work_struct;

void sched_knows(struct irq_work *work, struct rcu_head *head);
void sched_knows_worker(struct irq_work *kick, struct work_struct *work);

/* Before the next execution: there are no threads, and nothing is queued. */
void sched_reset(void);

/* The thread that runs, or ORDER_THREADS. */
unsigned int sched_current(void);

/* The thread that this one interrupts, or -1. */
int sched_on(unsigned int nr);

/* Is it the same thread, or are they on the same CPU? */
bool sched_same_cpu(unsigned int a, unsigned int b);

/* Of an execution that failed, the first reason; or NULL. */
const char *sched_failure(void);

/* Something is wrong: give up this execution. */
void __noreturn sched_fail(const char *what);

/* The thread that runs begins with something of this name: an event of its own. */
void sched_says(const char *what);

/* An access to @addr is about to happen. Returns false if nobody cares. */
bool sched_step(const void *addr);

/* It has. @from: the code that did it */
void sched_stepped(const void *addr, enum order_kind kind, const char *what,
		   const void *from);

/* An access that is no step. */
void sched_plain(const void *addr, size_t size, bool write);

/* Memory comes or goes. */
void sched_memory(void);

#endif /* _SCHEDULER_H */
