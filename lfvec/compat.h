/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels, and processors, that what uses lfvec is built for;
 * lfvec itself is the same on all. Nothing else in this project looks at the version.
 */
#ifndef _LFVEC_COMPAT_H
#define _LFVEC_COMPAT_H

#include <linux/device.h>
#include <linux/hrtimer.h>
#include <linux/kmsg_dump.h>
#include <linux/ptrace.h>
#include <linux/ring_buffer.h>
#include <linux/timer.h>
#include <linux/trace.h>
#include <linux/version.h>

/* By lfvec/Kbuild, from lfvec/kernels; what is built apart from lfvec needs it built. */
#if defined(LFVEC_KERNEL_LEAST) && LINUX_VERSION_CODE < LFVEC_KERNEL_LEAST
#error This kernel is older than lfvec supports: see lfvec/kernels
#endif

/* hex_byte_pack() */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/hex.h>
#endif

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

static inline void
compat_hrtimer_setup(struct hrtimer *timer,
		     enum hrtimer_restart (*function)(struct hrtimer *),
		     clockid_t clock, enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

static inline void compat_timer_stop(struct timer_list *timer)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	timer_delete_sync(timer);
#else
	del_timer_sync(timer);
#endif
}

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

#ifdef CONFIG_HAVE_FUNCTION_ARG_ACCESS_API
/* Argument @nr of the function at whose entry a kprobe has hit */
static inline unsigned long compat_argument(struct pt_regs *regs, unsigned int nr)
{
#ifdef CONFIG_S390
	return regs->gprs[2 + nr];	/* what reads it is not exported there */
#else
	return regs_get_kernel_argument(regs, nr);
#endif
}
#endif

#endif /* _LFVEC_COMPAT_H */
