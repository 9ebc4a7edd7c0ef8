// SPDX-License-Identifier: GPL-2.0
/*
 * Each operation on a vector of elements of different sizes, by itself
 */
#include <string.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/lfvec_sized.h>
#include <linux/sched/signal.h>

#include "../../lfvec/lfvec_int.h"
#include "../lfvec/module/unit.h"
#include "elem.h"
#include "ops.h"
#include "stub.h"

#define MODEL_MAX	4096	/* most elements, a power of two */
#define PREPARED_MAX	4096

/* What is there: from oldest to before end, each at its index modulo. */
struct model {
	struct {
		u64		id;
		unsigned int	len;
		unsigned int	bytes;
	} elem[MODEL_MAX];
	unsigned long	oldest;
	unsigned long	end;
	unsigned long	bytes;
};

static struct lfvec_sized vec;
static struct lfvec_sized_attr attr;
static struct model model;
static u64 next_id;
static void *prepared[PREPARED_MAX];

/* Of the smallest size that has @len bytes. */
static unsigned int node_bytes(size_t len)
{
	unsigned int nr = 0;

	while (attr.sizes[nr] < len)
		nr++;
	return ALIGN(sizeof(struct lfvec_node) + attr.sizes[nr], 8);
}

static unsigned int largest(void)
{
	unsigned int nr = 1;

	while (nr < LFVEC_SIZES_MAX && attr.sizes[nr])
		nr++;
	return attr.sizes[nr - 1];
}

static bool create(const struct lfvec_sized_attr *want)
{
	int err;

	attr = *want;
	memset(&model, 0, sizeof(model));
	err = lfvec_sized_init(&vec, &attr);
	CHECK(!err);
	return !err;
}

/* Gone without a trace. */
static void destroy(void)
{
	lfvec_sized_destroy(&vec);
	CHECK(!stub_allocated());
}

/* What was retired is free again, and the worker has done what it can. */
static void settle(void)
{
	do {
		rcu_barrier();
	} while (stub_do_work());
}

static void within_limit(void)
{
	struct lfvec_sized_stats stats;

	lfvec_sized_stats(&vec, &stats);
	CHECK(stats.allocated <= attr.bytes + attr.backlog);
}

static void model_evict(void)
{
	model.bytes -= model.elem[model.oldest++ % MODEL_MAX].bytes;
}

/* What becomes of an element of @len bytes: its index, or an error. */
static long model_commit(u64 id, unsigned int len, unsigned int bytes)
{
	unsigned long i = model.end % MODEL_MAX;

	if (!(attr.flags & LFVEC_OVERWRITE) &&
	    (model.end == attr.max || model.bytes + bytes > attr.bytes))
		return -ENOSPC;
	while (model.bytes + bytes > attr.bytes ||
	       model.end - model.oldest == attr.max)
		model_evict();
	model.elem[i].id = id;
	model.elem[i].len = len;
	model.elem[i].bytes = bytes;
	model.bytes += bytes;
	return model.end++;
}

static void compare_elem(unsigned long index)
{
	const struct elem *e = lfvec_sized_get(&vec, index);
	unsigned long i = index % MODEL_MAX;

	if (index >= model.end)
		CHECK(e == ERR_PTR(-ERANGE));
	else if (index < model.oldest)
		CHECK(e == ERR_PTR(-EPIPE));
	else
		CHECK(!IS_ERR(e) && elem_ok(e, model.elem[i].len) &&
		      e->id == model.elem[i].id && e->len == model.elem[i].len);
}

static void compare(void)
{
	struct lfvec_sized_stats stats;
	unsigned long i;

	CHECK(lfvec_sized_end(&vec) == model.end);
	CHECK(lfvec_sized_oldest(&vec) == model.oldest);
	lfvec_sized_stats(&vec, &stats);
	CHECK(stats.bytes == model.bytes);
	CHECK(stats.bytes <= attr.bytes);
	CHECK(stats.allocated >= stats.bytes);
	CHECK(stats.allocated <= attr.bytes + attr.backlog);
	CHECK(stats.fixed >= attr.max * sizeof(void *));
	rcu_read_lock();
	for (i = model.oldest - min(model.oldest, 9UL); i < model.end + 3; i++)
		compare_elem(i);
	for (i = 0; i < BITS_PER_LONG; i++)
		compare_elem(model.end + (1UL << i));
	compare_elem(-1UL);
	rcu_read_unlock();
}

