// SPDX-License-Identifier: GPL-2.0
/*
 * test_lfvec_intr - an operation is interrupted at each of its instructions
 *
 * A kprobe may sit on any instruction, and what it calls runs like an NMI. For
 * each instruction of lfvec.ko in turn, operations on a vector are run on one CPU,
 * and when they come by that instruction, others are done to the same vector.
 * What all of them returned, and what is in the vector then, must be what it would
 * be had the latter been done before or after the one that they interrupted.
 *
 * Many instructions are only come by if a race was lost, memory is gone, the
 * vector is full, too many operations nest, or the like: each mode brings some of
 * that about. In which mode, and how, an instruction is come by is tried out first.
 *
 * This is every single interruption on one CPU. It shows nothing of what several
 * CPUs do to each other.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/trace_events.h>
#include <linux/workqueue.h>

#include "alloc.h"
#include "lfvec_int.h"
#include "model.h"
#include "probe.h"

#define HANDLERS	7
#define TRIES		20
#define SEARCHES	5
#define LOSSES		3	/* one in so many loses more than one race */
#define FUNCTIONS_MAX	96
#define ERRORS_MAX	6	/* reports, of one instruction, are enough */

/* What a mode brings about. */
#define LOSE		0x1	/* each operation loses a race, some more */
#define STARVE		0x2	/* the depot gives nothing to who may sleep */
#define DRY		0x4	/* no worker fills the depot, and none may sleep */
#define DEEP		0x8	/* as if four operations were under way */
#define DISTURB		0x10	/* who completes another's write is overtaken */
#define NOMEM		0x20	/* half of the allocations fail */
#define IRQ		0x40	/* operations are done in hardirq */
#define PENDING		0x80	/* or there, while a write is pending */
#define SINGLE		0x100	/* all stock is had one by one */
#define SLOW		0x200	/* also with what takes grace periods */

#define A		LFVEC_APPEND_ONLY
#define O		LFVEC_OVERWRITE

static const struct mode {
	const char		*name;
	unsigned int		what;
	unsigned int		esize;
	struct lfvec_attr	attr;
} modes[] = {
	{ "plain", SLOW, 8, { .first = 1, .spare = 256 } },
	{ "lost race", LOSE | SLOW, 8, { .first = 1, .spare = 256 } },
	{ "single", SINGLE, 8, { .first = 1, .spare = 256 } },
	{ "wide", 0, 24, { .first = 1, .spare = 256 } },
	{ "wide, lost race", LOSE, 24, { .first = 1, .spare = 256 } },
	{ "wide, deep", DEEP, 24, { .first = 1, .spare = 1 } },
	{ "wide, pending", PENDING, 24, { .first = 1, .spare = 256 } },
	{ "wide, full", LOSE, 24, { .first = 1, .max = 7, .spare = 256 } },
	{ "wide, overwriting", PENDING, 24, { .max = 8, .flags = O } },
	{ "wide, starved", STARVE, 24,
	  { .first = 1, .max = 1000, .spare = 1, .flags = LFVEC_ACCOUNT } },
	{ "wide, dry", DRY, 24, { .first = 1, .spare = 1 } },
	{ "growing", SLOW, 8, { .first = 1, .spare = 1 } },
	{ "disturbed", DISTURB | PENDING, 8, { .first = 1, .spare = 256 } },
	{ "pending", PENDING, 8, { .first = 1, .spare = 256 } },
	{ "pending, overwriting", PENDING, 8, { .max = 8, .flags = O } },
	{ "starved", STARVE | SLOW, 8,
	  { .first = 1, .max = 1000, .spare = 1, .flags = LFVEC_ACCOUNT } },
	{ "starved, lost race", STARVE | LOSE, 8,
	  { .first = 1, .max = 1000, .spare = 256 } },
	{ "starved, wide, disturbed", STARVE | DISTURB | PENDING, 24,
	  { .first = 1, .max = 1000, .spare = 256 } },
	{ "starved, no memory", STARVE | NOMEM | SLOW, 8,
	  { .first = 1, .max = 1000, .spare = 1, .flags = LFVEC_ACCOUNT } },
	{ "starved, full, single", STARVE | SINGLE, 8,
	  { .first = 1, .max = 7, .flags = LFVEC_ACCOUNT } },
	{ "starved, hardirq", STARVE | IRQ | SLOW, 8,
	  { .first = 1, .max = 1000, .spare = 1, .flags = LFVEC_ACCOUNT } },
	{ "starved, overwriting", STARVE | LOSE, 24, { .max = 8, .flags = O } },
	{ "no memory", NOMEM | SLOW, 8, { .first = 1, .spare = 1 } },
	{ "dry", DRY, 8, { .first = 1, .spare = 1 } },
	{ "dry, backlog", DRY, 8, { .first = 1, .spare = 1, .backlog = 1 } },
	{ "backlog", STARVE | SLOW, 8,
	  { .first = 1, .max = 1000, .spare = 1, .backlog = 1 } },
	{ "growing, backlog", SLOW, 8,
	  { .first = 1, .spare = 1, .backlog = 1 } },
	{ "full", SLOW, 8, { .first = 1, .max = 7, .spare = 256 } },
	{ "full, lost race", LOSE, 8, { .first = 1, .max = 7, .spare = 256 } },
	{ "deep", DEEP | SLOW, 8, { .first = 1, .spare = 1 } },
	{ "overwriting", 0, 8, { .max = 4, .flags = O } },
	{ "overwriting, lost race", LOSE, 8, { .max = 8, .flags = O } },
	{ "append-only", 0, 8,
	  { .first = 1, .spare = 1, .max = 1000, .flags = A } },
	{ "append-only, lost race", LOSE, 24, { .max = 8, .flags = A | O } },
	{ "append-only, full", LOSE, 8,
	  { .first = 1, .max = 55, .spare = 256, .flags = A } },
	{ "append-only, deep", DEEP, 8, { .max = 8, .flags = A | O } },
	{ "append-only, wide", 0, 24,
	  { .first = 1, .spare = 1, .max = 1000, .flags = A } },
	{ "append-only, wide, deep", DEEP, 24, { .max = 8, .flags = A | O } },
	{ "append-only, wide, full", LOSE, 24,
	  { .first = 1, .max = 55, .spare = 256, .flags = A } },
	{ "append-only, overwriting", LOSE, 8, { .max = 8, .flags = A | O } },
	{ "append-only, starved", STARVE, 8,
	  { .first = 1, .max = 1000, .flags = A } },
	{ "append-only, starved, lost race", STARVE | LOSE, 24,
	  { .max = 8, .flags = A | O } },
	{ "append-only, no memory", STARVE | NOMEM, 8,
	  { .first = 1, .max = 1000, .spare = 1, .flags = A } },
	{ "append-only, dry", DRY, 8,
	  { .first = 1, .spare = 1, .max = 1000, .flags = A } },
};

