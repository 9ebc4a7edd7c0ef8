// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that are interrupted by others, at any of their steps
 *
 * One thread, so that each case can be had again by its number. What the
 * operations returned must be what they would have returned one after another
 * in some order, in which none comes before one that had ended when it began.
 */
#include <stdlib.h>
#include <unistd.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/lfvec.h>

#include "stub.h"

#define RECORDS_MAX	9
#define BATCH		3
#define SIZE_MAX_HERE	64	/* of what is there at the same time */

/* More steps than most operations have. */
#define STEPS		32

/* A new vector is small: its last bucket is in use. */
#define CASES_PER_VEC	64

/* Seconds that so many may take; one that is broken may go on forever. */
#define WATCHDOG	(IS_ENABLED(CONFIG_LFVEC_BUSTED) ? 5 : 30)

enum op {
	PUSH, POP, LOAD, PEEK, XCHG, CMPXCHG, PUSH_MANY, POP_MANY, TRUNCATE,
	SIZE, OLDEST, SHRINK, OPS
};

static const char * const op_names[OPS] = {
	"push", "pop", "load", "peek", "xchg", "cmpxchg", "push_many",
	"pop_many", "truncate", "size", "oldest", "shrink",
};

struct record {
	enum op		op;
	unsigned int	level;
	unsigned int	begin;
	unsigned int	end;
	unsigned long	arg;		/* index, size or number */
	u8		in[BATCH];
	u8		out[BATCH];
	u8		expect;
	long		ret;
};

/* What is there: from oldest to before size, each at its index modulo. */
struct model {
	u8		elem[SIZE_MAX_HERE];
	unsigned long	oldest;
	unsigned long	size;
};

static struct lfvec *vec;
static struct lfvec_attr attr;
static unsigned long base;	/* the size when a case began */
static struct record records[RECORDS_MAX];
static unsigned int nr_records, level, stamp;

/* Few values recur; of many, a wrong one shows. */
static unsigned int values;

static void do_op(struct record *r)
{
	gfp_t gfp = !level ? GFP_KERNEL : step_random() % 4 ? GFP_ATOMIC : 0;

	switch (r->op) {
	case PUSH:
		r->ret = __lfvec_push(vec, r->in, gfp);
		break;
	case POP:
		r->ret = __lfvec_pop(vec, r->out);
		break;
	case LOAD:
		r->ret = __lfvec_load(vec, r->arg, r->out);
		break;
	case PEEK:
		r->ret = __lfvec_peek(vec, r->out);
		break;
	case XCHG:
		r->ret = __lfvec_xchg(vec, r->arg, r->in, r->out, gfp);
		break;
	case CMPXCHG:
		r->out[0] = r->expect;
		r->ret = __lfvec_cmpxchg(vec, r->arg, r->out, r->in, gfp);
		break;
	case PUSH_MANY:
		r->ret = __lfvec_push_many(vec, r->in, r->arg, gfp);
		break;
	case POP_MANY:
		r->ret = __lfvec_pop_many(vec, r->out, r->arg);
		break;
	case TRUNCATE:
		r->ret = __lfvec_truncate(vec, r->arg);
		break;
	case SIZE:
		r->ret = __lfvec_size(vec);
		break;
	case OLDEST:
		r->ret = __lfvec_oldest(vec);
		break;
	default:
		__lfvec_shrink(vec);
		r->op = OPS;
	}
	/* Nothing in stock: no more than if it had not been tried. */
	if (r->ret == -ENOMEM && !gfp)
		r->op = OPS;
	if (r->ret == -EBUSY && r->level >= LFVEC_LEVELS)
		r->op = OPS;
}

static void run_op(enum op op)
{
	struct record *r = &records[nr_records++];
	unsigned int i;

	memset(r, 0, sizeof(*r));
	r->op = op;
	r->level = level;
	r->arg = base + step_random() % 4;
	if (op == PUSH_MANY || op == POP_MANY)
		r->arg = 1 + step_random() % BATCH;
	for (i = 0; i < BATCH; i++)
		r->in[i] = step_random() % values;
	r->expect = step_random() % values;
	r->begin = stamp++;
	do_op(r);
	r->end = stamp++;
}

static enum op random_op(void)
{
	/* What makes slots and nodes recur comes more often. */
	enum op op = step_random() % (OPS + 6);

	/* What sleeps interrupts nothing. */
	if (op == SHRINK && level)
		op = POP;
	return op < OPS ? op : op % 2;
}

