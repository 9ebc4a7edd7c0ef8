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
 * This is every single interruption on one CPU. It shows nothing of what several
 * CPUs do to each other, nor of paths that only a lost race leads to, or an
 * element of another size: instructions that were not come by are printed.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/lfvec.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#define MODEL_MAX	1024
#define LOG_MAX		512
#define BATCH		5
#define PROBES		64	/* registered at once */
#define HANDLERS	7

enum op { PUSH, POP, PUSH_MANY, POP_MANY, TRUNCATE, STORE, XCHG, CMPXCHG };

struct record {
	enum op		op;
	unsigned int	nr;
	unsigned long	index;
	u64		in[BATCH];
	u64		out[BATCH];
	long		ret;
};

struct log {
	struct record	record[LOG_MAX];
	unsigned int	nr;
};

struct model {
	u64		elem[MODEL_MAX];
	unsigned long	size;
	u64		pushes, pops, stores;
};

static DECLARE_LFVEC(vec, u64);
static struct log *outer, *inner;
static struct model *before, *after;
static unsigned long most;	/* elements that there ever were */
static unsigned int dice;

/* What is armed: which instruction, at which of its hits, and what is done. */
static void *armed;
static unsigned int countdown, handler, fired_at;
static bool fired;
static int test_cpu;

static DECLARE_COMPLETION(done);
static unsigned int runs, errors, covered, boundaries;

static unsigned int roll(unsigned int sides)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 16) % sides;
}

/* Only two values, so that they come back. */
static struct record *record(struct log *log, enum op op, unsigned int nr)
{
	struct record *r = &log->record[log->nr];
	unsigned int i;

	memset(r, 0, sizeof(*r));
	r->op = op;
	r->nr = nr;
	for (i = 0; i < BATCH; i++)
		r->in[i] = roll(2);
	return r;
}

static void perform(struct log *log, enum op op, unsigned int nr, gfp_t gfp)
{
	struct record *r = record(log, op, nr);

	r->index = lfvec_size(&vec);
	r->index -= min_t(unsigned long, r->index, nr);
	switch (op) {
	case PUSH:
		r->ret = lfvec_push(&vec, r->in, gfp);
		break;
	case POP:
		r->ret = lfvec_pop(&vec, r->out);
		break;
	case PUSH_MANY:
		r->ret = lfvec_push_many(&vec, r->in, nr, gfp);
		break;
	case POP_MANY:
		r->ret = lfvec_pop_many(&vec, r->out, nr);
		break;
	case TRUNCATE:
		r->ret = lfvec_truncate(&vec, r->index);
		break;
	case STORE:
		r->ret = lfvec_store(&vec, r->index, r->in, gfp);
		break;
	case XCHG:
		r->ret = lfvec_xchg(&vec, r->index, r->in, r->out, gfp);
		break;
	case CMPXCHG:
		r->out[0] = r->in[1];
		r->ret = lfvec_cmpxchg(&vec, r->index, r->out, r->in, gfp);
		break;
	}
	log->nr++;
	most = max(most, lfvec_size(&vec));
}

/* What is done in the middle of another operation. */
static void interrupt(void)
{
	unsigned int i;

	switch (handler) {
	case 0:
		perform(inner, PUSH, 1, 0);
		break;
	case 1:
		perform(inner, POP, 1, 0);
		break;
	case 2:
		perform(inner, POP, 1, 0);
		perform(inner, PUSH, 1, 0);
		break;
	case 3:
		perform(inner, STORE, 1, 0);
		perform(inner, XCHG, 2, 0);
		break;
	case 4:
		perform(inner, PUSH_MANY, 3, 0);
		perform(inner, POP_MANY, 2, 0);
		break;
	case 5:
		perform(inner, TRUNCATE, 2, 0);
		perform(inner, PUSH, 1, 0);
		perform(inner, CMPXCHG, 1, 0);
		break;
	default:
		/* enough to take from and give to what all CPUs share */
		for (i = 0; i < 40; i++) {
			perform(inner, PUSH, 1, 0);
			perform(inner, STORE, 1, 0);
			perform(inner, POP, 1, 0);
		}
	}
}

