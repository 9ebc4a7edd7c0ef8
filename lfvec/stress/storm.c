// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - a storm: records into a log, from all contexts at once
 *
 * What they are like is with struct lfvec_stress_payload. A writer counts the records
 * that went in, so that one which is missing, comes twice or comes from the past is
 * seen by those who read.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "context.h"
#include "log.h"

/* Each thread sends an NMI to some CPU once in so many records. */
#define STORM_NMI	16

/* ns between two bursts of a timer, at least, if each CPU has one thread */
#define STORM_INTERVAL	200000

/* ms between two looks at how much memory there is */
#define STORM_LOOK	5

/* What a writer puts together: a whole record, or the pattern of a line. */
#define STORM_BUF	(LFVEC_STRESS_STORM_LEN_MAX + sizeof(u64))

/* Something else than a sequence number or an error */
#define STORM_NO_ROOM	(-MAX_ERRNO - 1L)
#define STORM_DISCARDED	(-MAX_ERRNO - 2L)

/*
 * struct storm_writer - who writes, and what came of it
 *
 * One for each thread; one for each of its timers; one for each CPU in NMI. So each
 * is in one place at a time, and needs no lock.
 *
 * @nr:    of the thread, or the CPU
 * @count: records with a head written so far, which is the number of the next
 * @last:  sequence number of the last record
 */
struct storm_writer {
	struct storm		*storm;
	unsigned int		context;
	u32			nr;
	struct task_struct	*task;
	struct context_timer	timer;
	struct rnd_state	rnd;
	u64			count;
	long			last;
	u64			written;
	u64			dropped[LFVEC_STRESS_STORM_DROPS];
	u64			cut;
	u64			discarded;
	u64			unordered;
	u8			*buf;
};

/*
 * struct storm - lives as long as its ioctl
 *
 * @nr:     of the storm, in payloads
 * @left:   records that may still be tried, if that is limited
 * @nmi:    the writers in NMI, one for each possible CPU, or NULL
 * @writer: those of the threads, then those of their timers, then @nmi
 */
struct storm {
	struct lfvec_stress_storm	*arg;
	struct lfvec_log		*log;
	u16				nr;
	bool				stop;
	atomic64_t			left;
	ktime_t				deadline;
	struct completion		go;
	struct completion		over;
	atomic_t			running;
	struct storm_writer		*nmi;
	struct lfvec_log_info		before;
	struct lfvec_log_info		now;
	u32				nr_writers;
	struct storm_writer		writer[];
};

/* A record to be: its length, and what its bytes are derived from. */
struct storm_record {
	struct lfvec_stress_payload	head;
	u64				key;
	int				level;
	u16				type;
};

static u32 storm_rnd(struct storm_writer *w, u32 below)
{
	return prandom_u32_state(&w->rnd) % below;
}

static void storm_record(struct storm_writer *w, u32 len, struct storm_record *r)
{
	u32 writer = (u32)w->storm->nr << 16 | w->nr << 2 | w->context;

	r->key = (((u64)writer << 32 | len) ^
		  w->count * LFVEC_STRESS_PAYLOAD_M) * LFVEC_STRESS_PAYLOAD_M;
	r->head.magic = LFVEC_STRESS_PAYLOAD;
	r->head.writer = writer;
	r->head.count = w->count;
	r->head.len = len;
	r->head.sum = r->key >> 32;
	r->level = LOGLEVEL_ERR + len % 4;
	r->type = writer;
}

/* The bytes of the pattern from @from to @to; those at @buf are the first. */
static void storm_pattern(const struct storm_record *r, u8 *buf, u32 from, u32 to)
{
	u64 word;
	u32 at;

	for (at = from; at < to; at += sizeof(word)) {
		word = r->key + at / sizeof(word) * LFVEC_STRESS_PAYLOAD_M;
		memcpy(buf + at, &word, min_t(u32, sizeof(word), to - at));
	}
}

/* Between two steps of what is reserved, a thread may well be away for a while. */
static void storm_dawdle(struct storm_writer *w)
{
	u32 roll;

	if (w->context != LFVEC_STRESS_TASK)
		return;
	roll = storm_rnd(w, 64);
	if (!roll)
		usleep_range(20, 200);
	else if (roll < 4)
		schedule();
}

