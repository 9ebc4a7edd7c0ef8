// SPDX-License-Identifier: GPL-2.0
/*
 * test_lfvec_sized_intr - as test_lfvec_intr, for elements of different sizes
 *
 * For each instruction of lfvec.ko that has to do with a struct lfvec_sized, elements
 * are prepared, committed, discarded and read on one CPU, and at that instruction
 * others are. Each operation notes what was known when it began, and must return
 * nothing that contradicts it; in the end each index must have its element, each
 * byte be counted, and no more and no fewer be gone than the bytes say.
 *
 * Modes bring about what is rare, as in test_lfvec_intr; which of them leads to an
 * instruction is tried out, beginning with the one that led to the one before.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/lfvec_sized.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "lfvec_int.h"
#include "probe.h"

#define HANDLERS	6
#define TRIES		5
#define FUNCTIONS_MAX	32
#define ERRORS_MAX	6	/* reports, of one instruction, are enough */
#define RING		4096	/* more than what is there, and one run adds */
#define SEEN_MAX	256
#define HELD		6

/* What a mode brings about. */
#define LOSE		0x1	/* each operation loses a race */
#define PENDING		0x2	/* others come right after an element went or came */
#define DRY		0x4	/* the worker does not come */
#define DEEP		0x8	/* as if four operations were under way */
#define HOARD		0x10	/* runs of small ones, then of large ones */
#define SLOW		0x20	/* until the worker and RCU are done */
#define YOUNG		0x40	/* it is new now and then */
#define SINGLE		0x80	/* all stock is had one by one */

#define O		LFVEC_OVERWRITE

static const struct mode {
	const char		*name;
	unsigned int		what;
	struct lfvec_sized_attr	attr;
} modes[] = {
	{ "plain", 0,
	  { { 16, 48, 200, 1000 }, 64, 3000, 200000, O } },
	{ "lost race", LOSE | SINGLE,
	  { { 16, 48, 200 }, 8, 800, 200000, O } },
	{ "pending", PENDING,
	  { { 16, 48, 200 }, 16, 500, 200000, O } },
	{ "few", LOSE | PENDING | SINGLE,
	  { { 16, 200 }, 2, 430, 100000, O } },
	{ "first ones", LOSE | YOUNG,
	  { { 16, 48, 200 }, 64, 3000, 100000, 0 } },
	{ "few first ones", PENDING | YOUNG,
	  { { 16, 200 }, 8, 30000, 100000, 0 } },
	{ "dry", DRY,
	  { { 16, 48, 200 }, 64, 1000, 6000, O } },
	{ "deep", DEEP | SINGLE | SLOW,
	  { { 16, 48, 200 }, 64, 1000, 60000, O } },
	{ "hoard", HOARD | SLOW,
	  { { 16, 200 }, 512, 1500, 1200, O } },
};

/* The vector of a mode, and what was committed at each index. */
struct state {
	struct lfvec_sized	vec;
	struct {
		u64		id;
		unsigned int	bytes;
		unsigned int	run;
	} at[RING];
	unsigned long		end, oldest;	/* when the run began */
	unsigned int		runs;
	unsigned int		all_runs;
	bool			made;
};

/* What a function's instructions came to. */
struct function {
	char		name[48];
	unsigned int	boundaries;
	unsigned int	covered;
};

static struct state *states, *state;
static struct lfvec_sized *vec;
static const struct mode *mode;
static char symbol[KSYM_SYMBOL_LEN];	/* what is looked at */

/* What is armed: which instruction, at which of its hits, and what is done. */
static struct kprobe *armed;
static unsigned int countdown, handler;
static bool fired, lost, in_meanwhile;
static int test_cpu;
static struct task_struct *test_task;

/* What is known at any time in a run, and what is to be looked up at its end. */
static struct {
	unsigned long	end;		/* no fewer were committed */
	unsigned long	most;		/* no more */
	unsigned long	gone;		/* no fewer are gone */
	unsigned int	refused;
	unsigned int	wrong;
	const char	*what;
} known;

static struct {
	unsigned long	index;
	u64		id;
} seen[SEEN_MAX];
static unsigned int nr_seen;

