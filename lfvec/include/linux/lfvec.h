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
#include <linux/rcupdate.h>
#include <linux/types.h>

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
 * Memory and gfp
 *	Each push, store, exchange and compare-and-exchange takes a node for the
 *	new element; a push may also need a bucket of slots. @gfp says how memory
 *	may be had where none is in stock. 0 means: from what was reserved, or
 *	-ENOMEM. Everything else never allocates.
 *
 * Failure
 *	Every failure is a negative errno, and leaves the elements as they were.
 *
 * Concurrency
 *	"yes" means: at the same time, on any number of CPUs, with no lock::
 *
 *	                   push pop  load store iterate reserve init/destroy
 *	push, push_many    yes  yes  yes  yes   yes     yes     no
 *	pop, truncate      yes  yes  yes  yes   yes     yes     no
 *	load, peek, get    yes  yes  yes  yes   yes     yes     no
 *	store, xchg        yes  yes  yes  yes   yes     yes     no
 *	iterate            yes  yes  yes  yes   yes     yes     no
 *	reserve, stats     yes  yes  yes  yes   yes     yes     no
 *	init, destroy      no   no   no   no    no      no      no
 *
 *	Each operation is linearizable: it takes effect at one instant between
 *	its call and its return. An iteration is a sequence of loads, each of
 *	them linearizable; it is no snapshot.
 *
 * Progress
 *	load, get, size, capacity and empty are wait-free. push, pop, truncate,
 *	peek, store, xchg and cmpxchg are lock-free: where one starts again,
 *	another one has succeeded. The page allocator behind @gfp is not
 *	lock-free, so only @gfp == 0 makes a push lock-free throughout.
 *
 * Contexts
 *	See Context: of each call. Operations disable preemption for their
 *	duration. At most %LFVEC_LEVELS operations nest on one CPU; a deeper one
 *	gets -EBUSY.
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

/* Slots in the first bucket, unless the creator says otherwise. */
#define LFVEC_FIRST_DEFAULT	16

/* Task, softirq, hardirq and NMI may nest on one CPU. */
#define LFVEC_LEVELS		4

/**
 * struct lfvec_attr - what a vector is to be like
 * @first: slots in the first bucket, a power of two of at most
 *	   1 << %LFVEC_BUCKET_SHIFT_MAX; 0 for the default of 16. Each bucket
 *	   after it is twice as large as the one before.
 * @max:   no more than this many elements; 0 for the largest possible, which
 *	   is (2 << %LFVEC_BUCKET_SHIFT_MAX) - @first.
 */
struct lfvec_attr {
	unsigned long	first;
	unsigned long	max;
};

/**
 * struct lfvec_stats - what a vector has done and what it holds
 * @pushes:	    elements pushed
 * @pops:	    elements popped or truncated away
 * @stores:	    elements replaced by store, xchg or cmpxchg
 * @retries:	    operations that started again because another one won
 * @helped:	    pending writes completed for another CPU
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
 * @index: the slot that it writes; for a batch, the first one
 * @link:  next node of a batch; or in a list of free or retired nodes
 * @data:  the element
 */
struct lfvec_node {
	unsigned long		size;
	unsigned long		index;
	struct llist_node	link;
	u8			data[] __aligned(8);
};

struct lfvec_cpu;
struct kmem_cache;

/**
 * struct lfvec - a vector of bytes; use DECLARE_LFVEC() for one with a type
 *
 * All members are private.
 */
struct lfvec {
	/* private: */
	/* Written by each operation that changes the vector. */
	atomic_long_t		ctl ____cacheline_aligned_in_smp;

	/* Read by every operation, hardly ever written. */
	unsigned long		first ____cacheline_aligned_in_smp;
	unsigned long		max;
	unsigned int		esize;
	unsigned int		chunk;
	struct lfvec_cpu __percpu *cpu;
	struct lfvec_node	**bucket[LFVEC_BUCKETS];
	struct kmem_cache	*cache;
	struct lfvec_node	root;

