// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - kernel threads on a vector of their own, and the exact check
 *
 * Each value that goes in is counted by the thread that pushes or stores it, and
 * each one that comes out by the thread that pops it or overwrites it. At the
 * end, of each value as many must have gone in as came out or are left. With few
 * values, the counts are kept per value. With unique values there is a bit for
 * each, set when it comes out.
 */
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "stress.h"

/* One operation in so many is timed. */
#define RUN_SAMPLE	16

/* TRUNCATE drops up to so many elements. */
#define RUN_TRUNCATE	8

/* An operation reaches back over so many elements from the end at most. */
#define RUN_WINDOW	64

struct stress_thread {
	struct stress_run	*run;
	struct task_struct	*task;
	struct rnd_state	rnd;
	u64			ops;		/* to do; U64_MAX for no limit */
	u64			did;
	u64			first;		/* unique values: */
	u64			next;
	u64			end;
	u64			done[LFVEC_STRESS_OPS];
	u64			failed[LFVEC_STRESS_OPS];
	u64			errors;
	u64			pushed;
	u64			popped;
	u64			overwritten;
	u64			truncated;
	u64			duplicated;
	u64			torn;
	u64			hist[LFVEC_STRESS_HIST];
	s64			*balance;	/* in less out, of each value */
	u8			*elems;
	u8			*olds;
};

/* Belongs to its file, and to those who wait for its end. */
struct stress_run {
	struct kref			ref;
	struct lfvec_stress_run		arg;
	const struct stress_impl	*impl;
	void				*v;
	unsigned long			*seen;	/* unique values that came out */
	unsigned long			nr_seen;
	bool				stop;
	struct completion		go;
	atomic_t			running;
	wait_queue_head_t		wait;
	ktime_t				start;
	ktime_t				end;
	ktime_t				deadline;
	struct stress_thread		thread[];
};

/* An element is its value over and over, little-endian. */
static void run_encode(struct stress_run *run, void *elem, u64 value)
{
	__le64 word = cpu_to_le64(value);
	u32 size = run->arg.esize, at;

	for (at = 0; at < size; at += sizeof(word))
		memcpy(elem + at, &word, min_t(u32, sizeof(word), size - at));
}

/* Account for an element that came out of the vector. */
static void run_out(struct stress_thread *t, void *elem)
{
	struct stress_run *run = t->run;
	u32 size = run->arg.esize, at;
	__le64 word = 0;
	u64 value;

	memcpy(&word, elem, min_t(u32, sizeof(word), size));
	value = le64_to_cpu(word);
	for (at = sizeof(word); at < size; at += sizeof(word))
		if (memcmp(elem + at, &word,
			   min_t(u32, sizeof(word), size - at)))
			goto torn;
	if (value >= (run->arg.values ?: run->nr_seen))
		goto torn;
	if (run->arg.values)
		t->balance[value]--;
	else if (test_and_set_bit(value, run->seen))
		t->duplicated++;
	return;
torn:
	t->torn++;
}

/* A loaded element only has to be whole. */
static void run_look(struct stress_thread *t, void *elem)
{
	u32 size = t->run->arg.esize, at;

	for (at = sizeof(u64); at < size; at += sizeof(u64)) {
		if (memcmp(elem, elem + at,
			   min_t(u32, sizeof(u64), size - at))) {
			t->torn++;
			return;
		}
	}
}

/* Make up the next @nr values to push. */
static void run_make(struct stress_thread *t, unsigned int nr)
{
	u32 values = t->run->arg.values;
	unsigned int i;
	u64 value;

	for (i = 0; i < nr; i++) {
		value = values ? prandom_u32_state(&t->rnd) % values :
				 t->next + i;
		run_encode(t->run, t->elems + i * t->run->arg.esize, value);
	}
}

/* The first @nr of the values made up are in the vector now. */
static void run_in(struct stress_thread *t, unsigned int nr)
{
	struct stress_run *run = t->run;
	__le64 word = 0;
	unsigned int i;

	t->pushed += nr;
	if (!run->arg.values) {
		t->next += nr;
		return;
	}
	for (i = 0; i < nr; i++) {
		memcpy(&word, t->elems + i * run->arg.esize,
		       min_t(u32, sizeof(word), run->arg.esize));
		t->balance[le64_to_cpu(word)]++;
	}
}

