// SPDX-License-Identifier: GPL-2.0
/*
 * Bad input of every kind gets an errno and changes nothing
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "common.h"

#define KERNEL_ADDRESS	0xffff888000000000ULL

FIXTURE(vec)
{
	int		fd;
	u64	elem;
	void		*readonly;
};

FIXTURE_SETUP(vec)
{
	u64 i;

	self->fd = device();
	if (self->fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, create(self->fd, "bad", 8, 2, 0));
	for (i = 0; i < 5; i++)
		ASSERT_EQ(i, push(self->fd, &i, 1));
	self->readonly = mmap(NULL, 4096, PROT_READ,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->readonly);
}

/* Whatever was tried, the five elements are there as they were. */
FIXTURE_TEARDOWN(vec)
{
	u64 i, v;

	if (self->fd < 0)
		return;
	EXPECT_EQ(5, size(self->fd));
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(0, load(self->fd, i, &v));
		EXPECT_EQ(i, v);
	}
	EXPECT_EQ(0, named(self->fd, LFVEC_STRESS_DROP, "bad"));
	close(self->fd);
}

TEST_F(vec, commands)
{
	EXPECT_EQ(-ENOTTY, call(self->fd, 0, NULL));
	EXPECT_EQ(-ENOTTY, call(self->fd, _IO(LFVEC_STRESS_IOC, 0x7f), NULL));
	EXPECT_EQ(-ENOTTY, call(self->fd, _IO('x', 0x10), &self->elem));
	/* the right number with a wrong size or direction */
	EXPECT_EQ(-ENOTTY, call(self->fd, _IOWR(LFVEC_STRESS_IOC, 0x10, char),
				&self->elem));
	EXPECT_EQ(-ENOTTY, call(self->fd,
				_IOC(_IOC_READ | _IOC_WRITE, LFVEC_STRESS_IOC,
				     0x10, 0x3fff), &self->elem));
	EXPECT_EQ(-ENOTTY, call(self->fd, _IO(LFVEC_STRESS_IOC, 0x10), NULL));
	EXPECT_EQ(-ENOTTY, call(self->fd, _IOC(_IOC_READ, LFVEC_STRESS_IOC, 0x10,
					       sizeof(struct lfvec_stress_io)),
				NULL));
}

TEST_F(vec, reserved_fields)
{
	static const unsigned long cmds[] = {
		LFVEC_STRESS_PUSH, LFVEC_STRESS_POP, LFVEC_STRESS_LOAD,
		LFVEC_STRESS_STORE, LFVEC_STRESS_XCHG, LFVEC_STRESS_CMPXCHG,
		LFVEC_STRESS_PEEK, LFVEC_STRESS_TRUNCATE, LFVEC_STRESS_SIZE,
		LFVEC_STRESS_RESERVE, LFVEC_STRESS_OLDEST,
		LFVEC_STRESS_SHRINK,
	};
	struct lfvec_stress_io io;
	u64 old = 0;
	size_t i, bit;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		memset(&io, 0, sizeof(io));
		io.reserved[0] = 1;
		EXPECT_EQ(-EINVAL, call(self->fd, cmds[i], &io));
		io.reserved[0] = 0;
		io.reserved[1] = 1ULL << 63;
		EXPECT_EQ(-EINVAL, call(self->fd, cmds[i], &io));
		io.reserved[1] = 0;
		for (bit = 1; bit < 32; bit++) {
			io.flags = 1U << bit;
			EXPECT_EQ(-EINVAL, call(self->fd, cmds[i], &io));
		}
	}
	/* fields that a command has no use for */
	io = (struct lfvec_stress_io){ .buf = (uintptr_t)&self->elem };
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_SIZE, &io));
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_TRUNCATE, &io));
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_RESERVE, &io));
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_SHRINK, &io));
	io.old = (uintptr_t)&old;
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_STORE, &io));
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOAD, &io));
	io.old = 0;
	io.count = 1;
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_LOAD, &io));
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_PEEK, &io));
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_STORE, &io));
	io.flags = LFVEC_STRESS_NOWAIT;
	EXPECT_EQ(-EINVAL, call(self->fd, LFVEC_STRESS_POP, &io));
}

