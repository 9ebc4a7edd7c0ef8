// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec - a lock-free growable vector
 *
 * DOC: the protocol
 *
 * vec->ctl is the shared descriptor. It is one of
 *
 *	N	a node: the newest operation, whose write to its slot may still
 *		be pending; for a batch the last of its nodes, whose link leads
 *		to the others, which are written before it
 *	N | 1	"popped": all from the slot of node N upwards is gone; nothing
 *		is pending
 *
 * so that the size is N->size or N->index. An operation reads ctl, completes
 * the write that is pending there, prepares a node or finds the one it pops,
 * and swaps ctl. That swap is the instant at which it takes effect, but for
 * loads. A slot holds the node last written to it, or NULL; a popped node stays
 * in its slot until a push replaces it, and whoever swaps a node out of its slot
 * retires it.
 *
 * An operation is one RCU read-side section. In it no value of ctl recurs: a
 * node enters ctl once as N, when it is pushed or stored, and once as N | 1, as
 * its slot is overwritten before that index is valid again; and it is recycled
 * only a grace period after it left its slot, which is after it left ctl.
 *
 * So a helper that completes N, having read the slot's content and then found
 * that ctl is still N, knows that ctl was N all the time: what it read is what N
 * replaces, or N. Nobody can have retired that before, so it is not recycled
 * before our section ends, and the swap of the slot succeeds only if N's write
 * is still pending. There is no done flag, and nothing mutable in a node.
 *
 * From the swap of ctl on, an operation may be completed, replaced and retired
 * by others. What it may still touch until its section ends is all nodes that it
 * has seen, but for their link.
 *
 * The correctness argument at length is in Documentation/algorithm.rst.
 *
 * Memory barriers
 * ~~~~~~~~~~~~~~~
 * Pairs are labelled as in kernel/printk/printk_ringbuffer.c. In brackets are
 * the litmus tests in selftests/litmus that show what a pair is for.
 *
 *   lfvec_swap:A / lfvec_ctl:A
 *	publish a node, and all slots written before it, then find it in ctl
 *	[swap-ctl-bucket, swap-ctl-found, swap-ctl-node, swap-ctl-slot]
 *
 *   lfvec_replace:A / lfvec_complete:A
 *	write a slot, also for another CPU, then find it written and see that
 *	ctl has moved on; or write the last one of a batch, then find it written
 *	and so the others, too
 *	[replace-complete, replace-last]
 *
 *   lfvec_replace:A / lfvec_find:A
 *	publish a node in its slot, then load it from there
 *	[replace-find-node, replace-find-order]
 *
 *   lfvec_find:A / lfvec_swap:A
 *	read what a slot holds, then see that ctl has not moved on: peek
 *	[find-swap]
 *
 *   lfvec_complete:A / lfvec_swap:A
 *	read what a slot holds, then see that ctl has not moved on
 *	[complete-swap, pop-swap]
 *
 *   lfvec_swap:A / lfvec_moved_on:A
 *	complete a write and let ctl move on, then find it in its slot
 *	[moved-on]
 *
 *   lfvec_complete:B / lfvec_swap:A
 *	follow the link of a batch, then see that ctl has not moved on
 *	[link-swap]
 *
 *   lfvec_link:A / lfvec_complete:B
 *	retire a node of a batch, then find that its link has changed
 *	[link-retire]
 *
 *   lfvec_bucket_alloc:A / address dependency in lfvec_bucket()
 *	clear a bucket, then find its slots
 *	[bucket-alloc]
 *
 *   lfvec_depot_add:A / lfvec_depot_take:A
 *	link free nodes, then find them
 *	[depot-take]
 *
 *   lfvec_link:A / address dependency in lfvec_depot_take()
 *	initialize a node, then find it by a link of one taken before
 *	[link-walk]
 *
 *   lfvec_seal:A / lfvec_gp_start:A
 *	put nodes in limbo, then see that nobody takes care of it; and the
 *	other way round
 *	[seal-idle]
 *
 *   lfvec_seal:A / lfvec_gp_start:B
 *	take nodes out of their slots and put them in limbo, then let a
 *	grace period begin for them
 *	[seal-cut]
 *
 *   lfvec_gp_start:A / atomic_xchg() in lfvec_seal()
 *	write phase and gp_last, then be the next to take care of limbo
 *	[gp-owner]
 *
 *   lfvec_gp_start:B / lfvec_seal:A
 *	clean an anchor, then append to it
 *	[gp-anchor]
 *
 *   lfvec_supply_begin:A / lfvec_kick:A
 *	take from what is there, then see that the worker has not begun
 *	[kick-begin]
 *
 *   lfvec_empty_slots:A / lfvec_swap:A
 *	read what a slot holds, then see a size that is not above it
 *	[empty-swap]
 *
 *   lfvec_append_only:A / lfvec_slot_word:A
 *	fill a slot, and those before it, then find them filled
 *	[append-node, append-order]
 *
 *   lfvec_append_only:B / lfvec_hint:A
 *	fill slots, then find the hint that is above them
 *	[append-hint]
 *
 *   sized_evict:A / lfvec_slot_word:A
 *	evict an element, and those before it, then find them gone
 *	[evict-order]
 *
 *   sized_went:A / sized_oldest:A
 *	see an element, evict it and say so, then find the end after it
 *	[evict-oldest]
 *
 *   call_rcu() in lfvec_gp_start() / section of an operation
 *	find a node, or append to limbo, and be done before any of it is used
 *	again
 *	[grace-depot, grace-limbo, grace-node, grace-slot]
 *
 *   synchronize_rcu() in lfvec_pool_trim() / section of an operation
 *	follow a link in the depot, and be done before that is freed
 *	[grace-trim]
 *
 *   first synchronize_rcu() in lfvec_shrink() / section of an operation
 *	push into a bucket, or find NULL in a slot, and be done before one is
 *	found dead and the other one is emptied
 *	[shrink-null, shrink-push]
 *
 *   second synchronize_rcu() in lfvec_shrink() / section of an operation
 *	find an element, and be done before its bucket is freed
 *	[shrink-free]
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "append.h"

#define CREATE_TRACE_POINTS
#include <trace/events/lfvec.h>

static unsigned int backoff_min = 64;
module_param(backoff_min, uint, 0644);
MODULE_PARM_DESC(backoff_min, "cpu_relax() after the first lost race (default 64)");

static unsigned int backoff_max = 512;
module_param(backoff_max, uint, 0644);
MODULE_PARM_DESC(backoff_max, "cpu_relax() after many lost races, at most 65536 (default 512)");

/*
 * Out of line, so that where nobody traces there is but a nop in the way of those who
 * come by.
 */
static noinline void lfvec_trace_retry(struct lfvec *vec, unsigned int lost)
{
	trace_lfvec_retry(vec, lost);
}

static noinline void lfvec_trace_help(struct lfvec *vec, unsigned long index)
{
	trace_lfvec_help(vec, index);
}

/*
 * An operation that had lost so many races lost another one: pause, for twice as long
 * as the last time. Returns how many it has lost by now.
 */
noinline unsigned int lfvec_backoff(struct lfvec *vec, struct lfvec_stock *st,
				    unsigned int lost)
{
	unsigned int most = min_t(unsigned int, READ_ONCE(backoff_max),
				  LFVEC_BACKOFF_LIMIT);
	u64 pauses = READ_ONCE(backoff_min);
	unsigned int i;

	pauses <<= min_t(unsigned int, lost, ilog2(LFVEC_BACKOFF_LIMIT));
	pauses = min_t(u64, pauses, most);
	st->retries++;
	lost++;
	if (trace_lfvec_retry_enabled())
		lfvec_trace_retry(vec, lost);
	for (i = 0; i < pauses; i++)
		cpu_relax();
	return lost;
}

