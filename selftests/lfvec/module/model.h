/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What operations on a vector returned, and a model that says if it was right
 */
#ifndef TEST_LFVEC_MODEL_H
#define TEST_LFVEC_MODEL_H

#include <linux/lfvec.h>

#define MODEL_MAX	4096	/* elements at a time, a power of two */
#define LOG_MAX		16384
#define BATCH		5

enum op { PUSH, POP, PUSH_MANY, POP_MANY, TRUNCATE, STORE, XCHG, CMPXCHG };

/*
 * struct record - an operation that was done
 *
 * @during: number of the operation that it interrupted, or came after
 * @first:  it came before that one took effect
 */
struct record {
	enum op		op;
	unsigned int	nr;
	unsigned long	index;
	u64		in[BATCH];
	u64		out[BATCH];
	long		ret;
	unsigned int	during;
	bool		first;
};

struct log {
	struct record	record[LOG_MAX];
	unsigned int	nr;
};

/* @highest: the size at its largest, which says what was overwritten */
struct model {
	u64		elem[MODEL_MAX];
	unsigned long	size;
	unsigned long	highest;
	u64		pushes, pops, stores, dropped;
};

extern struct lfvec *model_vec;		/* what operations are done to */

unsigned int model_roll(unsigned int sides);
struct record *model_perform(struct log *log, enum op op, unsigned int nr,
			     gfp_t gfp);
bool model_replay(struct model *m, const struct record *r);
bool model_is(const struct model *m);
void model_reset(struct model *m);

#endif /* TEST_LFVEC_MODEL_H */
