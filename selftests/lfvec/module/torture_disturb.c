// SPDX-License-Identifier: GPL-2.0
/*
 * test_lfvec_torture - what disturbs those who work
 *
 * Interrupts of each kind, CPUs that go and come, threads that are moved about, and
 * memory that is short. The kernel has helpers for some of it, which only a kernel
 * with CONFIG_TORTURE_TEST has; distributions leave that out.
 */
#include <linux/bitops.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/oom.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include "lfvec_torture.h"

struct torture_disturbed torture_disturbed;

/* --- interrupts --- */

static DEFINE_PER_CPU(struct irq_work, torture_irq_work);

/* A CPU that is idle, or is going, may look for such work with no interrupt. */
static void torture_in_hardirq(void)
{
	if (in_hardirq())
		torture_act(torture_here(LFVEC_STRESS_HARDIRQ, smp_processor_id()));
}

static void torture_on_irq_work(struct irq_work *work)
{
	torture_in_hardirq();
}

static void torture_on_ipi(void *unused)
{
	torture_in_hardirq();
	irq_work_queue(this_cpu_ptr(&torture_irq_work));
}

void torture_interrupts_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(torture_irq_work, cpu) = IRQ_WORK_INIT_HARD(torture_on_irq_work);
}

/* In a thread, now and then: interrupt ourselves, or the others, or anybody. */
void torture_interrupt(struct torture_actor *a)
{
	switch (torture_roll(a, 64)) {
	case 0:
		smp_call_function(torture_on_ipi, NULL, 1);
		break;
	case 1 ... 2:
		preempt_disable();
		irq_work_queue(this_cpu_ptr(&torture_irq_work));
		preempt_enable();
		break;
	case 3 ... 6:
		if (torture_nmi)
			context_nmi_send(&a->rnd);
	}
}

/* Nobody sends any more: see the last ones off. */
void torture_interrupts_settle(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(per_cpu_ptr(&torture_irq_work, cpu));
	/* an NMI that was sent comes before an interrupt that is sent now */
	kick_all_cpus_sync();
}

/* --- CPUs that go and come --- */

/* Those that were taken away. */
static struct cpumask torture_away;

static void torture_take_away(unsigned int cpu)
{
	if (num_online_cpus() == 1)
		return;
	if (remove_cpu(cpu)) {
		torture_disturbed.stayed++;
		return;
	}
	cpumask_set_cpu(cpu, &torture_away);
	torture_disturbed.went++;
}

static void torture_bring_back(unsigned int cpu)
{
	if (add_cpu(cpu)) {
		torture_disturbed.stayed++;
		return;
	}
	cpumask_clear_cpu(cpu, &torture_away);
	torture_disturbed.came++;
}

/* Some CPU. */
void torture_onoff(struct rnd_state *rnd)
{
	unsigned int cpu = prandom_u32_state(rnd) % nr_cpu_ids;

	if (cpumask_test_cpu(cpu, &torture_away))
		torture_bring_back(cpu);
	else if (cpu_online(cpu) && cpu_is_hotpluggable(cpu))
		torture_take_away(cpu);
}

void torture_onoff_end(void)
{
	unsigned int cpu;

	for_each_cpu(cpu, &torture_away)
		torture_bring_back(cpu);
}

/* --- threads that are moved about --- */

/* Let one CPU have none of them. */
void torture_shuffle(struct torture_thread *threads, unsigned int nr)
{
	static int idle = -1;
	cpumask_var_t mask;
	unsigned int i;

	if (!alloc_cpumask_var(&mask, GFP_KERNEL))
		return;
	cpus_read_lock();
	cpumask_copy(mask, cpu_online_mask);
	if (cpumask_weight(mask) > 1) {
		idle = cpumask_next(idle, mask);
		if (idle < nr_cpu_ids)
			cpumask_clear_cpu(idle, mask);
		else
			idle = -1;
		for (i = 0; i < nr; i++)
			set_cpus_allowed_ptr(threads[i].task, mask);
		torture_disturbed.shuffles++;
	}
	cpus_read_unlock();
	free_cpumask_var(mask);
}

/* --- memory that is short --- */

/* Memory is taken in pieces of 1 << this many pages, as long as there are any. */
#define TORTURE_ORDER	9

static LIST_HEAD(torture_pages);
static DEFINE_MUTEX(torture_pages_lock);
static unsigned long torture_freed;	/* in jiffies */

static unsigned long torture_hog_free(void)
{
	struct page *page, *next;
	unsigned long nr = 0;

	mutex_lock(&torture_pages_lock);
	list_for_each_entry_safe(page, next, &torture_pages, lru) {
		unsigned int order = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		__free_pages(page, order);
		nr += 1UL << order;
	}
	if (nr)
		WRITE_ONCE(torture_freed, jiffies);
	mutex_unlock(&torture_pages_lock);
	return nr;
}

/*
 * Nobody is killed for what we have taken. Who comes here may have found none just
 * before all was given back.
 */
static int torture_on_oom(struct notifier_block *nb, unsigned long action, void *freed)
{
	torture_disturbed.ooms++;
	*(unsigned long *)freed += torture_hog_free() +
				   time_before(jiffies, READ_ONCE(torture_freed) + HZ);
	return NOTIFY_OK;
}

static struct notifier_block torture_oom = {
	.notifier_call = torture_on_oom,
};

static bool torture_hog_pages(unsigned int order)
{
	struct page *page = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, order);

	if (!page)
		return false;
	set_page_private(page, order);
	mutex_lock(&torture_pages_lock);
	list_add(&page->lru, &torture_pages);
	mutex_unlock(&torture_pages_lock);
	torture_disturbed.hogged += 1UL << order;
	return true;
}

/* Take so many pages, or all there are. */
static void torture_hog_take(unsigned long nr)
{
	unsigned int order = TORTURE_ORDER, i;

	for (i = 1; nr && !torture_pausing(); i++) {
		order = min_t(unsigned int, order, __fls(nr));
		if (torture_hog_pages(order)) {
			nr -= 1UL << order;
		} else if (order) {
			order--;
		} else {
			torture_disturbed.denied++;
			break;
		}
		if (!(i % 64))
			cond_resched();
	}
}

/* Take memory, now and then all that there is; then give it back. */
void torture_hog(struct torture_thread *t)
{
	unsigned long most = ((unsigned long)torture_memory_mb << 20) / PAGE_SIZE;

	torture_hog_take(torture_roll(t->actor, 4) ? most / 16 : most);
	schedule_timeout_interruptible(1 + torture_roll(t->actor, HZ / 20));
	torture_hog_free();
	WRITE_ONCE(t->actor->ops, t->actor->ops + 1);
	schedule_timeout_interruptible(HZ / 2 + torture_roll(t->actor, HZ));
}

int torture_hog_init(void)
{
	torture_freed = jiffies - HZ;
	return register_oom_notifier(&torture_oom);
}

void torture_hog_exit(void)
{
	unregister_oom_notifier(&torture_oom);
	torture_hog_free();
}
