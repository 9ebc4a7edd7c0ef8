/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The append-only form: what a slot may hold, and how the next one is filled.
 * See append.c.
 */
#ifndef _LFVEC_APPEND_H
#define _LFVEC_APPEND_H

#include "lfvec_int.h"

/*
 * A slot holds NULL, a node, or in a struct lfvec_sized the index of an element
 * that was evicted, marked by the lowest bit. Like a node, that does not recur: an
 * element is evicted once, and its index never comes back. So the argument for
 * the swap of a slot holds for both.
 */
#define LFVEC_EVICTED	1UL

static __always_inline unsigned long lfvec_evicted(unsigned long index)
{
	return index << 1 | LFVEC_EVICTED;
}

static __always_inline bool lfvec_is_evicted(unsigned long word)
{
	return word & LFVEC_EVICTED;
}

/* The index of the element that a slot holds, or held. */
static __always_inline unsigned long lfvec_word_index(unsigned long word)
{
	return lfvec_is_evicted(word) ? word >> 1 :
	       ((struct lfvec_node *)word)->index;
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

/*
 * Put @node in the first slot that is free. @old is what was there. Returns the
 * index, or -ENOMEM if there is no slot. If not @sized, nothing is ever evicted.
 */
static __always_inline long lfvec_append_only(struct lfvec *vec,
					      struct lfvec_stock *st,
					      struct lfvec_node *node,
					      unsigned long *old, bool sized)
{
	unsigned long index = lfvec_hint(vec), *slot, word;
	unsigned int pauses = 0;

	for (;; pauses = lfvec_backoff(st, pauses)) {
		slot = (unsigned long *)lfvec_place(vec, index);
		if (unlikely(!slot || index >= vec->max))
			return -ENOMEM;
		/* as lfvec_filled:A */
		word = smp_load_acquire(slot);
		if (sized ? word && lfvec_word_index(word) >= index :
		    word && ((struct lfvec_node *)word)->index >= index) {
			index = lfvec_end_from(vec, index);
			continue;
		}
		node->index = index;
		lfvec_step();
		/*
		 * LMM(lfvec_append_only:A)
		 *
		 * Fully ordered: the node's fields, and the slots before it,
		 * which were seen filled, before the node in its slot. Pairs
		 * with lfvec_filled:A.
		 */
		if (cmpxchg(slot, word, (unsigned long)node) == word)
			break;
	}
	/*
	 * LMM(lfvec_append_only:B)
	 *
	 * All slots below are filled before the hint says so. Pairs with
	 * lfvec_hint:A.
	 */
	smp_store_release(&vec->end, index + 1);
	st->pushes++;
	*old = word;
	return index;
}

#endif /* _LFVEC_APPEND_H */