/* @nr elements could not be pushed or stored, and not because of a bound. */
noinline long lfvec_drop(struct lfvec *vec, unsigned int nr, long err)
{
	atomic_long_add(nr, &vec->dropped);
	trace_lfvec_drop(vec, nr, err);
	return err;
}

static __always_inline unsigned long lfvec_ctl(struct lfvec *vec)
{
	/*
	 * LMM(lfvec_ctl:A)
	 *
	 * ctl before anything found through it, or in the slots. If this reads
	 * what lfvec_swap:A stored, the node's fields and all slots that were
	 * written by the operations before it are those stored before that.
	 */
	return (unsigned long)atomic_long_read_acquire(&vec->ctl);
}

static __always_inline bool lfvec_moved_on(struct lfvec *vec, unsigned long c)
{
	/*
	 * LMM(lfvec_moved_on:A)
	 *
	 * ctl before the slots: if it has moved on, what was pending in @c is
	 * found in its slots. Pairs with lfvec_swap:A.
	 */
	return (unsigned long)atomic_long_read_acquire(&vec->ctl) != c;
}

static __always_inline struct lfvec_node *lfvec_ctl_node(unsigned long c)
{
	return (struct lfvec_node *)(c & ~LFVEC_POPPED);
}

static __always_inline unsigned long lfvec_ctl_size(unsigned long c)
{
	if (c & LFVEC_POPPED)
		return ((struct lfvec_node *)(c - LFVEC_POPPED))->index;
	return ((struct lfvec_node *)c)->size;
}

/* The instant at which an operation takes effect. */
static __always_inline bool lfvec_swap(struct lfvec *vec, unsigned long c,
				       unsigned long new)
{
	lfvec_step();
	/*
	 * LMM(lfvec_swap:A)
	 *
	 * Fully ordered: our node's fields, and the slots that we have written
	 * or found written, before ctl. Pairs with lfvec_ctl:A, and with the
	 * second look at ctl in lfvec_complete().
	 */
	return (unsigned long)atomic_long_cmpxchg(&vec->ctl, c, new) == c;
}

/*
 * Swap @node into its slot. @old was read from there while the write of @node
 * was pending, so this fails only if another CPU was faster, or if lfvec_shrink()
 * has emptied the slot; then the write is still pending, see lfvec_finish().
 */
static __always_inline bool lfvec_replace(struct lfvec_node **slot,
					  struct lfvec_node *old,
					  struct lfvec_node *node)
{
	lfvec_step();
	/*
	 * LMM(lfvec_replace:A)
	 *
	 * The node's fields before the node in its slot, also where the node is
	 * another CPU's. Pairs with lfvec_complete:A and lfvec_find:A.
	 */
	return try_cmpxchg_release(slot, &old, node);
}

/* And retire what was there. */
static __always_inline bool
lfvec_fill(struct lfvec *vec, struct lfvec_stock *st, struct lfvec_node **slot,
	   struct lfvec_node *old, struct lfvec_node *node)
{
	if (!lfvec_replace(slot, old, node))
		return false;
	if (old)
		lfvec_node_retire(&vec->pool, st, old);
	return true;
}

/*
 * Write @node to its slot for ctl value @c, if that is still to be done. False if
 * ctl has moved on.
 */
static __always_inline bool
lfvec_write(struct lfvec *vec, struct lfvec_stock *st, unsigned long c,
	    struct lfvec_node *node, bool own)
{
	struct lfvec_node **slot = lfvec_slot(vec, node->index), *old;

	for (;;) {
		/*
		 * LMM(lfvec_complete:A)
		 *
		 * The slot before the second look at ctl. If that still finds
		 * @c, this has read what was there before the write, or the
		 * node itself as lfvec_replace:A stored it.
		 */
		old = smp_load_acquire(slot);
		if (old == node)
			return true;
		lfvec_step();
		if (!IS_ENABLED(CONFIG_LFVEC_BUSTED_NO_REREAD) &&
		    lfvec_moved_on(vec, c))
			return false;
		if (lfvec_fill(vec, st, slot, old, node))
			break;
	}
	if (!own) {
		st->helped++;
		if (trace_lfvec_help_enabled())
			lfvec_trace_help(vec, node->index);
	}
	return true;
}

/*
 * Complete the write that is pending in ctl value @c. Returns false if ctl has
 * moved on, and with it the caller's operation: all was complete before.
 *
 * Of a batch, the last node is the one in ctl, and its link leads to the first. It
 * is written when all others are, so that who finds it in its slot knows that. The
 * links are valid as long as ctl is @c. Later the nodes may be retired and their
 * links be used for that, hence the check before each use.
 */
static noinline bool lfvec_complete(struct lfvec *vec, struct lfvec_stock *st,
				    unsigned long c, bool own)
{
	struct lfvec_node *last = lfvec_ctl_node(c), *node = last;
	struct llist_node *link;

	do {
		/*
		 * LMM(lfvec_complete:B)
		 *
		 * The link before the look at ctl: if that still finds @c, the
		 * node was not retired when its link was read.
		 */
		link = smp_load_acquire(&node->link.next);
		if (link && lfvec_moved_on(vec, c))
			return false;
		node = link ? lfvec_to_node(link) : last;
		if (!lfvec_write(vec, st, c, node, own))
			return false;
	} while (node != last);
	return true;
}

/* Complete our own push of @node, whose slot has changed in between. */
static __always_inline void lfvec_finish(struct lfvec *vec, struct lfvec_stock *st,
					 struct lfvec_node *node)
{
	if (!IS_ENABLED(CONFIG_LFVEC_BUSTED_NO_FINISH))
		lfvec_complete(vec, st, (unsigned long)node, true);
}

/*
 * Complete our own batch, whose @nr slots from @slot on are in one bucket. As long
 * as nobody comes in between, what it replaces is retired all at once.
 */
static __always_inline void
lfvec_complete_own(struct lfvec *vec, struct lfvec_stock *st,
		   struct lfvec_node *last, struct lfvec_node **slot,
		   unsigned int nr)
{
	struct llist_node *link, **tail = lfvec_retired_tail(st);
	struct lfvec_node *node = last, *old, **end = slot + nr - 1;
	unsigned long c = (unsigned long)last;
	unsigned int room = st->room;

	for (; slot != end; slot++) {
		/* as lfvec_complete:B */
		link = smp_load_acquire(&node->link.next);
		/* as lfvec_complete:A */
		old = smp_load_acquire(slot);
		if (unlikely(lfvec_moved_on(vec, c)))
			break;
		node = lfvec_to_node(link);
		if (unlikely(old == node || !lfvec_replace(slot, old, node)))
			break;
		if (!old)
			continue;
		/* as lfvec_link:A */
		smp_store_release(tail, &old->link);
		tail = &old->link.next;
		room--;
	}
	if (room != st->room)
		lfvec_retired_many(&vec->pool, st, tail, room);
	if (likely(slot == end))
		lfvec_write(vec, st, c, last, true);
	else
		lfvec_complete(vec, st, c, true);
}