static u64 *held[2][HELD];	/* by those that are interrupted, and by others */
static u64 next_id;

static struct function functions[FUNCTIONS_MAX];
static unsigned int nr_functions;

static DECLARE_COMPLETION(done);
static unsigned int runs, errors, covered, boundaries, dead;
static unsigned long commits, no_memory;

static unsigned int roll(unsigned int sides)
{
	static unsigned int dice;

	dice = dice * 1664525 + 1013904223;
	return (dice >> 16) % sides;
}

static void check(bool good, const char *what)
{
	if (good)
		return;
	known.wrong++;
	known.what = what;
}

static unsigned int largest(void)
{
	return lfvec_node_size(vec->sizes[vec->nr - 1]);
}

/* --- elements ------------------------------------------------------------- */

/* All of them, to the last word that there is room for. */
static void elem_make(u64 *e, u64 id)
{
	size_t i, words = lfvec_sized_room(vec, e) / sizeof(*e);

	for (i = 0; i < words; i++)
		e[i] = id + i;
}

static bool elem_ok(const u64 *e)
{
	size_t i, words = lfvec_sized_room(vec, e) / sizeof(*e);

	for (i = 0; i < words; i++)
		if (e[i] != e[0] + i)
			return false;
	return true;
}

/* --- operations ----------------------------------------------------------- */

/* As if time was up for the task, so that preempt_enable() has something to do. */
static void time_is_up(void)
{
	if (roll(4))
		return;
	set_tsk_need_resched(current);
	set_preempt_need_resched();
}

static u64 *prepare(size_t len)
{
	u64 *e;

	time_is_up();
	e = lfvec_sized_prepare(vec, len);

	if (!IS_ERR(e)) {
		check(lfvec_sized_room(vec, e) >= len, "room");
		next_id += 1000;
		elem_make(e, next_id);
		return e;
	}
	no_memory += PTR_ERR(e) == -ENOMEM;
	check(PTR_ERR(e) == (len > vec->sizes[vec->nr - 1] ? -EINVAL : -ENOMEM) ||
	      (PTR_ERR(e) == -EBUSY && mode->what & DEEP), "prepare");
	return NULL;
}

/* Is the vector, or what is about to be committed, too much for @bytes more? */
static bool may_be_full(unsigned int bytes)
{
	struct lfvec_sized_stats stats;

	lfvec_sized_stats(vec, &stats);
	return stats.bytes + bytes > mode->attr.bytes ||
	       known.most >= mode->attr.max;
}

static void commit(u64 *e)
{
	unsigned int bytes = lfvec_node_size(lfvec_sized_room(vec, e));
	unsigned long floor = known.end;
	u64 id = e[0];
	long index;

	check(elem_ok(e), "a prepared element");
	known.most++;
	time_is_up();
	index = lfvec_sized_commit(vec, e);
	if (index < 0) {
		known.refused++;
		check((index == -EBUSY && mode->what & DEEP) ||
		      (index == -ENOSPC && !mode->attr.flags &&
		       may_be_full(bytes)), "refused");
		return;
	}
	commits++;
	check(index >= floor && index < known.most, "order");
	check(state->at[index % RING].run != runs, "an index twice");
	state->at[index % RING].id = id;
	state->at[index % RING].bytes = bytes;
	state->at[index % RING].run = runs;
	known.end = max(known.end, index + 1UL);
}

static void append(size_t len)
{
	u64 *e = prepare(len);

	if (e)
		commit(e);
}

static void get(unsigned long index)
{
	unsigned long end = known.end, gone = known.gone;
	const u64 *e;

	rcu_read_lock();
	e = lfvec_sized_get(vec, index);
	if (!IS_ERR(e)) {
		check(index >= gone && index < known.most, "get");
		check(elem_ok(e), "an element");
		if (nr_seen < SEEN_MAX) {
			seen[nr_seen].index = index;
			seen[nr_seen++].id = e[0];
		}
	} else if (PTR_ERR(e) == -EPIPE) {
		check(index < known.most, "gone");
		known.gone = max(known.gone, index + 1);
	} else {
		check(PTR_ERR(e) == -ERANGE && index >= end, "not there");
	}
	rcu_read_unlock();
}

