/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside lfvec_stress: a run, and those who work for it
 */
#ifndef _LFVEC_STRESS_RUN_H
#define _LFVEC_STRESS_RUN_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "context.h"
#include "stress.h"

/*
 * struct stress_worker - who does operations, and what came of them
 *
 * One for each thread; one for each of its timers, in softirq and hardirq; and one
 * for each CPU in NMI. So each is in one place at a time, and needs no lock.
 *
 * @context: enum lfvec_stress_context
 * @task:    in TASK
 * @timer:   in SOFTIRQ and HARDIRQ
 * @ops:     to do; U64_MAX for no limit
 * @did:     done so far, in whatever way they ended
 * @first:   the unique values of this worker: from here on
 * @next:    and before here they are used up
 * @end:     up to before here
 * @balance: of each value, how many went in less how many came out
 * @elems:   room for a batch that goes in
 * @olds:    room for a batch that comes out
 * @pair:    room for what is expected, and what is to replace it
 * @history: records, if there is to be a history: of @history_size bytes,
 *	     @history_len are used; one operation takes @history_most at most
 */
struct stress_worker {
	struct stress_run	*run;
	unsigned int		context;
	struct task_struct	*task;
	struct context_timer	timer;
	struct rnd_state	rnd;
	u64			ops;
	u64			did;
	unsigned long		yielded;
	u64			first;
	u64			next;
	u64			end;
	u64			done[LFVEC_STRESS_OPS_ALL];
	u64			failed[LFVEC_STRESS_OPS_ALL];
	u64			errors;
	u64			pushed;
	u64			popped;
	u64			overwritten;
	u64			truncated;
	u64			duplicated;
	u64			torn;
	u64			dropped;
	u64			hist[LFVEC_STRESS_HIST];
	s64			*balance;
	u8			*elems;
	u8			*olds;
	u8			*pair;
	u8			*history;
	size_t			history_size;
	size_t			history_len;
	size_t			history_most;
};

/*
 * struct stress_rounds - threads that wait for each other now and then
 *
 * @threads: that are still at work
 * @waiting: how many of them are waiting
 * @nr:	     how often all of them have
 * @every:   when each has done so many operations; 0 for never
 */
struct stress_rounds {
	spinlock_t		lock;	/* all but @every */
	u32			threads;
	u32			waiting;
	u32			every;
	unsigned long		nr;
	wait_queue_head_t	wait;
};

/*
 * struct stress_run - belongs to its file, and to those who wait for its end
 *
 * @worker: @nr_workers of them: those of the threads, then those of their timers,
 *	    then from @nmi on one for each possible CPU
 * @seen:   unique values that came out, of @nr_seen
 */
struct stress_run {
	struct kref			ref;
	struct lfvec_stress_run		arg;
	const struct stress_impl	*impl;
	void				*v;
	struct mem_cgroup		*memcg;
	unsigned long			*seen;
	unsigned long			nr_seen;
	bool				stop;
	struct completion		go;
	atomic_t			running;
	wait_queue_head_t		wait;
	ktime_t				start;
	ktime_t				end;
	ktime_t				deadline;
	struct task_struct		*keeper;
	u64				peak;
	u64				shrunk;
	struct stress_rounds		rounds;
	atomic_long_t			stamp ____cacheline_aligned_in_smp;
	struct stress_worker		*nmi ____cacheline_aligned_in_smp;
	u32				nr_workers;
	struct stress_worker		worker[];
};

static inline bool run_has(const struct stress_run *run, unsigned int context)
{
	return run->arg.contexts & BIT(context);
}

/* worker.c */
bool worker_supported(const struct stress_impl *impl, unsigned int op);
int worker_init(struct stress_run *run, u32 nr, unsigned int context);
void worker_free(struct stress_worker *w);
int worker_fill(struct stress_worker *w, u64 nr);
void worker_out(struct stress_worker *w, void *elem);
u64 worker_value(const struct stress_worker *w, const void *elem);
void worker_sweep(struct stress_worker *w);
void worker_one(struct stress_worker *w);
void worker_burst(struct stress_worker *w);
bool worker_over(struct stress_worker *w);

/* run.c */
struct stress_run *run_get(struct stress_file *sf);
void run_put(struct stress_run *run);

/* history.c */
int history_init(struct stress_worker *w);
void history_free(struct stress_worker *w);
struct lfvec_stress_record *history_call(struct stress_worker *w,
					 unsigned int op, u64 index,
					 const void *elems, unsigned int nr);
void history_return(struct stress_worker *w, struct lfvec_stress_record *r,
		    s64 result, const void *elems, unsigned int nr);
bool history_full(const struct stress_worker *w);
void history_rounds_init(struct stress_run *run);
void history_round(struct stress_worker *w);
bool history_leave(struct stress_worker *w);

/* judge.c */
void run_judge(struct stress_run *run, struct lfvec_stress_result *res);

#endif /* _LFVEC_STRESS_RUN_H */
