// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations and user copies that fail, each in turn, in all that a process can
 * ask of our modules: /proc/self/fail-nth of CONFIG_FAULT_INJECTION.
 *
 * A piece of work is done again and again, and each time a later one fails, until
 * there are fewer than that. What fails must say so with an errno that fits, take
 * nothing with it, and be right the next time. leaks.sh sees what is left, and
 * module/fault.c has what the worker allocates.
 */
#include <sys/syscall.h>

#include "log.h"

#define NTH_MAX		20000
#define NAME		"failnth"
#define ELEMS		12
#define BATCHES		4
#define RESERVED	500

/* What goes wrong in one piece of work. */
struct work {
	int	fd;
	int	nth;
	int	err;		/* the first errno */
	const char *where;
	u32	esize;
	u32	form;
	const char *file;
};

/* Faults of ours are to be found in allocations that may sleep, and be silent. */
static void settings(void)
{
	static const char * const files[][2] = {
		{ "failslab/ignore-gfp-wait", "N" },
		{ "failslab/verbose", "0" },
		{ "fail_page_alloc/ignore-gfp-wait", "N" },
		{ "fail_page_alloc/ignore-gfp-highmem", "N" },
		{ "fail_page_alloc/min-order", "0" },
		{ "fail_page_alloc/verbose", "0" },
		{ "fail_usercopy/verbose", "0" },
	};
	char path[128];
	size_t i;
	int fd;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", files[i][0]);
		fd = open(path, O_WRONLY);
		if (fd < 0)
			continue;
		if (write(fd, files[i][1], 1) != 1)
			perror(path);
		close(fd);
	}
}

/* Let the @n-th from now on fail; 0: none. To say so may fail, but once. */
static void arm(struct work *w, int n)
{
	char buf[16];

	snprintf(buf, sizeof(buf), "%d", n);
	if (pwrite(w->nth, buf, strlen(buf), 0) < 0 &&
	    pwrite(w->nth, buf, strlen(buf), 0) < 0)
		perror("fail-nth");
}

/* Has it? To read the answer takes a user copy as well. */
static bool fired(struct work *w)
{
	char buf[16] = "1";

	if (pread(w->nth, buf, sizeof(buf) - 1, 0) < 0)
		return false;
	return !atoi(buf);
}

/* Returns whether it failed, as it may for want of memory. */
static bool failed(struct work *w, const char *what, s64 ret)
{
	if (ret >= 0)
		return false;
	if (!w->err) {
		w->err = -ret;
		w->where = what;
	}
	return true;
}

#define TRY(w, expr)	failed(w, #expr, (expr))

typedef void (*work_fn)(struct __test_metadata *_metadata, struct work *w);

/* Returns how many faults there were. */
static int sweep(struct __test_metadata *_metadata, struct work *w, work_fn fn)
{
	int n, seen[3] = { 0 };

	for (n = 1; n < NTH_MAX; n++) {
		w->err = 0;
		arm(w, n);
		fn(_metadata, w);
		if (!fired(w))
			break;
		arm(w, 0);
		seen[!w->err ? 0 : w->err == ENOMEM ? 1 : 2]++;
		EXPECT_TRUE(!w->err || w->err == ENOMEM || w->err == EFAULT ||
			    w->err == EAGAIN)
			TH_LOG("fault %d: %s: %s", n, w->where, strerror(w->err));
	}
	arm(w, 0);
	EXPECT_GT(NTH_MAX, n);
	EXPECT_EQ(0, w->err) TH_LOG("no fault, but %s: %s", w->where, strerror(w->err));
	EXPECT_LT(0, seen[1]);
	TH_LOG("%d faults: %d times ENOMEM, %d times another errno, %d without effect",
	       n - 1, seen[1], seen[2], seen[0]);
	return n - 1;
}

static bool begin(struct work *w)
{
	memset(w, 0, sizeof(*w));
	w->nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	w->fd = device();
	settings();
	return w->nth >= 0 && w->fd >= 0;
}

FIXTURE(failnth)
{
	struct work w;
};

FIXTURE_SETUP(failnth)
{
	if (!begin(&self->w))
		SKIP(_exit(KSFT_SKIPPED), "no " DEVICE ", or no fail-nth");
}

