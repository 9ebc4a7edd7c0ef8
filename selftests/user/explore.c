// SPDX-License-Identifier: GPL-2.0
/*
 * All executions of small programs
 *
 * explore runs a program again and again, each time with other decisions of the
 * scheduler, until there is none left that could make a difference. Two executions do
 * not differ if in both the same accesses to each place come in the same order, as
 * far as they conflict. One of each kind is run: source sets and sleep sets, after
 * Abdulla, Aronis, Jonsson and Sagonas, "Optimal Dynamic Partial Order Reduction",
 * POPL 2014. What was run is checked for all of its kind: whether its results are
 * explained in each order in which operations that were free to overlap might have
 * begun and ended.
 *
 * Memory is sequentially consistent here; for weaker, see the litmus tests. What is
 * no atomic access is not a step, and is checked not to race; so nothing is missed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <linux/kernel.h>

#include "program.h"
#include "seed.h"
#include "seen.h"
#include "step.h"

/*
 * What was decided before an event
 *
 * @asleep: threads whose next step need not be tried here, as executions with it were
 *	    seen; @ops: what these steps are
 */
struct frame {
	unsigned long	enabled;
	unsigned long	backtrack;
	unsigned long	asleep;
	unsigned int	chosen;
	struct order_op	ops[ORDER_THREADS];
};

static struct frame frames[ORDER_EVENTS];
static unsigned int depth;	/* so many decisions are to be repeated */
static struct {
	unsigned long	executions;
	unsigned long	pruned;
	unsigned long	steps;
} count;

static unsigned int lowest(unsigned long mask)
{
	return __builtin_ctzl(mask);
}

/* Does one interrupt the other? */
static bool related(unsigned int a, unsigned int b)
{
	return sched_on(a) == (int)b || sched_on(b) == (int)a;
}

/* Whoever interrupts a thread must be tried before each of its steps. */
static unsigned long interruptions(unsigned long enabled, unsigned int nr)
{
	unsigned long mask = 0;
	unsigned int other;

	for_each_set_bit(other, &enabled, ORDER_THREADS)
		if (related(nr, other))
			mask |= BIT(other);
	return mask;
}

/* Those asleep that the event before has not woken. */
static void sleep_on(struct frame *f, const struct frame *before)
{
	const struct order_event *e = &order_trace[order_nr - 1];
	unsigned int nr;

	for_each_set_bit(nr, &before->asleep, ORDER_THREADS) {
		if (nr == e->thread || related(nr, e->thread) ||
		    order_conflict(e->op, before->ops[nr]))
			continue;
		f->asleep |= BIT(nr);
		f->ops[nr] = before->ops[nr];
	}
}

static int choose(unsigned long enabled)
{
	struct frame *f = &frames[order_nr];
	int nr;

	if (order_nr < depth)
		return f->chosen;
	f->enabled = enabled;
	f->asleep = 0;
	if (order_nr)
		sleep_on(f, f - 1);
	nr = seed_decide(enabled & ~f->asleep);
	if (nr < 0)
		return -1;
	f->chosen = nr;
	f->backtrack = BIT(nr) | interruptions(enabled, nr);
	return nr;
}

/* Threads that could come first in what does not come after event @earlier. */
static unsigned long initials(unsigned int earlier, unsigned int later)
{
	unsigned long first = 0, seen = 0;
	unsigned int at[ORDER_THREADS];
	unsigned int i, nr;

	for (i = earlier + 1; i <= later; i++) {
		unsigned int t = order_trace[i].thread;
		bool is_first = true;

		if (seen & BIT(t) || (i != later && order_before(earlier, i)))
			continue;
		for_each_set_bit(nr, &seen, ORDER_THREADS)
			is_first &= !order_before(at[nr], i);
		seen |= BIT(t);
		at[t] = i;
		if (is_first)
			first |= BIT(t);
	}
	return first;
}

