// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - the operations of a run, and what came of each
 *
 * Each value that goes in is counted by the worker that pushes or stores it, and
 * each one that comes out by the worker that pops it or overwrites it: with few
 * values, per value; with unique values, by a bit for each, set when it comes out.
 */
#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "run.h"

/* One operation in so many is timed. */
#define WORKER_SAMPLE	16

/* Each thread sends an NMI to some CPU once in so many operations. */
#define WORKER_NMI	64

/* TRUNCATE drops up to so many elements. */
#define WORKER_TRUNCATE	8

/* An operation reaches back over so many elements from the end at most. */
#define WORKER_WINDOW	64

/* So long a thread may have a CPU for itself: then RCU begins to complain. */
#define WORKER_HOG	(10 * HZ)

/* An operation that found something else than it had expected. */
#define NOT_AS_EXPECTED	1

/* An element is its value over and over, little-endian. */
static void worker_encode(struct stress_run *run, void *elem, u64 value)
{
	__le64 word = cpu_to_le64(value);
	u32 size = run->arg.esize, at;

	for (at = 0; at < size; at += sizeof(word))
		memcpy(elem + at, &word, min_t(u32, sizeof(word), size - at));
}

/* The value of an element, or LFVEC_STRESS_TORN. */
u64 worker_value(const struct stress_worker *w, const void *elem)
{
	struct stress_run *run = w->run;
	u32 size = run->arg.esize, at;
	__le64 word = 0;
	u64 value;

	memcpy(&word, elem, min_t(u32, sizeof(word), size));
	value = le64_to_cpu(word);
	for (at = sizeof(word); at < size; at += sizeof(word))
		if (memcmp(elem + at, &word,
			   min_t(u32, sizeof(word), size - at)))
			return LFVEC_STRESS_TORN;
	if (value >= (run->arg.values ?: run->nr_seen))
		return LFVEC_STRESS_TORN;
	return value;
}

/* Account for an element that came out of the vector. */
void worker_out(struct stress_worker *w, void *elem)
{
	struct stress_run *run = w->run;
	u64 value = worker_value(w, elem);

	if (value == LFVEC_STRESS_TORN)
		w->torn++;
	else if (run->arg.values)
		w->balance[value]--;
	else if (test_and_set_bit(value, run->seen))
		w->duplicated++;
}

/* A loaded element only has to be whole. */
static void worker_look(struct stress_worker *w, void *elem)
{
	u32 size = w->run->arg.esize, at;

	for (at = sizeof(u64); at < size; at += sizeof(u64)) {
		if (memcmp(elem, elem + at,
			   min_t(u32, sizeof(u64), size - at))) {
			w->torn++;
			return;
		}
	}
}

/* Make up the next @nr values to push. */
static void worker_make(struct stress_worker *w, unsigned int nr)
{
	u32 values = w->run->arg.values;
	unsigned int i;
	u64 value;

	for (i = 0; i < nr; i++) {
		value = values ? prandom_u32_state(&w->rnd) % values :
				 w->next + i;
		worker_encode(w->run, w->elems + i * w->run->arg.esize, value);
	}
}

/* The first @nr of the values made up are in the vector now. */
static void worker_in(struct stress_worker *w, unsigned int nr)
{
	struct stress_run *run = w->run;
	__le64 word = 0;
	unsigned int i;

	w->pushed += nr;
	if (!run->arg.values) {
		w->next += nr;
		return;
	}
	for (i = 0; i < nr; i++) {
		memcpy(&word, w->elems + i * run->arg.esize,
		       min_t(u32, sizeof(word), run->arg.esize));
		w->balance[le64_to_cpu(word)]++;
	}
}

/* What came of @nr elements that were to go in. */
static int worker_went(struct stress_worker *w, unsigned int nr, long ret)
{
	if (ret >= 0)
		worker_in(w, nr);
	else if (ret == -ENOMEM || ret == -EAGAIN)
		w->dropped += nr;
	return min(ret, 0L);
}

static bool worker_may_wait(const struct stress_worker *w)
{
	return w->context == LFVEC_STRESS_TASK &&
	       !(w->run->arg.flags & (LFVEC_STRESS_RUN_ATOMIC |
				      LFVEC_STRESS_RUN_STOCK));
}

static gfp_t worker_gfp(const struct stress_worker *w)
{
	if (w->run->arg.flags & LFVEC_STRESS_RUN_STOCK)
		return 0;
	return worker_may_wait(w) ? GFP_KERNEL_ACCOUNT : GFP_ATOMIC;
}

