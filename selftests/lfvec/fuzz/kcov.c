// SPDX-License-Identifier: GPL-2.0
/*
 * Which code of the kernel a sequence of calls reaches, where the kernel tells
 *
 * Sequences that were the first somewhere are kept, for all hands, and mutated.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define KCOV_PATH	"/sys/kernel/debug/kcov"
#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_TRACE_PC	0
#define KCOV_SIZE	(256UL << 10)

#define CORPUS_MAX	4096
#define PC_BITS		20

struct kcov {
	int		fd;
	unsigned long	*area;	/* how many, and then these */
};

/* A sequence that is read while it is written is one more mutation. */
static struct corpus {
	u32	nr;
	u32	pcs;
	u64	tried;
	u64	seen[(1UL << PC_BITS) / 64];
	struct {
		u32	nr;
		u64	word[SEQUENCE];
	} kept[CORPUS_MAX];
} *corpus;

void corpus_init(void)
{
	corpus = mmap(NULL, sizeof(*corpus), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (corpus == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
}

/* NULL if this kernel does not tell. */
struct kcov *kcov_open(void)
{
	struct kcov *kcov;
	int fd = open(KCOV_PATH, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	kcov = malloc(sizeof(*kcov));
	if (!kcov || ioctl(fd, KCOV_INIT_TRACE, KCOV_SIZE)) {
		perror(KCOV_PATH);
		exit(2);
	}
	kcov->fd = fd;
	kcov->area = mmap(NULL, KCOV_SIZE * sizeof(long), PROT_READ | PROT_WRITE,
			  MAP_SHARED, fd, 0);
	if (kcov->area == MAP_FAILED) {
		perror(KCOV_PATH);
		exit(2);
	}
	return kcov;
}

/* For the calls of this thread. */
void kcov_enable(struct kcov *kcov)
{
	if (kcov && ioctl(kcov->fd, KCOV_ENABLE, KCOV_TRACE_PC)) {
		perror(KCOV_PATH);
		exit(2);
	}
}

void kcov_begin(struct kcov *kcov)
{
	if (kcov)
		__atomic_store_n(&kcov->area[0], 0, __ATOMIC_RELAXED);
}

static bool kcov_first(u64 pc)
{
	u64 nr = pc * 0x9e3779b97f4a7c15ULL >> (64 - PC_BITS), bit = 1ULL << nr % 64;
	u64 *seen = &corpus->seen[nr / 64];

	if (__atomic_load_n(seen, __ATOMIC_RELAXED) & bit)
		return false;
	return !(__atomic_fetch_or(seen, bit, __ATOMIC_RELAXED) & bit);
}

/* The sequence is over: keep it if it was the first somewhere. */
void kcov_end(struct kcov *kcov, struct rnd *r, const u64 *word, unsigned int nr)
{
	unsigned long i, pcs;
	u32 first = 0, at;

	if (!kcov)
		return;
	pcs = __atomic_load_n(&kcov->area[0], __ATOMIC_RELAXED);
	for (i = 1; i <= pcs && i < KCOV_SIZE; i++)
		first += kcov_first(kcov->area[i]);
	__atomic_fetch_add(&corpus->tried, 1, __ATOMIC_RELAXED);
	if (!first)
		return;
	__atomic_fetch_add(&corpus->pcs, first, __ATOMIC_RELAXED);
	at = __atomic_fetch_add(&corpus->nr, 1, __ATOMIC_RELAXED);
	if (at >= CORPUS_MAX)
		at = below(r, CORPUS_MAX);
	memcpy(corpus->kept[at].word, word, nr * sizeof(*word));
	__atomic_store_n(&corpus->kept[at].nr, nr, __ATOMIC_RELEASE);
}

static unsigned int corpus_copy(struct rnd *r, u64 *word)
{
	u32 kept = __atomic_load_n(&corpus->nr, __ATOMIC_RELAXED), at, nr;

	if (!kept)
		return 0;
	at = below(r, kept < CORPUS_MAX ? kept : CORPUS_MAX);
	nr = __atomic_load_n(&corpus->kept[at].nr, __ATOMIC_ACQUIRE);
	memcpy(word, corpus->kept[at].word, nr * sizeof(*word));
	return nr;
}

static unsigned int mutate(struct rnd *r, u64 *word, unsigned int nr)
{
	u32 at = below(r, nr), other;
	u64 tail[SEQUENCE];

	switch (below(r, 5)) {
	case 0:		/* another call */
		word[at] = rnd(r);
		break;
	case 1:		/* the same, otherwise */
		word[at] = (u32)word[at] | rnd(r) << 32;
		break;
	case 2:		/* one twice */
		if (nr < SEQUENCE)
			word[nr++] = word[at];
		break;
	case 3:
		if (nr > 1)
			word[at] = word[--nr];
		break;
	default:	/* the end of another one */
		other = corpus_copy(r, tail);
		for (; at < nr && at < other; at++)
			word[at] = tail[at];
	}
	return nr;
}

/* What to do next: something new, or something like what was good before. */
unsigned int corpus_choose(struct kcov *kcov, struct rnd *r, u64 *word)
{
	unsigned int nr = 0, times;

	if (kcov && one_in(r, 2))
		nr = corpus_copy(r, word);
	if (nr) {
		for (times = 1 + below(r, 4); times; times--)
			nr = mutate(r, word, nr);
		return nr;
	}
	for (; nr < SEQUENCE; nr++)
		word[nr] = rnd(r);
	return nr;
}

void corpus_report(void)
{
	if (corpus->tried)
		printf("# coverage: %u places in the modules, by %u of %llu sequences\n",
		       corpus->pcs, corpus->nr, (unsigned long long)corpus->tried);
	else
		printf("# coverage: not from this kernel\n");
}