FIXTURE_TEARDOWN(failnth)
{
	close(self->w.fd);
	close(self->w.nth);
}

static int io(int fd, unsigned long cmd, u64 index, void *buf, void *old, u32 count)
{
	struct lfvec_stress_io arg = {
		.index = index, .buf = (uintptr_t)buf, .old = (uintptr_t)old,
		.count = count,
	};

	return call(fd, cmd, &arg);
}

/* Neither more nor fewer elements than before, if it failed. */
static void push_some(struct __test_metadata *_metadata, struct work *w, int fd,
		      u32 nr)
{
	static u8 elems[BATCH_MAX * ELEM_MAX];
	s64 before = size(fd);

	if (before < 0) {
		TRY(w, before);
		before = size(fd);
	}
	if (!TRY(w, io(fd, LFVEC_STRESS_PUSH, 0, elems, NULL, nr)))
		return;
	/* the copy out comes after the push */
	if (w->err == EFAULT)
		return;
	EXPECT_EQ(before, size(fd));
}

static void vector_life(struct __test_metadata *_metadata, struct work *w)
{
	bool changes = !(w->form & LFVEC_STRESS_APPEND_ONLY);
	struct lfvec_stress_stats stats;
	struct lfvec_stress_vec vec = {
		.name = NAME, .esize = w->esize, .form = w->form, .spare = 1,
		.max = 1024, .first = w->form & LFVEC_STRESS_OVERWRITE ? 0 : 1,
	};
	static u8 elem[2][ELEM_MAX];
	int i, fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (TRY(w, fd < 0 ? -errno : 0))
		return;
	if (TRY(w, call(fd, LFVEC_STRESS_CREATE, &vec))) {
		/* what it made is there, if it could only not say so */
		named(fd, LFVEC_STRESS_DROP, NAME);
		close(fd);
		return;
	}
	for (i = 0; i < ELEMS; i++)
		push_some(_metadata, w, fd, 1);
	for (i = 0; i < BATCHES && changes; i++)
		push_some(_metadata, w, fd, BATCH_MAX);
	TRY(w, io(fd, LFVEC_STRESS_RESERVE, RESERVED, NULL, NULL, 0));
	TRY(w, io(fd, LFVEC_STRESS_LOAD, 1, elem[0], NULL, 0));
	TRY(w, io(fd, LFVEC_STRESS_PEEK, 0, elem[0], NULL, 0));
	TRY(w, io(fd, LFVEC_STRESS_OLDEST, 0, NULL, NULL, 0));
	for (i = 0; i < ELEMS && changes; i++) {
		TRY(w, io(fd, LFVEC_STRESS_STORE, i, elem[0], NULL, 0));
		TRY(w, io(fd, LFVEC_STRESS_XCHG, i, elem[0], elem[1], 0));
		TRY(w, io(fd, LFVEC_STRESS_CMPXCHG, i, elem[0], elem[1], 0));
	}
	if (changes) {
		TRY(w, io(fd, LFVEC_STRESS_POP, 0, elem[0], NULL, 1));
		TRY(w, io(fd, LFVEC_STRESS_TRUNCATE, 10, NULL, NULL, 0));
	}
	TRY(w, io(fd, LFVEC_STRESS_SHRINK, 0, NULL, NULL, 0));
	TRY(w, call(fd, LFVEC_STRESS_STATS, &stats));
	/* what undoes must be possible, if the fault was not before */
	if (TRY(w, named(fd, LFVEC_STRESS_DROP, NAME)))
		ASSERT_EQ(0, named(fd, LFVEC_STRESS_DROP, NAME));
	close(fd);
}

FIXTURE(failnth_vector)
{
	struct work w;
};

FIXTURE_VARIANT(failnth_vector)
{
	u32	esize;
	u32	form;
};

FIXTURE_VARIANT_ADD(failnth_vector, plain) { .esize = 8 };

FIXTURE_VARIANT_ADD(failnth_vector, large) { .esize = ELEM_MAX };

FIXTURE_VARIANT_ADD(failnth_vector, overwrite) {
	.esize = 8, .form = LFVEC_STRESS_OVERWRITE,
};

FIXTURE_VARIANT_ADD(failnth_vector, append_only) {
	.esize = 8, .form = LFVEC_STRESS_APPEND_ONLY,
};

