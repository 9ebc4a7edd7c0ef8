// SPDX-License-Identifier: GPL-2.0
/*
 * A pool of nodes: where they come from and how they come back
 *
 *	 slab --> depot --> stock --> (a slot) --> stock --> limbo --> depot
 *		  shared    a CPU's    the vector  retired   shared,
 *		  by all    own	       has it		     waits for RCU
 *
 * An operation takes nodes from and retires nodes to the stock of its CPU and
 * nesting level, with plain loads and stores. Once in pool->chunk operations a
 * stock turns to what all CPUs share: it takes a chunk of free nodes from the
 * depot, or appends a chunk of retired ones to limbo.
 *
 * The depot is a stack. Taking a chunk from it is a cmpxchg of its top, which
 * is safe against ABA because we are in an RCU read-side section, and a node
 * that was taken from the depot comes back to it only through limbo, that is
 * after a grace period. This holds also for nodes that were never published:
 * lfvec_give_back() keeps them in a stock, or retires them.
 *
 * Limbo is a queue: an xchg of its tail, then a store that links the former
 * tail to the new nodes. There is one grace period at a time for the vector:
 * when one begins, all of limbo is cut off by moving the tail to the other one
 * of two anchors; when it ends, every link of what was cut off has been stored,
 * since that is done in a read-side section, and first and last node of it are
 * known without a walk.
 *
 * kmemleak: a node is always found through a slot, a stock, the depot, limbo or
 * an anchor, and by a plain pointer into it; the tagged pointer in vec->ctl is
 * never the only one.
 */
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "lfvec_int.h"

/* Vectors whose nodes have the same size share a cache. */
struct lfvec_cache {
	struct list_head	list;
	struct kmem_cache	*slab;
	unsigned int		size;
	unsigned int		users;
};

static LIST_HEAD(lfvec_caches);
static DEFINE_MUTEX(lfvec_caches_lock);

static struct lfvec_cache *lfvec_cache_create(unsigned int size)
{
	struct lfvec_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);
	/* No node of 32 bytes straddles cache lines, and no byte is wasted. */
	unsigned int align = min_t(unsigned int, size & -size, SMP_CACHE_BYTES);
	char name[32];

	if (!cache)
		return NULL;
	snprintf(name, sizeof(name), "lfvec_node-%u", size);
	cache->slab = kmem_cache_create(name, size, align, 0, NULL);
	if (!cache->slab) {
		kfree(cache);
		return NULL;
	}
	cache->size = size;
	list_add(&cache->list, &lfvec_caches);
	return cache;
}

static struct kmem_cache *lfvec_cache_get(unsigned int size)
{
	struct lfvec_cache *cache;

	mutex_lock(&lfvec_caches_lock);
	list_for_each_entry(cache, &lfvec_caches, list)
		if (cache->size == size)
			goto found;
	cache = lfvec_cache_create(size);
found:
	if (cache)
		cache->users++;
	mutex_unlock(&lfvec_caches_lock);
	return cache ? cache->slab : NULL;
}

static void lfvec_cache_put(struct kmem_cache *slab)
{
	struct lfvec_cache *cache;

	mutex_lock(&lfvec_caches_lock);
	list_for_each_entry(cache, &lfvec_caches, list)
		if (cache->slab == slab)
			break;
	if (!--cache->users) {
		list_del(&cache->list);
		kmem_cache_destroy(cache->slab);
		kfree(cache);
	}
	mutex_unlock(&lfvec_caches_lock);
}

/* Put a list of nodes on the depot: fresh ones, or a grace period old. */
static void lfvec_depot_add(struct lfvec_pool *pool, struct llist_node *first,
			    struct llist_node *last, unsigned long nr)
{
	/*
	 * LMM(lfvec_depot_add:A)
	 *
	 * A fully ordered cmpxchg: what is in the nodes before the nodes.
	 * Pairs with lfvec_depot_take:A.
	 */
	llist_add_batch(first, last, &pool->depot);
	atomic_long_add(nr, &pool->depot_nr);
}