/* Fill @buf with the record. @slowly: in steps, as it is in the log already. */
static void storm_fill(struct storm_writer *w, const struct storm_record *r,
		       u8 *buf, bool slowly)
{
	u32 head = sizeof(r->head), len = r->head.len, middle;

	if (len < head) {
		memset(buf, len, len);
		return;
	}
	memcpy(buf, &r->head, head);
	middle = round_down((len - head) / 2, sizeof(u64));
	storm_pattern(r, buf + head, 0, middle);
	if (slowly)
		storm_dawdle(w);
	storm_pattern(r, buf + head, middle, len - head);
}

static unsigned int storm_why(const struct storm *s, const struct storm_record *r,
			      long err)
{
	switch (err) {
	case -ENOSPC:
		return LFVEC_STRESS_DROP_FULL;
	case -ENOMEM:
		return LFVEC_STRESS_DROP_MEMORY;
	case -EBUSY:
		return LFVEC_STRESS_DROP_BUSY;
	case -ECANCELED:
		return LFVEC_STRESS_DROP_LEVEL;
	case STORM_NO_ROOM:
		return lfvec_log_enabled(s->log, r->level) ?
		       LFVEC_STRESS_DROP_RESERVE : LFVEC_STRESS_DROP_LEVEL;
	default:
		return LFVEC_STRESS_DROP_OTHER;
	}
}

/* What came of a record: @seq is its number, or an error. */
static void storm_account(struct storm_writer *w, const struct storm_record *r,
			  long seq, bool has_head, bool cut)
{
	if (seq == STORM_DISCARDED) {
		w->discarded++;
		return;
	}
	if (seq < 0) {
		w->dropped[storm_why(w->storm, r, seq)]++;
		return;
	}
	w->written++;
	w->cut += cut;
	w->count += has_head;
	w->unordered += seq <= w->last;
	w->last = seq;
}

static void storm_bin(struct storm_writer *w, u32 len)
{
	struct storm_record r;
	long seq;

	storm_record(w, len, &r);
	storm_fill(w, &r, w->buf, false);
	seq = lfvec_log_bin(w->storm->log, r.level, r.type, w->buf, len);
	storm_account(w, &r, seq, len >= sizeof(r.head),
		      len > LFVEC_LOG_RECORD_MAX);
}

/* Now and then @len is more than what is used in the end, or nothing is. */
static void storm_reserve(struct storm_writer *w, u32 len)
{
	struct lfvec_log *log = w->storm->log;
	long seq = STORM_NO_ROOM;
	struct storm_record r;
	u32 used;
	void *to;

	len = min_t(u32, len, LFVEC_LOG_RECORD_MAX);
	used = storm_rnd(w, 8) ? len : storm_rnd(w, len + 1);
	storm_record(w, used, &r);
	to = lfvec_log_reserve(log, r.level, r.type, len);
	if (to) {
		storm_fill(w, &r, to, true);
		if (storm_rnd(w, 16)) {
			seq = lfvec_log_commit(log, to, used);
		} else {
			lfvec_log_discard(log, to);
			seq = STORM_DISCARDED;
		}
	}
	storm_account(w, &r, seq, used >= sizeof(r.head), false);
}

/* Fields are left out if there is no room for them, which makes it a cut one. */
static long storm_pairs(struct storm_writer *w, const struct storm_record *r,
			bool *cut)
{
	char sum[9];
	int size;

	snprintf(sum, sizeof(sum), "%08x", r->head.sum);
	size = snprintf(NULL, 0, "WRITER=%u_MINUS=%lld_SUM=%s_", r->head.writer,
			-(s64)r->head.count, sum);
	*cut = r->head.len + size > LFVEC_LOG_RECORD_MAX;
	return lfvec_log_kv(w->storm->log, r->level,
			    LFVEC_LOG_FIELDS(LFVEC_LOG_U("WRITER", r->head.writer),
					     LFVEC_LOG_S("MINUS", -(s64)r->head.count),
					     LFVEC_LOG_STR("SUM", sum)),
			    "pairs %08x %016llx %04x %08x %s", r->head.writer,
			    r->head.count, r->head.len, r->head.sum, w->buf);
}

