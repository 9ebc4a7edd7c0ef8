// SPDX-License-Identifier: GPL-2.0
/*
 * Many at once: kernel threads under all mixes, processes that are killed, and
 * vectors that are dropped in the middle of it
 *
 * LFVEC_OPS in the environment is the number of operations of the long run.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "common.h"

/* percent of push, pop, load, xchg, cmpxchg, push_many, pop_many, truncate */
#define PUSH_POP	{ 50, 50 }
#define NO_TRUNCATE	{ 20, 20, 10, 10, 10, 15, 15 }
#define EVERYTHING	{ 20, 18, 10, 10, 10, 15, 15, 2 }
#define WRITES		{ 5, 5, 0, 45, 45 }
#define GROW		{ 40, 20, 40 }

FIXTURE(mix)
{
	int	fd;
};

FIXTURE_VARIANT(mix)
{
	u32	values;
	u32	esize;
	u64	first;
	u32	flags;
	u32	mix[LFVEC_STRESS_OPS];
};

FIXTURE_VARIANT_ADD(mix, push_pop_2) {
	.values = 2, .esize = 8, .first = 1, .mix = PUSH_POP,
};

FIXTURE_VARIANT_ADD(mix, push_pop_unique) {
	.esize = 8, .first = 1, .mix = PUSH_POP,
};

FIXTURE_VARIANT_ADD(mix, all_2) {
	.values = 2, .esize = 8, .first = 1, .mix = NO_TRUNCATE,
};

FIXTURE_VARIANT_ADD(mix, all_unique) {
	.esize = 8, .first = 1, .mix = NO_TRUNCATE,
};

FIXTURE_VARIANT_ADD(mix, truncate_2) {
	.values = 2, .esize = 8, .first = 2, .mix = EVERYTHING,
};

FIXTURE_VARIANT_ADD(mix, truncate_unique) {
	.esize = 8, .first = 2, .mix = EVERYTHING,
};

FIXTURE_VARIANT_ADD(mix, bound) {
	.values = 2, .esize = 8, .first = 1, .flags = LFVEC_STRESS_RUN_BIND,
	.mix = NO_TRUNCATE,
};

FIXTURE_VARIANT_ADD(mix, jitter) {
	.values = 2, .esize = 8, .first = 1, .flags = LFVEC_STRESS_RUN_JITTER,
	.mix = NO_TRUNCATE,
};

FIXTURE_VARIANT_ADD(mix, bytes_1) {
	.values = 2, .esize = 1, .first = 1, .mix = NO_TRUNCATE,
};

FIXTURE_VARIANT_ADD(mix, bytes_1_values_256) {
	.values = 256, .esize = 1, .first = 16, .mix = NO_TRUNCATE,
};

FIXTURE_VARIANT_ADD(mix, bytes_13) {
	.values = 3, .esize = 13, .first = 1, .mix = NO_TRUNCATE,
};

FIXTURE_VARIANT_ADD(mix, bytes_256_unique) {
	.esize = 256, .first = 4, .mix = NO_TRUNCATE,
};

FIXTURE_VARIANT_ADD(mix, bytes_4096) {
	.values = 2, .esize = 4096, .first = 1, .mix = NO_TRUNCATE,
};

FIXTURE_VARIANT_ADD(mix, writes) {
	.values = 2, .esize = 8, .first = 1,
	.mix = WRITES,
};

FIXTURE_VARIANT_ADD(mix, grow) {
	.values = 2, .esize = 8, .first = 1,
	.mix = GROW,
};

FIXTURE_SETUP(mix)
{
	self->fd = device();
	if (self->fd < 0)
		SKIP(return, DEVICE " is not to be had");
}

FIXTURE_TEARDOWN(mix)
{
	close(self->fd);
}