/* Room for @len bytes, made an element. */
static struct elem *prepare(unsigned int len)
{
	struct elem *e = lfvec_sized_prepare(&vec, len);

	if (!IS_ERR(e)) {
		CHECK(lfvec_sized_room(&vec, e) >= len);
		elem_make(e, len, next_id++);
	}
	return e;
}

/* It may be one of a larger size, and be as large as that. */
static long commit(struct elem *e)
{
	unsigned int room = lfvec_sized_room(&vec, e);
	long want = model_commit(e->id, e->len, node_bytes(room));
	long ret = lfvec_sized_commit(&vec, e);

	CHECK(ret == want);
	return ret;
}

/* Returns the index, or a negative errno. */
static long append(unsigned int len)
{
	struct elem *e = prepare(len);

	if (PTR_ERR(e) == -ENOMEM) {
		settle();
		e = prepare(len);
	}
	CHECK(!IS_ERR(e));
	return IS_ERR(e) ? PTR_ERR(e) : commit(e);
}

static unsigned int random_len(void)
{
	unsigned int min_len = sizeof(struct elem);

	/* rather one of those at which a size ends or begins */
	if (step_random() % 2)
		return max(min_len, min(attr.sizes[step_random() % vec.nr] +
					(unsigned int)(step_random() % 2),
					largest()));
	return min_len + step_random() % (largest() - min_len + 1);
}

static int init_with(struct lfvec_sized_attr a)
{
	int err = lfvec_sized_init(&vec, &a);

	if (!err)
		lfvec_sized_destroy(&vec);
	CHECK(!stub_allocated());
	return err;
}

