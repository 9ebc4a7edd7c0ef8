// SPDX-License-Identifier: GPL-2.0
/*
 * Calls on /dev/lfvec_stress
 *
 * What they ask for is little, or more than there may ever be: of memory, of time
 * and of other CPUs' patience.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define DEVICE	"/dev/lfvec_stress"

#define VEC(_name, ...)	FIELD(lfvec_stress_vec, _name, __VA_ARGS__)
#define IO(_name, ...)	FIELD(lfvec_stress_io, _name, __VA_ARGS__)
#define RUN(_name, ...)	FIELD(lfvec_stress_run, _name, __VA_ARGS__)
#define LOG(_name, ...)	FIELD(lfvec_stress_log, _name, __VA_ARGS__)
#define STORM(_name, ...) FIELD(lfvec_stress_storm, _name, __VA_ARGS__)
#define WAIT(_name, ...) FIELD(lfvec_stress_wait, _name, __VA_ARGS__)
#define BENCH(_name, ...) FIELD(lfvec_stress_bench, _name, __VA_ARGS__)
#define LOG_COST(_name, ...) FIELD(lfvec_stress_log_cost, _name, __VA_ARGS__)

#define FORMS	(LFVEC_STRESS_OVERWRITE | LFVEC_STRESS_APPEND_ONLY)
#define ELEMS	LFVEC_STRESS_ELEMS_MAX
#define BATCH	64

/* --- vectors ---------------------------------------------------------------- */

static struct field create_fields[] = {
	VEC(name, VECTOR), VEC(esize, RANGE, 1, 256, 4096),
	VEC(form, BITS, 0, FORMS, FORMS), VEC(first, RANGE, 0, 64, ELEMS),
	VEC(max, RANGE, 0, 2048, ELEMS), VEC(spare, RANGE, 0, 32, 65536),
	VEC(backlog, RANGE, 0, 1024, ELEMS), VEC(reserved, ZERO), FIELD_END,
};

static void create_fix(struct rnd *r, void *arg)
{
	struct lfvec_stress_vec *vec = arg;

	if (one_in(r, 2))
		vec->esize = 8;
	else if (one_in(r, 16))
		vec->esize = 4096;
	vec->first = one_in(r, 2) ? 0 : 1U << below(r, 6);
	if (!vec->max && vec->esize > 16)
		vec->max = 100;
	if (vec->form & LFVEC_STRESS_OVERWRITE) {
		vec->first = 0;
		vec->max = 1U << below(r, 11);
	}
}

static struct field name_fields[] = {
	VEC(name, VECTOR), VEC(esize, ZERO), VEC(form, ZERO), VEC(first, ZERO),
	VEC(max, ZERO), VEC(spare, ZERO), VEC(backlog, ZERO), VEC(reserved, ZERO),
	FIELD_END,
};

static struct command create_command = {
	.cmd = LFVEC_STRESS_CREATE, .field = create_fields, .fix = create_fix,
};

static struct command attach_command = {
	.cmd = LFVEC_STRESS_ATTACH, .field = name_fields,
};

static struct command drop_command = {
	.cmd = LFVEC_STRESS_DROP, .field = name_fields,
};

#define IO_COMMON	IO(reserved, ZERO)
#define IO_NOWAIT	IO(flags, BITS, 0, LFVEC_STRESS_NOWAIT, LFVEC_STRESS_NOWAIT)
#define IO_COUNT	IO(count, RANGE, 1, BATCH, BATCH)
/* more is not looked at, as most elements are smaller */
#define IO_BUF		IO(buf, BUF, 0, BATCH * 4096)

static struct field push_fields[] = {
	IO(index, ANY), IO_BUF, IO(old, ZERO), IO_COUNT, IO_NOWAIT, IO_COMMON, FIELD_END,
};

static struct field pop_fields[] = {
	IO(index, ANY), IO_BUF, IO(old, ZERO), IO_COUNT, IO(flags, ZERO), IO_COMMON,
	FIELD_END,
};

