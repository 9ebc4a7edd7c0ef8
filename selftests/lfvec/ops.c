// SPDX-License-Identifier: GPL-2.0
/*
 * Every operation and what it answers, one caller at a time
 */
#include "common.h"

FIXTURE(vec)
{
	int		fd;
	u8		a[ELEM_MAX], b[ELEM_MAX], c[ELEM_MAX];
};

FIXTURE_VARIANT(vec)
{
	u32	esize;
};

FIXTURE_VARIANT_ADD(vec, bytes_1) { .esize = 1 };

FIXTURE_VARIANT_ADD(vec, bytes_2) { .esize = 2 };

FIXTURE_VARIANT_ADD(vec, bytes_3) { .esize = 3 };

FIXTURE_VARIANT_ADD(vec, bytes_7) { .esize = 7 };

FIXTURE_VARIANT_ADD(vec, bytes_8) { .esize = 8 };

FIXTURE_VARIANT_ADD(vec, bytes_9) { .esize = 9 };

FIXTURE_VARIANT_ADD(vec, bytes_16) { .esize = 16 };

FIXTURE_VARIANT_ADD(vec, bytes_63) { .esize = 63 };

FIXTURE_VARIANT_ADD(vec, bytes_64) { .esize = 64 };

FIXTURE_VARIANT_ADD(vec, bytes_65) { .esize = 65 };

FIXTURE_VARIANT_ADD(vec, bytes_256) { .esize = 256 };

FIXTURE_VARIANT_ADD(vec, bytes_4095) { .esize = 4095 };

FIXTURE_VARIANT_ADD(vec, bytes_4096) { .esize = 4096 };

FIXTURE_SETUP(vec)
{
	self->fd = device();
	if (self->fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, create(self->fd, "ops", variant->esize, 2, 0));
}

FIXTURE_TEARDOWN(vec)
{
	if (self->fd < 0)
		return;
	EXPECT_EQ(0, named(self->fd, LFVEC_STRESS_DROP, "ops"));
	close(self->fd);
}

TEST_F(vec, empty)
{
	EXPECT_EQ(0, size(self->fd));
	EXPECT_EQ(-ENOENT, pop(self->fd, self->a, 1));
	EXPECT_EQ(-ENOENT, pop(self->fd, self->a, 2));
	EXPECT_EQ(-ENOENT, peek(self->fd, self->a));
	EXPECT_EQ(-ERANGE, load(self->fd, 0, self->a));
	EXPECT_EQ(-ERANGE, store(self->fd, 0, self->a));
	EXPECT_EQ(-ERANGE, xchg(self->fd, 0, self->a, self->b));
	EXPECT_EQ(-ERANGE, cmpxchg(self->fd, 0, self->b, self->a));
	EXPECT_EQ(0, truncate_to(self->fd, 0));
	EXPECT_EQ(0, truncate_to(self->fd, 5));
	EXPECT_EQ(0, size(self->fd));
}

TEST_F(vec, push_pop)
{
	u32 n = variant->esize;
	s64 i;

	for (i = 0; i < 200; i++)
		ASSERT_EQ(i, push(self->fd, fill(self->a, i, n), 1));
	EXPECT_EQ(200, size(self->fd));
	for (i = 0; i < 200; i++) {
		ASSERT_EQ(0, load(self->fd, i, self->b));
		ASSERT_EQ(0, memcmp(self->b, fill(self->a, i, n), n));
	}
	for (i = 199; i >= 0; i--) {
		ASSERT_EQ(0, peek(self->fd, self->c));
		ASSERT_EQ(1, pop(self->fd, self->b, 1));
		ASSERT_EQ(0, memcmp(self->b, fill(self->a, i, n), n));
		ASSERT_EQ(0, memcmp(self->b, self->c, n));
	}
	EXPECT_EQ(-ENOENT, pop(self->fd, self->b, 1));
}

TEST_F(vec, store)
{
	u32 n = variant->esize;

	ASSERT_EQ(0, push(self->fd, fill(self->a, 1, n), 1));
	ASSERT_EQ(1, push(self->fd, fill(self->a, 2, n), 1));
	EXPECT_EQ(0, store(self->fd, 0, fill(self->a, 3, n)));
	EXPECT_EQ(-ERANGE, store(self->fd, 2, self->a));
	EXPECT_EQ(0, load(self->fd, 0, self->b));
	EXPECT_EQ(0, memcmp(self->b, fill(self->a, 3, n), n));
	EXPECT_EQ(0, load(self->fd, 1, self->b));
	EXPECT_EQ(0, memcmp(self->b, fill(self->a, 2, n), n));
	EXPECT_EQ(2, size(self->fd));
}