static void ask(void)
{
	unsigned long floor = known.end, end, oldest;

	time_is_up();
	end = lfvec_sized_end(vec);
	check(end >= floor && end <= known.most, "end");
	known.end = max(known.end, end);
	floor = known.gone;
	oldest = lfvec_sized_oldest(vec);
	check(oldest >= floor && oldest <= known.most, "oldest");
	known.gone = max(known.gone, oldest);
}

static void discard(u64 *e)
{
	check(elem_ok(e), "a prepared element");
	time_is_up();
	lfvec_sized_discard(vec, e);
}

/* More than a stock keeps, if it has them one by one. */
static void give_back(size_t len)
{
	u64 *e[3];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(e); i++)
		e[i] = prepare(len);
	for (i = 0; i < ARRAY_SIZE(e); i++)
		if (e[i])
			discard(e[i]);
}

/* Begin with what was prepared before, or prepare what is used later. */
static void hold(unsigned int who, unsigned int nr, size_t len)
{
	u64 *e = held[who][nr];

	if (!e) {
		held[who][nr] = prepare(len);
		return;
	}
	held[who][nr] = NULL;
	if (roll(3))
		commit(e);
	else
		discard(e);
}

static size_t any_len(void)
{
	return 1 + roll(roll(2) ? 40 : vec->sizes[vec->nr - 1]);
}

/* --- what interrupts ------------------------------------------------------ */

/* In the middle of an operation, which cannot be interrupted once more. */
static void interrupt(void)
{
	unsigned int i;

	switch (handler) {
	case 0:
		append(16);
		break;
	case 1:
		append(vec->sizes[vec->nr - 1]);
		break;
	case 2:
		append(40);
		ask();
		get(known.gone);
		append(200);
		ask();
		break;
	case 3:
		for (i = 0; i < 3; i++)
			hold(1, roll(HELD), any_len());
		break;
	case 4:
		get(known.end);
		get(known.gone - min(known.gone, 1UL));
		append(any_len());
		get(known.end - 1);
		break;
	default:
		/* enough for a lap, and to take from what all CPUs share */
		for (i = 0; i < 40; i++)
			append(i % 8 ? 16 : any_len());
	}
}

/* Is that a slot? All else that is swapped is in the vector itself. */
static bool is_slot(unsigned long address)
{
	return address < (unsigned long)vec ||
	       address >= (unsigned long)(vec + 1);
}

/* Have the operation lose a race, once. */
static void maybe_lose(struct probe *p)
{
	unsigned int i;

	if (!p->swap || !(mode->what & LOSE) || lost || roll(3))
		return;
	lost = true;
	for (i = roll(20) ? 1 + roll(3) : 20; i > 0; i--)
		append(any_len());
}

static bool is_ours(void)
{
	return current == test_task && !in_serving_softirq();
}

static int on_probe(struct kprobe *kp, struct pt_regs *regs)
{
	struct probe *p = container_of(kp, struct probe, kp);

	if (raw_smp_processor_id() != test_cpu || !READ_ONCE(armed))
		return 0;
	time_is_up();
	if (kp == armed && !fired && !--countdown) {
		fired = true;
		interrupt();
	}
	if (is_ours())
		maybe_lose(p);
	return 0;
}

/* In hardirq, where it can be interrupted. */
static void meanwhile(struct irq_work *unused)
{
	unsigned int nr = 1 + roll(4);

	in_meanwhile = true;
	while (nr--) {
		if (!roll(2))
			ask();
		append(any_len());
	}
	in_meanwhile = false;
}

static struct irq_work meanwhile_irq = IRQ_WORK_INIT_HARD(meanwhile);

/* If that swapped an element in or out, have others come before it is said. */
static void after_probe(struct kprobe *kp, struct pt_regs *regs,
			unsigned long flags)
{
	struct probe *p = container_of(kp, struct probe, kp);

	if (!p->swap || !READ_ONCE(armed) || !(mode->what & PENDING) ||
	    raw_smp_processor_id() != test_cpu || in_meanwhile || !is_ours() ||
	    !(regs->flags & X86_EFLAGS_ZF) || !is_slot(probe_swaps(p, regs)))
		return;
	irq_work_queue(&meanwhile_irq);
}

