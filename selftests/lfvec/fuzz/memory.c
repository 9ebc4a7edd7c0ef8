// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that calls are given: good, and bad in all ways
 *
 * Each hand has memory of its own, and the hands of a worker share some which they
 * write, unmap and protect while others are using it.
 */
#include <string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

#define PAGE		4096UL
#define WILD_PAGES	16
#define CANARY		0xc5

static u8 *readonly;	/* DATA_SIZE */
static u8 *wild;	/* WILD_PAGES; whatever it is mapped as at the moment */
static u8 *common;	/* a page that all hands write */

static void *map(size_t size, int prot)
{
	void *p = mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return p;
}

/* Memory that ends where nothing is, nor will be. */
static u8 *map_guarded(size_t size)
{
	u8 *p = map(size + PAGE, PROT_NONE);

	if (mprotect(p, size, PROT_READ | PROT_WRITE)) {
		perror("mprotect");
		exit(2);
	}
	return p;
}

/* Of a worker. */
void memory_shared(void)
{
	readonly = map(DATA_SIZE, PROT_READ);
	wild = map(WILD_PAGES * PAGE, PROT_READ | PROT_WRITE);
	common = map(PAGE, PROT_READ | PROT_WRITE);
}

void memory_own(struct hand *h)
{
	h->data = map_guarded(DATA_SIZE);
	h->arg = map_guarded(ARG_SIZE);
	memset(h->arg, CANARY, ARG_SIZE);
}

/* What is nobody's memory, or not ours. */
static u64 bad_address(struct rnd *r)
{
	static const u64 bad[] = {
		0, 8, PAGE - 4, 0x7fffffffefffULL, 0x7ffffffff000ULL,
		0x800000000000ULL, 0xffff800000000000ULL, 0xffff888000000000ULL,
		0xffffffff81000000ULL, 0xffffffffff600000ULL, ~0ULL, ~0ULL - 4095,
	};

	return bad[below(r, ARRAY_SIZE(bad))];
}

/* A pointer to @size bytes, or to fewer. */
u64 memory_pointer(struct hand *h, struct rnd *r, size_t size)
{
	u32 roll = below(r, 64);

	if (size > DATA_SIZE)
		size = DATA_SIZE;
	if (roll < 40)
		return (uintptr_t)h->data + (below(r, PAGE) & ~7U) % (DATA_SIZE - size + 1);
	if (roll < 46)
		return (uintptr_t)h->data + (DATA_SIZE - size);
	if (roll < 48)
		return (uintptr_t)h->data + below(r, 64) % (DATA_SIZE - size + 1);
	h->tricked = true;
	if (roll < 51)
		return (uintptr_t)h->data + DATA_SIZE - below(r, size + 1);
	if (roll < 54)
		return (uintptr_t)readonly + below(r, PAGE);
	if (roll < 59)
		return (uintptr_t)wild + below(r, WILD_PAGES * PAGE);
	if (roll < 60)
		return (uintptr_t)common + below(r, PAGE);
	if (roll < 61)	/* the struct itself */
		return (uintptr_t)h->arg + ARG_SIZE - below(r, PAGE);
	return bad_address(r);
}

/* Write where perhaps nothing can be written. */
static void write_wild(u64 to, const void *from, size_t size)
{
	struct iovec local = { (void *)from, size };
	struct iovec remote = { (void *)(uintptr_t)to, size };

	process_vm_writev(getpid(), &local, 1, &remote, 1, 0);
}

/* Put a struct somewhere; NULL is a valid answer. */
void *memory_arg(struct hand *h, struct rnd *r, const void *image, size_t size)
{
	u32 roll = below(r, 64);
	u8 *to;

	if (roll < 54) {
		/* at the end, or before something that must stay as it is */
		to = h->arg + ARG_SIZE - size;
		if (roll < 24)
			to -= PAGE / 2 + below(r, 256);
		memcpy(to, image, size);
		return to;
	}
	h->tricked = true;
	if (roll < 57) {
		to = wild + below(r, WILD_PAGES * PAGE - size);
		write_wild((uintptr_t)to, image, size);
		return to;
	}
	if (roll < 60) {
		to = common + below(r, PAGE - size);
		memcpy(to, image, size);
		return to;
	}
	if (roll < 61)
		return readonly + below(r, PAGE);
	if (roll < 62)
		return h->arg + ARG_SIZE - below(r, size);
	return (void *)(uintptr_t)bad_address(r);
}

/* Has the call written nothing behind the struct? Then all is as it was. */
bool memory_arg_kept(const struct hand *h, const void *arg, size_t size)
{
	const u8 *p = (const u8 *)arg + size, *end = p + 64;
	bool kept = true;

	if (h->tricked)
		return true;
	if (end > h->arg + ARG_SIZE)
		end = h->arg + ARG_SIZE;
	for (; p < end; p++)
		kept &= *p == CANARY;
	memset((void *)arg, CANARY, size);
	return kept;
}

/* After a call with pointers to anything. */
void memory_clean(const struct hand *h)
{
	memset(h->arg, CANARY, ARG_SIZE);
}

/*
 * Text as a log takes it. No capitals, so that what a log is dumped as is never
 * taken for what the kernel says when something is wrong.
 */
void memory_text(struct hand *h, struct rnd *r, size_t size)
{
	static const char some[] = "0123456789abcdefghijklmnopqrstuvwxyz=,;<>%\\ .\t\n";
	size_t i, len = size < 256 ? size : 256;
	bool binary = one_in(r, 8);
	u64 bits = rnd(r);

	for (i = 0; i < len; i++) {
		if (i % 8 == 0)
			bits = rnd(r);
		if (binary)
			h->data[i] = (bits >> i % 8 * 8 & 0xff) | 0xa0;
		else
			h->data[i] = some[(bits >> i % 8 * 8 & 0xff) % (sizeof(some) - 1)];
	}
	if (one_in(r, 2) && size >= 8)
		snprintf((char *)h->data, 8, "<%u>", below(r, one_in(r, 8) ? 99999 : 200));
}

/* Change what is mapped, or what is in it, under the eyes of the others. */
long memory_change(struct rnd *r, const char **what)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_WRITE | PROT_READ };
	u8 *at = wild + below(r, WILD_PAGES) * PAGE;
	size_t size = PAGE * (1 + below(r, 3));
	u64 value;

	if (at + size > wild + WILD_PAGES * PAGE)
		size = PAGE;
	switch (below(r, 8)) {
	case 0:
		*what = "munmap";
		return munmap(at, size);
	case 1:
	case 2:
		*what = "mmap";
		return mmap(at, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		       MAP_FAILED ? -1 : 0;
	case 3:
		*what = "madvise";
		return madvise(at, size, MADV_DONTNEED);
	case 4:
		*what = "scribble";
		value = odd_value(r);
		memcpy(common + below(r, PAGE - 8), &value, sizeof(value));
		return 0;
	default:
		*what = "mprotect";
		return mprotect(at, size, prots[below(r, 3)]);
	}
}
