/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside lfvec_stress: what is measured, and the loops that do it
 *
 * A peer's operation is a function that is inlined into each loop, so that nothing
 * is called through a pointer but once in a stretch.
 */
#ifndef _LFVEC_STRESS_BENCH_H
#define _LFVEC_STRESS_BENCH_H

#include <linux/bitops.h>
#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/lfvec_stress.h>
#include <linux/wait.h>

#include "stress.h"

/* The clock stops at the end of each stretch, for signals and for memory. */
#define BENCH_STRETCH	16384U

/* An iteration holds its lock, or its read-side section, for so many elements. */
#define BENCH_SECTION	1024U

/* More than the caches of most machines hold; to be walked, and to be chased in. */
#define BENCH_BIG	0x4000000UL

struct bench;
struct bench_peer;

/*
 * struct bench_thread - who measures
 *
 * @next:    the next element of its share: to push, or to look at
 * @share:   so many elements, from @nr * @share on
 * @rnd:     state of its random numbers
 * @v:	     what it works on
 * @elem:    a batch of elements
 * @hist:    times of single operations, or NULL
 * @elapsed: ns, of all that was timed, in which it did @done operations
 * @word:    a line of its own
 */
struct bench_thread {
	struct bench		*b;
	struct task_struct	*task;
	u32			nr;
	unsigned long		next;
	unsigned long		share;
	u64			rnd;
	void			*v;
	void			*elem;
	u64			*hist;
	u64			longest;
	u64			elapsed;
	u64			done;
	u64			failed;
	unsigned long		sink;
	atomic_long_t		word ____cacheline_aligned_in_smp;
};

/*
 * struct bench - one round of one peer, at one work
 *
 * @v:	      what the peer has made
 * @capacity: elements that there may be at a time
 * @nodes:    elements that a pass may take
 * @each:     operations of a thread in a pass
 * @passes:   how many times; before each the threads meet, and the last one to come
 *	      prepares it
 * @warm:     so many of them are not timed
 * @arrived:  threads that came to a meeting, since the beginning
 * @ready:    passes that were prepared
 * @started:  threads that have seen that, since the beginning
 * @cold:     memory to walk through before each pass, or NULL
 */
struct bench {
	struct lfvec_stress_bench	*arg;
	const struct bench_peer		*peer;
	void				*v;
	struct mem_cgroup		*memcg;
	unsigned long			capacity;
	unsigned long			nodes;
	unsigned long			each;
	u32				passes;
	u32				warm;
	int				err;
	bool				stop;
	atomic_t			running;
	struct completion		done;
	wait_queue_head_t		wait;
	u64				*cold;
	atomic_t			arrived;
	u32				ready;
	atomic_t			started ____cacheline_aligned_in_smp;
	atomic_long_t			line ____cacheline_aligned_in_smp;
	struct bench_thread		thread[] ____cacheline_aligned_in_smp;
};

typedef void (*bench_loop_t)(struct bench_thread *t, u32 n);

/*
 * struct bench_peer - what can be measured
 *
 * @open:    make it, empty; @close: free it
 * @clear:   drop all elements from an index upwards; NULL if it cannot
 * @reserve: have memory for so many pushes; may be NULL
 * @bytes:   what it holds; may be NULL
 * @relax:   called after each stretch; may be NULL
 * @form:    of lfvec, LFVEC_STRESS_OVERWRITE and so on
 * @esize:   the only size of elements that it takes; 0: any
 * @wide:    the same for all others; or NULL
 * @alone:   works, 1 << enum lfvec_stress_work, that are for one thread only
 * @loop:    do so many operations; NULL: what it cannot do
 */
struct bench_peer {
	int		(*open)(struct bench *b);
	void		(*close)(struct bench *b);
	int		(*clear)(struct bench *b, unsigned long size);
	int		(*reserve)(struct bench *b, unsigned long nr);
	u64		(*bytes)(struct bench *b);
	void		(*relax)(void);
	u32		form;
	u32		esize;
	const struct bench_peer *wide;
	u32		alone;
	bench_loop_t	loop[LFVEC_STRESS_WORKS];
};

extern const struct bench_peer bench_lfvec, bench_overwrite, bench_append_only,
	bench_both, bench_published, bench_spinlock, bench_irqsave, bench_array,
	bench_xarray, bench_genradix, bench_ptr_ring, bench_llist, bench_limit;

/* Returns less than 0 if it could not be done. */
typedef long (*bench_op_t)(void *v, void *elem, unsigned long i);

/*
 * A time has its cell: up to 16 one each, then 16 in each power of two; the last is
 * for all that is longer.
 */
static __always_inline u32 bench_cell(u64 ns)
{
	u32 shift = ns < 32 ? 0 : fls64(ns) - 5;

	return min_t(u64, shift * 16 + (ns >> shift), LFVEC_STRESS_BENCH_CELLS - 1);
}

static __always_inline long bench_timed(struct bench_thread *t, bench_op_t op,
					void *v, void *elem, unsigned long i)
{
	u64 start = ktime_get_ns();
	long ret = op(v, elem, i);
	u64 ns = ktime_get_ns() - start;

	t->hist[bench_cell(ns)]++;
	t->longest = max(t->longest, ns);
	return ret;
}

