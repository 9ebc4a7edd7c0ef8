/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lfvec_sized - an append-only vector whose elements are of different sizes
 */
#ifndef _LINUX_LFVEC_SIZED_H
#define _LINUX_LFVEC_SIZED_H

#include <linux/lfvec.h>

/**
 * DOC: lfvec_sized
 *
 * What a log is made of: elements of up to four sizes, made in place, and appended
 * with one cmpxchg. Nothing is ever changed; the oldest one may go::
 *
 *	p = lfvec_sized_prepare(&vec, len);
 *	... fill it ...
 *	index = lfvec_sized_commit(&vec, p);
 *
 * Between these two steps the element is the caller's alone, and in nobody's way:
 * it has no index yet, so there is no gap that anybody could have to wait for.
 *
 * Memory
 *	Nodes of each size come from a pool of their own; what all of them ever
 *	allocate is at most lfvec_sized_attr.bytes and .backlog together. If the
 *	elements in the vector take more than .bytes, the oldest ones are evicted, as
 *	many as need be; or with no %LFVEC_OVERWRITE, no more are taken. Nothing is
 *	allocated here: a worker has nodes ready.
 *
 * Concurrency
 *	All but init and destroy may run at the same time as each other.
 *
 * Progress
 *	lfvec_sized_get() is wait-free, all else lock-free.
 */

/* Different sizes of elements. */
#define LFVEC_SIZES_MAX		4

/* The largest one: a page, and a head for it. */
#define LFVEC_SIZED_MAX		(LFVEC_ELEM_MAX + 64)

/**
 * struct lfvec_sized_attr - what it is to be like
 * @sizes:   bytes of elements, rising; 0 after the last one, if there are fewer
 * @max:     most elements, a power of two
 * @bytes:   most bytes that the elements in it take, with their nodes' heads; with
 *	     %LFVEC_OVERWRITE, but for one element for each of those who commit at
 *	     the same moment
 * @backlog: most bytes that are allocated beside these: for elements that are being
 *	     made, for those that are ready to be, and for those that are gone, but
 *	     not for a grace period yet. An eighth of it is got for each size from
 *	     the beginning.
 * @flags:   %LFVEC_OVERWRITE: if it is full, the oldest elements go
 */
struct lfvec_sized_attr {
	unsigned int	sizes[LFVEC_SIZES_MAX];
	unsigned long	max;
	unsigned long	bytes;
	unsigned long	backlog;
	unsigned int	flags;
};

/**
 * struct lfvec_sized_stats - what it holds
 * @bytes:     that the elements in it take
 * @allocated: bytes of all nodes
 * @fixed:     bytes beside nodes: slots, and what each CPU has
 */
struct lfvec_sized_stats {
	u64	bytes;
	u64	allocated;
	u64	fixed;
};

/**
 * struct lfvec_sized - a vector of elements of different sizes
 *
 * All members are private.
 */
struct lfvec_sized {
	/* private: */
	struct lfvec		vec;	/* its pool is the one of the smallest */
	struct lfvec_pool	more[LFVEC_SIZES_MAX - 1];
	unsigned int		nr;
	unsigned int		sizes[LFVEC_SIZES_MAX];
	unsigned long		bytes_max;
	unsigned long		limit;

	atomic_long_t		bytes ____cacheline_aligned_in_smp;
	atomic_long_t		evicted;	/* all elements below are gone */
	atomic_long_t		budget;
	struct llist_head	strays;
};

int lfvec_sized_init(struct lfvec_sized *vec,
		     const struct lfvec_sized_attr *attr);
void lfvec_sized_destroy(struct lfvec_sized *vec);
void *lfvec_sized_prepare(struct lfvec_sized *vec, size_t len);
size_t lfvec_sized_room(const struct lfvec_sized *vec, const void *elem);
long lfvec_sized_commit(struct lfvec_sized *vec, void *elem);
void lfvec_sized_discard(struct lfvec_sized *vec, void *elem);
const void *lfvec_sized_get(struct lfvec_sized *vec, unsigned long index);
unsigned long lfvec_sized_end(struct lfvec_sized *vec);
unsigned long lfvec_sized_oldest(struct lfvec_sized *vec);
void lfvec_sized_stats(struct lfvec_sized *vec, struct lfvec_sized_stats *stats);

#endif /* _LINUX_LFVEC_SIZED_H */