/**
 * lfvec_depot_take - move up to a chunk of nodes from the depot to a stock
 * @pool: the pool
 * @st:	 our stock, which has too few
 * @gfp: how else the caller may have memory
 *
 * If there are few, a caller that may sleep gets none, and if there are very few,
 * nor does one that may allocate: that leaves them to those who cannot help
 * themselves. The worker gets more.
 *
 * The nodes that the walk meets may be taken by others, used and retired while
 * it is there. They stay nodes until our section ends, so that their links lead
 * to nodes or end; and the cmpxchg fails, as the top cannot come back.
 *
 * Context: Between lfvec_enter() and lfvec_leave().
 * Return: the first of them, or NULL.
 */
struct llist_node *lfvec_depot_take(struct lfvec_pool *pool, struct lfvec_stock *st,
				    gfp_t gfp)
{
	struct llist_node *first, *last, *rest;
	long spare = READ_ONCE(pool->spare);
	unsigned int left;

	if (atomic_long_read(&pool->depot_nr) < spare) {
		if (gfpflags_allow_blocking(gfp))
			return NULL;
		lfvec_kick(pool->supply);
		if (gfp && atomic_long_read(&pool->depot_nr) < spare / 2)
			return NULL;
	}
	/*
	 * LMM(lfvec_depot_take:A)
	 *
	 * The top before what it points to. If this reads a node that
	 * lfvec_depot_add:A put there, its link is the one stored before that.
	 */
	first = smp_load_acquire(&pool->depot.first);
	do {
		if (!first)
			return NULL;
		rest = first;
		left = pool->chunk;
		do {
			last = rest;
			rest = READ_ONCE(last->next);
		} while (--left && rest);
		lfvec_step();
	} while (!try_cmpxchg(&pool->depot.first, &first, rest));

	atomic_long_sub(pool->chunk - left, &pool->depot_nr);
	lfvec_link(last, st->free);
	st->free = first;
	st->nr_free += pool->chunk - left;
	return first;
}

static void lfvec_gp_end(struct rcu_head *rcu);

/* How many nodes are in limbo, about. */
static long lfvec_waiting(struct lfvec_pool *pool)
{
	return atomic_long_read(&pool->waiting[0]) +
	       atomic_long_read(&pool->waiting[1]);
}

static bool lfvec_limbo_empty(struct lfvec_pool *pool)
{
	return READ_ONCE(pool->limbo) == &pool->anchor[READ_ONCE(pool->phase)];
}

/* Limbo is empty: what is counted as waiting is free, or is yet to get there. */
static void lfvec_waiting_none(struct lfvec_pool *pool)
{
	if (lfvec_waiting(pool))
		atomic_long_add(atomic_long_xchg(&pool->waiting[0], 0) +
				atomic_long_xchg(&pool->waiting[1], 0),
				&pool->depot_nr);
}

/*
 * Let a grace period begin for all that is in limbo. The caller has set gp_busy
 * and thereby owns phase, gp_last and gp_rcu.
 */
static void lfvec_gp_start(struct lfvec_pool *pool)
{
	struct llist_node *anchor;

	while (lfvec_limbo_empty(pool)) {
		lfvec_waiting_none(pool);
		/*
		 * LMM(lfvec_gp_start:A)
		 *
		 * A fully ordered xchg: idle before the last look at limbo.
		 * Pairs with lfvec_seal:A, which fills limbo before it looks
		 * for idle: one of the two sees the other.
		 */
		atomic_xchg(&pool->gp_busy, 0);
		if (lfvec_limbo_empty(pool) || atomic_xchg(&pool->gp_busy, 1))
			return;
	}

	anchor = &pool->anchor[!pool->phase];
	anchor->next = NULL;
	WRITE_ONCE(pool->phase, !pool->phase);
	/*
	 * LMM(lfvec_gp_start:B)
	 *
	 * A fully ordered xchg: the anchor is clean before anyone can append to
	 * it. Pairs with lfvec_seal:A.
	 */
	pool->gp_last = xchg(&pool->limbo, anchor);
	call_rcu(&pool->gp_rcu, lfvec_gp_end);
}

