// SPDX-License-Identifier: GPL-2.0
/*
 * Threads do as they like to one vector, and every value is accounted for
 *
 * Exit status: 0 clean, 1 a check failed or nothing moved any more, 2 usage,
 * 3 no memory.
 */
#include <getopt.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/kernel.h>

#include "account.h"
#include "load.h"
#include "peers.h"
#include "stub.h"

#define THREADS_MAX	32	/* the last one is the keeper */
#define TICK_US		20000

/* Operations between two calls of peer->relax() by one thread. */
#define RELAX_OPS	65536

enum op {
	PUSH, POP, LOAD, XCHG, CMPXCHG, PUSH_MANY, POP_MANY, TRUNCATE, OPS
};

static const char * const op_names[OPS] = {
	"push", "pop", "load", "xchg", "cmpxchg", "push_many", "pop_many",
	"truncate",
};

struct options {
	const struct peer	*peer;
	unsigned int		mix[OPS];
	unsigned long		threads;
	unsigned long		readers;
	unsigned long		ops;
	unsigned long		seconds;
	unsigned long		seed;
	unsigned long		esize;
	unsigned long		values;
	unsigned long		chunk;
	unsigned long		yield;
	unsigned long		irq;
	unsigned long		watchdog;
	bool			shrink;
	struct lfvec_attr	attr;
};

static struct options opt = {
	.peer		= &peer_lfvec,
	.mix		= { [PUSH] = 50, [POP] = 50 },
	.threads	= 4,
	.seed		= 1,
	.esize		= 8,
	.watchdog	= 30,
};

/* Operations that interrupt one another have buffers of their own. */
struct buffers {
	u8	*a;
	u8	*b;
};

struct worker {
	pthread_t	thread;
	struct ledger	*ledger;
	unsigned long	ops;		/* how many are done */
	unsigned int	level;		/* 0, or how many are interrupted */
	struct buffers	buffers[LFVEC_LEVELS];
} __aligned(64);

static struct worker workers[THREADS_MAX];
static __thread struct worker *me;
static void *vec;
static bool stop;
static unsigned int running;
static pthread_barrier_t start;

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

/* Whoever interrupts another may not allocate. */
static gfp_t my_gfp(void)
{
	return me->level ? 0 : GFP_KERNEL;
}

static void do_push(void *elem)
{
	ledger_make(me->ledger, elem);
	if (opt.peer->push(vec, elem, my_gfp()) >= 0)
		ledger_in(me->ledger, elem);
}

static void do_pop(void *elem)
{
	if (!opt.peer->pop(vec, elem))
		ledger_out(me->ledger, elem);
}

static unsigned long random_index(void)
{
	return step_random() % (opt.peer->size(vec) + 1);
}

static void do_load(void *before, void *after)
{
	unsigned long index = random_index();

	if (opt.peer->load(vec, index, before))
		return;
	ledger_seen(me->ledger, before);
	if (opt.peer->load(vec, index, after))
		return;
	ledger_seen(me->ledger, after);
	/* Interrupted pushes overtake each other. */
	if (!opt.irq)
		ledger_order(me->ledger, before, after);
}

static void do_xchg(void *new, void *old)
{
	ledger_make(me->ledger, new);
	if (opt.peer->exchange(vec, random_index(), new, old, my_gfp()))
		return;
	ledger_in(me->ledger, new);
	ledger_out(me->ledger, old);
}

static void do_cmpxchg(void *new, void *old)
{
	unsigned long index = random_index();
	int ret;

	if (opt.peer->load(vec, index, old))
		return;
	ledger_make(me->ledger, new);
	ret = opt.peer->compare(vec, index, old, new, my_gfp());
	if (ret >= 0)
		ledger_seen(me->ledger, old);
	if (ret == 1) {
		ledger_in(me->ledger, new);
		ledger_out(me->ledger, old);
	}
}

/* Mostly a few, as batches across small buckets are the difficult ones. */
static unsigned int random_batch(void)
{
	return 1 + step_random() % (step_random() % 8 ? 4 : LFVEC_BATCH_MAX);
}

static void do_push_many(u8 *elems)
{
	unsigned int nr = random_batch(), i;

	for (i = 0; i < nr; i++)
		ledger_make(me->ledger, elems + i * opt.esize);
	if (opt.peer->push_many(vec, elems, nr, my_gfp()) < 0)
		return;
	for (i = 0; i < nr; i++)
		ledger_in(me->ledger, elems + i * opt.esize);
}

static void do_pop_many(u8 *elems)
{
	int nr = opt.peer->pop_many(vec, elems, random_batch()), i;

	for (i = 0; i < nr; i++)
		ledger_out(me->ledger, elems + i * opt.esize);
}