TEST_F_TIMEOUT(mix, run, 120)
{
	struct lfvec_stress_result r;
	struct lfvec_stress_run arg = {
		.threads = 8, .values = variant->values, .first = variant->first,
		.esize = variant->esize, .flags = variant->flags, .batch = 8,
		.ops = 100000, .seed = 1,
	};
	u64 sum = 0;
	int i;

	if (variant->esize > 1000)
		arg.ops = 20000;
	memcpy(arg.mix, variant->mix, sizeof(arg.mix));
	ASSERT_EQ(0, run_it(self->fd, &arg, &r));
	EXPECT_TRUE(clean(&r))
		TH_LOG("%llu lost, %llu duplicated, %llu torn, %llu errors",
		       r.lost, r.duplicated, r.torn, r.errors);
	for (i = 0; i < LFVEC_STRESS_OPS; i++)
		sum += r.done[i] + r.failed[i];
	EXPECT_EQ(arg.ops, sum);
	EXPECT_EQ(r.pushed, r.popped + r.overwritten + r.truncated + r.left);
	EXPECT_EQ(r.stats.size, r.left);
	EXPECT_EQ(r.stats.pushes, r.pushed - r.overwritten);
	EXPECT_EQ(r.stats.stores, r.overwritten);
}

FIXTURE(load)
{
	int	fd;
};

FIXTURE_SETUP(load)
{
	self->fd = device();
	if (self->fd < 0)
		SKIP(return, DEVICE " is not to be had");
}

FIXTURE_TEARDOWN(load)
{
	close(self->fd);
}

static u64 env_ops(u64 dflt)
{
	const char *s = getenv("LFVEC_OPS");

	return s ? strtoull(s, NULL, 0) : dflt;
}

TEST_F_TIMEOUT(load, storm, 280)
{
	struct lfvec_stress_result r;
	struct lfvec_stress_run arg = {
		.threads = 8, .values = 2, .first = 1, .esize = 8, .batch = 8,
		.ops = env_ops(2000000), .seed = 2, .mix = NO_TRUNCATE,
	};
	int fd = self->fd;

	ASSERT_EQ(0, run_it(fd, &arg, &r));
	EXPECT_TRUE(clean(&r))
		TH_LOG("%llu lost, %llu duplicated, %llu torn, %llu errors",
		       r.lost, r.duplicated, r.torn, r.errors);
}

/* Do others run while a thread is in the middle of an operation? */
static bool preempted(void)
{
	struct utsname name;

	return sysconf(_SC_NPROCESSORS_ONLN) > 1 ||
	       (!uname(&name) && strstr(name.version, "PREEMPT"));
}

/*
 * The published form, under a load like that above: with two values it loses
 * some sooner or later, with unique values it never does. This is what the check
 * must be able to see.
 */
TEST_F_TIMEOUT(load, published_form_loses_values, 240)
{
	struct lfvec_stress_result r;
	struct lfvec_stress_run arg = {
		.impl = LFVEC_STRESS_PUBLISHED, .threads = 8, .values = 2,
		.first = 2, .esize = 8, .batch = 1, .duration = 10000,
		.flags = LFVEC_STRESS_RUN_JITTER, .mix = PUSH_POP,
	};
	int fd = self->fd, err;

	if (!preempted())
		SKIP(return, "nothing comes between two steps here");
	do {
		arg.seed++;
		err = run_it(fd, &arg, &r);
		if (err == -EOPNOTSUPP)
			SKIP(return, "64-bit only");
		ASSERT_EQ(0, err);
	} while (clean(&r) && arg.seed < 20);
	EXPECT_FALSE(clean(&r));
	TH_LOG("round %llu: %llu lost, %llu duplicated", arg.seed, r.lost,
	       r.duplicated);

	arg.values = 0;
	ASSERT_EQ(0, run_it(fd, &arg, &r));
	EXPECT_TRUE(clean(&r));
}

