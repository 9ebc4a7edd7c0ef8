// SPDX-License-Identifier: GPL-2.0
/*
 * What decides about histories ('lfvec check') is decided about: by histories written by
 * hand, and by thousands of small random ones, of which a search through all orders has
 * the same opinion. Needs no module.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../kselftest_harness.h"
#include "tool/history.h"

#define MEMORY	((size_t)4 << 20)

/* --- what a vector is, once more, and simply -------------------------------- */

#define MODEL_MAX	512

struct model {
	bool	overwrite;
	u64	max;
	u64	size;
	u64	oldest;
	u64	value[MODEL_MAX];
};

/* Do @op on @m: fills in its result, and what comes out. */
static void model_at(struct model *m, struct op *op, u64 *out)
{
	u64 was;

	op->result = 0;
	op->nr = op->in;
	if (op->index >= m->size) {
		op->result = -ERANGE;
		return;
	}
	if (op->index < m->oldest) {
		op->result = -EPIPE;
		return;
	}
	was = m->value[op->index];
	if (op->kind == LFVEC_STRESS_OP_CMPXCHG)
		op->result = was == op->values[0];
	if (op->kind == LFVEC_STRESS_OP_STORE ||
	    op->kind == LFVEC_STRESS_OP_XCHG || op->result)
		m->value[op->index] = op->values[op->in - 1];
	if (op->kind != LFVEC_STRESS_OP_STORE && !op->result)
		out[op->nr++ - op->in] = was;
}

static void model_push(struct model *m, struct op *op)
{
	u32 i;

	op->result = -ENOSPC;
	if (m->overwrite ? op->in > m->max : m->size + op->in > m->max)
		return;
	op->result = m->size;
	for (i = 0; i < op->in; i++)
		m->value[m->size++] = op->values[i];
	while (m->overwrite && m->size - m->oldest > m->max)
		m->oldest++;
}

static void model_pop(struct model *m, struct op *op, u64 *out)
{
	u64 want = op->kind == LFVEC_STRESS_OP_POP_MANY ? op->index : 1;
	u32 i;

	op->result = -ENOENT;
	op->nr = 0;
	if (m->size == m->oldest)
		return;
	while (op->nr < want && m->size > m->oldest) {
		for (i = op->nr; i; i--)
			out[i] = out[i - 1];
		out[0] = m->value[--m->size];
		op->nr++;
	}
	op->result = op->kind == LFVEC_STRESS_OP_POP_MANY ? op->nr : 0;
}

static void model_truncate(struct model *m, struct op *op)
{
	for (op->result = 0; m->size > op->index && m->size > m->oldest; m->size--)
		op->result++;
}

static void model_do(struct model *m, struct op *op, u64 *out)
{
	switch (op->kind) {
	case LFVEC_STRESS_OP_PUSH:
	case LFVEC_STRESS_OP_PUSH_MANY:
		model_push(m, op);
		break;
	case LFVEC_STRESS_OP_POP:
	case LFVEC_STRESS_OP_POP_MANY:
		model_pop(m, op, out);
		break;
	case LFVEC_STRESS_OP_PEEK:
		op->nr = m->size > m->oldest;
		op->result = op->nr ? 0 : -ENOENT;
		if (op->nr)
			out[0] = m->value[m->size - 1];
		break;
	case LFVEC_STRESS_OP_TRUNCATE:
		model_truncate(m, op);
		break;
	case LFVEC_STRESS_OP_SIZE:
		op->result = m->size;
		break;
	case LFVEC_STRESS_OP_OLDEST:
		op->result = m->oldest;
		break;
	default:
		model_at(m, op, out);
	}
}

/* --- all orders ------------------------------------------------------------- */

#define TINY	7

/* Does @op do on @m what it says? If so, @m is as afterwards. */
static bool model_agrees(struct model *m, const struct op *op)
{
	u64 out[64];
	struct op again = *op;

	if (history_void(op))
		return true;
	model_do(m, &again, out);
	return again.result == op->result && again.nr == op->nr &&
	       !memcmp(out, op->values + op->in,
		       (op->nr - op->in) * sizeof(*out));
}

static bool may_be_next(const struct history *h, u32 left, size_t op)
{
	size_t i;

	for (i = 0; i < h->nr; i++)
		if (left & 1U << i && h->ops[i].end < h->ops[op].start)
			return false;
	return left & 1U << op;
}

