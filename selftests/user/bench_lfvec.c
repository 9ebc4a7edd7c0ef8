// SPDX-License-Identifier: GPL-2.0
/*
 * Peers of the benchmark: the vector, its append-only form, the form of 2006
 *
 * The vector's own files, on stub headers. What is another price than in a kernel:
 * its mitigations are left out, this CPU's copy of a variable takes a shift and an
 * addition more, and memory comes from a list under a mutex.
 */
#include <stdlib.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "../../lfvec/lfvec_int.h"
#include "../../lfvec/stress/stress.h"
#include "bench.h"
#include "stub.h"

/* Nodes beyond that many are used again in the same round. */
#define RESERVE_MAX	4000000UL

static void *vec_make(const struct bench_size *size, unsigned int flags)
{
	struct lfvec_attr attr = { .flags = flags };
	struct lfvec *vec = aligned_alloc(__alignof__(*vec), sizeof(*vec));

	if (!vec || __lfvec_init(vec, size->esize, &attr) ||
	    (size->warm &&
	     __lfvec_reserve(vec, max(size->room, min(size->pushes, RESERVE_MAX)),
			     GFP_KERNEL))) {
		free(vec);
		return NULL;
	}
	return vec;
}

static void *vec_create(const struct bench_size *size)
{
	return vec_make(size, 0);
}

static void *only_create(const struct bench_size *size)
{
	return vec_make(size, LFVEC_APPEND_ONLY);
}

static void vec_destroy(void *v)
{
	__lfvec_destroy(v);
	free(v);
}

static void vec_clear(void *v)
{
	__lfvec_truncate(v, 0);
	while (stub_do_work())
		;
}

static size_t vec_bytes(void *v)
{
	struct lfvec_stats stats;

	__lfvec_stats(v, &stats);
	return stats.bytes;
}

static bool vec_iterate(struct bench_thread *t)
{
	struct {
		struct lfvec	vec;
		u64		type[0];
	} *v = t->v;
	unsigned long index;
	const u64 *elem;
	u64 sum = 0;

	rcu_read_lock();
	lfvec_for_each(v, index, elem)
		sum += *elem;
	rcu_read_unlock();
	__asm__ __volatile__("" : : "r" (sum));
	return index >= t->elems;
}

#define BENCH_NAME		vec_run
#define BENCH_CLEARS
#define BENCH_ELEM_PUSH(t, elem, esize)					\
	(__lfvec_push((t)->v, elem, GFP_KERNEL) >= 0)
#define BENCH_ELEM_PUSH_MANY(t, elems, nr, esize)			\
	(__lfvec_push_many((t)->v, elems, nr, GFP_KERNEL) >= 0)
#define BENCH_ELEM_POP(t, elem, esize)					\
	(!__lfvec_pop((t)->v, elem))
#define BENCH_ELEM_STORE(t, index, elem, esize)				\
	(!__lfvec_store((t)->v, index, elem, GFP_KERNEL))
#define BENCH_ELEM_LOAD(t, index, elem, esize)				\
	(!__lfvec_load((t)->v, index, elem))
#define BENCH_ALL_ITERATE(t, esize)	vec_iterate(t)
#include "bench_loop.h"

#define BENCH_NAME		only_run
#define BENCH_ELEM_PUSH(t, elem, esize)					\
	(__lfvec_push((t)->v, elem, GFP_KERNEL) >= 0)
#define BENCH_ELEM_LOAD(t, index, elem, esize)				\
	(!__lfvec_load((t)->v, index, elem))
#define BENCH_ALL_ITERATE(t, esize)	vec_iterate(t)
#include "bench_loop.h"

const struct bench_peer bench_lfvec = {
	.name		= "lfvec",
	.create		= vec_create,
	.destroy	= vec_destroy,
	.clear		= vec_clear,
	.run		= vec_run,
	.bytes		= vec_bytes,
};

const struct bench_peer bench_append_only = {
	.name		= "append-only",
	.create		= only_create,
	.destroy	= vec_destroy,
	.run		= only_run,
	.bytes		= vec_bytes,
};

static void *dps_create(const struct bench_size *size)
{
	struct lfvec_attr attr = {
		.first = LFVEC_FIRST_DEFAULT,
		.max = 1UL << LFVEC_BUCKET_SHIFT_MAX,
	};
	void *v = published_create(size->esize, &attr, false);

	return IS_ERR(v) ? NULL : v;
}

static void dps_clear(void *v)
{
	u64 value;

	while (!published_pop(v, &value))
		;
	rcu_barrier();
}

static void dps_relax(void)
{
	rcu_barrier();
}

#define BENCH_NAME		dps_run
#define BENCH_CLEARS
#define BENCH_ELEM_PUSH(t, elem, esize)					\
	(published_push((t)->v, elem, GFP_KERNEL) >= 0)
#define BENCH_ELEM_POP(t, elem, esize)					\
	(!published_pop((t)->v, elem))
#define BENCH_ELEM_LOAD(t, index, elem, esize)				\
	(!published_load((t)->v, index, elem))
#include "bench_loop.h"

const struct bench_peer bench_published = {
	.name		= "published",
	.create		= dps_create,
	.destroy	= published_destroy,
	.clear		= dps_clear,
	.run		= dps_run,
	.relax		= dps_relax,
};
