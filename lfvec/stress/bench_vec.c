// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - measured: lfvec in all its forms, and the vector of 2006
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>

#include "bench.h"

/* --- lfvec -------------------------------------------------------------------- */

/* What overwrites has room for the elements and no more, if it is to do so. */
static int vec_open(struct bench *b)
{
	u32 form = b->peer->form, esize = b->arg->esize;
	struct lfvec_attr attr = { .max = b->capacity, .flags = form };
	int err;

	if (form & LFVEC_STRESS_OVERWRITE)
		attr.max = roundup_pow_of_two(b->capacity);
	err = stress_attr(esize, &attr);
	if (err)
		return err;
	b->v = stress_impl_lfvec.create(esize, &attr, false);
	return PTR_ERR_OR_ZERO(b->v);
}

static void vec_close(struct bench *b)
{
	stress_impl_lfvec.destroy(b->v);
}

/* If the oldest are overwritten, then all are such. */
static int vec_clear(struct bench *b, unsigned long size)
{
	long ret;

	if (!size && b->peer->form & LFVEC_STRESS_OVERWRITE)
		return 0;
	ret = __lfvec_truncate(b->v, size);
	return min(ret, 0L);
}

static int vec_reserve(struct bench *b, unsigned long nr)
{
	return __lfvec_reserve(b->v, nr, GFP_KERNEL);
}

static u64 vec_bytes(struct bench *b)
{
	struct lfvec_stats stats;

	__lfvec_stats(b->v, &stats);
	return stats.bytes;
}

static __always_inline long vec_push(void *v, void *elem, unsigned long i)
{
	return __lfvec_push(v, elem, GFP_KERNEL);
}

static __always_inline long vec_push_many(void *v, void *elem, unsigned long nr)
{
	return __lfvec_push_many(v, elem, nr, GFP_KERNEL);
}

static __always_inline long vec_pop(void *v, void *elem, unsigned long i)
{
	return __lfvec_pop(v, elem);
}

static __always_inline long vec_load(void *v, void *elem, unsigned long i)
{
	return __lfvec_load(v, i, elem);
}

static __always_inline long vec_store(void *v, void *elem, unsigned long i)
{
	return __lfvec_store(v, i, elem, GFP_KERNEL);
}

BENCH_EACH(vec_loop_push, vec_push)
BENCH_EACH(vec_loop_pop, vec_pop)
BENCH_ANYWHERE(vec_loop_load, vec_load)
BENCH_ANYWHERE(vec_loop_store, vec_store)
BENCH_PAIRS(vec_loop_pairs, vec_push, vec_pop)
BENCH_MIX(vec_loop_mix, vec_push, vec_pop, vec_store, vec_load)

static void vec_loop_push_many(struct bench_thread *t, u32 n)
{
	bench_batches(t, n, vec_push_many);
}

static void vec_loop_iterate(struct bench_thread *t, u32 n)
{
	struct lfvec_iter it;
	unsigned long index, sum = 0;
	u32 some, i;
	const u8 *e;

	for (; n; n -= some) {
		some = bench_section(t, n);
		it = (struct lfvec_iter){ t->v, &index, t->next };
		rcu_read_lock();
		for (i = 0; i < some; i++) {
			e = __lfvec_next(&it);
			if (!e)
				break;
			sum += *e;
		}
		rcu_read_unlock();
		t->failed += some - i;
		t->next += some;
	}
	t->sink += sum;
}

#define VEC_CALLS							\
	.open		= vec_open,					\
	.close		= vec_close,					\
	.clear		= vec_clear,					\
	.reserve	= vec_reserve,					\
	.bytes		= vec_bytes

#define VEC_LOOPS {							\
		[LFVEC_STRESS_WORK_PUSH]	= vec_loop_push,	\
		[LFVEC_STRESS_WORK_APPEND]	= vec_loop_push,	\
		[LFVEC_STRESS_WORK_PUSH_MANY]	= vec_loop_push_many,	\
		[LFVEC_STRESS_WORK_POP]		= vec_loop_pop,		\
		[LFVEC_STRESS_WORK_PUSHPOP]	= vec_loop_pairs,	\
		[LFVEC_STRESS_WORK_LOAD]	= vec_loop_load,	\
		[LFVEC_STRESS_WORK_STORE]	= vec_loop_store,	\
		[LFVEC_STRESS_WORK_ITERATE]	= vec_loop_iterate,	\
		[LFVEC_STRESS_WORK_MIX]		= vec_loop_mix,		\
	}

