// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls of a log: records in binary, many at a time, exact counts of what was
 * lost; and bad ones, which get an errno and change nothing
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "log.h"

#define SMALL	8	/* records in a small log */
#define HEAD	sizeof(struct lfvec_log_record)
#define ONE	(HEAD + 8)	/* bytes for a record of 1 to 8 bytes */

FIXTURE(log)
{
	int	fd;	/* the stress device */
	int	rw;
	int	r;
	__aligned_u64 buf[2048];
	struct lfvec_log_read arg;
	struct line line;
};

FIXTURE_SETUP(log)
{
	struct lfvec_stress_log attr = { .records = SMALL };

	self->fd = device();
	if (self->fd < 0)
		SKIP(_exit(KSFT_SKIPPED), DEVICE " is not to be had");
	log_drop(self->fd, "ioctl");
	ASSERT_EQ(0, log_create(self->fd, "ioctl", &attr));
	self->rw = log_open("ioctl", O_RDWR | O_NONBLOCK);
	self->r = log_open("ioctl", O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->rw);
	ASSERT_LE(0, self->r);
}

FIXTURE_TEARDOWN(log)
{
	close(self->r);
	close(self->rw);
	EXPECT_EQ(0, log_drop(self->fd, "ioctl"));
	close(self->fd);
}

/* Texts of one byte, which says the sequence number. */
static void fill_log(struct __test_metadata *_metadata, int w, int first, int nr)
{
	char c;

	for (; nr--; first++) {
		c = 'a' + first % 26;
		ASSERT_EQ(1, put(w, &c, 1));
	}
}

static void prime(struct lfvec_log_read *arg, void *buf, u32 size)
{
	*arg = (struct lfvec_log_read){ .buf = (uintptr_t)buf, .size = size };
}

/* Are these @nr records, from @first on, and nothing else? */
static bool are(const u64 *buf, const struct lfvec_log_read *arg, u64 first, u32 nr)
{
	const struct lfvec_log_record *head;
	const char *text;
	u32 at = 0, i;

	for (i = 0; i < nr; i++, at += head->size) {
		head = (void *)buf + at;
		text = (void *)(head + 1);
		if (at + HEAD > arg->size || head->size != ONE ||
		    head->seq != first + i || head->len != 1 ||
		    head->text_len != 1 || *text != 'a' + (int)(head->seq % 26) ||
		    memcmp(text + 1, "\0\0\0\0\0\0", 7))
			return false;
	}
	return arg->nr == nr && arg->size == at && arg->seq == first + nr &&
	       !arg->pad && !arg->reserved[0] && !arg->reserved[1];
}

/* Read into a buffer of @size bytes; 0 or a negative errno. */
#define READ(_fd, _size)						\
	(prime(&self->arg, self->buf, _size),				\
	 call(_fd, LFVEC_LOG_READ, &self->arg))

TEST_F(log, head)
{
	const struct lfvec_log_record *head = (void *)self->buf;
	u64 before, after;
	size_t i;

	before = now_ns(CLOCK_MONOTONIC);
	ASSERT_EQ(8, say(self->rw, "<26>text"));
	after = now_ns(CLOCK_MONOTONIC);
	ASSERT_EQ(0, READ(self->r, sizeof(self->buf)));
	EXPECT_EQ(0, head->seq);
	EXPECT_LE(before, head->time);
	EXPECT_GE(after, head->time);
	EXPECT_EQ(ONE, head->size);
	EXPECT_EQ(syscall(SYS_gettid), head->pid);
	EXPECT_EQ(0, head->type);
	EXPECT_EQ(4, head->len);
	EXPECT_EQ(4, head->text_len);
	EXPECT_EQ(2, head->level);
	EXPECT_EQ(3, head->facility);
	EXPECT_EQ(LFVEC_LOG_TASK, head->context);
	EXPECT_EQ(0, head->flags);
	for (i = 0; i < sizeof(head->pad); i++)
		EXPECT_EQ(0, head->pad[i]);
	EXPECT_EQ(0, memcmp(head + 1, "text\0\0\0", 8));
	EXPECT_EQ(0, head->comm[sizeof(head->comm) - 1]);
}