/* Some index not far from the end, which may be gone by the time of its use. */
static unsigned long run_index(struct stress_thread *t)
{
	unsigned long size = t->run->impl->size(t->run->v);
	u32 back = prandom_u32_state(&t->rnd) % RUN_WINDOW;

	return size > back ? size - 1 - back : 0;
}

static int run_push(struct stress_thread *t)
{
	int ret;

	run_make(t, 1);
	ret = t->run->impl->push(t->run->v, t->elems);
	if (!ret)
		run_in(t, 1);
	return ret;
}

static int run_pop(struct stress_thread *t)
{
	int ret = t->run->impl->pop(t->run->v, t->olds);

	if (!ret) {
		run_out(t, t->olds);
		t->popped++;
	}
	return ret;
}

static int run_load(struct stress_thread *t)
{
	int ret = t->run->impl->load(t->run->v, run_index(t), t->olds);

	if (!ret)
		run_look(t, t->olds);
	return ret;
}

static int run_xchg(struct stress_thread *t)
{
	int ret;

	run_make(t, 1);
	ret = t->run->impl->exchange(t->run->v, run_index(t), t->elems,
				     t->olds);
	if (!ret) {
		run_in(t, 1);
		run_out(t, t->olds);
		t->overwritten++;
	}
	return ret;
}

static int run_cmpxchg(struct stress_thread *t)
{
	const struct stress_impl *impl = t->run->impl;
	unsigned long index = run_index(t);
	int ret;

	ret = impl->load(t->run->v, index, t->olds);
	if (ret)
		return ret;
	run_make(t, 1);
	ret = impl->compare(t->run->v, index, t->olds, t->elems);
	if (ret > 0) {
		run_in(t, 1);
		run_out(t, t->olds);
		t->overwritten++;
		return 0;
	}
	return ret ?: -EAGAIN;
}

static int run_push_many(struct stress_thread *t)
{
	u32 nr = 1 + prandom_u32_state(&t->rnd) % t->run->arg.batch;
	int ret;

	run_make(t, nr);
	ret = t->run->impl->push_many(t->run->v, t->elems, nr);
	if (!ret)
		run_in(t, nr);
	return ret;
}

static int run_pop_many(struct stress_thread *t)
{
	u32 nr = 1 + prandom_u32_state(&t->rnd) % t->run->arg.batch;
	int ret, i;

	ret = t->run->impl->pop_many(t->run->v, t->olds, nr);
	for (i = 0; i < ret; i++)
		run_out(t, t->olds + i * t->run->arg.esize);
	if (ret > 0)
		t->popped += ret;
	return min(ret, 0);
}

static int run_truncate(struct stress_thread *t)
{
	unsigned long size = t->run->impl->size(t->run->v);
	u32 nr = 1 + prandom_u32_state(&t->rnd) % RUN_TRUNCATE;
	long ret;

	ret = t->run->impl->truncate(t->run->v, size > nr ? size - nr : 0);
	if (ret > 0)
		t->truncated += ret;
	return ret ? min(ret, 0L) : -ENOENT;
}

static int (* const run_op[LFVEC_STRESS_OPS])(struct stress_thread *t) = {
	[LFVEC_STRESS_OP_PUSH]		= run_push,
	[LFVEC_STRESS_OP_POP]		= run_pop,
	[LFVEC_STRESS_OP_LOAD]		= run_load,
	[LFVEC_STRESS_OP_XCHG]		= run_xchg,
	[LFVEC_STRESS_OP_CMPXCHG]	= run_cmpxchg,
	[LFVEC_STRESS_OP_PUSH_MANY]	= run_push_many,
	[LFVEC_STRESS_OP_POP_MANY]	= run_pop_many,
	[LFVEC_STRESS_OP_TRUNCATE]	= run_truncate,
};