/* --- a run ---------------------------------------------------------------- */

static void one_of_each(size_t len)
{
	lost = false;
	append(len);
	lost = false;
	hold(0, roll(HELD), any_len());
	get(known.gone + roll(3));
	get(known.end - min(known.end, 1UL));
	ask();
}

static void operations(void)
{
	static const unsigned int lens[] = { 0, 8, 40, 200, 16, 16, 1000, 48 };
	unsigned int i;
	size_t most = vec->sizes[vec->nr - 1];

	prepare(most + 1);
	give_back(16);
	give_back(most);
	for (i = 0; i < ARRAY_SIZE(lens); i++)
		one_of_each(min_t(size_t, lens[i], most));
	get(0);
	get(known.most + 1);
	get(-1UL);
	get(known.gone);
}

static struct lfvec_pool *pool_of(unsigned int nr)
{
	return nr ? &vec->more[nr - 1] : &vec->vec.pool;
}

/* All that was set off is done. */
static void settle(void)
{
	unsigned int nr;

	irq_work_sync(&vec->vec.supply.kick);
	flush_work(&vec->vec.supply.work);
	for (nr = 0; nr < vec->nr; nr++)
		irq_work_sync(&pool_of(nr)->gp_work);
	rcu_barrier();
	rcu_barrier();
}

/* All that there is comes to be of one size, and then of the other. */
static void hoard(void)
{
	unsigned int nr;

	for (nr = 0; nr < 40; nr++) {
		append(state->runs % 2 ? vec->sizes[1] : 16);
		if (!(nr % 10))
			settle();
	}
}

static void set_level(unsigned int level)
{
	preempt_disable();
	WRITE_ONCE(this_cpu_ptr(vec->vec.pool.cpu)->used,
		   level * sizeof(struct lfvec_stock));
	preempt_enable();
}

/* Nobody fills the depot any more. */
static void stop_worker(void)
{
	atomic_set(&vec->vec.supply.kicked, 1);
	irq_work_sync(&vec->vec.supply.kick);
	cancel_work_sync(&vec->vec.supply.work);
}

/* What is prepared beforehand is all that comes so deep. */
static void operations_deep(void)
{
	unsigned int i;

	for (i = 0; i < HELD; i++)
		if (!held[0][i])
			held[0][i] = prepare(any_len());
	/* the worker must not find it like that */
	stop_worker();
	set_level(LFVEC_LEVELS);
	operations();
	set_level(0);
	queue_work(system_unbound_wq, &vec->vec.supply.work);
}

static void check_seen(void)
{
	while (nr_seen) {
		nr_seen--;
		check(state->at[seen[nr_seen].index % RING].id ==
		      seen[nr_seen].id, "another element");
	}
}

/* What is there, and that it is all. */
static u64 check_elems(unsigned long oldest, unsigned long end)
{
	unsigned long i;
	const u64 *e;
	u64 bytes = 0;

	check(!oldest || lfvec_sized_get(vec, oldest - 1) == ERR_PTR(-EPIPE),
	      "before the oldest");
	check(lfvec_sized_get(vec, end) == ERR_PTR(-ERANGE), "after the end");
	for (i = oldest; i < end; i++) {
		e = lfvec_sized_get(vec, i);
		check(!IS_ERR(e) && elem_ok(e) && e[0] == state->at[i % RING].id,
		      "what is there");
		bytes += state->at[i % RING].bytes;
	}
	return bytes;
}

/* More or fewer may be gone than need be, by those that were under way. */
static void check_gone(unsigned long oldest, unsigned long end, u64 bytes)
{
	unsigned long span = end - min(end, mode->attr.max);
	u64 slack = 4 * largest();

	if (!mode->attr.flags) {
		check(!oldest && bytes <= mode->attr.bytes, "the first ones");
		return;
	}
	check(oldest >= span && bytes <= mode->attr.bytes + slack, "too many");
	check(oldest <= max(span, state->oldest) ||
	      bytes + slack >= mode->attr.bytes, "too few");
}