static struct field load_fields[] = {
	IO(index, INDEX), IO(buf, BUF, 0, 4096), IO(old, ZERO), IO(count, ZERO),
	IO(flags, ZERO), IO_COMMON, FIELD_END,
};

static struct field store_fields[] = {
	IO(index, INDEX), IO(buf, BUF, 0, 4096), IO(old, ZERO), IO(count, ZERO),
	IO_NOWAIT, IO_COMMON, FIELD_END,
};

static struct field swap_fields[] = {
	IO(index, INDEX), IO(buf, BUF, 0, 4096), IO(old, BUF, 0, 4096),
	IO(count, ZERO), IO_NOWAIT, IO_COMMON, FIELD_END,
};

static struct field index_fields[] = {
	IO(index, INDEX), IO(buf, ZERO), IO(old, ZERO), IO(count, ZERO),
	IO(flags, ZERO), IO_COMMON, FIELD_END,
};

static struct field reserve_fields[] = {
	IO(index, RANGE, 0, 256, ELEMS), IO(buf, ZERO), IO(old, ZERO),
	IO(count, ZERO), IO_NOWAIT, IO_COMMON, FIELD_END,
};

static struct command push_command = {
	.cmd = LFVEC_STRESS_PUSH, .field = push_fields,
};

static struct command pop_command = {
	.cmd = LFVEC_STRESS_POP, .field = pop_fields,
};

static struct command load_command = {
	.cmd = LFVEC_STRESS_LOAD, .field = load_fields,
};

static struct command peek_command = {
	.cmd = LFVEC_STRESS_PEEK, .field = load_fields,
};

static struct command store_command = {
	.cmd = LFVEC_STRESS_STORE, .field = store_fields,
};

static struct command xchg_command = {
	.cmd = LFVEC_STRESS_XCHG, .field = swap_fields,
};

static struct command cmpxchg_command = {
	.cmd = LFVEC_STRESS_CMPXCHG, .field = swap_fields,
};

static struct command truncate_command = {
	.cmd = LFVEC_STRESS_TRUNCATE, .field = index_fields,
};

static struct command size_command = {
	.cmd = LFVEC_STRESS_SIZE, .field = index_fields,
};

static struct command oldest_command = {
	.cmd = LFVEC_STRESS_OLDEST, .field = index_fields,
};

static struct command shrink_command = {
	.cmd = LFVEC_STRESS_SHRINK, .field = index_fields,
};

static struct command reserve_command = {
	.cmd = LFVEC_STRESS_RESERVE, .field = reserve_fields,
};

static struct command stats_command = { .cmd = LFVEC_STRESS_STATS };

static struct command info_command = { .cmd = LFVEC_STRESS_INFO };

/* --- runs ------------------------------------------------------------------- */

#define RUN_FLAGS	0x7fU
#define CONTEXTS	0xeU

static struct field run_fields[] = {
	RUN(impl, RANGE, 0, LFVEC_STRESS_IMPLS - 1, LFVEC_STRESS_IMPLS - 1),
	RUN(threads, RANGE, 1, 4, LFVEC_STRESS_THREADS_MAX),
	RUN(flags, BITS, 0, RUN_FLAGS, RUN_FLAGS),
	RUN(esize, RANGE, 1, 64, 4096),
	RUN(values, RANGE, 0, 300, LFVEC_STRESS_VALUES_MAX),
	RUN(batch, RANGE, 1, BATCH, BATCH),
	RUN(duration, RANGE, 0, 10, LFVEC_STRESS_DURATION_MAX),
	RUN(contexts, BITS, 0, CONTEXTS, CONTEXTS),
	RUN(ops, RANGE, 0, 500, LFVEC_STRESS_OPS_MAX),
	RUN(first, RANGE, 0, 64, ELEMS), RUN(max, RANGE, 0, 2048, ELEMS),
	RUN(seed, ANY), RUN(mix, FIX), RUN(spare, RANGE, 0, 32, ELEMS),
	RUN(backlog, RANGE, 0, 1024, ELEMS), RUN(fill, RANGE, 0, 64, ELEMS),
	RUN(form, BITS, 0, FORMS, FORMS),
	RUN(shrink, RANGE, 0, 5, LFVEC_STRESS_DURATION_MAX), RUN(more, FIX),
	RUN(history, RANGE, 0, 64, LFVEC_STRESS_HISTORY_MAX), RUN(round, ANY),
	RUN(reserved, ZERO), FIELD_END,
};

