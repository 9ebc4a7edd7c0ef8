// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - the history of a run: a record of each operation
 *
 * Each worker writes into a buffer of its own, so that they share nothing but what
 * the stamps come from. That is a counter: whatever ended before something else
 * began has the lower stamp, on any machine and in any context, and no two are the
 * same. But it is a fully ordered operation before and after each one that is
 * recorded, and one cache line for all CPUs. So there is the clock, too, which
 * everybody reads by himself: it never runs backwards between CPUs, but two stamps
 * may be equal, which says nothing about what came first.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "run.h"

/* One operation of a worker makes up to so many records, as it looks first. */
#define HISTORY_RECORDS	3

/* An element's value takes so many bytes, whatever the element is. */
#define HISTORY_WORD	sizeof(u64)

static u64 history_stamp(struct stress_run *run)
{
	u64 now;

	if (!(run->arg.flags & LFVEC_STRESS_RUN_CLOCK))
		return atomic_long_inc_return(&run->stamp);
	/* The clock is not read before what came before, ... */
	smp_mb();
	now = ktime_get_ns();
	/* ... and what comes after is not done before it is read. */
	smp_mb();
	return now;
}

static void history_values(struct stress_worker *w,
			   struct lfvec_stress_record *r, const void *elems,
			   unsigned int nr)
{
	u64 *to = (u64 *)(w->history + w->history_len);
	unsigned int i;

	for (i = 0; i < nr; i++)
		to[i] = worker_value(w, elems + i * w->run->arg.esize);
	r->values += nr;
	w->history_len += nr * HISTORY_WORD;
}

/*
 * @w is about to call @op, for which @nr elements go in. Returns the record that is
 * to be completed by history_return(), or NULL if no history is asked for.
 */
struct lfvec_stress_record *history_call(struct stress_worker *w,
					 unsigned int op, u64 index,
					 const void *elems, unsigned int nr)
{
	struct lfvec_stress_record *r;

	if (!w->history)
		return NULL;
	r = (struct lfvec_stress_record *)(w->history + w->history_len);
	w->history_len += sizeof(*r);
	*r = (struct lfvec_stress_record){
		.worker = w - w->run->worker, .op = op, .index = index,
	};
	history_values(w, r, elems, nr);
	r->start = history_stamp(w->run);
	return r;
}

/* It has returned @result, and @nr elements came out. */
void history_return(struct stress_worker *w, struct lfvec_stress_record *r,
		    s64 result, const void *elems, unsigned int nr)
{
	if (!r)
		return;
	r->end = history_stamp(w->run);
	r->result = result;
	history_values(w, r, elems, nr);
}

/* Is there not enough room for whatever comes next? */
bool history_full(const struct stress_worker *w)
{
	return w->history && w->history_len + w->history_most > w->history_size;
}

int history_init(struct stress_worker *w)
{
	const struct lfvec_stress_run *arg = &w->run->arg;
	u64 size = div_u64((u64)arg->history << 10, w->run->nr_workers);

	if (!arg->history)
		return 0;
	w->history_most = HISTORY_RECORDS *
			  (sizeof(struct lfvec_stress_record) + 3 * HISTORY_WORD) +
			  2 * arg->batch * HISTORY_WORD;
	w->history_size = round_down(size, HISTORY_WORD);
	if (w->history_size < w->history_most)
		return -EINVAL;
	w->history = kvmalloc(w->history_size, GFP_KERNEL_ACCOUNT);
	return w->history ? 0 : -ENOMEM;
}

void history_free(struct stress_worker *w)
{
	kvfree(w->history);
}

void history_rounds_init(struct stress_run *run)
{
	struct stress_rounds *rounds = &run->rounds;

	spin_lock_init(&rounds->lock);
	init_waitqueue_head(&rounds->wait);
	rounds->threads = run->arg.threads;
	rounds->every = run->arg.round / run->arg.threads;
	if (run->arg.round && !rounds->every)
		rounds->every = 1;
}

/* Let all go on if nobody is missing. */
static void history_round_over(struct stress_rounds *rounds)
{
	lockdep_assert_held(&rounds->lock);
	if (rounds->waiting < rounds->threads)
		return;
	rounds->waiting = 0;
	WRITE_ONCE(rounds->nr, rounds->nr + 1);
	wake_up_all(&rounds->wait);
}

/* In a thread, between two operations: wait for the others, if it is time to. */
void history_round(struct stress_worker *w)
{
	struct stress_rounds *rounds = &w->run->rounds;
	unsigned long nr;
	u32 rest;

	if (!rounds->every)
		return;
	div_u64_rem(w->did, rounds->every, &rest);
	if (rest)
		return;
	spin_lock(&rounds->lock);
	nr = rounds->nr;
	rounds->waiting++;
	history_round_over(rounds);
	spin_unlock(&rounds->lock);
	wait_event_idle(rounds->wait, READ_ONCE(rounds->nr) != nr);
}

/* A thread has done all it had to. Is it the last one? */
bool history_leave(struct stress_worker *w)
{
	struct stress_rounds *rounds = &w->run->rounds;
	bool last;

	spin_lock(&rounds->lock);
	last = !--rounds->threads;
	if (!last)
		history_round_over(rounds);
	spin_unlock(&rounds->lock);
	return last;
}

static long history_copy(struct stress_worker *w,
			 struct lfvec_stress_history *arg)
{
	u64 size = 0;

	if (arg->offset < w->history_len)
		size = min_t(u64, arg->size, w->history_len - arg->offset);
	if (size && copy_to_user(u64_to_user_ptr(arg->buf),
				 w->history + arg->offset, size))
		return -EFAULT;
	arg->size = size;
	arg->total = w->history_len;
	arg->workers = w->run->nr_workers;
	return 0;
}

/* Nobody adds to the history any more, not even in an NMI from elsewhere. */
static void history_end(struct stress_run *run)
{
	WRITE_ONCE(run->stop, true);
	if (run->nmi)
		kick_all_cpus_sync();
}

long stress_history(struct stress_file *sf, void *data)
{
	struct lfvec_stress_history *arg = data;
	struct stress_run *run;
	int running;
	long ret;

	if (arg->workers || arg->total ||
	    memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	run = run_get(sf);
	if (IS_ERR(run))
		return PTR_ERR(run);
	/* Pairs with atomic_dec_and_test() in run_thread(): then all is there. */
	running = atomic_read_acquire(&run->running);
	if (!run->arg.history) {
		ret = -ENODATA;
	} else if (running) {
		ret = -EBUSY;
	} else if (arg->worker >= run->nr_workers) {
		ret = -EINVAL;
	} else {
		history_end(run);
		ret = history_copy(&run->worker[arg->worker], arg);
	}
	run_put(run);
	return ret;
}