TEST_F(log, sizes)
{
	static const size_t lens[] = { 0, 1, 7, 8, 9, 100, 4095, RECORD_MAX };
	const struct lfvec_log_record *head = (void *)self->buf;
	static char data[RECORD_MAX];
	size_t i;

	memset(data, 'x', sizeof(data));
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		ASSERT_EQ(lens[i], put(self->rw, data, lens[i]));
		EXPECT_EQ(0, READ(self->r, sizeof(self->buf)));
		EXPECT_EQ(1, self->arg.nr);
		EXPECT_EQ(lens[i], head->len);
		EXPECT_EQ(lens[i], head->text_len);
		EXPECT_EQ((HEAD + lens[i] + 7) / 8 * 8, head->size);
		EXPECT_EQ(head->size, self->arg.size);
		EXPECT_EQ(0, memcmp(head + 1, data, lens[i]));
	}
}

TEST_F(log, batches)
{
	u32 fit;

	fill_log(_metadata, self->rw, 0, SMALL);
	/* as many as fit, whole */
	for (fit = 1; fit <= SMALL; fit++) {
		EXPECT_EQ(0, lseek(self->r, 0, SEEK_SET));
		EXPECT_EQ(0, READ(self->r, fit * ONE));
		EXPECT_TRUE(are(self->buf, &self->arg, 0, fit));
		EXPECT_EQ(0, lseek(self->r, 0, SEEK_SET));
		EXPECT_EQ(0, READ(self->r, fit * ONE + ONE - 1));
		EXPECT_TRUE(are(self->buf, &self->arg, 0, fit));
		EXPECT_EQ(0, self->arg.lost);
	}
	/* one after another */
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_SET));
	EXPECT_EQ(0, READ(self->r, 3 * ONE));
	EXPECT_TRUE(are(self->buf, &self->arg, 0, 3));
	EXPECT_EQ(0, READ(self->r, 3 * ONE));
	EXPECT_TRUE(are(self->buf, &self->arg, 3, 3));
	EXPECT_EQ(0, READ(self->r, 3 * ONE));
	EXPECT_TRUE(are(self->buf, &self->arg, 6, 2));
	EXPECT_EQ(-EAGAIN, READ(self->r, 3 * ONE));
}

/* What it does not fill, it does not touch. */
TEST_F(log, beyond)
{
	size_t i;

	fill_log(_metadata, self->rw, 0, 2);
	memset(self->buf, 0x5a, sizeof(self->buf));
	EXPECT_EQ(0, READ(self->r, 3 * ONE));
	for (i = 2 * ONE; i < sizeof(self->buf); i++)
		if (((u8 *)self->buf)[i] != 0x5a)
			break;
	EXPECT_EQ(sizeof(self->buf), i);
	/* the end of the buffer may be beyond what is there */
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_SET));
	EXPECT_EQ(0, READ(self->r, UINT32_MAX & ~7U));
	EXPECT_TRUE(are(self->buf, &self->arg, 0, 2));
}

/* One cursor for both ways of reading. */
TEST_F(log, same_cursor)
{
	fill_log(_metadata, self->rw, 0, 5);
	EXPECT_TRUE(next_is(self->r, 0, "a"));
	EXPECT_EQ(1, info_of(self->r).cursor);
	EXPECT_EQ(0, READ(self->r, 2 * ONE));
	EXPECT_TRUE(are(self->buf, &self->arg, 1, 2));
	EXPECT_TRUE(next_is(self->r, 3, "d"));
	EXPECT_EQ(4, info_of(self->r).cursor);
	EXPECT_EQ(0, info_of(self->rw).cursor);
	EXPECT_EQ(0, READ(self->r, 2 * ONE));
	EXPECT_TRUE(are(self->buf, &self->arg, 4, 1));
	EXPECT_EQ(-EAGAIN, get_line(self->r, &self->line));
}

