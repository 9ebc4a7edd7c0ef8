// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - logs by name, for user space to make and to drop
 */
#include <linux/cpumask.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "log.h"

static LIST_HEAD(stress_logs);
static unsigned int stress_logs_nr;
static DEFINE_MUTEX(stress_logs_lock);	/* the two above */

static void stress_log_release(struct kref *ref)
{
	struct stress_log *sl = container_of(ref, struct stress_log, ref);

	lfvec_log_destroy(sl->log);
	kfree(sl);
}

void stress_log_put(struct stress_log *sl)
{
	kref_put(&sl->ref, stress_log_release);
}

static struct stress_log *stress_log_find(const char *name)
{
	struct stress_log *sl;

	lockdep_assert_held(&stress_logs_lock);
	list_for_each_entry(sl, &stress_logs, list)
		if (!strcmp(sl->name, name))
			return sl;
	return NULL;
}

/* NULL if there is none of this name. */
struct stress_log *stress_log_get(const char *name)
{
	struct stress_log *sl;

	mutex_lock(&stress_logs_lock);
	sl = stress_log_find(name);
	if (sl)
		kref_get(&sl->ref);
	mutex_unlock(&stress_logs_lock);
	return sl;
}

/* Is all that it would allocate within what this interface allows? */
static bool stress_log_size_ok(const struct lfvec_stress_log *arg)
{
	u64 records = arg->records ?: LFVEC_LOG_RECORDS_DEFAULT;
	u64 most = LFVEC_STRESS_LOG_BYTES_MAX;

	if (records > LFVEC_LOG_RECORDS_MAX || arg->bytes > most ||
	    arg->backlog > most)
		return false;
	return records * sizeof(long) + (arg->bytes ?: 256 * records) +
	       arg->backlog <= most;
}

static bool stress_log_ok(const struct lfvec_stress_log *arg)
{
	if (!stress_name_ok(arg->name) || !stress_log_size_ok(arg) ||
	    memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return false;
	if (arg->policy > LFVEC_LOG_KEEP || arg->clock >= LFVEC_LOG_CLOCKS ||
	    arg->level > LOGLEVEL_DEBUG || arg->mode & ~0666 ||
	    arg->dump > LFVEC_LOG_DUMP_MAX)
		return false;
	return arg->interval <= LFVEC_STRESS_DURATION_MAX &&
	       arg->burst <= INT_MAX && !arg->interval == !arg->burst;
}

/* As the library has it. */
static void stress_log_attr(const struct lfvec_stress_log *arg, kgid_t gid,
			    struct lfvec_log_attr *attr)
{
	*attr = (struct lfvec_log_attr){
		.records = arg->records, .bytes = arg->bytes,
		.backlog = arg->backlog, .policy = arg->policy,
		.clock = arg->clock, .level = arg->level, .mode = arg->mode,
		.gid = gid, .dump = arg->dump,
		.interval = msecs_to_jiffies(arg->interval),
		.burst = arg->burst,
	};
}

static struct stress_log *stress_log_new(const struct lfvec_stress_log *arg)
{
	kgid_t gid = make_kgid(current_user_ns(), arg->gid);
	struct lfvec_log_attr attr;
	struct stress_log *sl;
	long err;

	if (!gid_valid(gid))
		return ERR_PTR(-EINVAL);
	sl = kzalloc(sizeof(*sl), GFP_KERNEL_ACCOUNT);
	if (!sl)
		return ERR_PTR(-ENOMEM);
	strscpy(sl->name, arg->name, sizeof(sl->name));
	kref_init(&sl->ref);
	stress_log_attr(arg, gid, &attr);
	sl->log = lfvec_log_create(sl->name, &attr);
	if (!IS_ERR(sl->log))
		return sl;
	err = PTR_ERR(sl->log);
	kfree(sl);
	return ERR_PTR(err);
}

/* Make one, and put it on the list, whose lock is held. */
static long stress_log_add(const struct lfvec_stress_log *arg)
{
	struct stress_log *sl;

	if (stress_log_find(arg->name))
		return -EEXIST;
	if (stress_logs_nr == LFVEC_STRESS_LOGS_MAX)
		return -ENOSPC;
	sl = stress_log_new(arg);
	if (IS_ERR(sl))
		return PTR_ERR(sl);
	list_add_tail(&sl->list, &stress_logs);
	stress_logs_nr++;
	return 0;
}

long stress_log_create(struct stress_file *sf, void *data)
{
	long err;

	if (!stress_log_ok(data))
		return -EINVAL;
	mutex_lock(&stress_logs_lock);
	err = stress_log_add(data);
	mutex_unlock(&stress_logs_lock);
	return err;
}

/* Take a name away. The log goes when the last storm on it is over. */
static void stress_log_remove(struct stress_log *sl)
{
	lockdep_assert_held(&stress_logs_lock);
	list_del(&sl->list);
	stress_logs_nr--;
	stress_log_put(sl);
}

long stress_log_drop(struct stress_file *sf, void *data)
{
	const struct lfvec_stress_log *arg = data;
	struct stress_log *sl;

	if (!stress_name_ok(arg->name) ||
	    memchr_inv(&arg->records, 0,
		       sizeof(*arg) - offsetof(typeof(*arg), records)))
		return -EINVAL;
	mutex_lock(&stress_logs_lock);
	sl = stress_log_find(arg->name);
	if (sl)
		stress_log_remove(sl);
	mutex_unlock(&stress_logs_lock);
	return sl ? 0 : -ENOENT;
}

/* At exit: there is no storm any more. */
void stress_log_exit(void)
{
	struct stress_log *sl, *next;

	mutex_lock(&stress_logs_lock);
	list_for_each_entry_safe(sl, next, &stress_logs, list)
		stress_log_remove(sl);
	mutex_unlock(&stress_logs_lock);
}
