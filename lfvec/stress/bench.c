// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - what an operation costs, here and elsewhere in the kernel
 *
 * One call measures one round of one peer at one work, with threads that are bound to
 * CPUs. So rounds of different peers can be interleaved, and one that is unlucky does
 * not spoil the others.
 *
 * Threads meet before each pass. The last one to come prepares it: it fills what is to
 * be popped, drops what was pushed, and has memory ready. Then all of them begin at
 * the same time. Nobody spins in wait for that longer than it takes the others to wake
 * up, and not without letting them.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "bench.h"

#define BENCH_FLAGS	(LFVEC_STRESS_BENCH_COLD | LFVEC_STRESS_BENCH_LATENCY)

/* Works of which a pass is over when all elements came or went. */
#define BENCH_FILLS	(BIT(LFVEC_STRESS_WORK_PUSH) |		\
			 BIT(LFVEC_STRESS_WORK_APPEND) |	\
			 BIT(LFVEC_STRESS_WORK_PUSH_MANY) |	\
			 BIT(LFVEC_STRESS_WORK_POP))

/* Works that take a new element now and then, as long as they last. */
#define BENCH_TAKES	(BIT(LFVEC_STRESS_WORK_PUSHPOP) |	\
			 BIT(LFVEC_STRESS_WORK_STORE) |		\
			 BIT(LFVEC_STRESS_WORK_MIX))

static const struct bench_peer * const bench_peers[LFVEC_STRESS_PEERS] = {
	[LFVEC_STRESS_PEER_LFVEC]	= &bench_lfvec,
	[LFVEC_STRESS_PEER_OVERWRITE]	= &bench_overwrite,
	[LFVEC_STRESS_PEER_APPEND_ONLY]	= &bench_append_only,
	[LFVEC_STRESS_PEER_BOTH]	= &bench_both,
	[LFVEC_STRESS_PEER_PUBLISHED]	= &bench_published,
	[LFVEC_STRESS_PEER_SPINLOCK]	= &bench_spinlock,
	[LFVEC_STRESS_PEER_IRQSAVE]	= &bench_irqsave,
	[LFVEC_STRESS_PEER_ARRAY]	= &bench_array,
	[LFVEC_STRESS_PEER_XARRAY]	= &bench_xarray,
	[LFVEC_STRESS_PEER_GENRADIX]	= &bench_genradix,
	[LFVEC_STRESS_PEER_PTR_RING]	= &bench_ptr_ring,
	[LFVEC_STRESS_PEER_LLIST]	= &bench_llist,
	[LFVEC_STRESS_PEER_LIMIT]	= &bench_limit,
};

static bool bench_has(const struct bench *b, unsigned long works)
{
	return works & BIT(b->arg->work);
}

static void bench_fail(struct bench *b, int err)
{
	if (err && !b->err)
		b->err = err;
	if (err)
		WRITE_ONCE(b->stop, true);
}

/* @nr operations of a loop, in stretches. */
static void bench_run(struct bench_thread *t, bench_loop_t loop,
		      unsigned long nr, bool timed)
{
	/* no batch is torn apart */
	u32 batch = t->b->arg->batch ?: 1, stretch = BENCH_STRETCH;
	u64 start;
	u32 n;

	stretch -= stretch % batch;
	for (; nr && !READ_ONCE(t->b->stop); nr -= n) {
		n = min_t(unsigned long, nr, stretch);
		start = ktime_get_ns();
		loop(t, n);
		if (timed) {
			t->elapsed += ktime_get_ns() - start;
			t->done += n;
		}
		cond_resched();
		if (t->b->peer->relax)
			t->b->peer->relax();
	}
}

/* Push as many elements, not timed. */
static int bench_fill(struct bench_thread *t, unsigned long nr)
{
	struct bench *b = t->b;
	bench_loop_t push = b->peer->loop[LFVEC_STRESS_WORK_PUSH] ?:
			    b->peer->loop[LFVEC_STRESS_WORK_APPEND];
	u64 *hist = t->hist, failed = t->failed;

	if (!push)
		return 0;
	t->v = b->v;
	t->next = 0;
	t->hist = NULL;
	bench_run(t, push, nr, false);
	t->hist = hist;
	if (t->failed != failed)
		return -ENOMEM;
	return READ_ONCE(b->stop) ? -EINTR : 0;
}