static bool some_order(const struct history *h, const struct model *m, u32 left)
{
	struct model next;
	size_t i;

	if (!left)
		return true;
	for (i = 0; i < h->nr; i++) {
		if (!may_be_next(h, left, i))
			continue;
		next = *m;
		if (model_agrees(&next, &h->ops[i]) &&
		    some_order(h, &next, left & ~(1U << i)))
			return true;
	}
	return false;
}

/* --- random histories ------------------------------------------------------- */

static u64 random_state;

static u32 draw(u32 below)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (random_state >> 33) % below;
}

static u32 draw_kind(u32 form)
{
	static const u32 few[] = {
		LFVEC_STRESS_OP_PUSH, LFVEC_STRESS_OP_PUSH, LFVEC_STRESS_OP_LOAD,
		LFVEC_STRESS_OP_PEEK, LFVEC_STRESS_OP_SIZE,
		LFVEC_STRESS_OP_OLDEST,
	};

	return form & LFVEC_STRESS_APPEND_ONLY ? few[draw(6)] :
						 draw(LFVEC_STRESS_OPS_ALL);
}

/* Values of an operation have room for so many. */
#define ROOM	8

static void draw_op(struct op *op, struct model *m, u32 form, u32 values)
{
	u32 i;

	op->kind = draw_kind(form);
	op->index = op->kind == LFVEC_STRESS_OP_POP_MANY ? 1 + draw(3) :
		    draw(m->size + 2);
	op->in = history_takes(op->kind, 1 + draw(3));
	op->nr = op->in;
	for (i = 0; i < op->in; i++)
		op->values[i] = draw(values);
	if (draw(20)) {
		model_do(m, op, op->values + op->in);
	} else {
		op->result = -ENOMEM;
		op->nr = op->in;
	}
}

/* Make @nr operations that are linearizable, as each is done amid its stamps. */
static void draw_history(struct history *h, struct model *m, size_t nr,
			 u32 threads, u32 values)
{
	u64 *ends = calloc(threads, sizeof(*ends));
	struct op *op;
	u64 now, from;

	h->ops = calloc(nr + 1, sizeof(*h->ops));
	h->values = calloc(nr + 1, ROOM * sizeof(u64));
	for (h->nr = 0; h->nr < nr; h->nr++) {
		op = &h->ops[h->nr];
		op->values = h->values + h->nr * ROOM;
		op->thread = draw(threads);
		op->line = h->nr;
		draw_op(op, m, h->form, values);
		now = 100 + h->nr * 10;
		from = now - draw(40);
		op->start = from > ends[op->thread] ? from : ends[op->thread] + 1;
		/* not before what the thread did last, which may be late */
		if (op->start > now)
			op->start = now;
		op->end = now + draw(9);
		ends[op->thread] = op->end;
	}
	free(ends);
}

/* What is so many operations later, is later than any delay. */
#define NEAR	32

/* Let operations end late where their thread does nothing soon. */
static void draw_delays(struct history *h)
{
	size_t i, j;
	u64 most;

	for (i = 0; i < h->nr; i++) {
		most = h->ops[i].end + draw(50);
		for (j = i + 1; j < h->nr && j < i + NEAR; j++)
			if (h->ops[j].thread == h->ops[i].thread &&
			    h->ops[j].start <= most)
				most = h->ops[j].start - 1;
		if (most > h->ops[i].end)
			h->ops[i].end = most;
	}
}

static void draw_tiny(struct history *h, struct model *m)
{
	static const u32 forms[] = {
		0, 0, 0, LFVEC_STRESS_OVERWRITE, LFVEC_STRESS_APPEND_ONLY,
		LFVEC_STRESS_OVERWRITE | LFVEC_STRESS_APPEND_ONLY,
	};
	struct model start = { 0 };
	u32 i;

	memset(h, 0, sizeof(*h));
	h->form = forms[draw(6)];
	h->max = h->form & LFVEC_STRESS_OVERWRITE ? 1U << draw(3) : 4 + draw(4);
	start.overwrite = h->form & LFVEC_STRESS_OVERWRITE;
	start.max = h->max;
	for (i = draw(4); i && start.size < h->max; i--)
		start.value[start.size++] = draw(2);
	h->initial.size = start.size;
	h->initial.value = calloc(start.size + 1, sizeof(u64));
	memcpy(h->initial.value, start.value, start.size * sizeof(u64));
	*m = start;
	draw_history(h, &start, 3 + draw(TINY - 2), 2 + draw(3), 1 + draw(3));
	draw_delays(h);
}

