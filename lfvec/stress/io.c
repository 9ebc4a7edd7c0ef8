// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - one operation on the attached vector, an ioctl each
 *
 * Elements pass through a buffer of ours. User memory that is to be written is
 * made writable before the operation, so that a bad pointer gets -EFAULT and
 * leaves the vector as it was. Only a program that unmaps that memory meanwhile
 * can lose what it popped.
 */
#include <linux/kconfig.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "stress.h"

/* What a command takes; the fields of all others must be zero. */
#define IO_BUF		0x1
#define IO_OLD		0x2
#define IO_COUNT	0x4
#define IO_NOWAIT	0x8

static gfp_t stress_gfp(const struct lfvec_stress_io *io)
{
	return io->flags & LFVEC_STRESS_NOWAIT ? 0 : GFP_KERNEL_ACCOUNT;
}

/* Check @io, and find the vector. */
static struct lfvec *stress_get(struct stress_file *sf,
				const struct lfvec_stress_io *io,
				unsigned int takes)
{
	/* Pairs with smp_store_release() in stress_vec_attach(). */
	struct stress_vec *sv = smp_load_acquire(&sf->vec);

	if ((io->buf && !(takes & IO_BUF)) ||
	    (io->old && !(takes & IO_OLD)) ||
	    (io->count && !(takes & IO_COUNT)) ||
	    (io->flags & ~(takes & IO_NOWAIT ? LFVEC_STRESS_NOWAIT : 0)) ||
	    memchr_inv(io->reserved, 0, sizeof(io->reserved)))
		return ERR_PTR(-EINVAL);
	if (takes & IO_COUNT && (!io->count || io->count > LFVEC_BATCH_MAX) &&
	    !IS_ENABLED(CONFIG_LFVEC_BUSTED_IO_TRUST))
		return ERR_PTR(-EINVAL);
	if (!sv)
		return ERR_PTR(-ENOTCONN);
	return &sv->vec;
}

/* The index as the library takes it: what does not fit is out of range. */
static int stress_index(u64 index)
{
	return index > LONG_MAX ? -ERANGE : 0;
}

long stress_push(struct stress_file *sf, void *arg)
{
	struct lfvec_stress_io *io = arg;
	struct lfvec *vec = stress_get(sf, io, IO_BUF | IO_COUNT | IO_NOWAIT);
	void *elems;
	long ret;

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	elems = vmemdup_user(u64_to_user_ptr(io->buf),
			     (size_t)io->count * vec->esize);
	if (IS_ERR(elems))
		return PTR_ERR(elems);
	if (io->count == 1)
		ret = __lfvec_push(vec, elems, stress_gfp(io));
	else
		ret = __lfvec_push_many(vec, elems, io->count, stress_gfp(io));
	kvfree(elems);
	if (ret < 0)
		return ret;
	io->index = ret;
	return 0;
}

/* Have @size bytes at @user made writable, and a buffer for them. */
static void *stress_buf(u64 user, size_t size)
{
	void *buf;

	if (fault_in_safe_writeable(u64_to_user_ptr(user), size))
		return ERR_PTR(-EFAULT);
	buf = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	return buf ? buf : ERR_PTR(-ENOMEM);
}

static long stress_copy_out(u64 user, const void *buf, size_t size)
{
	return copy_to_user(u64_to_user_ptr(user), buf, size) ? -EFAULT : 0;
}

long stress_pop(struct stress_file *sf, void *arg)
{
	struct lfvec_stress_io *io = arg;
	struct lfvec *vec = stress_get(sf, io, IO_BUF | IO_COUNT);
	void *elems;
	long ret;

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	elems = stress_buf(io->buf, (size_t)io->count * vec->esize);
	if (IS_ERR(elems))
		return PTR_ERR(elems);
	if (io->count == 1)
		ret = __lfvec_pop(vec, elems) ?: 1;
	else
		ret = __lfvec_pop_many(vec, elems, io->count);
	if (ret > 0) {
		io->index = ret;
		ret = stress_copy_out(io->buf, elems, ret * vec->esize);
	}
	kvfree(elems);
	return ret;
}

/* LOAD and PEEK: an element out, and nothing changed. */
static long stress_read(struct lfvec *vec, struct lfvec_stress_io *io,
			bool last)
{
	void *elem = stress_buf(io->buf, vec->esize);
	long ret;

	if (IS_ERR(elem))
		return PTR_ERR(elem);
	if (last)
		ret = __lfvec_peek(vec, elem);
	else
		ret = __lfvec_load(vec, io->index, elem);
	if (!ret)
		ret = stress_copy_out(io->buf, elem, vec->esize);
	kvfree(elem);
	return ret;
}

long stress_load(struct stress_file *sf, void *arg)
{
	struct lfvec_stress_io *io = arg;
	struct lfvec *vec = stress_get(sf, io, IO_BUF);

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	return stress_index(io->index) ?: stress_read(vec, io, false);
}

