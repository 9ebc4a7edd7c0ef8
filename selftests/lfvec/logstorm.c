// SPDX-License-Identifier: GPL-2.0
/*
 * Storms: logs that are written from all contexts at once, while many read them
 *
 * Each reader must see, or be told that it has lost, each record once and in order;
 * what it sees must be whole; and it must not sleep while there is a record for it.
 * LFVEC_MS in the environment is how long each variant runs, in ms, and
 * LFVEC_LOG_STORM_S how long the one runs that looks at memory, in s.
 */
#include <signal.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "log.h"
#include "follow.h"

enum {
	SOFTIRQ	= 1 << LFVEC_STRESS_SOFTIRQ,
	HARDIRQ	= 1 << LFVEC_STRESS_HARDIRQ,
	NMI	= 1 << LFVEC_STRESS_NMI,
	ALL	= SOFTIRQ | HARDIRQ | NMI,
};

/* One of each manner. */
#define READERS		FOLLOW_MANNERS

/* ms until something that must come to an end has not */
#define PATIENCE	30000

/* What we share with the processes that read, and the one that has a storm made. */
struct shared {
	struct lfvec_stress_storm	storm;
	int				err;
	struct follow			reader[READERS];
};

static u32 env(const char *name, u32 dflt)
{
	const char *s = getenv(name);

	return s && *s ? strtoul(s, NULL, 0) : dflt;
}

static u32 env_ms(void)
{
	return env("LFVEC_MS", 300);
}

/* A log, and those who read it. */
struct bench {
	int			fd;
	int			log;
	char			name[LFVEC_STRESS_NAME_MAX];
	struct shared		*shared;
	pid_t			writer;
	pid_t			pid[READERS];
	struct follow_watch	watch[READERS];
};

