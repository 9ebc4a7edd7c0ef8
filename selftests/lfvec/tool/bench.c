// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec bench - what an operation costs, here and elsewhere in the kernel
 *
 * In each setting the peers take turns, round after round.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

const char * const bench_peers[LFVEC_STRESS_PEERS] = {
	[LFVEC_STRESS_PEER_LFVEC]	= "lfvec",
	[LFVEC_STRESS_PEER_OVERWRITE]	= "overwriting",
	[LFVEC_STRESS_PEER_APPEND_ONLY]	= "append-only",
	[LFVEC_STRESS_PEER_BOTH]	= "both",
	[LFVEC_STRESS_PEER_PUBLISHED]	= "published",
	[LFVEC_STRESS_PEER_SPINLOCK]	= "spinlock",
	[LFVEC_STRESS_PEER_IRQSAVE]	= "irqsave",
	[LFVEC_STRESS_PEER_ARRAY]	= "array",
	[LFVEC_STRESS_PEER_XARRAY]	= "xarray",
	[LFVEC_STRESS_PEER_GENRADIX]	= "genradix",
	[LFVEC_STRESS_PEER_PTR_RING]	= "ptr_ring",
	[LFVEC_STRESS_PEER_LLIST]	= "llist",
	[LFVEC_STRESS_PEER_LIMIT]	= "limit",
};

const char * const bench_memories[BENCH_MEMORIES] = {
	[BENCH_WARM] = "warm", [BENCH_COLD] = "cold",
};

static const char * const bench_units[] = { "ns", "instructions" };

static const struct bench_work bench_works[] = {
	{ "push",	 LFVEC_STRESS_WORK_PUSH, 0, { 0 } },
	{ "append",	 LFVEC_STRESS_WORK_APPEND, 0, { 0 } },
	{ "push_many4",	 LFVEC_STRESS_WORK_PUSH_MANY, 4, { 0 } },
	{ "push_many16", LFVEC_STRESS_WORK_PUSH_MANY, 16, { 0 } },
	{ "push_many64", LFVEC_STRESS_WORK_PUSH_MANY, 64, { 0 } },
	{ "pop",	 LFVEC_STRESS_WORK_POP, 0, { 0 } },
	{ "push-pop",	 LFVEC_STRESS_WORK_PUSHPOP, 0, { 0 } },
	{ "load",	 LFVEC_STRESS_WORK_LOAD, 0, { 0 } },
	{ "store",	 LFVEC_STRESS_WORK_STORE, 0, { 0 } },
	{ "iterate",	 LFVEC_STRESS_WORK_ITERATE, 0, { 0 } },
	{ "mix-15-5-10-70",  LFVEC_STRESS_WORK_MIX, 0, { 15, 5, 10, 70 } },
	{ "mix-30-20-20-30", LFVEC_STRESS_WORK_MIX, 0, { 30, 20, 20, 30 } },
	{ "mix-35-0-35-30",  LFVEC_STRESS_WORK_MIX, 0, { 35, 0, 35, 30 } },
	{ "xadd",	 LFVEC_STRESS_WORK_XADD, 0, { 0 } },
	{ "cmpxchg",	 LFVEC_STRESS_WORK_CMPXCHG, 0, { 0 } },
	{ "line",	 LFVEC_STRESS_WORK_LINE, 0, { 0 } },
	{ "miss",	 LFVEC_STRESS_WORK_MISS, 0, { 0 } },
};

#define WORKS	ARRAY_SIZE(bench_works)

const struct opt bench_opts[] = {
	OPT_WORDS('p', "peer", "LIST",
		  "what to measure, or 'all' (default: lfvec, append-only, published,\n"
		  "spinlock, array, xarray): these and overwriting, both (of these two\n"
		  "forms), irqsave, genradix, ptr_ring, llist, and limit: the machine",
		  bench_peers, LFVEC_STRESS_PEERS),
	OPT('w', "work", "LIST",
	    "at which work, or 'all' (default: push, append, push_many16, pop, push-pop,\n"
	    "load, store): these and push_many4, push_many64, iterate, mix-15-5-10-70,\n"
	    "mix-30-20-20-30, mix-35-0-35-30 (percent of push, pop, store, load), and of\n"
	    "limit: xadd, cmpxchg, line, miss"),
	OPT('t', "threads", "LIST", "so many at once, bound to CPUs (default 1,2)"),
	OPT('s', "esize", "LIST", "bytes of an element (default 8)"),
	OPT('e', "elems", "LIST", "how many elements there are (default 10k)"),
	OPT('o', "ops", "N", "operations of each thread in a round (default 10k)"),
	OPT('r', "rounds", "N", "rounds of each (default 5)"),
	OPT_WORDS('m', "memory", "LIST", "warm (default), cold, or both",
		  bench_memories, BENCH_MEMORIES),
	OPT('l', "latency", NULL,
	    "also times of single operations, in rounds of their own; 'lfvec hist'\n"
	    "shows how these are distributed"),
	OPT_WORDS('u', "unit", "NAME",
		  "what the clock counts: ns (default), or instructions", bench_units,
		  ARRAY_SIZE(bench_units)),
	OPT('j', "json", "FILE", "write all results there, too"),
	OPT_END
};

