/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside lfvec.ko: slots, the per-CPU stock of nodes, and what the files of the
 * library share. Public names are in include/linux/lfvec.h.
 */
#ifndef _LFVEC_INT_H
#define _LFVEC_INT_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/hardirq.h>
#include <linux/kconfig.h>
#include <linux/lfvec.h>
#include <linux/log2.h>
#include <linux/memcontrol.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
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

/*
 * Nodes that are moved at once between a stock and what all CPUs share. More would
 * save some instructions, but the walk through them takes longer, during which others
 * move the top of the depot.
 */
#ifndef LFVEC_CHUNK
#define LFVEC_CHUNK	16
#endif

/* Spare nodes for each CPU: a page of them, at most so many. */
#define LFVEC_SPARE_CPU	32U

/* In vec->flags as well: the elements are not of 8 bytes. */
#define LFVEC_ODD_SIZE		BIT(6)

/*
 * struct lfvec_stock - nodes and counters of one nesting level of one CPU
 *
 * Belongs to whoever is between lfvec_enter() and lfvec_leave() on that level,
 * which nothing can interrupt on the same level: hence no atomics.
 *
 * @free:	  nodes ready for use, @nr_free of them
 * @retired:	  nodes taken out of their slots
 * @retired_last: the first of these, at the end of the list
 * @room:	  how many more of these may come before a grace period is to begin
 */
struct lfvec_stock {
	struct llist_node	*free;
	struct llist_node	*retired;
	struct llist_node	*retired_last;
	unsigned int		nr_free;
	unsigned int		room;
	unsigned long		pushes;
	unsigned long		pops;
	unsigned long		stores;
	unsigned long		retries;
	unsigned long		helped;
};

/*
 * struct lfvec_cpu - the stocks of one CPU
 *
 * @used: how many bytes of @stock are those of operations under way: the level
 *	  of nesting, ready to be added
 */
struct lfvec_cpu {
	unsigned long		used;
	struct lfvec_stock	stock[LFVEC_LEVELS];
};

/*
 * What vec->bucket[] holds: NULL, or the address of the slots, with this bit set if
 * pushes may use them. Without it, lfvec_shrink() is about to free the bucket,
 * and who needs it sets the bit again.
 */
#define LFVEC_USABLE	1UL

/* Set in vec->ctl: all from the slot of its node on was popped; see vec.c. */
#define LFVEC_POPPED	1UL

/* vec.c */
int lfvec_setup(struct lfvec *vec, size_t esize, const struct lfvec_attr *attr,
		atomic_long_t *budget, work_func_t work);
void lfvec_teardown(struct lfvec *vec);
long lfvec_drop(struct lfvec *vec, unsigned int nr, long err);
void lfvec_give_back(struct lfvec *vec, struct lfvec_node *node);
long lfvec_pushed(struct lfvec *vec, struct lfvec_stock *st, long index);
unsigned long lfvec_dead_end(struct lfvec *vec);
void lfvec_empty_slots(struct lfvec *vec, unsigned long index,
		       unsigned long end);

/* append.c */
long lfvec_push_only(struct lfvec *vec, const void *elem, gfp_t gfp);
unsigned long lfvec_end(struct lfvec *vec);

/* bucket.c */
int lfvec_buckets_init(struct lfvec *vec, const struct lfvec_attr *attr);
void lfvec_buckets_destroy(struct lfvec *vec);
int lfvec_bucket_supply(struct lfvec *vec, unsigned long index,
			unsigned long nr, gfp_t gfp);
int lfvec_buckets_ahead(struct lfvec *vec, gfp_t gfp);
unsigned long lfvec_bucket_free(struct lfvec *vec, void *bucket,
				unsigned int shift);
void lfvec_buckets_stats(struct lfvec *vec, struct lfvec_stats *stats);

/* pool.c */
int lfvec_pool_init(struct lfvec_pool *pool, size_t esize,
		    const struct lfvec_attr *attr);
void lfvec_pool_quiesce(struct lfvec_pool *pool);
void lfvec_pool_destroy(struct lfvec_pool *pool);
void lfvec_node_free(struct lfvec_pool *pool, struct lfvec_node *node);
struct lfvec_node *lfvec_node_alloc(struct lfvec_pool *pool, gfp_t gfp);
int lfvec_pool_reserve(struct lfvec_pool *pool, unsigned long nr, gfp_t gfp);
int lfvec_pool_fill(struct lfvec_pool *pool, unsigned long nr, gfp_t gfp);
unsigned long lfvec_pool_trim(struct lfvec_pool *pool);
void lfvec_pool_stats(struct lfvec_pool *pool, struct lfvec_stats *stats);
struct llist_node *lfvec_depot_take(struct lfvec_pool *pool,
				    struct lfvec_stock *st, gfp_t gfp);
void lfvec_seal(struct lfvec_pool *pool, struct lfvec_stock *st);

/* supply.c */

