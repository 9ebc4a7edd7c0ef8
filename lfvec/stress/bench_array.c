// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - measured: arrays, allocated at once, under this lock or that
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "bench.h"

struct array {
	spinlock_t	lock;	/* for all below */
	u32		esize;
	unsigned long	size;
	unsigned long	max;
	u8		data[] __aligned(8);
};

static int array_open(struct bench *b)
{
	u32 esize = b->arg->esize;
	struct array *a = kvmalloc(struct_size(a, data, b->capacity * esize),
				   GFP_KERNEL_ACCOUNT);

	if (!a)
		return -ENOMEM;
	spin_lock_init(&a->lock);
	a->esize = esize;
	a->size = 0;
	a->max = b->capacity;
	b->v = a;
	return 0;
}

/* One that is only read has all its elements from the beginning. */
static int array_open_full(struct bench *b)
{
	struct array *a;
	int err = array_open(b);

	if (err)
		return err;
	a = b->v;
	a->size = b->arg->elems;
	memset(a->data, 0, a->size * a->esize);
	return 0;
}

static void array_close(struct bench *b)
{
	kvfree(b->v);
}

static int array_clear(struct bench *b, unsigned long size)
{
	struct array *a = b->v;

	a->size = min(a->size, size);
	return 0;
}

static u64 array_bytes(struct bench *b)
{
	struct array *a = b->v;

	return struct_size(a, data, a->size * a->esize);
}

#define ESIZE_8(a)	sizeof(u64)
#define ESIZE_ANY(a)	((a)->esize)

#define LOCK(name)		spin8_##name
#define LOCK_ESIZE		ESIZE_8
#define LOCK_TAKE(a, flags)	spin_lock(&(a)->lock)
#define LOCK_GIVE(a, flags)	spin_unlock(&(a)->lock)
#include "bench_lock.h"

#undef LOCK
#undef LOCK_ESIZE
#define LOCK(name)		spin_##name
#define LOCK_ESIZE		ESIZE_ANY
#include "bench_lock.h"

#undef LOCK
#undef LOCK_TAKE
#undef LOCK_GIVE
#define LOCK(name)		irq_##name
#define LOCK_TAKE(a, flags)	spin_lock_irqsave(&(a)->lock, flags)
#define LOCK_GIVE(a, flags)	spin_unlock_irqrestore(&(a)->lock, flags)
#include "bench_lock.h"

#undef LOCK
#undef LOCK_ESIZE
#define LOCK(name)		irq8_##name
#define LOCK_ESIZE		ESIZE_8
#include "bench_lock.h"

#define ARRAY_CALLS							\
	.open	= array_open,						\
	.close	= array_close,						\
	.clear	= array_clear,						\
	.bytes	= array_bytes

#define ARRAY_LOOPS(name) {						\
		[LFVEC_STRESS_WORK_PUSH]	= name##_loop_push,	\
		[LFVEC_STRESS_WORK_APPEND]	= name##_loop_push,	\
		[LFVEC_STRESS_WORK_PUSH_MANY]	= name##_loop_push_many, \
		[LFVEC_STRESS_WORK_POP]		= name##_loop_pop,	\
		[LFVEC_STRESS_WORK_PUSHPOP]	= name##_loop_pairs,	\
		[LFVEC_STRESS_WORK_LOAD]	= name##_loop_load,	\
		[LFVEC_STRESS_WORK_STORE]	= name##_loop_store,	\
		[LFVEC_STRESS_WORK_ITERATE]	= name##_loop_iterate,	\
		[LFVEC_STRESS_WORK_MIX]		= name##_loop_mix,	\
	}

static const struct bench_peer spin_wide = {
	ARRAY_CALLS,
	.loop = ARRAY_LOOPS(spin),
};

const struct bench_peer bench_spinlock = {
	ARRAY_CALLS,
	.esize = sizeof(u64), .wide = &spin_wide,
	.loop = ARRAY_LOOPS(spin8),
};

static const struct bench_peer irq_wide = {
	ARRAY_CALLS,
	.loop = ARRAY_LOOPS(irq),
};

const struct bench_peer bench_irqsave = {
	ARRAY_CALLS,
	.esize = sizeof(u64), .wide = &irq_wide,
	.loop = ARRAY_LOOPS(irq8),
};

/* --- under rcu_read_lock(), only read ------------------------------------------- */

static __always_inline long rcu_load(struct array *a, void *elem, unsigned long i,
				     size_t esize)
{
	long ret = -ERANGE;

	rcu_read_lock();
	if (i < READ_ONCE(a->size)) {
		memcpy(elem, a->data + i * esize, esize);
		ret = 0;
	}
	rcu_read_unlock();
	return ret;
}

static __always_inline long rcu8_load(void *v, void *elem, unsigned long i)
{
	return rcu_load(v, elem, i, sizeof(u64));
}

static __always_inline long rcu_any_load(void *v, void *elem, unsigned long i)
{
	return rcu_load(v, elem, i, ((struct array *)v)->esize);
}

BENCH_ANYWHERE(rcu8_loop_load, rcu8_load)
BENCH_ANYWHERE(rcu_loop_load, rcu_any_load)

static void rcu_loop_iterate(struct bench_thread *t, u32 n)
{
	struct array *a = t->v;
	unsigned long i, sum = 0;
	u32 some;

	for (; n; n -= some) {
		some = bench_section(t, n);
		rcu_read_lock();
		for (i = t->next; i < t->next + some && i < READ_ONCE(a->size); i++)
			sum += a->data[i * a->esize];
		rcu_read_unlock();
		t->next += some;
	}
	t->sink += sum;
}

static const struct bench_peer rcu_wide = {
	.open	= array_open_full,
	.close	= array_close,
	.loop	= {
		[LFVEC_STRESS_WORK_LOAD]	= rcu_loop_load,
		[LFVEC_STRESS_WORK_ITERATE]	= rcu_loop_iterate,
	},
};

const struct bench_peer bench_array = {
	.open	= array_open_full,
	.close	= array_close,
	.esize	= sizeof(u64),
	.wide	= &rcu_wide,
	.loop	= {
		[LFVEC_STRESS_WORK_LOAD]	= rcu8_loop_load,
		[LFVEC_STRESS_WORK_ITERATE]	= rcu_loop_iterate,
	},
};
