// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for a record: what poll() and epoll say, and that each that waits, in
 * whatever way, is woken by the first one
 */
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>

#include "log.h"

#define SMALL		8	/* records in a small log */
#define SOON		50	/* ms in which nothing must happen */
#define LATE		5000	/* ms in which something must */
#define PING_PONG_MS	3000
#define HAS		(POLLIN | POLLRDNORM)
#define HAS_LOST	(HAS | POLLERR | POLLPRI)

FIXTURE(log)
{
	int	fd;	/* the stress device */
	int	w;
	int	r;	/* does not wait */
	int	b;	/* does */
};

FIXTURE_SETUP(log)
{
	struct lfvec_stress_log attr = { .records = SMALL };

	self->fd = device();
	if (self->fd < 0)
		SKIP(_exit(KSFT_SKIPPED), DEVICE " is not to be had");
	log_drop(self->fd, "wait");
	ASSERT_EQ(0, log_create(self->fd, "wait", &attr));
	self->w = log_open("wait", O_RDWR);
	self->r = log_open("wait", O_RDONLY | O_NONBLOCK);
	self->b = log_open("wait", O_RDONLY);
	ASSERT_LE(0, self->w);
	ASSERT_LE(0, self->r);
	ASSERT_LE(0, self->b);
}

FIXTURE_TEARDOWN(log)
{
	close(self->b);
	close(self->r);
	close(self->w);
	/* a test may have dropped it */
	log_drop(self->fd, "wait");
	close(self->fd);
}

static void fill_log(struct __test_metadata *_metadata, int w, int nr)
{
	while (nr--)
		ASSERT_EQ(1, say(w, "x"));
}

static void drain(int r)
{
	struct line line;
	ssize_t len;

	do {
		len = get_line(r, &line);
	} while (len > 0 || len == -EPIPE);
}

TEST_F(log, states)
{
	struct line line;

	EXPECT_EQ(0, polled(self->r, 0));
	EXPECT_EQ(0, polled(self->w, 0));
	fill_log(_metadata, self->w, 2);
	EXPECT_EQ(HAS, polled(self->r, 0));
	EXPECT_EQ(HAS, polled(self->w, 0));
	EXPECT_LT(0, get_line(self->r, &line));
	EXPECT_EQ(HAS, polled(self->r, 0));
	EXPECT_LT(0, get_line(self->r, &line));
	EXPECT_EQ(0, polled(self->r, 0));
	EXPECT_EQ(HAS, polled(self->b, 0));
	fill_log(_metadata, self->w, SMALL + 1);
	EXPECT_EQ(HAS_LOST, polled(self->r, 0));
	EXPECT_EQ(HAS_LOST, polled(self->r, 0));
	EXPECT_EQ(-EPIPE, get_line(self->r, &line));
	EXPECT_EQ(HAS, polled(self->r, 0));
	drain(self->r);
	EXPECT_EQ(0, polled(self->r, 0));
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_SET));
	EXPECT_EQ(HAS, polled(self->r, 0));
	EXPECT_EQ(0, lseek(self->r, 0, SEEK_END));
	EXPECT_EQ(0, polled(self->r, 0));
}

/* To ask is enough: what is not asked for is not told, but for errors. */
TEST_F(log, asked_for)
{
	struct pollfd p = { .fd = self->r, .events = POLLOUT };

	fill_log(_metadata, self->w, 1);
	EXPECT_EQ(0, poll(&p, 1, 0));
	fill_log(_metadata, self->w, SMALL);
	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLERR, p.revents);
}

/* What is above the level of the log wakes nobody. */
TEST_F(log, filtered)
{
	u32 level = 3;

	ASSERT_EQ(0, ioctl(self->w, LFVEC_LOG_SET_LEVEL, &level));
	say(self->w, "<4>x");
	EXPECT_EQ(0, polled(self->r, SOON));
	say(self->w, "<3>x");
	EXPECT_EQ(HAS, polled(self->r, 0));
}

/* One who waits, in one of these ways. */
struct waiter {
	pthread_t	thread;
	int		fd;
	const char	*how;
	ssize_t		ret;
	struct line	line;
	bool		done;
};

static ssize_t wait_poll(struct waiter *w)
{
	return polled(w->fd, LATE) == HAS ? get_line(w->fd, &w->line) : -1;
}