/* Is nothing pending in @c? Most of the time that is so. */
static __always_inline bool lfvec_settled(struct lfvec *vec, unsigned long c)
{
	struct lfvec_node *node = lfvec_ctl_node(c);

	if (c & LFVEC_POPPED || IS_ENABLED(CONFIG_LFVEC_BUSTED_NO_HELP))
		return true;
	/* as lfvec_complete:A; of a batch, this is the last one */
	return smp_load_acquire(lfvec_slot(vec, node->index)) == node;
}

/* Nothing is pending in @c, or not any more. If false, read ctl again. */
static __always_inline bool lfvec_settle(struct lfvec *vec,
					 struct lfvec_stock *st,
					 unsigned long c)
{
	return likely(lfvec_settled(vec, c)) ||
	       lfvec_complete(vec, st, c, false);
}

/* Number the @nr nodes of a push that is to follow @size elements. */
static __always_inline void lfvec_number(struct lfvec_node *last,
					 unsigned long size, unsigned int nr)
{
	struct lfvec_node *node = last;

	last->size = size + nr;
	last->index = size + nr - 1;
	for (; nr > 1; nr--) {
		node = lfvec_to_node(node->link.next);
		node->index = size++;
	}
}

/* Are there the slots of @nr elements from @index on, in the bucket of the first? */
static __always_inline bool lfvec_in_one(const struct lfvec *vec,
					 unsigned long index, unsigned int nr)
{
	unsigned long pos = lfvec_pos(vec, index);

	return __fls(pos) == __fls(pos + nr - 1) && index + nr <= vec->max;
}

/*
 * Append the @nr nodes linked from @node, which is the last of them; its link leads
 * to the first. Returns the index of the first one, or -ENOMEM if there is no room:
 * lfvec_bucket_supply() knows why.
 */
static __always_inline long lfvec_append(struct lfvec *vec,
					 struct lfvec_stock *st,
					 struct lfvec_node *node,
					 unsigned int nr)
{
	struct lfvec_node **slot, *old;
	unsigned int lost = 0;
	unsigned long c, size;
	bool in_one;

	for (;; lost = lfvec_backoff(vec, st, lost)) {
		c = lfvec_ctl(vec);
		if (!lfvec_settle(vec, st, c))
			continue;
		size = lfvec_ctl_size(c);
		slot = lfvec_place(vec, size);
		if (unlikely(!slot || size >= vec->max))
			return -ENOMEM;
		in_one = nr == 1 || lfvec_in_one(vec, size, nr);
		if (!in_one && lfvec_bucket_supply(vec, size, nr, 0))
			return -ENOMEM;
		old = READ_ONCE(*slot);
		lfvec_number(node, size, nr);
		if (lfvec_swap(vec, c, (unsigned long)node))
			break;
	}
	if (nr == 1) {
		if (unlikely(!lfvec_fill(vec, st, slot, old, node)))
			lfvec_finish(vec, st, node);
	} else if (likely(in_one)) {
		lfvec_complete_own(vec, st, node, slot, nr);
	} else {
		lfvec_complete(vec, st, (unsigned long)node, true);
	}
	st->pushes += nr;
	return size;
}

/**
 * lfvec_give_back - give back nodes of an operation that failed
 * @vec:  the vector
 * @node: the first of them, linked; never published
 *
 * They must not go to the depot directly, see lfvec_depot_take().
 *
 * Context: Outside of operations.
 */
void lfvec_give_back(struct lfvec *vec, struct lfvec_node *node)
{
	struct lfvec_stock *st = lfvec_enter_again(&vec->pool);
	struct llist_node *next;

	do {
		next = node->link.next;
		lfvec_node_put(&vec->pool, st, node);
		node = lfvec_to_node(next);
	} while (next);
	lfvec_leave(&vec->pool);
}

/* Append nodes for which there may be no bucket; if it fails, give them back. */
static noinline long lfvec_push_nodes(struct lfvec *vec,
				      struct lfvec_node *node, unsigned int nr,
				      gfp_t gfp)
{
	struct lfvec_stock *st;
	long ret;

	do {
		st = lfvec_enter_again(&vec->pool);
		ret = lfvec_append(vec, st, node, nr);
		lfvec_leave(&vec->pool);
		if (ret >= 0) {
			lfvec_ahead(vec, ret + nr - 1, gfp);
			return ret;
		}
		ret = lfvec_bucket_supply(vec, __lfvec_size(vec), nr, gfp);
	} while (!ret);
	lfvec_give_back(vec, node);
	return ret == -ENOSPC ? ret : lfvec_drop(vec, nr, ret);
}

/* Push where a node (@node is NULL) or a bucket was missing. */
static noinline long lfvec_push_slow(struct lfvec *vec, struct lfvec_node *node,
				     const void *elem, gfp_t gfp)
{
	if (!node)
		node = lfvec_node_alloc(&vec->pool, gfp);
	if (IS_ERR(node))
		return lfvec_drop(vec, 1, PTR_ERR(node));
	lfvec_copy(vec, node->data, elem);
	return lfvec_push_nodes(vec, node, 1, gfp);
}

/* Elements of all sizes, and whatever comes in between. */
static noinline long lfvec_push_any(struct lfvec *vec, const void *elem,
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
		ret = lfvec_append(vec, st, node, 1);
	}
	lfvec_leave(&vec->pool);
	if (unlikely(ret < 0))
		return lfvec_push_slow(vec, node, elem, gfp);
	if (unlikely(ret >= READ_ONCE(vec->ahead)))
		lfvec_ahead(vec, ret, gfp);
	return ret;
}

/*
 * Find the slot of the next element. True if it is there, it is not yet time for
 * the next bucket, and the last operation was a pop, or a push whose last element
 * is in its slot: the one before.
 */
static __always_inline bool lfvec_ready(struct lfvec *vec, unsigned long c,
					unsigned long size,
					struct lfvec_node ***slot)
{
	unsigned long pos = lfvec_pos(vec, size);
	unsigned long bucket = lfvec_bucket(vec, pos);
	unsigned long offset = pos ^ BIT(__fls(pos));

	OPTIMIZER_HIDE_VAR(offset);
	if (unlikely(!(bucket & LFVEC_USABLE) || size >= READ_ONCE(vec->ahead)))
		return false;
	*slot = (struct lfvec_node **)(bucket - LFVEC_USABLE) + offset;
	if (c & LFVEC_POPPED)
		return true;
	/* as lfvec_complete:A */
	return offset && smp_load_acquire(&(*slot)[-1]) == (void *)c;
}

/* The end of a push to @index where the stock has retired so many by now. */
noinline long lfvec_pushed(struct lfvec *vec, struct lfvec_stock *st, long index)
{
	lfvec_seal(&vec->pool, st);
	lfvec_leave(&vec->pool);
	return index;
}

/**
 * __lfvec_push - append an element of raw bytes; see lfvec_push()
 * @vec:  the vector
 * @elem: the element
 * @gfp:  how memory may be had, or 0
 *
 * Dechev et al., push_back, with node and write descriptor in one. This is what
 * it takes when all is there and nobody comes in between.
 *
 * Context: Any, including NMI, as far as @gfp allows.
 * Return: the index, -ENOMEM, -EAGAIN, -ENOSPC or -EBUSY.
 */
