// SPDX-License-Identifier: GPL-2.0
/*
 * test_lfvec_torture - vectors and logs in use, for long, by all and under all
 * circumstances
 *
 * In the manner of rcutorture and locktorture, and with their parameters where these
 * mean the same. Loading it begins the torture, which ends after @duration or when it
 * is unloaded. Every @stutter seconds all pause, and then everything has to add up.
 * The last line that it prints says SUCCESS or FAILURE.
 *
 *	modprobe test_lfvec_torture onoff_interval=250 stat_interval=15
 *	rmmod test_lfvec_torture
 *	dmesg | grep lfvec-torture
 */
#define pr_fmt(fmt) "lfvec-torture:" fmt

#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "lfvec_torture.h"

torture_param(int, nwriters, -1,
	      "Number of writer threads, -1 for twice the number of CPUs");
torture_param(int, nreaders, -1,
	      "Number of reader threads, -1 for the number of CPUs");
torture_param(int, onoff_holdoff, 0, "Time after the start before CPU hotplugs (s)");
torture_param(int, onoff_interval, 0,
	      "Time between CPU hotplugs (jiffies), 0=disable");
torture_param(int, shuffle_interval, 3, "Number of seconds between shuffles, 0=disable");
torture_param(int, stutter, 1,
	      "Number of seconds between pauses in which all must add up, 0=disable");
torture_param(int, stat_interval, 60, "Number of seconds between stats printk()s");
torture_param(int, duration, 0, "Time to the end of the test (s), 0=when unloaded");
torture_param(int, shutdown_secs, 0, "Shutdown time (s), 0=disable");
torture_param(int, stall_ms, 3, "Longest time that a reader holds an element (ms)");
torture_param(int, memory_mb, 64, "Memory that is taken away at times (MiB), 0=disable");
torture_param(int, interval_us, 1000,
	      "Time between two timers of a writer, at least (us), 0=disable");
torture_param(bool, nmi, true, "Send NMIs, where they can be had");
torture_param(int, watchdog_secs, 20, "Nothing moves for so long (s): that is a failure");
torture_param(bool, verbose, false, "Print each pause, and what each thread has done");

/* Those that are numbers, and how large they may be. */
static const struct {
	const char	*name;
	const int	*value;
	int		most;
} torture_params[] = {
	{ "nwriters",	      &nwriters,	 1000 },
	{ "nreaders",	      &nreaders,	 1000 },
	{ "duration",	      &duration,	 1000000 },
	{ "stutter",	      &stutter,		 1000 },
	{ "onoff_interval",   &onoff_interval,	 1000000 },
	{ "onoff_holdoff",    &onoff_holdoff,	 1000000 },
	{ "shuffle_interval", &shuffle_interval, 1000 },
	{ "stat_interval",    &stat_interval,	 1000000 },
	{ "shutdown_secs",    &shutdown_secs,	 1000000 },
	{ "stall_ms",	      &stall_ms,	 1000 },
	{ "memory_mb",	      &memory_mb,	 1000000 },
	{ "interval_us",      &interval_us,	 1000000 },
	{ "watchdog_secs",    &watchdog_secs,	 1000 },
};

/* ms between two looks whether anything moves, at least */
#define TORTURE_WATCH		250

/* Errors that are printed; they tend to be the same. */
#define TORTURE_ERRORS		10

/* Operations between two looks whether to pause. */
#define TORTURE_BURST		32

/* In interrupts there are fewer. */
#define TORTURE_BURST_IRQ	3

unsigned int torture_stall_ms, torture_memory_mb;
bool torture_nmi;	/* they can be had */
struct torture_actor *torture_actors, *torture_pinger;
u32 torture_nr_actors;

static struct torture_thread *torture_threads;
static u32 torture_nr_threads;

static bool torture_paused = true;
static unsigned long torture_paused_at;
static atomic_t torture_parked;
static DECLARE_WAIT_QUEUE_HEAD(torture_go);
static DECLARE_WAIT_QUEUE_HEAD(torture_gone);

static atomic_t torture_errors;
static atomic_t torture_judged;
static atomic64_t torture_beats;
static unsigned long torture_started;
static unsigned long torture_pauses;

static struct context_timer torture_watchdog;
static struct rnd_state torture_watch_rnd;
static unsigned long torture_moved_at;
static u64 torture_moved;

static void torture_end(struct work_struct *work);
static DECLARE_DELAYED_WORK(torture_end_work, torture_end);
static DEFINE_MUTEX(torture_end_lock);
static bool torture_ended;