static long storm_line(struct storm_writer *w, const struct storm_record *r)
{
	return lfvec_log(w->storm->log, r->level,
			 "storm %08x %016llx %04x %08x %s", r->head.writer,
			 r->head.count, r->head.len, r->head.sum, w->buf);
}

static void storm_text(struct storm_writer *w, u32 len, bool pairs)
{
	bool has_head = len >= LFVEC_STRESS_LINE_HEAD;
	bool cut = len > LFVEC_LOG_RECORD_MAX;
	struct storm_record r;
	u64 word;
	long seq;
	u32 i;

	storm_record(w, len, &r);
	if (has_head) {
		for (i = 0, word = r.key; i < len - LFVEC_STRESS_LINE_HEAD; i++) {
			w->buf[i] = '0' + (word >> 58);
			word += LFVEC_STRESS_PAYLOAD_M;
		}
		w->buf[i] = '\0';
		seq = pairs ? storm_pairs(w, &r, &cut) : storm_line(w, &r);
	} else {
		memset(w->buf, '0' + len, len);
		w->buf[len] = '\0';
		seq = lfvec_log(w->storm->log, r.level, "%s", w->buf);
	}
	storm_account(w, &r, seq, has_head, cut);
}

/* Are there records left to write? If so, take one. */
static bool storm_take(struct storm *s)
{
	if (READ_ONCE(s->stop))
		return false;
	if (!s->arg->count || atomic64_dec_return(&s->left) >= 0)
		return true;
	WRITE_ONCE(s->stop, true);
	return false;
}

static void storm_one(struct storm_writer *w)
{
	const struct lfvec_stress_storm *arg = w->storm->arg;
	u32 len = arg->min + storm_rnd(w, arg->max - arg->min + 1);
	u32 roll = storm_rnd(w, 8);

	if (!storm_take(w->storm))
		return;
	if (roll < 3)
		storm_bin(w, len);
	else if (roll < 5)
		storm_reserve(w, len);
	else
		storm_text(w, len, roll == 7);
}

static bool storm_fire(struct context_timer *ct)
{
	struct storm_writer *w = container_of(ct, struct storm_writer, timer);

	storm_one(w);
	if (storm_rnd(w, 2))
		storm_one(w);
	return !READ_ONCE(w->storm->stop);
}

static void storm_nmi(void *arg, unsigned int cpu)
{
	struct storm *s = arg;

	storm_one(&s->nmi[cpu]);
	if (storm_rnd(&s->nmi[cpu], 2))
		storm_one(&s->nmi[cpu]);
}

/* In a thread, after each record: let others run. Returns whether that was all. */
static bool storm_over(struct storm_writer *w, u64 did)
{
	const struct lfvec_stress_storm *arg = w->storm->arg;
	bool idle = arg->flags & LFVEC_STRESS_STORM_NO_TASK;

	if (w->storm->nmi && (idle || !(did % STORM_NMI)))
		context_nmi_send(&w->rnd);
	if (arg->pause)
		usleep_range(arg->pause, arg->pause + arg->pause / 2);
	else if (idle)
		usleep_range(50, 100);
	else
		cond_resched();
	if (arg->duration && ktime_after(ktime_get(), w->storm->deadline))
		WRITE_ONCE(w->storm->stop, true);
	return READ_ONCE(w->storm->stop);
}

/* Call @fn for each timer of thread @nr. */
static void storm_each_timer(struct storm *s, u32 nr,
			     void (*fn)(struct storm_writer *w))
{
	u32 i;

	for (i = s->arg->threads; i < s->nr_writers; i++)
		if (s->writer[i].nr == nr &&
		    s->writer[i].context != LFVEC_STRESS_NMI)
			fn(&s->writer[i]);
}

static void storm_timer_start(struct storm_writer *w)
{
	u32 share = DIV_ROUND_UP(w->storm->arg->threads, num_online_cpus());

	w->timer.fn = storm_fire;
	w->timer.rnd = &w->rnd;
	w->timer.interval = STORM_INTERVAL * share;
	context_start(&w->timer, w->context);
}

