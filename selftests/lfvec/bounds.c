// SPDX-License-Identifier: GPL-2.0
/*
 * Boundaries: of buckets, of the maximum, of what was reserved
 */
#include "common.h"

FIXTURE(first)
{
	int	fd;
};

FIXTURE_VARIANT(first)
{
	u64	slots;
};

FIXTURE_VARIANT_ADD(first, 1) { .slots = 1 };

FIXTURE_VARIANT_ADD(first, 2) { .slots = 2 };

FIXTURE_VARIANT_ADD(first, 4) { .slots = 4 };

FIXTURE_VARIANT_ADD(first, 16) { .slots = 16 };

FIXTURE_VARIANT_ADD(first, 64) { .slots = 64 };

FIXTURE_VARIANT_ADD(first, 1024) { .slots = 1024 };

#define LAST	8200	/* beyond the bucket of 4096 */

FIXTURE_SETUP(first)
{
	self->fd = device();
	if (self->fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, create(self->fd, "bounds", 8, variant->slots, 0));
}

FIXTURE_TEARDOWN(first)
{
	if (self->fd < 0)
		return;
	EXPECT_EQ(0, named(self->fd, LFVEC_STRESS_DROP, "bounds"));
	close(self->fd);
}

/* Push one by one across all boundaries; go back and forth over each. */
TEST_F(first, one_by_one)
{
	u64 i, edge = variant->slots, v, w;

	for (i = 0; i < LAST; i++) {
		v = i * 3;
		ASSERT_EQ(i, push(self->fd, &v, 1));
		if (i != edge)
			continue;
		/* @i is the first slot of a new bucket */
		ASSERT_EQ(1, pop(self->fd, &w, 1));
		ASSERT_EQ(v, w);
		ASSERT_EQ(1, pop(self->fd, &w, 1));
		ASSERT_EQ((i - 1) * 3, w);
		w = (i - 1) * 3;
		ASSERT_EQ(i - 1, push(self->fd, &w, 1));
		ASSERT_EQ(i, push(self->fd, &v, 1));
		ASSERT_EQ(0, store(self->fd, i - 1, &w));
		ASSERT_EQ(0, store(self->fd, i, &v));
		edge = 2 * edge + variant->slots;
	}
	for (i = 0; i < LAST; i++) {
		ASSERT_EQ(0, load(self->fd, i, &w));
		ASSERT_EQ(i * 3, w);
	}
	ASSERT_EQ(-ERANGE, load(self->fd, LAST, &w));
	for (i = LAST; i-- > 0; ) {
		ASSERT_EQ(1, pop(self->fd, &w, 1));
		ASSERT_EQ(i * 3, w);
	}
}

/* Batches of all sizes from all starts; the small ones span several buckets. */
TEST_F(first, batches)
{
	u64 in[BATCH_MAX], out[BATCH_MAX], start, nr, i;

	for (i = 0; i < BATCH_MAX; i++)
		in[i] = i + 1000;
	for (start = 0; start < 70; start++) {
		for (nr = 1; nr <= BATCH_MAX; nr += 7) {
			ASSERT_EQ(start, push(self->fd, in, nr));
			ASSERT_EQ(start + nr, size(self->fd));
			ASSERT_EQ(0, load(self->fd, start + nr - 1, out));
			ASSERT_EQ(in[nr - 1], out[0]);
			ASSERT_EQ(nr, pop(self->fd, out, nr));
			ASSERT_EQ(0, memcmp(in, out, nr * 8));
		}
		ASSERT_EQ(start, push(self->fd, in, 1));
	}
}

TEST_F(first, capacity)
{
	struct lfvec_stress_stats s;
	u64 v = 0, i, spare;

	ASSERT_EQ(0, call(self->fd, LFVEC_STRESS_STATS, &s));
	spare = s.capacity;
	for (i = 0; i < 2000; i++) {
		ASSERT_EQ(i, push(self->fd, &v, 1));
		if (i % 16)
			continue;
		ASSERT_EQ(0, call(self->fd, LFVEC_STRESS_STATS, &s));
		/* buckets are doubled, and got ahead of need, but not too far */
		ASSERT_LT(i, s.capacity);
		ASSERT_GE(4 * (i + variant->slots + spare), s.capacity);
		ASSERT_EQ(variant->slots << s.buckets,
			  s.capacity + variant->slots);
	}
}

TEST(maximum)
{
	u64 in[BATCH_MAX] = { 0 }, w, i;
	int fd = device();

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, create(fd, "max", 8, 4, 100));
	for (i = 0; i < 90; i++)
		ASSERT_EQ(i, push(fd, &i, 1));
	/* all or none */
	EXPECT_EQ(-ENOSPC, push(fd, in, 11));
	EXPECT_EQ(90, size(fd));
	EXPECT_EQ(90, push(fd, in, 10));
	EXPECT_EQ(-ENOSPC, push(fd, in, 1));
	EXPECT_EQ(-ENOSPC, push(fd, in, 2));
	EXPECT_EQ(-ENOSPC, push(fd, in, BATCH_MAX));
	EXPECT_EQ(-ENOSPC, reserve(fd, 1));
	EXPECT_EQ(100, size(fd));
	for (i = 0; i < 90; i++) {
		ASSERT_EQ(0, load(fd, i, &w));
		ASSERT_EQ(i, w);
	}
	EXPECT_EQ(0, store(fd, 99, &w));
	EXPECT_EQ(1, pop(fd, &w, 1));
	EXPECT_EQ(99, push(fd, in, 1));
	EXPECT_EQ(-ENOSPC, push(fd, in, 1));
	EXPECT_EQ(0, named(fd, LFVEC_STRESS_DROP, "max"));
	close(fd);
}