long __lfvec_push(struct lfvec *vec, const void *elem, gfp_t gfp)
{
	struct lfvec_node *node, *old, **slot;
	struct lfvec_stock *st;
	unsigned long c, size;

	if (unlikely(vec->flags & LFVEC_APPEND_ONLY))
		return lfvec_push_only(vec, elem, gfp);
	if (unlikely(vec->flags & LFVEC_ODD_SIZE))
		return lfvec_push_any(vec, elem, gfp);
	if (unlikely(!lfvec_enter(&vec->pool, &st)))
		return lfvec_drop(vec, 1, -EBUSY);
	c = lfvec_ctl(vec);
	size = lfvec_ctl_size(c);
	if (unlikely(!lfvec_ready(vec, c, size, &slot) || !st->free))
		goto other;
	old = READ_ONCE(*slot);
	node = lfvec_stock_get(st);
	node->size = size + 1;
	node->index = size;
	memcpy(node->data, elem, sizeof(u64));
	if (unlikely(!lfvec_swap(vec, c, (unsigned long)node))) {
		lfvec_node_unget(st, node);
		st->retries++;
		goto other;
	}
	st->pushes++;
	if (unlikely(!lfvec_replace(slot, old, node)))
		lfvec_finish(vec, st, node);
	else if (old && unlikely(lfvec_node_retired(st, old)))
		return lfvec_pushed(vec, st, size);
	lfvec_leave(&vec->pool);
	return size;
other:
	lfvec_leave(&vec->pool);
	return lfvec_push_any(vec, elem, gfp);
}
EXPORT_SYMBOL_GPL(__lfvec_push);

/* Get @nr nodes with the elements in them, linked as in a batch; or an ERR_PTR. */
static struct lfvec_node *lfvec_batch(struct lfvec *vec, const void *elems,
				      unsigned int nr, gfp_t gfp)
{
	struct lfvec_node *head = NULL, *node;
	unsigned int i = nr;

	do {
		node = lfvec_node_alloc(&vec->pool, gfp);
		if (IS_ERR(node)) {
			if (head)
				lfvec_give_back(vec, head);
			return node;
		}
		lfvec_copy(vec, node->data,
			   elems + (i > 1 ? i - 2 : nr - 1) * vec->esize);
		lfvec_link(&node->link, head ? &head->link : NULL);
		head = node;
	} while (--i);
	return head;
}

/* Push several elements where a node or a bucket was missing. */
static noinline long lfvec_push_many_slow(struct lfvec *vec, const void *elems,
					  unsigned int nr, gfp_t gfp)
{
	struct lfvec_node *head = lfvec_batch(vec, elems, nr, gfp);

	if (IS_ERR(head))
		return lfvec_drop(vec, nr, PTR_ERR(head));
	return lfvec_push_nodes(vec, head, nr, gfp);
}

/* Have @nr nodes in stock. */
static __always_inline bool lfvec_stock_fill(struct lfvec_pool *pool,
					     struct lfvec_stock *st,
					     unsigned int nr, gfp_t gfp)
{
	while (unlikely(st->nr_free < nr))
		if (!lfvec_depot_take(pool, st, gfp))
			return false;
	return true;
}

/* They are not taken, after all: leave it with no more than it may hold. */
static void lfvec_stock_shed(struct lfvec_pool *pool, struct lfvec_stock *st)
{
	while (st->nr_free > pool->chunk)
		lfvec_node_retire(pool, st, lfvec_stock_get(st));
}

/*
 * Push several elements with nodes from stock, where they are linked already.
 * -ENOMEM if a node or a bucket is missing, and all is as it was.
 */
static __always_inline long lfvec_push_stock(struct lfvec *vec,
					     struct lfvec_stock *st,
					     const void *elems, unsigned int nr,
					     gfp_t gfp)
{
	struct lfvec_node *last, *node;
	struct llist_node *rest;
	unsigned int i;
	long ret;

	if (!lfvec_stock_fill(&vec->pool, st, nr, gfp))
		return -ENOMEM;
	last = lfvec_to_node(st->free);
	lfvec_copy(vec, last->data, elems + (nr - 1) * vec->esize);
	for (node = last, i = 0; i < nr - 1; i++) {
		node = lfvec_to_node(node->link.next);
		lfvec_copy(vec, node->data, elems + i * vec->esize);
	}
	rest = node->link.next;
	WRITE_ONCE(node->link.next, NULL);
	ret = lfvec_append(vec, st, last, nr);
	if (unlikely(ret < 0)) {
		lfvec_link(&node->link, rest);
		return ret;
	}
	st->free = rest;
	st->nr_free -= nr;
	return ret;
}

/* Elements of all sizes, and whatever comes in between. */
static noinline long lfvec_push_many_any(struct lfvec *vec, const void *elems,
					 unsigned int nr, gfp_t gfp)
{
	struct lfvec_stock *st;
	long ret;

	if (unlikely(!lfvec_enter(&vec->pool, &st)))
		return lfvec_drop(vec, nr, -EBUSY);
	ret = lfvec_push_stock(vec, st, elems, nr, gfp);
	if (unlikely(ret < 0))
		lfvec_stock_shed(&vec->pool, st);
	lfvec_leave(&vec->pool);
	if (unlikely(ret < 0))
		return lfvec_push_many_slow(vec, elems, nr, gfp);
	if (unlikely(ret + nr > READ_ONCE(vec->ahead)))
		lfvec_ahead(vec, ret + nr - 1, gfp);
	return ret;
}

/**
 * __lfvec_push_many - append raw elements in one step; see lfvec_push_many()
 * @vec:   the vector
 * @elems: the elements, one after another
 * @nr:    how many, 1 to %LFVEC_BATCH_MAX
 * @gfp:   how memory may be had, or 0
 *
 * One swap of ctl publishes the last node, and by its link all of them. As
 * __lfvec_push(), this is what it takes if nobody comes in between.
 *
 * Context: Any, including NMI, as far as @gfp allows.
 * Return: the index of the first one, -EINVAL, -EOPNOTSUPP, -ENOMEM, -EAGAIN,
 * -ENOSPC or -EBUSY.
 */
long __lfvec_push_many(struct lfvec *vec, const void *elems, unsigned int nr,
		       gfp_t gfp)
{
	const u64 *from = elems, *end = from + nr - 1;
	struct lfvec_node *last, *node, **slot;
	struct llist_node *rest;
	struct lfvec_stock *st;
	unsigned long c, size;

	if (unlikely(!nr || nr > LFVEC_BATCH_MAX))
		return -EINVAL;
	if (unlikely(vec->flags & LFVEC_APPEND_ONLY))
		return -EOPNOTSUPP;
	if (unlikely(vec->flags & LFVEC_ODD_SIZE))
		return lfvec_push_many_any(vec, elems, nr, gfp);
	if (unlikely(!lfvec_enter(&vec->pool, &st)))
		return lfvec_drop(vec, nr, -EBUSY);
	if (unlikely(!lfvec_stock_fill(&vec->pool, st, nr, gfp)))
		goto other;
	c = lfvec_ctl(vec);
	size = lfvec_ctl_size(c);
	if (unlikely(!lfvec_ready(vec, c, size, &slot) ||
		     size + nr > READ_ONCE(vec->ahead) ||
		     !lfvec_in_one(vec, size, nr)))
		goto other;
	last = lfvec_to_node(st->free);
	last->size = size + nr;
	last->index = size + nr - 1;
	memcpy(last->data, end, sizeof(*end));
	for (node = last; from < end; from++) {
		node = lfvec_to_node(node->link.next);
		node->index = size++;
		memcpy(node->data, from, sizeof(*from));
	}
	rest = node->link.next;
	WRITE_ONCE(node->link.next, NULL);
	if (unlikely(!lfvec_swap(vec, c, (unsigned long)last))) {
		lfvec_link(&node->link, rest);
		st->retries++;
		goto other;
	}
	st->free = rest;
	st->nr_free -= nr;
	st->pushes += nr;
	lfvec_complete_own(vec, st, last, slot, nr);
	lfvec_leave(&vec->pool);
	return size - (nr - 1);
other:
	lfvec_leave(&vec->pool);
	return lfvec_push_many_any(vec, elems, nr, gfp);
}
EXPORT_SYMBOL_GPL(__lfvec_push_many);