TEST_F(vec, xchg)
{
	u32 n = variant->esize;

	ASSERT_EQ(0, push(self->fd, fill(self->a, 1, n), 1));
	EXPECT_EQ(0, xchg(self->fd, 0, fill(self->a, 2, n), self->b));
	EXPECT_EQ(0, memcmp(self->b, fill(self->a, 1, n), n));
	EXPECT_EQ(0, load(self->fd, 0, self->b));
	EXPECT_EQ(0, memcmp(self->b, fill(self->a, 2, n), n));
	/* the former element may replace the new one in its buffer */
	EXPECT_EQ(0, xchg(self->fd, 0, self->a, self->a));
	EXPECT_EQ(-ERANGE, xchg(self->fd, 1, self->a, self->b));
}

TEST_F(vec, cmpxchg)
{
	u32 n = variant->esize;

	ASSERT_EQ(0, push(self->fd, fill(self->a, 1, n), 1));
	fill(self->b, 1, n);
	EXPECT_EQ(1, cmpxchg(self->fd, 0, self->b, fill(self->a, 2, n)));
	EXPECT_EQ(0, load(self->fd, 0, self->c));
	EXPECT_EQ(0, memcmp(self->c, fill(self->a, 2, n), n));
	/* differs in its last byte only */
	fill(self->b, 2, n);
	self->b[(n - 1) % ELEM_MAX] ^= 1;
	EXPECT_EQ(0, cmpxchg(self->fd, 0, self->b, fill(self->a, 3, n)));
	EXPECT_EQ(0, memcmp(self->b, fill(self->a, 2, n), n));
	EXPECT_EQ(0, load(self->fd, 0, self->c));
	EXPECT_EQ(0, memcmp(self->c, self->a, n));
	EXPECT_EQ(-ERANGE, cmpxchg(self->fd, 1, self->b, self->a));
}

TEST_F(vec, many)
{
	u32 n = variant->esize, i;
	u8 *in = malloc(BATCH_MAX * n), *out = malloc(BATCH_MAX * n);

	ASSERT_NE(NULL, in);
	ASSERT_NE(NULL, out);
	for (i = 0; i < BATCH_MAX; i++)
		fill(in + i * n, i, n);
	ASSERT_EQ(0, push(self->fd, in, BATCH_MAX));
	ASSERT_EQ(BATCH_MAX, push(self->fd, in, 3));
	EXPECT_EQ(BATCH_MAX + 3, size(self->fd));
	for (i = 0; i < BATCH_MAX; i++) {
		ASSERT_EQ(0, load(self->fd, i, self->b));
		ASSERT_EQ(0, memcmp(self->b, in + i * n, n));
	}
	EXPECT_EQ(3, pop(self->fd, out, 3));
	EXPECT_EQ(0, memcmp(in, out, 3 * n));
	ASSERT_EQ(10, pop(self->fd, out, 10));
	EXPECT_EQ(0, memcmp(in + (BATCH_MAX - 10) * n, out, 10 * n));
	/* fewer than asked for */
	ASSERT_EQ(BATCH_MAX - 10, pop(self->fd, out, BATCH_MAX));
	EXPECT_EQ(0, memcmp(in, out, (BATCH_MAX - 10) * n));
	EXPECT_EQ(-ENOENT, pop(self->fd, out, BATCH_MAX));
	EXPECT_EQ(-EINVAL, push(self->fd, in, 0));
	EXPECT_EQ(-EINVAL, push(self->fd, in, BATCH_MAX + 1));
	EXPECT_EQ(-EINVAL, pop(self->fd, out, 0));
	EXPECT_EQ(-EINVAL, pop(self->fd, out, BATCH_MAX + 1));
	free(in);
	free(out);
}

TEST_F(vec, truncate)
{
	u32 n = variant->esize, i;

	for (i = 0; i < 20; i++)
		ASSERT_EQ(i, push(self->fd, fill(self->a, i, n), 1));
	EXPECT_EQ(0, truncate_to(self->fd, 20));
	EXPECT_EQ(0, truncate_to(self->fd, UINT64_MAX));
	EXPECT_EQ(13, truncate_to(self->fd, 7));
	EXPECT_EQ(7, size(self->fd));
	EXPECT_EQ(-ERANGE, load(self->fd, 7, self->b));
	EXPECT_EQ(0, load(self->fd, 6, self->b));
	EXPECT_EQ(0, memcmp(self->b, fill(self->a, 6, n), n));
	EXPECT_EQ(7, push(self->fd, self->a, 1));
	EXPECT_EQ(8, truncate_to(self->fd, 0));
	EXPECT_EQ(0, size(self->fd));
	EXPECT_EQ(0, push(self->fd, self->a, 1));
}