/* What is overwritten has as many elements as there is room for. */
static unsigned long bench_full(const struct bench *b)
{
	if (b->peer->form & LFVEC_STRESS_OVERWRITE)
		return roundup_pow_of_two(b->capacity);
	return b->arg->elems;
}

static int bench_anew(struct bench *b)
{
	b->peer->close(b);
	b->v = ERR_PTR(-ENOENT);
	return b->peer->open(b);
}

/* Before pass @nr: as many elements as the work wants, and memory for more. */
static int bench_prepare(struct bench_thread *t, u32 nr)
{
	struct bench *b = t->b;
	const struct bench_peer *peer = b->peer;
	int err = 0;

	switch (b->arg->work) {
	case LFVEC_STRESS_WORK_APPEND:
		if (nr)
			err = bench_anew(b);
		break;
	case LFVEC_STRESS_WORK_PUSH:
	case LFVEC_STRESS_WORK_PUSH_MANY:
		if (!nr)
			err = bench_fill(t, bench_full(b));
		if (!err)
			err = peer->clear(b, 0);
		break;
	case LFVEC_STRESS_WORK_POP:
		err = bench_fill(t, b->each * b->arg->threads);
		break;
	case LFVEC_STRESS_WORK_MIX:
		if (nr)
			err = peer->clear(b, b->arg->elems);
		fallthrough;
	default:
		if (!nr)
			err = bench_fill(t, b->arg->elems);
	}
	if (!err && b->nodes && peer->reserve)
		err = peer->reserve(b, b->nodes);
	if (peer->relax)
		peer->relax();
	return err;
}

/* Have nothing in this CPU's caches that was there. */
static void bench_cool(struct bench_thread *t)
{
	const u64 *cold = t->b->cold;
	unsigned long i, step = L1_CACHE_BYTES / sizeof(*cold);

	for (i = 0; i < BENCH_BIG / sizeof(*cold); i += step) {
		t->sink += READ_ONCE(cold[i]);
		if (!(i % BENCH_STRETCH))
			cond_resched();
	}
}

static bool bench_ready(struct bench *b, u32 nr)
{
	/* Pairs with smp_store_release() below. */
	return smp_load_acquire(&b->ready) > nr || READ_ONCE(b->stop);
}

/* All threads come; the last one prepares pass @nr; all go on together. */
static void bench_meet(struct bench_thread *t, u32 nr)
{
	struct bench *b = t->b;
	int all = (nr + 1) * b->arg->threads;

	if (atomic_inc_return(&b->arrived) == all) {
		bench_fail(b, bench_prepare(t, nr));
		/* What was prepared comes first. Pairs with bench_ready(). */
		smp_store_release(&b->ready, nr + 1);
		wake_up_all(&b->wait);
	} else {
		wait_event_idle(b->wait, bench_ready(b, nr));
	}
	if (b->cold)
		bench_cool(t);
	atomic_inc(&b->started);
	while (atomic_read(&b->started) < all && !READ_ONCE(b->stop)) {
		cond_resched();
		cpu_relax();
	}
}

