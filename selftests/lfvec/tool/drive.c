// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec drive - processes on one shared vector, an ioctl an operation
 *
 * The check is that of lfvec run, with the counts in memory that all processes
 * share: of each value, as many came out as went in.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

const struct opt drive_opts[] = {
	OPT('P', "procs", "N", "processes (default 8)"),
	OPT_END
};

#define BATCH_BYTES	(64 * 4096)

/* Of a process; in shared memory. */
struct worker {
	struct lfvec_stress_result	res;
	u64			did;
	u64			ops;
	u64			next;	/* unique values */
	u64			end;
	u64			rnd;
	int				err;
};

struct drive {
	struct load		load;
	struct worker		*worker;
	s64			*balance;	/* of each worker, each value */
	u8			*seen;		/* how often, of each unique value */
	u64		nr_seen;
	int			*stop;
	char			name[LFVEC_STRESS_NAME_MAX];
	struct timespec		start;
};

/* What one process has of its own. */
struct hand {
	struct drive	*d;
	struct worker	*w;
	s64		*balance;
	int		fd;
	u8		elems[BATCH_BYTES];
	u8		olds[BATCH_BYTES];
};

static void *shared(size_t bytes)
{
	void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		die(EXIT_RESOURCES, "mapping %zu bytes: %s", bytes,
		    strerror(errno));
	return mem;
}

static u64 elapsed(const struct drive *d)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - d->start.tv_sec) * 1000000000ULL + now.tv_nsec -
	       d->start.tv_nsec;
}