static bool run_supported(const struct stress_impl *impl, unsigned int op)
{
	switch (op) {
	case LFVEC_STRESS_OP_XCHG:
		return impl->exchange;
	case LFVEC_STRESS_OP_CMPXCHG:
		return impl->compare;
	case LFVEC_STRESS_OP_PUSH_MANY:
		return impl->push_many;
	case LFVEC_STRESS_OP_POP_MANY:
		return impl->pop_many;
	case LFVEC_STRESS_OP_TRUNCATE:
		return impl->truncate;
	default:
		return true;
	}
}

static unsigned int run_choose(struct stress_thread *t)
{
	u32 at = prandom_u32_state(&t->rnd) % 100;
	unsigned int op = 0;

	while (at >= t->run->arg.mix[op])
		at -= t->run->arg.mix[op++];
	return op;
}

static void run_count(struct stress_thread *t, unsigned int op, int ret)
{
	switch (ret) {
	case 0:
		t->done[op]++;
		break;
	case -ENOENT:
	case -ERANGE:
	case -ENOSPC:
	case -EAGAIN:
		t->failed[op]++;
		break;
	default:
		t->errors++;
	}
}

static void run_one(struct stress_thread *t)
{
	unsigned int op = run_choose(t);
	u64 start;
	int ret;

	stress_jitter(t->run->arg.flags & LFVEC_STRESS_RUN_JITTER);
	if (t->did % RUN_SAMPLE) {
		ret = run_op[op](t);
	} else {
		start = ktime_get_ns();
		ret = run_op[op](t);
		t->hist[fls64(ktime_get_ns() - start) %
			LFVEC_STRESS_HIST]++;
	}
	run_count(t, op, ret);
	WRITE_ONCE(t->did, t->did + 1);
}

static bool run_over(struct stress_thread *t)
{
	struct stress_run *run = t->run;

	if (t->did >= t->ops || READ_ONCE(run->stop))
		return true;
	if (!run->arg.values && t->next + run->arg.batch > t->end)
		return true;
	if (t->did % 64)
		return false;
	cond_resched();
	if (!(t->did % 1024) && run->impl->relax)
		run->impl->relax();
	return run->arg.duration && ktime_after(ktime_get(), run->deadline);
}