/* What was lost is told with the first record after it, once and exactly. */
TEST_F(log, lost)
{
	fill_log(_metadata, self->rw, 0, 3);
	EXPECT_TRUE(next_is(self->r, 0, "a"));
	fill_log(_metadata, self->rw, 3, 17);
	EXPECT_EQ(0, READ(self->r, 2 * ONE));
	EXPECT_TRUE(are(self->buf, &self->arg, 12, 2));
	EXPECT_EQ(11, self->arg.lost);
	EXPECT_EQ(0, READ(self->r, 2 * ONE));
	EXPECT_TRUE(are(self->buf, &self->arg, 14, 2));
	EXPECT_EQ(0, self->arg.lost);
	fill_log(_metadata, self->rw, 20, 8);
	/* a buffer that is too small loses nothing, and does not count it, either */
	EXPECT_EQ(-EINVAL, READ(self->r, ONE - 1));
	EXPECT_EQ(0, READ(self->r, sizeof(self->buf)));
	EXPECT_TRUE(are(self->buf, &self->arg, 20, SMALL));
	EXPECT_EQ(4, self->arg.lost);
	/* what read() told is told */
	fill_log(_metadata, self->rw, 28, 20);
	EXPECT_EQ(-EPIPE, get_line(self->r, &self->line));
	EXPECT_EQ(0, READ(self->r, sizeof(self->buf)));
	EXPECT_TRUE(are(self->buf, &self->arg, 40, SMALL));
	EXPECT_EQ(0, self->arg.lost);
	/* and the other way round */
	fill_log(_metadata, self->rw, 48, 20);
	EXPECT_EQ(0, READ(self->r, ONE));
	EXPECT_EQ(12, self->arg.lost);
	EXPECT_TRUE(next_is(self->r, 61, "j"));
}

TEST_F(log, from)
{
	fill_log(_metadata, self->rw, 0, 20);
	prime(&self->arg, self->buf, 2 * ONE);
	self->arg.flags = LFVEC_LOG_READ_FROM;
	self->arg.seq = 15;
	EXPECT_EQ(0, call(self->r, LFVEC_LOG_READ, &self->arg));
	EXPECT_TRUE(are(self->buf, &self->arg, 15, 2));
	EXPECT_EQ(0, self->arg.lost);
	EXPECT_TRUE(next_is(self->r, 17, "r"));
	/* back, to what is gone in part */
	prime(&self->arg, self->buf, 2 * ONE);
	self->arg.flags = LFVEC_LOG_READ_FROM;
	self->arg.seq = 5;
	EXPECT_EQ(0, call(self->r, LFVEC_LOG_READ, &self->arg));
	EXPECT_TRUE(are(self->buf, &self->arg, 12, 2));
	EXPECT_EQ(7, self->arg.lost);
	/* to the end, where nothing is yet */
	prime(&self->arg, self->buf, 2 * ONE);
	self->arg.flags = LFVEC_LOG_READ_FROM | LFVEC_LOG_READ_NOWAIT;
	self->arg.seq = 20;
	EXPECT_EQ(-EAGAIN, call(self->r, LFVEC_LOG_READ, &self->arg));
}

/* With NOWAIT it does not wait, whatever the file is like. */
TEST_F(log, nowait)
{
	int b = log_open("ioctl", O_RDONLY);

	prime(&self->arg, self->buf, sizeof(self->buf));
	self->arg.flags = LFVEC_LOG_READ_NOWAIT;
	EXPECT_EQ(-EAGAIN, call(b, LFVEC_LOG_READ, &self->arg));
	fill_log(_metadata, self->rw, 0, 2);
	EXPECT_EQ(0, call(b, LFVEC_LOG_READ, &self->arg));
	EXPECT_TRUE(are(self->buf, &self->arg, 0, 2));
	close(b);
}

