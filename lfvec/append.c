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

/* What fills the slot of @index, in this lap or a later one; or 0. */
static unsigned long lfvec_filled(struct lfvec *vec, unsigned long index)
{
	unsigned long pos = lfvec_pos(vec, index);
	unsigned long bucket = lfvec_bucket(vec, pos);
	unsigned long word;

	if (!bucket)
		return 0;
	/*
	 * LMM(lfvec_filled:A)
	 *
	 * The node before its fields, and before the slots before it. Pairs with
	 * lfvec_append_only:A.
	 */
	word = (unsigned long)smp_load_acquire(lfvec_slot_in(bucket, pos));
	return word && lfvec_word_index(word) >= index ? word : 0;
}

/* The first slot that is not filled, at or after @from, below which all are. */
unsigned long lfvec_end_from(struct lfvec *vec, unsigned long from)
{
	unsigned long step = 1, low = from, high;

	if (low >= vec->max || !lfvec_filled(vec, low))
		return low;
	/* low is filled, high is not */
	for (high = low; ; step *= 2) {
		if (step >= vec->max - low) {
			high = vec->max;
			break;
		}
		high = low + step;
		if (!lfvec_filled(vec, high))
			break;
		low = high;
	}
	while (high - low > 1) {
		step = low + (high - low) / 2;
		if (lfvec_filled(vec, step))
			low = step;
		else
			high = step;
	}
	return high;
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

/**
 * lfvec_seek - find an element of an append-only vector
 * @vec:   the vector
 * @index: its index
 *
 * Context: Any; within an RCU read-side section.
 * Return: its node, or as an ERR_PTR: -ERANGE, or -EPIPE if it was overwritten.
 */
struct lfvec_node *lfvec_seek(struct lfvec *vec, unsigned long index)
{
	unsigned long word = 0;

	if (vec->flags & LFVEC_APPEND_ONLY && index < vec->max)
		word = lfvec_filled(vec, index);
	if (!word)
		return ERR_PTR(-ERANGE);
	if (lfvec_is_evicted(word) || lfvec_word_index(word) != index)
		return ERR_PTR(-EPIPE);
	return (struct lfvec_node *)word;
}

/* Append @node, and retire the one that it replaces. */
static __always_inline long lfvec_append_node(struct lfvec *vec,
					      struct lfvec_stock *st,
					      struct lfvec_node *node)
{
	unsigned long old;
	long index = lfvec_append_only(vec, st, node, &old, false);

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

/**
 * lfvec_push_only - append an element of raw bytes to an append-only vector
 * @vec:  the vector
 * @elem: the element
 * @gfp:  how memory may be had, or 0
 *
 * Context: Any, as far as @gfp allows.
 * Return: as __lfvec_push().
 */
long lfvec_push_only(struct lfvec *vec, const void *elem, gfp_t gfp)
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
