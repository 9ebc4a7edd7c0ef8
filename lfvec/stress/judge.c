// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - the exact check at the end of a run
 *
 * Of each value, as many must have gone in as came out or are left.
 */
#include <linux/bitmap.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include "run.h"

#define STORED	(LFVEC_STRESS_OP_STORE - LFVEC_STRESS_OPS)

static void run_sum_worker(const struct stress_worker *w,
			   struct lfvec_stress_result *res)
{
	unsigned int i;

	for (i = 0; i < LFVEC_STRESS_OPS; i++) {
		res->done[i] += w->done[i];
		res->failed[i] += w->failed[i];
	}
	for (i = 0; i < LFVEC_STRESS_MORE; i++) {
		res->more_done[i] += w->done[LFVEC_STRESS_OPS + i];
		res->more_failed[i] += w->failed[LFVEC_STRESS_OPS + i];
	}
	for (i = 0; i < LFVEC_STRESS_HIST; i++)
		res->hist[i] += w->hist[i];
	res->contexts[w->context] += w->did;
	res->errors += w->errors;
	res->pushed += w->pushed;
	res->popped += w->popped;
	res->overwritten += w->overwritten;
	res->truncated += w->truncated;
	res->duplicated += w->duplicated;
	res->torn += w->torn;
	res->dropped += w->dropped;
}

/* Account for one that is left, as if the first thread had popped it. */
static void run_left(struct stress_run *run, struct lfvec_stress_result *res)
{
	struct stress_worker *w = &run->worker[0];

	worker_out(w, w->olds);
	if (!(++res->left % 1024))
		cond_resched();
	if (!(res->left % 65536) && run->impl->relax)
		run->impl->relax();
}

static void run_drain(struct stress_run *run, struct lfvec_stress_result *res)
{
	struct stress_worker *w = &run->worker[0];
	unsigned long index, size;

	if (!(run->arg.form & LFVEC_STRESS_APPEND_ONLY)) {
		while (!run->impl->pop(run->v, w->olds))
			run_left(run, res);
		return;
	}
	size = run->impl->size(run->v);
	for (index = __lfvec_oldest(run->v); index < size; index++) {
		if (run->impl->load(run->v, index, w->olds))
			res->errors++;
		else
			run_left(run, res);
	}
}

static void run_judge_values(struct stress_run *run,
			     struct lfvec_stress_result *res)
{
	s64 balance;
	u32 v, i;

	for (v = 0; v < run->arg.values; v++) {
		balance = 0;
		for (i = 0; i < run->nr_workers; i++)
			balance += run->worker[i].balance[v];
		if (balance > 0)
			res->lost += balance;
		else
			res->duplicated -= balance;
		cond_resched();
	}
}

/* How many values from @from on, and before @to, came out. */
static u64 run_seen(const struct stress_run *run, u64 from, u64 to)
{
	u64 sum = 0, v;

	for (v = find_next_bit(run->seen, to, from); v < to;
	     v = find_next_bit(run->seen, to, v + 1))
		if (!(++sum % 65536))
			cond_resched();
	return sum;
}

/* There may be many more than were ever used. */
static void run_judge_unique(struct stress_run *run,
			     struct lfvec_stress_result *res)
{
	struct stress_worker *w;

	for (w = run->worker; w < run->worker + run->nr_workers; w++) {
		res->lost += w->next - w->first - run_seen(run, w->first, w->next);
		res->duplicated += run_seen(run, w->next, w->end);
		cond_resched();
	}
}

/*
 * Elements that were truncated or overwritten by a push or store have gone somewhere,
 * but nobody saw which they were.
 */
static void run_forgive(struct lfvec_stress_result *res)
{
	u64 gone = res->truncated + res->displaced + res->more_done[STORED];
	u64 forgiven = min(res->lost, gone);

	res->lost -= forgiven;
	res->duplicated += gone - forgiven;
}

void run_judge(struct stress_run *run, struct lfvec_stress_result *res)
{
	u32 i;

	res->elapsed = ktime_to_ns(ktime_sub(run->end, run->start));
	res->shrunk = run->shrunk;
	if (run->impl->stats)
		run->impl->stats(run->v, &res->stats);
	res->displaced = res->stats.overwritten;
	res->peak = max(run->peak, res->stats.bytes);
	run_drain(run, res);
	for (i = 0; i < run->nr_workers; i++)
		run_sum_worker(&run->worker[i], res);
	/* what was dropped is counted, too */
	if (run->impl->stats && res->dropped != res->stats.dropped)
		res->errors++;
	if (run->arg.values)
		run_judge_values(run, res);
	else
		run_judge_unique(run, res);
	run_forgive(res);
}
