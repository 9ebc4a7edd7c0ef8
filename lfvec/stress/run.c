// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - a run: workers on a vector of their own, from start to result
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "run.h"

/* ms between two looks of the keeper */
#define RUN_LOOK	10

/* ns between two bursts of a timer, at least */
#define RUN_INTERVAL	50000

/* A thread has a timer for each of these contexts that the run has. */
static const unsigned int run_timers[] = {
	LFVEC_STRESS_SOFTIRQ, LFVEC_STRESS_HARDIRQ,
};

static u32 run_nr_timers(const struct stress_run *run)
{
	return run_has(run, LFVEC_STRESS_SOFTIRQ) +
	       run_has(run, LFVEC_STRESS_HARDIRQ);
}

/* Call @fn for each timer of thread @nr. */
static void run_each_timer(struct stress_run *run, u32 nr,
			   void (*fn)(struct stress_worker *w))
{
	u32 timers = run_nr_timers(run), i;
	struct stress_worker *w = &run->worker[run->arg.threads + nr * timers];

	for (i = 0; i < timers; i++)
		fn(w + i);
}

static bool run_fire(struct context_timer *ct)
{
	struct stress_worker *w = container_of(ct, struct stress_worker, timer);

	if (READ_ONCE(w->run->stop))
		return false;
	worker_burst(w);
	return true;
}

static void run_timer_start(struct stress_worker *w)
{
	w->timer.fn = run_fire;
	w->timer.rnd = &w->rnd;
	w->timer.interval = RUN_INTERVAL;
	context_start(&w->timer, w->context);
}

static void run_timer_stop(struct stress_worker *w)
{
	context_stop(&w->timer);
}

static void run_nmi(void *arg, unsigned int cpu)
{
	struct stress_run *run = arg;

	worker_burst(&run->nmi[cpu]);
}

