// SPDX-License-Identifier: GPL-2.0
/*
 * The typed interface, one caller at a time. Compiled into test_lfvec.ko and,
 * with stubs for the kernel, into a program.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/lfvec.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "unit.h"

unsigned int unit_run, unit_passed;

struct odd {
	u8	bytes[13];
};

static void unit_attr(void)
{
	static DECLARE_LFVEC(v, u64);
	struct lfvec_attr attr = { .first = 3 };

	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	attr.first = 2UL << LFVEC_BUCKET_SHIFT_MAX;
	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	attr.first = 0;
	attr.max = ~0UL;
	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	attr.max = 2UL << LFVEC_BUCKET_SHIFT_MAX;
	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	CHECK(__lfvec_init(&v.vec, 0, NULL) == -EINVAL);
	CHECK(__lfvec_init(&v.vec, LFVEC_ELEM_MAX + 1, NULL) == -EINVAL);
	/* an empty one, with and without an attribute */
	CHECK(lfvec_init(&v, NULL) == 0);
	CHECK(lfvec_capacity(&v) >= LFVEC_FIRST_DEFAULT);
	lfvec_destroy(&v);
	attr.max = 0;
	attr.spare = LFVEC_SPARE_MAX + 1;
	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	attr.spare = 1;
	attr.backlog = ~0UL;
	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	attr.backlog = 0;
	attr.flags = ~0U;
	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	attr.flags = LFVEC_OVERWRITE;
	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	attr.max = 48;
	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	attr.max = 2UL << LFVEC_BUCKET_SHIFT_MAX;
	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	attr.max = 64;
	attr.first = 64;
	CHECK(lfvec_init(&v, &attr) == -EINVAL);
	attr.max = 0;
	attr.flags = 0;
	CHECK(lfvec_init(&v, &attr) == 0);
	CHECK(lfvec_capacity(&v) == 64);
	CHECK(lfvec_empty(&v) && !lfvec_size(&v));
	lfvec_destroy(&v);
}

static void unit_empty(void)
{
	static DECLARE_LFVEC(v, u64);
	u64 a = 1, b = 2, many[2];

	if (lfvec_init(&v, NULL))
		return;
	CHECK(lfvec_pop(&v, &a) == -ENOENT);
	CHECK(lfvec_pop_many(&v, many, 2) == -ENOENT);
	CHECK(lfvec_peek(&v, &a) == -ENOENT);
	CHECK(lfvec_load(&v, 0, &a) == -ERANGE);
	CHECK(lfvec_load(&v, ~0UL, &a) == -ERANGE);
	CHECK(lfvec_store(&v, 0, &a, GFP_KERNEL) == -ERANGE);
	CHECK(lfvec_xchg(&v, 0, &a, &b, GFP_KERNEL) == -ERANGE);
	CHECK(lfvec_cmpxchg(&v, 0, &b, &a, GFP_KERNEL) == -ERANGE);
	CHECK(lfvec_truncate(&v, 0) == 0);
	CHECK(lfvec_clear(&v) == 0);
	rcu_read_lock();
	CHECK(!lfvec_get(&v, 0));
	rcu_read_unlock();
	CHECK(a == 1 && b == 2);
	lfvec_destroy(&v);
}