/* Each index of the thread's share in turn. */
static __always_inline void bench_each(struct bench_thread *t, void *v, u32 n,
				       bench_op_t op)
{
	unsigned long i = t->next, end = i + n, failed = 0;
	void *elem = t->elem;

	t->next = end;
	if (likely(!t->hist)) {
		for (; i < end; i++)
			failed += op(v, elem, i) < 0;
	} else {
		for (; i < end; i++)
			failed += bench_timed(t, op, v, elem, i) < 0;
	}
	t->failed += failed;
}

/* So many elements at once. */
static __always_inline void bench_batches(struct bench_thread *t, u32 n,
					  bench_op_t op)
{
	u32 batch = t->b->arg->batch, i;
	void *v = t->v, *elem = t->elem;
	unsigned long failed = 0;

	if (likely(!t->hist)) {
		for (i = 0; i < n; i += batch)
			failed += op(v, elem, batch) < 0;
	} else {
		for (i = 0; i < n; i += batch)
			failed += bench_timed(t, op, v, elem, batch) < 0;
	}
	t->failed += failed;
}

/* Push and pop in turn: one element comes and goes. */
static __always_inline void bench_pairs(struct bench_thread *t, u32 n,
					bench_op_t push, bench_op_t pop)
{
	unsigned long i = t->b->arg->elems + t->nr, failed = 0;
	void *v = t->v, *elem = t->elem;
	u32 at;

	if (likely(!t->hist)) {
		for (at = 0; at < n; at += 2) {
			failed += push(v, elem, i) < 0;
			failed += pop(v, elem, i) < 0;
		}
	} else {
		for (at = 0; at < n; at += 2) {
			failed += bench_timed(t, push, v, elem, i) < 0;
			failed += bench_timed(t, pop, v, elem, i) < 0;
		}
	}
	t->failed += failed;
}

/* A linear congruential generator (Knuth), of which the upper half is good. */
static __always_inline u32 bench_random(u64 *rnd)
{
	*rnd = *rnd * 6364136223846793005ULL + 1442695040888963407ULL;
	return *rnd >> 32;
}

static __always_inline unsigned long bench_below(u64 *rnd, u32 most)
{
	return ((u64)bench_random(rnd) * most) >> 32;
}

/* Elements chosen at random. */
static __always_inline void bench_anywhere(struct bench_thread *t, u32 n,
					   bench_op_t op)
{
	u32 elems = t->b->arg->elems, at;
	void *v = t->v, *elem = t->elem;
	unsigned long failed = 0;
	u64 rnd = t->rnd;

	if (likely(!t->hist)) {
		for (at = 0; at < n; at++)
			failed += op(v, elem, bench_below(&rnd, elems)) < 0;
	} else {
		for (at = 0; at < n; at++)
			failed += bench_timed(t, op, v, elem,
					      bench_below(&rnd, elems)) < 0;
	}
	t->rnd = rnd;
	t->failed += failed;
}

/* Push, pop, store and load, each so many percent. */
static __always_inline void bench_mix(struct bench_thread *t, u32 n,
				      bench_op_t push, bench_op_t pop,
				      bench_op_t store, bench_op_t load)
{
	const struct lfvec_stress_bench *arg = t->b->arg;
	u32 pushes = arg->mix[0], pops = pushes + arg->mix[1];
	u32 stores = pops + arg->mix[2], elems = arg->elems, at, what;
	void *v = t->v, *elem = t->elem;
	unsigned long i, failed = 0;
	u64 rnd = t->rnd;

	for (at = 0; at < n; at++) {
		what = bench_below(&rnd, 100);
		i = bench_below(&rnd, elems);
		if (what < pushes)
			failed += (t->hist ? bench_timed(t, push, v, elem, i) :
					     push(v, elem, i)) < 0;
		else if (what < pops)
			failed += (t->hist ? bench_timed(t, pop, v, elem, i) :
					     pop(v, elem, i)) < 0;
		else if (what < stores)
			failed += (t->hist ? bench_timed(t, store, v, elem, i) :
					     store(v, elem, i)) < 0;
		else
			failed += (t->hist ? bench_timed(t, load, v, elem, i) :
					     load(v, elem, i)) < 0;
	}
	t->rnd = rnd;
	t->failed += failed;
}

/* Where an iteration goes on, at most @n elements of it in one piece. */
static __always_inline u32 bench_section(struct bench_thread *t, u32 n)
{
	unsigned long elems = t->b->arg->elems;

	if (t->next >= elems)
		t->next = 0;
	return min3((unsigned long)n, elems - t->next,
		    (unsigned long)BENCH_SECTION);
}

/* Define the loop @_name of an operation, or of more of them. */
#define BENCH_EACH(_name, _op)						\
static void _name(struct bench_thread *t, u32 n)			\
{									\
	bench_each(t, t->v, n, _op);					\
}

#define BENCH_ANYWHERE(_name, _op)					\
static void _name(struct bench_thread *t, u32 n)			\
{									\
	bench_anywhere(t, n, _op);					\
}

#define BENCH_PAIRS(_name, _push, _pop)					\
static void _name(struct bench_thread *t, u32 n)			\
{									\
	bench_pairs(t, n, _push, _pop);					\
}

#define BENCH_MIX(_name, _push, _pop, _store, _load)			\
static void _name(struct bench_thread *t, u32 n)			\
{									\
	bench_mix(t, n, _push, _pop, _store, _load);			\
}

#endif /* _LFVEC_STRESS_BENCH_H */
