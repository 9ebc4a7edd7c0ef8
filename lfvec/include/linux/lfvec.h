/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lfvec - a lock-free growable vector
 *
 * Based on D. Dechev, P. Pirkelbauer and B. Stroustrup, "Lock-Free Dynamically
 * Resizable Arrays", OPODIS 2006, LNCS 4305. Documentation/algorithm.rst says
 * what was changed and why it is right.
 */
#ifndef _LINUX_LFVEC_H
#define _LINUX_LFVEC_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/gfp.h>
#include <linux/irq_work.h>
#include <linux/llist.h>
#include <linux/percpu-defs.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/workqueue.h>

/**
 * DOC: lfvec
 *
 * An array that grows at its end. Any number of CPUs push, pop, load and store
 * at the same time; none of them waits for another. Elements have one fixed
 * size of 1 byte to %LFVEC_ELEM_MAX bytes and are copied in and out, or read in
 * place under rcu_read_lock().
 *
 * A vector is declared with the type that it holds, as a genradix is::
 *
 *	static DECLARE_LFVEC(samples, struct sample);
 *
 *	err = lfvec_init(&samples, NULL);
 *	index = lfvec_push(&samples, &sample, GFP_KERNEL);
 *	err = lfvec_load(&samples, index, &sample);
 *	err = lfvec_pop(&samples, &sample);
 *	lfvec_destroy(&samples);
 *
 * The macros check the element type and call the functions with a leading
 * ``__lfvec``, which work on bytes. Use these directly where the size is known
 * only at run time.
 *
 * Forms
 *	What a vector does beyond that is chosen by lfvec_attr.flags at its
 *	init. All calls are the same.
 *
 *	With %LFVEC_OVERWRITE the capacity is fixed, and once it is used up, each
 *	push replaces the oldest element. Indices go on and on: the index is a
 *	sequence number. What was overwritten is -EPIPE for those who ask for it.
 *
 *	With %LFVEC_APPEND_ONLY a push is a single cmpxchg, and nothing is ever
 *	taken out or changed; what would, is -EOPNOTSUPP.
 *
 * Memory and gfp
 *	Each push, store, exchange and compare-and-exchange takes a node for the
 *	new element; a push may also need a bucket of slots. @gfp says how memory
 *	may be had where none is in stock. 0 means: only from there. In NMI, and
 *	with preemption off on PREEMPT_RT, any @gfp is taken for 0. Everything
 *	else never allocates.
 *
 *	A worker sees to it that there is stock for pushes that may not sleep,
 *	see lfvec_attr.spare: they fail only if it has not caught up, or memory is
 *	gone. Each push or store that fails so is counted in lfvec_stats.dropped.
 *
 *	Nodes that were replaced are used again a grace period later. If more of
 *	them wait for that than lfvec_attr.backlog, no more are allocated: a
 *	caller that may sleep waits for a grace period, others get -EAGAIN.
 *
 * Failure
 *	Every failure is a negative errno, and leaves the elements as they were.
 *
 * Concurrency
 *	"yes" means: at the same time, on any number of CPUs, with no lock::
 *
 *	                     push pop  load store iterate reserve init/destroy
 *	  push, push_many    yes  yes  yes  yes   yes     yes     no
 *	  pop, truncate      yes  yes  yes  yes   yes     yes     no
 *	  load, peek, get    yes  yes  yes  yes   yes     yes     no
 *	  store, xchg        yes  yes  yes  yes   yes     yes     no
 *	  iterate            yes  yes  yes  yes   yes     yes     no
 *	  reserve, stats     yes  yes  yes  yes   yes     yes     no
 *	  init, destroy      no   no   no   no    no      no      no
 *
 *	Each operation is linearizable: it takes effect at one instant between
 *	its call and its return. An iteration is a sequence of loads, each of
 *	them linearizable; it is no snapshot.
 *
 * Progress
 *	load, get, size, capacity and empty are wait-free. push, pop, truncate,
 *	peek, store, xchg and cmpxchg are lock-free: where one starts again,
 *	another one has succeeded, or shrink has. The page allocator behind @gfp is not
 *	lock-free, so only @gfp == 0 makes a push lock-free throughout.
 *
 * Contexts
 *	See Context: of each call. Operations disable preemption for their
 *	duration, and take no lock. At most %LFVEC_LEVELS operations nest on one
 *	CPU, which is task, softirq, hardirq and NMI; a deeper one gets -EBUSY.
 *	NMI needs an architecture with %ARCH_HAVE_NMI_SAFE_CMPXCHG; elsewhere,
 *	calls that change the vector get -EBUSY there.
 *
 * Ordering
 *	A successful push, pop, truncate, store, xchg or cmpxchg is fully ordered,
 *	as a value-returning atomic read-modify-write is. load, get, peek and
 *	size are an acquire, which pairs with the release in the operation that
 *	they observe. Failed operations give no ordering.
 *
 * Pointers as elements
 *	A load that races with a pop may return an element just after it was
 *	popped. If elements are pointers to objects, whoever pops one must let a
 *	grace period pass before freeing the object, and whoever loads one must
 *	hold rcu_read_lock() while using it.
 */