static bool bench_setup(struct bench *b, const struct lfvec_stress_log *attr)
{
	memset(b, 0, sizeof(*b));
	b->log = -1;
	b->fd = device();
	if (b->fd < 0)
		return false;
	snprintf(b->name, sizeof(b->name), "storm-%d", getpid());
	b->shared = mmap(NULL, sizeof(*b->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (b->shared == MAP_FAILED || log_create(b->fd, b->name, attr))
		return false;
	b->log = log_open(b->name, O_RDWR);
	return b->log >= 0;
}

/* Kill @pid, and wait for it. Returns false if it takes too long. */
static bool end(pid_t *pid)
{
	u64 start = follow_ms();

	if (*pid <= 0)
		return true;
	kill(*pid, SIGKILL);
	while (!waitpid(*pid, NULL, WNOHANG)) {
		if (follow_ms() - start > PATIENCE)
			return false;
		usleep(1000);
	}
	*pid = 0;
	return true;
}

static void bench_teardown(struct bench *b)
{
	u32 i;

	end(&b->writer);
	for (i = 0; i < READERS; i++)
		end(&b->pid[i]);
	if (b->fd >= 0)
		log_drop(b->fd, b->name);
	close(b->log);
	close(b->fd);
}

/* In a process of its own, which goes when this one does. Returns 0 in there. */
static pid_t start(void)
{
	pid_t pid = fork();

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void start_reader(struct __test_metadata *_metadata, struct bench *b,
			 enum follow_manner manner)
{
	struct follow *f = &b->shared->reader[manner];

	ASSERT_EQ(0, follow_open(f, b->name, manner, false));
	f->pause = 2000;
	b->watch[manner].looked = 0;
	b->pid[manner] = start();
	if (!b->pid[manner]) {
		follow_run(f);
		_exit(0);
	}
	ASSERT_LT(0, b->pid[manner]);
	close(f->fd);
}

static void start_readers(struct __test_metadata *_metadata, struct bench *b)
{
	u32 i;

	for (i = 0; i < READERS; i++)
		start_reader(_metadata, b, i);
}

/* A storm, in all that is not said as most are. */
static void storm_defaults(const struct bench *b, struct lfvec_stress_storm *s)
{
	memcpy(s->name, b->name, sizeof(s->name));
	s->threads = s->threads ? s->threads : 4;
	s->seed = 5;
	if (!s->count && !s->duration)
		s->duration = env_ms();
}

/* Without NMIs where there are none. */
static int storm_now(const struct bench *b, struct lfvec_stress_storm *s)
{
	struct lfvec_stress_storm arg = *s;
	int err;

	storm_defaults(b, &arg);
	*s = arg;
	err = call(b->fd, LFVEC_STRESS_LOG_STORM, s);
	if (err != -EOPNOTSUPP)
		return err;
	*s = arg;
	s->contexts &= ~NMI;
	if (!s->contexts)
		s->flags &= ~LFVEC_STRESS_STORM_NO_TASK;
	return call(b->fd, LFVEC_STRESS_LOG_STORM, s);
}

static void start_storm(struct __test_metadata *_metadata, struct bench *b,
			const struct lfvec_stress_storm *s)
{
	b->shared->storm = *s;
	b->shared->err = -EINPROGRESS;
	b->writer = start();
	if (!b->writer) {
		b->shared->err = storm_now(b, &b->shared->storm);
		_exit(0);
	}
	ASSERT_LT(0, b->writer);
}

static bool storm_over(struct bench *b)
{
	if (b->writer && waitpid(b->writer, NULL, WNOHANG) == b->writer)
		b->writer = 0;
	return !b->writer;
}

static void wait_storm(struct bench *b)
{
	while (!storm_over(b))
		usleep(2000);
}

/* What must hold at any time. */
static void check_memory(struct __test_metadata *_metadata, struct bench *b)
{
	struct lfvec_log_info info = info_of(b->log);
	u64 more = 0;

	/* four writers may nest on each CPU, and not see each other evict */
	if (info.policy == LFVEC_LOG_OVERWRITE)
		more = sysconf(_SC_NPROCESSORS_CONF) * 4 * 4168;
	EXPECT_LE(info.memory, info.limit);
	EXPECT_LE(info.bytes_used, info.bytes + more);
}

/* Do the counts of the storm and those of the log agree? */
static void check_storm(struct __test_metadata *_metadata,
			const struct lfvec_stress_storm *s, int err)
{
	const char *what = "the storm failed";

	EXPECT_EQ(0, err);
	if (!err)
		what = follow_judge(s);
	EXPECT_EQ(NULL, what)
		TH_LOG("%s", what);
}

/* Did all contexts that it has take part? */
static void check_contexts(struct __test_metadata *_metadata,
			   const struct lfvec_stress_storm *s)
{
	u32 contexts = s->contexts, i, j;

	if (!(s->flags & LFVEC_STRESS_STORM_NO_TASK))
		contexts |= 1 << LFVEC_STRESS_TASK;
	for (i = 0; i < LFVEC_STRESS_CONTEXTS; i++) {
		u64 sum = s->written[i];

		for (j = 0; j < LFVEC_STRESS_STORM_DROPS; j++)
			sum += s->dropped[i][j];
		EXPECT_EQ(contexts >> i & 1, !!sum);
	}
}

/* How many readers have not read up to @next yet? A sleeper fails the test, and goes. */
static u32 behind(struct __test_metadata *_metadata, struct bench *b, u64 next)
{
	u32 i, nr = 0;

	for (i = 0; i < READERS; i++) {
		struct follow *f = &b->shared->reader[i];

		if (b->pid[i] <= 0)
			continue;
		if (waitpid(b->pid[i], NULL, WNOHANG) == b->pid[i]) {
			b->pid[i] = 0;
			continue;
		}
		if (follow_stuck(f, b->pid[i], next, &b->watch[i])) {
			EXPECT_EQ(follow_next(f), next)
				TH_LOG("reader '%s' was not woken",
				       follow_names[i]);
			EXPECT_TRUE(end(&b->pid[i]));
			continue;
		}
		nr += follow_next(f) < next;
	}
	return nr;
}

/* Let all readers read up to @next. */
static void drain(struct __test_metadata *_metadata, struct bench *b, u64 next)
{
	u64 since = follow_ms();

	while (behind(_metadata, b, next)) {
		ASSERT_GT(PATIENCE, follow_ms() - since);
		usleep(1000);
	}
}

/* Let all readers come to the end of a log that is no more. */
static void wait_readers(struct __test_metadata *_metadata, struct bench *b)
{
	u64 since = follow_ms();
	u32 i;

	for (i = 0; i < READERS; i++) {
		while (b->pid[i] > 0 && !waitpid(b->pid[i], NULL, WNOHANG)) {
			ASSERT_GT(PATIENCE, follow_ms() - since)
				TH_LOG("reader '%s' does not end",
				       follow_names[i]);
			usleep(1000);
		}
		b->pid[i] = 0;
	}
}

/* Each has seen all of @next records, or was told that they are lost. */
static void check_readers(struct __test_metadata *_metadata, struct bench *b,
			  u64 next)
{
	u32 i;

	for (i = 0; i < READERS; i++) {
		struct follow *f = &b->shared->reader[i];

		EXPECT_STREQ("", f->wrong)
			TH_LOG("reader '%s': %s", follow_names[i], f->wrong);
		EXPECT_TRUE(f->over);
		EXPECT_EQ(next, f->next);
		EXPECT_EQ(next, f->seen + f->lost);
		TH_LOG("%-12s seen %llu, lost %llu, cut %llu", follow_names[i],
		       f->seen, f->lost, f->cut);
	}
}

/* --- storms on logs of all forms --------------------------------------------- */

FIXTURE(storm)
{
	struct bench	b;
};

FIXTURE_VARIANT(storm)
{
	struct lfvec_stress_log		log;
	struct lfvec_stress_storm	storm;
};

#define ROOM	8192	/* bytes for the largest record, and more */

FIXTURE_VARIANT_ADD(storm, overwrite_4) {
	.log = { .records = 4, .bytes = 4 * ROOM },
	.storm = { .contexts = ALL, .max = 5000 },
};

FIXTURE_VARIANT_ADD(storm, overwrite_16) {
	.log = { .records = 16, .bytes = 16 * ROOM },
	.storm = { .contexts = ALL, .max = 5000 },
};

FIXTURE_VARIANT_ADD(storm, overwrite_256) {
	.log = { .records = 256, .bytes = 256 * ROOM },
	.storm = { .contexts = ALL, .max = 5000 },
};

FIXTURE_VARIANT_ADD(storm, overwrite_bytes) {
	.log = { .records = 256, .bytes = 2 * ROOM },
	.storm = { .contexts = ALL, .max = 5000 },
};

FIXTURE_VARIANT_ADD(storm, overwrite_least) {
	.log = { .records = 1, .bytes = ROOM, .backlog = 65536 },
	.storm = { .contexts = ALL, .max = 5000 },
};

FIXTURE_VARIANT_ADD(storm, overwrite_short) {
	.log = { .records = 16, .backlog = 0x1000000 },
	.storm = { .contexts = ALL, .max = 100 },
};

FIXTURE_VARIANT_ADD(storm, overwrite_task) {
	.log = { .records = 4 },
	.storm = { .threads = 8, .max = 300 },
};

FIXTURE_VARIANT_ADD(storm, overwrite_interrupts) {
	.log = { .records = 4 },
	.storm = {
		.contexts = ALL, .max = 300,
		.flags = LFVEC_STRESS_STORM_NO_TASK,
	},
};

FIXTURE_VARIANT_ADD(storm, overwrite_nmi) {
	.log = { .records = 16 },
	.storm = { .contexts = NMI, .max = 1000 },
};

FIXTURE_VARIANT_ADD(storm, overwrite_pause) {
	.log = { .records = 16 },
	.storm = { .threads = 2, .max = 300, .pause = 200 },
};

FIXTURE_VARIANT_ADD(storm, keep_4) {
	.log = { .policy = LFVEC_LOG_KEEP, .records = 4, .bytes = 4 * ROOM },
	.storm = { .contexts = ALL, .max = 5000 },
};

FIXTURE_VARIANT_ADD(storm, keep_16) {
	.log = { .policy = LFVEC_LOG_KEEP, .records = 16, .bytes = 16 * ROOM },
	.storm = { .contexts = ALL, .max = 5000 },
};

FIXTURE_VARIANT_ADD(storm, keep_256) {
	.log = { .policy = LFVEC_LOG_KEEP, .records = 256, .bytes = 256 * ROOM },
	.storm = { .contexts = ALL, .max = 5000 },
};

FIXTURE_VARIANT_ADD(storm, keep_bytes) {
	.log = { .policy = LFVEC_LOG_KEEP, .records = 256, .bytes = 2 * ROOM },
	.storm = { .contexts = ALL, .max = 5000 },
};

FIXTURE_SETUP(storm)
{
	if (!bench_setup(&self->b, &variant->log))
		SKIP(return, "no log is to be had");
}

FIXTURE_TEARDOWN(storm)
{
	bench_teardown(&self->b);
}

/* Of a log that keeps the first records, they are there, and there they stay. */
static void check_kept(struct __test_metadata *_metadata, struct bench *b,
		       bool by_bytes)
{
	struct lfvec_log_info info = info_of(b->log);
	struct follow *f = calloc(1, sizeof(*f));

	EXPECT_EQ(0, info.first);
	EXPECT_EQ(0, info.overwritten);
	EXPECT_NE(0, info.dropped[LFVEC_LOG_DROP_FULL]);
	EXPECT_GE(info.records, info.next);
	if (!by_bytes)
		EXPECT_EQ(info.records, info.next);
	ASSERT_NE(NULL, f);
	ASSERT_EQ(0, follow_open(f, b->name, FOLLOW_BINARY, false));
	f->whole = true;
	while (f->next < info.next && !f->wrong[0])
		ASSERT_LT(0, follow_step(f));
	EXPECT_STREQ("", f->wrong)
		TH_LOG("%s", f->wrong);
	EXPECT_EQ(info.next, f->seen);
	EXPECT_EQ(0, f->lost);
	close(f->fd);
	free(f);
}

/* One record, from somewhere, and then nothing: each reader must come and get it. */
static void check_wakes(struct __test_metadata *_metadata, struct bench *b)
{
	static const u32 contexts[] = { 0, SOFTIRQ, HARDIRQ, NMI };
	u64 since = follow_ms();
	u32 i;

	for (i = 0; i < 2 * ARRAY_SIZE(contexts) ||
	     follow_ms() - since < env_ms() / 3; i++) {
		struct lfvec_stress_storm one = {
			.contexts = contexts[i % ARRAY_SIZE(contexts)],
			.threads = 1, .count = 1, .min = 24, .max = 200,
		};

		if (one.contexts)
			one.flags = LFVEC_STRESS_STORM_NO_TASK;
		ASSERT_EQ(0, storm_now(b, &one));
		drain(_metadata, b, one.next);
	}
	TH_LOG("%u single records", i);
}

TEST_F_TIMEOUT(storm, run, 900)
{
	struct bench *b = &self->b;
	struct lfvec_stress_storm *s = &b->shared->storm;
	struct lfvec_log_info info;

	start_readers(_metadata, b);
	start_storm(_metadata, b, &variant->storm);
	while (!storm_over(b)) {
		check_memory(_metadata, b);
		behind(_metadata, b, info_of(b->log).next);
		usleep(2000);
	}
	check_storm(_metadata, s, b->shared->err);
	check_contexts(_metadata, s);
	TH_LOG("%llu written: task %llu, softirq %llu, hardirq %llu, NMI %llu",
	       follow_written(s), s->written[0], s->written[1], s->written[2],
	       s->written[3]);
	TH_LOG("dropped: full %llu, memory %llu, nested %llu; cut %llu",
	       s->log_dropped[LFVEC_LOG_DROP_FULL],
	       s->log_dropped[LFVEC_LOG_DROP_MEMORY],
	       s->log_dropped[LFVEC_LOG_DROP_NESTED], s->log_cut);
	drain(_metadata, b, s->next);
	if (variant->log.policy == LFVEC_LOG_KEEP)
		check_kept(_metadata, b,
			   variant->log.records * ROOM > variant->log.bytes);
	else
		check_wakes(_metadata, b);
	check_memory(_metadata, b);
	info = info_of(b->log);
	EXPECT_LE(info.next - info.first, info.records);
	EXPECT_EQ(READERS + 1, info.readers);
	EXPECT_EQ(0, log_drop(b->fd, b->name));
	wait_readers(_metadata, b);
	check_readers(_metadata, b, info.next);
}

/* --- no wake-up is missed ------------------------------------------------------ */

FIXTURE(wake)
{
	struct bench	b;
	struct bench	noise;
};

FIXTURE_VARIANT(wake)
{
	enum follow_manner	manner;
};

FIXTURE_VARIANT_ADD(wake, text) {
	.manner = FOLLOW_TEXT,
};

FIXTURE_VARIANT_ADD(wake, binary) {
	.manner = FOLLOW_BINARY,
};

FIXTURE_VARIANT_ADD(wake, poll_text) {
	.manner = FOLLOW_POLL_TEXT,
};

FIXTURE_VARIANT_ADD(wake, poll_binary) {
	.manner = FOLLOW_POLL_BINARY,
};

FIXTURE_SETUP(wake)
{
	static const struct lfvec_stress_log attr = { .records = 4 };

	if (!bench_setup(&self->b, &attr))
		SKIP(return, "no log is to be had");
	memcpy(&self->noise, &self->b, sizeof(self->noise));
	snprintf(self->noise.name, sizeof(self->noise.name), "noise-%d", getpid());
	self->noise.log = -1;
	ASSERT_EQ(0, log_create(self->noise.fd, self->noise.name, &attr));
}

FIXTURE_TEARDOWN(wake)
{
	end(&self->noise.writer);
	if (self->b.fd >= 0)
		log_drop(self->b.fd, self->noise.name);
	bench_teardown(&self->b);
}

/* For up to some 20 microseconds: as long as a reader needs to fall asleep. */
static void dawdle(void)
{
	u32 i, nr = rand() % 16384;

	for (i = 0; i < nr; i++)
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/*
 * A record at a time, each written when the reader has the one before, and goes to
 * sleep or is about to. Interrupts lengthen the moments at which that may go wrong.
 */
TEST_F_TIMEOUT(wake, each_record, 900)
{
	struct follow *f = &self->b.shared->reader[variant->manner];
	struct lfvec_stress_storm noise = {
		.contexts = ALL, .flags = LFVEC_STRESS_STORM_NO_TASK,
		.duration = 3600000, .threads = 2, .max = 300, .pause = 500,
	};
	u64 since, next, spins;

	start_storm(_metadata, &self->noise, &noise);
	start_reader(_metadata, &self->b, variant->manner);
	since = follow_ms();
	for (next = 1; follow_ms() - since < env_ms() + 700; next++) {
		dawdle();
		ASSERT_EQ(1, say(self->b.log, "x"));
		/* looking after it takes long: not too often */
		for (spins = 1; follow_next(f) < next; spins++) {
			if (!(spins % 256) && !behind(_metadata, &self->b, next))
				break;
			sched_yield();
		}
		ASSERT_EQ(next, follow_next(f));
	}
	EXPECT_EQ(0, log_drop(self->b.fd, self->b.name));
	wait_readers(_metadata, &self->b);
	EXPECT_STREQ("", f->wrong)
		TH_LOG("%s", f->wrong);
	EXPECT_EQ(next - 1, f->seen);
	TH_LOG("%llu records", f->seen);
}

/* --- what else may happen ------------------------------------------------------ */

FIXTURE(log)
{
	struct bench	b;
};

FIXTURE_SETUP(log)
{
	static const struct lfvec_stress_log attr = { .records = 64 };

	if (!bench_setup(&self->b, &attr))
		SKIP(return, "no log is to be had");
}

FIXTURE_TEARDOWN(log)
{
	bench_teardown(&self->b);
}

static const struct lfvec_stress_storm some = {
	.contexts = ALL, .max = 1000,
};

TEST_F_TIMEOUT(log, readers_are_killed, 900)
{
	struct bench *b = &self->b;
	u32 i, nr = 0;

	start_storm(_metadata, b, &some);
	do {
		start_readers(_metadata, b);
		usleep(rand() % 20000);
		for (i = 0; i < READERS; i++, nr++) {
			EXPECT_STREQ("", b->shared->reader[i].wrong);
			EXPECT_TRUE(end(&b->pid[i]));
		}
	} while (!storm_over(b));
	check_storm(_metadata, &b->shared->storm, b->shared->err);
	EXPECT_EQ(1, info_of(b->log).readers);
	TH_LOG("%u were killed", nr);
}

/* Its name is gone, but it stays until the storm is over. */
TEST_F_TIMEOUT(log, dropped_in_a_storm, 900)
{
	struct bench *b = &self->b;

	start_readers(_metadata, b);
	start_storm(_metadata, b, &some);
	while (!info_of(b->log).next && !storm_over(b))
		usleep(1000);
	EXPECT_EQ(0, log_drop(b->fd, b->name));
	EXPECT_EQ(-ENOENT, log_drop(b->fd, b->name));
	wait_storm(b);
	check_storm(_metadata, &b->shared->storm, b->shared->err);
	wait_readers(_metadata, b);
	check_readers(_metadata, b, b->shared->storm.next);
}

/* Those who wait are woken by the end, and see that it is one. */
TEST_F_TIMEOUT(log, dropped_while_all_wait, 900)
{
	struct bench *b = &self->b;
	u64 since = follow_ms();
	u32 nr;

	for (nr = 0; !nr || follow_ms() - since < env_ms(); nr++) {
		start_readers(_metadata, b);
		usleep(rand() % 10000);
		EXPECT_EQ(0, log_drop(b->fd, b->name));
		wait_readers(_metadata, b);
		EXPECT_EQ(POLLHUP, polled(b->log, 0) & (POLLHUP | POLLIN));
		EXPECT_EQ(1, info_of(b->log).dead);
		close(b->log);
		EXPECT_EQ(0, log_create(b->fd, b->name, NULL));
		b->log = log_open(b->name, O_RDWR);
		ASSERT_LE(0, b->log);
	}
	check_readers(_metadata, b, 0);
	TH_LOG("%u logs", nr);
}

TEST_F_TIMEOUT(log, storm_is_killed, 900)
{
	struct lfvec_stress_storm hour = some, after = some;
	struct bench *b = &self->b;
	u32 i;

	hour.duration = 3600000;
	for (i = 0; i < 5; i++) {
		start_storm(_metadata, b, &hour);
		usleep(rand() % 50000);
		EXPECT_TRUE(end(&b->writer));
	}
	/* nothing is left of them: not the NMIs, and no one who writes */
	after.count = 100;
	check_storm(_metadata, &after, storm_now(b, &after));
}

/* Both count what is above the level, or the rate, in the same way. */
TEST_F_TIMEOUT(log, level, 900)
{
	struct lfvec_stress_storm s = some;
	u32 level = 4;

	ASSERT_EQ(0, call(self->b.log, LFVEC_LOG_SET_LEVEL, &level));
	start_readers(_metadata, &self->b);
	check_storm(_metadata, &s, storm_now(&self->b, &s));
	EXPECT_NE(0, follow_written(&s));
	EXPECT_NE(0, follow_dropped(&s, LFVEC_STRESS_DROP_LEVEL));
	EXPECT_EQ(0, log_drop(self->b.fd, self->b.name));
	wait_readers(_metadata, &self->b);
	check_readers(_metadata, &self->b, s.next);
}

TEST_F_TIMEOUT(log, rate, 900)
{
	static const struct lfvec_stress_log attr = {
		.interval = 1000, .burst = 100,
	};
	struct lfvec_stress_storm s = some;

	ASSERT_EQ(0, log_drop(self->b.fd, self->b.name));
	ASSERT_EQ(0, log_create(self->b.fd, self->b.name, &attr));
	s.duration = 300;
	check_storm(_metadata, &s, storm_now(&self->b, &s));
	EXPECT_NE(0, s.log_dropped[LFVEC_LOG_DROP_RATE]);
	EXPECT_GE(200, follow_written(&s));
}

/* Two on the same log: their records do not get mixed up. */
TEST_F_TIMEOUT(log, two_storms, 900)
{
	struct lfvec_stress_storm other = { .max = 1000 };
	struct bench *b = &self->b;

	start_readers(_metadata, b);
	start_storm(_metadata, b, &some);
	EXPECT_EQ(0, storm_now(b, &other));
	wait_storm(b);
	EXPECT_EQ(0, b->shared->err);
	EXPECT_EQ(info_of(b->log).next, follow_written(&other) +
		  follow_written(&b->shared->storm));
	EXPECT_EQ(0, other.unordered + b->shared->storm.unordered);
	EXPECT_EQ(0, log_drop(b->fd, b->name));
	wait_readers(_metadata, b);
	check_readers(_metadata, b, info_of(b->log).next);
}

/* --- memory -------------------------------------------------------------------- */

FIXTURE(memory)
{
	struct bench	b;
};

FIXTURE_VARIANT(memory)
{
	struct lfvec_stress_log	log;
};

FIXTURE_VARIANT_ADD(memory, defaults) {
	.log = { .records = 0 },
};

FIXTURE_VARIANT_ADD(memory, little) {
	.log = { .records = 16, .bytes = ROOM, .backlog = 65536 },
};

FIXTURE_SETUP(memory)
{
	if (!bench_setup(&self->b, &variant->log))
		SKIP(return, "no log is to be had");
}

FIXTURE_TEARDOWN(memory)
{
	bench_teardown(&self->b);
}

TEST_F_TIMEOUT(memory, bounded, 900)
{
	struct lfvec_stress_storm s = { .contexts = ALL, .max = 5000 };
	struct bench *b = &self->b;
	u64 peak = 0, samples = 0;

	s.duration = 1000 * env("LFVEC_LOG_STORM_S", 3);
	start_readers(_metadata, b);
	start_storm(_metadata, b, &s);
	for (; !storm_over(b); samples++) {
		struct lfvec_log_info info = info_of(b->log);

		peak = info.memory > peak ? info.memory : peak;
		check_memory(_metadata, b);
		usleep(2000);
	}
	check_storm(_metadata, &b->shared->storm, b->shared->err);
	TH_LOG("%llu bytes at most, of %llu, in %llu looks", peak,
	       b->shared->storm.limit, samples);
	EXPECT_EQ(0, log_drop(b->fd, b->name));
	wait_readers(_metadata, b);
	check_readers(_metadata, b, b->shared->storm.next);
}

/* --- bad input ------------------------------------------------------------------- */

FIXTURE(bad)
{
	int	fd;
};

FIXTURE_SETUP(bad)
{
	self->fd = device();
	if (self->fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, log_create(self->fd, "bad", NULL));
}

/* Whatever was tried, nothing was written. */
FIXTURE_TEARDOWN(bad)
{
	int log = log_open("bad", O_RDONLY);

	EXPECT_EQ(0, info_of(log).next);
	close(log);
	EXPECT_EQ(0, log_drop(self->fd, "bad"));
	close(self->fd);
}

TEST_F(bad, logs)
{
	static const struct lfvec_stress_log attrs[] = {
		{ .records = LFVEC_STRESS_LOG_BYTES_MAX },
		{ .records = LFVEC_STRESS_LOG_BYTES_MAX / 256 },
		{ .records = UINT64_MAX }, { .records = 1ULL << 61 },
		{ .bytes = 1 }, { .bytes = LFVEC_STRESS_LOG_BYTES_MAX },
		{ .bytes = UINT64_MAX }, { .backlog = 1 },
		{ .backlog = LFVEC_STRESS_LOG_BYTES_MAX },
		{ .backlog = UINT64_MAX }, { .policy = 2 },
		{ .policy = 1U << 31 }, { .clock = LFVEC_LOG_CLOCKS },
		{ .clock = 1U << 31 }, { .level = 8 }, { .level = 1U << 31 },
		{ .mode = 01666 }, { .mode = 0777 }, { .mode = UINT32_MAX },
		{ .gid = UINT32_MAX }, { .dump = 1001 }, { .dump = 1U << 31 },
		{ .interval = 5 }, { .burst = 5 },
		{ .interval = 5, .burst = 1U << 31 },
		{ .interval = LFVEC_STRESS_DURATION_MAX + 1, .burst = 5 },
		{ .reserved = { 1 } }, { .reserved = { 0, 0, 0, 1 } },
	};
	static const char * const names[] = {
		"", ".", "..", "a/b", "a b", "a!b", ".hidden",
		"0123456789abcdef0123456789abcdef",
	};
	struct lfvec_stress_log arg;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++)
		EXPECT_EQ(-EINVAL, log_create(self->fd, "worse", &attrs[i]))
			TH_LOG("attributes %u", i);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		memset(&arg, 0, sizeof(arg));
		memcpy(arg.name, names[i], strlen(names[i]));
		EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOG_CREATE, &arg))
			TH_LOG("name '%s'", names[i]);
	}
	EXPECT_EQ(-EEXIST, log_create(self->fd, "bad", NULL));
	EXPECT_EQ(-ENOENT, log_drop(self->fd, "worse"));
	memset(&arg, 0, sizeof(arg));
	strcpy(arg.name, "bad");
	arg.records = 1;
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOG_DROP, &arg));
	arg.records = 0;
	arg.reserved[3] = 1;
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOG_DROP, &arg));
	EXPECT_EQ(-EFAULT, call(self->fd, LFVEC_STRESS_LOG_CREATE, (void *)8));
	EXPECT_EQ(-EFAULT, call(self->fd, LFVEC_STRESS_LOG_DROP, NULL));
}