/* 100 in sum; a vector that only grows cannot do all. */
static void run_fix_mix(struct rnd *r, struct lfvec_stress_run *run)
{
	bool grows = run->form & LFVEC_STRESS_APPEND_ONLY;
	u32 some = below(r, 100);

	memset(run->mix, 0, sizeof(run->mix));
	memset(run->more, 0, sizeof(run->more));
	run->mix[LFVEC_STRESS_OP_PUSH] = 100 - some;
	if (run->impl != LFVEC_STRESS_LFVEC)
		run->mix[LFVEC_STRESS_OP_POP] += some;
	else if (one_in(r, 4))
		run->more[LFVEC_STRESS_OP_PEEK - LFVEC_STRESS_OPS] = some;
	else if (grows)
		run->mix[LFVEC_STRESS_OP_LOAD] = some;
	else
		run->mix[below(r, LFVEC_STRESS_OPS)] += some;
	if (one_in(r, 32))
		run->mix[below(r, LFVEC_STRESS_OPS)] = odd_value(r);
}

static void run_fix(struct rnd *r, void *arg)
{
	struct lfvec_stress_run *run = arg;

	if (one_in(r, 2)) {
		run->impl = LFVEC_STRESS_LFVEC;
		run->contexts = one_in(r, 2) ? 0 : run->contexts;
	} else {
		run->contexts = 0;
		run->form = 0;
		run->shrink = 0;
		run->esize = 8;
	}
	if (run->flags & LFVEC_STRESS_RUN_ATOMIC)
		run->flags &= ~LFVEC_STRESS_RUN_STOCK;
	if (one_in(r, 2))
		run->esize = 8;
	run->first = one_in(r, 2) ? 0 : 1U << below(r, 6);
	if (run->form & LFVEC_STRESS_OVERWRITE) {
		run->first = 0;
		run->max = 64U << below(r, 5);
	} else if (run->max) {
		run->max += run->fill;
	}
	if (one_in(r, 2) || !run->history) {
		run->history = 0;
		run->round = 0;
		run->flags &= ~LFVEC_STRESS_RUN_CLOCK;
	} else if (run->contexts & 1U << LFVEC_STRESS_NMI) {
		run->flags &= ~LFVEC_STRESS_RUN_CLOCK;
	}
	if (run->esize < 8)
		run->values = 1 + run->values % 100;
	/* without an end of its own, until it is stopped */
	if (one_in(r, 16) && run->ops) {
		run->threads = 1;
		run->flags &= ~LFVEC_STRESS_RUN_HOG;
		run->ops = LFVEC_STRESS_OPS_MAX;
		run->duration = 200;
	} else if (!run->ops) {
		run->ops = 100;
	}
	run_fix_mix(r, run);
}

static struct field wait_fields[] = {
	WAIT(timeout, ANY), WAIT(running, ZERO), WAIT(ops, ZERO),
	WAIT(elapsed, ZERO), WAIT(reserved, ZERO), FIELD_END,
};