/* What else is done in a run, from what is quick to what is slow. */
#define FOCUS		0x1	/* many of the operation that is looked at */
#define SHRINK		0x2	/* shrink before */
#define BESIDE		0x4	/* shrink meanwhile, in another task */
#define SETTLE		0x8	/* reserve, and wait for all that is under way */

static const unsigned int hows[] = {
	0, FOCUS, SHRINK | FOCUS, BESIDE | FOCUS, SHRINK | SETTLE | FOCUS,
};

/* By the task that makes the run; what others come by, they do by chance. */
#define HIT		16

/* What a function's instructions came to. */
struct function {
	char		name[48];
	unsigned int	boundaries;
	unsigned int	covered;
};

/* The vector of each mode, and what is in it. */
struct state {
	struct lfvec	vec;
	struct model	before;
	unsigned int	runs;
	unsigned int	all_runs;
	unsigned int	races;		/* lost */
	bool		made;
};

static struct state *states, *state;
static struct log *outer, *inner;
static struct model *after;
static const struct mode *mode;
static unsigned int how;
static const char *symbol;	/* what is looked at */

/* What is armed: which instruction, at which of its hits, and what is done. */
static struct kprobe *armed;
static unsigned int countdown, handler;
static bool fired;
static unsigned int lost;	/* number of the last operation that lost a race */
static unsigned int losses;	/* how many it lost */
static unsigned int pending;	/* or whose write is pending */
static bool in_meanwhile;
static int test_cpu;
static struct task_struct *test_task;

/* Which instructions are looked for, all at once. */
static struct probe *scanned;
static unsigned int nr_scanned;

static struct function functions[FUNCTIONS_MAX];
static unsigned int nr_functions;

static DECLARE_COMPLETION(done);
static unsigned int runs, errors, covered, boundaries, dead;

/* --- what interrupts ------------------------------------------------------ */

static void perform_in(bool first, enum op op, unsigned int nr)
{
	struct record *r = model_perform(inner, op, nr, 0);

	r->during = max(outer->nr, 1U) - 1;
	r->first = first;
}

