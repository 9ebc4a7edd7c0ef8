// SPDX-License-Identifier: GPL-2.0
/*
 * Each operation by itself
 *
 * The tests of the typed interface are those of test_lfvec.ko, from the same
 * file. Here is what takes a kernel that can be told to fail, or a look inside.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/sched/signal.h>

#include "../../lfvec/lfvec_int.h"
#include "../lfvec/module/unit.h"
#include "ops.h"
#include "stub.h"

#define MODEL_MAX	400

struct model {
	unsigned int	esize;
	unsigned long	size;
	unsigned long	max;
	u8		elem[MODEL_MAX][LFVEC_ELEM_MAX];
};

static struct model model;
static struct lfvec vec;
static u8 in[LFVEC_BATCH_MAX * LFVEC_ELEM_MAX];
static u8 out[LFVEC_BATCH_MAX * LFVEC_ELEM_MAX];

static bool create(unsigned int esize, unsigned long first, unsigned long max)
{
	struct lfvec_attr attr = { .first = first, .max = max, .spare = 1 };
	int err = __lfvec_init(&vec, esize, &attr);

	CHECK(!err);
	memset(&model, 0, sizeof(model));
	model.esize = esize;
	model.max = max ?: MODEL_MAX;
	return !err;
}

/* Gone without a trace. */
static void destroy(void)
{
	__lfvec_destroy(&vec);
	CHECK(!stub_allocated());
}

/* The vector is what the model is, whichever way one looks at it. */
static void compare(void)
{
	unsigned long i, index;
	struct lfvec_iter it = { &vec, &index, 0 };

	CHECK(__lfvec_size(&vec) == model.size);
	for (i = 0; i < model.size; i++)
		CHECK(!__lfvec_load(&vec, i, out) &&
		      !memcmp(out, model.elem[i], model.esize));
	CHECK(__lfvec_load(&vec, model.size, out) == -ERANGE);
	CHECK(__lfvec_peek(&vec, out) == (model.size ? 0 : -ENOENT));
	CHECK(!model.size ||
	      !memcmp(out, model.elem[model.size - 1], model.esize));

	rcu_read_lock();
	for (i = 0; i < model.size; i++)
		CHECK(!memcmp(__lfvec_next(&it), model.elem[i], model.esize) &&
		      index == i);
	CHECK(!__lfvec_next(&it));
	it = __lfvec_end(&vec, &index);
	for (i = model.size; i-- > 0; )
		CHECK(!memcmp(__lfvec_prev(&it), model.elem[i], model.esize) &&
		      index == i);
	CHECK(!__lfvec_prev(&it));
	rcu_read_unlock();
}

/* Two values, now and then something else. */
static void fill(void *elems, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		memset((u8 *)elems + i * model.esize,
		       step_random() % 16 ? step_random() % 2 : step_random(),
		       model.esize);
}

static void model_push(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		memcpy(model.elem[model.size++], in + i * model.esize,
		       model.esize);
}

static void random_push(void)
{
	bool full = model.size == model.max;

	fill(in, 1);
	CHECK(__lfvec_push(&vec, in, GFP_KERNEL) ==
	      (full ? -ENOSPC : (long)model.size));
	if (!full)
		model_push(1);
}

static void random_push_many(void)
{
	unsigned int nr = 1 + step_random() % LFVEC_BATCH_MAX;
	bool full = model.size + nr > model.max;

	fill(in, nr);
	CHECK(__lfvec_push_many(&vec, in, nr, GFP_KERNEL) ==
	      (full ? -ENOSPC : (long)model.size));
	if (!full)
		model_push(nr);
}

static void random_pop(void)
{
	CHECK(__lfvec_pop(&vec, out) == (model.size ? 0 : -ENOENT));
	if (model.size)
		CHECK(!memcmp(out, model.elem[--model.size], model.esize));
}