/* Largest element, in bytes. */
#define LFVEC_ELEM_MAX		4096

/* Largest number of elements that one push_many or pop_many moves. */
#define LFVEC_BATCH_MAX		64

/* The largest bucket holds 1 << LFVEC_BUCKET_SHIFT_MAX slots: 1 GiB on 64 bit. */
#define LFVEC_BUCKET_SHIFT_MAX	27
#define LFVEC_BUCKETS		(LFVEC_BUCKET_SHIFT_MAX + 1)

/* No vector holds as many elements at a time. */
#define LFVEC_ELEMS_MAX		(2UL << LFVEC_BUCKET_SHIFT_MAX)

/* Slots in the first bucket, unless the creator says otherwise. */
#define LFVEC_FIRST_DEFAULT	16

/* Task, softirq, hardirq and NMI may nest on one CPU. */
#define LFVEC_LEVELS		4

/* No more than this is kept ready for pushes that may not sleep. */
#define LFVEC_SPARE_MAX		65536UL

/* Bytes of nodes that may wait for a grace period, unless said otherwise. */
#define LFVEC_BACKLOG_DEFAULT	0x1000000UL

/* Bytes of nodes up to which the supply for pushes that may not sleep grows. */
#define LFVEC_SPARE_BYTES	0x200000UL

/* Forms of a vector, see lfvec_attr.flags. */
#define LFVEC_OVERWRITE		0x1U
#define LFVEC_APPEND_ONLY	0x2U

/* Whom its memory is charged to, see lfvec_attr.flags. */
#define LFVEC_ACCOUNT		0x4U

/**
 * struct lfvec_attr - what a vector is to be like
 * @first: slots in the first bucket, a power of two of at most
 *	   1 << %LFVEC_BUCKET_SHIFT_MAX; 0 for the default of 16. Each bucket
 *	   after it is twice as large as the one before.
 * @max:   no more than this many elements; 0 for the largest possible, which
 *	   is (2 << %LFVEC_BUCKET_SHIFT_MAX) - @first.
 * @spare: how many pushes that may not sleep are to be possible at any time, at
 *	   most %LFVEC_SPARE_MAX; 0 for the default, which is a page of nodes for
 *	   each possible CPU. So many nodes and slots are there from the beginning
 *	   and are got anew in the background; if that turns out to be too late,
 *	   twice as many from then on, up to %LFVEC_SPARE_BYTES.
 * @backlog: how many nodes may wait for a grace period before no more are
 *	   allocated; 0 for the default of %LFVEC_BACKLOG_DEFAULT bytes
 * @flags: %LFVEC_OVERWRITE: @max elements, a power of two of at most
 *	   1 << %LFVEC_BUCKET_SHIFT_MAX, for which all slots are there from the
 *	   beginning; then the oldest is replaced. @first must be 0.
 *	   %LFVEC_APPEND_ONLY: no pop, truncate, store and push_many.
 *	   %LFVEC_ACCOUNT: all that the vector ever allocates, in whatever
 *	   context, is charged to the memory cgroup of the task that calls init.
 *
 * What a vector takes is at most: its slots; a node for each slot ever used since
 * the last lfvec_shrink(); @backlog; @spare or what it grew to; what is reserved;
 * and for each CPU that used it up to four pages of nodes in stock.
 */
struct lfvec_attr {
	unsigned long	first;
	unsigned long	max;
	unsigned long	spare;
	unsigned long	backlog;
	unsigned int	flags;
};