/* What is done in the middle of another operation. */
static void interrupt(void)
{
	unsigned int i;

	switch (handler) {
	case 0:
		perform_in(false, PUSH, 1);
		break;
	case 1:
		perform_in(false, POP, 1);
		break;
	case 2:
		perform_in(false, POP, 1);
		perform_in(false, PUSH, 1);
		break;
	case 3:
		perform_in(false, STORE, 1);
		perform_in(false, XCHG, 2);
		break;
	case 4:
		perform_in(false, PUSH_MANY, 3);
		perform_in(false, POP_MANY, 2);
		break;
	case 5:
		perform_in(false, TRUNCATE, 2);
		perform_in(false, PUSH, 1);
		perform_in(false, CMPXCHG, 1);
		break;
	default:
		/* enough to take from and give to what all CPUs share */
		for (i = 0; i < 40; i++) {
			perform_in(false, PUSH, 1);
			perform_in(false, STORE, 1);
			perform_in(false, POP, 1);
		}
	}
}

/* Does this swap make the operation take effect? */
static bool is_effect(unsigned long address)
{
	if (model_vec->flags & LFVEC_APPEND_ONLY)
		return address < (unsigned long)model_vec ||
		       address >= (unsigned long)(model_vec + 1);
	return address == (unsigned long)&model_vec->ctl;
}

/* A race, and now and then another one. */
static bool may_lose(void)
{
	if (lost != outer->nr)
		losses = 0;
	lost = outer->nr;
	if ((losses && model_roll(LOSSES)) || inner->nr > LOG_MAX / 2)
		return false;
	losses++;
	state->races++;
	return true;
}

/* Have the operation lose a race, and maybe the next ones. */
static void lose(bool many)
{
	static const enum op ops[] = { PUSH, STORE, POP, PUSH_MANY };
	unsigned int i = model_roll(4);

	if (!may_lose())
		return;
	if (__lfvec_size(model_vec) > MODEL_MAX / 2)
		perform_in(true, TRUNCATE, MODEL_MAX / 4);
	if (!many && !(model_vec->flags & LFVEC_APPEND_ONLY))
		perform_in(true, ops[i], i == 3 ? 2 : 1);
	else	/* many overwrite all, and the depot is not the same */
		for (i = 1 + 40 * many; i > 0; i--)
			perform_in(true, PUSH, 1);
}

/*
 * Somebody else was faster than the operation that is about to complete @node, and
 * has replaced that: it cannot but see that ctl has moved on.
 */
static void overtake(const struct lfvec_node *node)
{
	if (atomic_long_read(&model_vec->ctl) == (long)node && may_lose())
		perform_in(true, STORE, __lfvec_size(model_vec) - node->index);
}

/* In a mode that has it lost: is this where, before the operation takes effect? */
static void maybe_lose(struct probe *p, struct pt_regs *regs)
{
	unsigned long address;

	if (p->swap && mode->what & LOSE) {
		address = probe_swaps(p, regs);
		if (address == (unsigned long)&model_vec->pool.depot)
			lose(true);
		else if (is_effect(address))
			lose(!model_roll(mode->attr.flags & A ? 4 : 20));
	}
	/* its last argument: an operation's own write, which was effective */
	if (p->complete && mode->what & DISTURB &&
	    !(regs_get_kernel_argument(regs, 3) & 1))
		overtake((void *)regs_get_kernel_argument(regs, 2));
}

/* As if time was up for the task, so that preempt_enable() has something to do. */
static void time_is_up(void)
{
	if (model_roll(4))
		return;
	set_tsk_need_resched(current);
	set_preempt_need_resched();
}

/* Or is it the worker, another task, or a softirq that comes by? */
static bool is_ours(void)
{
	return current == test_task && !in_serving_softirq();
}

static int on_probe(struct kprobe *kp, struct pt_regs *regs)
{
	struct probe *p = container_of(kp, struct probe, kp);

	if (raw_smp_processor_id() != test_cpu || !READ_ONCE(armed))
		return 0;
	if (p >= scanned && p < scanned + nr_scanned)
		p->hits += is_ours() ? HIT : 1;
	time_is_up();
	if (kp == armed && !fired && !--countdown) {
		fired = true;
		interrupt();
	}
	if (is_ours())
		maybe_lose(p, regs);
	return 0;
}

static int on_alloc(struct kprobe *kp, struct pt_regs *regs)
{
	if (raw_smp_processor_id() != test_cpu || !READ_ONCE(armed) ||
	    !(mode->what & NOMEM) || !alloc_from_lfvec(regs) || model_roll(2))
		return 0;
	return alloc_fail(regs);
}

/* --- operations to be interrupted ----------------------------------------- */