static ssize_t wait_select(struct waiter *w)
{
	struct timeval limit = { .tv_sec = LATE / 1000 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(w->fd, &set);
	if (select(w->fd + 1, &set, NULL, NULL, &limit) != 1)
		return -1;
	return get_line(w->fd, &w->line);
}

static ssize_t wait_epoll(struct waiter *w, u32 how)
{
	struct epoll_event e = { .events = EPOLLIN | how };
	int ep = epoll_create1(EPOLL_CLOEXEC);
	ssize_t ret = -1;

	if (!epoll_ctl(ep, EPOLL_CTL_ADD, w->fd, &e) &&
	    epoll_wait(ep, &e, 1, LATE) == 1 && e.events == EPOLLIN)
		ret = get_line(w->fd, &w->line);
	close(ep);
	return ret;
}

static ssize_t wait_ioctl(struct waiter *w)
{
	u64 buf[LINE_SIZE / 8];
	struct lfvec_log_read arg = {
		.buf = (uintptr_t)buf, .size = sizeof(buf),
	};
	const struct lfvec_log_record *head = (void *)buf;
	int err = call(w->fd, LFVEC_LOG_READ, &arg);

	if (err || !arg.nr)
		return err;
	w->line.seq = head->seq;
	snprintf(w->line.text, sizeof(w->line.text), "%.*s", head->text_len,
		 (const char *)(head + 1));
	return arg.nr == 1 ? arg.size : -1;
}

static void *wait_in(void *arg)
{
	struct waiter *w = arg;

	if (!strcmp(w->how, "poll"))
		w->ret = wait_poll(w);
	else if (!strcmp(w->how, "select"))
		w->ret = wait_select(w);
	else if (!strcmp(w->how, "level"))
		w->ret = wait_epoll(w, 0);
	else if (!strcmp(w->how, "edge"))
		w->ret = wait_epoll(w, EPOLLET);
	else if (!strcmp(w->how, "exclusive"))
		w->ret = wait_epoll(w, EPOLLEXCLUSIVE);
	else if (!strcmp(w->how, "ioctl"))
		w->ret = wait_ioctl(w);
	else
		w->ret = get_line(w->fd, &w->line);
	__atomic_store_n(&w->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool is_done(struct waiter *w)
{
	return __atomic_load_n(&w->done, __ATOMIC_ACQUIRE);
}

static void start(struct __test_metadata *_metadata, struct waiter *w, int fd,
		  const char *how)
{
	memset(w, 0, sizeof(*w));
	w->fd = fd;
	w->how = how;
	ASSERT_EQ(0, pthread_create(&w->thread, NULL, wait_in, w));
}

static const char * const ways[] = {
	"read", "ioctl", "poll", "select", "level", "edge", "exclusive",
};

/* Nobody comes back before there is a record, and everybody after one. */
TEST_F(log, woken)
{
	struct waiter waiter;
	char text[8];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		start(_metadata, &waiter, self->b, ways[i]);
		usleep(SOON * 1000);
		EXPECT_FALSE(is_done(&waiter)) TH_LOG("%s", ways[i]);
		snprintf(text, sizeof(text), "%zu", i);
		ASSERT_EQ(1, say(self->w, text));
		pthread_join(waiter.thread, NULL);
		EXPECT_LT(0, waiter.ret) TH_LOG("%s", ways[i]);
		EXPECT_EQ(i, waiter.line.seq);
		EXPECT_STREQ(text, waiter.line.text);
	}
}

/* All of them, whatever way they wait in, by one record. */
TEST_F(log, all_woken)
{
	static struct waiter waiter[28];
	int fd[ARRAY_SIZE(waiter)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(waiter); i++) {
		fd[i] = log_open("wait", O_RDONLY);
		start(_metadata, &waiter[i], fd[i], ways[i % ARRAY_SIZE(ways)]);
	}
	usleep(2 * SOON * 1000);
	ASSERT_EQ(3, say(self->w, "all"));
	for (i = 0; i < ARRAY_SIZE(waiter); i++) {
		pthread_join(waiter[i].thread, NULL);
		EXPECT_LT(0, waiter[i].ret) TH_LOG("%s", waiter[i].how);
		EXPECT_STREQ("all", waiter[i].line.text);
		close(fd[i]);
	}
}

/* Who waits only for what is lost. */
static void *wait_lost(void *arg)
{
	struct pollfd p = { .fd = *(int *)arg, .events = POLLPRI };

	return (void *)(long)(poll(&p, 1, LATE) == 1 ? p.revents : 0);
}

TEST_F(log, overrun_wakes)
{
	pthread_t thread;
	void *revents;

	ASSERT_EQ(0, pthread_create(&thread, NULL, wait_lost, &self->r));
	usleep(SOON * 1000);
	fill_log(_metadata, self->w, SMALL + 1);
	ASSERT_EQ(0, pthread_join(thread, &revents));
	EXPECT_EQ(POLLPRI | POLLERR, (long)revents);
}

/* Of two that wait with one cursor, each gets a record of its own. */
TEST_F(log, same_cursor)
{
	static struct waiter waiter[2];
	int i;

	for (i = 0; i < 2; i++)
		start(_metadata, &waiter[i], self->b, "read");
	usleep(SOON * 1000);
	ASSERT_EQ(1, say(self->w, "0"));
	usleep(SOON * 1000);
	EXPECT_EQ(1, is_done(&waiter[0]) + is_done(&waiter[1]));
	ASSERT_EQ(1, say(self->w, "1"));
	for (i = 0; i < 2; i++) {
		pthread_join(waiter[i].thread, NULL);
		EXPECT_LT(0, waiter[i].ret);
	}
	EXPECT_EQ(1, waiter[0].line.seq + waiter[1].line.seq);
}

/*
 * While one waits, the same file can still be asked, moved and told not to wait; a
 * reader that is blocked holds nothing that those need.
 */
TEST_F(log, others_go_on)
{
	struct waiter waiter;

	start(_metadata, &waiter, self->b, "read");
	usleep(SOON * 1000);
	EXPECT_EQ(0, polled(self->b, 0));
	EXPECT_EQ(0, info_of(self->b).next);
	EXPECT_EQ(0, lseek(self->b, 0, SEEK_END));
	EXPECT_FALSE(is_done(&waiter));
	ASSERT_EQ(1, say(self->w, "x"));
	pthread_join(waiter.thread, NULL);
	EXPECT_LT(0, waiter.ret);
}

TEST_F(log, told_not_to_wait)
{
	struct line line;

	ASSERT_EQ(0, fcntl(self->b, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, get_line(self->b, &line));
	ASSERT_EQ(0, fcntl(self->b, F_SETFL, 0));
	fill_log(_metadata, self->w, 1);
	EXPECT_LT(0, get_line(self->b, &line));
}

/* An event for each record that comes, and none for what is merely still there. */
TEST_F(log, edge)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(EPOLL_CLOEXEC), i;
	struct line line;

	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->r, &e));
	EXPECT_EQ(0, epoll_wait(ep, &e, 1, 0));
	for (i = 0; i < 4; i++) {
		fill_log(_metadata, self->w, 1);
		EXPECT_EQ(1, epoll_wait(ep, &e, 1, LATE));
		EXPECT_EQ(EPOLLIN, e.events);
		EXPECT_EQ(0, epoll_wait(ep, &e, 1, 0));
	}
	EXPECT_LT(0, get_line(self->r, &line));
	EXPECT_EQ(0, epoll_wait(ep, &e, 1, 0));
	drain(self->r);
	EXPECT_EQ(0, epoll_wait(ep, &e, 1, SOON));
	fill_log(_metadata, self->w, 1);
	EXPECT_EQ(1, epoll_wait(ep, &e, 1, LATE));
	close(ep);
}

