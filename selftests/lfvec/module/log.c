// SPDX-License-Identifier: GPL-2.0
/*
 * test_lfvec_log - a client of lfvec_log, built apart from it
 *
 * Loading it runs the tests, and fails if one of them does. What it writes to the
 * log "test_lfvec_log" stays there while it is loaded, for logkernel.c to read. With
 * poke=ADDRESS it writes to that address instead, so that the kernel oopses; with
 * drops=N it only says how long it takes to write so many records to a full log.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/lfvec_log.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "unit.h"

#define LONGEST	LFVEC_LOG_RECORD_MAX

unsigned int unit_run, unit_passed;

static unsigned long poke;
module_param(poke, ulong, 0);
MODULE_PARM_DESC(poke, "Oops: write to this address");

static unsigned int drops;
module_param(drops, uint, 0);
MODULE_PARM_DESC(drops, "Only time so many records that are dropped");

/* What logkernel.c reads. */
static DEFINE_LFVEC_LOG(shown, "test_lfvec_log", .level = LOGLEVEL_DEBUG);

/* What the tests here begin with, each. */
static DEFINE_LFVEC_LOG(log, "test_lfvec_log_1", .records = 64);

static char *long_text;	/* longer than a record */

/* Until the next call. */
static const struct lfvec_log_info *stats(struct lfvec_log *l)
{
	static struct lfvec_log_info info;

	memset(&info, 0xff, sizeof(info));
	lfvec_log_stats(l, &info);
	return &info;
}

/* Where there is no log yet, or no longer, nothing is done, and no harm. */
static void test_unregistered(void)
{
	static DEFINE_RATELIMIT_STATE(rs, HZ, 1);
	int level;

	CHECK(!lfvec_log_enabled(&log, LOGLEVEL_EMERG));
	/* from those levels of printk on that no record can have */
	for (level = LOGLEVEL_SCHED; level <= LOGLEVEL_DEBUG; level++) {
		CHECK(lfvec_log(&log, level, "%d", level) == -ECANCELED);
		CHECK(lfvec_log_bin(&log, level, 1, "x", 1) == -ECANCELED);
		CHECK(!lfvec_log_reserve(&log, level, 1, 1));
		CHECK(lfvec_log_ratelimited(&log, level, "x") == -ECANCELED);
	}
	lfvec_log_allowed(&log, &rs);
	CHECK(lfvec_log_set_level(&log, LOGLEVEL_DEBUG) < 0);
	CHECK(!lfvec_log_enabled(&log, LOGLEVEL_EMERG));
	lfvec_log_dump(&log, 10);
	CHECK(!stats(&log)->version);
	lfvec_log_unregister(&log);
}

static int try_create(const char *name, const struct lfvec_log_attr *attr)
{
	struct lfvec_log *l = lfvec_log_create(name, attr);

	if (IS_ERR_OR_NULL(l))
		return l ? PTR_ERR(l) : -ENXIO;
	lfvec_log_destroy(l);
	return 0;
}

static void test_attr(void)
{
	static const struct lfvec_log_attr bad[] = {
		{ .records = LFVEC_LOG_RECORDS_MAX + 1 }, { .records = ~0UL },
		{ .bytes = LFVEC_LOG_BYTES_MAX + 1 }, { .bytes = ~0UL },
		{ .backlog = ~0UL },
		{ .policy = LFVEC_LOG_KEEP + 1 }, { .policy = -1 },
		{ .clock = LFVEC_LOG_CLOCKS }, { .clock = -1 },
		{ .level = LOGLEVEL_DEBUG + 1 }, { .level = LOGLEVEL_DEFAULT },
		{ .mode = 01600 }, { .mode = 0100600 },
		{ .gid = INVALID_GID },
		{ .dump = LFVEC_LOG_DUMP_MAX + 1 }, { .dump = ~0U },
		{ .burst = -1, .interval = HZ }, { .burst = 1, .interval = -1 },
		{ .burst = 1 }, { .interval = 1 },
	};
	static const struct lfvec_log_attr good[] = {
		{ }, { .records = 1 }, { .records = 3, .bytes = 100000 },
		{ .policy = LFVEC_LOG_KEEP }, { .clock = LFVEC_LOG_CLOCK_LOCAL },
		{ .level = LOGLEVEL_DEBUG }, { .mode = 0666 },
		{ .dump = LFVEC_LOG_DUMP_MAX }, { .burst = 1, .interval = 1 },
	};
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		err = try_create("test_lfvec_log_2", &bad[i]);
		CHECK(err == -EINVAL);
		if (err != -EINVAL)
			pr_err("test_lfvec_log: attribute %u: %d\n", i, err);
	}
	for (i = 0; i < ARRAY_SIZE(good); i++)
		CHECK(!try_create("test_lfvec_log_2", &good[i]));
	CHECK(!try_create("test_lfvec_log_2", NULL));
}