	/* Node supply, see lfvec/node.c; written once in @chunk operations. */
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
	atomic_long_t		buckets_lost;
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
unsigned long __lfvec_capacity(struct lfvec *vec);
int __lfvec_reserve(struct lfvec *vec, unsigned long nr, gfp_t gfp);
void __lfvec_stats(struct lfvec *vec, struct lfvec_stats *stats);

/**
 * lfvec_init() - make an empty vector
 * @_v:	   the vector
 * @_attr: const struct lfvec_attr *, or NULL for the defaults
 *
 * Context: Task; may sleep.
 * Return: 0, -EINVAL for an @_attr that asks for the impossible, or -ENOMEM.
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
 * Context: Any but NMI, as far as @_gfp allows.
 * Return: the index of the new element, -ENOMEM, -ENOSPC if the vector holds
 * its maximum, or -EBUSY if operations are nested too deeply.
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
 * Context: Any but NMI, as far as @_gfp allows.
 * Return: the index of the first one, -EINVAL for a bad @_nr, -ENOMEM, -ENOSPC
 * if they do not all fit, or -EBUSY if operations are nested too deeply.
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
 * Context: Any but NMI.
 * Return: 0, -ENOENT if the vector is empty, or -EBUSY if operations are nested
 * too deeply.
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
 * Context: Any but NMI.
 * Return: how many were removed (less than @_nr if there were fewer), -ENOENT
 * if the vector is empty, -EINVAL for a bad @_nr, or -EBUSY if operations are
 * nested too deeply.
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
 * Context: Any but NMI.
 * Return: how many were dropped: 0 if there were no more than @_size; or -EBUSY
 * if operations are nested too deeply.
 */
#define lfvec_truncate(_v, _size)	__lfvec_truncate(&(_v)->vec, _size)

/**
 * lfvec_clear() - drop all elements, in one step
 * @_v: the vector
 *
 * Context: Any but NMI.
 * Return: how many were dropped, or -EBUSY if operations are nested too deeply.
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
 * Return: 0, or -ERANGE if @_index is not below the size.
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
 * Return: pointer to the element, or NULL if @_index is not below the size.
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
 * Context: Any but NMI, as far as @_gfp allows.
 * Return: 0, -ERANGE if @_index is not below the size, -ENOMEM, or -EBUSY if
 * operations are nested too deeply.
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
 * Context: Any but NMI, as far as @_gfp allows.
 * Return: 0, -ERANGE if @_index is not below the size, -ENOMEM, or -EBUSY if
 * operations are nested too deeply.
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
 * Context: Any but NMI, as far as @_gfp allows.
 * Return: 1 if replaced, 0 if not as expected, -ERANGE if @_index is not below
 * the size, -ENOMEM, or -EBUSY if operations are nested too deeply.
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
 *
 * Context: Any, including NMI.
 * Return: the number of elements.
 */
#define lfvec_size(_v)		__lfvec_size(&(_v)->vec)

/**
 * lfvec_empty() - whether there are no elements
 * @_v: the vector
 *
 * Context: Any, including NMI.
 * Return: true if there are none.
 */
#define lfvec_empty(_v)		(!__lfvec_size(&(_v)->vec))

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
 * Context: Any but NMI, as far as @_gfp allows.
 * Return: 0, -ENOMEM, -ENOSPC if the vector cannot hold that many more, or
 * -EINTR if the task is being killed.
 */
#define lfvec_reserve(_v, _nr, _gfp)	__lfvec_reserve(&(_v)->vec, _nr, _gfp)

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
 * Ends at the size that the vector has by then. See the concurrency matrix for
 * what an iteration means while others push and pop.
 *
 * Context: Any, including NMI; within rcu_read_lock().
 */
#define lfvec_for_each(_v, _index, _elem)				\
	for (struct lfvec_iter __it = { &(_v)->vec, &(_index), 0 };	\
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

static inline const void *__lfvec_next(struct lfvec_iter *it)
{
	*it->index = it->next++;
	return __lfvec_get(it->vec, *it->index);
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
	}
	return NULL;
}

#endif /* _LINUX_LFVEC_H */