/* Both opinions on @h; the same one, or the test has failed. */
static bool agree(struct history *h, const struct model *m, bool *good)
{
	struct finding f;
	bool same;

	linear_check(h, MEMORY, &f);
	*good = some_order(h, m, (1U << h->nr) - 1);
	same = f.verdict == (*good ? VERDICT_GOOD : VERDICT_BAD);
	if (!same) {
		printf("# %s, but all orders say %s:\n", f.why ? f.why : "good",
		       *good ? "good" : "bad");
		history_print(stdout, h);
	}
	linear_free(&f);
	return same;
}

static void free_history(struct history *h, const u64 *values)
{
	if (h->values != values)
		free(h->values);
	free((void *)values);
	free(h->ops);
	free(h->initial.value);
}

TEST(all_orders)
{
	const char *env = getenv("LFVEC_HISTORIES");
	u32 nr = env && *env ? atoi(env) : 2000;
	u32 goods = 0, bads = 0, chance = 0, i;
	u64 seed = 1, *values;
	struct history h;
	struct model m;
	bool good;

	random_state = 42;
	for (i = 0; i < nr; i++) {
		draw_tiny(&h, &m);
		values = h.values;
		ASSERT_TRUE(agree(&h, &m, &good))
			TH_LOG("history %u", i);
		EXPECT_TRUE(good);
		goods += good;
		h.values = NULL;
		if (h.nr < TINY && mutate(&h, &seed)) {
			ASSERT_TRUE(agree(&h, &m, &good))
				TH_LOG("history %u, spoilt", i);
			bads += !good;
			chance += good;
		}
		free_history(&h, values);
	}
	EXPECT_EQ(nr, goods);
	EXPECT_LT(nr / 4, bads);
	TH_LOG("%u good, %u bad, %u good by chance", goods, bads, chance);
}

/* --- written by hand -------------------------------------------------------- */

static enum verdict verdict_of(const char *text)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	enum verdict verdict = VERDICT_MALFORMED;
	struct finding found;
	struct history h;
	u32 line;

	if (!history_read(&h, f, &line)) {
		linear_check(&h, MEMORY, &found);
		verdict = found.verdict;
		linear_free(&found);
	}
	fclose(f);
	history_free(&h);
	return verdict;
}

#define GENERAL		"history 1 form=general max=8 esize=8 initial="
#define OVERWRITE	"history 1 form=overwrite max=2 esize=8 initial="
#define ONLY		"history 1 form=overwrite,append-only max=2 esize=8 initial="

static const char * const good[] = {
	/* empty */
	GENERAL "\n",
	/* who overlaps may come in any order */
	GENERAL "\n0 push 1 = 1 @ 1 4\n1 push 2 = 0 @ 2 3\n",
	/* equal stamps say nothing */
	GENERAL "\n0 push 1 = 1 @ 1 2\n1 push 2 = 0 @ 2 3\n",
	/* a load after the pop that it overlaps, then a push elsewhere */
	GENERAL "5\n0 pop = 5 @ 1 9\n1 load 0 = 6 @ 2 8\n2 push 6 = 0 @ 3 7\n",
	/* a store that is late: what looks like nothing is something later */
	GENERAL "1\n0 store 0 1 = ok @ 1 9\n1 xchg 0 0 = 1 @ 2 3\n2 load 0 = 1 @ 4 5\n",
	GENERAL "\n0 pop = -ENOENT @ 1 2\n0 push 1 = 0 @ 3 4\n0 truncate 0 = 1 @ 5 6\n",
	GENERAL "1,2,3\n0 pop_many 2 = 2 3 @ 1 2\n0 pop_many 2 = 1 @ 3 4\n",
	GENERAL "1\n0 cmpxchg 0 1 2 = yes @ 1 2\n0 cmpxchg 0 1 2 = no 2 @ 3 4\n",
	GENERAL "1,2,3,4,5,6,7,8\n0 push 1 = -ENOSPC @ 1 2\n1 pop = 8 @ 1 2\n"
		"1 push_many 1 2 = -ENOSPC @ 3 4\n",
	GENERAL "1\n0 push 9 = -ENOMEM @ 1 2\n0 push 9 = -EAGAIN @ 3 4\n"
		"0 size = 1 @ 5 6\n0 oldest = 0 @ 7 8\n0 peek = 1 @ 9 10\n",
	OVERWRITE "\n0 push_many 1 2 = 0 @ 1 2\n0 push 3 = 2 @ 3 4\n"
		"0 load 0 = -EPIPE @ 5 6\n0 oldest = 1 @ 7 8\n0 pop = 3 @ 9 10\n"
		"0 pop = 2 @ 11 12\n0 pop = -ENOENT @ 13 14\n0 size = 1 @ 15 16\n"
		"0 store 0 9 = -EPIPE @ 17 18\n0 store 1 9 = -ERANGE @ 19 20\n"
		"0 truncate 0 = 0 @ 21 22\n0 push 7 = 1 @ 23 24\n",
	ONLY "1,2\n0 push 3 = 2 @ 1 2\n0 load 0 = -EPIPE @ 3 4\n0 load 1 = 2 @ 5 6\n",
};

