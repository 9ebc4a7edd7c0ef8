// SPDX-License-Identifier: GPL-2.0
/*
 * Buckets: the two-level array of slots
 *
 * Bucket b has 1 << b slots. The first one in use is that with vec->first
 * slots; those below it stay 0. Once installed, a bucket stays until the vector
 * is destroyed or lfvec_shrink() finds that nobody needs it; until then its slots
 * do not move. Several CPUs that miss the same bucket each allocate one and all
 * but one throw theirs away: nobody waits for another's allocation. To make that
 * rare, the next bucket is got ahead of need, by a push that may sleep or by the
 * worker: by one of them, the one that swaps vec->ahead.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <trace/events/lfvec.h>

#include "lfvec_int.h"

/* As many slots, all NULL. */
static void *lfvec_slots_alloc(struct lfvec *vec, unsigned int shift, gfp_t gfp)
{
	struct mem_cgroup *old;
	void *slots;

	gfp = lfvec_charge(vec->pool.memcg, gfp | __GFP_NOWARN, &old);
	if (gfpflags_allow_blocking(gfp))
		slots = kvzalloc(sizeof(void *) << shift, gfp);
	else
		slots = kzalloc(sizeof(void *) << shift, gfp);
	lfvec_charge_end(vec->pool.memcg, old);
	return slots;
}

/* A bucket for pushes to use: that which lfvec_shrink() had in mind, or a new one. */
static int lfvec_bucket_alloc(struct lfvec *vec, unsigned int shift, gfp_t gfp)
{
	void *bucket = READ_ONCE(vec->bucket[shift]);

	if (bucket && (lfvec_is_usable(bucket) ||
		       cmpxchg(&vec->bucket[shift], bucket,
			       lfvec_usable(bucket, true)) == bucket))
		return 0;

	gfp = lfvec_gfp_here(gfp);
	if (!gfp)
		return -ENOMEM;
	bucket = lfvec_slots_alloc(vec, shift, gfp);
	if (!bucket)
		return -ENOMEM;

	/*
	 * LMM(lfvec_bucket_alloc:A)
	 *
	 * Zeroes before the address. Pairs with the address dependency from
	 * lfvec_bucket() to the slot.
	 */
	if (cmpxchg_release(&vec->bucket[shift], NULL,
			    lfvec_usable(bucket, true))) {
		kvfree(bucket);
		atomic_long_inc(&vec->buckets_lost);
		return 0;
	}
	trace_lfvec_grow(vec, shift, sizeof(void *) << shift);
	return 0;
}

/*
 * Make sure of the buckets of @nr slots from @index on. A batch may span more
 * than two of the small ones. Returns 0, -ENOSPC or -ENOMEM.
 */
int lfvec_bucket_supply(struct lfvec *vec, unsigned long index,
			unsigned long nr, gfp_t gfp)
{
	unsigned int shift, last;
	int err;

	if (nr > vec->max || index > vec->max - nr)
		return -ENOSPC;
	if (vec->flags & LFVEC_OVERWRITE)
		return nr > vec->first ? -ENOSPC : 0;
	last = __fls(index + nr - 1 + vec->first);
	shift = __fls(index + vec->first);
	do {
		if (lfvec_is_usable(READ_ONCE(vec->bucket[shift])))
			continue;
		err = lfvec_bucket_alloc(vec, shift, gfp);
		if (err) {
			lfvec_kick(&vec->supply);
			return err;
		}
	} while (++shift <= last);
	return 0;
}

/*
 * Have room for the spare elements more, and for half a bucket at least, and
 * note with which push to see to that again. Returns 0 or -ENOMEM.
 */
