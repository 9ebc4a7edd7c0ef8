// SPDX-License-Identifier: GPL-2.0
/*
 * test_lfvec_torture - logs: one that is always full, one that is always empty
 *
 * Of each writer, whoever reads must find one record after the other, unless some
 * were overwritten before he got there. In the other log, there is never more than
 * one record that was not read, and the next one is not written before it was: so
 * if its reader is not woken, nothing else will.
 *
 * Readers are in the kernel, and look at records in place; so this includes what is
 * private to lfvec_log.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/lfvec_log.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "log/log.h"
#include "lfvec_torture.h"

/* Sixteen KiB, so that there are fewer records than there may be, and as many. */
static const struct lfvec_log_attr torture_full_attr = {
	.records = 64, .bytes = 16384,
};

static const struct lfvec_log_attr torture_empty_attr = {
	.records = 16,
};

static struct lfvec_log *torture_full, *torture_empty;

/* In the latter: how many were read. */
static u64 torture_pongs;

/*
 * struct torture_record - what a record begins with; bytes that follow from it come
 * after
 *
 * @count: records of this writer that came before
 */
struct torture_record {
	u64	count;
	u32	writer;
	u32	len;
};

/*
 * struct torture_follow - what somebody who reads knows of a writer
 *
 * @next:  the count to come, or a greater one if records were lost since
 * @lost:  what torture_follower.lost was then
 */
struct torture_follow {
	u64	next;
	u64	lost;
};

/* Somebody who reads. */
struct torture_follower {
	u64			seq;
	u64			lost;
	struct torture_follow	of[];
};

/* One for each thread that reads, and one for the check. */
#define TORTURE_FOLLOWERS	(TORTURE_LOG_READERS + 1)

static struct torture_follower *torture_followers[TORTURE_FOLLOWERS];

static u8 torture_byte(const struct torture_record *r, u32 at)
{
	return r->count + r->writer * 31 + at * 7;
}

static void torture_fill(struct torture_record *r, struct torture_actor *a, u32 len)
{
	u32 at;

	r->count = a->written;
	r->writer = a->nr;
	r->len = len;
	for (at = sizeof(*r); at < len; at++)
		((u8 *)r)[at] = torture_byte(r, at);
}

/* Is it whole? */
static bool torture_record_whole(const struct log_record *rec)
{
	const struct torture_record *r = (const void *)rec->data;
	u32 at;

	if (rec->len < sizeof(*r) || r->len != rec->len ||
	    r->writer >= torture_nr_actors ||
	    rec->context != torture_actors[r->writer].context)
		return false;
	for (at = sizeof(*r); at < rec->len; at++)
		if (rec->data[at] != torture_byte(r, at))
			return false;
	return true;
}

/* What came of a record. */
static void torture_wrote(struct torture_actor *a, long seq)
{
	if (seq == -ENOMEM) {
		a->dropped++;
		return;
	}
	if (seq < 0) {
		torture_error("log: a write in context %u returns %ld", a->context, seq);
		return;
	}
	if (seq < a->last)
		torture_error("log: writer %u gets record %ld after %llu",
			      a->nr, seq, a->last - 1);
	a->last = seq + 1;
	a->written++;
}

static void torture_reserve(struct torture_actor *a, u32 len)
{
	struct torture_record *r;

	r = lfvec_log_reserve(torture_full, LOGLEVEL_INFO, 0, len);
	if (!r) {
		a->dropped++;
		return;
	}
	if (a->context == LFVEC_STRESS_TASK && !torture_roll(a, 16))
		usleep_range(20, 2000);
	if (!torture_roll(a, 16)) {
		lfvec_log_discard(torture_full, r);
		return;
	}
	len -= torture_roll(a, len - sizeof(*r) + 1);
	torture_fill(r, a, len);
	torture_wrote(a, lfvec_log_commit(torture_full, r, len));
}

/* Write a record; most are short. */
void torture_log_act(struct torture_actor *a)
{
	u32 max = torture_roll(a, 8) ? 60 : TORTURE_RECORD - sizeof(struct torture_record);
	u32 len = sizeof(struct torture_record) + torture_roll(a, max);

	if (!torture_roll(a, 3)) {
		torture_reserve(a, len);
		return;
	}
	torture_fill((struct torture_record *)a->in, a, len);
	torture_wrote(a, lfvec_log_bin(torture_full, LOGLEVEL_INFO, 0, a->in, len));
}

void torture_log_write(struct torture_thread *t)
{
	torture_log_act(t->actor);
	WRITE_ONCE(t->actor->ops, t->actor->ops + 1);
	cond_resched();
}