static int bench_thread(void *data)
{
	struct bench_thread *t = data;
	struct bench *b = t->b;
	struct mem_cgroup *old = set_active_memcg(b->memcg);
	u64 *hist = t->hist;
	u32 nr;

	for (nr = 0; nr < b->passes; nr++) {
		bench_meet(t, nr);
		if (READ_ONCE(b->stop))
			break;
		t->v = b->v;
		t->next = t->nr * t->share;
		t->hist = nr < b->warm ? NULL : hist;
		bench_run(t, b->peer->loop[b->arg->work], b->each,
			  nr >= b->warm);
	}
	t->hist = hist;
	set_active_memcg(old);
	if (atomic_dec_and_test(&b->running))
		complete(&b->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return 0;
}

static void bench_halt(struct bench *b)
{
	u32 i;

	WRITE_ONCE(b->stop, true);
	wake_up_all(&b->wait);
	for (i = 0; i < b->arg->threads; i++)
		if (b->thread[i].task)
			kthread_stop(b->thread[i].task);
}

static int bench_threads(struct bench *b)
{
	int err = 0;
	u32 i;

	atomic_set(&b->running, b->arg->threads);
	for (i = 0; i < b->arg->threads && !err; i++)
		err = stress_kthread(&b->thread[i].task, bench_thread,
				     &b->thread[i],
				     cpumask_local_spread(i, NUMA_NO_NODE),
				     "lfvec_bench/%u", i);
	if (!err && wait_for_completion_killable(&b->done))
		err = -EINTR;
	bench_halt(b);
	return err ?: b->err;
}

static int bench_thread_init(struct bench *b, u32 nr)
{
	const struct lfvec_stress_bench *arg = b->arg;
	struct bench_thread *t = &b->thread[nr];

	t->b = b;
	t->nr = nr;
	t->share = bench_has(b, BENCH_FILLS) ? b->each :
					       div_u64(arg->elems, arg->threads);
	t->rnd = arg->seed ^ (nr + 1) * 0x9e3779b97f4a7c15ULL;
	t->elem = kvcalloc(arg->batch ?: 1, ALIGN(arg->esize, sizeof(u64)),
			   GFP_KERNEL_ACCOUNT);
	if (!t->elem)
		return -ENOMEM;
	if (!(arg->flags & LFVEC_STRESS_BENCH_LATENCY))
		return 0;
	t->hist = kvcalloc(LFVEC_STRESS_BENCH_CELLS, sizeof(*t->hist),
			   GFP_KERNEL_ACCOUNT);
	return t->hist ? 0 : -ENOMEM;
}

/* How much there is to do, and room for it. */
static int bench_plan(struct bench *b)
{
	const struct lfvec_stress_bench *arg = b->arg;
	unsigned long batch = arg->batch ?: 1;

	b->warm = arg->flags & LFVEC_STRESS_BENCH_COLD ? 0 : 1;
	b->capacity = arg->elems;
	b->passes = b->warm + 1;
	b->each = arg->ops + (arg->ops & 1);	/* in pairs */
	if (bench_has(b, BENCH_FILLS)) {
		b->each = div_u64(arg->elems, arg->threads);
		b->each -= b->each % batch;
		if (!b->each)
			return -EINVAL;
		b->passes = b->warm + DIV64_U64_ROUND_UP(arg->ops, b->each);
		b->nodes = arg->work == LFVEC_STRESS_WORK_POP ? 0 : arg->elems;
	} else if (bench_has(b, BENCH_TAKES)) {
		b->nodes = b->each * arg->threads;
		b->capacity += b->nodes + arg->threads;
	}
	return b->capacity > stress_most(arg->esize) ? -EINVAL : 0;
}

static int bench_init(struct bench *b)
{
	int err;
	u32 i;

	init_completion(&b->done);
	init_waitqueue_head(&b->wait);
	err = bench_plan(b);
	for (i = 0; i < b->arg->threads && !err; i++)
		err = bench_thread_init(b, i);
	if (err || !(b->arg->flags & LFVEC_STRESS_BENCH_COLD))
		return err;
	b->cold = kvmalloc(BENCH_BIG, GFP_KERNEL_ACCOUNT);
	return b->cold ? 0 : -ENOMEM;
}

static void bench_free(struct bench *b)
{
	u32 i;

	for (i = 0; i < b->arg->threads; i++) {
		kvfree(b->thread[i].elem);
		kvfree(b->thread[i].hist);
	}
	kvfree(b->cold);
	mem_cgroup_put(b->memcg);
	kvfree(b);
}

/* All threads' times in one, for user space. */
static int bench_hist(struct bench *b)
{
	u64 *all = b->thread[0].hist;
	u32 i, cell;

	for (i = 1; i < b->arg->threads; i++)
		for (cell = 0; cell < LFVEC_STRESS_BENCH_CELLS; cell++)
			all[cell] += b->thread[i].hist[cell];
	return copy_to_user(u64_to_user_ptr(b->arg->buf), all,
			    LFVEC_STRESS_BENCH_CELLS * sizeof(*all)) ?
	       -EFAULT : 0;
}

static int bench_result(struct bench *b)
{
	struct lfvec_stress_bench *arg = b->arg;
	struct bench_thread *t;

	for (t = b->thread; t < b->thread + arg->threads; t++) {
		arg->elapsed += t->elapsed;
		arg->span = max(arg->span, t->elapsed);
		arg->done += t->done;
		arg->failed += t->failed;
		arg->longest = max(arg->longest, t->longest);
	}
	if (arg->work == LFVEC_STRESS_WORK_APPEND && b->peer->bytes)
		arg->bytes = b->peer->bytes(b);
	return arg->flags & LFVEC_STRESS_BENCH_LATENCY ? bench_hist(b) : 0;
}

static int bench_round(struct bench *b)
{
	int err;

	err = b->peer->open(b);
	if (err)
		return err;
	err = bench_threads(b);
	if (!err)
		err = bench_result(b);
	if (!IS_ERR(b->v))
		b->peer->close(b);
	return err;
}

/* Numbers that make no sense, or more than there may be. */
static bool bench_ok(const struct lfvec_stress_bench *arg)
{
	bool batch = arg->work == LFVEC_STRESS_WORK_PUSH_MANY;
	bool mix = arg->work == LFVEC_STRESS_WORK_MIX;
	u64 sum = 0;
	u32 i;

	if (arg->peer >= LFVEC_STRESS_PEERS || arg->work >= LFVEC_STRESS_WORKS ||
	    !arg->threads || arg->threads > LFVEC_STRESS_BENCH_THREADS_MAX ||
	    !arg->esize || arg->esize > LFVEC_ELEM_MAX ||
	    !arg->ops || arg->ops > LFVEC_STRESS_BENCH_OPS_MAX ||
	    !arg->elems || arg->elems > stress_most(arg->esize))
		return false;
	for (i = 0; i < ARRAY_SIZE(arg->mix); i++)
		sum += arg->mix[i];
	return sum == (mix ? 100 : 0) &&
	       (batch ? arg->batch && arg->batch <= LFVEC_BATCH_MAX : !arg->batch);
}

/* What must be zero, and what points to user space. */
static int bench_check(const struct lfvec_stress_bench *arg)
{
	bool latency = arg->flags & LFVEC_STRESS_BENCH_LATENCY;

	if (arg->flags & ~BENCH_FLAGS || (arg->buf && !latency) ||
	    arg->elapsed || arg->span || arg->done || arg->failed ||
	    arg->longest || arg->bytes ||
	    memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	if (latency && fault_in_safe_writeable(u64_to_user_ptr(arg->buf),
					       LFVEC_STRESS_BENCH_CELLS *
					       sizeof(u64)))
		return -EFAULT;
	return 0;
}

/* The peer, or that one of it that takes such elements; NULL if it cannot do it. */
static const struct bench_peer *
bench_peer_of(const struct lfvec_stress_bench *arg)
{
	const struct bench_peer *peer = bench_peers[arg->peer];

	if (peer->esize && peer->esize != arg->esize)
		peer = peer->wide;
	if (!peer || !peer->loop[arg->work])
		return NULL;
	if (arg->threads > 1 && peer->alone & BIT(arg->work))
		return NULL;
	if (arg->threads == 1 && arg->work == LFVEC_STRESS_WORK_LINE)
		return NULL;
	return peer;
}

long stress_bench(struct stress_file *sf, void *data)
{
	struct lfvec_stress_bench *arg = data;
	const struct bench_peer *peer;
	struct bench *b;
	long err;

	err = bench_ok(arg) ? bench_check(arg) : -EINVAL;
	if (err)
		return err;
	peer = bench_peer_of(arg);
	if (!peer)
		return -EOPNOTSUPP;
	b = kvzalloc(struct_size(b, thread, arg->threads), GFP_KERNEL_ACCOUNT);
	if (!b)
		return -ENOMEM;
	b->arg = arg;
	b->peer = peer;
	b->memcg = get_mem_cgroup_from_mm(current->mm);
	err = bench_init(b) ?: bench_round(b);
	bench_free(b);
	return err;
}
