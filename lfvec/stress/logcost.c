// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - what one record costs, alone on one CPU, in logs of all kinds
 *
 * Each kind has a loop with direct calls. What it writes to is full before the clock
 * starts, so that each record takes the place of the oldest.
 */
#include <linux/err.h>
#include <linux/kfifo.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/lfvec_log.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "../compat.h"
#include "stress.h"

/* The clock stops at the end of each stretch, for signals and for memory. */
#define LOGCOST_STRETCH	4096U

#define LOGCOST_DATA	64
#define LOGCOST_LINE	128
#define LOGCOST_RECORDS	4096
#define LOGCOST_BYTES	0x100000

/* No record waits for memory within a stretch: an eighth of this is ready. */
#define LOGCOST_BACKLOG	0x1000000

/* The line, with something in it that changes with each @i. */
#define LOGCOST_FMT	"queue %u: %d packets, state %s"
#define LOGCOST_ARGS	i % 8, (int)i, "running"

/*
 * struct logcost - a measurement, and what it writes to
 *
 * @fill:    records to write before
 * @sink:    for results that nobody wants
 */
struct logcost {
	u32			ops;
	u32			fill;
	u64			elapsed;
	u64			sink;
	struct lfvec_log	*log;
	struct trace_buffer	*ring;
	struct trace_array	*trace;
	struct kfifo_rec_ptr_2	fifo;
	spinlock_t		lock;	/* of @fifo */
	u8			data[LOGCOST_DATA] __aligned(8);
};

/*
 * struct logcost_work - a kind of record
 *
 * @open:  make what it writes to, and say how much fills it; NULL: nothing
 * @loop:  write records @from to @to
 * @close: free what @open has made
 */
struct logcost_work {
	int	(*open)(struct logcost *c);
	int	(*loop)(struct logcost *c, u32 from, u32 to);
	void	(*close)(struct logcost *c);
};

/* Something to put into a record in place. */
static __always_inline void logcost_fill(void *to, u32 i)
{
	u64 word;
	u32 at;

	for (at = 0; at < LOGCOST_DATA; at += sizeof(word)) {
		word = (u64)i + at;
		memcpy(to + at, &word, sizeof(word));
	}
}

/* --- this log ----------------------------------------------------------------- */

static int logcost_log_open(struct logcost *c)
{
	struct lfvec_log_attr attr = {
		.records = LOGCOST_RECORDS, .backlog = LOGCOST_BACKLOG,
	};

	c->fill = 4 * LOGCOST_RECORDS;
	c->log = lfvec_log_create("lfvec_cost", &attr);
	return PTR_ERR_OR_ZERO(c->log);
}

static void logcost_log_close(struct logcost *c)
{
	lfvec_log_destroy(c->log);
}

static int logcost_log_bin(struct logcost *c, u32 from, u32 to)
{
	long seq = 0;
	u32 i;

	for (i = from; i < to && seq >= 0; i++)
		seq = lfvec_log_bin(c->log, LOGLEVEL_INFO, 1, c->data,
				    LOGCOST_DATA);
	return min(seq, 0L);
}

static int logcost_log_reserve(struct logcost *c, u32 from, u32 to)
{
	long seq = 0;
	void *room;
	u32 i;

	for (i = from; i < to && seq >= 0; i++) {
		room = lfvec_log_reserve(c->log, LOGLEVEL_INFO, 1, LOGCOST_DATA);
		if (!room)
			return -ENOMEM;
		logcost_fill(room, i);
		seq = lfvec_log_commit(c->log, room, LOGCOST_DATA);
	}
	return min(seq, 0L);
}

static int logcost_log_line(struct logcost *c, u32 from, u32 to)
{
	long seq = 0;
	u32 i;

	for (i = from; i < to && seq >= 0; i++)
		seq = lfvec_log(c->log, LOGLEVEL_INFO, LOGCOST_FMT,
				LOGCOST_ARGS);
	return min(seq, 0L);
}

/* --- ftrace's ring buffer ------------------------------------------------------ */

#if IS_ENABLED(CONFIG_RING_BUFFER)
static int logcost_ring_open(struct logcost *c)
{
	/* a record takes 4 bytes beside its data, and a time stamp if it is late */
	c->fill = LOGCOST_BYTES / LOGCOST_DATA;
	c->ring = ring_buffer_alloc(LOGCOST_BYTES, RB_FL_OVERWRITE);
	return c->ring ? 0 : -ENOMEM;
}

