// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_log - a log of one's own, for a subsystem or a driver
 *
 * A log has two parts. One belongs to those who write, and may be in a module that
 * goes away. The other one, struct lfvec_log_buf, has the records, and is shared
 * with those who read: it stays until the last of them has closed its file.
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../compat.h"
#include "log.h"

/* Logs at a time, those included that are gone but for their readers. */
#define LOG_MAX			256

/* Bytes of records, with their heads: those of short, middling and long lines. */
static const unsigned int log_sizes[LFVEC_SIZES_MAX] = {
	104, 232, 1000, ALIGN(sizeof(struct log_record) + LFVEC_LOG_RECORD_MAX + 2, 8),
};

/* Bytes that a log must be allowed at least; and those of its backlog. */
#define LOG_BYTES_MIN		8192UL
#define LOG_BYTES_RECORD	256UL
#define LOG_BACKLOG_MIN		0x10000UL
#define LOG_BACKLOG_DEFAULT	0x100000UL
#define LOG_BACKLOG_CPU		0x20000UL

LIST_HEAD(log_list);
DEFINE_MUTEX(log_lock);		/* for changing it */

static dev_t log_devt;
static DEFINE_IDA(log_minors);

static struct class log_class = {
	.name = "lfvec_log",
};

static struct lfvec_log_buf *log_of(const struct device *dev)
{
	return container_of(dev, struct lfvec_log_buf, dev);
}

static char *log_devnode(compat_devnode_dev dev, umode_t *mode, kuid_t *uid,
			 kgid_t *gid)
{
	struct lfvec_log_buf *buf = log_of(dev);

	/* NULL where the node is to go */
	if (mode)
		*mode = buf->attr.mode;
	if (gid)
		*gid = buf->attr.gid;
	return kasprintf(GFP_KERNEL, "lfvec/%s", buf->name);
}

/* Neither writers nor readers are left. */
static void log_free(struct device *dev)
{
	struct lfvec_log_buf *buf = log_of(dev);

	irq_work_sync(&buf->wake);
	lfvec_sized_destroy(&buf->vec);
	ida_free(&log_minors, MINOR(dev->devt) - MINOR(log_devt));
	kfree(buf);
}

static const struct device_type log_type = {
	.name		= "lfvec_log",
	.devnode	= log_devnode,
	.release	= log_free,
};

static bool log_name_ok(const char *name)
{
	size_t len = strnlen(name, LFVEC_LOG_NAME_MAX), i;

	if (!len || len == LFVEC_LOG_NAME_MAX || name[0] == '.')
		return false;
	for (i = 0; i < len; i++)
		if (!isascii(name[i]) ||
		    !(isalnum(name[i]) || strchr("._-", name[i])))
			return false;
	return true;
}

/* Fill in the defaults. */
static void log_defaults(struct lfvec_log_attr *attr)
{
	attr->records = attr->records ?: LFVEC_LOG_RECORDS_DEFAULT;
	attr->bytes = attr->bytes ?: clamp(attr->records * LOG_BYTES_RECORD,
					   LOG_BYTES_MIN, LFVEC_LOG_BYTES_MAX);
	attr->backlog = attr->backlog ?:
		LOG_BACKLOG_DEFAULT + LOG_BACKLOG_CPU * num_possible_cpus();
	attr->level = attr->level ?: LFVEC_LOG_LEVEL_DEFAULT;
	attr->mode = attr->mode ?: LFVEC_LOG_MODE_DEFAULT;
}