static void unit_typed(void)
{
	static DECLARE_LFVEC(v, struct odd);
	struct odd in = { "twelve chars" }, out;
	const struct odd *p;
	unsigned long i;

	if (lfvec_init(&v, NULL))
		return;
	for (i = 0; i < 300; i++) {
		in.bytes[12] = i;
		CHECK(lfvec_push(&v, &in, GFP_KERNEL) == (long)i);
	}
	CHECK(lfvec_size(&v) == 300);
	CHECK(!lfvec_peek(&v, &out) && out.bytes[12] == 299 % 256);
	CHECK(!lfvec_load(&v, 100, &out) && out.bytes[12] == 100);
	rcu_read_lock();
	p = lfvec_get(&v, 200);
	CHECK(p && p->bytes[12] == 200 && !memcmp(p, &in, 12));
	rcu_read_unlock();
	CHECK(!lfvec_xchg(&v, 5, &in, &out, GFP_KERNEL) && out.bytes[12] == 5);
	CHECK(lfvec_cmpxchg(&v, 5, &out, &in, GFP_KERNEL) == 0);
	CHECK(!memcmp(&out, &in, sizeof(in)));
	out.bytes[0] = 'T';
	CHECK(lfvec_cmpxchg(&v, 5, &in, &out, GFP_KERNEL) == 1);
	CHECK(!lfvec_load(&v, 5, &in) && in.bytes[0] == 'T');
	CHECK(!lfvec_pop(&v, &out) && out.bytes[12] == 299 % 256);
	CHECK(lfvec_truncate(&v, 10) == 289);
	CHECK(lfvec_clear(&v) == 10);
	CHECK(lfvec_empty(&v));
	lfvec_destroy(&v);
}

static void unit_many(void)
{
	struct lfvec_attr attr = { .first = 1, .max = 200 };
	static DECLARE_LFVEC(v, u16);
	u16 in[LFVEC_BATCH_MAX + 1], out[LFVEC_BATCH_MAX], x;
	unsigned int i;

	if (lfvec_init(&v, &attr))
		return;
	for (i = 0; i <= LFVEC_BATCH_MAX; i++)
		in[i] = i;
	CHECK(lfvec_push_many(&v, in, 0, GFP_KERNEL) == -EINVAL);
	CHECK(lfvec_push_many(&v, in, LFVEC_BATCH_MAX + 1, GFP_KERNEL) == -EINVAL);
	CHECK(lfvec_pop_many(&v, out, 0) == -EINVAL);
	CHECK(lfvec_pop_many(&v, out, LFVEC_BATCH_MAX + 1) == -EINVAL);
	CHECK(lfvec_push_many(&v, in, 64, GFP_KERNEL) == 0);
	CHECK(lfvec_push_many(&v, in, 64, GFP_KERNEL) == 64);
	CHECK(lfvec_push_many(&v, in, 64, GFP_KERNEL) == 128);
	CHECK(lfvec_push_many(&v, in, 9, GFP_KERNEL) == -ENOSPC);
	CHECK(lfvec_size(&v) == 192);
	CHECK(lfvec_push_many(&v, in, 8, GFP_KERNEL) == 192);
	CHECK(lfvec_push(&v, in, GFP_KERNEL) == -ENOSPC);
	for (i = 0; i < 200; i++)
		CHECK(!lfvec_load(&v, i, &x) && x == i % 64);
	CHECK(lfvec_pop_many(&v, out, 10) == 10);
	CHECK(out[0] == 62 && out[1] == 63 && out[2] == 0 && out[9] == 7);
	CHECK(lfvec_push_many(&v, out, 10, GFP_KERNEL) == 190);
	CHECK(lfvec_truncate(&v, 3) == 197);
	CHECK(lfvec_pop_many(&v, out, 64) == 3 && !memcmp(in, out, 6));
	lfvec_destroy(&v);
}

static void unit_iterate(void)
{
	static DECLARE_LFVEC(v, u32);
	unsigned long index, want = 0;
	const u32 *p;
	u32 i;

	if (lfvec_init(&v, NULL))
		return;
	rcu_read_lock();
	lfvec_for_each(&v, index, p)
		want++;
	lfvec_for_each_reverse(&v, index, p)
		want++;
	rcu_read_unlock();
	CHECK(want == 0);
	for (i = 0; i < 1000; i++)
		if (lfvec_push(&v, &i, GFP_KERNEL) < 0)
			break;
	rcu_read_lock();
	lfvec_for_each(&v, index, p) {
		if (index == 5)
			continue;
		if (index == 900)
			break;
		want += index == *p && index < 900;
	}
	rcu_read_unlock();
	CHECK(want == 899);
	want = 1000;
	rcu_read_lock();
	lfvec_for_each_reverse(&v, index, p) {
		want -= index == *p;
		/* what is popped on the way is left out */
		if (index == 500)
			lfvec_truncate(&v, 100);
	}
	rcu_read_unlock();
	CHECK(want == 1000 - 500 - 100);
	lfvec_destroy(&v);
}

