// SPDX-License-Identifier: GPL-2.0
/*
 * The append-only form: a push is one cmpxchg
 *
 * Where nothing is popped or stored, slots are filled one after the other, and
 * vec->ctl is not needed: a push swaps its node into the first slot that has none
 * of this lap. (There is but one lap, unless the oldest is overwritten.) Whatever
 * was read from a slot in our section and was swapped out since does not come
 * back to it in our section, by the same argument as in vec.c: so the swap
 * succeeds only if nobody has filled the slot, and as all slots before it were
 * seen filled, there are no gaps.
 *
 * vec->end is where to look first. It may lag, even run backwards when a CPU
 * stores it late, but is never too far: it follows a slot that is filled. The
 * true end is found from there in logarithmic time.
 *
 * vec->ctl stays as it was at init, size 0, so that all other calls come here
 * only after they have found nothing there.
 */
#include <linux/err.h>

#include "append.h"

/* Is the slot of @index filled, in this lap or a later one? */
static bool lfvec_filled(struct lfvec *vec, unsigned long index)
{
	unsigned long word = lfvec_slot_word(vec, index);

	return word && lfvec_node_index(word) >= index;
}

/* The first slot that is not filled, at or after @from, below which all are. */
static unsigned long lfvec_end_from(struct lfvec *vec, unsigned long from)
{
	return lfvec_search_end(vec, from, lfvec_filled);
}

/**
 * lfvec_end - how many elements were pushed, in an append-only vector
 * @vec: the vector
 *
 * Context: Any.
 * Return: the index after the last element.
 */
unsigned long lfvec_end(struct lfvec *vec)
{
	unsigned long end;

	preempt_disable();
	end = lfvec_end_from(vec, lfvec_hint(vec));
	preempt_enable();
	return end;
}

/* Append @node, and retire the one that it replaces. */
static __always_inline long lfvec_append_node(struct lfvec *vec,
					      struct lfvec_stock *st,
					      struct lfvec_node *node)
{
	unsigned long old;
	long index = lfvec_append_only(vec, st, node, &old,
				       lfvec_node_index, lfvec_end_from);

	if (index >= 0 && old)
		lfvec_node_retire(&vec->pool, st, (struct lfvec_node *)old);
	return index;
}

/* A node or a bucket was missing. */
static noinline long lfvec_push_only_slow(struct lfvec *vec,
					  struct lfvec_node *node,
					  const void *elem, gfp_t gfp)
{
	struct lfvec_stock *st;
	long ret;

	if (!node)
		node = lfvec_node_alloc(&vec->pool, gfp);
	if (IS_ERR(node))
		return lfvec_drop(vec, 1, PTR_ERR(node));
	do {
		st = lfvec_enter_again(&vec->pool);
		lfvec_copy(vec, node->data, elem);
		ret = lfvec_append_node(vec, st, node);
		lfvec_leave(&vec->pool);
		if (ret != -ENOMEM)
			break;
		ret = lfvec_bucket_supply(vec, lfvec_end(vec), 1, gfp);
	} while (!ret);
	if (ret < 0) {
		lfvec_give_back(vec, node);
		return ret == -ENOSPC ? ret : lfvec_drop(vec, 1, ret);
	}
	lfvec_ahead(vec, ret, gfp);
	return ret;
}

/* Elements of all sizes, and whatever comes in between. */
static noinline long lfvec_push_only_any(struct lfvec *vec, const void *elem,
					 gfp_t gfp)
{
	struct lfvec_node *node;
	struct lfvec_stock *st;
	long ret = -ENOMEM;

	if (unlikely(!lfvec_enter(&vec->pool, &st)))
		return lfvec_drop(vec, 1, -EBUSY);
	node = lfvec_node_get(&vec->pool, st, gfp);
	if (likely(node)) {
		lfvec_copy(vec, node->data, elem);
		ret = lfvec_append_node(vec, st, node);
	}
	lfvec_leave(&vec->pool);
	if (unlikely(ret < 0))
		return lfvec_push_only_slow(vec, node, elem, gfp);
	if (unlikely(ret >= READ_ONCE(vec->ahead)))
		lfvec_ahead(vec, ret, gfp);
	return ret;
}

/**
 * lfvec_push_only - append an element of raw bytes to an append-only vector
 * @vec:  the vector
 * @elem: the element
 * @gfp:  how memory may be had, or 0
 *
 * This is what it takes when all is there and nobody comes in between.
 *
 * Context: Any, as far as @gfp allows.
 * Return: as __lfvec_push().
 */
long lfvec_push_only(struct lfvec *vec, const void *elem, gfp_t gfp)
{
	unsigned long index, word, *slot;
	struct lfvec_node *node;
	struct lfvec_stock *st;

	if (unlikely(vec->flags & LFVEC_ODD_SIZE))
		return lfvec_push_only_any(vec, elem, gfp);
	if (unlikely(!lfvec_enter(&vec->pool, &st)))
		return lfvec_drop(vec, 1, -EBUSY);
	index = lfvec_hint(vec);
	slot = (unsigned long *)lfvec_place(vec, index);
	if (unlikely(!slot || index >= READ_ONCE(vec->ahead) || !st->free))
		goto other;
	/* as lfvec_slot_word:A */
	word = smp_load_acquire(slot);
	if (word && unlikely(lfvec_node_index(word) >= index))
		goto other;
	node = lfvec_stock_get(st);
	memcpy(node->data, elem, sizeof(u64));
	if (unlikely(!lfvec_append_at(vec, index, slot, word, node))) {
		lfvec_node_unget(st, node);
		st->retries++;
		goto other;
	}
	st->pushes++;
	if (word && unlikely(lfvec_node_retired(st, (struct lfvec_node *)word)))
		return lfvec_pushed(vec, st, index);
	lfvec_leave(&vec->pool);
	return index;
other:
	lfvec_leave(&vec->pool);
	return lfvec_push_only_any(vec, elem, gfp);
}
