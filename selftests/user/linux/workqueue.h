/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work that is queued is done when the test says so: see stub_do_work().
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/types.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	void			(*func)(struct work_struct *work);
	struct work_struct	*next;
	bool			queued;
};

#define INIT_WORK(work, fn)						\
	(*(work) = (struct work_struct){ .func = (fn) })

#define system_unbound_wq	NULL
#define queue_work(wq, work)	stub_queue_work(work)

void stub_queue_work(struct work_struct *work);
void cancel_work_sync(struct work_struct *work);

#endif /* _LINUX_WORKQUEUE_H */