static void random_pop_many(void)
{
	unsigned int nr = 1 + step_random() % LFVEC_BATCH_MAX, i;
	int got = min_t(unsigned long, nr, model.size);

	CHECK(__lfvec_pop_many(&vec, out, nr) == (got ?: -ENOENT));
	model.size -= got;
	for (i = 0; i < got; i++)
		CHECK(!memcmp(out + i * model.esize, model.elem[model.size + i],
			      model.esize));
}

static void random_truncate(void)
{
	unsigned long size = step_random() % (model.size + 3);
	unsigned long left = min(size, model.size);

	CHECK(__lfvec_truncate(&vec, size) == (long)(model.size - left));
	model.size = left;
}

static void random_xchg(void)
{
	unsigned long i = step_random() % (model.size + 1);
	bool there = i < model.size;

	fill(in, 1);
	if (step_random() % 2) {
		CHECK(__lfvec_store(&vec, i, in, GFP_KERNEL) ==
		      (there ? 0 : -ERANGE));
	} else {
		CHECK(__lfvec_xchg(&vec, i, in, out, GFP_KERNEL) ==
		      (there ? 0 : -ERANGE));
		CHECK(!there || !memcmp(out, model.elem[i], model.esize));
	}
	if (there)
		memcpy(model.elem[i], in, model.esize);
}

static void random_cmpxchg(void)
{
	unsigned long i = step_random() % (model.size + 1);
	bool there = i < model.size, same;

	fill(in, 1);
	fill(out, 1);
	same = there && !memcmp(out, model.elem[i], model.esize);
	CHECK(__lfvec_cmpxchg(&vec, i, out, in, GFP_KERNEL) ==
	      (there ? same : -ERANGE));
	CHECK(!there || !memcmp(out, model.elem[i], model.esize));
	if (same)
		memcpy(model.elem[i], in, model.esize);
}

static void random_any(void)
{
	static void (* const tries[])(void) = {
		random_push, random_push, random_push, random_push, random_pop, random_pop,
		random_push_many, random_pop_many, random_xchg, random_cmpxchg,
		random_truncate,
	};

	tries[step_random() % ARRAY_SIZE(tries)]();
}

static void test_typed(void)
{
	unit_tests();
	CHECK(!stub_allocated());
}

/* Random operations do to the vector what they do to an array. */
static void test_model(void)
{
	static const unsigned int esizes[] = {
		1, 2, 3, 7, 8, 9, 16, 63, 64, 65, 256, 4095, 4096,
	};
	unsigned long first;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(esizes); i++)
		for (first = 1; first <= 16; first *= 4) {
			if (!create(esizes[i], first, 300))
				continue;
			for (n = 0; n < 1000; n++) {
				random_any();
				if (!(n % 64))
					compare();
			}
			compare();
			destroy();
		}
}

/* Up to, at and across the end of each bucket, singly and in batches. */
static void test_buckets(void)
{
	unsigned long first, edge, from;
	unsigned int nr;

	for (first = 1; first <= 64; first *= 2)
		for (edge = first; edge - first < 200; edge *= 2)
			for (nr = 1; nr <= LFVEC_BATCH_MAX; nr *= 4) {
				from = edge - first - min(edge - first, 2UL);
				if (!create(2, first, 0))
					continue;
				while (model.size < from)
					random_push();
				fill(in, nr);
				CHECK(__lfvec_push_many(&vec, in, nr,
							GFP_KERNEL) == from);
				model_push(nr);
				CHECK(__lfvec_capacity(&vec) >= model.size);
				compare();
				while (model.size > from)
					random_pop();
				random_push();
				random_push();
				compare();
				destroy();
			}
}

