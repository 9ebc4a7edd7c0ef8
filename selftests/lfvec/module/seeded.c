// SPDX-License-Identifier: GPL-2.0
/*
 * test_lfvec_seeded - bugs, to see that a debug kernel finds them
 *
 * Loading it with bug=NAME makes that mistake, the way a user of lfvec might. For
 * debug kernels only: elsewhere nobody notices, and memory is lost or overwritten.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/lfvec.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#define ELEMS		100
#define RACE_S		20	/* how long two threads do what they must not */

static char *bug = "";
module_param(bug, charp, 0444);
MODULE_PARM_DESC(bug, "Which one: use_after_free, leak, lock_order and others");

static DECLARE_LFVEC(vec, u64);
static u64 sink;

static int fill_vec(void)
{
	int err = lfvec_init(&vec, NULL);
	u64 i;

	if (err)
		return err;
	for (i = 0; i < ELEMS; i++)
		if (lfvec_push(&vec, &i, GFP_KERNEL) < 0)
			goto err_push;
	return 0;

err_push:
	lfvec_destroy(&vec);
	return -ENOMEM;
}

/* An element is kept beyond rcu_read_unlock(). */
static void use_after_free(void)
{
	const u64 *elem;

	rcu_read_lock();
	elem = lfvec_get(&vec, 1);
	rcu_read_unlock();
	lfvec_destroy(&vec);
	WRITE_ONCE(sink, READ_ONCE(*elem));
}

/* Elements are thought to lie side by side. */
static void out_of_bounds(void)
{
	const u64 *elem;

	rcu_read_lock();
	elem = lfvec_get(&vec, 1);
	WRITE_ONCE(sink, READ_ONCE(elem[1]));
	rcu_read_unlock();
	lfvec_destroy(&vec);
}

/* lfvec_destroy() is forgotten. */
static void leak(void)
{
}

/* A lookup that nothing holds up the grace period for. */
static void get_without_rcu(void)
{
	WRITE_ONCE(sink, *lfvec_get(&vec, 1));
	lfvec_destroy(&vec);
}

/* GFP_KERNEL amid an iteration. */
static void sleep_under_rcu(void)
{
	const u64 *elem;
	unsigned long i;

	rcu_read_lock();
	lfvec_for_each(&vec, i, elem)
		if (*elem == 1 && lfvec_reserve(&vec, 1000, GFP_KERNEL))
			break;
	rcu_read_unlock();
	lfvec_destroy(&vec);
}

/* GFP_KERNEL where one may not sleep. */
static void sleep_under_lock(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	if (lfvec_reserve(&vec, 1000, GFP_KERNEL))
		pr_info("test_lfvec_seeded: no memory\n");
	spin_unlock(&lock);
	lfvec_destroy(&vec);
}

static void move(struct mutex *from, struct mutex *to)
{
	u64 elem;

	mutex_lock(from);
	mutex_lock(to);
	if (!lfvec_pop(&vec, &elem))
		lfvec_push(&vec, &elem, GFP_KERNEL);
	mutex_unlock(to);
	mutex_unlock(from);
}

/* Two locks, in both orders. */
static void lock_order(void)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);

	move(&a, &b);
	move(&b, &a);
	lfvec_destroy(&vec);
}

static void do_nothing(struct work_struct *work)
{
}

/* A vector is freed with the work that is to push to it. */
static void free_active(void)
{
	struct delayed_work *work = kmalloc(sizeof(*work), GFP_KERNEL);

	lfvec_destroy(&vec);
	if (!work)
		return;
	INIT_DELAYED_WORK(work, do_nothing);
	schedule_delayed_work(work, 1000 * HZ);
	kfree(work);
}

/* A shift by as many bits as a size has, for instance. */
static void shift(void)
{
	unsigned int bits = BITS_PER_LONG + READ_ONCE(sink);

	WRITE_ONCE(sink, 1UL << bits);
	lfvec_destroy(&vec);
}

/* What two threads do at the same time, once. */
static void (*racer)(unsigned int who);
static unsigned long nr_pushed;

/* A counter beside the vector that nobody protects. */
static void count_plainly(unsigned int who)
{
	u64 elem = who;

	if (lfvec_push(&vec, &elem, GFP_KERNEL) >= 0)
		nr_pushed++;
	lfvec_pop(&vec, &elem);
}

static u64 message;
static int ready;

/*
 * A message is handed over, and back, by a flag; but it is stored with no more
 * than WRITE_ONCE(), which orders nothing.
 */
static void flag_without_release(unsigned int who)
{
	if (smp_load_acquire(&ready) != who)	/* pairs with nothing: the bug */
		return;
	message++;
	WRITE_ONCE(ready, !who);
}

static int race_thread(void *who)
{
	while (!kthread_should_stop()) {
		racer((unsigned long)who);
		cond_resched();
	}
	return 0;
}

static void race(void (*what)(unsigned int who))
{
	struct task_struct *task[2];
	unsigned long i;

	racer = what;
	for (i = 0; i < ARRAY_SIZE(task); i++)
		task[i] = kthread_run(race_thread, (void *)i, "seeded/%lu", i);
	msleep(RACE_S * MSEC_PER_SEC);
	for (i = 0; i < ARRAY_SIZE(task); i++)
		if (!IS_ERR(task[i]))
			kthread_stop(task[i]);
	lfvec_destroy(&vec);
}

static void missing_read_once(void)
{
	race(count_plainly);
}

static void missing_release(void)
{
	race(flag_without_release);
}

static const struct {
	const char	*name;
	void		(*commit)(void);
} bugs[] = {
	{ "use_after_free",	use_after_free },
	{ "out_of_bounds",	out_of_bounds },
	{ "leak",		leak },
	{ "get_without_rcu",	get_without_rcu },
	{ "sleep_under_rcu",	sleep_under_rcu },
	{ "sleep_under_lock",	sleep_under_lock },
	{ "lock_order",		lock_order },
	{ "free_active",	free_active },
	{ "shift",		shift },
	{ "missing_read_once",	missing_read_once },
	{ "missing_release",	missing_release },
};

static int __init seeded_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(bugs); i++)
		if (!strcmp(bugs[i].name, bug))
			break;
	if (i == ARRAY_SIZE(bugs))
		return -EINVAL;
	err = fill_vec();
	if (!err)
		bugs[i].commit();
	return err;
}

static void __exit seeded_exit(void)
{
}

module_init(seeded_init);
module_exit(seeded_exit);
MODULE_DESCRIPTION("Bugs for the detectors of a debug kernel to find");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