static const char * const bad[] = {
	/* a push that is lost */
	GENERAL "\n0 push 1 = 0 @ 1 2\n0 size = 0 @ 3 4\n",
	/* a pop that comes twice */
	GENERAL "1\n0 pop = 1 @ 1 4\n1 pop = 1 @ 2 3\n",
	/* in the wrong order, as one ended before the other began */
	GENERAL "\n0 push 1 = 1 @ 1 2\n1 push 2 = 0 @ 3 4\n",
	/* an old value after the new one */
	GENERAL "1\n0 store 0 2 = ok @ 1 9\n1 load 0 = 2 @ 2 3\n1 load 0 = 1 @ 4 5\n",
	/* the published vector: what was popped is back, of the same value */
	GENERAL "0,1\n0 pop = 1 @ 1 2\n0 push 0 = 1 @ 3 4\n1 pop = 1 @ 5 6\n",
	/* one is stored and nothing popped, but both are gone */
	GENERAL "1\n0 store 0 2 = ok @ 1 2\n1 pop = 1 @ 3 4\n",
	/* half of a batch */
	GENERAL "\n0 push_many 1 2 = 0 @ 1 9\n1 size = 1 @ 2 3\n",
	GENERAL "1,2\n0 pop_many 2 = 2 @ 1 2\n",
	GENERAL "1,2\n0 pop_many 2 = 2 1 @ 1 2\n",
	GENERAL "1\n0 cmpxchg 0 2 3 = yes @ 1 2\n",
	GENERAL "1\n0 cmpxchg 0 1 3 = no 1 @ 1 2\n",
	GENERAL "1\n0 xchg 0 3 = 2 @ 1 2\n",
	GENERAL "1\n0 load 0 = torn @ 1 2\n",
	GENERAL "1\n0 peek = -ENOENT @ 1 2\n",
	GENERAL "1\n0 load 0 = -ERANGE @ 1 2\n",
	GENERAL "1\n0 load 0 = -EPIPE @ 1 2\n",
	GENERAL "1\n0 truncate 0 = 0 @ 1 2\n",
	GENERAL "1\n0 push 1 = -ENOSPC @ 1 2\n",
	GENERAL "1,2,3,4,5,6,7,8\n0 push 1 = 8 @ 1 2\n",
	GENERAL "1\n0 oldest = 1 @ 1 2\n",
	OVERWRITE "1,2\n0 push 3 = 2 @ 1 2\n0 load 0 = 1 @ 3 4\n",
	OVERWRITE "1,2\n0 push 3 = 2 @ 1 2\n0 pop_many 3 = 1 2 3 @ 3 4\n",
	OVERWRITE "1,2\n0 push 3 = 2 @ 1 2\n0 pop_many 3 = 2 3 @ 3 4\n"
		"0 pop = 1 @ 5 6\n",
	OVERWRITE "1,2\n0 push_many 3 4 5 = 2 @ 1 2\n",
	ONLY "1,2\n0 push 3 = 2 @ 1 2\n0 oldest = 0 @ 3 4\n",
};

static const char * const malformed[] = {
	"", "# nothing\n", "history 2 form=general max=1\n", "history 1 max=x\n",
	"history 1 form=none max=1\n", "history 1 form=general\n",
	"history 1 form=general max=1 more=1\n",
	"history 1 form=general max=1 initial=1,2\n",
	"history 1 form=general max=1 initial=1,\n",
	GENERAL "\npush 1 = 0 @ 1 2\n", GENERAL "\n0 pull 1 = 0 @ 1 2\n",
	GENERAL "\n0 push = 0 @ 1 2\n", GENERAL "\n0 push 1 2 = 0 @ 1 2\n",
	GENERAL "\n0 push 1 0 @ 1 2\n", GENERAL "\n0 push 1 = @ 1 2\n",
	GENERAL "\n0 push 1 = 0 @ 2 1\n", GENERAL "\n0 push 1 = 0 @ 1\n",
	GENERAL "\n0 push 1 = 0 @ 1 2 3\n", GENERAL "\n0 push 1 = -E @ 1 2\n",
	GENERAL "\n0 push 1 = 0 1 @ 1 2\n", GENERAL "\n0 pop = 1 2 @ 1 2\n",
	GENERAL "\n0 pop_many 1 = 1 2 @ 1 2\n", GENERAL "\n0 pop_many 1 = @ 1 2\n",
	GENERAL "\n0 cmpxchg 0 1 2 = maybe @ 1 2\n",
	GENERAL "\n0 cmpxchg 0 1 2 = no @ 1 2\n",
	GENERAL "\n0 store 0 1 = 1 @ 1 2\n", GENERAL "\n0 load = 1 @ 1 2\n",
	GENERAL "\n0 push -1 = 0 @ 1 2\n",
	GENERAL "\n0 push 99999999999999999999 = 0 @ 1 2\n",
	/* a thread that does two things at a time */
	GENERAL "\n0 push 1 = 0 @ 1 3\n0 push 1 = 1 @ 2 4\n",
};