static void test_names(void)
{
	static const char * const bad[] = {
		"", ".", "..", "/", "a/b", "a b", "a\n", "\x7f", "\x80",
		"a-name-of-thirty-two-characters-", "../lfvec_stress",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(try_create(bad[i], NULL) == -EINVAL);
	CHECK(try_create("a-name-of-thirty-one-characters", NULL) == 0);
	CHECK(try_create("test_lfvec_log", NULL) == -EEXIST);
}

/* A log that comes again is a new one. */
static void test_again(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		CHECK(lfvec_log(&log, LOGLEVEL_EMERG, "x") == -ECANCELED);
		CHECK(!lfvec_log_register(&log));
		CHECK(lfvec_log_register(&log) < 0);
		CHECK(try_create("test_lfvec_log_1", NULL) == -EEXIST);
		CHECK(lfvec_log_info(&log, "x") == 0);
		CHECK(lfvec_log_info(&log, "x") == 1);
		CHECK(stats(&log)->written == 2 && stats(&log)->next == 2);
		lfvec_log_unregister(&log);
	}
}

static void test_levels(void)
{
	int set, level;

	for (set = LOGLEVEL_EMERG; set <= LOGLEVEL_DEBUG; set++) {
		CHECK(!lfvec_log_set_level(&log, set));
		CHECK(stats(&log)->level == set);
		for (level = LOGLEVEL_EMERG; level <= LOGLEVEL_DEBUG; level++) {
			bool taken = level <= set;

			CHECK(lfvec_log_enabled(&log, level) == taken);
			CHECK((lfvec_log(&log, level, "x") >= 0) == taken);
			CHECK((lfvec_log_bin(&log, level, 0, "", 0) >= 0) == taken);
		}
	}
	CHECK(lfvec_log_set_level(&log, LOGLEVEL_DEBUG + 1) == -EINVAL);
	CHECK(lfvec_log_set_level(&log, LOGLEVEL_DEFAULT) == -EINVAL);
	CHECK(stats(&log)->level == LOGLEVEL_DEBUG);
	CHECK(stats(&log)->written == 2 * 36);
	CHECK(!lfvec_log_set_level(&log, LOGLEVEL_ERR));
	CHECK(lfvec_log_emerg(&log, "x") == 72 && lfvec_log_alert(&log, "x") == 73);
	CHECK(lfvec_log_crit(&log, "x") == 74 && lfvec_log_err(&log, "x") == 75);
	CHECK(lfvec_log_warn(&log, "x") == -ECANCELED);
	CHECK(lfvec_log_notice(&log, "x") == -ECANCELED);
	CHECK(lfvec_log_info(&log, "x") == -ECANCELED);
	CHECK(lfvec_log_debug(&log, "x") == -ECANCELED);
	CHECK(stats(&log)->next == 76);
}

/* What is no level is not taken. */
static void test_odd_levels(void)
{
	static const int odd[] = { LOGLEVEL_DEBUG + 1, INT_MAX, LOGLEVEL_DEFAULT,
				   LOGLEVEL_SCHED, INT_MIN };
	unsigned int i;

	CHECK(!lfvec_log_set_level(&log, LOGLEVEL_DEBUG));
	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		CHECK(lfvec_log(&log, odd[i], "x") == -ECANCELED);
		CHECK(lfvec_log_bin(&log, odd[i], 0, "x", 1) == -ECANCELED);
		CHECK(!lfvec_log_reserve(&log, odd[i], 0, 1));
		CHECK(lfvec_log_set_level(&log, odd[i]) == -EINVAL);
	}
	CHECK(!stats(&log)->next && stats(&log)->level == LOGLEVEL_DEBUG);
}

