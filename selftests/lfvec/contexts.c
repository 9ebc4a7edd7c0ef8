// SPDX-License-Identifier: GPL-2.0
/*
 * Operations in all contexts at once, on vectors of all forms, with memory of all
 * kinds, and while memory is given back
 *
 * Timers of 8 threads on all CPUs, in softirq and hardirq, and NMIs that the
 * threads send, change the vector that the threads change. LFVEC_MS in the
 * environment is how long each variant runs, in ms.
 */
#include "common.h"

enum {
	SOFTIRQ	= 1 << LFVEC_STRESS_SOFTIRQ,
	HARDIRQ	= 1 << LFVEC_STRESS_HARDIRQ,
	NMI	= 1 << LFVEC_STRESS_NMI,
	ALL	= SOFTIRQ | HARDIRQ | NMI,
	BOTH	= LFVEC_STRESS_OVERWRITE | LFVEC_STRESS_APPEND_ONLY,
};

/* percent of push, pop, load, xchg, cmpxchg, push_many, pop_many, truncate */
#define PUSH_POP	{ 50, 50 }
#define ANYTHING	{ 20, 20, 10, 10, 10, 15, 13, 2 }
#define STORES		{ 5, 5, 10, 40, 40 }
#define PUSHES		{ 50, 0, 50 }

FIXTURE(contexts)
{
	int	fd;
};

FIXTURE_VARIANT(contexts)
{
	struct lfvec_stress_run	run;
};

