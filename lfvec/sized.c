// SPDX-License-Identifier: GPL-2.0
/*
 * An append-only vector of elements of different sizes
 *
 * It is the append-only form of append.c, with a pool of nodes for each size, and
 * with eviction. Evicting the oldest element swaps its node for its index, with a
 * mark, which takes no memory. Like a node, that does not recur in a slot: an element
 * is evicted once, and its index never comes back. So the argument for the swap of a
 * slot holds for both. Whoever swaps a node out of its slot retires it to the pool
 * that it came from.
 *
 * Each operation takes a nesting level of vec->pool, that of the smallest size, so
 * that no more than %LFVEC_LEVELS of them nest; inside of that, it may take one of
 * another pool unasked.
 *
 * What is evicted is always the oldest element. vec->evicted may lag behind, while
 * somebody who has evicted one has yet to say so; whoever finds the mark there,
 * says it for him.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/lfvec_sized.h>
#include <linux/log2.h>
#include <linux/sched.h>

#include "append.h"

/* A slot holds NULL, a node, or what was evicted, marked by the lowest bit. */
#define SIZED_EVICTED	1UL

static __always_inline bool sized_is_evicted(unsigned long word)
{
	return word & SIZED_EVICTED;
}

/* The index of the element that a slot holds, or held. */
static __always_inline unsigned long sized_index(unsigned long word)
{
	return sized_is_evicted(word) ? word >> 1 : lfvec_node_index(word);
}

/* Is the slot of @index filled, in this lap or a later one? */
static bool sized_filled(struct lfvec *vec, unsigned long index)
{
	unsigned long word = lfvec_slot_word(vec, index);

	return word && sized_index(word) >= index;
}

static unsigned long sized_end_from(struct lfvec *vec, unsigned long from)
{
	return lfvec_search_end(vec, from, sized_filled);
}

static unsigned long sized_end(struct lfvec_sized *vec)
{
	return sized_end_from(&vec->vec, lfvec_hint(&vec->vec));
}

/* The node of an element; or as an ERR_PTR: -EPIPE or -ERANGE. */
static struct lfvec_node *sized_seek(struct lfvec_sized *vec,
				     unsigned long index)
{
	unsigned long word = 0;

	if (index < vec->vec.max)
		word = lfvec_slot_word(&vec->vec, index);
	if (!word || sized_index(word) < index)
		return ERR_PTR(-ERANGE);
	if (sized_is_evicted(word) || sized_index(word) != index)
		return ERR_PTR(-EPIPE);
	return (struct lfvec_node *)word;
}

static __always_inline struct lfvec_pool *sized_pool(struct lfvec_sized *vec,
						     unsigned int nr)
{
	return nr ? &vec->more[nr - 1] : &vec->vec.pool;
}

static __always_inline struct lfvec_node *sized_node(const void *elem)
{
	return container_of(elem, struct lfvec_node, data[0]);
}

/* The bytes of what a slot holds. */
static __always_inline unsigned long sized_bytes(struct lfvec_sized *vec,
						 unsigned long word)
{
	if (!word || sized_is_evicted(word))
		return 0;
	return sized_pool(vec, ((struct lfvec_node *)word)->pool)->size;
}

/* Retire a node that was swapped out of its slot; @st is that of vec->pool. */
static __always_inline void sized_retire(struct lfvec_sized *vec,
					 struct lfvec_stock *st,
					 struct lfvec_node *node)
{
	struct lfvec_pool *pool = sized_pool(vec, node->pool);

	if (likely(pool == &vec->vec.pool)) {
		lfvec_node_retire(pool, st, node);
		return;
	}
	st = lfvec_take_next(pool);
	lfvec_node_retire(pool, st, node);
	lfvec_give_level(pool);
}