const char bench_more[] =
	"A figure is the median of the rounds, with least and most where they differ.\n"
	"What a peer cannot do is left out.\n";

static u32 parse_works(char *s)
{
	const char *names[WORKS];
	size_t i;

	if (!strcmp(s, "all"))
		return (1U << WORKS) - 1;
	for (i = 0; i < WORKS; i++)
		names[i] = bench_works[i].name;
	return parse_names("work", s, names, WORKS);
}

static u32 parse_peers(char *s)
{
	if (!strcmp(s, "all"))
		return (1U << LFVEC_STRESS_PEERS) - 1;
	return parse_names("peer", s, bench_peers, LFVEC_STRESS_PEERS);
}

/* "1k,10k" */
static struct bench_list parse_list(const char *what, char *s, u64 max)
{
	struct bench_list list = { 0 };
	char *item;

	while ((item = strsep(&s, ","))) {
		if (list.nr == BENCH_LIST)
			usage("%s: more than %u", what, BENCH_LIST);
		list.n[list.nr] = parse_count(what, item, max);
		if (!list.n[list.nr++])
			usage("%s: at least one", what);
	}
	return list;
}

static u32 parse_some(const char *what, const char *s, u32 max)
{
	u32 n = parse_count(what, s, max);

	if (!n)
		usage("%s: at least one", what);
	return n;
}

static void bench_option(struct bench *b, int opt, char *arg)
{
	switch (opt) {
	case 'p':
		b->peers = parse_peers(arg);
		break;
	case 'w':
		b->works = parse_works(arg);
		break;
	case 't':
		b->threads = parse_list("threads", arg,
					LFVEC_STRESS_BENCH_THREADS_MAX);
		break;
	case 's':
		b->esize = parse_list("esize", arg, 4096);
		break;
	case 'e':
		b->elems = parse_list("elems", arg, LFVEC_STRESS_ELEMS_MAX);
		break;
	case 'o':
		b->ops = parse_some("ops", arg, LFVEC_STRESS_BENCH_OPS_MAX);
		break;
	case 'r':
		b->rounds = parse_some("rounds", arg, BENCH_ROUNDS);
		break;
	case 'm':
		b->memories = parse_names("memory", arg, bench_memories,
					  BENCH_MEMORIES);
		break;
	case 'l':
		b->latency = true;
		break;
	case 'u':
		b->unit = bench_units[parse_name("unit", arg, bench_units,
						 ARRAY_SIZE(bench_units))];
		break;
	case 'j':
		b->json = arg;
		break;
	default:
		usage("bad option");
	}
}

static void bench_options(struct bench *b, int argc, char **argv)
{
	int opt;
	u32 i;

	while ((opt = next_option(argc, argv)) != -1)
		bench_option(b, opt, optarg);
	rest_of(argc, argv, 0, 0);
	for (i = 0; i < b->elems.nr * b->esize.nr; i++)
		check_limit("elems", b->elems.n[i % b->elems.nr],
			    b->esize.n[i / b->elems.nr]);
}

void *must_alloc(size_t nr, size_t size)
{
	void *p = calloc(nr, size);

	if (!p)
		die(EXIT_RESOURCES, "out of memory");
	return p;
}

static struct lfvec_stress_bench bench_arg(const struct bench *b,
					   const struct bench_result *r)
{
	struct lfvec_stress_bench arg = {
		.peer = r->peer, .work = r->work->work, .batch = r->work->batch,
		.threads = r->threads, .esize = r->esize, .elems = r->elems,
		.ops = b->ops, .seed = 1,
	};

	memcpy(arg.mix, r->work->mix, sizeof(arg.mix));
	if (r->memory == BENCH_COLD)
		arg.flags = LFVEC_STRESS_BENCH_COLD;
	return arg;
}

/* Returns false if this peer cannot do it. */
static bool bench_call(int fd, const struct bench_result *r,
		       struct lfvec_stress_bench *arg)
{
	int err = dev_call(fd, LFVEC_STRESS_BENCH, arg);
	char what[128];

	if (err == -EOPNOTSUPP)
		return false;
	snprintf(what, sizeof(what), "%s, %s, %u threads, %llu elements of %u",
		 bench_peers[r->peer], r->work->name, r->threads, r->elems,
		 r->esize);
	if (err)
		die_of(-err, what);
	if (arg->failed && arg->work != LFVEC_STRESS_WORK_MIX)
		die(EXIT_CHECK, "%s, %s: %llu operations failed",
		    bench_peers[r->peer], r->work->name, arg->failed);
	return true;
}

