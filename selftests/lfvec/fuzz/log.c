// SPDX-License-Identifier: GPL-2.0
/*
 * Calls on /dev/lfvec/NAME
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

static int *slot(struct hand *h, struct rnd *r)
{
	return &h->files->log[below(r, LOG_FDS)];
}

#define READ(_name, ...)	FIELD(lfvec_log_read, _name, __VA_ARGS__)

static struct field read_fields[] = {
	READ(buf, BUF, 0, 0x4000), READ(size, RANGE, 0, 0x4000, 0xffffffff),
	READ(flags, BITS, 0, 3, 3), READ(seq, ANY), READ(lost, ANY), READ(nr, ANY),
	READ(pad, ZERO), READ(reserved, ZERO), FIELD_END,
};

/* Most of them do not wait. */
static void read_fix(struct rnd *r, void *arg)
{
	struct lfvec_log_read *read = arg;

	if (!one_in(r, 64))
		read->flags |= LFVEC_LOG_READ_NOWAIT;
	if (read->flags & LFVEC_LOG_READ_FROM && !one_in(r, 4))
		read->seq = below(r, 300);
	if (one_in(r, 2))
		read->size = 0x1000;
}

static struct field level_fields[] = {
	{ "level", 0, sizeof(__u32), FIELD_RANGE, { 0, 7, 7 } }, FIELD_END,
};

/* Few are dumped, as a console is slow. */
static struct field dump_fields[] = {
	{ "nr", 0, sizeof(__u32), FIELD_RANGE, { 1, 4, 1000 } }, FIELD_END,
};

static void level_fix(struct rnd *r, void *arg)
{
	__u32 *level = arg;

	if (one_in(r, 2))
		*level = 7;
}

static struct command info_command = { .cmd = LFVEC_LOG_INFO };

static struct command read_command = {
	.cmd = LFVEC_LOG_READ, .field = read_fields, .fix = read_fix,
};

static struct command level_command = {
	.cmd = LFVEC_LOG_SET_LEVEL, .field = level_fields, .fix = level_fix,
};

static struct command dump_command = {
	.cmd = LFVEC_LOG_DUMP, .field = dump_fields,
};

static struct command clear_command = { .cmd = LFVEC_LOG_CLEAR };

static long log_ioctl(struct hand *h, struct rnd *r, const struct call *call)
{
	int fd = slot_get(slot(h, r));

	note(h, " fd %d", fd);
	return command_call(h, r, fd, call->command);
}

static long log_unknown(struct hand *h, struct rnd *r, const struct call *call)
{
	static const unsigned long known[] = {
		LFVEC_LOG_INFO, LFVEC_LOG_READ, LFVEC_LOG_SET_LEVEL, LFVEC_LOG_CLEAR,
		LFVEC_LOG_DUMP,
	};
	unsigned long cmd = known[below(r, ARRAY_SIZE(known))] ^ 1UL << below(r, 32);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (cmd == known[i])
			return 0;
	h->bad = true;
	note(h, " %#lx", cmd);
	return ioctl(slot_get(slot(h, r)), cmd, h->data);
}

static long log_open(struct hand *h, struct rnd *r, const struct call *call)
{
	static const int modes[] = {
		O_RDWR, O_RDWR, O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY,
	};
	static const int more[] = {
		O_APPEND, O_TRUNC, O_PATH, O_DIRECT, O_DSYNC, O_DIRECTORY, O_ASYNC,
		O_NOFOLLOW, O_NOATIME, O_LARGEFILE, 3,
	};
	char path[64] = "/dev/lfvec/";
	int *to = slot(h, r), fd, flags;

	name_choose(r, path + strlen(path), true);
	flags = modes[below(r, ARRAY_SIZE(modes))] | O_CLOEXEC;
	if (!one_in(r, 32))
		flags |= O_NONBLOCK;
	if (one_in(r, 8))
		flags |= more[below(r, ARRAY_SIZE(more))];
	note(h, " %s %#x", path, flags);
	fd = open(path, flags, 0);
	if (fd < 0)
		return -1;
	slot_put(to, fd);
	return 0;
}

static long log_close(struct hand *h, struct rnd *r, const struct call *call)
{
	slot_put(slot(h, r), -1);
	return 0;
}