/* Take a node of this size; @st is that of vec->pool. */
static __always_inline struct lfvec_node *
sized_take(struct lfvec_sized *vec, struct lfvec_stock *st, unsigned int nr)
{
	struct lfvec_pool *pool = sized_pool(vec, nr);
	struct lfvec_node *node;

	if (likely(!nr))
		return lfvec_node_get(pool, st, 0);
	st = lfvec_take_next(pool);
	node = lfvec_node_get(pool, st, 0);
	lfvec_give_level(pool);
	return node;
}

/**
 * lfvec_sized_prepare - get room for an element
 * @vec: the vector
 * @len: bytes that it takes
 *
 * If there are no nodes of the size that fits best, it is one of a larger size. The
 * caller has the element until lfvec_sized_commit() or lfvec_sized_discard(),
 * however long that may take.
 *
 * Context: Any, including NMI.
 * Return: the element, aligned to 8 bytes; or as an ERR_PTR: -EINVAL if it is larger
 * than all sizes, -ENOMEM if there is no node, or -EBUSY if operations are nested
 * too deeply.
 */
void *lfvec_sized_prepare(struct lfvec_sized *vec, size_t len)
{
	struct lfvec_node *node = NULL;
	struct lfvec_stock *st;
	unsigned int nr = 0;

	while (unlikely(len > vec->sizes[nr]))
		if (++nr == vec->nr)
			return ERR_PTR(-EINVAL);
	if (unlikely(!lfvec_enter(&vec->vec.pool, &st)))
		return ERR_PTR(-EBUSY);
	do {
		node = sized_take(vec, st, nr);
	} while (unlikely(!node) && ++nr < vec->nr);
	lfvec_leave(&vec->vec.pool);
	if (unlikely(!node))
		return ERR_PTR(-ENOMEM);
	node->pool = nr;
	return node->data;
}
EXPORT_SYMBOL_GPL(lfvec_sized_prepare);

/**
 * lfvec_sized_room - how large may this element be?
 * @vec:  the vector
 * @elem: from lfvec_sized_prepare()
 *
 * Context: Any, including NMI.
 * Return: how many bytes it has.
 */
size_t lfvec_sized_room(const struct lfvec_sized *vec, const void *elem)
{
	return vec->sizes[sized_node(elem)->pool];
}
EXPORT_SYMBOL_GPL(lfvec_sized_room);

/* The oldest element, as far as was said; it is not above @end. */
static unsigned long sized_oldest(struct lfvec_sized *vec, unsigned long *end)
{
	unsigned long evicted, span = vec->vec.first;

	/*
	 * LMM(sized_oldest:A)
	 *
	 * What is gone before the end: it was there once. Pairs with
	 * sized_went:A.
	 */
	evicted = atomic_long_read_acquire(&vec->evicted);
	*end = sized_end(vec);
	return max(evicted, *end > span ? *end - span : 0);
}

/* All elements up to @index are gone. */
static void sized_went(struct lfvec_sized *vec, unsigned long index)
{
	long evicted = atomic_long_read(&vec->evicted);

	/*
	 * LMM(sized_went:A)
	 *
	 * A fully ordered cmpxchg: the element was seen before it is gone.
	 * Pairs with sized_oldest:A.
	 */
	while (evicted < (long)index + 1 &&
	       !atomic_long_try_cmpxchg(&vec->evicted, &evicted, index + 1))
		;
}

/* What takes the place of an element. NULL would recur. */
static __always_inline unsigned long sized_mark(unsigned long index)
{
	return IS_ENABLED(CONFIG_LFVEC_BUSTED_EVICT_NULL) ? 0 :
	       index << 1 | SIZED_EVICTED;
}

