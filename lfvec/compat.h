/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that lfvec_log and lfvec_stress are built for;
 * lfvec itself is the same on all. Nothing else in this project looks at the version.
 */
#ifndef _LFVEC_COMPAT_H
#define _LFVEC_COMPAT_H

#include <linux/device.h>
#include <linux/kmsg_dump.h>
#include <linux/ring_buffer.h>
#include <linux/trace.h>
#include <linux/version.h>

/* struct device_type: devnode() */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define compat_devnode_dev	const struct device *
#else
#define compat_devnode_dev	struct device *
#endif

/* struct kmsg_dumper: dump() */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define compat_dump_reason	struct kmsg_dump_detail *
#else
#define compat_dump_reason	enum kmsg_dump_reason
#endif

static inline int compat_ring_commit(struct trace_buffer *ring,
				     struct ring_buffer_event *event)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	return ring_buffer_unlock_commit(ring);
#else
	return ring_buffer_unlock_commit(ring, event);
#endif
}

static inline struct trace_array *compat_trace_array(const char *name)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	return trace_array_get_by_name(name, NULL);
#else
	return trace_array_get_by_name(name);
#endif
}

#endif /* _LFVEC_COMPAT_H */