static void perform(enum op op, unsigned int nr, gfp_t gfp)
{
	if (mode->what & DRY)
		gfp = mode->attr.backlog ? GFP_ATOMIC : 0;
	else if (mode->what & STARVE && !gfp)
		gfp = GFP_KERNEL;
	if (gfp && in_hardirq())
		gfp = GFP_ATOMIC;
	time_is_up();
	model_perform(outer, op, nr, gfp);
}

static const gfp_t gfps[] = { GFP_KERNEL, GFP_ATOMIC, 0, GFP_KERNEL };

/* Of all kinds. */
static void perform_all(unsigned int stores)
{
	bool append_only = model_vec->flags & LFVEC_APPEND_ONLY;
	unsigned int i;

	for (i = 0; i < 4; i++)
		perform(PUSH, 1, gfps[i]);
	for (i = 0; i < 4; i++)
		perform(PUSH_MANY, i / 2 + 1, gfps[i]);
	perform(PUSH_MANY, BATCH, GFP_KERNEL);
	for (i = 0; i < 4; i++) {
		perform(STORE, 2 - i % 3, gfps[i]);
		perform(XCHG, 1, gfps[i]);
		perform(CMPXCHG, 1, gfps[i]);
	}
	perform(STORE, 20, GFP_KERNEL);
	perform(POP, 1, 0);
	perform(POP_MANY, 2, 0);
	perform(TRUNCATE, 1, 0);
	perform(PUSH_MANY, 0, 0);
	perform(POP_MANY, 0, 0);
	for (i = 0; i < stores; i++)
		perform(i % 3 && !append_only ? STORE : PUSH, 1, gfps[i % 2]);
	perform(TRUNCATE, model_roll(50), 0);
	if (__lfvec_size(model_vec) > 100)
		perform(TRUNCATE, 60, 0);
	perform(PUSH_MANY, 2, GFP_ATOMIC);
	perform(XCHG, 1, 0);
}

/* Many of the kind that comes by the function, each in all its ways. */
static void perform_focused(void)
{
	static const struct {
		const char	*part;
		enum op		op;
		unsigned int	nr;
	} on[] = {
		{ "push_many", PUSH_MANY, 3 }, { "batch", PUSH_MANY, 5 },
		{ "push_nodes", PUSH_MANY, 2 }, { "give_back", PUSH_MANY, 5 },
		{ "pop_many", POP_MANY, 3 }, { "complete", PUSH_MANY, 3 },
		{ "cmpxchg", CMPXCHG, 1 }, { "xchg", XCHG, 1 },
		{ "exchange_slow", CMPXCHG, 1 }, { "store", STORE, 1 },
		{ "truncate", TRUNCATE, 1 }, { "pop", POP, 1 },
	};
	unsigned int i, j;

	for (j = 0; j < ARRAY_SIZE(on) && !strstr(symbol, on[j].part); j++)
		;
	for (i = 0; i < 40; i++) {
		perform(i % 2 ? PUSH : PUSH_MANY, 2 - i % 2, gfps[i / 2 % 4]);
		if (j == ARRAY_SIZE(on))
			continue;
		perform(on[j].op, on[j].nr, gfps[i % 4]);
		/* now and then one that was overwritten */
		perform(on[j].op, on[j].nr + (on[j].op < STORE || i % 8 ? 0 : 19),
			gfps[i % 4]);
	}
}

/* Down to nothing, and a little further. */
static void perform_drain(void)
{
	perform(TRUNCATE, 2000, 0);
	perform(POP, 1, 0);
	perform(POP_MANY, 2, 0);
	perform(TRUNCATE, 1, 0);
	perform(PUSH, 1, GFP_ATOMIC);
	/* so that who shrinks next may find either in ctl */
	if (model_roll(2))
		perform(POP, 1, 0);
}

static void operations(struct irq_work *unused)
{
	perform_all(how & (SHRINK | BESIDE) ? 100 : 35);
	if (how & FOCUS)
		perform_focused();
	perform_drain();
}

static struct irq_work operations_irq = IRQ_WORK_INIT_HARD(operations);

/* In hardirq, in the middle of an operation that has taken effect. */
static void meanwhile(struct irq_work *unused)
{
	static const struct {
		enum op		op;
		unsigned int	nr;
	} all[] = {
		{ PUSH, 1 }, { POP, 1 }, { PUSH_MANY, 3 }, { POP_MANY, 2 },
		{ TRUNCATE, 2 }, { STORE, 1 }, { XCHG, 3 }, { CMPXCHG, 2 },
	};
	unsigned int i = model_roll(ARRAY_SIZE(all));

	/* the interrupt was late, and another one may be under way */
	if (outer->nr != pending || !this_cpu_ptr(model_vec->pool.cpu)->used)
		return;
	in_meanwhile = true;
	if (__lfvec_oldest(model_vec) > __lfvec_size(model_vec))
		errors++;
	perform(all[i].op, all[i].nr, GFP_ATOMIC);
	in_meanwhile = false;
}