/**
 * torture_error - tell of something that must not be
 * @fmt: as for printk, without a newline
 *
 * Context: Any, including NMI.
 */
void torture_error(const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	if (atomic_inc_return(&torture_errors) > TORTURE_ERRORS)
		return;
	va_start(args, fmt);
	vaf.va = &args;
	pr_alert("!!! %pV\n", &vaf);
	va_end(args);
}

/* Who does not count operations is not stuck, either. */
void torture_beat(void)
{
	atomic64_inc(&torture_beats);
}

bool torture_pausing(void)
{
	return READ_ONCE(torture_paused);
}

struct torture_actor *torture_here(unsigned int context, unsigned int cpu)
{
	return &torture_actors[torture_nr_threads +
			       (context - LFVEC_STRESS_SOFTIRQ) * nr_cpu_ids + cpu];
}

static void torture_one(struct torture_actor *a)
{
	if (torture_roll(a, 32))
		torture_vec_act(a);
	else
		torture_log_act(a);
	WRITE_ONCE(a->ops, a->ops + 1);
}

/* In an interrupt. */
void torture_act(struct torture_actor *a)
{
	u32 nr = 1 + torture_roll(a, TORTURE_BURST_IRQ);

	while (nr-- && !torture_pausing())
		torture_one(a);
}

static bool torture_fire(struct context_timer *ct)
{
	struct torture_timer *tt = container_of(ct, struct torture_timer, timer);

	torture_act(torture_here(tt->context, smp_processor_id()));
	return !torture_pausing();
}

static void torture_on_nmi(void *unused, unsigned int cpu)
{
	torture_act(torture_here(LFVEC_STRESS_NMI, cpu));
}

static void torture_write(struct torture_thread *t)
{
	unsigned int i;

	for (i = 0; i < TORTURE_BURST; i++) {
		torture_one(t->actor);
		torture_interrupt(t->actor);
	}
	cond_resched();
}

/* --- threads --- */

static void torture_timers_start(struct torture_thread *t)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t->timer) && t->role->timers && interval_us; i++)
		context_start(&t->timer[i].timer, t->timer[i].context);
}

static void torture_timers_stop(struct torture_thread *t)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t->timer) && t->role->timers && interval_us; i++)
		context_stop(&t->timer[i].timer);
}

/* Until it goes on; false if it does not. */
static bool torture_park(void)
{
	atomic_inc(&torture_parked);
	wake_up(&torture_gone);
	wait_event_idle(torture_go, !torture_pausing() || kthread_should_stop());
	atomic_dec(&torture_parked);
	wake_up(&torture_gone);
	return !kthread_should_stop();
}

static int torture_thread(void *data)
{
	struct torture_thread *t = data;

	/* as in rcutorture: RCU itself is to get on */
	if (t->role->busy)
		set_user_nice(current, MAX_NICE);
	while (torture_park()) {
		torture_timers_start(t);
		while (!torture_pausing())
			t->role->round(t);
		torture_timers_stop(t);
	}
	return 0;
}

/* All stop where they are; when this returns, nobody is at work. */
static void torture_pause(void)
{
	WRITE_ONCE(torture_paused_at, jiffies);
	WRITE_ONCE(torture_paused, true);
	wait_event_idle(torture_gone,
			atomic_read(&torture_parked) == torture_nr_threads);
	torture_interrupts_settle();
}

static void torture_resume(void)
{
	WRITE_ONCE(torture_paused, false);
	wake_up_all(&torture_go);
	wait_event_idle(torture_gone, !atomic_read(&torture_parked));
}

static void torture_check(void)
{
	torture_vecs_check();
	torture_logs_check();
	torture_pauses++;
}

static const struct torture_role torture_writer = { "write", torture_write, true, true };
static const struct torture_role torture_reader = { "read", torture_vec_read, true };

static const struct torture_role torture_others[] = {
	{ "log_write", torture_log_write, true },
	{ "log_write", torture_log_write, true },
	{ "log_read", torture_log_read, true },
	{ "log_read", torture_log_read, true },
	{ "ping", torture_ping },
	{ "pong", torture_pong },
	{ "shrink", torture_vec_shrink },
	{ "wave", torture_wave_shrink },
	{ "wave", torture_wave_shrink },
	{ "wave", torture_wave_shrink },
	{ "wave", torture_wave_shrink },
	{ "churn", torture_vec_churn },
	{ "hog", torture_hog },
};

