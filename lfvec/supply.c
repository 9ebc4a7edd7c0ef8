// SPDX-License-Identifier: GPL-2.0
/*
 * Supply ahead of need, for pushes that may not sleep
 *
 * There are to be vec->spare nodes in the depot and as many slots above the size.
 * Whoever finds less, in whatever context, kicks: an irq_work, as only that can be
 * had in NMI, queues a work, which may sleep for memory. If the depot has run dry
 * by the time it runs, it gets twice as many from then on.
 */
#include <linux/gfp.h>

#include "lfvec_int.h"

/* In the background nothing is worth killing a process for. */
#define LFVEC_SUPPLY_GFP	(GFP_KERNEL | __GFP_NORETRY)

/**
 * lfvec_kick - have the worker see to what is there
 * @vec: the vector
 *
 * Context: Any.
 */
void lfvec_kick(struct lfvec *vec)
{
	if (!atomic_read(&vec->kicked) && !atomic_xchg(&vec->kicked, 1))
		irq_work_queue(&vec->kick);
}

static void lfvec_kick_work(struct irq_work *work)
{
	struct lfvec *vec = container_of(work, struct lfvec, kick);

	queue_work(system_unbound_wq, &vec->supply);
}

static void lfvec_supply_work(struct work_struct *work)
{
	struct lfvec *vec = container_of(work, struct lfvec, supply);

	/*
	 * LMM(lfvec_supply_work:A)
	 *
	 * A fully ordered xchg: not kicked before the look at what is there.
	 * Pairs with the xchg in lfvec_kick(), which comes after some of it was
	 * taken: either we see that, or the kick sees that we have begun.
	 */
	atomic_xchg(&vec->kicked, 0);
	if (atomic_long_read(&vec->depot_nr) <= 0)
		WRITE_ONCE(vec->spare, min(READ_ONCE(vec->spare) * 2,
					   vec->spare_max));
	/* Should it fail, the next one who finds too little kicks again. */
	lfvec_nodes_fill(vec, READ_ONCE(vec->spare), LFVEC_SUPPLY_GFP);
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
	    cmpxchg(&vec->ahead, ahead, ULONG_MAX) != ahead)
		return;
	if (lfvec_may_sleep(gfp))
		lfvec_buckets_ahead(vec, gfp);
	else
		lfvec_kick(vec);
}

int lfvec_supply_init(struct lfvec *vec)
{
	init_irq_work(&vec->kick, lfvec_kick_work);
	INIT_WORK(&vec->supply, lfvec_supply_work);
	mutex_init(&vec->shrink);
	return lfvec_nodes_fill(vec, vec->spare, GFP_KERNEL) ?:
	       lfvec_buckets_ahead(vec, GFP_KERNEL);
}

/* Nobody kicks any more. */
void lfvec_supply_exit(struct lfvec *vec)
{
	irq_work_sync(&vec->kick);
	cancel_work_sync(&vec->supply);
}