/* A grace period later: nobody can have these nodes any more. */
static void lfvec_gp_end(struct rcu_head *rcu)
{
	struct lfvec_pool *pool = container_of(rcu, struct lfvec_pool, gp_rcu);
	unsigned int phase = !pool->phase;

	lfvec_depot_add(pool, pool->anchor[phase].next, pool->gp_last,
			atomic_long_xchg(&pool->waiting[phase], 0));
	lfvec_gp_start(pool);
}

static void lfvec_gp_work(struct irq_work *work)
{
	lfvec_gp_start(container_of(work, struct lfvec_pool, gp_work));
}

/**
 * lfvec_seal - append what a stock has retired to limbo
 * @pool: the pool
 * @st:	 our stock, which has retired nodes
 *
 * Wait-free.
 *
 * Context: Between lfvec_enter() and lfvec_leave().
 */
void lfvec_seal(struct lfvec_pool *pool, struct lfvec_stock *st)
{
	struct llist_node *first = st->retired, *last = st->retired_last, *prev;
	unsigned int nr = pool->chunk - st->room, phase;

	st->retired = NULL;
	st->room = pool->chunk;
	if (IS_ENABLED(CONFIG_LFVEC_BUSTED_NO_GRACE)) {
		lfvec_depot_add(pool, first, last, nr);
		return;
	}

	/*
	 * If the phase changes before that, they count as free one period early;
	 * or if it does so in between and that period is over, still as waiting
	 * after they are free, see lfvec_waiting_none().
	 */
	phase = READ_ONCE(pool->phase);
	lfvec_step();
	atomic_long_add(nr, &pool->waiting[phase]);
	/*
	 * LMM(lfvec_seal:A)
	 *
	 * A fully ordered xchg: limbo is filled before gp_busy is read. Pairs
	 * with lfvec_gp_start:A.
	 */
	prev = xchg(&pool->limbo, last);
	lfvec_step();
	/*
	 * @prev is an anchor or the last node of another stock. It is not
	 * recycled before this section ends, and whoever follows the link waits
	 * for that as well, see lfvec_gp_end().
	 */
	lfvec_link(prev, first);

	/* call_rcu() is not for NMI, nor for whoever holds a lock of RCU. */
	if (!atomic_read(&pool->gp_busy) && !atomic_xchg(&pool->gp_busy, 1))
		irq_work_queue(&pool->gp_work);
}

/* What all pools that share a budget may allocate is bounded. */
static bool lfvec_budget_take(struct lfvec_pool *pool, unsigned int nr)
{
	long bytes = (long)nr * pool->size, left;

	if (!pool->budget)
		return true;
	left = atomic_long_read(pool->budget);
	do {
		if (left < bytes)
			return false;
	} while (!atomic_long_try_cmpxchg(pool->budget, &left, left - bytes));
	return true;
}

static void lfvec_budget_give(struct lfvec_pool *pool, unsigned int nr)
{
	if (pool->budget)
		atomic_long_add((long)nr * pool->size, pool->budget);
}

void lfvec_node_free(struct lfvec_pool *pool, struct lfvec_node *node)
{
	kmem_cache_free(pool->cache, node);
	atomic_long_dec(&pool->nodes);
	lfvec_budget_give(pool, 1);
}

/* Returns how many. */
static unsigned long lfvec_list_free(struct lfvec_pool *pool, struct llist_node *list)
{
	struct lfvec_node *node, *next;
	unsigned long nr = 0;

	llist_for_each_entry_safe(node, next, list, link) {
		lfvec_node_free(pool, node);
		if (!(++nr % 1024))
			cond_resched();
	}
	return nr;
}