/* All or none at the maximum, wherever in a bucket it is. */
static void test_max(void)
{
	unsigned long max;

	for (max = 1; max < 40; max++) {
		if (!create(8, 4, max))
			continue;
		while (model.size < max)
			random_push();
		random_push();
		random_pop();
		fill(in, 2);
		CHECK(__lfvec_push_many(&vec, in, 2, GFP_KERNEL) == -ENOSPC);
		CHECK(!__lfvec_reserve(&vec, 1, GFP_KERNEL));
		CHECK(__lfvec_reserve(&vec, 2, GFP_KERNEL) == -ENOSPC);
		CHECK(__lfvec_reserve(&vec, -1UL, GFP_KERNEL) == -ENOSPC);
		compare();
		CHECK(__lfvec_capacity(&vec) <= max);
		destroy();
	}
}

/* More than all that there may be is not asked of the allocator. */
static void test_reserve_overwriting(void)
{
	struct lfvec_attr attr = { .flags = LFVEC_OVERWRITE, .max = 16 };

	int err = __lfvec_init(&vec, 8, &attr);

	CHECK(!err);
	if (err)
		return;
	CHECK(!__lfvec_reserve(&vec, 100, GFP_KERNEL));
	CHECK(__lfvec_reserve(&vec, LFVEC_ELEMS_MAX + 1, GFP_KERNEL) == -ENOSPC);
	CHECK(__lfvec_reserve(&vec, LONG_MAX, GFP_KERNEL) == -ENOSPC);
	CHECK(__lfvec_reserve(&vec, -1UL, GFP_KERNEL) == -ENOSPC);
	__lfvec_destroy(&vec);
}

/* One more of the operations that allocate; what it returned. */
static long allocating(unsigned int kind, unsigned int nr)
{
	fill(in, nr);
	switch (kind) {
	case 0:
		return __lfvec_push(&vec, in, GFP_KERNEL);
	case 1:
		return __lfvec_push_many(&vec, in, nr, GFP_KERNEL);
	case 2:
		return __lfvec_store(&vec, 0, in, GFP_KERNEL);
	case 3:
		return __lfvec_xchg(&vec, 0, in, out, GFP_KERNEL);
	case 4:
		memcpy(out, model.elem[0], model.esize);
		return __lfvec_cmpxchg(&vec, 0, out, in, GFP_KERNEL);
	case 5:
		return __lfvec_push(&vec, in, GFP_ATOMIC);
	default:
		return __lfvec_reserve(&vec, 500, GFP_KERNEL);
	}
}

/* With the @nth allocation failing. False if there were not as many. */
static bool fail_nth(unsigned int kind, unsigned int size, unsigned long nth,
		     bool on)
{
	bool failed;
	long ret;

	if (!create(8, 1, 0))
		return false;
	while (model.size < size)
		random_push();
	/* Nothing in stock, so that each operation has to allocate. */
	while (__lfvec_store(&vec, 0, model.elem[0], 0) != -ENOMEM)
		;
	stub_fail_alloc(nth, on);
	ret = allocating(kind, LFVEC_BATCH_MAX);
	failed = stub_alloc_failed();
	stub_fail_alloc(0, false);

	CHECK(failed ? ret >= 0 || ret == -ENOMEM : ret >= 0);
	CHECK(!failed || !on || ret == -ENOMEM || kind == 0 || kind == 5);
	if (ret >= 0 && kind < 6)
		kind < 2 || kind == 5 ?
		model_push(kind == 1 ? LFVEC_BATCH_MAX : 1) :
		(void)memcpy(model.elem[0], in, model.esize);
	compare();
	/* And it works when there is memory again. */
	random_push();
	compare();
	destroy();
	return failed;
}

static void test_no_memory(void)
{
	unsigned int kind, size, nth, all = 0;

	for (kind = 0; kind <= 6; kind++)
		for (size = 1; size <= 8; size += 2) {
			for (nth = 1; fail_nth(kind, size, nth, false); nth++)
				all++;
			for (nth = 1; fail_nth(kind, size, nth, true); nth++)
				all++;
		}
	CHECK(all > 100);
}

