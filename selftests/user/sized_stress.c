// SPDX-License-Identifier: GPL-2.0
/*
 * Threads append elements of different sizes to one vector, others read it, and
 * each index is accounted for
 *
 * Whoever commits an element or finds one notes at its index which it was: that must
 * be one and the same. A reader goes from index to index: each of them it has
 * either seen or found to be gone. Exit status as that of stress.
 */
#include <getopt.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/lfvec_sized.h>

#include "../../lfvec/lfvec_int.h"
#include "elem.h"
#include "load.h"
#include "stub.h"

#define THREADS_MAX	32	/* the last one is the keeper */
#define TICK_US		20000
#define HELD		3	/* prepared at a time, on a level of a thread */

static struct options {
	struct lfvec_sized_attr	attr;
	unsigned long		threads;
	unsigned long		readers;
	unsigned long		ops;
	unsigned long		seconds;
	unsigned long		seed;
	unsigned long		chunk;
	unsigned long		discard;
	unsigned long		yield;
	unsigned long		irq;
	unsigned long		watchdog;
} opt = {
	.attr		= {
		.sizes = { 16, 48, 200, 1000 }, .max = 64, .bytes = 8192,
		.backlog = 65536, .flags = LFVEC_OVERWRITE,
	},
	.threads	= 4,
	.readers	= 1,
	.seed		= 1,
	.discard	= 20,
	.watchdog	= 30,
};

/* Everything that is not 0 at the end is wrong, but for the first ones. */
struct tally {
	u64	commits;
	u64	discards;
	u64	full;
	u64	dropped;	/* nothing in stock */
	u64	seen;
	u64	gone;
	u64	torn;
	u64	mixed_up;	/* another element than before at an index */
	u64	disorder;	/* an end or an oldest that runs backwards */
	u64	too_much;	/* bytes, or memory */
	u64	failed;		/* what must not */
};

struct worker {
	pthread_t	thread;
	unsigned long	ops;	/* how many are done */
	unsigned int	level;	/* 0, or how many are interrupted */
	u64		next_id;
	unsigned long	cursor;
	unsigned long	oldest, end;	/* as were seen last */
	struct elem	*held[LFVEC_LEVELS][HELD];
	struct tally	tally;
} __aligned(64);

static struct worker workers[THREADS_MAX];
static __thread struct worker *me;
static struct lfvec_sized *vec;
static u64 *noted;		/* by index: which element, plus 1 */
static unsigned long nr_noted;
static unsigned int largest;
static bool stop;
static unsigned int running;
static pthread_barrier_t start;

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

/* Element @id is at @index. */
static void note(unsigned long index, u64 id)
{
	u64 before = 0;

	if (index >= nr_noted) {
		me->tally.failed++;
		return;
	}
	if (!__atomic_compare_exchange_n(&noted[index], &before, id + 1, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED) &&
	    before != id + 1)
		me->tally.mixed_up++;
}

/* --- writers -------------------------------------------------------------- */

static unsigned int random_len(void)
{
	unsigned int rest = largest - sizeof(struct elem);
	unsigned int most = step_random() % 4 ? min(rest, 64U) : rest;

	return sizeof(struct elem) + step_random() % (most + 1);
}

static void do_prepare(struct elem **held)
{
	unsigned int len = random_len();
	struct elem *e = lfvec_sized_prepare(vec, len);

	if (IS_ERR(e)) {
		if (PTR_ERR(e) == -ENOMEM)
			me->tally.dropped++;
		else
			me->tally.failed++;
		return;
	}
	elem_make(e, len, me->next_id++ * THREADS_MAX + (me - workers));
	*held = e;
}

static void do_commit(struct elem **held)
{
	struct elem *e = *held;
	u64 id = e->id;
	long index;

	*held = NULL;
	if (!elem_ok(e, lfvec_sized_room(vec, e)))
		me->tally.torn++;
	index = lfvec_sized_commit(vec, e);
	if (index >= 0) {
		me->tally.commits++;
		note(index, id);
	} else if (index == -ENOSPC && !opt.attr.flags) {
		me->tally.full++;
	} else {
		me->tally.failed++;
	}
}

