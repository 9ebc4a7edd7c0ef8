// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark in user space: one round of one peer
 *
 * A round is some stretches, before each of which the peer is put in the state that
 * the work is to begin with, by the first thread and while no clock runs. The clock
 * runs from when the first thread begins until the last one ends. In warm memory a
 * stretch that does not count comes first.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>

#include "histogram.h"
#include "bench.h"
#include "stub.h"

#define NSEC_PER_SEC	1000000000ULL
#define BARRIER_SPINS	1000
#define STRETCHES_MAX	50UL	/* as what comes before each of them takes time, too */

struct worker {
	pthread_t		thread;
	struct round		*round;
	struct bench_thread	t;
	u64			begin;
	u64			end;
	struct histogram	histogram;
} ____cacheline_aligned_in_smp;

/*
 * @full:    the elements of the last stretch are those of the next one
 * @waiting: how many threads are to come to the barrier
 * @turn:    how often all have
 */
struct round {
	const struct bench_peer		*peer;
	const struct bench_setting	*setting;
	void				*v;
	bool				full;
	unsigned long			stretches;
	u64				elapsed;
	struct worker			*workers;
	unsigned int			waiting ____cacheline_aligned_in_smp;
	unsigned int			turn ____cacheline_aligned_in_smp;
};

const unsigned char bench_elems[BENCH_BATCH_MAX * BENCH_ESIZE_MAX]
	__aligned(SMP_CACHE_BYTES) = { 1 };

static double ns_per_tick = 1;
static unsigned int cpus;
static unsigned char *flush;
static size_t flush_bytes;

static void die(const char *name, const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", name, what);
	exit(1);
}

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

unsigned int bench_cpus(void)
{
	return cpus;
}

void bench_breathe(void)
{
	rcu_quiescent_state();
}

void bench_record(struct histogram *h, unsigned long long ticks)
{
	histogram_add(h, ticks * ns_per_tick);
}

/* Ticks are compared with the clock for a fiftieth of a second. */
static void calibrate(void)
{
	u64 ticks = bench_ticks(), begin = now_ns(), end;

	do
		end = now_ns();
	while (end - begin < NSEC_PER_SEC / 50);
	ns_per_tick = (double)(end - begin) / (bench_ticks() - ticks);
}

void bench_init(void)
{
	long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);

	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	flush_bytes = 2 * max(cache, 32L << 20);
	/* Memory once had is not given back, as faults are not to be measured. */
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	stub_online();
	get_default_call_rcu_data();	/* its thread is to be bound to no CPU */
	calibrate();
}

/* Have other memory in all caches. */
static void flush_caches(void)
{
	size_t i;

	if (!flush)
		flush = calloc(1, flush_bytes);
	if (!flush)
		die("cold", "no memory");
	for (i = 0; i < flush_bytes; i += SMP_CACHE_BYTES)
		flush[i]++;
}

static bool is_append(enum bench_work work)
{
	return work == BENCH_APPEND;
}

/* Does the work begin with nothing, and end with all elements there? */
static bool fills(enum bench_work work)
{
	return work <= BENCH_PUSH_MANY64;
}

static bool mixes(enum bench_work work)
{
	return work >= BENCH_MIX_15_5_10_70 && work <= BENCH_MIX_35_0_35_30;
}

static bool starts_full(enum bench_work work)
{
	return work >= BENCH_POP && work <= BENCH_MIX_35_0_35_30;
}

/* Is a stretch as long as there are elements? */
static bool by_elems(enum bench_work work)
{
	return fills(work) || work == BENCH_POP;
}

/* So many elements are one operation. */
static unsigned long one_op(const struct bench_setting *s)
{
	switch (s->work) {
	case BENCH_PUSH_MANY4:
		return 4;
	case BENCH_PUSH_MANY16:
		return 16;
	case BENCH_PUSH_MANY64:
		return 64;
	case BENCH_ITERATE:
		return s->elems;
	default:
		return 1;
	}
}

/* A thread does so many operations at a stretch, or elements. */
static unsigned long stretch_ops(const struct bench_setting *s)
{
	unsigned long ops = by_elems(s->work) ? s->elems / s->threads : s->ops;

	return max(ops / one_op(s), 1UL) * one_op(s);
}

static unsigned long stretches(const struct bench_setting *s)
{
	if (!by_elems(s->work) || s->cold)
		return 1;
	return clamp(s->ops / stretch_ops(s), 1UL, STRETCHES_MAX);
}

/* What a peer must have room for. */
static struct bench_size size_of(const struct bench_setting *s)
{
	unsigned long ops = s->threads * stretch_ops(s);
	unsigned long pushes = s->elems + ops * (stretches(s) + 1);
	unsigned long most = s->elems;

	/* what threads and batches are rounded up to; what each thread has out */
	if (by_elems(s->work))
		most = max(most, ops);
	if (s->work == BENCH_PUSH_POP)
		most += s->threads;
	if (mixes(s->work))
		most += ops;
	return (struct bench_size){
		.esize = s->esize,
		.room = most,
		.pushes = is_append(s->work) ? most : pushes,
		.threads = s->threads,
		.warm = !s->cold,
	};
}

static void *create(const struct bench_peer *peer, const struct bench_setting *s)
{
	struct bench_size size = size_of(s);
	void *v = peer->create(&size);

	if (!v)
		die(peer->name, "no memory");
	return v;
}

/* All threads' shares of @s->elems elements, by this one. */
static void fill(const struct bench_peer *peer, const struct bench_setting *s,
		 void *v)
{
	struct bench_thread t = {
		.v = v, .work = BENCH_APPEND, .esize = s->esize,
	};

	for (t.nr = 0; t.nr < s->threads; t.nr++) {
		t.ops = s->elems / s->threads + (t.nr < s->elems % s->threads);
		peer->run(&t);
	}
	if (t.failed)
		die(peer->name, "cannot be filled");
}

