// SPDX-License-Identifier: GPL-2.0
/*
 * Reading a log as text: what Documentation/ABI/testing/dev-kmsg says
 */
#include <sched.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "log.h"

#define SMALL	8	/* records in a small log */

FIXTURE(log)
{
	int	fd;	/* the stress device */
	int	w;
	int	r;
	struct line line;
};

FIXTURE_SETUP(log)
{
	struct lfvec_stress_log attr = { .records = SMALL };

	self->fd = device();
	if (self->fd < 0)
		SKIP(_exit(KSFT_SKIPPED), DEVICE " is not to be had");
	log_drop(self->fd, "read");
	ASSERT_EQ(0, log_create(self->fd, "read", &attr));
	self->w = log_open("read", O_WRONLY);
	self->r = log_open("read", O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->w);
	ASSERT_LE(0, self->r);
}

FIXTURE_TEARDOWN(log)
{
	close(self->r);
	close(self->w);
	EXPECT_EQ(0, log_drop(self->fd, "read"));
	close(self->fd);
}

/* Write so many records, with texts that are numbers, from @first on. */
static void fill_log(struct __test_metadata *_metadata, int w, int first, int nr)
{
	char text[16];

	for (; nr--; first++) {
		snprintf(text, sizeof(text), "%d", first);
		ASSERT_EQ(strlen(text), say(w, text));
	}
}

/* Read so many of these. */
static void expect_log(struct __test_metadata *_metadata, int r, int first, int nr)
{
	char text[16];

	for (; nr--; first++) {
		snprintf(text, sizeof(text), "%d", first);
		EXPECT_TRUE(next_is(r, first, text)) TH_LOG("record %d", first);
	}
}

TEST_F(log, empty)
{
	char buf[LINE_SIZE];

	EXPECT_EQ(-EAGAIN, get(self->r, buf, sizeof(buf)));
	EXPECT_EQ(-EAGAIN, get(self->r, buf, 0));
}

TEST_F(log, format)
{
	u64 before, after;
	cpu_set_t set;
	char comm[16];
	FILE *f;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(set), &set));
	f = fopen("/proc/self/comm", "r");
	ASSERT_NE(NULL, f);
	ASSERT_EQ(1, fscanf(f, "%15s", comm));
	fclose(f);

	before = now_ns(CLOCK_MONOTONIC);
	ASSERT_EQ(5, say(self->w, "hello"));
	after = now_ns(CLOCK_MONOTONIC);
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_EQ(USER | LEVEL_DEFAULT, self->line.prefix);
	EXPECT_EQ(0, self->line.seq);
	EXPECT_LE(before / 1000, self->line.usec);
	EXPECT_GE(after / 1000, self->line.usec);
	EXPECT_EQ('T', self->line.kind);
	EXPECT_EQ(syscall(SYS_gettid), self->line.caller);
	EXPECT_EQ(sched_getcpu(), self->line.cpu);
	EXPECT_STREQ("task", self->line.context);
	EXPECT_FALSE(self->line.cut);
	EXPECT_STREQ("hello", self->line.text);
	EXPECT_STREQ(comm, self->line.comm);
	EXPECT_EQ(0, self->line.fields);
}

/* However much would fit. */
TEST_F(log, one_record_a_read)
{
	char buf[64 * 1024];
	struct line line;
	ssize_t len;
	int i;

	fill_log(_metadata, self->w, 0, 3);
	for (i = 0; i < 3; i++) {
		len = get(self->r, buf, sizeof(buf) - 1);
		ASSERT_LT(0, len);
		buf[len] = 0;
		EXPECT_TRUE(parse(buf, len, &line));
		EXPECT_EQ(i, line.seq);
	}
	EXPECT_EQ(-EAGAIN, get(self->r, buf, sizeof(buf)));
}