/* xorshift64* */
static u32 rnd(struct worker *w, u32 below)
{
	w->rnd ^= w->rnd >> 12;
	w->rnd ^= w->rnd << 25;
	w->rnd ^= w->rnd >> 27;
	return (w->rnd * 0x2545f4914f6cdd1dULL >> 32) % below;
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* An element is its value over and over, little-endian. */
static void encode(u8 *elem, u64 value, u32 esize)
{
	u32 i;

	for (i = 0; i < esize; i++)
		elem[i] = value >> 8 * (i % 8);
}

static u64 decode(const u8 *elem, u32 esize)
{
	u64 value = 0;
	u32 i;

	for (i = 0; i < min_size(esize, 8); i++)
		value |= (u64)elem[i] << 8 * i;
	return value;
}

static bool whole(const u8 *elem, u32 esize)
{
	return esize <= 8 || !memcmp(elem, elem + 8, esize - 8);
}

/* An element came out of the vector. */
static void out(struct hand *h, const u8 *elem)
{
	struct drive *d = h->d;
	u64 value = decode(elem, d->load.esize);

	if (!whole(elem, d->load.esize) ||
	    value >= (d->load.values ? d->load.values : d->nr_seen))
		h->w->res.torn++;
	else if (d->load.values)
		h->balance[value]--;
	else if (__atomic_fetch_add(&d->seen[value], 1, __ATOMIC_RELAXED))
		h->w->res.duplicated++;
}

static void make(struct hand *h, u32 nr)
{
	const struct load *l = &h->d->load;
	u32 i;

	for (i = 0; i < nr; i++)
		encode(h->elems + i * l->esize,
		       l->values ? rnd(h->w, l->values) : h->w->next + i,
		       l->esize);
}

/* The elements made are in the vector now. */
static void in(struct hand *h, u32 nr)
{
	const struct load *l = &h->d->load;
	u32 i;

	h->w->res.pushed += nr;
	if (!l->values)
		h->w->next += nr;
	else
		for (i = 0; i < nr; i++)
			h->balance[decode(h->elems + i * l->esize, l->esize)]++;
}

static int io(struct hand *h, unsigned long cmd, struct lfvec_stress_io *arg)
{
	return dev_call(h->fd, cmd, arg);
}

static u64 some_index(struct hand *h)
{
	struct lfvec_stress_io arg = { 0 };
	u32 back = rnd(h->w, 64);

	io(h, LFVEC_STRESS_SIZE, &arg);
	return arg.index > back ? arg.index - 1 - back : 0;
}

static int push(struct hand *h, u32 nr)
{
	struct lfvec_stress_io arg = {
		.buf = (uintptr_t)h->elems, .count = nr,
	};
	int err;

	make(h, nr);
	err = io(h, LFVEC_STRESS_PUSH, &arg);
	if (!err)
		in(h, nr);
	return err;
}

static int pop(struct hand *h, u32 nr)
{
	struct lfvec_stress_io arg = {
		.buf = (uintptr_t)h->olds, .count = nr,
	};
	int err = io(h, LFVEC_STRESS_POP, &arg);
	u64 i;

	if (err)
		return err;
	for (i = 0; i < arg.index; i++)
		out(h, h->olds + i * h->d->load.esize);
	h->w->res.popped += arg.index;
	return 0;
}

static int load(struct hand *h)
{
	struct lfvec_stress_io arg = {
		.index = some_index(h), .buf = (uintptr_t)h->olds,
	};
	int err = io(h, LFVEC_STRESS_LOAD, &arg);

	if (!err && !whole(h->olds, h->d->load.esize))
		h->w->res.torn++;
	return err;
}

/* XCHG, or CMPXCHG with what is there as the expected element. */
static int swap(struct hand *h, bool compare)
{
	struct lfvec_stress_io arg = {
		.index = some_index(h), .buf = (uintptr_t)h->olds,
	};
	int err;

	if (compare) {
		err = io(h, LFVEC_STRESS_LOAD, &arg);
		if (err)
			return err;
	}
	make(h, 1);
	arg.buf = (uintptr_t)h->elems;
	arg.old = (uintptr_t)h->olds;
	err = io(h, compare ? LFVEC_STRESS_CMPXCHG : LFVEC_STRESS_XCHG, &arg);
	if (err)
		return err;
	if (compare && !arg.index)
		return -EAGAIN;
	in(h, 1);
	out(h, h->olds);
	h->w->res.overwritten++;
	return 0;
}

static int operate(struct hand *h, unsigned int op)
{
	switch (op) {
	case LFVEC_STRESS_OP_PUSH:
		return push(h, 1);
	case LFVEC_STRESS_OP_POP:
		return pop(h, 1);
	case LFVEC_STRESS_OP_LOAD:
		return load(h);
	case LFVEC_STRESS_OP_XCHG:
		return swap(h, false);
	case LFVEC_STRESS_OP_CMPXCHG:
		return swap(h, true);
	case LFVEC_STRESS_OP_PUSH_MANY:
		return push(h, 1 + rnd(h->w, h->d->load.batch));
	default:
		return pop(h, 1 + rnd(h->w, h->d->load.batch));
	}
}

static void one(struct hand *h)
{
	u32 at = rnd(h->w, 100);
	unsigned int op = 0;
	int err;

	while (at >= h->d->load.mix[op])
		at -= h->d->load.mix[op++];
	err = operate(h, op);
	if (!err) {
		h->w->res.done[op]++;
	} else if (err == -ENOENT || err == -ERANGE || err == -ENOSPC ||
		   err == -EAGAIN) {
		h->w->res.failed[op]++;
	} else {
		h->w->res.errors++;
		h->w->err = err;
	}
	__atomic_store_n(&h->w->did, h->w->did + 1, __ATOMIC_RELAXED);
}

static bool over(const struct drive *d, const struct worker *w)
{
	if (w->did >= w->ops || __atomic_load_n(d->stop, __ATOMIC_RELAXED))
		return true;
	return !d->load.values && w->next + d->load.batch > w->end;
}

/* Worker @nr, by a file that has the vector. */
static struct hand *hand(struct drive *d, u32 nr, int fd)
{
	struct hand *h = malloc(sizeof(*h));

	if (!h)
		die(EXIT_RESOURCES, "out of memory");
	h->d = d;
	h->w = &d->worker[nr];
	h->balance = d->balance + (size_t)nr * d->load.values;
	h->fd = fd;
	return h;
}

static void child(struct drive *d, u32 nr)
{
	struct lfvec_stress_vec vec;
	struct hand *h = hand(d, nr, dev_attach(d->name, &vec));

	signal(SIGINT, SIG_IGN);	/* the parent says when to stop */
	while (!over(d, h->w))
		one(h);
	exit(EXIT_CLEAN);
}

static void drive_options(struct drive *d, int argc, char **argv)
{
	int opt;
	u32 i;

	while ((opt = next_option(argc, argv)) != -1) {
		if (opt == 'P')
			d->load.workers = parse_u64("procs", optarg, 1024);
		else if (!load_option(&d->load, opt, optarg))
			usage("bad option");
	}
	rest_of(argc, argv, 0, 0);
	load_check(&d->load);
	for (i = LFVEC_STRESS_OP_TRUNCATE; i < LFVEC_STRESS_OPS_ALL; i++)
		if (d->load.mix[i])
			usage("mix: %s is for 'lfvec run'", op_names[i]);
}

static void drive_init(struct drive *d)
{
	const struct load *l = &d->load;
	struct worker *w;
	u32 i;

	d->worker = shared(l->workers * sizeof(*d->worker));
	d->balance = shared(((size_t)l->workers * l->values + 1) *
			    sizeof(*d->balance));
	d->stop = shared(sizeof(*d->stop));
	d->nr_seen = l->ops ? (l->ops + l->workers) * l->batch : 1ULL << 28;
	if (d->nr_seen > 1ULL << 28)
		d->nr_seen = 1ULL << 28;
	d->seen = shared(d->nr_seen);
	for (i = 0; i < l->workers; i++) {
		w = &d->worker[i];
		w->ops = l->ops ? l->ops / l->workers + (i < l->ops % l->workers) :
				  UINT64_MAX;
		w->next = d->nr_seen * i / l->workers;
		w->end = d->nr_seen * (i + 1) / l->workers;
		w->rnd = (l->seed ^ (i + 1) * 0x9e3779b97f4a7c15ULL) | 1;
	}
}

static int drive_create(struct drive *d)
{
	struct lfvec_stress_vec vec = {
		.esize = d->load.esize, .first = d->load.first,
		.max = d->load.max,
	};
	int fd = dev_open();

	snprintf(d->name, sizeof(d->name), "drive-%d", getpid());
	memcpy(vec.name, d->name, sizeof(vec.name));
	dev_must(fd, LFVEC_STRESS_CREATE, &vec, "create");
	return fd;
}

static u64 drive_ops(const struct drive *d)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < d->load.workers; i++)
		sum += __atomic_load_n(&d->worker[i].did, __ATOMIC_RELAXED);
	return sum;
}

