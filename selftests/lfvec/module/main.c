// SPDX-License-Identifier: GPL-2.0
/*
 * test_lfvec - a client of lfvec, built apart from it
 *
 * Loading it runs the tests, and fails if one of them does. What needs a kernel
 * is here: pushes and pops from timers and from interrupts that fall amid those
 * of threads, and elements that are pointers, freed through RCU.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/lfvec.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/timer.h>

#include "compat.h"
#include "unit.h"

#define THREADS		4
#define ROUNDS		20000

static DECLARE_LFVEC(values, u64);
static atomic64_t pushed[2], popped[2];
static atomic_t dropped;

/* Push one of two values, or pop; with what is in stock only. */
static void step(unsigned int what)
{
	u64 value = what & 1;
	long ret;

	if (what & 2) {
		ret = lfvec_push(&values, &value, 0);
		if (ret >= 0)
			atomic64_inc(&pushed[value]);
		else if (ret == -ENOMEM)
			atomic_inc(&dropped);
	} else if (!lfvec_pop(&values, &value)) {
		atomic64_inc(&popped[value & 1]);
	}
}

static void on_irq(struct irq_work *work)
{
	static atomic_t count;
	unsigned int i, what = atomic_add_return(4, &count) / 4;

	for (i = 0; i < 4; i++)
		step(what + i);
}

static DEFINE_PER_CPU(struct irq_work, irq_works);

static void on_timer(struct timer_list *timer)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		step(i);
	mod_timer(timer, jiffies + 1);
}

static DEFINE_TIMER(timer, on_timer);

static DECLARE_COMPLETION(begun);

static int thread(void *unused)
{
	unsigned int i;

	complete(&begun);
	for (i = 0; i < ROUNDS; i++) {
		step(i * 7 / 3);
		if (i % 8)
			continue;
		preempt_disable();
		irq_work_queue(this_cpu_ptr(&irq_works));
		preempt_enable();
		cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void test_contexts(void)
{
	struct task_struct *task[THREADS];
	unsigned int i;
	u64 value;
	int cpu;

	if (lfvec_init(&values, NULL))
		return;
	CHECK(!lfvec_reserve(&values, 200000, GFP_KERNEL));
	for_each_possible_cpu(cpu)
		per_cpu(irq_works, cpu) = IRQ_WORK_INIT_HARD(on_irq);
	mod_timer(&timer, jiffies + 1);
	for (i = 0; i < THREADS; i++) {
		task[i] = kthread_run(thread, NULL, "test_lfvec/%u", i);
		/* one that is stopped before does not begin */
		if (!IS_ERR(task[i]))
			wait_for_completion(&begun);
	}
	for (i = 0; i < THREADS; i++)
		CHECK(!IS_ERR(task[i]) && !kthread_stop(task[i]));
	compat_timer_stop(&timer);
	for_each_possible_cpu(cpu)
		irq_work_sync(per_cpu_ptr(&irq_works, cpu));

	while (!lfvec_pop(&values, &value))
		atomic64_inc(&popped[value & 1]);
	CHECK(atomic64_read(&pushed[0]) == atomic64_read(&popped[0]));
	CHECK(atomic64_read(&pushed[1]) == atomic64_read(&popped[1]));
	CHECK(atomic64_read(&pushed[0]) && atomic64_read(&pushed[1]));
	/* fewer than were reserved, from whatever CPU and context */
	CHECK(!atomic_read(&dropped));
	pr_info("test_lfvec: %lld pushed from all contexts, %d dropped\n",
		(s64)atomic64_read(&pushed[0]) + atomic64_read(&pushed[1]),
		atomic_read(&dropped));
	lfvec_destroy(&values);
}

struct object {
	u64		magic;
	struct rcu_head	rcu;
};

#define MAGIC	0x6c66766563ULL

static DECLARE_LFVEC(objects, struct object *);
static atomic_t bad;

/* Look at objects that another thread pops and frees. */
static int looker(void *unused)
{
	struct object * const *p;
	unsigned long index;

	while (!kthread_should_stop()) {
		rcu_read_lock();
		lfvec_for_each(&objects, index, p)
			if ((*p)->magic != MAGIC)
				atomic_inc(&bad);
		rcu_read_unlock();
		cond_resched();
	}
	return 0;
}

static void test_pointers(void)
{
	struct task_struct *task;
	struct object *object;
	unsigned int i;

	if (lfvec_init(&objects, NULL))
		return;
	task = kthread_run(looker, NULL, "test_lfvec/look");
	CHECK(!IS_ERR(task));
	for (i = 0; i < ROUNDS; i++) {
		object = kmalloc(sizeof(*object), GFP_KERNEL);
		if (!object)
			break;
		object->magic = MAGIC;
		CHECK(lfvec_push(&objects, &object, GFP_KERNEL) >= 0);
		if (i % 3 && !lfvec_pop(&objects, &object))
			kfree_rcu(object, rcu);
		if (!(i % 64))
			cond_resched();
	}
	if (!IS_ERR(task))
		kthread_stop(task);
	CHECK(!atomic_read(&bad));
	while (!lfvec_pop(&objects, &object))
		kfree(object);
	lfvec_destroy(&objects);
}

static int __init test_init(void)
{
	unit_tests();
	test_contexts();
	test_pointers();
	pr_info("test_lfvec: %u of %u checks passed\n", unit_passed, unit_run);
	return unit_passed == unit_run ? 0 : -EINVAL;
}

static void __exit test_exit(void)
{
}

module_init(test_init);
module_exit(test_exit);
MODULE_DESCRIPTION("Test of lfvec as a client module");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
