// SPDX-License-Identifier: GPL-2.0
/*
 * Peers of the benchmark: stacks and queues of nodes that are the caller's
 *
 * Each thread has nodes of its own, and what it takes out becomes its own; so they
 * neither allocate nor wait for anything before a node is used again. A stack whose
 * nodes are freed has to.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#define _LGPL_SOURCE	/* inlined */
#include <urcu/lfstack.h>
#include <urcu/wfcqueue.h>
#include <ck_stack.h>

#include "bench.h"

union link {
	union link		*next;	/* in a thread's own list */
	struct cds_lfs_node	lfs;
	struct cds_wfcq_node	wfcq;
	struct ck_stack_entry	ck;
};

struct node {
	union link	link;
	unsigned char	data[];
};

struct own {
	union link	*first;
} ____cacheline_aligned_in_smp;

struct stack {
	union {
		struct cds_lfs_stack	lfs;
		struct ck_stack		ck;
		struct {
			struct cds_wfcq_head	head ____cacheline_aligned_in_smp;
			struct cds_wfcq_tail	tail ____cacheline_aligned_in_smp;
		};
	} ____cacheline_aligned_in_smp;

	unsigned char	*nodes ____cacheline_aligned_in_smp;
	size_t		bytes;
	unsigned int	threads;
	struct own	own[BENCH_THREADS_MAX];
};

static __always_inline void own_put(struct stack *s, unsigned int thread,
				    union link *link)
{
	link->next = s->own[thread].first;
	s->own[thread].first = link;
}

static void stack_share_out(struct stack *s, size_t node)
{
	size_t at = s->bytes;
	unsigned int i = 0;

	while (at) {
		at -= node;
		own_put(s, i++ % s->threads, (union link *)(s->nodes + at));
	}
}

/* Each thread may want its share, and one more while others have theirs out. */
static void *stack_create(const struct bench_size *size)
{
	size_t node = sizeof(struct node) + size->esize;
	struct stack *s = aligned_alloc(__alignof__(*s), sizeof(*s));

	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->threads = size->threads;
	s->bytes = (size->room + size->threads) * node;
	s->nodes = malloc(s->bytes);
	if (!s->nodes) {
		free(s);
		return NULL;
	}
	stack_share_out(s, node);
	return s;
}

static void stack_destroy(void *v)
{
	struct stack *s = v;

	free(s->nodes);
	free(s);
}

static size_t stack_bytes(void *v)
{
	struct stack *s = v;

	return s->bytes;
}

/* A node of ours with @elem in it, or NULL. */
static __always_inline struct node *stack_fill(struct bench_thread *t,
					       const void *elem,
					       unsigned int esize)
{
	struct own *own = &((struct stack *)t->v)->own[t->nr];
	struct node *node = (struct node *)own->first;

	if (!node)
		return NULL;
	own->first = node->link.next;
	memcpy(node->data, elem, esize);
	return node;
}

static __always_inline bool stack_empty(struct bench_thread *t, void *from,
					void *elem, unsigned int esize)
{
	struct node *node = from;

	if (!node)
		return false;
	memcpy(elem, node->data, esize);
	own_put(t->v, t->nr, &node->link);
	return true;
}

static __always_inline bool lfs_push(struct bench_thread *t, const void *elem,
				     unsigned int esize)
{
	struct node *node = stack_fill(t, elem, esize);
	struct stack *s = t->v;

	if (!node)
		return false;
	cds_lfs_node_init(&node->link.lfs);
	cds_lfs_push(&s->lfs, &node->link.lfs);
	return true;
}

static __always_inline void *lfs_pop(struct stack *s)
{
	return cds_lfs_pop_blocking(&s->lfs);
}

static __always_inline bool lfs_pop_elem(struct bench_thread *t, void *elem,
					 unsigned int esize)
{
	return stack_empty(t, lfs_pop(t->v), elem, esize);
}