/* Evict the oldest element. Returns false if there is none. */
static bool sized_evict(struct lfvec_sized *vec, struct lfvec_stock *st)
{
	unsigned long index, end, word, *slot;
	unsigned int lost = 0;

	for (;; lost = lfvec_backoff(&vec->vec, st, lost)) {
		index = sized_oldest(vec, &end);
		if (index >= end)
			return false;
		slot = (unsigned long *)lfvec_slot(&vec->vec, index);
		/* as lfvec_slot_word:A */
		word = smp_load_acquire(slot);
		if (sized_index(word) != index)
			continue;
		lfvec_step();
		/*
		 * LMM(sized_evict:A)
		 *
		 * Fully ordered: the elements before it, which were seen gone,
		 * before this one goes. Pairs with lfvec_slot_word:A.
		 */
		if (!sized_is_evicted(word) &&
		    cmpxchg(slot, word, sized_mark(index)) != word)
			continue;
		sized_went(vec, index);
		if (sized_is_evicted(word))
			continue;
		atomic_long_sub(sized_bytes(vec, word), &vec->bytes);
		sized_retire(vec, st, (struct lfvec_node *)word);
		return true;
	}
}

/*
 * Would @bytes more be too much? Bytes are counted after what they are for: so if it
 * has gone again by then, there may be less than none for a moment.
 */
static __always_inline bool sized_full(struct lfvec_sized *vec, long bytes)
{
	return atomic_long_read(&vec->bytes) + bytes > (long)vec->bytes_max;
}

/* Make room for @bytes, which are no more than may be. */
static noinline void sized_make_room(struct lfvec_sized *vec,
				     struct lfvec_stock *st, unsigned long bytes)
{
	while (sized_evict(vec, st) && sized_full(vec, bytes))
		;
}

/* Where nothing goes, bytes are taken for good; and before, to be exact. */
static noinline bool sized_keep(struct lfvec_sized *vec, long bytes)
{
	long had = atomic_long_read(&vec->bytes);

	do {
		if (had + bytes > (long)vec->bytes_max)
			return false;
	} while (!atomic_long_try_cmpxchg(&vec->bytes, &had, had + bytes));
	return true;
}

/* Append @node; what it replaces is retired. */
static __always_inline long sized_append(struct lfvec_sized *vec,
					 struct lfvec_stock *st,
					 struct lfvec_node *node)
{
	unsigned long bytes = sized_pool(vec, node->pool)->size, old, freed;
	bool keep = !(vec->vec.flags & LFVEC_OVERWRITE);
	long index;

	if (unlikely(keep)) {
		if (!sized_keep(vec, bytes))
			return -ENOSPC;
	} else if (unlikely(sized_full(vec, bytes))) {
		sized_make_room(vec, st, bytes);
	}
	index = lfvec_append_only(&vec->vec, st, node, &old, sized_index,
				  sized_end_from);
	if (unlikely(index < 0)) {
		if (keep)
			atomic_long_sub(bytes, &vec->bytes);
		return -ENOSPC;
	}
	if (unlikely(keep))	/* in place of nothing */
		return index;
	freed = sized_bytes(vec, old);
	if (unlikely(bytes != freed))
		atomic_long_add(bytes - freed, &vec->bytes);
	if (freed)
		sized_retire(vec, st, (struct lfvec_node *)old);
	return index;
}

/*
 * The node was never published. It must not go to the depot directly, see
 * lfvec_depot_take().
 */
static void sized_put(struct lfvec_sized *vec, struct lfvec_stock *st,
		      struct lfvec_node *node)
{
	struct lfvec_pool *pool = sized_pool(vec, node->pool);
	bool other = pool != &vec->vec.pool;

	if (other)
		st = lfvec_take_next(pool);
	lfvec_node_put(pool, st, node);
	if (other)
		lfvec_give_level(pool);
}

/* Operations are nested too deeply to touch a stock: leave it to the worker. */
static noinline void sized_stray(struct lfvec_sized *vec,
				 struct lfvec_node *node)
{
	if (IS_ENABLED(CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG) || !in_nmi())
		llist_add(&node->link, &vec->strays);
	lfvec_kick(&vec->vec.supply);
}

