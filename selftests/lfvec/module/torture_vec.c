// SPDX-License-Identifier: GPL-2.0
/*
 * test_lfvec_torture - vectors: operations on them, and whether they add up
 *
 * Each vector is there to be at the edge of something: one element or none, buckets
 * that come and go, nodes that are handed on one by one, laps of a few elements.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/lfvec.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "lfvec_torture.h"

/*
 * struct torture_vec
 *
 * @high:     the size goes up and down below this
 * @truncate: elements may be dropped, too, and nobody sees which they were
 * @target:   where the size is going now
 * @value:    what an element of each value looks like
 */
struct torture_vec {
	const char		*name;
	struct lfvec_attr	attr;
	size_t			esize;
	unsigned int		high;
	bool			truncate;
	struct lfvec		*vec;
	unsigned int		target;
	u8			value[TORTURE_VALUES][TORTURE_ELEM];
};

/* They are shrunk all the time: so that slots are emptied, and so that buckets go. */
#define TORTURE_WAVE(_name, _first)					\
	{ .name = _name, .esize = 8, .high = 12,			\
	  .attr = { .first = _first, .spare = 1 } }

/* Those that come first are in use most. */
static struct torture_vec torture_vecs[TORTURE_VECS] = {
	TORTURE_WAVE("wave/0", 64), TORTURE_WAVE("wave/1", 64),
	TORTURE_WAVE("wave/2", 64), TORTURE_WAVE("wave/3", 1),
	{ .name = "few", .esize = 8, .high = 4, .attr = { .first = 1, .spare = 1 } },
	{ .name = "odd", .esize = 13, .high = 40, .attr = { .first = 1 } },
	{ .name = "large", .esize = TORTURE_ELEM, .high = 20,
	  .attr = { .first = 2, .spare = 4 } },
	{ .name = "ring", .esize = 8, .high = 1 << 30, .truncate = true,
	  .attr = { .max = 16, .flags = LFVEC_OVERWRITE } },
	{ .name = "grow", .esize = 24,
	  .attr = { .first = 1, .max = 50000, .flags = LFVEC_APPEND_ONLY } },
	{ .name = "lap", .esize = 9,
	  .attr = { .max = 32, .flags = LFVEC_APPEND_ONLY | LFVEC_OVERWRITE } },
};

/* Where the size is going changes once in so many operations. */
#define TORTURE_TURN	64

/* So many pushes are in a surge on each CPU. */
#define TORTURE_SURGE	4

static int torture_vec_init(struct torture_vec *tv)
{
	return __lfvec_init(tv->vec, tv->esize, &tv->attr);
}

/* Bytes that depend on their place and on the value, and end in a sum. */
static void torture_values_init(struct torture_vec *tv)
{
	unsigned int v, i;
	u8 sum;

	for (v = 0; v < TORTURE_VALUES; v++) {
		for (i = 0, sum = 0; i < tv->esize - 1; i++) {
			tv->value[v][i] = (v + 1) * 0x55 + i * 7;
			sum += tv->value[v][i];
		}
		tv->value[v][i] = ~sum;
	}
}

static int torture_vec_new(struct torture_vec *tv)
{
	int err;

	torture_values_init(tv);
	tv->vec = kzalloc(sizeof(*tv->vec), GFP_KERNEL);
	if (!tv->vec)
		return -ENOMEM;
	err = torture_vec_init(tv);
	if (err)
		kfree(tv->vec);
	return err;
}

static void torture_vec_free(struct torture_vec *tv)
{
	__lfvec_destroy(tv->vec);
	kfree(tv->vec);
}

int torture_vecs_init(void)
{
	unsigned int i;
	int err;

	/* what an actor has room for */
	BUILD_BUG_ON(LFVEC_BATCH_MAX * sizeof(u64) > TORTURE_BATCH * TORTURE_ELEM);
	for (i = 0; i < TORTURE_VECS; i++) {
		err = torture_vec_new(&torture_vecs[i]);
		if (err)
			goto undo;
	}
	return 0;

undo:
	while (i--)
		torture_vec_free(&torture_vecs[i]);
	return err;
}