/* Nothing is there, as it may be in all forms but the one that never pops. */
static int lfvec_nothing(struct lfvec *vec)
{
	return vec->flags & LFVEC_APPEND_ONLY ? -EOPNOTSUPP : -ENOENT;
}

/* Has a push with a later index replaced what was at @index? */
static __always_inline bool lfvec_overwritten(struct lfvec *vec,
					      struct lfvec_node *node,
					      unsigned long index)
{
	return unlikely(vec->flags & LFVEC_OVERWRITE) && node->index != index;
}

/*
 * Of what is pending in @c, the node of element @index, or NULL: then its slot
 * tells.
 */
static noinline struct lfvec_node *
lfvec_pending(struct lfvec *vec, unsigned long c, unsigned long index)
{
	struct lfvec_node *node = lfvec_ctl_node(c);
	struct llist_node *link;

	while (node->index != index && !lfvec_settled(vec, c)) {
		/* as lfvec_complete:B */
		link = smp_load_acquire(&node->link.next);
		if (!link || lfvec_moved_on(vec, c))
			return NULL;
		node = lfvec_to_node(link);
	}
	return node->index == index ? node : NULL;
}

/*
 * The node of element @index, which is below the size as of ctl value @c; or one
 * that was pushed or stored there since; or NULL, if it was dropped since. A write
 * that is pending in @c is looked up, not completed, so that loads write nothing.
 */
static __always_inline struct lfvec_node *
lfvec_find(struct lfvec *vec, unsigned long c, unsigned long index)
{
	struct lfvec_node *node = lfvec_ctl_node(c);

	if (!(c & LFVEC_POPPED)) {
		if (node->index == index)
			return node;
		if (unlikely(READ_ONCE(node->link.next))) {
			node = lfvec_pending(vec, c, index);
			if (node)
				return node;
		}
	}
	/*
	 * LMM(lfvec_find:A)
	 *
	 * The node before its fields, and before later loads of this slot: they
	 * never find an older one. Pairs with lfvec_replace:A.
	 */
	return smp_load_acquire(lfvec_slot(vec, index));
}

/*
 * The oldest element that is left as of ctl value @c: all before it, and none
 * after it, were overwritten. Up to date as long as ctl is @c.
 */
static noinline unsigned long lfvec_oldest_of(struct lfvec *vec,
					      unsigned long c)
{
	unsigned long high = lfvec_ctl_size(c), low, middle;
	struct lfvec_node *node;

	if (!(vec->flags & LFVEC_OVERWRITE))
		return 0;
	low = high > vec->first ? high - vec->first : 0;
	while (low < high) {
		middle = low + (high - low) / 2;
		node = lfvec_find(vec, c, middle);
		if (node && node->index == middle)
			high = middle;
		else
			low = middle + 1;
	}
	return high;
}

/* Elements of all sizes, and whatever comes in between. */
static noinline int lfvec_pop_any(struct lfvec *vec, void *elem)
{
	struct lfvec_stock *st;
	unsigned int lost = 0;
	struct lfvec_node *top;
	unsigned long c, size;
	int ret;

	if (unlikely(!lfvec_enter(&vec->pool, &st)))
		return -EBUSY;
	for (;; lost = lfvec_backoff(vec, st, lost)) {
		c = lfvec_ctl(vec);
		if (!lfvec_settle(vec, st, c))
			continue;
		size = lfvec_ctl_size(c);
		if (!size) {
			ret = lfvec_nothing(vec);
			break;
		}
		/* as lfvec_complete:A */
		top = smp_load_acquire(lfvec_slot(vec, size - 1));
		if (lfvec_overwritten(vec, top, size - 1)) {
			ret = -ENOENT;
			if (!lfvec_moved_on(vec, c))
				break;
		} else if (lfvec_swap(vec, c, (unsigned long)top | LFVEC_POPPED)) {
			lfvec_copy(vec, elem, top->data);
			st->pops++;
			ret = 0;
			break;
		}
	}
	lfvec_leave(&vec->pool);
	return ret;
}

/**
 * __lfvec_pop - remove the last element; see lfvec_pop()
 * @vec:  the vector
 * @elem: where it is copied to
 *
 * Dechev et al., pop_back, without a descriptor. As __lfvec_push(), this is what it
 * takes if nobody comes in between.
 *
 * Context: Any, including NMI.
 * Return: 0, -ENOENT, -EOPNOTSUPP or -EBUSY.
 */
int __lfvec_pop(struct lfvec *vec, void *elem)
{
	struct lfvec_node *top;
	struct lfvec_stock *st;
	unsigned long c, size;

	if (unlikely(vec->flags & LFVEC_ODD_SIZE))
		return lfvec_pop_any(vec, elem);
	if (unlikely(!lfvec_enter(&vec->pool, &st)))
		return -EBUSY;
	c = lfvec_ctl(vec);
	size = lfvec_ctl_size(c);
	if (unlikely(!size))
		goto other;
	/* as lfvec_complete:A; and see lfvec_ready() */
	top = smp_load_acquire(lfvec_slot(vec, size - 1));
	if (unlikely(!(c & LFVEC_POPPED) && top != (void *)c))
		goto other;
	if (lfvec_overwritten(vec, top, size - 1) ||
	    unlikely(!lfvec_swap(vec, c, (unsigned long)top | LFVEC_POPPED)))
		goto other;
	memcpy(elem, top->data, sizeof(u64));
	st->pops++;
	lfvec_leave(&vec->pool);
	return 0;
other:
	lfvec_leave(&vec->pool);
	return lfvec_pop_any(vec, elem);
}
EXPORT_SYMBOL_GPL(__lfvec_pop);

/* The last elements, at most @nr, the last one first; returns how many. */
static unsigned int lfvec_last(struct lfvec *vec, unsigned long size,
			       struct lfvec_node **nodes, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr && size; i++) {
		/* as lfvec_complete:A */
		nodes[i] = smp_load_acquire(lfvec_slot(vec, --size));
		if (lfvec_overwritten(vec, nodes[i], size))
			break;
	}
	return i;
}

/**
 * __lfvec_pop_many - remove elements from the end; see lfvec_pop_many()
 * @vec:   the vector
 * @elems: where they are copied to, one after another
 * @nr:    how many at most, 1 to %LFVEC_BATCH_MAX
 *
 * Context: Any, including NMI.
 * Return: how many, -EINVAL, -ENOENT, -EOPNOTSUPP or -EBUSY.
 */