FIXTURE_SETUP(failnth_vector)
{
	if (!begin(&self->w))
		SKIP(_exit(KSFT_SKIPPED), "no " DEVICE ", or no fail-nth");
	self->w.esize = variant->esize;
	self->w.form = variant->form;
}

FIXTURE_TEARDOWN(failnth_vector)
{
	close(self->w.fd);
	close(self->w.nth);
}

TEST_F_TIMEOUT(failnth_vector, life, 600)
{
	EXPECT_LT(10, sweep(_metadata, &self->w, vector_life));
}

static void run_life(struct __test_metadata *_metadata, struct work *w)
{
	struct lfvec_stress_run run = {
		.threads = 2, .esize = 8, .values = 2, .batch = 4, .ops = 200,
		.contexts = 1 << LFVEC_STRESS_SOFTIRQ, .fill = 100,
		.mix = { 50, 50 },
	};
	struct lfvec_stress_wait wait = { .timeout = 10000 };
	struct lfvec_stress_result result;
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (TRY(w, fd < 0 ? -errno : 0))
		return;
	if (!TRY(w, call(fd, LFVEC_STRESS_START, &run))) {
		TRY(w, call(fd, LFVEC_STRESS_WAIT, &wait));
		if (!TRY(w, call(fd, LFVEC_STRESS_RESULT, &result)))
			EXPECT_TRUE(!result.lost && !result.duplicated &&
				    !result.torn);
	}
	close(fd);
}

TEST_F_TIMEOUT(failnth, run, 600)
{
	sweep(_metadata, &self->w, run_life);
}

static void bench_life(struct __test_metadata *_metadata, struct work *w)
{
	struct lfvec_stress_bench arg;
	__u32 peer;

	for (peer = 0; peer < LFVEC_STRESS_PEER_LIMIT; peer++) {
		/* this is only read */
		if (peer == LFVEC_STRESS_PEER_ARRAY)
			continue;
		arg = (struct lfvec_stress_bench){
			.peer = peer, .work = LFVEC_STRESS_WORK_PUSH,
			.threads = 1, .esize = 8, .elems = 8, .ops = 8,
		};
		if (peer == LFVEC_STRESS_PEER_APPEND_ONLY)
			arg.work = LFVEC_STRESS_WORK_APPEND;
		TRY(w, call(w->fd, LFVEC_STRESS_BENCH, &arg));
	}
}

TEST_F_TIMEOUT(failnth, bench, 600)
{
	sweep(_metadata, &self->w, bench_life);
}

/* Written, read in both manners, written in a storm. */
static void log_use(struct work *w, int log)
{
	static char line[LINE_SIZE];
	static u64 buf[1024];
	struct lfvec_log_read read = {
		.buf = (uintptr_t)buf, .size = sizeof(buf),
		.flags = LFVEC_LOG_READ_FROM | LFVEC_LOG_READ_NOWAIT,
	};
	struct lfvec_stress_storm storm = {
		.name = NAME, .threads = 2, .count = 10, .min = 10, .max = 100,
		.contexts = 1 << LFVEC_STRESS_SOFTIRQ,
	};
	struct lfvec_log_info info;
	int i;

	for (i = 0; i < ELEMS; i++)
		TRY(w, say(log, "<4>a line"));
	TRY(w, get(log, line, sizeof(line)));
	TRY(w, call(log, LFVEC_LOG_READ, &read));
	TRY(w, call(log, LFVEC_LOG_INFO, &info));
	TRY(w, call(w->fd, LFVEC_STRESS_LOG_STORM, &storm));
	TRY(w, call(log, LFVEC_LOG_CLEAR, NULL));
}

static const struct lfvec_stress_log small_log = {
	.records = 64, .level = 7, .mode = 0600, .bytes = 1 << 13,
	.backlog = 1 << 16,
};