/* A large operation on both the vector and an array must go the same way. */
#define MODEL_MAX	500

struct model {
	int	fd;
	u32 esize, n;
	u8	elem[MODEL_MAX][ELEM_MAX];
};

static u32 dice(u32 *state, u32 below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % below;
}

/* One random operation. Returns how many answers were wrong. */
static int model_step(struct model *m, u32 *state)
{
	u8 elem[ELEM_MAX], old[ELEM_MAX];
	u32 index = dice(state, m->n + 2), what = dice(state, 8), k;
	bool there = index < m->n;
	int want = there ? 0 : -ERANGE;

	fill(elem, dice(state, 2), m->esize);
	switch (what) {
	case 0:
	case 1:
		if (m->n == MODEL_MAX)
			return push(m->fd, elem, 1) != -ENOSPC;
		memcpy(m->elem[m->n], elem, m->esize);
		return push(m->fd, elem, 1) != m->n++;
	case 2:
		if (!m->n)
			return pop(m->fd, old, 1) != -ENOENT;
		return pop(m->fd, old, 1) != 1 ||
		       memcmp(old, m->elem[--m->n], m->esize);
	case 3:
		if (load(m->fd, index, old) != want)
			return 1;
		return there && memcmp(old, m->elem[index], m->esize);
	case 4:
		if (store(m->fd, index, elem) != want)
			return 1;
		break;
	case 5:
		if (xchg(m->fd, index, elem, old) != want)
			return 1;
		if (there && memcmp(old, m->elem[index], m->esize))
			return 1;
		break;
	case 6:
		fill(old, dice(state, 2), m->esize);
		there = there && !memcmp(old, m->elem[index], m->esize);
		if (cmpxchg(m->fd, index, old, elem) != (want ? want : there))
			return 1;
		break;
	case 7:
		k = dice(state, 3);
		if (truncate_to(m->fd, m->n - (k < m->n ? k : m->n)) !=
		    (k < m->n ? k : m->n))
			return 1;
		m->n -= k < m->n ? k : m->n;
		return 0;
	}
	if (there)
		memcpy(m->elem[index], elem, m->esize);
	return 0;
}

TEST_F(vec, model)
{
	struct model *m = calloc(1, sizeof(*m));
	u32 state = 1, i;

	ASSERT_NE(NULL, m);
	/* a vector of its own, that gets full */
	m->fd = device();
	m->esize = variant->esize;
	ASSERT_EQ(0, create(m->fd, "model", m->esize, 1, MODEL_MAX));
	for (i = 0; i < 3000; i++) {
		ASSERT_EQ(0, model_step(m, &state)) {
			TH_LOG("step %u", i);
		}
	}
	EXPECT_EQ(m->n, size(m->fd));
	EXPECT_EQ(0, named(m->fd, LFVEC_STRESS_DROP, "model"));
	close(m->fd);
	free(m);
}

TEST(stats)
{
	struct lfvec_stress_stats s;
	u64 v = 1, w;
	int fd = device();

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, create(fd, "stats", 8, 2, 0));
	ASSERT_EQ(0, push(fd, &v, 1));
	ASSERT_EQ(1, push(fd, &v, 1));
	ASSERT_EQ(0, store(fd, 0, &v));
	ASSERT_EQ(1, pop(fd, &w, 1));
	ASSERT_EQ(0, call(fd, LFVEC_STRESS_STATS, &s));
	EXPECT_EQ(2, s.pushes);
	EXPECT_EQ(1, s.pops);
	EXPECT_EQ(1, s.stores);
	EXPECT_EQ(0, s.retries);
	EXPECT_EQ(0, s.helped);
	EXPECT_EQ(1, s.size);
	EXPECT_LE(2, s.capacity);
	EXPECT_LE(1, s.buckets);
	EXPECT_EQ(0, s.buckets_lost);
	EXPECT_EQ(sizeof(long) == 8 ? 32 : 24, s.node_size);
	/* one in a slot, one popped in its slot, one replaced */
	EXPECT_EQ(2, s.nodes - s.nodes_free - s.nodes_waiting);
	EXPECT_LE(s.nodes * s.node_size, s.bytes);
	EXPECT_EQ(0, named(fd, LFVEC_STRESS_DROP, "stats"));
	close(fd);
}

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