static void do_op(void)
{
	struct elem **held = &me->held[me->level][step_random() % HELD];

	if (!*held) {
		do_prepare(held);
	} else if (step_random() % 100 < opt.discard) {
		lfvec_sized_discard(vec, *held);
		*held = NULL;
		me->tally.discards++;
	} else {
		do_commit(held);
	}
}

/* In the middle of an operation: pause, or do another one meanwhile. */
static void stress_step(void)
{
	if (!load_is_irq(opt.yield, opt.irq)) {
		load_pause();
	} else if (me->level < LFVEC_LEVELS - 1) {
		me->level++;
		do_op();
		me->level--;
	}
	step_left = load_steps(opt.yield, opt.irq);
}

static void thread_begin(struct worker *worker)
{
	me = worker;
	stub_online();
	step_seed(opt.seed * THREADS_MAX + (worker - workers));
	step_hook = stress_step;
	pthread_barrier_wait(&start);
	step_left = load_steps(opt.yield, opt.irq);
}

static void thread_end(void)
{
	unsigned int i;

	step_left = 0;
	for (i = 0; i < LFVEC_LEVELS * HELD; i++)
		if (me->held[i / HELD][i % HELD])
			lfvec_sized_discard(vec, me->held[i / HELD][i % HELD]);
	stub_offline();
}