void torture_vecs_exit(void)
{
	unsigned int i;

	for (i = 0; i < TORTURE_VECS; i++)
		torture_vec_free(&torture_vecs[i]);
}

/* Which value is it? Negative if it is none. */
static int torture_value(const struct torture_vec *tv, const u8 *elem)
{
	int v;

	for (v = 0; v < TORTURE_VALUES; v++)
		if (!memcmp(elem, tv->value[v], tv->esize))
			return v;
	return -EINVAL;
}

static int torture_whole(const struct torture_vec *tv, const u8 *elem,
			 const char *how)
{
	int v = torture_value(tv, elem);

	if (v < 0)
		torture_error("%s: what was %s is no element: %*ph", tv->name, how,
			      (int)min_t(size_t, tv->esize, 16), elem);
	return v;
}

static struct torture_tally *torture_tally(struct torture_actor *a,
					   const struct torture_vec *tv)
{
	return &a->tally[tv - torture_vecs];
}

/* Make up @nr elements. */
static void torture_make(struct torture_actor *a, struct torture_vec *tv,
			 unsigned int nr)
{
	u8 *elem = a->in;

	for (; nr; nr--, elem += tv->esize)
		memcpy(elem, tv->value[torture_roll(a, TORTURE_VALUES)],
		       tv->esize);
}

/* @nr of what was made up are in. */
static void torture_in(struct torture_actor *a, struct torture_vec *tv,
		       unsigned int nr)
{
	const u8 *elem = a->in;

	for (; nr; nr--, elem += tv->esize)
		torture_tally(a, tv)->balance[torture_value(tv, elem)]++;
}

/* @nr elements came out. */
static void torture_out(struct torture_actor *a, struct torture_vec *tv,
			unsigned int nr)
{
	const u8 *elem = a->out;
	int v;

	for (; nr; nr--, elem += tv->esize) {
		v = torture_whole(tv, elem, "taken out");
		if (v >= 0)
			torture_tally(a, tv)->balance[v]--;
	}
}

static void torture_popped(struct torture_actor *a, struct torture_vec *tv,
			   unsigned int nr)
{
	torture_tally(a, tv)->popped += nr;
	torture_out(a, tv, nr);
}

/* Operations may fail for want of something, but for nothing else. */
static void torture_failed(struct torture_actor *a, struct torture_vec *tv,
			   const char *what, unsigned int nr, long err)
{
	switch (err) {
	case -ENOMEM:
	case -EAGAIN:
		torture_tally(a, tv)->dropped += nr;
		return;
	case -ENOENT:
	case -ERANGE:
		return;
	case -EPIPE:
		if (tv->attr.flags & LFVEC_OVERWRITE)
			return;
		break;
	case -ENOSPC:
		if (tv->attr.max)
			return;
	}
	torture_error("%s: %s in context %u returns %ld", tv->name, what,
		      a->context, err);
}

static gfp_t torture_gfp(struct torture_actor *a)
{
	switch (torture_roll(a, 4)) {
	case 0:
		return 0;
	case 1:
		return GFP_ATOMIC | __GFP_NOWARN;
	default:
		return a->context == LFVEC_STRESS_TASK ?
		       GFP_KERNEL : GFP_ATOMIC | __GFP_NOWARN;
	}
}

static void torture_push(struct torture_actor *a, struct torture_vec *tv)
{
	unsigned int nr = 1;
	gfp_t gfp = torture_gfp(a);
	long ret;

	if (!(tv->attr.flags & LFVEC_APPEND_ONLY) && !torture_roll(a, 4))
		nr += torture_roll(a, TORTURE_BATCH);
	torture_make(a, tv, nr);
	ret = nr > 1 ? __lfvec_push_many(tv->vec, a->in, nr, gfp) :
		       __lfvec_push(tv->vec, a->in, gfp);
	if (ret < 0) {
		torture_failed(a, tv, "push", nr, ret);
		return;
	}
	torture_tally(a, tv)->pushed += nr;
	torture_in(a, tv, nr);
}

