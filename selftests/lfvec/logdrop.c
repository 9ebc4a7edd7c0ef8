// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a log: names, permissions, and what is left of it for those who have
 * it open when it is destroyed
 */
#include <grp.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "log.h"

#define SUMMARY	"/sys/kernel/debug/lfvec_logs"
#define CLASS	"/sys/class/lfvec_log/"

FIXTURE(log)
{
	int	fd;	/* the stress device */
	struct line line;
};

FIXTURE_SETUP(log)
{
	self->fd = device();
	if (self->fd < 0)
		SKIP(_exit(KSFT_SKIPPED), DEVICE " is not to be had");
	log_drop(self->fd, "life");
}

FIXTURE_TEARDOWN(log)
{
	log_drop(self->fd, "life");
	close(self->fd);
}

static int have(struct __test_metadata *_metadata, int fd,
		const struct lfvec_stress_log *attr)
{
	int rw;

	ASSERT_EQ(0, log_create(fd, "life", attr));
	rw = log_open("life", O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, rw);
	return rw;
}

/* Is there a line for this log? */
static bool in_summary(const char *name)
{
	char line[256];
	bool found = false;
	FILE *f = fopen(SUMMARY, "r");

	while (f && fgets(line, sizeof(line), f))
		found |= !strncmp(line, name, strlen(name)) &&
			 !isalnum(line[strlen(name)]);
	if (f)
		fclose(f);
	return found;
}

TEST_F(log, drained_after_drop)
{
	int rw = have(_metadata, self->fd, NULL), i;
	char buf[LINE_SIZE];

	for (i = 0; i < 3; i++)
		ASSERT_EQ(1, say(rw, "x"));
	ASSERT_EQ(0, log_drop(self->fd, "life"));
	EXPECT_EQ(-ENODEV, say(rw, "y"));
	EXPECT_EQ(1, info_of(rw).dead);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(POLLIN | POLLRDNORM | POLLHUP, polled(rw, 0));
		EXPECT_TRUE(next_is(rw, i, "x"));
	}
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, get(rw, buf, sizeof(buf)));
		EXPECT_TRUE(polled(rw, 0) & POLLHUP);
	}
	/* and once more, as it does not go away */
	EXPECT_EQ(0, lseek(rw, 0, SEEK_SET));
	EXPECT_TRUE(next_is(rw, 0, "x"));
	EXPECT_EQ(0, lseek(rw, 0, SEEK_END));
	EXPECT_EQ(0, get(rw, buf, sizeof(buf)));
	EXPECT_EQ(3, info_of(rw).written);
	close(rw);
}

TEST_F(log, overrun_before_drop)
{
	struct lfvec_stress_log attr = { .records = 4 };
	int rw = have(_metadata, self->fd, &attr), i;

	for (i = 0; i < 9; i++)
		ASSERT_EQ(1, say(rw, "x"));
	ASSERT_EQ(0, log_drop(self->fd, "life"));
	EXPECT_EQ(POLLIN | POLLRDNORM | POLLERR | POLLPRI | POLLHUP, polled(rw, 0));
	EXPECT_EQ(-EPIPE, get_line(rw, &self->line));
	for (i = 5; i < 9; i++)
		EXPECT_TRUE(next_is(rw, i, "x"));
	EXPECT_EQ(0, get_line(rw, &self->line));
	close(rw);
}

TEST_F(log, ioctls_after_drop)
{
	u64 buf[64];
	struct lfvec_log_read arg = {
		.buf = (uintptr_t)buf, .size = sizeof(buf),
	};
	int rw = have(_metadata, self->fd, NULL);
	u32 value = 3;

	ASSERT_EQ(1, say(rw, "x"));
	ASSERT_EQ(0, log_drop(self->fd, "life"));
	EXPECT_EQ(-ENODEV, call(rw, LFVEC_LOG_SET_LEVEL, &value));
	EXPECT_EQ(0, call(rw, LFVEC_LOG_READ, &arg));
	EXPECT_EQ(1, arg.nr);
	EXPECT_EQ(1, arg.seq);
	arg = (struct lfvec_log_read){
		.buf = (uintptr_t)buf, .size = sizeof(buf),
	};
	EXPECT_EQ(0, call(rw, LFVEC_LOG_READ, &arg));
	EXPECT_EQ(0, arg.nr);
	EXPECT_EQ(0, arg.size);
	EXPECT_EQ(0, arg.lost);
	EXPECT_EQ(1, arg.seq);
	close(rw);
}