static int run_thread(void *data)
{
	struct stress_worker *w = data;
	struct stress_run *run = w->run;
	u32 nr = w - run->worker;
	struct mem_cgroup *old;

	wait_for_completion(&run->go);
	old = set_active_memcg(run->memcg);
	run_each_timer(run, nr, run_timer_start);
	while (!worker_over(w)) {
		worker_one(w);
		history_round(w);
	}
	run_each_timer(run, nr, run_timer_stop);
	if (history_leave(w))
		worker_sweep(w);
	set_active_memcg(old);
	if (atomic_dec_and_test(&run->running)) {
		run->end = ktime_get();
		wake_up_all(&run->wait);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return 0;
}

static void run_look(struct stress_run *run)
{
	struct lfvec_stress_stats stats;

	run->impl->stats(run->v, &stats);
	run->peak = max_t(u64, run->peak, stats.bytes);
}

/* Sees how much memory there is, and calls for less. */
static int run_keeper(void *data)
{
	struct stress_run *run = data;
	u32 shrink = run->arg.shrink, ms = 0;

	wait_for_completion(&run->go);
	while (!kthread_should_stop()) {
		run_look(run);
		msleep_interruptible(min_t(u32, RUN_LOOK, shrink ?: RUN_LOOK));
		ms += RUN_LOOK;
		if (!shrink || ms < shrink)
			continue;
		run->shrunk += __lfvec_shrink(run->v);
		ms = 0;
	}
	return 0;
}

/* End all threads that there are. Those not yet let go end at once. */
static void run_halt(struct stress_run *run)
{
	u32 i;

	WRITE_ONCE(run->stop, true);
	complete_all(&run->go);
	for (i = 0; i < run->arg.threads; i++)
		if (run->worker[i].task)
			kthread_stop(run->worker[i].task);
	if (run->keeper)
		kthread_stop(run->keeper);
	if (run->nmi)
		context_nmi_stop();
}

static void run_free(struct kref *ref)
{
	struct stress_run *run = container_of(ref, struct stress_run, ref);
	u32 i;

	for (i = 0; i < run->nr_workers; i++)
		worker_free(&run->worker[i]);
	kvfree(run->seen);
	if (!IS_ERR_OR_NULL(run->v))
		run->impl->destroy(run->v);
	mem_cgroup_put(run->memcg);
	kvfree(run);
}

void run_put(struct stress_run *run)
{
	kref_put(&run->ref, run_free);
}

/* Make a thread of @fn that waits for the start; NULL and an error if it fails. */
int stress_kthread(struct task_struct **task, int (*fn)(void *data), void *data,
		   int cpu, const char *name, u32 nr)
{
	struct task_struct *made = kthread_create(fn, data, name, nr);

	if (IS_ERR(made))
		return PTR_ERR(made);
	if (cpu >= 0)
		kthread_bind(made, cpu);
	*task = made;
	wake_up_process(made);
	return 0;
}

static int run_threads(struct stress_run *run)
{
	bool bind = run->arg.flags & LFVEC_STRESS_RUN_BIND;
	int err = 0;
	u32 i;

	for (i = 0; i < run->arg.threads && !err; i++)
		err = stress_kthread(&run->worker[i].task, run_thread,
				     &run->worker[i],
				     bind ? cpumask_local_spread(i, NUMA_NO_NODE) : -1,
				     "lfvec_stress/%u", i);
	if (!err && run->impl == &stress_impl_lfvec)
		err = stress_kthread(&run->keeper, run_keeper, run, -1,
				     "lfvec_keeper/%u", 0);
	return err;
}

/* How many unique values can be asked for, and a few more for each worker. */
static unsigned long run_unique(const struct stress_run *run)
{
	const struct lfvec_stress_run *arg = &run->arg;
	u32 per_op = arg->mix[LFVEC_STRESS_OP_PUSH_MANY] ? arg->batch : 1;
	u64 most = LFVEC_STRESS_UNIQUE_MAX;

	if (!arg->contexts && arg->ops && arg->ops < div_u64(most, per_op))
		most = (arg->ops + arg->threads) * per_op;
	most += arg->fill * run->nr_workers;
	return min_t(u64, most + run->nr_workers * (u64)arg->batch,
		     LFVEC_STRESS_UNIQUE_MAX);
}

/* Those of the threads, of their timers, and of the CPUs. */
static int run_workers(struct stress_run *run)
{
	u32 threads = run->arg.threads, nr = 0, i, j;
	int err = 0;

	for (i = 0; i < threads && !err; i++)
		err = worker_init(run, nr++, LFVEC_STRESS_TASK);
	for (i = 0; i < threads; i++)
		for (j = 0; j < ARRAY_SIZE(run_timers) && !err; j++)
			if (run_has(run, run_timers[j]))
				err = worker_init(run, nr++, run_timers[j]);
	while (nr < run->nr_workers && !err)
		err = worker_init(run, nr++, LFVEC_STRESS_NMI);
	return err;
}

static int run_vector(struct stress_run *run)
{
	const struct lfvec_stress_run *arg = &run->arg;
	struct lfvec_attr attr = {
		.first = stress_ulong(arg->first), .max = stress_ulong(arg->max),
		.spare = stress_ulong(arg->spare),
		.backlog = stress_ulong(arg->backlog), .flags = arg->form,
	};
	int err;

	err = stress_attr(arg->esize, &attr);
	if (err)
		return err;
	run->v = run->impl->create(arg->esize, &attr,
				   arg->flags & LFVEC_STRESS_RUN_JITTER);
	return PTR_ERR_OR_ZERO(run->v);
}

static int run_init(struct stress_run *run)
{
	int err;

	init_completion(&run->go);
	init_waitqueue_head(&run->wait);
	history_rounds_init(run);
	run->memcg = get_mem_cgroup_from_mm(current->mm);
	err = run_vector(run);
	if (err)
		return err;
	if (!run->arg.values) {
		run->nr_seen = run_unique(run);
		run->seen = kvcalloc(BITS_TO_LONGS(run->nr_seen), sizeof(long),
				     GFP_KERNEL_ACCOUNT);
		if (!run->seen)
			return -ENOMEM;
	}
	err = run_workers(run);
	if (err)
		return err;
	return worker_fill(&run->worker[0], run->arg.fill);
}

static int run_launch(struct stress_run *run)
{
	int err;

	if (run_has(run, LFVEC_STRESS_NMI)) {
		run->nmi = run->worker + run->nr_workers - nr_cpu_ids;
		err = context_nmi_start(run_nmi, run);
		if (err) {
			run->nmi = NULL;
			return err;
		}
	}
	atomic_set(&run->running, run->arg.threads);
	err = run_threads(run);
	if (err) {
		run_halt(run);
		return err;
	}
	run->start = ktime_get();
	run->deadline = ktime_add_ms(run->start, run->arg.duration);
	complete_all(&run->go);
	return 0;
}

/* Do elements have room for as many values? */
static bool run_values_ok(const struct lfvec_stress_run *arg)
{
	if (!arg->values)
		return arg->esize >= sizeof(u64);
	if (arg->values > LFVEC_STRESS_VALUES_MAX)
		return false;
	return arg->esize >= sizeof(u32) ||
	       arg->values <= 1U << (8 * arg->esize);
}

#define RUN_FLAGS	(LFVEC_STRESS_RUN_BIND | LFVEC_STRESS_RUN_JITTER |	\
			 LFVEC_STRESS_RUN_HOG | LFVEC_STRESS_RUN_ATOMIC |	\
			 LFVEC_STRESS_RUN_STOCK | LFVEC_STRESS_RUN_EXTERNAL | \
			 LFVEC_STRESS_RUN_CLOCK)

