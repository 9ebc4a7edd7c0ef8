/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets of hashes: what was seen already
 */
#ifndef _SEEN_H
#define _SEEN_H

#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

/* @size: a power of two; @nr of these are taken */
struct seen {
	u64		*hash;
	unsigned long	size;
	unsigned long	nr;
};

static inline u64 seen_mix(u64 hash, u64 val)
{
	hash = (hash ^ val) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

static inline u64 *seen_place(const struct seen *s, u64 hash)
{
	unsigned long i = hash >> 20;

	while (s->hash[i & (s->size - 1)] && s->hash[i & (s->size - 1)] != hash)
		i++;
	return &s->hash[i & (s->size - 1)];
}

static inline bool seen_has(const struct seen *s, u64 hash)
{
	hash |= 1;
	return s->nr && *seen_place(s, hash);
}

static inline void seen_resize(struct seen *s, unsigned long size)
{
	struct seen new = { .hash = calloc(size, sizeof(u64)), .size = size, .nr = s->nr };
	unsigned long i;

	if (!new.hash)
		abort();
	for (i = 0; i < s->size; i++)
		if (s->hash[i])
			*seen_place(&new, s->hash[i]) = s->hash[i];
	free(s->hash);
	*s = new;
}

/* Returns false if it was there. */
static inline bool seen_add(struct seen *s, u64 hash)
{
	u64 *place;

	hash |= 1;
	if (s->nr * 2 >= s->size)
		seen_resize(s, s->size ? s->size * 2 : 1024);
	place = seen_place(s, hash);
	if (*place)
		return false;
	*place = hash;
	s->nr++;
	return true;
}

/* Returns how many there were. */
static inline unsigned long seen_forget(struct seen *s)
{
	unsigned long nr = s->nr;

	free(s->hash);
	*s = (struct seen){ .nr = 0 };
	return nr;
}

#endif /* _SEEN_H */
