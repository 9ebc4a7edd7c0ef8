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

#include "../../lfvec/lfvec_int.h"
#include "model.h"
#include "stub.h"

#define RECORDS_MAX	9

/* More steps than most operations have. */
#define STEPS		32

/* A new vector is small: its last bucket is in use. */
#define CASES_PER_VEC	64

/* Seconds that so many may take; one that is broken may go on forever. */
#define WATCHDOG	(IS_ENABLED(CONFIG_LFVEC_BUSTED) ? 5 : 30)

static struct lfvec *vec;
static struct lfvec_attr attr;
static unsigned long base;	/* the size when a case began */
static struct history history;
static unsigned int level, stamp;

/* Slots above the size that have nodes, from which on to before which. */
static unsigned long dead_from, dead_to;

/* Few values recur; of many, a wrong one shows. */
static unsigned int values;

static void run_op(enum op op)
{
	gfp_t gfp = !level ? GFP_KERNEL : step_random() % 4 ? GFP_ATOMIC : 0;
	struct record *r = &history.records[history.nr++];
	unsigned int i;

	memset(r, 0, sizeof(*r));
	r->op = op;
	r->level = level;
	r->arg = base + step_random() % 4;
	if (op == PUSH_MANY || op == POP_MANY)
		r->arg = 1 + step_random() % MODEL_BATCH;
	for (i = 0; i < MODEL_BATCH; i++)
		r->in[i] = step_random() % values;
	r->expect = step_random() % values;
	r->begin = stamp++;
	model_run(vec, r, gfp);
	r->end = stamp++;
}

static enum op random_op(void)
{
	/* What makes slots and nodes recur comes more often. */
	enum op op = step_random() % (VEC_OPS + 6);

	/* What sleeps interrupts nothing. */
	if (op == SHRINK && level)
		op = POP;
	return op < VEC_OPS ? op : op % 2;
}

/* Rather soon: some operations have few steps. */
static unsigned long random_steps(void)
{
	return 1 + step_random() % (1 + step_random() % STEPS);
}

/* What lfvec_shrink() does on another CPU, which has waited for all that was before. */
static void empty(void)
{
	if (dead_to > dead_from)
		lfvec_empty_slots(vec, dead_from, dead_to);
	dead_to = 0;
}

/* Unless that is the operation itself. */
static void may_empty(enum op op)
{
	dead_from = __lfvec_size(vec) + 1;
	dead_to = attr.flags || op == SHRINK ? 0 : lfvec_dead_end(vec);
}

static void interrupt(void)
{
	unsigned int nr = 1 + step_random() % 4;

	level++;
	if (!(step_random() % 4))
		empty();
	while (nr-- && history.nr < RECORDS_MAX) {
		step_left = level < LFVEC_LEVELS && step_random() % 2 ?
			    random_steps() : 0;
		run_op(random_op());
	}
	level--;
	step_left = step_random() % 4 ? 0 : random_steps();
}

/* What is there: the same in each of its bytes, which the operations see to. */
static bool load(unsigned long index, u8 *value)
{
	u8 elem[MODEL_ESIZE];

	if (__lfvec_load(vec, index, elem))
		return false;
	*value = elem[0];
	return true;
}

static bool model_is(struct model *m)
{
	unsigned long i;
	u8 value;

	if (__lfvec_size(vec) != m->size)
		return false;
	for (i = m->oldest; i < m->size; i++)
		if (!load(i, &value) || value != *model_at(m, i))
			return false;
	return true;
}

static void print_case(unsigned long nr)
{
	unsigned long i;
	u8 value;

	printf("# case %lu\n", nr);
	history_print(&history);
	printf("# in the end");
	for (i = __lfvec_oldest(vec); load(i, &value); i++)
		printf(" %u", value);
	printf("\n");
}

/* A few elements, which came one by one or at once. */
static void fill(struct model *m)
{
	unsigned long nr = step_random() % (MODEL_BATCH + 1), i;
	u8 elems[MODEL_BATCH][MODEL_ESIZE], *elem = elems[0];

	__lfvec_truncate(vec, 0);
	for (i = 0; i < nr; i++)
		memset(elem + i * vec->esize, step_random() % values, vec->esize);
	base = __lfvec_size(vec);
	if (step_random() % 2 && __lfvec_push_many(vec, elem, nr, GFP_KERNEL) >= 0)
		i = nr;
	else
		for (i = 0; i < nr; i++)
			__lfvec_push(vec, elem + i * vec->esize, GFP_KERNEL);

	m->oldest = __lfvec_oldest(vec);
	if (attr.flags & LFVEC_APPEND_ONLY && !(attr.flags & LFVEC_OVERWRITE))
		m->oldest = base - min(base, 8UL);
	m->size = __lfvec_size(vec);
	for (i = m->oldest; i < m->size; i++)
		load(i, model_at(m, i));
}

/* No operation ends and leaves a write of its own to the next one. */
static bool settled(void)
{
	unsigned long c = atomic_long_read(&vec->ctl);
	struct lfvec_node *node = (struct lfvec_node *)c;

	return attr.flags & LFVEC_APPEND_ONLY || c & LFVEC_POPPED ||
	       READ_ONCE(*lfvec_slot(vec, node->index)) == node;
}

static bool one_case(unsigned long nr)
{
	enum op op = random_op();

	values = step_random() % 2 ? 2 : 200;
	fill(&history.first);
	history.nr = 0;
	may_empty(op);
	step_left = random_steps();
	run_op(op);
	step_left = 0;
	while (stub_do_work())
		;
	history_by_stamps(&history);
	if (history_explained(&history) && settled())
		return true;
	print_case(nr);
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
	/* those of 8 bytes have short ways of their own */
	if (!vec || __lfvec_init(vec, step_random() % 2 ? 8 : 1, &attr))
		exit(3);
	lfvec_pool_set_chunk(&vec->pool, 1 + step_random() % 3);
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
	history.attr = &attr;
	history.final = model_is;
	step_seed(argument(argc > 1 ? argv[2] : NULL, 1));
	nr = all_cases(cases);
	stub_offline();

	good = nr == cases && !stub_bugs() && !stub_allocated();
	printf("%s - %lu of %lu cases, warnings %u, unfreed %ld\n",
	       good ? "ok" : "not ok", nr, cases, stub_bugs(),
	       stub_allocated());
	return !good;
}