/* There are as many as it takes of those that are known by their number. */
static_assert(TORTURE_LOG_READERS == 2 && TORTURE_WAVES == 4);

static const struct torture_role *torture_role_of(u32 i)
{
	if (i < nwriters)
		return &torture_writer;
	i -= nwriters;
	return i < nreaders ? &torture_reader : &torture_others[i - nreaders];
}

static void torture_timer_init(struct torture_timer *tt, unsigned int context, u32 seed)
{
	prandom_seed_state(&tt->rnd, seed);
	tt->context = context;
	tt->timer.fn = torture_fire;
	tt->timer.rnd = &tt->rnd;
	tt->timer.interval = interval_us * NSEC_PER_USEC;
}

static int torture_thread_start(u32 i)
{
	struct torture_thread *t = &torture_threads[i];

	t->role = torture_role_of(i);
	t->actor = &torture_actors[i];
	while (t->nr < i && torture_threads[i - t->nr - 1].role->round == t->role->round)
		t->nr++;
	if (t->role->round == torture_ping)
		torture_pinger = t->actor;
	torture_timer_init(&t->timer[0], LFVEC_STRESS_SOFTIRQ, 2 * i + 1);
	torture_timer_init(&t->timer[1], LFVEC_STRESS_HARDIRQ, 2 * i + 2);
	t->task = kthread_run(torture_thread, t, "lfvec_%s/%u", t->role->name, t->nr);
	return PTR_ERR_OR_ZERO(t->task);
}

static int torture_threads_start(void)
{
	int err = 0;
	u32 i;

	for (i = 0; i < torture_nr_threads && !err; i++)
		err = torture_thread_start(i);
	return err;
}

static void torture_threads_stop(void)
{
	u32 i;

	for (i = 0; i < torture_nr_threads; i++)
		if (!IS_ERR_OR_NULL(torture_threads[i].task))
			kthread_stop(torture_threads[i].task);
}

/* --- those who drive them --- */

static void torture_sleep(unsigned long delay)
{
	unsigned long end = jiffies + delay;
	long left = delay;

	while (left > 0 && !kthread_should_stop()) {
		schedule_timeout_interruptible(left);
		left = end - jiffies;
	}
}

/* What was found wrong is left as it is. */
static int torture_stutter(void *unused)
{
	for (;;) {
		torture_sleep(stutter * HZ);
		if (kthread_should_stop())
			break;
		torture_pause();
		torture_check();
		if (verbose)
			pr_alert(" pause %lu\n", torture_pauses);
		if (atomic_read(&torture_errors)) {
			torture_sleep(MAX_JIFFY_OFFSET);
			break;
		}
		torture_vecs_renew();
		torture_resume();
	}
	return 0;
}

static int torture_onoff_thread(void *unused)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 1);
	torture_sleep(onoff_holdoff * HZ);
	while (!kthread_should_stop()) {
		torture_onoff(&rnd);
		torture_sleep(onoff_interval);
	}
	torture_onoff_end();
	return 0;
}

static int torture_shuffle_thread(void *unused)
{
	while (!kthread_should_stop()) {
		torture_sleep(shuffle_interval * HZ);
		torture_shuffle(torture_threads, torture_nr_threads);
	}
	return 0;
}

/* How many operations there were, in each context. */
static u64 torture_ops(u64 ops[LFVEC_STRESS_CONTEXTS])
{
	struct torture_actor *a = torture_actors;
	u64 all = 0;

	for (; a < torture_actors + torture_nr_actors; a++) {
		ops[a->context] += READ_ONCE(a->ops);
		all += READ_ONCE(a->ops);
	}
	return all;
}

static void torture_stats(void)
{
	const struct torture_disturbed *d = &torture_disturbed;
	u64 ops[LFVEC_STRESS_CONTEXTS] = { }, all = torture_ops(ops);
	u64 dropped = 0, records = torture_log_written(&dropped);
	unsigned long secs = (jiffies - torture_started) / HZ;

	pr_alert(" %lu s: %llu ops: task %llu softirq %llu hardirq %llu nmi %llu\n",
		 secs, all, ops[LFVEC_STRESS_TASK], ops[LFVEC_STRESS_SOFTIRQ],
		 ops[LFVEC_STRESS_HARDIRQ], ops[LFVEC_STRESS_NMI]);
	pr_alert(" %lu s: records %llu dropped %llu pings %llu\n",
		 secs, records, dropped, torture_pinger->written);
	pr_alert(" %lu s: pauses %lu shuffles %lu onoff %lu:%lu:%lu pages %lu:%lu:%lu errors %d\n",
		 secs, torture_pauses, d->shuffles, d->went, d->came, d->stayed,
		 d->hogged, d->denied, d->ooms, atomic_read(&torture_errors));
}