TEST(by_hand)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_EQ(VERDICT_GOOD, verdict_of(good[i]))
			TH_LOG("good %zu", i);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(VERDICT_BAD, verdict_of(bad[i]))
			TH_LOG("bad %zu", i);
	}
	for (i = 0; i < ARRAY_SIZE(malformed); i++) {
		EXPECT_EQ(VERDICT_MALFORMED, verdict_of(malformed[i]))
			TH_LOG("malformed %zu", i);
	}
}

/* What is too much is not decided, and does not take more memory. */
TEST(undecided)
{
	char *text = malloc(1 << 20);
	size_t at = sprintf(text, "history 1 form=general max=1000 esize=8 initial=\n");
	struct finding f;
	struct history h;
	FILE *file;
	u32 i;

	for (i = 0; i < 65; i++)
		at += sprintf(text + at, "%u push 1 = %u @ 1 100\n", i, i);
	EXPECT_EQ(VERDICT_UNDECIDED, verdict_of(text));

	at = sprintf(text, "history 1 form=general max=1000 esize=8 initial=0");
	for (i = 0; i < 40; i++)
		at += sprintf(text + at, ",0");
	text[at++] = '\n';
	for (i = 0; i < 40; i++)
		at += sprintf(text + at, "%u store %u 1 = ok @ 1 100\n", i, i);
	at += sprintf(text + at, "40 load 40 = 1 @ 2 3\n40 store 40 1 = ok @ 4 5\n");
	file = fmemopen(text, at, "r");
	ASSERT_EQ(NULL, history_read(&h, file, &i));
	fclose(file);
	linear_check(&h, 1 << 20, &f);
	EXPECT_NE(VERDICT_GOOD, f.verdict);
	linear_free(&f);
	history_free(&h);
	free(text);
}

#define SPOILT	8

/* 8 threads, 10,000 operations each */
TEST(large)
{
	struct model *m = calloc(1, sizeof(*m));
	struct history h = { .max = MODEL_MAX - 8 }, spoilt;
	struct timespec start, end;
	u32 found = 0, i;
	u64 seed = 1;
	struct finding f;
	double s;

	m->max = h.max;
	random_state = 1;
	draw_history(&h, m, 80000, 8, 2);
	draw_delays(&h);
	clock_gettime(CLOCK_MONOTONIC, &start);
	linear_check(&h, MEMORY, &f);
	clock_gettime(CLOCK_MONOTONIC, &end);
	s = end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9;
	EXPECT_EQ(VERDICT_GOOD, f.verdict);
	EXPECT_GT(10, s);
	TH_LOG("%.3f s, %zu ways at most", s, f.most);
	linear_free(&f);
	for (i = 0; i < SPOILT; i++) {
		spoilt = h;
		spoilt.values = NULL;
		spoilt.ops = malloc((h.nr + 1) * sizeof(*h.ops));
		memcpy(spoilt.ops, h.ops, h.nr * sizeof(*h.ops));
		EXPECT_NE(NULL, mutate(&spoilt, &seed));
		/* what to show of it is looked for only once: it takes longer */
		linear_check(&spoilt, found ? 0 : MEMORY, &f);
		if (!found)
			EXPECT_EQ(f.verdict == VERDICT_BAD, f.causes > 0);
		found += f.verdict == VERDICT_BAD;
		linear_free(&f);
		mutate_free(&spoilt);
	}
	EXPECT_LT(SPOILT / 2, found);
	TH_LOG("%u of %u spoilt ones found", found, SPOILT);
	free_history(&h, h.values);
	free(m);
}

TEST_HARNESS_MAIN