/**
 * struct lfvec_stats - what a vector has done and what it holds
 * @pushes:	    elements pushed
 * @pops:	    elements popped or truncated away
 * @stores:	    elements replaced by store, xchg or cmpxchg
 * @retries:	    operations that started again because another one won
 * @helped:	    pending writes completed for another CPU
 * @dropped:	    pushes and stores that failed for want of memory (-ENOMEM,
 *		    -EAGAIN) or because they nested too deeply (-EBUSY); each
 *		    element of a push_many counts
 * @overwritten:    elements that a push replaced, with %LFVEC_OVERWRITE
 * @size:	    elements, now
 * @capacity:	    slots in allocated buckets
 * @buckets:	    buckets allocated
 * @buckets_lost:   buckets allocated and thrown away, as another CPU was first
 * @nodes:	    nodes allocated
 * @nodes_free:	    nodes in stock
 * @nodes_waiting:  nodes replaced, and not yet a grace period old
 * @node_size:	    bytes of a node
 * @bytes:	    memory held, in bytes
 *
 * Nodes in use are @nodes - @nodes_free - @nodes_waiting. The figures are read
 * one after another without a lock: exact when nothing runs, close otherwise.
 */
struct lfvec_stats {
	u64	pushes;
	u64	pops;
	u64	stores;
	u64	retries;
	u64	helped;
	u64	dropped;
	u64	overwritten;
	u64	size;
	u64	capacity;
	u64	buckets;
	u64	buckets_lost;
	u64	nodes;
	u64	nodes_free;
	u64	nodes_waiting;
	u64	node_size;
	u64	bytes;
};

/*
 * A node is descriptor and box at once: the newest one is what lfvec.ctl points
 * to, and each one ends up in a slot. Immutable from publication until a grace
 * period after it left its slot, but for @link.
 *
 * @size:  size of the vector once this operation has taken effect
 * @pool:  or in a struct lfvec_sized, which has no such sizes: of its pools, which
 * @index: the slot that it writes; for a batch, the first one
 * @link:  next node of a batch; or in a list of free or retired nodes
 * @data:  the element
 */
struct lfvec_node {
	union {
		unsigned long	size;
		unsigned long	pool;
	};
	unsigned long		index;
	struct llist_node	link;
	u8			data[] __aligned(8);
};

struct lfvec_cpu;
struct kmem_cache;
struct mem_cgroup;

/*
 * What sees to it that there is stock, see lfvec/supply.c
 *
 * @kicked: is the worker to run?
 * @kick:   gets it to, from any context
 * @work:   the worker
 */
struct lfvec_supply {
	atomic_t		kicked;
	struct irq_work		kick;
	struct work_struct	work;
};

/*
 * Nodes of one size, see lfvec/pool.c. Read by every operation and hardly ever
 * written; but for what is from @depot on, which is written once in @chunk
 * operations.
 *
 * @budget: how many bytes may still be allocated; or NULL, for no bound
 */
struct lfvec_pool {
	struct lfvec_cpu __percpu *cpu;
	unsigned int		chunk;
	unsigned int		size;
	unsigned long		spare;
	unsigned long		spare_min;
	unsigned long		spare_max;
	unsigned long		backlog;
	struct lfvec_supply	*supply;
	atomic_long_t		*budget;
	struct mem_cgroup	*memcg;
	struct kmem_cache	*cache;

	struct llist_head	depot ____cacheline_aligned_in_smp;
	atomic_long_t		depot_nr;
	struct llist_node	*limbo;
	struct llist_node	anchor[2];
	atomic_long_t		waiting[2];
	unsigned int		phase;
	atomic_t		gp_busy;
	struct llist_node	*gp_last;
	struct rcu_head		gp_rcu;
	struct irq_work		gp_work;
	atomic_long_t		nodes;
};

/**
 * struct lfvec - a vector of bytes; use DECLARE_LFVEC() for one with a type
 *
 * All members are private.
 */
struct lfvec {
	/* private: */
	/* Written by each operation that changes the vector. */
	atomic_long_t		ctl ____cacheline_aligned_in_smp;
	unsigned long		end;	/* append-only: not far before it */

	/* Read by every operation, hardly ever written. */
	unsigned long		mask ____cacheline_aligned_in_smp;
	unsigned long		first;
	unsigned long		max;
	unsigned long		span;	/* most elements at a time */
	unsigned long		ahead;
	unsigned int		esize;
	unsigned int		flags;
	void			*bucket[LFVEC_BUCKETS];
	struct lfvec_node	root;