/* Contexts that lfvec knows besides TASK */
#define RUN_CONTEXTS	(BIT(LFVEC_STRESS_SOFTIRQ) | BIT(LFVEC_STRESS_HARDIRQ) | \
			 BIT(LFVEC_STRESS_NMI))

/* Numbers that make no sense, or more than there may be. */
static bool run_limits_ok(const struct lfvec_stress_run *arg)
{
	if (!arg->threads || arg->threads > LFVEC_STRESS_THREADS_MAX ||
	    !arg->esize || arg->esize > LFVEC_ELEM_MAX ||
	    !arg->batch || arg->batch > LFVEC_BATCH_MAX || !run_values_ok(arg))
		return false;
	if ((!arg->duration && !arg->ops) ||
	    arg->duration > LFVEC_STRESS_DURATION_MAX ||
	    arg->shrink > LFVEC_STRESS_DURATION_MAX ||
	    arg->ops > LFVEC_STRESS_OPS_MAX ||
	    arg->history > LFVEC_STRESS_HISTORY_MAX ||
	    arg->fill > LFVEC_STRESS_ELEMS_MAX)
		return false;
	return arg->flags & LFVEC_STRESS_RUN_ATOMIC ?
	       !(arg->flags & LFVEC_STRESS_RUN_STOCK) : true;
}

static bool run_bits_ok(const struct lfvec_stress_run *arg)
{
	return !(arg->flags & ~RUN_FLAGS) && !(arg->contexts & ~RUN_CONTEXTS) &&
	       !(arg->form & ~STRESS_FORMS) &&
	       !memchr_inv(arg->reserved, 0, sizeof(arg->reserved));
}

/* What is for histories only; and a clock that is not for NMI */
static bool run_history_ok(const struct lfvec_stress_run *arg)
{
	if (!arg->history)
		return !arg->round && !(arg->flags & LFVEC_STRESS_RUN_CLOCK);
	return !(arg->flags & LFVEC_STRESS_RUN_CLOCK) ||
	       !(arg->contexts & BIT(LFVEC_STRESS_NMI));
}

static u32 run_percent(const struct lfvec_stress_run *arg, unsigned int op)
{
	return op < LFVEC_STRESS_OPS ? arg->mix[op] :
				       arg->more[op - LFVEC_STRESS_OPS];
}

/* Of a form that only grows, nothing can be taken out. */
static bool run_form_supported(const struct lfvec_stress_run *arg,
			       unsigned int op)
{
	switch (op) {
	case LFVEC_STRESS_OP_PUSH:
	case LFVEC_STRESS_OP_LOAD:
	case LFVEC_STRESS_OP_PEEK:
	case LFVEC_STRESS_OP_SIZE:
	case LFVEC_STRESS_OP_OLDEST:
		return true;
	default:
		return !(arg->form & LFVEC_STRESS_APPEND_ONLY);
	}
}