static struct field bench_fields[] = {
	BENCH(peer, RANGE, 0, LFVEC_STRESS_PEERS - 1, LFVEC_STRESS_PEERS - 1),
	BENCH(work, RANGE, 0, LFVEC_STRESS_WORKS - 1, LFVEC_STRESS_WORKS - 1),
	BENCH(threads, RANGE, 1, 3, LFVEC_STRESS_BENCH_THREADS_MAX),
	BENCH(esize, RANGE, 1, 64, 4096), BENCH(batch, FIX),
	BENCH(flags, FIX), BENCH(mix, FIX),
	BENCH(elems, RANGE, 1, 300, ELEMS),
	BENCH(ops, RANGE, 1, 300, LFVEC_STRESS_BENCH_OPS_MAX), BENCH(seed, ANY),
	BENCH(buf, BUF, 0, LFVEC_STRESS_BENCH_CELLS * 8), BENCH(elapsed, ZERO),
	BENCH(span, ZERO), BENCH(done, ZERO), BENCH(failed, ZERO),
	BENCH(longest, ZERO), BENCH(bytes, ZERO), BENCH(reserved, ZERO),
	FIELD_END,
};

static void bench_fix(struct rnd *r, void *arg)
{
	struct lfvec_stress_bench *bench = arg;

	bench->batch = bench->work == LFVEC_STRESS_WORK_PUSH_MANY ?
		       1 + below(r, BATCH) : 0;
	memset(bench->mix, 0, sizeof(bench->mix));
	if (bench->work == LFVEC_STRESS_WORK_MIX) {
		bench->mix[1] = below(r, 50);
		bench->mix[3] = below(r, 50);
		bench->mix[0] = 100 - bench->mix[1] - bench->mix[3];
	}
	if (one_in(r, 32))
		bench->mix[below(r, 4)] = odd_value(r);
	bench->flags = LFVEC_STRESS_BENCH_LATENCY;
	if (one_in(r, 2)) {
		bench->flags = 0;
		bench->buf = 0;
	}
	if (one_in(r, 2))
		bench->esize = 8;
	if (bench->elems < bench->threads * 64)
		bench->elems += bench->threads * 64;
}

#define HISTORY(_name, ...) FIELD(lfvec_stress_history, _name, __VA_ARGS__)

static struct field history_fields[] = {
	HISTORY(buf, BUF, 0, 0x4000), HISTORY(size, RANGE, 0, 0x4000, ~0ULL),
	HISTORY(offset, INDEX), HISTORY(worker, RANGE, 0, 3, 0xffffffff),
	HISTORY(workers, ZERO), HISTORY(total, ZERO), HISTORY(reserved, ZERO), FIELD_END,
};

static struct command history_command = {
	.cmd = LFVEC_STRESS_HISTORY, .field = history_fields,
};

static struct command start_command = {
	.cmd = LFVEC_STRESS_START, .field = run_fields, .fix = run_fix,
};

static struct command wait_command = {
	.cmd = LFVEC_STRESS_WAIT, .field = wait_fields,
};

static struct command stop_command = { .cmd = LFVEC_STRESS_STOP };

static struct command result_command = { .cmd = LFVEC_STRESS_RESULT };

static struct command bench_command = {
	.cmd = LFVEC_STRESS_BENCH, .field = bench_fields, .fix = bench_fix,
};

/* --- logs ------------------------------------------------------------------- */

static struct field log_create_fields[] = {
	LOG(name, LOG), LOG(records, RANGE, 0, 512, 0x1000000),
	LOG(bytes, RANGE, 0, 0x10000, LFVEC_STRESS_LOG_BYTES_MAX),
	LOG(backlog, RANGE, 0, 0x40000, LFVEC_STRESS_LOG_BYTES_MAX),
	LOG(policy, RANGE, 0, 1, 1), LOG(clock, RANGE, 0, 3, 3),
	LOG(level, RANGE, 0, 7, 7), LOG(mode, BITS, 0, 0666, 0666),
	LOG(gid, ANY), LOG(dump, RANGE, 0, 10, 1000),
	LOG(interval, RANGE, 0, 100, LFVEC_STRESS_DURATION_MAX),
	LOG(burst, RANGE, 0, 1000, 0x7fffffff), LOG(reserved, ZERO), FIELD_END,
};