/* An element in place stays as it is until the end of the section. */
static void unit_in_place(void)
{
	static DECLARE_LFVEC(v, u64);
	const u64 *p;
	u64 x = 1, y;
	int i;

	if (lfvec_init(&v, NULL))
		return;
	CHECK(!lfvec_reserve(&v, 200, GFP_KERNEL));
	CHECK(lfvec_push(&v, &x, 0) == 0);
	rcu_read_lock();
	p = lfvec_get(&v, 0);
	for (i = 0; i < 50; i++) {
		x = 2 + i;
		CHECK(!lfvec_store(&v, 0, &x, 0));
		CHECK(!lfvec_pop(&v, &y) && y == x);
		CHECK(lfvec_push(&v, &x, 0) == 0);
	}
	CHECK(*p == 1);
	rcu_read_unlock();
	lfvec_destroy(&v);
}

static void unit_reserve(void)
{
	struct lfvec_attr attr = { .first = 2, .max = 5000 };
	static DECLARE_LFVEC(v, u64);
	struct lfvec_stats s;
	u64 x, y;

	if (lfvec_init(&v, &attr))
		return;
	/* what is spare is there from the beginning */
	x = 0;
	CHECK(lfvec_push(&v, &x, 0) == 0);
	CHECK(lfvec_pop(&v, &x) == 0);
	CHECK(lfvec_store(&v, 0, &x, 0) == -ERANGE);
	CHECK(lfvec_empty(&v));
	CHECK(lfvec_reserve(&v, 0, 0) == 0);
	CHECK(lfvec_reserve(&v, 5000, 0) == -ENOMEM);
	CHECK(lfvec_reserve(&v, 5001, GFP_KERNEL) == -ENOSPC);
	CHECK(lfvec_reserve(&v, ~0UL, GFP_KERNEL) == -ENOSPC);
	CHECK(lfvec_reserve(&v, 1000, GFP_KERNEL) == 0);
	CHECK(lfvec_reserve(&v, 1000, 0) == 0);
	CHECK(lfvec_capacity(&v) >= 1000);
	for (x = 0; x < 1000; x++)
		CHECK(lfvec_push(&v, &x, 0) == (long)x);
	lfvec_stats(&v, &s);
	CHECK(s.pushes == 1001 && s.pops == 1 && s.size == 1000);
	CHECK(s.nodes - s.nodes_free - s.nodes_waiting == 1000);
	CHECK(!s.dropped && !s.overwritten);
	CHECK(lfvec_store(&v, 999, &x, GFP_ATOMIC) == 0);
	CHECK(!lfvec_peek(&v, &y) && y == 1000);
	CHECK(lfvec_push(&v, &x, GFP_ATOMIC) == 1000);
	lfvec_destroy(&v);
}

static void unit_sizes(void)
{
	static const size_t sizes[] = { 1, 7, 8, 24, 25, 1000, LFVEC_ELEM_MAX };
	struct lfvec *v = kzalloc(sizeof(*v), GFP_KERNEL);
	u8 *in = kzalloc(LFVEC_ELEM_MAX, GFP_KERNEL);
	u8 *out = kzalloc(LFVEC_ELEM_MAX, GFP_KERNEL);
	unsigned int i, n;

	for (n = 0; n < ARRAY_SIZE(sizes) && v && in && out; n++) {
		CHECK(!__lfvec_init(v, sizes[n], NULL));
		for (i = 0; i < 100; i++) {
			memset(in, i, sizes[n]);
			CHECK(__lfvec_push(v, in, GFP_KERNEL) == (long)i);
		}
		for (i = 100; i-- > 0; ) {
			memset(in, i, sizes[n]);
			CHECK(!__lfvec_pop(v, out));
			CHECK(!memcmp(in, out, sizes[n]));
		}
		__lfvec_destroy(v);
	}
	kfree(out);
	kfree(in);
	kfree(v);
}