TEST_F(log, escapes)
{
	char all[256], want[1100], *p = want;
	int c;

	for (c = 1; c < 256; c++) {
		all[c - 1] = c;
		if (c < ' ' || c >= 127 || c == '\\')
			p += sprintf(p, "\\x%02x", c);
		else
			*p++ = c;
	}
	*p = 0;
	ASSERT_EQ(255, put(self->w, all, 255));
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_STREQ(want, self->line.text);
	EXPECT_FALSE(self->line.cut);
}

/* So that one read() can always have it. */
TEST_F(log, longest_line)
{
	char data[RECORD_MAX], buf[LINE_SIZE + 1];
	ssize_t len;

	memset(data, 1, sizeof(data));
	ASSERT_EQ(RECORD_MAX, put(self->w, data, sizeof(data)));
	len = get(self->r, buf, LINE_SIZE);
	ASSERT_LT(LINE_SIZE - 4 - 80, len);
	buf[len] = 0;
	EXPECT_TRUE(parse(buf, len, &self->line));
	EXPECT_EQ(-EAGAIN, get(self->r, buf, LINE_SIZE));
}

TEST_F(log, name_of_the_task)
{
	FILE *f = fopen("/proc/self/comm", "w");

	ASSERT_NE(NULL, f);
	fputs("a \\b\001\377;=c", f);
	ASSERT_EQ(0, fclose(f));
	ASSERT_EQ(1, say(self->w, "x"));
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_STREQ("a \\x5cb\\x01\\xff;=c", self->line.comm);
	EXPECT_STREQ("x", self->line.text);
}

TEST_F(log, own_cursors)
{
	int one, two, same;

	fill_log(_metadata, self->w, 0, 4);
	one = log_open("read", O_RDONLY | O_NONBLOCK);
	expect_log(_metadata, one, 0, 3);
	two = log_open("read", O_RDWR | O_NONBLOCK);
	expect_log(_metadata, two, 0, 1);
	expect_log(_metadata, self->r, 0, 2);
	expect_log(_metadata, one, 3, 1);
	/* a copy is the same open file */
	same = dup(two);
	expect_log(_metadata, same, 1, 1);
	expect_log(_metadata, two, 2, 1);
	close(two);
	expect_log(_metadata, same, 3, 1);
	expect_log(_metadata, self->r, 2, 2);
	EXPECT_EQ(-EAGAIN, get_line(self->r, &self->line));
	EXPECT_EQ(-EAGAIN, get_line(same, &self->line));
	close(same);
	close(one);
}

TEST_F(log, shared_with_a_child)
{
	int status;
	pid_t pid;

	fill_log(_metadata, self->w, 0, 4);
	expect_log(_metadata, self->r, 0, 1);
	pid = fork();
	if (!pid)
		_exit(!(next_is(self->r, 1, "1") && next_is(self->r, 2, "2")));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	expect_log(_metadata, self->r, 3, 1);
}

TEST_F(log, many_readers)
{
	int r[64], i;

	for (i = 0; i < 64; i++) {
		r[i] = log_open("read", O_RDONLY | O_NONBLOCK);
		ASSERT_LE(0, r[i]);
	}
	EXPECT_EQ(65, info_of(self->r).readers);
	fill_log(_metadata, self->w, 0, SMALL);
	for (i = 0; i < 64; i++)
		expect_log(_metadata, r[i], 0, i % SMALL);
	for (i = 0; i < 64; i++) {
		expect_log(_metadata, r[i], i % SMALL, SMALL - i % SMALL);
		EXPECT_EQ(-EAGAIN, get_line(r[i], &self->line));
		close(r[i]);
	}
	EXPECT_EQ(1, info_of(self->r).readers);
}

