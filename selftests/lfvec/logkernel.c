// SPDX-License-Identifier: GPL-2.0
/*
 * What a kernel module has written, as readers see it: contexts, fields, binary and
 * cut records; see module/log.c, which writes it
 */
#include "log.h"

#define MODULE	"test_lfvec_log"

/* Seconds a test may take; to load that module is to run its tests. */
#define LOADED	180

FIXTURE(log)
{
	int	r;
	struct line line;
};

FIXTURE_SETUP(log)
{
	if (system("modprobe -D " MODULE " >/dev/null 2>&1"))
		SKIP(_exit(KSFT_SKIPPED), MODULE " is not installed");
	system("rmmod " MODULE " 2>/dev/null");
	ASSERT_EQ(0, system("modprobe " MODULE));
	self->r = log_open(MODULE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->r);
}

/* Its log goes with the module, and its reader is not in the way. */
FIXTURE_TEARDOWN(log)
{
	EXPECT_EQ(0, system("rmmod " MODULE));
	lseek(self->r, 0, SEEK_END);
	EXPECT_EQ(0, get_line(self->r, &self->line));
	close(self->r);
}

/* Read up to the first record whose text begins so. */
static bool find(int r, struct line *line, const char *text)
{
	lseek(r, 0, SEEK_SET);
	while (get_line(r, line) > 0)
		if (!strncmp(line->text, text, strlen(text)))
			return true;
	return false;
}

TEST_F_TIMEOUT(log, all_well_formed, LOADED)
{
	ssize_t len;
	u64 seq = 0, usec = 0;

	while ((len = get_line(self->r, &self->line)) > 0) {
		EXPECT_EQ(seq++, self->line.seq);
		EXPECT_LE(usec, self->line.usec);
		usec = self->line.usec;
		EXPECT_GT(8, self->line.prefix);
	}
	EXPECT_EQ(-EAGAIN, len);
	EXPECT_LT(20, seq);
}

/* Each says in its text where it was written. */
TEST_F_TIMEOUT(log, contexts, LOADED)
{
	static const char * const want[] = { "task", "softirq", "hardirq" };
	char said[16], how[32];
	size_t i, seen = 0;

	while (get_line(self->r, &self->line) > 0) {
		if (sscanf(self->line.text, "context %15s by %31[^\n]", said,
			   how) != 2)
			continue;
		EXPECT_STREQ(said, self->line.context) TH_LOG("%s", how);
		EXPECT_EQ(strcmp(said, "task") ? 'C' : 'T', self->line.kind);
		if (self->line.kind == 'C')
			EXPECT_EQ(self->line.cpu, self->line.caller);
		if (!strcmp(how, "call"))
			EXPECT_STREQ("modprobe", self->line.comm);
		if (!strcmp(how, "NMI"))
			EXPECT_STREQ("nmi", said);
		for (i = 0; i < ARRAY_SIZE(want); i++)
			seen |= !strcmp(want[i], said) << i;
	}
	EXPECT_EQ(7, seen);
}

/* In the order in which they were written. */
static const struct {
	unsigned int	prefix;
	const char	*text;
} texts[] = {
	{ 6, "text" }, { 6, "text" }, { 6, "text\\x0a" }, { 6, "" }, { 6, "" },
	{ 6, "a\\x0ab\\x09c\\x5cd\\x7f\\xc3\\xbc" }, { 6, "-1 s c %" },
};

TEST_F_TIMEOUT(log, texts, LOADED)
{
	size_t i;

	ASSERT_TRUE(find(self->r, &self->line, texts[0].text));
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		EXPECT_STREQ(texts[i].text, self->line.text);
		EXPECT_EQ(texts[i].prefix, self->line.prefix);
		EXPECT_EQ(0, self->line.fields);
		EXPECT_FALSE(self->line.cut);
		ASSERT_LT(0, get_line(self->r, &self->line));
	}
	/* "cut " and x to the end */
	EXPECT_TRUE(self->line.cut);
	EXPECT_EQ(RECORD_MAX, strlen(self->line.text));
	EXPECT_EQ(RECORD_MAX - 4, strspn(self->line.text + 4, "x"));
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_EQ(0, self->line.prefix);
	EXPECT_STREQ("level 0", self->line.text);
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_EQ(7, self->line.prefix);
	EXPECT_STREQ("level 7", self->line.text);
}