TEST_F(bad, too_many_logs)
{
	char name[32];
	int nr, err = 0;

	for (nr = 0; nr < 1000 && !err; nr++) {
		snprintf(name, sizeof(name), "many-%d", nr);
		err = log_create(self->fd, name, NULL);
	}
	EXPECT_EQ(-ENOSPC, err);
	for (nr--; nr > 0; nr--) {
		snprintf(name, sizeof(name), "many-%d", nr - 1);
		EXPECT_EQ(0, log_drop(self->fd, name));
	}
}

TEST_F(bad, storms)
{
	static const struct lfvec_stress_storm bad[] = {
		{ .threads = 0, .count = 1 }, { .threads = 65, .count = 1 },
		{ .threads = UINT32_MAX, .count = 1 },
		{ .threads = 1 }, { .threads = 1, .count = 1ULL << 62 },
		{ .threads = 1, .duration = LFVEC_STRESS_DURATION_MAX + 1 },
		{ .threads = 1, .count = 1, .contexts = 1 },
		{ .threads = 1, .count = 1, .contexts = 16 },
		{ .threads = 1, .count = 1, .flags = 2 },
		{ .threads = 1, .count = 1, .flags = LFVEC_STRESS_STORM_NO_TASK },
		{ .threads = 1, .count = 1, .min = 1 },
		{ .threads = 1, .count = 1, .max = 5001 },
		{ .threads = 1, .count = 1, .max = UINT32_MAX },
		{ .threads = 1, .count = 1, .pause = 1000001 },
		{ .threads = 1, .count = 1, .pad = 1 },
		{ .threads = 1, .count = 1, .elapsed = 1 },
		{ .threads = 1, .count = 1, .log_cut = 1 },
		{ .threads = 1, .count = 1, .reserved = { 0, 0, 0, 1 } },
	};
	struct lfvec_stress_storm arg;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		arg = bad[i];
		strcpy(arg.name, "bad");
		EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOG_STORM, &arg))
			TH_LOG("storm %u", i);
	}
	memset(&arg, 0, sizeof(arg));
	arg.threads = 1;
	arg.count = 1;
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOG_STORM, &arg));
	strcpy(arg.name, "worse");
	EXPECT_EQ(-ENOENT, call(self->fd, LFVEC_STRESS_LOG_STORM, &arg));
	EXPECT_EQ(-EFAULT, call(self->fd, LFVEC_STRESS_LOG_STORM, NULL));
}

TEST_F(bad, costs)
{
	static const struct lfvec_stress_log_cost bad[] = {
		{ .work = LFVEC_STRESS_LOGCOST_WORKS, .ops = 1 },
		{ .work = UINT32_MAX, .ops = 1 }, { .ops = 0 },
		{ .ops = LFVEC_STRESS_COST_MAX + 1 },
		{ .ops = 1, .elapsed = 1 }, { .ops = 1, .reserved = { 1 } },
		{ .ops = 1, .reserved = { 0, 1 } },
	};
	struct lfvec_stress_log_cost arg;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		arg = bad[i];
		EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOG_COST, &arg))
			TH_LOG("cost %u", i);
	}
	for (i = 0; i < LFVEC_STRESS_LOGCOST_WORKS; i++) {
		int err;

		arg = (struct lfvec_stress_log_cost){ .work = i, .ops = 100 };
		err = call(self->fd, LFVEC_STRESS_LOG_COST, &arg);
		EXPECT_TRUE(err == -EOPNOTSUPP || (!err && arg.elapsed))
			TH_LOG("cost %u: %d", i, err);
	}
}

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
