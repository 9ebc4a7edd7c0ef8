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
	"  --contexts LIST  where operations come from: task,softirq,hardirq,nmi\n"
	"                   (default task); --ops counts those of tasks\n"
	"  --external       send no NMIs, but take those that others send\n"
	"  --gfp NAME       how threads have memory: kernel (default: may sleep),\n"
	"                   atomic, or stock (only what is there)\n"
	"  --hog            threads leave their CPU every 10 s only\n"
	"  --form LIST      overwrite, append-only, or both\n"
	"  --spare N        pushes that may not sleep to be ready for\n"
	"  --backlog N      nodes that may wait for a grace period\n"
	"  --fill N         elements that are there at the start\n"
	"  --shrink TIME    give back memory that is not needed, so often\n"
	"  --history FILE   record each operation there, for 'lfvec check', which\n"
	"                   has the format; - for stdout\n"
	"  --stamps WHICH   of the history: from a counter (default: tells best\n"
	"                   what came first), or a clock (disturbs least)\n"
	"  --round N        threads wait for each other every N operations\n"
	"                   (default 10k with --history; 0: never)\n"
	"  --limit BYTES    fail if the vector was seen to hold more: 24MiB\n"
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
#define ROUND_UNSET	UINT64_MAX

struct run {
	struct load	load;
	u32	impl;
	u32	flags;
	u32	contexts;
	u32	form;
	u32	shrink;
	u64	spare;
	u64	backlog;
	u64	fill;
	u64	limit;
	u64	cost;
	u64	round;
	const char	*history;
	bool		cost_only;
	const char	*unit;
	bool		clean;
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

static u32 run_gfp(const char *name)
{
	if (!strcmp(name, "kernel"))
		return 0;
	if (!strcmp(name, "atomic"))
		return LFVEC_STRESS_RUN_ATOMIC;
	if (!strcmp(name, "stock"))
		return LFVEC_STRESS_RUN_STOCK;
	usage("gfp: %s: kernel, atomic or stock", name);
}

static u32 run_stamps(const char *name)
{
	static const char * const names[] = { "counter", "clock" };

	return parse_name("stamps", name, names, ARRAY_SIZE(names)) ?
	       LFVEC_STRESS_RUN_CLOCK : 0;
}

/* What is to be known of it afterwards */
static bool run_history_option(struct run *r, int opt, char *arg)
{
	switch (opt) {
	case 'y':
		r->history = arg;
		break;
	case 'T':
		r->flags |= run_stamps(arg);
		break;
	case 'R':
		r->round = parse_count("round", arg, UINT32_MAX);
		break;
	default:
		return false;
	}
	return true;
}

/* What the vector is to be like. Returns false if @opt is not one of these. */
static bool run_vec_option(struct run *r, int opt, char *arg)
{
	switch (opt) {
	case 'F':
		r->form = parse_form(arg);
		break;
	case 'S':
		r->spare = parse_count("spare", arg, UINT32_MAX);
		break;
	case 'G':
		r->backlog = parse_count("backlog", arg, UINT32_MAX);
		break;
	case 'L':
		r->fill = parse_count("fill", arg, LFVEC_STRESS_ELEMS_MAX);
		break;
	case 'K':
		r->shrink = parse_ms("shrink", arg);
		break;
	case 'l':
		r->limit = parse_bytes("limit", arg);
		break;
	default:
		return false;
	}
	return true;
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
		{ "contexts",	required_argument, NULL, 'X' },
		{ "gfp",	required_argument, NULL, 'g' },
		{ "hog",	no_argument,	   NULL, 'H' },
		{ "external",	no_argument,	   NULL, 'E' },
		{ "form",	required_argument, NULL, 'F' },
		{ "spare",	required_argument, NULL, 'S' },
		{ "backlog",	required_argument, NULL, 'G' },
		{ "fill",	required_argument, NULL, 'L' },
		{ "shrink",	required_argument, NULL, 'K' },
		{ "limit",	required_argument, NULL, 'l' },
		{ "history",	required_argument, NULL, 'y' },
		{ "stamps",	required_argument, NULL, 'T' },
		{ "round",	required_argument, NULL, 'R' },
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
		case 'H':
			r->flags |= LFVEC_STRESS_RUN_HOG;
			break;
		case 'E':
			r->flags |= LFVEC_STRESS_RUN_EXTERNAL;
			break;
		case 'g':
			r->flags |= run_gfp(optarg);
			break;
		case 'X':
			r->contexts = parse_contexts(optarg);
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
			if (!load_option(&r->load, opt, optarg) &&
			    !run_vec_option(r, opt, optarg) &&
			    !run_history_option(r, opt, optarg))
				usage("bad option");
		}
	}
	if (optind < argc)
		usage("%s: not expected", argv[optind]);
}