static void test_cut(void)
{
	CHECK(strlen(long_text) == LONGEST + 100);
	CHECK(lfvec_log_info(&log, "%.*s", LONGEST, long_text) == 0);
	CHECK(lfvec_log_bin(&log, LOGLEVEL_INFO, 0, long_text, LONGEST) == 1);
	CHECK(lfvec_log_info(&log, "%.*s\n", LONGEST, long_text) == 2);
	CHECK(!stats(&log)->cut);
	CHECK(lfvec_log_info(&log, "%.*s", LONGEST + 1, long_text) == 3);
	CHECK(stats(&log)->cut == 1);
	CHECK(lfvec_log_info(&log, "%s", long_text) == 4);
	CHECK(lfvec_log_bin(&log, LOGLEVEL_INFO, 0, long_text, LONGEST + 1) == 5);
	CHECK(stats(&log)->cut == 3);
	CHECK(lfvec_log_kv(&log, LOGLEVEL_INFO,
			   LFVEC_LOG_FIELDS(LFVEC_LOG_STR("LONG", long_text)),
			   "x") == 6);
	CHECK(stats(&log)->cut == 4 && stats(&log)->written == 7);
}

static void test_two_steps(void)
{
	unsigned int len;
	void *a, *b, *c;

	a = lfvec_log_reserve(&log, LOGLEVEL_INFO, 1, 64);
	b = lfvec_log_reserve(&log, LOGLEVEL_INFO, 2, LONGEST);
	c = lfvec_log_reserve(&log, LOGLEVEL_INFO, 3, 0);
	CHECK(a && b && c && a != b && b != c);
	CHECK(!((unsigned long)a % 8) && !((unsigned long)b % 8));
	/* who has reserved holds up nobody, and has no number yet */
	CHECK(lfvec_log_info(&log, "between") == 0);
	CHECK(stats(&log)->next == 1);
	memset(b, 'b', LONGEST);
	CHECK(lfvec_log_commit(&log, b, LONGEST) == 1);
	lfvec_log_discard(&log, c);
	CHECK(stats(&log)->next == 2);
	memset(a, 'a', 64);
	CHECK(lfvec_log_commit(&log, a, 10) == 2);
	for (len = 0; len <= 100; len++) {
		a = lfvec_log_reserve(&log, LOGLEVEL_INFO, 1, 100);
		CHECK(a && lfvec_log_commit(&log, a, len) == 3 + len);
	}
	CHECK(!lfvec_log_reserve(&log, LOGLEVEL_INFO, 1, LONGEST + 1));
	CHECK(!lfvec_log_reserve(&log, LOGLEVEL_INFO, 1, SIZE_MAX));
	CHECK(!lfvec_log_reserve(&log, LOGLEVEL_DEBUG, 1, 1));
	CHECK(stats(&log)->written == 104 && stats(&log)->next == 104);
	CHECK(!stats(&log)->cut);
}

/*
 * Reserve until there is nothing, and nobody brings more, either; returns how many,
 * and counts in @failed how often there was nothing.
 */
static unsigned int reserve_all(struct lfvec_log *l, void **all, unsigned int max,
				unsigned int *failed)
{
	unsigned int nr = 0, tries = 0;

	while (nr < max && tries < 5) {
		all[nr] = lfvec_log_reserve(l, LOGLEVEL_INFO, 0, LONGEST);
		if (all[nr]) {
			memset(all[nr++], 'x', LONGEST);
			tries = 0;
		} else {
			++*failed;
			tries++;
			msleep(20);
		}
	}
	return nr;
}

/* All that can be had, and then it is there again, once it was given back. */
static void test_exhausted(void)
{
	struct lfvec_log_attr attr = { .records = 16, .bytes = 128 * 1024 };
	struct lfvec_log *l = lfvec_log_create("test_lfvec_log_2", &attr);
	void **all = kcalloc(4096, sizeof(*all), GFP_KERNEL);
	unsigned int nr = 0, i, round, failed = 0;

	CHECK(!IS_ERR(l) && all);
	if (IS_ERR(l) || !all)
		goto out;
	for (round = 0; round < 3; round++) {
		nr = reserve_all(l, all, 4096, &failed);
		CHECK(nr >= 16 && nr < 4096);
		CHECK(lfvec_log_bin(l, LOGLEVEL_INFO, 0, all, LONGEST) == -ENOMEM);
		failed++;
		CHECK(stats(l)->memory <= stats(l)->limit);
		CHECK(stats(l)->dropped[LFVEC_LOG_DROP_MEMORY] == failed);
		for (i = 0; i < nr; i++)
			lfvec_log_discard(l, all[i]);
		/* what is discarded may wait for a grace period */
		synchronize_rcu();
		msleep(20);
		CHECK(lfvec_log_info(l, "there is some") == round);
	}
	pr_info("test_lfvec_log: %u records of 4 KiB reserved at most\n", nr);
out:
	kfree(all);
	if (!IS_ERR(l))
		lfvec_log_destroy(l);
}