static void check_all(void)
{
	unsigned long end, oldest, i;
	struct lfvec_sized_stats stats;
	u64 bytes;

	rcu_read_lock();
	end = lfvec_sized_end(vec);
	oldest = lfvec_sized_oldest(vec);
	check(end == known.most - known.refused && end >= known.end, "the end");
	check(oldest >= known.gone, "the oldest");
	for (i = state->end; i < end; i++)
		check(state->at[i % RING].run == runs, "a gap");
	check_seen();
	bytes = check_elems(oldest, end);
	rcu_read_unlock();
	check_gone(oldest, end, bytes);
	lfvec_sized_stats(vec, &stats);
	check(stats.bytes == bytes, "bytes");
	check(stats.allocated <= mode->attr.bytes + mode->attr.backlog, "budget");
	state->end = end;
	state->oldest = oldest;
}

static void report(void)
{
	if (errors++ >= ERRORS_MAX)
		return;
	pr_err("test_lfvec_sized_intr: %s, %s, handler %u: wrong: %s\n",
	       mode->name, symbol, handler, known.what);
	pr_err("test_lfvec_sized_intr: from %lu to %lu, %ld bytes\n",
	       state->oldest, state->end, atomic_long_read(&vec->bytes));
}

/* Run the operations, to be interrupted at a hit; was there such a hit? */
static bool interrupt_once(struct kprobe *kp, unsigned int hit)
{
	runs++;
	state->runs++;
	state->all_runs++;
	known.end = state->end;
	known.most = state->end;
	known.gone = state->oldest;
	known.refused = 0;
	known.wrong = 0;
	nr_seen = 0;
	fired = false;
	countdown = hit;
	WRITE_ONCE(armed, kp);
	if (mode->what & DEEP)
		operations_deep();
	else
		operations();
	if (mode->what & HOARD)
		hoard();
	if (mode->what & SLOW)
		settle();
	irq_work_sync(&meanwhile_irq);
	WRITE_ONCE(armed, NULL);
	check_all();
	if (known.wrong)
		report();
	cond_resched();
	if (!(runs % 16) || mode->what & DRY)
		settle();
	return fired;
}

/* --- modes ---------------------------------------------------------------- */

static void mode_end(const struct mode *m)
{
	unsigned int i;

	mode = m;
	state = &states[m - modes];
	vec = &state->vec;
	if (!state->made)
		return;
	for (i = 0; i < 2 * HELD; i++)
		if (held[i / HELD][i % HELD])
			lfvec_sized_discard(vec, held[i / HELD][i % HELD]);
	memset(held, 0, sizeof(held));
	lfvec_sized_destroy(vec);
	state->made = false;
}

/* Go on with the vector of this mode, or a new one now and then. */
static bool mode_begin(const struct mode *m)
{
	unsigned int i;

	if (mode && mode != m)
		mode_end(mode);
	state = &states[m - modes];
	if (state->made && m->what & YOUNG &&
	    state->runs >= (m->attr.max < 16 ? 2 : 8))
		mode_end(m);
	mode = m;
	vec = &state->vec;
	if (state->made)
		return true;
	if (lfvec_sized_init(vec, &m->attr)) {
		errors++;
		return false;
	}
	memset(state->at, 0, sizeof(state->at));
	state->end = 0;
	state->oldest = 0;
	state->runs = 0;
	state->made = true;
	for (i = 0; m->what & SINGLE && i < vec->nr; i++)
		lfvec_pool_set_chunk(pool_of(i), 1);
	if (m->what & DRY)
		stop_worker();
	return true;
}

/* --- instructions --------------------------------------------------------- */

/*
 * Interrupt an instruction in all ways. Was it come by? What comes by the function
 * at all may find that time is up.
 */