static void log_create_fix(struct rnd *r, void *arg)
{
	struct lfvec_stress_log *log = arg;

	if (one_in(r, 4))
		log->bytes = 0x2000 << below(r, 4);
	else
		log->bytes = 0;
	log->backlog = one_in(r, 2) ? 0 : 0x10000 << below(r, 3);
	if (!one_in(r, 4))
		log->mode = 0666;
	if (!one_in(r, 8))
		log->gid = below(r, 70000);
	if (!one_in(r, 4))
		log->level = 7;
	if (!log->interval || !log->burst || one_in(r, 2)) {
		log->interval = 0;
		log->burst = 0;
	}
}

static struct field log_drop_fields[] = {
	LOG(name, LOG), LOG(records, ZERO), LOG(bytes, ZERO), LOG(backlog, ZERO),
	LOG(policy, ZERO), LOG(clock, ZERO), LOG(level, ZERO), LOG(mode, ZERO),
	LOG(gid, ZERO), LOG(dump, ZERO), LOG(interval, ZERO), LOG(burst, ZERO),
	LOG(reserved, ZERO), FIELD_END,
};

static struct field storm_fields[] = {
	STORM(name, LOG),
	STORM(threads, RANGE, 1, 4, LFVEC_STRESS_STORM_THREADS_MAX),
	STORM(contexts, BITS, 0, CONTEXTS, CONTEXTS),
	STORM(flags, BITS, 0, LFVEC_STRESS_STORM_NO_TASK, LFVEC_STRESS_STORM_NO_TASK),
	STORM(duration, RANGE, 0, 10, LFVEC_STRESS_DURATION_MAX),
	STORM(count, RANGE, 0, 200, LFVEC_STRESS_OPS_MAX),
	STORM(min, RANGE, 0, 100, LFVEC_STRESS_STORM_LEN_MAX),
	STORM(max, RANGE, 0, LFVEC_STRESS_STORM_LEN_MAX, LFVEC_STRESS_STORM_LEN_MAX),
	STORM(pause, RANGE, 0, 100, LFVEC_STRESS_STORM_PAUSE_MAX), STORM(pad, ZERO),
	STORM(seed, ANY), STORM(elapsed, ZERO), STORM(written, ZERO),
	STORM(dropped, ZERO), STORM(cut, ZERO), STORM(discarded, ZERO),
	STORM(unordered, ZERO), STORM(first, ZERO), STORM(next, ZERO),
	STORM(log_written, ZERO), STORM(log_overwritten, ZERO),
	STORM(log_dropped, ZERO), STORM(log_cut, ZERO), STORM(peak, ZERO),
	STORM(limit, ZERO), STORM(reserved, ZERO), FIELD_END,
};

/* It ends soon, as only SIGKILL ends it sooner. */
static void storm_fix(struct rnd *r, void *arg)
{
	struct lfvec_stress_storm *storm = arg;

	if (!storm->duration)
		storm->duration = 1;
	if (storm->max < storm->min)
		storm->max = storm->min;
	if (one_in(r, 2))
		storm->contexts = 0;
	if (!storm->contexts)
		storm->flags = 0;
}

static struct field log_cost_fields[] = {
	LOG_COST(work, RANGE, 0, LFVEC_STRESS_LOGCOST_WORKS - 1,
		 LFVEC_STRESS_LOGCOST_WORKS - 1),
	LOG_COST(ops, RANGE, 1, 200, LFVEC_STRESS_COST_MAX),
	LOG_COST(elapsed, ZERO), LOG_COST(reserved, ZERO), FIELD_END,
};

static struct command log_create_command = {
	.cmd = LFVEC_STRESS_LOG_CREATE, .field = log_create_fields, .fix = log_create_fix,
};

static struct command log_drop_command = {
	.cmd = LFVEC_STRESS_LOG_DROP, .field = log_drop_fields,
};

static struct command storm_command = {
	.cmd = LFVEC_STRESS_LOG_STORM, .field = storm_fields, .fix = storm_fix,
};