void test_sized_attr(void)
{
	static const struct lfvec_sized_attr good[] = {
		{ { 1 }, 1, 40, 4000, 0 },
		{ { 8 }, 1, 40, 4000, LFVEC_OVERWRITE },
		{ { 1, 2, 3, 4 }, 2, 36, 8000, LFVEC_OVERWRITE },
		{ { 8, 16, 24, 32 }, 2, 64, 10000, LFVEC_OVERWRITE },
		{ { 8, 16, 24, 32 }, 2, 64, 100000, LFVEC_OVERWRITE },
		{ { LFVEC_SIZED_MAX - 1, LFVEC_SIZED_MAX }, 64, 10000, 100000, 0 },
		{ { 64 }, 16, LONG_MAX / 2, 4000, 0 },
	};
	static const struct lfvec_sized_attr bad[] = {
		{ { 0 }, 8, 4000, 4000, 0 },
		{ { 0, 8 }, 8, 4000, 4000, 0 },
		{ { 8, 8 }, 8, 4000, 4000, 0 },
		{ { 16, 8 }, 8, 4000, 4000, 0 },
		{ { 8, 16, 24, 20 }, 8, 4000, 4000, 0 },
		{ { 8, LFVEC_SIZED_MAX + 1 }, 8, 100000, 4000, 0 },
		{ { -1U }, 8, -1UL, 4000, 0 },
		{ { 8 }, 0, 4000, 4000, 0 },
		{ { 8 }, 3, 4000, 4000, 0 },
		{ { 8 }, -1UL, 4000, 4000, LFVEC_OVERWRITE },
		{ { 8 }, 2UL << LFVEC_BUCKET_SHIFT_MAX, 4000, 4000, 0 },
		{ { 8 }, 8, 0, 4000, 0 },
		{ { 8, 1000 }, 8, 1000, 4000, LFVEC_OVERWRITE },
		{ { 8 }, 8, LONG_MAX / 2 + 1UL, 4000, 0 },
		{ { 8 }, 8, -1UL, 4000, 0 },
		{ { 8 }, 8, 4000, LONG_MAX / 2 + 1UL, 0 },
		{ { 8 }, 8, 4000, -1UL, 0 },
		{ { 8 }, 8, 4000, 4000, LFVEC_APPEND_ONLY },
		{ { 8 }, 8, 4000, 4000, LFVEC_ACCOUNT },
		{ { 8 }, 8, 4000, 4000, 8 },
		{ { 8, 0, 16 }, 8, 4000, 4000, 0 },
	};
	/* It begins with a chunk of the smallest nodes, and one of the others. */
	struct lfvec_sized_attr small = {
		{ 8, 1000 }, 8,
		LFVEC_CHUNK * lfvec_node_size(8) + lfvec_node_size(1000) - 1, 1, 0,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		if (init_with(good[i])) {
			printf("# good %u: %d\n", i, init_with(good[i]));
			CHECK(!init_with(good[i]));
		}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (init_with(bad[i]) != -EINVAL) {
			printf("# bad %u\n", i);
			CHECK(init_with(bad[i]) == -EINVAL);
		}
	CHECK(!init_with(small));
	small.bytes--;
	CHECK(init_with(small) == -ENOMEM);
	stub_killed = true;
	CHECK(init_with(good[0]) == -EINTR);
	stub_killed = false;
}

void test_sized_bounds(void)
{
	static const struct lfvec_sized_attr want = {
		{ 1, 24, 1000, LFVEC_SIZED_MAX }, 64, 40000, 200000, LFVEC_OVERWRITE,
	};
	unsigned int len, nr = 0;
	void *e;

	if (!create(&want))
		return;
	compare();
	for (len = 0; len <= LFVEC_SIZED_MAX; len++) {
		nr += len > attr.sizes[nr];
		e = lfvec_sized_prepare(&vec, len);
		CHECK(!IS_ERR(e) && !((unsigned long)e % 8));
		CHECK(lfvec_sized_room(&vec, e) == attr.sizes[nr]);
		memset(e, len, attr.sizes[nr]);
		lfvec_sized_discard(&vec, e);
		stub_do_work();
	}
	CHECK(nr == 3);
	CHECK(lfvec_sized_prepare(&vec, len) == ERR_PTR(-EINVAL));
	CHECK(lfvec_sized_prepare(&vec, -1UL) == ERR_PTR(-EINVAL));
	compare();
	destroy();
}

/* Random elements, in an order other than that in which they were prepared. */
static void random_step(unsigned int *nr)
{
	unsigned int i = *nr ? step_random() % *nr : 0;
	struct elem *e;

	if (*nr < 8 && step_random() % 2) {
		e = prepare(random_len());
		if (!IS_ERR(e))
			prepared[(*nr)++] = e;
		else
			CHECK(PTR_ERR(e) == -ENOMEM);
		if (IS_ERR(e) && !(step_random() % 32))
			settle();
	} else if (*nr) {
		e = prepared[i];
		prepared[i] = prepared[--*nr];
		if (step_random() % 4)
			commit(e);
		else
			lfvec_sized_discard(&vec, e);
	}
	if (!(step_random() % 16))
		stub_do_work();
}

void test_sized_model(void)
{
	static const struct lfvec_sized_attr want[] = {
		{ { 16 }, 1, 48, 4000, LFVEC_OVERWRITE },
		{ { 16 }, 8, 200, 4000, LFVEC_OVERWRITE },
		{ { 16, 40 }, 1, 72, 4000, LFVEC_OVERWRITE },
		{ { 16, 40 }, 16, 72, 4000, LFVEC_OVERWRITE },
		{ { 17, 30, 1001 }, 64, 3000, 50000, LFVEC_OVERWRITE },
		{ { 16, 32, 64, 128 }, 4, 100000, 30000, LFVEC_OVERWRITE },
		{ { 16, 100, 1000, 4000 }, 1024, 20000, 90000, LFVEC_OVERWRITE },
		{ { 16, 100, 1000 }, 128, 30000, 30000, 0 },
		{ { 16, 100, 1000 }, 2048, 500000, 30000, 0 },
	};
	unsigned int i, n, nr;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		if (!create(&want[i]))
			continue;
		for (n = 0, nr = 0; n < 3000; n++) {
			random_step(&nr);
			if (!(n % 64) || vec.vec.first < 16)
				compare();
		}
		while (nr)
			commit(prepared[--nr]);
		compare();
		CHECK(model.end > 300 || !(attr.flags & LFVEC_OVERWRITE));
		destroy();
	}
}