static void test_init_no_memory(void)
{
	unsigned long nth, errors = 0;
	bool failed = true;
	int err;

	for (nth = 1; failed; nth++) {
		stub_fail_alloc(nth, false);
		err = __lfvec_init(&vec, 8, NULL);
		failed = stub_alloc_failed();
		stub_fail_alloc(0, false);
		/* One node at a time will do where many are not to be had. */
		CHECK(!err || (failed && err == -ENOMEM));
		errors += !!err;
		if (!err)
			__lfvec_destroy(&vec);
		CHECK(!stub_allocated());
	}
	CHECK(errors > 5);
}

/* A fifth operation on a CPU is one too many, but may still look. */
static void test_levels(void)
{
	struct lfvec_stock *st;
	unsigned int level;

	if (!create(1, 0, 0))
		return;
	CHECK(!__lfvec_reserve(&vec, 100, GFP_KERNEL));
	random_push();
	for (level = 0; level < LFVEC_LEVELS; level++) {
		CHECK(__lfvec_push(&vec, in, 0) == level + 1);
		CHECK(lfvec_enter(&vec.pool, &st));
	}
	CHECK(!lfvec_enter(&vec.pool, &st));
	CHECK(__lfvec_push(&vec, in, 0) == -EBUSY);
	CHECK(__lfvec_push_many(&vec, in, 2, 0) == -EBUSY);
	CHECK(__lfvec_pop(&vec, out) == -EBUSY);
	CHECK(__lfvec_pop_many(&vec, out, 2) == -EBUSY);
	CHECK(__lfvec_truncate(&vec, 0) == -EBUSY);
	CHECK(__lfvec_store(&vec, 0, in, 0) == -EBUSY);
	CHECK(__lfvec_xchg(&vec, 0, in, out, 0) == -EBUSY);
	CHECK(__lfvec_cmpxchg(&vec, 0, out, in, 0) == -EBUSY);
	CHECK(__lfvec_size(&vec) == LFVEC_LEVELS + 1);
	CHECK(!__lfvec_load(&vec, 0, out) && !__lfvec_peek(&vec, out));
	while (level--)
		lfvec_leave(&vec.pool);
	CHECK(!__lfvec_pop(&vec, out));
	destroy();
}

/* A push and some stores on each level of this CPU, from what is in stock. */
static void use_levels(unsigned int stores)
{
	struct lfvec_stock *st;
	unsigned int level, i;

	for (level = 0; level < LFVEC_LEVELS; level++) {
		fill(in, 1);
		CHECK(__lfvec_push(&vec, in, 0) == model.size);
		model_push(1);
		for (i = 0; i < stores; i++)
			CHECK(!__lfvec_store(&vec, 0, model.elem[0], 0));
		CHECK(lfvec_enter(&vec.pool, &st));
	}
	while (level--)
		lfvec_leave(&vec.pool);
}

/* What was reserved is there on every CPU, however much others hold back. */
static void test_reserve_cpus(void)
{
	unsigned int cpu, used, stores;

	for (stores = 0; stores < 20; stores++) {
		if (!create(8, 1, 0))
			continue;
		random_push();
		CHECK(!__lfvec_reserve(&vec, 350, GFP_KERNEL));
		for (cpu = nr_cpu_ids; cpu-- > 0; ) {
			stub_migrate(cpu);
			use_levels(stores);
		}
		used = nr_cpu_ids * LFVEC_LEVELS * (1 + stores);
		for (; used < 350; used++) {
			fill(in, 1);
			CHECK(__lfvec_push(&vec, in, 0) == model.size);
			model_push(1);
		}
		compare();
		destroy();
	}
}

static void test_reserve_killed(void)
{
	if (!create(8, 1, 0))
		return;
	stub_killed = true;
	CHECK(__lfvec_reserve(&vec, 10000, GFP_KERNEL) == -EINTR);
	stub_killed = false;
	compare();
	CHECK(!__lfvec_reserve(&vec, 10000, GFP_KERNEL));
	destroy();
}