static void race(unsigned int earlier, unsigned int later)
{
	unsigned int nr = order_trace[later].thread;
	struct frame *f = &frames[earlier];
	unsigned long first;

	first = initials(earlier, later);
	if (first & f->backtrack)
		return;
	first &= f->enabled;
	if (!first)
		f->backtrack |= f->enabled;
	else
		f->backtrack |= first & BIT(nr) ? BIT(nr) : BIT(lowest(first));
}

/* The later one was not enabled when it might have come first. */
static void late(unsigned int nr, unsigned int event)
{
	struct frame *f = &frames[event];

	if (order_trace[event].thread != nr)
		f->backtrack |= f->enabled & BIT(nr) ? BIT(nr) : f->enabled;
}

static const struct sched_driver driver = { .choose = choose, .late = late };

/* Let the next execution differ in the last decision that may. */
static bool next(unsigned int decisions)
{
	struct frame *f;
	unsigned long left;

	while (decisions--) {
		f = &frames[decisions];
		f->asleep |= BIT(f->chosen);
		f->ops[f->chosen] = order_trace[decisions].op;
		left = f->backtrack & f->enabled & ~f->asleep;
		if (!left)
			continue;
		f->chosen = lowest(left);
		f->backtrack |= interruptions(f->enabled, f->chosen);
		depth = decisions + 1;
		return true;
	}
	return false;
}

/* --- all executions --- */

static unsigned long limit;	/* of executions, or 0 */
static unsigned long checks;	/* at random, that are to be among these */
static struct seen traces;

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Returns what is wrong. If it is stopped by the limit, @complete becomes false. */
static const char *all_executions(const struct program *p, bool *complete)
{
	enum sched_end end;
	const char *wrong;

	depth = 0;
	do {
		wrong = program_run(p, &driver, false, &end);
		if (wrong)
			return wrong;
		count.steps += order_nr;
		if (end == SCHED_STOPPED) {
			count.pruned++;
			continue;
		}
		count.executions++;
		if (checks && !seen_add(&traces, order_hash()))
			return "two executions are the same";
		if (count.executions == limit) {
			*complete = false;
			return NULL;
		}
	} while (next(order_nr));
	return NULL;
}

static int choose_random(unsigned long enabled)
{
	unsigned int nr;

	if (step_random() % 4)
		return seed_decide(enabled);
	do {
		nr = step_random() % ORDER_THREADS;
	} while (!(enabled & BIT(nr)));
	return nr;
}

static const struct sched_driver at_random = { .choose = choose_random };

/* Does something happen at random that was not among all? */
static const char *check_all(const struct program *p)
{
	enum sched_end end;
	const char *wrong;
	unsigned long i;

	for (i = 0; i < checks; i++) {
		wrong = program_run(p, &at_random, false, &end);
		if (wrong)
			return wrong;
		if (!seen_has(&traces, order_hash()))
			return "an execution was missed";
	}
	return NULL;
}

static struct {
	unsigned long	programs;
	unsigned long	executions;
	unsigned long	steps;
	unsigned long	cut;
} total;

static void print_row(const char *text, bool complete, const char *wrong,
		      double time)
{
	printf("%9lu %9lu %10lu %6lu %6.1f  %-8s  %s\n", count.executions,
	       count.pruned, count.steps, program_forget(), time,
	       wrong ? "WRONG" : complete ? "complete" : "cut", text);
	total.programs++;
	total.executions += count.executions;
	total.steps += count.steps;
	total.cut += !complete;
}

/* Returns whether all is right. */
static bool explore(const char *text)
{
	double begin = seconds();
	static struct program p;
	bool complete = true;
	const char *wrong;

	memset(&count, 0, sizeof(count));
	wrong = program_parse(&p, text);
	if (wrong) {
		printf("%s: %s\n", text, wrong);
		return false;
	}
	order_race = race;
	wrong = all_executions(&p, &complete);
	order_race = NULL;
	if (!wrong && checks && complete)
		wrong = check_all(&p);
	seen_forget(&traces);
	print_row(text, complete, wrong, seconds() - begin);
	if (!wrong)
		return true;
	seed_print();
	program_print();
	printf("not ok - %s: \"%s\", after %lu executions, %.2f s\n", wrong, text,
	       count.executions + 1, seconds() - begin);
	return false;
}