/* After each of these, the cursor is where it was. */
TEST_F(log, bad_reads)
{
	struct lfvec_log_read good, arg;
	u32 bit;

	fill_log(_metadata, self->rw, 0, 4);
	EXPECT_TRUE(next_is(self->r, 0, "a"));
	prime(&good, self->buf, sizeof(self->buf));
#define BAD(err, ...)							\
	do {								\
		arg = good;						\
		__VA_ARGS__;						\
		EXPECT_EQ(err, call(self->r, LFVEC_LOG_READ, &arg))	\
			TH_LOG(#__VA_ARGS__);				\
		EXPECT_EQ(1, info_of(self->r).cursor);			\
	} while (0)
	for (bit = 2; bit < 32; bit++)
		BAD(-EINVAL, arg.flags = 1U << bit);
	BAD(-EINVAL, arg.pad = 1);
	BAD(-EINVAL, arg.reserved[0] = 1);
	BAD(-EINVAL, arg.reserved[1] = 1ULL << 63);
	BAD(-EINVAL, arg.flags = LFVEC_LOG_READ_FROM; arg.seq = UINT64_MAX);
	BAD(-EINVAL, arg.buf += 1);
	BAD(-EINVAL, arg.buf += 4);
	BAD(-EINVAL, arg.size = 0);
	BAD(-EINVAL, arg.size = 1);
	BAD(-EINVAL, arg.size = HEAD);
	BAD(-EINVAL, arg.size = ONE - 1);
	BAD(-EINVAL, arg.size = 0; arg.flags = LFVEC_LOG_READ_FROM);
	BAD(-EFAULT, arg.buf = 0);
	BAD(-EFAULT, arg.buf = 8);
	BAD(-EFAULT, arg.buf = 0xffff888000000000ULL);
	BAD(-EFAULT, arg.buf = UINT64_MAX & ~7ULL);
	BAD(-EFAULT, arg.buf = 8; arg.flags = LFVEC_LOG_READ_FROM);
	EXPECT_EQ(-EFAULT, call(self->r, LFVEC_LOG_READ, NULL));
	EXPECT_EQ(-EFAULT, call(self->r, LFVEC_LOG_READ, (void *)8));
	EXPECT_EQ(-EFAULT, call(self->r, LFVEC_LOG_INFO, (void *)8));
	EXPECT_EQ(0, READ(self->r, sizeof(self->buf)));
	EXPECT_TRUE(are(self->buf, &self->arg, 1, 3));
}

/* Whose struct cannot be written to must not lose records. */
TEST_F(log, readonly_struct)
{
	struct lfvec_log_read *arg = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, arg);
	prime(arg, self->buf, sizeof(self->buf));
	ASSERT_EQ(0, mprotect(arg, 4096, PROT_READ));
	fill_log(_metadata, self->rw, 0, 4);
	EXPECT_EQ(-EFAULT, call(self->r, LFVEC_LOG_READ, arg));
	EXPECT_EQ(0, READ(self->r, sizeof(self->buf)));
	EXPECT_TRUE(are(self->buf, &self->arg, 0, 4));
}

/* Room for two records, and for half of the third. */
TEST_F(log, half_mapped)
{
	u8 *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u8 *at = page + 4096 - 2 * ONE - ONE / 2 / 8 * 8;
	int err;

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, munmap(page + 4096, 4096));
	fill_log(_metadata, self->rw, 0, 4);
	prime(&self->arg, at, 4096);
	err = call(self->r, LFVEC_LOG_READ, &self->arg);
	EXPECT_EQ(-EFAULT, err);
	EXPECT_EQ(0, READ(self->r, sizeof(self->buf)));
	EXPECT_TRUE(are(self->buf, &self->arg, 0, 4));
}

