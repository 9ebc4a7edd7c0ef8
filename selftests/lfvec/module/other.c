// SPDX-License-Identifier: GPL-2.0
/*
 * The device of lfvec_stress, as a module of another version may have it: it knows
 * nothing but INFO, and the version that @version says.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include <linux/lfvec_stress.h>

static unsigned int version;
module_param(version, uint, 0444);
MODULE_PARM_DESC(version, "of the interface");

static long other_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct lfvec_stress_info info = { .version = version };

	if (cmd != LFVEC_STRESS_INFO)
		return -ENOTTY;
	return copy_to_user((void __user *)arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static const struct file_operations other_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= other_ioctl,
	.llseek		= noop_llseek,
};

static struct miscdevice other_dev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "lfvec_stress",
	.fops	= &other_fops,
	.mode	= 0600,
};

module_misc_device(other_dev);
MODULE_DESCRIPTION("lfvec test: a device of another version");
MODULE_LICENSE("GPL");