/* Rather soon: some operations have few steps. */
static unsigned long random_steps(void)
{
	return 1 + step_random() % (1 + step_random() % STEPS);
}

static void interrupt(void)
{
	unsigned int nr = 1 + step_random() % 4;

	level++;
	while (nr-- && nr_records < RECORDS_MAX) {
		step_left = level < LFVEC_LEVELS && step_random() % 2 ?
			    random_steps() : 0;
		run_op(random_op());
	}
	level--;
	step_left = step_random() % 4 ? 0 : random_steps();
}

static u8 *model_at(struct model *m, unsigned long index)
{
	return &m->elem[index % SIZE_MAX_HERE];
}

static bool model_push(struct model *m, const struct record *r)
{
	unsigned long nr = r->op == PUSH ? 1 : r->arg, i;

	if (attr.flags & LFVEC_OVERWRITE && nr > attr.max)
		return r->ret == -ENOSPC;
	for (i = 0; i < nr; i++)
		*model_at(m, m->size + i) = r->in[i];
	m->size += nr;
	if (attr.flags & LFVEC_OVERWRITE && m->size - m->oldest > attr.max)
		m->oldest = m->size - attr.max;
	return m->size - m->oldest <= SIZE_MAX_HERE &&
	       r->ret == (long)(m->size - nr);
}

static bool model_pop_many(struct model *m, const struct record *r)
{
	unsigned long nr = min(r->arg, m->size - m->oldest), i;

	m->size -= nr;
	for (i = 0; i < nr; i++)
		if (r->out[i] != *model_at(m, m->size + i))
			return false;
	return r->ret == (nr ? (long)nr : -ENOENT);
}

/* Load and store. */
static bool model_place(struct model *m, const struct record *r)
{
	u8 *elem = model_at(m, r->arg);

	if (r->arg >= m->size)
		return r->ret == -ERANGE;
	if (r->arg < m->oldest)
		return r->ret == -EPIPE;
	if (r->out[0] != *elem)
		return false;
	if (r->op == CMPXCHG && r->expect != *elem)
		return !r->ret;
	if (r->op != LOAD)
		*elem = r->in[0];
	return r->ret == (r->op == CMPXCHG);
}

static bool only_appends(enum op op)
{
	return op == PUSH || op == LOAD || op == PEEK || op == SIZE ||
	       op == OLDEST;
}

/* Do to the model what was done; false if the results are not the same. */
static bool model_op(struct model *m, const struct record *r)
{
	unsigned long nr;

	if (r->op == OPS)
		return true;
	if (attr.flags & LFVEC_APPEND_ONLY && !only_appends(r->op))
		return r->ret == -EOPNOTSUPP;
	switch (r->op) {
	case PUSH:
	case PUSH_MANY:
		return model_push(m, r);
	case POP:
	case PEEK:
		if (m->size == m->oldest)
			return r->ret == -ENOENT;
		nr = m->size - 1;
		m->size -= r->op == POP;
		return !r->ret && r->out[0] == *model_at(m, nr);
	case POP_MANY:
		return model_pop_many(m, r);
	case TRUNCATE:
		nr = m->size - min(m->size, max(r->arg, m->oldest));
		m->size -= nr;
		return r->ret == (long)nr;
	case SIZE:
		return r->ret == (long)m->size;
	case OLDEST:
		return r->ret == (long)(attr.flags & LFVEC_OVERWRITE ?
					m->oldest : 0);
	default:
		return model_place(m, r);
	}
}

static bool model_is(struct model *m)
{
	unsigned long i;
	u8 elem;

	if (__lfvec_size(vec) != m->size)
		return false;
	for (i = m->oldest; i < m->size; i++)
		if (__lfvec_load(vec, i, &elem) || elem != *model_at(m, i))
			return false;
	return true;
}

/* Is there an order of the records that are not @done yet? */
static bool explained(struct model *m, unsigned int done)
{
	unsigned int first_end = -1U, i;
	struct model next;

	if (done == BIT(nr_records) - 1)
		return model_is(m);
	for (i = 0; i < nr_records; i++)
		if (!(done & BIT(i)))
			first_end = min(first_end, records[i].end);
	for (i = 0; i < nr_records; i++) {
		if (done & BIT(i) || records[i].begin > first_end)
			continue;
		next = *m;
		if (model_op(&next, &records[i]) &&
		    explained(&next, done | BIT(i)))
			return true;
	}
	return false;
}