/* All that there is of @len bytes, without the worker; returns how many. */
static unsigned int prepare_all(unsigned int len, unsigned int nr)
{
	struct elem *e;

	while (nr < PREPARED_MAX) {
		e = prepare(len);
		if (IS_ERR(e)) {
			CHECK(PTR_ERR(e) == -ENOMEM);
			break;
		}
		prepared[nr++] = e;
	}
	return nr;
}

/* If there are none of the best size, it is one of the next larger one. */
void test_sized_upgrade(void)
{
	static const struct lfvec_sized_attr want = {
		{ 32, 64, 1000 }, 1024, 100000, 40000, LFVEC_OVERWRITE,
	};
	unsigned int nr, i, room = 32, rooms[3] = { };

	if (!create(&want))
		return;
	nr = prepare_all(20, 0);
	for (i = 0; i < nr; i++) {
		unsigned int now = lfvec_sized_room(&vec, prepared[i]);

		CHECK(now >= room);
		room = now;
		rooms[(now > 32) + (now > 64)]++;
	}
	CHECK(rooms[0] && rooms[1] && rooms[2]);
	CHECK(prepare(1000) == ERR_PTR(-ENOMEM));
	/* discarded ones are there at once, up to what a stock has of them */
	lfvec_sized_discard(&vec, prepared[--nr]);
	CHECK(lfvec_sized_room(&vec, prepared[nr] = prepare(20)) == 1000);
	for (i = 0; i <= nr; i++)
		if (i % 3)
			commit(prepared[i]);
		else
			lfvec_sized_discard(&vec, prepared[i]);
	compare();
	settle();
	for (i = 20; i <= 1000; i += 490)
		CHECK(append(i) >= 0);
	compare();
	destroy();
}

/* The first elements stay, and what does not fit is given back. */
void test_sized_keep(void)
{
	static const struct lfvec_sized_attr want[] = {
		{ { 32, 1000 }, 16, 100000, 20000, 0 },
		{ { 32, 1000 }, 1024, 5000, 20000, 0 },
	};
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		if (!create(&want[i]))
			continue;
		while (append(500) >= 0)
			;
		/* a smaller one may still fit */
		CHECK(append(20) == (i ? (long)model.end - 1 : -ENOSPC));
		while (append(20) >= 0)
			;
		for (n = 0; n < 5000; n++)
			CHECK(append(n % 2 ? 20 : 900) == -ENOSPC);
		CHECK(!model.oldest);
		compare();
		destroy();
	}
}

/* No step of any operation, nor of the worker, goes beyond the limit. */
static void step_within_limit(void)
{
	within_limit();
	step_left = 1;
}

void test_sized_budget(void)
{
	static const struct lfvec_sized_attr want = {
		{ 24, 100, 1000 }, 256, 20000, 15000, LFVEC_OVERWRITE,
	};
	struct lfvec_sized_stats stats;
	void (*hook)(void) = step_hook;
	unsigned int n, nr = 0;
	u64 most = 0;

	if (!create(&want))
		return;
	step_hook = step_within_limit;
	for (n = 0; n < 3000; n++) {
		step_left = 1;
		random_step(&nr);
		if (!(n % 100))
			settle();
		step_left = 0;
		lfvec_sized_stats(&vec, &stats);
		most = max(most, stats.allocated);
	}
	step_hook = hook;
	/* and it is made use of */
	CHECK(most > (attr.bytes + attr.backlog) * 3 / 4);
	while (nr)
		lfvec_sized_discard(&vec, prepared[--nr]);
	compare();
	destroy();
}

/* What was allocated for one size, and is not needed any more, is for the others. */
void test_sized_trim(void)
{
	static const struct lfvec_sized_attr want = {
		{ 32, 250, 1000 }, 1024, 20000, 12000, LFVEC_OVERWRITE,
	};
	static const unsigned int lens[] = { 1000, 20, 200, 1000 };
	struct lfvec_sized_stats stats;
	unsigned int i, n;

	if (!create(&want))
		return;
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		for (n = 0; n < 400; n++)
			CHECK(append(lens[i]) >= 0);
		lfvec_sized_stats(&vec, &stats);
		CHECK(stats.bytes > attr.bytes * 3 / 4);
		compare();
	}
	destroy();
}

