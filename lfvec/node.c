// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes: where they come from and how they come back
 *
 *	 slab --> depot --> stock --> (a slot) --> stock --> limbo --> depot
 *		  shared    a CPU's    the vector  retired   shared,
 *		  by all    own	       has it		     waits for RCU
 *
 * An operation takes nodes from and retires nodes to the stock of its CPU and
 * nesting level, with plain loads and stores. Once in vec->chunk operations a
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
static void lfvec_depot_add(struct lfvec *vec, struct llist_node *first,
			    struct llist_node *last, unsigned long nr)
{
	/*
	 * LMM(lfvec_depot_add:A)
	 *
	 * A fully ordered cmpxchg: what is in the nodes before the nodes.
	 * Pairs with lfvec_depot_take:A.
	 */
	llist_add_batch(first, last, &vec->depot);
	atomic_long_add(nr, &vec->depot_nr);
}

/**
 * lfvec_depot_take - move up to a chunk of nodes from the depot to a stock
 * @vec: the vector
 * @st:	 our stock, which has no free nodes
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
struct llist_node *lfvec_depot_take(struct lfvec *vec, struct lfvec_stock *st,
				    gfp_t gfp)
{
	struct llist_node *first, *last, *rest;
	long spare = READ_ONCE(vec->spare);
	unsigned int nr;

	if (atomic_long_read(&vec->depot_nr) < spare) {
		if (gfpflags_allow_blocking(gfp))
			return NULL;
		lfvec_kick(vec);
		if (gfp && atomic_long_read(&vec->depot_nr) < spare / 2)
			return NULL;
	}
	/*
	 * LMM(lfvec_depot_take:A)
	 *
	 * The top before what it points to. If this reads a node that
	 * lfvec_depot_add:A put there, its link is the one stored before that.
	 */
	first = smp_load_acquire(&vec->depot.first);
	do {
		if (!first)
			return NULL;
		last = first;
		for (nr = 1; nr < vec->chunk; nr++) {
			rest = READ_ONCE(last->next);
			if (!rest)
				break;
			last = rest;
		}
		rest = READ_ONCE(last->next);
		lfvec_step();
	} while (!try_cmpxchg(&vec->depot.first, &first, rest));

	atomic_long_sub(nr, &vec->depot_nr);
	WRITE_ONCE(last->next, NULL);
	st->free = first;
	st->nr_free = nr;
	return first;
}

static void lfvec_gp_end(struct rcu_head *rcu);

static bool lfvec_limbo_empty(struct lfvec *vec)
{
	return READ_ONCE(vec->limbo) == &vec->anchor[READ_ONCE(vec->phase)];
}

/*
 * Let a grace period begin for all that is in limbo. The caller has set gp_busy
 * and thereby owns phase, gp_last and gp_rcu.
 */
static void lfvec_gp_start(struct lfvec *vec)
{
	struct llist_node *anchor;

	while (lfvec_limbo_empty(vec)) {
		/*
		 * LMM(lfvec_gp_start:A)
		 *
		 * A fully ordered xchg: idle before the last look at limbo.
		 * Pairs with lfvec_seal:A, which fills limbo before it looks
		 * for idle: one of the two sees the other.
		 */
		atomic_xchg(&vec->gp_busy, 0);
		if (lfvec_limbo_empty(vec) || atomic_xchg(&vec->gp_busy, 1))
			return;
	}

	anchor = &vec->anchor[!vec->phase];
	anchor->next = NULL;
	WRITE_ONCE(vec->phase, !vec->phase);
	/*
	 * LMM(lfvec_gp_start:B)
	 *
	 * A fully ordered xchg: the anchor is clean before anyone can append to
	 * it. Pairs with lfvec_seal:A.
	 */
	vec->gp_last = xchg(&vec->limbo, anchor);
	call_rcu(&vec->gp_rcu, lfvec_gp_end);
}

/* A grace period later: nobody can have these nodes any more. */
static void lfvec_gp_end(struct rcu_head *rcu)
{
	struct lfvec *vec = container_of(rcu, struct lfvec, gp_rcu);
	unsigned int phase = !vec->phase;

	lfvec_depot_add(vec, vec->anchor[phase].next, vec->gp_last,
			atomic_long_xchg(&vec->waiting[phase], 0));
	lfvec_gp_start(vec);
}