static void test_site(unsigned int nr, long *taken)
{
	while (nr--)
		if (lfvec_log_ratelimited(&log, LOGLEVEL_INFO, "often") >= 0)
			++*taken;
}

/* The burst is printk's, for each call site; what is above is counted. */
static void test_rate_of_site(void)
{
	long one = 0, other = 0, i;

	test_site(25, &one);
	CHECK(one == DEFAULT_RATELIMIT_BURST);
	CHECK(stats(&log)->dropped[LFVEC_LOG_DROP_RATE] == 25 - one);
	for (i = 0; i < 25; i++)
		other += lfvec_log_ratelimited(&log, LOGLEVEL_INFO, "too") >= 0;
	CHECK(other == DEFAULT_RATELIMIT_BURST);
	CHECK(stats(&log)->dropped[LFVEC_LOG_DROP_RATE] == 50 - one - other);
	CHECK(stats(&log)->written == one + other);
	/* what is above the level does not count */
	for (i = 0; i < 25; i++)
		CHECK(lfvec_log_ratelimited(&log, LOGLEVEL_DEBUG, "no") == -ECANCELED);
	CHECK(stats(&log)->dropped[LFVEC_LOG_DROP_RATE] == 50 - one - other);
}

static void test_rate_of_log(void)
{
	struct lfvec_log_attr attr = { .interval = 1000 * HZ, .burst = 7 };
	struct lfvec_log *l = lfvec_log_create("test_lfvec_log_2", &attr);
	unsigned int i, text = 0, bin = 0;

	CHECK(!IS_ERR(l));
	if (IS_ERR(l))
		return;
	for (i = 0; i < 10; i++) {
		text += lfvec_log_info(l, "x") >= 0;
		bin += lfvec_log_bin(l, LOGLEVEL_INFO, 0, "x", 1) >= 0;
	}
	CHECK(text + bin == 7);
	CHECK(lfvec_log_info(l, "x") == -EBUSY);
	CHECK(!lfvec_log_reserve(l, LOGLEVEL_INFO, 0, 1));
	CHECK(stats(l)->written == 7);
	CHECK(stats(l)->dropped[LFVEC_LOG_DROP_RATE] == 15);
	lfvec_log_destroy(l);
}

/* Records and bytes, each may be what a log is full of. */
static void test_keep(void)
{
	struct lfvec_log_attr attr = { .records = 16, .policy = LFVEC_LOG_KEEP };
	struct lfvec_log *l = lfvec_log_create("test_lfvec_log_2", &attr);
	unsigned int i;
	void *data;

	CHECK(!IS_ERR(l));
	if (IS_ERR(l))
		return;
	/* reserved in time, committed too late */
	data = lfvec_log_reserve(l, LOGLEVEL_INFO, 0, 8);
	for (i = 0; i < 16; i++)
		CHECK(lfvec_log_info(l, "%u", i) == i);
	CHECK(data && lfvec_log_commit(l, data, 8) == -ENOSPC);
	for (i = 0; i < 10; i++)
		CHECK(lfvec_log_info(l, "x") == -ENOSPC);
	CHECK(stats(l)->written == 16 && stats(l)->next == 16 && !stats(l)->first);
	CHECK(stats(l)->dropped[LFVEC_LOG_DROP_FULL] == 11);
	CHECK(!stats(l)->overwritten);
	lfvec_log_destroy(l);
}

static void test_overwrite(void)
{
	struct lfvec_log_attr attr = { .records = 16 };
	struct lfvec_log *l = lfvec_log_create("test_lfvec_log_2", &attr);
	unsigned int i;

	CHECK(!IS_ERR(l));
	if (IS_ERR(l))
		return;
	for (i = 0; i < 1000; i++)
		CHECK(lfvec_log_info(l, "%u", i) == i);
	CHECK(stats(l)->written == 1000 && stats(l)->next == 1000);
	CHECK(stats(l)->overwritten == stats(l)->first && stats(l)->first == 984);
	CHECK(stats(l)->bytes_used <= stats(l)->bytes);
	CHECK(stats(l)->memory <= stats(l)->limit);
	CHECK(!stats(l)->readers && !stats(l)->dead);
	lfvec_log_destroy(l);
}

static u64 now(unsigned int clock)
{
	switch (clock) {
	case LFVEC_LOG_CLOCK_BOOTTIME:
		return ktime_get_boottime_ns();
	case LFVEC_LOG_CLOCK_REALTIME:
		return ktime_get_real_ns();
	case LFVEC_LOG_CLOCK_LOCAL:
		return local_clock();
	default:
		return ktime_get_ns();
	}
}