#define BENCH_NAME		lfs_run
#define BENCH_CLEARS
#define BENCH_ELEM_PUSH(t, elem, esize)	lfs_push(t, elem, esize)
#define BENCH_ELEM_POP(t, elem, esize)	lfs_pop_elem(t, elem, esize)
#include "bench_loop.h"

static __always_inline bool wfcq_push(struct bench_thread *t, const void *elem,
				      unsigned int esize)
{
	struct node *node = stack_fill(t, elem, esize);
	struct stack *s = t->v;

	if (!node)
		return false;
	cds_wfcq_node_init(&node->link.wfcq);
	cds_wfcq_enqueue(&s->head, &s->tail, &node->link.wfcq);
	return true;
}

static __always_inline void *wfcq_pop(struct stack *s)
{
	return cds_wfcq_dequeue_blocking(&s->head, &s->tail);
}

static __always_inline bool wfcq_pop_elem(struct bench_thread *t, void *elem,
					  unsigned int esize)
{
	return stack_empty(t, wfcq_pop(t->v), elem, esize);
}

#define BENCH_NAME		wfcq_run
#define BENCH_CLEARS
#define BENCH_ELEM_PUSH(t, elem, esize)	wfcq_push(t, elem, esize)
#define BENCH_ELEM_POP(t, elem, esize)	wfcq_pop_elem(t, elem, esize)
#include "bench_loop.h"

static __always_inline bool ck_push(struct bench_thread *t, const void *elem,
				    unsigned int esize)
{
	struct node *node = stack_fill(t, elem, esize);
	struct stack *s = t->v;

	if (!node)
		return false;
	ck_stack_push_mpmc(&s->ck, &node->link.ck);
	return true;
}

static __always_inline void *ck_pop(struct stack *s)
{
	return ck_stack_pop_mpmc(&s->ck);
}

static __always_inline bool ck_pop_elem(struct bench_thread *t, void *elem,
					unsigned int esize)
{
	return stack_empty(t, ck_pop(t->v), elem, esize);
}

#define BENCH_NAME		ck_run
#define BENCH_CLEARS
#define BENCH_ELEM_PUSH(t, elem, esize)	ck_push(t, elem, esize)
#define BENCH_ELEM_POP(t, elem, esize)	ck_pop_elem(t, elem, esize)
#include "bench_loop.h"

static void *lfs_create(const struct bench_size *size)
{
	struct stack *s = stack_create(size);

	if (s)
		cds_lfs_init(&s->lfs);
	return s;
}

static void *wfcq_create(const struct bench_size *size)
{
	struct stack *s = stack_create(size);

	if (s)
		cds_wfcq_init(&s->head, &s->tail);
	return s;
}

static void *ck_create(const struct bench_size *size)
{
	struct stack *s = stack_create(size);

	if (s)
		ck_stack_init(&s->ck);
	return s;
}

/* Each thread is to find its share again, in whatever order. */
static void stack_clear(struct stack *s, void *(*pop)(struct stack *s))
{
	unsigned int i = 0;
	union link *link;

	while ((link = pop(s)))
		own_put(s, i++ % s->threads, link);
}

static void lfs_clear(void *v)
{
	stack_clear(v, lfs_pop);
}

static void wfcq_clear(void *v)
{
	stack_clear(v, wfcq_pop);
}

static void ck_clear(void *v)
{
	stack_clear(v, ck_pop);
}

const struct bench_peer bench_lfstack = {
	.name		= "lfstack",
	.create		= lfs_create,
	.destroy	= stack_destroy,
	.clear		= lfs_clear,
	.run		= lfs_run,
	.bytes		= stack_bytes,
};

const struct bench_peer bench_wfcqueue = {
	.name		= "wfcqueue",
	.create		= wfcq_create,
	.destroy	= stack_destroy,
	.clear		= wfcq_clear,
	.run		= wfcq_run,
	.bytes		= stack_bytes,
};

const struct bench_peer bench_ck_stack = {
	.name		= "ck_stack",
	.create		= ck_create,
	.destroy	= stack_destroy,
	.clear		= ck_clear,
	.run		= ck_run,
	.bytes		= stack_bytes,
};