static void lfvec_gp_work(struct irq_work *work)
{
	lfvec_gp_start(container_of(work, struct lfvec, gp_work));
}

/**
 * lfvec_seal - append what a stock has retired to limbo
 * @vec: the vector
 * @st:	 our stock, which has retired nodes
 *
 * Wait-free.
 *
 * Context: Between lfvec_enter() and lfvec_leave().
 */
void lfvec_seal(struct lfvec *vec, struct lfvec_stock *st)
{
	struct llist_node *first = st->retired, *last = st->retired_last, *prev;
	unsigned int nr = st->nr_retired;

	st->retired = NULL;
	st->nr_retired = 0;
	if (IS_ENABLED(CONFIG_LFVEC_BUSTED_NO_GRACE)) {
		lfvec_depot_add(vec, first, last, nr);
		return;
	}

	/* If the phase changes here, they count as free one period early. */
	atomic_long_add(nr, &vec->waiting[READ_ONCE(vec->phase)]);
	/*
	 * LMM(lfvec_seal:A)
	 *
	 * A fully ordered xchg: limbo is filled before gp_busy is read. Pairs
	 * with lfvec_gp_start:A.
	 */
	prev = xchg(&vec->limbo, last);
	lfvec_step();
	/*
	 * @prev is an anchor or the last node of another stock. It is not
	 * recycled before this section ends, and whoever follows the link waits
	 * for that as well, see lfvec_gp_end().
	 */
	lfvec_link(prev, first);

	/* call_rcu() is not for NMI, nor for whoever holds a lock of RCU. */
	if (!atomic_read(&vec->gp_busy) && !atomic_xchg(&vec->gp_busy, 1))
		irq_work_queue(&vec->gp_work);
}

void lfvec_node_free(struct lfvec *vec, struct lfvec_node *node)
{
	kmem_cache_free(vec->cache, node);
	atomic_long_dec(&vec->nodes);
}

/* Returns how many. */
unsigned long lfvec_list_free(struct lfvec *vec, struct llist_node *list)
{
	struct lfvec_node *node, *next;
	unsigned long nr = 0;

	llist_for_each_entry_safe(node, next, list, link) {
		lfvec_node_free(vec, node);
		if (!(++nr % 1024))
			cond_resched();
	}
	return nr;
}

/* Allocate nodes at once; how many were got is 0 or @nr. */
static unsigned int lfvec_slab_alloc(struct lfvec *vec, void **nodes,
				     unsigned int nr, gfp_t gfp)
{
	struct mem_cgroup *old;

	gfp = lfvec_charge(vec, gfp, &old);
	/* kmem_cache_alloc_bulk() wants interrupts enabled */
	if (nr > 1) {
		nr = kmem_cache_alloc_bulk(vec->cache, gfp, nr, nodes);
	} else {
		nodes[0] = kmem_cache_alloc(vec->cache, gfp);
		nr = !!nodes[0];
	}
	lfvec_charge_end(vec, old);
	return nr;
}

/* Allocate a node, and if @gfp allows more of them, linked to it. 0 if none. */
static unsigned int lfvec_node_new(struct lfvec *vec, struct lfvec_node **node,
				   gfp_t gfp)
{
	void *nodes[LFVEC_CHUNK];
	struct llist_node *link = NULL;
	unsigned int nr = 0, i;

	gfp |= __GFP_NOWARN;
	if (gfpflags_allow_blocking(gfp))
		nr = lfvec_slab_alloc(vec, nodes, vec->chunk, gfp);
	if (!nr)
		nr = lfvec_slab_alloc(vec, nodes, 1, gfp);

	atomic_long_add(nr, &vec->nodes);
	for (i = nr; i-- > 0; ) {
		*node = nodes[i];
		(*node)->link.next = link;
		link = &(*node)->link;
	}
	return nr;
}

static void lfvec_depot_add_list(struct lfvec *vec, struct llist_node *first,
				 unsigned int nr)
{
	struct llist_node *last = first;

	while (last->next)
		last = last->next;
	lfvec_depot_add(vec, first, last, nr);
}