/* What a call only returns, the next one does not look at. */
TEST_F(log, out_fields)
{
	fill_log(_metadata, self->rw, 0, SMALL + 2);
	prime(&self->arg, self->buf, ONE);
	EXPECT_EQ(0, call(self->r, LFVEC_LOG_READ, &self->arg));
	EXPECT_EQ(2, self->arg.lost);
	EXPECT_EQ(0, call(self->r, LFVEC_LOG_READ, &self->arg));
	EXPECT_TRUE(are(self->buf, &self->arg, 3, 1));
	EXPECT_EQ(0, self->arg.lost);
	/* and where to begin only if it is told to */
	self->arg.seq = SMALL;
	EXPECT_EQ(0, call(self->r, LFVEC_LOG_READ, &self->arg));
	EXPECT_TRUE(are(self->buf, &self->arg, 4, 1));
}

TEST_F(log, set_level)
{
	u32 level;

	for (level = 0; level < 8; level++) {
		EXPECT_EQ(0, call(self->rw, LFVEC_LOG_SET_LEVEL, &level));
		EXPECT_EQ(level, info_of(self->r).level);
	}
	for (level = 8; level; level <<= 1)
		EXPECT_EQ(-EINVAL, call(self->rw, LFVEC_LOG_SET_LEVEL, &level));
	level = UINT32_MAX;
	EXPECT_EQ(-EINVAL, call(self->rw, LFVEC_LOG_SET_LEVEL, &level));
	EXPECT_EQ(-EFAULT, call(self->rw, LFVEC_LOG_SET_LEVEL, NULL));
	EXPECT_EQ(7, info_of(self->r).level);
}

TEST_F(log, clear)
{
	fill_log(_metadata, self->rw, 0, 3);
	EXPECT_EQ(0, info_of(self->r).clear);
	EXPECT_EQ(0, call(self->rw, LFVEC_LOG_CLEAR, NULL));
	EXPECT_EQ(3, info_of(self->r).clear);
	EXPECT_EQ(3, info_of(self->r).next - info_of(self->r).first);
	EXPECT_EQ(0, READ(self->r, sizeof(self->buf)));
	EXPECT_TRUE(are(self->buf, &self->arg, 0, 3));
	EXPECT_EQ(0, call(self->rw, LFVEC_LOG_CLEAR, NULL));
	EXPECT_EQ(3, info_of(self->r).clear);
}

/* How many lines of the kernel's log, from where it is, have this in them? */
static int printed(int kmsg, const char *what)
{
	char buf[LINE_SIZE + 1];
	ssize_t len;
	int nr = 0;

	while ((len = get(kmsg, buf, LINE_SIZE)) > 0 || len == -EPIPE) {
		buf[len > 0 ? len : 0] = 0;
		nr += !!strstr(buf, what);
	}
	return nr;
}

TEST_F(log, dump)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK), i;
	static const u32 bad[] = { 0, 1001, 1U << 31, UINT32_MAX };
	u32 nr;

	ASSERT_LE(0, kmsg);
	for (i = 0; i < 20; i++)
		ASSERT_EQ(6, say(self->rw, "dumped"));
	for (nr = 1; nr < 12; nr++) {
		lseek(kmsg, 0, SEEK_END);
		EXPECT_EQ(0, call(self->rw, LFVEC_LOG_DUMP, &nr));
		EXPECT_EQ(nr < SMALL ? nr : SMALL, printed(kmsg, "dumped"));
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		nr = bad[i];
		EXPECT_EQ(-EINVAL, call(self->rw, LFVEC_LOG_DUMP, &nr));
	}
	EXPECT_EQ(-EFAULT, call(self->rw, LFVEC_LOG_DUMP, NULL));
	EXPECT_EQ(0, printed(kmsg, "dumped"));
	nr = 1000;
	EXPECT_EQ(0, call(self->rw, LFVEC_LOG_DUMP, &nr));
	EXPECT_EQ(SMALL, printed(kmsg, "dumped"));
	close(kmsg);
	/* readers see nothing of it */
	EXPECT_EQ(20, info_of(self->r).next);
	EXPECT_EQ(0, info_of(self->r).cursor);
}