const struct bench_peer bench_lfvec = {
	VEC_CALLS,
	.loop = VEC_LOOPS,
};

const struct bench_peer bench_overwrite = {
	VEC_CALLS,
	.form = LFVEC_STRESS_OVERWRITE,
	.loop = VEC_LOOPS,
};

const struct bench_peer bench_append_only = {
	VEC_CALLS,
	.form = LFVEC_STRESS_APPEND_ONLY,
	.loop = {
		[LFVEC_STRESS_WORK_APPEND]	= vec_loop_push,
		[LFVEC_STRESS_WORK_LOAD]	= vec_loop_load,
		[LFVEC_STRESS_WORK_ITERATE]	= vec_loop_iterate,
	},
};

const struct bench_peer bench_both = {
	VEC_CALLS,
	.form = LFVEC_STRESS_OVERWRITE | LFVEC_STRESS_APPEND_ONLY,
	.loop = {
		[LFVEC_STRESS_WORK_PUSH]	= vec_loop_push,
		[LFVEC_STRESS_WORK_APPEND]	= vec_loop_push,
		[LFVEC_STRESS_WORK_LOAD]	= vec_loop_load,
		[LFVEC_STRESS_WORK_ITERATE]	= vec_loop_iterate,
	},
};

/* --- the vector of 2006 --------------------------------------------------------- */

static int old_open(struct bench *b)
{
	struct lfvec_attr attr = {
		.first = LFVEC_FIRST_DEFAULT, .max = b->capacity,
	};

	b->v = published_create(b->arg->esize, &attr, false);
	return PTR_ERR_OR_ZERO(b->v);
}

static void old_close(struct bench *b)
{
	published_destroy(b->v);
}

static int old_clear(struct bench *b, unsigned long size)
{
	unsigned long nr;
	int err = 0;
	u64 elem;

	for (nr = stress_impl_published.size(b->v); nr > size && !err; nr--) {
		err = published_pop(b->v, &elem);
		if (nr % BENCH_STRETCH)
			continue;
		rcu_barrier();
		if (READ_ONCE(b->stop))
			err = -EINTR;
	}
	return err;
}

static u64 old_bytes(struct bench *b)
{
	return published_bytes(b->v);
}

static __always_inline long old_push(void *v, void *elem, unsigned long i)
{
	return published_push(v, elem, GFP_KERNEL);
}

static __always_inline long old_pop(void *v, void *elem, unsigned long i)
{
	return published_pop(v, elem);
}

static __always_inline long old_load(void *v, void *elem, unsigned long i)
{
	return published_load(v, i, elem);
}

static __always_inline long old_store(void *v, void *elem, unsigned long i)
{
	return published_store(v, i, elem);
}

BENCH_EACH(old_loop_push, old_push)
BENCH_EACH(old_loop_pop, old_pop)
BENCH_ANYWHERE(old_loop_load, old_load)
BENCH_ANYWHERE(old_loop_store, old_store)
BENCH_PAIRS(old_loop_pairs, old_push, old_pop)
BENCH_MIX(old_loop_mix, old_push, old_pop, old_store, old_load)

const struct bench_peer bench_published = {
	.open	= old_open,
	.close	= old_close,
	.clear	= old_clear,
	.bytes	= old_bytes,
	.relax	= rcu_barrier,
	.esize	= sizeof(u64),
	.loop	= {
		[LFVEC_STRESS_WORK_PUSH]	= old_loop_push,
		[LFVEC_STRESS_WORK_APPEND]	= old_loop_push,
		[LFVEC_STRESS_WORK_POP]		= old_loop_pop,
		[LFVEC_STRESS_WORK_PUSHPOP]	= old_loop_pairs,
		[LFVEC_STRESS_WORK_LOAD]	= old_loop_load,
		[LFVEC_STRESS_WORK_STORE]	= old_loop_store,
		[LFVEC_STRESS_WORK_MIX]		= old_loop_mix,
	},
};