static void test_clocks(void)
{
	struct lfvec_log_attr attr = { };
	struct lfvec_log *l;
	u64 before, said;

	for (attr.clock = 0; attr.clock < LFVEC_LOG_CLOCKS; attr.clock++) {
		l = lfvec_log_create("test_lfvec_log_2", &attr);
		CHECK(!IS_ERR(l));
		if (IS_ERR(l))
			return;
		migrate_disable();	/* local_clock() is this CPU's */
		before = now(attr.clock);
		said = stats(l)->now;
		CHECK(before <= said && said <= now(attr.clock));
		migrate_enable();
		CHECK(stats(l)->clock == attr.clock);
		lfvec_log_destroy(l);
	}
}

/* The script looks for these in the kernel's log: of ten, the last three. */
static void test_dump(void)
{
	unsigned int i;

	for (i = 0; i < 10; i++)
		lfvec_log_info(&log, "dump of %u", i);
	lfvec_log_dump(&log, 0);
	lfvec_log_dump(&log, 3);
}

static void each(void (*test)(void))
{
	int err = lfvec_log_register(&log);

	CHECK(!err);
	if (err)
		return;
	test();
	lfvec_log_unregister(&log);
}

static const char *context(void)
{
	return in_nmi() ? "nmi" : in_hardirq() ? "hardirq" :
	       in_serving_softirq() ? "softirq" : "task";
}

static atomic_t arrived;

static void show_context(const char *how)
{
	lfvec_log_info(&shown, "context %s by %s", context(), how);
	atomic_inc(&arrived);
}

static void on_tasklet(struct tasklet_struct *unused)
{
	show_context("tasklet");
}

static DECLARE_TASKLET(tasklet, on_tasklet);

static void on_irq(struct irq_work *unused)
{
	show_context("irq_work");
}

static struct irq_work work = IRQ_WORK_INIT_HARD(on_irq);

static noinline notrace void probed(void)
{
	barrier();
}

static int before_probed(struct kprobe *kp, struct pt_regs *regs)
{
	show_context("kprobe");
	return 0;
}

/* So that it stays a breakpoint. */
static void after_probed(struct kprobe *kp, struct pt_regs *regs,
			 unsigned long flags)
{
}

static struct kprobe probe = {
	.addr		= (kprobe_opcode_t *)probed,
	.pre_handler	= before_probed,
	.post_handler	= after_probed,
};

#if defined(CONFIG_X86_LOCAL_APIC) && defined(CONFIG_SMP)
#include <asm/apic.h>
#include <asm/nmi.h>

static int on_nmi(unsigned int type, struct pt_regs *regs)
{
	show_context("NMI");
	return NMI_HANDLED;
}

static void show_nmi(void)
{
	unsigned int i;

	atomic_set(&arrived, 0);
	CHECK(!register_nmi_handler(NMI_UNKNOWN, on_nmi, 0, "test_lfvec_log"));
	apic->send_IPI_mask(cpumask_of(get_cpu()), NMI_VECTOR);
	put_cpu();
	for (i = 0; i < 1000 && !atomic_read(&arrived); i++)
		usleep_range(500, 1000);
	unregister_nmi_handler(NMI_UNKNOWN, "test_lfvec_log");
	CHECK(atomic_read(&arrived) == 1);
}
#else
static void show_nmi(void)
{
}
#endif

static void show_contexts(void)
{
	unsigned long flags;
	int err;

	show_context("call");
	tasklet_schedule(&tasklet);
	tasklet_kill(&tasklet);
	irq_work_queue(&work);
	irq_work_sync(&work);
	/* it is where it is called, not what is off there, that counts */
	local_bh_disable();
	local_irq_save(flags);
	show_context("call, with interrupts off");
	local_irq_restore(flags);
	local_bh_enable();
	CHECK(atomic_read(&arrived) == 4);
	err = register_kprobe(&probe);
	if (!err) {
		probed();
		unregister_kprobe(&probe);
		CHECK(atomic_read(&arrived) == 5);
	}
	show_nmi();
}