	struct lfvec_pool	pool;
	atomic_long_t		buckets_lost;
	atomic_long_t		dropped;
	struct lfvec_supply	supply;
	struct mutex		shrink;		/* one at a time */
};

/**
 * DECLARE_LFVEC() - declare a vector
 * @_name: its name
 * @_type: type of the elements, aligned to no more than 8 bytes
 *
 * For variables and for members of structs. lfvec_init() makes it usable. The
 * zero-sized array carries the type and takes no space.
 */
#define DECLARE_LFVEC(_name, _type)					\
struct {								\
	struct lfvec	vec;						\
	_type		type[0] __aligned(1);				\
} _name

int __lfvec_init(struct lfvec *vec, size_t esize, const struct lfvec_attr *attr);
void __lfvec_destroy(struct lfvec *vec);
long __lfvec_push(struct lfvec *vec, const void *elem, gfp_t gfp);
long __lfvec_push_many(struct lfvec *vec, const void *elems, unsigned int nr,
		       gfp_t gfp);
int __lfvec_pop(struct lfvec *vec, void *elem);
int __lfvec_pop_many(struct lfvec *vec, void *elems, unsigned int nr);
long __lfvec_truncate(struct lfvec *vec, unsigned long size);
int __lfvec_peek(struct lfvec *vec, void *elem);
int __lfvec_load(struct lfvec *vec, unsigned long index, void *elem);
const void *__lfvec_get(struct lfvec *vec, unsigned long index);
int __lfvec_store(struct lfvec *vec, unsigned long index, const void *elem,
		  gfp_t gfp);
int __lfvec_xchg(struct lfvec *vec, unsigned long index, const void *new,
		 void *old, gfp_t gfp);
int __lfvec_cmpxchg(struct lfvec *vec, unsigned long index, void *old,
		    const void *new, gfp_t gfp);
unsigned long __lfvec_size(struct lfvec *vec);
unsigned long __lfvec_oldest(struct lfvec *vec);
unsigned long __lfvec_capacity(struct lfvec *vec);
int __lfvec_reserve(struct lfvec *vec, unsigned long nr, gfp_t gfp);
unsigned long __lfvec_shrink(struct lfvec *vec);
void __lfvec_stats(struct lfvec *vec, struct lfvec_stats *stats);

/**
 * lfvec_init() - make an empty vector
 * @_v:	   the vector
 * @_attr: pointer to a struct lfvec_attr, or NULL for the defaults
 *
 * Context: Task; may sleep.
 * Return: 0, -EINVAL for an @_attr that asks for the impossible, -ENOMEM, or
 * -EINTR if the task is being killed.
 */
#define lfvec_init(_v, _attr)						\
({									\
	BUILD_BUG_ON(sizeof((_v)->type[0]) > LFVEC_ELEM_MAX);		\
	BUILD_BUG_ON(__alignof__(typeof((_v)->type[0])) > 8);		\
	__lfvec_init(&(_v)->vec, sizeof((_v)->type[0]), _attr);		\
})

/**
 * lfvec_destroy() - free all that a vector holds
 * @_v: the vector; nobody may be using it, or come to use it
 *
 * Waits for a grace period. lfvec_init() may be called again afterwards.
 *
 * Context: Task; sleeps.
 */
#define lfvec_destroy(_v)	__lfvec_destroy(&(_v)->vec)

/**
 * lfvec_push() - append an element
 * @_v:	   the vector
 * @_elem: pointer to the element, which is copied
 * @_gfp:  how memory may be had, or 0
 *
 * Context: Any, including NMI, as far as @_gfp allows.
 * Return: the index of the new element, -ENOSPC if the vector holds its maximum,
 * -ENOMEM, -EAGAIN if too much memory waits for a grace period, or -EBUSY if
 * operations are nested too deeply.
 */
#define lfvec_push(_v, _elem, _gfp)					\
({									\
	const typeof((_v)->type[0]) * const __elem = (_elem);		\
	__lfvec_push(&(_v)->vec, __elem, _gfp);				\
})

