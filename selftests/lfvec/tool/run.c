// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec run - kernel threads on a vector of their own
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

static const char * const run_gfps[] = { "kernel", "atomic", "stock" };
static const char * const run_stamps[] = { "counter", "clock" };
static const char * const run_impls[] = { "lfvec", "published", "spinlock", "all" };

const struct opt run_opts[] = {
	OPT('t', "threads", "N", "kernel threads (default 8)"),
	OPT('B', "bind", NULL, "thread n to the n-th CPU"),
	OPT_WORDS('X', "contexts", "LIST",
		  "where operations come from: task,softirq,hardirq,nmi (default task);\n"
		  "--ops counts those of tasks", context_names,
		  LFVEC_STRESS_CONTEXTS),
	OPT('E', "external", NULL, "send no NMIs, but take those that others send"),
	OPT_WORDS('g', "gfp", "NAME",
		  "how threads have memory: kernel (default: may sleep), atomic, or\n"
		  "stock (only what is there)", run_gfps, ARRAY_SIZE(run_gfps)),
	OPT('H', "hog", NULL, "threads leave their CPU every 10 s only"),
	OPT_WORDS('F', "form", "LIST", "general (default), overwrite, append-only, or\n"
		  "both: overwrite,append-only", form_names, FORMS),
	OPT('S', "spare", "N", "pushes that may not sleep to be ready for"),
	OPT('G', "backlog", "N", "nodes that may wait for a grace period"),
	OPT('L', "fill", "N", "elements that are there at the start"),
	OPT('K', "shrink", "TIME", "give back memory that is not needed, so often"),
	OPT('y', "history", "FILE",
	    "record each operation there, for 'lfvec check', which has the format; -\n"
	    "for stdout"),
	OPT_WORDS('T', "stamps", "WHICH",
		  "of the history: from a counter (default: tells best what came\n"
		  "first), or a clock (disturbs least)", run_stamps,
		  ARRAY_SIZE(run_stamps)),
	OPT('R', "round", "N",
	    "threads wait for each other every N operations (default 10k with\n"
	    "--history; 0: never)"),
	OPT('l', "limit", "BYTES", "fail if the vector was seen to hold more: 24MiB"),
	OPT_WORDS('i', "impl", "NAME",
		  "lfvec (default), published, spinlock, or all: one after another,\n"
		  "under the same load", run_impls, ARRAY_SIZE(run_impls)),
	OPT('J', "jitter", NULL, "dawdle now and then, to be overtaken"),
	OPT('c', "cost", "N",
	    "then time N operations of each kind, alone on one CPU, on all\n"
	    "implementations (0: not; default 100k with --impl all)"),
	OPT('C', "cost-only", NULL, "do nothing but that"),
	OPT('u', "unit", "NAME", "what the clock counts (default ns)"),
	OPT_END
};

const char run_more[] =
	"With --impl all the exit code is lfvec's verdict: the published form is\n"
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

static u32 run_gfp(const char *name)
{
	static const u32 flags[ARRAY_SIZE(run_gfps)] = {
		0, LFVEC_STRESS_RUN_ATOMIC, LFVEC_STRESS_RUN_STOCK,
	};

	return flags[parse_name("gfp", name, run_gfps, ARRAY_SIZE(run_gfps))];
}

static u32 run_stamp(const char *name)
{
	return parse_name("stamps", name, run_stamps, ARRAY_SIZE(run_stamps)) ?
	       LFVEC_STRESS_RUN_CLOCK : 0;
}

/* What is to be known of it afterwards. Returns false if @opt is not one of these. */
static bool run_history_option(struct run *r, int opt, char *arg)
{
	switch (opt) {
	case 'y':
		r->history = arg;
		break;
	case 'T':
		r->flags |= run_stamp(arg);
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
	int opt;

	while ((opt = next_option(argc, argv)) != -1) {
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
			r->impl = parse_name("impl", optarg, run_impls,
					     ARRAY_SIZE(run_impls));
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
	rest_of(argc, argv, 0, 0);
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
			die_of(-err, "wait");
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
		die_of(-err, "result");
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

/* Which operations there are in all that is to run, a bit for each */
static u32 run_can(const struct run *r)
{
	u32 can = 1U << LFVEC_STRESS_OP_PUSH | 1U << LFVEC_STRESS_OP_LOAD |
		  1U << LFVEC_STRESS_OP_SIZE;

	if (r->form & LFVEC_STRESS_APPEND_ONLY)
		return can | 1U << LFVEC_STRESS_OP_PEEK |
		       1U << LFVEC_STRESS_OP_OLDEST;
	if (r->impl == LFVEC_STRESS_LFVEC)
		return UINT32_MAX;
	if (r->impl == LFVEC_STRESS_SPINLOCK)
		can |= 1U << LFVEC_STRESS_OP_XCHG;
	return can | 1U << LFVEC_STRESS_OP_POP;
}

/* What other implementations do not have; and that only grows has less. */
static void run_check_impl(const struct run *r)
{
	u32 can = run_can(r), i;

	if (r->impl != LFVEC_STRESS_LFVEC && (r->contexts || r->form || r->shrink))
		die(EXIT_MISSING, "contexts, form, shrink: with --impl lfvec only");
	if ((r->impl == LFVEC_STRESS_PUBLISHED || r->impl == IMPL_ALL) &&
	    r->load.esize != 8)
		die(EXIT_MISSING, "esize: --impl published has elements of 8 bytes only");
	for (i = 0; i < LFVEC_STRESS_OPS_ALL; i++)
		if (r->load.mix[i] && !(can & 1U << i))
			die(EXIT_MISSING, "mix: %s: %s do not have it; choose another --mix",
			    op_names[i], r->form ? "vectors that only grow" :
			    "others than --impl lfvec");
}

/* What the module would refuse, and not say why. */
static void run_check(const struct run *r)
{
	const struct load *l = &r->load;

	check_form(r->form, l->esize, l->first, l->max);
	check_limit("spare", r->spare, l->esize);
	check_limit("backlog", r->backlog, l->esize);
	if (r->flags & LFVEC_STRESS_RUN_CLOCK &&
	    r->contexts & 1U << LFVEC_STRESS_NMI)
		usage("stamps: in NMI from a counter only");
	if (!r->cost_only)
		run_check_impl(r);
}

static bool run_would(const struct run *r)
{
	if (r->history)
		check_writable(r->history);
	if (r->cost_only)
		return just_say("time %llu operations of each kind, on all implementations",
				r->cost);
	if (!just_say("let these loose on a vector of their own, --impl %s:",
		      run_impls[r->impl]))
		return false;
	load_print(&r->load, "kernel threads");
	if (r->cost)
		just_say("then time %llu operations of each kind", r->cost);
	return true;
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
	run_check(&r);
	catch_signals();
	fd = dev_open();
	if (run_would(&r))
		return EXIT_CLEAN;

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
