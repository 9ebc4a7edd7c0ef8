// SPDX-License-Identifier: GPL-2.0
/*
 * An RCU that is as quick as RCU may be
 *
 * A callback runs as soon as the last reader that was there when its grace
 * period began has left: that reader runs it, on its way out. So what was
 * retired is used again at the first moment that is legal, which is when a bug
 * shows, and ThreadSanitizer sees all of it.
 */
#include <sched.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>

#define NEST_MASK	0xffffUL
#define SECTION		0x10000UL	/* added by each section */

struct reader {
	unsigned long	state;	/* sections so far, and how deeply nested */
	unsigned long	seen;	/* what state was when the grace period began */
} __aligned(64);

static struct reader readers[STUB_CPUS];
static struct rcu_head *queued;		/* the newest first */
static struct rcu_head *waiting;	/* for the current grace period */
static bool busy;

static void gp_begin(void)
{
	struct rcu_head *head, *next, *oldest = NULL;
	unsigned int cpu;

	head = __atomic_exchange_n(&queued, NULL, __ATOMIC_ACQ_REL);
	for (; head; head = next) {
		next = head->next;
		head->next = oldest;
		oldest = head;
	}
	__atomic_store_n(&waiting, oldest, __ATOMIC_RELAXED);
	/* Not plain loads: sections that begin later see what we have seen. */
	for (cpu = 0; cpu < STUB_CPUS; cpu++)
		readers[cpu].seen = __atomic_fetch_add(&readers[cpu].state, 0,
						       __ATOMIC_SEQ_CST);
}

static bool reader_left(const struct reader *reader)
{
	unsigned long state;

	if (!(reader->seen & NEST_MASK))
		return true;
	state = __atomic_load_n(&reader->state, __ATOMIC_ACQUIRE);
	return !(state & NEST_MASK) ||
	       state / SECTION != reader->seen / SECTION;
}

static bool gp_over(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < STUB_CPUS; cpu++)
		if (!reader_left(&readers[cpu]))
			return false;
	return true;
}

static void gp_callbacks(void)
{
	struct rcu_head *head = waiting, *next;

	__atomic_store_n(&waiting, NULL, __ATOMIC_RELAXED);
	for (; head; head = next) {
		next = head->next;
		head->func(head);
	}
}

/* Do what can be done now. One thread does it at a time. */
static void gp_advance(void)
{
	if (!__atomic_load_n(&queued, __ATOMIC_RELAXED) &&
	    !__atomic_load_n(&waiting, __ATOMIC_RELAXED))
		return;
	if (__atomic_exchange_n(&busy, true, __ATOMIC_ACQUIRE))
		return;
	for (;;) {
		if (!waiting)
			gp_begin();
		if (!waiting || !gp_over())
			break;
		gp_callbacks();
	}
	__atomic_store_n(&busy, false, __ATOMIC_RELEASE);
}

static unsigned long *my_state(void)
{
	return &readers[stub_cpu].state;
}

void rcu_read_lock(void)
{
	unsigned long nest = __atomic_load_n(my_state(), __ATOMIC_RELAXED);

	__atomic_fetch_add(my_state(), nest & NEST_MASK ? 1 : SECTION + 1,
			   __ATOMIC_SEQ_CST);
}

void rcu_read_unlock(void)
{
	unsigned long state = __atomic_sub_fetch(my_state(), 1,
						 __ATOMIC_ACQ_REL);

	if (!(state & NEST_MASK))
		gp_advance();
}

bool rcu_read_ongoing(void)
{
	return stub_cpu < STUB_CPUS &&
	       __atomic_load_n(my_state(), __ATOMIC_RELAXED) & NEST_MASK;
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct rcu_head *next = __atomic_load_n(&queued, __ATOMIC_RELAXED);

	head->func = func;
	do {
		head->next = next;
	} while (!__atomic_compare_exchange_n(&queued, &next, head, false,
					      __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
}

struct waiter {
	struct rcu_head	rcu;
	bool		done;
};

static void waiter_done(struct rcu_head *rcu)
{
	struct waiter *waiter = container_of(rcu, struct waiter, rcu);

	__atomic_store_n(&waiter->done, true, __ATOMIC_RELEASE);
}

/* Callbacks run in the order in which they were queued. */
void rcu_barrier(void)
{
	struct waiter waiter = { .done = false };

	WARN_ON(rcu_read_ongoing());
	call_rcu(&waiter.rcu, waiter_done);
	while (!__atomic_load_n(&waiter.done, __ATOMIC_ACQUIRE)) {
		gp_advance();
		sched_yield();
	}
}

void synchronize_rcu(void)
{
	rcu_barrier();
}

void rcu_register_thread(void)
{
	WARN_ON(rcu_read_ongoing());
}

void rcu_unregister_thread(void)
{
	WARN_ON(rcu_read_ongoing());
}
