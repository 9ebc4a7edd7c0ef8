// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec run - kernel threads on a vector of their own
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

const char run_help[] =
	"  --threads N      kernel threads (default 8)\n"
	"  --bind           thread n to the n-th CPU\n"
	"  --impl NAME      lfvec (default), published, spinlock, or all: one\n"
	"                   after another, under the same load\n"
	"  --jitter         dawdle now and then, to be overtaken\n"
	"  --cost N         then time N operations of each kind, alone on one\n"
	"                   CPU, on all implementations (0: not; default 100k\n"
	"                   with --impl all)\n"
	"  --cost-only      do nothing but that\n"
	"  --unit NAME      what the clock counts (default ns)\n"
	LOAD_HELP
	"\nWith --impl all the exit code is lfvec's verdict: the published form is\n"
	"expected to fail where values repeat.\n";

#define IMPL_ALL	LFVEC_STRESS_IMPLS
#define COST_UNSET	UINT64_MAX

struct run {
	struct load	load;
	u32	impl;
	u32	flags;
	u64	cost;
	bool		cost_only;
	const char	*unit;
	bool		clean;
};

static const char * const work_names[LFVEC_STRESS_WORKS] = {
	[LFVEC_STRESS_WORK_PUSH]	= "push",
	[LFVEC_STRESS_WORK_POP]		= "pop",
	[LFVEC_STRESS_WORK_PUSHPOP]	= "push/pop",
	[LFVEC_STRESS_WORK_LOAD]	= "load",
	[LFVEC_STRESS_WORK_STORE]	= "store",
};

static u32 run_impl(const char *name)
{
	u32 i;

	for (i = 0; i < LFVEC_STRESS_IMPLS; i++)
		if (!strcmp(name, impl_name(i)))
			return i;
	if (strcmp(name, "all"))
		usage("impl: %s: lfvec, published, spinlock or all", name);
	return IMPL_ALL;
}

static void run_options(struct run *r, int argc, char **argv)
{
	static const struct option own[] = {
		{ "threads",	required_argument, NULL, 't' },
		{ "bind",	no_argument,	   NULL, 'B' },
		{ "impl",	required_argument, NULL, 'i' },
		{ "jitter",	no_argument,	   NULL, 'J' },
		{ "cost",	required_argument, NULL, 'c' },
		{ "cost-only",	no_argument,	   NULL, 'C' },
		{ "unit",	required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 }
	};
	const struct option *options = load_options(own);
	int opt;

	while ((opt = getopt_long(argc, argv, LOAD_SHORT, options,
				  NULL)) != -1) {
		switch (opt) {
		case 't':
			r->load.workers = parse_u64("threads", optarg,
						    LFVEC_STRESS_THREADS_MAX);
			break;
		case 'B':
			r->flags |= LFVEC_STRESS_RUN_BIND;
			break;
		case 'J':
			r->flags |= LFVEC_STRESS_RUN_JITTER;
			break;
		case 'i':
			r->impl = run_impl(optarg);
			break;
		case 'c':
			r->cost = parse_count("cost", optarg,
					      LFVEC_STRESS_COST_MAX);
			break;
		case 'C':
			r->cost_only = true;
			break;
		case 'u':
			r->unit = optarg;
			break;
		default:
			if (!load_option(&r->load, opt, optarg))
				usage("bad option");
		}
	}
	if (optind < argc)
		usage("%s: not expected", argv[optind]);
}

static void run_start(int fd, const struct run *r, u32 impl)
{
	const struct load *l = &r->load;
	struct lfvec_stress_run arg = {
		.impl = impl, .threads = l->workers, .flags = r->flags,
		.esize = l->esize, .values = l->values, .batch = l->batch,
		.duration = l->duration, .ops = l->ops, .first = l->first,
		.max = l->max, .seed = l->seed,
	};

	memcpy(arg.mix, l->mix, sizeof(arg.mix));
	dev_must(fd, LFVEC_STRESS_START, &arg, impl_name(impl));
}

static void run_wait(int fd, const struct load *l)
{
	struct lfvec_stress_wait wait;
	int err;

	do {
		memset(&wait, 0, sizeof(wait));
		wait.timeout = 500;
		err = dev_call(fd, LFVEC_STRESS_WAIT, &wait);
		if (err && err != -EINTR)
			die(dev_exit_code(-err), "wait: %s", strerror(-err));
		if (__atomic_load_n(&interrupted, __ATOMIC_RELAXED)) {
			dev_must(fd, LFVEC_STRESS_STOP, NULL, "stop");
			break;
		}
		load_progress(l, wait.ops, wait.elapsed);
	} while (err || wait.running);
	load_progress_end();
}