static void storm_timer_stop(struct storm_writer *w)
{
	context_stop(&w->timer);
}

static int storm_thread(void *data)
{
	struct storm_writer *w = data;
	struct storm *s = w->storm;
	bool idle = s->arg->flags & LFVEC_STRESS_STORM_NO_TASK;
	u64 did = 0;

	wait_for_completion(&s->go);
	storm_each_timer(s, w->nr, storm_timer_start);
	do {
		if (!idle)
			storm_one(w);
	} while (!storm_over(w, did++));
	storm_each_timer(s, w->nr, storm_timer_stop);
	if (atomic_dec_and_test(&s->running))
		complete(&s->over);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return 0;
}

/* End all threads that there are. Those not yet let go end at once. */
static void storm_halt(struct storm *s)
{
	u32 i;

	WRITE_ONCE(s->stop, true);
	complete_all(&s->go);
	for (i = 0; i < s->arg->threads; i++)
		if (s->writer[i].task)
			kthread_stop(s->writer[i].task);
	if (s->nmi)
		context_nmi_stop();
}

static int storm_launch(struct storm *s)
{
	int err = 0;
	u32 i;

	if (s->arg->contexts & BIT(LFVEC_STRESS_NMI)) {
		s->nmi = s->writer + s->nr_writers - nr_cpu_ids;
		err = context_nmi_start(storm_nmi, s);
		if (err) {
			s->nmi = NULL;
			return err;
		}
	}
	for (i = 0; i < s->arg->threads && !err; i++)
		err = stress_kthread(&s->writer[i].task, storm_thread,
				     &s->writer[i], -1, "lfvec_storm/%u", i);
	return err;
}

static void storm_look(struct storm *s)
{
	lfvec_log_stats(s->log, &s->now);
	s->arg->peak = max(s->arg->peak, s->now.memory);
	s->arg->limit = s->now.limit;
}

/* Returns 0 once it is over, or -EINTR. */
static int storm_wait(struct storm *s)
{
	long left;

	do {
		left = wait_for_completion_killable_timeout(&s->over,
							    msecs_to_jiffies(STORM_LOOK));
		storm_look(s);
	} while (!left);
	return left < 0 ? -EINTR : 0;
}

static void storm_sum_writer(const struct storm_writer *w,
			     struct lfvec_stress_storm *arg)
{
	unsigned int i;

	arg->written[w->context] += w->written;
	for (i = 0; i < LFVEC_STRESS_STORM_DROPS; i++)
		arg->dropped[w->context][i] += w->dropped[i];
	arg->cut += w->cut;
	arg->discarded += w->discarded;
	arg->unordered += w->unordered;
}

/* All have stopped. */
static void storm_sum(struct storm *s)
{
	struct lfvec_stress_storm *arg = s->arg;
	u32 i;

	storm_look(s);
	for (i = 0; i < s->nr_writers; i++)
		storm_sum_writer(&s->writer[i], arg);
	arg->first = s->before.next;
	arg->next = s->now.next;
	arg->log_written = s->now.written - s->before.written;
	arg->log_overwritten = s->now.overwritten - s->before.overwritten;
	arg->log_cut = s->now.cut - s->before.cut;
	for (i = 0; i < LFVEC_LOG_DROPS; i++)
		arg->log_dropped[i] = s->now.dropped[i] - s->before.dropped[i];
}

static int storm_run(struct storm *s)
{
	ktime_t start = ktime_get();
	int err;

	lfvec_log_stats(s->log, &s->before);
	s->deadline = ktime_add_ms(start, s->arg->duration);
	atomic64_set(&s->left, s->arg->count);
	atomic_set(&s->running, s->arg->threads);
	init_completion(&s->go);
	init_completion(&s->over);
	err = storm_launch(s);
	if (!err) {
		complete_all(&s->go);
		err = storm_wait(s);
	}
	storm_halt(s);
	s->arg->elapsed = ktime_to_ns(ktime_sub(ktime_get(), start));
	storm_sum(s);
	return err;
}