/* An error once, then what is left, from the oldest on. */
TEST_F(log, overrun)
{
	int late;

	fill_log(_metadata, self->w, 0, 3);
	expect_log(_metadata, self->r, 0, 2);
	fill_log(_metadata, self->w, 3, 17);
	EXPECT_EQ(-EPIPE, get_line(self->r, &self->line));
	expect_log(_metadata, self->r, 20 - SMALL, SMALL);
	EXPECT_EQ(-EAGAIN, get_line(self->r, &self->line));
	/* who comes later has missed nothing */
	late = log_open("read", O_RDONLY | O_NONBLOCK);
	expect_log(_metadata, late, 20 - SMALL, SMALL);
	close(late);
	/* exactly the record that is next */
	fill_log(_metadata, self->w, 20, SMALL);
	expect_log(_metadata, self->r, 20, 1);
	fill_log(_metadata, self->w, 20 + SMALL, 1);
	expect_log(_metadata, self->r, 21, 1);
	fill_log(_metadata, self->w, 21 + SMALL, 2);
	EXPECT_EQ(-EPIPE, get_line(self->r, &self->line));
	expect_log(_metadata, self->r, 23, SMALL);
	EXPECT_EQ(-EAGAIN, get_line(self->r, &self->line));
}

/* The error leads to the oldest of that moment, which may be gone by the next. */
TEST_F(log, overrun_again)
{
	fill_log(_metadata, self->w, 0, 1 + SMALL);
	EXPECT_EQ(-EPIPE, get_line(self->r, &self->line));
	fill_log(_metadata, self->w, 1 + SMALL, 1);
	EXPECT_EQ(-EPIPE, get_line(self->r, &self->line));
	expect_log(_metadata, self->r, 2, SMALL);
}

TEST_F(log, small_buffers)
{
	char buf[LINE_SIZE + 1];
	ssize_t len, i;
	int other;

	fill_log(_metadata, self->w, 0, 2);
	other = log_open("read", O_RDONLY | O_NONBLOCK);
	len = get(other, buf, sizeof(buf));
	close(other);
	ASSERT_LT(0, len);
	for (i = 0; i < len; i++)
		EXPECT_EQ(-EINVAL, get(self->r, buf, i));
	memset(buf, 0, sizeof(buf));
	EXPECT_EQ(len, get(self->r, buf, len));
	EXPECT_TRUE(parse(buf, len, &self->line));
	EXPECT_EQ(0, self->line.seq);
	EXPECT_EQ(-EINVAL, get(self->r, buf, len - 1));
	expect_log(_metadata, self->r, 1, 1);
}

/* Where nothing can be written to, nothing is read. */
TEST_F(log, bad_buffers)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *bad[] = { (void *)8, (void *)0xffff888000000000ULL,
			(void *)UINTPTR_MAX, page + 4096, page + 4086 };
	size_t i;

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, mprotect(page + 4096, 4096, PROT_READ));
	fill_log(_metadata, self->w, 0, 2);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EFAULT, get(self->r, bad[i], LINE_SIZE));
	expect_log(_metadata, self->r, 0, 2);
}

TEST_F(log, seek)
{
	int rw = log_open("read", O_RDWR);

	/* in an empty log, all is the same */
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_SET));
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_DATA));
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_END));
	EXPECT_EQ(-EAGAIN, get_line(self->r, &self->line));
	fill_log(_metadata, self->w, 0, 4);
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_END));
	EXPECT_EQ(-EAGAIN, get_line(self->r, &self->line));
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_SET));
	expect_log(_metadata, self->r, 0, 1);
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_DATA));
	expect_log(_metadata, self->r, 0, 1);
	EXPECT_EQ(0, ioctl(rw, LFVEC_LOG_CLEAR));
	expect_log(_metadata, self->r, 1, 1);
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_DATA));
	EXPECT_EQ(-EAGAIN, get_line(self->r, &self->line));
	fill_log(_metadata, self->w, 4, 2);
	expect_log(_metadata, self->r, 4, 1);
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_DATA));
	expect_log(_metadata, self->r, 4, 2);
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_SET));
	expect_log(_metadata, self->r, 0, 6);
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_END));
	fill_log(_metadata, self->w, 6, 1);
	expect_log(_metadata, self->r, 6, 1);
	/* only the file that was moved has moved */
	expect_log(_metadata, rw, 0, 7);
	close(rw);
}