TEST(maximum_of_one)
{
	u64 v = 7, w = 0;
	int fd = device();

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, create(fd, "one", 8, 1, 1));
	EXPECT_EQ(-ENOSPC, push(fd, &v, 2));
	EXPECT_EQ(0, push(fd, &v, 1));
	EXPECT_EQ(-ENOSPC, push(fd, &v, 1));
	EXPECT_EQ(1, pop(fd, &w, 1));
	EXPECT_EQ(7, w);
	EXPECT_EQ(0, named(fd, LFVEC_STRESS_DROP, "one"));
	close(fd);
}

/* Not allowed to get memory: out of what is there, which is got in time. */
TEST(nowait)
{
	u64 v = 0, w = 1;
	struct lfvec_stress_io io = {
		.buf = (uintptr_t)&v, .flags = LFVEC_STRESS_NOWAIT,
	};
	s64 i, ret, failed = 0;
	int fd = device();

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, create(fd, "nowait", 8, 2, 0));
	EXPECT_EQ(-ERANGE, call(fd, LFVEC_STRESS_STORE, &io));
	ASSERT_EQ(0, reserve(fd, 5000));
	for (i = 0; i < 5000; i++)
		ASSERT_EQ(i, push_flags(fd, &v, 1, LFVEC_STRESS_NOWAIT));
	EXPECT_EQ(0, load(fd, 4999, &w));
	EXPECT_EQ(0, w);
	/* beyond what was reserved; where the worker is too late: unchanged */
	while (i < 50000 && failed < 1000) {
		ret = push_flags(fd, &v, 1, LFVEC_STRESS_NOWAIT);
		if (ret == -ENOMEM) {
			failed++;
			ASSERT_EQ(i, size(fd));
			usleep(1000);
		} else {
			ASSERT_EQ(i++, ret);
		}
	}
	TH_LOG("%d of 45000 failed", (int)failed);
	EXPECT_GT(1000, failed);
	EXPECT_EQ(i, size(fd));
	EXPECT_EQ(i, push(fd, &v, 1));
	EXPECT_EQ(0, named(fd, LFVEC_STRESS_DROP, "nowait"));
	close(fd);
}

TEST(reserved)
{
	struct lfvec_stress_io io = { .index = 10, .flags = LFVEC_STRESS_NOWAIT };
	struct lfvec_stress_stats s;
	u64 v = 0;
	int fd = device();

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, create(fd, "reserve", 8, 2, 1000));
	EXPECT_EQ(0, reserve(fd, 0));
	EXPECT_EQ(-ENOMEM, call(fd, LFVEC_STRESS_RESERVE, &io));
	EXPECT_EQ(0, reserve(fd, 10));
	io.index = 10;
	EXPECT_EQ(0, call(fd, LFVEC_STRESS_RESERVE, &io));
	ASSERT_EQ(0, call(fd, LFVEC_STRESS_STATS, &s));
	EXPECT_LE(10, s.capacity);
	EXPECT_LE(10, s.nodes_free);
	EXPECT_EQ(-ENOSPC, reserve(fd, 1001));
	EXPECT_EQ(-ENOSPC, reserve(fd, UINT64_MAX));
	EXPECT_EQ(0, reserve(fd, 1000));
	ASSERT_EQ(0, push(fd, &v, 1));
	EXPECT_EQ(-ENOSPC, reserve(fd, 1000));
	EXPECT_EQ(0, reserve(fd, 999));
	EXPECT_EQ(0, named(fd, LFVEC_STRESS_DROP, "reserve"));
	close(fd);
}

/* One that overwrites is never full, but is given memory for so many only. */
TEST(reserved_overwriting)
{
	struct lfvec_stress_vec vec = {
		.name = "reserve", .esize = 8, .max = 16,
		.form = LFVEC_STRESS_OVERWRITE,
	};
	int fd = device();

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, call(fd, LFVEC_STRESS_CREATE, &vec));
	EXPECT_EQ(0, reserve(fd, 1000));
	EXPECT_EQ(-ENOSPC, reserve(fd, LFVEC_STRESS_ELEMS_MAX + 1));
	EXPECT_EQ(-ENOSPC, reserve(fd, 1ULL << 40));
	EXPECT_EQ(-ENOSPC, reserve(fd, UINT64_MAX));
	EXPECT_EQ(0, named(fd, LFVEC_STRESS_DROP, "reserve"));
	close(fd);
}

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
