// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - measured: what else the kernel has
 *
 * All of it holds words, which here are the elements: xarray as value entries, and
 * genradix with an atomic index, so that it grows at its end. In llist each element
 * has its node beside it, and they were allocated before.
 */
#include <linux/generic-radix-tree.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/ptr_ring.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "bench.h"

/* --- xarray --------------------------------------------------------------------- */

static int xarr_open(struct bench *b)
{
	struct xarray *xa = kzalloc(sizeof(*xa), GFP_KERNEL_ACCOUNT);

	if (!xa)
		return -ENOMEM;
	xa_init_flags(xa, XA_FLAGS_ALLOC | XA_FLAGS_ACCOUNT);
	b->v = xa;
	return 0;
}

static void xarr_close(struct bench *b)
{
	xa_destroy(b->v);
	kfree(b->v);
}

static int xarr_clear(struct bench *b, unsigned long size)
{
	xa_destroy(b->v);
	return 0;
}

/* Its nodes on all levels; what the slab takes beside them is not known here. */
static u64 xarr_bytes(struct bench *b)
{
	u64 nr = b->arg->elems, nodes = 0;

	while (nr > 1) {
		nr = DIV_ROUND_UP_ULL(nr, XA_CHUNK_SIZE);
		nodes += nr;
	}
	return sizeof(struct xarray) + nodes * sizeof(struct xa_node);
}

static __always_inline void *xarr_entry(const void *elem)
{
	return xa_mk_value(*(const u64 *)elem & LONG_MAX);
}

static __always_inline long xarr_push(void *v, void *elem, unsigned long i)
{
	u32 id;

	return xa_alloc(v, &id, xarr_entry(elem), xa_limit_32b, GFP_KERNEL);
}

static __always_inline long xarr_load(void *v, void *elem, unsigned long i)
{
	void *entry = xa_load(v, i);

	if (!entry)
		return -ENOENT;
	*(u64 *)elem = xa_to_value(entry);
	return 0;
}

static __always_inline long xarr_store(void *v, void *elem, unsigned long i)
{
	return xa_err(xa_store(v, i, xarr_entry(elem), GFP_KERNEL));
}

BENCH_EACH(xarr_loop_push, xarr_push)
BENCH_ANYWHERE(xarr_loop_load, xarr_load)
BENCH_ANYWHERE(xarr_loop_store, xarr_store)

static void xarr_loop_iterate(struct bench_thread *t, u32 n)
{
	XA_STATE(xas, t->v, 0);
	unsigned long sum = 0;
	void *entry;
	u32 some;

	for (; n; n -= some) {
		some = bench_section(t, n);
		xas_set(&xas, t->next);
		t->next += some;
		rcu_read_lock();
		xas_for_each(&xas, entry, t->next - 1)
			sum += xa_to_value(entry);
		rcu_read_unlock();
	}
	t->sink += sum;
}

const struct bench_peer bench_xarray = {
	.open	= xarr_open,
	.close	= xarr_close,
	.clear	= xarr_clear,
	.bytes	= xarr_bytes,
	.esize	= sizeof(u64),
	.loop	= {
		[LFVEC_STRESS_WORK_PUSH]	= xarr_loop_push,
		[LFVEC_STRESS_WORK_APPEND]	= xarr_loop_push,
		[LFVEC_STRESS_WORK_LOAD]	= xarr_loop_load,
		[LFVEC_STRESS_WORK_STORE]	= xarr_loop_store,
		[LFVEC_STRESS_WORK_ITERATE]	= xarr_loop_iterate,
	},
};

/* --- genradix ------------------------------------------------------------------- */

struct radix {
	typeof(GENRADIX(u64)) tree;
	atomic_long_t	size ____cacheline_aligned_in_smp;
};

static int radix_open(struct bench *b)
{
	struct radix *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);

	if (!r)
		return -ENOMEM;
	genradix_init(&r->tree);
	b->v = r;
	return 0;
}

static void radix_close(struct bench *b)
{
	struct radix *r = b->v;

	genradix_free(&r->tree);
	kfree(r);
}

static int radix_clear(struct bench *b, unsigned long size)
{
	struct radix *r = b->v;

	atomic_long_set(&r->size, size);
	return 0;
}

static __always_inline long radix_push(void *v, void *elem, unsigned long i)
{
	struct radix *r = v;
	u64 *p = genradix_ptr_alloc(&r->tree, atomic_long_inc_return(&r->size) - 1,
				    GFP_KERNEL_ACCOUNT);

	if (!p)
		return -ENOMEM;
	*p = *(u64 *)elem;
	return 0;
}

static __always_inline long radix_load(void *v, void *elem, unsigned long i)
{
	struct radix *r = v;
	u64 *p = genradix_ptr(&r->tree, i);

	if (!p)
		return -ENOENT;
	*(u64 *)elem = READ_ONCE(*p);
	return 0;
}

static __always_inline long radix_store(void *v, void *elem, unsigned long i)
{
	struct radix *r = v;
	u64 *p = genradix_ptr(&r->tree, i);

	if (!p)
		return -ENOENT;
	WRITE_ONCE(*p, *(u64 *)elem);
	return 0;
}

BENCH_EACH(radix_loop_push, radix_push)
BENCH_ANYWHERE(radix_loop_load, radix_load)
BENCH_ANYWHERE(radix_loop_store, radix_store)

static void radix_loop_iterate(struct bench_thread *t, u32 n)
{
	struct radix *r = t->v;
	struct genradix_iter it;
	unsigned long sum = 0;
	u32 some, i;
	u64 *p;

	for (; n; n -= some) {
		some = bench_section(t, n);
		it = genradix_iter_init(&r->tree, t->next);
		for (i = 0; i < some; i++) {
			p = genradix_iter_peek(&it, &r->tree);
			if (!p)
				break;
			sum += *p;
			genradix_iter_advance(&it, &r->tree);
		}
		t->failed += some - i;
		t->next += some;
	}
	t->sink += sum;
}