int __lfvec_pop_many(struct lfvec *vec, void *elems, unsigned int nr)
{
	struct lfvec_node *nodes[LFVEC_BATCH_MAX];
	unsigned int lost = 0, got, i;
	struct lfvec_stock *st;
	unsigned long c;

	if (!nr || nr > LFVEC_BATCH_MAX)
		return -EINVAL;
	if (!lfvec_enter(&vec->pool, &st))
		return -EBUSY;
	for (;; lost = lfvec_backoff(vec, st, lost)) {
		c = lfvec_ctl(vec);
		if (!lfvec_settle(vec, st, c))
			continue;
		got = lfvec_last(vec, lfvec_ctl_size(c), nodes, nr);
		if (got ? lfvec_swap(vec, c, (unsigned long)nodes[got - 1] |
				     LFVEC_POPPED) : !lfvec_moved_on(vec, c))
			break;
	}
	for (i = 0; i < got; i++)
		lfvec_copy(vec, elems + (got - 1 - i) * vec->esize,
			   nodes[i]->data);
	st->pops += got;
	lfvec_leave(&vec->pool);
	return got ? got : lfvec_nothing(vec);
}
EXPORT_SYMBOL_GPL(__lfvec_pop_many);

/**
 * __lfvec_truncate - drop all elements from an index upwards; see
 *		      lfvec_truncate()
 * @vec:  the vector
 * @size: how many elements stay
 *
 * Context: Any, including NMI.
 * Return: how many were dropped, -EOPNOTSUPP or -EBUSY.
 */
long __lfvec_truncate(struct lfvec *vec, unsigned long size)
{
	unsigned long c, from, nr;
	unsigned int lost = 0;
	struct lfvec_node *node;
	struct lfvec_stock *st;

	if (vec->flags & LFVEC_APPEND_ONLY)
		return -EOPNOTSUPP;
	if (!lfvec_enter(&vec->pool, &st))
		return -EBUSY;
	for (;; lost = lfvec_backoff(vec, st, lost)) {
		c = lfvec_ctl(vec);
		if (!lfvec_settle(vec, st, c))
			continue;
		from = max(size, lfvec_oldest_of(vec, c));
		nr = lfvec_ctl_size(c);
		nr = nr > from ? nr - from : 0;
		if (!nr && !lfvec_moved_on(vec, c))
			break;
		if (!nr)
			continue;
		node = READ_ONCE(*lfvec_slot(vec, from));
		if (lfvec_swap(vec, c, (unsigned long)node | LFVEC_POPPED))
			break;
	}
	st->pops += nr;
	lfvec_leave(&vec->pool);
	return nr;
}
EXPORT_SYMBOL_GPL(__lfvec_truncate);

/* Find an element; as lfvec_seek(), for all forms. */
static __always_inline struct lfvec_node *lfvec_look(struct lfvec *vec,
						     unsigned long index)
{
	struct lfvec_node *node;
	unsigned long c, size;

	if (vec->flags & LFVEC_APPEND_ONLY)
		return lfvec_seek(vec, index);
	c = lfvec_ctl(vec);
	size = lfvec_ctl_size(c);
	if (unlikely(index >= size))
		return ERR_PTR(-ERANGE);
	/* maybe by what is pending, so that its slot does not tell */
	if (unlikely(size - index > vec->span))
		return ERR_PTR(-EPIPE);
	node = lfvec_find(vec, c, index);
	if (likely(node && node->index == index))
		return node;
	/* if NULL: dropped since, and its slot emptied by lfvec_shrink() */
	return ERR_PTR(node ? -EPIPE : -ERANGE);
}

/**
 * __lfvec_get - find an element; see lfvec_get()
 * @vec:   the vector
 * @index: its index
 *
 * Context: Any, including NMI; within rcu_read_lock().
 * Return: the element, or NULL if there is none.
 */
const void *__lfvec_get(struct lfvec *vec, unsigned long index)
{
	struct lfvec_node *node;

	RCU_LOCKDEP_WARN(!rcu_read_lock_any_held(),
			 "lfvec_get() outside of rcu_read_lock()");
	node = lfvec_look(vec, index);
	return IS_ERR(node) ? NULL : node->data;
}
EXPORT_SYMBOL_GPL(__lfvec_get);

/* Elements of all sizes, all forms, and whatever comes in between. */
static noinline int lfvec_load_any(struct lfvec *vec, unsigned long index,
				   void *elem)
{
	struct lfvec_node *node;
	int ret = 0;

	preempt_disable();
	node = lfvec_look(vec, index);
	if (IS_ERR(node))
		ret = PTR_ERR(node);
	else
		lfvec_copy(vec, elem, node->data);
	preempt_enable();
	return ret;
}

/*
 * The node of an element, where no batch may be pending; or NULL, also if it cannot
 * be told so soon.
 */
static __always_inline struct lfvec_node *
lfvec_glance(struct lfvec *vec, unsigned long index, bool overwriting)
{
	unsigned long c = lfvec_ctl(vec), size = lfvec_ctl_size(c), pos;
	struct lfvec_node *node;

	if (unlikely(index >= size))
		return NULL;
	if (overwriting && unlikely(size - index > vec->span))
		return NULL;
	if (!(c & LFVEC_POPPED)) {
		node = (struct lfvec_node *)c;
		if (unlikely(READ_ONCE(node->link.next)))
			return NULL;
		if (unlikely(index == node->index))
			return node;
	}
	pos = overwriting ? lfvec_pos(vec, index) : index + vec->first;
	/* as lfvec_find:A */
	node = smp_load_acquire(lfvec_slot_in(lfvec_bucket(vec, pos), pos));
	if (overwriting && node && unlikely(node->index != index))
		return NULL;
	return node;
}

/* The same, for all forms, but only if elements are of 8 bytes. */
static __always_inline struct lfvec_node *lfvec_glance_any(struct lfvec *vec,
							   unsigned long index)
{
	struct lfvec_node *node;

	if (likely(!vec->flags))
		return lfvec_glance(vec, index, false);
	if (unlikely(vec->flags & LFVEC_ODD_SIZE))
		return NULL;
	if (vec->flags & LFVEC_APPEND_ONLY) {
		node = lfvec_seek(vec, index);
		return IS_ERR(node) ? NULL : node;
	}
	return lfvec_glance(vec, index, true);
}

/**
 * __lfvec_load - copy an element; see lfvec_load()
 * @vec:   the vector
 * @index: its index
 * @elem:  where it is copied to
 *
 * Context: Any, including NMI.
 * Return: 0, -ERANGE or -EPIPE.
 */
int __lfvec_load(struct lfvec *vec, unsigned long index, void *elem)
{
	struct lfvec_node *node;

	preempt_disable();
	node = lfvec_glance_any(vec, index);
	if (unlikely(!node)) {
		preempt_enable();
		return lfvec_load_any(vec, index, elem);
	}
	memcpy(elem, node->data, sizeof(u64));
	preempt_enable();
	return 0;
}
EXPORT_SYMBOL_GPL(__lfvec_load);

/**
 * __lfvec_peek - copy the last element; see lfvec_peek()
 * @vec:  the vector
 * @elem: where it is copied to
 *
 * A node found in a slot may have been stored there when it was not the last
 * one any more, so ctl must not have moved on meanwhile.
 *
 * Context: Any, including NMI.
 * Return: 0 or -ENOENT.
 */
int __lfvec_peek(struct lfvec *vec, void *elem)
{
	bool append_only = vec->flags & LFVEC_APPEND_ONLY;
	struct lfvec_node *node;
	unsigned long c, size;

	preempt_disable();
	do {
		c = lfvec_ctl(vec);
		size = __lfvec_size(vec);
		node = size ? lfvec_look(vec, size - 1) : ERR_PTR(-ENOENT);
		/* what only appends keeps its ctl, and is never empty again */
	} while (lfvec_moved_on(vec, c) ||
		 (append_only && size && IS_ERR(node)));
	if (!IS_ERR(node))
		lfvec_copy(vec, elem, node->data);
	preempt_enable();
	return IS_ERR(node) ? -ENOENT : 0;
}
EXPORT_SYMBOL_GPL(__lfvec_peek);

