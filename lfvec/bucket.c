// SPDX-License-Identifier: GPL-2.0
/*
 * Buckets: the two-level array of slots
 *
 * Bucket b has 1 << b slots. The first one in use is that with vec->first
 * slots; those below it stay NULL. A bucket is installed once and stays until
 * the vector is destroyed, so a slot never moves. Several CPUs that miss the
 * same bucket each allocate one and all but one throw theirs away: nobody waits
 * for another's allocation. To make that rare, whoever fills the middle slot of
 * a bucket allocates the next one.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "lfvec_int.h"

static int lfvec_bucket_alloc(struct lfvec *vec, unsigned int shift, gfp_t gfp)
{
	struct lfvec_node **bucket;

	if (!gfp)
		return -ENOMEM;
	if (gfpflags_allow_blocking(gfp))
		bucket = kvcalloc(BIT(shift), sizeof(*bucket),
				  gfp | __GFP_NOWARN);
	else
		bucket = kcalloc(BIT(shift), sizeof(*bucket),
				 gfp | __GFP_NOWARN);
	if (!bucket)
		return -ENOMEM;

	/*
	 * LMM(lfvec_bucket_alloc:A)
	 *
	 * Zeroes before the pointer to them. Pairs with the address dependency
	 * from lfvec_bucket() to the slot.
	 */
	if (cmpxchg_release(&vec->bucket[shift], NULL, bucket)) {
		kvfree(bucket);
		atomic_long_inc(&vec->buckets_lost);
	}
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
	last = __fls(index + nr - 1 + vec->first);
	for (shift = __fls(index + vec->first); shift <= last; shift++) {
		if (READ_ONCE(vec->bucket[shift]))
			continue;
		err = lfvec_bucket_alloc(vec, shift, gfp);
		if (err)
			return err;
	}
	return 0;
}

/* The place @pos was filled: if it is amid its bucket, get the next bucket. */
void lfvec_bucket_ahead(struct lfvec *vec, unsigned long pos, gfp_t gfp)
{
	unsigned int shift = __fls(pos);

	if (pos != 3UL << (shift - 1) || BIT(shift + 1) - vec->first >= vec->max)
		return;
	/* Should it fail, the push that needs the bucket tries again. */
	if (!READ_ONCE(vec->bucket[shift + 1]))
		lfvec_bucket_alloc(vec, shift + 1, gfp);
}

int lfvec_buckets_init(struct lfvec *vec, const struct lfvec_attr *attr)
{
	unsigned long first = attr && attr->first ? attr->first :
						    LFVEC_FIRST_DEFAULT;
	unsigned long limit, max;

	if (!is_power_of_2(first) || first > BIT(LFVEC_BUCKET_SHIFT_MAX))
		return -EINVAL;
	limit = (2UL << LFVEC_BUCKET_SHIFT_MAX) - first;
	max = attr && attr->max ? attr->max : limit;
	if (max > limit)
		return -EINVAL;

	vec->first = first;
	vec->max = max;
	return lfvec_bucket_alloc(vec, ilog2(first), GFP_KERNEL);
}

static void lfvec_bucket_free(struct lfvec *vec, unsigned int shift)
{
	struct lfvec_node **bucket = vec->bucket[shift];
	unsigned long i;

	for (i = 0; i < BIT(shift); i++) {
		if (bucket[i])
			lfvec_node_free(vec, bucket[i]);
		if (!(i % 1024))
			cond_resched();
	}
	kvfree(bucket);
	vec->bucket[shift] = NULL;
}

/* Free all buckets, and the nodes in them. */
void lfvec_buckets_destroy(struct lfvec *vec)
{
	unsigned int shift;

	for (shift = 0; shift < LFVEC_BUCKETS; shift++)
		if (vec->bucket[shift])
			lfvec_bucket_free(vec, shift);
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
 * Buckets are installed in order, so the first gap ends what can be filled.
 *
 * Context: Any, including NMI.
 * Return: the number of slots.
 */
unsigned long __lfvec_capacity(struct lfvec *vec)
{
	unsigned int shift = ilog2(vec->first);

	while (shift < LFVEC_BUCKETS && READ_ONCE(vec->bucket[shift]))
		shift++;
	return min(BIT(shift) - vec->first, vec->max);
}
EXPORT_SYMBOL_GPL(__lfvec_capacity);