/**
 * lfvec_sized_commit - append an element
 * @vec:  the vector
 * @elem: from lfvec_sized_prepare(), filled; not to be touched any more
 *
 * Fully ordered, if it succeeds. If it fails, the element is discarded.
 *
 * Context: Any, including NMI.
 * Return: its index, -ENOSPC if the vector is full, or will be by what others are
 * committing, or -EBUSY if operations are nested too deeply.
 */
long lfvec_sized_commit(struct lfvec_sized *vec, void *elem)
{
	struct lfvec_node *node = sized_node(elem);
	struct lfvec_stock *st;
	long index;

	if (unlikely(!lfvec_enter(&vec->vec.pool, &st))) {
		sized_stray(vec, node);
		return -EBUSY;
	}
	index = sized_append(vec, st, node);
	if (unlikely(index < 0))
		sized_put(vec, st, node);
	lfvec_leave(&vec->vec.pool);
	return index;
}
EXPORT_SYMBOL_GPL(lfvec_sized_commit);

/**
 * lfvec_sized_discard - give back an element that was not committed
 * @vec:  the vector
 * @elem: from lfvec_sized_prepare()
 *
 * Context: Any, including NMI.
 */
void lfvec_sized_discard(struct lfvec_sized *vec, void *elem)
{
	struct lfvec_stock *st;

	if (lfvec_enter(&vec->vec.pool, &st)) {
		sized_put(vec, st, sized_node(elem));
		lfvec_leave(&vec->vec.pool);
	} else {
		sized_stray(vec, sized_node(elem));
	}
}
EXPORT_SYMBOL_GPL(lfvec_sized_discard);

/**
 * lfvec_sized_get - find an element
 * @vec:   the vector
 * @index: its index
 *
 * Context: Any, including NMI; within rcu_read_lock().
 * Return: the element; or as an ERR_PTR: -EPIPE if it is gone, -ERANGE if it is not
 * there yet.
 */
const void *lfvec_sized_get(struct lfvec_sized *vec, unsigned long index)
{
	struct lfvec_node *node = sized_seek(vec, index);

	return IS_ERR(node) ? ERR_CAST(node) : node->data;
}
EXPORT_SYMBOL_GPL(lfvec_sized_get);

/**
 * lfvec_sized_end - how many elements were committed
 * @vec: the vector
 *
 * Context: Any, including NMI.
 * Return: the index of the next one.
 */
unsigned long lfvec_sized_end(struct lfvec_sized *vec)
{
	unsigned long end;

	preempt_disable();
	end = sized_end(vec);
	preempt_enable();
	return end;
}
EXPORT_SYMBOL_GPL(lfvec_sized_end);

/**
 * lfvec_sized_oldest - the first element that is left
 * @vec: the vector
 *
 * Context: Any, including NMI.
 * Return: its index, which is also how many are gone; or lfvec_sized_end().
 */
unsigned long lfvec_sized_oldest(struct lfvec_sized *vec)
{
	unsigned long end, index;

	preempt_disable();
	index = sized_oldest(vec, &end);
	/* gone, and nobody has said so yet */
	while (index < end && IS_ERR(sized_seek(vec, index)))
		index++;
	preempt_enable();
	return index;
}
EXPORT_SYMBOL_GPL(lfvec_sized_oldest);

/**
 * lfvec_sized_stats - what it holds
 * @vec:   the vector
 * @stats: where that goes
 *
 * Context: Any but NMI.
 */
void lfvec_sized_stats(struct lfvec_sized *vec, struct lfvec_sized_stats *stats)
{
	stats->bytes = max(atomic_long_read(&vec->bytes), 0L);
	stats->allocated = vec->limit - atomic_long_read(&vec->budget);
	stats->fixed = sizeof(struct lfvec_node *) * vec->vec.first +
		       vec->nr * num_possible_cpus() * sizeof(struct lfvec_cpu);
}
EXPORT_SYMBOL_GPL(lfvec_sized_stats);

