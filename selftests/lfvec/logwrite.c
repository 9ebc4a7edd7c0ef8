// SPDX-License-Identifier: GPL-2.0
/*
 * Writing to a log from user space, which does what writing to /dev/kmsg does
 */
#include <sys/mman.h>
#include <sys/uio.h>

#include "log.h"

FIXTURE(log)
{
	int	fd;	/* the stress device */
	int	rw;
	u64	seq;	/* of the next record */
	struct line line;
};

FIXTURE_SETUP(log)
{
	struct lfvec_stress_log attr = { .level = 7 };

	self->fd = device();
	if (self->fd < 0)
		SKIP(_exit(KSFT_SKIPPED), DEVICE " is not to be had");
	log_drop(self->fd, "write");
	ASSERT_EQ(0, log_create(self->fd, "write", &attr));
	self->rw = log_open("write", O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, self->rw);
}

/* Whatever was refused, the log counts only what was written. */
FIXTURE_TEARDOWN(log)
{
	EXPECT_EQ(self->seq, info_of(self->rw).written);
	EXPECT_EQ(self->seq, info_of(self->rw).next);
	EXPECT_EQ(-EAGAIN, get_line(self->rw, &self->line));
	close(self->rw);
	EXPECT_EQ(0, log_drop(self->fd, "write"));
	close(self->fd);
}

static const struct {
	const char	*in;
	unsigned int	prefix;
	const char	*text;
} prefixes[] = {
	{ "plain",		USER | LEVEL_DEFAULT,	"plain" },
	{ "<0>",		USER | 0,		"" },
	{ "<0>x",		USER | 0,		"x" },
	{ "<3>x",		USER | 3,		"x" },
	{ "<7>x",		USER | 7,		"x" },
	/* a facility of its own; 0 is the kernel's, and is not to be had */
	{ "<8>x",		USER | 0,		"x" },
	{ "<30>x",		30,			"x" },
	{ "<191>x",		191,			"x" },
	{ "<2047>x",		2047,			"x" },
	/* a prefix once, and at the beginning */
	{ "<3><4>x",		USER | 3,		"<4>x" },
	{ " <3>x",		USER | LEVEL_DEFAULT,	" <3>x" },
	{ "<03>x",		USER | 3,		"x" },
	/* no prefix */
	{ "<",			USER | LEVEL_DEFAULT,	"<" },
	{ "<3",			USER | LEVEL_DEFAULT,	"<3" },
	{ "<x>y",		USER | LEVEL_DEFAULT,	"<x>y" },
	{ "<3x>y",		USER | LEVEL_DEFAULT,	"<3x>y" },
	{ "<-3>x",		USER | LEVEL_DEFAULT,	"<-3>x" },
	{ "< 3>x",		USER | LEVEL_DEFAULT,	"< 3>x" },
	{ "<0x3>x",		USER | LEVEL_DEFAULT,	"<0x3>x" },
	/* the final newline is not kept, others are escaped */
	{ "",			USER | LEVEL_DEFAULT,	"" },
	{ "\n",			USER | LEVEL_DEFAULT,	"" },
	{ "x\n",		USER | LEVEL_DEFAULT,	"x" },
	{ "<3>x\n",		USER | 3,		"x" },
	{ "<3>\n",		USER | 3,		"" },
	{ "x\n\n",		USER | LEVEL_DEFAULT,	"x\\x0a" },
	{ "x\ny\n",		USER | LEVEL_DEFAULT,	"x\\x0ay" },
	{ "\nx",		USER | LEVEL_DEFAULT,	"\\x0ax" },
	{ "x\r\n",		USER | LEVEL_DEFAULT,	"x\\x0d" },
	/* nothing that could be taken for more than text */
	{ "%s%n%p",		USER | LEVEL_DEFAULT,	"%s%n%p" },
	{ "6,1,2,-;x",		USER | LEVEL_DEFAULT,	"6,1,2,-;x" },
	{ "x\n KEY=value\n",	USER | LEVEL_DEFAULT,	"x\\x0a KEY=value" },
	{ "\0013x",		USER | LEVEL_DEFAULT,	"\\x013x" },
};

TEST_F(log, prefix)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		EXPECT_EQ(strlen(prefixes[i].in), say(self->rw, prefixes[i].in));
		ASSERT_LT(0, get_line(self->rw, &self->line))
			TH_LOG("%s", prefixes[i].in);
		EXPECT_EQ(prefixes[i].prefix, self->line.prefix)
			TH_LOG("%s", prefixes[i].in);
		EXPECT_STREQ(prefixes[i].text, self->line.text);
		EXPECT_EQ(self->seq++, self->line.seq);
		EXPECT_EQ(0, self->line.fields);
	}
}

/* Numbers that no facility has; the level is that of the lowest three bits. */
TEST_F(log, large_prefix)
{
	static const char * const in[] = {
		"<2048>x", "<99999>x", "<4294967295>x", "<4294967296>x",
		"<99999999999999999999999>x",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(in); i++) {
		EXPECT_EQ(strlen(in[i]), say(self->rw, in[i]));
		ASSERT_LT(0, get_line(self->rw, &self->line));
		self->seq++;
		EXPECT_LE(USER, self->line.prefix);
		EXPECT_GT(2048, self->line.prefix);
	}
}

