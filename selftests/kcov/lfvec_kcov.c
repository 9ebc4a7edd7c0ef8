// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_kcov - KCOV for modules, on kernels that are built without
 *
 * What the compiler inserts into modules that are built with
 * -fsanitize-coverage=trace-pc ends here. The interface is that of the kernel's own
 * KCOV, see Documentation/dev-tools/kcov.rst, as far as a fuzzer needs it: trace the
 * places that the task itself comes by.
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/instruction_pointer.h>
#include <linux/kcov.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "lfvec_kcov.h"

/* By the lower bits of their pid */
#define KCOV_TASKS	1024

#define KCOV_SIZE_MAX	0x100000UL

/*
 * struct kcov_file - an open file
 *
 * @area: how many places, and then these
 * @task: who is traced
 */
struct kcov_file {
	unsigned long		*area;
	unsigned long		size;
	struct task_struct	*task;
	unsigned int		slot;
};

/* Of a task that is traced; only it looks for itself. */
static struct kcov_file *kcov_tasks[KCOV_TASKS];

static struct dentry *kcov_dentry;

void notrace __sanitizer_cov_trace_pc(void)
{
	struct kcov_file *kcov;
	unsigned long nr;

	if (!in_task())
		return;
	kcov = READ_ONCE(kcov_tasks[current->pid % KCOV_TASKS]);
	if (!kcov || kcov->task != current)
		return;
	nr = READ_ONCE(kcov->area[0]) + 1;
	if (nr >= kcov->size)
		return;
	kcov->area[nr] = _RET_IP_;
	WRITE_ONCE(kcov->area[0], nr);
}
EXPORT_SYMBOL_GPL(__sanitizer_cov_trace_pc);

static long kcov_init_trace(struct kcov_file *kcov, unsigned long size)
{
	unsigned long *area;

	if (size < 2 || size > KCOV_SIZE_MAX)
		return -EINVAL;
	area = vmalloc_user(size * sizeof(*area));
	if (!area)
		return -ENOMEM;
	kcov->size = size;
	if (!cmpxchg(&kcov->area, NULL, area))
		return 0;
	vfree(area);
	return -EBUSY;
}

static long kcov_enable(struct kcov_file *kcov, unsigned long mode)
{
	if (mode != KCOV_TRACE_PC || !kcov->area)
		return -EINVAL;
	if (cmpxchg(&kcov->task, NULL, current))
		return -EBUSY;
	kcov->slot = current->pid % KCOV_TASKS;
	if (!cmpxchg(&kcov_tasks[kcov->slot], NULL, kcov))
		return 0;
	kcov->task = NULL;
	return -EBUSY;
}

static long kcov_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case KCOV_INIT_TRACE:
		return kcov_init_trace(file->private_data, arg);
	case KCOV_ENABLE:
		return kcov_enable(file->private_data, arg);
	default:
		return -ENOTTY;
	}
}

static int kcov_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct kcov_file *kcov = file->private_data;

	return kcov->area ? remap_vmalloc_range(vma, kcov->area, vma->vm_pgoff) : -EINVAL;
}

static int kcov_open(struct inode *inode, struct file *file)
{
	struct kcov_file *kcov = kzalloc(sizeof(*kcov), GFP_KERNEL);

	file->private_data = kcov;
	return kcov ? 0 : -ENOMEM;
}

/* The task is in no call any more, or it is this one. */
static int kcov_release(struct inode *inode, struct file *file)
{
	struct kcov_file *kcov = file->private_data;

	if (kcov->task)
		cmpxchg(&kcov_tasks[kcov->slot], kcov, NULL);
	vfree(kcov->area);
	kfree(kcov);
	return 0;
}

static const struct file_operations kcov_fops = {
	.owner		= THIS_MODULE,
	.open		= kcov_open,
	.release	= kcov_release,
	.unlocked_ioctl	= kcov_ioctl,
	.mmap		= kcov_mmap,
};

/* Not through debugfs's proxy, which has no mmap; open files keep the module. */
static int __init lfvec_kcov_init(void)
{
	kcov_dentry = debugfs_create_file_unsafe("kcov", 0600, NULL, NULL, &kcov_fops);
	return PTR_ERR_OR_ZERO(kcov_dentry);
}

static void __exit lfvec_kcov_exit(void)
{
	debugfs_remove(kcov_dentry);
}

module_init(lfvec_kcov_init);
module_exit(lfvec_kcov_exit);
MODULE_DESCRIPTION("KCOV for modules");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
