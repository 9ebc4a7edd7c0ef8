/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The benchmark in user space: what its parts share, also with C++
 *
 * A peer has a copy of all loops of its own, see bench_loop.h, so that its calls are
 * direct or inlined. What is called through a pointer is a whole loop.
 */
#ifndef _BENCH_H
#define _BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#if !defined(__x86_64__) && !defined(__aarch64__)
#include <time.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_THREADS_MAX	32
#define BENCH_ESIZE_MAX		256
#define BENCH_BATCH_MAX		64

enum bench_work {
	BENCH_PUSH,		/* to slots that were used before */
	BENCH_APPEND,		/* to slots that were not */
	BENCH_PUSH_MANY4,
	BENCH_PUSH_MANY16,
	BENCH_PUSH_MANY64,
	BENCH_POP,
	BENCH_PUSH_POP,
	BENCH_STORE,
	BENCH_LOAD,
	BENCH_ITERATE,
	BENCH_MIX_15_5_10_70,	/* push, pop, write, read: percent */
	BENCH_MIX_30_20_20_30,
	BENCH_MIX_35_0_35_30,
	BENCH_XADD,
	BENCH_CMPXCHG,
	BENCH_LINE,		/* threads that want one cache line */
	BENCH_MISS,		/* loads that miss all caches, each needs the last */
	BENCH_WORKS
};

struct histogram;

/*
 * What one thread does in one stretch
 *
 * @nr:	       which thread, from 0
 * @esize:     bytes of an element: 8, 64 or 256
 * @ops:       operations; for batches and iterations, elements
 * @elems:     so many elements are there to be loaded and stored
 * @random:    state of a generator
 * @failed:    operations that found nothing to pop, or no room
 * @histogram: NULL, or where the time of each operation goes
 */
struct bench_thread {
	void			*v;
	enum bench_work		work;
	unsigned int		nr;
	unsigned int		esize;
	unsigned long		ops;
	unsigned long		elems;
	unsigned long long	random;
	unsigned long		failed;
	struct histogram	*histogram;
};

/*
 * @esize:   bytes of an element
 * @room:    elements at a time
 * @pushes:  until it is destroyed
 * @threads: that will use it
 * @warm:    memory for all that is there beforehand, and was written to
 */
struct bench_size {
	unsigned int	esize;
	unsigned long	room;
	unsigned long	pushes;
	unsigned int	threads;
	bool		warm;
};

/*
 * @create: NULL if that is impossible
 * @clear:  drop all elements and keep the memory; NULL if that is impossible
 * @run:    do it; false if the peer has no such work. With no operations to do and
 *	    no @v, this tells just that.
 * @bytes:  held; NULL if that is not its own
 * @relax:  NULL, or wait for memory that piles up
 */
struct bench_peer {
	const char	*name;
	void		*(*create)(const struct bench_size *size);
	void		(*destroy)(void *v);
	void		(*clear)(void *v);
	bool		(*run)(struct bench_thread *t);
	size_t		(*bytes)(void *v);
	void		(*relax)(void);
};

extern const struct bench_peer bench_lfvec, bench_append_only, bench_published;
extern const struct bench_peer bench_fetch_add, bench_spinlock, bench_mutex;
extern const struct bench_peer bench_array, bench_limit, bench_tbb;
extern const struct bench_peer bench_wfcqueue, bench_lfstack, bench_ck_stack;

/* What is pushed. */
extern const unsigned char bench_elems[BENCH_BATCH_MAX * BENCH_ESIZE_MAX];

/* Be in no section for a moment, as a kernel's CPU is when its timer ticks. */
void bench_breathe(void);

/* An operation took so many of the ticks below. */
void bench_record(struct histogram *h, unsigned long long ticks);

/* Not ordered against what is around it, but for atomic operations on x86. */
static inline unsigned long long bench_ticks(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	unsigned long long ticks;

	__asm__ __volatile__("mrs %0, cntvct_el0" : "=r" (ticks));
	return ticks;
#else
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
#endif
}

/* bench_run.c */

/*
 * @median, @min, @max: ns an operation of one thread, over the rounds
 * @rate:   million operations a second of all threads
 * @bytes:  held an element, or 0
 */
struct bench_result {
	double			median;
	double			min;
	double			max;
	double			rate;
	double			bytes;
	struct histogram	*histogram;
};

/* One row of the table: the same work for all peers. */
struct bench_setting {
	enum bench_work	work;
	unsigned int	threads;
	unsigned int	esize;
	unsigned long	elems;
	unsigned long	ops;
	unsigned int	rounds;
	bool		cold;
	bool		latency;
};

bool bench_can(const struct bench_peer *peer, const struct bench_setting *s);
/* One round; its ns an operation are returned, times of single ones go to @h. */
double bench_round(const struct bench_peer *peer, const struct bench_setting *s,
		   struct histogram *h);
/* What @peer holds an element when filled; or 0. */
double bench_bytes(const struct bench_peer *peer, const struct bench_setting *s);
void bench_init(void);
unsigned int bench_cpus(void);

#ifdef __cplusplus
}
#endif

#endif /* _BENCH_H */