static struct lfvec_node *lfvec_stock_take(struct lfvec *vec, gfp_t gfp)
{
	struct lfvec_node *node;
	struct lfvec_stock *st;

	if (!lfvec_enter(vec, &st))
		return ERR_PTR(-EBUSY);
	node = lfvec_node_get(vec, st, gfp);
	lfvec_leave(vec);
	return node;
}

/*
 * May more nodes be allocated? Returns 0; -EAGAIN if as many wait for a grace
 * period as may; or -EINPROGRESS if we have waited for one, and there may be
 * free nodes now.
 */
static int lfvec_may_grow(struct lfvec *vec, gfp_t gfp)
{
	if (atomic_long_read(&vec->waiting[0]) +
	    atomic_long_read(&vec->waiting[1]) < (long)vec->backlog)
		return 0;
	if (!gfpflags_allow_blocking(gfp))
		return -EAGAIN;
	synchronize_rcu();
	return -EINPROGRESS;
}

/* Allocate a node, and maybe more for the depot. NULL if there is none. */
static struct lfvec_node *lfvec_node_grow(struct lfvec *vec, gfp_t gfp)
{
	struct lfvec_node *node;
	unsigned int nr = gfp ? lfvec_node_new(vec, &node, gfp) : 0;

	if (!nr)
		return NULL;
	if (nr > 1)
		lfvec_depot_add_list(vec, node->link.next, nr - 1);
	node->link.next = NULL;
	return node;
}

/**
 * lfvec_node_alloc - get a node from stock, or else allocate
 * @vec: the vector
 * @gfp: how memory may be had, or 0
 *
 * Context: Outside of operations; as far as @gfp allows.
 * Return: a node, or as an ERR_PTR: -EBUSY, -EAGAIN if too many nodes wait for a
 * grace period, or -ENOMEM.
 */
struct lfvec_node *lfvec_node_alloc(struct lfvec *vec, gfp_t gfp)
{
	struct lfvec_node *node;
	int err;

	gfp = lfvec_gfp_here(gfp);
	do {
		node = lfvec_stock_take(vec, gfp);
		if (node)
			return node;
		err = lfvec_may_grow(vec, gfp);
	} while (err == -EINPROGRESS);
	node = err ? NULL : lfvec_node_grow(vec, gfp);
	/* What is left is for those who may not sleep. */
	if (!node && gfp && !gfpflags_allow_blocking(gfp))
		node = lfvec_stock_take(vec, 0);
	return node ?: ERR_PTR(err ?: -ENOMEM);
}