static int run_check(const struct lfvec_stress_run *arg)
{
	const struct stress_impl *impl = stress_impl(arg->impl);
	u64 sum = 0;
	u32 i;

	if (!impl || !run_limits_ok(arg) || !run_bits_ok(arg) ||
	    !run_history_ok(arg))
		return -EINVAL;
	for (i = 0; i < LFVEC_STRESS_OPS_ALL; i++)
		sum += run_percent(arg, i);
	if (sum != 100)
		return -EINVAL;
	for (i = 0; i < LFVEC_STRESS_OPS_ALL; i++)
		if (run_percent(arg, i) && (!worker_supported(impl, i) ||
					    !run_form_supported(arg, i)))
			return -EOPNOTSUPP;
	if (impl != &stress_impl_lfvec &&
	    (arg->contexts || arg->form || arg->shrink))
		return -EOPNOTSUPP;
	return 0;
}

static int run_create(struct stress_file *sf, const struct lfvec_stress_run *arg)
{
	struct stress_run *run;
	u32 nr = arg->threads;
	int err;

	if (arg->contexts & BIT(LFVEC_STRESS_SOFTIRQ))
		nr += arg->threads;
	if (arg->contexts & BIT(LFVEC_STRESS_HARDIRQ))
		nr += arg->threads;
	if (arg->contexts & BIT(LFVEC_STRESS_NMI))
		nr += nr_cpu_ids;
	run = kvzalloc(struct_size(run, worker, nr), GFP_KERNEL_ACCOUNT);
	if (!run)
		return -ENOMEM;
	kref_init(&run->ref);
	run->nr_workers = nr;
	run->arg = *arg;
	run->impl = stress_impl(arg->impl);
	err = run_init(run) ?: run_launch(run);
	if (err)
		run_put(run);
	else
		sf->run = run;
	return err;
}

long stress_start(struct stress_file *sf, void *data)
{
	long err = run_check(data);

	if (err)
		return err;
	if (mutex_lock_killable(&sf->lock))
		return -EINTR;
	err = sf->run ? -EBUSY : run_create(sf, data);
	mutex_unlock(&sf->lock);
	return err;
}

struct stress_run *run_get(struct stress_file *sf)
{
	struct stress_run *run;

	if (mutex_lock_interruptible(&sf->lock))
		return ERR_PTR(-EINTR);
	run = sf->run;
	if (run)
		kref_get(&run->ref);
	mutex_unlock(&sf->lock);
	return run ? run : ERR_PTR(-ENOENT);
}

long stress_wait(struct stress_file *sf, void *data)
{
	struct lfvec_stress_wait *arg = data;
	struct stress_run *run;
	long left;
	u32 i;

	if (arg->running || arg->ops || arg->elapsed ||
	    memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	run = run_get(sf);
	if (IS_ERR(run))
		return PTR_ERR(run);
	left = msecs_to_jiffies(arg->timeout);
	left = wait_event_interruptible_timeout(run->wait,
						!atomic_read(&run->running),
						left);
	arg->running = atomic_read(&run->running);
	arg->elapsed = ktime_to_ns(ktime_sub(ktime_get(), run->start));
	for (i = 0; i < run->arg.threads; i++)
		arg->ops += READ_ONCE(run->worker[i].did);
	run_put(run);
	return left < 0 ? -EINTR : 0;
}

long stress_stop(struct stress_file *sf, void *data)
{
	struct stress_run *run = run_get(sf);

	if (IS_ERR(run))
		return PTR_ERR(run);
	WRITE_ONCE(run->stop, true);
	run_put(run);
	return 0;
}

/* Take the run away from its file, unless another RESULT was faster. */
static bool run_detach(struct stress_file *sf, struct stress_run *run)
{
	bool ours;

	mutex_lock(&sf->lock);
	ours = sf->run == run;
	if (ours)
		sf->run = NULL;
	mutex_unlock(&sf->lock);
	return ours;
}

long stress_result(struct stress_file *sf, void *data)
{
	struct stress_run *run = run_get(sf);
	long ret = 0;

	if (IS_ERR(run))
		return PTR_ERR(run);
	if (wait_event_interruptible(run->wait, !atomic_read(&run->running))) {
		ret = -EINTR;
	} else if (!run_detach(sf, run)) {
		ret = -ENOENT;
	} else {
		run_halt(run);
		run_judge(run, data);
		run_put(run);
	}
	run_put(run);
	return ret;
}

/* The file is being closed: nobody will ask for the result. */
void stress_abandon(struct stress_file *sf)
{
	if (!sf->run)
		return;
	run_halt(sf->run);
	run_put(sf->run);
}