static bool log_attr_ok(const struct lfvec_log_attr *attr)
{
	return attr->records <= LFVEC_LOG_RECORDS_MAX &&
	       attr->bytes >= LOG_BYTES_MIN && attr->bytes <= LFVEC_LOG_BYTES_MAX &&
	       attr->backlog >= LOG_BACKLOG_MIN &&
	       attr->backlog <= LFVEC_LOG_BYTES_MAX &&
	       (unsigned int)attr->policy <= LFVEC_LOG_KEEP &&
	       (unsigned int)attr->clock < LFVEC_LOG_CLOCKS &&
	       attr->level >= LOGLEVEL_EMERG && attr->level <= LOGLEVEL_DEBUG &&
	       !(attr->mode & ~0666) && gid_valid(attr->gid) &&
	       attr->dump <= LFVEC_LOG_DUMP_MAX && attr->interval >= 0 &&
	       attr->burst >= 0 && !attr->interval == !attr->burst;
}

static int log_init_vec(struct lfvec_log_buf *buf)
{
	const struct lfvec_log_attr *attr = &buf->attr;
	struct lfvec_sized_attr vec_attr = {
		.max = roundup_pow_of_two(attr->records), .bytes = attr->bytes,
		.backlog = attr->backlog,
		.flags = attr->policy == LFVEC_LOG_OVERWRITE ? LFVEC_OVERWRITE : 0,
	};

	memcpy(vec_attr.sizes, log_sizes, sizeof(log_sizes));
	return lfvec_sized_init(&buf->vec, &vec_attr);
}

static void log_init_device(struct lfvec_log_buf *buf, int minor)
{
	device_initialize(&buf->dev);
	buf->dev.class = &log_class;
	buf->dev.type = &log_type;
	buf->dev.devt = MKDEV(MAJOR(log_devt), MINOR(log_devt) + minor);
	cdev_init(&buf->cdev, &log_fops);
	buf->cdev.owner = THIS_MODULE;
}

static struct lfvec_log_buf *log_alloc(const char *name,
				       const struct lfvec_log_attr *attr)
{
	struct lfvec_log_buf *buf;
	int err, minor;

	buf = kzalloc(sizeof(*buf), GFP_KERNEL);
	if (!buf)
		return ERR_PTR(-ENOMEM);
	strscpy(buf->name, name, sizeof(buf->name));
	buf->attr = *attr;
	buf->clock = attr->clock;
	buf->limited = attr->burst;
	ratelimit_state_init(&buf->rate, attr->interval, attr->burst);
	ratelimit_set_flags(&buf->rate, RATELIMIT_MSG_ON_RELEASE);
	init_waitqueue_head(&buf->wait);
	init_irq_work(&buf->wake, log_wake_work);
	mutex_init(&buf->lock);

	err = log_init_vec(buf);
	if (err)
		goto free;
	minor = ida_alloc_max(&log_minors, LOG_MAX - 1, GFP_KERNEL);
	if (minor < 0) {
		err = minor;
		goto vec;
	}
	log_init_device(buf, minor);
	return buf;

vec:
	lfvec_sized_destroy(&buf->vec);
free:
	kfree(buf);
	return ERR_PTR(err);
}

static bool log_exists(const char *name)
{
	struct lfvec_log_buf *buf;

	list_for_each_entry(buf, &log_list, list)
		if (!strcmp(buf->name, name))
			return true;
	return false;
}

/* Let writers have it. */
static void log_publish(struct lfvec_log_buf *buf, struct lfvec_log *log)
{
	buf->log = log;
	/*
	 * LMM(log_publish:A)
	 *
	 * All that is in it before it can be had. Pairs with the address
	 * dependency in log_buf().
	 */
	smp_store_release(&log->buf, buf);
	WRITE_ONCE(log->level, buf->attr.level);
}

/* Let it be found, and then be written; who finds it sooner waits. */
static int log_add(struct lfvec_log_buf *buf, struct lfvec_log *log)
{
	int err;

	mutex_lock(&log_lock);
	mutex_lock(&buf->lock);
	err = log_exists(buf->name) ? -EEXIST : dev_set_name(&buf->dev, "%s", buf->name);
	if (!err)
		err = cdev_device_add(&buf->cdev, &buf->dev);
	if (!err) {
		list_add_tail_rcu(&buf->list, &log_list);
		log_publish(buf, log);
	}
	mutex_unlock(&buf->lock);
	mutex_unlock(&log_lock);
	return err;
}