static void drive_stop(struct drive *d)
{
	__atomic_store_n(d->stop, 1, __ATOMIC_RELAXED);
}

static u32 drive_fork(struct drive *d)
{
	u32 i;
	pid_t pid;

	fflush(NULL);
	for (i = 0; i < d->load.workers; i++) {
		pid = fork();
		if (!pid)
			child(d, i);
		if (pid < 0) {
			fprintf(stderr, "lfvec: fork: %s\n", strerror(errno));
			drive_stop(d);
			break;
		}
	}
	return i;
}

/* Wait for all children. Returns how many did not end well. */
static u32 drive_wait(struct drive *d, u32 running)
{
	struct timespec tick = { .tv_nsec = 50000000 };
	u32 bad = 0;
	int status;
	pid_t pid;

	while (running) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0) {
			running--;
			if (!WIFEXITED(status) || WEXITSTATUS(status))
				bad++;
			continue;
		}
		if (was_interrupted() || bad ||
		    (d->load.duration &&
		     elapsed(d) >= d->load.duration * 1000000ULL))
			drive_stop(d);
		load_progress(&d->load, drive_ops(d), elapsed(d));
		nanosleep(&tick, NULL);
	}
	load_progress_end();
	return bad;
}

/* Take out what is left. */
static void drive_drain(struct drive *d, int fd, struct lfvec_stress_result *res)
{
	struct hand *h = hand(d, 0, fd);
	u64 popped = h->w->res.popped;

	while (!pop(h, 64))
		;
	res->left = h->w->res.popped - popped;
	h->w->res.popped = popped;
	free(h);
}