/* After an overrun there is nothing to be sorry about, but from SEEK_DATA. */
TEST_F(log, seek_after_overrun)
{
	fill_log(_metadata, self->w, 0, 20);
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_SET));
	expect_log(_metadata, self->r, 20 - SMALL, 1);
	fill_log(_metadata, self->w, 20, 20);
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_END));
	EXPECT_EQ(-EAGAIN, get_line(self->r, &self->line));
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_DATA));
	EXPECT_EQ(-EPIPE, get_line(self->r, &self->line));
	expect_log(_metadata, self->r, 40 - SMALL, SMALL);
}

TEST_F(log, bad_seeks)
{
	static const off_t far[] = { 1, -1, 4096, INT64_MAX, INT64_MIN };
	static const int whence[] = { SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA,
				      SEEK_HOLE };
	size_t i, j;

	fill_log(_metadata, self->w, 0, 4);
	expect_log(_metadata, self->r, 0, 1);
	for (i = 0; i < ARRAY_SIZE(far); i++)
		for (j = 0; j < ARRAY_SIZE(whence); j++) {
			EXPECT_EQ(-1, lseek(self->r, far[i], whence[j]));
			EXPECT_EQ(ESPIPE, errno);
		}
	EXPECT_EQ(-1, lseek(self->r, 0, SEEK_CUR));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, lseek(self->r, 0, SEEK_HOLE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, lseek(self->r, 0, 77));
	EXPECT_EQ(EINVAL, errno);
	expect_log(_metadata, self->r, 1, 3);
}