/**
 * lfvec_push_many() - append several elements in one step
 * @_v:	    the vector
 * @_elems: pointer to the first of the elements, which are copied
 * @_nr:    how many, 1 to %LFVEC_BATCH_MAX
 * @_gfp:   how memory may be had, or 0
 *
 * All of them appear at the same instant with consecutive indices, or none.
 *
 * Context: Any, including NMI, as far as @_gfp allows.
 * Return: the index of the first one, -EINVAL for a bad @_nr, -ENOSPC if they do
 * not all fit, -EOPNOTSUPP if the vector is append-only, -ENOMEM, -EAGAIN if too
 * much memory waits for a grace period, or -EBUSY if operations are nested too
 * deeply.
 */
#define lfvec_push_many(_v, _elems, _nr, _gfp)				\
({									\
	const typeof((_v)->type[0]) * const __elems = (_elems);		\
	__lfvec_push_many(&(_v)->vec, __elems, _nr, _gfp);		\
})

/**
 * lfvec_pop() - remove the last element
 * @_v:	   the vector
 * @_elem: where it is copied to
 *
 * Context: Any, including NMI.
 * Return: 0, -ENOENT if the vector is empty, -EOPNOTSUPP if it is append-only, or
 * -EBUSY if operations are nested too deeply.
 */
#define lfvec_pop(_v, _elem)						\
({									\
	typeof((_v)->type[0]) * const __elem = (_elem);			\
	__lfvec_pop(&(_v)->vec, __elem);				\
})

/**
 * lfvec_pop_many() - remove several elements from the end in one step
 * @_v:	    the vector
 * @_elems: where they are copied to, in the order of their indices, so that
 *	    lfvec_push_many() of the same buffer restores them
 * @_nr:    how many at most, 1 to %LFVEC_BATCH_MAX
 *
 * Context: Any, including NMI.
 * Return: how many were removed (less than @_nr if there were fewer), -ENOENT
 * if the vector is empty, -EINVAL for a bad @_nr, -EOPNOTSUPP if the vector is
 * append-only, or -EBUSY if operations are nested too deeply.
 */
#define lfvec_pop_many(_v, _elems, _nr)					\
({									\
	typeof((_v)->type[0]) * const __elems = (_elems);		\
	__lfvec_pop_many(&(_v)->vec, __elems, _nr);			\
})

/**
 * lfvec_truncate() - drop all elements from an index upwards, in one step
 * @_v:	   the vector
 * @_size: how many elements stay
 *
 * Context: Any, including NMI.
 * Return: how many were dropped: 0 if there were no more than @_size; -EOPNOTSUPP
 * if the vector is append-only; or -EBUSY if operations are nested too deeply.
 */
#define lfvec_truncate(_v, _size)	__lfvec_truncate(&(_v)->vec, _size)

/**
 * lfvec_clear() - drop all elements, in one step
 * @_v: the vector
 *
 * Context: Any, including NMI.
 * Return: as lfvec_truncate().
 */
#define lfvec_clear(_v)			__lfvec_truncate(&(_v)->vec, 0)

/**
 * lfvec_peek() - copy the last element and leave it there
 * @_v:	   the vector
 * @_elem: where it is copied to
 *
 * Context: Any, including NMI.
 * Return: 0, or -ENOENT if the vector is empty.
 */
#define lfvec_peek(_v, _elem)						\
({									\
	typeof((_v)->type[0]) * const __elem = (_elem);			\
	__lfvec_peek(&(_v)->vec, __elem);				\
})

/**
 * lfvec_load() - copy an element
 * @_v:	    the vector
 * @_index: its index
 * @_elem:  where it is copied to
 *
 * Context: Any, including NMI.
 * Return: 0, -ERANGE if @_index is not below the size, or -EPIPE if the element
 * was overwritten.
 */
#define lfvec_load(_v, _index, _elem)					\
({									\
	typeof((_v)->type[0]) * const __elem = (_elem);			\
	__lfvec_load(&(_v)->vec, _index, __elem);			\
})

/**
 * lfvec_get() - find an element, to be used in place
 * @_v:	    the vector
 * @_index: its index
 *
 * The element does not change and does not go away before rcu_read_unlock(),
 * even if it is popped or replaced meanwhile.
 *
 * Context: Any, including NMI; within rcu_read_lock().
 * Return: pointer to the element, or NULL if it is not there.
 */
#define lfvec_get(_v, _index)						\
	((const typeof((_v)->type[0]) *)__lfvec_get(&(_v)->vec, _index))

