// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - the device: opening it, its ioctls, and vectors by name
 *
 * The interface is in include/uapi/linux/lfvec_stress.h. It is for root, to test
 * and to measure; lfvec itself does not need it.
 */
#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "stress.h"

static LIST_HEAD(stress_vecs);
static unsigned int stress_nr;
static DEFINE_MUTEX(stress_lock);	/* the two above */

/* As many elements of @esize bytes user space may have in a vector. */
unsigned long stress_most(u32 esize)
{
	return min_t(u64, LFVEC_STRESS_ELEMS_MAX, LFVEC_STRESS_BYTES_MAX / esize);
}

/* Check what user space asked of a vector, and fill in the defaults. */
int stress_attr(u32 esize, struct lfvec_attr *attr)
{
	unsigned long most;

	if (!esize || esize > LFVEC_ELEM_MAX || attr->flags & ~STRESS_FORMS)
		return -EINVAL;
	most = stress_most(esize);
	if (attr->max > most || attr->first > most || attr->spare > most ||
	    attr->backlog > most)
		return -EINVAL;
	if (attr->flags & LFVEC_STRESS_OVERWRITE) {
		attr->max = attr->max ?: rounddown_pow_of_two(most);
	} else {
		attr->first = attr->first ?: LFVEC_FIRST_DEFAULT;
		attr->max = attr->max ?: most;
	}
	attr->flags |= LFVEC_ACCOUNT;
	return 0;
}

bool stress_name_ok(const char *name)
{
	size_t len = strnlen(name, LFVEC_STRESS_NAME_MAX), i;

	if (!len || len == LFVEC_STRESS_NAME_MAX ||
	    memchr_inv(name + len, 0, LFVEC_STRESS_NAME_MAX - len))
		return false;
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (i = 0; i < len; i++)
		if (!isascii(name[i]) || !isgraph(name[i]) || name[i] == '/')
			return false;
	return true;
}

static struct stress_vec *stress_find(const char *name)
{
	struct stress_vec *sv;

	list_for_each_entry(sv, &stress_vecs, list)
		if (!strcmp(sv->name, name))
			return sv;
	return NULL;
}

static void stress_vec_release(struct kref *ref)
{
	struct stress_vec *sv = container_of(ref, struct stress_vec, ref);

	__lfvec_destroy(&sv->vec);
	kfree(sv);
}

static struct stress_vec *stress_vec_new(struct lfvec_stress_vec *arg)
{
	struct lfvec_attr attr = {
		.first = stress_ulong(arg->first), .max = stress_ulong(arg->max),
		.spare = stress_ulong(arg->spare),
		.backlog = stress_ulong(arg->backlog), .flags = arg->form,
	};
	struct stress_vec *sv;
	int err;

	err = stress_attr(arg->esize, &attr);
	if (err)
		return ERR_PTR(err);
	sv = kzalloc(sizeof(*sv), GFP_KERNEL_ACCOUNT);
	if (!sv)
		return ERR_PTR(-ENOMEM);
	err = __lfvec_init(&sv->vec, arg->esize, &attr);
	if (err) {
		kfree(sv);
		return ERR_PTR(err);
	}
	kref_init(&sv->ref);
	strscpy(sv->name, arg->name, sizeof(sv->name));
	return sv;
}

/* Give a vector its name, for others to attach. */
static int stress_vec_add(struct stress_vec *sv)
{
	int err = 0;

	mutex_lock(&stress_lock);
	if (stress_find(sv->name)) {
		err = -EEXIST;
	} else if (stress_nr == LFVEC_STRESS_VECTORS_MAX) {
		err = -ENOSPC;
	} else {
		kref_get(&sv->ref);
		list_add_tail(&sv->list, &stress_vecs);
		stress_nr++;
		stress_debugfs_add(sv);
	}
	mutex_unlock(&stress_lock);
	return err;
}

static void stress_vec_attach(struct stress_file *sf, struct stress_vec *sv,
			      struct lfvec_stress_vec *arg)
{
	arg->esize = sv->vec.esize;
	arg->form = sv->vec.flags;
	arg->first = sv->vec.first;
	arg->max = sv->vec.max;
	arg->spare = sv->vec.pool.spare_min;
	arg->backlog = sv->vec.pool.backlog;
	/* Pairs with smp_load_acquire() in stress_get(). */
	smp_store_release(&sf->vec, sv);
}