/* A vector of buffers gets a record; nothing else gets part of one. */
TEST_F(log, other_ways_to_read)
{
	char buf[2][LINE_SIZE + 1] = { };
	struct iovec iov[2] = { { buf[0], LINE_SIZE }, { buf[1], LINE_SIZE } };
	int pipes[2];
	ssize_t len;

	ASSERT_EQ(0, pipe(pipes));
	fill_log(_metadata, self->w, 0, 3);
	len = readv(self->r, iov, 2);
	ASSERT_LT(0, len);
	EXPECT_TRUE(parse(buf[0], len, &self->line));
	EXPECT_EQ(0, self->line.seq);
	EXPECT_EQ(0, buf[1][0]);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->r, 0));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(-1, splice(self->r, NULL, pipes[1], NULL, LINE_SIZE, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, sendfile(pipes[1], self->r, NULL, LINE_SIZE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ftruncate(self->r, 0));
	EXPECT_EQ(-1, read(self->w, buf, LINE_SIZE));
	EXPECT_EQ(EBADF, errno);
	expect_log(_metadata, self->r, 1, 2);
	close(pipes[0]);
	close(pipes[1]);
}

/* The position that pread() gives means nothing, as with /dev/kmsg. */
TEST_F(log, pread)
{
	char buf[LINE_SIZE + 1] = { };
	ssize_t len;

	fill_log(_metadata, self->w, 0, 3);
	len = pread(self->r, buf, LINE_SIZE, 1);
	ASSERT_LT(0, len);
	EXPECT_TRUE(parse(buf, len, &self->line));
	EXPECT_EQ(0, self->line.seq);
	expect_log(_metadata, self->r, 1, 2);
}

static const struct { u32 clock; clockid_t id; } clocks[] = {
	{ LFVEC_LOG_CLOCK_MONOTONIC, CLOCK_MONOTONIC },
	{ LFVEC_LOG_CLOCK_BOOTTIME, CLOCK_BOOTTIME },
	{ LFVEC_LOG_CLOCK_REALTIME, CLOCK_REALTIME },
};

TEST_F(log, clocks)
{
	struct lfvec_stress_log attr = { 0 };
	u64 before, after, said;
	size_t i;
	int rw;

	for (i = 0; i < ARRAY_SIZE(clocks); i++) {
		attr.clock = clocks[i].clock;
		ASSERT_EQ(0, log_create(self->fd, "clock", &attr));
		rw = log_open("clock", O_RDWR | O_NONBLOCK);
		EXPECT_EQ(clocks[i].clock, info_of(rw).clock);
		before = now_ns(clocks[i].id);
		EXPECT_EQ(1, say(rw, "x"));
		after = now_ns(clocks[i].id);
		EXPECT_LT(0, get_line(rw, &self->line));
		EXPECT_LE(before / 1000, self->line.usec);
		EXPECT_GE(after / 1000, self->line.usec);
		said = info_of(rw).now;
		EXPECT_LE(after, said);
		EXPECT_GE(now_ns(clocks[i].id), said);
		close(rw);
		EXPECT_EQ(0, log_drop(self->fd, "clock"));
	}
}

/* Full is full: the first ones stay, and so does who reads. */
TEST_F(log, keeps_the_first)
{
	struct lfvec_stress_log attr = { .records = 4, .policy = LFVEC_LOG_KEEP };
	int rw, i;

	ASSERT_EQ(0, log_create(self->fd, "keep", &attr));
	rw = log_open("keep", O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, rw);
	fill_log(_metadata, rw, 0, 4);
	for (i = 4; i < 9; i++)
		EXPECT_EQ(-ENOSPC, say(rw, "x"));
	expect_log(_metadata, rw, 0, 4);
	EXPECT_EQ(-EAGAIN, get_line(rw, &self->line));
	EXPECT_EQ(4, info_of(rw).written);
	EXPECT_EQ(0, info_of(rw).overwritten);
	EXPECT_EQ(5, info_of(rw).dropped[LFVEC_LOG_DROP_FULL]);
	EXPECT_EQ(0, lseek(rw, 0, SEEK_SET));
	expect_log(_metadata, rw, 0, 4);
	/* what is cleared is still there, and there is still no room */
	EXPECT_EQ(0, ioctl(rw, LFVEC_LOG_CLEAR));
	EXPECT_EQ(-ENOSPC, say(rw, "x"));
	close(rw);
	EXPECT_EQ(0, log_drop(self->fd, "keep"));
}

/* The bound in bytes holds, too, and is what pushes records out. */
TEST_F(log, bytes)
{
	struct lfvec_stress_log attr = { .records = 1024, .bytes = 64 * 1024 };
	static char data[RECORD_MAX];
	struct lfvec_log_info info;
	int rw, i;

	ASSERT_EQ(0, log_create(self->fd, "bytes", &attr));
	rw = log_open("bytes", O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, rw);
	memset(data, 'x', sizeof(data));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(RECORD_MAX, put(rw, data, sizeof(data)));
		info = info_of(rw);
		EXPECT_GE(info.bytes, info.bytes_used);
		EXPECT_GE(info.limit, info.memory);
	}
	EXPECT_EQ(64 * 1024, info.bytes);
	EXPECT_EQ(100, info.next);
	/* those that were cut, as large nodes had not come back yet, take less */
	EXPECT_GE(64 * 1024 / RECORD_MAX + info.cut, info.next - info.first);
	EXPECT_LE(8, info.next - info.first);
	EXPECT_EQ(info.first, info.overwritten);
	EXPECT_EQ(-EPIPE, get_line(rw, &self->line));
	EXPECT_LT(0, get_line(rw, &self->line));
	EXPECT_EQ(info.first, self->line.seq);
	/* short ones fit in greater number */
	for (i = 0; i < 200; i++)
		ASSERT_EQ(1, say(rw, "x"));
	info = info_of(rw);
	EXPECT_LE(200, info.next - info.first);
	close(rw);
	EXPECT_EQ(0, log_drop(self->fd, "bytes"));
}

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
