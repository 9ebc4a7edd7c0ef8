/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside lfvec.ko: slots, the per-CPU stock of nodes, and what the files of the
 * library share. Public names are in include/linux/lfvec.h.
 */
#ifndef _LFVEC_INT_H
#define _LFVEC_INT_H

#include <linux/bitops.h>
#include <linux/kconfig.h>
#include <linux/lfvec.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/processor.h>
#include <linux/timex.h>

/*
 * Builds for tests may put something between any two steps of the algorithm:
 * user space yields at random, a module that is broken on purpose dawdles.
 */
static inline void lfvec_dawdle(void)
{
	unsigned int i;

	if (IS_ENABLED(CONFIG_LFVEC_BUSTED) && !(get_cycles() & 63))
		for (i = 0; i < 1000; i++)
			cpu_relax();
}

#ifndef lfvec_step
#define lfvec_step()	lfvec_dawdle()
#endif

/* Buckets of fewer slots than this are not worth having ready early. */
#define LFVEC_AHEAD_MIN	64

/* Nodes that are moved at once between a stock and what all CPUs share. */
#ifndef LFVEC_CHUNK
#define LFVEC_CHUNK	32
#endif

/*
 * struct lfvec_stock - nodes and counters of one nesting level of one CPU
 *
 * Belongs to whoever is between lfvec_enter() and lfvec_leave() on that level,
 * which nothing can interrupt on the same level: hence no atomics.
 *
 * @free:	  nodes ready for use, @nr_free of them
 * @retired:	  nodes taken out of their slots, @nr_retired of them
 * @retired_last: the first of these, at the end of the list
 */
struct lfvec_stock {
	struct llist_node	*free;
	struct llist_node	*retired;
	struct llist_node	*retired_last;
	unsigned int		nr_free;
	unsigned int		nr_retired;
	unsigned long		pushes;
	unsigned long		pops;
	unsigned long		stores;
	unsigned long		retries;
	unsigned long		helped;
};

struct lfvec_cpu {
	unsigned int		level;
	struct lfvec_stock	stock[LFVEC_LEVELS];
};

/* bucket.c */
int lfvec_buckets_init(struct lfvec *vec, const struct lfvec_attr *attr);
void lfvec_buckets_destroy(struct lfvec *vec);
int lfvec_bucket_supply(struct lfvec *vec, unsigned long index,
			unsigned long nr, gfp_t gfp);
void lfvec_bucket_ahead(struct lfvec *vec, unsigned long pos, gfp_t gfp);
void lfvec_buckets_stats(struct lfvec *vec, struct lfvec_stats *stats);

/* node.c */
int lfvec_nodes_init(struct lfvec *vec, size_t esize);
void lfvec_nodes_quiesce(struct lfvec *vec);
void lfvec_nodes_destroy(struct lfvec *vec);
void lfvec_node_free(struct lfvec *vec, struct lfvec_node *node);
struct lfvec_node *lfvec_node_alloc(struct lfvec *vec, gfp_t gfp);
int lfvec_nodes_reserve(struct lfvec *vec, unsigned long nr, gfp_t gfp);
void lfvec_nodes_stats(struct lfvec *vec, struct lfvec_stats *stats);
struct llist_node *lfvec_depot_take(struct lfvec *vec, struct lfvec_stock *st);
void lfvec_seal(struct lfvec *vec, struct lfvec_stock *st);

/*
 * Bucket b holds 1 << b slots, so that index and first bucket add up to the
 * place of a slot: its highest bit names the bucket, the rest the slot in it.
 */
static __always_inline struct lfvec_node **
lfvec_bucket(const struct lfvec *vec, unsigned long index)
{
	return READ_ONCE(vec->bucket[__fls(index + vec->first)]);
}

static __always_inline struct lfvec_node **
lfvec_slot(const struct lfvec *vec, unsigned long index)
{
	unsigned long pos = index + vec->first;

	return lfvec_bucket(vec, index) + (pos ^ BIT(__fls(pos)));
}

/*
 * Begin an operation: an RCU read-side section, which preemption off is, and a
 * nesting level of this CPU of our own. Whatever interrupts us takes the next
 * level and has given it back before we go on, even in the middle of these
 * lines.
 */
static __always_inline struct lfvec_stock *lfvec_enter(struct lfvec *vec)
{
	struct lfvec_cpu *cpu;
	unsigned int level;

	preempt_disable();
	cpu = this_cpu_ptr(vec->cpu);
	level = cpu->level;
	if (unlikely(level >= LFVEC_LEVELS)) {
		preempt_enable();
		return NULL;
	}
	WRITE_ONCE(cpu->level, level + 1);
	barrier();	/* own the level before its stock is touched */
	return &cpu->stock[level];
}

static __always_inline void lfvec_leave(struct lfvec *vec)
{
	barrier();	/* done with the stock before the level is given back */
	__this_cpu_dec(vec->cpu->level);
	preempt_enable();
}

static inline struct lfvec_node *lfvec_to_node(struct llist_node *link)
{
	return llist_entry(link, struct lfvec_node, link);
}

/* Let @link, of a node that is ours, lead to @next. */
static __always_inline void lfvec_link(struct llist_node *link,
				       struct llist_node *next)
{
	/*
	 * LMM(lfvec_link:A)
	 *
	 * What is in the next node before the link to it. Pairs with the
	 * address dependency in lfvec_depot_take(): a walk that read the top of
	 * the depot before this node was taken from there may still be under
	 * way, and is to find a link of ours in the next node, even if that is
	 * fresh from the slab.
	 */
	smp_store_release(&link->next, next);
}

/* Take a node; NULL if neither this stock nor the depot has one. */
static __always_inline struct lfvec_node *
lfvec_node_get(struct lfvec *vec, struct lfvec_stock *st)
{
	struct llist_node *link = st->free;

	if (unlikely(!link)) {
		link = lfvec_depot_take(vec, st);
		if (!link)
			return NULL;
	}
	st->free = link->next;
	st->nr_free--;
	WRITE_ONCE(link->next, NULL);
	return lfvec_to_node(link);
}

/*
 * Retire a node that we took out of its slot: it is free for use again when all
 * operations that may have seen it there have ended.
 */
static __always_inline void
lfvec_node_retire(struct lfvec *vec, struct lfvec_stock *st,
		  struct lfvec_node *node)
{
	lfvec_link(&node->link, st->retired);
	if (!st->retired)
		st->retired_last = &node->link;
	st->retired = &node->link;
	if (unlikely(++st->nr_retired >= vec->chunk))
		lfvec_seal(vec, st);
}

/*
 * Give back a node that was never published. It must not go to the depot
 * directly, see lfvec_depot_take().
 */
static inline void lfvec_node_put(struct lfvec *vec, struct lfvec_stock *st,
				  struct lfvec_node *node)
{
	if (st->nr_free >= vec->chunk) {
		lfvec_node_retire(vec, st, node);
		return;
	}
	lfvec_link(&node->link, st->free);
	st->free = &node->link;
	st->nr_free++;
}

#endif /* _LFVEC_INT_H */