long stress_peek(struct stress_file *sf, void *arg)
{
	struct lfvec *vec = stress_get(sf, arg, IO_BUF);

	return IS_ERR(vec) ? PTR_ERR(vec) : stress_read(vec, arg, true);
}

long stress_store(struct stress_file *sf, void *arg)
{
	struct lfvec_stress_io *io = arg;
	struct lfvec *vec = stress_get(sf, io, IO_BUF | IO_NOWAIT);
	void *elem;
	long ret;

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	ret = stress_index(io->index);
	if (ret)
		return ret;
	elem = vmemdup_user(u64_to_user_ptr(io->buf), vec->esize);
	if (IS_ERR(elem))
		return PTR_ERR(elem);
	ret = __lfvec_store(vec, io->index, elem, stress_gfp(io));
	kvfree(elem);
	return ret;
}

/* XCHG and CMPXCHG: the element in, and another one in or out. */
static long stress_swap(struct lfvec *vec, struct lfvec_stress_io *io,
			bool compare)
{
	void *new, *old;
	long ret;

	ret = stress_index(io->index);
	if (ret)
		return ret;
	old = stress_buf(io->old, vec->esize);
	if (IS_ERR(old))
		return PTR_ERR(old);
	new = vmemdup_user(u64_to_user_ptr(io->buf), vec->esize);
	if (IS_ERR(new)) {
		kvfree(old);
		return PTR_ERR(new);
	}
	if (!compare)
		ret = __lfvec_xchg(vec, io->index, new, old, stress_gfp(io));
	else if (copy_from_user(old, u64_to_user_ptr(io->old), vec->esize))
		ret = -EFAULT;
	else
		ret = __lfvec_cmpxchg(vec, io->index, old, new, stress_gfp(io));
	if (ret >= 0) {
		io->index = compare ? ret : io->index;
		ret = stress_copy_out(io->old, old, vec->esize);
	}
	kvfree(new);
	kvfree(old);
	return ret;
}

long stress_xchg(struct stress_file *sf, void *arg)
{
	struct lfvec *vec = stress_get(sf, arg, IO_BUF | IO_OLD | IO_NOWAIT);

	return IS_ERR(vec) ? PTR_ERR(vec) : stress_swap(vec, arg, false);
}

long stress_cmpxchg(struct stress_file *sf, void *arg)
{
	struct lfvec *vec = stress_get(sf, arg, IO_BUF | IO_OLD | IO_NOWAIT);

	return IS_ERR(vec) ? PTR_ERR(vec) : stress_swap(vec, arg, true);
}

long stress_truncate(struct stress_file *sf, void *arg)
{
	struct lfvec_stress_io *io = arg;
	struct lfvec *vec = stress_get(sf, io, 0);
	long ret;

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	ret = __lfvec_truncate(vec, min_t(u64, io->index, LONG_MAX));
	if (ret < 0)
		return ret;
	io->index = ret;
	return 0;
}

long stress_size(struct stress_file *sf, void *arg)
{
	struct lfvec_stress_io *io = arg;
	struct lfvec *vec = stress_get(sf, io, 0);

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	io->index = __lfvec_size(vec);
	return 0;
}

long stress_oldest(struct stress_file *sf, void *arg)
{
	struct lfvec_stress_io *io = arg;
	struct lfvec *vec = stress_get(sf, io, 0);

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	io->index = __lfvec_oldest(vec);
	return 0;
}

long stress_shrink(struct stress_file *sf, void *arg)
{
	struct lfvec_stress_io *io = arg;
	struct lfvec *vec = stress_get(sf, io, 0);

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	io->index = __lfvec_shrink(vec);
	return 0;
}

long stress_reserve(struct stress_file *sf, void *arg)
{
	struct lfvec_stress_io *io = arg;
	struct lfvec *vec = stress_get(sf, io, IO_NOWAIT);

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	if (io->index > stress_most(vec->esize))
		return -ENOSPC;
	return __lfvec_reserve(vec, io->index, stress_gfp(io));
}

void stress_stats_get(struct lfvec *vec, struct lfvec_stress_stats *out)
{
	struct lfvec_stats s;

	__lfvec_stats(vec, &s);
	*out = (struct lfvec_stress_stats){
		.pushes		= s.pushes,
		.pops		= s.pops,
		.stores		= s.stores,
		.retries	= s.retries,
		.helped		= s.helped,
		.dropped	= s.dropped,
		.overwritten	= s.overwritten,
		.size		= s.size,
		.capacity	= s.capacity,
		.buckets	= s.buckets,
		.buckets_lost	= s.buckets_lost,
		.nodes		= s.nodes,
		.nodes_free	= s.nodes_free,
		.nodes_waiting	= s.nodes_waiting,
		.node_size	= s.node_size,
		.bytes		= s.bytes,
	};
}

long stress_stats(struct stress_file *sf, void *arg)
{
	static const struct lfvec_stress_io nothing;
	struct lfvec *vec = stress_get(sf, &nothing, 0);

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	stress_stats_get(vec, arg);
	return 0;
}