/**
 * lfvec_log_register() - let a log be written and read
 * @log: a log from DEFINE_LFVEC_LOG(), not registered
 *
 * From then on it is /dev/lfvec/NAME.
 *
 * Context: Task; may sleep.
 * Return: 0, -EINVAL for a bad name or an attribute that makes no sense, -EEXIST if
 * there is a log of that name, -EBUSY if it is registered, -ENOMEM, -ENOSPC if there
 * are too many logs, or -EINTR if the task is being killed.
 */
int lfvec_log_register(struct lfvec_log *log)
{
	struct lfvec_log_attr attr = log->attr;
	struct lfvec_log_buf *buf;
	int err;

	if (log->buf)
		return -EBUSY;
	log_defaults(&attr);
	if (!log_name_ok(log->name) || !log_attr_ok(&attr))
		return -EINVAL;
	buf = log_alloc(log->name, &attr);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	err = log_add(buf, log);
	if (err)
		put_device(&buf->dev);
	return err;
}
EXPORT_SYMBOL_GPL(lfvec_log_register);

/**
 * lfvec_log_unregister() - let a log end
 * @log: the log; nobody may be writing to it, or have room reserved in it
 *
 * Its device goes at once, and its name is free. Who has it open can read what is
 * there, and then finds that it ends. Does nothing if it is not registered.
 *
 * Context: Task; sleeps.
 */
void lfvec_log_unregister(struct lfvec_log *log)
{
	struct lfvec_log_buf *buf = log->buf;

	if (!buf)
		return;
	mutex_lock(&log_lock);
	list_del_rcu(&buf->list);
	cdev_device_del(&buf->cdev, &buf->dev);
	mutex_unlock(&log_lock);

	mutex_lock(&buf->lock);
	buf->log = NULL;
	mutex_unlock(&buf->lock);
	WRITE_ONCE(log->level, -1);
	WRITE_ONCE(log->buf, NULL);
	/*
	 * LMM(lfvec_log_unregister:A)
	 *
	 * The last record before that there will be none. Pairs with log_over:A.
	 */
	smp_store_release(&buf->dead, true);
	wake_up_interruptible_all(&buf->wait);
	synchronize_rcu();	/* log_dump_all() */
	put_device(&buf->dev);
}
EXPORT_SYMBOL_GPL(lfvec_log_unregister);

/**
 * lfvec_log_create() - make a log and register it
 * @name: its name, of at most %LFVEC_LOG_NAME_MAX - 1 letters, digits, '.', '_' and
 *	  '-', which does not begin with a dot
 * @attr: what it is to be like, or NULL
 *
 * Context: Task; may sleep.
 * Return: the log, or as an ERR_PTR what lfvec_log_register() returns.
 */