static void logcost_ring_close(struct logcost *c)
{
	ring_buffer_free(c->ring);
}

static int logcost_ring_bin(struct logcost *c, u32 from, u32 to)
{
	struct ring_buffer_event *event;
	u32 i;

	for (i = from; i < to; i++) {
		event = ring_buffer_lock_reserve(c->ring, LOGCOST_DATA);
		if (!event)
			return -ENOMEM;
		memcpy(ring_buffer_event_data(event), c->data, LOGCOST_DATA);
		compat_ring_commit(c->ring, event);
	}
	return 0;
}

static int logcost_ring_reserve(struct logcost *c, u32 from, u32 to)
{
	struct ring_buffer_event *event;
	u32 i;

	for (i = from; i < to; i++) {
		event = ring_buffer_lock_reserve(c->ring, LOGCOST_DATA);
		if (!event)
			return -ENOMEM;
		logcost_fill(ring_buffer_event_data(event), i);
		compat_ring_commit(c->ring, event);
	}
	return 0;
}
#else
static int logcost_ring_open(struct logcost *c)
{
	return -EOPNOTSUPP;
}

#define logcost_ring_close	NULL
#define logcost_ring_bin	NULL
#define logcost_ring_reserve	NULL
#endif

/* --- kfifo behind a spinlock ---------------------------------------------------- */

static int logcost_kfifo_open(struct logcost *c)
{
	c->fill = LOGCOST_BYTES / 16;
	spin_lock_init(&c->lock);
	return kfifo_alloc(&c->fifo, LOGCOST_BYTES, GFP_KERNEL);
}

static void logcost_kfifo_close(struct logcost *c)
{
	kfifo_free(&c->fifo);
}

static __always_inline void logcost_kfifo_put(struct logcost *c, const void *data,
					      unsigned int len)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	while (kfifo_avail(&c->fifo) < len)
		kfifo_skip(&c->fifo);
	kfifo_in(&c->fifo, data, len);
	spin_unlock_irqrestore(&c->lock, flags);
}

static int logcost_kfifo_bin(struct logcost *c, u32 from, u32 to)
{
	u32 i;

	for (i = from; i < to; i++)
		logcost_kfifo_put(c, c->data, LOGCOST_DATA);
	return 0;
}

static int logcost_kfifo_line(struct logcost *c, u32 from, u32 to)
{
	char line[LOGCOST_LINE];
	int len;
	u32 i;

	for (i = from; i < to; i++) {
		len = snprintf(line, sizeof(line), LOGCOST_FMT, LOGCOST_ARGS);
		logcost_kfifo_put(c, line, len);
	}
	return 0;
}

/* --- an instance of ftrace ------------------------------------------------------ */

#if IS_ENABLED(CONFIG_TRACING)
static int logcost_trace_open(struct logcost *c)
{
	int err;

	/* its size is not to be had; by default it is 1.4 MB for each CPU */
	c->fill = 65536;
	c->trace = compat_trace_array("lfvec_cost");
	if (!c->trace)
		return -ENOMEM;
	err = trace_array_init_printk(c->trace);
	if (err) {
		trace_array_put(c->trace);
		trace_array_destroy(c->trace);
	}
	return err;
}

static void logcost_trace_close(struct logcost *c)
{
	trace_array_put(c->trace);
	trace_array_destroy(c->trace);
}

static int logcost_trace_line(struct logcost *c, u32 from, u32 to)
{
	u32 i;

	for (i = from; i < to; i++)
		if (trace_array_printk(c->trace, _THIS_IP_, LOGCOST_FMT,
				       LOGCOST_ARGS) < 0)
			return -ENOMEM;
	return 0;
}
#else
static int logcost_trace_open(struct logcost *c)
{
	return -EOPNOTSUPP;
}

#define logcost_trace_close	NULL
#define logcost_trace_line	NULL
#endif

/* --- printk, and what all have in common ---------------------------------------- */

static int logcost_printk_open(struct logcost *c)
{
	c->fill = 4096;
	return IS_ENABLED(CONFIG_PRINTK) ? 0 : -EOPNOTSUPP;
}

