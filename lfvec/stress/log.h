/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside lfvec_stress: logs by name
 */
#ifndef _LFVEC_STRESS_LOG_H
#define _LFVEC_STRESS_LOG_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/lfvec_log.h>
#include <linux/list.h>

#include "stress.h"

/*
 * struct stress_log - one reference of the list of names, one of each storm
 *
 * @storms: how many there have been
 */
struct stress_log {
	struct lfvec_log	*log;
	struct list_head	list;
	struct kref		ref;
	atomic_t		storms;
	char			name[LFVEC_STRESS_NAME_MAX];
};

struct stress_log *stress_log_get(const char *name);
void stress_log_put(struct stress_log *sl);

#endif /* _LFVEC_STRESS_LOG_H */