const struct bench_peer bench_genradix = {
	.open	= radix_open,
	.close	= radix_close,
	.clear	= radix_clear,
	.esize	= sizeof(u64),
	.loop	= {
		[LFVEC_STRESS_WORK_PUSH]	= radix_loop_push,
		[LFVEC_STRESS_WORK_APPEND]	= radix_loop_push,
		[LFVEC_STRESS_WORK_LOAD]	= radix_loop_load,
		[LFVEC_STRESS_WORK_STORE]	= radix_loop_store,
		[LFVEC_STRESS_WORK_ITERATE]	= radix_loop_iterate,
	},
};

/* --- ptr_ring ------------------------------------------------------------------- */

/* Slots that were consumed are free again only when so many are. */
#define RING_LAG	64

static int ring_open(struct bench *b)
{
	struct ptr_ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	int err;

	if (!ring)
		return -ENOMEM;
	err = ptr_ring_init(ring, b->capacity + RING_LAG, GFP_KERNEL_ACCOUNT);
	if (err)
		kfree(ring);
	else
		b->v = ring;
	return err;
}

static void ring_close(struct bench *b)
{
	ptr_ring_cleanup(b->v, NULL);
	kfree(b->v);
}

static int ring_clear(struct bench *b, unsigned long size)
{
	while (ptr_ring_consume(b->v))
		;
	return 0;
}

static u64 ring_bytes(struct bench *b)
{
	struct ptr_ring *ring = b->v;

	return sizeof(*ring) + sizeof(void *) * ring->size;
}

static __always_inline long ring_push(void *v, void *elem, unsigned long i)
{
	return ptr_ring_produce(v, elem);
}

static __always_inline long ring_pop(void *v, void *elem, unsigned long i)
{
	return ptr_ring_consume(v) ? 0 : -ENOENT;
}

BENCH_EACH(ring_loop_push, ring_push)
BENCH_EACH(ring_loop_pop, ring_pop)
BENCH_PAIRS(ring_loop_pairs, ring_push, ring_pop)

const struct bench_peer bench_ptr_ring = {
	.open	= ring_open,
	.close	= ring_close,
	.clear	= ring_clear,
	.bytes	= ring_bytes,
	.esize	= sizeof(u64),
	.loop	= {
		[LFVEC_STRESS_WORK_PUSH]	= ring_loop_push,
		[LFVEC_STRESS_WORK_POP]		= ring_loop_pop,
		[LFVEC_STRESS_WORK_PUSHPOP]	= ring_loop_pairs,
	},
};

/* --- llist ---------------------------------------------------------------------- */

struct list_elem {
	struct llist_node	node;
	u64			elem;
};

struct list {
	struct llist_head	head;
	struct list_elem	elems[];
};

static int list_open(struct bench *b)
{
	struct list *l = kvzalloc(struct_size(l, elems, b->capacity),
				  GFP_KERNEL_ACCOUNT | __GFP_NOWARN);

	if (!l)
		return -ENOMEM;
	init_llist_head(&l->head);
	b->v = l;
	return 0;
}

static void list_close(struct bench *b)
{
	kvfree(b->v);
}

static int list_clear(struct bench *b, unsigned long size)
{
	struct list *l = b->v;

	llist_del_all(&l->head);
	return 0;
}

static u64 list_bytes(struct bench *b)
{
	struct list *l = b->v;

	return struct_size(l, elems, b->arg->elems);
}

static __always_inline long list_push(void *v, void *elem, unsigned long i)
{
	struct list *l = v;

	l->elems[i].elem = *(u64 *)elem;
	llist_add(&l->elems[i].node, &l->head);
	return 0;
}

static __always_inline long list_pop(void *v, void *elem, unsigned long i)
{
	struct list *l = v;
	struct llist_node *node = llist_del_first(&l->head);

	if (!node)
		return -ENOENT;
	*(u64 *)elem = llist_entry(node, struct list_elem, node)->elem;
	return 0;
}

BENCH_EACH(list_loop_push, list_push)
BENCH_EACH(list_loop_pop, list_pop)
BENCH_PAIRS(list_loop_pairs, list_push, list_pop)

static void list_loop_iterate(struct bench_thread *t, u32 n)
{
	struct list *l = t->v;
	struct list_elem *e = NULL;
	unsigned long sum = 0;

	for (; n; n--) {
		if (!e)
			e = llist_entry(READ_ONCE(l->head.first),
					struct list_elem, node);
		sum += e->elem;
		e = e->node.next ? llist_entry(e->node.next, struct list_elem,
					       node) : NULL;
	}
	t->sink += sum;
}

const struct bench_peer bench_llist = {
	.open	= list_open,
	.close	= list_close,
	.clear	= list_clear,
	.bytes	= list_bytes,
	.esize	= sizeof(u64),
	/* llist_del_first() is for one at a time */
	.alone	= BIT(LFVEC_STRESS_WORK_POP) | BIT(LFVEC_STRESS_WORK_PUSHPOP),
	.loop	= {
		[LFVEC_STRESS_WORK_PUSH]	= list_loop_push,
		[LFVEC_STRESS_WORK_APPEND]	= list_loop_push,
		[LFVEC_STRESS_WORK_POP]		= list_loop_pop,
		[LFVEC_STRESS_WORK_PUSHPOP]	= list_loop_pairs,
		[LFVEC_STRESS_WORK_ITERATE]	= list_loop_iterate,
	},
};