/* What each thread has done, by its operations. */
static void torture_stats_threads(void)
{
	struct torture_thread *t = torture_threads;

	for (; t < torture_threads + torture_nr_threads; t++)
		pr_alert(" %s/%u: %llu\n", t->role->name, t->nr, t->actor->ops);
}

static void torture_parameters(const char *tag)
{
	static char text[512];
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(torture_params); i++)
		len += scnprintf(text + len, sizeof(text) - len, " %s=%d",
				 torture_params[i].name, *torture_params[i].value);
	pr_alert("--- %s:%s nmi=%d\n", tag, text, torture_nmi);
}

/* Only once, and as soon as it is known. */
static void torture_verdict(void)
{
	if (atomic_xchg(&torture_judged, 1))
		return;
	torture_stats();
	if (verbose)
		torture_stats_threads();
	torture_parameters(atomic_read(&torture_errors) ? "End of test: FAILURE" :
							  "End of test: SUCCESS");
}

/* In hardirq: threads may be stuck, and so may be CPUs. */
static bool torture_watch(struct context_timer *ct)
{
	u64 ops[LFVEC_STRESS_CONTEXTS] = { };
	u64 now = torture_ops(ops) + atomic64_read(&torture_beats);
	unsigned long limit = watchdog_secs * HZ;
	u32 parked = atomic_read(&torture_parked);

	if (now != torture_moved)
		torture_moved_at = jiffies;
	torture_moved = now;
	if (time_after(jiffies, torture_moved_at + limit))
		torture_error("nothing moves for %d s", watchdog_secs);
	else if (torture_pausing() && parked < torture_nr_threads &&
		 time_after(jiffies, READ_ONCE(torture_paused_at) + limit))
		torture_error("%u of %u threads do not pause for %d s",
			      torture_nr_threads - parked, torture_nr_threads,
			      watchdog_secs);
	else
		return true;
	torture_verdict();
	return false;
}

static void torture_watch_start(void)
{
	torture_moved_at = jiffies;
	torture_paused_at = jiffies;
	prandom_seed_state(&torture_watch_rnd, 1);
	torture_watchdog.fn = torture_watch;
	torture_watchdog.rnd = &torture_watch_rnd;
	torture_watchdog.interval = TORTURE_WATCH * NSEC_PER_MSEC;
	context_start(&torture_watchdog, LFVEC_STRESS_HARDIRQ);
}

/* --- those who drive them --- */

static int torture_stats_thread(void *unused)
{
	unsigned long last = jiffies;

	while (!kthread_should_stop()) {
		torture_sleep(HZ / 4);
		if (atomic_read(&torture_errors))
			mod_delayed_work(system_long_wq, &torture_end_work, 0);
		if (!stat_interval || time_before(jiffies, last + stat_interval * HZ))
			continue;
		torture_stats();
		last = jiffies;
	}
	return 0;
}

static const struct {
	int	(*fn)(void *unused);
	int	*interval;
	char	*name;
} torture_drivers[] = {
	{ torture_stats_thread,	  &watchdog_secs,    "lfvec_stats" },
	{ torture_stutter,	  &stutter,	     "lfvec_stutter" },
	{ torture_onoff_thread,	  &onoff_interval,   "lfvec_onoff" },
	{ torture_shuffle_thread, &shuffle_interval, "lfvec_shuffle" },
};

static struct task_struct *torture_driver_tasks[ARRAY_SIZE(torture_drivers)];

static int torture_drivers_start(void)
{
	struct task_struct *task;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(torture_drivers); i++) {
		if (!*torture_drivers[i].interval)
			continue;
		task = kthread_run(torture_drivers[i].fn, NULL, torture_drivers[i].name);
		if (IS_ERR(task))
			return PTR_ERR(task);
		torture_driver_tasks[i] = task;
	}
	return 0;
}

static void torture_drivers_stop(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(torture_drivers); i++)
		if (torture_driver_tasks[i])
			kthread_stop(torture_driver_tasks[i]);
}

/* --- beginning and end --- */

static void torture_actors_free(void)
{
	u32 i;

	for (i = 0; i < torture_nr_actors; i++)
		kfree(torture_actors[i].in);
	kvfree(torture_actors);
	kvfree(torture_threads);
}