/* Once full, each push replaces the oldest; the index goes on. */
static void unit_overwrite(unsigned int flags)
{
	struct lfvec_attr attr = { .max = 64, .flags = flags };
	static DECLARE_LFVEC(v, u32);
	unsigned long index, next = 936;
	struct lfvec_stats s;
	const u32 *p;
	u32 i, x;

	if (lfvec_init(&v, &attr))
		return;
	CHECK(lfvec_capacity(&v) == 64 && lfvec_empty(&v));
	CHECK(lfvec_load(&v, 0, &x) == -ERANGE);
	for (i = 0; i < 1000; i++) {
		CHECK(lfvec_push(&v, &i, GFP_KERNEL) == (long)i);
		CHECK(lfvec_size(&v) == i + 1);
		CHECK(lfvec_oldest(&v) == (i < 64 ? 0 : i - 63));
	}
	CHECK(lfvec_load(&v, 1000, &x) == -ERANGE);
	CHECK(lfvec_load(&v, 935, &x) == -EPIPE);
	CHECK(!lfvec_load(&v, 936, &x) && x == 936);
	CHECK(!lfvec_peek(&v, &x) && x == 999);
	lfvec_stats(&v, &s);
	CHECK(s.overwritten == 936 && s.size == 1000);
	rcu_read_lock();
	lfvec_for_each(&v, index, p)
		next += index == next && *p == index;
	CHECK(next == 1000);
	lfvec_for_each_reverse(&v, index, p)
		next -= index == next - 1 && *p == index;
	CHECK(next == 936);
	rcu_read_unlock();
	CHECK(lfvec_shrink(&v) < 1000000);
	CHECK(!lfvec_load(&v, 936, &x) && x == 936);
	lfvec_destroy(&v);
}

static void unit_overwrite_pop(void)
{
	struct lfvec_attr attr = { .max = 8, .flags = LFVEC_OVERWRITE };
	static DECLARE_LFVEC(v, u32);
	u32 many[16], i, x;

	if (lfvec_init(&v, &attr))
		return;
	for (i = 0; i < 16; i++)
		many[i] = i;
	CHECK(lfvec_push_many(&v, many, 9, GFP_KERNEL) == -ENOSPC);
	CHECK(lfvec_push_many(&v, many, 8, GFP_KERNEL) == 0);
	CHECK(lfvec_push_many(&v, many + 8, 5, GFP_KERNEL) == 8);
	CHECK(lfvec_oldest(&v) == 5);
	CHECK(!lfvec_pop(&v, &x) && x == 12);
	/* what was overwritten does not come back */
	CHECK(lfvec_oldest(&v) == 5 && lfvec_size(&v) == 12);
	x = 99;
	CHECK(lfvec_store(&v, 4, &x, GFP_KERNEL) == -EPIPE);
	CHECK(lfvec_store(&v, 12, &x, GFP_KERNEL) == -ERANGE);
	CHECK(lfvec_store(&v, 5, &x, GFP_KERNEL) == 0);
	CHECK(lfvec_pop_many(&v, many, 16) == 7 && many[0] == 99);
	CHECK(many[1] == 6 && many[6] == 11);
	CHECK(lfvec_empty(&v) && lfvec_pop(&v, &x) == -ENOENT);
	CHECK(lfvec_peek(&v, &x) == -ENOENT);
	CHECK(lfvec_oldest(&v) == 5 && lfvec_size(&v) == 5);
	CHECK(lfvec_push_many(&v, many, 7, GFP_KERNEL) == 5);
	CHECK(lfvec_truncate(&v, 0) == 7 && lfvec_size(&v) == 5);
	CHECK(lfvec_truncate(&v, 0) == 0);
	lfvec_destroy(&v);
}

