/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_SCHED_SIGNAL_H
#define _LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>

#define current			NULL

/* Set by a test, to be killed. */
extern bool stub_killed;

static inline bool fatal_signal_pending(const void *task)
{
	return !task && stub_killed;
}

#endif /* _LINUX_SCHED_SIGNAL_H */
