// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - the vector as published in 2006, for comparison only
 *
 * Dechev, Pirkelbauer, Stroustrup: "Lock-Free Dynamically Resizable Arrays",
 * done faithfully: values in the slots, a descriptor an operation, a write
 * descriptor a push, each of them allocated, and freed by call_rcu().
 *
 * It loses values: a helper that has read {slot, old, new} and is late puts
 * @new there again once the slot has come back to @old. RCU keeps the write
 * descriptor alive, but it does not keep the value in the slot from recurring.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "stress.h"

#define PUBLISHED_BUCKETS	32

struct published_write {
	u64		*slot;
	u64		old;
	u64		new;
	bool		pending;
	struct rcu_head	rcu;
};

struct published_desc {
	unsigned long		size;
	struct published_write	*write;
	struct rcu_head		rcu;
};

struct published {
	struct published_desc	*desc;
	unsigned long		first;
	unsigned long		max;
	bool			jitter;
	u64			*bucket[PUBLISHED_BUCKETS];
};

static void published_free_write(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct published_write, rcu));
}

static void published_free_desc(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct published_desc, rcu));
}

static void published_retire(struct published_desc *desc)
{
	if (desc->write)
		call_rcu(&desc->write->rcu, published_free_write);
	call_rcu(&desc->rcu, published_free_desc);
}

static u64 *published_slot(struct published *p, unsigned long index)
{
	unsigned long pos = index + p->first;
	unsigned int bucket = __fls(pos);

	return READ_ONCE(p->bucket[bucket]) + (pos ^ BIT(bucket));
}

/* Install a bucket: -EAGAIN, or -ENOMEM. */
static int published_grow(struct published *p, unsigned int bucket)
{
	u64 *slots = kvcalloc(BIT(bucket), sizeof(*slots), GFP_KERNEL_ACCOUNT);

	if (!slots)
		return -ENOMEM;
	if (cmpxchg(&p->bucket[bucket], NULL, slots))
		kvfree(slots);
	return -EAGAIN;
}

static void published_complete(struct published *p, struct published_desc *desc)
{
	struct published_write *write = desc->write;
	u64 old, new;

	if (!write || !READ_ONCE(write->pending))
		return;
	old = write->old;
	new = write->new;
	stress_jitter(p->jitter);
	if (IS_ENABLED(CONFIG_64BIT))	/* there are no others */
		cmpxchg(write->slot, old, new);
	WRITE_ONCE(write->pending, false);
}

static struct published_desc *published_current(struct published *p)
{
	/* Pairs with the fully ordered cmpxchg of p->desc. */
	struct published_desc *desc = smp_load_acquire(&p->desc);

	published_complete(p, desc);
	return desc;
}

/* One try of a push: its index, -EAGAIN, -ENOSPC, or -ENXIO: @bucket is missing */
static long published_try_push(struct published *p, struct published_desc *new,
			       unsigned int *bucket)
{
	struct published_write *write = new->write;
	struct published_desc *cur = published_current(p);
	long index = cur->size;

	if (cur->size >= p->max)
		return -ENOSPC;
	*bucket = __fls(cur->size + p->first);
	if (!READ_ONCE(p->bucket[*bucket]))
		return -ENXIO;
	write->slot = published_slot(p, cur->size);
	write->old = READ_ONCE(*write->slot);
	write->pending = true;
	new->size = cur->size + 1;
	stress_jitter(p->jitter);
	if (cmpxchg(&p->desc, cur, new) != cur)
		return -EAGAIN;
	published_complete(p, new);
	published_retire(cur);
	return index;
}