static void print_records(struct model *before, unsigned long nr)
{
	unsigned long i;
	u8 elem;

	printf("# case %lu, form %u, max %lu, from %lu at first", nr, attr.flags,
	       attr.max, before->oldest);
	for (i = before->oldest; i < before->size; i++)
		printf(" %u", *model_at(before, i));
	printf("\n");
	for (i = 0; i < nr_records; i++) {
		struct record *r = &records[i];

		printf("# %2u-%2u %*s%s %lu in %u %u %u expect %u: %ld out %u %u %u\n",
		       r->begin, r->end, r->level * 2, "",
		       r->op < OPS ? op_names[r->op] : "nothing", r->arg,
		       r->in[0], r->in[1], r->in[2], r->expect, r->ret,
		       r->out[0], r->out[1], r->out[2]);
	}
	printf("# in the end");
	for (i = __lfvec_oldest(vec); !__lfvec_load(vec, i, &elem); i++)
		printf(" %u", elem);
	printf("\n");
}

/* A few elements, which came one by one or at once. */
static void fill(struct model *m)
{
	unsigned long nr = step_random() % (BATCH + 1), i;
	u8 elems[BATCH];

	__lfvec_truncate(vec, 0);
	for (i = 0; i < nr; i++)
		elems[i] = step_random() % values;
	base = __lfvec_size(vec);
	if (step_random() % 2 && __lfvec_push_many(vec, elems, nr, GFP_KERNEL) >= 0)
		i = nr;
	else
		for (i = 0; i < nr; i++)
			__lfvec_push(vec, &elems[i], GFP_KERNEL);

	m->oldest = __lfvec_oldest(vec);
	if (attr.flags & LFVEC_APPEND_ONLY && !(attr.flags & LFVEC_OVERWRITE))
		m->oldest = base - min(base, 8UL);
	m->size = __lfvec_size(vec);
	for (i = m->oldest; i < m->size; i++)
		__lfvec_load(vec, i, model_at(m, i));
}

static bool one_case(unsigned long nr)
{
	struct model before;

	values = step_random() % 2 ? 2 : 200;
	fill(&before);
	nr_records = 0;
	step_left = random_steps();
	run_op(random_op());
	step_left = 0;
	while (stub_do_work())
		;
	if (explained(&before, 0))
		return true;
	print_records(&before, nr);
	return false;
}

static void create(void)
{
	static const unsigned int forms[] = {
		0, 0, 0, LFVEC_OVERWRITE, LFVEC_APPEND_ONLY,
		LFVEC_OVERWRITE | LFVEC_APPEND_ONLY,
	};

	attr = (struct lfvec_attr){
		.flags = forms[step_random() % ARRAY_SIZE(forms)],
		.spare = 1 + step_random() % 4,
	};
	if (attr.flags & LFVEC_OVERWRITE)
		attr.max = BIT(step_random() % 4);
	else
		attr.first = BIT(step_random() % 3);
	vec = aligned_alloc(__alignof__(*vec), sizeof(*vec));
	if (!vec || __lfvec_init(vec, 1, &attr))
		exit(3);
	vec->pool.chunk = 1 + step_random() % 3;
}

static void destroy(void)
{
	__lfvec_destroy(vec);
	free(vec);
}

/* Returns how many went well, one after the other. */
static unsigned long all_cases(unsigned long cases)
{
	unsigned long nr;

	create();
	for (nr = 0; nr < cases; nr++) {
		if (!one_case(nr))
			break;
		if (nr % CASES_PER_VEC)
			continue;
		alarm(WATCHDOG);
		destroy();
		create();
	}
	destroy();
	return nr;
}

static unsigned long argument(const char *text, unsigned long otherwise)
{
	return text ? strtoul(text, NULL, 0) : otherwise;
}

/* irq [CASES [SEED]] */
int main(int argc, char **argv)
{
	unsigned long cases = argument(argv[1], 300000), nr;
	bool good;

	setvbuf(stdout, NULL, _IOLBF, 0);
	stub_online();
	step_hook = interrupt;
	step_seed(argument(argc > 1 ? argv[2] : NULL, 1));
	nr = all_cases(cases);
	stub_offline();

	good = nr == cases && !stub_bugs() && !stub_allocated();
	printf("%s - %lu of %lu cases, warnings %u, unfreed %ld\n",
	       good ? "ok" : "not ok", nr, cases, stub_bugs(),
	       stub_allocated());
	return !good;
}