TEST_F(vec, counts)
{
	static const u32 counts[] = { 0, BATCH_MAX + 1, 1U << 20,
					   1U << 31, UINT32_MAX };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		EXPECT_EQ(-EINVAL, push(self->fd, &self->elem, counts[i]));
		EXPECT_EQ(-EINVAL, pop(self->fd, &self->elem, counts[i]));
	}
}

TEST_F(vec, indices)
{
	static const u64 far[] = { 5, 6, 1ULL << 28, 1ULL << 31,
		1ULL << 32, 1ULL << 62, 1ULL << 63, UINT64_MAX - 1, UINT64_MAX };
	u64 v = 0, w = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(far); i++) {
		EXPECT_EQ(-ERANGE, load(self->fd, far[i], &v));
		EXPECT_EQ(-ERANGE, store(self->fd, far[i], &v));
		EXPECT_EQ(-ERANGE, xchg(self->fd, far[i], &v, &w));
		EXPECT_EQ(-ERANGE, cmpxchg(self->fd, far[i], &w, &v));
		EXPECT_EQ(0, truncate_to(self->fd, far[i]));
	}
}

TEST_F(vec, pointers)
{
	void *bad[] = { NULL, (void *)8, (void *)KERNEL_ADDRESS,
			(void *)UINTPTR_MAX, self->readonly };
	u64 v = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		/* the last one can be read from, not written to */
		if (bad[i] != self->readonly) {
			EXPECT_EQ(-EFAULT, push(self->fd, bad[i], 1));
			EXPECT_EQ(-EFAULT, push(self->fd, bad[i], BATCH_MAX));
			EXPECT_EQ(-EFAULT, store(self->fd, 0, bad[i]));
			EXPECT_EQ(-EFAULT, xchg(self->fd, 0, bad[i], &v));
			EXPECT_EQ(-EFAULT, cmpxchg(self->fd, 0, &v, bad[i]));
		}
		EXPECT_EQ(-EFAULT, pop(self->fd, bad[i], 1));
		EXPECT_EQ(-EFAULT, pop(self->fd, bad[i], 3));
		EXPECT_EQ(-EFAULT, load(self->fd, 0, bad[i]));
		EXPECT_EQ(-EFAULT, peek(self->fd, bad[i]));
		EXPECT_EQ(-EFAULT, xchg(self->fd, 0, &v, bad[i]));
		EXPECT_EQ(-EFAULT, cmpxchg(self->fd, 0, bad[i], &v));
		EXPECT_EQ(-EFAULT, call(self->fd, LFVEC_STRESS_STATS, bad[i]));
		EXPECT_EQ(-EFAULT, call(self->fd, LFVEC_STRESS_INFO, bad[i]));
	}
	/* the struct itself */
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(-EFAULT, call(self->fd, LFVEC_STRESS_PUSH, bad[i]));
		EXPECT_EQ(-EFAULT, call(self->fd, LFVEC_STRESS_CREATE, bad[i]));
		EXPECT_EQ(-EFAULT, call(self->fd, LFVEC_STRESS_START, bad[i]));
	}
}

/* A struct that can be read but not written: a pop must not lose its element. */
TEST_F(vec, readonly_struct)
{
	struct lfvec_stress_io io = {
		.buf = (uintptr_t)&self->elem, .count = 1,
	};

	ASSERT_EQ(0, mprotect(self->readonly, 4096, PROT_READ | PROT_WRITE));
	memcpy(self->readonly, &io, sizeof(io));
	ASSERT_EQ(0, mprotect(self->readonly, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, call(self->fd, LFVEC_STRESS_POP, self->readonly));
}

/* A batch that ends where nothing is mapped. */
TEST_F(vec, half_mapped)
{
	u8 *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, munmap(page + 4096, 4096));
	EXPECT_EQ(-EFAULT, push(self->fd, page + 4096 - 16, 3));
	EXPECT_EQ(-EFAULT, pop(self->fd, page + 4096 - 16, 3));
	EXPECT_EQ(-EFAULT, load(self->fd, 0, page + 4096 - 4));
}