static void judge_unique(const struct drive *d, struct lfvec_stress_result *res)
{
	u64 v, first;
	u32 i;

	for (i = 0; i < d->load.workers; i++) {
		first = d->nr_seen * i / d->load.workers;
		for (v = first; v < d->worker[i].end; v++) {
			if (v < d->worker[i].next && !d->seen[v])
				res->lost++;
			else if (v >= d->worker[i].next && d->seen[v])
				res->duplicated++;
		}
	}
}

static void judge_values(const struct drive *d, struct lfvec_stress_result *res)
{
	s64 sum;
	u32 i, v;

	for (v = 0; v < d->load.values; v++) {
		sum = 0;
		for (i = 0; i < d->load.workers; i++)
			sum += d->balance[(size_t)i * d->load.values + v];
		if (sum > 0)
			res->lost += sum;
		else
			res->duplicated -= sum;
	}
}

static void drive_judge(struct drive *d, int fd, struct lfvec_stress_result *res)
{
	const struct lfvec_stress_result *part;
	u32 i;
	int op;

	drive_drain(d, fd, res);
	for (i = 0; i < d->load.workers; i++) {
		part = &d->worker[i].res;
		for (op = 0; op < LFVEC_STRESS_OPS; op++) {
			res->done[op] += part->done[op];
			res->failed[op] += part->failed[op];
		}
		res->errors += part->errors;
		res->pushed += part->pushed;
		res->popped += part->popped;
		res->overwritten += part->overwritten;
		res->duplicated += part->duplicated;
		res->torn += part->torn;
		if (d->worker[i].err)
			fprintf(stderr, "lfvec: process %u: %s\n", i,
				strerror(-d->worker[i].err));
	}
	if (d->load.values)
		judge_values(d, res);
	else
		judge_unique(d, res);
}

static void drive_report(const struct drive *d,
			 const struct lfvec_stress_result *res)
{
	if (!d->load.json) {
		report_verdict("processes", res);
		report_result(&d->load, res);
		return;
	}
	json_open(NULL, '{');
	json_str("command", "drive");
	load_json(&d->load);
	report_json(res);
	json_close('}');
	printf("\n");
}

int cmd_drive(int argc, char **argv)
{
	struct lfvec_stress_result res = { 0 };
	struct lfvec_stress_vec drop = { 0 };
	struct drive d = { 0 };
	u32 forked, bad;
	int fd;

	load_defaults(&d.load);
	drive_options(&d, argc, argv);
	if (is_dry_run())
		close(dev_open());
	if (just_say("let processes loose on a vector:")) {
		load_print(&d.load, "processes");
		return EXIT_CLEAN;
	}
	catch_signals();
	drive_init(&d);
	fd = drive_create(&d);
	if (!d.load.json && !d.load.quiet)
		load_print(&d.load, "processes");

	clock_gettime(CLOCK_MONOTONIC, &d.start);
	forked = drive_fork(&d);
	bad = drive_wait(&d, forked);
	res.elapsed = elapsed(&d);
	dev_must(fd, LFVEC_STRESS_STATS, &res.stats, "stats");
	if (forked == d.load.workers && !bad)
		drive_judge(&d, fd, &res);
	memcpy(drop.name, d.name, sizeof(drop.name));
	/* unless somebody did already */
	dev_call(fd, LFVEC_STRESS_DROP, &drop);
	close(fd);

	if (forked < d.load.workers || bad)
		die(EXIT_RESOURCES, "%u of %u processes did not end well: no verdict",
		    bad + d.load.workers - forked, d.load.workers);
	drive_report(&d, &res);
	return report_clean(&res) ? EXIT_CLEAN : EXIT_CHECK;
}