static int run_thread(void *data)
{
	struct stress_thread *t = data;
	struct stress_run *run = t->run;

	wait_for_completion(&run->go);
	while (!run_over(t))
		run_one(t);
	if (atomic_dec_and_test(&run->running)) {
		run->end = ktime_get();
		wake_up_all(&run->wait);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return 0;
}

/* End all threads that there are. Those not yet let go end at once. */
static void run_halt(struct stress_run *run)
{
	u32 i;

	WRITE_ONCE(run->stop, true);
	complete_all(&run->go);
	for (i = 0; i < run->arg.threads; i++)
		if (run->thread[i].task)
			kthread_stop(run->thread[i].task);
}

static void run_free(struct kref *ref)
{
	struct stress_run *run = container_of(ref, struct stress_run, ref);
	u32 i;

	for (i = 0; i < run->arg.threads; i++) {
		kvfree(run->thread[i].balance);
		kvfree(run->thread[i].elems);
		kvfree(run->thread[i].olds);
	}
	kvfree(run->seen);
	if (!IS_ERR_OR_NULL(run->v))
		run->impl->destroy(run->v);
	kvfree(run);
}

static int run_thread_init(struct stress_run *run, u32 nr)
{
	const struct lfvec_stress_run *arg = &run->arg;
	struct stress_thread *t = &run->thread[nr];
	size_t bytes = (size_t)arg->batch * arg->esize;
	u32 rest = 0;

	t->run = run;
	prandom_seed_state(&t->rnd, arg->seed ^ (nr + 1) * 0x9e3779b97f4a7c15ULL);
	t->ops = arg->ops ? div_u64_rem(arg->ops, arg->threads, &rest) : U64_MAX;
	t->ops += nr < rest;
	t->elems = kvzalloc(bytes, GFP_KERNEL);
	t->olds = kvzalloc(bytes, GFP_KERNEL);
	if (!t->elems || !t->olds)
		return -ENOMEM;
	if (arg->values) {
		t->balance = kvcalloc(arg->values, sizeof(*t->balance),
				      GFP_KERNEL);
		return t->balance ? 0 : -ENOMEM;
	}
	t->first = div_u64((u64)run->nr_seen * nr, arg->threads);
	t->next = t->first;
	t->end = div_u64((u64)run->nr_seen * (nr + 1), arg->threads);
	return 0;
}

static int run_kthread(struct stress_run *run, u32 nr)
{
	struct stress_thread *t = &run->thread[nr];
	struct task_struct *task;

	task = kthread_create(run_thread, t, "lfvec_stress/%u", nr);
	if (IS_ERR(task))
		return PTR_ERR(task);
	if (run->arg.flags & LFVEC_STRESS_RUN_BIND)
		kthread_bind(task, cpumask_local_spread(nr, NUMA_NO_NODE));
	t->task = task;
	wake_up_process(task);
	return 0;
}

/* How many unique values the operations can ask for, a word a thread more. */
static unsigned long run_unique(const struct lfvec_stress_run *arg)
{
	u64 per_op = arg->mix[LFVEC_STRESS_OP_PUSH_MANY] ? arg->batch : 1;
	u64 most = LFVEC_STRESS_UNIQUE_MAX;

	if (arg->ops && arg->ops < most / per_op)
		most = (arg->ops + arg->threads) * per_op;
	return min_t(u64, most + arg->threads * (u64)arg->batch,
		     LFVEC_STRESS_UNIQUE_MAX);
}

static int run_init(struct stress_run *run)
{
	struct lfvec_attr attr;
	int err;
	u32 i;

	init_completion(&run->go);
	init_waitqueue_head(&run->wait);
	err = stress_attr(run->arg.esize, run->arg.first, run->arg.max, &attr);
	if (err)
		return err;
	run->v = run->impl->create(run->arg.esize, &attr,
				   run->arg.flags & LFVEC_STRESS_RUN_JITTER);
	if (IS_ERR(run->v))
		return PTR_ERR(run->v);
	if (!run->arg.values) {
		run->nr_seen = run_unique(&run->arg);
		run->seen = kvcalloc(BITS_TO_LONGS(run->nr_seen), sizeof(long),
				     GFP_KERNEL);
		if (!run->seen)
			return -ENOMEM;
	}
	for (i = 0; i < run->arg.threads && !err; i++)
		err = run_thread_init(run, i);
	return err;
}

static int run_launch(struct stress_run *run)
{
	int err = 0;
	u32 i;

	atomic_set(&run->running, run->arg.threads);
	for (i = 0; i < run->arg.threads && !err; i++)
		err = run_kthread(run, i);
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

static int run_check(const struct lfvec_stress_run *arg)
{
	const struct stress_impl *impl = stress_impl(arg->impl);
	u64 sum = 0;
	u32 i;

	if (!impl || !arg->threads || arg->threads > LFVEC_STRESS_THREADS_MAX ||
	    arg->flags & ~(LFVEC_STRESS_RUN_BIND | LFVEC_STRESS_RUN_JITTER) ||
	    !arg->esize || arg->esize > LFVEC_ELEM_MAX || arg->pad ||
	    !arg->batch || arg->batch > LFVEC_BATCH_MAX ||
	    memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	if ((!arg->duration && !arg->ops) ||
	    arg->duration > LFVEC_STRESS_DURATION_MAX ||
	    arg->ops > LFVEC_STRESS_OPS_MAX || !run_values_ok(arg))
		return -EINVAL;
	for (i = 0; i < LFVEC_STRESS_OPS; i++)
		sum += arg->mix[i];
	if (sum != 100)
		return -EINVAL;
	for (i = 0; i < LFVEC_STRESS_OPS; i++)
		if (arg->mix[i] && !run_supported(impl, i))
			return -EOPNOTSUPP;
	return 0;
}

static int run_create(struct stress_file *sf, const struct lfvec_stress_run *arg)
{
	struct stress_run *run;
	int err;

	run = kvzalloc(struct_size(run, thread, arg->threads), GFP_KERNEL);
	if (!run)
		return -ENOMEM;
	kref_init(&run->ref);
	run->arg = *arg;
	run->impl = stress_impl(arg->impl);
	err = run_init(run) ?: run_launch(run);
	if (err)
		kref_put(&run->ref, run_free);
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

static struct stress_run *run_get(struct stress_file *sf)
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
		arg->ops += READ_ONCE(run->thread[i].did);
	kref_put(&run->ref, run_free);
	return left < 0 ? -EINTR : 0;
}

long stress_stop(struct stress_file *sf, void *data)
{
	struct stress_run *run = run_get(sf);

	if (IS_ERR(run))
		return PTR_ERR(run);
	WRITE_ONCE(run->stop, true);
	kref_put(&run->ref, run_free);
	return 0;
}

static void run_sum(struct stress_run *run, struct lfvec_stress_result *res)
{
	struct stress_thread *t;
	u32 i, j;

	for (t = run->thread; t < run->thread + run->arg.threads; t++) {
		for (i = 0; i < LFVEC_STRESS_OPS; i++) {
			res->done[i] += t->done[i];
			res->failed[i] += t->failed[i];
		}
		for (j = 0; j < LFVEC_STRESS_HIST; j++)
			res->hist[j] += t->hist[j];
		res->errors += t->errors;
		res->pushed += t->pushed;
		res->popped += t->popped;
		res->overwritten += t->overwritten;
		res->truncated += t->truncated;
		res->duplicated += t->duplicated;
		res->torn += t->torn;
	}
}

/* Take out what is left, as if the first thread had popped it. */
static void run_drain(struct stress_run *run, struct lfvec_stress_result *res)
{
	struct stress_thread *t = &run->thread[0];

	while (!run->impl->pop(run->v, t->olds)) {
		run_out(t, t->olds);
		if (!(++res->left % 1024))
			cond_resched();
		if (!(res->left % 65536) && run->impl->relax)
			run->impl->relax();
	}
}

static void run_judge_values(struct stress_run *run,
			     struct lfvec_stress_result *res)
{
	s64 balance;
	u32 v, i;

	for (v = 0; v < run->arg.values; v++) {
		balance = 0;
		for (i = 0; i < run->arg.threads; i++)
			balance += run->thread[i].balance[v];
		if (balance > 0)
			res->lost += balance;
		else
			res->duplicated -= balance;
		cond_resched();
	}
}

static void run_judge_unique(struct stress_run *run,
			     struct lfvec_stress_result *res)
{
	struct stress_thread *t;
	u64 v;

	for (t = run->thread; t < run->thread + run->arg.threads; t++) {
		for (v = t->first; v < t->end; v++) {
			if (v < t->next && !test_bit(v, run->seen))
				res->lost++;
			else if (v >= t->next && test_bit(v, run->seen))
				res->duplicated++;
			if (!(v % 65536))
				cond_resched();
		}
	}
}

/* Truncated elements have gone somewhere, but nobody saw which they were. */
static void run_forgive(struct lfvec_stress_result *res)
{
	u64 forgiven = min(res->lost, res->truncated);

	res->lost -= forgiven;
	res->duplicated += res->truncated - forgiven;
}

static void run_judge(struct stress_run *run, struct lfvec_stress_result *res)
{
	res->elapsed = ktime_to_ns(ktime_sub(run->end, run->start));
	if (run->impl->stats)
		run->impl->stats(run->v, &res->stats);
	run_drain(run, res);
	run_sum(run, res);
	if (run->arg.values)
		run_judge_values(run, res);
	else
		run_judge_unique(run, res);
	run_forgive(res);
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
		kref_put(&run->ref, run_free);
	}
	kref_put(&run->ref, run_free);
	return ret;
}

/* The file is being closed: nobody will ask for the result. */
void stress_abandon(struct stress_file *sf)
{
	if (!sf->run)
		return;
	run_halt(sf->run);
	kref_put(&sf->run->ref, run_free);
}