static struct irq_work meanwhile_irq = IRQ_WORK_INIT_HARD(meanwhile);

/* If that was an operation's effect, have an interrupt find the write pending. */
static void after_probe(struct kprobe *kp, struct pt_regs *regs,
			unsigned long flags)
{
	struct probe *p = container_of(kp, struct probe, kp);

	if (!p->swap || !READ_ONCE(armed) || !(mode->what & PENDING) ||
	    in_meanwhile || !is_ours() || !(regs->flags & X86_EFLAGS_ZF) ||
	    !is_effect(probe_swaps(p, regs)))
		return;
	pending = outer->nr;
	irq_work_queue(&meanwhile_irq);
}

/* --- a run ---------------------------------------------------------------- */

static void shrink(struct work_struct *unused)
{
	__lfvec_shrink(model_vec);
}

static DECLARE_WORK(shrink_beside, shrink);

static void set_level(unsigned int level)
{
	preempt_disable();
	WRITE_ONCE(this_cpu_ptr(model_vec->pool.cpu)->used,
		   level * sizeof(struct lfvec_stock));
	preempt_enable();
}

/* Have stock for more, also in vain. */
static void reserve(void)
{
	__lfvec_reserve(model_vec, 0, GFP_KERNEL);
	__lfvec_reserve(model_vec, 10 * model_roll(50), GFP_ATOMIC);
	__lfvec_reserve(model_vec, 100 * model_roll(50), GFP_KERNEL);
	send_sig(SIGKILL, current, 1);
	__lfvec_reserve(model_vec, 6000, GFP_KERNEL);
	flush_signals(current);
}

/* All that was set off is done. */
static void settle(void)
{
	irq_work_sync(&model_vec->supply.kick);
	flush_work(&model_vec->supply.work);
	irq_work_sync(&model_vec->pool.gp_work);
	rcu_barrier();
	rcu_barrier();
}

static void before_operations(void)
{
	if (how & SETTLE)
		settle();
	if (mode->what & DEEP) {
		/* something that shrinking does not get at */
		perform_all(100);
		perform_drain();
		set_level(LFVEC_LEVELS);
	}
	if (how & SHRINK)
		__lfvec_shrink(model_vec);
	if (how & BESIDE) {
		queue_work_on(test_cpu, system_wq, &shrink_beside);
		usleep_range(50, 500);
	}
	if (mode->what & STARVE)
		WRITE_ONCE(model_vec->pool.spare, LONG_MAX / 4);
}

static void after_operations(void)
{
	if (how & BESIDE)
		flush_work(&shrink_beside);
	if (mode->what & DEEP)
		set_level(0);
	if (how & SETTLE && !(mode->what & STARVE))
		reserve();
	if (how & SETTLE)
		settle();
}

static void run_one(void)
{
	outer->nr = 0;
	inner->nr = 0;
	lost = 0;
	pending = 0;
	before_operations();
	if (mode->what & IRQ) {
		irq_work_queue(&operations_irq);
		irq_work_sync(&operations_irq);
	} else {
		operations(NULL);
	}
	irq_work_sync(&meanwhile_irq);
	after_operations();
	WRITE_ONCE(armed, NULL);
}

/*
 * Was it as if the interruption had come right before, or if @late right after the
 * operation took effect? What made it lose a race came before, and with it what
 * came before that.
 */
static bool explained(bool late)
{
	unsigned int at = 0, i, next;

	memcpy(after, &state->before, sizeof(*after));
	for (i = 0; i < outer->nr; i++) {
		for (next = at; next < inner->nr &&
		     inner->record[next].during == i; next++)
			if (inner->record[next].first || !late)
				while (at <= next)
					if (!model_replay(after, &inner->record[at++]))
						return false;
		if (!model_replay(after, &outer->record[i]))
			return false;
		while (at < next)
			if (!model_replay(after, &inner->record[at++]))
				return false;
	}
	for (; at < inner->nr; at++)
		if (!model_replay(after, &inner->record[at]))
			return false;
	return model_is(after);
}