/* Truncate to @size. */
static void torture_drop(struct torture_actor *a, struct torture_vec *tv,
			 unsigned long size)
{
	long ret = __lfvec_truncate(tv->vec, size);

	if (ret < 0)
		torture_failed(a, tv, "truncate", 0, ret);
	else
		torture_tally(a, tv)->truncated += ret;
}

static void torture_pop(struct torture_actor *a, struct torture_vec *tv)
{
	unsigned long size = __lfvec_size(tv->vec);
	u32 roll = torture_roll(a, 16);
	int ret;

	if (tv->truncate && !roll) {
		torture_drop(a, tv, size - (size >> torture_roll(a, 4)));
		return;
	}
	if (roll < 4) {
		ret = __lfvec_pop_many(tv->vec, a->out,
				       1 + torture_roll(a, TORTURE_BATCH));
	} else {
		ret = __lfvec_pop(tv->vec, a->out);
		ret = ret ?: 1;
	}
	if (ret < 0) {
		torture_failed(a, tv, "pop", 0, ret);
		return;
	}
	torture_popped(a, tv, ret);
}

/* An index that is there, or was, or will be. */
static unsigned long torture_index(struct torture_actor *a, struct torture_vec *tv)
{
	unsigned long size = __lfvec_size(tv->vec);
	u32 back = torture_roll(a, 20);

	return size > back ? size - back : torture_roll(a, 2);
}

/* xchg, or cmpxchg with what was there a moment ago. */
static void torture_store(struct torture_actor *a, struct torture_vec *tv)
{
	unsigned long index = torture_index(a, tv);
	gfp_t gfp = torture_gfp(a);
	int ret;

	torture_make(a, tv, 1);
	if (torture_roll(a, 2)) {
		ret = __lfvec_xchg(tv->vec, index, a->in, a->out, gfp);
		ret = ret ?: 1;
	} else {
		ret = __lfvec_load(tv->vec, index, a->out);
		if (!ret)
			ret = __lfvec_cmpxchg(tv->vec, index, a->out, a->in, gfp);
	}
	if (ret < 0)
		torture_failed(a, tv, "store", 1, ret);
	if (ret <= 0)
		return;
	torture_tally(a, tv)->stored++;
	torture_in(a, tv, 1);
	torture_out(a, tv, 1);
}

static void torture_load(struct torture_actor *a, struct torture_vec *tv)
{
	int ret;

	if (torture_roll(a, 2))
		ret = __lfvec_peek(tv->vec, a->out);
	else
		ret = __lfvec_load(tv->vec, torture_index(a, tv), a->out);
	if (ret)
		torture_failed(a, tv, "load", 0, ret);
	else
		torture_whole(tv, a->out, "loaded");
}

/* The size goes to the target, if not straight. */
static bool torture_grows(struct torture_actor *a, struct torture_vec *tv)
{
	if (!torture_roll(a, TORTURE_TURN))
		WRITE_ONCE(tv->target, torture_roll(a, tv->high));
	if (__lfvec_size(tv->vec) < READ_ONCE(tv->target))
		return torture_roll(a, 4);
	return !torture_roll(a, 4);
}

/* One operation on one of the vectors; on the smaller ones more often. */
void torture_vec_act(struct torture_actor *a)
{
	u32 nr = min(torture_roll(a, TORTURE_VECS + 1),
		     torture_roll(a, TORTURE_VECS + 1));
	struct torture_vec *tv = &torture_vecs[nr % TORTURE_VECS];
	u32 roll = torture_roll(a, 16);

	if (roll < 2)
		torture_load(a, tv);
	else if (tv->attr.flags & LFVEC_APPEND_ONLY)
		torture_push(a, tv);
	else if (roll < 5)
		torture_store(a, tv);
	else if (torture_grows(a, tv))
		torture_push(a, tv);
	else
		torture_pop(a, tv);
}