/* The name is free at once; the old file and the new log do not meet. */
TEST_F(log, name_used_again)
{
	int old = have(_metadata, self->fd, NULL), new;
	struct stat st;

	EXPECT_TRUE(in_summary("life"));
	EXPECT_EQ(0, stat(CLASS "life", &st));
	ASSERT_EQ(3, say(old, "old"));
	ASSERT_EQ(0, log_drop(self->fd, "life"));
	EXPECT_FALSE(in_summary("life"));
	EXPECT_EQ(-1, stat(CLASS "life", &st));
	EXPECT_EQ(-1, stat("/dev/lfvec/life", &st));
	EXPECT_EQ(ENOENT, errno);
	new = have(_metadata, self->fd, NULL);
	EXPECT_EQ(-EAGAIN, get_line(new, &self->line));
	EXPECT_EQ(3, say(new, "new"));
	EXPECT_EQ(-ENODEV, say(old, "old"));
	EXPECT_TRUE(next_is(new, 0, "new"));
	EXPECT_TRUE(next_is(old, 0, "old"));
	EXPECT_EQ(0, get_line(old, &self->line));
	EXPECT_EQ(-EAGAIN, get_line(new, &self->line));
	EXPECT_EQ(1, info_of(new).readers);
	close(old);
	EXPECT_EQ(1, info_of(new).readers);
	close(new);
}

/*
 * A node of one's own leads nowhere once the log is destroyed. Who has the log open
 * may open it again, and finds it as it ended.
 */
TEST_F(log, stale_node)
{
	int rw = have(_metadata, self->fd, NULL), again;
	char path[32];
	struct stat st;

	ASSERT_EQ(1, say(rw, "x"));
	ASSERT_EQ(0, fstat(rw, &st));
	ASSERT_EQ(0, log_drop(self->fd, "life"));
	ASSERT_EQ(0, mknod("/tmp/stale", S_IFCHR | 0600, st.st_rdev));
	EXPECT_EQ(-1, open("/tmp/stale", O_RDONLY | O_NONBLOCK));
	EXPECT_EQ(ENXIO, errno);
	unlink("/tmp/stale");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", rw);
	again = open(path, O_RDWR);
	ASSERT_LE(0, again);
	close(rw);
	EXPECT_TRUE(next_is(again, 0, "x"));
	EXPECT_EQ(0, get_line(again, &self->line));
	EXPECT_EQ(-ENODEV, say(again, "y"));
	close(again);
}

TEST_F(log, names)
{
	static const char * const bad[] = {
		"", ".", "..", "a/b", "/", "a b", "a\n", "\x7f", "\x80", "\xff",
	};
	struct lfvec_stress_log arg = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, log_create(self->fd, bad[i], NULL))
			TH_LOG("name %zu", i);
	memset(arg.name, 'x', sizeof(arg.name));
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOG_CREATE, &arg));
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOG_DROP, &arg));
	/* the longest one */
	arg.name[LFVEC_LOG_NAME_MAX - 1] = 0;
	EXPECT_EQ(0, call(self->fd, LFVEC_STRESS_LOG_CREATE, &arg));
	EXPECT_EQ(-EEXIST, call(self->fd, LFVEC_STRESS_LOG_CREATE, &arg));
	EXPECT_EQ(0, call(self->fd, LFVEC_STRESS_LOG_DROP, &arg));
	EXPECT_EQ(-ENOENT, call(self->fd, LFVEC_STRESS_LOG_DROP, &arg));
	arg = (struct lfvec_stress_log){ .name = "life", .reserved = { 1 } };
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOG_CREATE, &arg));
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOG_DROP, &arg));
}

static const struct lfvec_stress_log bad_attr[] = {
	{ .records = 0x1000001 }, { .records = UINT64_MAX },
	{ .bytes = 0x40000001 }, { .bytes = UINT64_MAX },
	{ .backlog = UINT64_MAX },
	{ .policy = 2 }, { .policy = UINT32_MAX },
	{ .clock = LFVEC_LOG_CLOCKS }, { .clock = UINT32_MAX },
	{ .level = 8 }, { .level = UINT32_MAX },
	{ .mode = 01000 }, { .mode = 040600 }, { .mode = UINT32_MAX },
	{ .gid = UINT32_MAX },
	{ .dump = 1001 }, { .dump = UINT32_MAX },
	{ .burst = UINT32_MAX }, { .interval = UINT32_MAX, .burst = 1 },
};

TEST_F(log, attributes)
{
	struct stat st;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_attr); i++) {
		EXPECT_EQ(-EINVAL, log_create(self->fd, "life", &bad_attr[i]))
			TH_LOG("attribute %zu", i);
		EXPECT_EQ(-1, stat("/dev/lfvec/life", &st));
		log_drop(self->fd, "life");
	}
}

TEST_F(log, info)
{
	struct lfvec_stress_log attr = {
		.records = 100, .bytes = 100000, .level = 3,
		.policy = LFVEC_LOG_KEEP,
	};
	int rw = have(_metadata, self->fd, &attr);
	struct lfvec_log_info info = info_of(rw);
	size_t i;

	EXPECT_EQ(LFVEC_LOG_VERSION, info.version);
	EXPECT_EQ(LFVEC_LOG_KEEP, info.policy);
	EXPECT_EQ(3, info.level);
	EXPECT_EQ(LFVEC_LOG_CLOCK_MONOTONIC, info.clock);
	EXPECT_STREQ("life", info.name);
	EXPECT_EQ(128, info.records);
	EXPECT_EQ(100000, info.bytes);
	EXPECT_LT(100000, info.limit);
	EXPECT_EQ(0, info.first | info.next | info.clear | info.cursor |
		  info.written | info.overwritten | info.cut | info.bytes_used |
		  info.dead);
	EXPECT_EQ(1, info.readers);
	for (i = 0; i < ARRAY_SIZE(info.reserved); i++)
		EXPECT_EQ(0, info.reserved[i]);
	for (i = 0; i < LFVEC_LOG_DROPS; i++)
		EXPECT_EQ(0, info.dropped[i]);
	close(rw);
}