static const char * const fields[] = {
	"U=18446744073709551615", "S=-9223372036854775808", "STR=a b",
	"ESC=a\\x0ab\\x5c", "EQ=x=y", "ZERO=0", "NONE=(null)",
};

TEST_F_TIMEOUT(log, fields, LOADED)
{
	size_t i;

	ASSERT_TRUE(find(self->r, &self->line, "fields"));
	EXPECT_FALSE(self->line.cut);
	ASSERT_EQ(ARRAY_SIZE(fields), self->line.fields);
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		EXPECT_STREQ(fields[i], self->line.field[i]);
	/* what does not fit is left out, and what follows it is not */
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_STREQ("left out", self->line.text);
	EXPECT_TRUE(self->line.cut);
	ASSERT_EQ(2, self->line.fields);
	EXPECT_STREQ("A=1", self->line.field[0]);
	EXPECT_STREQ("B=2", self->line.field[1]);
	/* no room for any */
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_EQ(RECORD_MAX, strlen(self->line.text));
	EXPECT_TRUE(self->line.cut);
	EXPECT_EQ(0, self->line.fields);
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_STREQ("no fields", self->line.text);
	EXPECT_EQ(0, self->line.fields);
}

TEST_F_TIMEOUT(log, binaries, LOADED)
{
	ASSERT_TRUE(find(self->r, &self->line, "type 7: "));
	EXPECT_STREQ("type 7: 00112233445566778899aabbccddeeff", self->line.text);
	EXPECT_EQ(6, self->line.prefix);
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_STREQ("type 65535: ", self->line.text);
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_STREQ("type 8: 0011223344", self->line.text);
	EXPECT_EQ(3, self->line.prefix);
	/* the line ends before the record does */
	ASSERT_LT(0, get_line(self->r, &self->line));
	EXPECT_TRUE(self->line.cut);
	EXPECT_EQ(0, strncmp("type 9: 7878", self->line.text, 12));
	EXPECT_LT(7900, strlen(self->line.text));
}

/* Fields come behind the text, each with a NUL; what is binary says so. */
TEST_F_TIMEOUT(log, in_binary, LOADED)
{
	struct lfvec_log_record *head;
	static u64 buf[8192];
	struct lfvec_log_read arg = { .buf = (uintptr_t)buf, .size = sizeof(buf) };
	const char *text;
	u32 at;

	ASSERT_EQ(0, call(self->r, LFVEC_LOG_READ, &arg));
	for (at = 0; at < arg.size; at += head->size) {
		head = (void *)buf + at;
		text = (const char *)(head + 1);
		if (head->flags & LFVEC_LOG_BINARY) {
			EXPECT_LE(7, head->type);
			EXPECT_EQ(0, head->text_len);
		} else {
			EXPECT_EQ(0, head->type);
		}
		if (head->type == 8) {
			EXPECT_EQ(5, head->len);
			EXPECT_EQ(0, memcmp(text, "\x00\x11\x22\x33\x44", 5));
		} else if (head->type == 9) {
			EXPECT_EQ(RECORD_MAX, head->len);
			EXPECT_EQ(LFVEC_LOG_CUT | LFVEC_LOG_BINARY, head->flags);
		} else if (!strncmp(text, "left out", 8)) {
			EXPECT_EQ(8, head->text_len);
			EXPECT_EQ(8 + 2 * sizeof("A=1"), head->len);
			EXPECT_EQ(0, memcmp(text + 8, "A=1\0B=2", 8));
			EXPECT_EQ(LFVEC_LOG_CUT, head->flags);
		}
	}
	EXPECT_EQ(at, arg.size);
	EXPECT_EQ(info_of(self->r).next, arg.nr);
}

TESTS_NEED(!system("modprobe -D " MODULE " >/dev/null 2>&1"), MODULE)

TEST_HARNESS_MAIN