/* What is not said of a variant is as it is in most. */
FIXTURE_VARIANT_ADD(contexts, softirq) {
	.run = {
		.contexts = SOFTIRQ, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, hardirq) {
	.run = {
		.contexts = HARDIRQ, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, nmi) {
	.run = {
		.contexts = NMI, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, all) {
	.run = {
		.contexts = ALL, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, all_unique) {
	.run = {
		.contexts = ALL, .values = UINT32_MAX, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, all_bound) {
	.run = {
		.contexts = ALL, .flags = LFVEC_STRESS_RUN_BIND,
		.mix = PUSH_POP,
	},
};

FIXTURE_VARIANT_ADD(contexts, all_jitter) {
	.run = {
		.contexts = ALL, .flags = LFVEC_STRESS_RUN_JITTER,
		.mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, bytes_1) {
	.run = {
		.contexts = ALL, .esize = 1, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, bytes_13) {
	.run = {
		.contexts = ALL, .esize = 13, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, bytes_256) {
	.run = {
		.contexts = ALL, .esize = 256, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, bytes_4096) {
	.run = {
		.contexts = ALL, .esize = 4096, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, atomic) {
	.run = {
		.contexts = ALL, .flags = LFVEC_STRESS_RUN_ATOMIC,
		.mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, stock) {
	.run = {
		.contexts = ALL, .flags = LFVEC_STRESS_RUN_STOCK,
		.mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, stock_scarce) {
	.run = {
		.contexts = ALL, .flags = LFVEC_STRESS_RUN_STOCK, .spare = 1,
		.backlog = 64, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, atomic_scarce) {
	.run = {
		.contexts = ALL, .flags = LFVEC_STRESS_RUN_ATOMIC,
		.backlog = 64, .mix = STORES, .fill = 100,
	},
};

FIXTURE_VARIANT_ADD(contexts, kernel_scarce) {
	.run = {
		.contexts = ALL, .backlog = 1000, .mix = STORES, .fill = 100,
	},
};

FIXTURE_VARIANT_ADD(contexts, hog) {
	.run = {
		.contexts = SOFTIRQ | HARDIRQ, .flags = LFVEC_STRESS_RUN_HOG,
		.mix = PUSH_POP,
	},
};

FIXTURE_VARIANT_ADD(contexts, shrink) {
	.run = {
		.contexts = ALL, .shrink = 5, .mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, shrink_large) {
	.run = {
		.contexts = ALL, .shrink = 20, .mix = PUSH_POP, .fill = 100000,
		.spare = 10,
	},
};

FIXTURE_VARIANT_ADD(contexts, overwrite) {
	.run = {
		.contexts = ALL, .form = LFVEC_STRESS_OVERWRITE, .max = 64,
		.mix = { 60, 0, 20, 10, 10 },
	},
};

FIXTURE_VARIANT_ADD(contexts, overwrite_pop) {
	.run = {
		.contexts = ALL, .form = LFVEC_STRESS_OVERWRITE, .max = 16,
		.mix = ANYTHING,
	},
};

FIXTURE_VARIANT_ADD(contexts, overwrite_one) {
	.run = {
		.contexts = ALL, .form = LFVEC_STRESS_OVERWRITE, .max = 1,
		.mix = { 60, 20, 20 },
	},
};

FIXTURE_VARIANT_ADD(contexts, append_only) {
	.run = {
		.contexts = ALL, .form = LFVEC_STRESS_APPEND_ONLY, .max = 1 << 20,
		.mix = PUSHES,
	},
};

FIXTURE_VARIANT_ADD(contexts, append_only_unique) {
	.run = {
		.contexts = ALL, .form = LFVEC_STRESS_APPEND_ONLY, .max = 1 << 20,
		.values = UINT32_MAX, .mix = PUSHES,
	},
};

FIXTURE_VARIANT_ADD(contexts, both) {
	.run = {
		.contexts = ALL, .form = BOTH, .max = 64, .mix = PUSHES,
	},
};

FIXTURE_VARIANT_ADD(contexts, both_unique) {
	.run = {
		.contexts = ALL, .form = BOTH, .max = 8, .values = UINT32_MAX,
		.mix = PUSHES,
	},
};

FIXTURE_SETUP(contexts)
{
	self->fd = device();
	if (self->fd < 0)
		SKIP(return, DEVICE " is not to be had");
}

FIXTURE_TEARDOWN(contexts)
{
	close(self->fd);
}

static u32 env_ms(u32 dflt)
{
	const char *s = getenv("LFVEC_MS");

	return s && *s ? strtoul(s, NULL, 0) : dflt;
}

TEST_F_TIMEOUT(contexts, run, 900)
{
	struct lfvec_stress_run arg = variant->run;
	struct lfvec_stress_result r;
	int err, i;

	arg.threads = 8;
	arg.batch = 8;
	arg.duration = env_ms(1000);
	arg.esize = arg.esize ? arg.esize : 8;
	arg.values = arg.values ? arg.values : 2;
	if (arg.values == UINT32_MAX)
		arg.values = 0;
	if (!(arg.form & LFVEC_STRESS_OVERWRITE))
		arg.first = 1;
	arg.seed = 3;
	err = run_it(self->fd, &arg, &r);
	if (err == -EOPNOTSUPP && arg.contexts & NMI) {
		arg.contexts &= ~NMI;
		err = run_it(self->fd, &arg, &r);
	}
	ASSERT_EQ(0, err);
	EXPECT_TRUE(clean(&r))
		TH_LOG("%llu lost, %llu duplicated, %llu torn, %llu errors",
		       r.lost, r.duplicated, r.torn, r.errors);
	EXPECT_EQ(r.pushed, r.popped + r.overwritten + r.truncated +
		  r.displaced + r.left);
	EXPECT_EQ(r.dropped, r.stats.dropped);
	/* with one CPU, those that never let go of it leave none to ksoftirqd */
	if (arg.flags & LFVEC_STRESS_RUN_HOG && sysconf(_SC_NPROCESSORS_ONLN) == 1)
		arg.contexts &= ~SOFTIRQ;
	for (i = 0; i < LFVEC_STRESS_CONTEXTS; i++) {
		if (i == LFVEC_STRESS_TASK || arg.contexts & (1 << i))
			EXPECT_NE(0, r.contexts[i]);
	}
	TH_LOG("%llu in task, %llu softirq, %llu hardirq, %llu NMI", r.contexts[0],
	       r.contexts[1], r.contexts[2], r.contexts[3]);
	TH_LOG("%llu dropped; %llu bytes at most", r.dropped, r.peak);
}

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