static unsigned long worker_size(struct stress_worker *w)
{
	struct lfvec_stress_record *r;
	unsigned long size;

	r = history_call(w, LFVEC_STRESS_OP_SIZE, 0, NULL, 0);
	size = w->run->impl->size(w->run->v);
	history_return(w, r, size, NULL, 0);
	return size;
}

/* Some index not far from the end, which may be gone by the time of its use. */
static unsigned long worker_index(struct stress_worker *w)
{
	unsigned long size = worker_size(w);
	u32 back = prandom_u32_state(&w->rnd) % WORKER_WINDOW;

	return size > back ? size - 1 - back : 0;
}

static int worker_push(struct stress_worker *w)
{
	struct lfvec_stress_record *r;
	long ret;

	worker_make(w, 1);
	r = history_call(w, LFVEC_STRESS_OP_PUSH, 0, w->elems, 1);
	ret = w->run->impl->push(w->run->v, w->elems, worker_gfp(w));
	history_return(w, r, ret, NULL, 0);
	return worker_went(w, 1, ret);
}

static int worker_pop(struct stress_worker *w)
{
	struct lfvec_stress_record *r;
	int ret;

	r = history_call(w, LFVEC_STRESS_OP_POP, 0, NULL, 0);
	ret = w->run->impl->pop(w->run->v, w->olds);
	history_return(w, r, ret, w->olds, !ret);
	if (!ret) {
		worker_out(w, w->olds);
		w->popped++;
	}
	return ret;
}

static int worker_load_at(struct stress_worker *w, unsigned long index)
{
	struct lfvec_stress_record *r;
	int ret;

	r = history_call(w, LFVEC_STRESS_OP_LOAD, index, NULL, 0);
	ret = w->run->impl->load(w->run->v, index, w->olds);
	history_return(w, r, ret, w->olds, !ret);
	return ret;
}

static int worker_load(struct stress_worker *w)
{
	int ret = worker_load_at(w, worker_index(w));

	if (!ret)
		worker_look(w, w->olds);
	return ret;
}

static int worker_peek(struct stress_worker *w)
{
	struct lfvec_stress_record *r;
	int ret;

	r = history_call(w, LFVEC_STRESS_OP_PEEK, 0, NULL, 0);
	ret = w->run->impl->peek(w->run->v, w->olds);
	history_return(w, r, ret, w->olds, !ret);
	if (!ret)
		worker_look(w, w->olds);
	return ret;
}

static int worker_store(struct stress_worker *w)
{
	unsigned long index = worker_index(w);
	struct lfvec_stress_record *r;
	int ret;

	worker_make(w, 1);
	r = history_call(w, LFVEC_STRESS_OP_STORE, index, w->elems, 1);
	ret = w->run->impl->store(w->run->v, index, w->elems, worker_gfp(w));
	history_return(w, r, ret, NULL, 0);
	return worker_went(w, 1, ret);
}

static int worker_xchg(struct stress_worker *w)
{
	unsigned long index = worker_index(w);
	struct lfvec_stress_record *r;
	int ret;

	worker_make(w, 1);
	r = history_call(w, LFVEC_STRESS_OP_XCHG, index, w->elems, 1);
	ret = w->run->impl->exchange(w->run->v, index, w->elems, w->olds,
				     worker_gfp(w));
	history_return(w, r, ret, w->olds, !ret);
	if (!ret) {
		worker_out(w, w->olds);
		w->overwritten++;
	}
	return worker_went(w, 1, ret);
}

static int worker_cmpxchg(struct stress_worker *w)
{
	const struct stress_impl *impl = w->run->impl;
	unsigned long index = worker_index(w);
	struct lfvec_stress_record *r;
	int ret;

	ret = worker_load_at(w, index);
	if (ret)
		return ret;
	/* both in one piece, as the history has them */
	worker_make(w, 1);
	memcpy(w->pair, w->olds, w->run->arg.esize);
	memcpy(w->pair + w->run->arg.esize, w->elems, w->run->arg.esize);
	r = history_call(w, LFVEC_STRESS_OP_CMPXCHG, index, w->pair, 2);
	ret = impl->compare(w->run->v, index, w->olds, w->elems, worker_gfp(w));
	history_return(w, r, ret, w->olds, !ret);
	if (!ret)
		return NOT_AS_EXPECTED;
	if (ret > 0) {
		worker_out(w, w->olds);
		w->overwritten++;
	}
	return worker_went(w, 1, min(ret, 0));
}

static int worker_push_many(struct stress_worker *w)
{
	u32 nr = 1 + prandom_u32_state(&w->rnd) % w->run->arg.batch;
	struct lfvec_stress_record *r;
	long ret;

	worker_make(w, nr);
	r = history_call(w, LFVEC_STRESS_OP_PUSH_MANY, 0, w->elems, nr);
	ret = w->run->impl->push_many(w->run->v, w->elems, nr, worker_gfp(w));
	history_return(w, r, ret, NULL, 0);
	return worker_went(w, nr, ret);
}

