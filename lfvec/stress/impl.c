// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - what a run can be done on: lfvec, and a spinlock + array
 *
 * The array is allocated at once, for at most a million elements.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "stress.h"

#define SPIN_MAX	1000000UL

static void *lfvec_create(u32 esize, const struct lfvec_attr *attr, bool jitter)
{
	struct lfvec *vec = kzalloc(sizeof(*vec), GFP_KERNEL_ACCOUNT);
	int err;

	if (!vec)
		return ERR_PTR(-ENOMEM);
	err = __lfvec_init(vec, esize, attr);
	if (!err)
		return vec;
	kfree(vec);
	return ERR_PTR(err);
}

static void lfvec_destroy_free(void *v)
{
	__lfvec_destroy(v);
	kfree(v);
}

static unsigned long lfvec_run_size(void *v)
{
	return __lfvec_size(v);
}

static long lfvec_run_push(void *v, const void *elem, gfp_t gfp)
{
	return __lfvec_push(v, elem, gfp);
}

static int lfvec_run_pop(void *v, void *elem)
{
	return __lfvec_pop(v, elem);
}

static int lfvec_run_load(void *v, unsigned long index, void *elem)
{
	return __lfvec_load(v, index, elem);
}

static int lfvec_run_peek(void *v, void *elem)
{
	return __lfvec_peek(v, elem);
}

static unsigned long lfvec_run_oldest(void *v)
{
	return __lfvec_oldest(v);
}

static int lfvec_run_store(void *v, unsigned long index, const void *elem,
			   gfp_t gfp)
{
	return __lfvec_store(v, index, elem, gfp);
}

static int lfvec_run_xchg(void *v, unsigned long index, const void *new,
			  void *old, gfp_t gfp)
{
	return __lfvec_xchg(v, index, new, old, gfp);
}

static int lfvec_run_cmpxchg(void *v, unsigned long index, void *old,
			     const void *new, gfp_t gfp)
{
	return __lfvec_cmpxchg(v, index, old, new, gfp);
}

static long lfvec_run_push_many(void *v, const void *elems, unsigned int nr,
				gfp_t gfp)
{
	return __lfvec_push_many(v, elems, nr, gfp);
}

static int lfvec_run_pop_many(void *v, void *elems, unsigned int nr)
{
	return __lfvec_pop_many(v, elems, nr);
}

static long lfvec_run_truncate(void *v, unsigned long size)
{
	return __lfvec_truncate(v, size);
}

static void lfvec_run_stats(void *v, struct lfvec_stress_stats *stats)
{
	stress_stats_get(v, stats);
}

const struct stress_impl stress_impl_lfvec = {
	.create		= lfvec_create,
	.destroy	= lfvec_destroy_free,
	.size		= lfvec_run_size,
	.push		= lfvec_run_push,
	.pop		= lfvec_run_pop,
	.load		= lfvec_run_load,
	.peek		= lfvec_run_peek,
	.oldest		= lfvec_run_oldest,
	.store		= lfvec_run_store,
	.exchange	= lfvec_run_xchg,
	.compare	= lfvec_run_cmpxchg,
	.push_many	= lfvec_run_push_many,
	.pop_many	= lfvec_run_pop_many,
	.truncate	= lfvec_run_truncate,
	.stats		= lfvec_run_stats,
};

struct spin {
	spinlock_t	lock;	/* for all below */
	unsigned int	esize;
	unsigned long	size;
	unsigned long	max;
	u8		data[] __aligned(8);
};

static void *spin_at(struct spin *s, unsigned long index)
{
	return s->data + index * s->esize;
}

static void spin_copy(struct spin *s, void *to, const void *from)
{
	if (likely(s->esize == sizeof(u64)))
		memcpy(to, from, sizeof(u64));
	else
		memcpy(to, from, s->esize);
}

static void *spin_create(u32 esize, const struct lfvec_attr *attr, bool jitter)
{
	unsigned long max = min(attr->max, SPIN_MAX);
	struct spin *s = kvmalloc(struct_size(s, data, max * esize),
				  GFP_KERNEL_ACCOUNT);

	if (!s)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&s->lock);
	s->esize = esize;
	s->size = 0;
	s->max = max;
	return s;
}

static void spin_destroy(void *v)
{
	kvfree(v);
}

static unsigned long spin_size(void *v)
{
	struct spin *s = v;

	return READ_ONCE(s->size);
}

static long spin_push(void *v, const void *elem, gfp_t gfp)
{
	struct spin *s = v;
	long ret = -ENOSPC;

	spin_lock(&s->lock);
	if (s->size < s->max) {
		ret = s->size;
		spin_copy(s, spin_at(s, ret), elem);
		WRITE_ONCE(s->size, ret + 1);	/* spin_size() takes no lock */
	}
	spin_unlock(&s->lock);
	return ret;
}

static int spin_pop(void *v, void *elem)
{
	struct spin *s = v;
	int ret = -ENOENT;

	spin_lock(&s->lock);
	if (s->size) {
		WRITE_ONCE(s->size, s->size - 1);
		spin_copy(s, elem, spin_at(s, s->size));
		ret = 0;
	}
	spin_unlock(&s->lock);
	return ret;
}

static int spin_load(void *v, unsigned long index, void *elem)
{
	struct spin *s = v;
	int ret = -ERANGE;

	spin_lock(&s->lock);
	if (index < s->size) {
		spin_copy(s, elem, spin_at(s, index));
		ret = 0;
	}
	spin_unlock(&s->lock);
	return ret;
}

static int spin_xchg(void *v, unsigned long index, const void *new, void *old,
		     gfp_t gfp)
{
	struct spin *s = v;
	int ret = -ERANGE;

	spin_lock(&s->lock);
	if (index < s->size) {
		spin_copy(s, old, spin_at(s, index));
		spin_copy(s, spin_at(s, index), new);
		ret = 0;
	}
	spin_unlock(&s->lock);
	return ret;
}

const struct stress_impl stress_impl_spinlock = {
	.create		= spin_create,
	.destroy	= spin_destroy,
	.size		= spin_size,
	.push		= spin_push,
	.pop		= spin_pop,
	.load		= spin_load,
	.exchange	= spin_xchg,
};

/* NULL if there is no such implementation. */
const struct stress_impl *stress_impl(u32 impl)
{
	switch (impl) {
	case LFVEC_STRESS_LFVEC:
		return &stress_impl_lfvec;
	case LFVEC_STRESS_PUBLISHED:
		return &stress_impl_published;
	case LFVEC_STRESS_SPINLOCK:
		return &stress_impl_spinlock;
	default:
		return NULL;
	}
}
