/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Histories of a vector, and whether there is an order that explains them
 */
#ifndef LFVEC_TOOL_HISTORY_H
#define LFVEC_TOOL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/lfvec_stress.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#define HISTORY_VERSION	1

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

/*
 * struct op - one operation, as struct lfvec_stress_record has it
 *
 * @in:	  of @values, how many went in
 * @line: where it is in its file
 */
struct op {
	u64	start;
	u64	end;
	u64	index;
	s64	result;
	u64	*values;
	u32	nr;
	u32	in;
	u32	thread;
	u32	kind;
	u32	line;
};

/*
 * struct contents - what a vector holds
 *
 * @oldest: below it all was overwritten
 * @value:  of @size, those from @oldest on
 */
struct contents {
	u64	size;
	u64	oldest;
	u64	*value;
};

struct history {
	u32		form;
	u64		max;
	u32		esize;
	struct contents	initial;
	struct op	*ops;
	size_t		nr;
	u64		*values;	/* where those of the ops are */
};

enum verdict {
	VERDICT_GOOD,
	VERDICT_BAD,
	VERDICT_MALFORMED,
	VERDICT_UNDECIDED,
	VERDICT_MEMORY,
};

/*
 * struct cause - why it is bad
 *
 * @before: what the vector can have been some time before
 * @window: of these @nr operations since, no order gives all results
 */
struct cause {
	struct contents		before;
	const struct op		**window;
	size_t			nr;
};

#define CAUSES		3
#define WINDOW_SMALL	32

/*
 * struct finding - what came of it, and where it ended
 *
 * @bad:    could not be ordered, or was where the search was given up
 * @cause:  @causes of them: one if the vector can have been but one thing within the
 *	    last WINDOW_SMALL operations; otherwise some of the things that it can have
 *	    been just before, which were @ways
 * @most:   most ways in which the vector can have come where it was
 * @overlap: operations that began while another one was going on
 */
struct finding {
	enum verdict		verdict;
	const char		*why;
	const struct op		*bad;
	struct cause		cause[CAUSES];
	size_t			causes;
	size_t			ways;
	size_t			most;
	size_t			overlap;
};

/* history.c */
void history_free(struct history *h);
const char *history_read(struct history *h, FILE *f, u32 *line);
void history_print_op(FILE *f, const struct op *op);
void history_print_head(FILE *f, const struct history *h);
void history_print(FILE *f, const struct history *h);
bool history_void(const struct op *op);
bool history_no_effect(const struct op *op);
u32 history_takes(u32 kind, u32 values);
extern const char * const op_names[LFVEC_STRESS_OPS_ALL];

/* linear.c */
void linear_check(const struct history *h, size_t memory, struct finding *f);
void linear_free(struct finding *f);

/* mutate.c */
const char *mutate(struct history *h, u64 *seed);
void mutate_free(struct history *h);

#endif /* LFVEC_TOOL_HISTORY_H */
