// SPDX-License-Identifier: GPL-2.0
/*
 * Elements of different sizes: operations that are interrupted by others, at any of
 * their steps
 *
 * As irq.c; one thread, so that each case can be had again by its number. What the
 * operations returned must be what they would have returned one after another in
 * some order, in which none comes before one that had ended when it began. Which
 * elements a commit evicts is exact if no other one interrupts it; else it may be
 * some more or fewer, as these count their bytes.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/lfvec_sized.h>

#include "../../lfvec/lfvec_int.h"
#include "elem.h"
#include "stub.h"

#define RECORDS_MAX	12
#define READY_MAX	6
#define ELEMS		256	/* that are remembered, a power of two */

/* More steps than most operations have. */
#define STEPS		40

#define CASES_PER_VEC	256

/* Seconds that so many may take; one that is broken may go on forever. */
#define WATCHDOG	(IS_ENABLED(CONFIG_LFVEC_BUSTED) ? 5 : 30)

enum op { COMMIT, PREPARE, DISCARD, GET, END, OLDEST, WORK, OPS };

static const char * const op_names[] = {
	"commit", "prepare", "discard", "get", "end", "oldest", "work", "nothing",
};

/* @id: of what is committed, or was found */
struct record {
	enum op		op;
	unsigned int	level;
	unsigned int	begin;
	unsigned int	end;
	unsigned long	index;
	unsigned int	bytes;
	u64		id;
	long		ret;
};

/* The order that is tried: all before @gone is, and no more than that is known. */
struct model {
	unsigned long	end;
	unsigned long	gone;
	long		bytes;	/* of all, if none goes */
};

/* With an RCU that takes its time, more has to be allocated until it is over. */
#ifdef STUB_EAGER_RCU
static const bool eager = true;
#else
static const bool eager;
#endif

static struct lfvec_sized *vec;
static struct lfvec_sized_attr attr;
static struct model now;
static struct {
	u64		id;
	unsigned int	bytes;
} elems[ELEMS];
static struct record records[RECORDS_MAX];
static unsigned int nr_records, level, deepest, stamp;
static struct elem *ready[READY_MAX];
static unsigned int nr_ready;
static u64 next_id;
static unsigned long commits, prepares, no_memory, bad;

static unsigned int largest(void)
{
	return attr.sizes[vec->nr - 1];
}

static void wrong(const char *what)
{
	printf("# %s\n", what);
	bad++;
}

/* Nobody else has it: what is written to it stays. */
static struct elem *take_ready(struct record *r)
{
	unsigned int i = step_random() % nr_ready;
	struct elem *e = ready[i];
	unsigned int room = lfvec_sized_room(vec, e);

	ready[i] = ready[--nr_ready];
	if (!elem_ok(e, room))
		wrong("a prepared element has changed");
	r->id = e->id;
	r->bytes = ALIGN(sizeof(struct lfvec_node) + room, 8);
	return e;
}

static void do_prepare(struct record *r)
{
	unsigned int len = sizeof(struct elem);
	struct elem *e;

	len += step_random() % (largest() - len + 1);
	e = lfvec_sized_prepare(vec, len);
	r->ret = IS_ERR(e) ? PTR_ERR(e) : 0;
	prepares++;
	if (IS_ERR(e)) {
		no_memory += r->ret == -ENOMEM;
		return;
	}
	if (lfvec_sized_room(vec, e) < len)
		wrong("a prepared element is too small");
	/* ask for what there is, not only for what was wanted */
	elem_make(e, lfvec_sized_room(vec, e), next_id++);
	if (nr_ready < READY_MAX)
		ready[nr_ready++] = e;
	else
		lfvec_sized_discard(vec, e);
}

static void do_get(struct record *r)
{
	const struct elem *e;

	rcu_read_lock();
	e = lfvec_sized_get(vec, r->index);
	r->ret = IS_ERR(e) ? PTR_ERR(e) : 0;
	if (!IS_ERR(e)) {
		r->id = e->id;
		if (!elem_ok(e, largest()))
			wrong("an element is not of one piece");
	}
	rcu_read_unlock();
}

static void do_op(struct record *r)
{
	switch (r->op) {
	case COMMIT:
		r->ret = lfvec_sized_commit(vec, take_ready(r));
		commits += r->ret >= 0;
		break;
	case PREPARE:
		do_prepare(r);
		break;
	case DISCARD:
		lfvec_sized_discard(vec, take_ready(r));
		break;
	case GET:
		do_get(r);
		break;
	case END:
		r->ret = lfvec_sized_end(vec);
		break;
	case OLDEST:
		r->ret = lfvec_sized_oldest(vec);
		break;
	default:
		stub_do_work();
	}
}

