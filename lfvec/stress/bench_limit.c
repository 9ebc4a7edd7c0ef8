// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - measured: what the machine itself takes for a step or two
 *
 * An xadd, and a read and a cmpxchg, on a line of the thread's own; an xadd on a line
 * that all threads have; and a load that is not in a cache, whose address is known
 * only from the one before.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "bench.h"

/* One line of those to be chased through: where the next is. */
struct line {
	unsigned long	next;
} ____cacheline_aligned;

#define LINES	(BENCH_BIG / sizeof(struct line))

static bool limit_chases(const struct bench *b)
{
	return b->arg->work == LFVEC_STRESS_WORK_MISS;
}

/* One cycle through all lines (Sattolo). */
static void limit_shuffle(struct line *lines, u64 rnd)
{
	unsigned long i, j;

	for (i = 0; i < LINES; i++)
		lines[i].next = i;
	for (i = LINES - 1; i > 0; i--) {
		j = bench_below(&rnd, i);
		swap(lines[i].next, lines[j].next);
		if (!(i % BENCH_STRETCH))
			cond_resched();
	}
}

static int limit_open(struct bench *b)
{
	b->v = NULL;
	if (!limit_chases(b))
		return 0;
	b->v = kvmalloc(BENCH_BIG, GFP_KERNEL_ACCOUNT);
	if (!b->v)
		return -ENOMEM;
	limit_shuffle(b->v, b->arg->seed);
	return 0;
}

static void limit_close(struct bench *b)
{
	kvfree(b->v);
}

static __always_inline long limit_add(void *v, void *elem, unsigned long i)
{
	return atomic_long_inc_return((atomic_long_t *)v);
}

static __always_inline long limit_swap(void *v, void *elem, unsigned long i)
{
	long old = atomic_long_read((atomic_long_t *)v);

	return atomic_long_cmpxchg((atomic_long_t *)v, old, old + 1);
}

static void limit_loop_xadd(struct bench_thread *t, u32 n)
{
	bench_each(t, &t->word, n, limit_add);
}

static void limit_loop_cmpxchg(struct bench_thread *t, u32 n)
{
	bench_each(t, &t->word, n, limit_swap);
}

static void limit_loop_line(struct bench_thread *t, u32 n)
{
	bench_each(t, &t->b->line, n, limit_add);
}

static void limit_loop_miss(struct bench_thread *t, u32 n)
{
	const struct line *lines = t->v;
	unsigned long at = t->next % LINES;

	while (n--)
		at = READ_ONCE(lines[at].next);
	t->next = at;
}

const struct bench_peer bench_limit = {
	.open	= limit_open,
	.close	= limit_close,
	.loop	= {
		[LFVEC_STRESS_WORK_XADD]	= limit_loop_xadd,
		[LFVEC_STRESS_WORK_CMPXCHG]	= limit_loop_cmpxchg,
		[LFVEC_STRESS_WORK_LINE]	= limit_loop_line,
		[LFVEC_STRESS_WORK_MISS]	= limit_loop_miss,
	},
};