TEST_F(vec, attached_twice)
{
	EXPECT_EQ(-EBUSY, create(self->fd, "bad2", 8, 2, 0));
	EXPECT_EQ(-EBUSY, named(self->fd, LFVEC_STRESS_ATTACH, "bad"));
	EXPECT_EQ(-ENOENT, named(self->fd, LFVEC_STRESS_DROP, "bad2"));
}

TEST_F(vec, closed)
{
	int fd = dup(self->fd);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(-EBADF, size(fd));
	EXPECT_EQ(-1, close(fd));
	EXPECT_EQ(EBADF, errno);
}

/* Dropping takes the name; who is attached goes on until the file is closed. */
TEST_F(vec, dropped)
{
	int other = device();

	EXPECT_EQ(0, named(other, LFVEC_STRESS_ATTACH, "bad"));
	EXPECT_EQ(0, named(other, LFVEC_STRESS_DROP, "bad"));
	EXPECT_EQ(-ENOENT, named(other, LFVEC_STRESS_DROP, "bad"));
	EXPECT_EQ(5, size(self->fd));
	EXPECT_EQ(5, size(other));
	close(other);
	/* another one may have the name now; teardown drops it */
	other = device();
	EXPECT_EQ(0, create(other, "bad", 8, 2, 0));
	EXPECT_EQ(0, size(other));
	close(other);
}

TEST(unattached)
{
	struct lfvec_stress_stats stats;
	struct lfvec_stress_wait wait = { 0 };
	struct lfvec_stress_result result;
	u64 v = 0, w = 0;
	int fd = device();

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	EXPECT_EQ(-ENOTCONN, push(fd, &v, 1));
	EXPECT_EQ(-ENOTCONN, pop(fd, &v, 1));
	EXPECT_EQ(-ENOTCONN, load(fd, 0, &v));
	EXPECT_EQ(-ENOTCONN, store(fd, 0, &v));
	EXPECT_EQ(-ENOTCONN, xchg(fd, 0, &v, &w));
	EXPECT_EQ(-ENOTCONN, cmpxchg(fd, 0, &v, &w));
	EXPECT_EQ(-ENOTCONN, peek(fd, &v));
	EXPECT_EQ(-ENOTCONN, truncate_to(fd, 0));
	EXPECT_EQ(-ENOTCONN, size(fd));
	EXPECT_EQ(-ENOTCONN, reserve(fd, 1));
	EXPECT_EQ(-ENOTCONN, call(fd, LFVEC_STRESS_STATS, &stats));
	EXPECT_EQ(-ENOENT, call(fd, LFVEC_STRESS_WAIT, &wait));
	EXPECT_EQ(-ENOENT, call(fd, LFVEC_STRESS_STOP, NULL));
	EXPECT_EQ(-ENOENT, call(fd, LFVEC_STRESS_RESULT, &result));
	EXPECT_EQ(-ENOENT, named(fd, LFVEC_STRESS_ATTACH, "nobody"));
	EXPECT_EQ(-ENOENT, named(fd, LFVEC_STRESS_DROP, "nobody"));
	close(fd);
}

TEST(names)
{
	static const char * const bad[] = {
		"", ".", "..", "a/b", "/", "a b", "a\n", "\x7f", "\x80", "\xff",
	};
	struct lfvec_stress_vec vec;
	int fd = device();
	size_t i;

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, create(fd, bad[i], 8, 2, 0));
		EXPECT_EQ(-EINVAL, named(fd, LFVEC_STRESS_ATTACH, bad[i]));
		EXPECT_EQ(-EINVAL, named(fd, LFVEC_STRESS_DROP, bad[i]));
	}
	/* without an end, and with something after it */
	vec = (struct lfvec_stress_vec){ .esize = 8 };
	memset(vec.name, 'x', sizeof(vec.name));
	EXPECT_EQ(-EINVAL, call(fd, LFVEC_STRESS_CREATE, &vec));
	memset(vec.name, 0, sizeof(vec.name));
	vec.name[0] = 'x';
	vec.name[5] = 'x';
	EXPECT_EQ(-EINVAL, call(fd, LFVEC_STRESS_CREATE, &vec));
	close(fd);
}