static int torture_actor_init(struct torture_actor *a, u32 nr)
{
	const size_t size = max(TORTURE_BATCH * TORTURE_ELEM, TORTURE_RECORD);

	a->nr = nr;
	if (nr >= torture_nr_threads)
		a->context = LFVEC_STRESS_SOFTIRQ + (nr - torture_nr_threads) / nr_cpu_ids;
	prandom_seed_state(&a->rnd, get_random_u64());
	a->in = kmalloc(2 * size, GFP_KERNEL);
	a->out = a->in + size;
	return a->in ? 0 : -ENOMEM;
}

static int torture_actors_init(void)
{
	u32 threads = nwriters + nreaders + ARRAY_SIZE(torture_others), i;
	u32 actors = threads + 3 * nr_cpu_ids;
	int err = 0;

	torture_threads = kvcalloc(threads, sizeof(*torture_threads), GFP_KERNEL);
	torture_actors = kvcalloc(actors, sizeof(*torture_actors), GFP_KERNEL);
	if (!torture_threads || !torture_actors)
		err = -ENOMEM;
	else
		torture_nr_actors = actors;
	torture_nr_threads = threads;
	for (i = 0; i < actors && !err; i++)
		err = torture_actor_init(&torture_actors[i], i);
	if (err)
		torture_actors_free();
	return err;
}

/* Somebody else who has them is an error, but for a machine that has none. */
static int torture_nmi_init(void)
{
	int err = nmi ? context_nmi_start(torture_on_nmi, NULL) : -EOPNOTSUPP;

	torture_nmi = !err;
	return err == -EOPNOTSUPP ? 0 : err;
}

static bool torture_parameters_ok(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(torture_params); i++)
		if (*torture_params[i].value < 0 ||
		    *torture_params[i].value > torture_params[i].most)
			return false;
	return watchdog_secs;
}

static void torture_defaults(void)
{
	if (nwriters == -1)
		nwriters = 2 * num_online_cpus();
	if (nreaders == -1)
		nreaders = num_online_cpus();
	torture_stall_ms = stall_ms;
	torture_memory_mb = memory_mb;
}

/* What there is by now of it goes; nobody is at work. */
static void torture_undo(void)
{
	torture_threads_stop();
	if (torture_nmi)
		context_nmi_stop();
	context_stop(&torture_watchdog);
	torture_hog_exit();
	torture_logs_exit();
	torture_vecs_exit();
}

/* The end: by itself, by an error, or by rmmod. */
static void torture_finish(void)
{
	mutex_lock(&torture_end_lock);
	if (torture_ended)
		goto unlock;
	torture_ended = true;
	if (atomic_read(&torture_errors))
		torture_verdict();
	torture_drivers_stop();
	if (!torture_pausing())
		torture_pause();
	if (!atomic_read(&torture_errors))
		torture_check();
	torture_undo();
	torture_verdict();
	torture_actors_free();
unlock:
	mutex_unlock(&torture_end_lock);
}

static void torture_end(struct work_struct *work)
{
	torture_finish();
	if (shutdown_secs)
		kernel_power_off();
}

static int __init torture_begin(void)
{
	unsigned int secs = shutdown_secs ?: duration;
	int err;

	torture_parameters("Start of test");
	torture_started = jiffies;
	err = torture_threads_start();
	if (err)
		return err;
	torture_resume();
	err = torture_drivers_start();
	if (!err && secs)
		mod_delayed_work(system_long_wq, &torture_end_work, secs * HZ);
	return err;
}

static int __init torture_init(void)
{
	int err;

	torture_defaults();
	if (!torture_parameters_ok())
		return -EINVAL;
	err = torture_actors_init();
	if (err)
		return err;
	err = torture_vecs_init();
	if (err)
		goto actors;
	err = torture_logs_init();
	if (err)
		goto vecs;
	err = torture_hog_init();
	if (err)
		goto logs;
	err = torture_nmi_init();
	if (err)
		goto hog;
	torture_interrupts_init();
	torture_watch_start();
	err = torture_begin();
	if (err)
		torture_finish();
	return err;

hog:
	torture_hog_exit();
logs:
	torture_logs_exit();
vecs:
	torture_vecs_exit();
actors:
	torture_actors_free();
	return err;
}

static void __exit torture_exit(void)
{
	cancel_delayed_work_sync(&torture_end_work);
	torture_finish();
}

module_init(torture_init);
module_exit(torture_exit);
MODULE_DESCRIPTION("Torture test of lfvec and lfvec_log");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