static struct command log_cost_command = {
	.cmd = LFVEC_STRESS_LOG_COST, .field = log_cost_fields,
};

/* --- calls ------------------------------------------------------------------ */

static int *slot(struct hand *h, struct rnd *r)
{
	return &h->files->stress[below(r, STRESS_FDS)];
}

static long stress_ioctl_on(struct hand *h, struct rnd *r, const struct call *call,
			    int fd)
{
	long ret;

	note(h, " fd %d", fd);
	ret = command_call(h, r, fd, call->command);
	if (!ret && h->user)
		fail(h, "an ioctl for root by somebody else");
	return ret;
}

static long stress_ioctl(struct hand *h, struct rnd *r, const struct call *call)
{
	return stress_ioctl_on(h, r, call, slot_get(slot(h, r)));
}

/* Few files have runs, so that who waits finds one. */
static long stress_run(struct hand *h, struct rnd *r, const struct call *call)
{
	return stress_ioctl_on(h, r, call, slot_get(&h->files->stress[below(r, 2)]));
}

/* A command like one that there is. */
static long stress_unknown(struct hand *h, struct rnd *r, const struct call *call)
{
	const struct call *like = &calls_stress[below(r, nr_calls_stress)];
	unsigned long cmd = like->command ? like->command->cmd : LFVEC_STRESS_INFO;
	unsigned int i;

	cmd ^= 1UL << below(r, 32);
	for (i = 0; i < nr_calls_stress; i++)
		if (calls_stress[i].command && calls_stress[i].command->cmd == cmd)
			return 0;
	h->bad = true;
	note(h, " %#lx", cmd);
	return ioctl(slot_get(slot(h, r)), cmd, h->data);
}

static long stress_open(struct hand *h, struct rnd *r, const struct call *call)
{
	static const int flags[] = {
		O_RDWR, O_RDWR, O_RDONLY, O_WRONLY, O_RDWR | O_NONBLOCK,
		O_RDWR | O_DIRECT, O_RDWR | O_TRUNC, O_RDWR | O_APPEND,
		O_DIRECTORY, O_RDWR | O_CREAT | O_EXCL, 3,
	};
	int how = flags[below(r, ARRAY_SIZE(flags))] | O_CLOEXEC, fd;
	int *to = slot(h, r);

	fd = open(DEVICE, how, 0);
	if (fd < 0)
		return -1;
	if (h->user)
		fail(h, "opened by a user");
	slot_put(to, fd);
	return 0;
}

static long stress_close(struct hand *h, struct rnd *r, const struct call *call)
{
	slot_put(slot(h, r), -1);
	return 0;
}

static long stress_dup(struct hand *h, struct rnd *r, const struct call *call)
{
	int fd = dup(slot_get(slot(h, r)));

	if (fd < 0)
		return -1;
	slot_put(slot(h, r), fd);
	return 0;
}

/* What this file is not for. */
static long stress_file(struct hand *h, struct rnd *r, const struct call *call)
{
	int fd = slot_get(slot(h, r));
	void *p;

	h->bad = true;
	switch (below(r, 4)) {
	case 0:
		return read(fd, h->data, 8);
	case 1:
		return write(fd, h->data, 8);
	case 2:
		return lseek(fd, odd_value(r), below(r, 6));
	default:
		p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
		return p == MAP_FAILED ? -1 : 0;
	}
}

/*
 * A process that has all our files, and is killed in the middle of what would
 * take long.
 */