static void report(void)
{
	struct lfvec_stats s;

	if (errors++ >= ERRORS_MAX)
		return;
	__lfvec_stats(model_vec, &s);
	pr_err("test_lfvec_intr: %s, %s, handler %u: wrong\n", mode->name, symbol,
	       handler);
	pr_err("test_lfvec_intr: size %llu pushes %llu pops %llu stores %llu dropped %llu\n",
	       s.size, s.pushes, s.pops, s.stores, s.dropped);
	pr_err("test_lfvec_intr: %u operations and %u that interrupted, of %u at most; highest size %lu of %u\n",
	       outer->nr, inner->nr, LOG_MAX - 2, state->before.highest, MODEL_MAX);
}

/* Run the operations, to be interrupted at a hit; was there such a hit? */
static bool interrupt_once(struct kprobe *kp, unsigned int hit)
{
	fired = false;
	countdown = hit;
	WRITE_ONCE(armed, kp);
	run_one();
	runs++;
	state->runs++;
	state->all_runs++;
	if (explained(false) || explained(true)) {
		memcpy(&state->before, after, sizeof(*after));
	} else {
		report();
		model_reset(&state->before);
	}
	cond_resched();
	return fired;
}

/* --- modes ---------------------------------------------------------------- */

/* No node has come or gone but those in slots, in stock, or waiting. */
static void nodes_exact(void)
{
	struct lfvec_stats s;
	u64 used;

	rcu_barrier();
	__lfvec_stats(model_vec, &s);
	used = s.nodes - s.nodes_free - s.nodes_waiting;
	if (used < s.size - __lfvec_oldest(model_vec) ||
	    used > min(state->before.highest, model_vec->span)) {
		pr_err("test_lfvec_intr: %s: %llu nodes in use of %lu\n",
		       mode->name, used, state->before.highest);
		errors++;
	}
}

static void mode_end(const struct mode *m)
{
	mode = m;
	state = &states[m - modes];
	model_vec = &state->vec;
	if (!state->made)
		return;
	nodes_exact();
	__lfvec_destroy(model_vec);
	state->made = false;
}

/* Nobody fills the depot any more. */
static void no_worker(void)
{
	atomic_set(&model_vec->supply.kicked, 1);
	irq_work_sync(&model_vec->supply.kick);
	cancel_work_sync(&model_vec->supply.work);
}

/* Go on with the vector of this mode, or a new one now and then. */
static bool mode_begin(const struct mode *m)
{
	unsigned int most = 1000;

	/* what only grows must not become too large for the model, nor for memory */
	if (m->attr.flags == LFVEC_APPEND_ONLY)
		most = 6;
	else if (m->what & STARVE)
		most = 100;
	state = &states[m - modes];
	if (state->made && state->runs >= most)
		mode_end(m);
	mode = m;
	model_vec = &state->vec;
	if (state->made)
		return true;
	if (__lfvec_init(model_vec, m->esize, &m->attr))
		return false;
	memset(&state->before, 0, sizeof(state->before));
	state->runs = 0;
	state->made = true;
	if (m->what & SINGLE)
		lfvec_pool_set_chunk(&model_vec->pool, 1);
	if (m->what & (STARVE | DRY))
		no_worker();
	return true;
}

/* --- instructions --------------------------------------------------------- */

/*
 * All of these can be come by. In others there is what a single interruption on
 * one CPU does not lead to, or hardly ever, as that a batch retires one node and
 * none is retired already (lfvec_push_many_any()); or a compiler keeps what cannot be.
 */
static const char * const listed[] = {
	"__lfvec_push", "lfvec_push_any", "lfvec_push_slow",
	"__lfvec_push_many", "lfvec_push_many_slow", "lfvec_push_nodes",
	"lfvec_push_only", "lfvec_push_only_any", "lfvec_push_only_slow",
	"lfvec_end", "lfvec_filled",
	"lfvec_give_back", "__lfvec_pop", "lfvec_pop_any",
	"__lfvec_pop_many", "__lfvec_truncate",
	"lfvec_oldest_of", "__lfvec_store", "__lfvec_xchg", "__lfvec_cmpxchg",
	"lfvec_exchange_slow", "lfvec_complete", "lfvec_backoff", "lfvec_seal",
	"lfvec_gp_end", "lfvec_gp_work", "lfvec_depot_take", "lfvec_stock_take",
	"lfvec_node_alloc", "lfvec_bucket_supply", "lfvec_ahead", "lfvec_kick",
	"lfvec_kick_work", "lfvec_supply_work", "lfvec_empty_slots",
};

/* @name may be one of its instructions. */
static bool is_listed(const char *name)
{
	size_t len = strcspn(name, "+");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(listed); i++)
		if (strlen(listed[i]) == len && !strncmp(name, listed[i], len))
			return true;
	return false;
}