/* Hold an element for a while, in which it must not change. */
static void torture_hold(const struct torture_vec *tv, const u8 *elem, u32 us)
{
	int v = torture_whole(tv, elem, "found");
	u32 at;

	for (at = 0; v >= 0 && at < us; at += TORTURE_DELAY) {
		udelay(TORTURE_DELAY);
		if (!memcmp(elem, tv->value[v], tv->esize))
			continue;
		torture_error("%s: an element changes while it is held: %*ph", tv->name,
			      (int)min_t(size_t, tv->esize, 16), elem);
		break;
	}
}

static void torture_iterate(struct torture_vec *tv)
{
	struct lfvec_iter it;
	unsigned long index;
	const void *elem;
	u32 left = 100;

	it = __lfvec_end(tv->vec, &index);
	while (left-- && (elem = __lfvec_prev(&it)))
		torture_whole(tv, elem, "iterated over");
}

/* A reader: most of its sections are short. */
void torture_vec_read(struct torture_thread *t)
{
	struct torture_actor *a = t->actor;
	struct torture_vec *tv = &torture_vecs[torture_roll(a, TORTURE_VECS)];
	u32 roll = torture_roll(a, 16);
	const void *elem;

	rcu_read_lock();
	if (roll < 2) {
		torture_iterate(tv);
	} else {
		elem = __lfvec_get(tv->vec, torture_index(a, tv));
		if (elem)
			torture_hold(tv, elem, roll < 4 && torture_stall_ms ?
				     torture_roll(a, torture_stall_ms * 1000) : 0);
	}
	rcu_read_unlock();
	WRITE_ONCE(a->ops, a->ops + 1);
	cond_resched();
}

void torture_vec_shrink(struct torture_thread *t)
{
	__lfvec_shrink(torture_vecs[torture_roll(t->actor, TORTURE_VECS)].vec);
	WRITE_ONCE(t->actor->ops, t->actor->ops + 1);
	schedule_timeout_interruptible(HZ / 20);
}

/*
 * struct torture_surge - pushes on all CPUs
 *
 * @here: CPUs that have begun
 */
struct torture_surge {
	struct torture_vec	*tv;
	atomic_t		here;
};

static void torture_surge_here(void *data)
{
	struct torture_surge *s = data;
	unsigned int i;

	if (!in_hardirq())
		return;
	atomic_inc(&s->here);
	for (i = 0; i < TORTURE_SURGE; i++)
		torture_push(torture_here(LFVEC_STRESS_HARDIRQ, smp_processor_id()),
			     s->tv);
}

/* When this returns, there may be pushes on other CPUs that have yet to end. */
static void torture_surge(struct torture_actor *a, struct torture_surge *s)
{
	unsigned int us;

	atomic_set(&s->here, 0);
	smp_call_function(torture_surge_here, s, 0);
	for (us = 0; us < 1000 && !atomic_read(&s->here); us++)
		udelay(1);
	for (us = torture_roll(a, 100); us; us--)
		udelay(1);
}

/* Take all out; but who pushes must not make us do that for ever. */
static void torture_drain(struct torture_actor *a, struct torture_vec *tv)
{
	unsigned int left = 16;
	int ret;

	do {
		ret = __lfvec_pop_many(tv->vec, a->out, LFVEC_BATCH_MAX);
		if (ret > 0)
			torture_popped(a, tv, ret);
	} while (ret == LFVEC_BATCH_MAX && --left);
	if (ret < 0)
		torture_failed(a, tv, "pop_many", 0, ret);
}