/* Who may only read changes nothing; who may only write learns nothing. */
TEST_F(log, access)
{
	int w = log_open("ioctl", O_WRONLY | O_NONBLOCK);
	u32 value = 1;

	fill_log(_metadata, self->rw, 0, 2);
	EXPECT_EQ(-EBADF, call(self->r, LFVEC_LOG_SET_LEVEL, &value));
	EXPECT_EQ(-EBADF, call(self->r, LFVEC_LOG_CLEAR, NULL));
	EXPECT_EQ(-EBADF, call(self->r, LFVEC_LOG_DUMP, &value));
	EXPECT_EQ(-EBADF, say(self->r, "x"));
	EXPECT_EQ(-EBADF, READ(w, sizeof(self->buf)));
	EXPECT_EQ(-EBADF, get_line(w, &self->line));
	EXPECT_EQ(0, call(w, LFVEC_LOG_SET_LEVEL, &value));
	EXPECT_EQ(0, call(w, LFVEC_LOG_CLEAR, NULL));
	EXPECT_EQ(2, info_of(self->r).clear);
	EXPECT_EQ(1, info_of(self->r).level);
	close(w);
}

TEST_F(log, commands)
{
	static const unsigned long bad[] = {
		0, _IO(LFVEC_LOG_IOC, 0x7f), _IO('x', 0x00),
		/* the right number with a wrong size or direction */
		_IOR(LFVEC_LOG_IOC, 0x00, char), _IO(LFVEC_LOG_IOC, 0x00),
		_IOWR(LFVEC_LOG_IOC, 0x00, struct lfvec_log_info),
		_IOR(LFVEC_LOG_IOC, 0x01, struct lfvec_log_read),
		_IOWR(LFVEC_LOG_IOC, 0x01, u64),
		_IOW(LFVEC_LOG_IOC, 0x10, u64), _IO(LFVEC_LOG_IOC, 0x10),
		_IOW(LFVEC_LOG_IOC, 0x11, u32), _IOR(LFVEC_LOG_IOC, 0x12, u32),
		LFVEC_STRESS_INFO,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-ENOTTY, call(self->rw, bad[i], self->buf))
			TH_LOG("command %#lx", bad[i]);
	EXPECT_EQ(0, info_of(self->rw).clear);
}

#ifdef __x86_64__
#define IOCTL_32	54L	/* __NR_ioctl of i386 */

/* As a 32-bit program does it; static data of this one is below 4 GiB. */
static int call_32(int fd, unsigned long cmd, void *arg)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "0" (IOCTL_32), "b" ((long)fd), "c" (cmd), "d" (arg)
		     /* older kernels clear these, see selftests/x86 */
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

TEST_F(log, programs_of_32_bits)
{
	static struct lfvec_log_info info;
	static struct lfvec_log_read arg;
	static u64 buf[64];
	static u32 level = 2;

	if (access("/proc/sys/abi/vsyscall32", F_OK))
		SKIP(return, "no 32-bit programs");
	EXPECT_EQ(0, call_32(self->rw, LFVEC_LOG_INFO, &info));
	EXPECT_STREQ("ioctl", info.name);
	fill_log(_metadata, self->rw, 0, 2);
	prime(&arg, buf, sizeof(buf));
	EXPECT_EQ(0, call_32(self->rw, LFVEC_LOG_READ, &arg));
	EXPECT_TRUE(are(buf, &arg, 0, 2));
	EXPECT_EQ(0, call_32(self->rw, LFVEC_LOG_SET_LEVEL, &level));
	EXPECT_EQ(2, info_of(self->rw).level);
	EXPECT_EQ(-ENOTTY, call_32(self->rw, 0, &arg));
}
#endif

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