/* Do without what is none, or never to be executed. */
static bool is_found(const struct probe *p)
{
	return p->filler || p->dead || p->most >= HIT;
}

static bool scan_tally(struct probe *p, unsigned int nr)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < nr; i++, p++) {
		/* rather what came last than what was there by chance */
		if (p->hits > p->most || (p->hits && p->hits == p->most)) {
			p->most = p->hits;
			p->mode = mode;
			p->how = how;
		}
		p->hits = 0;
		all &= is_found(p);
	}
	return all;
}

/* In which mode, and how, are these @nr instructions of a function come by? */
static void scan(struct probe *p, unsigned int nr)
{
	static struct kprobe nothing;
	unsigned int i, j;
	bool all = false;

	for (i = 0; i < nr; i++)
		probe_arm(&p[i], true);
	scanned = p;
	nr_scanned = nr;
	for (i = 0; i < ARRAY_SIZE(hows) && !all; i++)
		for (j = 0; j < ARRAY_SIZE(modes); j++) {
			how = hows[i];
			if (how & ~FOCUS && !(modes[j].what & SLOW))
				continue;
			if (mode_begin(&modes[j]))
				interrupt_once(&nothing, 1);
			all = scan_tally(p, nr);
		}
	nr_scanned = 0;
	for (i = 0; i < nr; i++)
		probe_arm(&p[i], false);
}

/* It was not come by again: try all that there is, until it is. */
static bool search(struct probe *p)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(hows); i++)
		for (j = 0; j < ARRAY_SIZE(modes); j++) {
			how = hows[i];
			if (how & ~FOCUS && !(modes[j].what & SLOW))
				continue;
			handler = (boundaries + j) % HANDLERS;
			if (mode_begin(&modes[j]) && interrupt_once(&p->kp, 1))
				return true;
		}
	return false;
}

/* Interrupt an instruction in all ways, in the mode and how it was come by. */
static bool interrupt_in_mode(struct probe *p)
{
	/* what takes grace periods is done once */
	bool slow = p->how & ~FOCUS || p->mode->what & DRY;
	unsigned int ways = slow ? 0 : HANDLERS, tries = slow ? TRIES / 4 : TRIES;
	bool any = false;
	unsigned int i;

	how = p->how;
	/* mostly the first time, which may be the only one */
	for (i = 0; i < (any ? ways : tries); i++) {
		handler = (boundaries + i) % HANDLERS;
		if (mode_begin(p->mode))
			any |= interrupt_once(&p->kp, any ? i % 3 + 1 : 1);
		/* what only grows comes by it when it is young, if at all */
		if (!any && mode->attr.flags & LFVEC_APPEND_ONLY)
			mode_end(mode);
	}
	return any;
}

static bool search_often(struct probe *p)
{
	unsigned int i;

	for (i = 0; i < SEARCHES; i++)
		if (search(p))
			return true;
	return false;
}

/* The same while all trace events are on, as some of it only who traces comes by. */
static bool search_traced(struct probe *p)
{
	bool any;

	if (!IS_ENABLED(CONFIG_EVENT_TRACING) || trace_set_clr_event("lfvec", NULL, 1))
		return false;
	any = search_often(p);
	trace_set_clr_event("lfvec", NULL, 0);
	return any;
}

/* Interrupt an instruction. Was it come by? */
static bool interrupt_at(struct probe *p)
{
	bool must = is_listed(symbol) && !p->filler;
	bool any = false;

	probe_arm(p, true);
	if (p->mode)
		any = interrupt_in_mode(p);
	if (!any && (p->mode || must))
		any = search_often(p);
	if (!any && must)
		any = search_traced(p);
	probe_arm(p, false);
	return any;
}

static void account(bool any)
{
	size_t len = strcspn(symbol, "+");
	struct function *f = functions + max(nr_functions, 1U) - 1;

	boundaries++;
	covered += any;
	if (strlen(f->name) != len || strncmp(f->name, symbol, len)) {
		if (nr_functions == FUNCTIONS_MAX)
			return;
		f = &functions[nr_functions++];
		strscpy(f->name, symbol, min(len + 1, sizeof(f->name)));
	}
	f->boundaries++;
	f->covered += any;
}

static void interrupt_all(struct probe *p)
{
	bool any = !p->dead && interrupt_at(p);

	if (!any && p->filler)
		return;
	if (!any && p->dead) {
		dead++;
		return;
	}
	account(any);
	if (!any)
		pr_info("test_lfvec_intr: never at %s\n", symbol);
}

