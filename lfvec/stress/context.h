/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside lfvec_stress: how to get into softirq, hardirq and NMI
 */
#ifndef _LFVEC_STRESS_CONTEXT_H
#define _LFVEC_STRESS_CONTEXT_H

#include <linux/hrtimer.h>
#include <linux/prandom.h>
#include <linux/types.h>

/*
 * struct context_timer - fires at random times on the CPU where it was started
 *
 * @fn:       what it does; if that returns false, it was the last time
 * @rnd:      nobody else uses it meanwhile
 * @interval: ns between two times: at least this, and at most thrice that
 */
struct context_timer {
	struct hrtimer		timer;
	bool			(*fn)(struct context_timer *ct);
	struct rnd_state	*rnd;
	u32			interval;
};

void context_start(struct context_timer *ct, unsigned int context);
void context_stop(struct context_timer *ct);

int context_nmi_start(void (*fn)(void *arg, unsigned int cpu), void *arg);
void context_nmi_stop(void);
void context_nmi_send(struct rnd_state *rnd);

#endif /* _LFVEC_STRESS_CONTEXT_H */