/* Each of these takes no more than some seconds. */
static const char * const programs[] = {
	/* what broken builds are caught by, first */
	"init=0 pop; push 1 ! push 0; pop",
	"chunk=8 first=1 init=000 truncate 0; shrink | load 1",
	"first=1 init=000 truncate 0; shrink | load 1",
	"bytes=64 max=1 commit 0 1; commit 0 0 | commit 1 1",
	"bytes=64 max=4 commit 0 1; commit 1 0 | commit 0 1; get 0",
	/* a late helper: the same value comes to the slot again */
	"init=00 store 1 1 | pop",
	"init=0 pop; push 1 | pop",
	"init=0 pop; push 0 | push 1",
	"init=0 push 1 | pop",
	"init=00 pop; push 0 | store 1 1",
	"init=00 pop; push 0 | cmpxchg 1 0 1",
	"init=00 pop; push 0 | xchg 1 1; pop",
	"init=01 pop; push 1 | pop; push 0",
	"init=01 pop; push 1 | pop; push 0; load 1",
	"init=00 pop; push 1; pop | push 0; pop",
	"chunk=2 init=00 pop; push 1; pop | push 0; pop; push 1",
	/* three threads */
	"push 1 | push 0 | pop",
	"init=0 push 1 | pop | store 0 1",
	"init=00 pop; push 0 | store 1 1 | load 1",
	"init=00 pop; push 0 | store 1 1 | load 1; load 1",
	"init=00 truncate 0; push 1 | store 0 1 | load 0",
	/* the last element, and how many there are */
	"init=00 peek; pop | store 1 1; push 0",
	"size; oldest | push 1; pop",
	/* batches */
	"init=0 push_many 1 1 | push_many 0 0",
	"init=0 push_many 1 0 | pop_many 2; push 1",
	"init=0 push_many 1 1 | pop; push 0",
	"init=00 push_many 1 1 | store 1 1; pop",
	"init=00 truncate 1; push 1 | push_many 0 1",
	"init=000 truncate 0; push 1 | pop_many 2; push 0",
	/* buckets and nodes are missing */
	"first=1 gfp=2 push 1; push 0 | push 0",
	"nodes=1 gfp=1 push 1; push 0 | push 0",
	"nodes=0 gfp=2 push 1; push 1 | push 0; pop",
	"nodes=0 stock=0 gfp=2 push 1 | push 0",
	/* shrinking */
	"init=00 shrink | push 1",
	"init=00 pop; shrink | push 1",
	"first=1 gfp=2 init=00 shrink | shrink; pop",
	"first=1 init=00 truncate 1; shrink | store 1 1",
	/* overwriting, append-only, and both */
	"form=1 max=1 push 1; push 0 | load 0; pop",
	"form=1 max=2 init=00 push 1; push 0 | load 1; oldest",
	"form=1 max=2 init=00 push_many 1 0 | pop; load 1",
	"form=1 max=4 init=000 push 1; push 0 | truncate 1; push 1",
	"form=2 push 1; push 0 | push 0; load 0",
	"form=2 push 1; push 0 | push 0; push 1 | load 1; load 0",
	"form=2 first=1 gfp=2 push 1; push 0 | push 0; load 1",
	"form=3 max=1 push 1; push 0 | push 0; load 0",
	"form=3 max=2 push 1; push 0 | push 0; load 0",
	"form=3 max=2 push 1; push 0 | push 0; push 1",
	/* of different sizes */
	"bytes=64 max=4 commit 0 1 | commit 0 0",
	"bytes=64 max=2 commit 0 1; commit 0 0 | commit 1 1; oldest",
	"bytes=64 max=2 commit 0 1; commit 0 0 | commit 1 1 | get 0; get 1",
	"bytes=100 max=4 commit 0 1; commit 1 0 | commit 0 1 | get 0; oldest",
	"bytes=1000 max=2 commit 0 1; commit 1 0; commit 0 1 | commit 1 1; get 1",
	/* interrupted */
	"bytes=64 max=4 commit 0 1; commit 0 0; commit 0 1 ! commit 1 0",
	"init=0 pop; push 1 ! push 0 | pop",
	"init=00 pop; push 1 ! store 1 1; pop",
	"init=0 push_many 1 1 ! pop; push 0",
	"init=0 push 1 ! pop; push 0 | load 0",
};