/* Does the work leave as many elements as there were? */
static bool keeps(enum bench_work work)
{
	return work >= BENCH_STORE && work <= BENCH_ITERATE;
}

static void renew(struct round *r)
{
	const struct bench_setting *s = r->setting;

	if (is_append(s->work)) {
		if (r->v)
			r->peer->destroy(r->v);
		r->v = create(r->peer, s);
	} else if (r->peer->clear) {
		r->peer->clear(r->v);
	}
	if (starts_full(s->work))
		fill(r->peer, s, r->v);
	if (r->peer->relax)
		r->peer->relax();
}

static void prepare(struct round *r)
{
	if (!r->full)
		renew(r);
	r->full = keeps(r->setting->work);
	if (r->setting->cold)
		flush_caches();
}

/* Wait for all threads; offline, so that grace periods do not wait for us. */
static void barrier_wait(struct round *r)
{
	unsigned int turn = __atomic_load_n(&r->turn, __ATOMIC_ACQUIRE), spins = 0;

	rcu_thread_offline();
	if (!__atomic_sub_fetch(&r->waiting, 1, __ATOMIC_ACQ_REL)) {
		__atomic_store_n(&r->waiting, r->setting->threads, __ATOMIC_RELAXED);
		__atomic_store_n(&r->turn, turn + 1, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&r->turn, __ATOMIC_ACQUIRE) == turn) {
		if (++spins < BARRIER_SPINS)
			cpu_relax();
		else
			sched_yield();
	}
	rcu_thread_online();
}

static void account(struct round *r)
{
	unsigned int threads = r->setting->threads, i;
	u64 begin = ~0ULL, end = 0;

	for (i = 0; i < threads; i++) {
		begin = min(begin, r->workers[i].begin);
		end = max(end, r->workers[i].end);
		if (r->workers[i].t.failed && !mixes(r->setting->work))
			die(r->peer->name, "an operation failed");
	}
	r->elapsed += end - begin;
}

static void stretch(struct worker *w, bool counts)
{
	struct histogram *histogram = w->t.histogram;
	struct round *r = w->round;

	if (!w->t.nr)
		prepare(r);
	barrier_wait(r);
	w->t.v = r->v;
	if (!counts)
		w->t.histogram = NULL;
	w->begin = now_ns();
	r->peer->run(&w->t);
	w->end = now_ns();
	w->t.histogram = histogram;
	barrier_wait(r);
	if (!w->t.nr && counts)
		account(r);
}

static void bind_to(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set))
		die("thread", "cannot be bound to its CPU");
}

static void *work(void *arg)
{
	struct worker *w = arg;
	unsigned long i;

	bind_to(w->t.nr % cpus);
	stub_online();
	if (!w->round->setting->cold)
		stretch(w, false);
	for (i = 0; i < w->round->stretches; i++)
		stretch(w, true);
	stub_offline();
	return NULL;
}

static void start(struct round *r, unsigned int nr, bool latency)
{
	struct worker *w = &r->workers[nr];

	w->round = r;
	w->t = (struct bench_thread){
		.work = r->setting->work,
		.nr = nr,
		.esize = r->setting->esize,
		.ops = stretch_ops(r->setting),
		.elems = r->setting->elems,
		.random = nr + 1,
		.histogram = latency ? &w->histogram : NULL,
	};
	memset(&w->histogram, 0, sizeof(w->histogram));
	if (pthread_create(&w->thread, NULL, work, w))
		die("pthread_create", "failed");
}

/* Wait for the threads, offline as in barrier_wait(). */
static void join(struct round *r, struct histogram *h)
{
	unsigned int i;

	rcu_thread_offline();
	for (i = 0; i < r->setting->threads; i++) {
		pthread_join(r->workers[i].thread, NULL);
		if (h)
			histogram_merge(h, &r->workers[i].histogram);
	}
	rcu_thread_online();
}

double bench_round(const struct bench_peer *peer, const struct bench_setting *s,
		   struct histogram *h)
{
	struct round r = {
		.peer = peer, .setting = s, .stretches = stretches(s),
		.waiting = s->threads,
	};
	unsigned int i;

	stub_set_cpus(s->threads + 1);	/* and this one */
	r.workers = aligned_alloc(SMP_CACHE_BYTES, s->threads * sizeof(*r.workers));
	if (!r.workers)
		die(peer->name, "no memory");
	if (!is_append(s->work))
		r.v = create(peer, s);
	for (i = 0; i < s->threads; i++)
		start(&r, i, h);
	join(&r, h);
	peer->destroy(r.v);
	free(r.workers);
	return (double)r.elapsed / (r.stretches * stretch_ops(s));
}

bool bench_can(const struct bench_peer *peer, const struct bench_setting *s)
{
	struct bench_thread t = {
		.work = s->work, .esize = s->esize, .elems = s->elems,
	};
	struct bench_size size = { .esize = s->esize, .threads = 1 };
	void *v;

	if (!peer->run(&t))
		return false;
	v = peer->create(&size);
	if (v)
		peer->destroy(v);
	return v;
}

double bench_bytes(const struct bench_peer *peer, const struct bench_setting *s)
{
	struct bench_size size = {
		.esize = s->esize, .room = s->elems, .threads = s->threads,
	};
	double bytes;
	void *v;

	if (!peer->bytes || !by_elems(s->work))
		return 0;
	stub_set_cpus(cpus);
	v = peer->create(&size);
	if (!v)
		die(peer->name, "no memory");
	fill(peer, s, v);
	bytes = peer->bytes(v);
	peer->destroy(v);
	return bytes / s->elems;
}
