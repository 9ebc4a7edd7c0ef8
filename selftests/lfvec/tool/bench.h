/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lfvec bench: what was asked for, and what came of it
 */
#ifndef LFVEC_BENCH_H
#define LFVEC_BENCH_H

#include "tool.h"

#define BENCH_LIST	16	/* of numbers */
#define BENCH_ROUNDS	101

/* Where memory is before the clock starts. */
enum { BENCH_WARM, BENCH_COLD, BENCH_MEMORIES };

/* A kind of work, by the name that it has here. */
struct bench_work {
	const char	*name;
	u32		work;
	u32		batch;
	u32		mix[4];
};

struct bench_list {
	u32		nr;
	u64		n[BENCH_LIST];
};

/*
 * struct bench - what was asked for
 *
 * @peers, @works, @memories: a bit for each
 */
struct bench {
	u32			peers;
	u32			works;
	u32			memories;
	struct bench_list	threads;
	struct bench_list	esize;
	struct bench_list	elems;
	u32			rounds;
	u32			ops;
	bool			latency;
	const char		*unit;
	const char		*json;
	FILE			*file;	/* that of @json */
};

/*
 * struct bench_result - of one peer, in one setting
 *
 * @values: what an operation took, by round
 * @rates:  million operations a second
 * @hist:   of single operations, or NULL
 */
struct bench_result {
	const struct bench_work	*work;
	u32		peer;
	u32		threads;
	u32		esize;
	u32		memory;
	u64		elems;
	u32		rounds;
	double		values[BENCH_ROUNDS];
	double		rates[BENCH_ROUNDS];
	double		bytes;
	u64		*hist;
	u64		longest;
};

extern const char * const bench_peers[LFVEC_STRESS_PEERS];
extern const char * const bench_memories[BENCH_MEMORIES];

/* bench.c */
void *must_alloc(size_t nr, size_t size);

/* bench_report.c: @nr settings of one work, with LFVEC_STRESS_PEERS results each */
void bench_table(const struct bench_result *results, u32 nr);
void bench_json_begin(struct bench *b);
void bench_json(const struct bench *b, const struct bench_result *results,
		u32 nr);
void bench_json_end(const struct bench *b);

#endif /* LFVEC_BENCH_H */