static int on_probe(struct kprobe *kp, struct pt_regs *regs)
{
	if (kp->addr != READ_ONCE(armed) || raw_smp_processor_id() != test_cpu)
		return 0;
	if (fired || --countdown)
		return 0;
	fired = true;
	fired_at = outer->nr;
	interrupt();
	return 0;
}

/* With this, a probe is never made a jump. */
static void after_probe(struct kprobe *kp, struct pt_regs *regs,
			unsigned long flags)
{
}

static bool same(const u64 *a, const u64 *b, unsigned int nr)
{
	return !memcmp(a, b, nr * sizeof(*a));
}

static bool replay_push(struct model *m, const struct record *r)
{
	if (m->size + r->nr > MODEL_MAX || r->ret != (long)m->size)
		return false;
	memcpy(m->elem + m->size, r->in, r->nr * sizeof(u64));
	m->size += r->nr;
	m->pushes += r->nr;
	return true;
}

static bool replay_pop(struct model *m, const struct record *r)
{
	unsigned long nr = min_t(unsigned long, r->nr, m->size);

	if (!nr)
		return r->ret == -ENOENT;
	m->size -= nr;
	m->pops += nr;
	return r->ret == (r->op == POP ? 0 : (long)nr) &&
	       same(r->out, m->elem + m->size, nr);
}

static bool replay_truncate(struct model *m, const struct record *r)
{
	unsigned long nr = m->size > r->index ? m->size - r->index : 0;

	m->size -= nr;
	m->pops += nr;
	return r->ret == (long)nr;
}

static bool replay_store(struct model *m, const struct record *r)
{
	u64 *elem = m->elem + r->index;

	if (r->index >= m->size)
		return r->ret == -ERANGE;
	if (r->op == XCHG && r->out[0] != *elem)
		return false;
	if (r->op == CMPXCHG && *elem != r->in[1])
		return !r->ret && r->out[0] == *elem;
	*elem = r->in[0];
	m->stores++;
	return r->ret == (r->op == CMPXCHG);
}

/* Do to the model what was done; false if the results are not the same. */
static bool replay(struct model *m, const struct record *r)
{
	/* Nothing in stock, and not allowed to get more: nothing done. */
	if (r->ret == -ENOMEM)
		return true;
	switch (r->op) {
	case PUSH:
	case PUSH_MANY:
		return replay_push(m, r);
	case POP:
	case POP_MANY:
		return replay_pop(m, r);
	case TRUNCATE:
		return replay_truncate(m, r);
	default:
		return replay_store(m, r);
	}
}

static bool replay_log(struct model *m, const struct log *log,
		       unsigned int from, unsigned int to)
{
	for (; from < to; from++)
		if (!replay(m, &log->record[from]))
			return false;
	return true;
}

static bool model_is(const struct model *m)
{
	struct lfvec_stats stats;
	unsigned long i;
	u64 elem;

	if (lfvec_size(&vec) != m->size)
		return false;
	for (i = 0; i < m->size; i++)
		if (lfvec_load(&vec, i, &elem) || elem != m->elem[i])
			return false;
	lfvec_stats(&vec, &stats);
	return stats.pushes == m->pushes && stats.pops == m->pops &&
	       stats.stores == m->stores;
}

/* Was it as if the interruption had come right before operation @at? */
static bool explained(unsigned int at)
{
	memcpy(after, before, sizeof(*after));
	return replay_log(after, outer, 0, at) &&
	       replay_log(after, inner, 0, inner->nr) &&
	       replay_log(after, outer, at, outer->nr) && model_is(after);
}

