// SPDX-License-Identifier: GPL-2.0
/*
 * Supply ahead of need, for pushes that may not sleep
 *
 * There are to be pool->spare nodes in the depot and as many slots above the size.
 * Whoever finds less, in whatever context, kicks: an irq_work, as only that can be
 * had in NMI, queues a work, which may sleep for memory. If the depot has run dry
 * by the time it runs, it gets twice as many from then on.
 */
#include <linux/gfp.h>

#include "lfvec_int.h"

/**
 * lfvec_kick - have the worker see to what is there
 * @supply: how to
 *
 * Context: Any.
 */
void lfvec_kick(struct lfvec_supply *supply)
{
	/*
	 * LMM(lfvec_kick:A)
	 *
	 * A fully ordered xchg: what was taken, by us or as we have seen, before
	 * the look whether the worker has begun. Pairs with lfvec_supply_begin:A.
	 */
	if (!atomic_xchg(&supply->kicked, 1))
		irq_work_queue(&supply->kick);
}

static void lfvec_kick_work(struct irq_work *work)
{
	struct lfvec_supply *supply = container_of(work, struct lfvec_supply,
						   kick);

	queue_work(system_unbound_wq, &supply->work);
}

/* What the worker does first. */
void lfvec_supply_begin(struct lfvec_supply *supply)
{
	/*
	 * LMM(lfvec_supply_begin:A)
	 *
	 * A fully ordered xchg: not kicked before the look at what is there.
	 * Pairs with lfvec_kick:A, which comes after some of it was taken:
	 * either we see that, or the kick sees that we have begun.
	 */
	atomic_xchg(&supply->kicked, 0);
}

/* Let a pool have its spare nodes, and more of them if there was none left. */
int lfvec_supply_pool(struct lfvec_pool *pool)
{
	if (atomic_long_read(&pool->depot_nr) <= 0)
		WRITE_ONCE(pool->spare,
			   min(READ_ONCE(pool->spare) * 2, pool->spare_max));
	return lfvec_pool_fill(pool, READ_ONCE(pool->spare), LFVEC_SUPPLY_GFP);
}

void lfvec_supply_work(struct work_struct *work)
{
	struct lfvec *vec = container_of(work, struct lfvec, supply.work);

	lfvec_supply_begin(&vec->supply);
	/* Should it fail, the next one who finds too little kicks again. */
	lfvec_supply_pool(&vec->pool);
	lfvec_buckets_ahead(vec, LFVEC_SUPPLY_GFP);
}

/**
 * lfvec_ahead - after a push to @index: get the next bucket, if it is time
 * @vec:   the vector
 * @index: not below vec->ahead, when that was read
 * @gfp:   how memory may be had, or 0
 *
 * Context: Outside of operations; as far as @gfp allows.
 */
void lfvec_ahead(struct lfvec *vec, unsigned long index, gfp_t gfp)
{
	unsigned long ahead = READ_ONCE(vec->ahead);

	/* One of those who come here does it. */
	if (index < ahead ||
	    cmpxchg(&vec->ahead, ahead, vec->max) != ahead)
		return;
	if (lfvec_may_sleep(gfp))
		lfvec_buckets_ahead(vec, gfp);
	else
		lfvec_kick(&vec->supply);
}

int lfvec_supply_init(struct lfvec *vec, work_func_t work)
{
	init_irq_work(&vec->supply.kick, lfvec_kick_work);
	INIT_WORK(&vec->supply.work, work);
	mutex_init(&vec->shrink);
	return lfvec_pool_fill(&vec->pool, vec->pool.spare, GFP_KERNEL) ?:
	       lfvec_buckets_ahead(vec, GFP_KERNEL);
}

/* Nobody kicks any more. */
void lfvec_supply_exit(struct lfvec_supply *supply)
{
	irq_work_sync(&supply->kick);
	cancel_work_sync(&supply->work);
}