static long stress_create(struct stress_file *sf, void *data)
{
	struct lfvec_stress_vec *arg = data;
	struct stress_vec *sv;
	long err;

	if (!stress_name_ok(arg->name) ||
	    memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	sv = stress_vec_new(arg);
	if (IS_ERR(sv))
		return PTR_ERR(sv);

	mutex_lock(&sf->lock);
	err = sf->vec ? -EBUSY : stress_vec_add(sv);
	if (!err)
		stress_vec_attach(sf, sv, arg);
	mutex_unlock(&sf->lock);
	if (err)
		kref_put(&sv->ref, stress_vec_release);
	return err;
}

/* ATTACH and DROP take a name and nothing else. */
static bool stress_only_name(const struct lfvec_stress_vec *arg)
{
	return stress_name_ok(arg->name) &&
	       !memchr_inv(&arg->esize, 0,
			   sizeof(*arg) - offsetof(typeof(*arg), esize));
}

static long stress_attach(struct stress_file *sf, void *data)
{
	struct lfvec_stress_vec *arg = data;
	struct stress_vec *sv;
	long err = 0;

	if (!stress_only_name(arg))
		return -EINVAL;
	mutex_lock(&sf->lock);
	mutex_lock(&stress_lock);
	sv = stress_find(arg->name);
	if (!sv)
		err = -ENOENT;
	else if (sf->vec)
		err = -EBUSY;
	else
		kref_get(&sv->ref);
	mutex_unlock(&stress_lock);
	if (!err)
		stress_vec_attach(sf, sv, arg);
	mutex_unlock(&sf->lock);
	return err;
}

/* Take a name away. The vector goes when the last file that has it is closed. */
static void stress_vec_drop(struct stress_vec *sv)
{
	lockdep_assert_held(&stress_lock);
	list_del(&sv->list);
	stress_nr--;
	stress_debugfs_remove(sv);
	kref_put(&sv->ref, stress_vec_release);
}

static long stress_drop(struct stress_file *sf, void *data)
{
	struct lfvec_stress_vec *arg = data;
	struct stress_vec *sv;

	if (!stress_only_name(arg))
		return -EINVAL;
	mutex_lock(&stress_lock);
	sv = stress_find(arg->name);
	if (sv)
		stress_vec_drop(sv);
	mutex_unlock(&stress_lock);
	return sv ? 0 : -ENOENT;
}

static long stress_info(struct stress_file *sf, void *data)
{
	struct lfvec_stress_info *info = data;

	info->version = LFVEC_STRESS_VERSION;
	info->elem_max = LFVEC_ELEM_MAX;
	info->batch_max = LFVEC_BATCH_MAX;
	info->vectors = READ_ONCE(stress_nr);
	info->features = LFVEC_STRESS_FEATURE_RUN | LFVEC_STRESS_FEATURE_PEERS |
			 LFVEC_STRESS_FEATURE_LOG | LFVEC_STRESS_FEATURE_HISTORY;
	if (IS_ENABLED(CONFIG_LFVEC_BUSTED))
		info->features |= LFVEC_STRESS_FEATURE_BUSTED;
	return 0;
}

static const struct stress_ioctl {
	unsigned int	cmd;
	long		(*fn)(struct stress_file *sf, void *arg);
} stress_ioctls[] = {
	{ LFVEC_STRESS_INFO,		stress_info },
	{ LFVEC_STRESS_CREATE,		stress_create },
	{ LFVEC_STRESS_ATTACH,		stress_attach },
	{ LFVEC_STRESS_DROP,		stress_drop },
	{ LFVEC_STRESS_PUSH,		stress_push },
	{ LFVEC_STRESS_POP,		stress_pop },
	{ LFVEC_STRESS_LOAD,		stress_load },
	{ LFVEC_STRESS_STORE,		stress_store },
	{ LFVEC_STRESS_XCHG,		stress_xchg },
	{ LFVEC_STRESS_CMPXCHG,		stress_cmpxchg },
	{ LFVEC_STRESS_PEEK,		stress_peek },
	{ LFVEC_STRESS_TRUNCATE,	stress_truncate },
	{ LFVEC_STRESS_SIZE,		stress_size },
	{ LFVEC_STRESS_RESERVE,		stress_reserve },
	{ LFVEC_STRESS_OLDEST,		stress_oldest },
	{ LFVEC_STRESS_SHRINK,		stress_shrink },
	{ LFVEC_STRESS_STATS,		stress_stats },
	{ LFVEC_STRESS_START,		stress_start },
	{ LFVEC_STRESS_WAIT,		stress_wait },
	{ LFVEC_STRESS_STOP,		stress_stop },
	{ LFVEC_STRESS_RESULT,		stress_result },
	{ LFVEC_STRESS_BENCH,		stress_bench },
	{ LFVEC_STRESS_HISTORY,		stress_history },
	{ LFVEC_STRESS_LOG_CREATE,	stress_log_create },
	{ LFVEC_STRESS_LOG_DROP,	stress_log_drop },
	{ LFVEC_STRESS_LOG_STORM,	stress_storm },
	{ LFVEC_STRESS_LOG_COST,	stress_log_cost },
};

/*
 * Both the struct and what it points to are made writable before anything is
 * done, so that a bad pointer leaves all as it was.
 */
static long stress_call(const struct stress_ioctl *op, struct stress_file *sf,
			void __user *user, void *arg)
{
	size_t size = _IOC_SIZE(op->cmd);
	long ret;

	if (_IOC_DIR(op->cmd) & _IOC_WRITE && copy_from_user(arg, user, size))
		return -EFAULT;
	if (_IOC_DIR(op->cmd) & _IOC_READ && fault_in_safe_writeable(user, size))
		return -EFAULT;
	ret = op->fn(sf, arg);
	if (!ret && _IOC_DIR(op->cmd) & _IOC_READ &&
	    copy_to_user(user, arg, size))
		ret = -EFAULT;
	return ret;
}

static long stress_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct stress_ioctl *op = NULL;
	u64 small[32] = { 0 };
	void *buf = small;
	unsigned int i;
	long ret;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	for (i = 0; i < ARRAY_SIZE(stress_ioctls); i++)
		if (stress_ioctls[i].cmd == cmd)
			op = &stress_ioctls[i];
	if (!op)
		return -ENOTTY;

	if (_IOC_SIZE(cmd) > sizeof(small))
		buf = kzalloc(_IOC_SIZE(cmd), GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	ret = stress_call(op, file->private_data, (void __user *)arg, buf);
	if (buf != small)
		kfree(buf);
	return ret;
}

static int stress_open(struct inode *inode, struct file *file)
{
	struct stress_file *sf;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	sf = kzalloc(sizeof(*sf), GFP_KERNEL_ACCOUNT);
	if (!sf)
		return -ENOMEM;
	mutex_init(&sf->lock);
	file->private_data = sf;
	return nonseekable_open(inode, file);
}

static int stress_release(struct inode *inode, struct file *file)
{
	struct stress_file *sf = file->private_data;

	stress_abandon(sf);
	if (sf->vec && !IS_ENABLED(CONFIG_LFVEC_BUSTED_IO_LEAK))
		kref_put(&sf->vec->ref, stress_vec_release);
	kfree(sf);
	return 0;
}

static const struct file_operations stress_fops = {
	.owner		= THIS_MODULE,
	.open		= stress_open,
	.release	= stress_release,
	.unlocked_ioctl	= stress_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

static struct miscdevice stress_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "lfvec_stress",
	.fops	= &stress_fops,
	.mode	= 0600,
};

static int __init stress_init(void)
{
	int err;

	stress_debugfs_init();
	err = misc_register(&stress_misc);
	if (err)
		stress_debugfs_exit();
	return err;
}

static void __exit stress_exit(void)
{
	struct stress_vec *sv, *next;

	misc_deregister(&stress_misc);
	mutex_lock(&stress_lock);
	list_for_each_entry_safe(sv, next, &stress_vecs, list)
		stress_vec_drop(sv);
	mutex_unlock(&stress_lock);
	stress_log_exit();
	stress_debugfs_exit();
}

module_init(stress_init);
module_exit(stress_exit);
MODULE_DESCRIPTION("Drive lock-free vectors from user space, to test and measure");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
