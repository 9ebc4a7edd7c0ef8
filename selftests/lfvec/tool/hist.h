/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lfvec hist: histograms, as bench and run write them
 */
#ifndef LFVEC_HIST_H
#define LFVEC_HIST_H

#include "tool.h"

/*
 * struct hist - of one peer, in one setting
 *
 * @bits:  significant ones of its bounds: so fine is it
 * @end:   of each cell: the first time that does not belong to it any more
 * @all:   sum of @count
 */
struct hist {
	char	title[128];
	u32	bits;
	u32	nr;
	u64	end[LFVEC_STRESS_BENCH_CELLS];
	u64	count[LFVEC_STRESS_BENCH_CELLS];
	u64	all;
	u64	longest;
};

/* Call @show with each that is in @file. */
void hist_read(FILE *file, const char *name,
	       void (*show)(void *arg, const struct hist *h, const char *unit),
	       void *arg);

#endif /* LFVEC_HIST_H */