/* Allocate nodes at once; how many were got is 0 or @nr. */
static unsigned int lfvec_slab_alloc(struct lfvec_pool *pool, void **nodes,
				     unsigned int nr, gfp_t gfp)
{
	struct mem_cgroup *old;
	unsigned int got;

	if (!lfvec_budget_take(pool, nr))
		return 0;
	gfp = lfvec_charge(pool->memcg, gfp, &old);
	/* kmem_cache_alloc_bulk() wants interrupts enabled */
	if (nr > 1) {
		/* all or none, be it a number or, in newer kernels, a bool */
		got = kmem_cache_alloc_bulk(pool->cache, gfp, nr, nodes) ? nr : 0;
	} else {
		nodes[0] = kmem_cache_alloc(pool->cache, gfp);
		got = !!nodes[0];
	}
	lfvec_charge_end(pool->memcg, old);
	if (!got)
		lfvec_budget_give(pool, nr);
	return got;
}

/* Allocate a node, and if @gfp allows more of them, linked to it. 0 if none. */
static unsigned int lfvec_node_new(struct lfvec_pool *pool, struct lfvec_node **node,
				   gfp_t gfp)
{
	void *nodes[LFVEC_CHUNK];
	struct llist_node *link = NULL;
	unsigned int nr = 0, i;

	gfp |= __GFP_NOWARN;
	if (gfpflags_allow_blocking(gfp))
		nr = lfvec_slab_alloc(pool, nodes, pool->chunk, gfp);
	if (!nr)
		nr = lfvec_slab_alloc(pool, nodes, 1, gfp);

	atomic_long_add(nr, &pool->nodes);
	for (i = nr; i-- > 0; ) {
		*node = nodes[i];
		(*node)->link.next = link;
		link = &(*node)->link;
	}
	return nr;
}

static void lfvec_depot_add_list(struct lfvec_pool *pool, struct llist_node *first,
				 unsigned int nr)
{
	struct llist_node *last = first;

	while (last->next)
		last = last->next;
	lfvec_depot_add(pool, first, last, nr);
}

static struct lfvec_node *lfvec_stock_take(struct lfvec_pool *pool, gfp_t gfp)
{
	struct lfvec_stock *st = lfvec_enter_again(pool);
	struct lfvec_node *node = lfvec_node_get(pool, st, gfp);

	lfvec_leave(pool);
	return node;
}

/*
 * May more nodes be allocated? Returns 0; -EAGAIN if as many wait for a grace
 * period as may; or -EINPROGRESS if we have waited for one, and there may be
 * free nodes now.
 */
static int lfvec_may_grow(struct lfvec_pool *pool, gfp_t gfp)
{
	if (lfvec_waiting(pool) < (long)pool->backlog)
		return 0;
	if (!gfpflags_allow_blocking(gfp))
		return -EAGAIN;
	synchronize_rcu();
	/* on one CPU that returns at once, and whoever runs callbacks must get there */
	cond_resched();
	return -EINPROGRESS;
}

/* Allocate a node, and maybe more for the depot. NULL if there is none. */
static struct lfvec_node *lfvec_node_grow(struct lfvec_pool *pool, gfp_t gfp)
{
	struct lfvec_node *node;
	unsigned int nr = gfp ? lfvec_node_new(pool, &node, gfp) : 0;

	if (!nr)
		return NULL;
	if (nr > 1)
		lfvec_depot_add_list(pool, node->link.next, nr - 1);
	node->link.next = NULL;
	return node;
}

/**
 * lfvec_node_alloc - get a node from stock, or else allocate
 * @pool: the pool
 * @gfp: how memory may be had, or 0
 *
 * Context: After an operation for which there was none; as far as @gfp allows.
 * Return: a node, or as an ERR_PTR: -EAGAIN if too many nodes wait for a grace
 * period, or -ENOMEM.
 */