TEST_F(load, stop)
{
	struct lfvec_stress_wait wait = { .timeout = 20 };
	struct lfvec_stress_result r;
	struct lfvec_stress_run arg = {
		.threads = 4, .values = 2, .first = 1, .esize = 8, .batch = 8,
		.duration = 86400000, .seed = 1, .mix = NO_TRUNCATE,
	};
	int fd = self->fd;

	ASSERT_EQ(0, call(fd, LFVEC_STRESS_START, &arg));
	ASSERT_EQ(0, call(fd, LFVEC_STRESS_WAIT, &wait));
	EXPECT_EQ(4, wait.running);
	EXPECT_LT(0, wait.elapsed);
	EXPECT_EQ(0, call(fd, LFVEC_STRESS_STOP, NULL));
	ASSERT_EQ(0, call(fd, LFVEC_STRESS_RESULT, &r));
	EXPECT_TRUE(clean(&r));
}

static void on_alarm(int sig)
{
}

/* A signal ends the wait, not the run; closing the file ends that. */
TEST_F(load, signal)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct lfvec_stress_wait wait = { .timeout = 60000 };
	struct lfvec_stress_result r;
	struct lfvec_stress_run arg = {
		.threads = 4, .values = 2, .first = 1, .esize = 8, .batch = 8,
		.duration = 86400000, .seed = 1, .mix = NO_TRUNCATE,
	};
	struct itimerspec soon = { .it_value.tv_nsec = 50000000 };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGUSR1 };
	int fd = self->fd;
	timer_t timer;

	ASSERT_EQ(0, sigaction(SIGUSR1, &sa, NULL));
	ASSERT_EQ(0, timer_create(CLOCK_MONOTONIC, &event, &timer));
	ASSERT_EQ(0, call(fd, LFVEC_STRESS_START, &arg));
	ASSERT_EQ(0, timer_settime(timer, 0, &soon, NULL));
	EXPECT_EQ(-EINTR, call(fd, LFVEC_STRESS_WAIT, &wait));
	ASSERT_EQ(0, timer_settime(timer, 0, &soon, NULL));
	EXPECT_EQ(-EINTR, call(fd, LFVEC_STRESS_RESULT, &r));
	wait = (struct lfvec_stress_wait){ .timeout = 1 };
	EXPECT_EQ(0, call(fd, LFVEC_STRESS_WAIT, &wait));
	EXPECT_EQ(4, wait.running);
}

/* Shared by the processes of a test. */
struct share {
	s64		in[2], out[2];
	u64	ops;
	int	attached;
	int	stop;
};

static struct share *share_new(void)
{
	void *mem = mmap(NULL, sizeof(struct share), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return mem == MAP_FAILED ? NULL : mem;
}

static void add(s64 *to, s64 nr)
{
	__atomic_fetch_add(to, nr, __ATOMIC_RELAXED);
}

/* Push and pop two values until told to stop; the accounts are shared. */
static void worker(const char *name, struct share *s, u32 seed)
{
	u64 v[8], i, nr;
	int fd = device();
	s64 ret;

	if (fd < 0 || named(fd, LFVEC_STRESS_ATTACH, name))
		_exit(1);
	__atomic_fetch_add(&s->attached, 1, __ATOMIC_RELAXED);
	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		seed = seed * 1664525 + 1013904223;
		nr = 1 + (seed >> 8) % 8;
		for (i = 0; i < nr; i++)
			v[i] = seed >> (16 + i) & 1;
		if (seed >> 31) {
			if (push(fd, v, nr) < 0)
				_exit(2);
			for (i = 0; i < nr; i++)
				add(&s->in[v[i]], 1);
		} else {
			ret = pop(fd, v, nr);
			if (ret < 0 && ret != -ENOENT)
				_exit(3);
			for (i = 0; ret > 0 && i < ret; i++) {
				if (v[i] > 1)
					_exit(4);
				add(&s->out[v[i]], 1);
			}
		}
		__atomic_fetch_add(&s->ops, 1, __ATOMIC_RELAXED);
	}
	_exit(0);
}