static void run_op(enum op op)
{
	struct record *r;

	if (op <= DISCARD && op != PREPARE && !nr_ready) {
		/* what it would be done with; maybe an interruption is faster */
		run_op(PREPARE);
		if (!nr_ready || nr_records == RECORDS_MAX)
			return;
	}
	r = &records[nr_records++];
	memset(r, 0, sizeof(*r));
	r->op = op;
	r->level = level;
	/* around the oldest one, or the newest */
	r->index = step_random() % 2 ? now.end : now.gone;
	r->index += step_random() % 4;
	r->index -= min(r->index, step_random() % 4);
	r->begin = stamp++;
	do_op(r);
	r->end = stamp++;
	if (r->ret == -EBUSY && level >= LFVEC_LEVELS)
		r->op = OPS;
}

static enum op random_op(void)
{
	enum op op = step_random() % (OPS + 6);

	/* the worker sleeps, and so interrupts nothing */
	if (op == WORK && level)
		op = COMMIT;
	return op < OPS ? op : op % 3 % 2;
}

static unsigned long random_steps(void)
{
	return 1 + step_random() % (1 + step_random() % STEPS);
}

static void interrupt(void)
{
	unsigned int nr = 1 + step_random() % 4;

	level++;
	deepest = max(deepest, level);
	while (nr-- && nr_records < RECORDS_MAX) {
		step_left = level < LFVEC_LEVELS && step_random() % 2 ?
			    random_steps() : 0;
		run_op(random_op());
	}
	level--;
	step_left = step_random() % 4 ? 0 : random_steps();
}

/* Bytes of those that @r interrupts or is interrupted by, and that come later. */
static long bytes_under_way(const struct model *m, const struct record *r)
{
	const struct record *other;
	long bytes = 0;

	for (other = records; other < records + nr_records; other++)
		if (other->op == COMMIT && other->ret >= (long)m->end &&
		    other->begin < r->end && r->begin < other->end)
			bytes += other->bytes;
	return bytes;
}

static bool model_commit(struct model *m, const struct record *r)
{
	unsigned int span = m->end - m->gone;
	long most = attr.bytes;

	if (r->ret == -ENOSPC)
		return !(attr.flags & LFVEC_OVERWRITE) &&
		       (m->end == attr.max ||
			m->bytes + bytes_under_way(m, r) + r->bytes > most);
	if (r->ret != (long)m->end)
		return false;
	m->end++;
	m->bytes += r->bytes;
	if (attr.flags & LFVEC_OVERWRITE) {
		m->gone += span == attr.max;
		return true;
	}
	return m->end <= attr.max && m->bytes <= most;
}

static bool model_get(struct model *m, const struct record *r)
{
	if (r->index >= m->end)
		return r->ret == -ERANGE;
	if (r->ret == -EPIPE) {
		m->gone = max(m->gone, r->index + 1);
		return true;
	}
	return !r->ret && r->index >= m->gone &&
	       r->id == elems[r->index % ELEMS].id;
}

static bool model_oldest(struct model *m, const struct record *r)
{
	unsigned long oldest = r->ret;

	if (oldest < m->gone || oldest > m->end)
		return false;
	m->gone = oldest;
	return true;
}

/* Do to the model what was done; false if the results are not the same. */
static bool model_op(struct model *m, const struct record *r)
{
	switch (r->op) {
	case COMMIT:
		return model_commit(m, r);
	case GET:
		return model_get(m, r);
	case END:
		return r->ret == (long)m->end;
	case OLDEST:
		return model_oldest(m, r);
	case PREPARE:
		return !r->ret || r->ret == -ENOMEM;
	default:
		return true;
	}
}