/**
 * lfvec_store() - replace an element
 * @_v:	    the vector
 * @_index: its index
 * @_elem:  pointer to the new element, which is copied
 * @_gfp:   how memory may be had, or 0
 *
 * Context: Any, including NMI, as far as @_gfp allows.
 * Return: 0, -ERANGE if @_index is not below the size, -EPIPE if the element was
 * overwritten, -EOPNOTSUPP if the vector is append-only, -ENOMEM, -EAGAIN if too
 * much memory waits for a grace period, or -EBUSY if operations are nested too
 * deeply.
 */
#define lfvec_store(_v, _index, _elem, _gfp)				\
({									\
	const typeof((_v)->type[0]) * const __elem = (_elem);		\
	__lfvec_store(&(_v)->vec, _index, __elem, _gfp);		\
})

/**
 * lfvec_xchg() - replace an element and fetch the one that was there
 * @_v:	    the vector
 * @_index: its index
 * @_new:   pointer to the new element, which is copied
 * @_old:   where the former one is copied to; may be the same as @_new
 * @_gfp:   how memory may be had, or 0
 *
 * Context: Any, including NMI, as far as @_gfp allows.
 * Return: 0, -ERANGE if @_index is not below the size, -EPIPE if the element was
 * overwritten, -EOPNOTSUPP if the vector is append-only, -ENOMEM, -EAGAIN if too
 * much memory waits for a grace period, or -EBUSY if operations are nested too
 * deeply.
 */
#define lfvec_xchg(_v, _index, _new, _old, _gfp)			\
({									\
	const typeof((_v)->type[0]) * const __new = (_new);		\
	typeof((_v)->type[0]) * const __old = (_old);			\
	__lfvec_xchg(&(_v)->vec, _index, __new, __old, _gfp);		\
})

/**
 * lfvec_cmpxchg() - replace an element if it is as expected
 * @_v:	    the vector
 * @_index: its index
 * @_old:   pointer to what is expected, compared byte for byte, padding
 *	    included; if it differs, what is there is copied to it
 * @_new:   pointer to the new element, which is copied
 * @_gfp:   how memory may be had, or 0
 *
 * Context: Any, including NMI, as far as @_gfp allows.
 * Return: 1 if replaced, 0 if not as expected; or as lfvec_store().
 */
#define lfvec_cmpxchg(_v, _index, _old, _new, _gfp)			\
({									\
	const typeof((_v)->type[0]) * const __new = (_new);		\
	typeof((_v)->type[0]) * const __old = (_old);			\
	__lfvec_cmpxchg(&(_v)->vec, _index, __old, __new, _gfp);	\
})

/**
 * lfvec_size() - how many elements there are
 * @_v: the vector
 *
 * Each of them can be loaded: an element counts from the instant it is there.
 * With %LFVEC_OVERWRITE, those that were overwritten count as well: this is the
 * index of the next push, and lfvec_oldest() that of the first element left.
 *
 * Context: Any, including NMI.
 * Return: the number of elements.
 */
#define lfvec_size(_v)		__lfvec_size(&(_v)->vec)

/**
 * lfvec_oldest() - the index of the first element that there is
 * @_v: the vector
 *
 * Takes logarithmic time with %LFVEC_OVERWRITE alone; all else is constant.
 *
 * Context: Any, including NMI.
 * Return: 0, or with %LFVEC_OVERWRITE the first index that was not overwritten,
 * which is the size if there is no element.
 */
#define lfvec_oldest(_v)	__lfvec_oldest(&(_v)->vec)

/**
 * lfvec_empty() - whether there are no elements
 * @_v: the vector
 *
 * Context: Any, including NMI.
 * Return: true if there are none.
 */
#define lfvec_empty(_v)		__lfvec_empty(&(_v)->vec)

/**
 * lfvec_capacity() - how many elements fit in the buckets allocated so far
 * @_v: the vector
 *
 * Context: Any, including NMI.
 * Return: the number of slots.
 */
#define lfvec_capacity(_v)	__lfvec_capacity(&(_v)->vec)