static void run_one(int fd, struct run *r, u32 impl)
{
	struct lfvec_stress_result res;
	int err;

	run_start(fd, r, impl);
	run_wait(fd, &r->load);
	do
		err = dev_call(fd, LFVEC_STRESS_RESULT, &res);
	while (err == -EINTR);
	if (err)
		die(dev_exit_code(-err), "result: %s", strerror(-err));
	if (impl == LFVEC_STRESS_LFVEC || r->impl != IMPL_ALL)
		r->clean = r->clean && report_clean(&res);

	if (r->load.json) {
		json_open(NULL, '{');
		json_str("impl", impl_name(impl));
		report_json(&res);
		json_close('}');
		return;
	}
	report_verdict(impl_name(impl), &res);
	report_result(&r->load, &res);
}

static void run_all(int fd, struct run *r)
{
	u32 i;

	if (r->load.json)
		json_open("runs", '[');
	else if (!r->load.quiet)
		load_print(&r->load, "kernel threads");
	for (i = 0; i < LFVEC_STRESS_IMPLS; i++)
		if ((r->impl == IMPL_ALL || r->impl == i) &&
		    !__atomic_load_n(&interrupted, __ATOMIC_RELAXED))
			run_one(fd, r, i);
	if (r->load.json)
		json_close(']');
}

/* What one operation costs, or a negative number if there is none such. */
static double cost_one(int fd, const struct run *r, u32 impl, u32 work)
{
	struct lfvec_stress_cost arg = {
		.impl = impl, .work = work, .esize = r->load.esize,
		.ops = r->cost,
	};
	int err = dev_call(fd, LFVEC_STRESS_MEASURE, &arg);

	if (err == -EOPNOTSUPP)
		return -1;
	if (err)
		die(dev_exit_code(-err), "cost of %s: %s", impl_name(impl),
		    strerror(-err));
	return (double)arg.elapsed / arg.ops;
}

static void cost_print(double cost[][LFVEC_STRESS_WORKS], const struct run *r)
{
	u32 i, w;

	printf("cost of one operation, alone on one CPU, loop included, in %s\n\n  %-10s",
	       r->unit, "");
	for (w = 0; w < LFVEC_STRESS_WORKS; w++)
		printf(" %9s", work_names[w]);
	printf("\n");
	for (i = 0; i < LFVEC_STRESS_IMPLS; i++) {
		printf("  %-10s", impl_name(i));
		for (w = 0; w < LFVEC_STRESS_WORKS; w++) {
			if (cost[i][w] < 0)
				printf(" %9s", "-");
			else
				printf(" %9.1f", cost[i][w]);
		}
		printf("\n");
	}
	printf("\n  push/pop: the published form takes %.1f times as much as lfvec\n",
	       cost[LFVEC_STRESS_PUBLISHED][LFVEC_STRESS_WORK_PUSHPOP] /
	       cost[LFVEC_STRESS_LFVEC][LFVEC_STRESS_WORK_PUSHPOP]);
}

static void cost_json(double cost[][LFVEC_STRESS_WORKS], const struct run *r)
{
	u32 i, w;

	json_open("cost", '{');
	json_str("unit", r->unit);
	json_u64("operations", r->cost);
	for (i = 0; i < LFVEC_STRESS_IMPLS; i++) {
		json_open(impl_name(i), '{');
		for (w = 0; w < LFVEC_STRESS_WORKS; w++)
			if (cost[i][w] >= 0)
				json_fixed(work_names[w], cost[i][w]);
		json_close('}');
	}
	json_close('}');
}

static void run_cost(int fd, const struct run *r)
{
	double cost[LFVEC_STRESS_IMPLS][LFVEC_STRESS_WORKS];
	u32 i, w;

	for (i = 0; i < LFVEC_STRESS_IMPLS; i++)
		for (w = 0; w < LFVEC_STRESS_WORKS; w++)
			cost[i][w] = cost_one(fd, r, i, w);
	if (r->load.json)
		cost_json(cost, r);
	else
		cost_print(cost, r);
}

int cmd_run(int argc, char **argv)
{
	struct run r = { .cost = COST_UNSET, .unit = "ns", .clean = true };
	int fd;

	load_defaults(&r.load);
	run_options(&r, argc, argv);
	load_check(&r.load);
	if (r.cost == COST_UNSET)
		r.cost = r.impl == IMPL_ALL || r.cost_only ? 100000 : 0;
	catch_signals();
	fd = dev_open();

	if (r.load.json) {
		json_open(NULL, '{');
		json_str("command", "run");
		load_json(&r.load);
	}
	if (!r.cost_only)
		run_all(fd, &r);
	if (r.cost && !__atomic_load_n(&interrupted, __ATOMIC_RELAXED))
		run_cost(fd, &r);
	if (r.load.json) {
		json_close('}');
		printf("\n");
	}
	close(fd);
	return r.clean ? EXIT_CLEAN : EXIT_CHECK;
}