/*
 * Put @node at @index, which is ordered against pops like a push: through ctl.
 * If @expect, only if it equals the element there, else copy that to @expect.
 * If @out, copy the former element to it. Returns 1, 0 if not as expected,
 * -ERANGE, or -EPIPE if the element was overwritten.
 */
static __always_inline int
lfvec_put_at(struct lfvec *vec, struct lfvec_stock *st, unsigned long index,
	     struct lfvec_node *node, void *expect, void *out)
{
	struct lfvec_node *old, **slot;
	unsigned int lost = 0;
	unsigned long c;

	for (;; lost = lfvec_backoff(vec, st, lost)) {
		c = lfvec_ctl(vec);
		if (!lfvec_settle(vec, st, c))
			continue;
		node->size = lfvec_ctl_size(c);
		node->index = index;
		if (index >= node->size)
			return -ERANGE;
		slot = lfvec_slot(vec, index);
		/* as lfvec_complete:A */
		old = smp_load_acquire(slot);
		if (unlikely(!old || old->index != index)) {
			if (lfvec_moved_on(vec, c))
				continue;
			return -EPIPE;
		}
		if (expect && memcmp(old->data, expect, vec->esize)) {
			lfvec_copy(vec, expect, old->data);
			return 0;
		}
		if (lfvec_swap(vec, c, (unsigned long)node))
			break;
	}
	if (out)
		lfvec_copy(vec, out, old->data);
	lfvec_fill(vec, st, slot, old, node);
	st->stores++;
	return 1;
}

/* Store where there was no node in stock. */
static noinline int lfvec_exchange_slow(struct lfvec *vec, unsigned long index,
					const void *new, void *expect,
					void *out, gfp_t gfp)
{
	struct lfvec_node *node;
	struct lfvec_stock *st;
	int ret;

	/* not worth a node */
	if (index >= __lfvec_size(vec))
		return -ERANGE;
	node = lfvec_node_alloc(&vec->pool, gfp);
	if (IS_ERR(node))
		return lfvec_drop(vec, 1, PTR_ERR(node));
	lfvec_copy(vec, node->data, new);
	st = lfvec_enter_again(&vec->pool);
	ret = lfvec_put_at(vec, st, index, node, expect, out);
	lfvec_leave(&vec->pool);
	if (ret <= 0)
		lfvec_give_back(vec, node);
	return ret;
}

/* Take a node, fill it and put it at @index: what all kinds of store do. */
static __always_inline int
lfvec_exchange(struct lfvec *vec, unsigned long index, const void *new,
	       void *expect, void *out, gfp_t gfp)
{
	struct lfvec_node *node;
	struct lfvec_stock *st;
	int ret;

	if (unlikely(vec->flags & LFVEC_APPEND_ONLY))
		return -EOPNOTSUPP;
	if (unlikely(!lfvec_enter(&vec->pool, &st)))
		return lfvec_drop(vec, 1, -EBUSY);
	node = lfvec_node_get(&vec->pool, st, gfp);
	if (likely(node)) {
		lfvec_copy(vec, node->data, new);
		ret = lfvec_put_at(vec, st, index, node, expect, out);
		if (ret <= 0)
			lfvec_node_unget(st, node);
	}
	lfvec_leave(&vec->pool);
	if (unlikely(!node))
		return lfvec_exchange_slow(vec, index, new, expect, out, gfp);
	return ret;
}

/**
 * __lfvec_store - replace an element; see lfvec_store()
 * @vec:   the vector
 * @index: its index
 * @elem:  the new element
 * @gfp:   how memory may be had, or 0
 *
 * Goes through ctl, where Dechev et al. write the slot alone: that is not
 * linearizable against a pop.
 *
 * Context: Any, including NMI, as far as @gfp allows.
 * Return: 0, -ERANGE, -EPIPE, -EOPNOTSUPP, -ENOMEM, -EAGAIN or -EBUSY.
 */
int __lfvec_store(struct lfvec *vec, unsigned long index, const void *elem,
		  gfp_t gfp)
{
	int ret = lfvec_exchange(vec, index, elem, NULL, NULL, gfp);

	return min(ret, 0);
}
EXPORT_SYMBOL_GPL(__lfvec_store);

/**
 * __lfvec_xchg - replace an element and fetch the former; see lfvec_xchg()
 * @vec:   the vector
 * @index: its index
 * @new:   the new element
 * @old:   where the former one is copied to
 * @gfp:   how memory may be had, or 0
 *
 * Context: Any, including NMI, as far as @gfp allows.
 * Return: 0, -ERANGE, -EPIPE, -EOPNOTSUPP, -ENOMEM, -EAGAIN or -EBUSY.
 */
int __lfvec_xchg(struct lfvec *vec, unsigned long index, const void *new,
		 void *old, gfp_t gfp)
{
	int ret = lfvec_exchange(vec, index, new, NULL, old, gfp);

	return min(ret, 0);
}
EXPORT_SYMBOL_GPL(__lfvec_xchg);

/**
 * __lfvec_cmpxchg - replace an element if it is as expected; see
 *		     lfvec_cmpxchg()
 * @vec:   the vector
 * @index: its index
 * @old:   what is expected; if it differs, becomes what was there
 * @new:   the new element
 * @gfp:   how memory may be had, or 0
 *
 * Context: Any, including NMI, as far as @gfp allows.
 * Return: 1 if replaced, 0 if not as expected, -ERANGE, -EPIPE, -EOPNOTSUPP,
 * -ENOMEM, -EAGAIN or -EBUSY.
 */
int __lfvec_cmpxchg(struct lfvec *vec, unsigned long index, void *old,
		    const void *new, gfp_t gfp)
{
	return lfvec_exchange(vec, index, new, old, NULL, gfp);
}
EXPORT_SYMBOL_GPL(__lfvec_cmpxchg);

/**
 * __lfvec_size - how many elements there are; see lfvec_size()
 * @vec: the vector
 *
 * Context: Any, including NMI.
 * Return: the number of elements.
 */
unsigned long __lfvec_size(struct lfvec *vec)
{
	unsigned long size;

	if (vec->flags & LFVEC_APPEND_ONLY)
		return lfvec_end(vec);
	preempt_disable();
	size = lfvec_ctl_size(lfvec_ctl(vec));
	preempt_enable();
	return size;
}
EXPORT_SYMBOL_GPL(__lfvec_size);

/**
 * __lfvec_oldest - the first index that there is; see lfvec_oldest()
 * @vec: the vector
 *
 * Context: Any, including NMI.
 * Return: its index, or the size if nothing is there.
 */
unsigned long __lfvec_oldest(struct lfvec *vec)
{
	unsigned long c, oldest;

	if (!(vec->flags & LFVEC_OVERWRITE))
		return 0;
	if (vec->flags & LFVEC_APPEND_ONLY) {
		oldest = lfvec_end(vec);
		return oldest > vec->first ? oldest - vec->first : 0;
	}
	preempt_disable();
	do {
		c = lfvec_ctl(vec);
		oldest = lfvec_oldest_of(vec, c);
	} while (lfvec_moved_on(vec, c));
	preempt_enable();
	return oldest;
}
EXPORT_SYMBOL_GPL(__lfvec_oldest);