TEST_F(log, level)
{
	struct epoll_event e = { .events = EPOLLIN };
	int ep = epoll_create1(EPOLL_CLOEXEC);
	struct line line;

	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->r, &e));
	fill_log(_metadata, self->w, 2);
	EXPECT_EQ(1, epoll_wait(ep, &e, 1, LATE));
	EXPECT_EQ(1, epoll_wait(ep, &e, 1, 0));
	EXPECT_LT(0, get_line(self->r, &line));
	EXPECT_EQ(1, epoll_wait(ep, &e, 1, 0));
	EXPECT_LT(0, get_line(self->r, &line));
	EXPECT_EQ(0, epoll_wait(ep, &e, 1, 0));
	fill_log(_metadata, self->w, SMALL + 1);
	EXPECT_EQ(1, epoll_wait(ep, &e, 1, LATE));
	EXPECT_EQ(EPOLLIN | EPOLLERR, e.events);
	close(ep);
}

static void on_alarm(int sig)
{
}

TEST_F(log, interrupted)
{
	struct sigaction act = { .sa_handler = on_alarm };
	struct line line;
	int status;
	pid_t pid;

	ASSERT_EQ(0, sigaction(SIGUSR1, &act, NULL));
	pid = fork();
	if (!pid)
		_exit(get_line(self->b, &line) != -EINTR);
	usleep(SOON * 1000);
	kill(pid, SIGUSR1);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	/* told to go on, it goes on waiting, and for the same record */
	act.sa_flags = SA_RESTART;
	ASSERT_EQ(0, sigaction(SIGUSR1, &act, NULL));
	pid = fork();
	if (!pid)
		_exit(!next_is(self->b, 0, "x"));
	usleep(SOON * 1000);
	kill(pid, SIGUSR1);
	usleep(SOON * 1000);
	EXPECT_EQ(0, waitpid(pid, &status, WNOHANG));
	fill_log(_metadata, self->w, 1);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* Killed while they wait: the log is as before, and counts them no more. */
TEST_F(log, killed)
{
	struct line line;
	int status, i;
	pid_t pid[8];

	for (i = 0; i < 8; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(get_line(log_open("wait", O_RDONLY), &line) > 0);
	}
	usleep(2 * SOON * 1000);
	EXPECT_EQ(11, info_of(self->r).readers);
	for (i = 0; i < 8; i++) {
		kill(pid[i], SIGKILL);
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	EXPECT_EQ(3, info_of(self->r).readers);
	fill_log(_metadata, self->w, 1);
	EXPECT_TRUE(next_is(self->r, 0, "x"));
}

/* Answer each record by one, until the other one has enough. */
static int answer(void)
{
	int from = log_open("wait", O_RDONLY), to = log_open("pong", O_WRONLY);
	struct line line;

	do {
		if (get_line(from, &line) <= 0 || say(to, line.text) != 4)
			return 1;
	} while (strcmp(line.text, "done"));
	return 0;
}

/*
 * Each waits for the other's record and answers it. Once a wake-up is missed, both
 * wait for good; SIGALRM is for that.
 */
TEST_F(log, ping_pong)
{
	u64 end = now_ns(CLOCK_MONOTONIC) + PING_PONG_MS * 1000000ULL;
	const char *text = "ping";
	int b, i, status;
	pid_t pid;

	log_drop(self->fd, "pong");
	ASSERT_EQ(0, log_create(self->fd, "pong", NULL));
	pid = fork();
	if (!pid)
		_exit(answer());
	b = log_open("pong", O_RDONLY);
	for (i = 0; strcmp(text, "done"); i++) {
		if (now_ns(CLOCK_MONOTONIC) > end)
			text = "done";
		ASSERT_EQ(4, say(self->w, text));
		if (i % 2)
			ASSERT_EQ(HAS, polled(b, LATE));
		ASSERT_TRUE(next_is(b, i, text));
	}
	TH_LOG("%d times", i);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	close(b);
	EXPECT_EQ(0, log_drop(self->fd, "pong"));
}

/* A log that is destroyed: those who wait see its end. */
TEST_F(log, dropped)
{
	static struct waiter waiter[ARRAY_SIZE(ways)];
	int fd[ARRAY_SIZE(ways)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		fd[i] = log_open("wait", O_RDONLY);
		start(_metadata, &waiter[i], fd[i], ways[i]);
	}
	usleep(2 * SOON * 1000);
	ASSERT_EQ(0, log_drop(self->fd, "wait"));
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		pthread_join(waiter[i].thread, NULL);
		/* poll() and epoll say more than HAS, and the wait ends there */
		EXPECT_GE(0, waiter[i].ret) TH_LOG("%s", ways[i]);
		if (i < 2)
			EXPECT_EQ(0, waiter[i].ret) TH_LOG("%s", ways[i]);
		EXPECT_TRUE(polled(fd[i], 0) & POLLHUP);
		close(fd[i]);
	}
}

TESTS_NEED(have_device(), DEVICE)

TEST_HARNESS_MAIN