/* Is there an order of the records that are not @done yet? */
static bool explained(struct model *m, unsigned int done)
{
	unsigned int first_end = -1U, i;
	struct model next;

	if (done == BIT(nr_records) - 1)
		return m->gone <= lfvec_sized_oldest(vec) &&
		       m->end == lfvec_sized_end(vec);
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

/* What was committed, at its index. */
static void remember(void)
{
	struct record *r;

	for (r = records; r < records + nr_records; r++) {
		if (r->op != COMMIT || r->ret < 0)
			continue;
		elems[r->ret % ELEMS].id = r->id;
		elems[r->ret % ELEMS].bytes = r->bytes;
	}
}

/* Did one commit interrupt another one? */
static bool overlapped(void)
{
	struct record *a, *b;

	for (a = records; a < records + nr_records; a++)
		for (b = records; b < a; b++)
			if (a->op == COMMIT && b->op == COMMIT &&
			    a->begin < b->end && b->begin < a->end)
				return true;
	return false;
}

static long bytes_from(unsigned long index, unsigned long end)
{
	long bytes = 0;

	for (; index < end; index++)
		bytes += elems[index % ELEMS].bytes;
	return bytes;
}

/* Are no more and no fewer gone than had to? */
static bool evictions_right(unsigned long oldest, unsigned long end)
{
	unsigned long want = now.gone, i;
	long most = attr.bytes, slack = (deepest + 2) * (largest() + 32L);
	long bytes = bytes_from(oldest, end);

	if (!(attr.flags & LFVEC_OVERWRITE))
		return !oldest;
	for (i = now.end; i < end; i++)
		while (bytes_from(want, i + 1) > most ||
		       i + 1 - want > attr.max)
			want++;
	if (!overlapped())
		return oldest == want;
	return end - oldest <= attr.max && bytes <= most + slack &&
	       (oldest <= want || bytes >= most - slack);
}

static bool elems_right(unsigned long oldest, unsigned long end)
{
	unsigned long i = oldest - min(oldest, 2UL);
	const struct elem *e;
	bool right = true;

	rcu_read_lock();
	for (; i < end + 2; i++) {
		e = lfvec_sized_get(vec, i);
		if (i < oldest)
			right &= e == ERR_PTR(-EPIPE);
		else if (i >= end)
			right &= e == ERR_PTR(-ERANGE);
		else
			right &= !IS_ERR(e) && elem_ok(e, largest()) &&
				 e->id == elems[i % ELEMS].id;
	}
	rcu_read_unlock();
	return right;
}

/* Is the vector what it should be, and is that known exactly? */
static bool state_right(void)
{
	unsigned long oldest = lfvec_sized_oldest(vec);
	unsigned long end = lfvec_sized_end(vec);
	struct lfvec_sized_stats stats;

	lfvec_sized_stats(vec, &stats);
	return evictions_right(oldest, end) && elems_right(oldest, end) &&
	       stats.bytes == (u64)bytes_from(oldest, end) &&
	       stats.allocated <= attr.bytes + attr.backlog;
}

static void print_case(unsigned long nr)
{
	struct record *r;

	printf("# case %lu, flags %u, max %lu, bytes %lu, from %lu to %lu at first\n",
	       nr, attr.flags, attr.max, attr.bytes, now.gone, now.end);
	for (r = records; r < records + nr_records; r++)
		printf("# %2u-%2u %*s%s at %lu, %u bytes, id %llu: %ld\n",
		       r->begin, r->end, r->level * 2, "", op_names[r->op],
		       r->index, r->bytes, (unsigned long long)r->id, r->ret);
	printf("# in the end from %lu to %lu, %ld bytes\n",
	       lfvec_sized_oldest(vec), lfvec_sized_end(vec),
	       bytes_from(lfvec_sized_oldest(vec), lfvec_sized_end(vec)));
}

/* More often than not, there is something in stock again. */
static void refill(bool dry)
{
	if (dry && (!eager || step_random() % 2))
		rcu_barrier();
	if (step_random() % 4)
		while (stub_do_work())
			;
}

static bool one_case(unsigned long nr)
{
	unsigned long before = no_memory;

	nr_records = 0;
	deepest = 0;
	step_left = random_steps();
	run_op(random_op());
	step_left = 0;
	remember();
	if (bad || !explained(&now, 0) || !state_right()) {
		print_case(nr);
		return false;
	}
	now.end = lfvec_sized_end(vec);
	now.gone = lfvec_sized_oldest(vec);
	now.bytes = bytes_from(now.gone, now.end);
	refill(no_memory > before);
	return true;
}

static void create(void)
{
	static const struct lfvec_sized_attr attrs[] = {
		{ { 16, 48 }, 8, 80, 3000, LFVEC_OVERWRITE },
		{ { 16, 100 }, 2, 210, 3000, LFVEC_OVERWRITE },
		{ { 16, 40, 100 }, 1, 1000, 5000, LFVEC_OVERWRITE },
		{ { 16, 20, 24, 32 }, 4, 10000, 3000, LFVEC_OVERWRITE },
		{ { 16, 48, 80 }, 64, 1000, 4000, LFVEC_OVERWRITE },
		{ { 16, 24 }, 16, 300, 1500, LFVEC_OVERWRITE },
		{ { 24 }, 8, 150, 500, LFVEC_OVERWRITE },
		{ { 16, 40, 100 }, 64, 3000, 5000, 0 },
		{ { 16, 40 }, 32, 100000, 5000, 0 },
	};
	unsigned int i;

	attr = attrs[step_random() % ARRAY_SIZE(attrs)];
	attr.backlog *= eager ? 1 : 16;
	vec = aligned_alloc(__alignof__(*vec), sizeof(*vec));
	if (!vec || lfvec_sized_init(vec, &attr))
		exit(3);
	lfvec_pool_set_chunk(&vec->vec.pool, 1 + step_random() % 3);
	for (i = 1; i < vec->nr; i++)
		lfvec_pool_set_chunk(&vec->more[i - 1], 1 + step_random() % 3);
	memset(&now, 0, sizeof(now));
}

static void destroy(void)
{
	while (nr_ready)
		lfvec_sized_discard(vec, ready[--nr_ready]);
	lfvec_sized_destroy(vec);
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

/* sized_irq [CASES [SEED]] */
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

	/* most of the time there must have been something to be interrupted */
	good = nr == cases && !stub_bugs() && !stub_allocated() &&
	       commits > cases / 2 && no_memory < prepares / 2;
	printf("%s - %lu of %lu cases, commits %lu, no memory for %lu of %lu, ",
	       good ? "ok" : "not ok", nr, cases, commits, no_memory, prepares);
	printf("warnings %u, unfreed %ld\n", stub_bugs(), stub_allocated());
	return !good;
}
