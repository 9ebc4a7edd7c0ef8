/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a vector is to do: one operation after another, and many at the same time
 */
#ifndef _MODEL_H
#define _MODEL_H

#include <linux/lfvec_sized.h>
#include <linux/types.h>

#define MODEL_BATCH	3	/* elements of a push_many or pop_many */
#define MODEL_SIZE	128	/* of what is there at the same time */
#define MODEL_RECORDS	32
#define MODEL_ESIZE	8	/* bytes of an element at most */
#define MODEL_TORN	0xee	/* the value of one that is not of one piece */

enum op {
	PUSH, POP, LOAD, PEEK, XCHG, CMPXCHG, PUSH_MANY, POP_MANY, TRUNCATE,
	SIZE, OLDEST, STORE, SHRINK,
	VEC_OPS,
	/* these and SIZE and OLDEST are also those of a struct lfvec_sized */
	COMMIT = VEC_OPS, GET, OPS
};

/* With OPS as that of what had no effect. */
extern const char * const model_names[OPS + 1];

/*
 * An operation and what came of it
 *
 * @level: in which context, for who prints it
 * @begin: and @end: stamps, no two of them the same
 * @arg:   index, size or number; or of a commit, which of the sizes
 */
struct record {
	enum op		op;
	unsigned int	level;
	unsigned int	begin;
	unsigned int	end;
	unsigned long	arg;
	u8		in[MODEL_BATCH];
	u8		out[MODEL_BATCH];
	u8		expect;
	long		ret;
};

/* What is there: from oldest to before size, each at its index modulo. */
struct model {
	u8		elem[MODEL_SIZE];
	unsigned long	oldest;
	unsigned long	size;
};

/*
 * Some operations, of which some overlap
 *
 * @attr:   of the vector
 * @sized:  it is a struct lfvec_sized, which may evict: more than the model does,
 *	    and what has not been seen gone need not be there
 * @first:  what there was before
 * @final:  is this what there is afterwards?
 * @before: when may what happen? For the begin of record r, at 2 * r, and its end,
 *	    at 2 * r + 1: which of these come before it
 */
struct history {
	const struct lfvec_attr	*attr;
	bool			sized;
	struct model		first;
	bool			(*final)(struct model *m);
	struct record		records[MODEL_RECORDS];
	unsigned int		nr;
	u64			before[2 * MODEL_RECORDS];
};

u8 *model_at(struct model *m, unsigned long index);

/* Do @r to the vector. What could have no effect, becomes OPS. */
void model_run(struct lfvec *vec, struct record *r, gfp_t gfp);

/* The same to another kind of vector. */
void model_run_sized(struct lfvec_sized *vec, struct record *r);

/* Let all begin and end as their stamps say. */
void history_by_stamps(struct history *h);

/*
 * Is there, for each order in which these may begin and end, one in which they took
 * effect, one after another, each of them between its begin and its end?
 */
bool history_explained(const struct history *h);

void history_print(const struct history *h);

#endif /* _MODEL_H */