/* Operations to be interrupted, of all kinds. */
static void operations(unsigned int stores)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		perform(outer, PUSH, 1, GFP_KERNEL);
	perform(outer, PUSH_MANY, BATCH, GFP_KERNEL);
	perform(outer, STORE, 2, GFP_KERNEL);
	perform(outer, XCHG, 1, GFP_KERNEL);
	perform(outer, CMPXCHG, 1, GFP_KERNEL);
	perform(outer, CMPXCHG, 1, 0);
	perform(outer, POP, 1, 0);
	perform(outer, POP_MANY, 2, 0);
	perform(outer, TRUNCATE, 1, 0);
	perform(outer, STORE, 0, GFP_KERNEL);
	for (i = 0; i < stores; i++)
		perform(outer, i % 3 ? STORE : PUSH, 1,
			i % 2 ? GFP_KERNEL : GFP_ATOMIC);
	perform(outer, TRUNCATE, roll(50), 0);
	if (lfvec_size(&vec) > 100)
		perform(outer, TRUNCATE, 60, 0);
	perform(outer, PUSH_MANY, 2, 0);
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
	"capacity", NULL
};

static const char * const of_supply[] = {
	"gp_", "depot_add", "supply_work", "kick", NULL
};

static const char * const of_reserve[] = {
	"reserve", "nodes_fill", "node_new", "slab_alloc", "may_grow", NULL
};

static void run_one(const char *symbol)
{
	outer->nr = 0;
	inner->nr = 0;
	if (is_rare(symbol, of_shrink)) {
		lfvec_shrink(&vec);
		operations(100);
	} else {
		operations(35);
	}
	if (is_rare(symbol, of_reserve))
		lfvec_reserve(&vec, 100 * roll(50), GFP_KERNEL);
	if (is_rare(symbol, of_supply))
		rcu_barrier();
	WRITE_ONCE(armed, NULL);
}

static void report(const char *symbol)
{
	struct lfvec_stats s;

	if (errors++ > 5)
		return;
	lfvec_stats(&vec, &s);
	pr_err("test_lfvec_intr: %s, hit %u, handler %u, operation %u: wrong\n",
	       symbol, handler % 3 + 1, handler, fired_at);
	pr_err("test_lfvec_intr: size %llu pushes %llu pops %llu stores %llu\n",
	       s.size, s.pushes, s.pops, s.stores);
}

/* Start anew from what is there. */
static void model_reset(void)
{
	struct lfvec_stats s;
	unsigned long i;

	lfvec_stats(&vec, &s);
	before->size = min_t(unsigned long, s.size, MODEL_MAX);
	before->pushes = s.pushes;
	before->pops = s.pops;
	before->stores = s.stores;
	for (i = 0; i < before->size; i++)
		lfvec_load(&vec, i, &before->elem[i]);
}

/* Returns whether the instruction was come by. */
static bool interrupt_at(void *addr, const char *symbol)
{
	/* what takes grace periods is done once, what is not come by twice */
	bool slow = is_rare(symbol, of_shrink) || is_rare(symbol, of_supply);
	unsigned int from = slow ? boundaries % HANDLERS : 0;
	unsigned int to = slow ? from + 1 : HANDLERS;
	bool any = false;

	for (handler = from; handler < to; handler++) {
		fired = false;
		fired_at = 0;
		/* mostly the first time, which may be the only one */
		countdown = any ? handler % 3 + 1 : 1;
		WRITE_ONCE(armed, addr);
		run_one(symbol);
		runs++;
		any |= fired;
		if (explained(fired_at) || explained(fired_at + 1)) {
			swap(before, after);
		} else {
			report(symbol);
			model_reset();
		}
		cond_resched();
		if (handler == 1 && !any)
			break;
	}
	return any;
}

/* No node has come or gone but those in slots, in stock, or waiting. */
static void nodes_exact(bool shrunk)
{
	struct lfvec_stats s;
	u64 used;

	rcu_barrier();
	lfvec_stats(&vec, &s);
	used = s.nodes - s.nodes_free - s.nodes_waiting;
	if (shrunk ? used < s.size || used > most : used != most) {
		pr_err("test_lfvec_intr: %llu nodes in use, not %lu\n", used, most);
		errors++;
	}
}