/**
 * lfvec_reserve() - have memory ready
 * @_v:	  the vector
 * @_nr:  for how many pushes from now on
 * @_gfp: how memory may be had; 0 only checks that it is there
 *
 * After success, the next @_nr pushes cannot fail for want of memory, whatever
 * CPU or context they come from. Each store, xchg and cmpxchg counts as one of
 * them, and callers that reserve at the same time share what is there. If it
 * fails, what it got remains in stock.
 *
 * Context: Any, including NMI, as far as @_gfp allows.
 * Return: 0, -ENOMEM, -EAGAIN if too much memory waits for a grace period, -ENOSPC
 * if the vector cannot hold that many more, or -EINTR if the task is being killed.
 */
#define lfvec_reserve(_v, _nr, _gfp)	__lfvec_reserve(&(_v)->vec, _nr, _gfp)

/**
 * lfvec_shrink() - give back memory that is not needed
 * @_v: the vector
 *
 * Frees all buckets above the size but for lfvec_attr.spare slots, and all nodes
 * above it, and what is in stock but for lfvec_attr.spare nodes: with it goes what
 * was reserved. Others may push and pop meanwhile, and do not wait. Takes a few
 * grace periods.
 *
 * Context: Task; sleeps.
 * Return: how many bytes were freed.
 */
#define lfvec_shrink(_v)	__lfvec_shrink(&(_v)->vec)

/**
 * lfvec_stats() - read the counters
 * @_v:	    the vector
 * @_stats: struct lfvec_stats *
 *
 * Context: Any but NMI.
 */
#define lfvec_stats(_v, _stats)		__lfvec_stats(&(_v)->vec, _stats)

/**
 * lfvec_for_each() - iterate forwards
 * @_v:	    the vector
 * @_index: unsigned long, the index of the element
 * @_elem:  const pointer to the element
 *
 * From the oldest to the size that the vector has by then; elements that are
 * overwritten before it reaches them are left out. See the concurrency matrix for
 * what an iteration means while others push and pop.
 *
 * Context: Any, including NMI; within rcu_read_lock().
 */
#define lfvec_for_each(_v, _index, _elem)				\
	for (struct lfvec_iter __it = __lfvec_begin(&(_v)->vec, &(_index)); \
	     ((_elem) = (const typeof((_v)->type[0]) *)			\
			__lfvec_next(&__it));)

/**
 * lfvec_for_each_reverse() - iterate backwards
 * @_v:	    the vector
 * @_index: unsigned long, the index of the element
 * @_elem:  const pointer to the element
 *
 * Starts at the size that the vector has on entry and leaves out elements that
 * are popped before it reaches them.
 *
 * Context: Any, including NMI; within rcu_read_lock().
 */
#define lfvec_for_each_reverse(_v, _index, _elem)			\
	for (struct lfvec_iter __it = __lfvec_end(&(_v)->vec, &(_index)); \
	     ((_elem) = (const typeof((_v)->type[0]) *)			\
			__lfvec_prev(&__it));)

/* Where an iteration is: @next is the end of what it has not yet seen. */
struct lfvec_iter {
	struct lfvec	*vec;
	unsigned long	*index;
	unsigned long	next;
};

static inline struct lfvec_iter __lfvec_begin(struct lfvec *vec,
					      unsigned long *index)
{
	return (struct lfvec_iter){ vec, index, __lfvec_oldest(vec) };
}

static inline const void *__lfvec_next(struct lfvec_iter *it)
{
	const void *elem;

	while (!(elem = __lfvec_get(it->vec, it->next))) {
		if (it->next >= __lfvec_oldest(it->vec))
			break;
		/* overtaken by pushes that overwrite */
		it->next = __lfvec_oldest(it->vec);
	}
	*it->index = it->next++;
	return elem;
}

static inline struct lfvec_iter __lfvec_end(struct lfvec *vec,
					    unsigned long *index)
{
	return (struct lfvec_iter){ vec, index, __lfvec_size(vec) };
}

static inline const void *__lfvec_prev(struct lfvec_iter *it)
{
	const void *elem;

	while (it->next) {
		*it->index = --it->next;
		elem = __lfvec_get(it->vec, *it->index);
		if (elem)
			return elem;
		if (*it->index < __lfvec_oldest(it->vec))
			break;
	}
	return NULL;
}

static inline bool __lfvec_empty(struct lfvec *vec)
{
	unsigned long size = __lfvec_size(vec);

	return !size || __lfvec_oldest(vec) >= size;
}

#endif /* _LINUX_LFVEC_H */