static long log_dup(struct hand *h, struct rnd *r, const struct call *call)
{
	int fd = dup(slot_get(slot(h, r)));

	if (fd < 0)
		return -1;
	slot_put(slot(h, r), fd);
	return 0;
}

static size_t choose_size(struct hand *h, struct rnd *r)
{
	static const size_t some[] = { 0, 1, 7, 100, 4095, 4096, 4097, 8192, 8193 };

	if (!one_in(r, 16))
		return LFVEC_LOG_LINE_MAX;
	if (!one_in(r, 4))
		return some[below(r, ARRAY_SIZE(some))];
	h->tricked = true;
	return odd_value(r);
}

static int choose_iov(struct hand *h, struct rnd *r, struct iovec *iov, size_t each)
{
	int nr = one_in(r, 16) ? below(r, 2000) : 1 + below(r, 4), i;

	for (i = 0; i < nr && i < 4; i++) {
		iov[i].iov_len = below(r, each + 1);
		iov[i].iov_base = (void *)(uintptr_t)memory_pointer(h, r, iov[i].iov_len);
	}
	if (nr > 4)
		h->tricked = true;
	return nr;
}

static long log_read(struct hand *h, struct rnd *r, const struct call *call)
{
	int fd = slot_get(slot(h, r)), nr;
	size_t size = choose_size(h, r);
	void *to = (void *)(uintptr_t)memory_pointer(h, r, size);
	struct iovec iov[4];

	note(h, " fd %d to %p size %zu", fd, to, size);
	switch (below(r, 16)) {
	case 0:
		return pread(fd, to, size, odd_value(r));
	case 1:
		nr = choose_iov(h, r, iov, LFVEC_LOG_LINE_MAX);
		return readv(fd, iov, nr);
	case 2:
		nr = choose_iov(h, r, iov, LFVEC_LOG_LINE_MAX);
		return preadv2(fd, iov, nr, -1, below(r, 64));
	default:
		return read(fd, to, size);
	}
}

static size_t choose_line(struct hand *h, struct rnd *r)
{
	if (!one_in(r, 8))
		return below(r, 200);
	if (!one_in(r, 4))
		return below(r, LFVEC_LOG_RECORD_MAX + 2);
	h->tricked = true;
	return odd_value(r);
}

static long log_write(struct hand *h, struct rnd *r, const struct call *call)
{
	int fd = slot_get(slot(h, r)), nr;
	size_t size = choose_line(h, r);
	void *from = h->data;
	struct iovec iov[4];

	memory_text(h, r, size);
	if (one_in(r, 4))
		from = (void *)(uintptr_t)memory_pointer(h, r, size);
	note(h, " fd %d from %p size %zu", fd, from, size);
	h->bad = size > LFVEC_LOG_RECORD_MAX;
	switch (below(r, 16)) {
	case 0:
		return pwrite(fd, from, size, odd_value(r));
	case 1:
		h->bad = false;
		nr = choose_iov(h, r, iov, 1100);
		return writev(fd, iov, nr);
	case 2:
		h->bad = false;
		nr = choose_iov(h, r, iov, 1100);
		return pwritev2(fd, iov, nr, -1, below(r, 64));
	default:
		return write(fd, from, size);
	}
}

static long log_seek(struct hand *h, struct rnd *r, const struct call *call)
{
	static const int whence[] = { SEEK_SET, SEEK_DATA, SEEK_END, SEEK_CUR, SEEK_HOLE, 9 };
	int how = whence[one_in(r, 8) ? below(r, 6) : below(r, 3)];
	off_t offset = one_in(r, 8) ? odd_value(r) : 0;

	h->bad = offset || how == SEEK_CUR || how == SEEK_HOLE || how == 9;
	return lseek(slot_get(slot(h, r)), offset, how);
}