static int worker_pop_many(struct stress_worker *w)
{
	u32 nr = 1 + prandom_u32_state(&w->rnd) % w->run->arg.batch;
	struct lfvec_stress_record *r;
	int ret, i;

	r = history_call(w, LFVEC_STRESS_OP_POP_MANY, nr, NULL, 0);
	ret = w->run->impl->pop_many(w->run->v, w->olds, nr);
	history_return(w, r, ret, w->olds, max(ret, 0));
	for (i = 0; i < ret; i++)
		worker_out(w, w->olds + i * w->run->arg.esize);
	if (ret > 0)
		w->popped += ret;
	return min(ret, 0);
}

static int worker_truncate(struct stress_worker *w)
{
	unsigned long size = worker_size(w);
	u32 nr = 1 + prandom_u32_state(&w->rnd) % WORKER_TRUNCATE;
	struct lfvec_stress_record *r;
	long ret;

	size = size > nr ? size - nr : 0;
	r = history_call(w, LFVEC_STRESS_OP_TRUNCATE, size, NULL, 0);
	ret = w->run->impl->truncate(w->run->v, size);
	history_return(w, r, ret, NULL, 0);
	if (ret > 0)
		w->truncated += ret;
	return ret ? min(ret, 0L) : -ENOENT;
}

static int worker_only_size(struct stress_worker *w)
{
	worker_size(w);
	return 0;
}

static int worker_oldest(struct stress_worker *w)
{
	struct lfvec_stress_record *r;
	unsigned long oldest;

	r = history_call(w, LFVEC_STRESS_OP_OLDEST, 0, NULL, 0);
	oldest = w->run->impl->oldest(w->run->v);
	history_return(w, r, oldest, NULL, 0);
	return 0;
}

static int (* const worker_op[LFVEC_STRESS_OPS_ALL])(struct stress_worker *w) = {
	[LFVEC_STRESS_OP_PUSH]		= worker_push,
	[LFVEC_STRESS_OP_POP]		= worker_pop,
	[LFVEC_STRESS_OP_LOAD]		= worker_load,
	[LFVEC_STRESS_OP_XCHG]		= worker_xchg,
	[LFVEC_STRESS_OP_CMPXCHG]	= worker_cmpxchg,
	[LFVEC_STRESS_OP_PUSH_MANY]	= worker_push_many,
	[LFVEC_STRESS_OP_POP_MANY]	= worker_pop_many,
	[LFVEC_STRESS_OP_TRUNCATE]	= worker_truncate,
	[LFVEC_STRESS_OP_PEEK]		= worker_peek,
	[LFVEC_STRESS_OP_STORE]		= worker_store,
	[LFVEC_STRESS_OP_SIZE]		= worker_only_size,
	[LFVEC_STRESS_OP_OLDEST]	= worker_oldest,
};

bool worker_supported(const struct stress_impl *impl, unsigned int op)
{
	switch (op) {
	case LFVEC_STRESS_OP_XCHG:
		return impl->exchange;
	case LFVEC_STRESS_OP_CMPXCHG:
		return impl->compare;
	case LFVEC_STRESS_OP_PUSH_MANY:
		return impl->push_many;
	case LFVEC_STRESS_OP_POP_MANY:
		return impl->pop_many;
	case LFVEC_STRESS_OP_TRUNCATE:
		return impl->truncate;
	case LFVEC_STRESS_OP_PEEK:
		return impl->peek;
	case LFVEC_STRESS_OP_STORE:
		return impl->store;
	case LFVEC_STRESS_OP_OLDEST:
		return impl->oldest;
	default:
		return true;
	}
}

static unsigned int worker_choose(struct stress_worker *w)
{
	const struct lfvec_stress_run *arg = &w->run->arg;
	u32 at = prandom_u32_state(&w->rnd) % 100;
	unsigned int op;

	for (op = 0; op < LFVEC_STRESS_OPS; op++) {
		if (at < arg->mix[op])
			return op;
		at -= arg->mix[op];
	}
	while (at >= arg->more[op - LFVEC_STRESS_OPS])
		at -= arg->more[op++ - LFVEC_STRESS_OPS];
	return op;
}

static void worker_count(struct stress_worker *w, unsigned int op, int ret)
{
	switch (ret) {
	case 0:
		w->done[op]++;
		break;
	case -EAGAIN:
	case -ENOMEM:
		if (worker_may_wait(w))
			w->errors++;
		else
			w->failed[op]++;
		break;
	case NOT_AS_EXPECTED:
	case -ENOENT:
	case -ERANGE:
	case -EPIPE:
	case -ENOSPC:
		w->failed[op]++;
		break;
	default:
		w->errors++;
	}
}

