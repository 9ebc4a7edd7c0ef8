/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The append-only form: how the end is found, and the next slot filled. See append.c.
 *
 * What is in a slot is taken for a word here, since in a struct lfvec_sized it need
 * not be a node.
 */
#ifndef _LFVEC_APPEND_H
#define _LFVEC_APPEND_H

#include <linux/err.h>

#include "lfvec_int.h"

/* What the slot of @index holds, or 0 if there is none. */
static __always_inline unsigned long lfvec_slot_word(struct lfvec *vec,
						     unsigned long index)
{
	unsigned long pos = lfvec_pos(vec, index);
	unsigned long bucket = lfvec_bucket(vec, pos);

	if (!bucket)
		return 0;
	/*
	 * LMM(lfvec_slot_word:A)
	 *
	 * The node before its fields, and before the slots before it. Pairs with
	 * lfvec_append_only:A.
	 */
	return (unsigned long)smp_load_acquire(lfvec_slot_in(bucket, pos));
}

/* The index of the element that is in a slot, where that is a node. */
static __always_inline unsigned long lfvec_node_index(unsigned long word)
{
	return ((struct lfvec_node *)word)->index;
}

/*
 * The node of an element of an append-only vector; or as an ERR_PTR: -ERANGE, or
 * -EPIPE if it was overwritten.
 */
static __always_inline struct lfvec_node *lfvec_seek(struct lfvec *vec,
						     unsigned long index)
{
	struct lfvec_node *node = NULL;

	if (index < vec->max)
		node = (struct lfvec_node *)lfvec_slot_word(vec, index);
	if (!node || node->index < index)
		return ERR_PTR(-ERANGE);
	return node->index == index ? node : ERR_PTR(-EPIPE);
}

static __always_inline unsigned long lfvec_hint(struct lfvec *vec)
{
	/*
	 * LMM(lfvec_hint:A)
	 *
	 * The hint before the slots: if this reads what lfvec_append_only:B
	 * stored, all slots below are found filled.
	 */
	return smp_load_acquire(&vec->end);
}

/* The first slot that is not @filled, at or after @from, below which all are. */
static __always_inline unsigned long
lfvec_search_end(struct lfvec *vec, unsigned long from,
		 bool (*filled)(struct lfvec *vec, unsigned long index))
{
	unsigned long step = 1, low = from, high;

	if (low >= vec->max || !filled(vec, low))
		return low;
	/* low is filled, high is not */
	for (high = low; ; step *= 2) {
		if (step >= vec->max - low) {
			high = vec->max;
			break;
		}
		high = low + step;
		if (!filled(vec, high))
			break;
		low = high;
	}
	while (high - low > 1) {
		step = low + (high - low) / 2;
		if (filled(vec, step))
			low = step;
		else
			high = step;
	}
	return high;
}

/*
 * Put @node in the slot of @index if that still holds @word. False if somebody was
 * faster.
 */
static __always_inline bool lfvec_append_at(struct lfvec *vec,
					    unsigned long index,
					    unsigned long *slot,
					    unsigned long word,
					    struct lfvec_node *node)
{
	node->index = index;
	lfvec_step();
	/*
	 * LMM(lfvec_append_only:A)
	 *
	 * Fully ordered: the node's fields, and the slots before it, which were
	 * seen filled, before the node in its slot. Pairs with lfvec_slot_word:A.
	 */
	if (cmpxchg(slot, word, (unsigned long)node) != word)
		return false;
	/*
	 * LMM(lfvec_append_only:B)
	 *
	 * All slots below are filled before the hint says so. Pairs with
	 * lfvec_hint:A.
	 */
	smp_store_release(&vec->end, index + 1);
	return true;
}

/*
 * Put @node in the first slot that is free. @old is what was there, @index_of tells
 * which element that is, and @end_from where to look next if somebody was faster.
 * Returns the index, or -ENOMEM if there is no slot.
 */
static __always_inline long
lfvec_append_only(struct lfvec *vec, struct lfvec_stock *st,
		  struct lfvec_node *node, unsigned long *old,
		  unsigned long (*index_of)(unsigned long word),
		  unsigned long (*end_from)(struct lfvec *vec, unsigned long from))
{
	unsigned long index = lfvec_hint(vec), *slot, word;
	unsigned int lost = 0;

	for (;; lost = lfvec_backoff(vec, st, lost)) {
		slot = (unsigned long *)lfvec_place(vec, index);
		if (unlikely(!slot || index >= vec->max))
			return -ENOMEM;
		/* as lfvec_slot_word:A */
		word = smp_load_acquire(slot);
		if (unlikely(word && index_of(word) >= index))
			index = end_from(vec, index);
		else if (lfvec_append_at(vec, index, slot, word, node))
			break;
	}
	st->pushes++;
	*old = word;
	return index;
}

#endif /* _LFVEC_APPEND_H */