struct lfvec_node *lfvec_node_alloc(struct lfvec_pool *pool, gfp_t gfp)
{
	struct lfvec_node *node;
	int err;

	gfp = lfvec_gfp_here(gfp);
	do {
		node = lfvec_stock_take(pool, gfp);
		if (node)
			return node;
		err = lfvec_may_grow(pool, gfp);
	} while (err == -EINPROGRESS);
	node = err ? NULL : lfvec_node_grow(pool, gfp);
	/* What is left is for those who may not sleep. */
	if (!node && gfp && !gfpflags_allow_blocking(gfp))
		node = lfvec_stock_take(pool, 0);
	return node ?: ERR_PTR(err ?: -ENOMEM);
}

/* Have @nr nodes in the depot. Returns 0, -ENOMEM, -EAGAIN or -EINTR. */
int lfvec_pool_fill(struct lfvec_pool *pool, unsigned long nr, gfp_t gfp)
{
	struct lfvec_node *node;
	unsigned int got;
	int err;

	gfp = lfvec_gfp_here(gfp);
	while (atomic_long_read(&pool->depot_nr) < (long)nr) {
		err = lfvec_may_grow(pool, gfp);
		if (err == -EAGAIN)
			return err;
		got = !err && gfp ? lfvec_node_new(pool, &node, gfp) : 0;
		if (got)
			lfvec_depot_add_list(pool, &node->link, got);
		else if (!err)
			return -ENOMEM;
		if (!gfpflags_allow_blocking(gfp))
			continue;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/*
 * Have @nr nodes in the depot, and beyond these the spare ones, and as many as
 * stocks may hold back from others, counted twice: lfvec_seal() may count as
 * many a period early.
 */
int lfvec_pool_reserve(struct lfvec_pool *pool, unsigned long nr, gfp_t gfp)
{
	return lfvec_pool_fill(pool, nr + READ_ONCE(pool->spare) +
				2UL * pool->chunk * LFVEC_LEVELS *
				num_possible_cpus(), gfp);
}

static int lfvec_pool_attr(struct lfvec_pool *pool, const struct lfvec_attr *attr,
			   unsigned int size)
{
	unsigned int in_page = max_t(unsigned int, PAGE_SIZE / size, 1);

	pool->size = size;
	pool->chunk = min_t(unsigned int, in_page, LFVEC_CHUNK);
	pool->spare = attr->spare ?: min(min(in_page, LFVEC_SPARE_CPU) *
					 num_possible_cpus(), LFVEC_SPARE_MAX);
	pool->spare_min = pool->spare;
	pool->spare_max = max(pool->spare, LFVEC_SPARE_BYTES / size);
	pool->backlog = attr->backlog ?: LFVEC_BACKLOG_DEFAULT / size;
	if (pool->spare > LFVEC_SPARE_MAX || pool->backlog > LONG_MAX)
		return -EINVAL;
	return 0;
}

static struct lfvec_cpu __percpu *lfvec_cpus_alloc(struct lfvec_pool *pool)
{
	struct lfvec_cpu __percpu *cpus;
	struct mem_cgroup *old;
	gfp_t gfp;

	gfp = lfvec_charge(pool->memcg, GFP_KERNEL, &old);
	cpus = alloc_percpu_gfp(struct lfvec_cpu, gfp);
	lfvec_charge_end(pool->memcg, old);
	return cpus;
}

int lfvec_pool_init(struct lfvec_pool *pool, size_t esize,
		    const struct lfvec_attr *attr)
{
	unsigned int size = lfvec_node_size(esize);
	int err;

	err = lfvec_pool_attr(pool, attr, size);
	if (err)
		return err;

	init_llist_head(&pool->depot);
	pool->limbo = &pool->anchor[0];
	init_irq_work(&pool->gp_work, lfvec_gp_work);
	pool->cpu = lfvec_cpus_alloc(pool);
	if (!pool->cpu)
		return -ENOMEM;
	lfvec_pool_set_chunk(pool, pool->chunk);
	pool->cache = lfvec_cache_get(size);
	if (!pool->cache) {
		free_percpu(pool->cpu);
		return -ENOMEM;
	}
	return 0;
}

/* Wait for readers, and until limbo is empty and no callback is left. */
void lfvec_pool_quiesce(struct lfvec_pool *pool)
{
	synchronize_rcu();
	irq_work_sync(&pool->gp_work);
	do {
		rcu_barrier();
	} while (atomic_read(&pool->gp_busy));
	/* the callback that said so has returned */
	rcu_barrier();
}

/* Take what the depot has more than it need have. */
static struct llist_node *lfvec_depot_excess(struct lfvec_pool *pool)
{
	struct lfvec_stock st = {};
	bool got = true;

	while (got && atomic_long_read(&pool->depot_nr) >
		      (long)(READ_ONCE(pool->spare) + pool->chunk)) {
		preempt_disable();
		got = lfvec_depot_take(pool, &st, 0);
		preempt_enable();
		cond_resched();
	}
	return st.free;
}

/* Free what is in the depot beyond the spare ones; returns how many bytes. */
unsigned long lfvec_pool_trim(struct lfvec_pool *pool)
{
	struct llist_node *list = lfvec_depot_excess(pool);

	if (!list)
		return 0;
	/* a walk of the depot may still be at a node of these */
	synchronize_rcu();
	return lfvec_list_free(pool, list) * pool->size;
}

void lfvec_pool_destroy(struct lfvec_pool *pool)
{
	unsigned int level;
	long nr;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct lfvec_cpu *c = per_cpu_ptr(pool->cpu, cpu);

		for (level = 0; level < LFVEC_LEVELS; level++) {
			lfvec_list_free(pool, c->stock[level].free);
			lfvec_list_free(pool, c->stock[level].retired);
		}
	}
	nr = lfvec_list_free(pool, llist_del_all(&pool->depot));
	WARN_ONCE(atomic_long_read(&pool->depot_nr) != nr,
		  "lfvec: free nodes miscounted\n");
	WARN_ONCE(atomic_long_read(&pool->nodes), "lfvec: nodes leaked\n");
	lfvec_cache_put(pool->cache);
	free_percpu(pool->cpu);
}

static void lfvec_stock_stats(struct lfvec_pool *pool, struct lfvec_stock *st,
			      struct lfvec_stats *stats)
{
	/* The owner goes on counting: what we read is about right. */
	struct lfvec_stock now = data_race(*st);

	stats->pushes += now.pushes;
	stats->pops += now.pops;
	stats->stores += now.stores;
	stats->retries += now.retries;
	stats->helped += now.helped;
	stats->nodes_free += now.nr_free;
	stats->nodes_waiting += pool->chunk - now.room;
}

/* A count that others add to and subtract from may pass through below zero. */
static u64 lfvec_count(atomic_long_t *count)
{
	return max(atomic_long_read(count), 0L);
}

void lfvec_pool_stats(struct lfvec_pool *pool, struct lfvec_stats *stats)
{
	unsigned int level;
	int cpu;

	for_each_possible_cpu(cpu)
		for (level = 0; level < LFVEC_LEVELS; level++)
			lfvec_stock_stats(pool,
					  &per_cpu_ptr(pool->cpu, cpu)->stock[level],
					  stats);
	stats->nodes_free += lfvec_count(&pool->depot_nr);
	stats->nodes_waiting += lfvec_count(&pool->waiting[0]) +
				lfvec_count(&pool->waiting[1]);
	stats->nodes = lfvec_count(&pool->nodes);
	stats->node_size = pool->size;
	stats->bytes += stats->nodes * stats->node_size +
			num_possible_cpus() * sizeof(struct lfvec_cpu);
}