static void do_truncate(void)
{
	long nr = opt.peer->truncate(vec, random_index());

	me->ledger->truncated += max(nr, 0L);
}

static enum op random_op(void)
{
	unsigned int die = step_random() % 100;
	enum op op;

	for (op = PUSH; die >= opt.mix[op]; op++)
		die -= opt.mix[op];
	return op;
}

static void do_op(void)
{
	struct buffers *buffers = &me->buffers[me->level];

	switch (random_op()) {
	case PUSH:
		return do_push(buffers->a);
	case POP:
		return do_pop(buffers->a);
	case LOAD:
		return do_load(buffers->a, buffers->b);
	case XCHG:
		return do_xchg(buffers->a, buffers->b);
	case CMPXCHG:
		return do_cmpxchg(buffers->a, buffers->b);
	case PUSH_MANY:
		return do_push_many(buffers->a);
	case POP_MANY:
		return do_pop_many(buffers->a);
	default:
		return do_truncate();
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
	step_left = 0;
	stub_offline();
}

/* One more is done; the main thread looks at this, too. */
static unsigned long count_op(void)
{
	unsigned long ops = me->ops + 1;

	__atomic_store_n(&me->ops, ops, __ATOMIC_RELAXED);
	return ops;
}

static void *work(void *arg)
{
	unsigned long ops = opt.ops / opt.threads;

	thread_begin(arg);
	while (!stopped()) {
		do_op();
		if (count_op() == ops)
			break;
		if (opt.peer->relax && !(me->ops % RELAX_OPS))
			opt.peer->relax();
	}
	thread_end();
	__atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* Iterate over all, forwards or backwards, and look at each element. */
static void read_all(bool forwards)
{
	unsigned long index, last = -1UL;
	struct lfvec_iter it = __lfvec_begin(vec, &index);
	const void *elem;

	rcu_read_lock();
	if (!forwards)
		it = __lfvec_end(vec, &index);
	for (;;) {
		elem = forwards ? __lfvec_next(&it) : __lfvec_prev(&it);
		if (!elem)
			break;
		ledger_seen(me->ledger, elem);
		/* Backwards, what was popped meanwhile is left out. */
		if (forwards ? index != last + 1 && !opt.attr.flags :
			       index >= last)
			me->ledger->disorder++;
		last = index;
	}
	rcu_read_unlock();
	if (!__lfvec_peek(vec, me->buffers[0].a))
		ledger_seen(me->ledger, me->buffers[0].a);
}

/* Does what the kernel does in the background, and shrinks if asked to. */
static void *keeper(void *arg)
{
	thread_begin(arg);
	while (!stopped()) {
		if (opt.shrink)
			__lfvec_shrink(vec);
		if (!stub_do_work())
			usleep(100);
	}
	thread_end();
	return NULL;
}

static void *reader(void *arg)
{
	bool forwards = true;

	thread_begin(arg);
	for (; !stopped(); forwards = !forwards)
		read_all(forwards);
	thread_end();
	return NULL;
}

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
	unsigned long ops = 0, last = 0;

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
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	alarm(opt.watchdog);
}

static double run(struct account *account)
{
	unsigned long threads = opt.threads + opt.readers + 1, i, level;
	size_t room = opt.esize * LFVEC_BATCH_MAX;
	double begin;

	running = opt.threads;
	pthread_barrier_init(&start, NULL, threads + 1);
	for (i = 0; i < threads; i++) {
		void *(*body)(void *arg) = i < opt.threads ? work :
					   i < threads - 1 ? reader : keeper;

		workers[i].ledger = account_ledger(account, i);
		for (level = 0; level < LFVEC_LEVELS; level++) {
			workers[i].buffers[level].a = malloc(room);
			workers[i].buffers[level].b = malloc(room);
		}
		if (pthread_create(&workers[i].thread, NULL, body,
				   &workers[i])) {
			perror("pthread_create");
			exit(3);
		}
	}
	pthread_barrier_wait(&start);
	begin = load_now();
	watch();
	for (i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		for (level = 0; level < LFVEC_LEVELS; level++) {
			free(workers[i].buffers[level].a);
			free(workers[i].buffers[level].b);
		}
	}
	return load_now() - begin;
}

/* What is left at the end, in both ways to get at it. */
static void drain(struct ledger *ledger)
{
	bool pops = !(opt.attr.flags & LFVEC_APPEND_ONLY);
	unsigned long size = opt.peer->size(vec), oldest = 0, i;
	u8 elem[LFVEC_ELEM_MAX], loaded[LFVEC_ELEM_MAX];
	struct lfvec_stats stats = { };

	if (opt.peer == &peer_lfvec) {
		oldest = __lfvec_oldest(vec);
		__lfvec_stats(vec, &stats);
	}
	/* Nobody saw which ones these were. */
	ledger->truncated += stats.overwritten;
	for (i = size; i > oldest; i--) {
		if (opt.peer->load(vec, i - 1, loaded) ||
		    (pops && (opt.peer->pop(vec, elem) ||
			      memcmp(elem, loaded, opt.esize)))) {
			ledger->torn++;
			return;
		}
		ledger_out(ledger, loaded);
	}
	if (pops && opt.peer->pop(vec, elem) != -ENOENT)
		ledger->torn++;
}

static void print_stats(void)
{
	struct lfvec_stats stats;

	if (opt.peer != &peer_lfvec)
		return;
	__lfvec_stats(vec, &stats);
	printf("# dropped %llu, overwritten %llu\n",
	       (unsigned long long)stats.dropped,
	       (unsigned long long)stats.overwritten);
	printf("# retries %llu, helped %llu, nodes %llu, buckets %llu, lost %llu\n",
	       (unsigned long long)stats.retries,
	       (unsigned long long)stats.helped,
	       (unsigned long long)stats.nodes,
	       (unsigned long long)stats.buckets,
	       (unsigned long long)stats.buckets_lost);
}

static int judge(const struct verdict *v)
{
	long unfreed = stub_allocated();
	unsigned int bugs = stub_bugs();
	bool bad = v->lost || v->duplicated || v->torn || v->disorder || bugs ||
		   unfreed;

	printf("# in %llu = out or left %llu + truncated %llu\n",
	       (unsigned long long)v->in, (unsigned long long)v->out,
	       (unsigned long long)v->truncated);
	printf("%s - lost %llu, duplicated %llu, torn %llu, disorder %llu, ",
	       bad ? "not ok" : "ok", (unsigned long long)v->lost,
	       (unsigned long long)v->duplicated, (unsigned long long)v->torn,
	       (unsigned long long)v->disorder);
	printf("warnings %u, unfreed %ld\n", bugs, unfreed);
	return bad;
}

static int run_all(void)
{
	struct account *account;
	struct verdict verdict;
	double seconds;

	account = account_create(opt.threads + opt.readers + 2, opt.values,
				 opt.esize);
	stub_set_cpus(opt.threads + opt.readers + 2);
	stub_online();
	vec = opt.peer->create(opt.esize, &opt.attr, opt.chunk);
	if (!vec) {
		fprintf(stderr, "stress: cannot create a %s like that\n",
			opt.peer->name);
		exit(2);
	}
	load_watchdog();
	seconds = run(account);
	printf("# %lu operations in %.1f s, %.0f ns each\n", all_ops(), seconds,
	       seconds * 1e9 / max(all_ops(), 1UL));
	print_stats();
	drain(account_ledger(account, opt.threads + opt.readers + 1));
	opt.peer->destroy(vec);
	stub_offline();
	alarm(0);

	account_verdict(account, &verdict);
	account_destroy(account);
	return judge(&verdict);
}

static const struct option options[] = {
	{ "peer",	required_argument, NULL, 'p' },
	{ "threads",	required_argument, NULL, 't' },
	{ "readers",	required_argument, NULL, 'r' },
	{ "ops",	required_argument, NULL, 'o' },
	{ "seconds",	required_argument, NULL, 's' },
	{ "seed",	required_argument, NULL, 'S' },
	{ "first",	required_argument, NULL, 'f' },
	{ "max",	required_argument, NULL, 'M' },
	{ "esize",	required_argument, NULL, 'e' },
	{ "values",	required_argument, NULL, 'v' },
	{ "mix",	required_argument, NULL, 'm' },
	{ "chunk",	required_argument, NULL, 'c' },
	{ "yield",	required_argument, NULL, 'y' },
	{ "irq",	required_argument, NULL, 'i' },
	{ "watchdog",	required_argument, NULL, 'w' },
	{ "spare",	required_argument, NULL, 'P' },
	{ "backlog",	required_argument, NULL, 'B' },
	{ "form",	required_argument, NULL, 'F' },
	{ "shrink",	no_argument,	   NULL, 'k' },
	{ "help",	no_argument,	   NULL, 'h' },
	{ }
};

static void help(FILE *out, int status)
{
	fputs("usage: stress [OPTION]...\n"
	      "  --peer NAME    lfvec, published or spinlock (lfvec)\n"
	      "  --threads N    threads that do as the mix says (4)\n"
	      "  --readers N    threads that iterate both ways (0)\n"
	      "  --ops N        operations of all threads\n"
	      "  --seconds N    or for how long\n"
	      "  --seed N       of all dice (1)\n"
	      "  --first N      slots in the first bucket (the default)\n"
	      "  --max N        no more elements than this (the default)\n"
	      "  --esize N      bytes of an element (8)\n"
	      "  --values N     distinct values, or \"unique\" (unique)\n"
	      "  --mix OP=N,... percent of push, pop, load, xchg, cmpxchg,\n"
	      "                 push_many, pop_many, truncate (push=50,pop=50)\n"
	      "  --chunk N      nodes that are moved at once (the default)\n"
	      "  --yield N      pause at one in N steps (0: never)\n"
	      "  --irq N        interrupt an operation by another one, at one\n"
	      "                 in N steps (0: never)\n"
	      "  --spare N      kept ready for pushes that may not sleep (default)\n"
	      "  --backlog N    nodes that may wait for a grace period (default)\n"
	      "  --form N       1: overwrite the oldest, 2: append only, 3: both (0)\n"
	      "  --shrink       give back memory all the time\n"
	      "  --watchdog N   seconds without progress that are a failure (30)\n",
	      out);
	exit(status);
}

static unsigned long parse(const char *text, unsigned long most)
{
	unsigned long nr;

	if (!load_number(text, most, &nr)) {
		fprintf(stderr, "stress: %s: not a number up to %lu\n", text,
			most);
		help(stderr, 2);
	}
	return nr;
}

static bool can(enum op op)
{
	const struct peer *peer = opt.peer;
	const bool offers[OPS] = {
		true, true, true, peer->exchange, peer->compare, peer->push_many,
		peer->pop_many, peer->truncate,
	};

	return offers[op];
}

static void parse_mix(char *text)
{
	char *part, *value;
	enum op op;

	memset(opt.mix, 0, sizeof(opt.mix));
	while ((part = strsep(&text, ","))) {
		value = part;
		part = strsep(&value, "=");
		for (op = PUSH; op < OPS && strcmp(part, op_names[op]); op++)
			;
		if (op == OPS || !value) {
			fprintf(stderr, "stress: %s: no such part of a mix\n",
				part);
			help(stderr, 2);
		}
		opt.mix[op] = parse(value, 100);
	}
}

static void parse_one(int c, char *arg)
{
	switch (c) {
	case 'p':
		opt.peer = peer_find(arg);
		break;
	case 't':
		opt.threads = parse(arg, THREADS_MAX);
		break;
	case 'r':
		opt.readers = parse(arg, THREADS_MAX);
		break;
	case 'o':
		opt.ops = parse(arg, -1UL);
		break;
	case 's':
		opt.seconds = parse(arg, 1000000);
		break;
	case 'S':
		opt.seed = parse(arg, -1UL);
		break;
	case 'f':
		opt.attr.first = parse(arg, -1UL);
		break;
	case 'M':
		opt.attr.max = parse(arg, -1UL);
		break;
	case 'e':
		opt.esize = parse(arg, LFVEC_ELEM_MAX);
		break;
	case 'v':
		opt.values = strcmp(arg, "unique") ? parse(arg, 65536) : 0;
		break;
	case 'm':
		parse_mix(arg);
		break;
	case 'c':
		opt.chunk = parse(arg, 1024);
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
	case 'P':
		opt.attr.spare = parse(arg, LFVEC_SPARE_MAX);
		break;
	case 'B':
		opt.attr.backlog = parse(arg, LONG_MAX);
		break;
	case 'F':
		opt.attr.flags = parse(arg, 3);
		break;
	case 'k':
		opt.shrink = true;
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
	u64 different = opt.esize < 8 ? 1ULL << 8 * opt.esize : -1ULL;
	unsigned int sum = 0;
	enum op op;

	if (!opt.peer || !opt.threads || !opt.esize || !opt.watchdog ||
	    opt.threads + opt.readers >= THREADS_MAX)
		return false;
	if (opt.peer != &peer_lfvec && (opt.readers || opt.irq || opt.shrink))
		return false;
	for (op = PUSH; op < OPS; op++) {
		sum += opt.mix[op];
		if (opt.mix[op] && !can(op))
			return false;
	}
	return sum == 100 && !!opt.ops != !!opt.seconds &&
	       (!opt.ops || opt.ops >= opt.threads) &&
	       opt.values <= different && (opt.values || opt.esize >= 8);
}

int main(int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		parse_one(c, optarg);
	if (optind < argc || !sensible()) {
		fprintf(stderr, "stress: this makes no sense together\n");
		help(stderr, 2);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	return run_all();
}