/* Root's, unless it is said whose else. */
TEST_F(log, mode)
{
	int rw = have(_metadata, self->fd, NULL);
	struct stat st;

	ASSERT_EQ(0, fstat(rw, &st));
	EXPECT_EQ(S_IFCHR | 0600, st.st_mode);
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(0, st.st_gid);
	close(rw);
}

/* Opened by somebody of group @gid; 0 or a negative errno. */
static int opened_by(gid_t gid, int flags)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
		    setresuid(65534, 65534, 65534))
			_exit(255);
		_exit(log_open("life", flags | O_NONBLOCK) < 0 ? errno : 0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

TEST_F(log, permission)
{
	struct lfvec_stress_log attr = { .mode = 0640, .gid = 1234 };
	int rw = have(_metadata, self->fd, NULL);

	close(rw);
	EXPECT_EQ(-EACCES, opened_by(1234, O_RDONLY));
	EXPECT_EQ(-EACCES, opened_by(1234, O_WRONLY));
	EXPECT_EQ(0, log_drop(self->fd, "life"));
	rw = have(_metadata, self->fd, &attr);
	EXPECT_EQ(0, opened_by(1234, O_RDONLY));
	EXPECT_EQ(-EACCES, opened_by(1234, O_WRONLY));
	EXPECT_EQ(-EACCES, opened_by(1234, O_RDWR));
	EXPECT_EQ(-EACCES, opened_by(1235, O_RDONLY));
	close(rw);
	EXPECT_EQ(0, log_drop(self->fd, "life"));
	attr.mode = 0624;
	rw = have(_metadata, self->fd, &attr);
	EXPECT_EQ(-EACCES, opened_by(1234, O_RDONLY));
	EXPECT_EQ(0, opened_by(1234, O_WRONLY));
	EXPECT_EQ(0, opened_by(1235, O_RDONLY));
	close(rw);
}

/* Read by somebody as long as there is something; what is wrong is counted. */
#define USE_MS	3000

static bool stop;

static void *use(void *unused)
{
	struct line line;
	long wrong = 0;
	ssize_t len;
	int rw;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		rw = log_open("life", O_RDWR | O_NONBLOCK);
		if (rw < 0) {
			/* ENXIO: found by its name, and gone by then */
			wrong += errno != ENOENT && errno != ENODEV &&
				 errno != ENXIO;
			usleep(1000);
			continue;
		}
		len = say(rw, "x");
		wrong += len != 1 && len != -ENODEV;
		polled(rw, 0);
		while ((len = get_line(rw, &line)) > 0)
			wrong += strcmp(line.text, "x") != 0;
		wrong += len && len != -EAGAIN && len != -EPIPE;
		info_of(rw);
		close(rw);
	}
	return (void *)wrong;
}

TEST_F(log, dropped_in_use)
{
	struct lfvec_stress_log attr = { .records = 16 };
	u64 end = now_ns(CLOCK_MONOTONIC) + USE_MS * 1000000ULL;
	pthread_t thread[4];
	void *wrong;
	int i;

	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, use, NULL));
	for (i = 0; i < 2 || now_ns(CLOCK_MONOTONIC) < end; i++) {
		EXPECT_EQ(0, log_create(self->fd, "life", &attr));
		usleep(i % 8 * 500);
		EXPECT_EQ(0, log_drop(self->fd, "life"));
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, pthread_join(thread[i], &wrong));
		EXPECT_EQ(NULL, wrong);
	}
}

/* As many as there may be, all of them for themselves. */
TEST_F_TIMEOUT(log, many, 120)
{
	struct lfvec_stress_log attr = { .records = 4, .bytes = 32768 };
	int rw[64], made, i;
	char name[32];

	for (made = 0; made < 64; made++) {
		snprintf(name, sizeof(name), "many-%d", made);
		if (log_create(self->fd, name, &attr))
			break;
		rw[made] = log_open(name, O_RDWR | O_NONBLOCK);
		EXPECT_EQ(strlen(name), say(rw[made], name));
	}
	EXPECT_LE(32, made);
	for (i = 0; i < made; i++) {
		snprintf(name, sizeof(name), "many-%d", i);
		EXPECT_TRUE(in_summary(name));
		EXPECT_TRUE(next_is(rw[i], 0, name));
		EXPECT_EQ(-EAGAIN, get_line(rw[i], &self->line));
		EXPECT_EQ(0, log_drop(self->fd, name));
		close(rw[i]);
	}
}

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
