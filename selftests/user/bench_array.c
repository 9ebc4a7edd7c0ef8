// SPDX-License-Identifier: GPL-2.0
/*
 * Peers of the benchmark: one array of full size, and what guards it
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "bench.h"

/* What each operation writes to is apart from what it only reads. */
struct array {
	union {
		pthread_spinlock_t	spin;
		pthread_mutex_t		mutex;
	} ____cacheline_aligned_in_smp;
	unsigned long			size;

	unsigned long			max ____cacheline_aligned_in_smp;
	unsigned int			esize;
	u8				*data;
};

static void *array_create(const struct bench_size *size)
{
	struct array *a = aligned_alloc(__alignof__(*a), sizeof(*a));

	if (!a)
		return NULL;
	memset(a, 0, sizeof(*a));
	a->max = size->room;
	a->esize = size->esize;
	a->data = aligned_alloc(SMP_CACHE_BYTES,
				ALIGN(a->max * a->esize, SMP_CACHE_BYTES));
	if (!a->data) {
		free(a);
		return NULL;
	}
	if (size->warm)
		memset(a->data, 1, a->max * a->esize);
	return a;
}

static void array_destroy(void *v)
{
	struct array *a = v;

	free(a->data);
	free(a);
}

static void array_clear(void *v)
{
	struct array *a = v;

	a->size = 0;
}

static size_t array_bytes(void *v)
{
	struct array *a = v;

	return a->max * a->esize;
}

static __always_inline bool array_push(struct array *a, const void *elems,
				       unsigned int nr, unsigned int esize)
{
	if (a->max - a->size < nr)
		return false;
	memcpy(a->data + a->size * esize, elems, nr * esize);
	a->size += nr;
	return true;
}

static __always_inline bool array_pop(struct array *a, void *elem,
				      unsigned int esize)
{
	if (!a->size)
		return false;
	memcpy(elem, a->data + --a->size * esize, esize);
	return true;
}

static __always_inline bool array_store(struct array *a, unsigned long index,
					const void *elem, unsigned int esize)
{
	if (index >= READ_ONCE(a->size))
		return false;
	memcpy(a->data + index * esize, elem, esize);
	return true;
}

static __always_inline bool array_load(struct array *a, unsigned long index,
				       void *elem, unsigned int esize)
{
	if (index >= READ_ONCE(a->size))
		return false;
	memcpy(elem, a->data + index * esize, esize);
	return true;
}

static __always_inline bool array_iterate(struct array *a, unsigned int esize)
{
	unsigned long size = READ_ONCE(a->size), i;
	u64 sum = 0;

	for (i = 0; i < size; i++)
		sum += READ_ONCE(*(const u64 *)(a->data + i * esize));
	__asm__ __volatile__("" : : "r" (sum));
	return true;
}

/* Do @expr with the array @a of thread @t locked. */
#define locked(lock, unlock, t, expr)					\
({									\
	struct array *a = (t)->v;					\
	bool __done;							\
									\
	lock;								\
	__done = expr;							\
	unlock;								\
	__done;								\
})

#define spinning(t, expr)						\
	locked(pthread_spin_lock(&a->spin), pthread_spin_unlock(&a->spin), t, expr)

#define BENCH_NAME		spin_run
#define BENCH_CLEARS
#define BENCH_ELEM_PUSH(t, elem, esize)					\
	spinning(t, array_push(a, elem, 1, esize))
#define BENCH_ELEM_PUSH_MANY(t, elems, nr, esize)			\
	spinning(t, array_push(a, elems, nr, esize))
#define BENCH_ELEM_POP(t, elem, esize)					\
	spinning(t, array_pop(a, elem, esize))
#define BENCH_ELEM_STORE(t, index, elem, esize)				\
	spinning(t, array_store(a, index, elem, esize))
#define BENCH_ELEM_LOAD(t, index, elem, esize)				\
	spinning(t, array_load(a, index, elem, esize))
#define BENCH_ALL_ITERATE(t, esize)					\
	spinning(t, array_iterate(a, esize))
#include "bench_loop.h"

#define sleeping(t, expr)						\
	locked(pthread_mutex_lock(&a->mutex), pthread_mutex_unlock(&a->mutex), \
	       t, expr)