/**
 * lfvec_dead_end - how far above the size slots have nodes
 * @vec: the vector
 *
 * Context: Any.
 * Return: the first index above the size whose slot is empty.
 */
unsigned long lfvec_dead_end(struct lfvec *vec)
{
	unsigned long index = __lfvec_size(vec), pos, bucket;

	for (;; index++) {
		pos = lfvec_pos(vec, index);
		bucket = index < vec->max ? lfvec_bucket(vec, pos) : 0;
		if (!bucket || !READ_ONCE(*lfvec_slot_in(bucket, pos)))
			return index;
	}
}

/* Is @node in the slot of @index, and never to be found there by a pop? */
static bool lfvec_dead(struct lfvec *vec, struct lfvec_node *node,
		       unsigned long index)
{
	unsigned long c = lfvec_ctl(vec);

	return node && index >= lfvec_ctl_size(c) && lfvec_ctl_node(c) != node;
}

/**
 * lfvec_empty_slots - take nodes that were popped out of their slots
 * @vec:   the vector, neither overwriting nor append-only
 * @index: from this slot on
 * @end:   to before this one, which is above
 *
 * Each of these slots must have had a node for a grace period at least, and
 * nobody else may empty any. See shrink.c.
 *
 * Context: Outside of operations.
 */
void lfvec_empty_slots(struct lfvec *vec, unsigned long index,
		       unsigned long end)
{
	struct lfvec_node **slot, *node;
	struct lfvec_stock *st;

	if (!lfvec_enter(&vec->pool, &st))
		return;
	do {
		slot = lfvec_slot(vec, index);
		/*
		 * LMM(lfvec_empty_slots:A)
		 *
		 * The node before the look at ctl: if the index is not below the
		 * size then, the node that was in the slot before is dead. Pairs
		 * with lfvec_swap:A.
		 */
		node = smp_load_acquire(slot);
		lfvec_step();
		if (lfvec_dead(vec, node, index) &&
		    cmpxchg(slot, node, NULL) == node)
			lfvec_node_retire(&vec->pool, st, node);
	} while (++index < end);
	if (st->retired)
		lfvec_seal(&vec->pool, st);
	lfvec_leave(&vec->pool);
}

/**
 * __lfvec_reserve - have memory ready; see lfvec_reserve()
 * @vec: the vector
 * @nr:  for how many pushes from now on
 * @gfp: how memory may be had; 0 only checks
 *
 * Context: Any, including NMI, as far as @gfp allows.
 * Return: 0, -ENOMEM, -EAGAIN, -ENOSPC or -EINTR.
 */
int __lfvec_reserve(struct lfvec *vec, unsigned long nr, gfp_t gfp)
{
	unsigned long size = __lfvec_size(vec);
	int err;

	if (!nr)
		return 0;
	if (vec->flags & LFVEC_OVERWRITE)
		err = nr > LFVEC_ELEMS_MAX ? -ENOSPC : 0;
	else
		err = lfvec_bucket_supply(vec, size, nr, gfp);
	if (err)
		return err;
	return lfvec_pool_reserve(&vec->pool, nr, gfp);
}
EXPORT_SYMBOL_GPL(__lfvec_reserve);

/**
 * __lfvec_stats - read the counters; see lfvec_stats()
 * @vec:   the vector
 * @stats: where they go
 *
 * Context: Any, including NMI.
 */
void __lfvec_stats(struct lfvec *vec, struct lfvec_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	lfvec_buckets_stats(vec, stats);
	lfvec_pool_stats(&vec->pool, stats);
	stats->dropped = atomic_long_read(&vec->dropped);
	stats->capacity = __lfvec_capacity(vec);
	stats->size = __lfvec_size(vec);
	/* what came and neither went nor is there */
	if (vec->flags & LFVEC_OVERWRITE)
		stats->overwritten = stats->pushes - stats->pops -
				     (stats->size - __lfvec_oldest(vec));
}
EXPORT_SYMBOL_GPL(__lfvec_stats);

/**
 * lfvec_setup - make an empty vector
 * @vec:    the vector
 * @esize:  bytes of an element
 * @attr:   what it is to be like
 * @budget: how many bytes its nodes may take, or NULL
 * @work:   the worker, which container_of() of supply.work leads to it
 *
 * Context: Task; may sleep.
 * Return: 0, -EINVAL, -ENOMEM or -EINTR.
 */
int lfvec_setup(struct lfvec *vec, size_t esize, const struct lfvec_attr *attr,
		atomic_long_t *budget, work_func_t work)
{
	int err;

	memset(vec, 0, sizeof(*vec));
	vec->esize = esize;
	vec->flags = attr->flags & ~LFVEC_ACCOUNT;
	if (esize != sizeof(u64))
		vec->flags |= LFVEC_ODD_SIZE;
	vec->pool.supply = &vec->supply;
	vec->pool.budget = budget;
	if (attr->flags & LFVEC_ACCOUNT)
		vec->pool.memcg = get_mem_cgroup_from_mm(current->mm);
	/* Size 0 and nothing pending; never retired, as it is in no slot. */
	atomic_long_set(&vec->ctl, (unsigned long)&vec->root | LFVEC_POPPED);

	err = lfvec_pool_init(&vec->pool, esize, attr);
	if (err)
		goto memcg;
	err = lfvec_buckets_init(vec, attr);
	if (err)
		goto pool;
	err = lfvec_supply_init(vec, work);
	if (err)
		goto buckets;
	return 0;

buckets:
	lfvec_buckets_destroy(vec);
pool:
	lfvec_pool_destroy(&vec->pool);
memcg:
	mem_cgroup_put(vec->pool.memcg);
	return err;
}

/* What lfvec_setup() made, and nobody has any part of any more. */
void lfvec_teardown(struct lfvec *vec)
{
	lfvec_buckets_destroy(vec);
	lfvec_pool_destroy(&vec->pool);
	mem_cgroup_put(vec->pool.memcg);
}

/**
 * __lfvec_init - make an empty vector of raw elements; see lfvec_init()
 * @vec:   the vector
 * @esize: bytes of an element, 1 to %LFVEC_ELEM_MAX
 * @attr:  what it is to be like, or NULL
 *
 * Context: Task; may sleep.
 * Return: 0, -EINVAL, -ENOMEM or -EINTR.
 */
int __lfvec_init(struct lfvec *vec, size_t esize, const struct lfvec_attr *attr)
{
	static const struct lfvec_attr defaults;

	attr = attr ?: &defaults;
	if (!esize || esize > LFVEC_ELEM_MAX ||
	    attr->flags & ~(LFVEC_OVERWRITE | LFVEC_APPEND_ONLY | LFVEC_ACCOUNT))
		return -EINVAL;
	return lfvec_setup(vec, esize, attr, NULL, lfvec_supply_work);
}
EXPORT_SYMBOL_GPL(__lfvec_init);

/**
 * __lfvec_destroy - free all that a vector holds; see lfvec_destroy()
 * @vec: the vector
 *
 * Context: Task; sleeps.
 */
void __lfvec_destroy(struct lfvec *vec)
{
	lfvec_supply_exit(&vec->supply);
	lfvec_pool_quiesce(&vec->pool);
	lfvec_teardown(vec);
}
EXPORT_SYMBOL_GPL(__lfvec_destroy);

MODULE_DESCRIPTION("Lock-free growable vector");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