/* Threads, and who has a part of the history beside them */
static u32 run_workers(const struct run *r)
{
	u32 timers = !!(r->contexts & 1U << LFVEC_STRESS_SOFTIRQ) +
		     !!(r->contexts & 1U << LFVEC_STRESS_HARDIRQ);
	u32 cpus = 0;

	if (r->contexts & 1U << LFVEC_STRESS_NMI)
		cpus = sysconf(_SC_NPROCESSORS_CONF);
	return r->load.workers * (1 + timers) + cpus;
}

static void run_start(int fd, const struct run *r, u32 impl)
{
	const struct load *l = &r->load;
	struct lfvec_stress_run arg = {
		.impl = impl, .threads = l->workers, .flags = r->flags,
		.esize = l->esize, .values = l->values, .batch = l->batch,
		.duration = l->duration, .ops = l->ops, .first = l->first,
		.max = l->max, .seed = l->seed, .contexts = r->contexts,
		.spare = r->spare, .backlog = r->backlog, .fill = r->fill,
		.form = r->form, .shrink = r->shrink,
	};

	if (arg.form & LFVEC_STRESS_OVERWRITE)
		arg.first = 0;
	if (r->history) {
		arg.history = record_size(l, run_workers(r), r->fill);
		arg.round = r->round;
	}
	memcpy(arg.mix, l->mix, sizeof(arg.mix));
	memcpy(arg.more, l->mix + LFVEC_STRESS_OPS, sizeof(arg.more));
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
		if (was_interrupted()) {
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
	u64 records = 0;
	int err;

	run_start(fd, r, impl);
	run_wait(fd, &r->load);
	if (r->history)
		records = record_save(fd, r->history, &r->load, impl, r->form,
				      r->flags & LFVEC_STRESS_RUN_CLOCK);
	do
		err = dev_call(fd, LFVEC_STRESS_RESULT, &res);
	while (err == -EINTR);
	if (err)
		die(dev_exit_code(-err), "result: %s", strerror(-err));
	if (impl == LFVEC_STRESS_LFVEC || r->impl != IMPL_ALL)
		r->clean = r->clean && report_clean(&res) &&
			   (!r->limit || res.peak <= r->limit);

	if (r->load.json) {
		json_open(NULL, '{');
		json_str("impl", impl_name(impl));
		if (r->history)
			json_u64("records", records);
		report_json(&res);
		json_close('}');
		return;
	}
	report_verdict(impl_name(impl), &res);
	if (r->history && !r->load.quiet)
		printf("\n  %llu records in %s\n", records, r->history);
	report_result(&r->load, &res);
	if (r->limit && res.peak > r->limit)
		printf("FAILED: %llu bytes, not %llu at most\n", res.peak,
		       r->limit);
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
		    !was_interrupted())
			run_one(fd, r, i);
	if (r->load.json)
		json_close(']');
}

static void run_history(struct run *r)
{
	if (!r->history && (r->round != ROUND_UNSET ||
			    r->flags & LFVEC_STRESS_RUN_CLOCK))
		usage("stamps, round: of a history");
	if (r->history && r->impl == IMPL_ALL)
		usage("history: of one implementation");
	if (r->round == ROUND_UNSET)
		r->round = r->history ? 10000 : 0;
}

int cmd_run(int argc, char **argv)
{
	struct run r = {
		.cost = COST_UNSET, .round = ROUND_UNSET, .unit = "ns",
		.clean = true,
	};
	int fd;

	load_defaults(&r.load);
	run_options(&r, argc, argv);
	load_check(&r.load);
	if (r.cost == COST_UNSET)
		r.cost = r.impl == IMPL_ALL || r.cost_only ? 100000 : 0;
	run_history(&r);
	catch_signals();
	fd = dev_open();

	if (r.load.json) {
		json_open(NULL, '{');
		json_str("command", "run");
		load_json(&r.load);
	}
	if (!r.cost_only)
		run_all(fd, &r);
	if (r.cost && !was_interrupted())
		cost_all(fd, r.load.esize, r.cost, r.unit, r.load.json);
	if (r.load.json) {
		json_close('}');
		printf("\n");
	}
	close(fd);
	return r.clean ? EXIT_CLEAN : EXIT_CHECK;
}