/* The next record of this writer, or a later one if some were lost. */
static void torture_follow(struct torture_follower *f, const struct torture_record *r)
{
	struct torture_follow *of = &f->of[r->writer];
	bool gap = of->lost != f->lost;

	if (gap ? r->count < of->next : r->count != of->next)
		torture_error("log: record %llu is number %llu of writer %u; expected %llu%s",
			      f->seq, r->count, r->writer, of->next,
			      gap ? " or more" : "");
	of->next = r->count + 1;
	of->lost = f->lost;
}

/* In an RCU read-side section, for @us. */
static void torture_look(struct torture_follower *f, const struct log_record *rec, u32 us)
{
	u32 at;

	if (!torture_record_whole(rec)) {
		torture_error("log: record %llu of %u bytes is not whole: %*ph", f->seq,
			      rec->len, min_t(int, rec->len, 24), rec->data);
		return;
	}
	torture_follow(f, (const void *)rec->data);
	for (at = 0; at < us; at += TORTURE_DELAY) {
		udelay(TORTURE_DELAY);
		if (torture_record_whole(rec))
			continue;
		torture_error("log: record %llu changes while it is held", f->seq);
		break;
	}
}

/* Go on to the next record. Returns -ERANGE if it is not there yet. */
static long torture_step(struct torture_follower *f, struct lfvec_log *log, u32 us)
{
	const struct log_record *rec;
	u64 next;
	long ret = 0;

	rcu_read_lock();
	rec = lfvec_sized_get(&log->buf->vec, f->seq);
	if (IS_ERR(rec))
		ret = PTR_ERR(rec);
	else
		torture_look(f, rec, us);
	rcu_read_unlock();
	if (!ret) {
		f->seq++;
	} else if (ret == -EPIPE) {
		next = max_t(u64, lfvec_sized_oldest(&log->buf->vec), f->seq + 1);
		f->lost += next - f->seq;
		f->seq = next;
	}
	return ret;
}

static bool torture_there(struct lfvec_log *log, u64 seq)
{
	const void *rec;

	rcu_read_lock();
	rec = lfvec_sized_get(&log->buf->vec, seq);
	rcu_read_unlock();
	return rec != ERR_PTR(-ERANGE);
}

/* More than is in the log: so the record must be there, or gone. */
static void torture_behind(struct torture_follower *f)
{
	u64 end = lfvec_sized_end(&torture_full->buf->vec);

	if (f->seq < end && !torture_there(torture_full, f->seq))
		torture_error("log: record %llu of %llu is said not to be there yet",
			      f->seq, end);
}

/* Now and then look at a record for long, and be overtaken. */
void torture_log_read(struct torture_thread *t)
{
	struct torture_follower *f = torture_followers[t->nr];
	struct torture_actor *a = t->actor;
	u32 us = torture_stall_ms && !torture_roll(a, 64) ?
		 torture_roll(a, torture_stall_ms * 1000) : 0;

	if (torture_step(f, torture_full, us) == -ERANGE) {
		torture_behind(f);
		wait_event_interruptible_timeout(torture_full->buf->wait,
						 torture_there(torture_full, f->seq) ||
						 torture_pausing(), HZ / 20);
	}
	WRITE_ONCE(a->ops, a->ops + 1);
	cond_resched();
}

/* Write a record once the one before was read, at once or a little later. */
void torture_ping(struct torture_thread *t)
{
	struct torture_actor *a = t->actor;
	u64 nr = a->written;
	long seq;

	if (READ_ONCE(torture_pongs) != nr) {
		usleep_range(1, 20);
		return;
	}
	ndelay(torture_roll(a, 4000));
	seq = lfvec_log(torture_empty, LOGLEVEL_INFO, "ping %llu", nr);
	if (seq >= 0 && seq != nr)
		torture_error("log: ping %llu is record %ld", nr, seq);
	torture_wrote(a, seq);
	WRITE_ONCE(a->ops, a->ops + 1);
}

/* @woken: since the last look for a record */
struct torture_waiter {
	struct wait_queue_entry	entry;
	bool			woken;
};

static int torture_wake(struct wait_queue_entry *entry, unsigned int mode, int flags,
			void *key)
{
	struct torture_waiter *w = container_of(entry, struct torture_waiter, entry);

	WRITE_ONCE(w->woken, true);
	return default_wake_function(entry, mode, flags, key);
}

/*
 * Wait as read() does, but not forever. If a record is there by then, and nobody has
 * come to say so a second later, nobody will.
 */