static void *writer(void *arg)
{
	unsigned long ops = opt.ops / opt.threads;
	u64 dropped;

	thread_begin(arg);
	while (!stopped()) {
		dropped = me->tally.dropped;
		do_op();
		__atomic_store_n(&me->ops, me->ops + 1, __ATOMIC_RELAXED);
		if (me->ops == ops)
			break;
		/* let there be a grace period, and the keeper do its work */
		if (me->tally.dropped != dropped)
			usleep(100);
	}
	thread_end();
	__atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* --- readers -------------------------------------------------------------- */

/* One that is there, now and for some time. */
static void look_at(const struct elem *e, unsigned long index)
{
	u64 id = e->id;

	if (!elem_ok(e, largest))
		me->tally.torn++;
	note(index, id);
	if (step_random() % 8)
		return;
	load_pause();
	if (e->id != id || !elem_ok(e, largest))
		me->tally.torn++;
}

/* Where it begins and ends, neither of which runs backwards. */
static void look_around(void)
{
	unsigned long oldest = lfvec_sized_oldest(vec);
	unsigned long end = lfvec_sized_end(vec);

	if (oldest > end || oldest < me->oldest || end < me->end)
		me->tally.disorder++;
	me->oldest = oldest;
	me->end = end;
}

/* Returns false if there is none yet. */
static bool read_next(void)
{
	const struct elem *e;
	unsigned long next;
	bool any = true;

	rcu_read_lock();
	e = lfvec_sized_get(vec, me->cursor);
	if (!IS_ERR(e)) {
		look_at(e, me->cursor++);
		me->tally.seen++;
	} else if (e == ERR_PTR(-EPIPE)) {
		next = max(lfvec_sized_oldest(vec), me->cursor + 1);
		me->tally.gone += next - me->cursor;
		me->cursor = next;
	} else {
		any = false;
		if (e != ERR_PTR(-ERANGE))
			me->tally.failed++;
	}
	rcu_read_unlock();
	return any;
}

/* Any one that was there. */
static void read_any(void)
{
	unsigned long index;
	const struct elem *e;

	look_around();
	index = me->oldest + step_random() % (me->end - me->oldest + 1);
	rcu_read_lock();
	e = lfvec_sized_get(vec, index);
	if (!IS_ERR(e))
		look_at(e, index);
	else if (e != ERR_PTR(index < me->end ? -EPIPE : -ERANGE) &&
		 index < lfvec_sized_end(vec) - 1)
		me->tally.failed += e != ERR_PTR(-EPIPE);
	rcu_read_unlock();
}

static void *reader(void *arg)
{
	thread_begin(arg);
	while (!stopped()) {
		if (!(step_random() % 4))
			read_any();
		read_next();
	}
	thread_end();
	return NULL;
}

/* Does what the kernel does in the background, and keeps an eye on memory. */
static void *keeper(void *arg)
{
	/* what overwrites does not see others that are amid a commit */
	unsigned long under_way = opt.attr.flags ?
		opt.threads * LFVEC_LEVELS * (largest + 32) : 0;
	struct lfvec_sized_stats stats;

	thread_begin(arg);
	while (!stopped()) {
		lfvec_sized_stats(vec, &stats);
		if (stats.allocated > opt.attr.bytes + opt.attr.backlog ||
		    stats.bytes > opt.attr.bytes + under_way)
			me->tally.too_much++;
		if (!stub_do_work())
			usleep(100);
	}
	thread_end();
	return NULL;
}

/* --- the whole ------------------------------------------------------------ */

static unsigned long all_ops(void)
{
	unsigned long ops = 0, i;

	for (i = 0; i < opt.threads; i++)
		ops += __atomic_load_n(&workers[i].ops, __ATOMIC_RELAXED);
	return ops;
}

/* Until all have done their work or it is time; the dog barks if none moves. */
static void watch(void)
{
	double begin = load_now();
	unsigned long ops, last = 0;

	alarm(opt.watchdog);
	while (__atomic_load_n(&running, __ATOMIC_ACQUIRE)) {
		usleep(TICK_US);
		if (opt.seconds && load_now() - begin > opt.seconds)
			__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
		ops = all_ops();
		if (ops != last)
			alarm(opt.watchdog);
		last = ops;
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	alarm(opt.watchdog);
}

static double run(void)
{
	unsigned long threads = opt.threads + opt.readers + 1, i;
	double begin;

	running = opt.threads;
	pthread_barrier_init(&start, NULL, threads + 1);
	for (i = 0; i < threads; i++) {
		void *(*body)(void *arg) = i < opt.threads ? writer :
					   i < threads - 1 ? reader : keeper;

		if (pthread_create(&workers[i].thread, NULL, body,
				   &workers[i])) {
			perror("pthread_create");
			exit(3);
		}
	}
	pthread_barrier_wait(&start);
	begin = load_now();
	watch();
	for (i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	return load_now() - begin;
}

static void add_up(struct tally *sum)
{
	unsigned long i, j;

	for (i = 0; i < THREADS_MAX; i++)
		for (j = 0; j < sizeof(*sum) / sizeof(u64); j++)
			((u64 *)sum)[j] += ((u64 *)&workers[i].tally)[j];
}

/* The node of an element, by the room that it has. */
static unsigned int node_bytes(const struct elem *e)
{
	return ALIGN(sizeof(struct lfvec_node) + lfvec_sized_room(vec, e), 8);
}

/* What is left at the end, when all is quiet; returns the end. */
static unsigned long drain(struct tally *sum)
{
	unsigned long end = lfvec_sized_end(vec), i;
	unsigned long oldest = lfvec_sized_oldest(vec);
	struct lfvec_sized_stats stats;
	const struct elem *e;
	u64 bytes = 0;

	rcu_read_lock();
	for (i = 0; i < end; i++) {
		e = lfvec_sized_get(vec, i);
		if (!noted[i] || (i < oldest ? e != ERR_PTR(-EPIPE) : IS_ERR(e)))
			sum->failed++;
		else if (i >= oldest && !elem_ok(e, largest))
			sum->torn++;
		else if (i >= oldest && e->id + 1 != noted[i])
			sum->mixed_up++;
		bytes += IS_ERR(e) ? 0 : node_bytes(e);
	}
	sum->failed += lfvec_sized_get(vec, end) != ERR_PTR(-ERANGE);
	rcu_read_unlock();
	lfvec_sized_stats(vec, &stats);
	sum->too_much += stats.bytes != bytes || end - oldest > opt.attr.max;
	return end;
}

/* Each reader goes on to the end, over elements that it sees or that are gone. */
static void finish_readers(void)
{
	unsigned long i;

	for (i = 0; i < opt.readers; i++) {
		me = &workers[opt.threads + i];
		while (read_next())
			;
		look_around();
		if (me->cursor != me->end ||
		    me->tally.seen + me->tally.gone != me->end)
			me->tally.failed++;
	}
}

static int judge(const struct tally *t, unsigned long end)
{
	long unfreed = stub_allocated();
	bool bad = t->torn || t->mixed_up || t->disorder || t->too_much ||
		   t->failed || stub_bugs() || unfreed || t->commits != end ||
		   t->commits < (opt.attr.flags ? all_ops() / 10 : 1);

	printf("# committed %llu, end %lu, discarded %llu, full %llu, ",
	       (unsigned long long)t->commits, end,
	       (unsigned long long)t->discards, (unsigned long long)t->full);
	printf("dropped %llu, seen %llu, gone %llu\n",
	       (unsigned long long)t->dropped, (unsigned long long)t->seen,
	       (unsigned long long)t->gone);
	printf("%s - torn %llu, mixed up %llu, disorder %llu, too much %llu, ",
	       bad ? "not ok" : "ok", (unsigned long long)t->torn,
	       (unsigned long long)t->mixed_up,
	       (unsigned long long)t->disorder,
	       (unsigned long long)t->too_much);
	printf("failed %llu, warnings %u, unfreed %ld\n",
	       (unsigned long long)t->failed, stub_bugs(), unfreed);
	return bad;
}

static void make_small(void)
{
	unsigned int i;

	if (!opt.chunk)
		return;
	lfvec_pool_set_chunk(&vec->vec.pool, min_t(unsigned int, opt.chunk,
						   vec->vec.pool.chunk));
	for (i = 0; i < vec->nr - 1; i++)
		lfvec_pool_set_chunk(&vec->more[i], min_t(unsigned int, opt.chunk,
							  vec->more[i].chunk));
}

static int run_all(void)
{
	struct tally sum = { };
	unsigned long end;
	double seconds;

	/* with interruptions, each operation may become several */
	nr_noted = opt.ops ? opt.ops * (opt.irq ? 8 : 1) : 1UL << 28;
	noted = calloc(nr_noted, sizeof(*noted));
	stub_set_cpus(opt.threads + opt.readers + 2);
	stub_online();
	vec = aligned_alloc(__alignof__(*vec), sizeof(*vec));
	if (!noted || !vec)
		exit(3);
	if (lfvec_sized_init(vec, &opt.attr)) {
		fprintf(stderr, "sized_stress: there cannot be one like that\n");
		exit(2);
	}
	largest = vec->sizes[vec->nr - 1];
	make_small();
	load_watchdog();
	seconds = run();
	printf("# %lu operations in %.1f s, %.0f ns each\n", all_ops(), seconds,
	       seconds * 1e9 / max(all_ops(), 1UL));
	finish_readers();
	add_up(&sum);
	end = drain(&sum);
	lfvec_sized_destroy(vec);
	free(vec);
	free(noted);
	stub_offline();
	alarm(0);
	return judge(&sum, end);
}

static const struct option options[] = {
	{ "threads",	required_argument, NULL, 't' },
	{ "readers",	required_argument, NULL, 'r' },
	{ "ops",	required_argument, NULL, 'o' },
	{ "seconds",	required_argument, NULL, 's' },
	{ "seed",	required_argument, NULL, 'S' },
	{ "sizes",	required_argument, NULL, 'z' },
	{ "max",	required_argument, NULL, 'M' },
	{ "bytes",	required_argument, NULL, 'b' },
	{ "backlog",	required_argument, NULL, 'B' },
	{ "keep",	no_argument,	   NULL, 'k' },
	{ "chunk",	required_argument, NULL, 'c' },
	{ "discard",	required_argument, NULL, 'd' },
	{ "yield",	required_argument, NULL, 'y' },
	{ "irq",	required_argument, NULL, 'i' },
	{ "watchdog",	required_argument, NULL, 'w' },
	{ "help",	no_argument,	   NULL, 'h' },
	{ }
};

static void help(FILE *out, int status)
{
	fputs("usage: sized_stress [OPTION]...\n"
	      "  --threads N    threads that prepare, commit and discard (4)\n"
	      "  --readers N    threads that read all that they get hold of (1)\n"
	      "  --ops N        operations of all threads\n"
	      "  --seconds N    or for how long\n"
	      "  --seed N       of all dice (1)\n"
	      "  --sizes N,...  bytes of elements, at least 16 (16,48,200,1000)\n"
	      "  --max N        no more elements than this (64)\n"
	      "  --bytes N      nor more bytes of them (8192)\n"
	      "  --backlog N    and of those that are not in it (65536)\n"
	      "  --keep         the first elements, not the last\n"
	      "  --chunk N      nodes that are moved at once (the default)\n"
	      "  --discard N    percent that are not committed (20)\n"
	      "  --yield N      pause at one in N steps (0: never)\n"
	      "  --irq N        interrupt an operation by another one, at one\n"
	      "                 in N steps (0: never)\n"
	      "  --watchdog N   seconds without progress that are a failure (30)\n",
	      out);
	exit(status);
}

static unsigned long parse(const char *text, unsigned long most)
{
	unsigned long nr;

	if (!load_number(text, most, &nr)) {
		fprintf(stderr, "sized_stress: %s: not a number up to %lu\n",
			text, most);
		help(stderr, 2);
	}
	return nr;
}

static void parse_sizes(char *text)
{
	unsigned int nr = 0;
	char *part;

	memset(opt.attr.sizes, 0, sizeof(opt.attr.sizes));
	while ((part = strsep(&text, ","))) {
		if (nr == LFVEC_SIZES_MAX)
			help(stderr, 2);
		opt.attr.sizes[nr++] = parse(part, LFVEC_SIZED_MAX);
	}
}

static void parse_one(int c, char *arg)
{
	switch (c) {
	case 't':
		opt.threads = parse(arg, THREADS_MAX);
		break;
	case 'r':
		opt.readers = parse(arg, THREADS_MAX);
		break;
	case 'o':
		opt.ops = parse(arg, 1UL << 28);
		break;
	case 's':
		opt.seconds = parse(arg, 1000000);
		break;
	case 'S':
		opt.seed = parse(arg, -1UL);
		break;
	case 'z':
		parse_sizes(arg);
		break;
	case 'M':
		opt.attr.max = parse(arg, -1UL);
		break;
	case 'b':
		opt.attr.bytes = parse(arg, -1UL);
		break;
	case 'B':
		opt.attr.backlog = parse(arg, -1UL);
		break;
	case 'k':
		opt.attr.flags = 0;
		break;
	case 'c':
		opt.chunk = parse(arg, 1024);
		break;
	case 'd':
		opt.discard = parse(arg, 100);
		break;
	case 'y':
		opt.yield = parse(arg, 1000000);
		break;
	case 'i':
		opt.irq = parse(arg, 1000000);
		break;
	case 'w':
		opt.watchdog = parse(arg, 3600);
		break;
	case 'h':
		help(stdout, 0);
		break;
	default:
		help(stderr, 2);
	}
}

static bool sensible(void)
{
	return opt.threads && opt.watchdog &&
	       opt.threads + opt.readers < THREADS_MAX &&
	       !!opt.ops != !!opt.seconds && (!opt.ops || opt.ops >= opt.threads) &&
	       opt.attr.sizes[0] >= sizeof(struct elem);
}

int main(int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		parse_one(c, optarg);
	if (optind < argc || !sensible()) {
		fprintf(stderr, "sized_stress: this makes no sense together\n");
		help(stderr, 2);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	return run_all();
}