#define WORKERS	6

/* They are all attached when this returns. */
static void start_workers(const char *name, struct share *s, pid_t *pid)
{
	int i;

	for (i = 0; i < WORKERS; i++) {
		pid[i] = fork();
		if (!pid[i])
			worker(name, s, i + 1);
	}
	while (__atomic_load_n(&s->attached, __ATOMIC_RELAXED) < WORKERS)
		usleep(1000);
}

static void until_ops(struct share *s, u64 ops)
{
	while (__atomic_load_n(&s->ops, __ATOMIC_RELAXED) < ops)
		usleep(1000);
}

TEST_F_TIMEOUT(load, processes, 120)
{
	struct share *s = share_new();
	int fd = self->fd, i, status;
	pid_t pid[WORKERS];
	u64 v;

	ASSERT_NE(NULL, s);
	ASSERT_EQ(0, create(fd, "processes", 8, 1, 0));
	start_workers("processes", s, pid);
	until_ops(s, 30000);
	s->stop = 1;
	for (i = 0; i < WORKERS; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	while (pop(fd, &v, 1) == 1)
		add(&s->out[v & 1], 1);
	EXPECT_EQ(s->in[0], s->out[0]);
	EXPECT_EQ(s->in[1], s->out[1]);
	EXPECT_EQ(0, named(fd, LFVEC_STRESS_DROP, "processes"));
}

/* Killed in the middle of calls, which then are done or not done at all. */
TEST_F_TIMEOUT(load, killed, 120)
{
	struct share *s = share_new();
	struct lfvec_stress_stats stats;
	int fd = self->fd, i, status;
	pid_t pid[WORKERS];
	u64 v;

	ASSERT_NE(NULL, s);
	ASSERT_EQ(0, create(fd, "killed", 8, 1, 0));
	start_workers("killed", s, pid);
	until_ops(s, 10000);
	for (i = 0; i < WORKERS; i++) {
		EXPECT_EQ(0, kill(pid[i], SIGKILL));
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	/* the vector works on, and its own accounts are right */
	ASSERT_EQ(0, call(fd, LFVEC_STRESS_STATS, &stats));
	EXPECT_EQ(stats.pushes - stats.pops, size(fd));
	EXPECT_LE(0, push(fd, s->in, 1));
	while (pop(fd, &v, 1) == 1)
		;
	EXPECT_EQ(0, size(fd));
	EXPECT_EQ(0, named(fd, LFVEC_STRESS_DROP, "killed"));
}

/* The name goes while others push and pop; the memory goes with the last one. */
TEST_F_TIMEOUT(load, dropped_under_load, 120)
{
	struct share *s = share_new();
	int fd = device(), i, status;
	pid_t pid[WORKERS];

	ASSERT_NE(NULL, s);
	ASSERT_EQ(0, create(fd, "dropped", 8, 1, 0));
	start_workers("dropped", s, pid);
	until_ops(s, 3000);
	EXPECT_EQ(0, named(fd, LFVEC_STRESS_DROP, "dropped"));
	close(fd);
	until_ops(s, s->ops + 3000);
	s->stop = 1;
	for (i = 0; i < WORKERS; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
}

/* Names come and go, by several at once. */
TEST_F_TIMEOUT(load, names_come_and_go, 120)
{
	int i, j, fd, status;
	char name[16];
	u64 v = 1;
	pid_t pid[4];

	for (i = 0; i < 4; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		for (j = 0; j < 60; j++) {
			snprintf(name, sizeof(name), "n%d", j % 3);
			fd = device();
			if (create(fd, name, 8, 1, 0) == -EEXIST)
				named(fd, LFVEC_STRESS_ATTACH, name);
			if (size(fd) >= 0 && push(fd, &v, 1) < 0)
				_exit(1);
			named(fd, LFVEC_STRESS_DROP, name);
			close(fd);
		}
		_exit(0);
	}
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
}

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