/* At debug level, so that no console takes it unless it takes all. */
static int logcost_printk_line(struct logcost *c, u32 from, u32 to)
{
	u32 i;

	for (i = from; i < to; i++)
		_printk(KERN_DEBUG LOGCOST_FMT "\n", LOGCOST_ARGS);
	return 0;
}

static int logcost_format_line(struct logcost *c, u32 from, u32 to)
{
	char line[LOGCOST_LINE];
	u32 i;

	for (i = from; i < to; i++)
		c->sink += snprintf(line, sizeof(line), LOGCOST_FMT,
				    LOGCOST_ARGS);
	return 0;
}

static int logcost_clock(struct logcost *c, u32 from, u32 to)
{
	u32 i;

	for (i = from; i < to; i++)
		c->sink += ktime_get_mono_fast_ns();
	return 0;
}

#define LOGCOST_WORK(_where, _what)					\
	{ logcost_##_where##_open, logcost_##_where##_##_what,		\
	  logcost_##_where##_close }

static const struct logcost_work logcost_works[LFVEC_STRESS_LOGCOST_WORKS] = {
	[LFVEC_STRESS_LOGCOST_BIN]		= LOGCOST_WORK(log, bin),
	[LFVEC_STRESS_LOGCOST_RESERVE]		= LOGCOST_WORK(log, reserve),
	[LFVEC_STRESS_LOGCOST_LINE]		= LOGCOST_WORK(log, line),
	[LFVEC_STRESS_LOGCOST_RING_BIN]		= LOGCOST_WORK(ring, bin),
	[LFVEC_STRESS_LOGCOST_RING_RESERVE]	= LOGCOST_WORK(ring, reserve),
	[LFVEC_STRESS_LOGCOST_KFIFO_BIN]	= LOGCOST_WORK(kfifo, bin),
	[LFVEC_STRESS_LOGCOST_KFIFO_LINE]	= LOGCOST_WORK(kfifo, line),
	[LFVEC_STRESS_LOGCOST_TRACE_LINE]	= LOGCOST_WORK(trace, line),
	[LFVEC_STRESS_LOGCOST_PRINTK_LINE]	= {
		logcost_printk_open, logcost_printk_line, NULL,
	},
	[LFVEC_STRESS_LOGCOST_FORMAT_LINE]	= { NULL, logcost_format_line, NULL },
	[LFVEC_STRESS_LOGCOST_CLOCK]		= { NULL, logcost_clock, NULL },
};

/* Write @ops records. Between stretches, what was overwritten comes back. */
static int logcost_write(struct logcost *c, const struct logcost_work *work, u32 ops)
{
	u32 from, to;
	u64 start;
	int err;

	for (from = 0; from < ops; from = to) {
		to = min(ops, from + LOGCOST_STRETCH);
		start = ktime_get_ns();
		err = work->loop(c, from, to);
		c->elapsed += ktime_get_ns() - start;
		if (err)
			return err;
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
		synchronize_rcu();
	}
	return 0;
}

static int logcost_run(struct logcost *c, const struct logcost_work *work, u32 ops)
{
	int err = work->open ? work->open(c) : 0;

	if (err)
		return err;
	migrate_disable();	/* most have a buffer for each CPU */
	err = logcost_write(c, work, c->fill);
	c->elapsed = 0;
	if (!err)
		err = logcost_write(c, work, ops);
	migrate_enable();
	if (work->close)
		work->close(c);
	return err;
}

/* Two at a time would be in each other's way, and have the same names. */
static DEFINE_MUTEX(logcost_lock);

long stress_log_cost(struct stress_file *sf, void *data)
{
	struct lfvec_stress_log_cost *arg = data;
	struct logcost *c;
	long err;

	if (arg->work >= LFVEC_STRESS_LOGCOST_WORKS || !arg->ops ||
	    arg->ops > LFVEC_STRESS_COST_MAX || arg->elapsed ||
	    memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	if (!c)
		return -ENOMEM;
	err = mutex_lock_killable(&logcost_lock);
	if (!err) {
		err = logcost_run(c, &logcost_works[arg->work], arg->ops);
		mutex_unlock(&logcost_lock);
	}
	arg->elapsed = c->elapsed;
	kfree(c);
	return err;
}