static long stress_victim(struct hand *h, struct rnd *r, const struct call *call)
{
	struct lfvec_stress_storm storm = {
		.threads = 2, .duration = 20000, .max = 100, .pause = 50,
	};
	struct lfvec_stress_run run = {
		.threads = 2, .esize = 8, .values = 2, .batch = 1, .duration = 20000,
		.mix = { 50, 50 }, .max = 1000,
	};
	struct lfvec_stress_result result;
	u32 what = below(r, 3), us = below(r, 4000);
	int log = slot_get(&h->files->log[below(r, LOG_FDS)]), fd;
	pid_t pid;

	name_choose(r, storm.name, true);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = what == 2 ? log : open(DEVICE, O_RDWR);
		if (what == 0) {
			ioctl(fd, LFVEC_STRESS_LOG_STORM, &storm);
		} else if (what == 1) {
			ioctl(fd, LFVEC_STRESS_START, &run);
			ioctl(fd, LFVEC_STRESS_RESULT, &result);
		} else {
			while (read(fd, h->data, LFVEC_LOG_LINE_MAX) > 0)
				;
		}
		_exit(0);
	}
	if (pid < 0)
		return -1;
	usleep(us);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	return 0;
}

/* Over a socket, a file that root has opened. */
static long stress_send(struct hand *h, struct rnd *r, const struct call *call)
{
	char text = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &text, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int fd = slot_get(slot(h, r));

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(h->files->gifts, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static long stress_receive(struct hand *h, struct rnd *r, const struct call *call)
{
	char text, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &text, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int *to = slot(h, r), fd;

	if (recvmsg(h->files->gifts, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
		return -1;
	if (!CMSG_FIRSTHDR(&msg))
		return 0;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	slot_put(to, fd);
	return 0;
}

const struct call calls_stress[] = {
	{ "stress open", 30, 60, stress_open, NULL },
	{ "stress close", 4, 40, stress_close, NULL },
	{ "stress dup", 6, 0, stress_dup, NULL },
	{ "stress other", 60, 0, stress_file, NULL },
	{ "stress unknown", 120, 0, stress_unknown, NULL },
	{ "INFO", 120, 0, stress_ioctl, &info_command },
	{ "CREATE", 8, 20, stress_ioctl, &create_command },
	{ "ATTACH", 360, 40, stress_ioctl, &attach_command },
	{ "DROP", 4, 10, stress_ioctl, &drop_command },
	{ "PUSH", 840, 20, stress_ioctl, &push_command },
	{ "POP", 600, 0, stress_ioctl, &pop_command },
	{ "LOAD", 360, 0, stress_ioctl, &load_command },
	{ "STORE", 360, 0, stress_ioctl, &store_command },
	{ "XCHG", 360, 0, stress_ioctl, &xchg_command },
	{ "CMPXCHG", 360, 0, stress_ioctl, &cmpxchg_command },
	{ "PEEK", 240, 0, stress_ioctl, &peek_command },
	{ "TRUNCATE", 120, 0, stress_ioctl, &truncate_command },
	{ "SIZE", 120, 0, stress_ioctl, &size_command },
	{ "OLDEST", 120, 0, stress_ioctl, &oldest_command },
	{ "SHRINK", 2, 0, stress_ioctl, &shrink_command },
	{ "RESERVE", 120, 0, stress_ioctl, &reserve_command },
	{ "STATS", 120, 0, stress_ioctl, &stats_command },
	{ "START", 8, 0, stress_run, &start_command },
	{ "WAIT", 12, 0, stress_run, &wait_command },
	{ "STOP", 60, 0, stress_run, &stop_command },
	{ "RESULT", 12, 0, stress_run, &result_command },
	{ "HISTORY", 12, 0, stress_run, &history_command },
	{ "BENCH", 2, 0, stress_ioctl, &bench_command },
	{ "LOG_CREATE", 12, 200, stress_ioctl, &log_create_command },
	{ "LOG_DROP", 2, 20, stress_ioctl, &log_drop_command },
	{ "LOG_STORM", 2, 20, stress_ioctl, &storm_command },
	{ "LOG_COST", 1, 0, stress_ioctl, &log_cost_command },
	{ "victim", 1, 0, stress_victim, NULL },
	{ "send fd", 15, 40, stress_send, NULL },
	{ "receive fd", 20, 0, stress_receive, NULL },
};

const unsigned int nr_calls_stress = ARRAY_SIZE(calls_stress);