/* With files of all kinds, and some that are not open. */
static long log_poll(struct hand *h, struct rnd *r, const struct call *call)
{
	struct timespec t = { 0, below(r, 1000000) };
	nfds_t nr = 1 + below(r, 4), i;
	struct pollfd p[4];
	sigset_t none;

	for (i = 0; i < nr; i++) {
		p[i].fd = one_in(r, 16) ? h->files->stress[below(r, STRESS_FDS)] :
			  slot_get(slot(h, r));
		p[i].events = rnd(r);
	}
	if (one_in(r, 2))
		return poll(p, nr, one_in(r, 64) ? -1 : 0);
	sigemptyset(&none);
	return ppoll(p, nr, &t, one_in(r, 2) ? &none : NULL);
}

static long log_epoll(struct hand *h, struct rnd *r, const struct call *call)
{
	struct epoll_event e = { .events = rnd(r) & ~(u32)EPOLLEXCLUSIVE };
	int fd = epoll_create1(EPOLL_CLOEXEC), one, i;
	long ret;

	if (fd < 0)
		return -1;
	for (i = 0; i < 2; i++) {
		one = slot_get(slot(h, r));
		if (one_in(r, 4))
			e.events |= EPOLLET;
		epoll_ctl(fd, EPOLL_CTL_ADD, one, &e);
	}
	if (one_in(r, 4))
		slot_put(slot(h, r), -1);
	ret = epoll_wait(fd, &e, 1, one_in(r, 16) ? 2 : 0);
	close(fd);
	return ret;
}

static long log_select(struct hand *h, struct rnd *r, const struct call *call)
{
	int fd = slot_get(slot(h, r));
	struct timeval t = { 0, below(r, 1000) };
	fd_set in, out, odd;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&odd);
	if (fd < 0 || fd >= FD_SETSIZE)
		return 0;
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	FD_SET(fd, &odd);
	return select(fd + 1, &in, &out, &odd, &t);
}

static long log_fcntl(struct hand *h, struct rnd *r, const struct call *call)
{
	int fd = slot_get(slot(h, r));

	if (one_in(r, 4))
		return fcntl(fd, F_SETOWN, getpid());
	return fcntl(fd, F_SETFL, (one_in(r, 32) ? 0 : O_NONBLOCK) |
		     (one_in(r, 8) ? O_ASYNC | O_APPEND : 0));
}

/* What this file is not for. */
static long log_other(struct hand *h, struct rnd *r, const struct call *call)
{
	int fd = slot_get(slot(h, r)), other = slot_get(slot(h, r));
	int flags = below(r, 2) ? MAP_SHARED : MAP_PRIVATE;
	void *p;

	h->bad = true;
	switch (below(r, 6)) {
	case 0:
		p = mmap(NULL, 4096, PROT_READ, flags, fd, 0);
		return p == MAP_FAILED ? -1 : 0;
	case 1:
		return ftruncate(fd, below(r, 2));
	case 2:
		return sendfile(other, fd, NULL, 100);
	case 3:
		return splice(fd, NULL, other, NULL, 100, SPLICE_F_NONBLOCK);
	case 4:
		return fallocate(fd, 0, 0, 4096);
	default:
		return copy_file_range(fd, NULL, other, NULL, 100, 0);
	}
}

const struct call calls_log[] = {
	{ "log open", 120, 30, log_open, NULL },
	{ "log close", 10, 10, log_close, NULL },
	{ "log dup", 8, 0, log_dup, NULL },
	{ "log read", 840, 10, log_read, NULL },
	{ "log write", 840, 20, log_write, NULL },
	{ "log seek", 180, 0, log_seek, NULL },
	{ "log poll", 180, 0, log_poll, NULL },
	{ "log epoll", 10, 0, log_epoll, NULL },
	{ "log select", 60, 0, log_select, NULL },
	{ "log fcntl", 60, 0, log_fcntl, NULL },
	{ "log other", 60, 0, log_other, NULL },
	{ "log unknown", 60, 0, log_unknown, NULL },
	{ "LOG_INFO", 240, 0, log_ioctl, &info_command },
	{ "LOG_READ", 600, 0, log_ioctl, &read_command },
	{ "LOG_SET_LEVEL", 20, 0, log_ioctl, &level_command },
	{ "LOG_CLEAR", 36, 0, log_ioctl, &clear_command },
	{ "LOG_DUMP", 1, 0, log_ioctl, &dump_command },
};

const unsigned int nr_calls_log = ARRAY_SIZE(calls_log);