static void show_texts(void)
{
	lfvec_log_info(&shown, "text");
	lfvec_log_info(&shown, "text\n");
	lfvec_log_info(&shown, "text\n\n");
	lfvec_log_info(&shown, "\n");
	lfvec_log_info(&shown, "%s", "");
	lfvec_log_info(&shown, "a\nb\tc\\d\x7f\xc3\xbc");
	lfvec_log_info(&shown, "%d %s %c %%", -1, "s", 'c');
	lfvec_log_info(&shown, "cut %s", long_text);
	lfvec_log(&shown, LOGLEVEL_EMERG, "level 0");
	lfvec_log_debug(&shown, "level 7");
}

static void show_fields(void)
{
	lfvec_log_kv(&shown, LOGLEVEL_INFO,
		     LFVEC_LOG_FIELDS(LFVEC_LOG_U("U", U64_MAX),
				      LFVEC_LOG_S("S", S64_MIN),
				      LFVEC_LOG_STR("STR", "a b"),
				      LFVEC_LOG_STR("ESC", "a\nb\\"),
				      LFVEC_LOG_STR("EQ", "x=y"),
				      LFVEC_LOG_U("ZERO", 0),
				      LFVEC_LOG_STR("NONE", NULL)),
		     "fields");
	lfvec_log_kv(&shown, LOGLEVEL_INFO,
		     LFVEC_LOG_FIELDS(LFVEC_LOG_U("A", 1),
				      LFVEC_LOG_STR("LONG", long_text),
				      LFVEC_LOG_U("B", 2)),
		     "left out");
	lfvec_log_kv(&shown, LOGLEVEL_INFO,
		     LFVEC_LOG_FIELDS(LFVEC_LOG_U("A", 1)), "full %s", long_text);
	lfvec_log_kv(&shown, LOGLEVEL_INFO, NULL, "no fields");
}

static void show_binaries(void)
{
	u8 data[16], *p;
	unsigned int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i * 17;
	lfvec_log_bin(&shown, LOGLEVEL_INFO, 7, data, sizeof(data));
	lfvec_log_bin(&shown, LOGLEVEL_INFO, U16_MAX, NULL, 0);
	p = lfvec_log_reserve(&shown, LOGLEVEL_ERR, 8, 100);
	CHECK(p);
	if (!p)
		return;
	memcpy(p, data, sizeof(data));
	CHECK(lfvec_log_commit(&shown, p, 5) >= 0);
	lfvec_log_bin(&shown, LOGLEVEL_INFO, 9, long_text, LONGEST + 100);
}

static void run_tests(void)
{
	test_unregistered();
	test_attr();
	test_names();
	test_again();
	each(test_levels);
	each(test_odd_levels);
	each(test_cut);
	each(test_two_steps);
	test_exhausted();
	each(test_rate_of_site);
	test_rate_of_log();
	test_keep();
	test_overwrite();
	test_clocks();
	each(test_dump);
	test_unregistered();
	show_contexts();
	show_texts();
	show_fields();
	show_binaries();
}

static int time_drops(void)
{
	struct lfvec_log_attr attr = { .policy = LFVEC_LOG_KEEP, .records = 1 };
	struct lfvec_log *full = lfvec_log_create("test_lfvec_log_2", &attr);
	unsigned int i;
	u64 start;

	if (IS_ERR(full))
		return PTR_ERR(full);
	lfvec_log_bin(full, LOGLEVEL_ERR, 1, "x", 1);
	start = ktime_get_ns();
	for (i = 0; i < drops; i++)
		lfvec_log_bin(full, LOGLEVEL_ERR, 1, "x", 1);
	pr_info("test_lfvec_log: %u records dropped in %llu ns\n", drops,
		ktime_get_ns() - start);
	lfvec_log_destroy(full);
	return 0;
}

static int __init test_init(void)
{
	int err;

	if (poke) {
		WRITE_ONCE(*(char *)poke, 0);
		return -EFAULT;
	}
	if (drops)
		return time_drops();
	long_text = kmalloc(LONGEST + 101, GFP_KERNEL);
	if (!long_text)
		return -ENOMEM;
	memset(long_text, 'x', LONGEST + 100);
	long_text[LONGEST + 100] = 0;
	err = lfvec_log_register(&shown);
	if (err)
		goto err_text;
	run_tests();
	pr_info("test_lfvec_log: %u of %u checks passed\n", unit_passed, unit_run);
	if (unit_passed == unit_run)
		return 0;
	err = -EINVAL;
	lfvec_log_unregister(&shown);
err_text:
	kfree(long_text);
	return err;
}

static void __exit test_exit(void)
{
	lfvec_log_unregister(&shown);
	kfree(long_text);
}

module_init(test_init);
module_exit(test_exit);
MODULE_DESCRIPTION("Test of lfvec_log as a client module");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