TEST(creation)
{
	static const struct { u32 esize; u64 first, max; } bad[] = {
		{ 0, 2, 0 }, { 4097, 2, 0 }, { UINT32_MAX, 2, 0 },
		{ 8, 3, 0 }, { 8, 1ULL << 40, 0 }, { 8, UINT64_MAX, 0 },
		{ 8, 1ULL << 63, 0 }, { 8, 2, 0x1000001 }, { 8, 2, UINT64_MAX },
		{ 4096, 2, 0x1000000 },
	};
	struct lfvec_stress_vec vec = { .name = "made", .esize = 8 };
	int fd = device(), other = device();
	size_t i;

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, create(fd, "made", bad[i].esize,
					  bad[i].first, bad[i].max));
	vec.form = 4;
	EXPECT_EQ(-EINVAL, call(fd, LFVEC_STRESS_CREATE, &vec));
	vec.form = LFVEC_STRESS_OVERWRITE;
	vec.first = 16;
	EXPECT_EQ(-EINVAL, call(fd, LFVEC_STRESS_CREATE, &vec));
	vec.first = 0;
	vec.max = 1000;
	EXPECT_EQ(-EINVAL, call(fd, LFVEC_STRESS_CREATE, &vec));
	vec.form = 0;
	vec.max = 0;
	vec.spare = 65537;
	EXPECT_EQ(-EINVAL, call(fd, LFVEC_STRESS_CREATE, &vec));
	vec.spare = 0;
	vec.backlog = UINT64_MAX;
	EXPECT_EQ(-EINVAL, call(fd, LFVEC_STRESS_CREATE, &vec));
	vec.backlog = 0;
	vec.reserved[1] = 1;
	EXPECT_EQ(-EINVAL, call(fd, LFVEC_STRESS_CREATE, &vec));
	vec.reserved[1] = 0;
	EXPECT_EQ(0, call(fd, LFVEC_STRESS_CREATE, &vec));
	EXPECT_EQ(16, vec.first);
	EXPECT_EQ(0x1000000, vec.max);
	EXPECT_EQ(-EEXIST, create(other, "made", 8, 2, 0));
	vec.esize = 1;
	EXPECT_EQ(-EINVAL, call(other, LFVEC_STRESS_ATTACH, &vec));
	EXPECT_EQ(-EINVAL, call(other, LFVEC_STRESS_DROP, &vec));
	EXPECT_EQ(0, named(other, LFVEC_STRESS_DROP, "made"));
	close(fd);
	close(other);
}

TEST(too_many)
{
	int fd[LFVEC_STRESS_VECTORS_MAX + 1], i, made = 0, err = 0;
	char name[32];

	for (i = 0; i <= LFVEC_STRESS_VECTORS_MAX; i++) {
		fd[i] = device();
		if (fd[i] < 0)
			SKIP(return, DEVICE " is not to be had");
		snprintf(name, sizeof(name), "many-%d", i);
		err = create(fd[i], name, 1, 1, 1);
		if (!err)
			made++;
	}
	EXPECT_EQ(LFVEC_STRESS_VECTORS_MAX, made);
	EXPECT_EQ(-ENOSPC, err);
	for (i = 0; i <= LFVEC_STRESS_VECTORS_MAX; i++) {
		snprintf(name, sizeof(name), "many-%d", i);
		named(fd[i], LFVEC_STRESS_DROP, name);
		close(fd[i]);
	}
}

static struct lfvec_stress_run good_run(void)
{
	return (struct lfvec_stress_run){
		.threads = 1, .esize = 8, .values = 2, .batch = 1, .ops = 10,
		.mix = { 50, 50 },
	};
}

static int wait_for_end(int fd)
{
	struct lfvec_stress_wait wait = { .timeout = 20000 };
	int err = call(fd, LFVEC_STRESS_WAIT, &wait);

	return err ? err : (int)wait.running;
}

