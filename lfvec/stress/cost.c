// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - what one operation costs, alone on one CPU
 *
 * Each implementation gets a copy of the loops with direct calls. The memory is
 * there before the clock starts.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "stress.h"

/* The clock stops at the end of each stretch, for signals and for memory. */
#define COST_STRETCH	16384U

typedef int (*cost_push_t)(void *v, const void *elem);
typedef int (*cost_pop_t)(void *v, void *elem);
typedef int (*cost_load_t)(void *v, unsigned long index, void *elem);
typedef int (*cost_store_t)(void *v, unsigned long index, const void *elem);

struct cost {
	const struct stress_impl	*impl;
	void				*v;
	u32				work;
	u32				ops;
	u32				form;
	u64				elapsed;
	u8				elem[LFVEC_ELEM_MAX] __aligned(8);
};

static __always_inline int cost_stretch(struct cost *c, u32 from, u32 to,
					cost_push_t push, cost_pop_t pop,
					cost_load_t load, cost_store_t store)
{
	void *v = c->v, *elem = c->elem;
	int err = 0;
	u32 i;

	switch (c->work) {
	case LFVEC_STRESS_WORK_PUSH:
	case LFVEC_STRESS_WORK_APPEND:
		for (i = from; i < to && !err; i++)
			err = push(v, elem);
		break;
	case LFVEC_STRESS_WORK_POP:
		for (i = from; i < to && !err; i++)
			err = pop(v, elem);
		break;
	case LFVEC_STRESS_WORK_PUSHPOP:
		for (i = from; i < to && !err; i += 2)
			err = push(v, elem) ?: pop(v, elem);
		break;
	case LFVEC_STRESS_WORK_LOAD:
		for (i = from; i < to && !err; i++)
			err = load(v, i, elem);
		break;
	case LFVEC_STRESS_WORK_STORE:
		for (i = from; i < to && !err; i++)
			err = store(v, i, elem);
		break;
	}
	return err;
}

static __always_inline int cost_time(struct cost *c, cost_push_t push,
				     cost_pop_t pop, cost_load_t load,
				     cost_store_t store)
{
	u32 from, to;
	u64 start;
	int err;

	for (from = 0; from < c->ops; from = to) {
		to = min(c->ops, from + COST_STRETCH);
		start = ktime_get_ns();
		err = cost_stretch(c, from, to, push, pop, load, store);
		c->elapsed += ktime_get_ns() - start;
		if (err)
			return err;
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
		if (c->impl->relax)
			c->impl->relax();
	}
	return 0;
}

static int cost_lfvec_push(void *v, const void *elem)
{
	return __lfvec_push(v, elem, GFP_KERNEL) < 0 ? -ENOMEM : 0;
}

static int cost_lfvec_pop(void *v, void *elem)
{
	return __lfvec_pop(v, elem);
}

static int cost_lfvec_load(void *v, unsigned long index, void *elem)
{
	return __lfvec_load(v, index, elem);
}

static int cost_lfvec_store(void *v, unsigned long index, const void *elem)
{
	return __lfvec_store(v, index, elem, GFP_KERNEL);
}

static int cost_published_push(void *v, const void *elem)
{
	return published_push(v, elem, GFP_KERNEL) < 0 ? -ENOMEM : 0;
}

static int cost_spin_push(void *v, const void *elem)
{
	return spin_push(v, elem, GFP_KERNEL) < 0 ? -ENOSPC : 0;
}

/* Push or pop as many elements as there will be operations. */
static int cost_fill(struct cost *c, bool push)
{
	int err = 0;
	u32 i;

	for (i = 0; i < c->ops && !err; i++) {
		if (push)
			err = min(c->impl->push(c->v, c->elem, GFP_KERNEL), 0L);
		else
			err = c->impl->pop(c->v, c->elem);
		if (i % 1024)
			continue;
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return err;
}

/*
 * What must be there before: elements to pop, load and store, or the memory that
 * they leave behind, warm; if the oldest are overwritten, then all are such.
 */
static int cost_prepare(struct cost *c)
{
	int err = 0;

	if (c->work != LFVEC_STRESS_WORK_APPEND)
		err = cost_fill(c, true);
	if (!err && c->work == LFVEC_STRESS_WORK_PUSH)
		err = cost_fill(c, c->form & LFVEC_STRESS_OVERWRITE);
	if (!err && c->impl == &stress_impl_lfvec)
		err = __lfvec_reserve(c->v, c->ops, GFP_KERNEL);
	if (c->impl->relax)
		c->impl->relax();
	return err;
}

static int cost_run(struct cost *c)
{
	int err = cost_prepare(c);

	if (err)
		return err;
	if (c->impl == &stress_impl_lfvec)
		return cost_time(c, cost_lfvec_push, cost_lfvec_pop,
				 cost_lfvec_load, cost_lfvec_store);
	if (c->impl == &stress_impl_published)
		return cost_time(c, cost_published_push, published_pop,
				 published_load, NULL);
	return cost_time(c, cost_spin_push, spin_pop, spin_load, spin_store);
}

/* What neither implementation nor form can do. */
static bool cost_supported(const struct stress_impl *impl,
			   const struct lfvec_stress_cost *arg)
{
	if (arg->form && impl != &stress_impl_lfvec)
		return false;
	switch (arg->work) {
	case LFVEC_STRESS_WORK_PUSH:
		return arg->form != LFVEC_STRESS_APPEND_ONLY;
	case LFVEC_STRESS_WORK_POP:
	case LFVEC_STRESS_WORK_PUSHPOP:
		return !(arg->form & LFVEC_STRESS_APPEND_ONLY);
	case LFVEC_STRESS_WORK_STORE:
		return !(arg->form & LFVEC_STRESS_APPEND_ONLY) &&
		       impl != &stress_impl_published;
	default:
		return true;
	}
}

static int cost_measure(struct cost *c, struct lfvec_stress_cost *arg)
{
	struct lfvec_attr attr = { .max = 2ULL * arg->ops, .flags = arg->form };
	int err;

	if (arg->form & LFVEC_STRESS_OVERWRITE)
		attr.max = roundup_pow_of_two(arg->ops);
	err = stress_attr(arg->esize, &attr);
	if (err)
		return err;
	c->v = c->impl->create(arg->esize, &attr, false);
	if (IS_ERR(c->v))
		return PTR_ERR(c->v);
	c->work = arg->work;
	c->ops = arg->ops;
	c->form = arg->form;
	err = cost_run(c);
	c->impl->destroy(c->v);
	arg->elapsed = c->elapsed;
	return err;
}

long stress_measure(struct stress_file *sf, void *data)
{
	struct lfvec_stress_cost *arg = data;
	const struct stress_impl *impl = stress_impl(arg->impl);
	struct cost *c;
	long err;

	if (!impl || arg->work >= LFVEC_STRESS_WORKS || !arg->ops ||
	    arg->ops > LFVEC_STRESS_COST_MAX || arg->elapsed || arg->pad ||
	    arg->form & ~STRESS_FORMS ||
	    memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	if (!cost_supported(impl, arg))
		return -EOPNOTSUPP;
	c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	if (!c)
		return -ENOMEM;
	c->impl = impl;
	err = cost_measure(c, arg);
	kfree(c);
	return err;
}
