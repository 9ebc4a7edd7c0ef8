/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside test_lfvec_torture
 */
#ifndef TEST_LFVEC_TORTURE_H
#define TEST_LFVEC_TORTURE_H

#include <linux/atomic.h>
#include <linux/lfvec_stress.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/torture.h>
#include <linux/types.h>

#include "stress/context.h"

/* Elements have only so many values: what is mistaken for another must recur. */
#define TORTURE_VALUES	2

/* Vectors that are tortured at the same time; see torture_vec.c. */
#define TORTURE_VECS	10
#define TORTURE_WAVES	4

/* The largest element, and how many go in or out in one step. */
#define TORTURE_ELEM	1021
#define TORTURE_BATCH	8

/* us between two looks at what is held */
#define TORTURE_DELAY	10

/* Threads that read the log. */
#define TORTURE_LOG_READERS	2

/* The largest record in it. */
#define TORTURE_RECORD	4000

/*
 * struct torture_tally - what an actor has done to a vector
 *
 * @balance: of each value, how many went in less how many came out
 */
struct torture_tally {
	u64	pushed;
	u64	popped;
	u64	truncated;
	u64	stored;
	u64	dropped;
	s64	balance[TORTURE_VALUES];
};

/*
 * struct torture_actor - who does something
 *
 * One for each thread, and for each CPU one in softirq, one in hardirq and one in
 * NMI. So each does one thing at a time, and needs no lock.
 *
 * @context: enum lfvec_stress_context
 * @nr:      its number among all actors
 * @ops:     operations so far
 * @written: records that it has written so far
 * @dropped: records that were not written for want of memory
 * @last:    sequence number of the last one, and 1
 * @in:      elements that go in; also a record
 * @out:     elements that come out
 */
struct torture_actor {
	unsigned int		context;
	u32			nr;
	struct rnd_state	rnd;
	u64			ops;
	struct torture_tally	tally[TORTURE_VECS];
	u64			written;
	u64			dropped;
	u64			last;
	u8			*in;
	u8			*out;
};

/* One of the timers of a thread. */
struct torture_timer {
	struct context_timer	timer;
	struct rnd_state	rnd;
	unsigned int		context;
};

/*
 * struct torture_thread - does its rounds, and is paused between them
 *
 * @nr:    among those of this role
 * @timer: in softirq and in hardirq, if the role has them
 */
struct torture_thread {
	struct task_struct		*task;
	const struct torture_role	*role;
	struct torture_actor		*actor;
	u32				nr;
	struct torture_timer		timer[2];
};

/*
 * struct torture_role - what a thread may be there for
 *
 * @busy:   never sleeps for long
 * @timers: has timers
 */
struct torture_role {
	const char	*name;
	void		(*round)(struct torture_thread *t);
	bool		busy;
	bool		timers;
};

static inline u32 torture_roll(struct torture_actor *a, u32 below)
{
	return prandom_u32_state(&a->rnd) % below;
}

/* torture.c */
extern unsigned int torture_stall_ms;
extern unsigned int torture_memory_mb;
extern bool torture_nmi;
extern struct torture_actor *torture_actors;
extern u32 torture_nr_actors;
extern struct torture_actor *torture_pinger;
__printf(1, 2) void torture_error(const char *fmt, ...);
void torture_beat(void);
bool torture_pausing(void);
void torture_act(struct torture_actor *a);
struct torture_actor *torture_here(unsigned int context, unsigned int cpu);

/* torture_vec.c */
int torture_vecs_init(void);
void torture_vecs_exit(void);
void torture_vecs_check(void);
void torture_vecs_renew(void);
void torture_vec_act(struct torture_actor *a);
void torture_vec_read(struct torture_thread *t);
void torture_vec_shrink(struct torture_thread *t);
void torture_wave_shrink(struct torture_thread *t);
void torture_vec_churn(struct torture_thread *t);

/* torture_log.c */
int torture_logs_init(void);
void torture_logs_exit(void);
void torture_logs_check(void);
u64 torture_log_written(u64 *dropped);
void torture_log_act(struct torture_actor *a);
void torture_log_write(struct torture_thread *t);
void torture_log_read(struct torture_thread *t);
void torture_ping(struct torture_thread *t);
void torture_pong(struct torture_thread *t);

/* torture_disturb.c */
/*
 * What has been done to them: CPUs that went, came, or would not; threads moved; pages
 * taken and refused; and how often somebody wanted them back.
 */
struct torture_disturbed {
	unsigned long	went;
	unsigned long	came;
	unsigned long	stayed;
	unsigned long	shuffles;
	unsigned long	hogged;
	unsigned long	denied;
	unsigned long	ooms;
};

extern struct torture_disturbed torture_disturbed;
void torture_interrupt(struct torture_actor *a);
void torture_interrupts_init(void);
void torture_interrupts_settle(void);
void torture_onoff(struct rnd_state *rnd);
void torture_onoff_end(void);
void torture_shuffle(struct torture_thread *threads, unsigned int nr);
void torture_hog(struct torture_thread *t);
int torture_hog_init(void);
void torture_hog_exit(void);

#endif /* TEST_LFVEC_TORTURE_H */