/* In the background nothing is worth killing a process for. */
#define LFVEC_SUPPLY_GFP	(GFP_KERNEL | __GFP_NORETRY)

void lfvec_supply_work(struct work_struct *work);
void lfvec_supply_begin(struct lfvec_supply *supply);
int lfvec_supply_pool(struct lfvec_pool *pool);
int lfvec_supply_init(struct lfvec *vec, work_func_t work);
void lfvec_supply_exit(struct lfvec_supply *supply);
void lfvec_kick(struct lfvec_supply *supply);
void lfvec_ahead(struct lfvec *vec, unsigned long index, gfp_t gfp);

/*
 * What of @gfp can be had where we are. The allocators take locks that an NMI
 * may have interrupted, and on PREEMPT_RT locks that sleep.
 */
static inline gfp_t lfvec_gfp_here(gfp_t gfp)
{
	if (in_nmi() || (IS_ENABLED(CONFIG_PREEMPT_RT) && !preemptible()))
		return 0;
	return gfp;
}

static inline bool lfvec_may_sleep(gfp_t gfp)
{
	return gfpflags_allow_blocking(lfvec_gfp_here(gfp));
}

/* Until lfvec_charge_end(), allocations with the flags returned are @memcg's. */
static inline gfp_t lfvec_charge(struct mem_cgroup *memcg, gfp_t gfp,
				 struct mem_cgroup **old)
{
	*old = NULL;
	if (!memcg)
		return gfp;
	*old = set_active_memcg(memcg);
	return gfp | __GFP_ACCOUNT;
}

static inline void lfvec_charge_end(struct mem_cgroup *memcg,
				    struct mem_cgroup *old)
{
	if (memcg)
		set_active_memcg(old);
}

/* Bytes of a node for an element of @esize bytes. */
static inline unsigned int lfvec_node_size(size_t esize)
{
	return ALIGN(offsetof(struct lfvec_node, data) + esize,
		     __alignof__(struct lfvec_node));
}

/* The place of an element: which slot it has if all buckets were one array. */
static __always_inline unsigned long lfvec_pos(const struct lfvec *vec,
					       unsigned long index)
{
	return (index & vec->mask) + vec->first;
}

/*
 * Bucket b holds 1 << b slots, so that the highest bit of a place names the
 * bucket, and the rest the slot in it.
 */
static __always_inline unsigned long lfvec_bucket(const struct lfvec *vec,
						  unsigned long pos)
{
	return (unsigned long)READ_ONCE(vec->bucket[__fls(pos)]);
}

/* A word of vec->bucket[] with or without the bit. */
static inline void *lfvec_usable(void *bucket, bool usable)
{
	unsigned long word = (unsigned long)bucket & ~LFVEC_USABLE;

	return (void *)(word | (usable ? LFVEC_USABLE : 0));
}

static inline bool lfvec_is_usable(const void *bucket)
{
	return (unsigned long)bucket & LFVEC_USABLE;
}

static __always_inline struct lfvec_node **lfvec_slot_in(unsigned long bucket,
							 unsigned long pos)
{
	return (struct lfvec_node **)(bucket & ~LFVEC_USABLE) +
	       (pos ^ BIT(__fls(pos)));
}

/* The slot of an element that is there. */
static __always_inline struct lfvec_node **
lfvec_slot(const struct lfvec *vec, unsigned long index)
{
	unsigned long pos = lfvec_pos(vec, index);

	return lfvec_slot_in(lfvec_bucket(vec, pos), pos);
}

/* The slot that a push may fill, or NULL if a bucket is missing. */
static __always_inline struct lfvec_node **
lfvec_place(const struct lfvec *vec, unsigned long index)
{
	unsigned long pos = lfvec_pos(vec, index);
	unsigned long bucket = lfvec_bucket(vec, pos);

	if (unlikely(!(bucket & LFVEC_USABLE)))
		return NULL;
	return lfvec_slot_in(bucket, pos);
}

/*
 * Take this nesting level of this CPU, which is there. An interrupt may take it and
 * give it back while we do.
 */
static __always_inline struct lfvec_stock *lfvec_take_level(struct lfvec_cpu *cpu,
							    unsigned long used)
{
	struct lfvec_stock *st;

	if (IS_ENABLED(CONFIG_LFVEC_BUSTED_NO_GUARD))
		used = 0;
	st = (void *)cpu->stock + used;
	WRITE_ONCE(cpu->used, used + sizeof(*st));
	barrier();	/* own the level before its stock is touched */
	OPTIMIZER_HIDE_VAR(st);	/* one address, computed once */
	return st;
}

/*
 * Begin an operation: an RCU read-side section, which preemption off is, and a
 * nesting level of this CPU of our own. Whatever interrupts us takes the next
 * level and has given it back before we go on, even in the middle of these
 * lines. False if that is too deep.
 */
static __always_inline bool lfvec_enter(struct lfvec_pool *pool,
					struct lfvec_stock **st)
{
	struct lfvec_cpu *cpu;
	unsigned long used;