int lfvec_buckets_ahead(struct lfvec *vec, gfp_t gfp)
{
	unsigned long size = __lfvec_size(vec), capacity, room;
	unsigned long ahead = vec->max;
	int err = 0;

	for (;;) {
		capacity = __lfvec_capacity(vec);
		if (capacity >= vec->span)
			break;
		room = max(READ_ONCE(vec->pool.spare), (capacity + vec->first) / 4);
		if (capacity >= room && size <= capacity - room) {
			ahead = capacity - room;
			break;
		}
		err = lfvec_bucket_alloc(vec, __fls(capacity + vec->first), gfp);
		if (err) {
			/* amid what is left */
			ahead = size + (capacity - min(capacity, size)) / 2 + 1;
			break;
		}
	}
	WRITE_ONCE(vec->ahead, ahead);
	return err;
}

static int lfvec_buckets_attr(struct lfvec *vec, const struct lfvec_attr *attr)
{
	unsigned long first = attr->first ?: LFVEC_FIRST_DEFAULT;
	unsigned long limit;

	if (attr->flags & LFVEC_OVERWRITE) {
		if (attr->first || attr->max > BIT(LFVEC_BUCKET_SHIFT_MAX) ||
		    !is_power_of_2(attr->max))
			return -EINVAL;
		vec->first = attr->max;
		vec->max = LONG_MAX;
		vec->span = attr->max;
		vec->mask = attr->max - 1;
		return 0;
	}
	if (!is_power_of_2(first) || first > BIT(LFVEC_BUCKET_SHIFT_MAX))
		return -EINVAL;
	limit = LFVEC_ELEMS_MAX - first;
	if (attr->max > limit)
		return -EINVAL;
	vec->first = first;
	vec->max = attr->max ?: limit;
	vec->span = vec->max;
	vec->mask = ULONG_MAX;
	return 0;
}

int lfvec_buckets_init(struct lfvec *vec, const struct lfvec_attr *attr)
{
	int err = lfvec_buckets_attr(vec, attr);

	if (err)
		return err;
	return lfvec_bucket_alloc(vec, ilog2(vec->first), GFP_KERNEL);
}

/* Free a bucket that nobody can have any more; returns how many bytes. */
unsigned long lfvec_bucket_free(struct lfvec *vec, void *bucket,
				unsigned int shift)
{
	struct lfvec_node **slots = lfvec_usable(bucket, false);
	unsigned long i, nr = 0;

	for (i = 0; i < BIT(shift); i++) {
		if (slots[i]) {
			lfvec_node_free(&vec->pool, slots[i]);
			nr++;
		}
		if (!(i % 1024))
			cond_resched();
	}
	kvfree(slots);
	return BIT(shift) * sizeof(*slots) + nr * vec->pool.size;
}

/* Free all buckets, and the nodes in them. */
void lfvec_buckets_destroy(struct lfvec *vec)
{
	unsigned int shift;

	for (shift = 0; shift < LFVEC_BUCKETS; shift++)
		if (vec->bucket[shift])
			lfvec_bucket_free(vec, vec->bucket[shift], shift);
}

void lfvec_buckets_stats(struct lfvec *vec, struct lfvec_stats *stats)
{
	unsigned int shift;

	for (shift = 0; shift < LFVEC_BUCKETS; shift++) {
		if (!READ_ONCE(vec->bucket[shift]))
			continue;
		stats->buckets++;
		stats->bytes += BIT(shift) * sizeof(struct lfvec_node *);
	}
	stats->buckets_lost = atomic_long_read(&vec->buckets_lost);
}

/**
 * __lfvec_capacity - how many elements fit in the buckets; see lfvec_capacity()
 * @vec: the vector
 *
 * Buckets are installed in order, so the first gap ends what can be filled. The
 * first bucket is always there.
 *
 * Context: Any, including NMI.
 * Return: the number of slots.
 */
unsigned long __lfvec_capacity(struct lfvec *vec)
{
	unsigned int shift = ilog2(vec->first);

	do {
		shift++;
	} while (shift < LFVEC_BUCKETS && READ_ONCE(vec->bucket[shift]));
	return min(BIT(shift) - vec->first, vec->max);
}
EXPORT_SYMBOL_GPL(__lfvec_capacity);