static int begin(void)
{
	struct lfvec_attr attr = { .first = 1, .spare = 256 };

	most = 0;
	memset(before, 0, sizeof(*before));
	return lfvec_init(&vec, &attr);
}

static void probe_all(struct kprobe *kps, unsigned int nr)
{
	char symbol[KSYM_SYMBOL_LEN];
	bool shrunk = false;
	unsigned int i;

	if (!nr || begin())
		return;
	for (i = 0; i < nr; i++) {
		sprint_symbol(symbol, (unsigned long)kps[i].addr);
		boundaries++;
		shrunk |= is_rare(symbol, of_shrink);
		if (interrupt_at(kps[i].addr, symbol))
			covered++;
		else
			pr_info("test_lfvec_intr: never at %s\n", symbol);
	}
	nodes_exact(shrunk);
}

static void probe_end(struct kprobe **list, unsigned int nr)
{
	if (!nr)
		return;
	unregister_kprobes(list, nr);
	lfvec_destroy(&vec);
}

static bool ours(unsigned long addr)
{
	char symbol[KSYM_SYMBOL_LEN];

	sprint_symbol(symbol, addr);
	/* after the last function there are zeroes */
	return strstr(symbol, "[lfvec]") && memchr_inv((void *)addr, 0, 16);
}

/* What changes a general vector, and what that calls. */
static bool wanted(unsigned long addr)
{
	static const char * const not[] = {
		"_init", "_exit", "destroy", "stats", "cache_", "quiesce",
		"_attr", "cpumask", "_get", "_load", "_peek", "_size", "oldest",
		"push_only", "lfvec_end", "filled", "seek", NULL
	};
	char symbol[KSYM_SYMBOL_LEN];

	sprint_symbol(symbol, addr);
	return strstr(symbol, "[lfvec]") && !is_rare(symbol, not);
}

/* As many instructions from *@addr on as are probed at once. */
static unsigned int collect(struct kprobe *kps, struct kprobe **list,
			    unsigned long *addr)
{
	unsigned int nr = 0;

	for (; nr < PROBES && ours(*addr); (*addr)++) {
		if (!wanted(*addr))
			continue;
		memset(&kps[nr], 0, sizeof(kps[nr]));
		kps[nr].addr = (void *)*addr;
		kps[nr].pre_handler = on_probe;
		kps[nr].post_handler = after_probe;
		/* fails where no instruction begins */
		if (register_kprobe(&kps[nr]))
			continue;
		list[nr] = &kps[nr];
		nr++;
	}
	return nr;
}

static int test(void *unused)
{
	struct kprobe *kps = kcalloc(PROBES, sizeof(*kps), GFP_KERNEL);
	struct kprobe **list = kcalloc(PROBES, sizeof(*list), GFP_KERNEL);
	unsigned long addr = (unsigned long)__lfvec_push;
	unsigned int nr;

	test_cpu = raw_smp_processor_id();
	while (ours(addr - 1))
		addr--;
	while (kps && list && (nr = collect(kps, list, &addr))) {
		probe_all(kps, nr);
		probe_end(list, nr);
	}
	kfree(list);
	kfree(kps);
	complete_all(&done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
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
	pr_info("test_lfvec_intr: %u of %u instructions interrupted, %u runs, %u errors\n",
		covered, boundaries, runs, errors);
	return errors || !covered ? -EINVAL : 0;
}

static int __init intr_init(void)
{
	int err = -ENOMEM;

	outer = kvzalloc(sizeof(*outer), GFP_KERNEL);
	inner = kvzalloc(sizeof(*inner), GFP_KERNEL);
	before = kvzalloc(sizeof(*before), GFP_KERNEL);
	after = kvzalloc(sizeof(*after), GFP_KERNEL);
	if (outer && inner && before && after)
		err = run();
	kvfree(after);
	kvfree(before);
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
