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
 * Where instructions are only come by if a race was lost, one more probe loses it:
 * it sits on the cmpxchg that makes operations take effect, and changes the vector
 * before that is executed. Other modes lead to where memory is gone, the vector is
 * full, or too many operations nest.
 *
 * This is every single interruption on one CPU. It shows nothing of what several
 * CPUs do to each other.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "alloc.h"
#include "lfvec_int.h"
#include "model.h"

#define HANDLERS	7
#define TRIES		30
#define FUNCTIONS_MAX	96

/* What brings instructions about that are not come by otherwise. */
#define LOSE		0x1	/* each operation loses a race */
#define STARVE		0x2	/* the depot gives nothing to who may sleep */
#define DRY		0x4	/* no worker fills the depot, and none may sleep */
#define DEEP		0x8	/* as if four operations were under way */
#define DISTURB		0x10	/* who completes another's write is overtaken */
#define NOMEM		0x20	/* half of the allocations fail */

static const struct mode {
	const char		*name;
	unsigned int		what;
	unsigned int		esize;
	struct lfvec_attr	attr;
} modes[] = {
	{ "plain", 0, 8, { .first = 1, .spare = 256 } },
	{ "lost race", LOSE, 8, { .first = 1, .spare = 256 } },
	{ "wide", 0, 24, { .first = 1, .spare = 256 } },
	{ "wide, lost race", LOSE, 24, { .first = 1, .spare = 256 } },
	{ "disturbed", DISTURB, 8, { .first = 1, .spare = 256 } },
	{ "starved", STARVE, 8,
	  { .first = 1, .max = 1000, .spare = 256, .flags = LFVEC_ACCOUNT } },
	{ "starved, lost race", STARVE | LOSE, 8,
	  { .first = 1, .max = 1000, .spare = 256 } },
	{ "starved, wide, disturbed", STARVE | DISTURB, 24,
	  { .first = 1, .max = 1000, .spare = 256 } },
	{ "starved, no memory", STARVE | NOMEM, 8,
	  { .first = 1, .max = 1000, .spare = 256, .flags = LFVEC_ACCOUNT } },
	{ "starved, overwriting", STARVE | LOSE, 24,
	  { .max = 8, .spare = 256, .flags = LFVEC_OVERWRITE } },
	{ "dry", DRY, 8, { .first = 1, .spare = 1 } },
	{ "dry, atomic", DRY, 8, { .first = 1, .spare = 1, .backlog = 1 } },
	{ "full", 0, 8, { .first = 1, .max = 7, .spare = 256 } },
	{ "full, lost race", LOSE, 8, { .first = 1, .max = 7, .spare = 256 } },
	{ "deep", DEEP, 8, { .first = 1, .spare = 256 } },
	{ "overwriting", 0, 8,
	  { .max = 8, .spare = 256, .flags = LFVEC_OVERWRITE } },
	{ "overwriting, lost race", LOSE, 8,
	  { .max = 8, .spare = 256, .flags = LFVEC_OVERWRITE } },
	{ "append-only", 0, 8,
	  { .spare = 256, .max = 1000, .flags = LFVEC_APPEND_ONLY } },
	{ "append-only, lost race", LOSE, 24,
	  { .max = 8, .spare = 256,
	    .flags = LFVEC_APPEND_ONLY | LFVEC_OVERWRITE } },
	{ "append-only, starved", STARVE, 8,
	  { .spare = 256, .max = 1000, .flags = LFVEC_APPEND_ONLY } },
	{ "append-only, starved, lost race", STARVE | LOSE, 24,
	  { .max = 8, .spare = 256,
	    .flags = LFVEC_APPEND_ONLY | LFVEC_OVERWRITE } },
	{ "append-only, no memory", STARVE | NOMEM, 8,
	  { .spare = 256, .max = 1000, .flags = LFVEC_APPEND_ONLY } },
	{ "append-only, dry", DRY, 8,
	  { .spare = 1, .max = 1000, .flags = LFVEC_APPEND_ONLY } },
};

/* A probe, and if it is where races are lost: such ones are always armed. */
struct probe {
	struct kprobe		kp;
	bool			swap;		/* on a `lock cmpxchg` */
	bool			complete;	/* at the entry of lfvec_complete() */
	bool			nop;
	bool			focused;	/* what led there, and in which mode */
	const struct mode	*mode;
};

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