/* All instructions of the function that @p begins; returns how many. */
static unsigned int interrupt_function(struct probe *p, unsigned int most)
{
	static char here[KSYM_SYMBOL_LEN], next[KSYM_SYMBOL_LEN];
	unsigned int nr, i;
	size_t len;

	sprint_symbol(here, (unsigned long)p->kp.addr);
	symbol = here;
	len = strcspn(here, "+") + 1;
	for (nr = 1; nr < most; nr++) {
		sprint_symbol(next, (unsigned long)p[nr].kp.addr);
		if (strncmp(next, here, len))
			break;
	}
	scan(p, nr);
	for (i = 0; i < nr && !errors; i++) {
		sprint_symbol(here, (unsigned long)p[i].kp.addr);
		interrupt_all(&p[i]);
	}
	return nr;
}

/* --- the test ------------------------------------------------------------- */

static char *only = "";
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "functions with this in their name (default all)");

static unsigned int least = 95;
module_param(least, uint, 0444);
MODULE_PARM_DESC(least, "fail if fewer percent of the instructions are come by (default 95)");

static bool strict;
module_param(strict, bool, 0444);
MODULE_PARM_DESC(strict, "fail if one is not that is listed as to be come by");

/*
 * What changes a vector, and what that calls; but see sized_intr.c. Not what the
 * kernel's macros make of a trace event.
 */
static bool is_wanted(const char *name)
{
	static const char * const not[] = {
		"_init", "_exit", "destroy", "stats", "cache_", "quiesce",
		"_attr", "cpumask", "_get", "_load", "_peek", "_size",
		"__lfvec_oldest", "lfvec_seek", "cpus_alloc", "setup",
		"teardown", "sized_", "trace", "tp_func_",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(not); i++)
		if (strstr(name, not[i]))
			return false;
	return strstr(name, only);
}

static int test(void *unused)
{
	static struct kprobe alloc[ARRAY_SIZE(allocators)];
	unsigned int nr, i;

	test_cpu = raw_smp_processor_id();
	test_task = current;
	allow_signal(SIGKILL);
	if (!probes_collect(is_wanted, on_probe, after_probe)) {
		nr = alloc_probe(alloc, allocators, ARRAY_SIZE(allocators),
				 on_alloc);
		pr_info("test_lfvec_intr: %u probes\n", nr_probes);
		for (i = 0; i < nr_probes && !errors; )
			i += interrupt_function(&probes[i], nr_probes - i);
		for (i = 0; i < ARRAY_SIZE(modes); i++)
			mode_end(&modes[i]);
		while (nr)
			unregister_kprobe(&alloc[--nr]);
		probes_release();
	}
	complete_all(&done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static int verdict(void)
{
	unsigned int missed = 0, i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		pr_info("test_lfvec_intr: %s: %u runs, %u races lost\n",
			modes[i].name, states[i].all_runs, states[i].races);
	for (i = 0; i < nr_functions; i++) {
		bool must = is_listed(functions[i].name);

		pr_info("test_lfvec_intr: %u of %u in %s%s\n", functions[i].covered,
			functions[i].boundaries, functions[i].name,
			must ? ", listed" : "");
		if (must)
			missed += functions[i].boundaries - functions[i].covered;
	}
	pr_info("test_lfvec_intr: %u of %u instructions interrupted, %u listed ones missed, %u that call for help left out, %u runs, %u errors\n",
		covered, boundaries, missed, dead, runs, errors);
	if (errors || !covered || covered * 100 < boundaries * least ||
	    (strict && missed))
		return -EINVAL;
	return 0;
}

static int run(void)
{
	struct task_struct *task = kthread_create(test, NULL, "test_lfvec_intr");

	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpumask_first(cpu_online_mask));
	wake_up_process(task);
	while (!wait_for_completion_timeout(&done, HZ))
		;
	kthread_stop(task);
	return verdict();
}

static int __init intr_init(void)
{
	int err = -ENOMEM;

	text_range(&alloc_text_start, &alloc_text_end);
	outer = kvzalloc(sizeof(*outer), GFP_KERNEL);
	inner = kvzalloc(sizeof(*inner), GFP_KERNEL);
	states = kvcalloc(ARRAY_SIZE(modes), sizeof(*states), GFP_KERNEL);
	after = kvzalloc(sizeof(*after), GFP_KERNEL);
	if (outer && inner && states && after)
		err = run();
	kvfree(after);
	kvfree(states);
	kvfree(inner);
	kvfree(outer);
	return err;
}

static void __exit intr_exit(void)
{
}

module_init(intr_init);
module_exit(intr_exit);
MODULE_DESCRIPTION("Test of lfvec: interruptions at each instruction");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