#define BENCH_NAME		mutex_run
#define BENCH_CLEARS
#define BENCH_ELEM_PUSH(t, elem, esize)					\
	sleeping(t, array_push(a, elem, 1, esize))
#define BENCH_ELEM_PUSH_MANY(t, elems, nr, esize)			\
	sleeping(t, array_push(a, elems, nr, esize))
#define BENCH_ELEM_POP(t, elem, esize)					\
	sleeping(t, array_pop(a, elem, esize))
#define BENCH_ELEM_STORE(t, index, elem, esize)				\
	sleeping(t, array_store(a, index, elem, esize))
#define BENCH_ELEM_LOAD(t, index, elem, esize)				\
	sleeping(t, array_load(a, index, elem, esize))
#define BENCH_ALL_ITERATE(t, esize)					\
	sleeping(t, array_iterate(a, esize))
#include "bench_loop.h"

/*
 * The least that an append can be: an index is taken, then the element is written.
 * A reader may find an element that is not yet there.
 */
static __always_inline bool fetch_add_push(struct array *a, const void *elems,
					   unsigned int nr, unsigned int esize)
{
	unsigned long index = __atomic_fetch_add(&a->size, nr, __ATOMIC_SEQ_CST);

	if (index + nr > a->max)
		return false;
	memcpy(a->data + index * esize, elems, nr * esize);
	return true;
}

#define BENCH_NAME		fetch_add_run
#define BENCH_CLEARS
#define BENCH_ELEM_PUSH(t, elem, esize)					\
	fetch_add_push((t)->v, elem, 1, esize)
#define BENCH_ELEM_PUSH_MANY(t, elems, nr, esize)			\
	fetch_add_push((t)->v, elems, nr, esize)
#define BENCH_ELEM_STORE(t, index, elem, esize)				\
	array_store((t)->v, index, elem, esize)
#define BENCH_ELEM_LOAD(t, index, elem, esize)				\
	array_load((t)->v, index, elem, esize)
#define BENCH_ALL_ITERATE(t, esize)	array_iterate((t)->v, esize)
#include "bench_loop.h"

/* An array that does not grow, read and written as one that RCU protects. */
#define protected(t, expr)						\
	locked(rcu_read_lock(), rcu_read_unlock(), t, expr)

#define BENCH_NAME		rcu_run
#define BENCH_ELEM_STORE(t, index, elem, esize)				\
	protected(t, array_store(a, index, elem, esize))
#define BENCH_ELEM_LOAD(t, index, elem, esize)				\
	protected(t, array_load(a, index, elem, esize))
#define BENCH_ALL_ITERATE(t, esize)					\
	protected(t, array_iterate(a, esize))
#include "bench_loop.h"

static void *spin_create(const struct bench_size *size)
{
	struct array *a = array_create(size);

	if (a)
		pthread_spin_init(&a->spin, PTHREAD_PROCESS_PRIVATE);
	return a;
}

static void *mutex_create(const struct bench_size *size)
{
	struct array *a = array_create(size);

	if (a)
		pthread_mutex_init(&a->mutex, NULL);
	return a;
}

/* It is full from the beginning. */
static void *rcu_create(const struct bench_size *size)
{
	struct array *a = array_create(size);

	if (a) {
		memset(a->data, 1, a->max * a->esize);
		a->size = a->max;
	}
	return a;
}

const struct bench_peer bench_spinlock = {
	.name		= "spinlock",
	.create		= spin_create,
	.destroy	= array_destroy,
	.clear		= array_clear,
	.run		= spin_run,
	.bytes		= array_bytes,
};

const struct bench_peer bench_mutex = {
	.name		= "mutex",
	.create		= mutex_create,
	.destroy	= array_destroy,
	.clear		= array_clear,
	.run		= mutex_run,
	.bytes		= array_bytes,
};

const struct bench_peer bench_fetch_add = {
	.name		= "fetch-add",
	.create		= array_create,
	.destroy	= array_destroy,
	.clear		= array_clear,
	.run		= fetch_add_run,
	.bytes		= array_bytes,
};

const struct bench_peer bench_array = {
	.name		= "array",
	.create		= rcu_create,
	.destroy	= array_destroy,
	.run		= rcu_run,
	.bytes		= array_bytes,
};