/* Vectors of one node size share a cache until the last one goes. */
static void test_caches(void)
{
	static struct lfvec other[3];
	unsigned int i;

	for (i = 0; i < 3; i++)
		CHECK(!__lfvec_init(&other[i], i < 2 ? 8 : 9, NULL));
	CHECK(other[0].pool.cache == other[1].pool.cache);
	CHECK(other[0].pool.cache != other[2].pool.cache);
	__lfvec_destroy(&other[0]);
	CHECK(__lfvec_push(&other[1], in, GFP_KERNEL) == 0);
	CHECK(__lfvec_push(&other[2], in, GFP_KERNEL) == 0);
	__lfvec_destroy(&other[2]);
	__lfvec_destroy(&other[1]);
	CHECK(!stub_allocated());
}

/* What is replaced comes back: memory does not grow with operations. */
static void test_recycle(void)
{
	struct lfvec_stats stats;
	unsigned int i;

	if (!create(8, 1, 0))
		return;
	random_push();
	for (i = 0; i < 20000; i++) {
		CHECK(!__lfvec_store(&vec, 0, in, GFP_KERNEL));
		if (!(i % 1000))
			rcu_barrier();
	}
	__lfvec_stats(&vec, &stats);
	CHECK(stats.stores == 20000);
	CHECK(stats.nodes < 3000);
	CHECK(stats.nodes_free + stats.nodes_waiting + 1 == stats.nodes);
	CHECK(stats.bytes > stats.nodes * stats.node_size);
	destroy();
}

/* The next bucket is there before it is needed. */
static void test_ahead(void)
{
	if (!create(8, 64, 1000))
		return;
	while (model.size < 33)
		random_push();
	CHECK(__lfvec_capacity(&vec) == 64 + 128);
	while (model.size < 300)
		random_push();
	compare();
	destroy();
	if (!create(8, 64, 64))
		return;
	while (model.size < 64)
		random_push();
	CHECK(__lfvec_capacity(&vec) == 64);
	destroy();
}

static const struct {
	const char	*name;
	void		(*run)(void);
} tests[] = {
	{ "typed",		test_typed },
	{ "model",		test_model },
	{ "buckets",		test_buckets },
	{ "max",		test_max },
	{ "no_memory",		test_no_memory },
	{ "init_no_memory",	test_init_no_memory },
	{ "levels",		test_levels },
	{ "reserve_cpus",	test_reserve_cpus },
	{ "reserve_overwriting", test_reserve_overwriting },
	{ "reserve_killed",	test_reserve_killed },
	{ "caches",		test_caches },
	{ "recycle",		test_recycle },
	{ "ahead",		test_ahead },
	{ "sized_attr",		test_sized_attr },
	{ "sized_bounds",	test_sized_bounds },
	{ "sized_model",	test_sized_model },
	{ "sized_upgrade",	test_sized_upgrade },
	{ "sized_keep",		test_sized_keep },
	{ "sized_budget",	test_sized_budget },
	{ "sized_trim",		test_sized_trim },
	{ "sized_stock",	test_sized_stock },
	{ "sized_cpus",		test_sized_cpus },
	{ "sized_levels",	test_sized_levels },
	{ "sized_init_no_memory", test_sized_init_no_memory },
};

int main(void)
{
	unsigned int i, run, bugs, bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	stub_online();
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		run = unit_run - unit_passed;
		bugs = stub_bugs();
		tests[i].run();
		run = unit_run - unit_passed - run + stub_bugs() - bugs;
		bad += !!run;
		printf("# %s %s\n", run ? "not ok" : "ok", tests[i].name);
	}
	stub_offline();
	printf("%s - %u of %u checks passed\n", bad ? "not ok" : "ok",
	       unit_passed, unit_run);
	return !!bad;
}
