/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A log-linear histogram: each power of two is divided in 16 cells, so that the
 * middle of a cell is at most 3 % off
 */
#ifndef _HISTOGRAM_H
#define _HISTOGRAM_H

#include <linux/bitops.h>
#include <linux/types.h>

#define HISTOGRAM_SHIFT	4
#define HISTOGRAM_BITS	40	/* what is longer counts as that */
#define HISTOGRAM_CELLS	((HISTOGRAM_BITS - HISTOGRAM_SHIFT + 1) << HISTOGRAM_SHIFT)

struct histogram {
	u64	max;
	u64	cell[HISTOGRAM_CELLS];
};

static inline unsigned int histogram_cell(u64 value)
{
	unsigned int shift;

	if (value >> HISTOGRAM_SHIFT == 0)
		return value;
	if (value >> HISTOGRAM_BITS)
		return HISTOGRAM_CELLS - 1;
	shift = __fls(value) - HISTOGRAM_SHIFT;
	return (shift << HISTOGRAM_SHIFT) + (value >> shift);
}

/* The largest value in @cell. */
static inline u64 histogram_bound(unsigned int cell)
{
	unsigned int shift = cell >> HISTOGRAM_SHIFT;
	u64 step = cell & (BIT(HISTOGRAM_SHIFT) - 1);

	if (!shift)
		return cell;
	shift--;
	return ((step + BIT(HISTOGRAM_SHIFT) + 1) << shift) - 1;
}

static inline void histogram_add(struct histogram *h, u64 value)
{
	h->cell[histogram_cell(value)]++;
	if (value > h->max)
		h->max = value;
}

static inline void histogram_merge(struct histogram *to,
				   const struct histogram *from)
{
	unsigned int i;

	for (i = 0; i < HISTOGRAM_CELLS; i++)
		to->cell[i] += from->cell[i];
	if (from->max > to->max)
		to->max = from->max;
}

/* The value that all but @nr of those added do not exceed. */
static inline u64 histogram_above(const struct histogram *h, u64 nr)
{
	unsigned int i = HISTOGRAM_CELLS;

	while (i && h->cell[i - 1] <= nr)
		nr -= h->cell[--i];
	return i ? min(histogram_bound(i - 1), h->max) : 0;
}

#endif /* _HISTOGRAM_H */