/* Some of each size on each level of this CPU. */
static void use_levels(unsigned int times)
{
	struct lfvec_stock *st;
	unsigned int level, nr, n;

	for (level = 0; level < LFVEC_LEVELS; level++) {
		for (n = 0; n < times; n++)
			for (nr = 0; nr < vec.nr; nr++) {
				struct elem *e = prepare(attr.sizes[nr]);

				if (!IS_ERR(e))
					commit(e);
			}
		CHECK(lfvec_enter(&vec.vec.pool, &st));
	}
	while (level--)
		lfvec_leave(&vec.vec.pool);
}

/* However much the stocks of all CPUs hold back, there is some for each of them. */
void test_sized_stock(void)
{
	static const struct lfvec_sized_attr want = {
		{ 104, 232, 1000, 4152 }, 1024, 8192, 65536, LFVEC_OVERWRITE,
	};
	unsigned int cpu, round, nr;

	if (!create(&want))
		return;
	for (round = 1; round < 12; round++)
		for (cpu = nr_cpu_ids; cpu-- > 0; ) {
			stub_migrate(cpu);
			use_levels(round);
			settle();
			within_limit();
		}
	for (cpu = nr_cpu_ids; cpu-- > 0; ) {
		stub_migrate(cpu);
		for (nr = 0; nr < vec.nr; nr++)
			CHECK(append(attr.sizes[nr]) >= 0);
	}
	compare();
	destroy();
}

/* Prepared here, committed or discarded there. */
void test_sized_cpus(void)
{
	static const struct lfvec_sized_attr want = {
		{ 24, 100, 1000 }, 256, 20000, 60000, LFVEC_OVERWRITE,
	};
	unsigned int n, nr = 0;

	if (!create(&want))
		return;
	for (n = 0; n < 20000; n++) {
		stub_migrate(step_random() % nr_cpu_ids);
		random_step(&nr);
	}
	while (nr)
		commit(prepared[--nr]);
	stub_migrate(0);
	CHECK(model.end > 2000);
	compare();
	destroy();
}

/* A fifth operation on a CPU is one too many: what it has is left to the worker. */
void test_sized_levels(void)
{
	static const struct lfvec_sized_attr want = {
		{ 24, 100 }, 64, 5000, 20000, LFVEC_OVERWRITE,
	};
	struct lfvec_stock *st;
	unsigned int level, nr, i, round;

	if (!create(&want))
		return;
	for (round = 0; round < 20; round++) {
		nr = 0;
		for (level = 0; level < LFVEC_LEVELS; level++) {
			CHECK(append(24) >= 0);
			CHECK(append(100) >= 0);
			for (i = 0; i < 4; i++)
				prepared[nr++] = prepare(i % 2 ? 24 : 100);
			CHECK(lfvec_enter(&vec.vec.pool, &st));
		}
		CHECK(lfvec_sized_prepare(&vec, 1) == ERR_PTR(-EBUSY));
		for (i = 0; i < nr; i++) {
			if (IS_ERR(prepared[i]))
				continue;
			if (i / 2 % 2)
				lfvec_sized_discard(&vec, prepared[i]);
			else
				CHECK(lfvec_sized_commit(&vec, prepared[i]) ==
				      -EBUSY);
		}
		compare();
		while (level--)
			lfvec_leave(&vec.vec.pool);
		/* at the end the worker does not come to it */
		if (round < 19)
			settle();
	}
	compare();
	destroy();
}

void test_sized_init_no_memory(void)
{
	static const struct lfvec_sized_attr want = {
		{ 24, 1000 }, 64, 2000, 20000, LFVEC_OVERWRITE,
	};
	unsigned long nth, errors = 0;
	bool failed = true, on;
	int err;

	for (on = false; ; on = true) {
		for (nth = 1, failed = true; failed; nth++) {
			stub_fail_alloc(nth, on);
			err = lfvec_sized_init(&vec, &want);
			failed = stub_alloc_failed();
			stub_fail_alloc(0, false);
			/* nodes may also be had one by one */
			CHECK(!err || (failed && err == -ENOMEM));
			errors += !!err;
			if (!err)
				lfvec_sized_destroy(&vec);
			CHECK(!stub_allocated());
		}
		if (on)
			break;
	}
	CHECK(errors > 15);
}