struct lfvec_log *lfvec_log_create(const char *name,
				   const struct lfvec_log_attr *attr)
{
	struct lfvec_log *log = kzalloc(sizeof(*log), GFP_KERNEL);
	int err;

	if (!log)
		return ERR_PTR(-ENOMEM);
	log->level = -1;
	log->name = kstrdup_const(name, GFP_KERNEL);
	if (attr)
		log->attr = *attr;
	err = log->name ? lfvec_log_register(log) : -ENOMEM;
	if (!err)
		return log;
	kfree_const(log->name);
	kfree(log);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(lfvec_log_create);

/**
 * lfvec_log_destroy() - end a log that lfvec_log_create() made
 * @log: the log, as for lfvec_log_unregister(); or NULL or an ERR_PTR
 *
 * Context: Task; sleeps.
 */
void lfvec_log_destroy(struct lfvec_log *log)
{
	if (IS_ERR_OR_NULL(log))
		return;
	lfvec_log_unregister(log);
	kfree_const(log->name);
	kfree(log);
}
EXPORT_SYMBOL_GPL(lfvec_log_destroy);

/* Set the level of what is written from now on; -EINVAL, or -ENODEV if it is dead. */
int log_set_level(struct lfvec_log_buf *buf, unsigned int level)
{
	int err = 0;

	if (level > LOGLEVEL_DEBUG)
		return -EINVAL;
	mutex_lock(&buf->lock);
	if (buf->log)
		WRITE_ONCE(buf->log->level, level);
	else
		err = -ENODEV;
	mutex_unlock(&buf->lock);
	return err;
}

/**
 * lfvec_log_set_level() - set the level of a log
 * @log:   the log
 * @level: %LOGLEVEL_EMERG to %LOGLEVEL_DEBUG: records above it are not taken
 *
 * Context: Task; may sleep.
 * Return: 0, -EINVAL for a bad @level, -ENODEV if the log is not registered.
 */
int lfvec_log_set_level(struct lfvec_log *log, int level)
{
	return log->buf ? log_set_level(log->buf, level) : -ENODEV;
}
EXPORT_SYMBOL_GPL(lfvec_log_set_level);

static u32 log_level(struct lfvec_log_buf *buf)
{
	u32 level;

	mutex_lock(&buf->lock);
	level = buf->log ? READ_ONCE(buf->log->level) : buf->attr.level;
	mutex_unlock(&buf->lock);
	return level;
}

/* All but the cursor. */
void log_info(struct lfvec_log_buf *buf, struct lfvec_log_info *info)
{
	struct lfvec_sized_stats stats;
	unsigned int i;

	lfvec_sized_stats(&buf->vec, &stats);
	memset(info, 0, sizeof(*info));
	info->version = LFVEC_LOG_VERSION;
	info->policy = buf->attr.policy;
	info->level = log_level(buf);
	info->clock = buf->clock;
	strscpy(info->name, buf->name, sizeof(info->name));
	info->records = roundup_pow_of_two(buf->attr.records);
	info->bytes = buf->attr.bytes;
	stats.fixed += sizeof(*buf);
	info->limit = buf->attr.bytes + buf->attr.backlog + stats.fixed;
	info->first = lfvec_sized_oldest(&buf->vec);
	info->next = lfvec_sized_end(&buf->vec);
	info->clear = atomic_long_read(&buf->clear);
	info->written = info->next;
	info->overwritten = info->first;
	for (i = 0; i < LFVEC_LOG_DROPS; i++)
		info->dropped[i] = atomic_long_read(&buf->dropped[i]);
	info->cut = atomic_long_read(&buf->cut);
	info->bytes_used = stats.bytes;
	info->memory = stats.allocated + stats.fixed;
	info->readers = atomic_read(&buf->readers);
	info->dead = READ_ONCE(buf->dead);
	info->now = log_now(buf);
}

/**
 * lfvec_log_stats() - what has become of a log
 * @log:  the log
 * @info: where that goes; there is no cursor. All is 0 if the log is not registered.
 *
 * Context: Task; may sleep.
 */
void lfvec_log_stats(struct lfvec_log *log, struct lfvec_log_info *info)
{
	if (log->buf)
		log_info(log->buf, info);
	else
		memset(info, 0, sizeof(*info));
}
EXPORT_SYMBOL_GPL(lfvec_log_stats);

static int __init log_init(void)
{
	int err;

	err = class_register(&log_class);
	if (err)
		return err;
	err = alloc_chrdev_region(&log_devt, 0, LOG_MAX, "lfvec_log");
	if (err) {
		class_unregister(&log_class);
		return err;
	}
	log_dumper_init();
	log_debugfs_init();
	return 0;
}

static void __exit log_exit(void)
{
	log_debugfs_exit();
	log_dumper_exit();
	unregister_chrdev_region(log_devt, LOG_MAX);
	class_unregister(&log_class);
	ida_destroy(&log_minors);
}

module_init(log_init);
module_exit(log_exit);
MODULE_DESCRIPTION("Logs of their own for subsystems and drivers");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