void worker_one(struct stress_worker *w)
{
	unsigned int op = worker_choose(w);
	u64 start;
	int ret;

	stress_jitter(w->run->arg.flags & LFVEC_STRESS_RUN_JITTER);
	if (w->did % WORKER_SAMPLE) {
		ret = worker_op[op](w);
	} else {
		start = ktime_get_mono_fast_ns();
		ret = worker_op[op](w);
		w->hist[fls64(ktime_get_mono_fast_ns() - start) %
			LFVEC_STRESS_HIST]++;
	}
	worker_count(w, op, ret);
	WRITE_ONCE(w->did, w->did + 1);
}

/* Is there nothing more to do, or no value left to push? */
static bool worker_done(const struct stress_worker *w)
{
	return w->did >= w->ops || READ_ONCE(w->run->stop) || history_full(w) ||
	       (!w->run->arg.values && w->next + w->run->arg.batch > w->end);
}

/* In an interrupt: a few operations. */
void worker_burst(struct stress_worker *w)
{
	unsigned int nr = 1 + prandom_u32_state(&w->rnd) % 4;

	while (nr-- && !worker_done(w))
		worker_one(w);
}

/* Let others have the CPU. */
static void worker_yield(struct stress_worker *w)
{
	if (w->run->arg.flags & LFVEC_STRESS_RUN_HOG &&
	    time_before(jiffies, w->yielded + WORKER_HOG))
		return;
	cond_resched();
	w->yielded = jiffies;
}

/* In a thread, after each operation. */
bool worker_over(struct stress_worker *w)
{
	struct stress_run *run = w->run;

	if (worker_done(w))
		return true;
	if (run->nmi && !(run->arg.flags & LFVEC_STRESS_RUN_EXTERNAL) &&
	    !(w->did % WORKER_NMI))
		context_nmi_send(&w->rnd);
	if (w->did % 64)
		return false;
	worker_yield(w);
	if (!(w->did % 1024) && run->impl->relax)
		run->impl->relax();
	return run->arg.duration && ktime_after(ktime_get(), run->deadline);
}

/* Push @nr elements, before the run. Returns 0, -EINTR or an error of the push. */
int worker_fill(struct stress_worker *w, u64 nr)
{
	int err = 0;

	for (; nr && !err; nr--) {
		err = history_full(w) ? -ENOSPC : worker_push(w);
		if (nr % 1024)
			continue;
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return err;
}

/* For the history, after the end: what is left, as far as there is room. */
void worker_sweep(struct stress_worker *w)
{
	unsigned long index;

	if (!w->history || history_full(w))
		return;
	for (index = worker_size(w); index-- && !history_full(w); ) {
		if (worker_load_at(w, index))
			break;
		if (!(index % 64))
			cond_resched();
	}
}

int worker_init(struct stress_run *run, u32 nr, unsigned int context)
{
	const struct lfvec_stress_run *arg = &run->arg;
	struct stress_worker *w = &run->worker[nr];
	size_t bytes = (size_t)arg->batch * arg->esize;
	u32 rest = 0;
	int err;

	w->run = run;
	w->context = context;
	w->yielded = jiffies;
	prandom_seed_state(&w->rnd, arg->seed ^ (nr + 1) * 0x9e3779b97f4a7c15ULL);
	w->ops = U64_MAX;
	if (arg->ops && context == LFVEC_STRESS_TASK) {
		w->ops = div_u64_rem(arg->ops, arg->threads, &rest);
		w->ops += nr < rest;
	}
	w->elems = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	w->olds = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	w->pair = kvzalloc(2 * arg->esize, GFP_KERNEL_ACCOUNT);
	if (!w->elems || !w->olds || !w->pair)
		return -ENOMEM;
	err = history_init(w);
	if (err)
		return err;
	if (arg->values) {
		w->balance = kvcalloc(arg->values, sizeof(*w->balance),
				      GFP_KERNEL_ACCOUNT);
		return w->balance ? 0 : -ENOMEM;
	}
	w->first = div_u64((u64)run->nr_seen * nr, run->nr_workers);
	w->next = w->first;
	w->end = div_u64((u64)run->nr_seen * (nr + 1), run->nr_workers);
	return 0;
}

void worker_free(struct stress_worker *w)
{
	kvfree(w->balance);
	kvfree(w->elems);
	kvfree(w->olds);
	kvfree(w->pair);
	history_free(w);
}