/* These take longer. */
static const char * const long_programs[] = {
	"first=1 gfp=2 push 1; push 0 | push 0; pop",
	"form=1 max=2 init=00 push_many 1 0 | pop_many 2; push 1",
	"init=0 push 1 | pop | pop; push 0",
	"init=00 pop; shrink | push 1; pop",
	"first=1 init=00 shrink | pop; push 1",
	"first=1 push 1; push 0 | push 0",
	"init=00 pop; push 0 | store 1 1 | pop",
	"init=00 peek | store 1 1; pop | push 1",
	"init=00 pop; push 1 ! pop; push 0 ! push 1",
};

static const char usage[] =
"usage: explore [--check N] [--limit N] [--long | PROGRAM...]\n"
"       explore --replay SEED PROGRAM\n"
"\n"
"Run all executions of these programs, or of those that are known here. Only with\n"
"--long, that includes those that take longer.\n"
"\n"
"	--check N	look whether N executions at random are among them\n"
"	--limit N	stop at so many executions of a program\n"
"	--replay SEED	run this execution, and print each step\n"
"\n"
"The columns: executions; others that turned out to be the same as one of them, and\n"
"were not ended; steps; different histories; seconds; whether that were all.\n"
"\n";

static int help(void)
{
	printf("%s%s", usage, program_usage);
	return 2;
}

static int replay_main(int argc, char **argv)
{
	const char *wrong;

	if (argc != 4)
		return help();
	wrong = seed_run(argv[2], argv[3]);
	printf("%s\n", wrong ?: "ok");
	return !!wrong;
}

static bool explore_all(const char * const *texts, unsigned int nr)
{
	while (nr--)
		if (!explore(*texts++))
			return false;
	return true;
}

static bool explore_known(bool all)
{
	return explore_all(programs, ARRAY_SIZE(programs)) &&
	       (!all || explore_all(long_programs, ARRAY_SIZE(long_programs)));
}

int main(int argc, char **argv)
{
	double begin = seconds();
	bool all = false, good;
	char **arg = argv + 1;
	unsigned int nr;

	setvbuf(stdout, NULL, _IOLBF, 0);
	program_begin();
	if (*arg && !strcmp(*arg, "--replay"))
		return replay_main(argc, argv);
	for (; *arg && **arg == '-'; arg++) {
		if (!strcmp(*arg, "--long"))
			all = true;
		else if (!strcmp(*arg, "--check") && arg[1])
			checks = strtoul(*++arg, NULL, 0);
		else if (!strcmp(*arg, "--limit") && arg[1])
			limit = strtoul(*++arg, NULL, 0);
		else
			return help();
	}
	printf("executions    pruned      steps   hist.   time  all?      program\n");
	nr = argv + argc - arg;
	good = nr ? explore_all((const char * const *)arg, nr) : explore_known(all);
	if (good)
		printf("ok - %lu programs, %lu executions, %lu steps, %lu cut, %.1f s\n",
		       total.programs, total.executions, total.steps, total.cut,
		       seconds() - begin);
	return !good;
}