static void log_life(struct __test_metadata *_metadata, struct work *w)
{
	struct lfvec_stress_log attr = small_log;
	int log;

	if (TRY(w, log_create(w->fd, NAME, &attr))) {
		log_drop(w->fd, NAME);
		return;
	}
	log = log_open(NAME, O_RDWR | O_NONBLOCK);
	/* a device that the driver core had no memory to make a node for */
	if (log < 0 && errno == ENOENT)
		errno = ENOMEM;
	if (!TRY(w, log < 0 ? -errno : 0)) {
		log_use(w, log);
		close(log);
	}
	if (TRY(w, log_drop(w->fd, NAME)))
		ASSERT_EQ(0, log_drop(w->fd, NAME));
}

/* Beside another log, which keeps the caches: KASAN takes long to destroy them. */
TEST_F_TIMEOUT(failnth, log, 600)
{
	struct lfvec_stress_log attr = small_log;

	ASSERT_EQ(0, log_create(self->w.fd, NAME "-other", &attr));
	sweep(_metadata, &self->w, log_life);
	EXPECT_EQ(0, log_drop(self->w.fd, NAME "-other"));
}

static void show_life(struct __test_metadata *_metadata, struct work *w)
{
	static const char * const files[] = {
		"lfvec/" NAME "/counters", "lfvec/" NAME "/size",
		"lfvec/" NAME "/memory", "lfvec_logs",
	};
	char path[128], buf[512];
	size_t i;
	int fd;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", files[i]);
		fd = open(path, O_RDONLY);
		if (TRY(w, fd < 0 ? -errno : 0))
			continue;
		TRY(w, get(fd, buf, sizeof(buf)));
		close(fd);
	}
}

TEST_F_TIMEOUT(failnth, debugfs, 600)
{
	ASSERT_EQ(0, create(self->w.fd, NAME, 8, 0, 0));
	ASSERT_EQ(0, log_create(self->w.fd, NAME, NULL));
	sweep(_metadata, &self->w, show_life);
	EXPECT_EQ(0, log_drop(self->w.fd, NAME));
	EXPECT_EQ(0, named(self->w.fd, LFVEC_STRESS_DROP, NAME));
}

static int unload(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK) ? -errno : 0;
}

static void module_life(struct __test_metadata *_metadata, struct work *w)
{
	char module[32];
	int fd = open(w->file, O_RDONLY | O_CLOEXEC);
	int err;

	if (TRY(w, fd < 0 ? -errno : 0))
		return;
	err = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	if (TRY(w, err))
		return;
	snprintf(module, sizeof(module), "%s", strrchr(w->file, '/') + 1);
	*strchr(module, '.') = 0;
	if (TRY(w, unload(module)))
		ASSERT_EQ(0, unload(module));
}

/* Where it is installed; false if that file cannot be loaded as it is. */
static bool module_file(const char *module, char *path, size_t size)
{
	char command[128];
	FILE *p;
	bool ok;

	snprintf(command, sizeof(command),
		 "modinfo %s | sed -n 's/^filename: *//p'", module);
	p = popen(command, "r");
	if (!p)
		return false;
	ok = fgets(path, size, p);
	pclose(p);
	path[strcspn(path, "\n")] = 0;
	return ok && strlen(path) > 3 && !strcmp(path + strlen(path) - 3, ".ko");
}

/* In the order in which they need each other. */
TEST_F_TIMEOUT(failnth, modules, 900)
{
	static const char * const modules[] = {
		"lfvec", "lfvec_log", "lfvec_events", "lfvec_stress",
	};
	char path[256], command[64];
	size_t i;

	close(self->w.fd);
	system("rmmod lfvec_events 2>/dev/null; rmmod test_lfvec_log 2>/dev/null");
	ASSERT_EQ(0, system("rmmod lfvec_stress && rmmod lfvec_log && rmmod lfvec"));
	for (i = 0; i < sizeof(modules) / sizeof(*modules); i++) {
		ASSERT_TRUE(module_file(modules[i], path, sizeof(path)));
		self->w.file = path;
		TH_LOG("%s", path);
		sweep(_metadata, &self->w, module_life);
		snprintf(command, sizeof(command), "modprobe %s", modules[i]);
		EXPECT_EQ(0, system(command));
	}
	system("rmmod lfvec_events");
	self->w.fd = device();
	EXPECT_LE(0, self->w.fd);
}

TESTS_NEED(!access("/proc/self/fail-nth", R_OK) && have_device(),
	   DEVICE ", or no fail-nth")

TEST_HARNESS_MAIN
