/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_PRINTK_H
#define _LINUX_PRINTK_H

#include <stdio.h>

#define KBUILD_MODNAME	"lfvec"
#define KERN_ERR	"# "
#define printk(...)	printf(__VA_ARGS__)
#define pr_err(...)	printf("# " __VA_ARGS__)
#define pr_info(...)	printf("# " __VA_ARGS__)

#endif /* _LINUX_PRINTK_H */