	if (!IS_ENABLED(CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG) && in_nmi())
		return false;
	preempt_disable();
	cpu = this_cpu_ptr(pool->cpu);
	used = READ_ONCE(cpu->used);
	if (unlikely(used >= sizeof(cpu->stock))) {
		preempt_enable();
		return false;
	}
	*st = lfvec_take_level(cpu, used);
	return true;
}

/* With preemption off, where it is known that it is not too deep. */
static __always_inline struct lfvec_stock *lfvec_take_next(struct lfvec_pool *pool)
{
	struct lfvec_cpu *cpu = this_cpu_ptr(pool->cpu);

	return lfvec_take_level(cpu, READ_ONCE(cpu->used));
}

/* The same context as before does not nest more deeply now. */
static __always_inline struct lfvec_stock *lfvec_enter_again(struct lfvec_pool *pool)
{
	preempt_disable();
	return lfvec_take_next(pool);
}

static __always_inline void lfvec_give_level(struct lfvec_pool *pool)
{
	barrier();	/* done with the stock before the level is given back */
	__this_cpu_sub(pool->cpu->used, sizeof(struct lfvec_stock));
}

static __always_inline void lfvec_leave(struct lfvec_pool *pool)
{
	lfvec_give_level(pool);
	preempt_enable();
}

/* How many nodes are moved at once, before there are any. */
static inline void lfvec_pool_set_chunk(struct lfvec_pool *pool, unsigned int chunk)
{
	unsigned int level;
	int cpu;

	pool->chunk = chunk;
	for_each_possible_cpu(cpu)
		for (level = 0; level < LFVEC_LEVELS; level++)
			per_cpu_ptr(pool->cpu, cpu)->stock[level].room = chunk;
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

/* Take a node from a stock that has one. */
static __always_inline struct lfvec_node *lfvec_stock_get(struct lfvec_stock *st)
{
	struct llist_node *link = st->free;

	st->free = link->next;
	st->nr_free--;
	WRITE_ONCE(link->next, NULL);
	return lfvec_to_node(link);
}

/* Take a node; NULL if neither this stock nor the depot has one. */
static __always_inline struct lfvec_node *
lfvec_node_get(struct lfvec_pool *pool, struct lfvec_stock *st, gfp_t gfp)
{
	if (unlikely(!st->free) && !lfvec_depot_take(pool, st, gfp))
		return NULL;
	return lfvec_stock_get(st);
}

/*
 * Retire a node that we took out of its slot: it is free for use again when all
 * operations that may have seen it there have ended. True if lfvec_seal() is due.
 */
static __always_inline bool lfvec_node_retired(struct lfvec_stock *st,
					       struct lfvec_node *node)
{
	struct llist_node *before = st->retired;

	if (!before)
		st->retired_last = &node->link;
	lfvec_link(&node->link, before);
	st->retired = &node->link;
	return !--st->room;
}

/* And if there are many by now, let a grace period begin for them. */
static __always_inline void
lfvec_node_retire(struct lfvec_pool *pool, struct lfvec_stock *st,
		  struct lfvec_node *node)
{
	if (unlikely(lfvec_node_retired(st, node)))
		lfvec_seal(pool, st);
}

/* Where the next node may be linked to, to be retired after those that are. */
static __always_inline struct llist_node **lfvec_retired_tail(struct lfvec_stock *st)
{
	return st->retired ? &st->retired_last->next : &st->retired;
}

/* So it was done with some, down to @tail, and left @room. */
static __always_inline void
lfvec_retired_many(struct lfvec_pool *pool, struct lfvec_stock *st,
		   struct llist_node **tail, unsigned int room)
{
	WRITE_ONCE(*tail, NULL);
	st->retired_last = container_of(tail, struct llist_node, next);
	st->room = room;
	if (unlikely((int)room <= 0))
		lfvec_seal(pool, st);
}

/* Give back a node that was just taken from this stock, and never published. */
static __always_inline void lfvec_node_unget(struct lfvec_stock *st,
					     struct lfvec_node *node)
{
	lfvec_link(&node->link, st->free);
	st->free = &node->link;
	st->nr_free++;
}

/* The same, as there is room; or else as if it had been published. */
static __always_inline void lfvec_node_put(struct lfvec_pool *pool,
					   struct lfvec_stock *st,
					   struct lfvec_node *node)
{
	if (st->nr_free < pool->chunk)
		lfvec_node_unget(st, node);
	else
		lfvec_node_retire(pool, st, node);
}

static __always_inline void lfvec_copy(struct lfvec *vec, void *to,
				       const void *from)
{
	if (likely(vec->esize == sizeof(u64)))
		memcpy(to, from, sizeof(u64));
	else
		memcpy(to, from, vec->esize);
}

/* More than this is never a useful pause. */
#define LFVEC_BACKOFF_LIMIT	65536

unsigned int lfvec_backoff(struct lfvec *vec, struct lfvec_stock *st,
			   unsigned int lost);

#endif /* _LFVEC_INT_H */
