// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfvec top on a terminal: it shows all in place, takes q, and leaves the terminal as
 * it was.
 */
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "common.h"

#define ENTER	"\033[?1049h"
#define LEAVE	"\033[?1049l"
#define HOME	"\033[H"

static void tool_path(char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 1);

	path[len > 0 ? len : 0] = '\0';
	strcpy(path + strlen(dirname(path)), "/lfvec");
}

FIXTURE(screen)
{
	int	fd;	/* the other end of the terminal */
	int	tty;	/* keeps it */
	pid_t	pid;
	struct termios before;
	char	text[1 << 16];
	size_t	len;
};

static void run_top(int tty, const char *path)
{
	setsid();
	ioctl(tty, TIOCSCTTY, 0);
	dup2(tty, STDIN_FILENO);
	dup2(tty, STDOUT_FILENO);
	setenv("TERM", "linux", 1);
	execl(path, "lfvec", "top", "-d", "0.1", NULL);
	_exit(127);
}

FIXTURE_SETUP(screen)
{
	struct winsize size = { .ws_row = 5, .ws_col = 30 };
	char path[4096];

	tool_path(path, sizeof(path));
	ASSERT_EQ(0, openpty(&self->fd, &self->tty, NULL, NULL, &size));
	ASSERT_EQ(0, tcgetattr(self->tty, &self->before));
	self->pid = fork();
	ASSERT_LE(0, self->pid);
	if (!self->pid)
		run_top(self->tty, path);
}

FIXTURE_TEARDOWN(screen)
{
	close(self->fd);
	close(self->tty);
}

/* Read until @what has come @times times, for at most 20 s. */
static bool wait_for(struct _test_data_screen *self, const char *what, int times)
{
	struct pollfd p = { .fd = self->fd, .events = POLLIN };
	int found, tries = 200;
	const char *at;
	ssize_t n;

	while (tries--) {
		for (found = 0, at = self->text; (at = strstr(at, what)); at++)
			found++;
		if (found >= times)
			return true;
		if (poll(&p, 1, 100) <= 0)
			continue;
		n = read(self->fd, self->text + self->len,
			 sizeof(self->text) - 1 - self->len);
		if (n > 0)
			self->len += n;
	}
	return false;
}

static int ended(struct _test_data_screen *self)
{
	int status = -1, tries = 200;

	while (tries-- && waitpid(self->pid, &status, WNOHANG) != self->pid)
		usleep(100000);
	return status;
}

static bool as_before(struct _test_data_screen *self)
{
	struct termios now;

	return !tcgetattr(self->tty, &now) &&
	       now.c_lflag == self->before.c_lflag &&
	       !memcmp(now.c_cc, self->before.c_cc, sizeof(now.c_cc));
}

TEST_F(screen, shows_in_place)
{
	const char *line, *end;
	int rows = 0;
	size_t len;

	ASSERT_TRUE(wait_for(self, ENTER, 1));
	ASSERT_TRUE(wait_for(self, HOME "lfvec top, ", 4));
	/* as much as there is room for */
	line = strstr(self->text, HOME);
	end = strstr(line + 1, HOME);
	ASSERT_NE(NULL, end);
	for (; line < end; line += len + 1, rows++) {
		len = strcspn(line, "\n");
		if (len > (size_t)(end - line))
			len = end - line;
		EXPECT_GE(30 + sizeof("\033[H\033[K\033[J\r"), len);
	}
	EXPECT_EQ(5, rows);
	EXPECT_EQ(1, write(self->fd, "q", 1));
	EXPECT_EQ(0, ended(self));
	EXPECT_TRUE(wait_for(self, LEAVE, 1));
	EXPECT_TRUE(as_before(self));
}

TEST_F(screen, ends_with_an_interrupt)
{
	ASSERT_TRUE(wait_for(self, HOME "lfvec top, ", 1));
	EXPECT_EQ(1, write(self->fd, "\003", 1));
	EXPECT_EQ(0, ended(self));
	EXPECT_TRUE(wait_for(self, LEAVE, 1));
	EXPECT_TRUE(as_before(self));
}

TEST_F(screen, other_keys_do_nothing)
{
	ASSERT_TRUE(wait_for(self, HOME "lfvec top, ", 1));
	EXPECT_EQ(3, write(self->fd, "x \032", 3));
	EXPECT_TRUE(wait_for(self, HOME "lfvec top, ", 4));
	EXPECT_EQ(0, kill(self->pid, SIGTERM));
	EXPECT_EQ(0, ended(self));
	EXPECT_TRUE(as_before(self));
}

static bool have_terminal(void)
{
	int fd, tty;

	if (openpty(&fd, &tty, NULL, NULL, NULL))
		return false;
	close(fd);
	close(tty);
	return true;
}

TESTS_NEED(have_device() && have_terminal(), DEVICE ", or no devpts at /dev/pts")

TEST_HARNESS_MAIN
