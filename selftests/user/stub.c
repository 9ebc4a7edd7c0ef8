// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs, warnings and dice of the kernel that the stub headers make believe
 */
#include <pthread.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "stub.h"

__thread unsigned int stub_cpu = STUB_CPUS;
unsigned int nr_cpu_ids = 4;
bool stub_killed;

__thread unsigned long step_left;
__thread void (*step_hook)(void);
static __thread u64 step_state = 1;

static unsigned long cpus_online;
static unsigned int bugs;

#ifdef STUB_QSBR
__thread unsigned int stub_sections;
#endif

static unsigned int stub_free_cpu(void)
{
	unsigned long online = __atomic_load_n(&cpus_online, __ATOMIC_RELAXED);
	unsigned int cpu;

	do {
		for (cpu = 0; online & BIT(cpu); cpu++)
			;
	} while (!__atomic_compare_exchange_n(&cpus_online, &online,
					      online | BIT(cpu), false,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return cpu;
}

void stub_online(void)
{
	stub_cpu = stub_free_cpu();
	WARN_ON(stub_cpu >= nr_cpu_ids);
	rcu_register_thread();
}

void stub_offline(void)
{
	rcu_unregister_thread();
	__atomic_fetch_and(&cpus_online, ~BIT(stub_cpu), __ATOMIC_RELEASE);
	stub_cpu = STUB_CPUS;
}

void stub_migrate(unsigned int cpu)
{
	WARN_ON(rcu_read_lock_any_held() || cpu >= nr_cpu_ids);
	__atomic_fetch_and(&cpus_online, ~BIT(stub_cpu), __ATOMIC_RELEASE);
	stub_cpu = cpu;
	__atomic_fetch_or(&cpus_online, BIT(cpu), __ATOMIC_ACQUIRE);
}

void stub_set_cpus(unsigned int nr)
{
	nr_cpu_ids = min(nr, STUB_CPUS - 1U);
}

void stub_bug(const char *file, int line, const char *what)
{
	__atomic_fetch_add(&bugs, 1, __ATOMIC_RELAXED);
	printf("# %s:%d: %s\n", file, line, what);
}

unsigned int stub_bugs(void)
{
	return __atomic_load_n(&bugs, __ATOMIC_RELAXED);
}

void *stub_percpu_alloc(void)
{
	return kzalloc(STUB_CPUS * PERCPU_STRIDE, GFP_KERNEL);
}

void free_percpu(void *ptr)
{
	kfree(ptr);
}

#ifndef STUB_SCHED
static pthread_mutex_t work_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_done = PTHREAD_COND_INITIALIZER;
static struct work_struct *work_first, *work_current;

/* May be called in the middle of whatever can be interrupted; has no steps. */
void stub_queue_work(struct work_struct *work)
{
	pthread_mutex_lock(&work_lock);
	if (!work->queued) {
		work->queued = true;
		work->next = work_first;
		work_first = work;
	}
	pthread_mutex_unlock(&work_lock);
}

bool stub_do_work(void)
{
	struct work_struct *work;

	pthread_mutex_lock(&work_lock);
	work = work_current ? NULL : work_first;
	if (work) {
		work_first = work->next;
		work->queued = false;
		work_current = work;
		pthread_mutex_unlock(&work_lock);
		work->func(work);
		pthread_mutex_lock(&work_lock);
		work_current = NULL;
		pthread_cond_broadcast(&work_done);
	}
	pthread_mutex_unlock(&work_lock);
	return work;
}

void cancel_work_sync(struct work_struct *work)
{
	struct work_struct **link;

	might_sleep();
	pthread_mutex_lock(&work_lock);
	for (link = &work_first; *link; link = &(*link)->next) {
		if (*link == work) {
			*link = work->next;
			break;
		}
	}
	while (work_current == work)
		pthread_cond_wait(&work_done, &work_lock);
	pthread_mutex_unlock(&work_lock);
}
#endif

void step_seed(unsigned long seed)
{
	step_state = seed * 0x9e3779b97f4a7c15ULL | 1;
}

/* xorshift64*; with less than 64 bits of state, cases would soon recur */
unsigned long step_random(void)
{
	step_state ^= step_state >> 12;
	step_state ^= step_state << 25;
	step_state ^= step_state >> 27;
	return (step_state * 0x2545f4914f6cdd1dULL) >> 16;
}