/* One round of one peer. */
static void bench_once(int fd, const struct bench *b, struct bench_result *r)
{
	struct lfvec_stress_bench arg = bench_arg(b, r);

	if (!bench_call(fd, r, &arg))
		return;
	r->values[r->rounds] = (double)arg.elapsed / arg.done;
	r->rates[r->rounds] = arg.span ? arg.done * 1000.0 / arg.span : 0;
	r->rounds++;
	r->bytes = (double)arg.bytes / r->elems;
}

/* And another one, in which single operations are timed. */
static void bench_single(int fd, const struct bench *b, struct bench_result *r)
{
	struct lfvec_stress_bench arg = bench_arg(b, r);
	u64 hist[LFVEC_STRESS_BENCH_CELLS];
	u32 i;

	arg.flags |= LFVEC_STRESS_BENCH_LATENCY;
	arg.buf = (uintptr_t)hist;
	if (!bench_call(fd, r, &arg))
		return;
	if (!r->hist)
		r->hist = must_alloc(LFVEC_STRESS_BENCH_CELLS, sizeof(*r->hist));
	for (i = 0; i < LFVEC_STRESS_BENCH_CELLS; i++)
		r->hist[i] += hist[i];
	if (arg.longest > r->longest)
		r->longest = arg.longest;
}

/* Results in one setting, one for each peer: the rounds are interleaved. */
static void bench_setting(int fd, const struct bench *b,
			  struct bench_result *results)
{
	u32 round, i;

	for (round = 0; round < b->rounds; round++) {
		for (i = 0; i < LFVEC_STRESS_PEERS; i++) {
			if (!(b->peers & 1U << i) ||
			    (round && !results[i].rounds))
				continue;
			bench_once(fd, b, &results[i]);
			if (b->latency && results[i].rounds)
				bench_single(fd, b, &results[i]);
		}
	}
}

/* Fill in setting @nr; false if there are no more. */
static bool bench_choose(const struct bench *b, const struct bench_work *work,
			 u32 nr, struct bench_result *results)
{
	u32 memory, i;
	struct bench_result r = { .work = work };

	r.threads = b->threads.n[nr % b->threads.nr];
	nr /= b->threads.nr;
	r.elems = b->elems.n[nr % b->elems.nr];
	nr /= b->elems.nr;
	r.esize = b->esize.n[nr % b->esize.nr];
	nr /= b->esize.nr;
	for (memory = 0; memory < BENCH_MEMORIES; memory++)
		if (b->memories & 1U << memory && !nr--)
			break;
	if (memory == BENCH_MEMORIES)
		return false;
	r.memory = memory;
	for (i = 0; i < LFVEC_STRESS_PEERS; i++) {
		r.peer = i;
		results[i] = r;
	}
	return true;
}

/* All settings of one work. */
static void bench_work(int fd, const struct bench *b,
		       const struct bench_work *work)
{
	u32 most = b->threads.nr * b->elems.nr * b->esize.nr * BENCH_MEMORIES;
	struct bench_result *results, *at;
	u32 nr, i;

	results = must_alloc(most * LFVEC_STRESS_PEERS, sizeof(*results));
	for (nr = 0; ; nr++) {
		at = &results[nr * LFVEC_STRESS_PEERS];
		if (nr == most || !bench_choose(b, work, nr, at))
			break;
		bench_setting(fd, b, at);
	}
	bench_table(results, nr);
	if (b->file)
		bench_json(b, results, nr);
	for (i = 0; i < nr * LFVEC_STRESS_PEERS; i++)
		free(results[i].hist);
	free(results);
}

int cmd_bench(int argc, char **argv)
{
	struct bench b = {
		.memories = 1U << BENCH_WARM,
		.threads = { 2, { 1, 2 } },
		.esize = { 1, { 8 } },
		.elems = { 1, { 10000 } },
		.rounds = 5, .ops = 10000, .unit = bench_units[0],
	};
	char peers[] = "lfvec,append-only,published,spinlock,array,xarray";
	char works[] = "push,append,push_many16,pop,push-pop,load,store";
	size_t i;
	int fd;

	b.peers = parse_peers(peers);
	b.works = parse_works(works);
	bench_options(&b, argc, argv);
	fd = dev_open();
	if (b.json)
		check_writable(b.json);
	if (just_say("measure %d peers at %d works in %u settings each, %u rounds of %u operations",
		     __builtin_popcount(b.peers), __builtin_popcount(b.works),
		     b.threads.nr * b.esize.nr * b.elems.nr *
		     __builtin_popcount(b.memories), b.rounds, b.ops))
		return EXIT_CLEAN;
	if (b.json)
		bench_json_begin(&b);
	printf("%s an operation (push_many: an element), loop included;\n"
	       "median (least..most) of %u rounds\n", b.unit, b.rounds);
	for (i = 0; i < WORKS; i++)
		if (b.works & 1U << i)
			bench_work(fd, &b, &bench_works[i]);
	if (b.json)
		bench_json_end(&b);
	close(fd);
	return EXIT_CLEAN;
}