/* Take from under those who push all that they have just got. */
void torture_wave_shrink(struct torture_thread *t)
{
	static struct torture_surge surges[TORTURE_WAVES];
	struct torture_vec *tv = &torture_vecs[t->nr];

	surges[t->nr].tv = tv;
	torture_surge(t->actor, &surges[t->nr]);
	torture_drain(t->actor, tv);
	__lfvec_shrink(tv->vec);
	WRITE_ONCE(t->actor->ops, t->actor->ops + 1);
	schedule_timeout_interruptible(1);
}

/* A vector that is made, used by all CPUs, and destroyed, while all else goes on. */
struct torture_churn {
	struct lfvec	vec;
	size_t		esize;
	u8		elem[TORTURE_ELEM];
	atomic_t	pushed;
	atomic_t	popped;
};

static struct torture_churn torture_churn;

static void torture_churn_here(void *unused)
{
	struct torture_churn *c = &torture_churn;

	if (__lfvec_push(&c->vec, c->elem, 0) >= 0)
		atomic_inc(&c->pushed);
	if (__lfvec_push(&c->vec, c->elem, 0) >= 0)
		atomic_inc(&c->pushed);
	if (__lfvec_truncate(&c->vec, __lfvec_size(&c->vec) / 2 + 1) > 0)
		atomic_inc(&c->popped);
}

static void torture_churn_use(struct torture_actor *a, struct torture_churn *c)
{
	struct lfvec_stats stats;
	u32 nr = torture_roll(a, 100), i;

	for (i = 0; i < nr; i++)
		if (__lfvec_push(&c->vec, c->elem, GFP_KERNEL) >= 0)
			atomic_inc(&c->pushed);
	for (i = 0; i < 4; i++)
		on_each_cpu(torture_churn_here, NULL, 1);
	if (torture_roll(a, 2))
		__lfvec_shrink(&c->vec);
	__lfvec_stats(&c->vec, &stats);
	if (stats.pushes != atomic_read(&c->pushed) ||
	    stats.pops < atomic_read(&c->popped) ||
	    stats.pushes - stats.pops != stats.size)
		torture_error("churn: %d were pushed; pushes %llu, pops %llu, size %llu",
			      atomic_read(&c->pushed), stats.pushes, stats.pops,
			      stats.size);
	while (!__lfvec_pop(&c->vec, a->out))
		if (memcmp(a->out, c->elem, c->esize))
			torture_error("churn: what was popped is no element");
}

void torture_vec_churn(struct torture_thread *t)
{
	static const size_t sizes[] = { 1, 8, 13, 100, TORTURE_ELEM };
	struct torture_churn *c = &torture_churn;
	struct torture_actor *a = t->actor;
	struct lfvec_attr attr = {
		.first = 1 << torture_roll(a, 5),
		.spare = 1 << torture_roll(a, 8),
	};

	memset(c->elem, 1 + torture_roll(a, 255), sizeof(c->elem));
	atomic_set(&c->pushed, 0);
	atomic_set(&c->popped, 0);
	c->esize = sizes[torture_roll(a, ARRAY_SIZE(sizes))];
	if (!__lfvec_init(&c->vec, c->esize, &attr)) {
		torture_churn_use(a, c);
		__lfvec_destroy(&c->vec);
	}
	WRITE_ONCE(a->ops, a->ops + 1);
	schedule_timeout_interruptible(1 + torture_roll(a, HZ / 10));
}

static void torture_sum(const struct torture_vec *tv, struct torture_tally *sum)
{
	const struct torture_tally *one;
	unsigned int v;
	u32 i;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < torture_nr_actors; i++) {
		one = &torture_actors[i].tally[tv - torture_vecs];
		sum->pushed += one->pushed;
		sum->popped += one->popped;
		sum->truncated += one->truncated;
		sum->stored += one->stored;
		sum->dropped += one->dropped;
		for (v = 0; v < TORTURE_VALUES; v++)
			sum->balance[v] += one->balance[v];
	}
}