/* Have @nr nodes in the depot. Returns 0, -ENOMEM, -EAGAIN or -EINTR. */
int lfvec_nodes_fill(struct lfvec *vec, unsigned long nr, gfp_t gfp)
{
	struct lfvec_node *node;
	unsigned int got;
	int err;

	gfp = lfvec_gfp_here(gfp);
	while (atomic_long_read(&vec->depot_nr) < (long)nr) {
		err = lfvec_may_grow(vec, gfp);
		if (err == -EAGAIN)
			return err;
		got = !err && gfp ? lfvec_node_new(vec, &node, gfp) : 0;
		if (got)
			lfvec_depot_add_list(vec, &node->link, got);
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
int lfvec_nodes_reserve(struct lfvec *vec, unsigned long nr, gfp_t gfp)
{
	return lfvec_nodes_fill(vec, nr + READ_ONCE(vec->spare) +
				2UL * vec->chunk * LFVEC_LEVELS *
				num_possible_cpus(), gfp);
}

static int lfvec_nodes_attr(struct lfvec *vec, const struct lfvec_attr *attr,
			    unsigned int size)
{
	vec->chunk = clamp_t(unsigned int, PAGE_SIZE / size, 1, LFVEC_CHUNK);
	vec->spare = attr->spare ?: min(vec->chunk * num_possible_cpus(),
					LFVEC_SPARE_MAX);
	vec->spare_min = vec->spare;
	vec->spare_max = max(vec->spare, LFVEC_SPARE_BYTES / size);
	vec->backlog = attr->backlog ?: LFVEC_BACKLOG_DEFAULT / size;
	if (vec->spare > LFVEC_SPARE_MAX || vec->backlog > LONG_MAX)
		return -EINVAL;
	return 0;
}

static struct lfvec_cpu __percpu *lfvec_cpus_alloc(struct lfvec *vec)
{
	struct lfvec_cpu __percpu *cpus;
	struct mem_cgroup *old;
	gfp_t gfp;

	gfp = lfvec_charge(vec, GFP_KERNEL, &old);
	cpus = alloc_percpu_gfp(struct lfvec_cpu, gfp);
	lfvec_charge_end(vec, old);
	return cpus;
}

int lfvec_nodes_init(struct lfvec *vec, size_t esize,
		     const struct lfvec_attr *attr)
{
	unsigned int size;
	int err;

	if (!esize || esize > LFVEC_ELEM_MAX)
		return -EINVAL;
	size = ALIGN(offsetof(struct lfvec_node, data) + esize,
		     __alignof__(struct lfvec_node));
	vec->esize = esize;
	err = lfvec_nodes_attr(vec, attr, size);
	if (err)
		return err;

	init_llist_head(&vec->depot);
	vec->limbo = &vec->anchor[0];
	init_irq_work(&vec->gp_work, lfvec_gp_work);
	vec->cpu = lfvec_cpus_alloc(vec);
	if (!vec->cpu)
		return -ENOMEM;
	vec->cache = lfvec_cache_get(size);
	if (!vec->cache) {
		free_percpu(vec->cpu);
		return -ENOMEM;
	}
	return 0;
}

/* Wait for readers, and until limbo is empty and no callback is left. */
void lfvec_nodes_quiesce(struct lfvec *vec)
{
	synchronize_rcu();
	irq_work_sync(&vec->gp_work);
	do {
		rcu_barrier();
	} while (atomic_read(&vec->gp_busy));
}

void lfvec_nodes_destroy(struct lfvec *vec)
{
	unsigned int level;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct lfvec_cpu *c = per_cpu_ptr(vec->cpu, cpu);

		for (level = 0; level < LFVEC_LEVELS; level++) {
			lfvec_list_free(vec, c->stock[level].free);
			lfvec_list_free(vec, c->stock[level].retired);
		}
	}
	lfvec_list_free(vec, llist_del_all(&vec->depot));
	WARN_ONCE(atomic_long_read(&vec->nodes), "lfvec: nodes leaked\n");
	lfvec_cache_put(vec->cache);
	free_percpu(vec->cpu);
}

static void lfvec_stock_stats(struct lfvec_stock *st, struct lfvec_stats *stats)
{
	/* The owner goes on counting: what we read is about right. */
	struct lfvec_stock now = data_race(*st);

	stats->pushes += now.pushes;
	stats->pops += now.pops;
	stats->stores += now.stores;
	stats->retries += now.retries;
	stats->helped += now.helped;
	stats->nodes_free += now.nr_free;
	stats->nodes_waiting += now.nr_retired;
}

/* A count that others add to and subtract from may pass through below zero. */
static u64 lfvec_count(atomic_long_t *count)
{
	return max(atomic_long_read(count), 0L);
}

void lfvec_nodes_stats(struct lfvec *vec, struct lfvec_stats *stats)
{
	unsigned int level;
	int cpu;

	for_each_possible_cpu(cpu)
		for (level = 0; level < LFVEC_LEVELS; level++)
			lfvec_stock_stats(&per_cpu_ptr(vec->cpu, cpu)->stock[level],
					  stats);
	stats->nodes_free += lfvec_count(&vec->depot_nr);
	stats->nodes_waiting += lfvec_count(&vec->waiting[0]) +
				lfvec_count(&vec->waiting[1]);
	stats->nodes = lfvec_count(&vec->nodes);
	stats->dropped = atomic_long_read(&vec->dropped);
	stats->node_size = kmem_cache_size(vec->cache);
	stats->bytes += stats->nodes * stats->node_size +
			num_possible_cpus() * sizeof(struct lfvec_cpu);
}
