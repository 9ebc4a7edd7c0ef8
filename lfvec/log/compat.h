/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that lfvec_log is built for. Nothing else in
 * this project looks at the version.
 */
#ifndef _LFVEC_LOG_COMPAT_H
#define _LFVEC_LOG_COMPAT_H

#include <linux/device.h>
#include <linux/kmsg_dump.h>
#include <linux/version.h>

/* struct device_type: devnode() */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define log_devnode_dev		const struct device *
#else
#define log_devnode_dev		struct device *
#endif

/* struct kmsg_dumper: dump() */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define log_dump_reason		struct kmsg_dump_detail *
#else
#define log_dump_reason		enum kmsg_dump_reason
#endif

#endif /* _LFVEC_LOG_COMPAT_H */
