/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#define PAGE_SIZE	4096UL

#endif /* _LINUX_MM_H */