static bool torture_await(u64 seq)
{
	struct torture_waiter w = { };
	long left = HZ / 2;
	bool there;

	init_waitqueue_func_entry(&w.entry, torture_wake);
	w.entry.private = current;
	add_wait_queue(&torture_empty->buf->wait, &w.entry);
	do {
		WRITE_ONCE(w.woken, false);
		set_current_state(TASK_INTERRUPTIBLE);
		there = torture_there(torture_empty, seq);
		if (there || torture_pausing())
			break;
		left = schedule_timeout(left);
	} while (left);
	__set_current_state(TASK_RUNNING);
	if (!left)
		there = torture_there(torture_empty, seq);
	if (!left && there && !READ_ONCE(w.woken)) {
		msleep(MSEC_PER_SEC);
		if (!READ_ONCE(w.woken))
			torture_error("log: who waits for record %llu is not woken", seq);
	}
	remove_wait_queue(&torture_empty->buf->wait, &w.entry);
	return there;
}

/* Read what was just written. */
void torture_pong(struct torture_thread *t)
{
	u64 seq = torture_pongs;
	const struct log_record *rec;
	char want[32];
	size_t len;

	if (!torture_await(seq))
		return;
	len = snprintf(want, sizeof(want), "ping %llu", seq);
	rcu_read_lock();
	rec = lfvec_sized_get(&torture_empty->buf->vec, seq);
	if (IS_ERR(rec))
		torture_error("log: ping %llu is not there: %ld", seq, PTR_ERR(rec));
	else if (rec->len != len || memcmp(rec->data, want, len))
		torture_error("log: ping %llu is %.*s", seq, rec->len, rec->data);
	rcu_read_unlock();
	WRITE_ONCE(t->actor->ops, t->actor->ops + 1);
	WRITE_ONCE(torture_pongs, seq + 1);
}

/* How many records were written, but for pings; and how many could not be. */
u64 torture_log_written(u64 *dropped)
{
	struct torture_actor *a = torture_actors;
	u64 written = 0;

	for (; a < torture_actors + torture_nr_actors; a++) {
		if (a == torture_pinger)
			continue;
		written += a->written;
		*dropped += a->dropped;
	}
	return written;
}

/* What is left ends with the last record of each writer who has one there. */
static void torture_log_left(struct torture_follower *f)
{
	struct lfvec_log_info info;
	u32 i;

	lfvec_log_stats(torture_full, &info);
	memset(f, 0, struct_size(f, of, torture_nr_actors));
	f->seq = info.first;
	f->lost = 1;
	while (!torture_step(f, torture_full, 0))
		torture_beat();
	if (f->seq != info.next)
		torture_error("log: there are records %llu to %llu, not to %llu",
			      info.first, f->seq, info.next);
	for (i = 0; i < torture_nr_actors; i++)
		if (f->of[i].next && f->of[i].next != torture_actors[i].written)
			torture_error("log: writer %u has written %llu; %llu were found",
				      i, torture_actors[i].written, f->of[i].next);
}

/* Nobody is at work. */
void torture_logs_check(void)
{
	struct lfvec_log_info info;
	u64 dropped = 0, written = torture_log_written(&dropped);

	lfvec_log_stats(torture_full, &info);
	if (info.next != written || info.dropped[LFVEC_LOG_DROP_MEMORY] != dropped ||
	    info.dropped[LFVEC_LOG_DROP_NESTED] || info.dropped[LFVEC_LOG_DROP_FULL])
		torture_error("log: %llu written, %llu dropped; it counts %llu, %llu, %llu nested",
			      written, dropped, info.next,
			      info.dropped[LFVEC_LOG_DROP_MEMORY],
			      info.dropped[LFVEC_LOG_DROP_NESTED]);
	torture_log_left(torture_followers[TORTURE_LOG_READERS]);
}

void torture_logs_exit(void)
{
	unsigned int i;

	lfvec_log_destroy(torture_empty);
	lfvec_log_destroy(torture_full);
	for (i = 0; i < TORTURE_FOLLOWERS; i++)
		kvfree(torture_followers[i]);
}

int torture_logs_init(void)
{
	struct torture_follower *f;
	unsigned int i;

	for (i = 0; i < TORTURE_FOLLOWERS; i++) {
		f = kvzalloc(struct_size(f, of, torture_nr_actors), GFP_KERNEL);
		torture_followers[i] = f;
		if (!f)
			goto undo;
	}
	torture_full = lfvec_log_create("torture-full", &torture_full_attr);
	torture_empty = lfvec_log_create("torture-empty", &torture_empty_attr);
	if (!IS_ERR(torture_full) && !IS_ERR(torture_empty))
		return 0;

undo:
	torture_logs_exit();
	return IS_ERR(torture_full) ? PTR_ERR(torture_full) :
	       IS_ERR(torture_empty) ? PTR_ERR(torture_empty) : -ENOMEM;
}