/* Take what is in the vector off the balance. */
static void torture_left(struct torture_vec *tv, struct torture_tally *sum)
{
	unsigned long index = __lfvec_oldest(tv->vec), size = __lfvec_size(tv->vec);
	u8 *elem = torture_actors[0].out;
	int v;

	for (; index < size; index++) {
		v = __lfvec_load(tv->vec, index, elem);
		if (v) {
			torture_error("%s: %lu of %lu is not there: %d", tv->name,
				      index, size, v);
			return;
		}
		v = torture_whole(tv, elem, "left");
		if (v >= 0)
			sum->balance[v]--;
		torture_beat();
	}
}

/* What the vector has counted is what was done. */
static void torture_counted(struct torture_vec *tv, const struct torture_tally *sum,
			    const struct lfvec_stats *stats)
{
	if (stats->pushes != sum->pushed ||
	    stats->pops != sum->popped + sum->truncated ||
	    stats->stores != sum->stored || stats->dropped != sum->dropped)
		torture_error("%s: it counts %llu pushes, %llu pops, %llu stores, %llu dropped",
			      tv->name, stats->pushes, stats->pops, stats->stores,
			      stats->dropped);
	else if (stats->pushes - stats->pops - stats->overwritten !=
		 stats->size - __lfvec_oldest(tv->vec))
		torture_error("%s: %llu pushes - %llu pops - %llu gone is not %llu - %lu",
			      tv->name, stats->pushes, stats->pops,
			      stats->overwritten, stats->size,
			      __lfvec_oldest(tv->vec));
}

/*
 * Nobody is at work: of each value, as many went in as came out or are left. Of those
 * that were truncated or overwritten by a push it is known only how many there were.
 */
static void torture_vec_check(struct torture_vec *tv)
{
	struct lfvec_stats stats;
	struct torture_tally sum;
	bool wrong = false;
	s64 gone = 0;
	int v;

	__lfvec_stats(tv->vec, &stats);
	torture_sum(tv, &sum);
	torture_counted(tv, &sum, &stats);
	torture_left(tv, &sum);
	for (v = 0; v < TORTURE_VALUES; v++) {
		wrong |= sum.balance[v] < 0;
		gone += sum.balance[v];
	}
	if (wrong || gone != sum.truncated + stats.overwritten)
		torture_error("%s: %llu in, %llu out, %llu gone, %llu left; missing %lld, %lld",
			      tv->name, sum.pushed, sum.popped,
			      sum.truncated + stats.overwritten,
			      stats.size - __lfvec_oldest(tv->vec), sum.balance[0],
			      sum.balance[1]);
}

void torture_vecs_check(void)
{
	struct torture_vec *tv;

	for (tv = torture_vecs; tv < torture_vecs + TORTURE_VECS; tv++)
		torture_vec_check(tv);
}

static void torture_vec_renew(struct torture_vec *tv)
{
	u32 i;
	int err;

	__lfvec_destroy(tv->vec);
	for (i = 0; i < torture_nr_actors; i++)
		memset(torture_tally(&torture_actors[i], tv), 0,
		       sizeof(struct torture_tally));
	do {
		err = torture_vec_init(tv);
	} while (err == -ENOMEM && !schedule_timeout_uninterruptible(1));
	if (err)
		torture_error("%s: cannot be made again: %d", tv->name, err);
}

/* Nobody is at work: begin anew with what is full, and with another one in turn. */
void torture_vecs_renew(void)
{
	static unsigned int turn;
	struct torture_vec *tv;

	for (tv = torture_vecs; tv < torture_vecs + TORTURE_VECS; tv++)
		if (tv->attr.flags == LFVEC_APPEND_ONLY ||
		    tv - torture_vecs == turn % TORTURE_VECS)
			torture_vec_renew(tv);
	turn++;
}
