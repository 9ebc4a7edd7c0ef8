// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec top: the terminal, if there is one
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "top.h"

static struct termios saved;
static bool keys;	/* can be read one by one */

static void write_out(const char *s)
{
	fputs(s, stdout);
	fflush(stdout);
}

static void screen_leave(void)
{
	write_out("\033[?25h\033[?1049l");
}

static void keys_leave(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

static void keys_open(void)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &saved))
		return;
	raw = saved;
	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;	/* it would leave the screen as it is */
	keys = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	if (keys)
		atexit(keys_leave);
}

/* Returns false if stdout is none. */
bool screen_open(void)
{
	const char *term = getenv("TERM");

	if (!isatty(STDOUT_FILENO) || !term || !strcmp(term, "dumb"))
		return false;
	keys_open();
	atexit(screen_leave);
	write_out("\033[?1049h\033[?25l");
	return true;
}

/* No line wraps and none scrolls. */
void screen_show(const char *text)
{
	struct winsize size = { 0 };
	size_t len;
	u32 row;

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	if (!size.ws_row || !size.ws_col)	/* a serial line does not know */
		size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	printf("\033[H");
	for (row = 0; *text && row < size.ws_row; row++) {
		len = strcspn(text, "\n");
		printf("%s%.*s\033[K", row ? "\r\n" : "",
		       (int)(len < size.ws_col ? len : size.ws_col), text);
		text += len + (text[len] == '\n');
	}
	printf("\033[J");
}

/* Returns false if it is to end: by q, by the end of input, or by a signal. */
static bool key_goes_on(void)
{
	char c;

	return read(STDIN_FILENO, &c, 1) == 1 && c != 'q' && c != 'Q' &&
	       c != ('D' & 0x1f);
}

bool screen_wait(u64 ns)
{
	struct pollfd fd = { .fd = keys ? STDIN_FILENO : -1, .events = POLLIN };
	u64 end = top_clock() + ns, now;
	int ready;

	while (!was_interrupted()) {
		now = top_clock();
		if (now >= end)
			return true;
		ready = poll(&fd, 1, (end - now + 999999) / 1000000);
		if (ready > 0 && !key_goes_on())
			return false;
	}
	return false;
}