TEST(run)
{
	struct lfvec_stress_result result;
	struct lfvec_stress_wait wait = { .running = 1 };
	struct lfvec_stress_run run;
	int fd = device();

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
#define BAD(err, ...)							\
	do {								\
		run = good_run();					\
		__VA_ARGS__;						\
		EXPECT_EQ(err, call(fd, LFVEC_STRESS_START, &run))	\
			TH_LOG(#__VA_ARGS__);				\
	} while (0)
	BAD(-EINVAL, run.impl = LFVEC_STRESS_IMPLS);
	BAD(-EINVAL, run.impl = UINT32_MAX);
	BAD(-EINVAL, run.threads = 0);
	BAD(-EINVAL, run.threads = 257);
	BAD(-EINVAL, run.threads = UINT32_MAX);
	BAD(-EINVAL, run.flags = 0x80);
	BAD(-EINVAL, run.flags = 1U << 31);
	BAD(-EINVAL, run.esize = 0);
	BAD(-EINVAL, run.esize = 4097);
	BAD(-EINVAL, run.values = 0x10001);
	BAD(-EINVAL, run.values = 257; run.esize = 1);
	BAD(-EINVAL, run.values = 0; run.esize = 7);
	BAD(-EINVAL, run.batch = 0);
	BAD(-EINVAL, run.batch = 65);
	BAD(-EINVAL, run.flags = LFVEC_STRESS_RUN_ATOMIC | LFVEC_STRESS_RUN_STOCK);
	BAD(-EINVAL, run.contexts = 1 << LFVEC_STRESS_TASK);
	BAD(-EINVAL, run.contexts = 1 << LFVEC_STRESS_CONTEXTS);
	BAD(-EINVAL, run.form = 4);
	BAD(-EINVAL, run.form = LFVEC_STRESS_OVERWRITE; run.max = 1000);
	BAD(-EINVAL, run.form = LFVEC_STRESS_OVERWRITE; run.first = 2);
	BAD(-EINVAL, run.spare = 65537);
	BAD(-EINVAL, run.spare = UINT64_MAX);
	BAD(-EINVAL, run.backlog = UINT64_MAX);
	BAD(-EINVAL, run.fill = UINT64_MAX);
	BAD(-EINVAL, run.shrink = UINT32_MAX);
	BAD(-ENOSPC, run.fill = 11; run.max = 10);
	BAD(-EINVAL, run.ops = 0);
	BAD(-EINVAL, run.ops = UINT64_MAX);
	BAD(-EINVAL, run.duration = UINT32_MAX);
	BAD(-EINVAL, run.first = 3);
	BAD(-EINVAL, run.first = UINT64_MAX);
	BAD(-EINVAL, run.max = UINT64_MAX);
	BAD(-EINVAL, run.mix[0] = 51);
	BAD(-EINVAL, run.mix[0] = 0);
	BAD(-EINVAL, run.mix[0] = UINT32_MAX - 1; run.mix[2] = 52);
	BAD(-EINVAL, run.reserved[0] = 1);
	BAD(-EINVAL, run.more[0] = 1);
	BAD(-EINVAL, run.more[3] = UINT32_MAX);
	BAD(-EINVAL, run.round = 1);
	BAD(-EINVAL, run.flags = LFVEC_STRESS_RUN_CLOCK);
	BAD(-EINVAL, run.history = 1024; run.flags = LFVEC_STRESS_RUN_CLOCK;
	    run.contexts = 1 << LFVEC_STRESS_NMI);
	BAD(-EINVAL, run.history = LFVEC_STRESS_HISTORY_MAX + 1);
	BAD(-EINVAL, run.history = UINT32_MAX);
	BAD(-EINVAL, run.history = 1; run.threads = 256);
	BAD(-ENOSPC, run.history = 1; run.fill = 100);
	BAD(-EOPNOTSUPP, run.impl = LFVEC_STRESS_SPINLOCK; run.mix[0] = 0;
	    run.more[LFVEC_STRESS_OP_OLDEST - LFVEC_STRESS_OPS] = 50);
	BAD(-EOPNOTSUPP, run.form = LFVEC_STRESS_APPEND_ONLY; run.mix[1] = 0;
	    run.more[LFVEC_STRESS_OP_STORE - LFVEC_STRESS_OPS] = 50);
	BAD(-EOPNOTSUPP, run.impl = LFVEC_STRESS_PUBLISHED; run.esize = 16);
	BAD(-EOPNOTSUPP, run.impl = LFVEC_STRESS_PUBLISHED; run.mix[0] = 0;
	    run.mix[LFVEC_STRESS_OP_XCHG] = 50);
	BAD(-EOPNOTSUPP, run.impl = LFVEC_STRESS_SPINLOCK; run.mix[0] = 0;
	    run.mix[LFVEC_STRESS_OP_PUSH_MANY] = 50);
	BAD(-EOPNOTSUPP, run.form = LFVEC_STRESS_APPEND_ONLY);
	BAD(-EOPNOTSUPP, run.impl = LFVEC_STRESS_SPINLOCK;
	    run.form = LFVEC_STRESS_OVERWRITE; run.max = 16);
	BAD(-EOPNOTSUPP, run.impl = LFVEC_STRESS_SPINLOCK; run.shrink = 1);
	BAD(-EOPNOTSUPP, run.impl = LFVEC_STRESS_SPINLOCK;
	    run.contexts = 1 << LFVEC_STRESS_HARDIRQ);
	BAD(0, run.ops = 10);
	BAD(-EBUSY, run.ops = 10);
	EXPECT_EQ(-EINVAL, call(fd, LFVEC_STRESS_WAIT, &wait));
	EXPECT_EQ(-EFAULT, call(fd, LFVEC_STRESS_RESULT, NULL));
	EXPECT_EQ(0, call(fd, LFVEC_STRESS_RESULT, &result));
	EXPECT_EQ(-ENOENT, call(fd, LFVEC_STRESS_RESULT, &result));
	close(fd);
}

TEST(history)
{
	struct lfvec_stress_history arg = { 0 };
	struct lfvec_stress_run run = good_run();
	struct lfvec_stress_result result;
	u8 buf[1024];
	int fd = device();

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	EXPECT_EQ(-ENOENT, call(fd, LFVEC_STRESS_HISTORY, &arg));
	EXPECT_EQ(0, call(fd, LFVEC_STRESS_START, &run));
	EXPECT_EQ(-ENODATA, call(fd, LFVEC_STRESS_HISTORY, &arg));
	EXPECT_EQ(0, call(fd, LFVEC_STRESS_RESULT, &result));

	run.duration = 600000;
	run.ops = 0;
	run.mix[0] = 0;
	run.mix[1] = 0;
	run.more[LFVEC_STRESS_OP_SIZE - LFVEC_STRESS_OPS] = 100;
	run.history = 4096;
	EXPECT_EQ(0, call(fd, LFVEC_STRESS_START, &run));
	EXPECT_EQ(-EBUSY, call(fd, LFVEC_STRESS_HISTORY, &arg));
	/* it ends when the history is full */
	EXPECT_EQ(0, wait_for_end(fd));
#define BAD_HISTORY(err, ...)						\
	do {								\
		arg = (struct lfvec_stress_history){			\
			.buf = (uintptr_t)buf, .size = sizeof(buf),	\
		};							\
		__VA_ARGS__;						\
		EXPECT_EQ(err, call(fd, LFVEC_STRESS_HISTORY, &arg))	\
			TH_LOG(#__VA_ARGS__);				\
	} while (0)
	BAD_HISTORY(-EINVAL, arg.worker = 1);
	BAD_HISTORY(-EINVAL, arg.worker = UINT32_MAX);
	BAD_HISTORY(-EINVAL, arg.workers = 1);
	BAD_HISTORY(-EINVAL, arg.total = 1);
	BAD_HISTORY(-EINVAL, arg.reserved[1] = 1);
	BAD_HISTORY(-EFAULT, arg.buf = 0);
	BAD_HISTORY(-EFAULT, arg.buf = UINT64_MAX);
	BAD_HISTORY(0, arg.size = 0; arg.buf = 0);
	EXPECT_EQ(1, arg.workers);
	EXPECT_LT(4000000, arg.total);
	EXPECT_GT(4096 * 1024, arg.total);
	BAD_HISTORY(0, arg.offset = 4000000);
	EXPECT_EQ(sizeof(buf), arg.size);
	BAD_HISTORY(0, arg.offset = UINT64_MAX);
	EXPECT_EQ(0, arg.size);
	EXPECT_EQ(-EFAULT, call(fd, LFVEC_STRESS_HISTORY, NULL));
	EXPECT_EQ(0, call(fd, LFVEC_STRESS_RESULT, &result));
	BAD_HISTORY(-ENOENT, arg.size = 1);
	close(fd);
}

TEST(bench)
{
	__u64 cells[LFVEC_STRESS_BENCH_CELLS] = { 0 }, timed = 0;
	struct lfvec_stress_bench arg;
	int fd = device();
	unsigned int i;

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
#define BAD_BENCH(err, ...)						\
	do {								\
		arg = (struct lfvec_stress_bench){			\
			.esize = 8, .ops = 8, .elems = 8, .threads = 1 }; \
		__VA_ARGS__;						\
		EXPECT_EQ(err, call(fd, LFVEC_STRESS_BENCH, &arg))	\
			TH_LOG(#__VA_ARGS__);				\
	} while (0)
	BAD_BENCH(-EINVAL, arg.peer = LFVEC_STRESS_PEERS);
	BAD_BENCH(-EINVAL, arg.work = LFVEC_STRESS_WORKS);
	BAD_BENCH(-EINVAL, arg.threads = 0);
	BAD_BENCH(-EINVAL, arg.threads = LFVEC_STRESS_BENCH_THREADS_MAX + 1);
	BAD_BENCH(-EINVAL, arg.threads = 9);	/* not one element each */
	BAD_BENCH(-EINVAL, arg.esize = 0);
	BAD_BENCH(-EINVAL, arg.esize = 4097);
	BAD_BENCH(-EINVAL, arg.elems = 0);
	BAD_BENCH(-EINVAL, arg.elems = LFVEC_STRESS_ELEMS_MAX + 1);
	BAD_BENCH(-EINVAL, arg.elems = LFVEC_STRESS_ELEMS_MAX; arg.esize = 65);
	BAD_BENCH(-EINVAL, arg.elems = LFVEC_STRESS_ELEMS_MAX - 8;
		  arg.work = LFVEC_STRESS_WORK_STORE);
	BAD_BENCH(-EINVAL, arg.ops = 0);
	BAD_BENCH(-EINVAL, arg.ops = LFVEC_STRESS_BENCH_OPS_MAX + 1);
	BAD_BENCH(-EINVAL, arg.batch = 1);
	BAD_BENCH(-EINVAL, arg.work = LFVEC_STRESS_WORK_PUSH_MANY);
	BAD_BENCH(-EINVAL, arg.work = LFVEC_STRESS_WORK_PUSH_MANY; arg.batch = 65);
	BAD_BENCH(-EINVAL, arg.work = LFVEC_STRESS_WORK_PUSH_MANY; arg.batch = 9);
	BAD_BENCH(-EINVAL, arg.mix[0] = 100);
	BAD_BENCH(-EINVAL, arg.work = LFVEC_STRESS_WORK_MIX);
	BAD_BENCH(-EINVAL, arg.work = LFVEC_STRESS_WORK_MIX;
		  arg.mix[0] = 0xffffffff; arg.mix[1] = 101);
	BAD_BENCH(-EINVAL, arg.flags = 4);
	BAD_BENCH(-EINVAL, arg.buf = (uintptr_t)cells);
	BAD_BENCH(-EINVAL, arg.elapsed = 1);
	BAD_BENCH(-EINVAL, arg.span = 1);
	BAD_BENCH(-EINVAL, arg.done = 1);
	BAD_BENCH(-EINVAL, arg.failed = 1);
	BAD_BENCH(-EINVAL, arg.longest = 1);
	BAD_BENCH(-EINVAL, arg.bytes = 1);
	BAD_BENCH(-EINVAL, arg.reserved[0] = 1);
	BAD_BENCH(-EINVAL, arg.reserved[3] = 1);
	BAD_BENCH(-EFAULT, arg.flags = LFVEC_STRESS_BENCH_LATENCY);
	BAD_BENCH(-EFAULT, arg.flags = LFVEC_STRESS_BENCH_LATENCY;
		  arg.buf = UINT64_MAX - 8);
	BAD_BENCH(-EOPNOTSUPP, arg.peer = LFVEC_STRESS_PEER_APPEND_ONLY;
		  arg.work = LFVEC_STRESS_WORK_POP);
	BAD_BENCH(-EOPNOTSUPP, arg.peer = LFVEC_STRESS_PEER_PUBLISHED;
		  arg.esize = 9);
	BAD_BENCH(-EOPNOTSUPP, arg.peer = LFVEC_STRESS_PEER_LLIST;
		  arg.work = LFVEC_STRESS_WORK_POP; arg.threads = 2);
	BAD_BENCH(-EOPNOTSUPP, arg.peer = LFVEC_STRESS_PEER_LIMIT);
	BAD_BENCH(-EOPNOTSUPP, arg.work = LFVEC_STRESS_WORK_XADD);
	BAD_BENCH(-EOPNOTSUPP, arg.peer = LFVEC_STRESS_PEER_LIMIT;
		  arg.work = LFVEC_STRESS_WORK_LINE);
	BAD_BENCH(0, arg.ops = 20);
	EXPECT_EQ(24, arg.done);	/* three times all elements */
	EXPECT_EQ(0, arg.failed);
	EXPECT_LT(0, arg.elapsed);
	BAD_BENCH(0, arg.work = LFVEC_STRESS_WORK_LOAD; arg.threads = 2;
		  arg.flags = LFVEC_STRESS_BENCH_LATENCY;
		  arg.buf = (uintptr_t)cells);
	EXPECT_EQ(16, arg.done);
	for (i = 0; i < LFVEC_STRESS_BENCH_CELLS; i++)
		timed += cells[i];
	EXPECT_EQ(16, timed);
	close(fd);
}

/* Each peer does all that it can do, and says so of what it cannot. */
TEST(bench_all)
{
	struct lfvec_stress_bench arg;
	int fd = device(), err, did = 0;
	unsigned int i;

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	for (i = 0; i < 2 * LFVEC_STRESS_PEERS * LFVEC_STRESS_WORKS; i++) {
		arg = (struct lfvec_stress_bench){
			.esize = 8, .ops = 300, .elems = 200,
			.threads = 1 + i % 2,
			.peer = i / 2 % LFVEC_STRESS_PEERS,
			.work = i / 2 / LFVEC_STRESS_PEERS,
		};
		if (arg.work == LFVEC_STRESS_WORK_PUSH_MANY)
			arg.batch = 16;
		if (arg.work == LFVEC_STRESS_WORK_MIX)
			memcpy(arg.mix, (__u32[]){ 30, 20, 20, 30 },
			       sizeof(arg.mix));
		err = call(fd, LFVEC_STRESS_BENCH, &arg);
		if (err == -EOPNOTSUPP)
			continue;
		did++;
		EXPECT_EQ(0, err)
			TH_LOG("peer %u, work %u", arg.peer, arg.work);
		EXPECT_LE(300 * arg.threads, arg.done);
		if (arg.work != LFVEC_STRESS_WORK_MIX)
			EXPECT_EQ(0, arg.failed);
	}
	EXPECT_LT(100, did);
	close(fd);
}

/* Without CAP_SYS_ADMIN: neither open, nor use what was opened before. */
TEST(capability)
{
	int fd = device(), status;
	pid_t pid;

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	ASSERT_EQ(0, create(fd, "cap", 8, 2, 0));
	pid = fork();
	if (!pid) {
		if (setresuid(65534, 65534, 65534))
			_exit(1);
		if (open(DEVICE, O_RDWR) >= 0 || errno != EACCES)
			_exit(2);
		_exit(size(fd) == -EPERM ? 0 : 3);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, size(fd));
	EXPECT_EQ(0, named(fd, LFVEC_STRESS_DROP, "cap"));
	close(fd);
}

TEST(not_a_file_to_read)
{
	char c;
	int fd = device();

	if (fd < 0)
		SKIP(return, DEVICE " is not to be had");
	EXPECT_EQ(-1, read(fd, &c, 1));
	EXPECT_EQ(-1, write(fd, "x", 1));
	EXPECT_EQ(-1, lseek(fd, 0, SEEK_SET));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
	close(fd);
}

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