static int storm_writer_init(struct storm *s, u32 i, u32 nr, unsigned int context)
{
	struct storm_writer *w = &s->writer[i];

	w->storm = s;
	w->context = context;
	w->nr = nr;
	w->last = -1;
	prandom_seed_state(&w->rnd,
			   s->arg->seed ^ (i + 1) * LFVEC_STRESS_PAYLOAD_M);
	w->buf = kmalloc(STORM_BUF, GFP_KERNEL_ACCOUNT);
	return w->buf ? 0 : -ENOMEM;
}

/* A thread has a timer for each of these contexts that the storm has. */
static const unsigned int storm_timers[] = {
	LFVEC_STRESS_SOFTIRQ, LFVEC_STRESS_HARDIRQ,
};

static int storm_writers(struct storm *s)
{
	u32 i = 0, nr, t;
	int err = 0;

	for (nr = 0; nr < s->arg->threads && !err; nr++)
		err = storm_writer_init(s, i++, nr, LFVEC_STRESS_TASK);
	for (t = 0; t < ARRAY_SIZE(storm_timers); t++)
		for (nr = 0; nr < s->arg->threads && !err; nr++)
			if (s->arg->contexts & BIT(storm_timers[t]))
				err = storm_writer_init(s, i++, nr,
							storm_timers[t]);
	for (nr = 0; i < s->nr_writers && !err; nr++)
		err = storm_writer_init(s, i++, nr, LFVEC_STRESS_NMI);
	return err;
}

static u32 storm_nr_writers(const struct lfvec_stress_storm *arg)
{
	u32 nr = arg->threads, t;

	for (t = 0; t < ARRAY_SIZE(storm_timers); t++)
		if (arg->contexts & BIT(storm_timers[t]))
			nr += arg->threads;
	return arg->contexts & BIT(LFVEC_STRESS_NMI) ? nr + nr_cpu_ids : nr;
}

static int storm_on(struct stress_log *sl, struct lfvec_stress_storm *arg)
{
	u32 nr = storm_nr_writers(arg), i;
	struct storm *s;
	int err;

	s = kvzalloc(struct_size(s, writer, nr), GFP_KERNEL_ACCOUNT);
	if (!s)
		return -ENOMEM;
	s->arg = arg;
	s->log = sl->log;
	s->nr = atomic_inc_return(&sl->storms);
	s->nr_writers = nr;
	err = storm_writers(s) ?: storm_run(s);
	for (i = 0; i < nr; i++)
		kfree(s->writer[i].buf);
	kvfree(s);
	return err;
}

#define STORM_CONTEXTS	(BIT(LFVEC_STRESS_SOFTIRQ) | BIT(LFVEC_STRESS_HARDIRQ) | \
			 BIT(LFVEC_STRESS_NMI))

static bool storm_bits_ok(const struct lfvec_stress_storm *arg)
{
	if (arg->contexts & ~STORM_CONTEXTS || arg->pad ||
	    arg->flags & ~LFVEC_STRESS_STORM_NO_TASK)
		return false;
	if (arg->flags & LFVEC_STRESS_STORM_NO_TASK && !arg->contexts)
		return false;
	return !memchr_inv(&arg->elapsed, 0,
			   sizeof(*arg) - offsetof(typeof(*arg), elapsed));
}

static bool storm_ok(const struct lfvec_stress_storm *arg)
{
	if (!stress_name_ok(arg->name) || !storm_bits_ok(arg) || !arg->threads ||
	    arg->threads > LFVEC_STRESS_STORM_THREADS_MAX)
		return false;
	if ((!arg->duration && !arg->count) ||
	    arg->duration > LFVEC_STRESS_DURATION_MAX ||
	    arg->count > LFVEC_STRESS_OPS_MAX)
		return false;
	return arg->min <= arg->max && arg->max <= LFVEC_STRESS_STORM_LEN_MAX &&
	       arg->pause <= LFVEC_STRESS_STORM_PAUSE_MAX;
}

long stress_storm(struct stress_file *sf, void *data)
{
	struct lfvec_stress_storm *arg = data;
	struct stress_log *sl;
	long err;

	if (!storm_ok(arg))
		return -EINVAL;
	sl = stress_log_get(arg->name);
	if (!sl)
		return -ENOENT;
	err = storm_on(sl, arg);
	stress_log_put(sl);
	return err;
}