/* Take back what operations that nested too deeply have left. */
static void sized_collect(struct lfvec_sized *vec)
{
	struct llist_node *list = llist_del_all(&vec->strays);
	struct lfvec_node *node, *next;
	struct lfvec_stock *st;

	llist_for_each_entry_safe(node, next, list, link) {
		st = lfvec_enter_again(&vec->vec.pool);
		sized_put(vec, st, node);
		lfvec_leave(&vec->vec.pool);
	}
}

/* Let all pools have their spare nodes. Returns 0 if they have. */
static int sized_fill(struct lfvec_sized *vec)
{
	unsigned int nr;
	int err = 0;

	for (nr = 0; nr < vec->nr; nr++)
		err = lfvec_supply_pool(sized_pool(vec, nr)) ?: err;
	return err;
}

/* The budget is used up: let all pools get by with what they began with. */
static unsigned long sized_trim(struct lfvec_sized *vec)
{
	unsigned long bytes = 0;
	struct lfvec_pool *pool;
	unsigned int nr;

	for (nr = 0; nr < vec->nr; nr++) {
		pool = sized_pool(vec, nr);
		WRITE_ONCE(pool->spare, pool->spare_min);
		bytes += lfvec_pool_trim(pool);
	}
	return bytes;
}

static void sized_work(struct work_struct *work)
{
	struct lfvec_sized *vec = container_of(work, struct lfvec_sized,
					       vec.supply.work);

	lfvec_supply_begin(&vec->vec.supply);
	sized_collect(vec);
	if (sized_fill(vec) && sized_trim(vec))
		sized_fill(vec);
}

/* Each pool begins with this share of the backlog, and grows to half of it. */
#define SIZED_SHARE	8

static unsigned long sized_spare(const struct lfvec_sized_attr *attr,
				 unsigned int nr)
{
	return clamp(attr->backlog / SIZED_SHARE /
		     lfvec_node_size(attr->sizes[nr]), 1UL, LFVEC_SPARE_MAX);
}

/*
 * What all stocks may hold back, free or retired, is no more than such a share, too;
 * or they might have all there is, and nobody who comes by to bring it back.
 */
static void sized_limit(struct lfvec_pool *pool, unsigned long backlog)
{
	unsigned long share = backlog / SIZED_SHARE / pool->size;

	pool->spare_max = max(pool->spare, backlog / 2 / pool->size);
	lfvec_pool_set_chunk(pool, clamp(share / (2 * LFVEC_LEVELS *
						  num_possible_cpus()),
					 1UL, (unsigned long)pool->chunk));
}

static int sized_init_pool(struct lfvec_sized *vec, unsigned int nr,
			   const struct lfvec_sized_attr *attr)
{
	struct lfvec_attr pool_attr = {
		.spare = sized_spare(attr, nr), .backlog = LONG_MAX,
	};
	struct lfvec_pool *pool = sized_pool(vec, nr);
	int err;

	pool->supply = &vec->vec.supply;
	pool->budget = &vec->budget;
	err = lfvec_pool_init(pool, attr->sizes[nr], &pool_attr);
	if (err)
		return err;
	sized_limit(pool, attr->backlog);
	err = lfvec_pool_fill(pool, pool->spare, GFP_KERNEL);
	if (err)
		lfvec_pool_destroy(pool);
	return err;
}

/* The vector itself, and with it the pool of the smallest size. */
static int sized_init_vec(struct lfvec_sized *vec,
			  const struct lfvec_sized_attr *attr)
{
	struct lfvec_attr vec_attr = {
		.first = attr->flags & LFVEC_OVERWRITE ? 0 : attr->max,
		.max = attr->max, .spare = sized_spare(attr, 0),
		.backlog = LONG_MAX, .flags = attr->flags | LFVEC_APPEND_ONLY,
	};
	int err = lfvec_setup(&vec->vec, attr->sizes[0], &vec_attr,
			      &vec->budget, sized_work);

	if (!err)
		sized_limit(&vec->vec.pool, attr->backlog);
	return err;
}