static bool interrupt_at(struct probe *p, struct probe *entry)
{
	static unsigned int last;
	bool any = false;
	unsigned int i, j;

	probe_arm(entry, true);
	probe_arm(p, true);
	for (i = 0; i < ARRAY_SIZE(modes) && !any; i++)
		for (j = 0; j < TRIES && !any; j++) {
			handler = (boundaries + j) % HANDLERS;
			if (mode_begin(&modes[(last + i) % ARRAY_SIZE(modes)]))
				any = interrupt_once(&p->kp, 1);
		}
	if (any)
		last = mode - modes;
	/* what takes grace periods is done less often */
	for (i = 1; any && i < (mode->what & (SLOW | DRY) ? 2 : HANDLERS); i++) {
		handler = (handler + 1) % HANDLERS;
		if (mode_begin(mode))
			interrupt_once(&p->kp, i % 3 + 1);
	}
	probe_arm(p, false);
	if (p != entry)
		probe_arm(entry, false);
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
	static struct probe *entry;
	bool any;

	sprint_symbol(symbol, (unsigned long)p->kp.addr);
	if (strstr(symbol, "+0x0/"))
		entry = p;
	if (p->dead) {
		dead++;
		return;
	}
	any = interrupt_at(p, entry ?: p);
	if (!any && p->filler)
		return;
	account(any);
	if (!any)
		pr_info("test_lfvec_sized_intr: never at %s\n", symbol);
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

static bool is_wanted(const char *name)
{
	static const char * const not[] = {
		"_init", "_destroy", "_stats", "_limit", "_empty", "_count", "_attr",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(not); i++)
		if (strstr(name, not[i]))
			return false;
	return strstr(name, "sized_") && strstr(name, only);
}

/* All of these can be come by. */
static const char * const listed[] = {
	"lfvec_sized_prepare", "lfvec_sized_room", "lfvec_sized_commit",
	"lfvec_sized_discard", "lfvec_sized_get", "lfvec_sized_end",
	"lfvec_sized_oldest", "sized_make_room", "sized_keep", "sized_end_from",
	"sized_filled", "sized_put", "sized_stray", "sized_work",
	"sized_collect",
};

static bool is_listed(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(listed); i++)
		if (!strcmp(name, listed[i]))
			return true;
	return false;
}

static int test(void *unused)
{
	unsigned int i;

	test_cpu = raw_smp_processor_id();
	test_task = current;
	if (!probes_collect(is_wanted, on_probe, after_probe)) {
		pr_info("test_lfvec_sized_intr: %u probes\n", nr_probes);
		for (i = 0; i < nr_probes && !errors; i++)
			interrupt_all(&probes[i]);
		if (mode)
			mode_end(mode);
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
		pr_info("test_lfvec_sized_intr: %s: %u runs\n", modes[i].name,
			states[i].all_runs);
	for (i = 0; i < nr_functions; i++) {
		pr_info("test_lfvec_sized_intr: %u of %u in %s\n",
			functions[i].covered, functions[i].boundaries,
			functions[i].name);
		if (is_listed(functions[i].name))
			missed += functions[i].boundaries - functions[i].covered;
	}
	pr_info("test_lfvec_sized_intr: %u of %u instructions interrupted, %u listed ones missed, %u that call for help left out, %u runs, %lu commits, %lu times no memory, %u errors\n",
		covered, boundaries, missed, dead, runs, commits, no_memory,
		errors);
	if (errors || !covered || covered * 100 < boundaries * least ||
	    (strict && missed))
		return -EINVAL;
	return 0;
}

static int __init sized_intr_init(void)
{
	struct task_struct *task;
	int err;

	states = kvcalloc(ARRAY_SIZE(modes), sizeof(*states), GFP_KERNEL);
	if (!states)
		return -ENOMEM;
	task = kthread_create(test, NULL, "test_lfvec_sized_intr");
	if (IS_ERR(task)) {
		kvfree(states);
		return PTR_ERR(task);
	}
	kthread_bind(task, cpumask_first(cpu_online_mask));
	wake_up_process(task);
	while (!wait_for_completion_timeout(&done, HZ))
		;
	kthread_stop(task);
	err = verdict();
	kvfree(states);
	return err;
}

static void __exit sized_intr_exit(void)
{
}

module_init(sized_intr_init);
module_exit(sized_intr_exit);
MODULE_DESCRIPTION("Test of lfvec_sized: interruptions at each instruction");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