static void unit_append_only(void)
{
	struct lfvec_attr attr = { .first = 1, .max = 500,
				   .flags = LFVEC_APPEND_ONLY };
	static DECLARE_LFVEC(v, u64);
	u64 many[2] = { };
	u64 i, x;

	if (lfvec_init(&v, &attr))
		return;
	CHECK(lfvec_empty(&v) && lfvec_peek(&v, &x) == -ENOENT);
	for (i = 0; i < 500; i++)
		CHECK(lfvec_push(&v, &i, GFP_KERNEL) == (long)i);
	CHECK(lfvec_push(&v, &i, GFP_KERNEL) == -ENOSPC);
	CHECK(lfvec_size(&v) == 500 && !lfvec_oldest(&v));
	for (i = 0; i < 500; i++)
		CHECK(!lfvec_load(&v, i, &x) && x == i);
	CHECK(lfvec_load(&v, 500, &x) == -ERANGE);
	CHECK(lfvec_load(&v, ~0UL, &x) == -ERANGE);
	CHECK(!lfvec_peek(&v, &x) && x == 499);
	CHECK(lfvec_pop(&v, &x) == -EOPNOTSUPP);
	CHECK(lfvec_pop_many(&v, many, 2) == -EOPNOTSUPP);
	CHECK(lfvec_push_many(&v, many, 2, GFP_KERNEL) == -EOPNOTSUPP);
	CHECK(lfvec_truncate(&v, 0) == -EOPNOTSUPP);
	CHECK(lfvec_store(&v, 0, &x, GFP_KERNEL) == -EOPNOTSUPP);
	CHECK(lfvec_xchg(&v, 0, &x, &i, GFP_KERNEL) == -EOPNOTSUPP);
	CHECK(lfvec_cmpxchg(&v, 0, &x, &i, GFP_KERNEL) == -EOPNOTSUPP);
	CHECK(lfvec_size(&v) == 500);
	lfvec_destroy(&v);
}

/* What was popped is given back, and what is left stays as it is. */
static void unit_shrink(void)
{
	struct lfvec_attr attr = { .spare = 10 };
	static DECLARE_LFVEC(v, u64);
	struct lfvec_stats before, after;
	u64 i, x;

	if (lfvec_init(&v, &attr))
		return;
	for (i = 0; i < 10000; i++)
		CHECK(lfvec_push(&v, &i, GFP_KERNEL) == (long)i);
	CHECK(lfvec_truncate(&v, 300) == 9700);
	lfvec_stats(&v, &before);
	CHECK(before.bytes - before.nodes * before.node_size >
	      sizeof(long) * 10000);
	CHECK(lfvec_shrink(&v) > (9700 - 500) * before.node_size);
	lfvec_stats(&v, &after);
	CHECK(after.capacity >= 310 && after.capacity < 1024);
	/* elements, the node at the size, spare ones, and stock of this CPU */
	CHECK(after.nodes < 300 + 1 + 10 + 32 * 8);
	CHECK(before.bytes - after.bytes > 9000 * before.node_size);
	for (i = 0; i < 300; i++)
		CHECK(!lfvec_load(&v, i, &x) && x == i);
	for (; i < 5000; i++)
		CHECK(lfvec_push(&v, &i, GFP_KERNEL) == (long)i);
	for (i = 0; i < 5000; i++)
		CHECK(!lfvec_load(&v, i, &x) && x == i);
	CHECK(lfvec_clear(&v) == 5000);
	lfvec_shrink(&v);
	CHECK(lfvec_capacity(&v) < 64);
	lfvec_destroy(&v);
}

void unit_tests(void)
{
	unit_overwrite(LFVEC_OVERWRITE);
	unit_overwrite(LFVEC_OVERWRITE | LFVEC_APPEND_ONLY);
	unit_overwrite_pop();
	unit_append_only();
	unit_shrink();
	unit_attr();
	unit_empty();
	unit_typed();
	unit_many();
	unit_iterate();
	unit_in_place();
	unit_reserve();
	unit_sizes();
}