long published_push(void *v, const void *elem, gfp_t gfp)
{
	struct published_desc *new = kmalloc(sizeof(*new), gfp);
	struct published_write *write = kmalloc(sizeof(*write), gfp);
	struct published *p = v;
	unsigned int bucket;
	long ret = -ENOMEM;

	if (!new || !write)
		goto free;
	new->write = write;
	write->new = *(const u64 *)elem;
	do {
		rcu_read_lock();
		ret = published_try_push(p, new, &bucket);
		rcu_read_unlock();
		if (ret == -ENXIO)
			ret = published_grow(p, bucket);
	} while (ret == -EAGAIN);
	if (ret >= 0)
		return ret;
free:
	kfree(write);
	kfree(new);
	return ret;
}

static int published_try_pop(struct published *p, struct published_desc *new,
			     u64 *value)
{
	struct published_desc *cur = published_current(p);

	if (!cur->size)
		return -ENOENT;
	*value = READ_ONCE(*published_slot(p, cur->size - 1));
	new->size = cur->size - 1;
	stress_jitter(p->jitter);
	if (cmpxchg(&p->desc, cur, new) != cur)
		return -EAGAIN;
	published_retire(cur);
	return 0;
}

int published_pop(void *v, void *elem)
{
	struct published_desc *new = kmalloc(sizeof(*new), GFP_KERNEL);
	struct published *p = v;
	int ret;

	if (!new)
		return -ENOMEM;
	new->write = NULL;
	do {
		rcu_read_lock();
		ret = published_try_pop(p, new, elem);
		rcu_read_unlock();
	} while (ret == -EAGAIN);
	if (ret)
		kfree(new);
	return ret;
}

int published_load(void *v, unsigned long index, void *elem)
{
	struct published_desc *cur;
	struct published *p = v;
	int ret = -ERANGE;

	rcu_read_lock();
	cur = published_current(p);
	if (index < cur->size) {
		*(u64 *)elem = READ_ONCE(*published_slot(p, index));
		ret = 0;
	}
	rcu_read_unlock();
	return ret;
}

/* A write alone, as published: it may be to an element that is no more. */
int published_store(void *v, unsigned long index, const void *elem)
{
	struct published *p = v;
	int ret = -ERANGE;

	rcu_read_lock();
	if (index < published_current(p)->size) {
		WRITE_ONCE(*published_slot(p, index), *(const u64 *)elem);
		ret = 0;
	}
	rcu_read_unlock();
	return ret;
}

/* What it holds, less what waits to be freed. */
size_t published_bytes(void *v)
{
	struct published *p = v;
	size_t bytes = sizeof(*p) + sizeof(*p->desc) + sizeof(*p->desc->write);
	unsigned int i;

	for (i = 0; i < PUBLISHED_BUCKETS; i++)
		if (p->bucket[i])
			bytes += BIT(i) * sizeof(u64);
	return bytes;
}

static unsigned long published_size(void *v)
{
	struct published *p = v;
	unsigned long size;

	rcu_read_lock();
	size = smp_load_acquire(&p->desc)->size; /* as published_current() */
	rcu_read_unlock();
	return size;
}

void *published_create(u32 esize, const struct lfvec_attr *attr, bool jitter)
{
	struct published *p;

	if (esize != sizeof(u64) || !IS_ENABLED(CONFIG_64BIT))
		return ERR_PTR(-EOPNOTSUPP);
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return ERR_PTR(-ENOMEM);
	p->first = attr->first;
	p->max = attr->max;
	p->jitter = jitter;
	p->desc = kzalloc(sizeof(*p->desc), GFP_KERNEL_ACCOUNT);
	if (!p->desc) {
		kfree(p);
		return ERR_PTR(-ENOMEM);
	}
	return p;
}

void published_destroy(void *v)
{
	struct published *p = v;
	unsigned int i;

	rcu_barrier();
	for (i = 0; i < PUBLISHED_BUCKETS; i++)
		kvfree(p->bucket[i]);
	kfree(p->desc->write);
	kfree(p->desc);
	kfree(p);
}

const struct stress_impl stress_impl_published = {
	.create		= published_create,
	.destroy	= published_destroy,
	.size		= published_size,
	.push		= published_push,
	.pop		= published_pop,
	.load		= published_load,
	.relax		= rcu_barrier,
};