/* What is armed: which instruction, at which of its hits, and what is done. */
static struct kprobe *armed;
static unsigned int countdown, handler;
static bool fired, scanning, focused;
static unsigned int lost;	/* number of the last operation that lost a race */
static int test_cpu;

static struct probe *probes;
static unsigned int nr_probes;
static struct function functions[FUNCTIONS_MAX];
static unsigned int nr_functions;

static DECLARE_COMPLETION(done);
static unsigned int runs, errors, covered, boundaries;

static void perform_in(bool first, enum op op, unsigned int nr)
{
	struct record *r = model_perform(inner, op, nr, 0);

	r->during = outer->nr;
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

/*
 * The operand in memory of `lock cmpxchg`: a base register and maybe a small
 * displacement. What has a large one is far from the beginning of the vector.
 */
static unsigned long swap_address(const u8 *insn, struct pt_regs *regs)
{
	static const unsigned int offset[] = {
		offsetof(struct pt_regs, ax), offsetof(struct pt_regs, cx),
		offsetof(struct pt_regs, dx), offsetof(struct pt_regs, bx),
		offsetof(struct pt_regs, sp), offsetof(struct pt_regs, bp),
		offsetof(struct pt_regs, si), offsetof(struct pt_regs, di),
		offsetof(struct pt_regs, r8), offsetof(struct pt_regs, r9),
		offsetof(struct pt_regs, r10), offsetof(struct pt_regs, r11),
		offsetof(struct pt_regs, r12), offsetof(struct pt_regs, r13),
		offsetof(struct pt_regs, r14), offsetof(struct pt_regs, r15),
	};
	unsigned int base = (insn[4] & 7) | (insn[1] & 1) << 3;
	unsigned int sib = (insn[4] & 7) == 4;

	switch (insn[4] >> 6) {
	case 0:
		return regs_get_register(regs, offset[base]);
	case 1:
		return regs_get_register(regs, offset[base]) +
		       (s8)insn[5 + sib];
	default:
		return (unsigned long)(model_vec + 1) - 1;
	}
}

/* On one CPU, the kernel has made a harmless prefix of `lock`. */
static bool is_swap(const u8 *insn)
{
	return (insn[0] == 0xf0 || insn[0] == 0x3e) &&
	       (insn[1] & 0xf8) == 0x48 && insn[2] == 0x0f && insn[3] == 0xb1;
}

/* With any number of prefixes; or what fills gaps. */
static bool is_nop(const u8 *insn)
{
	while (*insn == 0x66 || *insn == 0x2e)
		insn++;
	return *insn == 0x90 || *insn == 0xcc ||
	       (insn[0] == 0x0f && insn[1] == 0x1f);
}

/* Does this swap make the operation take effect? */
static bool is_effect(const struct kprobe *kp, struct pt_regs *regs)
{
	unsigned long address;
	u8 insn[7];

	memcpy(insn, kp->addr, sizeof(insn));
	insn[0] = kp->opcode;
	address = swap_address(insn, regs);
	if (model_vec->flags & LFVEC_APPEND_ONLY)
		return address < (unsigned long)model_vec ||
		       address >= (unsigned long)(model_vec + 1);
	return address == (unsigned long)&model_vec->ctl;
}

/* Have the operation lose a race, once. */
static void lose(void)
{
	static const enum op ops[] = { PUSH, STORE, POP, PUSH_MANY };
	unsigned int i = model_roll(4);

	if (lost == outer->nr + 1)
		return;
	lost = outer->nr + 1;
	state->races++;
	if (!(model_vec->flags & LFVEC_APPEND_ONLY))
		perform_in(true, ops[i], i == 3 ? 2 : 1);
	else
		for (i = 1 + 40 * !i; i > 0; i--)
			perform_in(true, PUSH, 1);
}

/* In a mode that has it lost: is this where, before the operation takes effect? */
static bool is_race(struct probe *p, struct pt_regs *regs)
{
	if (p->swap)
		return mode->what & LOSE && is_effect(&p->kp, regs);
	/* its last argument: an operation's own write, which was effective */
	return p->complete && mode->what & DISTURB &&
	       !(regs_get_kernel_argument(regs, 3) & 1);
}

static int on_probe(struct kprobe *kp, struct pt_regs *regs)
{
	struct probe *p = container_of(kp, struct probe, kp);

	if (raw_smp_processor_id() != test_cpu || !READ_ONCE(armed))
		return 0;
	if (scanning && !p->mode) {
		p->mode = mode;
		p->focused = focused;
	}
	if (kp == armed && !fired && !--countdown) {
		fired = true;
		interrupt();
	}
	if (is_race(p, regs))
		lose();
	return 0;
}

static int on_alloc(struct kprobe *kp, struct pt_regs *regs)
{
	if (raw_smp_processor_id() != test_cpu || !READ_ONCE(armed) ||
	    !(mode->what & NOMEM) || !alloc_from_lfvec(regs) || model_roll(2))
		return 0;
	return alloc_fail(regs);
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

static void perform(enum op op, unsigned int nr, gfp_t gfp)
{
	if (mode->what & DRY)
		gfp = mode->attr.backlog ? GFP_ATOMIC : 0;
	else if (mode->what & STARVE && !gfp)
		gfp = GFP_KERNEL;
	if (!model_roll(4)) {
		/* so that preempt_enable() has something to do */
		set_tsk_need_resched(current);
		set_preempt_need_resched();
	}
	model_perform(outer, op, nr, gfp);
}

static const gfp_t gfps[] = { GFP_KERNEL, GFP_ATOMIC, 0, GFP_KERNEL };

/* Operations to be interrupted, of all kinds. */
static void operations(unsigned int stores)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		perform(PUSH, 1, gfps[i]);
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
		perform(i % 3 ? STORE : PUSH, 1, gfps[i % 2]);
	perform(TRUNCATE, model_roll(50), 0);
	if (__lfvec_size(model_vec) > 100)
		perform(TRUNCATE, 60, 0);
	perform(PUSH_MANY, 2, GFP_ATOMIC);
	perform(XCHG, 1, 0);
}

/* Many of the kind that comes by @symbol, each in all its ways. */
static void focus(const char *symbol)
{
	static const struct {
		const char	*part;
		enum op		op;
		unsigned int	nr;
	} on[] = {
		{ "push_many", PUSH_MANY, 3 }, { "batch", PUSH_MANY, 5 },
		{ "push_nodes", PUSH_MANY, 2 }, { "give_back", PUSH_MANY, 4 },
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
static void drain(void)
{
	perform(TRUNCATE, 2000, 0);
	perform(POP, 1, 0);
	perform(POP_MANY, 2, 0);
	perform(TRUNCATE, 1, 0);
	perform(PUSH, 1, GFP_ATOMIC);
}

/* What only happens now and then is made to happen. */
static bool is_rare(const char *symbol, const char * const *names)
{
	for (; *names; names++)
		if (strstr(symbol, *names))
			return true;
	return false;
}

static const char * const of_shrink[] = {
	"shrink", "empty_slots", "dead", "list_free", "bucket_free", "node_free",
	"bucket_alloc", "bucket_supply", "buckets_ahead", "lfvec_ahead",
	"slots_alloc", "capacity", "place", NULL
};

static const char * const of_supply[] = {
	"gp_", "depot_add", "supply_work", "kick", NULL
};

static const char * const of_reserve[] = {
	"reserve", "nodes_fill", "node_new", "slab_alloc", "may_grow", NULL
};

static void set_level(unsigned int level)
{
	preempt_disable();
	WRITE_ONCE(this_cpu_ptr(model_vec->cpu)->level, level);
	preempt_enable();
}

static void run_one(const char *symbol)
{
	bool shrunk = is_rare(symbol, of_shrink) ||
		      (focused && !model_roll(16));

	outer->nr = 0;
	inner->nr = 0;
	lost = 0;
	if (shrunk)
		__lfvec_shrink(model_vec);
	if (mode->what & STARVE)
		WRITE_ONCE(model_vec->spare, LONG_MAX / 4);
	if (mode->what & DEEP)
		set_level(LFVEC_LEVELS);
	operations(shrunk ? 100 : 35);
	if (focused)
		focus(symbol);
	drain();
	if (mode->what & DEEP)
		set_level(0);
	if (is_rare(symbol, of_reserve) && !(mode->what & STARVE))
		__lfvec_reserve(model_vec, 100 * model_roll(50), GFP_KERNEL);
	if (is_rare(symbol, of_supply))
		rcu_barrier();
	WRITE_ONCE(armed, NULL);
}

static void report(const char *symbol)
{
	struct lfvec_stats s;

	if (errors++ > 5)
		return;
	__lfvec_stats(model_vec, &s);
	pr_err("test_lfvec_intr: %s, %s, handler %u: wrong\n", mode->name, symbol,
	       handler);
	pr_err("test_lfvec_intr: size %llu pushes %llu pops %llu stores %llu dropped %llu\n",
	       s.size, s.pushes, s.pops, s.stores, s.dropped);
}

/* Run the operations, to be interrupted at a hit; was there such a hit? */
static bool interrupt_once(struct kprobe *kp, const char *symbol,
			   unsigned int hit)
{
	fired = false;
	countdown = hit;
	WRITE_ONCE(armed, kp);
	run_one(symbol);
	runs++;
	state->runs++;
	state->all_runs++;
	if (explained(false) || explained(true)) {
		memcpy(&state->before, after, sizeof(*after));
	} else {
		report(symbol);
		model_reset(&state->before);
	}
	cond_resched();
	return fired;
}

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
	atomic_set(&model_vec->kicked, 1);
	irq_work_sync(&model_vec->kick);
	cancel_work_sync(&model_vec->supply);
}

/* Go on with the vector of this mode, or a new one now and then. */
static bool mode_begin(const struct mode *m)
{
	bool grown = m->attr.flags == LFVEC_APPEND_ONLY;

	state = &states[m - modes];
	if (state->made && (state->runs > 1000 ||
			    (grown && __lfvec_size(&state->vec) > 700)))
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
	if (m->what & (STARVE | DRY))
		no_worker();
	return true;
}

static void probe_arm(struct probe *p, bool on)
{
	if (p->swap || p->complete)
		return;
	if (on)
		enable_kprobe(&p->kp);
	else
		disable_kprobe(&p->kp);
}

/* In which mode are these @nr instructions of a function come by? */
static void scan(struct probe *p, unsigned int nr, const char *symbol)
{
	static struct kprobe nothing;
	unsigned int i;

	for (i = 0; i < nr; i++)
		probe_arm(&p[i], true);
	scanning = true;
	for (i = 0; i < 2 * ARRAY_SIZE(modes); i++) {
		focused = i >= ARRAY_SIZE(modes);
		if (mode_begin(&modes[i % ARRAY_SIZE(modes)]))
			interrupt_once(&nothing, symbol, 1);
	}
	scanning = false;
	for (i = 0; i < nr; i++)
		probe_arm(&p[i], false);
}

/* Interrupt an instruction in all ways. Was it come by? */
static bool interrupt_at(struct probe *p, const char *symbol)
{
	/* what takes grace periods is done once */
	bool slow = is_rare(symbol, of_shrink) || is_rare(symbol, of_supply) ||
		    p->mode->what & DRY;
	unsigned int ways = slow ? 1 : HANDLERS, tries;
	bool any = false;

	focused = p->focused;
	probe_arm(p, true);
	/* it may take dice that are as they were then */
	for (tries = 0; tries < (slow ? 3 : TRIES) && !any; tries++) {
		handler = boundaries % HANDLERS;
		any = mode_begin(p->mode) && interrupt_once(&p->kp, symbol, 1);
	}
	/* mostly the first time, which may be the only one */
	for (handler = 0; handler < ways; handler++)
		if (mode_begin(p->mode))
			any |= interrupt_once(&p->kp, symbol, handler % 3 + 1);
	probe_arm(p, false);
	return any;
}

static void account(const char *symbol, bool any)
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

static char *only = "";
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "functions with this in their name (default all)");

/* What changes a vector, and what that calls. */
static bool wanted(const char *symbol)
{
	static const char * const not[] = {
		"_init", "_exit", "destroy", "stats", "cache_", "quiesce",
		"_attr", "cpumask", "_get", "_load", "_peek", "_size",
		"__lfvec_oldest", "lfvec_seek", "cpus_alloc", NULL
	};

	return strstr(symbol, only) && !is_rare(symbol, not);
}

/* A probe for each instruction, none armed but those that make races be lost. */
static void collect(unsigned long start, unsigned long end)
{
	char symbol[KSYM_SYMBOL_LEN];
	unsigned long addr;
	unsigned int size;
	struct probe *p;

	for (addr = start; addr < end; addr += size) {
		size = 1;
		sprint_symbol(symbol, addr);
		if (!wanted(symbol))
			continue;
		p = &probes[nr_probes];
		memset(p, 0, sizeof(*p));
		p->swap = is_swap((u8 *)addr);
		p->nop = is_nop((u8 *)addr);
		p->complete = strstarts(symbol, "lfvec_complete+0x0/");
		p->kp.addr = (void *)addr;
		p->kp.pre_handler = on_probe;
		p->kp.post_handler = alloc_after;
		p->kp.flags = p->swap || p->complete ? 0 :
			      KPROBE_FLAG_DISABLED;
		/* fails where no instruction begins, or none may be probed */
		if (register_kprobe(&p->kp))
			continue;
		size = max_t(unsigned int, p->kp.ainsn.size, 1);
		nr_probes++;
	}
}

static void uncollect(void)
{
	struct kprobe **list = kvcalloc(nr_probes, sizeof(*list), GFP_KERNEL);
	unsigned int i;

	if (!list) {
		for (i = 0; i < nr_probes; i++)
			unregister_kprobe(&probes[i].kp);
		return;
	}
	for (i = 0; i < nr_probes; i++)
		list[i] = &probes[i].kp;
	unregister_kprobes(list, nr_probes);
	kvfree(list);
}

/* All instructions of the function that @p begins; returns how many. */
static unsigned int interrupt_function(struct probe *p, unsigned int most)
{
	char symbol[KSYM_SYMBOL_LEN], next[KSYM_SYMBOL_LEN];
	unsigned int nr, i;
	size_t len;
	bool any;

	sprint_symbol(symbol, (unsigned long)p->kp.addr);
	len = strcspn(symbol, "+") + 1;
	for (nr = 1; nr < most; nr++) {
		sprint_symbol(next, (unsigned long)p[nr].kp.addr);
		if (strncmp(next, symbol, len))
			break;
	}
	scan(p, nr, symbol);
	for (i = 0; i < nr; i++) {
		sprint_symbol(symbol, (unsigned long)p[i].kp.addr);
		any = p[i].mode && interrupt_at(&p[i], symbol);
		if (!any && p[i].nop)
			continue;	/* between functions */
		account(symbol, any);
		if (!any)
			pr_info("test_lfvec_intr: never at %s\n", symbol);
	}
	return nr;
}

static int test(void *unused)
{
	static struct kprobe alloc[ARRAY_SIZE(allocators)];
	unsigned long start, end;
	unsigned int nr, i;

	test_cpu = raw_smp_processor_id();
	text_range(&start, &end);
	alloc_text_start = start;
	alloc_text_end = end;
	probes = kvcalloc(end - start, sizeof(*probes), GFP_KERNEL);
	if (probes) {
		nr = alloc_probe(alloc, allocators, ARRAY_SIZE(allocators),
				 on_alloc);
		collect(start, end);
		pr_info("test_lfvec_intr: %u probes\n", nr_probes);
		for (i = 0; i < nr_probes; )
			i += interrupt_function(&probes[i], nr_probes - i);
		for (i = 0; i < ARRAY_SIZE(modes); i++)
			mode_end(&modes[i]);
		while (nr)
			unregister_kprobe(&alloc[--nr]);
		uncollect();
	}
	kvfree(probes);
	complete_all(&done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static int run(void)
{
	struct task_struct *task = kthread_create(test, NULL, "test_lfvec_intr");
	unsigned int i;

	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpumask_first(cpu_online_mask));
	wake_up_process(task);
	while (!wait_for_completion_timeout(&done, HZ))
		;
	kthread_stop(task);
	for (i = 0; i < ARRAY_SIZE(modes); i++)
		pr_info("test_lfvec_intr: %s: %u runs, %u races lost\n",
			modes[i].name, states[i].all_runs, states[i].races);
	for (i = 0; i < nr_functions; i++)
		pr_info("test_lfvec_intr: %u of %u in %s\n", functions[i].covered,
			functions[i].boundaries, functions[i].name);
	pr_info("test_lfvec_intr: %u of %u instructions interrupted, %u runs, %u errors\n",
		covered, boundaries, runs, errors);
	return errors || !covered ? -EINVAL : 0;
}

static int __init intr_init(void)
{
	int err = -ENOMEM;

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