TEST_F(log, length)
{
	static char data[RECORD_MAX + 1];
	static const size_t fits[] = { 0, 1, 7, 8, 9, 63, 64, 65, 1000, 4000,
				       RECORD_MAX - 1, RECORD_MAX };
	static const size_t large[] = { RECORD_MAX + 1, 8192, 1 << 20, INT32_MAX };
	size_t i;

	memset(data, 'x', sizeof(data));
	for (i = 0; i < ARRAY_SIZE(fits); i++) {
		EXPECT_EQ(fits[i], put(self->rw, data, fits[i]));
		ASSERT_LT(0, get_line(self->rw, &self->line));
		EXPECT_EQ(fits[i], strlen(self->line.text));
		EXPECT_EQ(strspn(self->line.text, "x"), strlen(self->line.text));
		EXPECT_FALSE(self->line.cut);
		self->seq++;
	}
	for (i = 0; i < ARRAY_SIZE(large); i++)
		EXPECT_EQ(-EINVAL, put(self->rw, data, large[i]));
	EXPECT_EQ(0, info_of(self->rw).cut);
}

/* A NUL ends the text. */
TEST_F(log, nul)
{
	EXPECT_EQ(3, put(self->rw, "a\0b", 3));
	ASSERT_LT(0, get_line(self->rw, &self->line));
	self->seq++;
	EXPECT_STREQ("a", self->line.text);
}

TEST_F(log, vectors)
{
	struct iovec iov[3] = { { "<3>a", 4 }, { "b", 1 }, { "c\n", 2 } };

	EXPECT_EQ(7, writev(self->rw, iov, 3));
	ASSERT_LT(0, get_line(self->rw, &self->line));
	self->seq++;
	EXPECT_EQ(USER | 3, self->line.prefix);
	EXPECT_STREQ("abc", self->line.text);
	/* of which one is bad: nothing is written */
	iov[1].iov_base = (void *)8;
	EXPECT_EQ(-1, writev(self->rw, iov, 3));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(1, pwrite(self->rw, "x", 1, 12345));
	ASSERT_LT(0, get_line(self->rw, &self->line));
	EXPECT_EQ(self->seq++, self->line.seq);
}

TEST_F(log, bad_buffers)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *bad[] = { (void *)8, (void *)0xffff888000000000ULL,
			(void *)UINTPTR_MAX, page + 4096, page + 4090 };
	size_t i;

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, munmap(page + 4096, 4096));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, put(self->rw, bad[i], 10));
		EXPECT_EQ(-EFAULT, put(self->rw, bad[i], RECORD_MAX));
		EXPECT_GT(0, put(self->rw, bad[i], RECORD_MAX + 1));
	}
}

/* What is above the level is taken from the writer, and not kept. */
TEST_F(log, levels)
{
	char text[8];
	u32 set, level;

	for (set = 0; set < 8; set++) {
		ASSERT_EQ(0, ioctl(self->rw, LFVEC_LOG_SET_LEVEL, &set));
		for (level = 0; level < 8; level++) {
			snprintf(text, sizeof(text), "<%u>x", level);
			EXPECT_EQ(4, say(self->rw, text));
			if (level > set)
				continue;
			ASSERT_LT(0, get_line(self->rw, &self->line));
			EXPECT_EQ(USER | level, self->line.prefix);
			EXPECT_EQ(self->seq++, self->line.seq);
		}
	}
	EXPECT_EQ(0, info_of(self->rw).dropped[LFVEC_LOG_DROP_FULL] +
		  info_of(self->rw).dropped[LFVEC_LOG_DROP_MEMORY] +
		  info_of(self->rw).dropped[LFVEC_LOG_DROP_NESTED] +
		  info_of(self->rw).dropped[LFVEC_LOG_DROP_RATE]);
}

/* What is above the rate limit is counted, record for record. */
TEST_F(log, rate)
{
	struct lfvec_stress_log attr = { .interval = 1000000, .burst = 5 };
	struct lfvec_log_info info;
	int rw, i, taken = 0;

	ASSERT_EQ(0, log_create(self->fd, "rate", &attr));
	rw = log_open("rate", O_RDWR | O_NONBLOCK);
	for (i = 0; i < 20; i++)
		taken += say(rw, "x") == 1;
	info = info_of(rw);
	EXPECT_EQ(5, info.written);
	EXPECT_EQ(15, info.dropped[LFVEC_LOG_DROP_RATE]);
	for (i = 0; i < 5; i++)
		EXPECT_TRUE(next_is(rw, i, "x"));
	EXPECT_EQ(-EAGAIN, get_line(rw, &self->line));
	/* above the level is not above the rate */
	say(rw, "<7>x");
	EXPECT_EQ(15, info_of(rw).dropped[LFVEC_LOG_DROP_RATE]);
	close(rw);
	EXPECT_EQ(0, log_drop(self->fd, "rate"));
}

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
