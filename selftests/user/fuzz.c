// SPDX-License-Identifier: GPL-2.0
/*
 * Larger programs, with decisions of libFuzzer
 *
 * What the fuzzer makes up is a program, of which the first bytes say what is done to
 * what vector by how many threads, and the decisions of the scheduler: each of the
 * other bytes says who goes on, and for how many steps. What goes wrong is printed so
 * that explore --replay can show it, and left in a file, for which there is
 *
 *	fuzz FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>

#include "program.h"
#include "seed.h"

#define THREADS	6
#define OPS_MAX	5	/* of a thread; all have to fit in MODEL_RECORDS */

/* What is left of the input; when that is used up, it is all zeros. */
static const u8 *bytes;
static size_t nr_bytes;

static unsigned int take(unsigned int below)
{
	if (!nr_bytes)
		return 0;
	nr_bytes--;
	return *bytes++ % below;
}

static void make_op(struct record *r)
{
	/* what makes slots and nodes recur comes more often */
	unsigned int op = take(VEC_OPS + 7), i;

	memset(r, 0, sizeof(*r));
	r->op = op < VEC_OPS ? op : op % 2;
	r->arg = take(4);
	if (r->op == PUSH_MANY || r->op == POP_MANY)
		r->arg = 1 + r->arg % MODEL_BATCH;
	for (i = 0; i < MODEL_BATCH; i++)
		r->in[i] = r->arg >> i & 1;
	r->in[0] = take(2);
	r->expect = r->in[0] ^ (op & 1);
}

static void make_settings(struct program *p)
{
	static const gfp_t gfps[] = { 0, GFP_ATOMIC, GFP_KERNEL, 0 };
	static const unsigned int forms[] = {
		0, 0, 0, 0, LFVEC_OVERWRITE, LFVEC_OVERWRITE, LFVEC_APPEND_ONLY,
		LFVEC_OVERWRITE | LFVEC_APPEND_ONLY,
	};
	unsigned int i;

	p->attr.spare = 1;
	p->attr.flags = forms[take(ARRAY_SIZE(forms))];
	if (p->attr.flags & LFVEC_OVERWRITE)
		p->attr.max = BIT(take(3));
	else
		p->attr.first = BIT(take(4));
	p->chunk = 1 + take(3);
	p->nodes = take(9);
	p->stock = take(2);
	p->gfp = gfps[take(ARRAY_SIZE(gfps))];
	p->nr_init = take(4);
	for (i = 0; i < p->nr_init; i++)
		p->init[i] = take(2);
}

/* What sleeps interrupts nothing. */
static bool may_be(const struct program *p, const struct program_thread *t)
{
	const struct record *r = &t->ops[t->nr];

	return r->op != SHRINK || (t->on < 0 && !p->attr.flags);
}

static void make_thread(struct program *p, struct program_thread *t)
{
	unsigned int nr = 1 + take(OPS_MAX), i;

	for (i = 0; i < OPS_MAX; i++) {
		make_op(&t->ops[t->nr]);
		t->nr += i < nr && may_be(p, t);
	}
}

static void make_program(struct program *p)
{
	struct program_thread *t;
	unsigned int i, task = 0;

	memset(p, 0, sizeof(*p));
	make_settings(p);
	p->nr_threads = 2 + take(THREADS - 1);
	for (i = 0; i < p->nr_threads; i++) {
		t = &p->threads[i];
		t->on = i && !take(3) ? (int)task : -1;
		if (t->on < 0)
			task = i;
		make_thread(p, t);
	}
}

static unsigned int stay;	/* for so many steps */

static int choose(unsigned long enabled)
{
	unsigned int byte, nr;

	if (stay || !nr_bytes || !(enabled & (enabled - 1))) {
		stay -= !!stay;
		return seed_decide(enabled);
	}
	byte = take(256);
	stay = byte / 8;
	for (nr = byte % 8 % __builtin_popcountl(enabled); nr; nr--)
		enabled &= enabled - 1;
	return __builtin_ctzl(enabled);
}

/* libFuzzer has a name for this. */
int FUZZ_ENTRY(const u8 *data, size_t size)
{
	static const struct sched_driver driver = { .choose = choose };
	static struct program p;
	static bool begun;
	enum sched_end end;
	const char *wrong;

	if (!begun)
		program_begin();
	begun = true;
	bytes = data;
	nr_bytes = size;
	make_program(&p);
	stay = 0;
	wrong = program_run(&p, &driver, true, &end);
	if (!wrong)
		return 0;
	seed_print();
	program_print();
	printf("not ok - %s: \"", wrong);
	program_print_text();
	printf("\"\n");
	fflush(stdout);
	abort();
}
