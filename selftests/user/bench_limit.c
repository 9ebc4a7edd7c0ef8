// SPDX-License-Identifier: GPL-2.0
/*
 * Peer of the benchmark: what the machine itself takes
 */
#include <stdlib.h>
#include <string.h>
#include <linux/cache.h>
#include <linux/kernel.h>

#include "bench.h"

#define LIMIT_BYTES	(64UL << 20)
#define LIMIT_LINES	(LIMIT_BYTES / SMP_CACHE_BYTES)

struct line {
	unsigned long	word;
} ____cacheline_aligned_in_smp;

/* @lines: a cycle through all of them; @word is the next one */
struct limit {
	struct line	own[BENCH_THREADS_MAX];
	struct line	common;
	struct line	*lines;
};

/* Sattolo's shuffle: one cycle. */
static void limit_shuffle(struct line *lines)
{
	unsigned long i, j, swap;
	u64 random = 1;

	for (i = 0; i < LIMIT_LINES; i++)
		lines[i].word = i;
	for (i = LIMIT_LINES - 1; i > 0; i--) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		j = (random >> 32) % i;
		swap = lines[i].word;
		lines[i].word = lines[j].word;
		lines[j].word = swap;
	}
}

static void *limit_create(const struct bench_size *size)
{
	struct limit *l = aligned_alloc(__alignof__(*l), sizeof(*l));

	if (!l)
		return NULL;
	memset(l, 0, sizeof(*l));
	l->lines = aligned_alloc(SMP_CACHE_BYTES, LIMIT_BYTES);
	if (!l->lines) {
		free(l);
		return NULL;
	}
	limit_shuffle(l->lines);
	return l;
}

static void limit_destroy(void *v)
{
	struct limit *l = v;

	free(l->lines);
	free(l);
}

static void limit_add(unsigned long *word, unsigned long nr)
{
	while (nr--)
		__atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
}

static void limit_cmpxchg(unsigned long *word, unsigned long nr)
{
	unsigned long old = 0;

	while (nr--)
		if (__atomic_compare_exchange_n(word, &old, old + 1, false,
						__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			old++;
}

/* Not where a stretch before this one has just been. */
static void limit_chase(const struct line *lines, unsigned long nr,
			unsigned long from)
{
	while (nr--)
		from = lines[from].word;
	__asm__ __volatile__("" : : "r" (from));
}

static bool limit_run(struct bench_thread *t)
{
	struct limit *l = t->v;

	if (!l)
		return t->work >= BENCH_XADD;
	switch (t->work) {
	case BENCH_XADD:
		limit_add(&l->own[t->nr].word, t->ops);
		return true;
	case BENCH_CMPXCHG:
		limit_cmpxchg(&l->own[t->nr].word, t->ops);
		return true;
	case BENCH_LINE:
		limit_add(&l->common.word, t->ops);
		return true;
	case BENCH_MISS:
		limit_chase(l->lines, t->ops, t->random % LIMIT_LINES);
		return true;
	default:
		return false;
	}
}

const struct bench_peer bench_limit = {
	.name		= "limit",
	.create		= limit_create,
	.destroy	= limit_destroy,
	.run		= limit_run,
};