/* Returns how many sizes there are, or 0 if that makes no sense. */
static unsigned int sized_count(const struct lfvec_sized_attr *attr)
{
	unsigned int nr, i;

	for (nr = 0; nr < LFVEC_SIZES_MAX && attr->sizes[nr]; nr++)
		if (attr->sizes[nr] > LFVEC_SIZED_MAX ||
		    (nr && attr->sizes[nr] <= attr->sizes[nr - 1]))
			return 0;
	for (i = nr; i < LFVEC_SIZES_MAX; i++)
		if (attr->sizes[i])
			return 0;
	return nr;
}

static bool sized_attr_ok(const struct lfvec_sized_attr *attr, unsigned int nr)
{
	return nr && is_power_of_2(attr->max) &&
	       attr->max <= BIT(LFVEC_BUCKET_SHIFT_MAX) &&
	       !(attr->flags & ~LFVEC_OVERWRITE) &&
	       attr->bytes <= LONG_MAX / 2 && attr->backlog <= LONG_MAX / 2 &&
	       attr->bytes >= lfvec_node_size(attr->sizes[nr - 1]);
}

/**
 * lfvec_sized_init - make an empty vector
 * @vec:  the vector
 * @attr: what it is to be like
 *
 * Context: Task; may sleep.
 * Return: 0, -EINVAL for an @attr that makes no sense, -ENOMEM, which may also mean
 * that the backlog is too small, or -EINTR if the task is being killed.
 */
int lfvec_sized_init(struct lfvec_sized *vec,
		     const struct lfvec_sized_attr *attr)
{
	unsigned int nr = sized_count(attr), i;
	int err;

	if (!sized_attr_ok(attr, nr))
		return -EINVAL;
	memset(vec, 0, sizeof(*vec));
	init_llist_head(&vec->strays);
	vec->nr = nr;
	memcpy(vec->sizes, attr->sizes, sizeof(vec->sizes));
	vec->bytes_max = attr->bytes;
	vec->limit = attr->bytes + attr->backlog;
	atomic_long_set(&vec->budget, vec->limit);
	err = sized_init_vec(vec, attr);
	if (err)
		return err;
	for (i = 1; i < nr; i++) {
		err = sized_init_pool(vec, i, attr);
		if (err)
			goto pools;
	}
	return 0;

pools:
	while (--i)
		lfvec_pool_destroy(sized_pool(vec, i));
	lfvec_teardown(&vec->vec);
	return err;
}
EXPORT_SYMBOL_GPL(lfvec_sized_init);

/* Free all elements, and leave no mark. */
static void sized_empty(struct lfvec_sized *vec)
{
	unsigned long index, *slot, word;
	struct lfvec_node *node;

	for (index = 0; index < vec->vec.first; index++) {
		slot = (unsigned long *)lfvec_slot(&vec->vec, index);
		word = *slot;
		*slot = 0;
		if (!(index % 1024))
			cond_resched();
		if (!word || sized_is_evicted(word))
			continue;
		node = (struct lfvec_node *)word;
		lfvec_node_free(sized_pool(vec, node->pool), node);
	}
}

/**
 * lfvec_sized_destroy - free all that it holds
 * @vec: the vector; nobody may be using it, or come to use it, or have an element
 *	 that is not committed
 *
 * Waits for a grace period. lfvec_sized_init() may be called again afterwards.
 *
 * Context: Task; sleeps.
 */
void lfvec_sized_destroy(struct lfvec_sized *vec)
{
	unsigned int nr;

	lfvec_supply_exit(&vec->vec.supply);
	sized_collect(vec);
	for (nr = 0; nr < vec->nr; nr++)
		lfvec_pool_quiesce(sized_pool(vec, nr));
	sized_empty(vec);
	while (--nr)
		lfvec_pool_destroy(sized_pool(vec, nr));
	lfvec_teardown(&vec->vec);
}
EXPORT_SYMBOL_GPL(lfvec_sized_destroy);
