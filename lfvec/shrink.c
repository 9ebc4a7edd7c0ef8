// SPDX-License-Identifier: GPL-2.0
/*
 * Giving back memory that is not needed, while others push and pop
 *
 * Operations never learn of it, but for one bit. It is cleared in the word of each
 * bucket that is to go: a push that wants to enter the bucket has to set it again
 * first, which costs it a cmpxchg. Then
 *
 *  - a grace period later, whoever did not see the bit cleared is gone;
 *  - if then no element is left in the bucket, none gets there before the bit is
 *    set again. Another grace period later, whoever may still have had something
 *    to do with the elements that had been there is gone, too;
 *  - so if the bit is still clear, the bucket is ours, with a cmpxchg that fails
 *    if it is set at that moment.
 *
 * Of a bucket that stays, the slots above the size are emptied: their nodes are
 * replaced by NULL and retired. Only NULL needs care, as it recurs in a slot: a
 * helper that read NULL there, before the node came that is there now, would swap
 * its node in. So only slots are taken that have had a node for a grace period,
 * see lfvec_empty_slots().
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <trace/events/lfvec.h>

#include "lfvec_int.h"

/* Slots that are handled in one section. */
#define SHRINK_SLOTS	64

/* The first bucket that is not needed for @size elements. */
static unsigned int shrink_keep(struct lfvec *vec, unsigned long size)
{
	return __fls(min(size + READ_ONCE(vec->pool.spare), vec->max) - 1 + vec->first) + 1;
}

/* Clear the bit of all buckets from @shift up; returns which have it cleared. */
static unsigned long shrink_condemn(struct lfvec *vec, unsigned int shift)
{
	unsigned long condemned = 0;
	void *bucket;

	for (; shift < LFVEC_BUCKETS; shift++) {
		bucket = READ_ONCE(vec->bucket[shift]);
		if (!bucket)
			continue;
		cmpxchg(&vec->bucket[shift], bucket,
			lfvec_usable(bucket, false));
		condemned |= BIT(shift);
	}
	return condemned;
}

/*
 * Leave those that have come into use, and that of the slot at the size: the node
 * there may be the one in ctl.
 */
static unsigned long shrink_spare(struct lfvec *vec, unsigned long condemned)
{
	unsigned long size = __lfvec_size(vec);
	unsigned int shift;
	void *bucket;

	for_each_set_bit(shift, &condemned, LFVEC_BUCKETS) {
		if (size < BIT(shift) - vec->first)
			continue;
		bucket = READ_ONCE(vec->bucket[shift]);
		cmpxchg(&vec->bucket[shift], bucket,
			lfvec_usable(bucket, true));
		condemned &= ~BIT(shift);
	}
	return condemned;
}

/* Free those that nobody has set the bit of. */
static unsigned long shrink_buckets(struct lfvec *vec, unsigned long condemned)
{
	unsigned long bytes = 0, freed;
	unsigned int shift;
	void *bucket;

	for_each_set_bit(shift, &condemned, LFVEC_BUCKETS) {
		bucket = lfvec_usable(READ_ONCE(vec->bucket[shift]), false);
		if (cmpxchg(&vec->bucket[shift], bucket, NULL) != bucket)
			continue;
		freed = lfvec_bucket_free(vec, bucket, shift);
		trace_lfvec_shrink(vec, shift, freed);
		bytes += freed;
	}
	return bytes;
}

static void shrink_slots(struct lfvec *vec, unsigned long index,
			 unsigned long end)
{
	unsigned long next;

	for (; index < end; index = next) {
		next = min(index + SHRINK_SLOTS, end);
		lfvec_empty_slots(vec, index, next);
		cond_resched();
	}
}

/* All that was retired before is in the depot. */
static void shrink_settle(struct lfvec *vec)
{
	if (IS_ENABLED(CONFIG_LFVEC_BUSTED_NO_WAIT))
		return;
	irq_work_sync(&vec->pool.gp_work);
	/* for the grace period under way, and for the next */
	rcu_barrier();
	rcu_barrier();
}

static unsigned long shrink_slots_and_buckets(struct lfvec *vec)
{
	unsigned long condemned, size, end, bytes;

	size = __lfvec_size(vec);
	end = lfvec_dead_end(vec);
	condemned = shrink_condemn(vec, shrink_keep(vec, size));
	if (!IS_ENABLED(CONFIG_LFVEC_BUSTED_NO_WAIT))
		synchronize_rcu();
	condemned = shrink_spare(vec, condemned);
	shrink_slots(vec, size + 1, end);
	if (!IS_ENABLED(CONFIG_LFVEC_BUSTED_NO_WAIT))
		synchronize_rcu();
	bytes = shrink_buckets(vec, condemned);
	lfvec_buckets_ahead(vec, 0);
	return bytes;
}

/**
 * __lfvec_shrink - free what is not needed; see lfvec_shrink()
 * @vec: the vector
 *
 * Context: Task; sleeps.
 * Return: how many bytes.
 */
unsigned long __lfvec_shrink(struct lfvec *vec)
{
	unsigned long bytes = 0;

	mutex_lock(&vec->shrink);
	WRITE_ONCE(vec->pool.spare, vec->pool.spare_min);
	if (!(vec->flags & (LFVEC_OVERWRITE | LFVEC_APPEND_ONLY)))
		bytes = shrink_slots_and_buckets(vec);
	shrink_settle(vec);
	bytes += lfvec_pool_trim(&vec->pool);
	mutex_unlock(&vec->shrink);
	return bytes;
}
EXPORT_SYMBOL_GPL(__lfvec_shrink);
